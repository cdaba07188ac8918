"""What a part below a power, a root or a logarithm must be, against the values that it has."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.verify.corrections.bends import due
from symgrad.verify.equality import Sampler
from symgrad.verify.scalars import call, number, power, symbol, times, total

X, Y, HOLE = symbol("x"), symbol("y", sign="positive"), symbol("hole")
HALF = Fraction(1, 2)

BENT = {
    "square": lambda s: power(s, 2),
    "inverse square": lambda s: power(s, -2),
    "root": lambda s: power(s, HALF),
    "inverse root": lambda s: power(s, -HALF),
    "three halves": lambda s: power(s, 3 * HALF),
    "its inverse": lambda s: power(s, -3 * HALF),
    "logarithm": lambda s: call("log", s),
    "exponential": lambda s: call("exp", s),
    "exponential of the opposite": lambda s: call("exp", -s),
    "cube": lambda s: power(s, 3),
}


@pytest.mark.parametrize("bend", BENT)
def test_the_part_that_makes_a_formula_true_is_what_is_due(bend):
    sampler = Sampler()
    whole = total((times((X, BENT[bend](HOLE))), number(5)))
    part = total((Y, number(1)))
    true = total((times((X, BENT[bend](part))), number(5)))
    found = due(sampler, whole, HOLE, Y, true)
    assert found is not None
    assert found.fits(sampler.floats(part))
    assert not found.fits(sampler.floats(Y))


def test_nothing_is_due_of_what_bends_otherwise():
    whole = call("tanh", times((X, HOLE)))
    assert due(Sampler(), whole, HOLE, Y, call("tanh", X)) is None
