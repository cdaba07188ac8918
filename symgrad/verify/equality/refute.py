"""To refute: a rational point at which the sides surely differ; and how far they agree if there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from re import split
from typing import Final, NamedTuple

from symgrad.verify.equality import intervals
from symgrad.verify.equality.budget import Clock, ExhaustedError
from symgrad.verify.equality.decide import UNDECIDED, Decision
from symgrad.verify.equality.enclosures import Enclosures, Value, interval
from symgrad.verify.equality.points import Point, points, sparse
from symgrad.verify.equality.witnesses import BARELY, EVERY, MOST, OTHERS, clarity, text, told
from symgrad.verify.scalars import Scalar, names_in

_LARGEST: Final = 20_000
_MORE: Final = 12
_SPECIAL: Final = 9
_SHARE: Final = 0.3


class Compared(NamedTuple):
    """Both sides at a point."""

    values: Mapping[Scalar, Fraction | int]
    by: Enclosures
    left: Value
    right: Value


def compared(
    left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock, at: Iterable[Point]
) -> Iterator[Compared]:
    """Both sides at the points where both have a value."""
    for point in at:
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
    left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock, limit: int = 48
) -> Decision | None:
    """The decision "different" with its witness, or None where no point shows it.

    Of the first points that do, one at which both values are of moderate size and clearly different; where
    there are many symbols, one at which most of them have the same value.
    """
    best = _clearest(compared(left, right, solved, clock, points(limit)), clock)
    if best is None:
        return None
    if len(best.values) > MOST:
        at = _few(_one_sided(left, right, best), _standing(left, right, best))
        few = _clearest(compared(left, right, solved, clock, at), clock)
        if few is not None and clarity(few.left, few.right) <= max(clarity(best.left, best.right), BARELY):
            best = few
    return Decision("different", "refuted", _point(best, left, right), *told(best.left, best.right), 0, 1)


def _few(one_sided: list[Scalar], symbols: list[Scalar]) -> Iterator[Point]:
    """Points at which most of the symbols have one value.

    Others have those that one side only has, or those named first, or some from all over.
    """
    far = len(symbols) // _SPECIAL + 1
    several = [symbols, symbols[::far], symbols[::-far]]
    for special in [one_sided, *several] if 0 < len(one_sided) < _SPECIAL else several:
        for value in (1, Fraction(1, 2), Fraction(1, 10), 2, 0):
            yield sparse(special[:_SPECIAL], value)


def _clearest(candidates: Iterator[Compared], clock: Clock) -> Compared | None:
    """The clearest of the first points at which the sides differ; the search ends at one that is clear."""
    best: Compared | None = None
    least, met, enough = 0, 0, 0.0
    try:
        for found in candidates:
            if _apart(found.left, found.right):
                rank = clarity(found.left, found.right)
                if best is None or rank < least:
                    best, least = found, rank
                if not least:
                    break
                enough = enough or (1 - _SHARE) * clock.left
            if best is not None:
                met += 1
                if met > _MORE or clock.left < enough:
                    break
    except ExhaustedError:
        if best is None:
            raise
    return best


def _standing(left: Scalar, right: Scalar, found: Compared) -> list[Scalar]:
    """Symbols with a value, those first that stand in one side only, then those that stand in both."""
    both = [s for side in (left, right) for s in names_in(side.definition or side) if s in found.values]
    return list(dict.fromkeys([*_one_sided(left, right, found), *both, *found.values]))


def _one_sided(left: Scalar, right: Scalar, found: Compared) -> list[Scalar]:
    sides = [dict.fromkeys(names_in(side.definition or side)) for side in (left, right)]
    pairs = zip(sides, reversed(sides), strict=True)
    return [s for here, there in pairs for s in here if s not in there and s in found.values]


def _point(found: Compared, left: Scalar, right: Scalar) -> tuple[tuple[str, str], ...]:
    """Names and values; many names of one value together, and that value last."""
    values: dict[Scalar, Fraction | int] = {s: found.values[s] for s in _standing(left, right, found)}
    if len(values) > MOST:
        counts: dict[Fraction | int, int] = {}
        for value in values.values():
            counts[value] = counts.get(value, 0) + 1
        common = max(counts, key=lambda value: counts[value])
        names = [(s.letter.name, text(value)) for s, value in values.items() if value != common]
    else:
        common = None
        names = [(s.letter.name, text(value)) for s, value in values.items()]
    for s in found.by.solved:
        known = found.by.known.get(s)
        if known is not None and not isinstance(known, tuple) and known != common:
            names.append((s.letter.name, text(known)))
    # Sums keep no order of their own, so the order of the names is made here: x_2 before x_10.
    names.sort(
        key=lambda named: [part.zfill(12) if part.isdigit() else part for part in split(r"(\d+)", named[0])]
    )
    if common is not None:
        names.append((OTHERS if names else EVERY, text(common)))
    return tuple(names)


def _apart(a: Value, b: Value) -> bool:
    if not isinstance(a, tuple) and not isinstance(b, tuple):
        return a != b
    return intervals.disjoint(interval(a), interval(b))


def agreement(left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> Decision:
    """Undecided, with the least number of digits to which the sides agree and at how many points."""
    digits, met = 60, 0
    for found in compared(left, right, solved, clock, points(12)):
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
    return max(0, int((scale.numerator // scale.denominator).bit_length() * 0.30103))
