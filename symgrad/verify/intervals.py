"""Rigorous enclosures: a real number known to lie in [mid − rad, mid + rad] · 2^exp.

Every operation returns an enclosure of all results for all numbers in its arguments, rounding included.
Midpoints keep about ``bits`` bits, so the relative width stays near 2^-bits until something cancels.
Written here in whole numbers because a refutation rests on it and must not rest on a library's rounding
(mpmath's interval functions lack erf, and cost 40 ms to import); the tests compare it with mpmath.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt, log2
from typing import NamedTuple

GUARD = 64
"""Bits carried beyond those asked for. Each series below loses fewer than 30 of them to rounding."""

LARGEST_ARGUMENT = 1 << 16
"""The largest argument of exp, sin and cos that is enclosed."""

LARGEST_EXPONENT = 1 << 20
"""Numbers beyond 2^±(this) are not enclosed: their ends would fill memory."""


class UnenclosedError(ArithmeticError):
    """No useful enclosure: an argument that may be 0 where it must not, or beyond a stated bound."""


class Ball(NamedTuple):
    """All numbers in [mid − rad, mid + rad] · 2^exp; ``rad`` ≥ 0."""

    mid: int
    rad: int
    exp: int

    @property
    def low(self) -> Fraction:
        """The lower end, exactly."""
        return _scaled(self.mid - self.rad, self.exp)

    @property
    def high(self) -> Fraction:
        """The upper end, exactly."""
        return _scaled(self.mid + self.rad, self.exp)

    @property
    def sign(self) -> int | None:
        """1 or −1 if that is the sign of every number inside, 0 if 0 is the only one, else None."""
        if abs(self.mid) > self.rad:
            return 1 if self.mid > 0 else -1
        return 0 if not self.mid and not self.rad else None


def _scaled(mantissa: int, exp: int) -> Fraction:
    return Fraction(mantissa << exp) if exp >= 0 else Fraction(mantissa, 1 << -exp)


def rounded(mid: int, rad: int, exp: int, bits: int) -> Ball:
    """The ball with its midpoint cut to ``bits`` bits; a wide radius is cut with it.

    Raises:
        UnenclosedError: the exponent is beyond the stated bound.
    """
    if not -LARGEST_EXPONENT < exp < LARGEST_EXPONENT:
        raise UnenclosedError("a number is beyond the stated bound")
    excess = max(mid.bit_length() - bits, rad.bit_length() - 32)
    if excess <= 0:
        return Ball(mid, rad, exp)
    # The floor of the midpoint is off by less than 1, that of the radius by less than 1.
    return Ball(mid >> excess, (rad >> excess) + 2, exp + excess)


def ball(value: Fraction | int, bits: int) -> Ball:
    """An enclosure of a rational number; exact where it is short and dyadic."""
    top, bottom = value.numerator, value.denominator
    if bottom & (bottom - 1) == 0:
        return rounded(top, 0, 1 - bottom.bit_length(), bits)
    shift = max(0, bits + bottom.bit_length() - top.bit_length() + 1)
    return rounded((top << shift) // bottom, 1, -shift, bits + 1)


def add(a: Ball, b: Ball, bits: int) -> Ball:
    """a + b."""
    if a.exp < b.exp:
        a, b = b, a
    shift = a.exp - b.exp
    if shift > 4 * bits + abs(b.mid).bit_length() + b.rad.bit_length():
        # b is far below the last bit of a: it becomes one unit there.
        if a.mid == 0 and a.rad == 0:
            return b
        spare = 2 * bits
        return rounded(a.mid << spare, (a.rad << spare) + 1, a.exp - spare, bits)
    return rounded((a.mid << shift) + b.mid, (a.rad << shift) + b.rad, b.exp, bits)


def negative(a: Ball) -> Ball:
    """−a."""
    return Ball(-a.mid, a.rad, a.exp)


def multiply(a: Ball, b: Ball, bits: int) -> Ball:
    """a · b: |xy − mid·mid| ≤ |mid a|·rad b + |mid b|·rad a + rad a·rad b."""
    rad = abs(a.mid) * b.rad + abs(b.mid) * a.rad + a.rad * b.rad
    return rounded(a.mid * b.mid, rad, a.exp + b.exp, bits)


def inverse(a: Ball, bits: int) -> Ball:
    """1 / a.

    Raises:
        UnenclosedError: a may be 0.
    """
    if abs(a.mid) <= a.rad:
        raise UnenclosedError("a divisor may be 0")
    mid = abs(a.mid)
    shift = bits + 2 + mid.bit_length()
    low, high = (1 << shift) // (mid + a.rad), (1 << shift) // (mid - a.rad) + 1
    middle = (low + high) // 2
    return rounded(middle if a.mid > 0 else -middle, (high - low) // 2 + 1, -shift - a.exp, bits)


def power(a: Ball, n: int, bits: int) -> Ball:
    """aⁿ for a whole n.

    Raises:
        UnenclosedError: n < 0 and a may be 0.
    """
    if n < 0:
        return inverse(power(a, -n, bits), bits)
    result = Ball(1, 0, 0)
    for digit in bin(n)[2:]:
        result = multiply(result, result, bits)
        if digit == "1":
            result = multiply(result, a, bits)
    return result


def root(a: Ball, n: int, bits: int) -> Ball:
    """The positive n-th root of a positive number.

    Raises:
        UnenclosedError: a may be 0 or negative.
    """
    if a.mid <= a.rad:
        raise UnenclosedError("the base of a root may be 0")
    if n != 2:
        return exponential(multiply(logarithm(a, bits), ball(Fraction(1, n), bits), bits), bits)
    shift = max(0, 2 * (bits + 2) - a.mid.bit_length())
    shift += (a.exp - shift) % 2
    low, high = (a.mid - a.rad) << shift, (a.mid + a.rad) << shift
    first, last = isqrt(low), isqrt(high) + 1
    return rounded((first + last) // 2, (last - first) // 2 + 1, (a.exp - shift) // 2, bits)


@lru_cache(maxsize=32)
def _log_of_two(work: int) -> int:
    """log 2 · 2^work, off by less than 1: 18 artanh 1/26 − 2 artanh 1/4801 + 8 artanh 1/8749."""
    extra = work + 32
    series = ((18, 26), (-2, 4801), (8, 8749))
    return sum(c * _inverse_series(n, extra, 1) for c, n in series) >> 32


@lru_cache(maxsize=32)
def _pi(work: int) -> int:
    """π · 2^work, off by less than 1: Machin's 16 arctan 1/5 − 4 arctan 1/239."""
    extra = work + 32
    return (16 * _inverse_series(5, extra, -1) - 4 * _inverse_series(239, extra, -1)) >> 32


