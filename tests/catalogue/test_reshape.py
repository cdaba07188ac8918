"""Layers that only move entries."""

from __future__ import annotations

import pytest
from oracles.dual import run
from oracles.fields import Prime

from symgrad.network.build import build


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4), (1, 5, 1), (2, 1, 2, 3)])
def test_flatten_keeps_the_row_major_order(shape):
    model = build(f"input({'x'.join(map(str, shape))}) | flatten")
    (size,) = model.tensor("v").shape
    assert run(model.definitions, {"a": list(range(size))}, Prime())["v"] == list(range(size))
