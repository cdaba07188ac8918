r"""Formulas with everything put in, spelled: on one line, or in LaTeX broken at their parentheses.

A formula that is too wide is broken where the eye can follow: between its terms, before its factors, then
between the terms inside a parenthesis, always at the outermost place that fills a line well::

    \frac{\partial L}{\partial w_1} &= 2a_1\,(\tanh(a_1w_1 + a_2w_2) - y_1) \\
                                    &\quad {}\cdot (1 - (\tanh(a_1w_1 + a_2w_2))^2)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from symgrad.algebra.substitute import (
    Condition,
    First,
    Greatest,
    Leaf,
    Nested,
    Parenthesis,
    Piece,
    Product,
    Value,
    within,
)
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Named, Rational
from symgrad.errors import RenderError
from symgrad.render.metrics import EQUALS, PLUS, QUAD, width
from symgrad.render.notation import Atom, Notation, Sort, signed_sum
from symgrad.render.tex import TALL, TexNotation
from symgrad.render.unrolled import quotient, sort_of_entry

_FULL = 0.25
"""The part of a line that is filled before it is broken where that is outermost."""
_MOST_INDENTED = 4
_CDOT, _SLASH = 0.73, 0.9
"""The widths of a dot and a slash that begin a line, in em."""


class Texts:
    """The formulas' texts in one notation; each is spelled once, however often it is put in."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self._entries: dict[Tensor, Sequence[str]] = {}
        self._known: dict[int, str] = {}

    def text(self, formula: Nested) -> str:
        """The formula on one line."""
        for inner in within([formula]):
            if inner.number not in self._known:
                self._known[inner.number] = self._sum(inner)
        return self._known[formula.number]

    def _sum(self, formula: Nested) -> str:
        return signed_sum(self.notation, [(p.coefficient < 0, self.product(p)) for p in formula.products])

    def product(self, product: Product) -> str:
        """A product without its sign."""
        return quotient(abs(Fraction(product.coefficient)), self.atoms(product), self.notation)

    def atoms(self, product: Product) -> tuple[tuple[Atom, Rational], ...]:
        """The factors of a product as spelled, and their exponents."""
        return tuple((self.atom(piece), exponent) for piece, exponent in product.powers)

    def atom(self, piece: Piece) -> Atom:
        """A factor as spelled; what is inside it has been."""
        notation, known = self.notation, self._known
        match piece:
            case Leaf(tensor, position):
                if tensor not in self._entries:
                    self._entries[tensor] = notation.entries(tensor)
                return Atom(self._entries[tensor][position], sort_of_entry(tensor))
            case Value(function, argument):
                return Atom(notation.call(function, known[argument.number]), "call")
            case Parenthesis(inner):
                return Atom(notation.group(known[inner.number]), "group")
            case Condition(relation, left, right):
                text = notation.bracket(relation, known[left.number], known[right.number])
                return Atom(text, "bracket")
            case Greatest(candidates):
                return Atom(notation.maximum([known[each.number] for each in candidates]), "call")
            case First(candidates, chosen):
                parts = [known[each.number] for each in candidates]
                return Atom(notation.first_greatest(parts, chosen), "bracket")
            case _:
                return Atom(notation.constant(piece.name), "number")


class _Word(NamedTuple):
    """What no line breaks: its text, what joins it to the word before on one line, and what if it begins one.

    ``level`` is how deep inside a break before it is: 2 for each parenthesis that is open there, and 1 more
    between factors. Widths are in em.
    """

    text: str
    joint: str
    begins: str
    level: int
    wide: float
    joined: float
    begun: float


