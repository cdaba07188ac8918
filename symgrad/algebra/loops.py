"""Loops: a bracket solved for one index is a bound or a step of the range that the index runs over.

With the indices of ``outer`` known, ``[0 ≤ 2i + u − 1 < 9]`` bounds i from both sides and ``[2 | k − u]``
makes k run in steps of 2. Indices that are still deeper are taken at their best, so a range may be too
wide for them but never too narrow; the range of the deepest index is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from math import gcd
from typing import TypeAlias

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket

Loop: TypeAlias = Callable[[Sequence[int]], range]


def loop(
    brackets: Sequence[Bracket],
    index: Index,
    outer: Sequence[Index],
    deeper: AbstractSet[Index] = frozenset(),
    direction: int = 1,
) -> Loop:
    """The range of ``index`` under ``brackets``, as a function of the values of ``outer``.

    A bracket may hold the index, outer and deeper ones and no others; those without the index are passed
    over. ``direction`` is −1 where the index is walked downwards.
    """
    size = int(index.size)  # type: ignore[arg-type]  # whole
    bounds: list[tuple[int, int, list[tuple[int, int]]]] = []  # c·index + const + Σ outer ≥ 0
    steps: list[tuple[int, int, int, list[tuple[int, int]]]] = []  # divisor | c·index + const + Σ outer
    for kind, e, divisor in brackets:
        if index not in e.coefficients:
            continue
        if kind == "|":
            if not any(i in deeper for i in e):
                c, const, rest = _split(e, index, outer, deeper)
                steps.append((divisor, c, const, rest))
        else:
            bounds.append(_split(e, index, outer, deeper))
            if kind == "=":
                bounds.append(_split(-e, index, outer, deeper))

    def values_of(values: Sequence[int]) -> range:
        low, high, step = 0, size - 1, 1
        for c, const, rest in bounds:
            for position, factor in rest:
                const += factor * values[position]
            if c > 0:
                low = max(low, -(const // c))
            else:
                high = min(high, const // -c)
        for divisor, c, const, rest in steps:
            for position, factor in rest:
                const += factor * values[position]
            common = gcd(c, divisor)
            if const % common:
                return range(0)
            period = divisor // common
            first = (-const // common * pow(c // common, -1, period)) % period if period > 1 else 0
            aligned = _aligned(low, step, first, period)
            if aligned is None:
                return range(0)
            low, step = aligned
        found = range(low, high + 1, step)
        return found if direction > 0 else found[::-1]

    return values_of


def _aligned(low: int, step: int, first: int, period: int) -> tuple[int, int] | None:
    """The least number from ``low`` on in both progressions and their common step, or None."""
    common = gcd(step, period)
    if (first - low) % common:
        return None
    period //= common
    ahead = (first - low) // common * pow(step // common, -1, period) % period if period > 1 else 0
    return low + ahead * step, step * period


def _split(
    e: Affine, index: Index, outer: Sequence[Index], deeper: AbstractSet[Index]
) -> tuple[int, int, list[tuple[int, int]]]:
    """``e`` as (coefficient of index, constant with deeper indices at their best, outer steps)."""
    const = int(e.const)  # type: ignore[arg-type]  # whole
    rest = []
    for other, coefficient in whole_steps(e):
        if other in deeper:
            const += max(0, coefficient * (int(other.size) - 1))  # type: ignore[arg-type]  # whole
        elif other is not index:
            rest.append((outer.index(other), coefficient))
    return int(e.coefficients[index]), const, rest  # type: ignore[arg-type]  # whole


def holds(bracket: Bracket) -> bool:
    """Whether a bracket without indices holds."""
    kind, e, divisor = bracket
    if kind == "|":
        return e.const % divisor == 0  # type: ignore[operator]  # concrete
    return e.const >= 0 if kind == ">=" else e.const == 0  # type: ignore[operator]  # concrete


def whole_steps(e: Affine) -> Iterator[tuple[Index, int]]:
    """The indices of an affine combination with their whole coefficients."""
    yield from e.coefficients.items()  # type: ignore[misc]  # brackets and orders of whole sizes
