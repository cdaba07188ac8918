"""Unrolling against enumeration of every point of the box, in the order in which a reader walks it."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import strategies as st
from oracles.draws import often
from oracles.dual import at, box, holds

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket, at_least, divides, equal, tidied
from symgrad.algebra.count import count_terms
from symgrad.algebra.functions import relu, tanh
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Call, Entry, Expression, Group, Term, ValueBracket
from symgrad.algebra.unroll import (
    distinct,
    layouts,
    reading_order,
    whole_shape,
)
from symgrad.errors import AlgebraError

small = st.integers(-3, 3)


@st.composite
def combinations(draw, indices):
    """A random affine combination; most coefficients are 0, so that the brackets tie some indices only."""
    coefficients = {i: c for i in indices if (c := draw(st.sampled_from([0, 0, 1, -1, 2, -2, 3, -3])))}
    return Affine(draw(st.integers(-4, 4)), coefficients)


@st.composite
def brackets(draw, indices):
    kind = draw(st.sampled_from(["=", ">=", ">=", ">=", "|", "|"]))
    return tidied(kind, draw(combinations(indices)), draw(st.integers(1, 4)) if kind == "|" else 1)


@st.composite
def laid_terms(draw):
    """Axes and a term over them: random brackets, and entries some of whose indices are guarded fractions."""
    axes = tuple(Index(draw(st.integers(1, 4)), letter) for letter in "xy"[: draw(st.integers(0, 2))])
    bound = tuple(Index(draw(st.integers(1, 5)), letter) for letter in "ijkl"[: draw(st.integers(0, 4))])
    every = (*axes, *bound)
    conditions = draw(st.lists(brackets(every), max_size=3))
    powers = []
    for name, role in (("d", "adjoint"), ("w", "parameter"), ("a", "input")):
        places = []
        for _ in range(draw(st.integers(0, 2))):
            e = draw(combinations(every))
            if draw(st.integers(0, 3)) == 0:
                divisor = draw(st.integers(2, 3))
                conditions.append(divides(divisor, e))
                e = e.over(divisor)
            places.append(e)
        shape = tuple(draw(st.integers(1, 6)) for _ in places)
        powers.append((Entry(Tensor(name, shape, role), tuple(places)), 1))
    return axes, Term(draw(st.integers(1, 5)), bound, tuple(conditions), tuple(powers))


def enumerated(term: Term, here: dict[Index, int]):
    """The flat positions of the entries wherever all brackets hold, bound indices walked in reading order."""
    order = reading_order(term)
    for values in product(*(range(i.size)[::step] for i, step in order)):
        place = {**here, **dict(zip((i for i, _ in order), values, strict=True))}
        if all(holds(bracket, place) for bracket in term.brackets):
            point = []
            for entry, _ in term.powers:
                position = Fraction(0)
                for e, size in zip(entry.indices, entry.tensor.shape, strict=True):
                    position = position * size + at(e, place)
                assert position.denominator == 1
                point.append(int(position))
            yield tuple(point)


@often(400, 1500, laid=laid_terms())
def test_the_points_of_a_term_are_those_where_its_brackets_hold_in_reading_order(laid):
    axes, term = laid
    (layout,) = layouts(Expression((term,)), axes)
    truth = {place: list(enumerated(term, dict(zip(axes, place, strict=True)))) for place in box(axes)}
    found = {place: layout.points(place) for place in truth}
    assert found == truth
    assert count_terms(Expression((term,)), axes) == sum(map(len, truth.values()))


@often(400, 1500, laid=laid_terms())
def test_a_structural_row_divides_the_products_of_an_entry(laid):
    axes, term = laid
    (layout,) = layouts(Expression((term,)), axes)
    for place in box(axes):
        points = layout.points(place)
        assert not points or len(points) % layout.row(place) == 0


@often(400, 1500, laid=laid_terms())
def test_products_said_to_be_distinct_are(laid):
    axes, term = laid
    if not distinct(Expression((term,))):
        return
    for place in box(axes):
        seen = set()
        order = list(term.bound)
        for values in product(*(range(i.size) for i in order)):
            here = {**dict(zip(axes, place, strict=True)), **dict(zip(order, values, strict=True))}
            if all(holds(b, here) for b in term.brackets):
                factors = tuple(tuple(at(e, here) for e in entry.indices) for entry, _ in term.powers)
                assert factors not in seen
                seen.add(factors)


def one(bound=(), conditions=(), *factors):
    return Expression((Term(1, bound, conditions, tuple((f, 1) for f in factors)),))


def positions(expression, axes=(), place=()):
    return [point for layout in layouts(expression, axes) for point in layout.points(place)]


a = Tensor("a", (9,), "input")


def test_two_divisors_that_never_meet_leave_an_empty_loop():
    i = Index(9, "i")
    even_and_odd = one((i,), (divides(2, i), divides(2, i + 1)), Entry(a, (affine(i),)))
    assert positions(even_and_odd) == []
    assert count_terms(even_and_odd, ()) == 0


@pytest.mark.parametrize(("m", "r", "n", "s"), list(product((2, 3, 4), (0, 1), (3, 4, 6), (0, 1, 2))))
def test_two_divisors_meet_where_both_hold(m, r, n, s):
    i = Index(9, "i")
    both = one((i,), (divides(m, i + r), divides(n, i + s)), Entry(a, (affine(i),)))
    assert positions(both) == [(v,) for v in range(9) if (v + r) % m == 0 and (v + s) % n == 0]


def test_two_indices_with_the_same_letter_are_not_merged():
    i, other = Index(2, "i"), Index(3, "i")
    matrix = Tensor("m", (2, 3), "input")
    assert positions(one((i, other), (), Entry(matrix, (affine(i), affine(other))))) == [
        (n,) for n in range(6)
    ]


def test_a_fractional_index_is_never_silently_truncated():
    """SymPy 1.14: Sum(KroneckerDelta(2, 2*i+u)*g[i]*w[u], (i,0,1), (u,0,2)).doit() has a term g[1/2]*w[1]."""
    i, u = Index(2, "i"), Index(3, "u")
    g, w = Tensor("g", (2,), "adjoint"), Tensor("w", (3,), "parameter")
    from symgrad.algebra.normal import gathered

    stride_two = Term(
        1, (i, u), (equal(i * 2 + u, 2),), ((Entry(g, (affine(i),)), 1), (Entry(w, (affine(u),)), 1))
    )
    assert positions(gathered([stride_two])) == [(0, 2), (1, 0)]
    only_i = Term(1, (i,), (equal(i * 2 + 1, 2),), ((Entry(g, (affine(i),)), 1),))
    assert gathered([only_i]).terms == ()


def test_a_fraction_that_no_bracket_guards_is_refused():
    unguarded = one((), (), Entry(a, (affine(Fraction(1, 2)),)))
    with pytest.raises(AlgebraError, match="fraction"):
        positions(unguarded)
    x = Index(4, "x")
    with pytest.raises(AlgebraError, match="fraction"):
        positions(one((), (), Entry(a, (affine(x).over(2),))), (x,), (1,))


def test_a_symbolic_size_is_refused():
    n = size_symbol("N")
    with pytest.raises(AlgebraError, match="symbolic"):
        whole_shape((n,))
    with pytest.raises(AlgebraError, match="symbolic"):
        layouts(one((), (), Entry(Tensor("a", (n,), "input"), (affine(0),))), ())


def test_a_function_of_an_entry_stands_where_its_entry_stands():
    i = Index(3, "i")
    inner = Expression((Term(1, (), (), ((Entry(a, (i * 2,)), 1),)),))
    for factor in (Call(tanh, inner), ValueBracket(">", inner), Group(inner)):
        (layout,) = layouts(one((i,), (), factor), ())
        assert layout.points(()) == [(0,), (2,), (4,)]
        (instance, expected) = layout.sites[0].instance(4), Entry(a, (affine(4),))
        found = instance if isinstance(instance, Entry) else instance[1].terms[0].powers[0][0]
        assert found == expected


def test_a_factor_of_several_entries_stands_in_the_box_of_its_own_indices():
    i, x = Index(3, "i"), Index(2, "x")
    both = Expression(
        (Term(1, (), (), ((Entry(a, (affine(i),)), 1),)), Term(1, (), (), ((Entry(a, (affine(x),)), 1),)))
    )
    (layout,) = layouts(one((i,), (at_least(i, 1),), Call(relu, both)), (x,))
    assert [layout.points((n,)) for n in range(2)] == [[(2,), (4,)], [(3,), (5,)]]
    instance = layout.sites[0].instance(5)
    assert [t.powers[0][0].indices for t in instance.argument.terms] == [(affine(2),), (affine(1),)]


def test_of_several_indices_in_one_axis_the_one_with_the_longest_stride_is_walked_outermost():
    """dL_dv[4i + j], as after a flatten, is read from its first entry to its last however it is written."""
    i, j = Index(2, "i"), Index(4, "j")
    v = Tensor("v", (8,), "adjoint")
    for e in (i * 4 + j, j + i * 4):
        for bound in ((i, j), (j, i)):
            term = Term(1, bound, (), ((Entry(v, (e,)), 1),))
            assert reading_order(term) == ((i, 1), (j, 1))
            assert positions(Expression((term,))) == [(n,) for n in range(8)]


def test_a_bracket_without_indices_that_fails_leaves_nothing():
    empty = Expression((Term(1, (), (Bracket(">=", affine(-1)),), ()),))
    assert positions(empty) == []
    assert count_terms(empty, ()) == 0