class TexLines:
    """The formulas as lines of an ``aligned`` display, each with one ``&``."""

    def __init__(self) -> None:
        self._notation = TexNotation()
        self._texts = Texts(self._notation)
        self._left = 0.0

    def lines(self, name: str, formula: Nested, room: float) -> list[str]:
        """``name &= formula``; a line is wider than ``room`` em only where one entry or fraction is."""
        whole = self._texts.text(formula)
        left = room - width(name) - EQUALS
        if width(whole) <= left:
            return [f"{name} &= {whole}"]
        self._left = left
        words = list(self._words(formula, 0, ""))
        lines: list[str] = []
        start = 0
        for stop in _breaks(words, left):
            first = words[start]
            indent = r"\quad " * _quads(first.level)
            begin = f"&{indent}{first.begins}" if lines else f"{name} &= "
            rest = (word.joint + word.text for word in words[start + 1 : stop])
            lines.append(begin + first.text + "".join(rest))
            start = stop
        return lines

    def _fits(self, text: str, level: int) -> bool:
        """Whether a line that begins inside so many parentheses can take the text."""
        return width(text) <= self._left - PLUS - QUAD * _quads(level + 1)

    def _words(self, formula: Nested, level: int, opening: str) -> Iterator[_Word]:
        """The words of a sum, which is never empty here; a product that no line can take is taken apart."""
        for n, product in enumerate(formula.products):
            minus = product.coefficient < 0
            before = opening + ("-" if minus else "") if n == 0 else ""
            joint, begins, joined = (" - ", "{}- ", PLUS) if minus else (" + ", "{}+ ", PLUS)
            if n == 0:
                joint, begins, joined = "", "", 0.0
            text = self._texts.product(product)
            if self._fits(text, level) or not product.powers:
                yield _word(before + text, joint, begins, level, joined)
            else:
                words = self._factors(product, level, before)
                yield _begun(next(words), joint, begins, level, joined)
                yield from words

    def _factors(self, product: Product, level: int, opening: str) -> Iterator[_Word]:
        """The words of a product that is too wide for one; a quotient becomes ``… / (…)``."""
        value = abs(Fraction(product.coefficient))
        over = [(piece, e) for piece, e in product.powers if e > 0]
        under = [(piece, -e) for piece, e in product.powers if e < 0]
        top, bottom = (value.numerator, value.denominator) if under else (value, 1)
        above = [] if top == 1 and over else [top if isinstance(top, int) else _whole(top)]
        yield from self._row(above, over, level, opening, "")
        if under:
            below = [] if bottom == 1 else [bottom]
            several = len(below) + len(under) > 1
            opened, closed = (r"\bigl(", r"\bigr)") if several else ("", "")
            words = self._row(below, under, level + 2 * several, opened, closed)
            yield _begun(next(words), r"\,/\,", "{}/ ", level + 1, _SLASH)
            yield from words

    def _row(
        self,
        numbers: Sequence[Rational],
        powers: Sequence[tuple[Piece, Rational]],
        level: int,
        opening: str,
        closing: str,
    ) -> Iterator[_Word]:
        """Factors side by side; each is a word, or several where it is wide and has an inside.

        A number stays with the factor after it.
        """
        before: Sort | None = None
        for number in numbers:
            opening += self._notation.number(number)
            before = "number"
        if not powers:
            yield _word(opening + closing, "", "", level, 0.0)
        for n, (piece, exponent) in enumerate(powers):
            last = closing if n == len(powers) - 1 else ""
            atom = self._texts.atom(piece)
            if exponent != 1:
                atom = Atom(self._notation.power(atom, exponent), atom.sort)
            joint = self._notation.joint(before, atom.sort) if before is not None else ""
            before = atom.sort
            first = opening + joint if n == 0 else ""
            if self._fits(atom.text, level) or isinstance(piece, Leaf | Named):
                words = iter([_word(first + atom.text + last, "", "", level, 0.0)])
            else:
                words = self._opened(piece, exponent, level, first, last)
            if n == 0:
                yield from words
            else:
                joined = width(joint) if joint else 0.0
                yield _begun(next(words), joint, r"{}\cdot ", level + 1, joined, _CDOT)
                yield from words

    def _opened(
        self, piece: Piece, exponent: Rational, level: int, opening: str, closing: str
    ) -> Iterator[_Word]:
        """The words of a factor with an inside: its delimiters open on the first and close on the last."""
        raised = "" if exponent == 1 else _superscript(exponent)
        parts: Sequence[tuple[str, Nested]]
        match piece:
            case Value(function, argument):
                before, after = self._notation.call(function, _HOLE).split(_HOLE)
                parts = [("", argument)]
            case Parenthesis(inner):
                before, after = self._notation.group(_HOLE).split(_HOLE)
                parts = [("", inner)]
            case Condition(relation, left, right):
                before, sign, after = self._notation.bracket(relation, _HOLE, _HOLE).split(_HOLE)
                parts = [("", left), (sign, right)]
            case Greatest(candidates):
                before, after = self._notation.maximum([_HOLE]).split(_HOLE)
                parts = [("" if n == 0 else ", ", each) for n, each in enumerate(candidates)]
            case First(candidates, chosen):
                before, sign, after = self._notation.first_greatest([_HOLE], 0).split(_HOLE)
                parts = [("" if n == 0 else ", ", each) for n, each in enumerate(candidates)]
                parts = [*parts, (sign, candidates[chosen])]
            case _:
                raise RenderError(f"{type(piece).__name__} has no inside")
        if raised and not isinstance(piece, Parenthesis):
            before, after = f"({before}", f"{after})"
        size = self._size([inner for _, inner in parts], before)
        before, after = _sized(before, "l", size), _sized(after, "r", size) + raised
        parts = [(_sized(between, "r", size), inner) for between, inner in parts]
        words = list(self._members(parts, level + 2, opening + before))
        yield from words[:-1]
        yield _longer(words[-1], after + closing)

    def _members(self, parts: Sequence[tuple[str, Nested]], level: int, opening: str) -> Iterator[_Word]:
        """The words of formulas that commas or relations stand between; those end the word before them."""
        held: _Word | None = None
        for between, part in parts:
            words = self._words(part, level, opening)
            if not part.products:
                words = iter([_word(opening + "0", "", "", level, 0.0)])
            if held is not None:
                held = _longer(held, between.rstrip())
                space = " " * between.endswith(" ")
                words = chain([_begun(next(words), space, "", level - 1, 0.0)], words)
            for word in words:
                if held is not None:
                    yield held
                held, opening = word, ""
        if held is not None:
            yield held

    def _size(self, inner: Sequence[Nested], before: str) -> str:
        """The size of delimiters whose partner may stand on another line: as tall as what is inside."""
        texts = [self._texts.text(each) for each in inner]
        if any(command in text for text in texts for command in TALL):
            return "Big"
        return "big" if any("(" in text for text in texts) or r"\left" in before else ""


