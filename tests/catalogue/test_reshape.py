"""Layers that only move entries."""

from __future__ import annotations

from math import prod

import pytest
from oracles.dual import run
from oracles.fields import Prime

from symgrad import derive
from symgrad.errors import DescriptionError
from symgrad.network.build import build


@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 3, 4), (1, 5, 1), (2, 1, 2, 3)])
def test_flatten_keeps_the_row_major_order(shape):
    model = build(f"input({'x'.join(map(str, shape))}) | flatten")
    (size,) = model.tensor("v").shape
    assert run(model.definitions, {"a": list(range(size))}, Prime())["v"] == list(range(size))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("input(12) | unflatten(1, (2, 3, 2))", (2, 3, 2)),
        ("input(12) | unflatten(-1, (2, -1))", (2, 6)),
        ("input(2x6) | unflatten(2, (3, 2))", (2, 3, 2)),
        ("input(4x3) | unflatten(1, (2, 2))", (2, 2, 3)),
        ("input(2x4x3) | unflatten(-2, (4, -1))", (2, 4, 1, 3)),
    ],
)
def test_unflatten_keeps_the_row_major_order(text, shape):
    model = build(text)
    assert model.tensor("v").shape == shape
    size = prod(shape)
    assert run(model.definitions, {"a": list(range(size))}, Prime())["v"] == list(range(size))
    assert len(set(model.tensor("v").letters)) == len(shape)


def test_unflatten_undoes_flatten():
    model = build("input(2x3x4) | flatten | unflatten(1, (2, 3, 4)) as u | mse")
    assert model.tensor("u").shape == (2, 3, 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input(6) | unflatten(2, (2, 3))", "there is no axis 2 in an input that is 6"),
        ("input(6) | unflatten(-2, (2, 3))", "there is no axis -2"),
        ("input(6) | unflatten(0, (2, 3))", "dim must be a whole number from 1"),
        ("input(6) | unflatten(1, (2, 2))", "the 6 entries of the axis are not 2×2"),
        ("input(6) | unflatten(1, (4, -1))", "the 6 entries of the axis are not 4×-1"),
    ],
)
def test_what_does_not_fit_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build(text)


def test_each_entry_is_read_where_it_goes():
    lines = derive("input(6) | unflatten(1, (2, 3))").text("index").splitlines()
    assert "  v[k, l] = a[3k + l]   for k = 0…1, l = 0…2" in lines
    assert "  ∂L/∂a[3k + j] = ∂L/∂v[k, j]   for k = 0…1, j = 0…2" in lines
