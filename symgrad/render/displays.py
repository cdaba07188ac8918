r"""Displays: formulas gathered into ``aligned`` blocks of a height that a page can take.

The formulas of one tensor stand together; where they are too many for one display, each display holds
whole rows of the tensor. Closed forms stand together as long as their equals signs can be aligned and
the ranges of their indices still fit beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import ceil, prod

from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.document import Document, Formula, Kind
from symgrad.render.aligned import Lines, aligned, index_lines, index_ranges, index_right, right_width
from symgrad.render.indexed import Indexed, indexed
from symgrad.render.metrics import EQUALS, QUAD, column, width
from symgrad.render.tex import TexNotation

_HIGHEST = 30
"""The height of a display, in lines of text."""

_COLUMN_GAP = QUAD + 0.92  # amsmath's \minalignsep is 10pt


def displays(document: Document, width_cm: float) -> Iterator[tuple[Kind, str]]:
    """The document's formulas in ``aligned`` environments, each with the kind of its formulas."""
    room = column(width_cm)
    if document.view == "index":
        yield from _closed_forms(document, room)
        return
    for formula in document.formulas:
        lines = aligned(document, formula, room)
        for group in _by_rows(lines, *_rows_of(formula)):
            yield formula.kind, environment(group)


def environment(formulas: list[Lines]) -> str:
    r"""An ``aligned`` environment; formulas are set apart more than the lines of one formula."""
    tall = any(map(_tall, formulas))
    inside = " \\\\[3pt]\n" if tall else " \\\\\n"
    between = inside
    if len(formulas) > 1 and any(len(lines) > 1 for lines in formulas):
        between = " \\\\[9pt]\n" if tall else " \\\\[5pt]\n"
    body = between.join(lines[0] if len(lines) == 1 else inside.join(lines) for lines in formulas)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _rows_of(formula: Formula) -> tuple[int, int]:
    """How many formulas make a row of the target, and how many rows there are."""
    if formula.positions is not None:
        return len(formula.positions), 1
    shape = whole_shape(formula.equation.target.shape)
    return (shape[-1], prod(shape[:-1])) if shape else (1, 1)


def _by_rows(formulas: Iterator[Lines], length: int, rows: int) -> Iterator[list[Lines]]:
    """Whole rows in each group: the fewest groups that their height allows, about as many rows in each."""
    together = 0
    while group := list(islice(formulas, length * (together or 1))):
        if not together:
            fit = max(1, _HIGHEST // sum(map(_height, group)))
            together = ceil(rows / ceil(rows / fit))
            group += islice(formulas, length * (together - 1))
        heights = list(map(_height, group))
        yield from [group] if sum(heights) <= _HIGHEST else _balanced(group, heights)


def _balanced(formulas: list[Lines], heights: list[int]) -> Iterator[list[Lines]]:
    """Groups of about the same height; a formula that is higher than a display is continued in the next."""
    if max(heights) > _HIGHEST:
        formulas = [
            piece for lines, height in zip(formulas, heights, strict=True) for piece in _cut(lines, height)
        ]
        heights = list(map(_height, formulas))
    share = sum(heights) / ceil(sum(heights) / _HIGHEST)
    start = high = below = groups = 0
    for place, height in enumerate(heights):
        past_its_share = below + height / 2 > (groups + 1) * share
        if high and (past_its_share or high + height > _HIGHEST):
            yield formulas[start:place]
            start, high, groups = place, 0, groups + 1
        high += height
        below += height
    yield formulas[start:]


def _cut(lines: Lines, height: int) -> Iterator[Lines]:
    most = ceil(len(lines) / ceil(height / _HIGHEST))
    return (lines[start : start + most] for start in range(0, len(lines), most))


def _height(lines: Lines) -> int:
    return len(lines) * (2 if _tall(lines) else 1)


def _tall(lines: Lines) -> bool:
    return r"\frac" in lines[0]


def _closed_forms(document: Document, room: float) -> Iterator[tuple[Kind, str]]:
    notation = TexNotation()
    kind: Kind = "forward"
    pending: list[Indexed] = []
    for formula in document.formulas:
        form = indexed(formula.equation, notation)
        if pending and (formula.kind != kind or not _side_by_side([*pending, form], room)):
            yield kind, _closed(pending, room)
            pending = []
        kind = formula.kind
        pending.append(form)
    if pending:
        yield kind, _closed(pending, room)


def _side_by_side(forms: list[Indexed], room: float) -> bool:
    """Whether left sides, right sides and ranges fit in three columns, and a page can take the rows."""
    ranges = max(width(index_ranges(form)) for form in forms)
    wide = max(width(form.left) for form in forms) + EQUALS + max(map(right_width, forms))
    high = sum(3 if r"\sum" in index_right(form) else 2 for form in forms)
    return wide + (ranges and _COLUMN_GAP + ranges) <= room and high <= _HIGHEST


def _closed(forms: list[Indexed], room: float) -> str:
    if not _side_by_side(forms, room):
        return environment([index_lines(form, room) for form in forms])
    rows = []
    for form in forms:
        where = index_ranges(form)
        rows.append([f"{form.left} &= {index_right(form)}" + (rf" &&\quad {where}" if where else "")])
    return environment(rows)
