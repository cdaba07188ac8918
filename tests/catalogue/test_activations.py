"""Activations: the formula of a row, at numbers."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from oracles.dual import run
from oracles.fields import Floats

from symgrad import DescriptionError, derive, evaluator
from symgrad.network.build import build

NORMAL = statistics.NormalDist()
TRUTH = {
    "relu": lambda x: max(0.0, x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "selu": lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "hardsigmoid": lambda x: min(1.0, max(0.0, x / 6 + 0.5)),
    "hardtanh": lambda x: min(1.0, max(-1.0, x)),
    "gelu": lambda x: x * NORMAL.cdf(x),
    "gelu(tanh)": lambda x: x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "activation": lambda x: x**3,
}


@pytest.mark.parametrize("name", TRUTH)
def test_an_activation_acts_on_each_entry_alone(name):
    xs = [-2.0, -0.5, 0.0, 0.3, 1.0, 4.0]
    model = build(f"input(2x3) | {name}")
    found = run(model.definitions, {"a": xs}, Floats({("f", 0): lambda x: x**3}))["h"]
    assert all(
        math.isclose(h, TRUTH[name](x), rel_tol=1e-14, abs_tol=1e-15) for h, x in zip(found, xs, strict=True)
    )
    assert model.tensor("h").shape == (2, 3)


def slopes(text, at):
    """``dh/da`` of an activation at some points, by the evaluator: for one sample, and for a batch."""
    xs = np.array(at, dtype=float)
    f = evaluator(f"input({len(xs)}) | {text}")
    ones = np.ones(len(xs))
    one = f({"a": xs, "dL_dh": ones})["dL_da"]
    many = f({"a": np.array([xs, xs]), "dL_dh": ones})["dL_da"]
    assert np.allclose(many, [one, one], rtol=1e-15, atol=0)
    return one.tolist()


KINKS = {
    "relu": ([0.0], [0.0]),
    "leaky_relu": ([0.0], [0.01]),
    "leaky_relu(0.25)": ([0.0, -1.0], [0.25, 0.25]),
    "elu": ([0.0], [1.0]),
    "elu(0.5)": ([0.0], [0.5]),
    "selu": ([0.0], [1.0507009873554805 * 1.6732632423543772]),
    "hardtanh": ([-1.0, 0.0, 1.0], [0.0, 1.0, 0.0]),
    "hardtanh(-2, 0.5)": ([-2.0, 0.0, 0.5], [0.0, 1.0, 0.0]),
    "hardsigmoid": ([-3.0, 0.0, 3.0], [0.0, 1 / 6, 0.0]),
    "softsign": ([0.0], [1.0]),
}
"""What torch's derivatives at the kinks are: :func:`test_the_derivative_at_a_kink_is_torch_s`."""


@pytest.mark.parametrize("text", KINKS)
def test_the_derivative_at_a_kink(text):
    at, truth = KINKS[text]
    assert np.allclose(slopes(text, at), truth, rtol=1e-15, atol=0)


@pytest.mark.parametrize("text", KINKS)
def test_the_derivative_at_a_kink_is_torch_s(text):
    oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")
    functional = oracle.torch.nn.functional
    at, _ = KINKS[text]
    name = text.partition("(")[0]
    (step,) = build(f"input(1) | {text}").steps
    x = oracle.torch.tensor(at, dtype=oracle.torch.float64, requires_grad=True)
    getattr(functional, name)(x, **{n: float(value) for n, value in step.options.items()}).sum().backward()
    tolerance = 1e-7 if name == "hardsigmoid" else 1e-15  # torch's 1/6 there is in single precision
    assert np.allclose(slopes(text, at), x.grad, rtol=tolerance, atol=0)


@pytest.mark.parametrize(
    ("text", "at", "value", "slope"),
    [
        ("elu", 1000.0, 1000.0, 1.0),
        ("selu", 1000.0, 1050.7009873554805, 1.0507009873554805),
        ("elu", -1000.0, -1.0, 0.0),
        ("softplus", 1000.0, 1000.0, 1.0),
        ("softplus", -1000.0, 0.0, 0.0),
        ("silu", 1000.0, 1000.0, 1.0),
        ("silu", -1000.0, 0.0, 0.0),
        ("gelu", 1000.0, 1000.0, 1.0),
        ("gelu", -1000.0, 0.0, 0.0),
        ("gelu(tanh)", 1000.0, 1000.0, 1.0),
        ("softsign", 1e200, 1.0, 0.0),
        ("hardtanh", 1e308, 1.0, 0.0),
    ],
)
def test_far_from_zero_nothing_overflows(text, at, value, slope):
    f = evaluator(f"input(1) | {text}")
    for a in ([at], [[at], [at]]):
        found = f({"a": a, "dL_dh": [1.0]})
        assert np.allclose(found["h"], value, rtol=1e-15, atol=1e-150)
        assert np.allclose(found["dL_da"], slope, rtol=1e-15, atol=1e-150)


