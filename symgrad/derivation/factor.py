"""Common factors: ``p_j g_j − p_j Σ_i g_i p_i`` reads ``p_j (g_j − Σ_i g_i p_i)``."""

from __future__ import annotations

from fractions import Fraction

from symgrad.algebra.keys import factor_key
from symgrad.algebra.terms import Entry, Expression, Factor, Group, Rational, Term, free_of_factor


def factored(expression: Expression, *, adjoints: bool = False) -> Expression:
    """The expression with what all its terms have in common before one parenthesis.

    Without ``adjoints`` these stay inside, where a reader looks for them; what depends on an index that a
    term sums over cannot be common. A coefficient is common where it is that of all terms, up to sign.
    """
    terms = expression.terms
    if len(terms) < 2:
        return expression
    common: list[tuple[Factor, Rational]] = []
    for factor, exponent in terms[0].powers:
        if isinstance(factor, Entry) and factor.tensor.role == "adjoint" and not adjoints:
            continue
        key = factor_key(factor)
        exponents = [exponent, *(_exponent(term, key) for term in terms[1:])]
        least = min(exponents, key=lambda e: abs(Fraction(e)))
        summed_over = any(index in term.bound for term in terms for index in free_of_factor(factor))
        if not summed_over and least and all((e > 0) == (least > 0) for e in exponents):
            common.append((factor, least))
    first = terms[0].coefficient
    scale: Rational = max(first, -first)
    if any(term.coefficient not in (scale, -scale) for term in terms):
        scale = 1
    if not common and scale == 1:
        return expression
    taken = {factor_key(factor): exponent for factor, exponent in common}
    rest = (_without(term, taken) for term in terms)
    inner = leading(
        Expression(
            tuple(t._replace(coefficient=1 if t.coefficient > 0 else -1) if scale != 1 else t for t in rest)
        )
    )
    return Expression((Term(scale, (), (), (*common, (Group(inner), 1))),))


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
