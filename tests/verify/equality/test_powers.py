from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.verify.equality.budget import Clock, UndefinedError
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.powers import primes
from symgrad.verify.scalars import call, number, power, raised, symbol

x, y = symbol("x"), symbol("y")
p, q = symbol("p", sign="positive"), symbol("q", sign="positive")
r = symbol("r", sign="nonnegative")
n, i = symbol("n", sign="natural"), symbol("i", sign="integer")
HALF = Fraction(1, 2)


def log(e):
    return call("log", e)


def exp(e):
    return call("exp", e)


def same(a, b):
    kernels = Kernels(Clock(9), lambda s: None)
    return kernels.is_zero(kernels.read(a - b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (exp(x + y), exp(x) * exp(y)),
        (exp(x / 2) ** 2, exp(x)),
        (exp(log(p) / 3), power(p, Fraction(1, 3))),
        (exp(1 / (x - 1)), exp((x + 1) / (x**2 - 1))),
        (log(p**3 * exp(x) / 4), 3 * log(p) + x - 2 * log(number(2))),
        (log(r * p), log(r) + log(p)),
        (log(-(x**3)), 3 * log(-x)),
        (log(x * y), log(y * x)),
        (power(12 * p**2, HALF), 2 * p * power(number(3), HALF)),
        (power(x**6, HALF), call("abs", x) ** 3),
        (power(x**2, Fraction(1, 4)) ** 4, x**2),
        (power(x * y, HALF) ** 2, x * y),
        (power(-x, HALF) ** 3, -x * power(-x, HALF)),
        (raised(p, x) * raised(p, y), raised(p, x + y)),
        (raised(p * q, x), raised(p, x) * raised(q, x)),
        (raised(x, 2 * n), raised(x**2, n)),
        (raised(x, i) / x, raised(x, i - 1)),
        (raised(exp(x), y), exp(x * y)),
    ],
    ids=repr,
)
def test_identities_that_hold(a, b):
    assert same(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (log(x * y), log(x) + log(y)),
        (log(x**2), 2 * log(x)),
        (power(x**2, HALF), x),
        (power(x * y, HALF), power(x, HALF) * power(y, HALF)),
        (raised(x * y, r), raised(x, r) * raised(y, r)),
        (power(raised(x, n), HALF), raised(x, n / 2)),
        (raised(x**2, y / 2), raised(x, y)),
        (log(p + q), log(p) + log(q)),
        (power(p + q, HALF), power(p, HALF) + power(q, HALF)),
    ],
    ids=repr,
)
def test_temptations_that_do_not(a, b):
    assert not same(a, b)


@pytest.mark.parametrize(
    "e", [1 / (x - x), log(x - x), log(-p), power(-p, HALF), power(x - x, -HALF)], ids=repr
)
def test_what_has_no_value_anywhere(e):
    with pytest.raises(UndefinedError):
        Kernels(Clock(9), lambda s: None).read(e)


def test_numbers_by_primes():
    assert primes(Fraction(12, 35)) == {2: 2, 3: 1, 5: -1, 7: -1}
    assert primes(1) == {}
    large = (2**61 - 1) * (2**89 - 1)
    assert primes(2 * large) == {2: 1, large: 1}
