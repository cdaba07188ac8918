"""The reader of index equations: the text that the index view prints becomes a tree; nothing is evaluated.

    equation   =  name [ "[" sum { "," sum } "]" ] "=" sum [ "for" range { "," range } ]
    sum        =  [ "−" ] product { ( "+" | "−" ) product }
    product    =  factor { ( "·" | "/" ) factor } [ "·" large ]  |  large
    large      =  ( "Σ" | "max" ) "_{" range { "," range } [ "|" conditions ] "}" [ "−" ] product
    range      =  name [ "=" sum "…" sum ]
    factor     =  base [ "²" | "^" exponent ]
    base       =  number [ name ]  |  name [ "[" sum { "," sum } "]" ]  |  name "(" sum ")"  |  "(" sum ")"
               |  "[" conditions "]"  |  "√" base  |  "⌊" sum "⌋"
    conditions =  condition { "," condition }
    condition  =  sum relation sum { relation sum }  |  sum "∣" sum

``*`` and ``-`` may stand for ``·`` and ``−``, ``sum_``, ``sqrt``, ``<=`` and ``..`` for their signs, as
in what ``--ascii`` prints. What the names mean is for :mod:`symgrad.network.meaning` to say. The text
comes from strangers: its length, its depth and its numbers are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple, NoReturn, TypeAlias

from symgrad.catalogue.options import MOST_DIGITS, Span
from symgrad.errors import DescriptionError, quoted

LONGEST_FORMULA: Final = 2_000
"""The most characters of an equation."""

DEEPEST_FORMULA: Final = 24
"""How deep parentheses, brackets and sums may stand inside one another."""

MOST_FACTORS: Final = 16
"""The most factors of a product."""

MOST_SUMMED: Final = 6
"""Over how many indices a product may be summed, sums inside its sums included."""

Relation: TypeAlias = Literal["<", "<=", "=", ">=", ">"]


class Number(NamedTuple):
    """A number, exactly as written."""

    value: Fraction
    span: Span


class Name(NamedTuple):
    """A name by itself, or the entry of a tensor at some indices."""

    text: str
    indices: tuple[Node, ...] | None
    span: Span


class Called(NamedTuple):
    """``f(argument)``."""

    function: str
    argument: Node
    span: Span


class Signed(NamedTuple):
    """``p₁ + p₂ − …``, each part with whether it is subtracted."""

    parts: tuple[tuple[bool, Node], ...]
    span: Span


class Times(NamedTuple):
    """``p₁ · p₂ / …``, each part with whether it divides."""

    parts: tuple[tuple[bool, Node], ...]
    span: Span


class Raised(NamedTuple):
    """``base ^ exponent``."""

    base: Node
    exponent: Node
    span: Span


class Floored(NamedTuple):
    """``⌊inner⌋``."""

    inner: Node
    span: Span


class Condition(NamedTuple):
    """``sides[0] relations[0] sides[1] …``; or that the first side divides the second, without relations."""

    sides: tuple[Node, ...]
    relations: tuple[Relation, ...]
    span: Span


class Bracket(NamedTuple):
    """``[conditions]``: 1 where all hold, else 0."""

    conditions: tuple[Condition, ...]
    span: Span


class Range(NamedTuple):
    """An index, and its first and last value where they are stated."""

    letter: str
    first: Node | None
    last: Node | None
    span: Span


class Large(NamedTuple):
    """``Σ`` or ``max`` of the body over indices, under conditions."""

    sign: Literal["Σ", "max"]
    ranges: tuple[Range, ...]
    conditions: tuple[Condition, ...]
    body: Node
    span: Span


Node: TypeAlias = Number | Name | Called | Signed | Times | Raised | Floored | Bracket | Large


class Formula(NamedTuple):
    """An equation as read: ``name[left…] = body`` for the ranges; ``source`` is its text."""

    source: str
    target: Name
    body: Node
    ranges: tuple[Range, ...]

    def error(self, message: str, span: Span) -> DescriptionError:
        """The error that shows ``message`` above the equation and a caret under ``span``."""
        return located(self.source, message, span)


def located(source: str, message: str, span: Span) -> DescriptionError:
    """An error at a place of a formula, which is one line."""
    return DescriptionError(message, line=source, start=span[0], stop=span[1])


def read_formula(source: str) -> Formula:
    """The equation that a line of text states.

    Raises:
        DescriptionError: the text is no equation; the error shows the place.
    """
    return Reader(source).equation()


def read_size(source: str) -> Node:
    """The size that a text states, such as ``H − U + 1`` or ``⌊(H − U)/s⌋ + 1``.

    Raises:
        DescriptionError: the text is no formula; the error shows the place.
    """
    return Reader(source).only_sum()


_TOKEN: Final = re.compile(
    r"""
      (?P<blank>   [ \t]++ )
    | (?P<number>  [0-9]++ (?> (?: \.[0-9]++ )? ) )
    | (?P<large>   [Σ∑] | (?:sum|max)(?=_) )
    | (?P<name>    [A-Za-zα-ωϕΑ-ΡΤ-Ω] [A-Za-z0-9α-ωϕ]*+ (?> (?: _[A-Za-z0-9]++ )* ) '*+ )
    | (?P<raised>  ⁻? [⁰¹²³⁴⁵⁶⁷⁸⁹]++ )
    | (?P<mark>    <= | >= | \*\* | // | \.\.\.? | [-−+*·⋅×/^√=<>≤≥…∣|,()\[\]{}⌊⌋_] )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)

_SAME: Final = {
    "-": "−",
    "*": "·",
    "⋅": "·",
    "×": "·",
    "**": "^",
    "..": "…",
    "...": "…",
    "≤": "<=",
    "≥": ">=",
}
_DIGITS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_RELATIONS: Final[dict[str, Relation]] = {"<": "<", "<=": "<=", "=": "=", ">=": ">=", ">": ">"}
_BEGINS: Final = {"(", "[", "√", "⌊"}


class _Token(NamedTuple):
    kind: str
    text: str
    span: Span
    joined: bool
    """Whether nothing stands between it and what is before it."""


class Reader:
    """One pass over the tokens, one token ahead; each method reads what its rule in the grammar says."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.depth = 0
        if len(source) > LONGEST_FORMULA:
            self.refuse(
                f"a formula has at most {LONGEST_FORMULA:,} characters; this one has {len(source):,}",
                (LONGEST_FORMULA, LONGEST_FORMULA + 1),
            )
        self.tokens = self._scan()
        self.token = next(self.tokens)
        self.end = 0

    def _scan(self) -> Iterator[_Token]:
        joined, end = False, 0
        for match in _TOKEN.finditer(self.source):
            kind = match.lastgroup or ""
            if kind != "blank":
                text = match.group()
                yield _Token(kind, _SAME.get(text, text), match.span(), joined)
                end = match.end()
            joined = kind != "blank"
        while True:
            yield _Token("end", "", (end, end), False)

    def refuse(self, message: str, span: Span | None = None) -> NoReturn:
        """Raise the error that shows a place, that of the present token if none is given."""
        raise located(self.source, message, self.token.span if span is None else span)

    def take(self) -> _Token:
        """The present token; the reader goes on to the next."""
        taken, self.token = self.token, next(self.tokens)
        self.end = taken.span[1]
        return taken

    def at(self, *marks: str) -> bool:
        """Whether the present token is one of these marks."""
        return self.token.kind == "mark" and self.token.text in marks

    def took(self, *marks: str) -> bool:
        """Whether the present token is one of these marks; if so the reader goes on."""
        found = self.at(*marks)
        if found:
            self.take()
        return found

    def expect(self, mark: str, after: str) -> None:
        """Go on after this mark, which must stand here."""
        if not self.took(mark):
            self.refuse(f"{quoted(mark)} is expected {after}, not {self.shown()}")

    def shown(self) -> str:
        """The present token in a message."""
        return quoted(self.token.text) if self.token.kind != "end" else "the end"

    def deeper(self) -> None:
        """One level deeper."""
        self.depth += 1
        if self.depth > DEEPEST_FORMULA:
            self.refuse(f"a formula is at most {DEEPEST_FORMULA} levels deep")

    def equation(self) -> Formula:
        """The whole text as an equation."""
        if self.token.kind != "name":
            self.refuse(
                f"an equation begins with what it defines, as in z[i] = Σ_{{j}} w[i, j]·a[j], "
                f"not with {self.shown()}"
            )
        target = self.named()
        if isinstance(target, Called):
            self.refuse("the indices of an entry stand in brackets: z[i]", target.span)
        self.expect("=", "after what is defined")
        body = self.sum()
        ranges: tuple[Range, ...] = ()
        if self.token.kind == "name" and self.token.text == "for":
            self.take()
            ranges = self.ranges()
        self.finished()
        _summed(body, self.source)
        return Formula(self.source, target, body, ranges)

    def only_sum(self) -> Node:
        """The whole text as a sum."""
        node = self.sum()
        self.finished()
        return node

    def finished(self) -> None:
        """Refuse whatever is left."""
        if self.token.kind == "end":
            return
        if self.at(")", "]", "}", "⌋"):
            self.refuse(f"{self.shown()} closes nothing here")
        if self.token.kind in ("name", "number") or self.at(*_BEGINS):
            self.refuse(f"'·' is missing before {self.shown()}: products read a[i]·b[i]")
        self.refuse(f"a formula cannot go on with {self.shown()}")

    def sum(self) -> Node:
        """Terms with their signs."""
        self.deeper()
        start = self.token.span[0]
        negative = self.took("−")
        parts = [(negative, self.product())]
        while self.at("+", "−"):
            negative = self.take().text == "−"
            parts.append((negative, self.product()))
        self.depth -= 1
        if len(parts) == 1 and not parts[0][0]:
            return parts[0][1]
        return Signed(tuple(parts), (start, self.end))

    def product(self) -> Node:
        """Factors, the last of which may be a sum or a maximum: it reaches as far as the product."""
        start = self.token.span[0]
        parts: list[tuple[bool, Node]] = []
        divides = False
        while True:
            if self.token.kind == "large":
                if divides:
                    self.refuse("what a sum divides stands in parentheses: 1/(Σ_{j} a[j])")
                parts.append((False, self.large()))
                break
            if len(parts) == MOST_FACTORS:
                self.refuse(f"a product has at most {MOST_FACTORS} factors")
            parts.append((divides, self.factor(under=divides)))
            if self.took("//"):
                parts.append((True, self.factor(under=True)))
                parts = [(False, Floored(Times(tuple(parts), (start, self.end)), (start, self.end)))]
            if not self.at("·", "/"):
                if self.token.kind == "large":
                    self.refuse("'·' is missing before a sum")
                break
            divides = self.take().text == "/"
        if len(parts) == 1:
            return parts[0][1]
        return Times(tuple(parts), (start, self.end))

    def large(self) -> Large:
        """``Σ_{…} body`` or ``max_{…} body``."""
        self.deeper()
        start = self.token.span[0]
        sign: Literal["Σ", "max"] = "max" if self.take().text == "max" else "Σ"
        self.expect("_", f"after {sign}")
        conditions: tuple[Condition, ...] = ()
        if self.took("{"):
            ranges = self.ranges()
            if self.took("|"):
                conditions = self.conditions()
            self.expect("}", f"after the indices of {sign}")
        elif self.token.kind == "name":
            letter = self.take()
            ranges = (Range(letter.text, None, None, letter.span),)
        else:
            self.refuse(f"the indices of {sign} stand in braces, as in {sign}_{{i, j}} or {sign}_{{i=0…3}}")
        head = self.token.span[0]
        negative = self.took("−")
        body = self.product()
        if negative:
            body = Signed(((True, body),), (head, self.end))
        self.depth -= 1
        return Large(sign, ranges, conditions, body, (start, self.end))

    def ranges(self) -> tuple[Range, ...]:
        """``i = 0…3, j = 0…4``; or ``i, j``."""
        found: list[Range] = []
        while True:
            if self.token.kind != "name":
                self.refuse(f"an index is expected, not {self.shown()}")
            letter = self.take()
            if any(letter.text == other.letter for other in found):
                self.refuse(f"the index {letter.text} stands here twice", letter.span)
            first = last = None
            if self.took("="):
                first = self.sum()
                self.expect("…", "after the first value of an index, as in i = 0…3")
                last = self.sum()
            found.append(Range(letter.text, first, last, (letter.span[0], self.end)))
            if not self.took(","):
                return tuple(found)

    def conditions(self) -> tuple[Condition, ...]:
        """Conditions, all of which must hold."""
        found = [self.condition()]
        while self.took(","):
            found.append(self.condition())
        return tuple(found)

    def condition(self) -> Condition:
        """``0 ≤ 2i + u − 1 ≤ 4``, ``i = j`` or ``2 ∣ k + 1``."""
        start = self.token.span[0]
        sides = [self.sum()]
        if self.took("∣", "|") or (self.token.text == "divides" and self.take()):
            sides.append(self.sum())
            return Condition(tuple(sides), (), (start, self.end))
        relations: list[Relation] = []
        while self.at(*_RELATIONS):
            relations.append(_RELATIONS[self.take().text])
            sides.append(self.sum())
        if not relations:
            self.refuse(f"a condition compares, as in [a > 0] or 0 ≤ i + u ≤ 4; here is {self.shown()}")
        return Condition(tuple(sides), tuple(relations), (start, self.end))

    def factor(self, *, under: bool = False) -> Node:
        """A base, and its power."""
        start = self.token.span[0]
        node = self.base(under=under)
        if self.token.kind == "raised":
            token = self.take()
            digits = token.text.translate(_DIGITS)
            exponent: Node = Number(Fraction(self.whole(digits, token)), token.span)
        elif self.took("^"):
            exponent = self.exponent()
        else:
            return node
        if self.at("^") or self.token.kind == "raised":
            self.refuse("a power of a power needs parentheses: (x^2)^3")
        return Raised(node, exponent, (start, self.end))

    def exponent(self) -> Node:
        """What stands after ``^``."""
        start = self.token.span[0]
        if self.took("("):
            return self.closed("(", ")", start)
        negative = self.took("−")
        if self.token.kind == "number":
            node: Node = self.number()
        elif self.token.kind == "name":
            node = self.named()
        else:
            self.refuse(f"an exponent is a number, a name or stands in parentheses, not {self.shown()}")
        return Signed(((True, node),), (start, self.end)) if negative else node

    def base(self, *, under: bool = False) -> Node:
        """A factor without its power."""
        token = self.token
        start = token.span[0]
        if token.kind == "number":
            node = self.number()
            if not self.token.joined or not (self.token.kind == "name" or self.at("(")):
                return node
            if under:
                self.refuse(f"what is divided by is not clear: write /({token.text}·…) or /{token.text}·…")
            return Times(((False, node), (False, self.factor())), (start, self.end))
        if token.kind == "name":
            return self.named()
        if self.took("("):
            return self.closed("(", ")", start)
        if self.took("⌊"):
            return Floored(self.closed("⌊", "⌋", start), (start, self.end))
        if self.took("["):
            self.deeper()
            conditions = self.conditions()
            if not self.took("]"):
                self.unclosed("[", "]", start)
            self.depth -= 1
            return Bracket(conditions, (start, self.end))
        if self.took("√"):
            self.deeper()
            under_root = self.base()
            self.depth -= 1
            return Raised(under_root, Number(Fraction(1, 2), (start, start + 1)), (start, self.end))
        if token.kind == "large":
            self.refuse("a sum inside a product stands in parentheses or at its end")
        if token.text in ("|", "∣"):
            self.refuse("an absolute value is written abs(x)")
        if token.kind == "other":
            self.refuse(f"{self.shown()} has no meaning in a formula")
        raise located(
            self.source, f"a number, a name or a parenthesis is expected, not {self.shown()}", token.span
        )

    def closed(self, opening: str, closing: str, start: int) -> Node:
        """A sum up to what closes it."""
        node = self.sum()
        if not self.took(closing):
            self.unclosed(opening, closing, start)
        return node

    def unclosed(self, opening: str, closing: str, start: int) -> NoReturn:
        """Raise the error for what is not closed."""
        if self.token.kind == "end":
            self.refuse(
                f"{quoted(opening)} is never closed; {quoted(closing)} is missing", (start, start + 1)
            )
        self.finished()
        raise AssertionError

    def named(self) -> Name | Called:
        """A name, an entry or a function's value."""
        token = self.take()
        start = token.span[0]
        if token.text == "for":
            self.refuse("a formula ends before 'for'", token.span)
        if self.token.joined and self.took("["):
            self.deeper()
            indices = [self.sum()]
            while self.took(","):
                indices.append(self.sum())
            if not self.took("]"):
                self.unclosed("[", "]", start)
            self.depth -= 1
            return Name(token.text, tuple(indices), (start, self.end))
        if self.token.joined and self.took("("):
            opened = self.end - 1
            argument = self.sum()
            if self.at(","):
                known = {"max": "; relu(x) is max(x, 0), and max_{i} a[i] the greatest entry"}
                self.refuse(f"{token.text} takes one argument here{known.get(token.text, '')}")
            if not self.took(")"):
                self.unclosed("(", ")", opened)
            return Called(token.text, argument, (start, self.end))
        return Name(token.text, None, token.span)

    def number(self) -> Number:
        """A number of few digits."""
        token = self.take()
        if len(token.text) > MOST_DIGITS + 1:
            self.refuse(f"a number has at most {MOST_DIGITS} digits", token.span)
        return Number(Fraction(token.text), token.span)

    def whole(self, digits: str, token: _Token) -> int:
        """The whole number that a superscript is."""
        if len(digits) > 4:
            self.refuse("an exponent has at most 4 digits", token.span)
        return int(digits)


def _summed(node: Node, source: str) -> int:
    """Over how many indices a product is summed.

    Raises:
        DescriptionError: over too many.
    """
    match node:
        case Signed(parts):
            found = max(_summed(part, source) for _, part in parts)
        case Times(parts):
            found = sum(_summed(part, source) for _, part in parts)
        case Large(_, ranges, _, body):
            found = len(ranges) + _summed(body, source)
        case Raised(base, _) | Called(_, base):
            found = _summed(base, source)
        case _:
            found = 0
    if found > MOST_SUMMED:
        raise located(
            source, f"a product is summed over at most {MOST_SUMMED} indices, here {found}", node.span
        )
    return found


def names_of(node: Node) -> Iterator[str]:
    """The names of sizes in a size as written, in order, with repetitions."""
    match node:
        case Name(text, None):
            yield text
        case Signed(parts) | Times(parts):
            for _, part in parts:
                yield from names_of(part)
        case Raised(base, exponent):
            yield from names_of(base)
            yield from names_of(exponent)
        case Floored(inner):
            yield from names_of(inner)
        case _:
            pass
