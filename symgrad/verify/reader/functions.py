"""Functions known by their spelling, with brackets or without, and the big operators."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import complaints, derivatives, letters, scripts
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import (
    Big,
    Call,
    Factor,
    Group,
    Listed,
    Name,
    Node,
    Product,
    Repair,
    Scripted,
    Sum,
    Term,
)

if TYPE_CHECKING:
    from typing import Literal

    from symgrad.verify.reader.grammar import Grammar

_BEFORE_FUNCTION: Final = re.compile(r"[A-Za-z]{1,2}[0-9]*")
_OPERAND: Final = frozenset(
    ("run", "num", "name", "open", "bar", "lbrace", "accent", "style", "frac", "sqrt", "func", "big",
     "partial", "nabla")
)  # fmt: skip


def run(reader: Grammar, token: Token) -> Node:
    """A run of letters: a name, a function without its backslash, a sum, or the d of a derivative."""
    text = token.text
    following = reader.tokens[reader.at + 1]
    if following.kind == "open" and following.text != "<" and (found := _function_in(text)):
        if found == text:
            return function(reader, _with_backslash(reader, token))
        if following.start == token.stop or following.style == "left":
            middle = token.stop - len(found)
            reader.halve(Token("run", found, middle, token.stop))
            return Name(text[: -len(found)], reader.style, (token.start, middle))
    if text[0] == "d":
        derivative = derivatives.slashed(reader, token)
        if derivative is not None:
            return derivative
    if text in ("sum", "prod", "max", "min") and following.kind == "sub":
        _with_backslash(reader, token)
        return big(reader, token)
    if text in letters.BARE and following.kind in _OPERAND:
        return function(reader, _with_backslash(reader, token))
    reader.at += 1
    return Name(text, reader.style, (token.start, token.stop))


def _function_in(text: str) -> str:
    """The function that a run is, or that it ends with after a letter or two."""
    if text in letters.FUNCTIONS:
        return text
    for ending in letters.ENDINGS:
        if text.endswith(ending) and _BEFORE_FUNCTION.fullmatch(text, 0, len(text) - len(ending)):
            return ending
    return ""


def _with_backslash(reader: Grammar, token: Token) -> Token:
    """The token of a function; a repair says that its backslash is missing, where one would be written."""
    if not reader.plain:
        message = f"'{token.text}' is read as '\\{token.text}'"
        span = (token.start, token.stop)
        reader.repairs.append(Repair("lost-backslash", message, span, "\\" + token.text, harmless=True))
    return token


def function(reader: Grammar, token: Token) -> Node:
    r"""``\log x``, ``\tanh^2(x)``, ``\max(a, b)``, ``\max_k a_k``."""
    if token.text in ("max", "min") and reader.tokens[reader.at + 1].kind == "sub":
        return big(reader, token)
    reader.at += 1
    node: Node = Name(token.text, "word", (token.start, token.stop))
    if reader.tokens[reader.at].kind in ("sub", "sup", "prime", "usub", "usup"):
        node = scripts.scripted(reader, node, token)
    opening = reader.tokens[reader.at]
    if opening.kind == "open" and opening.text in ("(", "[", "{"):
        return call(reader, node, token)
    return bare(reader, node, token)


def call(reader: Grammar, node: Node, first: Token) -> Node:
    """A function and its arguments in brackets."""
    group = reader.group(reader.tokens[reader.at])
    inner = group.inner if type(group) is Group else group
    arguments = inner.items if type(inner) is Listed and inner.separator == "," else (inner,)
    return Call(node, arguments, True, reader.span(first))


def bare(reader: Grammar, node: Node, first: Token) -> Node:
    """A function without brackets: it takes what follows up to a sign, or to the next such function."""
    tokens = reader.tokens
    start = tokens[reader.at]
    factors: list[Factor] = []
    while (kind := tokens[reader.at].kind) in _OPERAND:
        if kind == "bar" and reader.bars:
            break
        if factors and kind == "func" and not brackets_follow(reader):
            break
        factors.append(Factor("", reader.factor()))
    if not factors:
        raise complaints.missing(reader, f"nothing stands after '\\{first.text}'")
    argument = factors[0].node if len(factors) == 1 else Product(tuple(factors), reader.span(start))
    return Call(node, (argument,), False, reader.span(first))


def brackets_follow(reader: Grammar) -> bool:
    """Whether the function that stands here has brackets, behind its scripts."""
    at = derivatives.after_scripts(reader, reader.at + 1)
    return reader.tokens[at].kind == "open"


def called(reader: Grammar, node: Node, first: Token) -> Node:
    """A word before a bracket is a function; one that is known needs no bracket."""
    name = node.base if type(node) is Scripted else node
    if type(name) is not Name or name.style != "word":
        return node
    token = reader.tokens[reader.at]
    if token.kind == "open" and token.text in ("(", "["):
        node = call(reader, node, first)
    elif name.letter in letters.FUNCTIONS and token.kind in _OPERAND and name.letter != "norm":
        if token.kind == "bar" and reader.bars:
            return node
        node = bare(reader, node, first)
    else:
        return node
    return scripts.scripted(reader, node, first)


def big(reader: Grammar, token: Token) -> Node:
    r"""``\sum_{i=1}^n a_i b_i``: limits, and a body that reaches to the next plus or minus."""
    reader.at += 1
    lower: Node | None = None
    upper: Node | None = None
    while True:
        here = reader.tokens[reader.at]
        if here.kind in ("sub", "usub") and lower is None:
            lower = limit(reader, here)
        elif here.kind in ("sup", "usup") and upper is None:
            upper = limit(reader, here)
        else:
            break
    here = reader.tokens[reader.at]
    if here.kind in ("sub", "sup"):
        raise Refused("a second limit", (here.start, here.stop))
    if here.kind == "sign" and here.text == "-":
        reader.at += 1
        inner = reader.product()
        body: Node = Sum((Term(-1, inner, reader.span(here)),), reader.span(here))
    elif here.kind in ("done", "close", "rbrace", "rel", "sign", "comma"):
        raise complaints.missing(reader, f"nothing stands after the {_NAMES[token.text]}")
    else:
        body = reader.product()
    return Big(_OPERATORS[token.text], lower, upper, body, reader.span(token))


def summing(reader: Grammar, token: Token) -> bool:
    """Whether a capital Σ or Π is the sign of a sum or product: with limits, or before what is summed."""
    following = reader.tokens[reader.at + 1]
    if token.stop - token.start != 1 or token.style:
        return False
    return following.kind in ("sub", "usub") or (reader.plain and following.kind in _OPERAND)


_OPERATORS: Final[dict[str, Literal["sum", "prod", "max", "min"]]] = {
    "sum": "sum",
    "prod": "prod",
    "max": "max",
    "min": "min",
    "Σ": "sum",
    "Π": "prod",
}
_NAMES: Final = {
    "Σ": "sum",
    "Π": "product",
    "sum": "sum",
    "prod": "product",
    "max": "maximum",
    "min": "minimum",
}


def limit(reader: Grammar, token: Token) -> Node:
    """What stands below or above a big operator; behind a bar, conditions."""
    if token.kind in ("usub", "usup"):
        return scripts.raised_text(reader, token)
    reader.at += 1
    brace = reader.tokens[reader.at]
    if brace.kind == "substack":
        reader.at += 1
        brace = reader.tokens[reader.at]
    if brace.kind != "lbrace":
        return scripts.argument(reader, token.text)
    end = reader.mate[reader.at]
    reader.at += 1
    stacked = reader.tokens[reader.at].kind == "substack"
    if stacked:
        reader.at += 2
    if reader.at >= end:
        raise Refused("nothing between the braces", (brace.start, reader.tokens[end].stop))
    bars, reader.bars = reader.bars, "|"
    parts: list[Node] = []
    first = reader.tokens[reader.at]
    while True:
        node = reader.items()
        parts += node.items if type(node) is Listed and node.separator == "," else (node,)
        here = reader.tokens[reader.at]
        if here.kind in ("bar", "row"):
            reader.at += 1
        else:
            break
    if stacked:
        reader.expect("rbrace")
    reader.bars = bars
    result = parts[0] if len(parts) == 1 else Listed(tuple(parts), ",", reader.span(first))
    if reader.tokens[reader.at].kind != "rbrace":
        raise complaints.unexpected(reader)
    reader.at += 1
    return result
