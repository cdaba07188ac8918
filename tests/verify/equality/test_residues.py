"""Remainders of rational expressions modulo a large prime."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.verify.equality.residues import NotRationalError, ResidueEvaluator
from symgrad.verify.scalars import call, number, power, symbol

X, Y = symbol("x"), symbol("y")


def value(e, x=3, y=5):
    return ResidueEvaluator({X: x, Y: y}.__getitem__, None).value(e)


def test_a_remainder_is_that_of_the_value():
    assert value(X * Y + 2) == 17
    assert value((X + Y) ** 2 - X * X - 2 * X * Y - Y * Y) == 0


def test_division_is_exact():
    assert value(X / Y * Y) == 3
    assert value(number(1) / X * 3) == 1


def test_what_is_not_rational_has_no_remainder():
    for e in (call("exp", X), power(X, Fraction(1, 2))):
        with pytest.raises(NotRationalError):
            value(e)
