"""Chains of derivatives: the link that is missing, another quantity between two links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from typing import Final

from symgrad.verify.claims import Kind
from symgrad.verify.corrections.indices import kin, renumbered
from symgrad.verify.corrections.spots import Change, Edits, Spot, moved, same
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import is_transpose, spelled
from symgrad.verify.notation import Word, letter_text
from symgrad.verify.syntax import (
    Accent,
    Call,
    Derivative,
    Factor,
    Listed,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Scripted,
    Sum,
    Term,
    terms_of,
)

_MANY: Final = 80
_MOST_NAMES: Final = 300


def chain_words(w: Writer, anchor: Node) -> list[Word]:
    """Derivatives of the left side's numerator by a name, and of a name by the left side's variable."""
    if not (isinstance(anchor, Derivative) and len(anchor.by) == 1 and anchor.of is not None):
        return []
    texts = anchor_texts(w, anchor)
    if texts is None:
        return []
    of_text, by_text = texts
    found: list[Word] = []
    target = spelled(anchor.by[0])
    for word in names_and_kin(w):
        name = spelled(word.node)
        if name is None or any(is_transpose(sup) for sup in name.sups):
            continue
        if same(word.node, anchor.by[0]) or same(word.node, anchor.of) or (target and name == target):
            continue
        upper = anchor._replace(by=(word.node,), scale=None)
        lower = anchor._replace(of=word.node, scale=None)
        found.append(Word(lower, derivative_text(w, anchor, word.text, by_text)))
        found.append(Word(upper, derivative_text(w, anchor, of_text, word.text)))
    return found


def lettered_links(w: Writer, anchor: Node, letters: Sequence[str]) -> Iterator[Word]:
    """Derivatives of the left side's numerator, and names, with the letters that run where they may stand."""
    if not (isinstance(anchor, Derivative) and len(anchor.by) == 1 and anchor.of is not None):
        return
    texts = anchor_texts(w, anchor)
    if texts is None:
        return
    for word in lettered(w, letters):
        if not same(word.node, anchor.by[0]):
            upper = anchor._replace(by=(word.node,), scale=None)
            yield Word(upper, derivative_text(w, anchor, texts[0], word.text))
        yield word


def lettered(w: Writer, letters: Sequence[str]) -> Iterator[Word]:
    """The names of the document that have letters as subscripts, with these letters instead."""
    seen: set[str] = set()
    for word in w.words:
        node = word.node
        named = w.context.named(node)
        if named is None or named[1] or named[0].key in seen or not isinstance(node, Scripted):
            continue
        subs = named[0].subs
        if node.sub is None or not subs or not all(isinstance(sub, Name) for sub in subs):
            continue
        seen.add(named[0].key)
        own = w.of_word(word)
        start, stop = node.sub.span
        separator = ""
        if isinstance(node.sub, Listed):
            separator = own.at((node.sub.items[0].span[1], node.sub.items[1].span[0]))
        for chosen in islice(permutations(letters, len(subs)), _MANY):
            spelling = separator.join(letter_text(letter, w.notation.plain) for letter in chosen)
            names = tuple(Name(letter, "", node.sub.span) for letter in chosen)
            sub: Node = names[0] if len(names) == 1 else Listed(names, ",", node.sub.span)
            text = own.at((node.span[0], start)) + spelling + own.at((stop, node.span[1]))
            yield Word(node._replace(sub=sub), text)


def names_and_kin(w: Writer) -> list[Word]:
    """The names of the document, and their like with other indices where it is small."""
    if w.kin is None:
        w.kin = _names_and_kin(w)
    return w.kin


def _names_and_kin(w: Writer) -> list[Word]:
    names = [word for word in w.values if isinstance(word.node, Name | Scripted | Accent)]
    if len(names) > _MANY:
        return names
    seen = {word.text for word in names}
    found = list(names)
    for word in names:
        for other in kin(w, word):
            if other.text not in seen and len(found) < _MOST_NAMES:
                seen.add(other.text)
                found.append(other)
    return found


def anchor_texts(w: Writer, anchor: Derivative) -> tuple[str, str] | None:
    """How the author writes what is differentiated on the left, and by what."""
    from symgrad.verify.meaning import bare

    texts = []
    for part in (anchor.of, anchor.by[0]):
        if part is None:
            return None
        word = w.notation.words.get(bare(part))
        if word is None:
            return None
        texts.append(word.text)
    return texts[0], texts[1]


def derivative_text(w: Writer, model: Derivative, of: str, by: str) -> str:
    r"""A derivative written as the author writes the one on the left: ``\\frac{∂ }{∂ }``, ``dL/dw``."""
    here = w.at(model.span)
    if "\\over" in here:  # reaches as far as the braces do
        return f"{{\\partial {of} \\over \\partial {by}}}"
    start = model.span[0]
    a, c = (place - start for place in (model.of.span if model.of is not None else (start, start)))
    b, d = (place - start for place in model.by[0].span)
    if here and 0 <= a <= c <= b <= d <= len(here) and model.notation == "fraction":
        parts = (here[:a], of, here[c:b], by, here[d:])
        text = ""
        for part in parts:
            command = text.rpartition("\\")[2]
            if part[:1].isalpha() and command != text and command.isalpha():
                text += " "
            text += part
        return text
    if w.notation.plain:
        return f"d{of}/d{by}"
    return f"\\frac{{\\partial {of}}}{{\\partial {by}}}"


def links(w: Writer, spot: Spot) -> Iterator[Change]:
    """Another derivative of the document, or one with another numerator or denominator."""
    node = spot.node
    if not isinstance(node, Derivative):
        return
    for word in w.values:
        if isinstance(word.node, Derivative) and not same(word.node, node):
            yield w.change(spot, moved(word.node, node.span), word.text, "wrong-term", 2.3)


