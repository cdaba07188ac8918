"""Which tokens belong to one statement: rows, commas, wide gaps and the words between equations.

A row that begins with a relation goes on with the statement before it; so does a row after an operator, and a
row without a relation that begins with one. Commas separate equations, and the items of a list elsewhere.
"""

from __future__ import annotations

from typing import Final

from symgrad.verify.reader.brackets import partners
from symgrad.verify.reader.tokens import Token

_OPENING: Final = frozenset(("open", "lbrace", "begin"))
_CLOSING: Final = frozenset(("close", "rbrace", "end"))
_PENDING: Final = frozenset(("op", "sign", "rel"))
_PUNCTUATION: Final = frozenset(("comma", "semi", "stop"))
_JOINTS: Final = frozenset(
    ("and", "where", "with", "for", "so", "hence", "thus", "then", "therefore", "because", "since", "as",
     "i.e", "ie", "that is", "for all", "for each", "for every", "such that", "which gives", "giving",
     "yields", "we have", "we get",
     "and so", "and hence", "and thus", "so that", "respectively", "und", "wobei", "mit",
     "für", "et", "avec", "où", "pour", "其中", "和", "且", "所以", "因此", "则", "即", "以及")
)  # fmt: skip
_PLAIN_JOINTS: Final = frozenset(("for", "and", "where", "with"))


class Draft:
    """The tokens of a statement to be; ``rows`` are the places in them where a row begins with a relation."""

    __slots__ = ("related", "rows", "tokens")

    def __init__(self, tokens: list[Token], related: bool) -> None:
        self.tokens = tokens
        self.related = related
        self.rows: list[int] = []

    def goes_on(self, tokens: list[Token], related: bool) -> None:
        """Append a row."""
        while self.tokens and self.tokens[-1].kind in _PUNCTUATION:
            self.tokens.pop()
        if tokens[0].kind == "rel":
            self.rows.append(len(self.tokens))
        self.tokens += tokens
        self.related = self.related or related


class _Piece:
    """Tokens between two separators of a row: ``before`` is the one, ``wide`` says that it is a gap too."""

    __slots__ = ("before", "related", "tokens", "wide")

    def __init__(self, before: str, tokens: list[Token], related: bool, wide: bool = False) -> None:
        self.before = before
        self.wide = wide
        self.tokens = tokens
        self.related = related


def drafts(tokens: list[Token], plain: bool) -> list[Draft]:
    """The statements of a passage."""
    result: list[Draft] = []
    for row in _rows(_opened(tokens)):
        pieces = _pieces(row, plain)
        for number, piece in enumerate(pieces):
            last = result[-1] if result else None
            first = piece.tokens[0]
            if last is None or piece.before == "note":
                result.append(Draft(piece.tokens, piece.related))
            elif last.tokens[0].kind == "words" and len(last.tokens) == 1:
                _after_note(result, piece, fresh=number == 0)
            elif number == 0 and _goes_on(last, piece):
                last.goes_on(piece.tokens, piece.related)
            elif number == 0:
                result.append(Draft(piece.tokens, piece.related))
            elif first.kind == "rel" and piece.before != "joint":
                last.goes_on(piece.tokens, True)
            elif last.related and piece.wide and _begins_a_list(pieces[number : number + 2]):
                result.append(Draft(piece.tokens, False))
            elif piece.before == "comma" and not (last.related and piece.related):
                at = last.tokens[-1].stop
                last.tokens.append(Token("comma", ",", at, at))
                last.tokens += piece.tokens
                last.related = last.related or piece.related
            elif piece.before == "gap" and not piece.related and (inner := _bracketed(piece.tokens)):
                result.append(Draft(inner, True))
            elif piece.before == "gap" and not piece.related:
                last.tokens += [Token("gap", "", first.start, first.start), *piece.tokens]
            else:
                result.append(Draft(piece.tokens, piece.related))
    for draft in result:
        while len(draft.tokens) > 1 and draft.tokens[-1].kind in _PUNCTUATION:
            draft.tokens.pop()
    return result


def _begins_a_list(pieces: list[_Piece]) -> bool:
    r"""Whether letters behind a wide gap belong to the equation after them: ``\qquad i, j = 0, 1``."""
    first, *rest = pieces
    return (
        not first.related
        and len(first.tokens) == 1
        and first.tokens[0].kind in ("run", "name")
        and bool(rest)
        and rest[0].before == "comma"
        and rest[0].related
    )


def _after_note(result: list[Draft], piece: _Piece, *, fresh: bool) -> None:
    """A note stands between a statement and the row that goes on with it."""
    before = next((draft for draft in reversed(result) if draft.tokens[0].kind != "words"), None)
    if before is not None and fresh and _goes_on(before, piece):
        before.goes_on(piece.tokens, piece.related)
    else:
        result.append(Draft(piece.tokens, piece.related))


def _goes_on(last: Draft, piece: _Piece) -> bool:
    first = piece.tokens[0]
    if first.kind == "rel" or last.tokens[-1].kind in _PENDING:
        return True
    if first.kind == "op" or (first.kind == "sign" and first.text == "+"):
        return True
    return first.kind == "sign" and not piece.related


