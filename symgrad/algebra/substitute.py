"""Substitution: formulas of entries in which what they read is put in, down to what no equation gives.

``z = a·w``, ``L = (z − y)²`` give ``L = (a·w − y)²``. What is put in is shared, never copied: a formula is a
node that all its readers point to, so that the whole costs no more than the equations unrolled, and what it
would take written out is counted over the nodes (:mod:`symgrad.algebra.operations`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product as box
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.affine import affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
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
    Rational,
    SizeFactor,
    ValueBracket,
    put,
)
from symgrad.algebra.unroll import Layout, Site, layouts, whole_shape
from symgrad.algebra.written import Comparison, Function
from symgrad.errors import AlgebraError

_DEEPEST = 40
"""How many formulas are put in one in another at a time: a deep program must not nest calls as deep."""

Key: TypeAlias = "tuple[Tensor, int, int]"
"""An entry at a flat position of a tensor, and how many levels are put in; −1 stands for all."""


Relation: TypeAlias = Literal[">", "<", "<=", ">=", "="]
_FLIPPED: dict[Comparison, Relation] = {">": "<", "<=": ">=", "=": "="}


class Nested:
    """A sum of products, the same object wherever it is the same sum; ``number`` grows with its making."""

    __slots__ = ("number", "products")

    def __init__(self, products: tuple[Product, ...], number: int) -> None:
        self.products = products
        self.number = number


class Leaf(NamedTuple):
    """An entry that stays a name: at a flat position of a tensor."""

    tensor: Tensor
    position: int


class Value(NamedTuple):
    """``f(argument)``."""

    function: Function
    argument: Nested


class Parenthesis(NamedTuple):
    """A formula as a factor."""

    inner: Nested


class Condition(NamedTuple):
    """``[left > right]`` and so on: what varies on the left, numbers on the right."""

    relation: Relation
    left: Nested
    right: Nested


class Greatest(NamedTuple):
    """The largest of several values."""

    candidates: tuple[Nested, ...]


class First(NamedTuple):
    """1 where the chosen one of several values is the greatest, of equal ones the first, else 0."""

    candidates: tuple[Nested, ...]
    chosen: int


Piece: TypeAlias = Leaf | Value | Parenthesis | Condition | Greatest | First | Named


class Product(NamedTuple):
    """``coefficient · Π piece^exponent``, the pieces in the order in which they are read."""

    coefficient: Rational
    powers: tuple[tuple[Piece, Rational], ...]


class _DeepError(Exception):
    """What is to be put in first."""

    def __init__(self, key: Key) -> None:
        self.key = key


class Substitution:
    """The entries of some equations with ``depth`` levels of what they read put in; None puts in all.

    At depth 1 the entries that a formula reads are replaced by the right sides of their own equations, as
    these stand; at depth 2 the entries in those too. A formula that is one product is multiplied in, one
    that stands alone in a sum is added in, any other gets parentheses.
    """

    def __init__(self, equations: Iterable[Equation], depth: int | None = None) -> None:
        self.equations = {eq.target: eq for eq in equations}
        self.depth = depth
        self._laid: dict[Tensor, tuple[tuple[int, ...], tuple[Layout, ...]]] = {}
        self._interned: dict[tuple[Product, ...], Nested] = {}
        self._known: dict[Key, Nested] = {}
        self._nested = 0

    def of(self, tensor: Tensor, position: int) -> Nested:
        """The formula of the entry at a flat position of a tensor that has an equation.

        Raises:
            AlgebraError: a size is symbolic, or a formula divides by another that is 0.
        """
        pending = [(tensor, position, -1 if self.depth is None else self.depth)]
        while pending:
            try:
                self._nested = 0
                formula = self._formula(*pending[-1])
            except _DeepError as deep:
                pending.append(deep.key)
            else:
                pending.pop()
        return formula

    def _formula(self, tensor: Tensor, position: int, level: int) -> Nested:
        key = (tensor, position, level)
        if key not in self._known:
            if self._nested == _DEEPEST:
                raise _DeepError(key)
            if tensor not in self._laid:
                eq = self.equations[tensor]
                self._laid[tensor] = whole_shape(tensor.shape), layouts(eq.body, eq.axes)
            shape, laid = self._laid[tensor]
            self._nested += 1
            self._known[key] = self._sum(laid, unflat(position, shape), level)
            self._nested -= 1
        return self._known[key]

    def _sum(self, laid: Sequence[Layout], values: tuple[int, ...], level: int) -> Nested:
        found: dict[frozenset[tuple[Piece, Rational]], Product] = {}
        for layout in laid:
            made: list[dict[int, Piece | Nested]] = [{} for _ in layout.sites]
            for point in layout.points(values):
                items = [
                    (self._placed(site, at, level, known), site.exponent)
                    for site, at, known in zip(layout.sites, point, made, strict=True)
                ]
                for coefficient, powers in _multiplied(layout.coefficient, items):
                    key = frozenset(powers)
                    if key in found:
                        coefficient += found[key].coefficient
                        powers = found[key].powers
                    found[key] = Product(coefficient, powers)
        return self._gathered([item for item in found.values() if item.coefficient])

    def _gathered(self, products: list[Product]) -> Nested:
        """The sum of products; a number that all have stands once, before a parenthesis around them."""
        common = products[0].coefficient if products else 1
        whole = all(p.coefficient == common and all(e > 0 for _, e in p.powers) for p in products)
        if len(products) > 1 and common > 0 and common != 1 and whole:
            inner = self._shared(tuple(Product(1, p.powers) for p in products))
            return self._shared((Product(common, ((Parenthesis(inner), 1),)),))
        return self._shared(tuple(products))

    def _shared(self, products: tuple[Product, ...]) -> Nested:
        if products not in self._interned:
            self._interned[products] = Nested(products, len(self._interned))
        return self._interned[products]

    def _placed(
        self, site: Site, position: int, level: int, known: dict[int, Piece | Nested]
    ) -> Piece | Nested:
        """The factor at a position of its site."""
        if position not in known:
            if site.entry is not None and isinstance(site.factor, Entry):
                known[position] = self._entry(site.entry.tensor, position, level)
            else:
                known[position] = self._factor(site.instance(position), level)
        return known[position]

    def _entry(self, tensor: Tensor, position: int, level: int) -> Piece | Nested:
        if level == 0 or tensor not in self.equations:
            return Leaf(tensor, position)
        return self._formula(tensor, position, max(level - 1, -1))

    def _factor(self, factor: Factor, level: int) -> Piece | Nested:
        """A factor whose indices are whole numbers."""
        match factor:
            case Entry(tensor, indices):
                position = 0
                for e, size in zip(indices, whole_shape(tensor.shape), strict=True):
                    position = position * size + _whole_index(e.const)
                return self._entry(tensor, position, level)
            case Call(function, argument):
                return Value(function, self._expression(argument, level))
            case Group(inner):
                return self._expression(inner, level)
            case ValueBracket(kind, inner):
                return self._condition(kind, self._expression(inner, level))
            case Max():
                return Greatest(tuple(self._candidates(factor, level).values()))
            case FirstMaximiser(maximum, at):
                candidates = self._candidates(maximum, level)
                place = tuple(_whole_index(e.const) for e in at)
                if place not in candidates:
                    return self._shared(())
                return First(tuple(candidates.values()), list(candidates).index(place))
            case Named():
                return factor
            case SizeFactor(size):
                raise AlgebraError(f"only whole sizes can be unrolled, and {size} is symbolic")

    def _condition(self, kind: Comparison, compared: Nested) -> Condition:
        varying = [product for product in compared.products if product.powers]
        fixed = [product for product in compared.products if not product.powers]
        sign = -1 if varying and varying[0].coefficient < 0 else 1
        left = self._shared(tuple(p._replace(coefficient=p.coefficient * sign) for p in varying))
        right = self._shared(tuple(p._replace(coefficient=p.coefficient * -sign) for p in fixed))
        return Condition(_FLIPPED[kind] if sign < 0 else kind, left, right)

    def _expression(self, expression: Expression, level: int) -> Nested:
        return self._sum(layouts(expression, ()), (), level)

    def _candidates(self, maximum: Max, level: int) -> dict[tuple[int, ...], Nested]:
        """The body at each place over which a maximum is taken, in row-major order."""
        found: dict[tuple[int, ...], Nested] = {}
        for values in box(*(range(n) for n in whole_shape(tuple(i.size for i in maximum.indices)))):
            here = {index: affine(value) for index, value in zip(maximum.indices, values, strict=True)}
            if all(decide(bracket.put(here)) for bracket in maximum.brackets):
                found[values] = self._expression(put(maximum.body, here), level)
        return found


def pieces_in(formula: Nested) -> Iterator[tuple[Piece, Rational]]:
    """The pieces of a formula and their exponents, as often as they stand in it; not what is inside them."""
    for product in formula.products:
        yield from product.powers


def inside(piece: Piece) -> tuple[Nested, ...]:
    """The formulas that a piece is made of."""
    match piece:
        case Value(_, inner) | Parenthesis(inner):
            return (inner,)
        case Condition(_, left, right):
            return left, right
        case Greatest(candidates) | First(candidates, _):
            return candidates
        case _:
            return ()


def within(formulas: Iterable[Nested]) -> list[Nested]:
    """The formulas and all inside them, each once, what is inside before what it is inside of."""
    found: dict[int, Nested] = {}
    pending = list(formulas)
    while pending:
        formula = pending.pop()
        if formula.number not in found:
            found[formula.number] = formula
            pending += (inner for piece, _ in pieces_in(formula) for inner in inside(piece))
    return [found[number] for number in sorted(found)]


def leaves(formulas: Iterable[Nested]) -> Iterator[Leaf]:
    """The names that the formulas read, each once."""
    found = (piece for formula in within(formulas) for piece, _ in pieces_in(formula))
    return iter(dict.fromkeys(piece for piece in found if isinstance(piece, Leaf)))


def _multiplied(coefficient: Rational, items: Iterable[tuple[Piece | Nested, Rational]]) -> Iterator[Product]:
    """The product of pieces and formulas, as the products that it adds to a sum."""
    powers: dict[Piece, Rational] = {}
    for item, exponent in items:
        if not isinstance(item, Nested):
            powers[item] = powers.get(item, 0) + exponent
        elif not item.products:
            if exponent < 0:
                raise AlgebraError("division by a formula that is identically 0")
            return
        elif len(item.products) == 1 and Fraction(exponent).denominator == 1:
            (one,) = item.products
            coefficient = coefficient * Fraction(one.coefficient) ** int(exponent)
            for piece, inner in one.powers:
                powers[piece] = powers.get(piece, 0) + inner * exponent
        else:
            piece = Parenthesis(item)
            powers[piece] = powers.get(piece, 0) + exponent
    coefficient = _whole(coefficient)
    kept = [(p, 1 if isinstance(p, Condition) and e > 0 else _whole(e)) for p, e in powers.items() if e]
    match kept:
        case [(Parenthesis(alone), 1)] if coefficient in (1, -1):
            yield from (p._replace(coefficient=p.coefficient * coefficient) for p in alone.products)
        case _:
            yield Product(coefficient, _in_reading_order(kept))


def _in_reading_order(powers: list[tuple[Piece, Rational]]) -> tuple[tuple[Piece, Rational], ...]:
    """Numbers, entries, parameters, adjoints; an adjoint leads where a function or a parenthesis follows."""
    local = any(not isinstance(piece, Leaf | Named) for piece, _ in powers)

    def place(item: tuple[Piece, Rational]) -> tuple[float, bool]:
        match item[0]:
            case Named():
                return 0, False
            case Leaf(tensor, _) if tensor.is_derivative:
                return (0.5 if local else 2), False
            case Leaf(tensor, _):
                return 1, tensor.role == "parameter"
            case Value() | Greatest():
                return 3, False
            case Parenthesis(inner):
                constant = all(isinstance(p, Named) for p, _ in pieces_in(inner))
                return (0 if constant else 4), False
            case _:
                return 5, False

    return tuple(sorted(powers, key=place))


def _whole_index(value: object) -> int:
    if not isinstance(value, int):
        raise AlgebraError(f"an entry at {value}, which is no whole number")
    return value


def _whole(value: Rational) -> Rational:
    return value.numerator if value.denominator == 1 else value
