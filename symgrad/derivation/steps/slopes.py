"""Forward equations as they are written, on exact numbers, and what flows back through them.

``dL/dT[J]`` is pulled back entry by entry through the tree that a layer's author wrote: reverse mode on
numbers. No normal form, no bracket is solved, no index is renamed. What the definitions at hand do not define
is drawn at random; a tensor that is assumed to sum to 1 is drawn so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias

from symgrad.algebra import written as w
from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.positions import unflat
from symgrad.algebra.sizes import Polynomial
from symgrad.algebra.tensors import Tensor
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
from symgrad.errors import AlgebraError

Place: TypeAlias = dict[Index, int]
"""Where the indices stand; it is changed in place while a sum runs."""

Slopes: TypeAlias = dict[Tensor, list[Number]]


class _Held(w.Written):
    """A number that is known already, as a node: a rule of a derivative is evaluated on it."""

    __slots__ = ("number",)

    def __init__(self, value: Number) -> None:
        self.number = value


def at(e: Affine, place: Mapping[Index, int]) -> Fraction | int:
    """The value of an affine combination at a place."""
    total = e.const
    for index, coefficient in e.coefficients.items():
        total += coefficient * place[index]
    if isinstance(total, Polynomial):
        raise AlgebraError(f"{total} has no value: steps are checked at whole sizes")
    return total


def holds(bracket: Bracket, place: Mapping[Index, int]) -> bool:
    """Whether the condition holds at a place."""
    value = at(bracket.e, place)
    if bracket.kind == "=":
        return value == 0
    return value >= 0 if bracket.kind == ">=" else value % bracket.divisor == 0


def flat(position: Sequence[int], shape: Sequence[int]) -> int:
    """The row-major position.

    Raises:
        ValueError: it lies outside the shape.
    """
    place = 0
    for n, size in zip(position, shape, strict=True):
        if not 0 <= n < size:
            raise ValueError(f"{list(position)} lies outside {list(shape)}")
        place = place * size + n
    return place


def visits(node: w.Written) -> int:
    """How many nodes are visited to evaluate one."""
    match node:
        case w.Sum() | w.Product():
            return 1 + sum(map(visits, node.parts))
        case w.Power():
            return 1 + visits(node.base)
        case w.Apply() | w.Compare():
            return 1 + visits(node.argument)
        case w.Total() | w.Maximum():
            return 1 + prod(whole_shape(tuple(i.size for i in node.indices))) * visits(node.body)
        case _:
            return 1


class Point:
    """Values for every tensor at one random point where ``definitions`` hold."""

    def __init__(self, definitions: Iterable[w.Definition], seed: int = 0) -> None:
        self.definitions = {definition.target: definition for definition in definitions}
        self.seed = seed
        self._values: dict[Tensor, list[Number | None]] = {}

    def entry(self, tensor: Tensor, place: int) -> Number:
        """The value of an entry, by flat position: computed where it is defined, else drawn."""
        known = self._values.get(tensor)
        if known is None:
            known = self._values[tensor] = [None] * prod(whole_shape(tensor.shape))
        value = known[place]
        if value is None:
            value = known[place] = self._computed(tensor, place)
        return value

    def _computed(self, tensor: Tensor, place: int) -> Number:
        shape = whole_shape(tensor.shape)
        definition = self.definitions.get(tensor)
        if definition is not None:
            here = dict(zip(definition.axes, unflat(place, shape), strict=True))
            return self._value(definition.body, here)
        axis = tensor.sums_to_one
        if axis is not None and (position := list(unflat(place, shape)))[axis] == shape[axis] - 1:
            last = ONE
            for n in range(shape[axis] - 1):
                position[axis] = n
                last = add(last, mul(number(-1), self.entry(tensor, flat(position, shape))))
            return last
        return arbitrary(self.seed, tensor.name, place)

    def _value(self, node: w.Written, place: Place) -> Number:
        match node:
            case w.Read():
                return self._read(node, place)[1]
            case w.Product():
                result = ONE
                for part in _brackets_first(node.parts):
                    factor = self._value(part, place)
                    if factor == ZERO and isinstance(part, w.Iverson):
                        return ZERO  # what stands behind a bracket that is 0 may lie in the padding
                    result = mul(result, factor)
                return result
            case w.Sum():
                result = ZERO
                for part in node.parts:
                    result = add(result, self._value(part, place))
                return result
            case w.Total():
                result = ZERO
                for _ in _places(node.indices, (), place):
                    result = add(result, self._value(node.body, place))
                return result
            case w.Iverson():
                return ONE if all(holds(bracket, place) for bracket in node.brackets) else ZERO
            case w.Quantity():
                return number(whole_or_fraction(node.value))
            case w.Constant():
                return arbitrary("constant", node.name)
            case w.Power():
                return power(self._value(node.base, place), node.exponent)
            case w.Apply():
                argument = self._value(node.argument, place)
                return function_value(node.function.name, node.function.order, argument)
            case w.Compare():
                return ONE if compared(node.kind, self._value(node.argument, place)) else ZERO
            case w.Maximum():
                return max(self._value(node.body, place) for _ in _places(node.indices, node.brackets, place))
            case _Held():
                return node.number
        raise TypeError(f"no value for {type(node).__name__}")

    def _read(self, node: w.Read, place: Place) -> tuple[int, Number]:
        position = [whole(at(e, place)) for e in node.indices]
        found = flat(position, whole_shape(node.tensor.shape))
        return found, self.entry(node.tensor, found)

    def pulled(self, tensor: Tensor, upstream: Sequence[Number]) -> Slopes:
        """``Σ_out upstream[out] · ∂rhs[out]/∂T[J]`` for every T that the definition of ``tensor`` reads."""
        definition = self.definitions[tensor]
        shape = whole_shape(tensor.shape)
        slopes: Slopes = {}
        for place, slope in enumerate(upstream):
            if slope == ZERO:
                continue
            here = dict(zip(definition.axes, unflat(place, shape), strict=True))
            self._pull(definition.body, here, slope, slopes)
        return slopes

    def _pull(self, node: w.Written, place: Place, slope: Number, slopes: Slopes) -> None:
        match node:
            case w.Read():
                found, _ = self._read(node, place)
                known = slopes.setdefault(node.tensor, [])
                known += [ZERO] * (prod(whole_shape(node.tensor.shape)) - len(known))
                known[found] = add(known[found], slope)
            case w.Product():
                parts = _brackets_first(node.parts)
                values: list[Number] = []
                for part in parts:
                    values.append(self._value(part, place))
                    if values[-1] == ZERO and isinstance(part, w.Iverson):
                        return
                for n, part in enumerate(parts):
                    others = slope
                    for value in (*values[:n], *values[n + 1 :]):
                        others = mul(others, value)
                    self._pull(part, place, others, slopes)
            case w.Sum():
                for part in node.parts:
                    self._pull(part, place, slope, slopes)
            case w.Total():
                for _ in _places(node.indices, (), place):
                    self._pull(node.body, place, slope, slopes)
            case w.Power():
                local = mul(number(node.exponent), power(self._value(node.base, place), node.exponent - 1))
                self._pull(node.base, place, mul(slope, local), slopes)
            case w.Apply():
                rule = node.function.derivative(_Held(self._value(node.argument, place)))
                self._pull(node.argument, place, mul(slope, self._value(rule, {})), slopes)
            case w.Maximum():
                found_at, values = [], []
                for here in _places(node.indices, node.brackets, place):
                    found_at.append(here)
                    values.append(self._value(node.body, place))
                first = dict(zip(node.indices, found_at[first_greatest(values)], strict=True))
                self._pull(node.body, {**place, **first}, slope, slopes)
            case _:  # numbers, and brackets, which are flat almost everywhere
                pass


def whole_or_fraction(value: object) -> Fraction | int:
    """A number that a formula states.

    Raises:
        AlgebraError: a size that is a symbol.
    """
    if not isinstance(value, int | Fraction):
        raise AlgebraError(f"{value} has no value: steps are checked at whole sizes")
    return value


def _brackets_first(parts: tuple[w.Written, ...]) -> Sequence[w.Written]:
    if any(isinstance(part, w.Iverson) for part in parts[1:]):
        return sorted(parts, key=lambda part: not isinstance(part, w.Iverson))
    return parts


def _places(indices: Sequence[Index], brackets: Sequence[Bracket], place: Place) -> Iterator[tuple[int, ...]]:
    """Every place of the indices, row by row, put into ``place`` while it is looked at."""
    for here in product(*(range(n) for n in whole_shape(tuple(index.size for index in indices)))):
        place.update(zip(indices, here, strict=True))
        if all(holds(bracket, place) for bracket in brackets):
            yield here
