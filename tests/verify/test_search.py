"""The search for the most plausible single correction."""

from verify.diagnosed import LAYER, UNIT, told

from symgrad.verify.equality import Sampler
from symgrad.verify.scalars import call, symbol, times, total
from symgrad.verify.search import may_be_equal

X, Y = symbol("x", "x"), symbol("y", "y")


def test_values_tell_what_may_be_equal():
    sampler = Sampler()
    assert may_be_equal(sampler, times((X, total((X, Y)))), total((times((X, X)), times((X, Y)))))
    assert not may_be_equal(sampler, times((X, Y)), total((X, Y)))
    assert may_be_equal(sampler, call("exp", total((X, Y))), times((call("exp", X), call("exp", Y))))


def test_a_likely_slip_goes_before_an_unlikely_one():
    # Both x_1 for x_2 and a factor x_1/x_2 would do.
    found = told(UNIT, r"\frac{\partial L}{\partial w_1} = (a - y) a (1 - a) x_2")
    assert found.kinds == ("wrong-index",)


def test_a_lost_summand_of_a_bracket_between_matrices_is_found():
    found = told(LAYER, r"\frac{\partial L}{\partial W} = 2 (W x) x^T")
    assert found.kinds == ("missing-term",)
    assert found.mended


def test_a_search_ends_in_time():
    from time import monotonic

    start = monotonic()
    told(LAYER, r"\frac{\partial L}{\partial W} = x x^T W^T y y^T")
    assert monotonic() - start < 30
