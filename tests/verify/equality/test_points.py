from __future__ import annotations

from fractions import Fraction

from symgrad.verify.equality.points import points
from symgrad.verify.scalars import symbol

SIGNS = ("real", "positive", "nonnegative", "nonzero", "natural", "integer")
SYMBOLS = [symbol((sign, n), sign=sign) for sign in SIGNS for n in range(4)]


def test_values_have_the_signs_of_their_symbols():
    for point in points():
        for s in SYMBOLS:
            value = Fraction(point(s))
            match s.letter.sign:
                case "positive":
                    assert value > 0
                case "nonnegative":
                    assert value >= 0
                case "nonzero":
                    assert value
                case "natural":
                    assert value > 0
                    assert value.denominator == 1
                case "integer":
                    assert value.denominator == 1


def test_points_are_the_same_each_time_and_begin_with_one():
    first, again = ([[point(s) for s in SYMBOLS] for point in points()] for _ in range(2))
    assert first == again
    assert set(first[0]) == {1}


def test_there_are_negative_values_and_zeros():
    values = {point(s) for point in points() for s in SYMBOLS if s.letter.sign == "real"}
    assert {0, -1, Fraction(-1, 2), 1, 2} <= values
