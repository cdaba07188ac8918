"""Counting against enumeration, and at sizes that could not be enumerated."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.dual import holds

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import at_least, divides, equal, tidied, within
from symgrad.algebra.count import count_terms, count_terms_at
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.terms import Expression, Term
from symgrad.errors import AlgebraError


def expression(bound, brackets):
    return Expression((Term(1, tuple(bound), tuple(brackets)),))


def enumerated(indices, brackets, here=None):
    """The points of the box at which every bracket holds, by testing each of them."""
    return sum(
        all(holds(b, {**(here or {}), **dict(zip(indices, values, strict=True))}) for b in brackets)
        for values in product(*(range(index.size) for index in indices))
    )


@st.composite
def terms(draw):
    axes = tuple(Index(draw(st.integers(1, 4)), letter) for letter in "xy"[: draw(st.integers(0, 2))])
    bound = tuple(Index(draw(st.integers(1, 5)), letter) for letter in "ijk"[: draw(st.integers(0, 3))])
    brackets = []
    for _ in range(draw(st.integers(0, 4))):
        coefficients = {
            i: c for i in (*axes, *bound) if (c := draw(st.sampled_from([0, 0, 1, -1, 2, -3, 4])))
        }
        kind = draw(st.sampled_from(["=", ">=", ">=", "|"]))
        divisor = draw(st.integers(2, 4)) if kind == "|" else 1
        brackets.append(tidied(kind, Affine(draw(st.integers(-4, 6)), coefficients), divisor))
    return axes, bound, brackets


@settings(max_examples=500)
@given(terms())
def test_the_count_is_that_of_an_enumeration_in_all_and_at_each_entry(term):
    axes, bound, brackets = term
    body = expression(bound, brackets)
    assert count_terms(body, axes) == enumerated((*axes, *bound), brackets)
    for values in product(*(range(index.size) for index in axes)):
        here = dict(zip(axes, values, strict=True))
        assert count_terms_at(body, axes, values) == enumerated(bound, brackets, here)


def test_terms_add_up_and_free_indices_multiply():
    i, j, x = Index(3, "i"), Index(4, "j"), Index(5, "x")
    both = Expression((*expression([i, j], []).terms, *expression([i], [at_least(i, 1)]).terms))
    assert count_terms(both, (x,)) == 5 * (3 * 4 + 2)
    assert count_terms_at(both, (x,), (2,)) == 3 * 4 + 2


def test_a_bracket_that_joins_two_groups_joins_their_conditions():
    i, j, k, m = (Index(6, letter) for letter in "ijkm")
    brackets = [equal(i, j), equal(k, m), at_least(i, k), divides(2, m)]
    assert count_terms(expression([i, j, k, m], brackets), ()) == 6 + 4 + 2


def test_a_bracket_without_indices_decides_alone():
    i = Index(3, "i")
    assert count_terms(expression([i], [tidied(">=", affine(-1))]), ()) == 0
    assert count_terms(expression([i], [tidied(">=", affine(0))]), ()) == 3


def test_a_large_convolution_is_counted_at_once():
    image, kernel, stride, padding = 10_000, 500, 2, 3
    out = (image + 2 * padding - kernel) // stride + 1
    i, j, u, v = Index(out, "i"), Index(out, "j"), Index(kernel, "u"), Index(kernel, "v")
    rows = within(stride * affine(i) + u - padding, image)
    columns = within(stride * affine(j) + v - padding, image)
    start = time.perf_counter()
    count = count_terms(expression([u, v], [*rows, *columns]), (i, j))
    assert time.perf_counter() - start < 0.5
    line = sum(0 <= stride * n + m - padding < image for n in (0, 1, out - 2, out - 1) for m in range(kernel))
    assert count == (line + (out - 4) * kernel) ** 2


def test_a_symbolic_size_cannot_be_counted():
    with pytest.raises(AlgebraError, match="only whole sizes"):
        count_terms(expression([Index(size_symbol("K"), "i")], []), ())
