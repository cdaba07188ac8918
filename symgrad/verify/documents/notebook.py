r"""The Markdown cells of a Jupyter notebook, and how to write into them without touching anything else.

A cell's text is one JSON string or a list of them; each piece of it knows where its characters stand in the
file, so that an edit rewrites the characters that change and leaves every other byte, escapes included.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from symgrad.verify.documents.pieces import Span
from symgrad.verify.documents.places import DocumentError, Lines

_TOKEN = re.compile(r'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|u(?P<code>[0-9a-fA-F]{4})"
    r"|(?P<plain>.))"
)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


class Literal(NamedTuple):
    """A JSON string between its quotation marks at start:stop of the file.

    ``offset`` is where its text begins in the cell. After the k-th escape the text goes on at ``decoded[k]``
    (in the literal) and the file at ``raw[k]``.
    """

    start: int
    stop: int
    offset: int
    length: int
    decoded: tuple[int, ...]
    raw: tuple[int, ...]

    def place(self, offset: int) -> int:
        """Where ``offset`` of the cell stands in the file: where one character ends and the next begins."""
        offset -= self.offset
        known = bisect_right(self.decoded, offset) - 1
        return self.raw[known] + offset - self.decoded[known]


class Cell(NamedTuple):
    """A Markdown cell: its number among all cells from 1, its text, and the pieces it is written in."""

    number: int
    text: str
    literals: tuple[Literal, ...]
    listed: bool


def cells(source: str) -> Iterator[Cell]:
    """The Markdown cells of a notebook, in order.

    Raises:
        DocumentError: not JSON, or not a notebook.
    """
    import json  # only for notebooks

    try:
        notebook = json.loads(source.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        at = error.pos + source.startswith("\ufeff")
        place = Lines(source).place(at, at + 1)
        raise DocumentError(f"not a notebook: its JSON is broken ({error.msg})", place) from None
    except (RecursionError, ValueError):
        raise DocumentError(
            "not a notebook: its JSON is nested too deeply or holds too long a number"
        ) from None
    known = isinstance(notebook, dict) and ("cells" in notebook or "worksheets" in notebook)
    if not known:
        raise DocumentError("not a notebook: it has no 'cells'")
    for number, (kind, literals, listed) in enumerate(_cells(source), start=1):
        if kind == "markdown" and literals:
            yield _cell(source, number, literals, listed)


class _Open(NamedTuple):
    """An object or array that is open, and the key under which it stands."""

    brace: str
    under: str


def _cells(source: str) -> Iterator[tuple[str, list[Span], bool]]:
    """Of every object in an array under "cells": kind, strings of its source, whether they are a list."""
    stack: list[_Open] = []
    key = ""
    expects_key = False
    kind, spans, listed = "", list[Span](), False
    cell_depth = 0  # of the cell being read, counted in open brackets
    for token in _TOKEN.finditer(source):
        shown = token[0]
        if shown in "{[":
            in_cells = bool(stack) and stack[-1].brace == "[" and stack[-1].under == "cells"
            if shown == "{" and in_cells and not cell_depth:
                kind, spans, listed = "", [], False
                cell_depth = len(stack) + 1
            if shown == "[" and cell_depth == len(stack) and key == "source" and cell_depth:
                spans, listed = [], True
            stack.append(_Open(shown, key if not stack or stack[-1].brace == "{" else ""))
            expects_key = shown == "{"
        elif shown in "}]":
            if cell_depth and len(stack) == cell_depth:
                yield kind, spans, listed
                cell_depth = 0
            stack.pop()
        elif shown == ",":
            expects_key = bool(stack) and stack[-1].brace == "{"
        elif shown == ":":
            expects_key = False
        elif shown[0] == '"':
            if expects_key:
                key = _decoded(source, token.start() + 1, token.end() - 1)
            elif cell_depth and len(stack) == cell_depth:
                if key == "cell_type":
                    kind = _decoded(source, token.start() + 1, token.end() - 1)
                elif key == "source":
                    spans, listed = [(token.start() + 1, token.end() - 1)], False
            elif cell_depth and len(stack) == cell_depth + 1 and stack[-1] == _Open("[", "source"):
                spans.append((token.start() + 1, token.end() - 1))


def _decoded(source: str, start: int, stop: int) -> str:
    return _ESCAPE.sub(_character, source[start:stop])


def _character(escape: re.Match[str]) -> str:
    if escape["high"]:
        return chr(0x10000 + ((int(escape["high"], 16) - 0xD800) << 10) + int(escape["low"], 16) - 0xDC00)
    if escape["code"]:
        return chr(int(escape["code"], 16))
    return _PLAIN.get(escape["plain"], escape["plain"])


def _cell(source: str, number: int, spans: Sequence[Span], listed: bool) -> Cell:
    texts: list[str] = []
    literals: list[Literal] = []
    offset = 0
    for start, stop in spans:
        raw, decoded = [start], [0]
        parts: list[str] = []
        length = 0
        position = start
        for escape in _ESCAPE.finditer(source, start, stop):
            if escape.start() > position:
                parts.append(source[position : escape.start()])
                length += escape.start() - position
            parts.append(_character(escape))
            length += 1
            position = escape.end()
            decoded.append(length)
            raw.append(position)
        parts.append(source[position:stop])
        length += stop - position
        texts.append("".join(parts))
        literals.append(Literal(start, stop, offset, length, tuple(decoded), tuple(raw)))
        offset += length
    return Cell(number, "".join(texts), tuple(literals), listed)


def raw_span(cell: Cell, start: int, stop: int) -> Span:
    """Where start:stop of the cell's text stands in the file."""
    first = _literal(cell, start).place(start)
    if stop <= start:
        return first, first
    return first, _literal(cell, stop - 1).place(stop)


