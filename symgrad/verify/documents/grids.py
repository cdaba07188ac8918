"""Tables of names that are no Markdown tables: lines of names between tabs, or between two or more spaces."""

from __future__ import annotations

import re
from typing import Final

from symgrad.verify.documents.pieces import Cell, Found

LONGEST_CELL: Final = 200
"""The most characters of a cell; a line with a longer one is no row."""

LONGEST_ROW: Final = 10_000
"""The most characters of a row; a longer line is none."""

_ENOUGH = 250_000  # of a table: more than is taken in as one passage

_LETTER = r"[^\W\d_₀-₉]"
# A letter, or up to four where digits follow, as in net1; digits glued, set off by one space, or below.
_WORD = (
    rf"[∂δΔ]?{_LETTER}(?:{_LETTER}{{0,3}}(?=[ _]?\{{?[\d₀-₉]))?"
    r"\u0302?(?:[ _]?\{?\d{1,6}(?:[,_]\d{1,6}){0,5}\}?|[₀-₉]{1,6})?['′*]{0,2}"
)
_NAME = re.compile(rf"(?:d(?={_LETTER}))?{_WORD}(?:/d?{_WORD})?")
_NUMBER = re.compile(r"[-−+]?\d{1,30}(?:\.\d{1,30})?")
# A relation alone, or a sign with at most a letter and a sign about it, as in "- α x".
_SIGN = re.compile(rf"=|:=|<-|←|(?:{_LETTER}? ?[-−–+*·×⋅](?: ?(?:{_LETTER}|[-−–+*·×⋅\d])){{0,4}})")
_MATH = re.compile(r"\$(?=\S)[^$]*(?<=\S)\$")
_TAGGED = re.compile(r"<([A-Za-z]{1,10})>([^<>]*)</([A-Za-z]{1,10})>")
_GAP = re.compile(r"\t| {2,}")


def grid(text: str, start: int) -> Found | None:
    """The table of names whose first row begins at ``start``, or None.

    A row has at least two cells, all of them names, formulas, numbers or signs, and a name or a formula
    among them. A single row is taken only if tabs stand between its cells.
    """
    rows: list[tuple[Cell, ...]] = []
    position = stop = start
    tabs = False
    while position < len(text) and stop - start < _ENOUGH:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        row = _row(text, position, end, start)
        if not row:
            break
        tabs = tabs or "\t" in text[position:end].strip()
        rows.append(row)
        stop = position + len(text[position:end].rstrip())
        position = end + 1
    if not rows or (len(rows) == 1 and not tabs):
        return None
    return Found(start, stop, "table", rows=tuple(rows))


def _row(text: str, start: int, end: int, origin: int) -> tuple[Cell, ...]:
    """The cells of one line, or none if it is no row."""
    if end - start > LONGEST_ROW:
        return ()
    line = text[start:end].rstrip()
    body = line.lstrip(" ")
    if "\t" not in body and "  " not in body:
        return ()
    # With tabs the columns stand between them, and a cell may be empty; otherwise wide gaps part the cells.
    first = len(line) - len(body)
    cells: list[Cell] = []
    named = 0
    for gap in (*(_GAP.finditer(line, first) if "\t" not in body else re.finditer("\t", line)), None):
        last = gap.start() if gap else len(line)
        if last - first > LONGEST_CELL:
            return ()
        cell = _cell(text, start + first, start + last, origin)
        if cell is None:
            return ()
        cells.append(cell)
        named += cell.kind in ("name", "math")
        first = gap.end() if gap else len(line)
    filled = sum(cell.kind != "empty" for cell in cells)
    return tuple(cells) if named and filled > 1 else ()


def _cell(text: str, start: int, stop: int, origin: int) -> Cell | None:
    shown = text[start:stop].strip()
    start += len(text[start:stop]) - len(text[start:stop].lstrip()) if shown else 0
    if not shown:
        return Cell("", start - origin, start - origin, "empty")
    stop = start + len(shown)
    if _MATH.fullmatch(shown):
        return Cell(shown[1:-1], start + 1 - origin, stop - 1 - origin, "math")
    tagged = _TAGGED.fullmatch(shown)
    if tagged and tagged[1] == tagged[3]:
        shown, start = tagged[2], start + tagged.start(2)
        stop = start + len(shown)
    if _NAME.fullmatch(shown):
        return Cell(shown, start - origin, stop - origin, "name")
    if _NUMBER.fullmatch(shown):
        return Cell(shown, start - origin, stop - origin, "number")
    if _SIGN.fullmatch(shown):
        return Cell(shown, start - origin, stop - origin, "sign")
    return None
