"""The value of an expression of the algebra at one entry: every sum is run through, every bracket tested.

Nothing is simplified first, and no rule of :mod:`symgrad.algebra.normal` is used. An index that a bracket
``[e = 0]`` leaves only one place is put there, so that a sum with a Kronecker bracket costs what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import Bracket
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
    free_of_factor,
)
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.steps.field import (
    ONE,
    ZERO,
    Number,
    add,
    arbitrary,
    compared,
    first_greatest,
    function_value,
    mul,
    number,
    power,
    whole,
)
from symgrad.derivation.steps.slopes import Place, at, flat, holds
from symgrad.errors import AlgebraError

Read: TypeAlias = Callable[[Tensor, int], Number]


class Values:
    """Values of expressions, entries being read by ``read``; ``products`` counts what was added up."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self.products = 0
        self._known: dict[tuple[int, tuple[int, ...]], Number] = {}
        self._free: dict[int, tuple[Factor, tuple[Index, ...]]] = {}  # the factor is kept, and so its id

    def expression(self, expression: Expression, place: Place) -> Number:
        """The value where the free indices stand at ``place``."""
        total = ZERO
        for term in expression.terms:
            coefficient = number(term.coefficient)
            for _ in places(term.bound, term.brackets, place):
                total = add(total, mul(coefficient, self._product(term, place)))
        return total

    def _product(self, term: Term, place: Place) -> Number:
        self.products += 1
        result = ONE
        for factor, exponent in term.powers:
            if result == ZERO:
                return ZERO  # in numbers, too, a bracket that is 0 makes its product 0
            base = self._factor(factor, place)
            result = mul(result, base if exponent == 1 else power(base, exponent))
        return result

    def _factor(self, factor: Factor, place: Place) -> Number:
        if isinstance(factor, Entry):
            shape = whole_shape(factor.tensor.shape)
            return self.read(factor.tensor, flat([whole(at(e, place)) for e in factor.indices], shape))
        if id(factor) not in self._free:
            self._free[id(factor)] = factor, tuple(dict.fromkeys(free_of_factor(factor)))
        key = id(factor), tuple(place[index] for index in self._free[id(factor)][1])
        if key not in self._known:
            self._known[key] = self._value(factor, place)
        return self._known[key]

    def _value(self, factor: Factor, place: Place) -> Number:
        match factor:
            case Call(function, argument):
                return function_value(function.name, function.order, self.expression(argument, place))
            case Group(inner):
                return self.expression(inner, place)
            case ValueBracket(kind, inner):
                return ONE if compared(kind, self.expression(inner, place)) else ZERO
            case Max():
                return max(value for _, value in self._candidates(factor, place))
            case FirstMaximiser(maximum, here):
                position = tuple(whole(at(e, place)) for e in here)
                candidates = self._candidates(maximum, place)
                first, _ = candidates[first_greatest([value for _, value in candidates])]
                return ONE if first == position else ZERO
            case Named(name, _):
                return arbitrary("constant", name)
            case SizeFactor(size):
                raise AlgebraError(f"{size} has no value: steps are checked at whole sizes")
            case _:
                raise TypeError(f"no value for {type(factor).__name__}")

    def _candidates(self, maximum: Max, place: Place) -> list[tuple[tuple[int, ...], Number]]:
        found = []
        for _ in places(maximum.indices, maximum.brackets, place):
            here = tuple(place[index] for index in maximum.indices)
            found.append((here, self.expression(maximum.body, place)))
        return sorted(found, key=lambda candidate: candidate[0])


def places(bound: Sequence[Index], brackets: Sequence[Bracket], place: Place) -> Iterator[None]:
    """Run ``bound`` through all places where the brackets hold, each put into ``place`` for a while."""
    waiting: list[Bracket] = []
    open_ = set(bound)
    for bracket in brackets:
        if not open_.isdisjoint(bracket.e):
            waiting.append(bracket)
        elif not holds(bracket, place):
            return
    if not bound:
        yield
        return
    index, only = _next(bound, waiting, open_)
    rest = [other for other in bound if other is not index]
    (size,) = whole_shape((index.size,))
    if only is None:
        values: Sequence[int] = range(size)
    else:
        place[index] = 0
        value = Fraction(at(only.e, place)) / -Fraction(only.e.coefficients[index])  # type: ignore[arg-type]  # whole
        values = [int(value)] if value.denominator == 1 and 0 <= value < size else []
    for n in values:
        place[index] = n
        yield from places(rest, waiting, place)
    place.pop(index, None)


def _next(
    bound: Sequence[Index], waiting: Sequence[Bracket], open_: set[Index]
) -> tuple[Index, Bracket | None]:
    """The index to run next: one that a bracket determines, else one of the bracket with the fewest."""
    tied = [
        ([index for index in bracket.e if index in open_], bracket)
        for bracket in waiting
        if bracket.kind == "="
    ]
    for members, bracket in tied:
        if len(members) == 1:
            return members[0], bracket
    if tied:
        members, _ = min(tied, key=lambda pair: len(pair[0]))
        return members[0], None
    return bound[0], None
