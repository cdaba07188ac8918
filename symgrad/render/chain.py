"""The chain view: the paths written out, then the factors put in.

    ∂L/∂w_k = Σ_p ∂L/∂z_p · ∂z_p/∂w_k = …
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from symgrad.algebra.program import Equation
from symgrad.algebra.terms import Entry, Term
from symgrad.algebra.unroll import Layout, layouts, unflat, whole_shape
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
    loss itself, or an upstream symbol of its own) shows no paths.
    """
    body = in_reading_order(equation.body)
    shape = whole_shape(tuple(index.size for index in equation.axes))
    placed = layouts(body, equation.axes)
    ends = [_end(term) for term in body.terms]
    of = equation.target.of
    assert of is not None  # gradients are adjoints
    own = notation.entries(of)
    for collected in unrolled(equation, notation, positions):
        paths: dict[str, None] = {}
        whole = bool(placed)
        for layout, end in zip(placed, ends, strict=True):
            if end is None or layout.sites[end].entry.tensor.of == of:  # type: ignore[union-attr]  # an entry
                whole = False
                break
            for path in _paths(layout, end, unflat(collected.position, shape), own[collected.position], notation):
                paths.setdefault(path)
        yield Chained(list(paths) if whole else [], collected)


def _end(term: Term) -> int | None:
    """Which factor of the term is the adjoint entry."""
    for n, (factor, exponent) in enumerate(term.powers):
        if isinstance(factor, Entry) and factor.tensor.role == "adjoint" and exponent == 1:
            return n
    return None


def _paths(
    layout: Layout, end: int, values: tuple[int, ...], own: str, notation: Notation
) -> Iterator[str]:
    entry = layout.sites[end].entry
    assert entry is not None and entry.tensor.of is not None  # an entry of an adjoint
    adjoint, primal = notation.entries(entry.tensor), notation.entries(entry.tensor.of)
    for point in layout.points(values):
        place = point[end]
        partial = Atom(notation.partial(primal[place], own), "derivative")
        yield product(notation, [Atom(adjoint[place], "derivative"), partial])
