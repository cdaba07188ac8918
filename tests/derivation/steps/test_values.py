"""Values of expressions against the oracle that tries every place; Kronecker brackets cost nothing."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from oracles import dual
from oracles.exact import Exact
from oracles.expressions import entries
from oracles.trees import TENSORS, trees

from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import at_least, equal
from symgrad.algebra.normal import normal
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry, Expression, SizeFactor, Term
from symgrad.derivation.steps.field import ONE, ZERO, NoValueError, arbitrary
from symgrad.derivation.steps.values import Values, places
from symgrad.errors import AlgebraError, SymgradError

FIELD = Exact()
GIVEN = {
    t.name: [
        arbitrary(t.name, n) for n in range(max(1, len(list(dual.box([Index(s, "i") for s in t.shape])))))
    ]
    for t in TENSORS
}
I = Index(3, "i")  # the letter that it has
TARGET = Tensor("out", (3,), "intermediate")


def read(tensor, place):
    return GIVEN[tensor.name][place]


@settings(max_examples=300, deadline=None)
@given(trees((I,), ordered=True))
def test_an_expression_has_the_value_that_the_oracle_finds(tree):
    try:
        body = normal(tree)
        expected = entries(TARGET, (I,), body, GIVEN, FIELD)
    except (NoValueError, SymgradError):
        assume(False)
    values = Values(read)
    assert [values.expression(body, {I: n}) for n in range(3)] == expected


def every_place(bound, brackets, start):
    found = []
    place = dict(start)
    for _ in places(bound, brackets, place):
        found.append(tuple(place[index] for index in bound))
    assert place == start
    return sorted(found)


i, u, k = Index(4, "i"), Index(3, "u"), Index(9, "k")


@pytest.mark.parametrize("at_k", range(9))
def test_the_places_of_a_strided_bracket_are_those_where_it_holds(at_k):
    brackets = (equal(2 * i + u, k), at_least(u, i))
    expected = [(a, b) for a in range(4) for b in range(3) if 2 * a + b == at_k and b >= a]
    assert every_place((i, u), brackets, {k: at_k}) == expected


def test_a_bracket_without_bound_indices_decides_at_once():
    assert every_place((i,), (equal(k, 3),), {k: 2}) == []
    assert len(every_place((i,), (equal(k, 3),), {k: 3})) == 4


def test_a_sum_with_a_kronecker_bracket_costs_what_it_holds():
    wide = tuple(Index(1000, letter) for letter in "abc")
    x = Tensor("x", (3,), "input")
    entry = Entry(x, (wide[0] - wide[2] + 1,))
    term = Term(1, wide, (equal(wide[0], wide[1]), equal(wide[1], wide[2]), equal(wide[2], k)), ((entry, 1),))
    values = Values(lambda tensor, place: ONE)
    assert values.expression(Expression((term,)), {k: 5}) == ONE
    assert values.products == 1


def test_a_size_without_a_value_is_refused():
    body = Expression((Term(1, (), (), ((SizeFactor(size_symbol("N")), 1),)),))
    with pytest.raises(AlgebraError, match="whole sizes"):
        Values(lambda tensor, place: ZERO).expression(body, {})
