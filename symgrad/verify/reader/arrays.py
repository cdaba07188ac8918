"""Matrices and case distinctions: rows and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import complaints
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import Cases, Matrix, Node, Words

if TYPE_CHECKING:
    from symgrad.verify.documents.pieces import Span
    from symgrad.verify.reader.grammar import Grammar

_IF: Final = frozenset(("if", "for", "when", "where", "wenn", "si"))
_ELSE: Final = frozenset(("otherwise", "else", "sonst", "sinon"))


def array(reader: Grammar, token: Token) -> Node:
    r"""``\begin{bmatrix} … \end{bmatrix}``, ``\begin{cases} … \end{cases}``."""
    reader.at += 1
    bars, reader.bars = reader.bars, ""
    rows: list[tuple[Node, ...]] = []
    row: list[Node] = []
    cases = token.text == "cases" or reader.tokens[reader.at - 2].text == "{"
    while True:
        here = reader.tokens[reader.at]
        if here.kind in ("row", "end"):
            if row:
                rows.append(tuple(row))
            row = []
            reader.at += 1
            if here.kind == "end":
                break
        elif here.kind == "amp":
            reader.at += 1
            if not row or reader.tokens[reader.at].kind in ("amp", "row", "end"):
                raise Refused("an entry is empty", (here.start, here.stop))
        else:
            row.append(condition(reader) if cases and row else entry(reader))
            if reader.tokens[reader.at].kind not in ("amp", "row", "end"):
                if cases and len(row) == 1 and reader.tokens[reader.at].kind in ("words", "name"):
                    continue
                raise complaints.unexpected(reader)
    reader.bars = bars
    span = reader.span(token)
    if not rows:
        raise Refused("an array without entries", span)
    matrix = Matrix(tuple(rows), span)
    return as_cases(matrix, span) if cases else matrix


def entry(reader: Grammar) -> Node:
    """An entry; a comma before the condition says nothing."""
    node = reader.related()
    here = reader.tokens[reader.at]
    if here.kind in ("comma", "semi", "stop") and reader.tokens[reader.at + 1].kind in (
        "amp", "row", "end", "words", "name",
    ):  # fmt: skip
        reader.at += 1
    return node


def condition(reader: Grammar) -> Node:
    """When a case holds: a relation with or without an "if" before it, or words."""
    token = reader.tokens[reader.at]
    if token.kind in ("words", "name") and token.text.lower().strip(" ,:") in _IF:
        reader.at += 1
    elif token.kind in ("words", "name") and token.text.lower().strip(" ,.") in _ELSE:
        reader.at += 1
        node: Node = Words(token.text.strip(" ,."), (token.start, token.stop))
        if reader.tokens[reader.at].kind in ("stop", "comma"):
            reader.at += 1
        return node
    node = reader.items()
    if reader.tokens[reader.at].kind in ("stop", "comma", "semi"):
        reader.at += 1
    return node


def as_cases(matrix: Matrix, span: Span) -> Cases:
    """A matrix of values and conditions."""
    rows: list[tuple[Node, Node | None]] = []
    for row in matrix.rows:
        if len(row) > 2:
            raise Refused("a case has a value and a condition, and no more", span)
        rows.append((row[0], row[1] if len(row) == 2 else None))
    return Cases(tuple(rows), span)
