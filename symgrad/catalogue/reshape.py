"""Layers that only move entries."""

from __future__ import annotations

from math import prod

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.written import Definition, Total, same
from symgrad.catalogue.declare import MisfitError, Place, layer, told
from symgrad.catalogue.options import Option, axis, unflat_shape


@layer("reshape", "v")
def flatten(place: Place, a: Tensor) -> Definition:
    """All axes in one, row by row: ``v[n] = Σ_{c,h,w} [n = c·H·W + h·W + w]·a[c,h,w]``."""
    v = place.output((prod(a.shape),), ("n",))
    n = Index(v.shape[0], "n")
    axes = indices_of(a)
    return Definition(v, (n,), Total(axes, same(n, _flat(axes)) * a[axes]))


@layer("reshape", "v", Option("dim", axis), Option("unflattened_size", unflat_shape))
def unflatten(place: Place, a: Tensor, *, dim: int, unflattened_size: tuple[Size, ...]) -> Definition:
    """One axis in several, row by row: ``v[c,h,w] = a[c·H·W + h·W + w]``.

    dim is the axis, counted from 1, or from −1 at the end; the sizes multiply to its size, and one of them
    may be −1 for what is left (torch.nn.Unflatten, for which the samples are axis 0).
    """
    if not (1 <= dim <= len(a.shape) or -len(a.shape) <= dim <= -1):
        raise MisfitError(f"there is no axis {dim} in an input that is {told(a.shape)}", "dim")
    at = dim - 1 if dim > 0 else dim + len(a.shape)
    sizes = _sizes(a.shape[at], unflattened_size)
    kept = list(indices_of(a))
    before, after = kept[:at], kept[at + 1 :]
    taken = {index.letter for index in (*before, *after)}
    spare = (letter for letter in ("c" if len(sizes) > 2 else "") + _LETTERS if letter not in taken)
    parts = tuple(Index(size, next(spare, "k")) for size in sizes)
    axes = (*before, *parts, *after)
    v = place.output(tuple(index.size for index in axes), tuple(index.letter for index in axes))
    return Definition(v, axes, a[*before, _flat(parts), *after])


_LETTERS = "klmnqrstv"


def _flat(axes: tuple[Index, ...]) -> Affine:
    """The number of an entry, row by row: ``c·H·W + h·W + w``."""
    flat = Affine(0, {})
    for index in axes:
        flat = flat * index.size + index
    return flat


def _sizes(whole: Size, wanted: tuple[Size, ...]) -> tuple[Size, ...]:
    """The sizes, what is left of ``whole`` in the place of −1."""
    known = prod(size for size in wanted if size != -1)
    if -1 in wanted and isinstance(whole, int) and isinstance(known, int) and whole % known == 0:
        return tuple(whole // known if size == -1 else size for size in wanted)
    if -1 in wanted or known != whole:
        raise MisfitError(f"the {whole} entries of the axis are not {told(wanted)}", "unflattened_size")
    return wanted
