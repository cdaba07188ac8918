"""Places in a text: line and column from 1, and the error that shows one."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from symgrad.errors import SymgradError, caret

_LINE_END = re.compile(r"\r\n?|\n")
_BYTE_ORDER_MARK = "\ufeff"


class Place(NamedTuple):
    """A stretch of one line: line and column from 1, the line's text, and the stretch in that text."""

    line: int
    column: int
    text: str
    start: int
    stop: int


class Lines:
    """The lines of a text; a byte order mark at its beginning fills no column."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        first = 1 if text.startswith(_BYTE_ORDER_MARK) else 0
        self._starts = [first, *(end.end() for end in _LINE_END.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = max(1, bisect_right(self._starts, offset))
        return line, max(1, offset - self._starts[line - 1] + 1)

    def place(self, start: int, stop: int) -> Place:
        """The place of start:stop, cut at the end of its first line."""
        line, column = self.at(start)
        first = self._starts[line - 1]
        last = self._starts[line] if line < len(self._starts) else len(self._text)
        text = self._text[first:last].rstrip("\r\n")
        return Place(line, column, text, column - 1, min(max(stop - first, column - 1), len(text)))


class DocumentError(SymgradError):
    """A document that cannot be taken in; carries the place, where there is one."""

    def __init__(self, message: str, place: Place | None = None, cell: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.cell = cell

    def __str__(self) -> str:
        if self.place is None:
            return self.message
        where = f"line {self.place.line}, column {self.place.column}: "
        if self.cell is not None:
            where = f"cell {self.cell}, {where}"
        return f"{where}{self.message}\n{caret(self.place.text, self.place.start, self.place.stop)}"
