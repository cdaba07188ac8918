"""Derivatives against dual numbers on random equations, and the laws that derivatives obey."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import dual
from oracles.derived import entries
from oracles.fields import Fractions, Prime
from oracles.trees import TENSORS, C, W, X, trees

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.differentiate import derivative, factor_derivative
from symgrad.algebra.functions import exp, tanh
from symgrad.algebra.normal import distributed, normal, plus, same_expression, scaled
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Named
from symgrad.algebra.written import Compare, Definition, Product, maximum, positive, total

OUT = Tensor("out", (), "intermediate")
SIZES = {"x": 3, "w": 6, "c": 1}


def values(field):
    return {
        "x": [field.number(n) for n in (3, -1, 2)],
        "w": [field.number(n) for n in (5, -2, 7, 1, -3, 4)],
        "c": [field.number(2)],
    }


def gradient(node, tensor, field, given):
    """Every entry of ∂node/∂tensor, derived."""
    axes = tuple(Index(n, "k") for n in tensor.shape)
    found = derivative(normal(node), tensor, tuple(map(affine, axes)))
    return entries(Equation(Tensor("g", tensor.shape, "adjoint"), axes, found), given, field)


def truth(node, tensor, field, given):
    """Every entry of ∂node/∂tensor, each by forward mode on the equation as it is written."""
    found = []
    for n in range(SIZES[tensor.name]):
        direction = {
            name: [field.number(int((name, k) == (tensor.name, n))) for k in range(size)]
            for name, size in SIZES.items()
        }
        _, moved = dual.slopes([Definition(OUT, (), node)], given, direction, field)
        found += moved["out"]
    return found


@settings(max_examples=300)
@given(st.data(), st.sampled_from(TENSORS))
def test_the_derivative_of_a_random_equation_is_that_of_dual_numbers(data, tensor):
    node, field = data.draw(trees()), Prime()
    assert gradient(node, tensor, field, values(field)) == truth(node, tensor, field, values(field))


@settings(max_examples=300)
@given(st.data(), st.sampled_from(TENSORS))
def test_the_derivative_is_that_of_dual_numbers_with_kinks_and_maxima(data, tensor):
    node, field = data.draw(trees(depth=3, ordered=True)), Fractions()
    assert gradient(node, tensor, field, values(field)) == truth(node, tensor, field, values(field))


def places():
    k = Index(3, "k")
    return k, (affine(k),)


@settings(max_examples=150)
@given(st.data())
def test_the_derivative_is_linear(data):
    one, two = (normal(data.draw(trees(depth=3))) for _ in range(2))
    _, at = places()
    left = derivative(plus([one, scaled(two, Fraction(-2, 3))]), X, at)
    right = plus([derivative(one, X, at), scaled(derivative(two, X, at), Fraction(-2, 3))])
    assert same_expression(left, right)


@settings(max_examples=150)
@given(st.data())
def test_the_derivative_obeys_leibniz(data):
    one, two = (normal(data.draw(trees(depth=2))) for _ in range(2))
    _, at = places()
    left = derivative(distributed(one, two), X, at)
    right = plus([distributed(derivative(one, X, at), two), distributed(one, derivative(two, X, at))])
    assert same_expression(left, right)


@settings(max_examples=150)
@given(st.data())
def test_derivatives_commute(data):
    field = Prime()
    expression = normal(data.draw(trees(depth=3)))
    k, here = places()
    rows, columns = Index(2, "r"), Index(3, "s")
    there = (affine(rows), affine(columns))
    out = Tensor("g", (3, 2, 3), "adjoint")
    axes = (k, rows, columns)
    one = entries(
        Equation(out, axes, derivative(derivative(expression, X, here), W, there)), values(field), field
    )
    two = entries(
        Equation(out, axes, derivative(derivative(expression, W, there), X, here)), values(field), field
    )
    assert one == two


def test_the_derivative_of_an_entry_is_a_bracket_for_each_axis():
    i, j = Index(2, "i"), Index(3, "j")
    k, m = Index(2, "k"), Index(3, "m")
    (term,) = derivative(normal(W[i, j]), W, (affine(k), affine(m))).terms
    assert len(term.brackets) == 2
    assert term.powers == ()


def test_the_derivative_by_a_bound_entry_does_not_capture_it():
    """SymPy 1.14: Sum(x[i]**2, (i, 0, N-1)).diff(x[i]) captures the bound i. Here it is 2·x[i]."""
    i = Index(3, "i")
    square = total(3, lambda i: X[i] ** 2)
    field = Prime()
    found = derivative(normal(square), X, (affine(i),))
    assert entries(Equation(X, (i,), found), {"x": [1, 2, 3]}, field) == [2, 4, 6]


def test_the_same_index_object_bound_in_two_scopes_is_renewed():
    s = total(3, lambda i: X[i] * tanh(X[i]))
    node, field = Product((s, s, tanh(s))), Prime()
    assert gradient(node, X, field, values(field)) == truth(node, X, field, values(field))


def test_a_nested_sum_over_its_own_index_is_not_captured():
    node = total(3, lambda i: X[i] * exp(total(3, lambda i: X[i] * W[1, i])))
    field = Prime()
    for tensor in TENSORS:
        assert gradient(node, tensor, field, values(field)) == truth(node, tensor, field, values(field))


def test_four_equal_values_give_the_maximum_s_derivative_once_and_to_the_first():
    """Over all maximisers ∂max(b, b, b, b)/∂b would be 4; torch gives 1, to the first in row-major order."""
    b = Tensor("b", (2, 2), "input")
    node = maximum((2, 2), lambda u, v: b[u, v])
    k, m = Index(2, "k"), Index(2, "m")
    found = derivative(normal(node), b, (affine(k), affine(m)))
    field = Fractions()
    assert entries(Equation(b, (k, m), found), {"b": [Fraction(7)] * 4}, field) == [1, 0, 0, 0]
    shared = maximum((2, 2), lambda u, v: C[()])
    assert entries(Equation(C, (), derivative(normal(shared), C, ())), {"c": [Fraction(7)]}, field) == [1]


def test_a_maximum_under_brackets_ignores_what_they_exclude():
    node = maximum(3, lambda k: X[k], where=lambda k: (at_least(k, 1),))
    field = Fractions()
    k, at = places()
    given = {"x": [Fraction(9), Fraction(-2), Fraction(-2)]}
    assert entries(Equation(X, (k,), derivative(normal(node), X, at)), given, field) == [0, 1, 0]


@pytest.mark.parametrize("node", [positive(C[()]), Compare("=", C[()])])
def test_a_value_bracket_has_the_derivative_zero(node):
    assert derivative(normal(node), C, ()).terms == ()


def test_a_constant_has_the_derivative_zero():
    assert factor_derivative(Named("pi", True), C, ()).terms == ()
    assert derivative(normal(W[0, 0]), X, (affine(0),)).terms == ()
