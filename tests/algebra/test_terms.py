"""Terms: putting in, renewing, and reading off what is free."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.derived import entries as evaluated
from oracles.fields import Fractions, Prime
from oracles.trees import C, W, X, trees

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.differentiate import derivative_terms
from symgrad.algebra.functions import tanh
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import normal
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Expression,
    FirstMaximiser,
    Max,
    Term,
    entries,
    factor_of,
    free_indices,
    free_of_factor,
    inner_expressions,
    lone_entry,
    put,
    refreshed,
    replaced,
)
from symgrad.algebra.written import PI, maximum, positive, total

OUT = Tensor("out", (3,), "intermediate")


def bound_anywhere(expression: Expression) -> list[Index]:
    found = []
    for term in expression.terms:
        found += term.bound
        for factor, _ in term.powers:
            inner = factor.maximum if isinstance(factor, FirstMaximiser) else factor
            found += inner.indices if isinstance(inner, Max) else ()
            for below in inner_expressions(factor):
                found += bound_anywhere(below)
    return found


@settings(max_examples=200)
@given(st.data())
def test_a_refreshed_term_is_the_same_term_and_shares_no_bound_index(data):
    i = Index(3, "i")
    expression = normal(data.draw(trees((i,), depth=3, ordered=True)))
    new = Expression(tuple(refreshed(term) for term in expression.terms))
    assert expression_key(new) == expression_key(expression)
    assert not set(bound_anywhere(new)) & set(bound_anywhere(expression))
    assert set(free_indices(new)) == set(free_indices(expression)) <= {i}


@settings(max_examples=200)
@given(st.data())
def test_no_bound_index_is_bound_twice_in_one_scope(data):
    expression = normal(data.draw(trees((), depth=4)))
    pieces = [piece for term in expression.terms for piece in derivative_terms(term, C, ())]
    for term in (*expression.terms, *pieces):
        nested = bound_anywhere(Expression((term._replace(bound=()),)))
        assert not set(term.bound) & set(nested)


@settings(max_examples=200)
@given(st.data(), st.integers(0, 2))
def test_putting_a_number_in_gives_the_entry_there(data, n):
    i = Index(3, "i")
    expression = normal(data.draw(trees((i,), depth=3, ordered=True)))
    given_ = {"x": [1, -2, 3], "w": [4, -1, 2, 0, 5, -3], "c": [2]}
    field = Fractions()
    whole = evaluated(Equation(OUT, (i,), expression), given_, field)
    there = evaluated(
        Equation(Tensor("one", (), "intermediate"), (), put(expression, {i: affine(n)})), given_, field
    )
    assert there == [whole[n]]


def test_what_is_put_in_is_not_captured_by_an_index_that_is_bound():
    """Σ_i x[i]·x[k] with k := i must give x[i]·Σ x, for the very i that is bound."""
    bound, k = Index(3, "i"), Index(3, "k")
    expression = Expression((Term(1, (bound,), (), normal(X[bound] * X[k]).terms[0].powers),))
    moved = put(expression, {k: affine(bound)})
    assert evaluated(Equation(OUT, (bound,), moved), {"x": [1, 2, 3]}, Prime()) == [6, 12, 18]


def test_a_maximum_binds_its_indices():
    k = Index(3, "k")
    node = normal(maximum(3, lambda i: X[i] * X[k]))
    ((factor, _),) = node.terms[0].powers
    assert list(free_of_factor(factor)) == [k]
    chosen = FirstMaximiser(factor, (affine(k),))
    assert set(free_of_factor(chosen)) == {k}
    moved = replaced(chosen, {k: affine(2)})
    assert list(free_of_factor(moved)) == []
    assert moved.at == (affine(2),)


def test_every_entry_is_found_at_any_depth():
    node = total(3, lambda i: X[i] * tanh(W[0, i] + 1) ** 2 * positive(C[()] + X[0])) + PI
    assert [e.tensor.name for e in entries(normal(node))].count("x") == 2
    assert {e.tensor.name for e in entries(normal(node))} == {"x", "w", "c"}
    assert {e.tensor.name for e in entries(normal(maximum(3, lambda i: X[i])))} == {"x"}


def test_an_expression_that_is_one_factor():
    assert lone_entry(normal(C[()])) is not None
    assert factor_of(normal(tanh(C[()]))) is not None
    assert lone_entry(normal(tanh(C[()]))) is None
    for node in (2 * C[()], C[()] ** 2, C[()] + X[0], total(3, lambda i: X[i])):
        assert factor_of(normal(node)) is None
