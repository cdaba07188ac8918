"""Another letter for a name, the transpose of it, a function of it."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.verify.claims import Kind
from symgrad.verify.corrections.spots import Change, Spot, moved, same, with_sups
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import spelled
from symgrad.verify.syntax import Call, Derivative, Label, Name, Node, Product, Scripted, Sum


def letters(w: Writer, spot: Spot) -> Iterator[Change]:
    """Another name that the document uses, with what is raised or transposed kept so."""
    node = spot.node
    named = w.context.named(node)
    if named is None:
        return
    pattern, rest, primes = named
    inside = spot.inside
    mine = _stem(pattern.key)
    for word in w.values:
        if isinstance(word.node, Call | Derivative):
            continue
        other = w.context.named(word.node)
        if other is None or primes != other[2] or other[1] or same(word.node, node):
            continue
        if other[0].key == pattern.key:
            # Numbers are changed one by one elsewhere; an index of several letters is taken over as a whole.
            if rest or not any(isinstance(sub, Sum | Product) for sub in other[0].subs):
                continue
            yield w.change(
                spot, moved(word.node, node.span), w.glued(node.span, word.text), "wrong-index", 1.5
            )
            continue
        tail = w.at((w.stem_stop(node), node.span[1])) if rest else ""
        new = with_sups(word.node, rest) if rest else word.node
        digits = mine != pattern.key and _stem(other[0].key) == mine
        accents = _bare(other[0].key) == _bare(pattern.key)
        shape = len(other[0].subs) == len(pattern.subs)
        cost = 1.2 if digits else 1.8 if accents else 1.9 if shape else 2.5
        if isinstance(inside, Derivative):
            cost += 0.4
        kind: Kind = "wrong-index" if digits else "wrong-term"
        yield w.change(spot, moved(new, node.span), w.glued(node.span, word.text + tail), kind, cost)


def others(w: Writer, spot: Spot) -> Iterator[Change]:
    """The letter of another name of the document, with the indices that stand there."""
    node = spot.node
    if isinstance(node, Name):
        yield from _other_stems(w, spot, node)
        return
    named = w.context.named(node)
    if named is None or not isinstance(node, Scripted) or node.sub is None:
        return
    stop = node.base.span[1]
    tail = w.at((stop, node.span[1]))
    seen = {named[0].key}
    for word in w.words:
        other = w.context.named(word.node)
        if (
            other is None
            or other[0].key in seen
            or not isinstance(word.node, Scripted)
            or len(other[0].subs) != len(named[0].subs)
        ):
            continue
        seen.add(other[0].key)
        length = word.node.base.span[1] - word.node.span[0]
        new = node._replace(base=moved(word.node.base, node.base.span))
        text = w.glued(node.span, word.text[:length] + tail)
        cost = 2.1 if isinstance(spot.inside, Derivative) else 2.0
        yield w.change(spot, new, text, "wrong-term", cost)


def _other_stems(w: Writer, spot: Spot, node: Name) -> Iterator[Change]:
    """``z11`` for ``x11``."""
    mine = _stem(node.letter)
    digits = node.letter[len(mine) :]
    if not mine or not digits:
        return
    names = [word.node for word in w.words if isinstance(word.node, Name)]
    for stem in dict.fromkeys(_stem(name.letter) for name in names if _stem(name.letter) != name.letter):
        if stem and stem != mine:
            new = node._replace(letter=stem + digits)
            cost = 2.1 if isinstance(spot.inside, Derivative) else 2.0
            yield w.change(spot, new, w.glued(node.span, stem + digits), "wrong-term", cost)


def turned(w: Writer, spot: Spot) -> Iterator[Change]:
    """The name transposed, or no longer."""
    if isinstance(spot.inside, Derivative | Label):
        return
    new, text = w.transposed(spot.node)
    yield w.change(spot, new, text, "transpose", 1.0)


def _stem(key: str) -> str:
    return key.rstrip("0123456789")


def _bare(key: str) -> str:
    return key.rpartition(":")[2]


def is_plain_name(node: Node) -> bool:
    """A name without powers, transposes and primes."""
    spelling = spelled(node)
    return spelling is not None and not spelling.sups and not spelling.primes
