"""What a witness looks like: values that a human can follow, of moderate size and clearly different."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from symgrad.verify.equality import intervals
from symgrad.verify.equality.enclosures import Value

MOST: Final = 12
"""The most names that a witness lists; those that are left have the same value."""

OTHERS: Final = "every other symbol"
"""What stands for the names that a witness does not list."""

BARELY: Final = 1
"""The clarity of two values of moderate size that differ in a later digit."""

EVERY: Final = "every symbol"
"""The same where it lists none."""

_SMALL: Final = Fraction(1, 10**6)
_BIG: Final = 10**6
_CLEAR: Final = Fraction(1, 100)
_SHOWN: Final = 20
_BITS: Final = 80


def clarity(a: Value, b: Value) -> int:
    """0 for two values that anybody sees to differ, more for others; the less, the better."""
    u, v = middle(a), middle(b)
    sizes = abs(u), abs(v)
    largest = max(sizes)
    rank = 0
    if not _SMALL <= largest <= _BIG or (min(sizes) and min(sizes) < _SMALL):
        rank += 2
    if abs(u - v) < _CLEAR * largest:
        rank += BARELY
    return rank


def told(a: Value, b: Value) -> tuple[str, str]:
    """Both values as text, with as many digits as it takes to see that they differ."""
    if not isinstance(a, tuple) and not isinstance(b, tuple) and _is_short(a) and _is_short(b):
        texts = str(a), str(b)
        if max(map(len, texts)) <= _SHOWN:
            return texts
    u, v = middle(a), middle(b)
    for digits in (6, 12, 20, 30, 45, 70):
        texts = decimal(u, digits), decimal(v, digits)
        if texts[0] != texts[1]:
            break
    return texts


def text(value: Fraction | int) -> str:
    """A value as text, exact where it is short."""
    return str(value) if _is_short(value) else decimal(Fraction(value), 12)


def _is_short(value: Fraction | int) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() <= _BITS


def middle(a: Value) -> Fraction:
    """A number inside, 0 where that may be it."""
    if not isinstance(a, tuple):
        return Fraction(a)
    lo, hi = intervals.as_fractions(a)
    if lo <= 0 <= hi:
        return Fraction(0)
    return (lo + hi) / 2


def decimal(value: Fraction, digits: int) -> str:
    """``value`` to so many significant digits; of long numbers only the leading bits are looked at."""
    from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

    work = Context(prec=digits + 12, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
    kept = 4 * digits + 64
    top, bottom = abs(value.numerator), value.denominator
    up, down = (max(0, n.bit_length() - kept) for n in (top, bottom))
    found = work.divide(Decimal(top >> up), Decimal(bottom >> down))
    if up != down:
        found = work.multiply(found, work.power(Decimal(2), Decimal(up - down)))
    by = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
    return ("-" if value < 0 else "") + str(found.normalize(by))
