"""Enclosures hold the true value, at any precision: mpmath at four times the precision is the witness."""

import random
from fractions import Fraction

import mpmath
import pytest

from symgrad.verify import intervals as iv

BITS = [30, 80, 200, 1000]


def arguments(bits, seed=5):
    rng = random.Random(seed)
    for _ in range(120):
        value = Fraction(rng.randint(-(10**9), 10**9), rng.randint(1, 10**9)) * Fraction(10) ** rng.randint(-6, 2)
        yield value
    yield from map(Fraction, (0, 1, -1, 2, "1/2", "1/1024", 30, -30, "1e-30", "355/113"))


def exact(q):
    return mpmath.mpf(q.numerator) / q.denominator


def holds(ball, value, bits):
    low, high = exact(ball.low), exact(ball.high)
    assert low <= value <= high, (ball, value)
    assert high - low <= max(1, abs(value)) * mpmath.mpf(2) ** (8 - bits), "too wide"


@pytest.mark.parametrize("bits", BITS)
def test_functions_of_rational_numbers_are_enclosed(bits):
    with mpmath.workprec(4 * bits + 400):
        holds(iv.pi(bits), mpmath.pi, bits)
        for q in arguments(bits):
            x, b = exact(q), iv.ball(q, bits + 60)
            holds(iv.ball(q, bits), x, bits)
            if abs(q) < 4000:
                holds(iv.exponential(b, bits), mpmath.exp(x), bits)
                sine, cosine = iv.sine_cosine(b, bits)
                holds(sine, mpmath.sin(x), bits)
                holds(cosine, mpmath.cos(x), bits)
            holds(iv.error_function(b, bits), mpmath.erf(x), bits)
            if q:
                holds(iv.inverse(b, bits), 1 / x, bits)
            if q > 0:
                holds(iv.logarithm(b, bits), mpmath.log(x), bits)
                holds(iv.root(b, 2, bits), mpmath.sqrt(x), bits)
                holds(iv.root(b, 3, bits), mpmath.cbrt(x), bits)


@pytest.mark.parametrize("bits", [30, 200])
def test_wide_arguments_enclose_what_any_point_inside_gives(bits):
    rng = random.Random(8)
    with mpmath.workprec(800):
        for _ in range(150):
            exp = -rng.randint(4, 40)
            wide = iv.Ball(rng.randint(-(2**20), 2**20), rng.randint(0, 2**14), exp)
            other = iv.Ball(rng.randint(-(2**20), 2**20), rng.randint(0, 2**14), exp)
            for part in (Fraction(-1), Fraction(1), Fraction(rng.randint(-99, 99), 100)):
                p = (wide.mid + wide.rad * part) * Fraction(2) ** exp
                r = (other.mid - other.rad * part) * Fraction(2) ** exp
                x = exact(p)
                cases = [
                    (iv.add, (wide, other), exact(p + r)),
                    (iv.multiply, (wide, other), exact(p * r)),
                    (iv.exponential, (wide,), mpmath.exp(x)),
                    (iv.error_function, (wide,), mpmath.erf(x)),
                    (lambda a, b: iv.sine_cosine(a, b)[0], (wide,), mpmath.sin(x)),
                    (lambda a, b: iv.sine_cosine(a, b)[1], (wide,), mpmath.cos(x)),
                ]
                cases += [(lambda a, b: iv.power(a, 3, b), (wide,), x**3)]
                if abs(wide.mid) > wide.rad:
                    cases += [(iv.inverse, (wide,), 1 / x), (lambda a, b: iv.power(a, -2, b), (wide,), x**-2)]
                if wide.mid > wide.rad:
                    cases += [(iv.logarithm, (wide,), mpmath.log(x))]
                    cases += [(lambda a, b: iv.root(a, 2, b), (wide,), mpmath.sqrt(x))]
                for function, args, value in cases:
                    try:
                        found = function(*args, bits)
                    except iv.UnenclosedError:
                        continue
                    assert exact(found.low) <= value <= exact(found.high), (function, args)


def test_far_apart_numbers_are_added():
    tiny, huge = iv.Ball(1, 0, -5000), iv.Ball(1, 0, 5000)
    total = iv.add(tiny, huge, 100)
    assert total.low <= Fraction(2) ** 5000 + Fraction(2) ** -5000 <= total.high


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (iv.inverse, iv.Ball(0, 1, 0)),
        (iv.logarithm, iv.Ball(1, 1, 0)),
        (iv.exponential, iv.Ball(1, 0, 40)),
        (iv.exponential, iv.Ball(1, 0, 10**9)),
        (iv.exponential, iv.Ball(0, 4, 0)),
        (lambda a, bits: iv.power(a, 10**9, bits), iv.Ball(3, 0, 0)),
    ],
)
def test_what_has_no_useful_enclosure_is_refused(function, argument):
    with pytest.raises(iv.UnenclosedError):
        function(argument, 100)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (Fraction(1, 3), 5, "0.33333"),
        (Fraction(-200, 3), 4, "-66.66"),
        (Fraction(1, 3 * 10**9), 3, "3.33e-10"),
        (Fraction(12345678), 3, "1.23e+7"),
        (Fraction(1, 1000), 3, "0.00100"),
        (Fraction(0), 3, "0"),
    ],
)
def test_decimals_are_cut_not_rounded(value, digits, shown):
    assert iv.decimals(iv.ball(value, 200), digits) in (shown, None)
    assert iv.cut(value, digits) == shown
