"""The exact numbers of the check: a field, with roots that belong together and one order."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.derivation.steps.field import (
    ONE,
    ZERO,
    NoValueError,
    P,
    add,
    arbitrary,
    compared,
    first_greatest,
    function_value,
    mul,
    number,
    positive,
    power,
    whole,
)

ints = st.integers(0, P - 1)
numbers = st.tuples(ints, ints)
rationals = st.fractions(max_denominator=1000)


def minus(x):
    return mul(number(-1), x)


@given(numbers, numbers, numbers)
def test_it_is_a_field(x, y, z):
    assert add(add(x, y), z) == add(x, add(y, z))
    assert mul(mul(x, y), z) == mul(x, mul(y, z))
    assert mul(x, add(y, z)) == add(mul(x, y), mul(x, z))
    assert add(x, minus(x)) == ZERO
    if x != ZERO:
        assert mul(x, power(x, -1)) == ONE


@given(rationals, rationals)
def test_rational_numbers_are_what_they_are(p, q):
    assert add(number(p), number(q)) == number(p + q)
    assert mul(number(p), number(q)) == number(p * q)


@given(numbers, st.integers(-5, 5))
def test_whole_powers_are_products(x, n):
    if x == ZERO:
        return
    result = ONE
    for _ in range(abs(n)):
        result = mul(result, x)
    assert power(x, n) == (result if n >= 0 else power(result, -1))


@given(ints)
def test_every_number_has_a_root_and_its_powers_fit_together(a):
    root = power((a, 0), Fraction(1, 2))
    assert mul(root, root) == (a, 0)
    if a:
        assert mul(root, power((a, 0), Fraction(-1, 2))) == ONE
        assert power((a, 0), Fraction(3, 2)) == mul(root, (a, 0))


@pytest.mark.parametrize("n", range(1, 33))
def test_the_root_of_a_square_of_a_small_number_is_the_number(n):
    assert power(number(n * n), Fraction(1, 2)) == number(n)
    assert power(number(Fraction(1, n * n)), Fraction(1, 2)) == number(Fraction(1, n))


def test_what_has_no_value_is_said_and_not_made_up():
    for x, exponent in [(ZERO, -1), (ZERO, Fraction(-1, 2)), ((3, 4), Fraction(1, 2)), (ONE, Fraction(1, 3))]:
        with pytest.raises(NoValueError):
            power(x, exponent)


@given(numbers)
def test_of_a_number_and_its_opposite_one_is_positive(x):
    assert positive(x) + positive(minus(x)) == (x != ZERO)
    assert compared(">", x) != compared("<=", x)
    assert compared("=", x) == (x == ZERO)


def test_of_equal_greatest_numbers_the_first_is_meant():
    assert first_greatest([(1, 0), (7, 0), (7, 0), (2, 0)]) == 1


def test_functions_have_values_that_depend_on_name_order_and_argument():
    values = {
        function_value(name, order, x) for name in ("exp", "log") for order in (0, 1) for x in (ZERO, ONE)
    }
    assert len(values) == 8


def test_arbitrary_numbers_are_the_same_in_every_process():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from symgrad.derivation.steps.field import arbitrary; print(arbitrary('x', 1))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip() == str(arbitrary("x", 1))


def test_a_fractional_index_is_refused_and_not_cut_off():
    assert whole(Fraction(4, 2)) == 2
    with pytest.raises(ValueError, match="1/2 is no index"):
        whole(Fraction(1, 2))
