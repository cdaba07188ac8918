"""Common factors: ``p_j g_j − p_j Σ_i g_i p_i`` reads ``p_j (g_j − Σ_i g_i p_i)``."""

from __future__ import annotations

from fractions import Fraction

from symgrad.algebra.affine import Affine
from symgrad.algebra.keys import factor_key
from symgrad.algebra.sizes import Size
from symgrad.algebra.terms import (
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Rational,
    Term,
    entries_of_factor,
    free_of_factor,
)


def factored(expression: Expression, *, adjoints: bool = False) -> Expression:
    """The expression with what all its terms have in common before one parenthesis.

    Without ``adjoints`` these stay inside, where a reader looks for them; what depends on an index that a
    term sums over cannot be common, nor what lies outside its tensor, or between entries, where a term's
    brackets fail. A coefficient is common where it is that of all terms, up to sign.
    """
    terms = expression.terms
    if len(terms) < 2:
        return expression
    common: list[tuple[Factor, Rational]] = []
    guarded = any(term.brackets for term in terms)
    for factor, exponent in terms[0].powers:
        if isinstance(factor, Entry) and factor.tensor.is_derivative and not adjoints:
            continue
        if guarded and not _everywhere(factor):
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


def _everywhere(factor: Factor) -> bool:
    """Whether the factor can be read whatever its indices are: each alone in an axis as long."""
    entries = list(entries_of_factor(factor))
    places = [(e, size) for x in entries for e, size in zip(x.indices, x.tensor.shape, strict=True)]
    if isinstance(factor, FirstMaximiser):
        if factor.maximum.brackets:
            return False
        indices = factor.maximum.indices
        places += [(e, index.size) for e, index in zip(factor.at, indices, strict=True)]
    return all(_inside(e, size) for e, size in places)


def _inside(e: Affine, size: Size) -> bool:
    index = e.lone()
    if index is None:
        return not e.coefficients
    return index.size == size or (isinstance(size, int) and isinstance(index.size, int) and index.size < size)


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
