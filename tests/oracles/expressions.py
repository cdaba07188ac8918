"""Expressions of the algebra on any numbers: every place of every sum is tried, every bracket tested.

Nothing is unrolled, solved or simplified; of symgrad it knows the data types alone.
"""

from __future__ import annotations

from oracles.dual import Place, Values, at, box, compared, flat, holds
from oracles.fields import Element, Field
from symgrad.algebra.affine import Index
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Named,
    ValueBracket,
)


def entries(
    target: Tensor, axes: tuple[Index, ...], body: Expression, values: Values, field: Field
) -> list[Element]:
    """``target[axes] = body``, flat."""
    assert tuple(index.size for index in axes) == target.shape
    return [value(body, dict(zip(axes, place, strict=True)), values, field) for place in box(axes)]


def value(expression: Expression, place: Place, values: Values, field: Field) -> Element:
    """The expression at a place."""
    total = field.number(0)
    for term in expression.terms:
        for here in box(term.bound):
            there = {**place, **dict(zip(term.bound, here, strict=True))}
            if all(holds(bracket, there) for bracket in term.brackets):
                product = field.number(term.coefficient)
                for factor, exponent in term.powers:
                    base = factor_value(factor, there, values, field)
                    product = field.mul(product, field.power(base, exponent) if exponent != 1 else base)
                total = field.add(total, product)
    return total


def factor_value(factor: Factor, place: Place, values: Values, field: Field) -> Element:
    """A factor at a place."""
    match factor:
        case Entry(tensor, indices):
            position = [at(e, place) for e in indices]
            assert all(n == int(n) for n in position), position
            return values[tensor.name][flat(tuple(map(int, position)), tensor.shape)]
        case Call(function, argument):
            return field.apply(function.name, function.order, value(argument, place, values, field))
        case Group(inner):
            return value(inner, place, values, field)
        case ValueBracket(kind, inner):
            return compared(kind, value(inner, place, values, field), field)
        case Named(name, _):
            return field.constant(name)
        case Max():
            return field.greatest([found for _, found in candidates(factor, place, values, field)])
        case FirstMaximiser(maximum, where):
            found = candidates(maximum, place, values, field)
            here = tuple(at(e, place) for e in where)
            return field.is_first([at_ for at_, _ in found].index(here), [one for _, one in found])
    raise TypeError(type(factor).__name__)


def candidates(
    maximum: Max, place: Place, values: Values, field: Field
) -> list[tuple[tuple[int, ...], Element]]:
    """The places that a maximum looks at, row by row, and the values there."""
    found = []
    for here in box(maximum.indices):
        there = {**place, **dict(zip(maximum.indices, here, strict=True))}
        if all(holds(bracket, there) for bracket in maximum.brackets):
            found.append((here, value(maximum.body, there, values, field)))
    return found
