"""Recurrent layers: what is typed by hand from textbooks, and torch's modules over several steps."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import symgrad as sg
from symgrad.derivation.derive import derive, document
from symgrad.errors import DescriptionError
from symgrad.network.build import build
from symgrad.render.text import render_text

TWO_STEPS = """
z1 = a1·w + b + beta
s1 = tanh(z1)
z2 = a2·w + s1·u + b + beta
s2 = tanh(z2)
h1 = s1
h2 = s2
L = (h1 − y1)² + (h2 − y2)²
∂L/∂h1 = 2·(h1 − y1)
∂L/∂h2 = 2·(h2 − y2)
∂L/∂s2 = ∂L/∂h2
∂L/∂z2 = ∂L/∂s2·(1 − s2²)
∂L/∂s1 = ∂L/∂h1 + u·∂L/∂z2
∂L/∂z1 = ∂L/∂s1·(1 − s1²)
∂L/∂w = a1·∂L/∂z1 + a2·∂L/∂z2
∂L/∂b = ∂L/∂z1 + ∂L/∂z2
∂L/∂u = s1·∂L/∂z2
∂L/∂beta = ∂L/∂z1 + ∂L/∂z2
∂L/∂a1 = w·∂L/∂z1
∂L/∂a2 = w·∂L/∂z2
"""
"""Back-propagation through two steps of one unit, typed by hand. (One entry of w is w1 in the output.)"""


def said(network: str, view: str) -> list[str]:
    text = "".join(render_text(document(derive(build(network)), view)))
    return [line.strip() for line in text.split("\n") if " = " in line and line.startswith("  ")]


def test_two_steps_of_one_unit_are_what_is_typed_by_hand():
    lines = said("input(2x1) | rnn(1) | mse(sum)", "scalar")
    for name in ("w", "u", "beta", "b"):
        lines = [f" {line} ".replace(f"{name}1", name).strip() for line in lines]
    terms = [sorted(line.replace(" = ", " + ").split(" + ")) for line in lines]
    truth = [sorted(line.replace(" = ", " + ").split(" + ")) for line in TWO_STEPS.strip().split("\n")]
    assert terms == truth


# ∂L/∂c_t = ∂L/∂h_t ⊙ o_t ⊙ (1 − tanh²c_t) + f_{t+1} ⊙ ∂L/∂c_{t+1}, and so on, with h's name s.
TEXTBOOK = {
    "rnn": [
        "∂L/∂s[t, k] = ∂L/∂h[t, k] + [t ≤ 3]·Σ_{i=0…3} u[i, k]·∂L/∂z[t + 1, i]   for t = 0…4, k = 0…3",
        "∂L/∂z[t, i] = ∂L/∂s[t, i]·(1 − s[t, i]²)   for t = 0…4, i = 0…3",
        "∂L/∂w[i, j] = Σ_{t=0…4} a[t, j]·∂L/∂z[t, i]   for i = 0…3, j = 0…2",
        "∂L/∂u[i, k] = Σ_{t=0…3} s[t, k]·∂L/∂z[t + 1, i]   for i = 0…3, k = 0…3",
    ],
    "lstm": [
        "∂L/∂s[t, k] = ∂L/∂h[t, k] + [t ≤ 3]·Σ_{m=0…15} u[m, k]·∂L/∂z[t + 1, m]   for t = 0…4, k = 0…3",
        (
            "∂L/∂c[t, k] = ∂L/∂s[t, k]·o[t, k]·(1 − tanh(c[t, k])²) + f[t + 1, k]·∂L/∂c[t + 1, k]·[t ≤ 3]"
            "   for t = 0…4, k = 0…3"
        ),
        "∂L/∂o[t, k] = ∂L/∂s[t, k]·tanh(c[t, k])   for t = 0…4, k = 0…3",
        "∂L/∂g[t, k] = i[t, k]·∂L/∂c[t, k]   for t = 0…4, k = 0…3",
        "∂L/∂i[t, k] = g[t, k]·∂L/∂c[t, k]   for t = 0…4, k = 0…3",
        "∂L/∂f[t, k] = c[t − 1, k]·∂L/∂c[t, k]·[1 ≤ t]   for t = 0…4, k = 0…3",
        "∂L/∂w[m, j] = Σ_{t=0…4} a[t, j]·∂L/∂z[t, m]   for m = 0…15, j = 0…2",
    ],
    "gru": [
        (
            "∂L/∂s[t, k] = ∂L/∂h[t, k] + [t ≤ 3]·Σ_{m=0…11} u[m, k]·∂L/∂q[t + 1, m]"
            " + z[t + 1, k]·∂L/∂s[t + 1, k]·[t ≤ 3]   for t = 0…4, k = 0…3"
        ),
        "∂L/∂n[t, k] = ∂L/∂s[t, k]·(1 − z[t, k])   for t = 0…4, k = 0…3",
        "∂L/∂r[t, k] = ∂L/∂n[t, k]·q[t, k + 8]·(1 − n[t, k]²)   for t = 0…4, k = 0…3",
    ],
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_closed_forms_are_those_of_textbooks(name):
    lines = said(f"input(5x3) | {name}(4)", "index")
    for formula in TEXTBOOK[name]:
        assert formula in lines


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_each_printed_formula_reads_only_what_stands_before_it(name):
    d = sg.derive(f"input(3x2) | {name}(2) | mse", wrt=("all", "z" if name == "rnn" else "s"))
    known = {str(x) for tensor in ("a", "w", "u", "b", "beta", "y") for x in flat(d.network[tensor])}
    for line in said(d.network.model.text, "scalar"):
        target = line.split(" = ")[0]
        gradient = target.startswith("∂")
        entry = target.removeprefix("∂L/∂")
        formula = (d.gradient if gradient else d.forward)[entry]
        assert {str(x) for x in formula.free_symbols} <= known, line
        known.add(f"dL_d{entry}" if gradient else entry)


def flat(array):
    return sympy.flatten(array.tolist())


MODULES = {"rnn": ("RNN", {}), "lstm": ("LSTM", {}), "gru": ("GRU", {})}


@pytest.mark.parametrize("samples", [None, 1, 3])
@pytest.mark.parametrize("name", MODULES)
def test_torch_over_five_steps_and_a_head_at_each(name, samples):
    """One sample by straight code or tables, a batch by tables, against modules with weights of their own."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(5)
    module = getattr(torch.nn, MODULES[name][0])(3, 4, batch_first=True, dtype=torch.float64)
    head = torch.nn.Linear(4, 2, dtype=torch.float64)
    rng = np.random.default_rng(1)
    leading = () if samples is None else (samples,)
    x = torch.tensor(rng.normal(size=(*leading, 5, 3)), requires_grad=True)
    y = torch.tensor(rng.normal(size=(*leading, 5, 2)))
    loss = ((head(module(x)[0]) - y) ** 2).sum() / 10
    loss.backward()
    own = {"w1": "weight_ih_l0", "u1": "weight_hh_l0", "b1": "bias_ih_l0", "beta1": "bias_hh_l0"}
    weights = {ours: getattr(module, theirs) for ours, theirs in own.items()}
    weights |= {"w2": head.weight, "b2": head.bias}
    f = sg.evaluator(f"input(5x3) | {name}(4) | linear(2) | mse")
    values = {k: v.detach().numpy() for k, v in weights.items()}
    found = f({**values, "a0": x.detach().numpy(), "y": y.numpy()})
    assert np.sum(found["L"]) == pytest.approx(loss.item(), rel=1e-12)
    for ours, theirs in {**weights, "a0": x}.items():
        truth = theirs.grad.numpy()
        assert np.abs(found[f"dL_d{ours}"] - truth).max() <= 1e-12 * np.abs(truth).max(), ours


