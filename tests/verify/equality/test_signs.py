from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.signs import NONNEGATIVE, POSITIVE, UNKNOWN, is_nonzero
from symgrad.verify.scalars import PI, bracket, call, number, power, raised, symbol

x, y = symbol("x"), symbol("y")
p, r = symbol("p", sign="positive"), symbol("r", sign="nonnegative")
n, i, u = symbol("n", sign="natural"), symbol("i", sign="integer"), symbol("u", sign="nonzero")


@pytest.mark.parametrize(
    ("e", "sign"),
    [
        (number(0) + 3, POSITIVE),
        (number(-3), -POSITIVE),
        (x, UNKNOWN),
        (x**2, NONNEGATIVE),
        (u**2, POSITIVE),
        (x**-2, POSITIVE),
        (-(x**2), -NONNEGATIVE),
        (x**2 + 1, POSITIVE),
        (x**2 - 1, UNKNOWN),
        (p * r, NONNEGATIVE),
        (p + r, POSITIVE),
        (-p - r, -POSITIVE),
        (p - r, UNKNOWN),
        (p * x, UNKNOWN),
        (1 / r, POSITIVE),
        (n, POSITIVE),
        (i, UNKNOWN),
        (PI, POSITIVE),
        (call("exp", x), POSITIVE),
        (call("sigmoid", x), POSITIVE),
        (call("softplus", x), POSITIVE),
        (call("relu", x), NONNEGATIVE),
        (call("tanh", x), UNKNOWN),
        (power(x, Fraction(1, 2)), NONNEGATIVE),
        (raised(p, x), POSITIVE),
        (raised(r, i), NONNEGATIVE),
        (raised(x, n), UNKNOWN),
        (bracket(">", x), NONNEGATIVE),
        (call("log", p), UNKNOWN),
        (1 / (x**2 + p), POSITIVE),
    ],
    ids=repr,
)
def test_only_what_is_proved(e, sign):
    kernels = Kernels(Clock(9), lambda s: None)
    assert kernels.sign(kernels.read(e)) == sign


def test_symbols_that_are_not_zero():
    assert [is_nonzero(s) for s in (x, p, r, n, i, u)] == [False, True, False, True, False, True]
