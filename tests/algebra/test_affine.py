"""Affine combinations against arithmetic at points."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from oracles.dual import at

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.sizes import size_symbol

I, J, K = (Index(5, letter) for letter in "ijk")
INDICES = [I, J, K]


@st.composite
def affines(draw):
    numbers = st.sampled_from([-2, -1, 1, 2, 3, Fraction(1, 2), Fraction(-3, 2)])
    coefficients = {i: draw(numbers) for i in INDICES if draw(st.booleans())}
    return Affine(draw(st.integers(-4, 4)), coefficients)


places = st.fixed_dictionaries({i: st.integers(0, 4) for i in INDICES})
scalars = st.sampled_from([-2, -1, 0, 1, 2, 3, Fraction(1, 2), Fraction(2, 3)])


@given(affines(), affines(), scalars, places)
def test_arithmetic_is_that_of_the_values(a, b, n, place):
    assert at(a + b, place) == at(a, place) + at(b, place)
    assert at(a - b, place) == at(a, place) - at(b, place)
    assert at(a * n, place) == at(n * a, place) == at(a, place) * n
    assert at(-a, place) == -at(a, place)
    assert at(3 - a, place) == 3 - at(a, place)
    assert at(a.over(4), place) == Fraction(at(a, place)) / 4


@given(affines(), affines(), affines(), places)
def test_indices_are_replaced_all_at_once(a, b, c, place):
    assert at(a.put({I: b, J: c}), place) == at(a, {**place, I: at(b, place), J: at(c, place)})


@given(affines(), affines())
def test_no_coefficient_is_zero_and_what_is_whole_is_an_int(a, b):
    for e in (a + b, a - b, a * 2, a.over(2), a.put({I: b, J: a})):
        assert all(e.coefficients.values())
        numbers = (e.const, *e.coefficients.values())
        assert all(type(n) is int or n.denominator != 1 for n in numbers)


@given(affines(), affines())
def test_equal_combinations_are_equal_whatever_their_order(a, b):
    assert a + b == b + a
    assert hash(a + b) == hash(b + a)
    assert (a - b == Affine(0, {})) == (a == b)


def test_two_indices_that_print_alike_are_two():
    other = I.again()
    assert (other.letter, other.size) == (I.letter, I.size)
    assert other + 0 != I + 0
    assert len((I - other).coefficients) == 2
    assert affine(0) == I - I


def test_index_arithmetic():
    assert Affine(-3, {I: 2, J: 1}) == I * 2 + J - 3
    assert 2 * I == I + I
    assert Affine(3, {I: -1}) == 3 - I
    assert 1 + I == I + 1
    assert -I == I * -1
    assert (I * 0).coefficients == {}


def test_a_lone_index():
    assert affine(I).lone() is I
    assert (I * 2).lone() is None
    assert (I + 1).lone() is None
    assert (I + J).lone() is None
    assert affine(0).lone() is None


def test_symbolic_coefficients():
    s = size_symbol("s")
    e = I * s + J
    assert e.put({I: affine(J)}) == J * (s + 1)
    assert (e - I * s).coefficients == {J: 1}
