"""Words that the document does not hold as such: sums of its names, inverses of its names and roots."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Final

from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import spelled
from symgrad.verify.notation import Word
from symgrad.verify.syntax import (
    Big,
    Call,
    Derivative,
    Factor,
    Group,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Root,
    Scripted,
    Sum,
    Term,
)

_FEW: Final = 6


def sums_of_names(w: Writer) -> Iterator[Word]:
    r"""``\\sum_{i=1}^n y_i`` for each sign of summation and each name, or two, that carry its index."""
    for sign, lower, upper in w.notation.sums:
        index = lower.left if isinstance(lower, Relation) else lower
        if not isinstance(index, Name):
            continue
        running = [
            word
            for word in w.values
            if isinstance(word.node, Scripted)
            and isinstance(word.node.sub, Name)
            and word.node.sub.letter == index.letter
        ][:_FEW]
        glue = "*" if w.notation.plain else " "
        for word in running:
            yield Word(Big("sum", lower, upper, word.node, word.node.span), f"{sign} {word.text}")
        for one, other in combinations(running, 2):
            body = Product((Factor("", one.node), Factor("", other.node)), one.node.span)
            text = f"{sign} {one.text}{glue}{other.text}"
            yield Word(Big("sum", lower, upper, body, one.node.span), text)


def complements(w: Writer) -> Iterator[tuple[Word, Node, float]]:
    """1 − a, as in a(1 − a), and 1 − a² of a tanh, with the a and how far-fetched it is."""
    for word in w.values:
        if spelled(word.node) is None or isinstance(word.node, Call | Derivative):
            continue
        span = word.node.span
        one = Term(1, Number(Fraction(1), False, span), span)
        square = Scripted(word.node, None, (Number(Fraction(2), False, span),), 0, span)
        choices: list[tuple[Node, str, float]] = [(word.node, word.text, 0.2)]
        if not (isinstance(word.node, Scripted) and word.node.sups):
            choices.append((square, f"{word.text}^2", 0.3))
        for node, text, cost in choices:
            inner = Sum((one, Term(-1, node, span)), span)
            yield Word(Group("(", inner, span), f"(1 - {text})"), word.node, cost


def complement(w: Writer, node: Node) -> Word:
    """1 − a, of a part of the formula."""
    one, span = Number(Fraction(1), False, node.span), node.span
    inner = Sum((Term(1, one, span), Term(-1, node, span)), span)
    return Word(Group("(", inner, span), f"(1 - {w.at(span)})")


def inverses(w: Writer) -> Iterator[tuple[Word, float]]:
    """1/T, 1/√d: each with how far-fetched it is."""
    for word in w.values:
        if isinstance(word.node, Root):
            cost = 0.35
        elif spelled(word.node) is not None:
            cost = 0.65 if _indexed(w, word) else 0.45
        elif isinstance(word.node, Group) and isinstance(word.node.inner, Sum | Big):
            inner = word.node.inner
            text = word.text if w.notation.plain else _without_brackets(word.text)
            one = Number(Fraction(1), False, word.node.span)
            yield Word(Quotient(one, inner, word.node.span), w.fraction("1", text)), 0.6
            continue
        else:
            continue
        if not isinstance(word.node, Root):
            yield from _inverse_complement(w, word)
        one = Number(Fraction(1), False, word.node.span)
        yield Word(Quotient(one, word.node, word.node.span), w.fraction("1", word.text)), cost


def _without_brackets(text: str) -> str:
    for left, right in (("\\left(", "\\right)"), ("(", ")")):
        if text.startswith(left) and text.endswith(right):
            return text[len(left) : -len(right)].strip()
    return text


def logarithms(w: Writer) -> Iterator[Word]:
    """The logarithm of each sum that the document has in brackets or below a fraction."""
    heads = {"log": "log", "ln": "ln"} if w.notation.plain else {"\\log": "log", "\\ln": "ln"}
    texts = [word.text for word in w.words if isinstance(word.node, Call)]
    head = next((head for head in heads for text in texts if text.startswith(head)), next(iter(heads)))
    for word in w.words:
        name = Name(heads[head], "word", word.node.span)
        if isinstance(word.node, Group) and isinstance(word.node.inner, Sum | Big) and word.text[:1] == "(":
            yield Word(Call(name, (word.node.inner,), True, word.node.span), head + word.text)
        elif isinstance(word.node, Name):
            yield Word(Call(name, (word.node,), True, word.node.span), f"{head}({word.text})")


def _indexed(w: Writer, word: Word) -> bool:
    named = w.context.named(word.node)
    return named is None or bool(named[0].subs)


def _inverse_complement(w: Writer, word: Word) -> Iterator[tuple[Word, float]]:
    """1/(1 − a)."""
    span = word.node.span
    one = Number(Fraction(1), False, span)
    inner = Sum((Term(1, one, span), Term(-1, word.node, span)), span)
    below = f"(1 - {word.text})" if w.notation.plain else f"1 - {word.text}"
    yield Word(Quotient(one, inner, span), w.fraction("1", below)), 0.8
