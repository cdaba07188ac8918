"""Unrolling: an equation in index form becomes one list of products for each entry of its target.

The brackets are solved for loop bounds and steps; points are never tested. Indices that no bracket
ties together are independent, so the positions of a term are sums over small tables, one for each
group of tied indices, and the number of terms is a product of their sizes, known without unrolling.

A product is a tuple of positions, one for each factor: where in the factor's *site* it stands. Nothing
is built per term but that tuple; what an entry is called is the reader's affair (see ``render``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.loops import holds, loop, whole_steps
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Polynomial, Size, size_text
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Rational,
    Term,
    ValueBracket,
    entries_of_factor,
    free_of_factor,
    inner_expressions,
    lone_entry,
    replaced,
)
from symgrad.errors import AlgebraError

Point: TypeAlias = tuple[int, ...]
Axes: TypeAlias = tuple[Index, ...]


class Site(NamedTuple):
    """Where a factor's instances live: a row-major box, and which instance stands at a position.

    ``entry`` is set where the factor is an entry, or a function or bracket of a lone entry: a position
    is then the flat position in the tensor. Otherwise the box is that of the factor's own indices.
    """

    factor: Factor
    exponent: Rational
    entry: Entry | None
    indices: Axes

    def instance(self, position: int) -> Factor:
        """The factor at a flat position, with whole numbers for indices."""
        if self.entry is not None:
            shape = whole_shape(self.entry.tensor.shape)
            here = Entry(self.entry.tensor, tuple(affine(n) for n in unflat(position, shape)))
            return _around(self.factor, here)
        shape = whole_shape(tuple(index.size for index in self.indices))
        values = unflat(position, shape)
        return replaced(self.factor, {i: affine(n) for i, n in zip(self.indices, values, strict=True)})


class Layout(NamedTuple):
    """A term laid out: its sites, and for each entry of the target the positions of its products.

    ``points(values)`` lists them in reading order; ``row(values)`` is how many consecutive ones form a
    structural row (a row of the kernel, or of the output).
    """

    coefficient: Rational
    sites: tuple[Site, ...]
    points: Callable[[Point], list[Point]]
    row: Callable[[Point], int]


def layouts(expression: Expression, axes: Axes) -> tuple[Layout, ...]:
    """One layout for each term of ``expression`` at the entries that ``axes`` run over.

    Raises:
        AlgebraError: if a size is symbolic, so that there is nothing to unroll to.
    """
    return tuple(_layout(term, axes) for term in expression.terms)


def positions_read(equation: Equation, tensor: Tensor, targets: Iterable[int]) -> set[int]:
    """The flat positions of ``tensor`` that the equation reads for some entries of its target.

    They are found at any depth but inside a maximum, where no gradient stands.
    """
    shape = whole_shape(equation.target.shape)
    values = [unflat(target, shape) for target in targets]
    return _positions_read(equation.body, equation.axes, tensor, values)


def _positions_read(expression: Expression, axes: Axes, tensor: Tensor, targets: Sequence[Point]) -> set[int]:
    found: set[int] = set()
    for layout in layouts(expression, axes):
        sites = [
            (n, site)
            for n, site in enumerate(layout.sites)
            if not isinstance(site.factor, Max | FirstMaximiser)
            and any(entry.tensor == tensor for entry in entries_of_factor(site.factor))
        ]
        if not sites:
            continue
        points = [point for values in targets for point in layout.points(values)]
        for n, site in sites:
            positions = {point[n] for point in points}
            if site.entry is not None:
                found |= positions
                continue
            for position in positions:
                for inner in inner_expressions(site.instance(position)):
                    found |= _positions_read(inner, (), tensor, [()])
    return found


def distinct(expression: Expression) -> bool:
    """Whether no two unrolled products of one entry can be alike (sufficient, not necessary)."""
    signatures = []
    for term in expression.terms:
        tensors = [f.tensor.name for f, _ in term.powers if isinstance(f, Entry)]
        if len(set(tensors)) != len(tensors) or not _recoverable(term):
            return False
        others = sorted(type(f).__name__ for f, _ in term.powers if not isinstance(f, Entry))
        signatures.append((sorted(tensors), others))
    return all(a not in signatures[n + 1 :] for n, a in enumerate(signatures))


def reading_order(term: Term) -> tuple[tuple[Index, int], ...]:
    """The bound indices, outermost first, each with the direction (±1) in which a reader walks it.

    By output position first (the axes of the adjoint), then by kernel position (the axes of a
    parameter), then as written. ``i = x − 2u`` grows as u falls, so u is walked downwards.
    """
    rank = {"adjoint": 0, "parameter": 1}
    found = [f for f, _ in term.powers if isinstance(f, Entry)]
    order: dict[Index, int] = {}
    for entry in sorted(found, key=lambda entry: rank.get(entry.tensor.role, 2)):
        for e in entry.indices:
            steps = [(abs(c), i, 1 if c > 0 else -1) for i, c in whole_steps(e) if i in term.bound]
            for _, index, direction in sorted(steps, key=lambda step: -step[0]):
                order.setdefault(index, direction)
    for index in term.bound:
        order.setdefault(index, 1)
    return tuple(order.items())


def is_whole(shape: tuple[Size, ...]) -> bool:
    """Whether every size is a number."""
    return all(isinstance(size, int) for size in shape)


def whole_shape(shape: tuple[Size, ...]) -> tuple[int, ...]:
    """The shape as whole numbers.

    Raises:
        AlgebraError: if a size is symbolic.
    """
    for size in shape:
        if not isinstance(size, int):
            raise AlgebraError(f"only whole sizes can be unrolled, and {size_text(size)} is symbolic")
    return shape  # type: ignore[return-value]  # every size is an int


def _around(factor: Factor, entry: Entry) -> Factor:
    inner = Expression((Term(1, (), (), ((entry, 1),)),))
    match factor:
        case Call(function, _):
            return Call(function, inner)
        case ValueBracket(kind, _):
            return ValueBracket(kind, inner)
        case _:
            return entry


def _site(factor: Factor, exponent: Rational) -> Site:
    if isinstance(factor, Entry):
        return Site(factor, exponent, factor, ())
    if isinstance(factor, Call):
        entry = lone_entry(factor.argument)
    elif isinstance(factor, ValueBracket | Group):
        entry = lone_entry(factor.inner)
    else:
        entry = None
    if entry is not None:
        return Site(factor, exponent, entry, ())
    return Site(factor, exponent, None, tuple(dict.fromkeys(free_of_factor(factor))))


def _strides(shape: Sequence[int]) -> list[int]:
    return [prod(shape[n + 1 :]) for n in range(len(shape))]


def _recoverable(term: Term) -> bool:
    """Whether the bound indices can be read off the entries of an unrolled product, one by one."""
    known: set[Index] = set()
    pending = [e for f, _ in term.powers if isinstance(f, Entry) for e in f.indices]
    while True:
        solved = {
            unknown[0]
            for e in pending
            if len(unknown := [i for i in e if i in term.bound and i not in known]) == 1
        }
        if not solved:
            return all(index in known for index in term.bound)
        known |= solved


class _Table:
    """The tied indices of one component: for each value of the free ones, a list of offset vectors."""

    __slots__ = ("bound", "constraints", "free", "offsets", "start")

    def __init__(self, free: Axes, bound: tuple[tuple[Index, int], ...]) -> None:
        self.free = free
        self.bound = bound
        self.constraints: list[Bracket] = []
        self.offsets: list[tuple[int, Affine]] = []  # (site, what this component adds to its position)
        self.start = 0


def _layout(term: Term, axes: Axes) -> Layout:
    sites = tuple(_site(factor, exponent) for factor, exponent in term.powers)
    order = reading_order(term)
    width = len(sites)
    base = [0] * width
    parts: list[tuple[int, Affine]] = []  # (site, affine contribution): one per axis of an entry
    for n, site in enumerate(sites):
        if site.entry is not None:
            shape = whole_shape(site.entry.tensor.shape)
            parts += ((n, e * stride) for e, stride in zip(site.entry.indices, _strides(shape), strict=True))
        else:
            shape = whole_shape(tuple(index.size for index in site.indices))
            parts += ((n, index * s) for index, s in zip(site.indices, _strides(shape), strict=True))
    tables, loose = _components(term, axes, order, parts, base)
    if tables is None:
        return Layout(term.coefficient, sites, lambda values: [], lambda values: 1)
    return _assembled(term.coefficient, sites, axes, tables, loose, base)


def _components(
    term: Term,
    axes: Axes,
    order: tuple[tuple[Index, int], ...],
    parts: list[tuple[int, Affine]],
    base: list[int],
) -> tuple[list[_Table] | None, list[tuple[int, Index, int]]]:
    """Group the indices that brackets (or a fraction in an affine index) tie together."""
    every = [*axes, *(index for index, _ in order)]
    leader = {index: index for index in every}

    def find(index: Index) -> Index:
        while leader[index] is not index:
            index = leader[index]
        return index

    def tie(members: Sequence[Index]) -> None:
        for member in members[1:]:
            leader[find(member)] = find(members[0])

    for bracket in term.brackets:
        tie(list(bracket.e))
    for _, e in parts:
        if not _is_whole(e):
            tie(list(e))
    # Components are walked one inside the other, so their bound indices must not interleave.
    bound = [index for index, _ in order]
    for n, index in enumerate(bound):
        for m in range(n + 2, len(bound)):
            if find(bound[m]) is find(index):
                tie(bound[n : m + 1])
    groups: dict[Index, _Table] = {}
    directions = dict(order)
    for index in every:
        group = groups.setdefault(find(index), _Table((), ()))
        if index in directions:
            group.bound = (*group.bound, (index, directions[index]))
        else:
            group.free = (*group.free, index)
    for bracket in term.brackets:
        first = next(iter(bracket.e), None)
        if first is None:
            if not holds(bracket):
                return None, []
        else:
            groups[find(first)].constraints.append(bracket)
    loose: list[tuple[int, Index, int]] = []
    for n, e in parts:
        if _is_whole(e):
            base[n] += int(e.const)  # type: ignore[arg-type]  # whole
            for index, coefficient in e.coefficients.items():
                group = groups[find(index)]
                if group.bound or group.constraints:
                    group.offsets.append((n, index * coefficient))
                else:
                    loose.append((n, index, int(coefficient)))  # type: ignore[arg-type]  # whole
        elif e.coefficients:
            groups[find(next(iter(e)))].offsets.append((n, e))
        else:
            raise AlgebraError("an index is a fraction that no bracket guards")
    position = {index: n for n, (index, _) in enumerate(order)}
    tables = [group for group in groups.values() if group.bound or group.constraints or group.offsets]
    tables.sort(key=lambda group: position[group.bound[0][0]] if group.bound else -1)
    return tables, loose


def _assembled(
    coefficient: Rational,
    sites: tuple[Site, ...],
    axes: Axes,
    tables: list[_Table],
    loose: list[tuple[int, Index, int]],
    base: list[int],
) -> Layout:
    place = {index: n for n, index in enumerate(axes)}
    stages: list[Callable[[Point], list[Point]]] = []
    row: Callable[[Point], list[Point]] = _constant([tuple(base)])
    fixed: list[Point] | None = None  # the points of the stages so far that no value moves
    for table in tables:
        lists = _lists(table, base)
        base = [0] * len(base)  # the first table carries it
        if table.free:
            row = _lookup(lists, tuple(place[index] for index in table.free))
            fixed = None
            stages.append(row)
        else:
            row = _constant(lists[()])
            if fixed is not None:
                stages.pop()
            fixed = lists[()] if fixed is None else _crossed(fixed, lists[()])
            stages.append(_constant(fixed))
    if loose or not stages:
        stages.insert(0, _start(base, [(n, place[index], c) for n, index, c in loose]))
    first, *others = stages

    def points(values: Point) -> list[Point]:
        found = first(values)
        for stage in others:
            found = _crossed(found, stage(values))
        return found

    return Layout(coefficient, sites, points, lambda values: len(row(values)))


def _start(base: list[int], steps: list[tuple[int, int, int]]) -> Callable[[Point], list[Point]]:
    """One point that the values of free indices alone move; each step is (site, axis, coefficient)."""

    def start(values: Point) -> list[Point]:
        at = base.copy()
        for n, axis, c in steps:
            at[n] += c * values[axis]
        return [tuple(at)]

    return start


def _lookup(lists: dict[Point, list[Point]], places: tuple[int, ...]) -> Callable[[Point], list[Point]]:
    if len(places) == 1:
        (place,) = places
        by_value = [lists[(n,)] for n in range(len(lists))]
        return lambda values: by_value[values[place]]
    return lambda values: lists[tuple(values[place] for place in places)]


def _constant(points: list[Point]) -> Callable[[Point], list[Point]]:
    return lambda values: points


def _crossed(left: list[Point], right: list[Point]) -> list[Point]:
    """Every sum of a vector of ``left`` and one of ``right``, ``left`` outermost."""
    if not left or not right:
        return []
    match len(left[0]):
        case 1:
            return [(a + x,) for (a,) in left for (x,) in right]
        case 2:
            return [(a + x, b + y) for a, b in left for x, y in right]
        case 3:
            return [(a + x, b + y, c + z) for a, b, c in left for x, y, z in right]
        case _:
            return [tuple(map(int.__add__, a, b)) for a in left for b in right]


def _lists(table: _Table, base: list[int]) -> dict[Point, list[Point]]:
    """Solve the component's brackets: for each value of its free indices the vectors, counted from base."""
    bound = [index for index, _ in table.bound]
    known = (*table.free, *bound)
    conditions = [b for b in table.constraints if not any(index in bound for index in b.e)]
    levels = [
        loop(table.constraints, index, known[: len(table.free) + depth], set(bound[depth + 1 :]), direction)
        for depth, (index, direction) in enumerate(table.bound)
    ]
    moves = [(n, [(known.index(i), c) for i, c in e.coefficients.items()], e.const) for n, e in table.offsets]
    result: dict[Point, list[Point]] = {}

    def vector(values: list[int]) -> Point:
        sums: list[Rational] = list(base)
        for n, steps, const in moves:
            sums[n] += _rational(const) + sum(_rational(c) * values[p] for p, c in steps)
        return tuple(map(_exact, sums))

    def walk(values: list[int], depth: int, into: list[Point]) -> None:
        if depth == len(levels):
            into.append(vector(values))
            return
        for value in levels[depth](values):
            walk([*values, value], depth + 1, into)

    for free in product(*(range(int(index.size)) for index in table.free)):  # type: ignore[arg-type]
        into: list[Point] = []
        here = {index: affine(value) for index, value in zip(table.free, free, strict=True)}
        if all(holds(bracket.put(here)) for bracket in conditions):
            walk(list(free), 0, into)
        result[free] = into
    return result


def _exact(position: Rational) -> int:
    if position.denominator != 1:
        raise AlgebraError("an index is a fraction that no bracket guards")
    return position.numerator


def _rational(size: Size) -> Rational:
    """A size that is known to be a number, as one."""
    if isinstance(size, Polynomial):
        raise AlgebraError(f"only whole sizes can be unrolled, and {size_text(size)} is symbolic")
    return size


def _is_whole(e: Affine) -> bool:
    return not any(isinstance(c, Fraction | Polynomial) for c in (e.const, *e.coefficients.values()))
