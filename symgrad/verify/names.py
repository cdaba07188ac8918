"""How a name is spelled on a page: its letter with accents, its subscripts, its labels.

The key of a name is its letter with accents and words, ``hat:y``, ``W_xh``; bold and upright letters are the
same name as plain ones, since a page writes o_j for an entry of **o**.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from symgrad.verify.documents.pieces import Span
from symgrad.verify.syntax import (
    Accent,
    Group,
    Label,
    Listed,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Scripted,
    Star,
    Sum,
    Transposed,
    Words,
    children,
)

INDEX_LETTERS: Final = frozenset("ijklmnpqrstuvc") | {"τ"}
"""Letters that are indices where nothing else is said of them."""

LOSS_LETTERS: Final = frozenset(
    ("L", "l", "ℓ", "J", "C", "E", "cal:L", "cal:J", "cal:C", "cal:E", "Loss", "loss", "cost")
)
"""Letters of a loss that may stay unknown."""


class Spelled(NamedTuple):
    """A name as it stands: key, subscript items, superscript parts, primes."""

    key: str
    subs: tuple[Node, ...]
    sups: tuple[Node, ...]
    primes: int
    style: str
    span: Span


def spelled(node: Node) -> Spelled | None:
    """``node`` taken apart, if it is a name with or without scripts."""
    match node:
        case Name():
            prefix = node.style + ":" if node.style in ("cal", "bb") else ""
            return Spelled(prefix + node.letter, (), (), 0, node.style, node.span)
        case Accent():
            inner = spelled(node.inner)
            if inner is None:
                return None
            return inner._replace(key=f"{node.kind}:{inner.key}", span=node.span)
        case Scripted():
            inner = spelled(node.base)
            if inner is None:
                return None
            subs = inner.subs + (items(node.sub) if node.sub is not None else ())
            sups = tuple(part for part in node.sups if not isinstance(part, Star))
            stars = "*" * (len(node.sups) - len(sups))
            return inner._replace(
                key=inner.key + stars,
                subs=subs,
                sups=inner.sups + sups,
                primes=inner.primes + node.primes,
                span=node.span,
            )
        case Group(bracket="{"):
            return spelled(node.inner)
        case _:
            return None


def items(node: Node) -> tuple[Node, ...]:
    """The items of a list, or the one thing that stands there."""
    if not isinstance(node, Listed):
        return (node,)
    return tuple(inner for item in node.items for inner in items(item))


def is_row_of_ones(node: Node) -> bool:
    """Whether a node is 1ᵀ: a number is not transposed."""
    return (
        isinstance(node, Scripted)
        and isinstance(node.base, Number)
        and node.base.value == 1
        and node.sub is None
        and not node.primes
        and len(node.sups) == 1
        and is_transpose(node.sups[0])
    )


def letters_in(node: Node) -> Iterator[Name]:
    """Every Name inside, at any depth."""
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, Name):
            yield here
        pending += reversed(children(here))


def is_word(node: Node) -> bool:
    r"""Whether a script is a word rather than an index: ``h_{\text{next}}``."""
    return isinstance(node, Words) or (isinstance(node, Name) and node.style == "word")


def script_text(node: Node) -> str:
    """A script that is part of a name, as the end of its key."""
    match node:
        case Words():
            return node.text.strip()
        case Name():
            return node.letter
        case Number():
            return str(node.value)
        case Scripted():
            return "_".join(script_text(child) for child in children(node))
        case Sum():
            return "".join(("+" if t.sign > 0 else "-") + script_text(t.node) for t in node.terms)
        case _:
            return "".join(script_text(child) for child in children(node))


def pieces(item: Node, rank: int | None, is_index: frozenset[str] | set[str]) -> tuple[Node, ...]:
    """A subscript item taken as several indices where the rank asks for it: ``ij``, ``11``, ``i1``."""
    if isinstance(item, Number) and rank is not None and rank > 1 and not item.decimal:
        digits = digits_of(item)
        if len(digits) == rank:
            return tuple(_digit(digit, item.span) for digit in digits)
        return (item,)
    if isinstance(item, Name) and len(item.letter) > 1 and item.letter not in is_index:
        start = item.span[0]
        return tuple(_one(c, (start + n, start + n + 1)) for n, c in enumerate(item.letter))
    if isinstance(item, Product) and rank is not None and rank > 1:
        parts = [factor.node for factor in item.factors]
        if all(not factor.op for factor in item.factors):
            flat = tuple(piece for part in parts for piece in pieces(part, rank, is_index))
            if len(flat) == rank:
                return flat
    return (item,)


def digits_of(number: Number) -> str:
    """The digits of a subscript as they stand: ``01`` has two."""
    text = str(number.value)
    return (
        text.zfill(number.span[1] - number.span[0])
        if len(text) <= number.span[1] - number.span[0] <= 4
        else text
    )


def _digit(digit: str, span: Span) -> Number:
    from fractions import Fraction

    return Number(Fraction(int(digit)), False, span)


def _one(character: str, span: Span) -> Node:
    return _digit(character, span) if character.isdigit() else Name(character, "", span)


def label_items(sups: tuple[Node, ...]) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """The labels of a superscript, what is inside their brackets, and the rest of it."""
    labels = tuple(item for part in sups if isinstance(part, Label) for item in items(part.inner))
    return labels, tuple(part for part in sups if not isinstance(part, Label))


def is_transpose(node: Node) -> bool:
    """Whether a part of a superscript transposes."""
    return isinstance(node, Transposed)


def plain_index(node: Node) -> bool:
    """Whether ``node`` is made of numbers and names by plus, minus, times and division."""
    match node:
        case Number() | Name():
            return True
        case Sum() | Product() | Quotient() | Listed():
            return all(plain_index(child) for child in children(node))
        case Group():
            return plain_index(node.inner)
        case Scripted():
            return isinstance(node.base, Name) and not node.sups
        case _:
            return False
