r"""Planes: an update written for a whole kernel at once, matrices with one entry in each place.

The equation of an entry holds for all of them, so that each of its terms, a number times one entry at the
same place, is that number times a matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from symgrad.algebra.affine import affine
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry, Factor, Named, Term
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.document import Formula
from symgrad.render.metrics import EQUALS, PLUS, QUAD, width
from symgrad.render.notation import Atom, product
from symgrad.render.tex import TexNotation

MOST_ENTRIES = 25
"""The most entries of a plane that is written as a matrix."""

_COLUMN_GAP = 10 / 10.95  # two of LaTeX's \arraycolsep at 11 pt, in em
_BRACKETS = 2 * 0.667 + 0.167  # two extended delimiters, and the thin space after a number
_TALL = r"\frac"


def plane(formula: Formula, room: float) -> str | None:
    """The update of a whole parameter in an ``aligned`` environment, at most ``room`` em wide.

    None where the parameter is no plane of at most :data:`MOST_ENTRIES` entries, not all of them are wanted,
    the update does more with the entries than to add multiples of them, or there is no room.
    """
    equation = formula.equation
    target = equation.target
    updates = target.role == "renewed" and target.beside is not None and target.beside.role == "parameter"
    if not updates or formula.positions is not None or len(target.shape) != 2:
        return None
    shape = whole_shape(target.shape)
    terms = [_multiple(term, equation) for term in equation.body.terms]
    if min(shape) < 2 or prod(shape) > MOST_ENTRIES or not terms:
        return None
    parts: list[tuple[str, float]] = []
    for n, multiple in enumerate(terms):
        if multiple is None:
            return None
        negative, number, tensor = multiple
        sign = ("-" if negative else "") if n == 0 else ("- " if negative else "+ ")
        parts.append((sign + number + _matrix(tensor), PLUS + width(number) + _width(tensor)))
    return _laid_out(_matrix(target), _width(target) + EQUALS, parts, room)


def _laid_out(left: str, before: float, parts: Sequence[tuple[str, float]], room: float) -> str | None:
    """On one line if there is room, else a line for each term; None where a line has no room."""
    texts = [text for text, _ in parts]
    more = [f"&\\quad {{}}{text}" for text in texts[1:]]
    widest = QUAD + max(wide for _, wide in parts)
    if before + sum(wide for _, wide in parts) <= room:
        lines = [f"{left} &= {' '.join(texts)}"]
    elif before + widest <= room:
        lines = [f"{left} &= {texts[0]}", *more]
    elif max(before, EQUALS + widest) <= room:
        lines = [f"&{left}", f"&\\quad {{}}= {texts[0]}", *more]
    else:
        return None
    return "\\begin{aligned}\n" + " \\\\[5pt]\n".join(lines) + "\n\\end{aligned}"


def _multiple(term: Term, equation: Equation) -> tuple[bool, str, Tensor] | None:
    """Whether it is subtracted, the number, and the tensor of a term ``number · T[axes]``; else None."""
    if term.bound or term.brackets or any(exponent != 1 for _, exponent in term.powers):
        return None
    factors: list[Factor] = [factor for factor, _ in term.powers]
    read = [factor for factor in factors if isinstance(factor, Entry)]
    constants = [factor.name for factor in factors if isinstance(factor, Named)]
    here = tuple(affine(index) for index in equation.axes)
    if len(read) != 1 or len(constants) + 1 != len(factors) or read[0].indices != here:
        return None
    notation = TexNotation()
    atoms = [Atom(notation.constant(name), "number") for name in constants]
    size = term.coefficient if term.coefficient >= 0 else -term.coefficient
    if size != 1:
        atoms.insert(0, Atom(notation.number(size), "number"))
    return term.coefficient < 0, product(notation, atoms), read[0].tensor


def _rows(tensor: Tensor) -> list[list[str]]:
    names = TexNotation().entries(tensor)
    length = whole_shape(tensor.shape)[-1]
    return [list(names[start : start + length]) for start in range(0, len(names), length)]


def _matrix(tensor: Tensor) -> str:
    rows = [" & ".join(row) for row in _rows(tensor)]
    between = r" \\[3pt] " if _TALL in rows[0] else r" \\ "
    return rf"\begin{{bmatrix}} {between.join(rows)} \end{{bmatrix}}"


def _width(tensor: Tensor) -> float:
    """In em; the entries of a matrix are set in text style."""
    rows = [[name.replace(_TALL, r"\tfrac") for name in row] for row in _rows(tensor)]
    columns = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return sum(columns) + (len(columns) - 1) * _COLUMN_GAP + _BRACKETS
