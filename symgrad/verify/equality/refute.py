"""To refute: a rational point at which the sides surely differ; and how far they agree if there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from symgrad.verify.equality import intervals
from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.decide import UNDECIDED, Decision
from symgrad.verify.equality.enclosures import Enclosures, Value, interval
from symgrad.verify.equality.points import points
from symgrad.verify.scalars import Scalar

_LARGEST: Final = 20_000


class Compared(NamedTuple):
    """Both sides at a point."""

    values: Mapping[Scalar, Fraction | int]
    by: Enclosures
    left: Value
    right: Value


def compared(
    left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock, limit: int = 40
) -> Iterator[Compared]:
    """Both sides at the points where both have a value."""
    for point in points(limit):
        clock.check()
        by = Enclosures(point, solved, clock)
        a = by.value(left)
        b = None if a is None else by.value(right)
        if a is not None and b is not None and _moderate(a) and _moderate(b):
            yield Compared(point.values, by, a, b)


def _moderate(a: Value) -> bool:
    """Whether a value can be written down: towers of powers pass every bound."""
    if not isinstance(a, tuple):
        return True
    size = max(a[0].bit_length(), a[1].bit_length())
    return not size or -_LARGEST < size + a[2] < _LARGEST


def refuted(
    left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock, limit: int = 40
) -> Decision | None:
    """The decision "different" with its witness, or None where no point shows it."""
    for found in compared(left, right, solved, clock, limit):
        if _apart(found.left, found.right):
            names = [(s.letter.name, str(v)) for s, v in found.values.items()]
            for s in solved:
                value = found.by.known.get(s)
                if value is not None and not isinstance(value, tuple):
                    names.append((s.letter.name, str(value)))
            texts = told(found.left, found.right)
            return Decision("different", "refuted", tuple(names), *texts, 0, 1)
    return None


def _apart(a: Value, b: Value) -> bool:
    if not isinstance(a, tuple) and not isinstance(b, tuple):
        return a != b
    return intervals.disjoint(interval(a), interval(b))


def told(a: Value, b: Value) -> tuple[str, str]:
    """Both values as text, with as many digits as it takes to see that they differ."""
    if not isinstance(a, tuple) and not isinstance(b, tuple):
        texts = str(a), str(b)
        if max(map(len, texts)) <= 24:
            return texts
    for digits in (6, 12, 20, 30, 45, 70):
        texts = decimal(_middle(a), digits), decimal(_middle(b), digits)
        if texts[0] != texts[1]:
            break
    return texts


def _middle(a: Value) -> Fraction:
    if not isinstance(a, tuple):
        return Fraction(a)
    lo, hi = intervals.as_fractions(a)
    if lo <= 0 <= hi:
        return Fraction(0)
    return (lo + hi) / 2


def decimal(value: Fraction, digits: int) -> str:
    """``value`` to so many significant digits."""
    from decimal import Context, Decimal

    by = Context(prec=digits)
    return str(by.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(by))


def agreement(left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> Decision:
    """Undecided, with the least number of digits to which the sides agree and at how many points."""
    digits, met = 60, 0
    for found in compared(left, right, solved, clock, 12):
        met += 1
        digits = min(digits, _digits(interval(found.left), interval(found.right)))
    if not met:
        return UNDECIDED
    return Decision("undecided", "agreed", digits=digits, points=met)


def _digits(a: intervals.Interval, b: intervals.Interval) -> int:
    lo, hi = intervals.as_fractions(intervals.plus(a, intervals.negative(b)))
    error = max(abs(lo), abs(hi))
    size = max(abs(end) for ends in (a, b) for end in intervals.as_fractions(ends))
    if not error:
        return 60
    scale = max(size, Fraction(1, 10**6)) / error
    return max(0, len(str(scale.numerator // scale.denominator)) - 1)
