"""Derived programs evaluated on any numbers by unrolling them: the code under test, made to speak numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias

from oracles.dual import Values, box, compared, flat, holds
from oracles.fields import Element, Field
from symgrad.algebra.affine import affine
from symgrad.algebra.program import Equation, Program
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
    put,
)
from symgrad.algebra.unroll import layouts
from symgrad.derivation.hessian import Hessian
from symgrad.network.model import Model

Read: TypeAlias = Callable[[Entry], Element]


def evaluate(program: Program, sources: Values, field: Field) -> Values:
    """Every tensor of the program and its sources, flat."""
    stated = {eq.target.name: _Entries(eq, field) for eq in program.equations}

    def read(entry: Entry) -> Element:
        position = flat(
            tuple(whole(e.const) for e in entry.indices if not e.coefficients), entry.tensor.shape
        )
        # What stands further on, at another step of a recurrence, is found when it is read.
        name = entry.tensor.name
        return sources[name][position] if name in sources else stated[name].at(position, read)

    found = {name: [eq.at(n, read) for n in range(eq.count)] for name, eq in stated.items()}
    return {**sources, **found}


def entries(eq: Equation, values: Values, field: Field) -> list[Element]:
    """The entries of the equation's target."""
    return evaluate(Program((eq,)), values, field)[eq.target.name]


class _Entries:
    """The entries of an equation's target, each found once."""

    def __init__(self, eq: Equation, field: Field) -> None:
        self._laid = layouts(eq.body, eq.axes)
        self._places = list(box(eq.axes))
        self._known: list[list[dict[int, Element]]] = [[{} for _ in layout.sites] for layout in self._laid]
        self._found: dict[int, Element] = {}
        self._field = field
        self.count = len(self._places)

    def at(self, number: int, read: Read) -> Element:
        """The entry at a flat position."""
        if number not in self._found:
            field = self._field
            total = field.number(0)
            for layout, tables in zip(self._laid, self._known, strict=True):
                for point in layout.points(self._places[number]):
                    term = field.number(layout.coefficient)
                    for site, position, table in zip(layout.sites, point, tables, strict=True):
                        if position not in table:
                            base = factor_value(site.instance(position), read, field)
                            table[position] = field.power(base, site.exponent) if site.exponent != 1 else base
                        term = field.mul(term, table[position])
                    total = field.add(total, term)
            self._found[number] = total
        return self._found[number]


def whole(number: int | Fraction) -> int:
    """A whole number; a fraction is a mistake of the algebra and must not be cut off here."""
    assert number == int(number), number
    return int(number)


def expression_value(expression: Expression, read: Read, field: Field) -> Element:
    """An expression without free indices."""
    total = field.number(0)
    for layout in layouts(expression, ()):
        for point in layout.points(()):
            term = field.number(layout.coefficient)
            for site, position in zip(layout.sites, point, strict=True):
                base = factor_value(site.instance(position), read, field)
                term = field.mul(term, field.power(base, site.exponent) if site.exponent != 1 else base)
            total = field.add(total, term)
    return total


def factor_value(factor: Factor, read: Read, field: Field) -> Element:
    """A factor without free indices."""
    match factor:
        case Entry():
            return read(factor)
        case Call(function, argument):
            return field.apply(function.name, function.order, expression_value(argument, read, field))
        case Group(inner):
            return expression_value(inner, read, field)
        case ValueBracket(kind, inner):
            return compared(kind, expression_value(inner, read, field), field)
        case Named(name, _):
            return field.constant(name)
        case Max():
            _, values = candidates(factor, read, field)
            return field.greatest(values)
        case FirstMaximiser(maximum, here):
            places, values = candidates(maximum, read, field)
            return field.is_first(places.index(tuple(whole(e.const) for e in here)), values)
    raise TypeError(type(factor).__name__)


def candidates(maximum: Max, read: Read, field: Field) -> tuple[list[tuple[int, ...]], list[Element]]:
    """The positions that a maximum looks at, row by row, and the values there."""
    places = [
        place
        for place in product(*(range(index.size) for index in maximum.indices))
        if all(holds(b, dict(zip(maximum.indices, place, strict=True))) for b in maximum.brackets)
    ]
    bodies = [
        put(maximum.body, {i: affine(n) for i, n in zip(maximum.indices, place, strict=True)})
        for place in places
    ]
    return places, [expression_value(body, read, field) for body in bodies]


def second(
    found: Hessian, values: Values, one: tuple[Tensor, int], two: tuple[Tensor, int], zero: Element
) -> Element:
    """∂²L/∂one∂two at flat positions, where ``values`` holds every block that is not 0."""
    (first, k), (other, j) = one, two
    for block in found.blocks:
        if (block.first, block.second) == (first, other):
            return zero if block.zero else values[block.target.name][k * prod(other.shape) + j]
    return second(found, values, two, one, zero)


def sources(model: Model) -> tuple[Tensor, ...]:
    """The tensors that a model reads and does not define: input, parameters, target."""
    defined = {definition.target for definition in model.definitions}
    return tuple(tensor for tensor in model.tensors if tensor not in defined)
