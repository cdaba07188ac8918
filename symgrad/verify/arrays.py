"""Arrays of scalars, and what sums and products of them mean on a page.

A vector has shape ``(n,)`` and counts as a column; a transposed vector is a row ``(1, n)``. Juxtaposition and
``·`` are the matrix product, ``⊙`` and ``∘`` work entry by entry. What a page leaves out is done where it
is the only thing that fits: a number is added to each entry, a vector to each column (or row) of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod

from symgrad.verify.scalars import ONE, ZERO, Scalar, number, power, times, total


class MisfitError(Exception):
    """Shapes that do not fit together; the text says which."""


class UnknownSizeError(MisfitError):
    """Nothing says how large two factors are."""


class Array:
    """Scalars in row-major order.

    ``flexible`` is set where the context gives the size: for the identity, for ones, and for a name of
    which nothing says how large it is (``unknown``); the latter is made of the right shape by ``settle``.
    """

    __slots__ = ("entries", "flexible", "settle", "shape")

    def __init__(
        self,
        shape: tuple[int, ...],
        entries: tuple[Scalar, ...],
        flexible: str = "",
        settle: Callable[[tuple[int, ...]], Array] | None = None,
    ) -> None:
        self.shape = shape
        self.entries = entries
        self.flexible = flexible
        self.settle = settle

    @property
    def scalar(self) -> Scalar:
        """The one entry.

        Raises:
            MisfitError: there are several.
        """
        if len(self.entries) != 1 or self.flexible:
            raise MisfitError(f"{told(self)} stands where a number is needed")
        return self.entries[0]

    def map(self, function: Callable[[Scalar], Scalar]) -> Array:
        """The function of each entry."""
        settle = self.settle
        if settle is not None:
            return Array((), self.entries, self.flexible, lambda shape: settle(shape).map(function))
        return Array(self.shape, tuple(function(entry) for entry in self.entries), self.flexible)

    def at(self, position: tuple[int, ...]) -> Array:
        """What stands at leading indices from 0."""
        offset = 0
        for size, place in zip(self.shape, position, strict=False):
            offset = offset * size + place
        rest = self.shape[len(position) :]
        width = prod(rest)
        return Array(rest, self.entries[offset * width : (offset + 1) * width])


def scalar(value: Scalar) -> Array:
    """A number as an array without axes."""
    return Array((), (value,))


IDENTITY = Array((), (ONE,), "identity")
ONES = Array((), (ONE,), "ones")


def told(array: Array) -> str:
    """What kind of thing an array is, in words."""
    if array.flexible:
        return "something of unknown size" if array.flexible == "unknown" else f"the {array.flexible}"
    shape = array.shape
    match len(shape):
        case 0:
            return "a number"
        case 1:
            return f"a vector of {shape[0]}"
        case 2:
            return f"a row of {shape[1]}" if shape[0] == 1 else f"a {shape[0]}×{shape[1]} matrix"
        case _:
            return "an array of " + "×".join(map(str, shape))


def added(left: Array, right: Array) -> Array:
    """``left + right``."""
    if left.shape == right.shape and not (left.flexible or right.flexible):
        return Array(left.shape, tuple(total(pair) for pair in zip(left.entries, right.entries, strict=True)))
    if left.flexible and right.flexible:
        return _square(left, right)
    left, right = fitted(left, right)
    return Array(left.shape, tuple(total(pair) for pair in zip(left.entries, right.entries, strict=True)))


def _square(left: Array, right: Array) -> Array:
    """A sum of the identity, ones and the like: a square matrix whose size the context gives."""

    def settle(shape: tuple[int, ...]) -> Array:
        like = Array(shape, (ZERO,) * prod(shape))
        return added(added(like, left), right)

    return Array((), (ZERO,), "square", settle)


def fitted(left: Array, right: Array) -> tuple[Array, Array]:
    """Both in one shape, as a sum or an entrywise product needs them.

    Raises:
        MisfitError: there is no such shape.
    """
    if left.settle is not None and right.shape:
        left = left.settle(right.shape)
    elif right.settle is not None and left.shape:
        right = right.settle(left.shape)
    if left.flexible or right.flexible:
        if left.flexible and right.flexible:
            raise UnknownSizeError(f"{told(left)} and {told(right)}: nothing says how large they are")
        return (_made_like(left, right), right) if left.flexible else (left, _made_like(right, left))
    if left.shape == right.shape:
        return left, right
    if not left.shape:
        return Array(right.shape, left.entries * len(right.entries)), right
    if not right.shape:
        return left, Array(left.shape, right.entries * len(left.entries))
    if len(left.shape) < len(right.shape) or left.shape[0] == 1 != right.shape[0]:
        grown = _spread(left, right.shape)
        if grown:
            return grown, right
    grown = _spread(right, left.shape)
    if grown:
        return left, grown
    raise MisfitError(f"{told(left)} and {told(right)} do not have the same shape")


def _spread(small: Array, shape: tuple[int, ...]) -> Array | None:
    """A vector repeated over the columns of a matrix, or over its rows; a row over its rows."""
    if len(shape) != 2:
        return None
    rows, columns = shape
    if small.shape == (rows,):
        return Array(shape, tuple(small.entries[i] for i in range(rows) for _ in range(columns)))
    if small.shape in ((columns,), (1, columns)):
        return Array(shape, small.entries * rows)
    return None


def _made_like(flexible: Array, other: Array) -> Array:
    """The identity, or ones, in the shape of the other."""
    shape = other.shape
    if flexible.flexible == "identity":
        value = flexible.entries[0]
        if not shape:
            return scalar(value)
        if len(shape) != 2 or shape[0] != shape[1]:
            raise MisfitError(f"the identity and {told(other)} do not have the same shape")
        return Array(
            shape, tuple(value if i == j else ZERO for i in range(shape[0]) for j in range(shape[0]))
        )
    return Array(shape, flexible.entries * len(other.entries))


def entrywise(left: Array, right: Array) -> Array:
    """``left ⊙ right``; a vector beside a matrix is a row of it, as in array languages, and no column.

    Raises:
        MisfitError: the shapes do not fit.
    """
    for matrix, vector in ((left, right), (right, left)):
        if len(matrix.shape) == 2 and vector.shape == matrix.shape[:1] != matrix.shape[1:]:
            raise MisfitError(f"{told(left)} and {told(right)} do not have the same shape")
    left, right = fitted(left, right)
    return Array(left.shape, tuple(times(pair) for pair in zip(left.entries, right.entries, strict=True)))


def scaled(factor: Scalar, array: Array) -> Array:
    """A number times an array."""
    return array.map(lambda entry: times((factor, entry)))


def multiplied(left: Array, right: Array, *, dot: bool = False) -> Array:
    """The matrix product; ``dot`` says that a dot stands between: two vectors give a number.

    Raises:
        MisfitError: the inner sizes differ.
    """
    if left.flexible == "unknown" or right.flexible == "unknown":
        left, right = _settled(left, right)
    if left.flexible or right.flexible:
        return _with_flexible(left, right)
    if not left.shape:
        return scaled(left.entries[0], right)
    if not right.shape:
        return scaled(right.entries[0], left)
    a, b = left.shape, right.shape
    if len(a) > 2 or len(b) > 2:
        raise MisfitError(f"{told(left)} times {told(right)}")
    if len(a) == 1:
        if len(b) == 2 and b[0] == 1:
            return Array((a[0], b[1]), tuple(times((x, y)) for x in left.entries for y in right.entries))
        if dot and a == b:
            return scalar(total(times(pair) for pair in zip(left.entries, right.entries, strict=True)))
        if a[0] == 1:
            return scaled(left.entries[0], right)
        if b == (1,):
            return scaled(right.entries[0], left)
        raise MisfitError(f"{told(left)} times {told(right)}")
    inner = b[0]
    if a[1] != inner:
        if b == (1,):
            return scaled(right.entries[0], left)
        raise MisfitError(f"{told(left)} times {told(right)}")
    columns = 1 if len(b) == 1 else b[1]
    entries = tuple(
        total(times((left.entries[i * inner + k], right.entries[k * columns + j])) for k in range(inner))
        for i in range(a[0])
        for j in range(columns)
    )
    shape = (a[0], columns) if len(b) == 2 else (a[0],)
    return Array(() if shape in ((1,), (1, 1)) else shape, entries)


def _settled(left: Array, right: Array) -> tuple[Array, Array]:
    """Factors of an unknown size made as the other asks."""
    if right.flexible == "unknown" and right.settle is not None and not left.flexible:
        if len(left.shape) == 2:
            return left, right.settle((left.shape[1],))
        if not left.shape:
            return left, right.settle(())
    if left.flexible == "unknown" and left.settle is not None and not right.flexible:
        if len(right.shape) == 2 and right.shape[0] > 1:
            return left.settle((1, right.shape[0])), right
        if not right.shape:
            return left.settle(()), right
    raise UnknownSizeError(f"{told(left)} times {told(right)}: nothing says how large they are")


def _with_flexible(left: Array, right: Array) -> Array:
    for one, other in ((left, right), (right, left)):
        if one.flexible and not other.shape and not other.flexible:
            return _scaled_flexible(other.entries[0], one)
    for one, other in ((left, right), (right, left)):
        if one.flexible == "identity":
            return scaled(one.entries[0], other)
    if left.flexible == "square" and left.settle is not None and right.shape:
        return multiplied(left.settle((right.shape[0], right.shape[0])), right)
    if right.flexible == "square" and right.settle is not None and len(left.shape) == 2:
        return multiplied(left, right.settle((left.shape[1], left.shape[1])))
    factor = left.entries[0] if left.flexible else right.entries[0]
    if left.flexible == "ones" and right.flexible == "row of ones":
        return scaled(right.entries[0], left)
    if right.flexible == "row of ones" and len(left.shape) == 1:
        return scaled(factor, left)  # a column in every column: the sum that it stands in says how often
    if right.flexible == "ones" and len(left.shape) == 2 and left.shape[0] == 1:
        return scalar(times((factor, total(left.entries))))
    if left.flexible == "ones" and right.shape == (1, 1):
        return _scaled_flexible(right.entries[0], left)
    if left.flexible == "ones" and len(right.shape) == 2 and right.shape[0] == 1:
        return scaled(factor, right)  # a row on every row: the sum that it stands in says how often
    if right.flexible == "ones" and len(left.shape) == 2:
        rows, columns = left.shape
        sums = tuple(total(left.entries[i * columns : (i + 1) * columns]) for i in range(rows))
        return scaled(factor, Array((rows,), sums))
    if left.flexible == "row of ones":
        if len(right.shape) == 1:
            return scalar(times((factor, total(right.entries))))
        if len(right.shape) == 2:
            rows, columns = right.shape
            return scaled(
                factor, Array((1, columns), tuple(total(right.entries[j::columns]) for j in range(columns)))
            )
    raise UnknownSizeError(f"{told(left)} times {told(right)}: nothing says how large they are")


def _scaled_flexible(factor: Scalar, flexible: Array) -> Array:
    """A number times ones, the identity or something of unknown size."""
    settle = flexible.settle
    if settle is None:
        return Array((), (times((factor, flexible.entries[0])),), flexible.flexible)
    return Array((), flexible.entries, flexible.flexible, lambda shape: scaled(factor, settle(shape)))


def outer(left: Array, right: Array) -> Array:
    """Every entry of the left times every entry of the right."""
    return Array(left.shape + right.shape, tuple(times((x, y)) for x in left.entries for y in right.entries))


def contracted(left: Array, right: Array, axes: int) -> Array:
    """The sum over the axes that two Jacobians share, the last of the left and the first of the right."""
    kept, shared = left.shape[: len(left.shape) - axes], left.shape[len(left.shape) - axes :]
    if shared != right.shape[:axes]:
        raise MisfitError(f"{told(left)} and {told(right)} do not chain")
    inner, width = prod(shared), prod(right.shape[axes:])
    entries = tuple(
        total(times((left.entries[i * inner + k], right.entries[k * width + j])) for k in range(inner))
        for i in range(prod(kept))
        for j in range(width)
    )
    return Array(kept + right.shape[axes:], entries)


def transposed(array: Array) -> Array:
    """``arrayᵀ``; of a vector the row."""
    settle = array.settle
    if array.flexible == "unknown" and settle is not None:
        return Array(
            (),
            array.entries,
            "unknown",
            lambda shape: transposed(settle(shape[::-1] if len(shape) == 2 and shape[0] > 1 else shape[-1:])),
        )
    match array.flexible:
        case "ones":
            return Array((), array.entries, "row of ones")
        case "row of ones":
            return Array((), array.entries, "ones")
        case "square" if settle is not None:
            return Array((), array.entries, "square", lambda shape: transposed(settle(shape)))
    match array.shape:
        case ():
            return array
        case (n,):
            return Array((1, n), array.entries)
        case (1, n):
            return Array((n,), array.entries)
        case (m, n):
            return Array((n, m), tuple(array.entries[i * n + j] for j in range(n) for i in range(m)))
        case _:
            raise MisfitError(f"{told(array)} has no transpose")


def divided(top: Array, bottom: Array) -> Array:
    """``top / bottom``, entry by entry where the bottom is no number."""
    if not bottom.shape and not bottom.flexible:
        return scaled(power(bottom.entries[0], -1), top)
    return entrywise(top, bottom.map(lambda entry: power(entry, -1)))


def sum_of_squares(array: Array) -> Scalar:
    """``Σ entry²``."""
    return total(power(entry, 2) for entry in array.entries)


def trace(array: Array) -> Scalar:
    """``Σ_i A_ii``."""
    if not array.shape:
        return array.scalar
    if len(array.shape) != 2 or array.shape[0] != array.shape[1]:
        raise MisfitError(f"{told(array)} has no trace")
    n = array.shape[0]
    return total(array.entries[i * n + i] for i in range(n))


def diagonal(array: Array) -> Array:
    """The matrix with a vector on its diagonal; of a matrix its diagonal."""
    if len(array.shape) == 2 and array.shape[0] == array.shape[1]:
        n = array.shape[0]
        return Array((n,), tuple(array.entries[i * n + i] for i in range(n)))
    if len(array.shape) != 1:
        raise MisfitError(f"{told(array)} has no diagonal")
    n = array.shape[0]
    return Array((n, n), tuple(array.entries[i] if i == j else ZERO for i in range(n) for j in range(n)))


def stacked(rows: Iterable[Iterable[Array]]) -> Array:
    """A matrix written entry by entry; a single column is a vector."""
    lists = [list(row) for row in rows]
    width = {len(row) for row in lists}
    if len(width) != 1:
        raise MisfitError("a matrix whose rows have different lengths")
    entries = tuple(entry.scalar for row in lists for entry in row)
    columns = width.pop()
    return Array((len(lists),) if columns == 1 else (len(lists), columns), entries)


def agreed_shapes(left: Array, right: Array) -> tuple[Array, Array] | None:
    """Both sides of an equality in one shape, or None: a number may stand for an array only where it is 0."""
    if left.flexible or right.flexible:
        try:
            return fitted(left, right)
        except MisfitError:
            return None
    if left.shape == right.shape:
        return left, right
    squeezed = [tuple(size for size in array.shape if size != 1) for array in (left, right)]
    if squeezed[0] == squeezed[1] and len(squeezed[0]) == 0:
        return Array((), left.entries), Array((), right.entries)
    if squeezed[0] == squeezed[1] and abs(len(left.shape) - len(right.shape)) == 1:
        column = max(left.shape, right.shape, key=len)
        if len(column) == 2 and column[1] == 1:  # a vector is a matrix of one column
            return Array(column[:1], left.entries), Array(column[:1], right.entries)
    for one, other in ((left, right), (right, left)):
        if not one.shape and one.entries[0] is ZERO:
            zeros = Array(other.shape, (ZERO,) * len(other.entries))
            return (zeros, other) if one is left else (other, zeros)
    return None


def numbers(value: int) -> Array:
    """A whole number as an array."""
    return scalar(number(value))


def stack(arrays: list[Array]) -> Array:
    """Arrays of one shape along a new first axis."""
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1:
        raise MisfitError("entries of different shapes")
    return Array((len(arrays), *shapes.pop()), tuple(entry for array in arrays for entry in array.entries))
