"""Index tables: an expression unrolled once into positions, then evaluated by array operations.

A value is an array *samples × entries*; what is the same for all samples has one row. A term with two
factors is a matrix product where one factor is the same for all samples, or where the result is a sum
over them; anything else gathers its factors, multiplies them and sums the products of each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, product
from math import isfinite, prod
from typing import Any, TypeAlias

import numpy as np
import sympy

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.positions import unflat
from symgrad.algebra.terms import (
    Call,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Named,
    Rational,
    ValueBracket,
    inner_expressions,
)
from symgrad.algebra.unroll import Layout, Point, Site, layouts, whole_shape
from symgrad.errors import AlgebraError, ValuesError
from symgrad.evaluate.numbers import CONSTANTS, ON_ARRAYS

Array: TypeAlias = Any  # numpy.ndarray of float64, samples × entries
Positions: TypeAlias = Any  # numpy.ndarray of intp
Functions: TypeAlias = Mapping[str, Callable[[Any], Any]]

_MOST_GATHERED = 1 << 18
"""Numbers gathered at once, two megabytes of them: what a cache holds."""

_SAMPLES_AT_ONCE = 250
"""Samples gathered at once; columns a power of two apart would share a few lines of the cache."""

_DENSEST = 48
"""A matrix product is taken where at least one in so many of the matrix's entries is used."""

_LARGEST_MATRIX = 1 << 23


class Block:
    """An expression, laid out over its axes, at a list of points of them."""

    def __init__(self, laid: Iterable[Layout], points: Sequence[Point]) -> None:
        self.width = len(points)
        summands = (Summand(layout, points) for layout in laid)
        self._summands = [summand for summand in summands if summand.row]

    def row(self) -> int:
        """The most products that one point sums."""
        return max((summand.row for summand in self._summands), default=0)

    def values(self, env: Mapping[str, Array], functions: Functions) -> Array:
        """The values, *samples × points*."""
        result: Array = None
        for summand in self._summands:
            value = summand.values(env, functions)
            result = value if result is None else result + value
        return np.zeros((1, self.width)) if result is None else result

    def sums(self, env: Mapping[str, Array], functions: Functions, samples: int) -> Array:
        """The values summed over all samples, *1 × points*."""
        result = np.zeros((1, self.width))
        for summand in self._summands:
            result += summand.sums(env, functions, samples)
        return result


def everywhere(axes: Sequence[Index]) -> list[Point]:
    """All points of a box, row by row."""
    return list(product(*(range(size) for size in whole_shape(tuple(index.size for index in axes)))))


