from __future__ import annotations

from fractions import Fraction

from symgrad.verify.equality.budget import TERMS, Clock
from symgrad.verify.equality.clearing import ClearingReader, a_bracket, without
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.polynomials import atom_of, expandable, polynomial
from symgrad.verify.scalars import bracket, call, number, power, symbol

x, y = symbol("x"), symbol("y")


def kernels():
    return Kernels(Clock(9), lambda s: None)


def test_number_monomial_and_a_rest_without_common_divisor():
    reader = ClearingReader(Clock(9), TERMS)
    cleared = reader.cleared(polynomial(6 * x**2 * y - Fraction(9, 2) * x / y))
    assert (abs(cleared.c), dict(cleared.m)) == (Fraction(3, 2), {x: 1, y: -1})
    assert cleared.q in (
        polynomial(4 * x * y**2 - 3),
        polynomial(3 - 4 * x * y**2),
    )
    assert max(cleared.q.items(), key=lambda t: [(a.serial, e) for a, e in t[0]])[1] > 0


def test_denominators_vanish_from_the_rest():
    k = kernels()
    p = k.read(1 / (x + y) + 1 / (x - y))
    c, m, q = k.cleared(p)
    assert sorted(e for _, e in m) == [-1, -1, 1]
    assert (abs(c), q) == (2, {(): 1})
    assert not k.cleared(k.read(x / (x + y) + y / (x + y) - 1)).q


def test_rules_of_special_atoms():
    k = kernels()
    s, b, z = call("sin", x), bracket(">", x), bracket("=", x)
    assert k.read(s**2) == k.read(1 - call("cos", x) ** 2)
    assert k.read(b**3) == atom_of(b)
    assert k.read(b * z) == k.read(x * z) == {}
    assert k.read(power(number(2), Fraction(5, 2))) == {((number(2), Fraction(1, 2)),): 4}


def test_a_power_that_is_too_large_stays_one():
    k = kernels()
    assert k.read(x * (x + y) ** 4000) == {((x, 1), (x + y, 4000)): 1}
    assert not expandable(k.read(x + y + 1), 300)


def test_brackets_get_values():
    k = kernels()
    p = k.read(x * bracket(">", y) + bracket("=", y) + 1)
    assert a_bracket(p) is y
    assert a_bracket(k.read(x + 1)) is None
    assert without(p, {bracket(">", y): 1, bracket("=", y): 0}) == k.read(x + 1)
    assert without(p, {bracket(">", y): 0, bracket("=", y): 1}) == {(): 2}
