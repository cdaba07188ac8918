"""Losses, at numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from oracles.dual import run
from oracles.fields import Fractions

from symgrad import DescriptionError, derive, evaluator
from symgrad.network.build import build


@pytest.mark.parametrize(
    ("options", "loss"),
    [
        ("", Fraction(29, 3)),
        ("(mean)", Fraction(29, 3)),
        ("(sum)", 29),
        ("(half)", Fraction(29, 6)),
        ("(sum, half)", Fraction(29, 2)),
        ("(reduction=sum, half=true)", Fraction(29, 2)),
        ("(half=false)", Fraction(29, 3)),
    ],
)
def test_mse(options, loss):
    given = {"a": [1, 2, 3], "y": [3, 5, -1]}  # 4 + 9 + 16
    assert run(build(f"input(3) | mse{options}").definitions, given, Fractions())["L"] == [loss]


def test_the_mean_is_over_all_entries():
    given = {"a": [2, 0, 0, 0, 0, 0], "y": [0] * 6}
    assert run(build("input(2x3) | mse").definitions, given, Fractions())["L"] == [Fraction(4, 6)]


LOSSES = {
    "mse": lambda a, y: (a - y) ** 2,
    "mse(half)": lambda a, y: (a - y) ** 2 / 2,
    "l1": lambda a, y: abs(a - y),
    "smooth_l1": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) < 1 else abs(a - y) - 0.5,
    "smooth_l1(beta=0.25)": lambda a, y: 2 * (a - y) ** 2 if abs(a - y) < 0.25 else abs(a - y) - 0.125,
    "smooth_l1(beta=0)": lambda a, y: abs(a - y),
    "huber": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) < 1 else abs(a - y) - 0.5,
    "huber(delta=0.25)": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) < 0.25 else 0.25 * (abs(a - y) - 0.125),
    "bce": lambda a, y: -(y * math.log(a) + (1 - y) * math.log(1 - a)),
    "bce_with_logits": lambda a, y: math.log(1 + math.exp(a)) - y * a,
    "hinge_embedding": lambda a, y: a if y > 0.5 else max(0, 1 - a),
    "hinge_embedding(margin=0.5)": lambda a, y: a if y > 0.5 else max(0, 0.5 - a),
    "kl_div": lambda a, y: y * (math.log(y) - a),
    "kl_div(log_target=true)": lambda a, y: math.exp(y) * (y - a),
}
A, Y = np.array([[0.1, 0.9, 0.7], [0.4, 0.5, 0.8]]), np.array([[0.9, 0.6, 0.1], [0.7, 0.3, 0.1]])


def reduced(text, reduction):
    return text.replace(")", f", reduction={reduction})") if "(" in text else f"{text}(reduction={reduction})"


@pytest.mark.parametrize("text", LOSSES)
def test_a_loss_and_its_reductions(text):
    y = np.where(Y > 0.5, 1.0, -1.0) if text.startswith("hinge") else Y
    each = np.array([LOSSES[text](*pair) for pair in zip(A.ravel(), y.ravel(), strict=True)]).reshape(2, 3)
    for reduction, truth in (("mean", each.mean()), ("sum", each.sum())):
        found = evaluator(f"input(2x3) | {reduced(text, reduction)}")({"a": A, "y": y})["L"]
        assert np.isclose(found, truth, rtol=1e-14)
    found = evaluator(f"input(2x3) | {reduced(text, 'none')}")({"a": A, "y": y, "dL_dl": np.ones((2, 3))})
    assert np.allclose(found["l"], each, rtol=1e-14)


def test_batchmean_is_over_the_first_axis():
    loss = evaluator("input(2x3) | kl_div(batchmean)")({"a": A, "y": Y})["L"]
    assert np.isclose(loss, (Y * (np.log(Y) - A)).sum() / 2, rtol=1e-14)


def test_nothing_follows_a_loss_for_each_entry():
    with pytest.raises(DescriptionError, match="nothing can follow a loss"):
        build("input(2) | mse(none) | linear(1)")


def slope(text, a, y):
    """``dL/da``, by the evaluator, for one sample and for a batch."""
    f = evaluator(f"input({len(a)}) | {text}")
    one = f({"a": a, "y": y})["dL_da"]
    assert np.array_equal(f({"a": [a, a], "y": y})["dL_da"], [one, one])
    return one


KINKS = {
    "l1(sum)": ([2.0], [2.0], [0.0]),
    "smooth_l1(sum)": ([0.0, 0.0, 3.0], [1.0, -1.0, 3.0], [-1.0, 1.0, 0.0]),
    "smooth_l1(sum, 0)": ([2.0], [2.0], [0.0]),
    "huber(sum)": ([0.0, 0.0, 3.0], [1.0, -1.0, 3.0], [-1.0, 1.0, 0.0]),
    "hinge_embedding(reduction=sum)": ([1.0, 1.0, 2.0], [-1.0, 1.0, -1.0], [-1.0, 1.0, 0.0]),
}


@pytest.mark.parametrize("text", KINKS)
def test_the_derivative_at_a_kink_is_torch_s(text):
    a, y, truth = KINKS[text]
    assert slope(text, a, y).tolist() == truth
    oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")
    (step,) = build(f"input(1) | {text}").steps
    x, t = (oracle.torch.tensor(v, dtype=oracle.torch.float64) for v in (a, y))
    x.requires_grad_()
    oracle.LAYERS[step.layer](x, [t], step.options).backward()
    assert x.grad.tolist() == truth


def test_logits_never_overflow():
    f = evaluator("input(2) | bce_with_logits(sum)")
    found = f({"a": [1000.0, -1000.0], "y": [1.0, 0.0]})
    assert found["L"] == 0
    assert found["dL_da"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("text", "a", "y", "loss", "gradient"),
    [
        ("kl_div(sum)", [-1.0, -2.0], [0.0, 1.0], 2.0, [0.0, -1.0]),
        ("bce(sum)", [0.5, 0.5], [0.0, 1.0], 2 * math.log(2), [2.0, -2.0]),
    ],
)
def test_nothing_times_the_logarithm_of_nothing_is_nothing(text, a, y, loss, gradient):
    for given in ({"a": a, "y": y}, {"a": [a, a], "y": y}, {"a": [a, a], "y": [y, y]}):
        found = evaluator(f"input(2) | {text}")(given)
        assert np.allclose(found["L"], loss)
        assert np.allclose(found["dL_da"], gradient)
    assert "0·log 0 counts as 0." in derive(f"input(2) | {text}").text()


def test_the_gradient_of_logits_is_the_difference_of_probabilities():
    lines = derive("input(1) | bce_with_logits").text().splitlines()
    assert "  L = softplus(a1) − y1·a1" in lines
    assert "  ∂L/∂a1 = sigmoid(a1) − y1" in lines


@pytest.mark.parametrize("seed", range(20))
def test_cosine_embedding_is_torch_s(seed):
    oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")
    rng = np.random.default_rng(seed)
    samples, size = rng.integers(1, 6, 2)
    shape = (samples, size) if seed % 3 else (size,)
    margin, reduction = rng.choice([0, 0.25, -0.5]), ["mean", "sum", "none"][seed % 3 - 1]
    a, u = rng.normal(size=(2, *shape))
    y = rng.choice([-1.0, 1.0], size=shape[:-1])
    held = [oracle.torch.tensor(value, requires_grad=True) for value in (a, u)]
    options = {"margin": margin, "reduction": reduction}
    loss = oracle.cosine_embedding(*held, [oracle.torch.tensor(y)], options)
    upstream = rng.normal(size=tuple(loss.shape))
    loss.backward(oracle.torch.tensor(upstream))
    sizes = "x".join(map(str, shape))
    f = evaluator(f"input({sizes}) as u | input({sizes}) | cosine_embedding(u, {margin}, {reduction})")
    found = f({"a": a, "u": u, "y": y, **({"dL_dl": upstream} if reduction == "none" else {})})
    scale = upstream if reduction == "none" else 1 / upstream
    assert np.allclose(
        found["l" if reduction == "none" else "L"], loss.detach().numpy(), rtol=1e-10, atol=1e-11
    )
    for name, leaf in zip("au", held, strict=True):
        truth = leaf.grad.numpy() * (1 if reduction == "none" else scale)
        assert np.allclose(found[f"dL_d{name}"], truth, rtol=1e-11, atol=1e-12)


def test_at_the_kink_of_cosine_embedding_the_derivative_is_torch_s():
    """Where the cosine is the margin, 0 here and exactly, torch's clamp passes the gradient on."""
    oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")
    a, u, y = [1.0, 0.0], [0.0, 1.0], -1.0
    held = [oracle.torch.tensor(v, dtype=oracle.torch.float64, requires_grad=True) for v in (a, u)]
    target = oracle.torch.tensor(y, dtype=oracle.torch.float64)
    oracle.cosine_embedding(*held, [target], {"margin": 0, "reduction": "mean"}).backward()
    found = evaluator("input(2) as u | input(2) | cosine_embedding(u)")({"a": a, "u": u, "y": y})
    assert np.allclose(found["dL_da"], [0.0, 1.0])
    nothing = evaluator("input(2) as u | input(2) | cosine_embedding(u)")({"a": [0, 0], "u": u, "y": 1.0})
    assert nothing["L"] == 1
    assert np.allclose(found["dL_da"], held[0].grad.numpy(), rtol=1e-11)
    assert np.allclose(found["dL_du"], held[1].grad.numpy(), rtol=1e-11)


def test_the_gradient_of_a_cosine_is_what_the_direction_leaves():
    lines = derive("input(2) as u | input(2) | cosine_embedding(u)").text("index").splitlines()
    assert "  c = Σ_{j=0…1} p[j]·q[j]" in lines
    assert "  ∂L/∂c = −[y > 0] + [y ≤ 0]·[c ≥ 0]" in lines
    (gradient,) = (line for line in lines if line.startswith("  ∂L/∂a["))
    assert gradient == "  ∂L/∂a[j] = (q[j]·∂L/∂c − p[j]·c·∂L/∂c)/r   for j = 0…1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "input(3) as u | input(2) | cosine_embedding(u)",
            "two inputs of one shape, and they are 2 and 3",
        ),
        ("input(2) as u | input(2) | cosine_embedding(u, 1.5)", "margin lies between -1 and 1"),
    ],
)
def test_what_cosine_embedding_does_not_take_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build(text)
