"""Matrix expressions: the tree of a matrix form, and the shape of each of its nodes.

Every node stands for an array of a known shape: () for a number, one size for a column, two for a
matrix, more for what is only read entry by entry. What a node means is stated once, by
:mod:`symgrad.derivation.instances`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Rational
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import Comparison, Function

Shape: TypeAlias = tuple[int, ...]


class Part(NamedTuple):
    """``T``, or the part of it with its first indices fixed: ``w[o, c]``."""

    tensor: Tensor
    leading: tuple[Affine, ...] = ()


class Number(NamedTuple):
    """A rational number."""

    value: Rational


class Constant(NamedTuple):
    """A named constant."""

    name: str


class Everywhere(NamedTuple):
    """An array with one number in every entry."""

    inner: Node
    shape: Shape


class Sum(NamedTuple):
    """Arrays of one shape, added."""

    parts: tuple[Node, ...]


class Scaled(NamedTuple):
    """A rational multiple."""

    coefficient: Rational
    inner: Node


class Multiple(NamedTuple):
    """A number times an array."""

    scalar: Node
    inner: Node


class Hadamard(NamedTuple):
    """The product entry by entry, ⊙."""

    factors: tuple[Node, ...]


class Power(NamedTuple):
    """The power of each entry."""

    base: Node
    exponent: Rational


class Elementwise(NamedTuple):
    """A function of each entry."""

    function: Function
    inner: Node


class Indicator(NamedTuple):
    """1 where an entry compares with 0 as ``kind`` says, else 0."""

    kind: Comparison
    inner: Node


class Transpose(NamedTuple):
    """A matrix transposed; a column becomes a row."""

    inner: Node


class MatMul(NamedTuple):
    """A matrix times a matrix or a column."""

    left: Node
    right: Node


class Outer(NamedTuple):
    """``x yᵀ`` of two columns."""

    left: Node
    right: Node


class Total(NamedTuple):
    """The sum of all entries: ``1ᵀ x``, ``1ᵀ X 1``."""

    inner: Node


class SquaredNorm(NamedTuple):
    """``‖x‖²``: the sum of the squares of all entries."""

    inner: Node


class Correlation(NamedTuple):
    """``kernel ⋆ image``: the kernel is moved over the image by ``strides``, wherever it fits in whole."""

    kernel: Node
    image: Node
    strides: Shape


class FullConvolution(NamedTuple):
    """``left ∗ right``: wherever the two overlap, with one of them flipped."""

    left: Node
    right: Node


class Dilate(NamedTuple):
    """The array with ``step − 1`` zeros between neighbours along each axis."""

    inner: Node
    steps: Shape


class Pad(NamedTuple):
    """The array inside a border of zeros."""

    inner: Node
    widths: Shape


class Crop(NamedTuple):
    """The array from the place ``first`` on, cut off at the end or continued by zeros to ``shape``."""

    inner: Node
    first: Shape
    shape: Shape


class Vec(NamedTuple):
    """All entries in one column, row by row."""

    inner: Node


class Unvec(NamedTuple):
    """The array of a shape whose entries, row by row, are those of a column."""

    inner: Node
    shape: Shape


class OuterSum(NamedTuple):
    """``Σ`` over indices that choose parts of tensors, under conditions on them."""

    indices: tuple[Index, ...]
    conditions: tuple[Bracket, ...]
    inner: Node


Node: TypeAlias = (
    Part
    | Number
    | Constant
    | Everywhere
    | Sum
    | Scaled
    | Multiple
    | Hadamard
    | Power
    | Elementwise
    | Indicator
    | Transpose
    | MatMul
    | Outer
    | Total
    | SquaredNorm
    | Correlation
    | FullConvolution
    | Dilate
    | Pad
    | Crop
    | Vec
    | Unvec
    | OuterSum
)


class Form(NamedTuple):
    """``target[leading…] = body`` for every value of ``axes``; with none of them, of whole tensors."""

    target: Tensor
    leading: tuple[Affine, ...]
    axes: tuple[Index, ...]
    body: Node


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of, in reading order."""
    match node:
        case Sum(parts) | Hadamard(parts):
            return parts
        case MatMul(left, right) | Outer(left, right) | FullConvolution(left, right):
            return left, right
        case Multiple(scalar, inner):
            return scalar, inner
        case Correlation(kernel, image, _):
            return kernel, image
        case Power(inner, _) | Everywhere(inner, _) | Dilate(inner, _) | Pad(inner, _) | Unvec(inner, _):
            return (inner,)
        case Scaled(_, inner) | Elementwise(_, inner) | Indicator(_, inner):
            return (inner,)
        case Transpose(inner) | Total(inner) | SquaredNorm(inner) | Vec(inner):
            return (inner,)
        case Crop(inner, _, _) | OuterSum(_, _, inner):
            return (inner,)
        case _:
            return ()


def all_nodes(node: Node) -> Iterator[Node]:
    """The node and all inside it, in reading order."""
    yield node
    for child in children(node):
        yield from all_nodes(child)


def shape_of(node: Node) -> Shape:
    """The shape of the array that a node stands for."""
    match node:
        case Part(tensor, leading):
            return whole_shape(tensor.shape)[len(leading) :]
        case Number() | Constant() | Total() | SquaredNorm():
            return ()
        case Everywhere(_, shape) | Crop(_, _, shape) | Unvec(_, shape):
            return shape
        case Sum(parts) | Hadamard(parts):
            return shape_of(parts[0])
        case Scaled(_, inner) | Multiple(_, inner) | Power(inner, _) | OuterSum(_, _, inner):
            return shape_of(inner)
        case Elementwise(_, inner) | Indicator(_, inner):
            return shape_of(inner)
        case Transpose(inner):
            return (1, *shape_of(inner)) if len(shape_of(inner)) == 1 else shape_of(inner)[::-1]
        case MatMul(left, right):
            return (shape_of(left)[0], *shape_of(right)[1:])
        case Outer(left, right):
            return (*shape_of(left), *shape_of(right))
        case Correlation(kernel, image, strides):
            sizes = zip(shape_of(kernel), shape_of(image), strides, strict=True)
            return tuple((whole - part) // step + 1 for part, whole, step in sizes)
        case FullConvolution(left, right):
            return tuple(m + n - 1 for m, n in zip(shape_of(left), shape_of(right), strict=True))
        case Dilate(inner, steps):
            return tuple(s * (n - 1) + 1 for n, s in zip(shape_of(inner), steps, strict=True))
        case Pad(inner, widths):
            return tuple(n + 2 * p for n, p in zip(shape_of(inner), widths, strict=True))
        case Vec(inner):
            return (prod(shape_of(inner)),)


def length(index: Index) -> int:
    """The size of an index that runs over a whole number of values."""
    (size,) = whole_shape((index.size,))
    return size


def whole(value: Rational) -> Rational:
    """A rational number without a denominator of 1."""
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact
