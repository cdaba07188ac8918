"""Common factors: ``p_j g_j − p_j Σ_i g_i p_i`` reads ``p_j (g_j − Σ_i g_i p_i)``."""

from __future__ import annotations

from fractions import Fraction

from symgrad.algebra.keys import factor_key
from symgrad.algebra.terms import Entry, Expression, Factor, Group, Rational, Term, free_of_factor


def factored(expression: Expression) -> Expression:
    """The expression with what all its terms have in common before one parenthesis.

    Adjoints stay inside, where a reader looks for them; what depends on an index that a term sums over
    cannot be common.
    """
    terms = expression.terms
    if len(terms) < 2:
        return expression
    common: list[tuple[Factor, Rational]] = []
    for factor, exponent in terms[0].powers:
        if isinstance(factor, Entry) and factor.tensor.role == "adjoint":
            continue
        key = factor_key(factor)
        exponents = [exponent, *(_exponent(term, key) for term in terms[1:])]
        least = min(exponents, key=lambda e: abs(Fraction(e)))
        summed_over = any(index in term.bound for term in terms for index in free_of_factor(factor))
        if not summed_over and least and all((e > 0) == (least > 0) for e in exponents):
            common.append((factor, least))
    if not common:
        return expression
    taken = {factor_key(factor): exponent for factor, exponent in common}
    inner = Expression(tuple(_without(term, taken) for term in terms))
    return Expression((Term(1, (), (), (*common, (Group(inner), 1))),))


def leading(expression: Expression) -> Expression:
    """The expression with a positive term first where there is one: ``p − y`` and not ``−y + p``."""
    terms = expression.terms
    if len(terms) < 2 or terms[0].coefficient > 0:
        return expression
    first = next((term for term in terms if term.coefficient > 0), None)
    return expression if first is None else Expression((first, *(t for t in terms if t is not first)))


def _exponent(term: Term, key: str) -> Rational:
    return next((exponent for factor, exponent in term.powers if factor_key(factor) == key), 0)


def _without(term: Term, taken: dict[str, Rational]) -> Term:
    powers = ((f, e - taken.get(factor_key(f), 0)) for f, e in term.powers)
    return term._replace(powers=tuple((f, e) for f, e in powers if e))
