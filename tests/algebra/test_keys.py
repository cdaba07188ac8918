"""Keys: one text for what is equal up to names and order, and two for what is not."""

from __future__ import annotations

from itertools import combinations

import pytest
from oracles.trees import C, W, X

from symgrad.algebra import written as w
from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import Bracket, at_least, divides, equal
from symgrad.algebra.functions import exp, tanh
from symgrad.algebra.keys import expression_key, factor_key, term_key
from symgrad.algebra.normal import normal
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Term
from symgrad.algebra.written import maximum, positive, quantity, total

I, J = Index(3, "i"), Index(3, "i")
M = Tensor("m", (3, 3), "input")
N = size_symbol("N")

# Whatever stands in one row is one thing; whatever stands in two rows is two.
ALIKE = {
    "a matrix summed": [
        lambda: total((3, 3), lambda i, j: M[i, j]),
        lambda: total((3, 3), lambda p, q: M[q, p]),
    ],
    "its trace": [
        lambda: total(3, lambda i: M[i, i]),
        lambda: total((3, 3), lambda i, j: w.same(i, j) * M[j, i]),
    ],
    "its square, traced": [
        lambda: total((3, 3), lambda i, j: M[i, j] * M[j, i]),
        lambda: total((3, 3), lambda q, p: M[q, p] * M[p, q]),
    ],
    "its norm": [
        lambda: total((3, 3), lambda i, j: M[i, j] ** 2),
        lambda: total((3, 3), lambda i, j: M[j, i] * M[j, i]),
    ],
    "a sum of squares": [lambda: total(3, lambda i: X[i] ** 2)],
    "a square of sums": [lambda: total((3, 3), lambda i, j: X[i] * X[j])],
    "one free index": [lambda: X[I]],
    "another of the same letter": [lambda: X[J]],
    "a function": [lambda: tanh(X[0] + X[1]), lambda: tanh(X[1] + X[0])],
    "another function": [lambda: exp(X[0] + X[1])],
    "a number": [lambda: quantity(2), lambda: quantity(1) + 1],
    "another number": [lambda: quantity(3)],
    "nothing": [lambda: quantity(0), lambda: C[()] - C[()]],
    "a bracket": [lambda: w.Iverson((at_least(I, 1),)), lambda: w.Iverson((at_least(I * 2, 1),))],
    "an equation": [lambda: w.Iverson((equal(I, J),)), lambda: w.Iverson((equal(J, I),))],
    "a divisor": [lambda: w.Iverson((divides(2, I),)), lambda: w.Iverson((divides(4, I * 2),))],
    "a sum without a bracket": [lambda: total(3, lambda i: X[i])],
    "a sum with one": [lambda: total(3, lambda i: w.Iverson((at_least(i, 1),)) * X[i])],
    "a positive value": [lambda: positive(C[()])],
    "a zero value": [lambda: w.Compare("=", C[()])],
    "a maximum": [lambda: maximum(3, lambda k: X[k]), lambda: maximum(3, lambda i: X[i])],
    "a maximum of fewer": [lambda: maximum(3, lambda k: X[k], where=lambda k: (at_least(k, 1),))],
    "a maximum of others": [lambda: maximum(3, lambda k: W[0, k])],
    "pi": [lambda: w.Constant("pi")],
    "a size": [lambda: w.Quantity(N), lambda: total(N, lambda i: quantity(1))],
    "a root": [lambda: C[()] ** 0.5],
    "a group": [lambda: (X[0] + X[1]) ** 2, lambda: (X[1] + X[0]) * (X[0] + X[1])],
}


@pytest.mark.parametrize("row", ALIKE.values(), ids=ALIKE)
def test_what_is_one_thing_has_one_key(row):
    assert len({expression_key(normal(node())) for node in row}) == 1


def test_what_is_two_things_has_two_keys():
    keys = {what: expression_key(normal(row[0]())) for what, row in ALIKE.items()}
    for one, two in combinations(keys, 2):
        assert keys[one] != keys[two], (one, two)


def test_a_term_s_key_leaves_out_its_coefficient():
    (one,), (two,) = normal(C[()]).terms, normal(3 * C[()]).terms
    assert term_key(one) == term_key(two)


def test_an_equation_and_its_negative_are_one_condition():
    one, two = Term(1, (), (Bracket("=", I - J),)), Term(1, (), (Bracket("=", J - I),))
    assert term_key(one) == term_key(two)


def test_more_orderings_than_can_be_tried_keep_terms_apart_and_not_together():
    """Eight indices in one role have 40,320 orders; then the keys of equals may differ, no others agree."""
    eight = normal(total((3,) * 8, lambda a, b, c, d, e, f, g, h: M[a, b] * M[c, d] * M[e, f] * M[g, h]))
    other = normal(
        total((3,) * 8, lambda a, b, c, d, e, f, g, h: M[a, b] * M[c, d] * M[e, f] * M[g, g] * M[h, h])
    )
    assert expression_key(eight) != expression_key(other)


def test_a_kind_without_a_rule_is_refused():
    with pytest.raises(TypeError, match="no key for str"):
        factor_key("x")
