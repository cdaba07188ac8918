"""The value of a formula at a point. It imports nothing of ours.

A :class:`World` holds numbers for what is given and computes the rest from definitions; a derivative is the
slope of the definitions, by dual numbers. So what a generated derivation claims is known to be true or false
without asking any algebra: both sides are computed at random points and compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

from oracles.handwriting import (
    Add,
    Affine,
    Call,
    Entry,
    Frac,
    Had,
    Mul,
    Node,
    Norm,
    Num,
    Partial,
    Pow,
    Sigma,
    Step,
    Turned,
)

Key: TypeAlias = tuple[str, tuple[int, ...]]


class UndefinedError(Exception):
    """The value does not exist: a logarithm of a negative number, matrices that do not fit."""


class MisfitError(UndefinedError):
    """Shapes that do not fit; such a formula is wrong everywhere."""


class OutsideError(Exception):
    """There is no such entry."""


class Dual:
    """value + slope·ε."""

    __slots__ = ("slope", "value")

    def __init__(self, value: float, slope: float) -> None:
        self.value, self.slope = value, slope

    def __add__(self, other: Any) -> Dual:
        o = dual(other)
        return Dual(self.value + o.value, self.slope + o.slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + -dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        o = dual(other)
        return Dual(self.value * o.value, self.slope * o.value + self.value * o.slope)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        o = dual(other)
        quotient = self.value / o.value
        return Dual(quotient, (self.slope - quotient * o.slope) / o.value)

    def __rtruediv__(self, other: Any) -> Dual:
        return dual(other) / self


def dual(x: Any) -> Dual:
    return x if isinstance(x, Dual) else Dual(float(x), 0.0)


class Grid:
    """A matrix; a vector is one column."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows = [list(row) for row in rows]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    def map(self, function: Callable[[Any], Any]) -> Grid:
        return Grid([[function(x) for x in row] for row in self.rows])

    def zipped(self, other: Grid, function: Callable[[Any, Any], Any]) -> Grid:
        if self.shape != other.shape:
            raise MisfitError
        pairs = zip(self.rows, other.rows, strict=True)
        return Grid([[function(x, y) for x, y in zip(r, s, strict=True)] for r, s in pairs])

    def turned(self) -> Grid:
        return Grid(list(zip(*self.rows, strict=True)))

    def matmul(self, other: Grid) -> Any:
        if self.shape[1] != other.shape[0]:
            raise MisfitError
        columns = other.turned().rows
        made = Grid([[sum(x * y for x, y in zip(r, c, strict=True)) for c in columns] for r in self.rows])
        return made.rows[0][0] if made.shape == (1, 1) else made


def plus(x: Any, y: Any) -> Any:
    if isinstance(x, Grid) != isinstance(y, Grid):
        raise MisfitError
    return x.zipped(y, plus) if isinstance(x, Grid) else x + y


def times(x: Any, y: Any) -> Any:
    if isinstance(x, Grid) and isinstance(y, Grid):
        return x.matmul(y)
    if isinstance(x, Grid):
        return x.map(lambda a: a * y)
    return y.map(lambda a: x * a) if isinstance(y, Grid) else x * y


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _root(x: float) -> float:
    if x < 0:
        raise UndefinedError
    return math.sqrt(x)


def _log(x: float) -> float:
    if x <= 0:
        raise UndefinedError
    return math.log(x)


