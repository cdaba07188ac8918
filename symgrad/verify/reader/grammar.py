"""Sums, products, brackets and names, read by recursive descent; loops along sums and products.

What else can be a factor has a file of its own: scripts, functions and big operators, derivatives, arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import arrays, derivatives, functions, scripts
from symgrad.verify.reader.brackets import CLOSING, partners
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import (
    Accent,
    Dots,
    Factor,
    Group,
    Listed,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Repair,
    Root,
    Sum,
    Term,
    Words,
)

if TYPE_CHECKING:
    from symgrad.verify.documents.pieces import Span

DEEPEST: Final = 100
_SCRIPTS: Final = frozenset(("sub", "sup", "prime", "usub", "usup", "top"))
_ALONE: Final = frozenset(
    ("done", "lbrace", "rbrace", "open", "close", "comma", "amp", "row", "begin", "end", "sub")
)
_CLOSERS: Final = frozenset(("close", "rbrace", "end"))
REFUSED: Final = {
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
_SHOWN: Final = {"row": "the end of the row", "amp": "&", "rbrace": "}", "lbrace": "{", "sub": "_", "sup": "^",
                 "gap": "a wide gap", "partial": "∂", "over": "\\over", "frac": "\\frac", "top": "⊤"}  # fmt: skip


class Ended(Refused):
    """The text ends where a formula cannot end."""


class Grammar:
    """A reader of one run of tokens, which ends with a token of the kind ``done``."""

    def __init__(self, tokens: list[Token], plain: bool, repairs: list[Repair]) -> None:
        self.tokens = tokens
        self.plain = plain
        self.repairs = repairs
        self.at = 0
        self.depth = 0
        self.bars = ""
        self.style = ""
        self._mate: list[int] | None = None

    @property
    def mate(self) -> list[int]:
        """For each opening token the index of its partner."""
        if self._mate is None:
            self._mate = partners(self.tokens)
        return self._mate

    @property
    def last(self) -> int:
        """Where the token before this one ends."""
        return self.tokens[self.at - 1].stop

    def span(self, token: Token) -> Span:
        """From ``token`` to the last one that was read."""
        return (token.start, self.tokens[self.at - 1].stop)

    def deeper(self, token: Token) -> None:
        """Go down a level."""
        self.depth += 1
        if self.depth > DEEPEST + 1:
            raise Refused(f"nested more than {DEEPEST} deep", (token.start, token.stop))

    def items(self) -> Node:
        """What stands between brackets: expressions and relations, with commas between them or not."""
        first = self.tokens[self.at]
        node = self.related()
        separator = self.tokens[self.at].kind
        if separator not in ("comma", "semi"):
            return node
        parts = [node]
        while self.tokens[self.at].kind == separator:
            self.at += 1
            parts.append(self.related())
        return Listed(tuple(parts), "," if separator == "comma" else ";", self.span(first))

    def related(self) -> Node:
        """``a``, ``a = b``, ``0 ≤ i ≤ 2`` (as ``(0 ≤ i) ≤ 2``) or ``0 … 2``."""
        first = self.tokens[self.at]
        node = self.ranged()
        while self.tokens[self.at].kind == "rel":
            relation = self.tokens[self.at]
            if relation.text == ":":
                raise Refused("a colon inside a formula", (relation.start, relation.stop))
            self.at += 1
            node = Relation(node, relation.text, self.ranged(), self.span(first))
        return node

    def ranged(self) -> Node:
        """An expression, or two with dots between them."""
        first = self.tokens[self.at]
        node = self.expression()
        dots = self.tokens[self.at]
        if dots.kind != "dots":
            return node
        self.at += 1
        upper = self.expression()
        return Listed((node, Dots((dots.start, dots.stop)), upper), "…", self.span(first))

    def expression(self) -> Node:
        r"""A sum; ``top \over bottom`` where that is the whole of it."""
        tokens = self.tokens
        first = tokens[self.at]
        if first.kind != "sign":
            node = self.product()
            kind = tokens[self.at].kind
            if kind != "sign":
                return self.over(node, first) if kind == "over" else node
            terms = [Term(1, node, self.span(first))]
        else:
            terms = []
        while (token := tokens[self.at]).kind == "sign":
            self.at += 1
            if tokens[self.at].kind == "sign":
                raise Refused(
                    "two signs in a row; put the second one in brackets", (token.start, tokens[self.at].stop)
                )
            node = self.product()
            terms.append(Term(-1 if token.text == "-" else 1, node, self.span(token)))
        if len(terms) == 1 and terms[0].sign == 1:
            node = terms[0].node
        else:
            node = Sum(tuple(terms), self.span(first))
        return self.over(node, first) if tokens[self.at].kind == "over" else node

    def over(self, top: Node, first: Token) -> Node:
        r"""``top \over bottom``."""
        self.at += 1
        bottom = self.expression()
        return Quotient(top, bottom, self.span(first))

    def product(self) -> Node:
        """Factors with or without a sign of multiplication between them."""
        tokens = self.tokens
        first = tokens[self.at]
        node = self.factor()
        factors: list[Factor] | None = None
        readers = READERS
        while True:
            token = tokens[self.at]
            kind = token.kind
            if kind == "op":
                self.at += 1
                following = self.signed()
                op = token.text
            elif kind in readers:
                if (kind == "bar" and self.bars) or (kind == "dots" and token.text != "cdots"):
                    break
                following = self.factor()
                op = ""
            elif kind == "switch":
                self.style = token.text
                self.at += 1
                continue
            else:
                break
            if factors is None:
                factors = [Factor("", node)]
            factors.append(Factor(op, following))
        return node if factors is None else Product(tuple(factors), self.span(first))

    def signed(self) -> Node:
        """A factor that may have a minus of its own: after ``*``, in an exponent."""
        token = self.tokens[self.at]
        if token.kind != "sign" or token.text != "-":
            return self.factor()
        self.at += 1
        node = self.factor()
        return Sum((Term(-1, node, self.span(token)),), self.span(token))

    def factor(self) -> Node:
        """An atom with its scripts."""
        token = self.tokens[self.at]
        while token.kind == "switch":
            self.style = token.text
            self.at += 1
            token = self.tokens[self.at]
        reader = READERS.get(token.kind)
        if reader is None:
            raise self.missing()
        self.deeper(token)
        node = reader(self, token)
        kind = self.tokens[self.at].kind
        if kind in _SCRIPTS or self.plain:
            node = scripts.scripted(self, node, token)
        if (type(node) is Name and node.style == "word") or token.kind == "name":
            node = functions.called(self, node, token)
        self.depth -= 1
        return node

    def unit(self, what: str) -> Node:
        r"""The argument of a command: what braces hold, or one letter, one digit, one command."""
        token = self.tokens[self.at]
        self.deeper(token)
        if token.kind == "lbrace":
            node = self.braced(token)
        elif token.kind in ("run", "num"):
            if len(token.text) > 1 and not self.plain:
                middle = token.start + 1
                self.tokens[self.at] = token._replace(text=token.text[1:], start=middle)
                if token.text[1:].isdigit():
                    self.tokens[self.at] = self.tokens[self.at]._replace(kind="num")
                token = token._replace(text=token.text[0], stop=middle)
            else:
                self.at += 1
            if token.kind == "num":
                node = number(token)
            else:
                node = Name(token.text, self.style, (token.start, token.stop))
        elif token.kind in ("name", "frac", "sqrt", "accent", "style", "nabla"):
            node = READERS[token.kind](self, token)
        elif token.kind == "open" and self.plain:
            node = self.group(token)
        else:
            raise self.missing(f"{what} has nothing to act on")
        self.depth -= 1
        return node

    def braced(self, token: Token) -> Node:
        """What braces hold."""
        self.at += 1
        bars, style, self.bars = self.bars, self.style, ""
        closing = self.tokens[self.at]
        if closing.kind == "rbrace":
            kind = Ended if closing.start == closing.stop else Refused
            raise kind("nothing between the braces", (token.start, closing.stop))
        node = self.items()
        self.expect("rbrace")
        self.bars, self.style = bars, style
        return node

    def expect(self, kind: str) -> Token:
        """The token here, which must be of this kind."""
        token = self.tokens[self.at]
        if token.kind != kind:
            raise self.unexpected()
        self.at += 1
        return token

    def group(self, token: Token) -> Node:
        """What brackets hold, with the brackets."""
        bars, self.bars = self.bars, ""
        self.at += 1
        if token.text == "<":
            raise Refused("a product in angle brackets; write a^\\top b instead", (token.start, token.stop))
        closing = self.tokens[self.at]
        if closing.kind == "close":
            raise Refused("nothing between the brackets", (token.start, closing.stop))
        inner = self.items()
        closing = self.expect("close")
        self.bars = bars
        span = (token.start, closing.stop)
        if closing.text != CLOSING[token.text] and not (type(inner) is Listed and len(inner.items) == 2):
            raise Refused(f"'{token.text}' is closed by '{closing.text}'", span)
        if type(inner) is Matrix:
            if token.text in ("(", "["):
                return inner._replace(span=span)
            if token.text == "{" and closing.style == "null":
                return arrays.as_cases(inner, span)
        if closing.style == "null" and token.text == "{" and inner.__class__.__name__ == "Cases":
            return inner
        return Group(token.text, inner, span)

    def barred(self, token: Token) -> Node:
        """``|x|`` and ``‖x‖`` where both bars look alike."""
        bars, text = self.bars, token.text
        self.at += 1
        if text == "|" and self.doubled(token):
            text = "‖"
            self.at += 1
        self.bars = text
        inner = self.items()
        closing = self.tokens[self.at]
        if closing.kind != "bar":
            raise self.unexpected()
        self.at += 1
        if text == "‖" and closing.text == "|":
            if not self.doubled(closing):
                raise Refused("'||' is never closed", (token.start, closing.stop))
            self.at += 1
        elif closing.text != text:
            raise Refused(f"'{text}' is closed by '{closing.text}'", (token.start, closing.stop))
        self.bars = bars
        return Group(text, inner, self.span(token))

    def doubled(self, token: Token) -> bool:
        """Whether a second bar stands right beside ``token``, which is the one before."""
        following = self.tokens[self.at]
        return following.kind == "bar" and following.text == "|" and following.start == token.stop

    def brace(self, token: Token) -> Node:
        """Braces that hold a base of scripts, or a fraction by ``\\over``."""
        node = self.braced(token)
        if self.tokens[self.at].kind in ("sub", "sup", "prime", "usup", "usub") and (
            type(node) in (Sum, Relation, Listed, Product)
        ):
            raise Refused(
                "braces do not show, so the script belongs to the last letter alone; write ( ) instead",
                self.span(token),
            )
        return node

    def name(self, token: Token) -> Node:
        """A letter; a sign of a sum or product that was written as one: ``Σ_i``."""
        if token.text in ("Σ", "Π") and functions.summing(self, token):
            return functions.big(self, token)
        self.at += 1
        return Name(token.text, token.style or self.style, (token.start, token.stop))

    def numeral(self, token: Token) -> Node:
        """A number."""
        self.at += 1
        return number(token)

    def accent(self, token: Token) -> Node:
        r"""``\hat{y}``, ``\hat y``."""
        self.at += 1
        inner = self.unit(f"\\{token.text}")
        return Accent(token.text, inner, self.span(token))

    def styled(self, token: Token) -> Node:
        r"""``\mathbf{\hat x}``: a style that holds for more than a letter."""
        self.at += 1
        before, self.style = self.style, token.text
        node = self.unit("a style")
        self.style = before
        if type(node) is Number and node.value.denominator == 1:
            return Name(str(node.value), token.text, node.span)
        if type(node) is Name:
            return node._replace(span=self.span(token))
        return node

    def fraction(self, token: Token) -> Node:
        r"""``\frac{top}{bottom}``, unless it is a derivative."""
        if (derivative := derivatives.fraction(self, token)) is not None:
            return derivative
        self.at += 1
        top = self.unit("\\frac")
        bottom = self.unit("\\frac")
        return Quotient(top, bottom, self.span(token))

    def root(self, token: Token) -> Node:
        r"""``\sqrt{x}``, ``\sqrt[3]{x}``, ``√x``."""
        self.at += 1
        degree: Node | None = None
        if token.text == "sqrt" and self.tokens[self.at].text == "[":
            self.at += 1
            degree = self.expression()
            self.expect("close")
        if self.tokens[self.at].kind == "open":
            group = self.group(self.tokens[self.at])
            return Root(group.inner if type(group) is Group else group, degree, self.span(token))
        return Root(self.unit("\\sqrt"), degree, self.span(token))

    def dots(self, token: Token) -> Node:
        """Dots."""
        self.at += 1
        return Dots((token.start, token.stop))

    def words(self, token: Token) -> Node:
        """Text, which stands alone: a condition, a subscript."""
        before = self.tokens[self.at - 1].kind if self.at else "done"
        self.at += 1
        if before not in _ALONE or self.tokens[self.at].kind not in _ALONE:
            raise Refused("text in the middle of a formula", (token.start, token.stop))
        return Words(token.text, (token.start, token.stop))

    def refused(self, token: Token) -> Node:
        """A command that is known and not read."""
        raise Refused(REFUSED.get(token.text, f"'\\{token.text}' is not read"), (token.start, token.stop))

    def missing(self, message: str = "") -> Refused:
        """The complaint where a factor should stand and does not."""
        token = self.tokens[self.at]
        before = self.tokens[self.at - 1] if self.at else None
        if token.kind == "unknown":
            return unknown(token)
        if message:
            pass
        elif (
            before is not None
            and before.kind in ("op", "sign", "rel")
            and token.kind in ("op", "sign", "rel")
        ):
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

    def unexpected(self) -> Refused:
        """The complaint about a token that nothing can begin or go on with."""
        token = self.tokens[self.at]
        if token.kind == "unknown":
            return unknown(token)
        if token.kind == "done":
            return Ended("the formula ends too early", (max(token.start - 1, 0), token.stop))
        if token.kind == "refused":
            return Refused(REFUSED.get(token.text, f"'\\{token.text}' is not read"), (token.start, token.stop))
        if token.kind == "stop":
            return Refused("a full stop in the middle of a formula", (token.start, token.stop))
        if token.kind == "rel" and token.text == ":":
            return Refused("a colon in the middle of a formula", (token.start, token.stop))
        return Refused(f"'{shown(token)}' cannot stand here", (token.start, token.stop))


def shown(token: Token) -> str:
    """How a complaint names a token."""
    return _SHOWN.get(token.kind) or token.text or token.kind


def unknown(token: Token) -> Refused:
    """The complaint about a command or sign that no table has."""
    from symgrad.verify.reader.repairs import advice

    return Refused(advice(token.text), (token.start, token.stop))


_SMALL: Final[dict[str, Fraction]] = {str(value): Fraction(value) for value in range(10)}


def number(token: Token) -> Number:
    """The number that a token spells."""
    text = token.text
    value = _SMALL.get(text)
    if value is None:
        value = Fraction(text) if "." in text else Fraction(int(text))
    return Number(value, "." in text, (token.start, token.stop))


READERS: Final[dict[str, Callable[[Grammar, Token], Node]]] = {
    "run": functions.run,
    "num": Grammar.numeral,
    "name": Grammar.name,
    "open": Grammar.group,
    "bar": Grammar.barred,
    "lbrace": Grammar.brace,
    "accent": Grammar.accent,
    "style": Grammar.styled,
    "frac": Grammar.fraction,
    "sqrt": Grammar.root,
    "func": functions.function,
    "big": functions.big,
    "partial": derivatives.partial,
    "nabla": derivatives.nabla,
    "begin": arrays.array,
    "dots": Grammar.dots,
    "words": Grammar.words,
    "refused": Grammar.refused,
}
"""What can begin a factor, and what reads it."""
