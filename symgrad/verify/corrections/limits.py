r"""Sums: their limits, a sum that was lost, ``\\sum`` about the wrong part."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.verify.corrections.indices import index_letters
from symgrad.verify.corrections.spots import Change, Spot
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.notation import letter_text
from symgrad.verify.syntax import Big, Derivative, Name, Node, Number, Relation, Sum, Term


def limits(w: Writer, spot: Spot) -> Iterator[Change]:
    """Other limits of a sum: one more or less, another size."""
    node = spot.node
    if not isinstance(node, Big):
        return
    lower = node.lower
    if isinstance(lower, Relation) and lower.op == "=":
        for new, text in _other_limits(w, lower.right):
            made = node._replace(lower=lower._replace(right=new))
            yield Change(spot, made, ((lower.right.span, text),), "wrong-index", node.span, 1.4)
        if isinstance(lower.left, Name):
            for letter in index_letters(w):
                if letter != lower.left.letter:
                    left = Name(letter, "", lower.left.span)
                    made = node._replace(lower=lower._replace(left=left))
                    text = letter_text(letter, w.notation.plain)
                    yield Change(spot, made, ((left.span, text),), "wrong-index", node.span, 1.5)
    elif isinstance(lower, Name):
        for letter in index_letters(w):
            if letter != lower.letter:
                made = node._replace(lower=Name(letter, "", lower.span))
                text = letter_text(letter, w.notation.plain)
                yield Change(spot, made, ((lower.span, text),), "wrong-index", node.span, 1.5)
    if node.upper is not None:
        for new, text in _other_limits(w, node.upper):
            edit = w.script(node.upper.span, text)
            yield Change(spot, node._replace(upper=new), (edit,), "wrong-index", node.span, 1.4)


def _other_limits(w: Writer, limit: Node) -> Iterator[tuple[Node, str]]:
    span = limit.span
    here = w.at(span)
    one = Number(Fraction(1), False, span)
    if isinstance(limit, Number):
        for value in (limit.value - 1, limit.value + 1):
            if value >= 0:
                yield Number(value, False, span), str(value)
    else:
        if isinstance(limit, Sum) and len(limit.terms) == 2:
            yield limit.terms[0].node, w.at(limit.terms[0].node.span)
        for sign in (-1, 1):
            yield Sum((Term(1, limit, span), Term(sign, one, span)), span), f"{here}{sign:+d}"
    for word in w.words:
        if not isinstance(word.node, Name) or word.text == here:
            continue
        if w.context.is_size(word.node.letter) or word.node.letter in w.context.ranges:
            yield word.node, word.text


def summed(w: Writer, spot: Spot) -> Iterator[Change]:
    r"""A part that should be summed over an index: a lost ``\\sum``."""
    node = spot.node
    if w.notation.plain or (
        isinstance(node, Big) and spot.inside is None and isinstance(node.body, Derivative)
    ):
        return
    start = node.span[0]
    for text, lower, upper in sum_signs(w):
        made = Big("sum", lower, upper, node, node.span)
        yield Change(spot, made, (((start, start), text + " "),), "missing-factor", spot.term, 1.9, text)


def sum_signs(w: Writer) -> list[tuple[str, Node | None, Node | None]]:
    r"""The signs of summation that the document uses: ``\\sum_{i=1}^n`` with its limits."""
    return list(w.notation.sums)