class Summand:
    """One term at a list of points: for each factor a table of positions, and where each point's begin."""

    def __init__(self, layout: Layout, points: Sequence[Point]) -> None:
        found = [layout.points(point) for point in points]
        lengths = np.fromiter(map(len, found), np.intp, len(found))
        total, width = int(lengths.sum()), len(layout.sites)
        flat = np.fromiter(chain.from_iterable(chain.from_iterable(found)), np.intp, total * width)
        tables = flat.reshape(total, width) if width else flat.reshape(0, 0)
        self.width = len(points)
        self.row = int(lengths.max(initial=0))
        self._even = self.row if self.width and bool((lengths == self.row).all()) else None
        self._starts = np.concatenate(([0], np.cumsum(lengths)))
        self._factors = [
            Values(site, np.ascontiguousarray(tables[:, n])) for n, site in enumerate(layout.sites)
        ]
        self._body = _body(layout.coefficient, width)
        self._gates = _gates([site.factor for site in layout.sites])
        self._coefficient = float(layout.coefficient)
        self._matrix: _Matrix | None = None
        if width == 2 and total:
            left, right = self._factors
            self._matrix = _Matrix(self._owners(), self.width, left, right)

    def values(self, env: Mapping[str, Array], functions: Functions) -> Array:
        """The values, *samples × points*."""
        factors = [factor.values(env, functions) for factor in self._factors]
        if not factors:
            return self._constant()
        if self._matrix is not None:
            value = self._matrix.mapped(*factors)
            if value is not None and self._sound(value):
                return value if self._coefficient == 1 else value * self._coefficient
        return self._gathered(factors)

    def sums(self, env: Mapping[str, Array], functions: Functions, samples: int) -> Array:
        """The values summed over all samples, *1 × points*."""
        factors = [factor.values(env, functions) for factor in self._factors]
        batched = [n for n, factor in enumerate(factors) if len(factor) != 1]
        if not batched:
            return (self._gathered(factors) if factors else self._constant()) * samples
        if len(batched) == 1:  # a sum over samples goes past what is the same for all of them
            factors[batched[0]] = factors[batched[0]].sum(axis=0, keepdims=True)
            return self._gathered(factors)
        if self._matrix is not None:
            pairs = self._matrix.paired(*factors)
            if pairs is not None and self._sound(pairs):
                return self._segments(pairs[:, None]).T * self._coefficient
        return self._gathered(factors).sum(axis=0, keepdims=True)

    def _constant(self) -> Array:
        return (np.diff(self._starts) * self._coefficient)[None, :]

    def _owners(self) -> Positions:
        return np.repeat(np.arange(self.width), np.diff(self._starts))

    def _gathered(self, factors: list[Array]) -> Array:
        """Products of gathered factors, summed for each point."""
        samples = next((len(factor) for factor in factors if len(factor) != 1), 1)
        if self._even == 1 or all(factor.in_order for factor in self._factors):
            taken = [factor.taken(value) for factor, value in zip(self._factors, factors, strict=True)]
            products = self._products(taken)
            if self._even == 1:
                return products
            if self._even is not None:
                return products.reshape(samples, self.width, self._even).sum(axis=2)
        result = np.empty((samples, self.width))
        for start in range(0, samples, _SAMPLES_AT_ONCE):
            some = slice(start, start + _SAMPLES_AT_ONCE)
            # Samples last: each position is then a run of memory, whatever the number of samples.
            columns = [np.ascontiguousarray((v if len(v) == 1 else v[some]).T) for v in factors]
            count = min(_SAMPLES_AT_ONCE, samples - start)
            for first, last in self._pieces(count):
                run = slice(self._starts[first], self._starts[last])
                taken = [c[f.positions[run]] for f, c in zip(self._factors, columns, strict=True)]
                result[some, first:last] = self._segments(self._products(taken), first, last).T
        return result

    def _sound(self, value: Array) -> bool:
        """Whether no 0 of a gate can have met an infinity in what was summed to ``value``."""
        return not self._gates or isfinite(value.sum())

    def _products(self, taken: list[Array]) -> Array:
        """The products of the factors; where a gate is 0, an infinity elsewhere counts for nothing."""
        products = self._body(*taken)
        if self._sound(products):
            return products
        closed = np.zeros((1, 1), dtype=bool)
        for n in self._gates:
            closed = closed | (taken[n] == 0)
        return self._body(*(np.where(closed & np.isinf(value), 0.0, value) for value in taken))

    def _pieces(self, samples: int) -> Iterator[tuple[int, int]]:
        """Consecutive points whose products are gathered together."""
        first = 0
        while first < self.width:
            limit = self._starts[first] + max(1, _MOST_GATHERED // max(1, samples))
            last = max(first + 1, int(np.searchsorted(self._starts, limit, "right")) - 1)
            yield first, min(last, self.width)
            first = last

    def _segments(self, products: Array, first: int = 0, last: int | None = None) -> Array:
        """The sums of the products of each point, *points × samples* from *products × samples*."""
        last = self.width if last is None else last
        if self._even == 1:
            return products
        if self._even:
            return products.reshape(last - first, self._even, -1).sum(axis=1)
        starts = self._starts[first : last + 1]
        filled = np.flatnonzero(np.diff(starts))
        result = np.zeros((last - first, products.shape[1]))
        if len(filled):
            # An empty segment would give the next one's first product (numpy.ufunc.reduceat).
            result[filled] = np.add.reduceat(products, starts[filled] - starts[0], axis=0)
        return result


class Values:
    """A factor of a term: its values, and the positions in them that the term's products take."""

    def __init__(self, site: Site, positions: Positions) -> None:
        self.exponent = site.exponent
        self._name: str | None = None
        if site.entry is not None:
            self._name = site.entry.tensor.name
            self.entries = prod(whole_shape(site.entry.tensor.shape))
            self._base = None
        else:
            shape = whole_shape(tuple(index.size for index in site.indices))
            used, positions = np.unique(positions, return_inverse=True)
            self.entries = len(used)
            self._base = _base(site.factor, site.indices, [unflat(int(n), shape) for n in used])
        self.positions = positions
        self.in_order = len(positions) == self.entries and bool((positions == np.arange(self.entries)).all())
        self._function = _function(site.factor)
        self._power = None if site.exponent == 1 else _powers(site.exponent)

    def values(self, env: Mapping[str, Array], functions: Functions) -> Array:
        """The values of all entries, *samples × entries*."""
        value = env[self._name] if self._name is not None else self._base(env, functions)  # type: ignore[misc]
        if self._function is not None:
            value = self._function(value, functions)
        return value if self._power is None else self._power(value)

    def taken(self, value: Array) -> Array:
        """The values that the products take, *samples × products*."""
        return value if self.in_order else value.take(self.positions, axis=1)


class _Matrix:
    """Two factors of a term as a matrix: ``z = M·y`` with M made of x, or ``Σ_samples x yᵀ``."""

    def __init__(self, owners: Positions, width: int, left: Values, right: Values) -> None:
        self._pairs = self._pairing(left, right)
        self._by_left = _Filling.made(owners, width, left, right)
        self._by_right = _Filling.made(owners, width, right, left)

    @staticmethod
    def _pairing(left: Values, right: Values) -> Positions | None:
        size = left.entries * right.entries
        if size > _LARGEST_MATRIX or size > _DENSEST * len(left.positions):
            return None
        return left.positions * right.entries + right.positions

    def mapped(self, left: Array, right: Array) -> Array | None:
        """The sums of products where exactly one factor is the same for all samples."""
        if len(left) == 1 and self._by_left is not None and (len(right) > 1 or self._by_left.as_is):
            return self._by_left.mapped(left, right)
        if len(right) == 1 and self._by_right is not None and (len(left) > 1 or self._by_right.as_is):
            return self._by_right.mapped(right, left)
        return None

    def paired(self, left: Array, right: Array) -> Array | None:
        """The products, one after the other, summed over the samples."""
        if self._pairs is None:
            return None
        return (left.T @ right).ravel()[self._pairs]


class _Filling:
    """How a matrix *points × entries of y* is filled from the entries of x."""

    def __init__(self, cells: Positions, positions: Positions, shape: tuple[int, int], entries: int) -> None:
        self._cells = cells
        self._positions = positions
        self._shape = shape
        size = prod(shape)
        self._full = len(np.unique(cells)) == size
        table = np.full(size, entries)  # one past the end: a zero stands there
        table[cells] = positions
        self._table = table if len(np.unique(cells)) == len(cells) else None
        self.as_is = self._table is not None and size == entries and bool((table == np.arange(size)).all())

    @classmethod
    def made(cls, owners: Positions, width: int, x: Values, y: Values) -> _Filling | None:
        """The filling, or None where the matrix would be large and mostly empty."""
        size = width * y.entries
        if size > _LARGEST_MATRIX or size > _DENSEST * len(owners):
            return None
        return cls(owners * y.entries + y.positions, x.positions, (width, y.entries), x.entries)

    def mapped(self, x: Array, y: Array) -> Array | None:
        """``M·y`` for each sample, or None where that is not the sum of the products."""
        row = x[0]
        if self.as_is:
            matrix = row.reshape(self._shape)
        elif self._table is not None:
            matrix = np.append(row, 0.0).take(self._table).reshape(self._shape)
        else:
            matrix = np.bincount(self._cells, row[self._positions], prod(self._shape)).reshape(self._shape)
        value = y @ matrix.T
        if self._full or isfinite(value.sum()):
            return value
        return None  # an infinity or NaN times an empty cell's 0 would reach points that do not read it


def _gates(factors: Sequence[Factor]) -> list[int]:
    """The factors whose 0 makes a product 0 whatever stands beside them.

    They are the value brackets, for ``[z ≤ 0]·e^z`` is 0 at z = 1000, and what a logarithm is multiplied
    by, for 0·log 0 is 0.
    """
    logs = [isinstance(factor, Call) and factor.function.name == "log" for factor in factors]
    return [
        n
        for n, (factor, log) in enumerate(zip(factors, logs, strict=True))
        if isinstance(factor, ValueBracket) or (any(logs) and not log)
    ]


def _function(factor: Factor) -> Callable[[Array, Functions], Array] | None:
    match factor:
        case Call(function, _) if function.abstract:
            name = function.identifier
            return lambda value, functions: _asked(name, functions[name], value)
        case Call(function, _):
            made = _named(function.name)
        case ValueBracket(kind, _):
            made = _named({">": "positive", "<=": "nonpositive", "=": "zero"}[kind])
        case _:
            return None
    return lambda value, functions: made(value)


def _asked(name: str, function: Callable[[Any], Any], value: Array) -> Array:
    """What a function given by the caller makes of an array."""
    result = np.asarray(function(value))
    try:
        return np.broadcast_to(result, value.shape).astype(np.float64, casting="same_kind")
    except (ValueError, TypeError):
        raise ValuesError(
            f"the function {name} was given an array of shape {value.shape} and returned one of shape "
            f"{result.shape} and type {result.dtype}; it acts on each number alone"
        ) from None


def _base(
    factor: Factor, axes: tuple[Index, ...], points: list[Point]
) -> Callable[[Mapping[str, Array], Functions], Array]:
    """The values under a factor's function, at some points of its own indices."""
    match factor:
        case Call(_, inner) | Group(inner) | ValueBracket(_, inner):
            return Block(layouts(inner, axes), points).values
        case Max():
            largest = _Largest(factor, axes, points)
            return largest.values
        case FirstMaximiser(maximum, at):
            first = _Largest(maximum, axes, points)
            where = [
                tuple(
                    int(e.const + sum(c * p[axes.index(i)] for i, c in e.coefficients.items()))  # type: ignore[arg-type]
                    for e in at
                )
                for p in points
            ]
            return first.chosen(where)
        case Named(name, _) if name in CONSTANTS:
            return lambda env, functions: np.full((1, 1), CONSTANTS[name])
        case _:
            raise AlgebraError(f"the evaluator has no rule for {type(factor).__name__}")


class _Largest:
    """A maximum over indices at a list of points, and where its first maximiser is."""

    def __init__(self, maximum: Max, axes: tuple[Index, ...], points: list[Point]) -> None:
        own = maximum.indices
        self._places = everywhere(own)
        both = (*axes, *own)
        inside = [
            all(_holds(bracket, both, (*point, *place)) for bracket in maximum.brackets)
            for point in points
            for place in self._places
        ]
        self._inside = np.array(inside, dtype=bool).reshape(len(points), len(self._places))
        every = [(*point, *place) for point in points for place in self._places]
        kept = [values for values, holds in zip(every, inside, strict=True) if holds]
        self._kept = np.flatnonzero(self._inside.ravel())
        self._body = Block(layouts(maximum.body, both), kept)

    def _candidates(self, env: Mapping[str, Array], functions: Functions) -> Array:
        values = self._body.values(env, functions)
        candidates = np.full((len(values), self._inside.size), -np.inf)
        candidates[:, self._kept] = values
        return candidates.reshape(len(values), *self._inside.shape)

    def values(self, env: Mapping[str, Array], functions: Functions) -> Array:
        """The maxima, *samples × points*."""
        return self._candidates(env, functions).max(axis=2)

    def chosen(self, at: list[Point]) -> Callable[[Mapping[str, Array], Functions], Array]:
        """1 where the place ``at`` a point is the first maximiser there, else 0."""
        where = np.array([self._places.index(place) for place in at])

        def values(env: Mapping[str, Array], functions: Functions) -> Array:
            # numpy.argmax gives the first maximiser; places are in row-major order.
            return (self._candidates(env, functions).argmax(axis=2) == where).astype(np.float64)

        return values


def _holds(bracket: Any, axes: tuple[Index, ...], values: Point) -> bool:
    return bool(decide(bracket.put({i: affine(n) for i, n in zip(axes, values, strict=True)})))


@cache
def _named(name: str) -> Callable[[Array], Array]:
    """A known function on arrays, as ``sympy.lambdify`` makes it."""
    x = sympy.Symbol("x")
    return _lambdified([x], sympy.Function(f"_{name}")(x))


@cache
def _powers(exponent: Rational) -> Callable[[Array], Array]:
    x = sympy.Symbol("x")
    if exponent.denominator == 1:
        return _lambdified([x], x ** int(exponent))
    power = sympy.Function("_power")
    return _lambdified([x], power(x, sympy.Rational(exponent.numerator, exponent.denominator)))


@cache
def _body(coefficient: Rational, width: int) -> Callable[..., Array]:
    """The product of a term's factors with its coefficient."""
    factors = [sympy.Symbol(f"x{n}") for n in range(width)]
    return _lambdified(
        factors, sympy.Mul(sympy.Rational(coefficient.numerator, coefficient.denominator), *factors)
    )


def _lambdified(arguments: list[Any], expression: Any) -> Callable[..., Array]:
    functions = {f"_{name}": function for name, function in ON_ARRAYS.items()}
    made: Callable[..., Array] = sympy.lambdify(arguments, expression, modules=[functions, "numpy"])
    return made


def unknown_functions(expression: Expression) -> list[str]:
    """The identifiers of the abstract functions that occur, at any depth, in the order they are met."""
    found: list[str] = []
    for term in expression.terms:
        for factor, _ in term.powers:
            if isinstance(factor, Call) and factor.function.abstract:
                found.append(factor.function.identifier)
            for inner in inner_expressions(factor):
                found += unknown_functions(inner)
    return list(dict.fromkeys(found))