def _inverse_series(n: int, work: int, sign: int) -> int:
    """Σ signᵏ / ((2k+1) n^(2k+1)) in units of 2^-work; two roundings for each term."""
    power = (1 << work) // n
    result, k, square = 0, 0, n * n
    while power:
        result += power // (2 * k + 1) * (sign**k)
        power //= square
        k += 1
    return result


def pi(bits: int) -> Ball:
    """π."""
    return Ball(_pi(bits + 8), 1, -bits - 8)


def _fixed(a: Ball, work: int) -> tuple[int, int]:
    """Midpoint and radius of ``a`` in units of 2^-work, the rounding inside the radius.

    Raises:
        UnenclosedError: the argument is too large, or known too coarsely (radius above 1).
    """
    shift = a.exp + work
    if a.mid.bit_length() + a.exp > LARGEST_ARGUMENT.bit_length():
        raise UnenclosedError("an argument is beyond the stated bound")
    mid = a.mid << shift if shift >= 0 else a.mid >> -shift
    rad = (a.rad << shift if shift >= 0 else a.rad >> -shift) + 2
    if rad >> work:
        raise UnenclosedError("an argument is known too coarsely")
    return mid, rad


def exponential(a: Ball, bits: int) -> Ball:
    """exp a = 2^k · exp(t/2^s)^(2^s), |t| < log 2; for the radius r ≤ 1, e^r − 1 ≤ 2r.

    Raises:
        UnenclosedError: the argument is beyond the stated bound, or too wide.
    """
    work = bits + GUARD
    mid, rad = _fixed(a, work)
    # k has at most 18 bits, so k·log 2 is off by less than 2^18 units; 2^-s·t keeps that below one unit each.
    k, t = divmod(mid, _log_of_two(work))
    halvings = 8
    t >>= halvings
    term = value = 1 << work
    n = 1
    while term:
        term = (term * t >> work) // n
        value += term
        n += 1
    for _ in range(halvings):
        value = value * value >> work
    # Each of fewer than work/8 terms is off by less than 2 units, and each squaring doubles the relative error:
    # less than 2^(8+1)·(work/4) units, and 2^19 from k·log 2: below 2^24 for any work below 2^16, times 1 + 2r.
    error = (value * rad * 2 >> work) + (1 << 26)
    return rounded(value, error, k - work, bits)


