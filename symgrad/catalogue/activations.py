"""Activations: one row each, the formula of ``h = f(z)`` for a single entry z."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.algebra import functions
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Written
from symgrad.catalogue.declare import Layer, Place, elementwise, layer
from symgrad.catalogue.options import Option, word


def row(name: str, summary: str, formula: Callable[[Written], Written]) -> Layer:
    """The catalogue entry of an activation that acts on each entry alone."""

    def state(place: Place, z: Tensor) -> Definition:
        h = place.output(z.shape, z.letters)
        return elementwise(h, z, lambda axes: formula(z[axes]))

    state.__doc__ = summary
    return Layer(name, "activation", "a", (), state)


relu = row("relu", "max(0, z); the derivative at 0 is 0", lambda z: functions.relu(z))
sigmoid = row("sigmoid", "σ(z) = 1/(1 + e^−z)", lambda z: functions.sigmoid(z))
tanh = row("tanh", "hyperbolic tangent", lambda z: functions.tanh(z))


@layer("activation", "a", Option("f", word, "f"))
def activation(place: Place, z: Tensor, *, f: str) -> Definition:
    """An unknown differentiable function f of each entry; its derivative prints as f′."""
    h = place.output(z.shape, z.letters)
    function = functions.abstract(f)
    return elementwise(h, z, lambda axes: function(z[axes]))
