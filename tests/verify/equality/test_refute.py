from __future__ import annotations

from fractions import Fraction

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.refute import agreement, refuted
from symgrad.verify.equality.witnesses import decimal, told
from symgrad.verify.scalars import ONE, abstract, bracket, call, number, power, symbol

x, y = symbol("x"), symbol("y")
p = symbol("p", sign="positive")


def witness(a, b, solved=None):
    return refuted(a, b, solved or {}, Clock(9))


def test_the_witness_is_a_point_and_both_values():
    assert witness(x**2, x)[2:5] == ((("x", "2"),), "4", "2")
    found = witness(power(x**2, Fraction(1, 2)), x)
    assert (found.point, found.left, found.right) == ((("x", "-1"),), "1", "-1")
    assert (found.verdict, found.reached) == ("different", "refuted")


def test_equal_sides_have_none():
    assert witness(call("log", p**2), 2 * call("log", p)) is None
    assert witness(abstract("f", (0,), [x + y]), abstract("f", (0,), [y + x])) is None


def test_a_kink_may_be_the_witness():
    assert witness(bracket(">", x), bracket(">=", x)).point == (("x", "0"),)


def test_only_points_where_both_have_a_value_count():
    assert witness(call("log", x), call("log", x) + call("log", -x)) is None
    assert witness(call("log", -1 - x**2), x) is None


def test_solved_symbols_stand_in_the_witness():
    found = witness(x * y, x, {y: 1 - x})
    assert {name for name, _ in found.point} == {"x", "y"}


def test_the_text_shows_that_the_values_differ():
    assert told(Fraction(1, 3), 2) == ("1/3", "2")
    third = Fraction(10**30, 3 * 10**30 + 1)
    left, right = told(third, Fraction(1, 3) + Fraction(1, 10**40))
    assert left != right
    assert told((0, 0, 0), (-1, 1, -250))[1] == "0"
    assert decimal(Fraction(1, 3), 4) == "0.3333"


def test_agreement_says_how_far():
    found = agreement(call("exp", x), call("exp", x), {}, Clock(9))
    assert (found.verdict, found.reached) == ("undecided", "agreed")
    assert found.digits >= 50
    assert found.points > 3
    near = agreement(call("exp", x), call("exp", x) + number(Fraction(1, 10**20)), {}, Clock(9))
    assert 15 <= near.digits <= 25
    assert agreement(call("log", -1 - x**2), ONE, {}, Clock(9)).reached is None
