"""Matrix forms: an equation in index form, recognised as products of matrices, columns and images.

The recogniser looks at indices and at nothing else: not at layers, nor at what a tensor is called. Each
term is a product of pieces, arrays read at one tuple of indices. The last indices of a tuple are its
*core*, which a matrix operation acts on; those before it choose a part of the tensor and stay in sight. A
table of patterns says which operation ties the cores together. What is found is compared with the index
form entry by entry (:mod:`symgrad.derivation.instances`) before anyone sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.program import Equation
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    Group,
    Named,
    Rational,
    Term,
    ValueBracket,
    entries_of_factor,
    lone_entry,
    put,
)
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.instances import UncheckableError, agrees
from symgrad.derivation.matrices import (
    Constant,
    Correlation,
    Crop,
    Dilate,
    Elementwise,
    Everywhere,
    Form,
    FullConvolution,
    Hadamard,
    Indicator,
    MatMul,
    Multiple,
    Node,
    Number,
    Outer,
    OuterSum,
    Pad,
    Part,
    Power,
    Scaled,
    Shape,
    SquaredNorm,
    Sum,
    Total,
    Transpose,
    Unvec,
    Vec,
    children,
    length,
    shape_of,
    whole,
)
from symgrad.derivation.readable import closed_form

Refusal: TypeAlias = Literal["no matrix form", "symbolic size", "unchecked"]
"""Why an equation stays in index form: no pattern holds, a size is no number, a check would take too long."""

_MOST_WAYS = 256


def matrix_form(equation: Equation) -> Form | Refusal:
    """The matrix form of an equation, checked, or why it has none."""
    if any(
        not isinstance(size, int) for tensor in (equation.target, *equation.reads()) for size in tensor.shape
    ):
        return "symbolic size"
    try:
        return next((form for form in recognised(equation) if agrees(form, equation)), "no matrix form")
    except UncheckableError:
        return "unchecked"


def recognised(equation: Equation) -> Iterator[Form]:
    """The forms that the patterns suggest, unchecked, the plainest first."""
    target, axes, body = equation
    moved = _moved(equation)
    if moved is not None:
        yield moved
        return
    zeros = {index: affine(0) for index in axes if index.size == 1}
    body = put(body, zeros) if zeros else body
    rank = len(axes)
    for core in dict.fromkeys((rank, *range(min(rank, 2), -1, -1))):
        leading, inner = axes[: rank - core], axes[rank - core :]
        nodes = [_term(term, leading, inner, whole_elements=core == rank) for term in body.terms]
        parts = tuple(node for node in nodes if node is not None)
        if parts and len(parts) == len(nodes) and not (leading and all(map(_mere_numbers, parts))):
            at = tuple(affine(0) if index in zeros else affine(index) for index in leading)
            free = tuple(index for index in leading if index not in zeros)
            yield Form(target, at, free, parts[0] if len(parts) == 1 else Sum(parts))


def _mere_numbers(node: Node) -> bool:
    """Whether no array stands in an expression, so that it is an index form in disguise."""
    return not shape_of(node) and all(map(_mere_numbers, children(node)))


# Moved entries.


def _moved(equation: Equation) -> Form | None:
    """``v = vec(a)`` and its inverse: a lone entry at the digits of its place, or at their number."""
    target, axes, body = equation
    entry = lone_entry(body)
    if len(axes) > 1 and entry is not None and len(entry.indices) == 1 and _is_number(entry.indices[0], axes):
        return Form(target, (), (), Unvec(Part(entry.tensor), whole_shape(target.shape)))
    if len(axes) == 1:
        form = closed_form(equation)
        entry = lone_entry(form.body)
        several = entry is not None and (len(form.axes) > 1 or len(entry.indices) > 2)
        if entry is not None and several and _is_number(form.left[0], form.axes):
            read = [e.lone() for e in entry.indices if e.coefficients]
            if read == list(form.axes) and not any(e.const for e in entry.indices):
                return Form(target, (), (), Vec(Part(entry.tensor)))
    return None


def _is_number(e: Affine, digits: Sequence[Index]) -> bool:
    """Whether ``e`` is the number whose digits, the longest stride first, are these indices."""
    strides, stride = {}, 1
    for index in reversed(digits):
        if index.size != 1:
            strides[index] = stride
        stride *= length(index)
    return e.const == 0 and {i: c for i, c in e.coefficients.items() if i.size != 1} == strides


# Pieces.


class _Piece(NamedTuple):
    """Factors that are read at one tuple of indices, entry by entry."""

    at: tuple[Affine, ...]
    factors: tuple[tuple[Factor, Rational], ...]

    def node(self, leading: int) -> Node:
        """The array that the factors make, where the first ``leading`` indices choose a part."""
        factors = [_powered(_elementwise(f, leading), e) for f, e in self.factors]
        return factors[0] if len(factors) == 1 else Hadamard(tuple(factors))


def _pieces(term: Term) -> list[_Piece] | None:
    """The pieces of a term in reading order, or None where a factor is no array read entry by entry.

    Arrays that are both read at 0 need not be read at the same index: an axis of size 1 has no other.
    """
    found: dict[object, _Piece] = {}
    for n, (factor, exponent) in enumerate(term.powers):
        at = _read_at(factor)
        if at is None or not _is_count(exponent):
            return None
        key = (at, n) if any(not e.coefficients for e in at) else at
        piece = found.setdefault(key, _Piece(at, ()))
        found[key] = piece._replace(factors=(*piece.factors, (factor, exponent)))
    return list(found.values())


def _read_at(factor: Factor) -> tuple[Affine, ...] | None:
    """The one tuple of indices at which all entries of a factor are read; None where there are several."""
    if not _plain(factor):
        return None
    tuples = {entry.indices for entry in entries_of_factor(factor) if entry.indices}
    return tuples.pop() if len(tuples) == 1 else () if not tuples else None


def _plain(factor: Factor) -> bool:
    """Whether a factor is made of entries and functions alone, without sums over indices."""
    match factor:
        case Entry() | Named():
            return True
        case Call(_, inner) | Group(inner) | ValueBracket(_, inner):
            return all(
                not term.bound
                and not term.brackets
                and all(_plain(f) and _is_count(e) for f, e in term.powers)
                for term in inner.terms
            )
        case _:
            return False


def _is_count(exponent: Rational) -> bool:
    """Whether a power is a product; quotients and roots are better read in index form."""
    return exponent > 0 and Fraction(exponent).denominator == 1


def _elementwise(factor: Factor, leading: int) -> Node:
    match factor:
        case Entry(tensor, indices):
            return Part(tensor, indices[:leading])
        case Call(function, argument):
            return Elementwise(function, _of_expression(argument, leading))
        case Group(inner):
            return _of_expression(inner, leading)
        case ValueBracket(kind, inner):
            return Indicator(kind, _of_expression(inner, leading))
        case Named(name, _):
            return Constant(name)
        case _:
            raise TypeError(f"{type(factor).__name__} is not read entry by entry")


def _of_expression(expression: Expression, leading: int) -> Node:
    parts = []
    for term in expression.terms:
        factors = [_powered(_elementwise(f, leading), e) for f, e in term.powers]
        parts.append(_scaled(term.coefficient, _multiplied(factors)))
    shape = max((shape_of(part) for part in parts), key=len, default=())
    lifted = tuple(part if shape_of(part) == shape else Everywhere(part, shape) for part in parts)
    if len(lifted) == 1:
        return lifted[0]
    return Sum(lifted) if lifted else Number(0)


def _multiplied(factors: Sequence[Node]) -> Node:
    """The product of numbers and arrays of one shape."""
    scalars = [node for node in factors if not shape_of(node)]
    arrays = [node for node in factors if shape_of(node)]
    if not arrays:
        return _scalar(scalars)
    inner = arrays[0] if len(arrays) == 1 else Hadamard(tuple(arrays))
    return Multiple(_scalar(scalars), inner) if scalars else inner


def _scalar(factors: Sequence[Node]) -> Node:
    if not factors:
        return Number(1)
    return factors[0] if len(factors) == 1 else Hadamard(tuple(factors))


def _powered(node: Node, exponent: Rational) -> Node:
    return node if exponent == 1 else Power(node, exponent)


def _scaled(coefficient: Rational, node: Node) -> Node:
    if isinstance(node, Number):
        return Number(whole(Fraction(coefficient) * Fraction(node.value)))
    return node if coefficient == 1 else Scaled(coefficient, node)


# One term.


class _Cores(NamedTuple):
    """What the patterns see of a term: the target's core, and each array with its own."""

    target: tuple[Index, ...]
    arrays: tuple[tuple[tuple[Index, ...], Node], ...]
    bound: frozenset[Index]

    @property
    def shape(self) -> Shape:
        """The shape of the target's core."""
        return tuple(length(index) for index in self.target)