def logarithm(a: Ball, bits: int) -> Ball:
    """log a = k log 2 + log y for y in [½, 1): a float guess g, then log(y e^-g) by 2 artanh.

    Raises:
        UnenclosedError: a may be 0 or negative.
    """
    if a.mid <= a.rad:
        raise UnenclosedError("the argument of a logarithm may be 0")
    work = bits + GUARD
    length = a.mid.bit_length()
    k = length + a.exp
    shift = work - length
    y = a.mid << shift if shift >= 0 else a.mid >> -shift  # y·2^-work in [½, 1), off by less than 1
    guess = round(log2(y / (1 << work)) * 0.6931471805599453 * 2**50)
    inverse_guess = exponential(Ball(-guess, 0, -50), work)
    shift = inverse_guess.exp + work
    e = inverse_guess.mid << shift if shift >= 0 else inverse_guess.mid >> -shift
    one = 1 << work
    z = y * e >> work  # within a few units of y e^-g, which is near 1
    q = ((z - one) << work) // (z + one)
    square = q * q >> work
    term, value, n = q, 0, 1
    while term not in (0, -1):
        value += term // n
        term = term * square >> work
        n += 2
    g = guess << (work - 50) if work >= 50 else guess >> (50 - work)
    middle = 2 * value + g + k * _log_of_two(work)
    # y, e, z, q and the few terms: below 2^8 units; k·log 2: below |k| units.
    error = (1 << 10) + abs(k)
    width = (a.rad << work) // (a.mid - a.rad) + 1 if a.rad else 0  # |log(m±r) − log m| ≤ r/(m−r)
    return rounded(middle, error + width, -work, bits)


def sine_cosine(a: Ball, bits: int) -> tuple[Ball, Ball]:
    """(sin a, cos a): reduced to |t| ≤ π/4 by quarter turns, then Taylor; both have slope at most 1.

    Raises:
        UnenclosedError: the argument is beyond the stated bound, or too wide.
    """
    work = bits + GUARD
    mid, rad = _fixed(a, work)
    quarter = _pi(work) >> 1
    turns = (2 * mid + quarter) // (2 * quarter)
    t = mid - turns * quarter  # off by less than 2·|turns| < 2^19 units
    square = t * t >> work
    one = 1 << work
    sine, cosine, term, n = 0, 0, one, 0
    while term not in (0, -1):
        sign = -1 if n % 4 >= 2 else 1
        cosine += sign * term
        odd = (term * t >> work) // (n + 1)
        sine += sign * odd
        term = (term * square >> work) // ((n + 1) * (n + 2))
        n += 2
    error = rad + (1 << 20)
    both = [Ball(sine, error, -work), Ball(cosine, error, -work)]
    for _ in range(turns % 4):
        both = [both[1], negative(both[0])]
    return rounded(*both[0], bits), rounded(*both[1], bits)


def error_function(a: Ball, bits: int) -> Ball:
    """erf a = 2/√π · e^(−a²) · Σ 2ⁿ a^(2n+1)/(2n+1)!!, all terms of one sign; its slope is below 2.

    Where |a| is large, 1 − erf |a| < e^(−a²) < 2^(−a²).

    Raises:
        UnenclosedError: the argument is known too coarsely.
    """
    if a.mid < 0:
        return negative(error_function(negative(a), bits))
    low = a.low
    if low > 2 and low * low > bits + 8:
        return rounded(1 << (bits + 8), 1, -bits - 8, bits + 9)
    work = bits + GUARD
    mid, rad = _fixed(a, work)
    square = mid * mid >> work
    term, value, n = mid, 0, 1
    while term > 0:
        value += term
        term = 2 * (term * square >> work) // (n + 2)
        n += 2
    # A rounding grows at most by e^(a²) through the later factors, as the sum itself does: N terms are off by
    # less than 3 N² e^(a²) units. N < 2^12 for a² below 1,100; for a < 1, N < 2^8 and e^(a²) < 3.
    total = Ball(value, (1 << 20) + (value >> (work - 30)), -work)
    fall = exponential(Ball(-square, 2, -work), work)
    result = multiply(multiply(total, fall, work), inverse(root(pi(work), 2, work), work), work)
    return rounded(2 * result.mid, 2 * result.rad + _units(2 * rad + 8, -work, result.exp), result.exp, bits)


def _units(amount: int, exp: int, unit: int) -> int:
    """``amount``·2^exp in units of 2^unit, rounded up."""
    shift = exp - unit
    return amount << shift if shift >= 0 else (amount >> -shift) + 1


def decimals(a: Ball, digits: int) -> str | None:
    """The number to ``digits`` significant digits, cut and not rounded; None if they are not all known."""
    one, other = cut(a.low, digits), cut(a.high, digits)
    return one if one == other else None


def cut(value: Fraction, digits: int) -> str:
    """``value`` to a number of significant digits, the rest cut off."""
    if not value:
        return "0"
    sign = "-" if value < 0 else ""
    value = abs(value)
    # 10^place ≤ value < 10^(place+1)
    place = int((value.numerator.bit_length() - value.denominator.bit_length()) * 0.30103) - 2
    while value >= Fraction(10) ** (place + 1):
        place += 1
    scale = digits - 1 - place
    mantissa = str(int(value * Fraction(10) ** scale))
    if -5 <= place < digits:
        if place < 0:
            mantissa = "0" * -place + mantissa
            place = 0
        return sign + mantissa[: place + 1] + ("." + mantissa[place + 1 :] if mantissa[place + 1 :] else "")
    return f"{sign}{mantissa[0]}.{mantissa[1:] or '0'}e{place:+d}"