_HOLE = "\0"


def _sized(text: str, side: str, size: str) -> str:
    r"""The text with its delimiters in one size; ``\left(`` would need its partner on the same line."""
    bare = re.sub(r"\\left|\\right", "", text)
    return re.sub(r"[][()|]", rf"\\{size}{side}\g<0>", bare) if size else bare


def _superscript(exponent: Rational) -> str:
    raised = str(exponent)
    return f"^{raised}" if len(raised) == 1 else f"^{{{raised}}}"


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value


def _quads(level: int) -> int:
    """How far a line is indented that begins there."""
    return 1 + min((level + 1) // 2, _MOST_INDENTED)


def _word(text: str, joint: str, begins: str, level: int, joined: float) -> _Word:
    return _Word(text, joint, begins, level, width(text), joined, joined)


def _begun(
    word: _Word, joint: str, begins: str, level: int, joined: float, begun: float | None = None
) -> _Word:
    """The word as what something begins with that is joined in this way."""
    return word._replace(
        joint=joint, begins=begins, level=level, joined=joined, begun=joined if begun is None else begun
    )


def _longer(word: _Word, closing: str) -> _Word:
    text = word.text + closing
    return word._replace(text=text, wide=width(text))


def _breaks(words: Sequence[_Word], room: float) -> Iterator[int]:
    """Where lines end: as far as there is room, at the outermost place that fills a good part of the line."""
    start = 0
    while start < len(words):
        reach = words[start].wide
        if start:
            reach += QUAD * _quads(words[start].level) + words[start].begun
        stop = start + 1
        best: tuple[int, int] | None = None
        while stop < len(words):
            if reach >= _FULL * room and (best is None or words[stop].level <= best[0]):
                best = words[stop].level, stop
            reach += words[stop].joined + words[stop].wide
            if reach > room:
                break
            stop += 1
        else:
            yield len(words)
            return
        start = best[1] if best is not None else stop
        yield start
