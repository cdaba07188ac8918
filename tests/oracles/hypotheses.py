"""Values that keep what a tensor is assumed to be: probabilities that sum to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from typing import TypeVar

from oracles.dual import flat
from symgrad.algebra.tensors import Tensor

T = TypeVar("T")


def last_of_sums(tensor: Tensor) -> Iterable[tuple[int, list[int]]]:
    """For each sum that is assumed to be 1: the flat position of its last entry, and those of the others."""
    axis = tensor.sums_to_one
    if axis is None:
        return
    shape = tensor.shape
    for place in product(*(range(n if a != axis else 1) for a, n in enumerate(shape))):
        run = [flat((*place[:axis], k, *place[axis + 1 :]), shape) for k in range(shape[axis])]
        yield run[-1], run[:-1]


def kept(tensor: Tensor, entries: list[T], one_minus: Callable[[list[T]], T]) -> list[T]:
    """The entries with the last of each sum replaced so that the sum is 1."""
    assert len(entries) == prod(tensor.shape)
    result = list(entries)
    for last, others in last_of_sums(tensor):
        result[last] = one_minus([result[n] for n in others])
    return result
