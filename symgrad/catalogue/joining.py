"""Where branches of a network meet: layers with several inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add as plus

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.written import Definition, Written, inside
from symgrad.catalogue.declare import MisfitError, Place, layer, told


@layer("join", "r")
def add(place: Place, *inputs: Tensor) -> Definition:
    """Sum, entry by entry: ``r[i, …] = a[i, …] + u[i, …] + …``; all have one shape."""
    first = inputs[0]
    if any(tensor.shape != first.shape for tensor in inputs):
        raise MisfitError(f"what is added must have one shape, and here {_shapes(inputs)}")
    axes = indices_of(first)
    r = place.output(first.shape, first.letters)
    return Definition(r, axes, reduce(plus, (tensor[axes] for tensor in inputs)))


@layer("join", "c")
def concat(place: Place, *inputs: Tensor) -> Definition:
    """One after the other along the first axis: ``c[k, …] = [k < K]·a[k, …] + [K ≤ k]·u[k − K, …] + …``.

    All have one shape but for the first axis, as for torch.cat along the axis of channels.
    """
    first = inputs[0]
    if not all(tensor.shape and tensor.shape[1:] == first.shape[1:] for tensor in inputs):
        raise MisfitError(
            f"what is put one after the other must have one shape but for the first axis, and here "
            f"{_shapes(inputs)}"
        )
    axes = indices_of(first)
    k = Index(sum(tensor.shape[0] for tensor in inputs), axes[0].letter)
    c = place.output((k.size, *first.shape[1:]), first.letters)
    parts: list[Written] = []
    here = Affine(0, {}) + k
    for tensor in inputs:
        parts.append(inside((here, tensor.shape[0])) * tensor[here, *axes[1:]])
        here = here - tensor.shape[0]
    return Definition(c, (k, *axes[1:]), reduce(plus, parts))


def _shapes(inputs: Sequence[Tensor]) -> str:
    told_of = [f"{tensor.name} is {told(tensor.shape)}" for tensor in dict.fromkeys(inputs)]
    return ", ".join(told_of[:-1]) + " and " + told_of[-1] if len(told_of) > 1 else told_of[0]
