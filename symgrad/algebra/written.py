"""Equations as they are written: the tree that an author's formula is, before any normal form.

The kinds of node are closed. A layer states its forward equation by building this tree with Python's
operators; everything else (normal form, the tests' oracles) is an interpreter of it::

    total(N, lambda j: w[i, j] * x[j]) + b[i]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import e
from numbers import Rational, Real
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn, TypeAlias

from symgrad.algebra.affine import Affine, AffineLike, Index
from symgrad.algebra.brackets import Bracket, equal, within
from symgrad.algebra.misuse import Piece
from symgrad.algebra.sizes import Polynomial, Size
from symgrad.errors import AlgebraError

if TYPE_CHECKING:  # a tensor gives its entries, and an entry knows its tensor: one idea in two files
    from symgrad.algebra.tensors import Tensor

Number: TypeAlias = "int | Fraction | float"
Comparison: TypeAlias = Literal[">", "<=", "="]
"""How a value bracket compares its expression with 0."""
WrittenLike: TypeAlias = "Written | Number | Polynomial"


class Written(Piece):
    """A node of an equation as written; combine nodes with ``+ − * / **``."""

    __slots__ = ()

    @property
    def what(self) -> str:
        """What it is."""
        return "a formula"

    @property
    def use(self) -> str:
        """What it is for."""
        return (
            "formulas are combined with + − * / and powers; "
            "Σ_j w[i, j]·x[j] is total(lambda j: w[i, j] * x[j])"
        )

    def __add__(self, other: WrittenLike) -> Written:
        return Sum((self, written(other)))

    def __radd__(self, other: WrittenLike) -> Written:
        return Sum((written(other), self))

    def __neg__(self) -> Written:
        return Product((Quantity(-1), self))

    def __sub__(self, other: WrittenLike) -> Written:
        return Sum((self, -written(other)))

    def __rsub__(self, other: WrittenLike) -> Written:
        return Sum((written(other), -self))

    def __mul__(self, other: WrittenLike) -> Written:
        return Product((self, written(other)))

    def __rmul__(self, other: WrittenLike) -> Written:
        return Product((written(other), self))

    def __truediv__(self, other: WrittenLike) -> Written:
        return Product((self, Power(written(other), Fraction(-1))))

    def __rtruediv__(self, other: WrittenLike) -> Written:
        return Product((written(other), Power(self, Fraction(-1))))

    def __pow__(self, exponent: Number) -> Written:
        return Power(self, _exponent(exponent))

    def __rpow__(self, base: Number) -> Written:
        """``base ^ x`` as ``exp(x · log base)``."""
        from symgrad.algebra.functions import (
            exp,
            log,
        )  # its rows are stated with the operations of this class

        if base == e:
            raise AlgebraError("e to the power x is exp(x)")
        if not base > 0:
            raise AlgebraError("a formula is an exponent of a positive number alone, as in 2**x")
        return quantity(1) if base == 1 else exp(self * log(written(base)))

    def __pos__(self) -> Written:
        return self

    def __abs__(self) -> Written:
        from symgrad.algebra.functions import (
            absolute,
        )  # its rows are stated with the operations of this class

        return absolute(self)

    def __getitem__(self, _: object) -> NoReturn:
        raise AlgebraError(
            "a formula is a single number and has no entries; where it stands for a tensor's entry "
            'it is read already, and a tensor with entries has a shape, as in x: "N"'
        )

    def __iter__(self) -> NoReturn:
        raise AlgebraError("a formula is a single number and is not iterated over")


class Quantity(Written):
    """A number, or a size used as a number."""

    __slots__ = ("value",)

    def __init__(self, value: Size) -> None:
        self.value = value


class Constant(Written):
    """A named real constant that no index touches: π, ε, η. ``positive`` if it is known to be."""

    __slots__ = ("name", "positive")

    def __init__(self, name: str, positive: bool = True) -> None:
        self.name = name
        self.positive = positive


class Read(Written):
    """An entry of a tensor: ``T[e₁, e₂, …]``."""

    __slots__ = ("indices", "tensor")

    def __init__(self, tensor: Tensor, indices: tuple[Affine, ...]) -> None:
        self.tensor = tensor
        self.indices = indices


class Sum(Written):
    """``p₁ + p₂ + …``."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Written, ...]) -> None:
        self.parts = parts


