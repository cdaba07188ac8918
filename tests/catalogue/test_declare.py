"""Declarations: what a layer needs to be one."""

from __future__ import annotations

import pytest

from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.declare import MisfitError, Place, elementwise, layer, told
from symgrad.catalogue.options import Option, count
from symgrad.errors import ShapeError

PLACE = Place(lambda stem: (stem + "2", "2"), "z")


def test_a_place_names_the_tensors_that_a_layer_brings():
    w, z = PLACE.parameter("w", (2, 3), "ij"), PLACE.output((2,), ("i",))
    assert (w.name, w.label, w.role, w.shape, w.letters) == ("w2", "2", "parameter", (2, 3), ("i", "j"))
    assert (z.name, z.role) == ("z2", "intermediate")
    assert PLACE.objective().name == "L"
    assert PLACE.target(z).shape == z.shape


def test_a_decorated_equation_is_a_layer():
    @layer("layer", "z", Option("n", count))
    def twice(place, a, *, n):
        """Twice.

        More on it.
        """
        return define(place.output(a.shape), lambda i: n * a[i])

    assert (twice.name, twice.kind, twice.stem, twice.summary) == ("twice", "layer", "z", "Twice.")
    assert [option.name for option in twice.options] == ["n"]


def test_elementwise_has_the_axes_of_its_input():
    a = Tensor("a", (2, 3), "input", ("p", "q"))
    definition = elementwise(Tensor("h", (2, 3), "intermediate"), a, lambda axes: a[axes])
    assert [(i.letter, i.size) for i in definition.axes] == [("p", 2), ("q", 3)]


def test_shapes_as_messages_write_them():
    assert told((1, 28, 28)) == "1×28×28"
    assert told(()) == "a single number"


def test_a_misfit_is_a_shape_error_that_names_the_option():
    assert isinstance(MisfitError("no", "groups"), ShapeError)
    assert MisfitError("no").option is None


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_every_entry_says_what_it_is(entry):
    assert CATALOGUE[entry.name] is entry
    assert entry.summary
    assert len({option.name for option in entry.options}) == len(entry.options)