def _term(
    term: Term, leading: tuple[Index, ...], core: tuple[Index, ...], *, whole_elements: bool
) -> Node | None:
    pieces = _pieces(term)
    if pieces is None:
        return None
    node = _by_letters(term, pieces, core, whole_elements=whole_elements)
    if node is None and 1 <= len(core) <= 2:
        node = _by_windows(term, pieces, leading, core)
    return None if node is None else _scaled(term.coefficient, node)


def _by_letters(
    term: Term,
    pieces: list[_Piece],
    core: tuple[Index, ...],
    *,
    whole_elements: bool,
) -> Node | None:
    """The term by the patterns whose cores are read at indices that stand alone.

    The 0 of an axis of size 1 may be any index of size 1: one of the target, or one that is summed over.
    """
    summed = Index(1, "u")
    sizes = [_core_sizes(len(piece.at), whole_elements=whole_elements) for piece in pieces]
    grouped: dict[tuple[int, int], list[_Split]] = {}
    for left, at in _ways(pieces, core, summed):
        for counts in product(*sizes):
            split = _with_cores(term, pieces, at, counts, core, summed)
            if split is not None:
                grouped.setdefault((left, -sum(counts)), []).append(split)
    for _, splits in sorted(grouped.items(), key=lambda item: item[0]):
        for pattern, split in product(PATTERNS, splits):
            node = pattern(split.cores)
            if node is not None:
                return _summed(term, split.outer, _several(split.scalars, node))
    return None


