"""Signs, and summands too many."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.verify.claims import Kind
from symgrad.verify.corrections.spots import Change, Edits, Spot, same
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import spelled
from symgrad.verify.syntax import (
    Call,
    Cases,
    Derivative,
    Group,
    Matrix,
    Node,
    Number,
    Quotient,
    Scripted,
    Sum,
    Term,
)


def signs(w: Writer, spot: Spot) -> Iterator[Change]:
    """Each summand with the other sign; a part with a minus before it."""
    node = spot.node
    if isinstance(node, Sum):
        exponent = isinstance(spot.inside, Scripted)
        for n, term in enumerate(node.terms):
            flipped = node._replace(
                terms=(*node.terms[:n], term._replace(sign=-term.sign), *node.terms[n + 1 :])
            )
            where = term.span if len(node.terms) > 1 else spot.term
            yield Change(spot, flipped, (flip(w, term, n),), "sign", where, 1.6 if exponent else 1.0)
        yield from _other_way_round(w, spot, node)
    elif spot.inside is None or isinstance(spot.inside, Call | Scripted | Quotient | Cases | Matrix):
        # The sign of an exponent is lost less often than a letter is mistaken.
        cost = 1.1 if spot.inside is None else 2.7 if isinstance(spot.inside, Scripted) else 1.5
        new = Sum((Term(-1, node, node.span),), node.span)
        start = node.span[0]
        edit = (start, start), "-"
        if isinstance(spot.inside, Scripted) and w.at((start - 1, start)) == "^":
            edit = node.span, "{-" + w.at(node.span) + "}"
        yield Change(spot, new, (edit,), "sign", spot.term, cost)


def _other_way_round(w: Writer, spot: Spot, node: Sum) -> Iterator[Change]:
    """``A - Y`` for ``Y - A``, rather where the author writes it so elsewhere."""
    from symgrad.verify.meaning import bare

    if len(node.terms) != 2 or node.terms[0].sign < 0 or node.terms[1].sign > 0:
        return
    one, other = node.terms
    terms = (other._replace(sign=1), one._replace(sign=-1))
    between = w.at((one.node.span[1], other.node.span[0]))
    text = w.at(other.node.span) + between + w.at(one.node.span)
    place = (one.node.span[0], other.node.span[1])
    span = spot.inside.span if isinstance(spot.inside, Group) else node.span
    new = node._replace(terms=terms)
    written = w.notation.differences
    cost = 1.05 + 0.02 * (written[bare(node)] > 1) - 0.02 * (written[bare(new)] > 0)
    yield Change(spot, new, ((place, text),), "sign", span, cost)


def flip(w: Writer, term: Term, n: int) -> tuple[tuple[int, int], str]:
    """The replacement that gives the ``n``-th summand the other sign."""
    start, stop = term.span[0], term.node.span[0]
    before = w.at((start, stop))
    core = before.strip()
    if core in ("+", "-", "−"):
        if term.sign < 0 and n == 0:
            return (start, stop), before.replace(core, "").lstrip()
        return (start, stop), before.replace(core, "-" if term.sign > 0 else "+")
    return (stop, stop), "-" if term.sign > 0 else ""


def too_many(w: Writer, spot: Spot) -> Iterator[Change]:
    """The sum without one summand: nothing else is as likely where that makes it right."""
    node = spot.node
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return
    for n, term in enumerate(node.terms):
        rest = (*node.terms[:n], *node.terms[n + 1 :])
        left: Node = rest[0].node if len(rest) == 1 and rest[0].sign > 0 else node._replace(terms=rest)
        twice = any(same(term.node, other.node) for k, other in enumerate(node.terms) if k != n)
        kind: Kind = "repeated-term" if twice else "extra-term"
        # Of 1 − p nobody writes p in vain.
        cost = 0.9 if spot.inside is None else 2.5 if isinstance(left, Number) else 1.3
        yield Change(spot, left, without(node, n), kind, term.span, cost)


def without(node: Sum, n: int) -> Edits:
    """The text without a summand; the sign of what becomes first is left out if it is a plus."""
    term = node.terms[n]
    if n > 0:
        return (((node.terms[n - 1].span[1], term.span[1]), ""),)
    after = node.terms[1]
    stop = after.node.span[0] if after.sign > 0 else after.span[0]
    return (((term.span[0], stop), ""),)


def lost_beside(w: Writer, spot: Spot) -> Iterator[Change]:
    """A name that should be a sum or a difference: what stood beside it is lost."""
    node = spot.node
    bracket = isinstance(spot.inside, Group)
    if isinstance(spot.inside, Derivative | Sum) or spelled(node) is None:
        return
    here = w.at(node.span)
    at = node.span[1]
    for word in w.values:
        if isinstance(word.node, Call | Derivative) or same(word.node, node):
            continue
        for sign in (-1, 1):
            both: Node = Sum((Term(1, node, node.span), Term(sign, word.node, (at, at))), node.span)
            text = f"{here} {'+' if sign > 0 else '-'} {word.text}"
            if not bracket:
                both, text = Group("(", both, node.span), f"({text})"
            note = ("" if sign > 0 else "-") + word.text
            yield w.change(spot, both, text, "missing-term", 2.7, note=note)
