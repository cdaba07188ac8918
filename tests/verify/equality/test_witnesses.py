"""What a witness looks like."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.verify.equality.witnesses import BARELY, clarity, decimal, told


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Fraction(1), Fraction(2), 0),
        (Fraction(1), Fraction(1001, 1000), BARELY),
        (Fraction(1, 10**9), Fraction(2, 10**9), 2),
        (Fraction(10**9), Fraction(2 * 10**9), 2),
    ],
)
def test_values_of_moderate_size_that_differ_clearly_are_preferred(one, other, expected):
    assert clarity(one, other) == expected


def test_values_are_told_apart():
    assert told(Fraction(1, 3), Fraction(2)) == ("1/3", "2")
    one, other = told(Fraction(1, 3**40), Fraction(1, 3**40) + Fraction(1, 3**60))
    assert one != other


def test_no_number_is_too_large_to_be_told():
    assert decimal(Fraction(7**30_000, 5**29_000), 6)
