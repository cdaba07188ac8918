from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.verify.equality.budget import Clock, ExhaustedError
from symgrad.verify.equality.enclosures import Enclosures
from symgrad.verify.scalars import call, defined, lazily_defined, symbol

x, y = symbol("x"), symbol("y")


def at(values, solved=None, clock=None):
    return Enclosures(values.get, solved, clock)


def test_definitions_and_solved_symbols_are_entered():
    z = defined("z", "z", x * y + 1)
    assert at({x: 2, y: Fraction(1, 2)}).value(z * z) == 4
    assert at({x: 3}, {y: 1 - x}).value(x * y) == -6


def test_what_has_no_value_has_none_and_shared_nodes_are_asked_once():
    asked = []

    def value(s):
        asked.append(s)
        return 0

    assert Enclosures(value).value((1 / x + x) * x) is None
    assert asked == [x]
    assert at({}).value(x + 1) is None


def test_a_symbol_defined_by_itself_has_no_value():
    loop = lazily_defined("loop", "loop", lambda: loop + 1)
    assert at({}).value(loop) is None


def test_depth_is_no_trouble_but_time_is():
    e = x
    for _ in range(20_000):
        e = 1 / (1 + e * e)
    assert at({x: 1}).value(e) is not None
    with pytest.raises(ExhaustedError):
        at({x: 1}, clock=Clock(0)).value(e)
    assert call("exp", x)
