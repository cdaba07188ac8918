"""Sums and concatenations: their shapes, their equations read entry by entry, and what does not fit."""

from __future__ import annotations

import pytest
from oracles.dual import run
from oracles.fields import Fractions

from symgrad.algebra.tensors import Tensor
from symgrad.catalogue.declare import MisfitError, Place
from symgrad.catalogue.joining import add, concat

PLACE = Place(lambda stem: (stem, ""), "r")


def tensors(*shapes):
    return tuple(Tensor(f"t{'abc'[n]}", shape, "input") for n, shape in enumerate(shapes))


def values(layer, inputs, *entries):
    (definition,) = layer.stated(PLACE, inputs, {})
    given = {
        tensor.name: [*map(Fractions().number, held)] for tensor, held in zip(inputs, entries, strict=True)
    }
    return definition.target.shape, run([definition], given, Fractions())["r"]


def test_a_sum_is_entry_by_entry():
    assert values(add, tensors((2,), (2,), (2,)), [1, 2], [10, 20], [100, 200]) == ((2,), [111, 222])
    (one,) = tensors((2, 2))
    assert values(add, (one, one), [1, 2, 3, 4], [1, 2, 3, 4]) == ((2, 2), [2, 4, 6, 8])


def test_a_concatenation_is_along_the_first_axis():
    assert values(concat, tensors((2,), (1,), (2,)), [1, 2], [3], [4, 5]) == ((5,), [1, 2, 3, 4, 5])
    shape, entries = values(concat, tensors((1, 2, 2), (2, 2, 2)), range(4), range(4, 12))
    assert (shape, entries) == ((3, 2, 2), [*range(12)])


@pytest.mark.parametrize(
    ("layer", "shapes", "message"),
    [
        (add, [(2,), (3,)], "ta is 2 and tb is 3"),
        (add, [(2,), (2,), (2, 1)], "ta is 2, tb is 2 and tc is 2×1"),
        (concat, [(2, 3), (2, 4)], "ta is 2×3 and tb is 2×4"),
        (concat, [(2, 3), (2,)], "ta is 2×3 and tb is 2"),
        (concat, [(), ()], "a single number"),
    ],
)
def test_what_does_not_fit_is_refused(layer, shapes, message):
    with pytest.raises(MisfitError, match=message):
        layer.stated(PLACE, tensors(*shapes), {})