class Product(Written):
    """``p₁ · p₂ · …``."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Written, ...]) -> None:
        self.parts = parts


class Power(Written):
    """``base ^ exponent`` with a rational exponent."""

    __slots__ = ("base", "exponent")

    def __init__(self, base: Written, exponent: Fraction) -> None:
        self.base = base
        self.exponent = exponent


class Function(NamedTuple):
    """A scalar function: its name, how often an abstract one was differentiated, and its rule.

    ``rule`` maps the argument to the derivative there; None marks an abstract function, whose
    derivative is the next order of itself: f, f′, f″, …
    """

    name: str
    order: int = 0
    rule: Callable[[Written], Written] | None = None

    def __call__(self, argument: WrittenLike, /) -> Written:
        """The function's value at ``argument``, as written."""
        return Apply(self, written(argument))

    def derivative(self, argument: Written) -> Written:
        """The derivative at ``argument``."""
        if self.rule is not None:
            return self.rule(argument)
        return Apply(Function(self.name, self.order + 1), argument)

    @property
    def abstract(self) -> bool:
        """Whether nothing but the name is known."""
        return self.rule is None

    @property
    def identifier(self) -> str:
        """The name in programs: ``f``; of derivatives ``df``, ``d2f`` and so on."""
        prefix = "" if not self.order else "d" if self.order == 1 else f"d{self.order}"
        return prefix + self.name


class Apply(Written):
    """``f(argument)``."""

    __slots__ = ("argument", "function")

    def __init__(self, function: Function, argument: Written) -> None:
        self.function = function
        self.argument = argument


class Total(Written):
    """``Σ body`` over the indices."""

    __slots__ = ("body", "indices")

    def __init__(self, indices: tuple[Index, ...], body: Written) -> None:
        self.indices = indices
        self.body = body


class Iverson(Written):
    """A product of index brackets: 1 where all hold, else 0."""

    __slots__ = ("brackets",)

    def __init__(self, brackets: tuple[Bracket, ...]) -> None:
        self.brackets = brackets


class Compare(Written):
    """A value bracket, ``[e > 0]``, ``[e ≤ 0]`` or ``[e = 0]``; its derivative is 0 almost everywhere."""

    __slots__ = ("argument", "kind")

    def __init__(self, kind: Comparison, argument: Written) -> None:
        self.kind: Comparison = kind
        self.argument = argument


class Maximum(Written):
    """``max body`` over the index positions where all brackets hold (at least one must)."""

    __slots__ = ("body", "brackets", "indices")

    def __init__(self, indices: tuple[Index, ...], brackets: tuple[Bracket, ...], body: Written) -> None:
        self.indices = indices
        self.brackets = brackets
        self.body = body


class Definition(NamedTuple):
    """A tensor's forward equation as written: ``target[axes] = body``."""

    target: Tensor
    axes: tuple[Index, ...]
    body: Written


PI = Constant("pi")


def written(value: object) -> Written:
    """``value`` as a node.

    Raises:
        AlgebraError: it is neither a formula nor a number.
    """
    if isinstance(value, Written):
        return value
    if isinstance(value, int | Fraction | float | Polynomial):
        return quantity(value)
    if isinstance(value, Piece):
        raise AlgebraError(value.use)
    if isinstance(value, Rational):  # another library's, such as NumPy's int64
        return Quantity(Fraction(int(value.numerator), int(value.denominator)))
    if isinstance(value, Real):
        return quantity(float(value))
    kind = "a function; take its value, as in tanh(x)" if callable(value) else f"{type(value).__name__}"
    raise AlgebraError(f"a formula is made of formulas and real numbers, and this is {kind}")


def quantity(value: Number | Polynomial) -> Quantity:
    """A number or a size as a node; a float is the decimal that it prints as, so 0.1 is one tenth."""
    return Quantity(_exact(value) if isinstance(value, float) else value)


