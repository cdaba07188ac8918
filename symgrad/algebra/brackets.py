"""Index brackets (Iverson): ``[e = 0]``, ``[e ≥ 0]``, ``[d | e]`` over affine combinations of indices.

A bracket is 1 where its condition holds and 0 elsewhere. Padding is a bracket in the forward
equation, and the gradient inherits it. A bracket is dropped only when it provably holds on the whole
box that its indices span.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, gcd
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, AffineLike, Index, affine
from symgrad.algebra.sizes import Polynomial, Size, content, denominator, provably_nonnegative

Kind: TypeAlias = Literal["=", ">=", "|"]


class Bracket(NamedTuple):
    """``[e = 0]``, ``[e ≥ 0]`` or ``[divisor | e]``; ``e`` takes whole values only."""

    kind: Kind
    e: Affine
    divisor: int = 1

    def put(self, mapping: Mapping[Index, Affine]) -> Bracket:
        """The bracket with indices replaced."""
        return tidied(self.kind, self.e.put(mapping), self.divisor)


def equal(left: AffineLike, right: AffineLike) -> Bracket:
    """``[left = right]``."""
    return tidied("=", affine(left) - affine(right))


def at_least(left: AffineLike, right: AffineLike) -> Bracket:
    """``[left ≥ right]``."""
    return tidied(">=", affine(left) - affine(right))


def within(e: AffineLike, size: AffineLike) -> tuple[Bracket, Bracket]:
    """``[0 ≤ e < size]`` as two brackets."""
    return at_least(e, 0), at_least(affine(size) - 1, e)


def divides(divisor: int, e: AffineLike) -> Bracket:
    """``[divisor | e]``."""
    return tidied("|", affine(e), divisor)


def tidied(kind: Kind, e: Affine, divisor: int = 1) -> Bracket:
    """The bracket in lowest terms.

    Fractions are cleared. ``[4i − 6 ≥ 0]`` becomes ``[i − 2 ≥ 0]``: indices are whole, so the
    constant is rounded towards the condition. ``[3 | 4i + 6]`` becomes ``[3 | i]``.
    """
    clear = denominator(e.const)
    for coefficient in e.coefficients.values():
        d = denominator(coefficient)
        clear = clear * d // gcd(clear, d)
    if clear != 1:
        e, divisor = e * clear, divisor * clear
    common = gcd(*(content(c) for c in e.coefficients.values()))
    if kind == "|":
        if _concrete(e):
            shared = gcd(common, divisor, _int(e.const))
            e, divisor = e.over(shared), divisor // shared
            rests = {index: _int(c) % divisor for index, c in e.coefficients.items()}
            e = Affine(_int(e.const) % divisor, {index: rest for index, rest in rests.items() if rest})
        return Bracket("|", e, divisor)
    if common > 1:
        if kind == ">=" and not isinstance(e.const, Polynomial):
            scaled = Affine(0, e.coefficients).over(common)
            e = scaled + floor(Fraction(e.const, common))
        elif content(e.const) % common == 0:
            e = e.over(common)
    return Bracket(kind, e)


def extent(e: Affine) -> tuple[Size | None, Size | None]:
    """The smallest and largest value of ``e`` over the box of its indices, where they are known."""
    low: Size | None = e.const
    high: Size | None = e.const
    for index, coefficient in e.coefficients.items():
        reach = (index.size - 1) * coefficient
        if provably_nonnegative(coefficient):
            high = None if high is None else high + reach
        elif provably_nonnegative(-coefficient):
            low = None if low is None else low + reach
        else:
            return None, None
    return low, high


def decide(bracket: Bracket) -> bool | None:
    """True where the bracket holds on its whole box, False where it holds nowhere, else None."""
    kind, e, divisor = bracket
    if kind == "|":
        if divisor == 1 or not (e.const or e.coefficients):
            return True
        if e.coefficients or isinstance(e.const, Polynomial):
            return None
        return e.const % divisor == 0
    low, high = extent(e)
    negative = high is not None and provably_nonnegative(-1 - high)
    if kind == ">=":
        if low is not None and provably_nonnegative(low):
            return True
        return False if negative else None
    if low is not None and high is not None and low == high == 0:
        return True
    if negative or (low is not None and provably_nonnegative(low - 1)):
        return False
    if _concrete(e):
        common = gcd(*map(_int, e.coefficients.values()))
        if common and _int(e.const) % common:
            return False
    return None


def solve_for(bracket: Bracket, bound: Mapping[Index, object]) -> tuple[Index, int] | None:
    """The bound index to solve ``[e = 0]`` for, with its whole coefficient, or None.

    A coefficient of ±1 comes first (no divisibility condition is left then), and among equals the
    last bound index: a gradient keeps the output position and gives up the kernel position.
    """
    best: tuple[Index, int] | None = None
    order = {index: position for position, index in enumerate(bound)}
    for index in sorted((i for i in bracket.e if i in order), key=order.__getitem__, reverse=True):
        coefficient = bracket.e.coefficients[index]
        if isinstance(coefficient, int) and (best is None or abs(coefficient) < abs(best[1])):
            best = index, coefficient
    return best


def solved(bracket: Bracket, index: Index, coefficient: int) -> tuple[Affine, tuple[Bracket, ...]]:
    """``index = −r/c`` from ``[c·index + r = 0]``, and what must hold: its range, and ``[c | r]``."""
    rest = bracket.e - index * coefficient
    value = rest.over(-coefficient)
    conditions = within(value, index.size)
    if abs(coefficient) == 1 or _whole_everywhere(value):
        return value, conditions
    return value, (*conditions, divides(abs(coefficient), rest))


def _int(size: Size) -> int:
    """A size that is known to be a whole number, as one."""
    if not isinstance(size, int):
        raise TypeError(f"{size} is not a whole number")
    return size


def _concrete(e: Affine) -> bool:
    return isinstance(e.const, int) and all(isinstance(c, int) for c in e.coefficients.values())


def _whole_everywhere(e: Affine) -> bool:
    return denominator(e.const) == 1 and all(denominator(c) == 1 for c in e.coefficients.values())
