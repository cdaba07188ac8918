"""Counting: how many products unrolling gives, without unrolling.

Indices that no bracket ties together are independent, so the count of a term is a product over the groups
of tied ones. In a group all indices but the longest are walked, and of that one only the length of its
range is taken: a convolution is counted in as many steps as its kernel has rows and columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.loops import Loop, holds, loop
from symgrad.algebra.terms import Expression
from symgrad.algebra.unroll import Axes, Point, whole_shape


def count_terms(expression: Expression, axes: Axes) -> int:
    """The number of products at all entries that ``axes`` run over.

    Raises:
        AlgebraError: if a size is symbolic, so that there is nothing to count.
    """
    return sum(_count((*axes, *term.bound), term.brackets) for term in expression.terms)


def count_terms_at(expression: Expression, axes: Axes, values: Point) -> int:
    """The number of products at one entry.

    Raises:
        AlgebraError: if a size is symbolic.
    """
    here = {index: affine(value) for index, value in zip(axes, values, strict=True)}
    return sum(_count(term.bound, [b.put(here) for b in term.brackets]) for term in expression.terms)


def _count(indices: Axes, brackets: Iterable[Bracket]) -> int:
    """The number of points of a box at which all brackets hold."""
    sizes = dict(zip(indices, whole_shape(tuple(index.size for index in indices)), strict=True))
    groups: dict[Index, tuple[set[Index], list[Bracket]]] = {}
    for bracket in brackets:
        if not bracket.e.coefficients:
            if not holds(bracket):
                return 0
            continue
        tied, conditions = set(bracket.e), [bracket]
        for members, others in {id(g): g for i in bracket.e if (g := groups.get(i))}.values():
            tied |= members
            conditions += others
        groups |= dict.fromkeys(tied, (tied, conditions))
    free = prod(size for index, size in sizes.items() if index not in groups)
    return free * prod(
        _tied(sorted(members, key=sizes.__getitem__), conditions)
        for members, conditions in {id(g): g for g in groups.values()}.values()
    )


def _tied(order: Sequence[Index], brackets: Sequence[Bracket]) -> int:
    loops = [loop(brackets, index, order[:n], set(order[n + 1 :])) for n, index in enumerate(order)]
    return _walked(loops, [])


def _walked(loops: Sequence[Loop], values: list[int]) -> int:
    here = loops[len(values)](values)
    if len(values) == len(loops) - 1:
        return len(here)
    return sum(_walked(loops, [*values, value]) for value in here)
