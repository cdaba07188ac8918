from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath
import pytest

from symgrad.verify.equality import intervals
from symgrad.verify.equality.intervals import (
    as_fractions,
    disjoint,
    enclosed,
    error_function,
    exponential,
    hull,
    inverse,
    logarithm,
    negative,
    pi,
    plus,
    product,
    root,
    rounded,
    sine_and_cosine,
    whole_power,
)


def points(n=250):
    rng = Random(1)
    found = [Fraction(k, d) for k in (-3, -1, 0, 1, 2, 9) for d in (1, 4)]
    for _ in range(n):
        value = Fraction(rng.randint(-(10**6), 10**6), rng.choice([10**4, 7 * 10**5, 10**9, 3]))
        found.append(value if abs(value) < 900 else value / 10**4)
    return [*found, Fraction(1, 10**40), 1 + Fraction(1, 10**40)]


def true(value):
    return mpmath.mpf(value.numerator) / value.denominator


def holds(interval, value):
    """The true value lies inside, and the interval is narrow."""
    lo, hi = (true(end) for end in as_fractions(interval))
    assert lo <= value <= hi
    assert hi - lo <= mpmath.mpf(2) ** -190 * max(abs(value), mpmath.mpf(2) ** -60)


@pytest.fixture(autouse=True)
def _precise():
    with mpmath.workprec(700):
        yield


@pytest.mark.parametrize(
    ("ours", "theirs", "where"),
    [
        (exponential, mpmath.exp, lambda u: True),
        (logarithm, mpmath.log, lambda u: u > 0),
        (root, mpmath.sqrt, lambda u: u >= 0),
        (inverse, lambda u: 1 / u, lambda u: u != 0),
        (negative, lambda u: -u, lambda u: True),
        (error_function, mpmath.erf, lambda u: True),
        (lambda a: sine_and_cosine(a)[0], mpmath.sin, lambda u: True),
        (lambda a: sine_and_cosine(a)[1], mpmath.cos, lambda u: True),
        (lambda a: whole_power(a, 6), lambda u: u**6, lambda u: True),
        (lambda a: whole_power(a, 7), lambda u: u**7, lambda u: True),
        (lambda a: whole_power(a, -3), lambda u: u**-3, lambda u: u != 0),
        (lambda a: plus(a, enclosed(Fraction(1, 3))), lambda u: u + mpmath.mpf(1) / 3, lambda u: True),
        (lambda a: product(a, enclosed(Fraction(-1, 3))), lambda u: -u / 3, lambda u: True),
    ],
)
def test_the_true_value_lies_inside(ours, theirs, where):
    for u in filter(where, points()):
        holds(ours(enclosed(u)), theirs(true(u)))


def test_wide_intervals_hold_the_values_of_every_point_in_them():
    rng = Random(2)
    for _ in range(200):
        ends = sorted(Fraction(rng.randint(-40, 40), 8) for _ in range(3))
        a = hull(enclosed(ends[0]), enclosed(ends[2]))
        u = true(ends[1])
        sine, cosine = sine_and_cosine(a)
        for interval, value in (
            (exponential(a), mpmath.exp(u)),
            (sine, mpmath.sin(u)),
            (cosine, mpmath.cos(u)),
            (error_function(a), mpmath.erf(u)),
            (whole_power(a, 2), u**2),
            (product(a, a), u**2),
            (whole_power(a, 3), u**3),
        ):
            lo, hi = map(true, as_fractions(interval))
            assert lo <= value <= hi


def test_pi():
    holds(pi(), +mpmath.pi)


def test_where_there_is_no_value_or_none_that_is_wanted():
    across = hull(enclosed(-1), enclosed(1))
    assert inverse(across) is logarithm(across) is root(across) is logarithm(enclosed(0)) is None
    assert exponential(enclosed(2**30)) is sine_and_cosine(enclosed(2**30)) is None
    assert whole_power(across, -1) is None


def test_rounding_goes_outwards():
    n = (1 << intervals.PRECISION + 10) + 1
    lo, hi, e = rounded(n, n, 0)
    assert lo << e < n < hi << e
    lo, hi, e = rounded(-n, -n, 0)
    assert lo << e < -n < hi << e


def test_numbers_of_very_different_size():
    tiny, one = (1, 1, -(10**6)), (1, 1, 0)
    both = plus(one, tiny)
    assert both[1] > both[0]
    assert disjoint(one, negative(one))
    assert not disjoint(one, both)
    assert disjoint(plus(one, (1, 1, -400)), one) is False
    assert disjoint(plus(one, (1, 1, -200)), one)
    assert not disjoint(hull(one, tiny), tiny)
