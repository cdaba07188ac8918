"""The affine map, entry by entry."""

from __future__ import annotations

import pytest
from oracles.dual import run
from oracles.fields import Prime

from symgrad.algebra.tensors import Tensor
from symgrad.catalogue.declare import MisfitError, Place
from symgrad.catalogue.linear import linear
from symgrad.network.build import build


def test_each_row_of_weights_meets_the_input():
    given = {"a": [1, 2, 3], "w": [1, 0, 2, 5, 7, 11], "b": [100, 200]}
    assert run(build("input(3) | linear(2)").definitions, given, Prime())["z"] == [107, 252]


def test_leading_axes_are_carried_along():
    given = {"a": [1, 2, 3, 4, 5, 6], "w": [1, 10, 100]}
    model = build("input(2x3) | linear(1, bias=false)")
    assert run(model.definitions, given, Prime())["z"] == [321, 654]
    assert model.tensor("b") is None


def test_a_single_number_has_no_axis_to_map():
    place = Place(lambda stem: (stem, ""), "z")
    with pytest.raises(MisfitError, match="at least one axis"):
        linear.state(place, Tensor("a", (), "input"), out_features=2, bias=True)
