"""Sizes against SymPy's polynomials and against numbers put in for the symbols."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.algebra.sizes import (
    Polynomial,
    called,
    content,
    degree,
    denominator,
    divided,
    exact,
    provably_nonnegative,
    settle,
    size_symbol,
    size_symbols,
    size_terms,
    size_text,
    stepped,
)
from symgrad.errors import AlgebraError

LEAST = {"H": 1, "K": 2, "p": 0}
SYMBOLS = {name: size_symbol(name, least) for name, least in LEAST.items()}
NAMES = {name: sympy.Symbol(name) for name in LEAST}


@st.composite
def sizes(draw, depth=3):
    """A size, and the same in SymPy."""
    kind = draw(
        st.sampled_from(
            ["symbol", "number"] if depth == 0 else ["symbol", "number", "+", "-", "*", "**", "/"]
        )
    )
    if kind == "symbol":
        name = draw(st.sampled_from(list(SYMBOLS)))
        return SYMBOLS[name], NAMES[name]
    if kind == "number":
        n = draw(st.integers(-4, 4))
        return n, sympy.Integer(n)
    size, truth = draw(sizes(depth - 1))
    if kind == "**":
        n = draw(st.integers(0, 3))
        return size**n, truth**n
    if kind == "/":
        n = draw(st.integers(1, 6))
        return divided(size, n), truth / n
    other, other_truth = draw(sizes(depth - 1))
    return {
        "+": (size + other, truth + other_truth),
        "-": (size - other, truth - other_truth),
        "*": (size * other, truth * other_truth),
    }[kind]


def as_sympy(size):
    if not isinstance(size, Polynomial):
        return sympy.Rational(size.numerator, size.denominator)
    return sympy.Add(
        *(
            sympy.Rational(c.numerator, c.denominator) * sympy.Mul(*(NAMES[s.name] ** n for s, n in monomial))
            for monomial, c in size.terms.items()
        )
    )


@settings(max_examples=300)
@given(sizes())
def test_arithmetic_is_that_of_polynomials(pair):
    size, truth = pair
    assert sympy.expand(as_sympy(size) - truth) == 0
    assert isinstance(size, Polynomial) == bool(sympy.expand(truth).free_symbols)


@settings(max_examples=300)
@given(sizes(), sizes())
def test_equal_sizes_are_equal_and_print_alike(one, two):
    (left, left_truth), (right, right_truth) = one, two
    if sympy.expand(left_truth - right_truth) == 0:
        assert left == right
        assert hash(left) == hash(right)
    assert (size_text(left) == size_text(right)) == (left == right)


@settings(max_examples=300)
@given(sizes())
def test_what_is_proved_nonnegative_is_nowhere_negative(pair):
    size, truth = pair
    if provably_nonnegative(size):
        for values in ((h, k, p) for h in (1, 2, 5) for k in (2, 3, 7) for p in (0, 1, 4)):
            assert truth.subs(dict(zip(NAMES.values(), values, strict=True))) >= 0


H, K, p = SYMBOLS.values()


@pytest.mark.parametrize(
    "size", [0, 3, H, H - 1, H * K - 2, K - 2, p, H * K - H - K + 1, (H - 1) * (K - 1) * 2, divided(H, 3)]
)
def test_proofs_that_the_algebra_needs_are_found(size):
    assert provably_nonnegative(size)


@pytest.mark.parametrize("size", [-1, H - 2, K - 3, p - 1, -1 * H, H - K, Fraction(-1, 2), H - p])
def test_nothing_is_proved_that_may_be_negative(size):
    assert not provably_nonnegative(size)


def test_a_division_stays_exact():
    assert divided(3, 2) == Fraction(3, 2)
    assert type(divided(4, 2)) is int
    assert divided(H * 2, 2) == H
    assert divided(H, 2) * 2 == H
    assert type(divided(H * 3, 2).terms[next(iter(H.terms))]) is Fraction


def test_a_whole_fraction_is_an_int():
    assert type(exact(Fraction(1, 2) * 2)) is int
    assert type(exact(Fraction(1, 2))) is Fraction
    assert exact(H) is H


def test_a_constant_is_a_number_and_no_polynomial():
    assert type(H - H) is int
    assert type(H - H + 3) is int
    assert settle({}) == 0
    assert 2 - (H - H) == 2


def test_content_and_denominator():
    assert content(H * 6 + 4) == 2
    assert content(0) == 0
    assert content(-6) == 6
    assert denominator(divided(H, 2) + Fraction(1, 3)) == 6
    assert denominator(5) == 1


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (H * K + p * 2 - 1, "H*K + 2*p - 1"),
        (-1 * H, "-H"),
        (H * H, "H^2"),
        (divided(H, 2), "1/2*H"),
        (H * 0, "0"),
        (1 - H, "-H + 1"),
        (7, "7"),
    ],
)
def test_sizes_as_text(size, text):
    assert size_text(size) == text


def test_steps_are_a_number_a_polynomial_or_a_size_of_their_own():
    height, stride = size_symbol("H"), size_symbol("s")
    assert stepped(4, 2, "P") == 3
    assert stepped(height - 3, 1, "P") == height - 2
    (symbol,) = size_symbols(stepped(height - 3, stride, "P"))
    assert (symbol.name, symbol.steps) == ("P", (height - 3, stride))


def test_terms_symbols_and_degree_of_a_size():
    size = 2 * size_symbol("W") * size_symbol("H") - size_symbol("H") + 3
    assert [c for c, _ in size_terms(size)] == [2, -1, 3]
    assert [symbol.name for symbol in size_symbols(size)] == ["H", "W"]
    assert (degree(size), degree(7), degree(0)) == (2, 0, 0)
    assert size_terms(0) == size_symbols(5) == ()


def test_a_size_under_a_name_of_its_own_knows_its_rule():
    h = size_symbol("H")
    named = called(2 * h + 1, "P")
    (symbol,) = size_symbols(named)
    assert (symbol.name, symbol.steps) == ("P", (2 * h, 1))
    assert called(5, "P") == 5


def test_a_product_of_symbols_divides_what_has_it_in_every_term():
    assert divided(H * K, K) == H
    assert divided(6 * H * H * K, 4 * H) == Fraction(3, 2) * H * K
    assert divided(H * K + 2 * H, H) == K + 2
    for size, by in ((H, K), (H * K + 1, H), (6, H), (H, H + 1)):
        with pytest.raises(AlgebraError, match="is not divided by"):
            divided(size, by)