def _ways(
    pieces: list[_Piece], core: tuple[Index, ...], summed: Index
) -> Iterator[tuple[int, tuple[tuple[Affine, ...], ...]]]:
    """The tuples of indices of the pieces, with each 0 of an axis of size 1 read in every way.

    With them how many such 0 are left as they are.
    """
    zero = affine(0)
    ones = [*(affine(index) for index in core if index.size == 1), affine(summed), zero]
    places = [
        (n, k)
        for n, piece in enumerate(pieces)
        for k, size in enumerate(_sizes(piece))
        if size == 1 and piece.at[k] == zero
    ]
    if len(ones) ** len(places) > _MOST_WAYS:
        places = []
    for choice in product(ones, repeat=len(places)):
        chosen = dict(zip(places, choice, strict=True))
        yield (
            choice.count(zero),
            tuple(
                tuple(chosen.get((n, k), e) for k, e in enumerate(piece.at)) for n, piece in enumerate(pieces)
            ),
        )


def _sizes(piece: _Piece) -> tuple[int, ...]:
    entry = next((e for f, _ in piece.factors for e in entries_of_factor(f) if e.indices), None)
    return () if entry is None else whole_shape(entry.tensor.shape)


def _core_sizes(rank: int, *, whole_elements: bool) -> Sequence[int]:
    least = list(range(min(2, rank), -1, -1))
    return [rank, *least] if whole_elements and rank > 2 else least


class _Split(NamedTuple):
    """One way to tell cores from the indices that choose parts."""

    cores: _Cores
    scalars: tuple[Node, ...]
    outer: tuple[Index, ...]