@pytest.mark.parametrize("text", ["elu", "selu", "leaky_relu", "hardtanh", "hardsigmoid"])
def test_what_is_no_number_stays_none(text):
    f = evaluator(f"input(1) | {text}")
    for a in ([np.nan], [[np.nan], [1.0]]):
        assert np.isnan(f({"a": a, "dL_dh": [1.0]})["h"].ravel()[0])


def test_hardtanh_needs_two_ends():
    with pytest.raises(DescriptionError, match="hardtanh needs min_val < max_val, not 1 and 1"):
        build("input(2) | hardtanh(1)")


@pytest.mark.parametrize(
    ("text", "forward", "gradient"),
    [
        ("leaky_relu", "h1 = a1·[a1 > 0] + 0.01·a1·[a1 ≤ 0]", "∂L/∂h1·[a1 > 0] + 0.01·∂L/∂h1·[a1 ≤ 0]"),
        ("elu", "h1 = a1·[a1 > 0] + (exp(a1) − 1)·[a1 ≤ 0]", "∂L/∂h1·[a1 > 0] + ∂L/∂h1·exp(a1)·[a1 ≤ 0]"),
        ("hardtanh", "h1 = a1·[a1 > −1]·[a1 < 1] − [a1 ≤ −1] + [a1 ≥ 1]", "∂L/∂h1·[a1 > −1]·[a1 < 1]"),
        ("silu", "h1 = a1·sigmoid(a1)", "∂L/∂h1·sigmoid(a1) + ∂L/∂h1·h1·(1 − sigmoid(a1))"),
        ("gelu", "h1 = a1·Φ(a1)", "∂L/∂h1·Φ(a1) + ∂L/∂h1·a1·φ(a1)"),
        (
            "gelu(tanh)",
            "h1 = 1/2·a1·(1 + tau1)",
            "1/2·∂L/∂h1·(1 + tau1) + 1/2·κ·∂L/∂h1·a1·(1 − tau1²) + 0.0670725·κ·∂L/∂h1·a1³·(1 − tau1²)",
        ),
        ("softplus(2)", "h1 = 1/2·softplus(2·a1)", "∂L/∂h1·sigmoid(2·a1)"),
    ],
)
def test_it_reads_as_in_a_book(text, forward, gradient):
    lines = derive(f"input(1) | {text}").text().splitlines()
    assert f"  {forward}" in lines
    assert f"  ∂L/∂a1 = {gradient}" in lines
    assert any("where two cases meet" in line for line in lines) == ("[" in forward)


def test_dropout_is_torch_s_with_its_mask():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    torch.manual_seed(1)
    x = torch.linspace(-2, 3, 40, dtype=torch.float64, requires_grad=True)
    y = torch.nn.Dropout(p=0.3)(x)
    y.sum().backward()
    mask = (y != 0).numpy().astype(float)
    assert 0 < mask.sum() < 40
    found = evaluator("input(40) | dropout(0.3)")({"a": x.detach().numpy(), "m": mask, "dL_dh": np.ones(40)})
    assert np.allclose(found["h"], y.detach().numpy(), rtol=1e-15)
    assert np.allclose(found["dL_da"], x.grad.numpy(), rtol=1e-15)
    assert "dL_dm" not in found


def test_each_dropout_has_its_mask():
    model = build("input(2) | dropout | linear(2) | relu | dropout(0.25) | dropout | linear(1)")
    masks = [tensor.name for tensor in model.tensors if tensor.role == "given"]
    assert masks == ["m0", "m1", "m1b"]
    text = derive("input(2) | dropout(0.25)").text()
    assert "  h1 = 4/3·m1·a1\n" in text
    assert "  ∂L/∂a1 = 4/3·m1·∂L/∂h1\n" in text
    assert "∂L/∂m" not in text


@pytest.mark.parametrize("p", ["1", "1.5", "-0.1"])
def test_dropout_lets_some_through(p):
    with pytest.raises(DescriptionError, match="p must be a number from 0, below 1"):
        build(f"input(2) | dropout({p})")
