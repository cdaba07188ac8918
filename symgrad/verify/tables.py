"""Tables of names: a picture or a kernel laid out in rows, and the update of a whole kernel.

In each block of columns the entries are counted row by row. A cell that breaks the count is pointed out,
with what the others say must stand there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from symgrad.verify.claims import Claim, Finding, Kind
from symgrad.verify.documents.pieces import Cell
from symgrad.verify.passages import Document, Passage

_LEAST_CELLS: Final = 4
_COUNTED: Final = re.compile(r"\d+")
_LATIN: Final = {
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "к": "k",
    "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O", "Р": "P", "С": "C", "Т": "T",
    "Х": "X",
}  # fmt: skip


class _Odd(NamedTuple):
    cell: Cell
    kind: Kind
    expected: str
    message: str


def table_claims(document: Document) -> list[Claim]:
    """A claim for each table that has an odd cell, or that says that something equals something."""
    found: list[Claim] = []
    for number, passage in enumerate(document.passages):
        if passage.display != "table":
            continue
        odd = [one for block in _blocks(passage.rows) for one in _oddities(block)]
        if odd or any(cell.text == "=" for row in passage.rows for cell in row):
            found.append(_claim(document, number, passage, odd))
    return found


def _blocks(rows: Sequence[Sequence[Cell]]) -> list[list[list[Cell]]]:
    """The table's columns between those that hold signs or nothing."""
    width = max(len(row) for row in rows)
    walls = {
        n for n in range(width) if all(n >= len(row) or row[n].kind in ("sign", "empty") for row in rows)
    }
    blocks: list[list[list[Cell]]] = []
    start = 0
    for n in [*sorted(walls), width]:
        block = [list(row[start:n]) for row in rows if len(row) > start]
        if n > start and any(block):
            blocks.append(block)
        start = n + 1
    return blocks


def _oddities(block: list[list[Cell]]) -> list[_Odd]:
    cells = [cell for row in block for cell in row if cell.kind != "empty"]
    if len(cells) < _LEAST_CELLS:
        return []
    patterns: Counter[tuple[str, str, int]] = Counter()
    spelled: dict[tuple[str, str, int], tuple[str, str]] = {}
    for n, cell in enumerate(cells):
        text = _latin(cell.text)
        for digits in _COUNTED.finditer(text):
            head, tail = text[: digits.start()], text[digits.end() :].strip()
            pattern = head.replace(" ", ""), tail.replace(" ", ""), int(digits[0]) - n
            patterns[pattern] += 1
            spelled.setdefault(pattern, (head, tail))
    if not patterns:
        return []
    pattern, count = patterns.most_common(1)[0]
    if count < max(3, 0.6 * len(cells)):
        return []
    head, tail = spelled[pattern]
    first = pattern[2]
    found: list[_Odd] = []
    for n, cell in enumerate(cells):
        expected = f"{head}{first + n}{tail}"
        if cell.text.replace(" ", "") == expected.replace(" ", ""):
            continue
        strange = [c for c in cell.text if c in _LATIN]
        if strange and _latin(cell.text).replace(" ", "") == expected.replace(" ", ""):
            name = unicodedata.name(strange[0]).capitalize().replace("Cyrillic small letter ", "Cyrillic ")
            found.append(
                _Odd(
                    cell,
                    "notation",
                    expected,
                    f"{cell.text} is written with the {name}; it should be {expected}",
                )
            )
        else:
            broken = len(cell.text) < len(expected) and "\\" not in cell.text
            kind: Kind = "truncated" if broken else "wrong-index"
            found.append(_Odd(cell, kind, expected, f"{cell.text} should be {expected}"))
    return found


def _latin(text: str) -> str:
    return "".join(_LATIN.get(character, character) for character in text)


def _claim(document: Document, number: int, passage: Passage, odd: list[_Odd]) -> Claim:
    span = (0, len(passage.text))
    place = document.place(number, 0, 1)
    findings = tuple(
        Finding(one.kind, one.cell.text, one.expected, one.message, (one.cell.start, one.cell.stop))
        for one in odd
    )
    edits = tuple((_span(passage.text, one), _spelled(passage.text, one)) for one in odd)
    wrong = any(one.kind != "notation" for one in odd)
    corrected = None
    if odd:
        corrected = passage.text
        for (start, stop), new in sorted(edits, reverse=True):
            corrected = corrected[:start] + new + corrected[stop:]
    repairs = tuple(one.message for one in odd if one.kind == "notation")
    return Claim(
        number, span, place.line, place.column, passage.cell, "table", passage.text,
        "wrong" if wrong else "unreadable" if odd else "right",
        "refuted" if wrong else None if odd else "proved",
        findings, corrected, edits, None, repairs,
        () if odd else ("each cell of the table counts as its neighbours do",), (),
        "; ".join(repairs) if not wrong else "",
    )  # fmt: skip


def _span(text: str, one: _Odd) -> tuple[int, int]:
    """The cell, with the tags that stand about it and nothing else."""
    start, stop = one.cell.start, one.cell.stop
    tagged = re.compile(r"<[A-Za-z]{1,10}>$").search(text[:start])
    closing = re.compile(r"</[A-Za-z]{1,10}>").match(text, stop)
    if one.kind == "truncated" and tagged and closing:
        return tagged.start(), closing.end()
    return start, stop


def _spelled(text: str, one: _Odd) -> str:
    """What belongs in the cell; between dollar signs, where it is TeX and none stand there."""
    start, _ = _span(text, one)
    bare = one.cell.kind != "math" and "\\" in one.expected
    return f"${one.expected}$" if bare and text[start - 1 : start] != "$" else one.expected
