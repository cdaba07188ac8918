"""The chain view: ``∂L/∂w_k = Σ_p ∂L/∂z_p · ∂z_p/∂w_k`` written out, then the factors put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry
from symgrad.algebra.unroll import Layout, layouts, whole_shape
from symgrad.errors import RenderError
from symgrad.render.notation import Atom, Notation, product
from symgrad.render.unrolled import Unrolled, in_reading_order, unrolled


class Chained(NamedTuple):
    """One gradient: its paths (empty where it has none to show) and the collected formula."""

    paths: list[str]
    collected: Unrolled


def chained(
    equation: Equation, notation: Notation, positions: Sequence[int] | None = None
) -> Iterator[Chained]:
    """The gradient formulas of the wanted entries (None: all).

    A path is the adjoint entry that a term holds; a formula with a term that holds none (next to the
    loss itself) shows no paths.
    """
    body = in_reading_order(equation.body)
    shape = whole_shape(tuple(index.size for index in equation.axes))
    placed = layouts(body, equation.axes)
    own = _primal(equation.target)
    ends = list(map(_end, placed))
    whole = bool(placed) and None not in ends
    names = notation.entries(own)
    for collected in unrolled(equation, notation, positions):
        paths: dict[str, None] = {}  # a set in the order of reading
        for layout, end in zip(placed, ends, strict=True):
            if whole and end is not None:
                values = unflat(collected.position, shape)
                paths.update(dict.fromkeys(_paths(layout, end, values, names[collected.position], notation)))
        yield Chained(list(paths), collected)


def _primal(adjoint: Tensor) -> Tensor:
    """The tensor that an adjoint is the gradient of."""
    if adjoint.of is None:
        raise RenderError(f"{adjoint.name} is no gradient and has no paths")
    return adjoint.of


def _end(layout: Layout) -> tuple[int, Tensor] | None:
    """Which site of the layout is an adjoint entry, and of which tensor; its own at another step is one."""
    for n, (factor, exponent, _, _) in enumerate(layout.sites):
        if isinstance(factor, Entry) and factor.tensor.role == "adjoint" and exponent == 1:
            return n, factor.tensor
    return None


def _paths(
    layout: Layout, end: tuple[int, Tensor], values: tuple[int, ...], own: str, notation: Notation
) -> Iterator[str]:
    site, tensor = end
    adjoint, primal = notation.entries(tensor), notation.entries(_primal(tensor))
    for point in layout.points(values):
        place = point[site]
        partial = Atom(notation.partial(primal[place], own), "derivative")
        yield product(notation, [Atom(adjoint[place], "derivative"), partial])
