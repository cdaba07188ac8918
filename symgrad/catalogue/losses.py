"""Losses: each ends a network in a single number L."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from symgrad.algebra.affine import Index
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Total, quantity
from symgrad.catalogue.declare import Place, layer
from symgrad.catalogue.options import Option, choice, flag


@layer(
    "loss",
    "L",
    Option("reduction", choice("mean", "sum"), "mean"),
    Option("half", flag, default=False),
)
def mse(place: Place, a: Tensor, *, reduction: str, half: bool) -> Definition:
    """Squared error: ``L = 1/n · Σ_i (a[i] − y[i])²``, without 1/n for reduction=sum, halved for half."""
    y = place.target(a)
    axes = tuple(Index(size, letter) for size, letter in zip(a.shape, a.letters, strict=True))
    squares = Total(axes, (a[axes] - y[axes]) ** 2)
    summed = quantity(Fraction(1, 2)) * squares if half else squares
    loss = summed / prod(a.shape) if reduction == "mean" else summed
    return Definition(place.objective(), (), loss)
