"""Ranges solved from brackets, against counting: exact for the deepest index, never too narrow for others."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.dual import holds as holds_at

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket, at_least, divides, equal, tidied
from symgrad.algebra.loops import holds, loop, whole_steps


@st.composite
def problems(draw):
    """An outer index, the one that runs, one still deeper, and brackets that tie them."""
    indices = [Index(draw(st.integers(1, 6)), letter) for letter in "xiu"]
    found = []
    for _ in range(draw(st.integers(1, 4))):
        e = Affine(draw(st.integers(-6, 6)), {i: c for i in indices if (c := draw(st.integers(-3, 3)))})
        kind = draw(st.sampled_from(["=", ">=", ">=", "|", "|"]))
        found.append(tidied(kind, e, draw(st.integers(2, 4)) if kind == "|" else 1))
    return indices, found


@settings(max_examples=800)
@given(problems(), st.sampled_from([1, -1]))
def test_the_deepest_range_is_exactly_where_the_brackets_hold(problem, direction):
    (x, i, _), brackets = problem
    mine = [b for b in brackets if i in b.e.coefficients and set(b.e.coefficients) <= {x, i}]
    solved = loop(mine, i, (x,), direction=direction)
    for n in range(x.size):
        truth = [k for k in range(i.size) if all(holds_at(b, {x: n, i: k}) for b in mine)]
        assert list(solved([n])) == truth[::direction]


@settings(max_examples=800)
@given(problems())
def test_an_outer_range_leaves_out_nothing_that_a_deeper_index_can_reach(problem):
    (x, i, u), brackets = problem
    solved = loop(brackets, i, (x,), frozenset({u}))
    for n in range(x.size):
        reached = {
            k
            for k, deep in product(range(i.size), range(u.size))
            if all(holds_at(b, {x: n, i: k, u: deep}) for b in brackets)
        }
        assert reached <= set(solved([n])) <= set(range(i.size))


def test_a_stride_is_a_step():
    i = Index(20, "i")
    assert loop([divides(3, i + 1), at_least(i, 4)], i, ())([]) == range(5, 20, 3)
    assert list(loop([divides(3, i + 1)], i, (), direction=-1)([])) == [17, 14, 11, 8, 5, 2]


def test_steps_that_never_meet_leave_an_empty_range():
    """[2 | i]·[2 | i + 1] left one point, as far out as it fitted into the range."""
    i = Index(9, "i")
    assert list(loop([divides(2, i), divides(2, i + 1)], i, ())([])) == []
    assert list(loop([divides(4, i), divides(6, i + 3)], i, ())([])) == []
    assert list(loop([divides(2, i), divides(3, i)], i, ())([])) == [0, 6]


def test_an_equation_is_one_value():
    i, x = Index(9, "i"), Index(9, "x")
    assert list(loop([equal(i * 2, x)], i, (x,))([6])) == [3]
    assert list(loop([equal(i * 2, x)], i, (x,))([5])) == []


@pytest.mark.parametrize(
    ("bracket", "held"),
    [
        (Bracket("=", affine(0)), True),
        (Bracket("=", affine(1)), False),
        (Bracket(">=", affine(0)), True),
        (Bracket(">=", affine(-1)), False),
        (Bracket("|", affine(4), 2), True),
        (Bracket("|", affine(3), 2), False),
    ],
)
def test_a_bracket_without_indices(bracket, held):
    assert holds(bracket) is held


def test_whole_steps_are_the_indices_with_their_coefficients():
    i, j = Index(2, "i"), Index(3, "j")
    assert list(whole_steps(i * 2 - j + 5)) == [(i, 2), (j, -1)]
