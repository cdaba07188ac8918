"""What the equation of a layer is written with: sums, maxima, conditions and functions.

from symgrad.equations import exp, total

lambda i: exp(z[i]) / total(lambda k: exp(z[k]))
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import FunctionType

from symgrad.algebra.affine import AffineLike, Index, position
from symgrad.algebra.brackets import Bracket, within
from symgrad.algebra.extents import size_alone
from symgrad.algebra.functions import (
    absolute,
    abstract,
    cos,
    cosh,
    erf,
    exp,
    log,
    relu,
    sigmoid,
    sin,
    sinh,
    softplus,
    tanh,
)
from symgrad.algebra.sizes import Polynomial, Size
from symgrad.algebra.written import (
    PI,
    Iverson,
    Maximum,
    Total,
    Written,
    WrittenLike,
    fresh,
    nonpositive,
    positive,
    same,
    written,
)
from symgrad.errors import AlgebraError, printable

__all__ = [
    "PI",
    "absolute",
    "abstract",
    "cos",
    "cosh",
    "erf",
    "exp",
    "inside",
    "log",
    "maximum",
    "nonpositive",
    "positive",
    "relu",
    "same",
    "sigmoid",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "tanh",
    "total",
]


def total(body: Callable[..., WrittenLike], over: Size | tuple[Size, ...] | None = None) -> Written:
    """``Σ body(i, j, …)`` over the indices that are the parameters of ``body``.

    Each index runs over the axis that it reads alone; ``over`` gives the sizes where it reads none alone.

    Raises:
        AlgebraError: nothing tells how far an index runs.
    """
    indices = _indices(body, over, "total")
    return Total(indices, _body(body, indices))


def maximum(
    body: Callable[..., WrittenLike],
    over: Size | tuple[Size, ...] | None = None,
    where: Callable[..., tuple[Bracket, ...]] | None = None,
) -> Written:
    """``max body(i, j, …)``, of ties the first; over the places where all of ``where(i, j, …)`` hold.

    Raises:
        AlgebraError: nothing tells how far an index runs.
    """
    indices = _indices(body, over, "maximum")
    return Maximum(indices, where(*map(position, indices)) if where else (), _body(body, indices))


def inside(e: AffineLike, size: Size) -> Written:
    """1 where ``0 ≤ e < size``, else 0; it guards what it multiplies: padding is ``inside(e, n) * a[e]``."""
    return Iverson(within(e, size))


def sqrt(x: WrittenLike) -> Written:
    """The square root."""
    return written(x) ** Fraction(1, 2)


def _indices(
    body: Callable[..., WrittenLike], over: Size | tuple[Size, ...] | None, what: str
) -> tuple[Index, ...]:
    if not isinstance(body, FunctionType):
        raise AlgebraError(f"{what} takes a function of its indices: {what}(lambda j: x[j])")
    if body.__defaults__ or body.__kwdefaults__:
        raise AlgebraError(
            f"the parameters of the function that {what} takes are indices, which have no default"
        )
    sizes = over if isinstance(over, tuple) else (over,)
    for size in sizes if over is not None else ():
        if not isinstance(size, int | Polynomial) or (isinstance(size, int) and size < 1):
            raise AlgebraError(
                f"an index runs over a whole number of places from 1 on, not over={printable(repr(over))}"
            )
    return fresh((0,) * body.__code__.co_argcount if over is None else over, body)


def _body(body: Callable[..., WrittenLike], indices: tuple[Index, ...]) -> Written:
    """The body at the indices; each index of size 0 gets the size that follows from it."""
    node = written(body(*map(position, indices)))
    for index in indices:
        index.size = index.size or _size(index, node)
    return node


def _size(index: Index, body: Written) -> Size:
    found = size_alone(index, body)
    if found is None:
        raise AlgebraError(
            f"nothing tells how far {index.letter} runs: no axis is read at {index.letter} alone; "
            f"total(lambda {index.letter}: …, over=3) says it"
        )
    return found