def _with_cores(
    term: Term,
    pieces: list[_Piece],
    at: tuple[tuple[Affine, ...], ...],
    counts: tuple[int, ...],
    core: tuple[Index, ...],
    summed: Index,
) -> _Split | None:
    bound = {*term.bound, summed}
    cores: list[tuple[Index, ...]] = []
    for piece, tuple_, count in zip(pieces, at, counts, strict=True):
        alone = [e.lone() for e in tuple_[len(tuple_) - count :]]
        sizes = _sizes(piece)[len(tuple_) - count :]
        if any(i is not None and i.size != size for i, size in zip(alone, sizes, strict=True)):
            return None  # an index that does not reach over its whole axis
        cores.append(tuple(index for index in alone if index is not None))
        if len(cores[-1]) != count:
            return None
    choosing = [part for e, count in zip(at, counts, strict=True) for part in e[: len(e) - count]]
    if not all(map(_whole, choosing)):
        return None
    first = [index for part in choosing for index in part]
    contracted = frozenset(index for inner in cores for index in inner if index in bound)
    outer = _outer(term, first, contracted, core)
    if outer is None or summed in first or any(not set(b.e) & set(outer) for b in term.brackets):
        return None
    if any(index in contracted for bracket in term.brackets for index in bracket.e):
        return None
    nodes = [piece.node(len(e) - count) for piece, e, count in zip(pieces, at, counts, strict=True)]
    arrays = tuple((inner, node) for inner, node in zip(cores, nodes, strict=True) if inner)
    scalars = tuple(node for inner, node in zip(cores, nodes, strict=True) if not inner)
    if outer and not arrays:
        return None  # a sum of numbers, which is better read in index form
    return _Split(_Cores(core, arrays, contracted), scalars, outer)


def _whole(e: Affine) -> bool:
    return all(isinstance(size, int) for size in (e.const, *e.coefficients.values()))


def _outer(
    term: Term, first: Sequence[Index], inside: frozenset[Index], core: tuple[Index, ...]
) -> tuple[Index, ...] | None:
    """The bound indices that choose parts of tensors; None where an index would do two things, or nothing."""
    if any(index in core or index in inside for index in first):
        return None
    outer = tuple(index for index in term.bound if index not in inside)
    tied = [*first, *(index for bracket in term.brackets for index in bracket.e)]
    return outer if all(index in tied for index in outer) else None


def _several(scalars: Sequence[Node], node: Node) -> Node:
    if not scalars:
        return node
    if node == Number(1):
        return _scalar(scalars)
    if isinstance(node, Everywhere) and node.inner == Number(1):
        return Everywhere(_scalar(scalars), node.shape)
    return Multiple(_scalar(scalars), node)


def _summed(term: Term, outer: tuple[Index, ...], node: Node) -> Node:
    conditions = tuple(b for b in term.brackets if b.e.coefficients and set(b.e) & set(outer))
    return OuterSum(outer, conditions, node) if outer else node


# The table of patterns: cores that stand alone.

Pattern: TypeAlias = Callable[[_Cores], "Node | None"]


def _constant(seen: _Cores) -> Node | None:
    """A number, in every entry of the target's core."""
    if seen.arrays:
        return None
    return Everywhere(Number(1), seen.shape) if seen.target else Number(1)


def _alike(seen: _Cores) -> Node | None:
    """``x[i] y[i]``, entry by entry: x ⊙ y."""
    if seen.target and all(core == seen.target for core, _ in seen.arrays):
        return _multiplied([node for _, node in seen.arrays]) if seen.arrays else None
    return None


def _totalled(seen: _Cores) -> Node | None:
    """``Σ_i x[i]``, and ``Σ_i x[i]²``: 1ᵀ x and ‖x‖²."""
    cores = {core for core, _ in seen.arrays}
    if seen.target or len(cores) != 1:
        return None
    (core,) = cores
    if len(set(core)) != len(core) or not set(core) <= seen.bound:
        return None
    inner = _multiplied([node for _, node in seen.arrays])
    if isinstance(inner, Power) and inner.exponent == 2:
        return SquaredNorm(inner.base)
    return Total(inner)


def _transposed(seen: _Cores) -> Node | None:
    """``x[j, i]``: xᵀ."""
    match seen:
        case _Cores((i, j), (((k, m), x),), _) if (k, m) == (j, i):
            return Transpose(x)
    return None


def _rows(seen: _Cores) -> Node | None:
    """``Σ_k x[k, i]`` and ``Σ_k x[i, k]``: xᵀ 1 and x 1."""
    match seen:
        case _Cores((i,), (((k, m), x),), bound) if m == i and k in bound and k != i:
            return MatMul(Transpose(x), _ones(k))
        case _Cores((i,), (((m, k), x),), bound) if m == i and k in bound and k != i:
            return MatMul(x, _ones(k))
    return None


