"""What is said of a formula that cannot be read, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symgrad.verify.reader.tokens import Refused, Token

if TYPE_CHECKING:
    from symgrad.verify.reader.grammar import Grammar

_CLOSERS: Final = frozenset(("close", "rbrace", "end"))
REFUSED: Final = {
    "digits": "a number of more than 30 digits",
    "tens": "a power of ten beyond 64",
    "pm": "'±' stands for two formulas; write them both",
    "mp": "'∓' stands for two formulas; write them both",
    "right|": "a bar for the value at a point is not read; give the value a name",
    "int": "integrals are not read",
    "lim": "limits are not read",
    "arg": "'\\arg' is not read",
    "dagger": "a dagger is not read; write ^\\top",
    "dag": "a dagger is not read; write ^\\top",
    "oplus": "'⊕' is not read",
}
"""Why a command that is known is not read, and what would have been."""
_SHOWN: Final = {
    "row": "the end of the row", "amp": "&", "rbrace": "}", "lbrace": "{", "sub": "_", "sup": "^",
    "gap": "a wide gap", "partial": "∂", "over": "\\over", "frac": "\\frac", "top": "⊤",
}  # fmt: skip


class Ended(Refused):
    """The text ends where a formula cannot end."""


def missing(reader: Grammar, message: str = "") -> Refused:
    """The complaint where a factor should stand and does not."""
    token = reader.tokens[reader.at]
    before = reader.tokens[reader.at - 1] if reader.at else None
    if token.kind == "unknown":
        return unknown(token)
    if token.kind == "refused":
        return refusal(token)
    if message:
        pass
    elif before is not None and before.kind in ("op", "sign", "rel") and token.kind in ("op", "sign", "rel"):
        message = f"two operators in a row: '{before.text}' and '{token.text}'"
    elif before is not None and before.kind in ("op", "sign", "rel", "comma"):
        message = f"nothing stands after '{before.text}'"
    elif token.kind == "done":
        message = "the formula is empty" if before is None else "the formula ends too early"
    else:
        message = f"'{shown(token)}' stands where a quantity should"
    if token.kind == "done" or (token.kind in _CLOSERS and token.start == token.stop):
        where = (before.start, before.stop) if before is not None else (token.start, token.stop)
        return Ended(message, where)
    return Refused(message, (token.start, token.stop))


def unexpected(reader: Grammar) -> Refused:
    """The complaint about a token that nothing can begin or go on with."""
    token = reader.tokens[reader.at]
    if token.kind == "unknown":
        return unknown(token)
    if token.kind == "done":
        return Ended("the formula ends too early", (max(token.start - 1, 0), token.stop))
    if token.kind == "refused":
        return refusal(token)
    if token.kind == "gap":
        message = "a wide gap in the middle of a formula; write a sign or a comma"
        return Refused(message, (token.start, token.stop))
    if token.kind == "stop":
        return Refused("a full stop in the middle of a formula", (token.start, token.stop))
    if token.kind == "rel" and token.text == ":":
        return Refused("a colon in the middle of a formula", (token.start, token.stop))
    return Refused(f"'{shown(token)}' cannot stand here", (token.start, token.stop))


def refusal(token: Token) -> Refused:
    """The complaint about a command that is known and not read."""
    message = token.text if " " in token.text else f"'\\{token.text}' is not read"
    return Refused(REFUSED.get(token.text, message), (token.start, token.stop))


def shown(token: Token) -> str:
    """How a complaint names a token."""
    return _SHOWN.get(token.kind) or token.text or token.kind


def unknown(token: Token) -> Refused:
    """The complaint about a command or sign that no table has."""
    from symgrad.verify.reader.repairs import advice

    return Refused(advice(token.text), (token.start, token.stop))
