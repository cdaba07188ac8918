"""Layers that only move entries."""

from __future__ import annotations

from math import prod

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Total, same
from symgrad.catalogue.declare import Place, layer


@layer("reshape", "v")
def flatten(place: Place, a: Tensor) -> Definition:
    """All axes in one, row by row: ``v[n] = Σ_{c,h,w} [n = c·H·W + h·W + w]·a[c,h,w]``."""
    v = place.output((prod(a.shape),), ("n",))
    n = Index(v.shape[0], "n")
    axes = tuple(Index(size, letter) for size, letter in zip(a.shape, a.letters, strict=True))
    flat = Affine(0, {})
    for index in axes:
        flat = flat * index.size + index
    return Definition(v, (n,), Total(axes, same(n, flat) * a[axes]))
