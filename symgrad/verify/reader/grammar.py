"""Sums, products, brackets and names, read by recursive descent; loops along sums and products.

What else can be a factor has a file of its own: scripts, functions and big operators, derivatives, arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import arrays, atoms, complaints, derivatives, functions, scripts
from symgrad.verify.reader.brackets import CLOSING, partners
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import (
    Dots,
    Factor,
    Group,
    Listed,
    Matrix,
    Name,
    Node,
    Product,
    Quotient,
    Relation,
    Repair,
    Sum,
    Term,
)

if TYPE_CHECKING:
    from symgrad.verify.documents.pieces import Span

DEEPEST: Final = 100
_ROW_ENDS: Final = frozenset(("row", "end", "amp"))
_SCRIPTS: Final = frozenset(("sub", "sup", "prime", "usub", "usup"))


class Grammar:
    """A reader of one run of tokens, which ends with a token of the kind ``done``."""

    def __init__(self, tokens: list[Token], plain: bool, repairs: list[Repair], source: str) -> None:
        self.tokens = tokens
        self.source = source
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
        node = self.listed()
        if self.tokens[self.at].kind != "semi" or self.tokens[self.at + 1].kind in _ROW_ENDS:
            return node
        parts = [node]
        while self.tokens[self.at].kind == "semi":
            self.at += 1
            parts.append(self.listed())
        return Listed(tuple(parts), ";", self.span(first))

    def listed(self) -> Node:
        """Expressions and relations with commas between them, or a single one."""
        first = self.tokens[self.at]
        node = self.related()
        if self.tokens[self.at].kind != "comma" or self.tokens[self.at + 1].kind in _ROW_ENDS:
            return node
        parts = [node]
        while self.tokens[self.at].kind == "comma" and self.tokens[self.at + 1].kind not in _ROW_ENDS:
            self.at += 1
            parts.append(self.related())
        return Listed(tuple(parts), ",", self.span(first))

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
            raise complaints.missing(self)
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
            if len(token.text) > 1 and not self.plain and (token.kind == "run" or token.text.isdigit()):
                middle = token.start + 1
                self.halve(token._replace(text=token.text[1:], start=middle))
                if token.text[1:].isdigit():
                    self.tokens[self.at] = self.tokens[self.at]._replace(kind="num")
                token = token._replace(text=token.text[0], stop=middle)
            else:
                self.at += 1
            if token.kind == "num":
                node = atoms.number(token)
            else:
                node = Name(token.text, self.style, (token.start, token.stop))
        elif token.kind in ("name", "frac", "sqrt", "accent", "style", "nabla"):
            node = READERS[token.kind](self, token)
        elif token.kind == "open" and self.plain:
            node = self.group(token)
        else:
            raise complaints.missing(self, f"{what} has nothing to act on")
        self.depth -= 1
        return node

    def halve(self, rest: Token) -> None:
        """Leave ``rest`` of the token here to be read, as if the token before it had taken the other half."""
        self.tokens[self.at] = rest
        before = self.tokens[self.at - 1]
        if self.at:
            self.tokens[self.at - 1] = before._replace(stop=rest.start)

    def braced(self, token: Token) -> Node:
        """What braces hold."""
        self.at += 1
        bars, style, self.bars = self.bars, self.style, ""
        closing = self.tokens[self.at]
        if closing.kind == "rbrace":
            kind = complaints.Ended if closing.start == closing.stop else Refused
            raise kind("nothing between the braces", (token.start, closing.stop))
        node = self.items()
        self.expect("rbrace")
        self.bars, self.style = bars, style
        return node

    def expect(self, kind: str) -> Token:
        """The token here, which must be of this kind."""
        token = self.tokens[self.at]
        if token.kind != kind:
            raise complaints.unexpected(self)
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


READERS: Final[dict[str, Callable[[Grammar, Token], Node]]] = {
    "run": functions.run,
    "num": atoms.numeral,
    "name": atoms.name,
    "open": Grammar.group,
    "bar": atoms.barred,
    "lbrace": atoms.brace,
    "accent": atoms.accent,
    "style": atoms.styled,
    "frac": atoms.fraction,
    "sqrt": atoms.root,
    "func": functions.function,
    "big": functions.big,
    "partial": derivatives.partial,
    "nabla": derivatives.nabla,
    "begin": arrays.array,
    "dots": atoms.dots,
    "words": atoms.words,
    "refused": atoms.refused,
}
"""What can begin a factor, and what reads it."""
