"""Facts: sums that are known, because the equations say so or because they were stated as a hypothesis.

``p = softmax(z)`` sums to 1 along its axis, and a standardised x̂ to 0: both follow from the forward
equations, by the same normal form as everything else. That a target sums to 1 is a hypothesis. What a
result used is printed with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from symgrad.algebra.affine import Index
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import expanded, gathered, joined, products_of
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry, Expression, Group, Term, entries, free_of_factor, put


class Fact(NamedTuple):
    """``Σ tensor[…, k, …] = value`` over some axes together, for all values of the others."""

    tensor: Tensor
    axes: tuple[int, ...]
    value: int
    assumed: bool


MOST_PRODUCTS: Final = 1_000
"""How many products an expression may be multiplied out to when a sum is looked for in it."""


def assumed(tensor: Tensor) -> tuple[Fact, ...]:
    """What a tensor was declared to sum to."""
    return () if tensor.sums_to_one is None else (Fact(tensor, (tensor.sums_to_one,), 1, assumed=True),)


def proved(equation: Equation, known: Mapping[Tensor, Equation]) -> tuple[Fact, ...]:
    """The sums of the equation's target that its right side shows to be 0 or 1.

    They are over one axis, or over those axes together that something on the right side does not run along,
    as a mean does. ``known`` are the equations of auxiliary tensors that the right side reads.
    """
    body = equation.body
    if len(body.terms) != 1 or body.terms[0].bound or body.terms[0].brackets:
        return ()
    found: list[Fact] = []
    for axes in _candidates(equation):
        if any(set(fact.axes) <= set(axes) for fact in found):
            continue
        value = _sum_along(body.terms[0], tuple(equation.axes[axis] for axis in axes), known)
        if value is not None:
            found.append(Fact(equation.target, axes, value, assumed=False))
    return tuple(found)


def _candidates(equation: Equation) -> Iterable[tuple[int, ...]]:
    """The axes along which the target may have a known sum: each alone, and some of them together."""
    every = range(len(equation.axes))
    sets: dict[tuple[int, ...], None] = {(axis,): None for axis in every}
    for entry in entries(equation.body):
        run = {index for e in entry.indices for index in e}
        together = tuple(axis for axis in every if equation.axes[axis] not in run)
        if len(together) > 1:
            sets[together] = None
    return sets


def _sum_along(term: Term, indices: tuple[Index, ...], known: Mapping[Tensor, Equation]) -> int | None:
    """``Σ term`` over the indices, if it is plainly 0 or 1; what does not run along them stands apart."""
    runs = tuple((f, e) for f, e in term.powers if not set(indices).isdisjoint(free_of_factor(f)))
    rest = tuple((f, e) for f, e in term.powers if set(indices).isdisjoint(free_of_factor(f)))
    if not runs:
        return None
    inner = Expression((Term(term.coefficient, (), (), runs),))
    if products_of(Expression((term,))) > MOST_PRODUCTS:
        return None
    flat = expanded(inner) if len(runs) == 1 and isinstance(runs[0][0], Group) else inner
    summed = gathered(t._replace(bound=(*indices, *t.bound)) for t in _inlined(flat, known).terms)
    if not expanded(summed).terms:
        return 0
    if len(rest) != 1 or rest[0][1] != -1 or not isinstance(rest[0][0], Group):
        return None
    if products_of(rest[0][0].inner) > MOST_PRODUCTS:
        return None
    below = expanded(rest[0][0].inner)
    return 1 if expression_key(expanded(summed)) == expression_key(below) else None


def _inlined(expression: Expression, known: Mapping[Tensor, Equation]) -> Expression:
    """The expression with auxiliary entries that stand alone in a product replaced by what they name."""
    terms: list[Term] = []
    for term in expression.terms:
        pieces = [term._replace(powers=())]
        for factor, exponent in term.powers:
            if isinstance(factor, Entry) and exponent == 1 and factor.tensor in known:
                equation = known[factor.tensor]
                here = put(equation.body, dict(zip(equation.axes, factor.indices, strict=True)))
                pieces = [joined(a, b) for a in pieces for b in here.terms]
            else:
                pieces = [p._replace(powers=(*p.powers, (factor, exponent))) for p in pieces]
        terms += pieces
    return gathered(terms)


def applied(expression: Expression, facts: Iterable[Fact]) -> tuple[Expression, tuple[Fact, ...]]:
    """The expression with known sums carried out, and the facts that this used."""
    by_tensor: dict[Tensor, list[Fact]] = {}
    for fact in facts:
        by_tensor.setdefault(fact.tensor, []).append(fact)
    if not by_tensor:
        return expression, ()
    used: dict[Fact, None] = {}
    terms = []
    for term in expression.terms:
        while (found := _summable(term, by_tensor)) is not None:
            term, fact = found
            used[fact] = None
        terms.append(term)
    return (gathered(terms), tuple(used)) if used else (expression, ())


def _summable(term: Term, facts: Mapping[Tensor, list[Fact]]) -> tuple[Term, Fact] | None:
    for place, (factor, exponent) in enumerate(term.powers):
        if not isinstance(factor, Entry) or exponent != 1:
            continue
        for fact in facts.get(factor.tensor, ()):
            summed = [factor.indices[axis].lone() for axis in fact.axes]
            whole = all(
                index is not None and index in term.bound and index.size == factor.tensor.shape[axis]
                for index, axis in zip(summed, fact.axes, strict=True)
            )
            elsewhere = {
                *(i for n, e in enumerate(factor.indices) if n not in fact.axes for i in e),
                *(i for bracket in term.brackets for i in bracket.e),
                *(i for n, (f, _) in enumerate(term.powers) if n != place for i in free_of_factor(f)),
            }
            if not whole or len(set(summed)) < len(summed) or not elsewhere.isdisjoint(summed):
                continue
            powers = term.powers[:place] + term.powers[place + 1 :]
            bound = tuple(i for i in term.bound if i not in summed)
            coefficient = Fraction(term.coefficient) * fact.value
            exact = coefficient.numerator if coefficient.denominator == 1 else coefficient
            return Term(exact, bound, term.brackets, powers), fact
    return None