def _opened(tokens: list[Token]) -> list[Token]:
    r"""The tokens without the brace or the array about a system of equations: its rows are statements."""
    first = next((index for index, token in enumerate(tokens) if token.kind not in ("row", "amp", "gap")), -1)
    if first < 0 or tokens[first].kind not in ("open", "begin"):
        return tokens
    opener = tokens[first]
    end = partners(tokens)[first]
    if end < 0 or any(
        token.kind not in ("row", "stop", "comma", "gap", "amp") for token in tokens[end + 1 :]
    ):
        return tokens
    inner = tokens[first + 1 : end]
    if opener.kind == "open":
        if opener.text != "{" or tokens[end].style != "null" or not inner:
            return tokens
        if inner[0].kind != "begin":
            return inner if _related(inner) else tokens
        opened = _opened(inner)
        return opened if opened is not inner else tokens
    if opener.text not in ("cases", "array"):
        return tokens
    row: list[Token] = []
    depth = 0
    for token in inner:
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        if depth == 0 and token.kind == "row":
            break
        if depth == 0:
            row.append(token)
    kinds = [token.kind for token in row]
    if "rel" not in kinds:
        return tokens
    at = kinds.index("rel")
    before = kinds[:at]
    return inner if "amp" not in before or before[-1] == "amp" else tokens


def _related(tokens: list[Token]) -> bool:
    depth = 0
    for token in tokens:
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        if depth == 0 and token.kind == "rel":
            return True
    return False


def _rows(tokens: list[Token]) -> list[list[Token]]:
    """The rows of a passage, without what says nothing inside brackets."""
    rows: list[list[Token]] = []
    row: list[Token] = []
    stack: list[str] = []
    for token in tokens:
        kind = token.kind
        if kind in _OPENING:
            stack.append(kind)
        elif kind in _CLOSING and stack:
            stack.pop()
        if kind == "row" and not stack:
            if row:
                rows.append(row)
                row = []
            continue
        if kind == "gap" and stack:
            continue
        if kind == "row" and stack[-1] == "open":
            continue
        if kind == "amp" and stack and stack[-1] != "begin":
            continue
        row.append(token)
    if row:
        rows.append(row)
    return rows


def _pieces(row: list[Token], plain: bool) -> list[_Piece]:
    pieces: list[_Piece] = []
    tokens: list[Token] = []
    related = False
    before = ""
    wide = False
    depth = 0

    def finish(separator: str) -> None:
        nonlocal tokens, related, before, wide
        if tokens:
            pieces.append(_Piece(before, tokens, related, wide))
            before, wide = separator, separator == "gap"
        elif separator in ("joint", "note") or not before:
            before = separator
        elif separator == before == "comma":
            pieces.append(_Piece(before, [row[index]], False))
        tokens, related = [], False

    last = len(row) - 1
    last_relation = _last_relation(row)
    index = 0
    for index, token in enumerate(row):
        kind = token.kind
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
        if depth or kind in _CLOSING or kind in _OPENING:
            tokens.append(token)
            continue
        if kind == "amp":
            # The second column of equations: a &= b & c &= d.
            ended = related and bool(tokens) and tokens[-1].kind not in _PENDING
            if ended and index < last_relation and _next(row, index).kind not in _PENDING:
                finish("semi")
            continue
        if kind == "gap":
            following = _next(row, index)
            if tokens and tokens[-1].kind not in _PENDING and following.kind not in _PENDING:
                finish("gap")
            wide = wide or not tokens
        elif kind in ("comma", "semi"):
            finish(kind)
        elif kind == "stop" and (
            index == last or _next(row, index).kind in ("gap", "done", "joint", "words")
        ):
            finish("semi")
        elif kind == "joint" or (kind == "rel" and token.text in ("⇒", "⇔") and tokens):
            finish("joint")
        elif _is_joint(token, row, index, plain):
            if tokens and not related and token.text.strip(" ,").lower() in ("and", "和", "und", "et"):
                finish("comma")
            else:
                finish("joint")
        elif kind == "words" and _is_note(row, index):
            finish("note")
            tokens = [token]
            finish("joint")
        elif kind == "open":
            tokens.append(token)
        else:
            if kind == "rel":
                related = True
            tokens.append(token)
    finish("")
    return [piece for number, piece in enumerate(pieces) if not _is_tag(piece, number)]


def _last_relation(row: list[Token]) -> int:
    """Where the last relation of a row stands at its level, or −1."""
    depth = 0
    for index in range(len(row) - 1, -1, -1):
        kind = row[index].kind
        depth += (kind in _CLOSING) - (kind in _OPENING)
        if depth == 0 and kind == "rel":
            return index
    return -1


def _next(row: list[Token], index: int) -> Token:
    for token in row[index + 1 :]:
        if token.kind != "amp":
            return token
    return Token("done", "", row[index].stop, row[index].stop)


def _is_joint(token: Token, row: list[Token], index: int, plain: bool) -> bool:
    if token.kind == "words" or (token.kind == "name" and token.style == "word"):
        return token.text.strip(" ,.:").lower() in _JOINTS
    return (
        plain
        and token.kind == "run"
        and token.text in _PLAIN_JOINTS
        and index + 1 < len(row)
        and row[index + 1].kind in ("run", "name", "num", "accent")
    )


def _is_note(row: list[Token], index: int) -> bool:
    """Whether text stands apart from the formula: at the end of the row, or in brackets, or behind a gap."""
    if row[index].text.startswith("("):
        return True
    ended = all(token.kind in ("amp", "gap", "stop", "comma") for token in row[index + 1 :])
    return ended and index > 0 and row[index - 1].kind in ("gap", "amp", "comma", "stop")


def _bracketed(tokens: list[Token]) -> list[Token]:
    """The condition in brackets behind a gap, without them: ``(0 ≤ i, j ≤ 1)``."""
    if tokens[0].kind != "open" or partners(tokens)[0] != len(tokens) - 1 or not _related(tokens[1:-1]):
        return []
    return tokens[1:-1]


def _is_tag(piece: _Piece, number: int) -> bool:
    """Whether a piece is the number of an equation: ``(3)`` behind a wide gap."""
    kinds = [token.kind for token in piece.tokens]
    return (
        number > 0
        and piece.before == "gap"
        and kinds == ["open", "num", "close"]
        and piece.tokens[0].text == "("
    )