def _matrix_column(seen: _Cores) -> Node | None:
    """``Σ_j w[i, j] x[j]`` and ``Σ_j w[j, i] x[j]``: w x and wᵀ x."""
    for (first, w), (second, x) in _orders(seen):
        match seen.target, first, second:
            case (i,), (k, m), (j,) if j in seen.bound and (k, m) == (i, j):
                return MatMul(w, x)
            case (i,), (k, m), (j,) if j in seen.bound and (k, m) == (j, i):
                return MatMul(Transpose(w), x)
    return None


def _outer_product(seen: _Cores) -> Node | None:
    """``x[i] y[j]``: x yᵀ."""
    for (first, x), (second, y) in _orders(seen):
        match seen.target, first, second:
            case (i, j), (k,), (m,) if (k, m) == (i, j):
                return Outer(x, y)
    return None


def _matrix_matrix(seen: _Cores) -> Node | None:
    """``Σ_k x[i, k] y[k, j]``, either of them transposed: x y."""
    for (first, x), (second, y) in _orders(seen):
        match seen.target, first, second:
            case (i, j), (a, _), (_, d):
                left, right = _beside(first, i), _beside(second, j)
                if left is not None and left == right and left in seen.bound:
                    return MatMul(x if a == i else Transpose(x), y if d == j else Transpose(y))
    return None


def _lifted(seen: _Cores) -> Node | None:
    """``x[i, j] y[j]``: a column repeated in every row or column, 1 yᵀ or y 1ᵀ; x ⊙ (1 yᵀ)."""
    if len(seen.target) != 2 or seen.bound or not seen.arrays:
        return None
    i, j = seen.target
    factors = []
    for core, node in seen.arrays:
        if core == (i, j):
            factors.append(node)
        elif core == (j, i):
            factors.append(Transpose(node))
        elif core == (j,):
            factors.append(Outer(_ones(i), node))
        elif core == (i,):
            factors.append(Outer(node, _ones(j)))
        else:
            return None
    return factors[0] if len(factors) == 1 else Hadamard(tuple(factors))


def _orders(seen: _Cores) -> Iterator[tuple[tuple[tuple[Index, ...], Node], tuple[tuple[Index, ...], Node]]]:
    if len(seen.arrays) == 2:
        first, second = seen.arrays
        yield first, second
        yield second, first


def _beside(core: tuple[Index, ...], index: Index) -> Index | None:
    """The other index of a matrix that is read at ``index``."""
    if len(core) != 2 or core[0] == core[1] or index not in core:
        return None
    return core[1] if core[0] == index else core[0]


def _ones(index: Index) -> Node:
    return Everywhere(Number(1), (length(index),))


PATTERNS: tuple[Pattern, ...] = (
    _alike,
    _totalled,
    _transposed,
    _rows,
    _matrix_column,
    _outer_product,
    _matrix_matrix,
    _lifted,
    _constant,
)


# Windows: one array is read at steps of the target's place and of another's.


class _Window(NamedTuple):
    """One axis of a window: ``image = stride · target + step · kernel − border``, or the same solved.

    *correlation* reads the image at the target's place; *convolution* has the target's place on the left
    of it: ``target = step · kernel + stride · image − border``.
    """

    kind: Literal["correlation", "convolution"]
    stride: int
    step: int
    border: int


def _by_windows(
    term: Term, pieces: list[_Piece], leading: tuple[Index, ...], core: tuple[Index, ...]
) -> Node | None:
    """The term as a correlation or a full convolution of two arrays over the axes of the core."""
    rank = len(core)
    apart = [_Piece(piece.at, (factor,)) for piece in pieces for factor in piece.factors]
    pieces = apart if len(apart) == 2 else pieces
    arrays = [piece for piece in pieces if len(piece.at) >= rank and piece.at]
    scalars = [piece for piece in pieces if piece not in arrays]
    if len(arrays) != 2 or any(piece.at for piece in scalars):
        return None
    arrays.sort(key=_reads_data)  # where both could be the kernel, the weights are
    inner = [piece.at[len(piece.at) - rank :] for piece in arrays]
    choosing = [e for piece in arrays for e in piece.at[: len(piece.at) - rank]]
    if not all(map(_whole, choosing)):
        return None
    first = [index for e in choosing for index in e]
    inside = frozenset(i for tuple_ in inner for e in tuple_ for i in e if i in term.bound)
    outer = _outer(term, first, inside, core)
    if outer is None or any(_mixed(bracket, {*leading, *outer}, outer) for bracket in term.brackets):
        return None
    nodes = [piece.node(len(piece.at) - rank) for piece in arrays]
    shape = tuple(length(index) for index in core)
    for kind in ("correlation", "convolution"):
        for a, b in ((0, 1), (1, 0)):
            axes = [
                next((w for w in _windows(t, inner[a][n], inner[b][n], term) if w.kind == kind), None)
                for n, t in enumerate(core)
            ]
            found = [axis for axis in axes if axis is not None]
            if len(found) == rank:
                node = _windowed(found, nodes[a], nodes[b], shape)
                return _summed(term, outer, _several([piece.node(0) for piece in scalars], node))
    return None