def paths(w: Writer, spot: Spot) -> Iterator[Change]:
    """Another quantity between two links of a chain."""
    node = spot.node
    if not isinstance(node, Product):
        return
    factors = node.factors
    for n in range(len(factors) - 1):
        one, other = factors[n].node, factors[n + 1].node
        if not (isinstance(one, Derivative) and isinstance(other, Derivative)) or other.of is None:
            continue
        if len(one.by) != 1:
            continue
        for first, a, second, b, kind in _through(w, one, other):
            changed = (
                *factors[:n],
                factors[n]._replace(node=first),
                factors[n + 1]._replace(node=second),
                *factors[n + 2 :],
            )
            new = node._replace(factors=changed)
            cost = 1.6 if kind == "wrong-index" else 2.0
            yield Change(spot, new, (a, b), kind, (one.span[0], other.span[1]), cost)


def _through(
    w: Writer, one: Derivative, other: Derivative
) -> Iterator[tuple[Derivative, tuple[tuple[int, int], str], Derivative, tuple[tuple[int, int], str], Kind]]:
    here = one.by[0]
    if other.of is None:
        return
    for word in w.values:
        if not isinstance(word.node, Name | Scripted | Accent) or spelled(word.node) is None:
            continue
        if any(same(word.node, end) for end in (one.of, *other.by) if end is not None):
            continue
        a = here.span, w.glued(here.span, word.text)
        b = other.of.span, w.glued(other.of.span, word.text)
        yield one._replace(by=(word.node,)), a, other._replace(of=word.node), b, "wrong-term"
    if same(here, other.of):
        ends = {repr_of(new): (new, edit) for new, edit, _ in renumbered(w, other.of)}
        for new, edit, _ in renumbered(w, here):
            twin = ends.get(repr_of(new))
            if twin is not None:
                yield one._replace(by=(new,)), edit, other._replace(of=twin[0]), twin[1], "wrong-index"


def repr_of(node: object) -> object:
    """A part without its places, to find its like by."""
    from symgrad.verify.meaning import bare

    return bare(node)


def factors_more(w: Writer, spot: Spot, words: list[Word], cost: float = 2.0) -> Iterator[Change]:
    """The part times something that the document speaks of: after it, before it, entry by entry."""
    node = spot.node
    start, stop = node.span
    glue = w.glue(node)
    wide = isinstance(node, Sum)
    factors = node.factors if isinstance(node, Product) else (Factor("", node),)
    derivative = isinstance(factors[-1].node, Derivative)
    base = cost + (0.6 if isinstance(node, Sum) and len(node.terms) > 1 else 0.0)
    for word in words:
        # A derivative that the document does not hold is said last.
        cost = base + (0.3 if isinstance(word.node, Call) and word.text not in w.text else 0.0)
        text = w.bracketed(word.text) if isinstance(word.node, Sum) else word.text
        ahead = -0.05 if isinstance(word.node, Quotient | Number) else 0.05
        for op, sign, extra in (("", glue, 0.0), ("⊙", " ⊙ " if w.notation.plain else " \\odot ", 0.2)):
            after = Factor(op, moved(word.node, (stop, stop)))
            link = cost if isinstance(word.node, Derivative) or not derivative else cost + 0.1
            new = Product((*factors, after), node.span)
            if not wide:
                yield Change(
                    spot,
                    new,
                    (((stop, stop), sign + text),),
                    "missing-factor",
                    spot.term,
                    link + extra,
                    word.text,
                )
            before = (Factor("", moved(word.node, (start, start))), factors[0]._replace(op=op), *factors[1:])
            made = Product(before, node.span)
            edits: Edits
            if isinstance(node, Sum):
                left, right = ("(", ")") if w.notation.plain else ("\\left(", "\\right)")
                edits = (
                    ((start, start), text + (sign if op or w.notation.plain else "") + left),
                    ((stop, stop), right),
                )
                if len(node.terms) == 1:
                    inner = node.terms[0]
                    place = inner.node.span[0]
                    made_sum = node._replace(
                        terms=(
                            inner._replace(
                                node=Product((before[0], Factor(op, inner.node)), inner.node.span)
                            ),
                        )
                    )
                    edits = (((place, place), text + sign),)
                    yield Change(spot, made_sum, edits, "missing-factor", spot.term, cost + extra, word.text)
                    continue
            else:
                edits = (((start, start), text + sign),)
            yield Change(spot, made, edits, "missing-factor", spot.term, link + ahead + extra, word.text)
        for n in range(1, len(factors)):
            if factors[n].op not in ("", "·", "*") or isinstance(factors[n - 1].node, Number):
                continue
            at = factors[n].node.span[0]
            middle = Factor(factors[n].op, moved(word.node, (at, at)))
            new = Product((*factors[:n], middle, *factors[n:]), node.span)
            yield Change(
                spot, new, (((at, at), text + glue),), "missing-factor", spot.term, cost + 0.15, word.text
            )


def summand(node: Node, sign: int, term: Node, text: str) -> tuple[Node, tuple[tuple[int, int], str]]:
    """A sum with one more term at its end; before what is all negative."""
    if sign > 0 and isinstance(node, Sum) and all(term.sign < 0 for term in node.terms):
        start = node.span[0]
        minus = (start, start + 1), f"{text} - "
        return Sum((Term(1, term, (start, start)), *node.terms), node.span), minus
    at = node.span[1]
    old = terms_of(node)
    return Sum((*old, Term(sign, term, (at, at))), node.span), (
        (at, at),
        f" {'+' if sign > 0 else '-'} {text}",
    )
