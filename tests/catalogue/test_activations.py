"""Activations: the formula of a row, at numbers."""

from __future__ import annotations

import math

import pytest
from oracles.dual import run
from oracles.fields import Floats

from symgrad.network.build import build

TRUTH = {
    "relu": lambda x: max(0.0, x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
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
