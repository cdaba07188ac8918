r"""Displays: formulas gathered into ``aligned`` blocks of a height that a page can take.

The formulas of one tensor stand together, and so do single numbers that follow each other and the formulas
of one step of a recurrence; where they
are too many for one display, each display holds whole rows of the tensor. Closed forms stand together
as long as their equals signs can be aligned and the ranges of their indices still fit beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from math import ceil, prod

from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.document import CLOSED, Document, Formula, Kind
from symgrad.render.aligned import Lines, aligned, index_lines, index_ranges, index_right, right_width
from symgrad.render.indexed import Indexed
from symgrad.render.matrix import TEX_MATRICES, closed
from symgrad.render.metrics import EQUALS, QUAD, column, width
from symgrad.render.planes import plane

HIGHEST = 340
"""The height of a display in points; a page of LaTeX's article class has 541, and none breaks a display."""
_FLAT, _FRACTIONS, _SUM, _CONDITIONED_SUM = 17, 31, 45, 60
"""The height of a line with the space below it, at 11 pt: plain, with fractions, with sums."""
_LABELLED, _BETWEEN = 6, 6
"""What a line is higher by with superscripts, and how far formulas of several lines are set apart."""

_COLUMN_GAP = QUAD + 0.92  # amsmath's \minalignsep is 10pt


def displays(document: Document, width_cm: float) -> Iterator[tuple[Kind, str]]:
    """The document's formulas in ``aligned`` environments, each with the kind of its formulas."""
    room = column(width_cm)
    if document.view in CLOSED:
        yield from _closed_forms(document, room)
        return
    for kind, run in _runs(document.formulas):
        lines = chain.from_iterable(aligned(document, formula, room) for formula in run)
        length, rows = _rows_of(run[0]) if len(run) == 1 else (sum(prod(_rows_of(f)) for f in run), 1)
        for group in _by_rows(lines, length, rows):
            yield kind, environment(group)
        if kind == "update":
            for whole in filter(None, (plane(formula, room) for formula in run)):
                yield kind, whole


def _runs(formulas: Iterable[Formula]) -> Iterator[tuple[Kind, list[Formula]]]:
    """The formulas that stand together: those of one tensor or step, and single numbers in a row."""
    run: list[Formula] = []
    for formula in formulas:
        if run and not _together(run[-1], formula):
            yield run[-1].kind, run
            run = []
        run.append(formula)
    if run:
        yield run[-1].kind, run


def _together(one: Formula, following: Formula) -> bool:
    same_step = one.step is not None and one.step == following.step
    return one.kind == following.kind and (same_step or (_single(one) and _single(following)))


def _single(formula: Formula) -> bool:
    """Whether it is a single number, or the one entry of an update."""
    length, rows = _rows_of(formula)
    return not formula.equation.target.shape or (formula.kind == "update" and length * rows == 1)


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
            fit = max(1, HIGHEST // sum(map(_height, group)))
            together = ceil(rows / ceil(rows / fit))
            group += islice(formulas, length * (together - 1))
        heights = list(map(_height, group))
        yield from [group] if sum(heights) <= HIGHEST else _balanced(group, heights)


def _balanced(formulas: list[Lines], heights: list[int]) -> Iterator[list[Lines]]:
    """Groups of about the same height; a formula that is higher than a display is continued in the next."""
    if max(heights) > HIGHEST:
        formulas = [
            piece for lines, height in zip(formulas, heights, strict=True) for piece in _cut(lines, height)
        ]
        heights = list(map(_height, formulas))
    share = sum(heights) / _fewest(heights)
    start = high = below = groups = 0
    for place, height in enumerate(heights):
        past_its_share = below + height / 2 > (groups + 1) * share
        if high and (past_its_share or high + height > HIGHEST):
            yield formulas[start:place]
            start, high, groups = place, 0, groups + 1
        high += height
        below += height
    yield formulas[start:]


def _fewest(heights: list[int]) -> int:
    """How many displays filling each in turn takes."""
    count, high = 1, 0
    for height in heights:
        if high and high + height > HIGHEST:
            count, high = count + 1, 0
        high += height
    return count


def _cut(lines: Lines, height: int) -> Iterator[Lines]:
    most = ceil(len(lines) / ceil(height / HIGHEST))
    return (lines[start : start + most] for start in range(0, len(lines), most))


def _height(lines: Lines) -> int:
    first = lines[0]
    line = _FRACTIONS if _tall(lines) else _FLAT
    if "^{(" in first:
        over = first.count(r"}{\partial") > first.count(r"L}{\partial")  # above the bar too
        line += 2 * _LABELLED if over else _LABELLED
    return line * len(lines) + (_BETWEEN if len(lines) > 1 else 0)


def _tall(lines: Lines) -> bool:
    return r"\frac" in lines[0]


def _closed_forms(document: Document, room: float) -> Iterator[tuple[Kind, str]]:
    kind: Kind = "forward"
    pending: list[Indexed] = []
    for formula in document.formulas:
        form = closed(formula, TEX_MATRICES, document.names)
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
    fits = wide + (ranges and _COLUMN_GAP + ranges) <= room
    return fits and sum(height_of(index_right(form)) for form in forms) <= HIGHEST


def height_of(right: str) -> int:
    """The height of a line with this right side."""
    return _CONDITIONED_SUM if r"\substack" in right else _SUM if r"\sum" in right else _FRACTIONS


def _closed(forms: list[Indexed], room: float) -> str:
    if not _side_by_side(forms, room):
        return environment([index_lines(form, room) for form in forms])
    rows = []
    for form in forms:
        where = index_ranges(form)
        rows.append([f"{form.left} &= {index_right(form)}" + (rf" &&\quad {where}" if where else "")])
    return environment(rows)
