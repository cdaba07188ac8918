from __future__ import annotations

from symgrad.verify.equality.facts import solved
from symgrad.verify.scalars import ONE, ZERO, call, defined, number, symbol, total

x, y, z = (symbol(name) for name in "xyz")


def test_each_fact_gives_a_symbol_by_the_others():
    assert solved([(x + y + z, ONE)]) == {z: total([ONE, -x, -y])}
    assert solved([(2 * x, 3 * y)]) == {y: number(2) / 3 * x}
    assert solved([(x, y)]) == {y: x}


def test_no_value_names_a_symbol_solved_before():
    found = solved([(x + y + z, ONE), (z, 2 * y)])
    assert found.keys() == {z, y}
    assert z not in found[y].args
    assert solved([(x, y), (y, x)]) == {y: x}


def test_what_is_not_linear_is_left():
    assert solved([(x**2, ONE), (call("exp", x), y * z)]) == {}
    assert solved([(call("exp", x) + x, ZERO)]) == {}
    assert solved([(call("exp", x) + y, ZERO)]) == {y: -call("exp", x)}


def test_an_input_is_taken_rather_than_a_defined_symbol():
    p = defined("p", "p", call("exp", x))
    assert solved([(p + y, ONE)]) == {y: 1 - p}
