"""Numbers put in for size symbols: what an equation for all sizes says at one choice of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import singledispatch

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket, tidied
from symgrad.algebra.normal import gathered
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Polynomial, Size, exact
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
    SizeFactor,
    Term,
    ValueBracket,
)

Numbers = Mapping[str, Size]
"""What stands for each size symbol by its name: a number, or another size."""


def size_at(size: Size, numbers: Numbers) -> Size:
    """The size with these numbers put in; a size with a rule follows from the numbers in its rule.

    A symbol without a number stays.
    """
    if not isinstance(size, Polynomial):
        return size
    total: Size = 0
    for monomial, coefficient in size.terms.items():
        product: Size = coefficient
        for symbol, power in monomial:
            value: Size = Polynomial({((symbol, 1),): 1})
            if symbol.name in numbers:
                value = numbers[symbol.name]
            elif symbol.steps is not None:
                room, step = (size_at(part, numbers) for part in symbol.steps)
                if isinstance(room, int) and isinstance(step, int):
                    value = room // step + 1
            for _ in range(power):
                product = product * value
        total = total + product
    return exact(total)


def tensor_at(tensor: Tensor, numbers: Numbers) -> Tensor:
    """The tensor with numbers for its sizes."""
    if not any(isinstance(size, Polynomial) for size in tensor.shape):
        return tensor
    pair = None
    if tensor.pair is not None:
        by, other = tensor.pair
        pair = tensor_at(by, numbers), tensor_at(other, numbers)
    return Tensor(
        tensor.name,
        tuple(size_at(size, numbers) for size in tensor.shape),
        tensor.role,
        tensor.letters,
        None if tensor.of is None else tensor_at(tensor.of, numbers),
        tensor.label,
        None if tensor.beside is None else tensor_at(tensor.beside, numbers),
        tensor.sums_to_one,
        pair,
    )


def equation_at(equation: Equation, numbers: Numbers) -> Equation:
    """The equation with numbers for its sizes."""
    within = _Within(numbers)
    axes = tuple(map(within.index, equation.axes))
    return Equation(tensor_at(equation.target, numbers), axes, within.expression(equation.body))


class _Within:
    """One equation: its indices stay one index each."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self._indices: dict[Index, Index] = {}

    def index(self, index: Index) -> Index:
        if not isinstance(index.size, Polynomial):
            return index
        if index not in self._indices:
            self._indices[index] = Index(size_at(index.size, self.numbers), index.letter)
        return self._indices[index]

    def affine(self, e: Affine) -> Affine:
        total = Affine(size_at(e.const, self.numbers), {})
        for index, coefficient in e.coefficients.items():
            total = total + self.index(index) * size_at(coefficient, self.numbers)
        return total

    def brackets(self, brackets: tuple[Bracket, ...]) -> tuple[Bracket, ...]:
        return tuple(tidied(kind, self.affine(e), divisor) for kind, e, divisor in brackets)

    def expression(self, expression: Expression) -> Expression:
        return gathered(self.term(term) for term in expression.terms)

    def term(self, term: Term) -> Term:
        coefficient = Fraction(term.coefficient)
        powers = []
        for factor, exponent in term.powers:
            value = size_at(factor.size, self.numbers) if isinstance(factor, SizeFactor) else None
            if isinstance(value, int | Fraction) and Fraction(exponent).denominator == 1:
                coefficient *= Fraction(value) ** int(exponent)
            else:
                powers.append((_put(factor, self), exponent))
        whole = coefficient.numerator if coefficient.denominator == 1 else coefficient
        return Term(whole, tuple(map(self.index, term.bound)), self.brackets(term.brackets), tuple(powers))


@singledispatch
def _put(factor: Factor, within: _Within) -> Factor:
    raise TypeError(f"no rule for {type(factor).__name__}")


@_put.register
def _(factor: Entry, within: _Within) -> Factor:
    return Entry(tensor_at(factor.tensor, within.numbers), tuple(map(within.affine, factor.indices)))


@_put.register
def _(factor: Call, within: _Within) -> Factor:
    return Call(factor.function, within.expression(factor.argument))


@_put.register
def _(factor: Group, within: _Within) -> Factor:
    return Group(within.expression(factor.inner))


@_put.register
def _(factor: ValueBracket, within: _Within) -> Factor:
    return ValueBracket(factor.kind, within.expression(factor.inner))


@_put.register
def _(factor: Max, within: _Within) -> Factor:
    return _largest(factor, within)


@_put.register
def _(factor: FirstMaximiser, within: _Within) -> Factor:
    return FirstMaximiser(_largest(factor.maximum, within), tuple(map(within.affine, factor.at)))


@_put.register(Named)
@_put.register(SizeFactor)
def _(factor: Named | SizeFactor, within: _Within) -> Factor:
    if isinstance(factor, SizeFactor):
        value = size_at(factor.size, within.numbers)
        if isinstance(value, Polynomial):
            return SizeFactor(value)
        return Group(Expression((Term(value, ()),)))  # under a root
    return factor


def _largest(maximum: Max, within: _Within) -> Max:
    indices = tuple(map(within.index, maximum.indices))
    return Max(indices, within.brackets(maximum.brackets), within.expression(maximum.body))