# Each function and its first two derivatives; f and g stand for functions that are not known.
FUNCTIONS: dict[str, tuple[Callable[[float], float], ...]] = {
    "exp": (math.exp, math.exp, math.exp),
    "log": (_log, lambda x: 1 / x, lambda x: -1 / x**2),
    "sqrt": (_root, lambda x: 0.5 / _root(x), lambda x: -0.25 / _root(x) ** 3),
    "tanh": (math.tanh, lambda x: 1 - math.tanh(x) ** 2, lambda x: -2 * math.tanh(x) / math.cosh(x) ** 2),
    "sigma": (
        _logistic,
        lambda x: _logistic(x) * _logistic(-x),
        lambda x: _logistic(x) * _logistic(-x) * (1 - 2 * _logistic(x)),
    ),
    "relu": (lambda x: max(x, 0.0), lambda x: float(x > 0), lambda x: 0.0),
    "abs": (abs, lambda x: math.copysign(1.0, x), lambda x: 0.0),
    "f": (
        lambda x: x + 0.4 * math.sin(1.7 * x),
        lambda x: 1 + 0.68 * math.cos(1.7 * x),
        lambda x: -1.156 * math.sin(1.7 * x),
    ),
    "g": (lambda x: x * x / 2 - math.cos(x), lambda x: x + math.sin(x), lambda x: 1 + math.cos(x)),
}  # fmt: skip


def applied(name: str, primes: int, x: Any) -> Any:
    if isinstance(x, Grid):
        return x.map(lambda a: applied(name, primes, a))
    function = FUNCTIONS[name]
    try:
        if isinstance(x, Dual):
            slope = function[primes + 1](x.value) * x.slope if x.slope else 0.0
            return Dual(function[primes](x.value), slope)
        return function[primes](x)
    except (OverflowError, ZeroDivisionError, ValueError) as error:
        raise UndefinedError from error


def raised(x: Any, exponent: Fraction) -> Any:
    if isinstance(x, Grid):
        return x.map(lambda a: raised(a, exponent))
    if isinstance(x, Dual):
        inner = raised(x.value, exponent)
        return Dual(inner, float(exponent) * raised(x.value, exponent - 1) * x.slope if x.slope else 0.0)
    if exponent.denominator > 1 and x < 0:
        raise UndefinedError
    try:
        return x ** (int(exponent) if exponent.denominator == 1 else float(exponent))
    except (OverflowError, ZeroDivisionError) as error:
        raise UndefinedError from error


class World:
    """Numbers for what is given, and what the definitions make of them.

    ``shapes`` has the sizes of whole tensors, for formulas in matrix form. ``shorthands`` are names for
    derivatives.
    """

    def __init__(
        self,
        given: Mapping[Key, float],
        definitions: Iterable[tuple[Key, Node]],
        shapes: Mapping[str, tuple[int, ...]] | None = None,
        shorthands: Mapping[Key, Node] | None = None,
    ) -> None:
        self.values: dict[Key, Any] = dict(given)
        self.definitions = list(definitions)
        self.shapes = shapes or {}
        self.shorthands = shorthands or {}
        self._slopes: dict[Key, dict[Key, float]] = {}
        for key, body in self.definitions:
            self.values[key] = value(body, self)

    def of(self, key: Key) -> Any:
        if key in self.shorthands:
            return value(self.shorthands[key], self)
        if key not in self.values:
            if key[1] == () and len(self.shapes.get(key[0], ())) > 0:
                return self.whole(lambda places: self.of((key[0], places)), key[0])
            raise OutsideError(key)
        return self.values[key]

    def whole(self, entry: Callable[[tuple[int, ...]], Any], role: str) -> Grid:
        shape = self.shapes[role]
        if len(shape) == 1:
            return Grid([[entry((i,))] for i in range(shape[0])])
        return Grid([[entry((i, j)) for j in range(shape[1])] for i in range(shape[0])])

    def slope(self, of: Key, by: Key) -> Any:
        if by[1] == () and len(self.shapes.get(by[0], ())) > 0:
            return self.whole(lambda places: self.slope(of, (by[0], places)), by[0])
        if of == by:
            return 1.0
        if by not in self._slopes:
            inner = World.__new__(World)
            inner.values = dict(self.values)
            inner.shapes, inner.shorthands = self.shapes, self.shorthands
            if by not in inner.values:
                raise OutsideError(by)
            inner.values[by] = Dual(inner.values[by], 1.0)
            order = [key for key, _ in self.definitions]
            start = order.index(by) + 1 if by in order else 0
            changed = {by}
            for key, body in self.definitions[start:]:
                inner.values[key] = value(body, inner)
                if isinstance(inner.values[key], Dual):
                    changed.add(key)
            self._slopes[by] = {key: inner.values[key].slope for key in changed}
        if of not in self.values:
            raise OutsideError(of)
        return self._slopes[by].get(of, 0.0)