def _reads_data(piece: _Piece) -> bool:
    """Whether a piece is neither of parameters nor of gradients."""
    entry = next((e for f, _ in piece.factors for e in entries_of_factor(f)), None)
    return entry is None or entry.tensor.role not in ("parameter", "adjoint")


def _mixed(bracket: Bracket, outside: set[Index], outer: tuple[Index, ...]) -> bool:
    """Whether a bracket on indices that choose parts is no condition of the sum over them."""
    tied = set(bracket.e)
    return bool(tied & outside) and not (tied <= outside and tied & set(outer))


def _windows(target: Index, a: Affine, b: Affine, term: Term) -> Iterator[_Window]:
    """How one axis of ``b`` follows that of the target and of ``a``; an axis of size 1 is read at 0."""
    index = a.lone()
    if index is not None and index in term.bound:
        step, offset = b.coefficients.get(index, 0), b.const
    elif not a.coefficients and isinstance(a.const, int):
        step, offset = 1, b.const - a.const
        index = None
    else:
        return
    if any(i not in (target, index) for i in b) or not isinstance(offset, int | Fraction):
        return
    slope = b.coefficients.get(target, 1 if target.size == 1 or index is None else 0)
    if not isinstance(slope, int | Fraction) or not isinstance(step, int | Fraction) or not slope:
        return
    if _natural(slope, step, -offset):
        yield _Window("correlation", int(slope), int(step), -int(offset))
    stride = 1 / Fraction(slope)
    falling = -step * stride if index is not None else Fraction(1)
    border = offset * stride if index is not None else b.const * stride + Fraction(a.const)  # type: ignore[operator, arg-type]
    if _natural(stride, falling, border):
        yield _Window("convolution", int(stride), int(falling), int(border))


def _natural(stride: Rational, step: Rational, border: Rational) -> bool:
    return (
        all(Fraction(n).denominator == 1 for n in (stride, step, border))
        and stride > 0
        and step > 0
        and border >= 0
    )


def _windowed(axes: Sequence[_Window], kernel: Node, image: Node, shape: Shape) -> Node:
    strides = tuple(axis.stride for axis in axes)
    steps = tuple(axis.step for axis in axes)
    borders = tuple(axis.border for axis in axes)
    spread = _dilated(kernel, steps)
    if axes[0].kind == "correlation":
        strides = tuple(1 if size == 1 else step for size, step in zip(shape, strides, strict=True))
        padded = Pad(image, borders) if any(borders) else image
        node: Node = Correlation(spread, padded, strides)
        first = (0,) * len(shape)
    else:
        node = FullConvolution(*_weights_first(spread, _dilated(image, strides)))
        first = borders
    return node if shape_of(node) == shape and not any(first) else Crop(node, first, shape)


def _dilated(node: Node, steps: Shape) -> Node:
    """Dilated where that makes a difference: along axes that have neighbours."""
    told = tuple(1 if size == 1 else step for size, step in zip(shape_of(node), steps, strict=True))
    return Dilate(node, told) if prod(told) != 1 else node


def _weights_first(left: Node, right: Node) -> tuple[Node, Node]:
    """The two in the order in which they are read; a full convolution is the same in both."""
    return (right, left) if _is_gradient(left) else (left, right)


def _is_gradient(node: Node) -> bool:
    inner = node.inner if isinstance(node, Dilate) else node
    return isinstance(inner, Part) and inner.tensor.of is not None
