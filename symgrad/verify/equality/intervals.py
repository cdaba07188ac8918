"""Intervals that surely hold a real number: two integers over one power of two, rounded outwards.

(lo, hi, e) stands for lo·2ᵉ ≤ x ≤ hi·2ᵉ. Ours rather than mpmath's, because loading that costs more than a
whole document of verdicts, and because what a refutation rests on should be short enough to be read.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import isqrt
from typing import Final, TypeAlias

Interval: TypeAlias = tuple[int, int, int]

PRECISION: Final = 256
"""The bits that an end keeps."""

_WORK: Final = PRECISION + 100
_SLACK: Final = 1 << 48
"""Far more than the error of any series below, in units of 2^−_WORK, and far below what PRECISION shows."""
_LARGE: Final = 1 << 20


def rounded(lo: int, hi: int, e: int) -> Interval:
    """The same interval with ends of at most PRECISION bits, no narrower."""
    surplus = max(lo.bit_length(), hi.bit_length()) - PRECISION
    if surplus > 0:
        return lo >> surplus, -((-hi) >> surplus), e + surplus
    return lo, hi, e


def enclosed(value: int | Fraction) -> Interval:
    """An interval around a rational number; of no width where it is dyadic and short."""
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return rounded(top, top, 0)
    shift = max(0, PRECISION + bottom.bit_length() - top.bit_length())
    lo, rest = divmod(top << shift, bottom)
    return rounded(lo, lo + (rest != 0), -shift)


def plus(a: Interval, b: Interval) -> Interval:
    """The sum a + b."""
    if a[2] > b[2]:
        a, b = b, a
    lo, hi, e = a
    shift = b[2] - e
    if shift > 2 * PRECISION:
        # The smaller summand lies below the last bit that will be kept: only which side it is on matters.
        far = shift - 2 * PRECISION
        lo, hi, e, shift = lo >> far, -((-hi) >> far), e + far, 2 * PRECISION
    return rounded(lo + (b[0] << shift), hi + (b[1] << shift), e)


def negative(a: Interval) -> Interval:
    """The opposite −a."""
    return -a[1], -a[0], a[2]


def product(a: Interval, b: Interval) -> Interval:
    """The product a·b."""
    if a[0] >= 0 and b[0] >= 0:
        return rounded(a[0] * b[0], a[1] * b[1], a[2] + b[2])
    ends = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return rounded(min(ends), max(ends), a[2] + b[2])


def inverse(a: Interval) -> Interval | None:
    """The inverse 1/a; None where a may be 0."""
    lo, hi, e = a
    if lo <= 0 <= hi:
        return None
    shift = PRECISION + max(lo.bit_length(), hi.bit_length())
    return rounded((1 << shift) // hi, -((-1 << shift) // lo), -shift - e)


def whole_power(a: Interval, n: int) -> Interval | None:
    """The power aⁿ, tight for even n about 0."""
    if n < 0:
        a_inverse = inverse(a)
        return None if a_inverse is None else whole_power(a_inverse, -n)
    if n % 2 == 0 and a[0] < 0:
        a = (0, max(-a[0], a[1]), a[2]) if a[1] > 0 else negative(a)
    result: Interval = (1, 1, 0)
    while n:
        if n & 1:
            result = product(result, a)
        n >>= 1
        if n:
            a = product(a, a)
    return result


def root(a: Interval) -> Interval | None:
    """The root √a; None where a may be negative."""
    lo, hi, e = a
    if lo < 0:
        return None
    shift = max(0, 2 * PRECISION - hi.bit_length())
    shift += (e - shift) % 2
    lo, hi = lo << shift, hi << shift
    return rounded(isqrt(lo), _root_above(hi), (e - shift) // 2)


def _root_above(n: int) -> int:
    found = isqrt(n)
    return found + (found * found < n)


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval around both."""
    e = min(a[2], b[2])
    if max(a[2], b[2]) - e > 4 * PRECISION:
        # Ends of very different size: round the smaller away to the scale of the larger.
        far = max(a[2], b[2]) - 2 * PRECISION
        a, b = _at_least(a, far), _at_least(b, far)
        e = min(a[2], b[2])
    lo = min(a[0] << (a[2] - e), b[0] << (b[2] - e))
    hi = max(a[1] << (a[2] - e), b[1] << (b[2] - e))
    return rounded(lo, hi, e)


def _at_least(a: Interval, e: int) -> Interval:
    shift = e - a[2]
    return a if shift <= 0 else (a[0] >> shift, -((-a[1]) >> shift), e)


def disjoint(a: Interval, b: Interval) -> bool:
    """Whether no number lies in both."""
    lo, hi, _ = plus(a, negative(b))
    return lo > 0 or hi < 0


def as_fractions(a: Interval) -> tuple[Fraction, Fraction]:
    """Both ends."""
    scale = Fraction(2) ** a[2]
    return a[0] * scale, a[1] * scale


@cache
def _ln2() -> int:
    return _atanh_of_inverse(3, _WORK + 40) >> 39


@cache
def _pi() -> int:
    """Machin: π/4 = 4·arctan(1/5) − arctan(1/239)."""
    work = _WORK + 40
    return (16 * _arctan_of_inverse(5, work) - 4 * _arctan_of_inverse(239, work)) >> 40


def _atanh_of_inverse(n: int, work: int) -> int:
    term = found = (1 << work) // n
    k = 1
    while term:
        term //= n * n
        k += 2
        found += term // k
    return found


def _arctan_of_inverse(n: int, work: int) -> int:
    term = found = (1 << work) // n
    k, sign = 1, 1
    while term:
        term //= n * n
        k, sign = k + 2, -sign
        found += sign * (term // k)
    return found


def pi() -> Interval:
    """π."""
    return rounded(_pi() - _SLACK, _pi() + _SLACK, -_WORK)


def _fixed(n: int, e: int) -> int:
    """n·2ᵉ in units of 2^−_WORK, rounded down."""
    shift = e + _WORK
    return n << shift if shift >= 0 else n >> -shift


def _moderate(a: Interval) -> bool:
    return max(a[0].bit_length(), a[1].bit_length()) + a[2] <= _LARGE.bit_length()


def exponential(a: Interval) -> Interval | None:
    """The exponential eᵃ; None beyond |a| = 2²⁰."""
    if not _moderate(a):
        return None
    lo = _exp(_fixed(a[0], a[2]))
    return lo if a[0] == a[1] else hull(lo, _exp(_fixed(a[1], a[2]) + 1))


def _exp(x: int) -> Interval:
    """The exponential e^x = 2ⁿ·(e^(r/256))^256 with r = x − n·ln 2, by Taylor's series."""
    n, rest = divmod(x, _ln2())
    rest >>= 8
    term = found = 1 << _WORK
    k = 0
    while term:
        k += 1
        term = (term * rest >> _WORK) // k
        found += term
    for _ in range(8):
        found = found * found >> _WORK
    return rounded(found - _SLACK, found + _SLACK, n - _WORK)


def logarithm(a: Interval) -> Interval | None:
    """The logarithm ln a; None where a may be 0 or negative, and beyond 2^(2²⁰)."""
    lo, hi, e = a
    if lo <= 0 or abs(e) > _LARGE:
        return None
    first = _log(lo, e)
    return first if lo == hi else hull(first, _log(hi, e))


def _log(n: int, e: int) -> Interval:
    """The logarithm ln(y·2ᵏ) = 2¹¹·artanh((t−1)/(t+1)) + k·ln 2 with ½ ≤ y < 1 and t = y^(1/1024)."""
    length = n.bit_length()
    t = _fixed(n, -length)
    for _ in range(10):
        t = isqrt(t << _WORK)
    one = 1 << _WORK
    ratio = ((t - one) << _WORK) // (t + one)
    square = ratio * ratio >> _WORK
    term = found = ratio
    k = 1
    while term not in (0, -1):
        term = term * square >> _WORK
        k += 2
        found += term // k
    value = (found << 11) + (length + e) * _ln2()
    return rounded(value - _SLACK, value + _SLACK, -_WORK)


def sine_and_cosine(a: Interval) -> tuple[Interval, Interval] | None:
    """The sine and cosine of a; None beyond |a| = 2²⁰. Both change no faster than a."""
    if not _moderate(a):
        return None
    x = _fixed(a[0], a[2])
    wide = _fixed(a[1] - a[0], a[2]) + 1 + _SLACK
    quarter = _pi() >> 1
    n = (x + (quarter >> 1)) // quarter
    rest = x - n * quarter
    sine, cosine = _series(rest, rest), _series(rest, 1 << _WORK)
    pair = [(sine, cosine), (cosine, -sine), (-sine, -cosine), (-cosine, sine)][n % 4]
    one = 1 << _WORK
    s, c = (rounded(max(v - wide, -one), min(v + wide, one), -_WORK) for v in pair)
    return s, c


def _series(x: int, first: int) -> int:
    """The series x − x³/3! + … from the first term x, 1 − x²/2! + … from the first term 1."""
    square = x * x >> _WORK
    k = 1 if first == x and x != 1 << _WORK else 0
    term = found = first
    while term not in (0, -1):
        term = -((term * square >> _WORK) // ((k + 1) * (k + 2)))
        k += 2
        found += term
    return found


def error_function(a: Interval) -> Interval:
    """The error function 2/√π · Σ (−1)ⁿ·a^(2n+1)/(n!·(2n+1)); beyond |a| = 16 it is ±1 up to 2^−370."""
    return hull(_erf(a[0], a[2]), _erf(a[1], a[2]))


def _erf(n: int, e: int) -> Interval:
    if n < 0:
        return negative(_erf(-n, e))
    if n.bit_length() + e > 4:
        return (1 << PRECISION) - 1, 1 << PRECISION, -PRECISION
    # The terms grow up to e^(x²) before they fall: 370 bits at x = 16.
    guard = 400
    work = _WORK + guard
    shift = e + work
    x = n << shift if shift >= 0 else n >> -shift
    square = x * x >> work
    term = found = x
    k = 0
    while term not in (0, -1):
        k += 1
        term = -((term * square >> work) // k)
        found += term // (2 * k + 1)
    found >>= guard
    return product(_two_over_root_pi(), rounded(found - _SLACK, found + _SLACK, -_WORK))


@cache
def _two_over_root_pi() -> Interval:
    """The factor 2/√π = √(4/π)."""
    below = inverse(product(pi(), (1, 1, -2)))
    found = None if below is None else root(below)
    return (0, 2, 0) if found is None else found
