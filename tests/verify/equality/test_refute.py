from __future__ import annotations

from fractions import Fraction
from time import perf_counter

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.refute import agreement, refuted
from symgrad.verify.equality.witnesses import decimal, told
from symgrad.verify.scalars import ONE, abstract, bracket, call, defined, number, power, symbol, total

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


def test_a_witness_is_of_moderate_size_where_there_is_one():
    """A witness was −4.49213E-233 against 4.49213E-233."""
    layers = x
    for k in range(6):
        layers = call("exp", -(layers**2) * 40 + k * y)
    found = witness(layers, -layers)
    assert all(1e-6 <= abs(float(Fraction(v))) <= 1e6 for v in (found.left, found.right))


def test_many_symbols_share_a_value_and_those_that_differ_are_named():
    a = [symbol(("a", n), f"a{n}") for n in range(20)]
    w = [symbol(("w", n), f"w{n}") for n in range(9)]
    good = total(a[n] * w[n] for n in range(9))
    z4 = defined("z4", "z4", good)
    found = witness(z4, good - a[8] * w[8] + a[9] * w[8])
    assert {name for name, _ in found.point} <= {"a8", "a9", "every other symbol"}
    deep = z4
    for n in range(3):
        deep = defined(("h", n), f"h{n}", total(call("tanh", deep * s) for s in a))
    found = witness(deep, call("tanh", deep))
    assert len(found.point) <= 13


def test_writing_down_a_huge_fraction_takes_no_time():
    start = perf_counter()
    assert decimal(Fraction(3 ** (10**6), 7 ** (10**5)), 6).endswith("E+392611")
    assert decimal(-Fraction(1, 3 ** (10**5)), 6).startswith("-")
    assert perf_counter() - start < 2
    assert decimal(Fraction(0), 6) == "0"
