"""Differentiation by an entry: the rules, complete.

``∂T[e]/∂T[J] = Π [e_k = J_k]`` · Leibniz · power rule · chain rule, with every f′ inside the algebra ·
``∂max = ∂body`` at the first maximiser · brackets have derivative 0 almost everywhere · ∂ commutes
with Σ.
"""

from __future__ import annotations

from functools import singledispatch

from symgrad.algebra.affine import Affine, affine
from symgrad.algebra.brackets import equal
from symgrad.algebra.normal import gathered, joined, normal
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    ZERO,
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Named,
    Normal,
    Rational,
    SizeFactor,
    Term,
    ValueBracket,
    entries_of_factor,
    put,
    refreshed,
)

At = tuple[Affine, ...]


def derivative(expression: Expression, tensor: Tensor, at: At) -> Expression:
    """``∂ expression / ∂ tensor[at]``, with elimination carried out.

    ``at`` holds one position per axis of ``tensor``; its indices are free in the result.
    """
    return gathered(piece for term in expression.terms for piece in derivative_terms(term, tensor, at))


def derivative_terms(term: Term, tensor: Tensor, at: At) -> list[Term]:
    """The terms of ``∂ term / ∂ tensor[at]`` by Leibniz's rule, not yet simplified."""
    pieces: list[Term] = []
    for position, (factor, exponent) in enumerate(term.powers):
        if not any(entry.tensor == tensor for entry in entries_of_factor(factor)):
            continue
        others = term.powers[:position] + term.powers[position + 1 :]
        lowered: Rational = exponent - 1
        if lowered:
            others = (*others[:position], (factor, lowered), *others[position:])
        rest = Term(term.coefficient * exponent, term.bound, term.brackets, others)
        for inner in factor_derivative(factor, tensor, at).terms:
            pieces.append(joined(rest, refreshed(inner)))
    return pieces


@singledispatch
def factor_derivative(factor: Factor, tensor: Tensor, at: At) -> Expression:
    """``∂ factor / ∂ tensor[at]``."""
    raise TypeError(f"no derivative for {type(factor).__name__}")


@factor_derivative.register
def _(factor: Entry, tensor: Tensor, at: At) -> Expression:
    if factor.tensor != tensor:
        return ZERO
    brackets = tuple(equal(e, j) for e, j in zip(factor.indices, at, strict=True))
    return Expression((Term(1, (), brackets),))


@factor_derivative.register
def _(factor: Call, tensor: Tensor, at: At) -> Expression:
    outer = normal(factor.function.derivative(Normal(factor.argument)))
    inner = Expression(
        tuple(piece for term in factor.argument.terms for piece in derivative_terms(term, tensor, at))
    )
    if len(outer.terms) > 1:
        outer = Expression((Term(1, (), (), ((Group(outer), 1),)),))
    return Expression(tuple(joined(a, b) for a in outer.terms for b in inner.terms))


@factor_derivative.register
def _(factor: Group, tensor: Tensor, at: At) -> Expression:
    return Expression(
        tuple(piece for term in factor.inner.terms for piece in derivative_terms(term, tensor, at))
    )


@factor_derivative.register
def _(factor: Max, tensor: Tensor, at: At) -> Expression:
    here = tuple(index.again() for index in factor.indices)
    moved = {old: affine(new) for old, new in zip(factor.indices, here, strict=True)}
    selector = Term(
        1,
        here,
        tuple(bracket.put(moved) for bracket in factor.brackets),
        ((FirstMaximiser(factor, tuple(affine(index) for index in here)), 1),),
    )
    inner = (piece for term in put(factor.body, moved).terms for piece in derivative_terms(term, tensor, at))
    return Expression(tuple(joined(selector, piece) for piece in inner))


@factor_derivative.register(ValueBracket)
@factor_derivative.register(FirstMaximiser)
@factor_derivative.register(Named)
@factor_derivative.register(SizeFactor)
def _(factor: Factor, tensor: Tensor, at: At) -> Expression:
    return ZERO
