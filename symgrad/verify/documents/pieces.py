"""What a scanner yields: a stretch of mathematics, or a comment on how to take the stretches after it."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]

Display: TypeAlias = Literal["display", "inline", "code", "plain", "table"]


def overlap(one: Span, other: Span) -> bool:
    """Whether two stretches share a character, or one is a place strictly inside the other."""
    return one[0] < other[1] and other[0] < one[1]


class Cell(NamedTuple):
    """A cell of a table of names, without its dollar signs or tags; start and stop are in the passage's text.

    ``name`` for ``a1``, ``a 5``, ``w4*``, ``∂L/∂w1``; ``math`` for what stood between dollar signs;
    ``number``; ``sign`` for ``=`` or ``- α x``; ``empty``.
    """

    text: str
    start: int
    stop: int
    kind: Literal["name", "math", "number", "sign", "empty"]


class Found(NamedTuple):
    """Mathematics at start:stop of a text, without its delimiters.

    ``prefix`` is what stands before each of its lines, ``> `` in a quotation; ``rows`` are those of a table.
    """

    start: int
    stop: int
    display: Display
    unclosed: bool = False
    environment: str = ""
    prefix: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()


class Mark(NamedTuple):
    """A comment ``symgrad: word``; start:stop is the place of the word."""

    word: str
    start: int
    stop: int


def mark(text: str, start: int, stop: int) -> Mark | None:
    """The mark that a comment with the contents start:stop is, if it is one."""
    while start < stop and text[start].isspace():
        start += 1
    if text[start : start + 8].lower() != "symgrad:":
        return None
    start += 8
    while start < stop and text[start].isspace():
        start += 1
    word = text[start:stop].rstrip()
    return Mark(word, start, start + len(word))
