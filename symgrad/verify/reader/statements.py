"""A text read: its tokens, its statements, and a problem where one cannot be read."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from symgrad.verify.reader import complaints
from symgrad.verify.reader.brackets import balance
from symgrad.verify.reader.grammar import Grammar
from symgrad.verify.reader.rows import Draft, drafts
from symgrad.verify.reader.tokens import Lexer, Refused, Token
from symgrad.verify.syntax import Listed, Node, Problem, Repair, Statement

_PENDING: Final = frozenset(("op", "sign", "rel"))


def read(text: str, *, plain: bool = False) -> tuple[Statement, ...]:
    """The statements of a passage, in order; ``plain`` for text that is no TeX. Spans count in ``text``.

    It never raises: a statement that cannot be read has a problem and no members.
    """
    try:
        lexer = Lexer(text, plain)
        tokens = lexer.run()
        balanced = balance(tokens)
        found = drafts(balanced.tokens, plain)
    except Refused as refusal:
        return (_broken(refusal.message, refusal.span, (0, len(text))),)
    repairs = [*lexer.repairs, *balanced.repairs]
    statements: list[Statement] = []
    for number, draft in enumerate(found):
        _read_draft(text, draft, plain, statements, last=number == len(found) - 1)
    if not statements and (tokens or repairs):
        statements = [_broken("there is no formula in it", (0, len(text)), (0, len(text)))]
    return _with_repairs(statements, repairs) if repairs and statements else tuple(statements)


def _read_draft(text: str, draft: Draft, plain: bool, statements: list[Statement], *, last: bool) -> None:
    statement = _statement(text, draft.tokens, plain, last=last)
    if statement.problem is None or not draft.rows or draft.rows == [0]:
        statements.append(statement)
        return
    # One broken row does not take the rows that go on from it along.
    bounds = sorted({0, *draft.rows, len(draft.tokens)})
    for start, stop in pairwise(bounds):
        statements.append(_statement(text, draft.tokens[start:stop], plain, last=last and stop == bounds[-1]))


def _statement(text: str, tokens: list[Token], plain: bool, *, last: bool) -> Statement:
    span = (tokens[0].start, tokens[-1].stop)
    try:
        return _chain(text, tokens, plain, [])
    except complaints.Ended as refusal:
        cut = _cut(tokens) if last else 0
        if cut:
            where = (tokens[cut].start, span[1])
            repair = Repair(
                "truncated", "the formula breaks off here; read up to the last whole term", where, ""
            )
            try:
                return _chain(text, tokens[:cut], plain, [repair])._replace(span=span)
            except (Refused, RecursionError):
                pass
        return _broken(refusal.message, refusal.span, span)
    except Refused as refusal:
        return _broken(refusal.message, refusal.span, span)
    except RecursionError:
        return _broken("nested too deep", span, span)


def _chain(text: str, tokens: list[Token], plain: bool, repairs: list[Repair]) -> Statement:
    """``A = B = C``."""
    stop = tokens[-1].stop
    reader = Grammar([*tokens, Token("done", "", stop, stop)], plain, repairs, text)
    members: list[Node] = []
    relations: list[str] = []
    leading = tokens[0].kind == "rel"
    if not leading:
        members.append(_member(reader))
    while (token := reader.tokens[reader.at]).kind == "rel":
        if token.text == ":":
            raise Refused("a colon in the middle of a formula", (token.start, token.stop))
        reader.at += 1
        relations.append(token.text)
        members.append(_member(reader))
    if reader.tokens[reader.at].kind != "done":
        raise complaints.unexpected(reader)
    return Statement(tuple(members), tuple(relations), leading, tuple(repairs), None, (tokens[0].start, stop))


def _member(reader: Grammar) -> Node:
    first = reader.tokens[reader.at]
    node = reader.ranged()
    if reader.tokens[reader.at].kind != "comma":
        return node
    parts = [node]
    while reader.tokens[reader.at].kind == "comma":
        reader.at += 1
        parts.append(reader.ranged())
    return Listed(tuple(parts), ",", reader.span(first))


def _cut(tokens: list[Token]) -> int:
    """Where the last whole term ends: before the last sign or relation at the level of the statement."""
    depth = 0
    cut = 0
    for index, token in enumerate(tokens):
        if token.kind in ("open", "lbrace", "begin"):
            depth += 1
        elif token.kind in ("close", "rbrace", "end"):
            depth -= 1
        elif (
            depth == 0 and index and token.kind in ("sign", "rel") and tokens[index - 1].kind not in _PENDING
        ):
            cut = index
    if not cut and len(tokens) > 1 and tokens[-1].kind == "op":
        cut = len(tokens) - 1
    return cut


def _broken(message: str, where: tuple[int, int], span: tuple[int, int]) -> Statement:
    return Statement((), (), False, (), Problem(message, where), span)


def _with_repairs(statements: list[Statement], repairs: list[Repair]) -> tuple[Statement, ...]:
    """Each repair with the statement in whose text it was made."""
    own: list[list[Repair]] = [[] for _ in statements]
    starts = [statement.span[0] for statement in statements]
    from bisect import bisect_right

    for repair in repairs:
        own[max(bisect_right(starts, repair.span[0]) - 1, 0)].append(repair)
    return tuple(
        statement._replace(repairs=tuple(sorted((*statement.repairs, *more), key=lambda r: r.span)))
        if more
        else statement
        for statement, more in zip(statements, own, strict=True)
    )