def test_what_cannot_be_multiplied_by_a_matrix_goes_step_by_step_too():
    """An infinity in one step must not reach the steps before it by way of a 0 that stands for them."""
    f = sg.evaluator("input(100x1) | rnn(2, relu)")
    a = np.ones((100, 1))
    a[-1] = np.inf
    ones = {"w": np.ones((2, 1)), "u": np.eye(2) / 2, "b": np.zeros(2), "beta": np.zeros(2)}
    found = f({**ones, "a": a, "dL_dh": np.ones((100, 2))})
    assert np.isfinite(found["h"][:-1]).all()
    assert np.isinf(found["h"][-1]).all()


def test_the_hessian_goes_through_time_too():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    rng = np.random.default_rng(2)
    shapes = {"w": (4, 1), "u": (4, 1), "b": (4,), "beta": (4,), "a": (3, 1), "y": (3, 1)}
    values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    vector = {"u": rng.normal(size=(4, 1)), "w": rng.normal(size=(4, 1))}
    found = sg.hessian_vector("input(3x1) | lstm(1) | mse")(values, vector)
    held = {name: torch.tensor(value, requires_grad=name != "y") for name, value in values.items()}
    module = torch.nn.LSTM(1, 1, dtype=torch.float64)
    given = {
        "weight_ih_l0": held["w"],
        "weight_hh_l0": held["u"],
        "bias_ih_l0": held["b"],
        "bias_hh_l0": held["beta"],
    }
    out = torch.func.functional_call(module, given, (held["a"],))[0]
    loss = ((out - held["y"]) ** 2).mean()
    names = [name for name in held if name != "y"]
    first = torch.autograd.grad(loss, [held[n] for n in names], create_graph=True)
    along = sum((g * torch.tensor(vector[n])).sum() for n, g in zip(names, first, strict=True) if n in vector)
    second = torch.autograd.grad(along, [held[n] for n in names])
    for name, truth in zip(names, second, strict=True):
        assert np.abs(found[name] - truth.numpy()).max() < 1e-12, name


def test_one_step_has_no_step_before_it():
    lines = said("input(1x2) | rnn(1) | mse", "scalar")
    assert not any("u" in line.split(" = ")[1] for line in lines)
    assert "∂L/∂u1 = 0" in lines


@pytest.mark.parametrize("shape", ["3", "2x3x4"])
def test_what_is_no_sequence_is_refused(shape):
    with pytest.raises(DescriptionError, match="lstm needs a sequence T×C, and its input is"):
        build(f"input({shape}) | lstm(2)")


def test_an_entry_in_the_middle_asks_only_for_what_comes_after_it():
    text = "".join(render_text(document(derive(build("input(4x1) | rnn(1) | mse"), ("s3",)))))
    gradients = text[text.index("Gradients") :]
    assert "∂L/∂s3 = ∂L/∂h3 + u1·∂L/∂z4" in gradients
    assert "∂L/∂s4 = " in gradients
    assert not any(f"∂L/∂{name} = " in gradients for name in ("s2", "z3", "z2", "h2", "w1"))


def test_paths_go_through_the_same_tensor_at_the_next_step():
    lines = said("input(2x1) | lstm(1) | mse", "chain")
    (line,) = (line for line in lines if line.startswith("∂L/∂c1 = "))
    assert line.split(" = ")[1] == "∂L/∂s1·∂s1/∂c1 + ∂L/∂c2·∂c2/∂c1"
