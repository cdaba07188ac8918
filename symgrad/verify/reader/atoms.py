"""What a factor can be: letters, numbers, accents, fractions, roots, bars, dots and text."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import complaints, derivatives, functions
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import (
    Accent,
    Dots,
    Group,
    Listed,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Root,
    Sum,
    Words,
)

if TYPE_CHECKING:
    from symgrad.verify.reader.grammar import Grammar

_ALONE: Final = frozenset(
    ("done", "lbrace", "rbrace", "open", "close", "comma", "amp", "row", "begin", "end", "sub")
)
_SMALL: Final[dict[str, Fraction]] = {str(value): Fraction(value) for value in range(10)}


def number(token: Token) -> Number:
    """The number that a token spells."""
    text = token.text
    value = _SMALL.get(text)
    decimal = value is None and not text.isdigit()
    if value is None:
        value = Fraction(text) if decimal else Fraction(int(text))
    return Number(value, decimal, (token.start, token.stop))


def barred(reader: Grammar, token: Token) -> Node:
    """``|x|`` and ``‖x‖`` where both bars look alike."""
    bars, text = reader.bars, token.text
    reader.at += 1
    if text == "|" and doubled(reader, token):
        text = "‖"
        reader.at += 1
    reader.bars = text
    inner = reader.items()
    closing = reader.tokens[reader.at]
    if closing.kind != "bar":
        if closing.kind in ("close", "rbrace", "done", "rel"):
            raise Refused(f"'{text}' is never closed by a second one", (token.start, token.stop))
        raise complaints.unexpected(reader)
    reader.at += 1
    if text == "‖" and closing.text == "|":
        if not doubled(reader, closing):
            raise Refused("'||' is never closed", (token.start, closing.stop))
        reader.at += 1
    elif closing.text != text:
        raise Refused(f"'{text}' is closed by '{closing.text}'", (token.start, closing.stop))
    reader.bars = bars
    return Group(text, inner, reader.span(token))


def doubled(reader: Grammar, token: Token) -> bool:
    """Whether a second bar stands right beside ``token``, which is the one before."""
    following = reader.tokens[reader.at]
    return following.kind == "bar" and following.text == "|" and following.start == token.stop


def brace(reader: Grammar, token: Token) -> Node:
    """Braces that hold a base of scripts."""
    node = reader.braced(token)
    if reader.tokens[reader.at].kind in ("sub", "sup", "prime", "usup", "usub") and (
        type(node) in (Sum, Relation, Listed, Product)
    ):
        raise Refused(
            "braces do not show, so the script belongs to the last letter alone; write ( ) instead",
            reader.span(token),
        )
    return node


def name(reader: Grammar, token: Token) -> Node:
    """A letter; a sign of a sum or product that was written as one: ``Σ_i``."""
    if token.text in ("Σ", "Π") and functions.summing(reader, token):
        return functions.big(reader, token)
    reader.at += 1
    return Name(token.text, token.style or reader.style, (token.start, token.stop))


def numeral(reader: Grammar, token: Token) -> Node:
    """A number."""
    reader.at += 1
    return number(token)


def accent(reader: Grammar, token: Token) -> Node:
    r"""``\hat{y}``, ``\hat y``."""
    reader.at += 1
    inner = reader.unit(f"\\{token.text}")
    return Accent(token.text, inner, reader.span(token))


def styled(reader: Grammar, token: Token) -> Node:
    r"""``\mathbf{\hat x}``: a style that holds for more than a letter."""
    reader.at += 1
    before, reader.style = reader.style, token.text
    node = reader.unit("a style")
    reader.style = before
    if type(node) is Number and node.value.denominator == 1:
        return Name(str(node.value), token.text, node.span)
    if type(node) is Name:
        return node._replace(span=reader.span(token))
    return node


def fraction(reader: Grammar, token: Token) -> Node:
    r"""``\frac{top}{bottom}``, unless it is a derivative."""
    if (derivative := derivatives.fraction(reader, token)) is not None:
        return derivative
    reader.at += 1
    top = reader.unit("\\frac")
    bottom = reader.unit("\\frac")
    return Quotient(top, bottom, reader.span(token))


def root(reader: Grammar, token: Token) -> Node:
    r"""``\sqrt{x}``, ``\sqrt[3]{x}``, ``√x``."""
    reader.at += 1
    degree: Node | None = None
    if token.text == "sqrt" and reader.tokens[reader.at].text == "[":
        reader.at += 1
        degree = reader.expression()
        reader.expect("close")
    if reader.tokens[reader.at].kind == "open":
        group = reader.group(reader.tokens[reader.at])
        return Root(group.inner if type(group) is Group else group, degree, reader.span(token))
    return Root(reader.unit("\\sqrt"), degree, reader.span(token))


def dots(reader: Grammar, token: Token) -> Node:
    """Dots."""
    reader.at += 1
    return Dots((token.start, token.stop))


def words(reader: Grammar, token: Token) -> Node:
    """Text, which stands alone: a condition, a subscript."""
    before = reader.tokens[reader.at - 1].kind if reader.at else "done"
    reader.at += 1
    if before not in _ALONE or reader.tokens[reader.at].kind not in _ALONE:
        raise Refused("text in the middle of a formula", (token.start, token.stop))
    return Words(token.text, (token.start, token.stop))


def refused(reader: Grammar, token: Token) -> Node:
    """A command that is known and not read."""
    raise complaints.refusal(token)
