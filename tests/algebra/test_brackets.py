"""Brackets against brute force over small boxes: what is dropped, decided or solved is so at every point."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.dual import at, box

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import (
    Bracket,
    at_least,
    decide,
    divides,
    equal,
    extent,
    solve_for,
    solved,
    tidied,
    within,
)
from symgrad.algebra.sizes import size_symbol


def raw_holds(kind, e, divisor, place):
    """The condition as it is given, before any tidying; [d | e] of a fraction is that e/d is whole."""
    number = Fraction(at(e, place))
    return {"=": number == 0, ">=": number >= 0, "|": (number / divisor).denominator == 1}[kind]


@st.composite
def conditions(draw, fractions=False, least_indices=0):
    indices = [
        Index(draw(st.integers(1, 5)), letter) for letter in "ijk"[: draw(st.integers(least_indices, 3))]
    ]
    below = draw(st.sampled_from([1, 2, 3, 6])) if fractions else 1
    coefficient = st.integers(-6, 6).filter(bool)
    e = Affine(draw(st.integers(-9, 9)), {i: draw(coefficient) for i in indices})
    kind = draw(st.sampled_from(["=", ">=", "|"]))
    return kind, e.over(below), draw(st.integers(1, 6)) if kind == "|" else 1, indices


def everywhere(indices):
    return [dict(zip(indices, values, strict=True)) for values in box(indices)]


@settings(max_examples=1000)
@given(conditions(fractions=True))
def test_a_tidied_bracket_holds_where_the_given_one_does(condition):
    kind, e, divisor, indices = condition
    tidy = tidied(kind, e, divisor)
    for place in everywhere(indices):
        assert raw_holds(tidy.kind, tidy.e, tidy.divisor, place) == raw_holds(kind, e, divisor, place)
    assert all(type(c) is int for c in (tidy.e.const, *tidy.e.coefficients.values()))


@settings(max_examples=1000)
@given(conditions(fractions=True))
def test_a_bracket_is_decided_only_as_it_is_at_every_point(condition):
    kind, e, divisor, indices = condition
    verdict = decide(tidied(kind, e, divisor))
    truth = {raw_holds(kind, e, divisor, place) for place in everywhere(indices)}
    if verdict is not None:
        assert truth == {verdict}


@settings(max_examples=500)
@given(conditions())
def test_an_inequality_on_a_box_of_numbers_is_always_decided_when_it_is_constant(condition):
    _, e, _, indices = condition
    truth = {raw_holds(">=", e, 1, place) for place in everywhere(indices)}
    assert decide(tidied(">=", e)) == (truth.pop() if len(truth) == 1 else None)


@settings(max_examples=500)
@given(conditions(fractions=True))
def test_the_extent_is_the_least_and_the_greatest_value(condition):
    _, e, _, indices = condition
    values = [at(e, place) for place in everywhere(indices)]
    assert extent(e) == (min(values), max(values))


@settings(max_examples=1000)
@given(conditions(least_indices=1))
def test_a_solved_bracket_is_the_bracket(condition):
    _, e, _, indices = condition
    bracket = tidied("=", e)
    choice = solve_for(bracket, dict.fromkeys(indices))
    if choice is None:
        assert not bracket.e.coefficients
        return
    index, coefficient = choice
    value, left = solved(bracket, index, coefficient)
    assert index not in value.coefficients
    rest = [i for i in indices if i is not index]
    for place in everywhere(rest):
        roots = [n for n in range(index.size) if at(bracket.e, {**place, index: n}) == 0]
        ok = all(raw_holds(b.kind, b.e, b.divisor, place) for b in left)
        assert roots == ([at(value, place)] if ok else [])


def test_the_index_with_coefficient_one_is_solved_for_and_among_equals_the_last():
    i, j, u, v = (Index(3, letter) for letter in "ijuv")
    assert solve_for(equal(i * 2 + u, 3), dict.fromkeys((i, u))) == (u, 1)
    assert solve_for(equal(i * 2 + u, 3), dict.fromkeys((u, i))) == (u, 1)
    assert solve_for(equal(i + u, 3), dict.fromkeys((i, u))) == (u, 1)
    assert solve_for(equal(i * 2 + v * 3, j), dict.fromkeys((i, v))) == (i, 2)
    assert solve_for(equal(i, j), dict.fromkeys((u, v))) is None


def test_solving_for_a_coefficient_of_one_leaves_no_divisibility():
    i, u, x = Index(2, "i"), Index(3, "u"), Index(5, "x")
    bracket = equal(i * 2 + u, x)
    _, left = solved(bracket, u, bracket.e.coefficients[u])
    assert [b.kind for b in left] == [">=", ">="]
    _, left = solved(bracket, i, bracket.e.coefficients[i])
    assert [b.kind for b in left] == [">=", ">=", "|"]


def test_a_bracket_cleared_of_fractions_can_still_be_solved():
    """Fraction(1, 2)·2 is Fraction(1, 1), which is no int; such a bracket was never solved for its index."""
    i, x = Index(3, "i"), Index(6, "x")
    half = tidied("=", (affine(i) - x).over(2))
    assert solve_for(half, {i: None}) is not None


@pytest.mark.parametrize(
    ("bracket", "tidy"),
    [
        (lambda i: at_least(i * 4, 6), lambda i: Bracket(">=", i - 2)),
        (lambda i: at_least(6, i * 4), lambda i: Bracket(">=", 1 - i)),
        (lambda i: divides(3, i * 4 + 6), lambda i: Bracket("|", affine(i), 3)),
        (lambda i: divides(4, i * 2 + 2), lambda i: Bracket("|", i + 1, 2)),
        (lambda i: divides(2, i * 4 + 2), lambda i: Bracket("|", affine(0), 1)),
        (lambda i: equal(i * 2, 6), lambda i: Bracket("=", i - 3)),
        (lambda i: equal(i * 2, 5), lambda i: Bracket("=", i * 2 - 5)),
    ],
)
def test_brackets_in_lowest_terms(bracket, tidy):
    i = Index(9, "i")
    assert bracket(i) == tidy(i)


def test_within_is_the_two_ends_of_the_range():
    x = Index(9, "x")
    low, high = within(x - 2, 4)
    held = [n for n in range(9) if all(raw_holds(b.kind, b.e, 1, {x: n}) for b in (low, high))]
    assert held == [2, 3, 4, 5]


def test_symbolic_brackets_are_decided_only_for_every_size():
    h, p = size_symbol("H"), size_symbol("p", 0)
    i = Index(h, "i")
    assert decide(at_least(i + p, 0)) is True
    assert decide(at_least(h - 1, i)) is True
    assert decide(at_least(i, h)) is False
    assert decide(at_least(i, p)) is None
    assert decide(equal(i, h + p)) is False
    assert decide(equal(i, p)) is None
    assert decide(divides(2, h)) is None
    assert extent(i * (h - p)) == (None, None)
