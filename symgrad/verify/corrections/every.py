"""All kinds of corrections at one part of a formula."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.verify.corrections.chains import links, paths
from symgrad.verify.corrections.functions import absolute, function_of, functions, grouped, wrapped
from symgrad.verify.corrections.indices import indices
from symgrad.verify.corrections.letters import is_plain_name, letters, others, turned
from symgrad.verify.corrections.limits import limits, summed
from symgrad.verify.corrections.powers import numbers, powers, raised
from symgrad.verify.corrections.products import factors_too_many, lost_fraction, neighbours
from symgrad.verify.corrections.signs import signs, too_many
from symgrad.verify.corrections.spots import Change, Spot, is_e
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import spelled
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Derivative,
    Group,
    Name,
    Number,
    Product,
    Quotient,
    Scripted,
    Sum,
)


def slight_changes(w: Writer, spot: Spot) -> Iterator[Change]:
    """Corrections that keep to the words of the part itself, in no order."""
    node = spot.node
    if spot.inside is None or isinstance(node, Sum) or not isinstance(spot.inside, Sum | Group | Derivative):
        yield from signs(w, spot)
    if spelled(node) is not None and not (isinstance(node, Scripted) and is_e(node)):
        yield from indices(w, spot)
        yield from turned(w, spot)
    match node:
        case Number():
            yield from numbers(w, spot)
        case Sum():
            yield from too_many(w, spot)
            if spot.inside is None:
                yield from wrapped(w, spot)
        case Product():
            yield from factors_too_many(w, spot)
            yield from neighbours(w, spot)
            yield from lost_fraction(w, spot)
        case Quotient():
            text = w.fraction(w.at(node.bottom.span), w.at(node.top.span))
            yield w.change(spot, node._replace(top=node.bottom, bottom=node.top), text, "wrong-term", 2.5)
        case Call():
            yield from functions(w, spot)
        case Scripted():
            yield from powers(w, spot)
        case Big():
            yield from wrapped(w, spot)
            yield from limits(w, spot)
        case Group():
            yield from grouped(w, spot)
            if node.bracket in ("|", "‖"):
                yield from wrapped(w, spot)
        case _:
            pass
    if isinstance(node, Group | Scripted) and spelled(node) is None:
        new, text = w.transposed(node)
        yield w.change(spot, new, text, "transpose", 1.1)
    if isinstance(node, Group | Name | Accent | Call | Scripted):
        yield from raised(w, spot)
    if spot.inside is None or isinstance(spot.inside, Sum) or isinstance(node, Derivative | Product):
        yield from summed(w, spot)


def other_words(w: Writer, spot: Spot) -> Iterator[Change]:
    """Corrections that bring in other words of the document, in no order."""
    node = spot.node
    if spelled(node) is not None and not (isinstance(node, Scripted) and is_e(node)):
        yield from letters(w, spot)
        yield from others(w, spot)
        if is_plain_name(node) and not isinstance(spot.inside, Derivative):
            yield from function_of(w, spot)
            yield from absolute(w, spot)
    if isinstance(node, Derivative):
        yield from links(w, spot)
    elif isinstance(node, Product):
        yield from paths(w, spot)
