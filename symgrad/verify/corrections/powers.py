"""Numbers, constants and exponents."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.verify.claims import Kind
from symgrad.verify.corrections.spots import Change, Edits, Spot, is_e, moved
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.documents.pieces import Span
from symgrad.verify.names import is_transpose, label_items, spelled
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
    Scripted,
    Sum,
    Term,
)


def numbers(w: Writer, spot: Spot) -> Iterator[Change]:
    """Another number, or a size, for a number."""
    node = spot.node
    if not isinstance(node, Number):
        return
    exponent = isinstance(spot.inside, Scripted)
    inside_fraction = isinstance(spot.inside, Quotient)
    kind: Kind = "constant-factor" if isinstance(spot.inside, Product | Quotient) else "wrong-term"
    other = None
    if isinstance(spot.inside, Quotient):
        other = spot.inside.bottom if spot.inside.top is node else spot.inside.top
    values = [Fraction(n) for n in range(5)]
    values += [node.value + 1, node.value - 1, node.value * 2, node.value / 2]
    for value in dict.fromkeys(values):
        if value == node.value or (value <= 0 and not exponent) or value.denominator != 1:
            continue
        if inside_fraction and isinstance(other, Number) and other.value == value:
            continue  # n/n is no factor: leaving it out is offered elsewhere
        yield w.change(spot, node._replace(value=value, decimal=False), str(value), kind, 1.3)
    if isinstance(spot.inside, Product | Quotient | Sum | Scripted | Big):
        for word in w.words:
            if isinstance(word.node, Name) and _is_count(w, word.node.letter):
                size: Kind = "constant-factor" if inside_fraction else "wrong-term"
                cost = 1.35 if inside_fraction else 2.0
                yield w.change(spot, moved(word.node, node.span), word.text, size, cost)


def _is_count(w: Writer, letter: str) -> bool:
    return w.context.is_size(letter) or letter in w.context.ranges


def powers(w: Writer, spot: Spot) -> Iterator[Change]:
    """A power too much, of the other sign, or another."""
    node = spot.node
    if not isinstance(node, Scripted):
        return
    _, rest = label_items(node.sups)
    found = [part for part in rest if not is_transpose(part)]
    key = spelled(node)
    if (key is not None and key.key in w.context.bare_labels) or len(found) != 1 or is_e(node):
        return
    power = found[0]
    sups = tuple(part for part in node.sups if part is not power)
    bare: Node = node._replace(sups=sups)
    if not sups and node.sub is None and not node.primes:
        bare = node.base
    start, stop = power.span
    head = w.at((node.span[0], start)).rstrip("{ ").rstrip().removesuffix("^").rstrip()
    tail = w.at((w.closed_if(start, stop), node.span[1]))
    yield w.change(spot, bare, head + tail, "wrong-term", 1.5)
    if not isinstance(power, Number):
        return
    if power.value > 0:
        negative = Sum((Term(-1, power, power.span),), power.span)
        new = node._replace(sups=tuple(negative if part is power else part for part in node.sups))
        yield Change(spot, new, (w.script(power.span, "-" + w.at(power.span)),), "wrong-term", spot.term, 2.0)
    for word in w.words:
        if isinstance(word.node, Name) and word.node.letter in w.context.ranges:
            raised = node._replace(sups=tuple(word.node if part is power else part for part in node.sups))
            yield Change(spot, raised, (w.script(power.span, word.text),), "wrong-term", spot.term, 2.0)


def raised(w: Writer, spot: Spot) -> Iterator[Change]:
    """A power that was lost: a square, a root, an inverse."""
    node = spot.node
    if isinstance(spot.inside, Derivative | Relation) or w.has_power(node):
        return
    if isinstance(node, Call) and isinstance(node.function, Scripted) and node.function.sups:
        return
    here = w.at(node.span)
    span = node.span
    one, two = Number(Fraction(1), False, span), Number(Fraction(2), False, span)
    choices: list[tuple[Node, str]] = [(two, "2"), (Number(Fraction(3), False, span), "3")]
    choices += [
        (word.node, word.text)
        for word in w.words
        if isinstance(word.node, Name)
        and word.node.letter in w.context.ranges
        and not w.context.is_size(word.node.letter)
    ]
    choices.append((Quotient(one, two, span), "(1/2)" if w.notation.plain else "{1/2}"))
    choices.append((Sum((Term(-1, one, span),), span), "(-1)" if w.notation.plain else "{-1}"))
    for exponent, text in choices:
        new, base = _to_the(node, exponent), here
        if isinstance(node, Call):
            base = w.bracketed(here) if not node.bracketed else here
        elif isinstance(node, Scripted) and node.sups and not _in_brackets(here):
            base = "{" + here + "}"
        yield w.change(spot, new, f"{base}^{text}", "wrong-term", 1.4 if text == "2" else 1.6)


def _in_brackets(text: str) -> bool:
    return text.startswith(("(", "\\left(")) and text.endswith((")", "\\right)"))


def _to_the(node: Node, exponent: Node) -> Node:
    if isinstance(node, Scripted) and not node.sups:
        return node._replace(sups=(exponent,))
    if isinstance(node, Call):
        return Scripted(Group("(", node, node.span), None, (exponent,), 0, node.span)
    return Scripted(node, None, (exponent,), 0, node.span)


def constants(w: Writer, spot: Spot) -> Iterator[Change]:
    """A part times a constant that was lost: 2, ½, 1/n."""
    start = spot.node.span[0]
    for constant, text in constant_words(w, (start, start)):
        yield _times(w, spot, constant, text)


def times_constant(w: Writer, spot: Spot, value: Fraction) -> Change:
    """A part times a number."""
    start = spot.node.span[0]
    span: Span = (start, start)
    top = Number(Fraction(value.numerator), False, span)
    if value.denominator == 1:
        return _times(w, spot, top, str(value))
    bottom = Number(Fraction(value.denominator), False, span)
    text = w.fraction(str(value.numerator), str(value.denominator))
    return _times(w, spot, Quotient(top, bottom, span), text)


def _times(w: Writer, spot: Spot, constant: Node, text: str) -> Change:
    node = spot.node
    start, stop = node.span
    inner: Node = Group("(", node, node.span) if isinstance(node, Sum) else node
    new = Product((Factor("", constant), Factor("", inner)), node.span)
    glue = "*" if w.notation.plain else " "
    if isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0].sign < 0:
        at = node.terms[0].node.span[0]
        edits: Edits = (((at, at), text + glue),)
    elif isinstance(node, Sum):
        left, right = ("(", ")") if w.notation.plain else ("\\left(", "\\right)")
        edits = (
            ((start, start), text + (glue if w.notation.plain else "") + left),
            ((stop, stop), right),
        )
    else:
        edits = (((start, start), text + glue),)
    return Change(spot, new, edits, "constant-factor", spot.term, 1.5, text)


def constant_words(w: Writer, span: Span) -> list[tuple[Node, str]]:
    """2, 3, 4, their inverses, the sizes of the document, their inverses, and twice these."""
    one, two = Number(Fraction(1), False, span), Number(Fraction(2), False, span)
    found: list[tuple[Node, str]] = []
    for value in (2, 3, 4):
        number = Number(Fraction(value), False, span)
        found += [(number, str(value)), (Quotient(one, number, span), w.fraction("1", str(value)))]
    for word in w.words:
        if isinstance(word.node, Name) and w.context.is_size(word.node.letter):
            found.append((Quotient(one, word.node, span), w.fraction("1", word.text)))
            found.append((word.node, word.text))
            found.append((Quotient(two, word.node, span), w.fraction("2", word.text)))
    return found
