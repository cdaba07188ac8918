"""Numbers put in for size symbols, in equations: what a formula for all sizes says at one choice of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symgrad.algebra import normal
from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Polynomial, Size
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    SizeFactor,
    Term,
    ValueBracket,
)

Numbers = Mapping[str, int]


def size_at(size: Size, numbers: Numbers) -> Any:
    """The size at these numbers; a size with a rule is found by the rule."""
    if not isinstance(size, Polynomial):
        return size
    total: Any = 0
    for monomial, coefficient in size.terms.items():
        for symbol, power in monomial:
            if symbol.steps is None:
                value = numbers[symbol.name]
            else:
                room, step = (size_at(part, numbers) for part in symbol.steps)
                value = room // step + 1
            coefficient = coefficient * value**power
        total += coefficient
    return total.numerator if total.denominator == 1 else total


def equation_at(equation: Equation, numbers: Numbers) -> Equation:
    """The equation with numbers for all its sizes, otherwise as it is: nothing is simplified."""
    known: dict[Index, Index] = {}

    def index(old: Index) -> Index:
        if old not in known:
            known[old] = Index(size_at(old.size, numbers), old.letter)
        return known[old]

    def combination(e: Affine) -> Affine:
        put = {index(i): n for i, c in e.coefficients.items() if (n := size_at(c, numbers))}
        return Affine(size_at(e.const, numbers), put)

    def brackets(given: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
        return tuple(Bracket(kind, combination(e), divisor) for kind, e, divisor in given)

    def expression(given: Expression) -> Expression:
        return Expression(tuple(map(term, given.terms)))

    def term(given: Term) -> Term:
        coefficient: Any = given.coefficient
        powers = []
        for each, exponent in given.powers:
            if isinstance(each, SizeFactor) and exponent.denominator != 1:
                (root,) = normal.power(normal.number(size_at(each.size, numbers)), exponent).terms
                coefficient *= root.coefficient
                powers += root.powers
            elif isinstance(each, SizeFactor):
                coefficient *= Fraction(size_at(each.size, numbers)) ** exponent
            else:
                powers.append((factor(each), exponent))
        return Term(coefficient, tuple(map(index, given.bound)), brackets(given.brackets), tuple(powers))

    def factor(given: Factor) -> Factor:
        match given:
            case Entry(tensor, indices):
                return Entry(tensor_at(tensor, numbers), tuple(map(combination, indices)))
            case Call(function, argument):
                return Call(function, expression(argument))
            case Group(inner):
                return Group(expression(inner))
            case ValueBracket(kind, inner):
                return ValueBracket(kind, expression(inner))
            case Max(indices, conditions, body):
                return Max(tuple(map(index, indices)), brackets(conditions), expression(body))
            case FirstMaximiser(maximum, at):
                inner = factor(maximum)
                assert isinstance(inner, Max)
                return FirstMaximiser(inner, tuple(map(combination, at)))
            case _:
                return given

    body = expression(equation.body)
    return Equation(tensor_at(equation.target, numbers), tuple(map(index, equation.axes)), body)


def tensor_at(tensor: Tensor, numbers: Numbers) -> Tensor:
    """The tensor at these sizes."""
    of = None if tensor.of is None else tensor_at(tensor.of, numbers)
    shape = tuple(size_at(size, numbers) for size in tensor.shape)
    return Tensor(tensor.name, shape, tensor.role, tensor.letters, of, tensor.label)