def _exponent(value: object) -> Fraction:
    if isinstance(value, float):
        exact, near = _exact(value), Fraction(value).limit_denominator(_NEAR)
        if exact.denominator > _LONG:
            hint = f": write Fraction({near.numerator}, {near.denominator})" if float(near) == value else ""
            raise AlgebraError(f"an exponent is exact, and {value} is a decimal of so many digits{hint}")
        return exact
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, Written):
        raise AlgebraError(
            "an exponent is a rational number; where x is positive, exp(y * log(x)) is x to the power y"
        )
    raise AlgebraError(
        f"an exponent is a rational number, such as 2 or Fraction(1, 3), not {type(value).__name__}"
    )


_LONG: Final = 10**9
"""The largest denominator of a decimal that somebody meant as it stands."""
_NEAR: Final = 1000
"""The largest denominator of a fraction that is offered for a decimal."""


def _exact(value: Number) -> Fraction:
    if isinstance(value, float):
        if value - value != 0:
            raise AlgebraError(f"an equation has finite numbers, and {value} is none")
        return Fraction(float.__repr__(value))
    return Fraction(value)


def total(sizes: Size | tuple[Size, ...], body: Callable[..., Written]) -> Written:
    """``Σ body(i, j, …)`` with one index per size; the letters are the body's parameter names."""
    indices = fresh(sizes, body)
    return Total(indices, body(*indices))


def maximum(
    sizes: Size | tuple[Size, ...],
    body: Callable[..., Written],
    where: Callable[..., tuple[Bracket, ...]] | None = None,
) -> Written:
    """``max body(i, j, …)`` over the positions where all of ``where(i, j, …)`` hold."""
    indices = fresh(sizes, body)
    return Maximum(indices, where(*indices) if where else (), body(*indices))


def define(target: Tensor, body: Callable[..., Written]) -> Definition:
    """``target[i, j, …] = body(i, j, …)``; the letters are the body's parameter names."""
    axes = fresh(target.shape, body)
    return Definition(target, axes, body(*axes))


def inside(*positions: tuple[AffineLike, Size]) -> Written:
    """1 where every position lies within its axis, ``[0 ≤ e < size]``, else 0."""
    return Iverson(tuple(bracket for e, size in positions for bracket in within(e, size)))


def same(left: AffineLike, right: AffineLike) -> Written:
    """``[left = right]``."""
    return Iverson((equal(left, right),))


def positive(argument: WrittenLike) -> Written:
    """``[argument > 0]``."""
    return Compare(">", written(argument))


def nonpositive(argument: WrittenLike) -> Written:
    """``[argument ≤ 0]``."""
    return Compare("<=", written(argument))


def reads(definition: Definition) -> tuple[Tensor, ...]:
    """The tensors that a definition reads as written, in the order in which they are met."""
    return tuple(dict.fromkeys(read.tensor for read in entries_read(definition)))


def entries_read(definition: Definition) -> Iterator[Read]:
    """The entries that a definition reads as written, in the order in which they are met."""
    return (node for node in nodes(definition.body) if isinstance(node, Read))


def nodes(body: Written) -> Iterator[Written]:
    """Every node of a tree, a node before its parts."""
    pending: list[Written] = [body]
    while pending:
        node = pending.pop()
        yield node
        match node:
            case Sum() | Product():
                pending += reversed(node.parts)
            case Power():
                pending.append(node.base)
            case Apply() | Compare():
                pending.append(node.argument)
            case Total() | Maximum():
                pending.append(node.body)
            case _:
                pass


def fresh(sizes: Size | tuple[Size, ...], body: Callable[..., Any]) -> tuple[Index, ...]:
    """One new index per size, lettered as the parameters of ``body``."""
    given = sizes if isinstance(sizes, tuple) else (sizes,)
    code = body.__code__
    letters = code.co_varnames[: code.co_argcount]
    if len(letters) != len(given):
        raise AlgebraError(f"{len(given)} axes and {len(letters)} indices: {', '.join(letters)}")
    return tuple(Index(size, letter) for size, letter in zip(given, letters, strict=True))