def _literal(cell: Cell, offset: int) -> Literal:
    """The piece in which the character at ``offset`` stands; at the end of the cell, the last."""
    index = bisect_right(cell.literals, offset, key=lambda literal: literal.offset) - 1
    while index > 0 and not cell.literals[index].length:
        index -= 1
    return cell.literals[max(0, index)]


def rewritten(source: str, cell: Cell, start: int, stop: int, new: str) -> tuple[int, int, str] | None:
    """The edit of the file that puts ``new`` for start:stop of the cell: start, stop and text, or None.

    Only what differs is written. Where a cell is a list of lines, a new line becomes a new string, set off as
    its neighbours are.
    """
    old = cell.text[start:stop]
    most = min(len(old), len(new))
    head = 0
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    start, stop, new = start + head, stop - tail, new[head : len(new) - tail]
    if start == stop and not new:
        return None
    first, last = raw_span(cell, start, stop)
    pieces = _escaped(source, cell, new)
    if not cell.listed:
        return first, last, "".join(pieces)
    closes = any(literal.stop == last for literal in cell.literals)
    joint = f'"{_between(source, cell)}"'
    text = joint.join(pieces)
    if pieces and new.endswith("\n") and not closes:
        text += joint
    return first, last, text


def _between(source: str, cell: Cell) -> str:
    if len(cell.literals) > 1:
        one, two = cell.literals[:2]
        between = source[one.stop + 1 : two.start - 1]
        if not between.strip(" \t\r\n,"):
            return between
    return ", "


def _escaped(source: str, cell: Cell, new: str) -> list[str]:
    """``new`` as JSON, line by line; other letters are escaped where the cell's own are."""
    written = [source[literal.start : literal.stop] for literal in cell.literals]
    plain = any(not piece.isascii() for piece in written) or not any(
        ord(character) > 127 for character in cell.text
    )
    return ["".join(_written(character, plain) for character in line) for line in _lines(new)]


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _written(character: str, plain: bool) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x20 or 0xD800 <= code < 0xE000:
        return f"\\u{code:04x}"
    if code < 0x7F or plain:
        return character
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
