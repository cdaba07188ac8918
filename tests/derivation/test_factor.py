"""Common factors stand before a parenthesis; nothing else moves."""

from __future__ import annotations

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import expanded, normal
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Iverson, Total
from symgrad.derivation.factor import factored, leading

p, q = Tensor("p", (3,), "intermediate"), Tensor("q", (3,), "intermediate")
g = Tensor("dL_dp", (3,), "adjoint", of=p)
i, k = Index(3, "i"), Index(3, "k")


def test_what_all_terms_have_in_common_is_taken_out_and_the_value_stays():
    sum_ = normal(p[i] ** 2 * g[i] - p[i] * Total((k,), p[k] * g[k]))
    (term,) = factored(sum_).terms
    assert [e for _, e in term.powers] == [1, 1]
    assert expression_key(expanded(factored(sum_))) == expression_key(expanded(sum_))


def test_adjoints_and_what_is_summed_over_stay_inside():
    for node in (g[i] * p[i] + g[i] * q[i], Total((k,), p[k] * q[k]) + Total((k,), p[k] * g[k]), p[i] + 0):
        assert len(factored(normal(node)).terms) == len(normal(node).terms)


def test_a_positive_term_leads():
    assert expression_key(leading(normal(-q[i] + p[i]))) == expression_key(normal(p[i] - q[i]))
    assert leading(normal(-q[i] + p[i])).terms[0].coefficient == 1
    assert leading(normal(-q[i] - p[i])).terms[0].coefficient == -1


def test_what_a_bracket_guards_stays_beside_it():
    """[i ≥ 1] p[i − 1] q[i] + [i ≥ 1] p[i − 1] q[i]²: at i = 0 there is no p[i − 1] to multiply by 0."""
    inside = Iverson((at_least(affine(i), 1),))
    before = p[affine(i) - 1]
    (first, second) = factored(normal(inside * before * g[i] + inside * before * g[i] ** 2)).terms
    assert first.brackets
    assert second.brackets
    (term,) = factored(normal(inside * q[i] * g[i] + inside * q[i] * g[i] ** 2)).terms
    assert not term.brackets
