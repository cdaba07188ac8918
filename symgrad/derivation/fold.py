"""Folding, the inverse of inlining: a function value that a tensor already names is called by that name.

``h = tanh(z)`` makes ``1 − tanh(z)²`` read ``1 − h²``.
"""

from __future__ import annotations

from symgrad.algebra.affine import affine
from symgrad.algebra.keys import factor_key
from symgrad.algebra.program import Equation
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Term,
    ValueBracket,
    factor_of,
)


def folded(terms: list[Term], by: Equation) -> list[Term]:
    """``terms``, stated at the axes of ``by``, with its whole right side replaced by its target."""
    whole = factor_of(by.body)
    if not isinstance(whole, Call | Max):
        return terms
    name = Entry(by.target, tuple(affine(index) for index in by.axes))
    return [_in_term(term, factor_key(whole), name) for term in terms]


def _in_term(term: Term, pattern: str, name: Entry) -> Term:
    return term._replace(powers=tuple((_in_factor(f, pattern, name), e) for f, e in term.powers))


def _in_expression(expression: Expression, pattern: str, name: Entry) -> Expression:
    return Expression(tuple(_in_term(term, pattern, name) for term in expression.terms))


def _in_factor(factor: Factor, pattern: str, name: Entry) -> Factor:
    if isinstance(factor, Call | Max) and factor_key(factor) == pattern:
        return name
    match factor:
        case Call(function, inner):
            return Call(function, _in_expression(inner, pattern, name))
        case Group(inner):
            return Group(_in_expression(inner, pattern, name))
        case ValueBracket(kind, inner):
            return ValueBracket(kind, _in_expression(inner, pattern, name))
        case Max(indices, brackets, body):
            return Max(indices, brackets, _in_expression(body, pattern, name))
        case FirstMaximiser():
            return factor  # it names its maximum's body, which must stay as it is
        case _:
            return factor
