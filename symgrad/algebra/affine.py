"""Indices and affine combinations of them: ``2·i + u − p``.

An index is an identity with a size and a preferred letter. Two indices that print alike are
different objects; letters are chosen at printing time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import count
from numbers import Integral
from typing import Any, TypeAlias

from symgrad.algebra.misuse import Piece
from symgrad.algebra.sizes import Polynomial, Size, divided, exact, size_text
from symgrad.errors import AlgebraError

_serials = count()


class Index:
    """An index that runs over ``0 … size − 1``; equal only to itself."""

    __slots__ = ("letter", "serial", "size")

    def __init__(self, size: Size, letter: str) -> None:
        self.size = size
        self.letter = letter
        self.serial = next(_serials)

    def again(self) -> Index:
        """A new index of the same size and preferred letter."""
        return Index(self.size, self.letter)

    def __repr__(self) -> str:
        return f"{self.letter}#{self.serial}"

    def __add__(self, other: Affine | Index | Size) -> Affine:
        return affine(self) + other

    __radd__ = __add__

    def __sub__(self, other: Affine | Index | Size) -> Affine:
        return affine(self) - other

    def __rsub__(self, other: Affine | Index | Size) -> Affine:
        return -affine(self) + other

    def __mul__(self, factor: Size) -> Affine:
        return affine(self) * factor

    __rmul__ = __mul__

    def __neg__(self) -> Affine:
        return affine(self) * -1


class Affine:
    """``const + Σ coefficient · index``; coefficients are sizes, rational where a bracket guards them."""

    __slots__ = ("coefficients", "const")

    def __init__(self, const: Size, coefficients: Mapping[Index, Size]) -> None:
        self.const = const
        self.coefficients = coefficients

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Affine)
            and self.const == other.const
            and self.coefficients == other.coefficients
        )

    def __hash__(self) -> int:
        return hash((self.const, frozenset(self.coefficients.items())))

    def __iter__(self) -> Iterator[Index]:
        return iter(self.coefficients)

    def __add__(self, other: Affine | Index | Size) -> Affine:
        other = affine(other)
        coefficients = dict(self.coefficients)
        for index, coefficient in other.coefficients.items():
            total = coefficients.get(index, 0) + coefficient
            if total:
                coefficients[index] = exact(total)
            else:
                del coefficients[index]
        return Affine(exact(self.const + other.const), coefficients)

    __radd__ = __add__

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Affine | Index | Size) -> Affine:
        return self + affine(other) * -1

    def __rsub__(self, other: Affine | Index | Size) -> Affine:
        return -self + other

    def __mul__(self, factor: Size) -> Affine:
        if not factor:
            return Affine(0, {})
        return Affine(
            exact(self.const * factor), {i: exact(c * factor) for i, c in self.coefficients.items()}
        )

    __rmul__ = __mul__

    def over(self, divisor: int) -> Affine:
        """``self / divisor``, exactly."""
        return Affine(
            divided(self.const, divisor), {i: divided(c, divisor) for i, c in self.coefficients.items()}
        )

    def put(self, mapping: Mapping[Index, Affine]) -> Affine:
        """``self`` with indices replaced, all at once."""
        result = Affine(self.const, {i: c for i, c in self.coefficients.items() if i not in mapping})
        for index, coefficient in self.coefficients.items():
            if index in mapping:
                result = result + mapping[index] * coefficient
        return result

    def lone(self) -> Index | None:
        """The index that this is, if it is nothing but one index."""
        if len(self.coefficients) == 1 and not self.const:
            ((index, coefficient),) = self.coefficients.items()
            if coefficient == 1:
                return index
        return None

    def __repr__(self) -> str:
        parts = [f"{size_text(c)}*{i!r}" for i, c in self.coefficients.items()]
        return " + ".join([*parts, size_text(self.const)])


class Position(Piece):
    """An affine combination in the hands of an equation's author: it can be moved, and not compared.

    Indices are compared by identity all over the algebra, so that ``i == j`` would be false for all places.
    """

    __slots__ = ("e",)

    def __init__(self, e: Affine) -> None:
        self.e = e

    @property
    def what(self) -> str:
        """What it is."""
        return "an index"

    @property
    def use(self) -> str:
        """What it is for."""
        return (
            "an index says which entry is read, as in w[i, 2 * j + 1]: it is added to indices and whole "
            "numbers, multiplied by whole numbers, and is itself no number in a formula"
        )

    def __add__(self, other: Position | Size) -> Position:
        return Position(self.e + affine(other))

    __radd__ = __add__

    def __sub__(self, other: Position | Size) -> Position:
        return Position(self.e - affine(other))

    def __rsub__(self, other: Position | Size) -> Position:
        return Position(affine(other) - self.e)

    def __mul__(self, factor: Any) -> Position:
        by = None if isinstance(factor, Piece) else affine(factor)
        if by is None or by.coefficients:
            raise AlgebraError(self.use)
        return Position(self.e * by.const)

    __rmul__ = __mul__

    def __neg__(self) -> Position:
        return Position(-self.e)

    def __pos__(self) -> Position:
        return self

    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = Piece.no_operation
    __abs__ = Piece.no_operation


AffineLike: TypeAlias = "Affine | Index | Position | Size"


def affine(value: AffineLike) -> Affine:
    """``value`` as an affine combination.

    Raises:
        AlgebraError: it is none.
    """
    if isinstance(value, Affine):
        return value
    if isinstance(value, Index):
        return Affine(0, {value: 1})
    if isinstance(value, int):
        return Affine(value, {})
    if isinstance(value, Position):
        return value.e
    return Affine(_size(value), {})


def _size(value: object) -> Size:
    """A size, or a whole number of another library, such as NumPy's int64."""
    if isinstance(value, int | Fraction | Polynomial):
        return value
    if isinstance(value, Integral):
        return int(value)
    what = value.what if isinstance(value, Piece) else f"{type(value).__name__}, which is none of them"
    raise AlgebraError(f"a place is made of indices and whole numbers, and this is {what}")


def position(index: Index) -> Position:
    """The index as the author of an equation gets it."""
    return Position(affine(index))
