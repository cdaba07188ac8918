"""A line of a document, or as much of it as fits, with several places in it underlined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from symgrad.errors import columns, printable
from symgrad.verify.documents.pieces import Span

WINDOW: Final = 72
"""The most characters of a line that are shown."""

_BEFORE: Final = 24
"""Characters that stand before the first place, where the line is longer than the window."""


def together(spans: Sequence[Span], length: int) -> list[list[int]]:
    """The places of one line in groups that each fit in a window, in order of where they begin, by number."""
    groups: list[list[int]] = []
    first = 0
    for number in sorted(range(len(spans)), key=lambda number: spans[number]):
        start, stop = spans[number]
        reach = length if length <= WINDOW else first + WINDOW - _BEFORE
        if groups and stop <= reach:
            groups[-1].append(number)
        else:
            groups.append([number])
            first = start
    return groups


def underlined(
    line: str, spans: Sequence[Span], spelled: Callable[[str], str] = printable
) -> tuple[str, str]:
    """Two lines: an excerpt of ``line``, and carets under ``spans``.

    An empty span points between two characters. ``spelled`` writes a piece of the line as it can be shown.
    """
    places = sorted(spans)
    first = max(0, min(places[0][0] - _BEFORE, len(line) - WINDOW))
    last = min(len(line), first + WINDOW)
    head, tail = spelled("…") if first else "", spelled("…") if last < len(line) else ""

    def piece(start: int, stop: int) -> str:
        return spelled(line[start:stop].replace("\t", " "))

    carets = ""
    for start, stop in places:
        start = max(first, min(start, last))
        stop = max(start, min(stop, last))
        column = columns(head + piece(first, start))
        wide = max(1, columns(piece(start, stop)))
        carets = carets.ljust(column) + "^" * (column + wide - max(column, len(carets)))
    return head + piece(first, last) + tail, carets
