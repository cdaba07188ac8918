"""Recurrences: equations that read one another at shifted indices, in an order to evaluate them in.

    z[t] = w·a[t] + u·s[t−1],    s[t] = tanh(z[t])

Neither z nor s can be had whole before the other. Their entries can: z[0], s[0], z[1], s[1] and so on. Each
equation has an axis, here t, along which it reads the others at its own place or further back, and at its own
place only those that stand before it. Adjoints read at t + 1: their steps begin at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from symgrad.algebra.program import Equation
from symgrad.algebra.terms import entries
from symgrad.algebra.unroll import whole_shape
from symgrad.errors import AlgebraError


class Part(NamedTuple):
    """An equation at the entries that are evaluated together; ``positions`` None stands for all.

    ``step`` is the place along the axis of the steps, None outside of recurrences.
    """

    equation: Equation
    positions: tuple[int, ...] | None = None
    step: int | None = None


def groups(equations: Sequence[Equation]) -> list[tuple[Equation, ...]]:
    """The equations in runs: one by itself, or those from one that reads ahead to the last it reads."""
    place = {eq.target: n for n, eq in enumerate(equations)}
    found: list[tuple[Equation, ...]] = []
    start = last = 0
    for n, eq in enumerate(equations):
        last = max(last, n, *(place.get(tensor, n) for tensor in eq.reads()))
        if n == last:
            found.append(tuple(equations[start : n + 1]))
            start = n + 1
    return found


def recurrent(group: Sequence[Equation]) -> bool:
    """Whether the equations of a group are to be evaluated step by step."""
    return len(group) > 1 or group[0].target in group[0].reads()


def parts(equations: Sequence[Equation]) -> Iterator[Part]:
    """The equations, those of a recurrence step by step, in an order in which none reads what comes later.

    Raises:
        AlgebraError: there are equations that read one another, and along no axis have they such an order; or
            a size of a recurrence is symbolic.
    """
    for group in groups(equations):
        if recurrent(group):
            yield from _by_step(group)
        else:
            yield Part(group[0])


def _by_step(group: Sequence[Equation]) -> Iterator[Part]:
    axes, backwards = _clocks(group)
    shapes = [whole_shape(eq.target.shape) for eq in group]
    steps = range(max(shape[axis] for shape, axis in zip(shapes, axes, strict=True)))
    for step in reversed(steps) if backwards else steps:
        for eq, shape, axis in zip(group, shapes, axes, strict=True):
            if step < shape[axis]:
                yield Part(eq, tuple(_positions(shape, axis, step)), step)


def _positions(shape: tuple[int, ...], axis: int, place: int) -> Iterator[int]:
    """The flat positions whose index along one axis is given."""
    ranges = [range(size) if n != axis else range(place, place + 1) for n, size in enumerate(shape)]
    for point in product(*ranges):
        position = 0
        for index, size in zip(point, shape, strict=True):
            position = position * size + index
        yield position


def _clocks(group: Sequence[Equation]) -> tuple[list[int], bool]:
    """Along which axis of each target the steps are, and whether they begin at the end."""
    for axis in range(len(group[0].axes)):
        lags = _lags(group, {0: axis})
        if lags is None:
            continue
        axes, found = lags
        for backwards in (False, True):
            sign = -1 if backwards else 1
            if all(sign * lag < 0 or (lag == 0 and read < reader) for reader, read, lag in found):
                return [axes[n] for n in range(len(group))], backwards
    names = [eq.target.name for eq in group]
    told = f"{names[0]} is stated by itself" if len(names) == 1 else f"{', '.join(names)} by one another"
    raise AlgebraError(f"{told}, and along no axis does each step read only what comes before it")


def _lags(
    group: Sequence[Equation], known: Mapping[int, int]
) -> tuple[dict[int, int], list[tuple[int, int, int]]] | None:
    """The axis of each equation, and of each read (reader, read, how far ahead); None where there is none."""
    axes = dict(known)
    members = {eq.target: n for n, eq in enumerate(group)}
    pending = [
        (n, members[entry.tensor], entry.indices)
        for n, eq in enumerate(group)
        for entry in entries(eq.body)
        if entry.tensor in members
    ]
    found: list[tuple[int, int, int]] = []
    while pending:
        ready = [read for read in pending if read[0] in axes or read[1] in axes]
        if not ready:
            return None
        for reader, read, indices in ready:
            own = range(len(group[reader].axes)) if reader not in axes else (axes[reader],)
            others = range(len(indices)) if read not in axes else (axes[read],)
            ways = (
                (mine, other, (indices[other] - group[reader].axes[mine])) for mine in own for other in others
            )
            way = next(((m, o, e.const) for m, o, e in ways if not e.coefficients), None)
            if way is None or not isinstance(way[2], int):
                return None
            axes[reader], axes[read] = way[:2]
            found.append((reader, read, way[2]))
        pending = [read for read in pending if read not in ready]
    return (axes, found) if len(axes) == len(group) else None