def value(node: Node, world: World, letters: Mapping[str, int] | None = None) -> Any:
    """The value of a formula at a point, index letters having the values ``letters``."""
    here = letters or {}

    def below(inner: Node) -> Any:
        return value(inner, world, here)

    match node:
        case Num():
            return float(node.value)
        case Entry():
            return world.of(place(node, here))
        case Partial():
            return world.slope(place(node.of, here), place(node.by, here))
        case Sigma():
            total: Any = None
            for values in product(*(range(size) for _, size in node.indices)):
                names = (name for name, _ in node.indices)
                term = value(node.body, world, {**here, **dict(zip(names, values, strict=True))})
                total = term if total is None else plus(total, term)
            return total
        case Add():
            made = None
            for sign, term in node.terms:
                x = times(float(sign), below(term))
                made = x if made is None else plus(made, x)
            return made
        case Mul():
            made = below(node.factors[0])
            for factor in node.factors[1:]:
                made = times(made, below(factor))
            return made
        case Frac():
            top, bottom = below(node.top), below(node.bottom)
            if isinstance(bottom, Grid):
                raise MisfitError
            try:
                return times(top, 1.0 / bottom)
            except ZeroDivisionError as error:
                raise UndefinedError from error
        case Pow():
            return raised(below(node.base), node.exponent)
        case Call():
            return applied(node.name, node.primes, below(node.arg))
        case Step():
            x = below(node.arg)
            return x.map(_step) if isinstance(x, Grid) else _step(x)
        case Turned():
            x = below(node.arg)
            return x.turned() if isinstance(x, Grid) else x
        case Had():
            grids = [below(factor) for factor in node.factors]
            made = grids[0]
            for grid in grids[1:]:
                if not (isinstance(made, Grid) and isinstance(grid, Grid)):
                    raise MisfitError
                made = made.zipped(grid, lambda x, y: x * y)
            return made
        case Norm():
            x = below(node.arg)
            return sum(a * a for row in x.rows for a in row) if isinstance(x, Grid) else x * x


def _step(x: Any) -> float:
    return float((x.value if isinstance(x, Dual) else x) > 0)


def place(entry: Entry, letters: Mapping[str, int]) -> Key:
    return entry.role, tuple(p.at(letters) if isinstance(p, Affine) else p for p in entry.places)


def numbers(x: Any) -> list[float]:
    return [a for row in x.rows for a in row] if isinstance(x, Grid) else [x]


def close(x: Any, y: Any, tolerance: float = 1e-8) -> bool:
    """Equal but for rounding, in every entry."""
    if isinstance(x, Grid) != isinstance(y, Grid) or (isinstance(x, Grid) and x.shape != y.shape):
        return False
    pairs = zip(numbers(x), numbers(y), strict=True)
    return all(abs(a - b) <= tolerance * max(1.0, abs(a), abs(b)) for a, b in pairs)


Ranges: TypeAlias = tuple[tuple[str, int], ...]


def compared(left: Node, right: Node, worlds: Sequence[World], ranges: Ranges = ()) -> tuple[int, int]:
    """At how many points the two sides agree and at how many they differ, for all values of free letters.

    Points where a side has no value count as neither; sides that do not fit differ.
    """
    agree = differ = 0
    for world in worlds:
        for values in product(*(range(size) for _, size in ranges)):
            here = dict(zip((name for name, _ in ranges), values, strict=True))
            try:
                same = close(value(left, world, here), value(right, world, here))
            except MisfitError:
                same = False
            except UndefinedError:
                continue
            agree, differ = agree + same, differ + (not same)
    return agree, differ
