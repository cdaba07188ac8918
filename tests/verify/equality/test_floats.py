from __future__ import annotations

from symgrad.verify.equality.sampler import differs_quickly
from symgrad.verify.scalars import bracket, call, number, symbol

x, y = symbol("x"), symbol("y")
p = symbol("p", sign="positive")


def test_underflow_is_no_difference():
    """The sampler told 5.4E-237 from 0."""
    tiny = call("exp", -500 - p**2)
    assert differs_quickly(tiny * (1 + x), tiny) is False
    assert differs_quickly(tiny * 10**200 * (1 + x), tiny * 10**200) is True


def test_rounding_after_cancellation_is_no_difference():
    """The sampler told 1 − p with p near 1 from what it is."""
    s = call("sigmoid", 40 + p)
    assert differs_quickly(1 - s, call("sigmoid", -40 - p)) is False
    assert differs_quickly((1 + x * 10**-0) - 1 - x, number(0) * call("exp", x)) is False
    assert differs_quickly(call("exp", x) + 10**20 - 10**20 * call("exp", 0 * x), call("exp", x)) is False


def test_what_is_zero_but_for_rounding_has_a_bracket_of_zero():
    u = call("exp", x) * call("exp", y) - call("exp", x + y)
    assert differs_quickly(bracket(">", u) * call("exp", x), number(0) * x) is not True


def test_a_difference_at_negative_values_only_is_one():
    assert differs_quickly(call("abs", x), x * call("exp", 0 * x)) is True
    assert differs_quickly(call("relu", x) + call("exp", y), x + call("exp", y)) is True
