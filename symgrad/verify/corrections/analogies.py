"""A summand like its neighbours, with one of their indices another throughout: what a lost one was like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from symgrad.verify.corrections.spots import Change, Spot, same
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.documents.pieces import Span
from symgrad.verify.names import spelled
from symgrad.verify.notation import Word
from symgrad.verify.syntax import Name, Node, Number, Product, Scripted, Sum, Term, children, terms_of

_MOST_INDICES: Final = 4
_MOST_VALUES: Final = 10


def analogues(w: Writer, spot: Spot) -> Iterator[Change]:
    """The sum with one more summand, made from one that is there."""
    node = spot.node
    terms = terms_of(node)
    if len(terms) > _MOST_VALUES:
        terms = (terms[0], terms[-1])
    seen: set[str] = set()
    present = {w.at(term.node.span).replace(" ", "") for term in terms}
    for term in terms:
        places = sorted(set(numbers_in(term.node)), key=lambda place: place[0])
        values = dict.fromkeys(w.at(place) for place in places)
        for old in list(values)[:_MOST_INDICES]:
            for new in _others(old):
                edits = [(place, str(new)) for place in places if w.at(place) == old]
                text = _edited(w, term.node.span, edits)
                if text.replace(" ", "") in present or text in seen:
                    continue
                seen.add(text)
                moved = renumbered(term.node, dict.fromkeys((place for place, _ in edits), new))
                at = node.span[1]
                made = Sum((*terms_of(node), Term(term.sign, moved, (at, at))), node.span)
                sign = "+" if term.sign > 0 else "-"
                note = text if term.sign > 0 else f"-{text}"
                cost = 2.0 if _has_twice(moved) else 1.45
                yield Change(
                    spot, made, (((at, at), f" {sign} {text}"),), "missing-term", spot.term, cost, note
                )


def _others(old: str) -> list[int]:
    """Other numbers for one of an index: of 21, a row and a column, those with one digit another."""
    if len(old) == 1:
        return [n for n in range(_MOST_VALUES) if str(n) != old]
    places = range(len(old))
    texts = [f"{old[:n]}{digit}{old[n + 1 :]}" for n in places for digit in range(_MOST_VALUES)]
    return [int(text) for text in dict.fromkeys(texts) if text != old and text[0] != "0"]


def _has_twice(node: Node) -> bool:
    """Whether a product has one factor twice, which an author would write as a square."""
    factors = [factor.node for factor in node.factors] if isinstance(node, Product) else []
    return any(same(a, b) for n, a in enumerate(factors) for b in factors[n + 1 :])


def numbers_in(node: Node) -> Iterator[Span]:
    """Where numbers stand as indices: in subscripts and labels, glued to letters."""
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, Scripted) and spelled(here) is not None:
            inner: list[Node] = [here.sub] if here.sub is not None else []
            while inner:
                part = inner.pop()
                if isinstance(part, Number):
                    yield part.span
                elif isinstance(part, Name):
                    yield from _glued(part)
                inner += children(part)
            continue
        if isinstance(here, Name):
            yield from _glued(here)
        pending += children(here)


def _glued(name: Name) -> Iterator[Span]:
    """The digits at the end of a name: ``w5``, ``o1``."""
    digits = len(name.letter) - len(name.letter.rstrip("0123456789"))
    if digits and name.span[1] - name.span[0] >= digits:
        yield name.span[1] - digits, name.span[1]


def twins(w: Writer, word: Word) -> Iterator[Word]:
    """A word with one of its numbers another throughout: ``∂E_2/∂z_2`` for ``∂E_1/∂z_1``."""
    own = w.of_word(word)
    places = sorted(set(numbers_in(word.node)), key=lambda place: place[0])
    for old in dict.fromkeys(own.at(place) for place in places):
        here = [place for place in places if own.at(place) == old]
        if len(here) < 2:
            continue
        for new in _others(old):
            text = _edited(own, word.node.span, [(place, str(new)) for place in here])
            yield Word(renumbered(word.node, dict.fromkeys(here, new)), text)


def renumbered(node: Node, values: Mapping[Span, int]) -> Node:
    """A part with other numbers at some places."""

    def walk(part: object) -> object:
        if isinstance(part, Number) and part.span in values:
            return part._replace(value=Fraction(values[part.span]))
        if isinstance(part, Name):
            stem = part.letter.rstrip("0123456789")
            digits = len(part.letter) - len(stem)
            new = values.get((part.span[1] - digits, part.span[1])) if digits else None
            return part if new is None else part._replace(letter=f"{stem}{new}")
        if isinstance(part, tuple) and hasattr(part, "_fields"):
            fields = zip(part._fields, part, strict=True)
            made: list[Any] = [value if name.endswith("span") else walk(value) for name, value in fields]
            return type(part)(*made)
        if isinstance(part, tuple):
            return tuple([walk(value) for value in part])
        return part

    return walk(node)  # type: ignore[return-value]  # a node comes back as one


def _edited(w: Writer, span: Span, edits: list[tuple[Span, str]]) -> str:
    pieces: list[str] = []
    position = span[0]
    for (start, stop), text in edits:
        pieces += [w.at((position, start)), text]
        position = stop
    return "".join([*pieces, w.at((position, span[1]))])
