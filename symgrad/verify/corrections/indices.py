"""Another index: a number, a letter, a shift, two of them swapped; of subscripts, labels and glued digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

from symgrad.verify.corrections.spots import Change, Spot, same
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import plain_index, spelled
from symgrad.verify.notation import Word, letter_text
from symgrad.verify.syntax import (
    Accent,
    Derivative,
    Label,
    Listed,
    Name,
    Node,
    Number,
    Product,
    Scripted,
    Sum,
    Term,
    Transposed,
)

_FAR: Final = 12
_MOST_KIN: Final = 40
_NEAR: Final = re.compile(r"\{?(?:\d+|[a-zτ][+-]1)\}?")
"""Numbers, and the neighbours of a layer or a step."""

Other = tuple[Node, str, int]
"""A script, its text, and how far it is from what stands there."""


def indices(w: Writer, spot: Spot) -> Iterator[Change]:
    """Another value of one subscript or label."""
    extra = 0.3 if isinstance(spot.inside, Derivative) else 0.0
    for new, edit, gap in renumbered(w, spot.node):
        yield Change(spot, new, (edit,), "wrong-index", spot.term, 1.0 + 0.05 * gap + extra)


def renumbered(w: Writer, node: Node) -> Iterator[tuple[Node, tuple[tuple[int, int], str], int]]:
    """A name with another index, the replacement that makes it, and the distance."""
    match node:
        case Accent() if isinstance(node.inner, Scripted):
            inner = node.inner
            yield from _of_scripts(w, inner, lambda new: node._replace(inner=new))
        case Scripted():
            yield from _of_scripts(w, node, lambda new: new)
            if isinstance(node.base, Name) and node.sub is None:
                for name, edit, gap in _glued(w, node.base):
                    yield node._replace(base=name), edit, gap
        case Name():
            yield from _glued(w, node)


def _glued(w: Writer, node: Name) -> Iterator[tuple[Node, tuple[tuple[int, int], str], int]]:
    """``w5`` with other digits."""
    stem = node.letter.rstrip("0123456789")
    digits = node.letter[len(stem) :]
    if not stem or not digits or node.span[1] - node.span[0] < len(digits):
        return
    place = (node.span[1] - len(digits), node.span[1])
    if w.at(place) != digits:
        return
    for text, gap in _other_digits(digits):
        yield node._replace(letter=stem + text), (place, text), gap


def _other_digits(digits: str) -> Iterator[tuple[str, int]]:
    """Numbers near by, and numbers with one digit changed or all reversed."""
    old = int(digits)
    seen = {digits}
    if len(digits) > 1:
        for n, digit in enumerate(digits):
            for value in range(10):
                text = digits[:n] + str(value) + digits[n + 1 :]
                if text not in seen:
                    seen.add(text)
                    yield text, abs(value - int(digit))
        if digits[::-1] not in seen:
            seen.add(digits[::-1])
            yield digits[::-1], 1
    for value in range(max(0, old - _FAR), old + _FAR + 1):
        if str(value) not in seen:
            yield str(value), abs(value - old)


def _of_scripts(
    w: Writer, node: Scripted, put: Callable[[Node], Node]
) -> Iterator[tuple[Node, tuple[tuple[int, int], str], int]]:
    sub = node.sub
    if sub is not None and (w.context.index_like(sub) or isinstance(sub, Listed)):
        for new, text, gap in other_subs(w, sub):
            yield put(node._replace(sub=new)), w.script(sub.span, text), gap
    key = spelled(node)
    bare_label = key is not None and key.key in w.context.bare_labels
    for n, sup in enumerate(node.sups):
        inner = sup.inner if isinstance(sup, Label) else sup
        if (
            isinstance(sup, Transposed)
            or not (isinstance(sup, Label) or bare_label)
            or not plain_index(inner)
        ):
            continue
        for new, text, gap in other_subs(w, inner):
            made: Node = sup._replace(inner=new) if isinstance(sup, Label) else new
            edit = (inner.span, text) if isinstance(sup, Label) else w.script(inner.span, text)
            yield put(node._replace(sups=(*node.sups[:n], made, *node.sups[n + 1 :]))), edit, gap


def other_subs(w: Writer, sub: Node) -> Iterator[Other]:
    """Another index in one position; two indices swapped."""
    letters = index_letters(w)
    if isinstance(sub, Number) and not sub.decimal:
        for text, gap in _other_digits(w.at(sub.span)) if w.at(sub.span).isdigit() else ():
            yield Number(Fraction(int(text)), False, sub.span), text, gap
        for letter in letters:
            yield Name(letter, "", sub.span), letter_text(letter, w.notation.plain), 2
        return
    if (
        isinstance(sub, Name)
        and len(sub.letter) > 1
        and sub.letter not in w.context.bound
        and sub.style != "word"
    ):
        yield from _of_run(sub, letters)
        return
    items = sub.items if isinstance(sub, Listed) else (sub,)
    for n, item in enumerate(items):
        for new, text, gap in other_index(w, item, letters):
            if isinstance(sub, Listed):
                whole = w.at((sub.span[0], item.span[0])) + text + w.at((item.span[1], sub.span[1]))
                yield sub._replace(items=(*sub.items[:n], new, *sub.items[n + 1 :])), whole, gap
            else:
                yield new, text, gap
    if isinstance(sub, Listed) and len(items) == 2 and not same(items[0], items[1]):
        text = w.at(items[1].span) + w.at((items[0].span[1], items[1].span[0])) + w.at(items[0].span)
        yield sub._replace(items=(items[1], items[0])), text, 1


def _of_run(sub: Name, letters: list[str]) -> Iterator[Other]:
    """``ij`` with one letter changed, or the two swapped."""
    if len(sub.letter) == 2 and sub.letter[0] != sub.letter[1]:
        yield sub._replace(letter=sub.letter[::-1]), sub.letter[::-1], 1
    for n, old in enumerate(sub.letter):
        for letter in letters:
            if letter != old and len(letter) == 1 and letter.isascii():
                text = sub.letter[:n] + letter + sub.letter[n + 1 :]
                yield sub._replace(letter=text), text, 1


def other_index(w: Writer, item: Node, letters: list[str]) -> Iterator[Other]:
    """One index otherwise: another number or letter, shifted, a part of it otherwise."""
    span = item.span
    here = w.at(span)
    match item:
        case Number() if not item.decimal:
            old = int(item.value)
            for value in range(max(0, old - _FAR), old + _FAR + 1):
                if value != old:
                    yield Number(Fraction(value), False, span), str(value), abs(value - old)
            for letter in letters:
                yield Name(letter, "", span), letter_text(letter, w.notation.plain), 2
        case Name():
            for letter in letters:
                if letter != item.letter:
                    yield Name(letter, "", span), letter_text(letter, w.notation.plain), 1
            for value in (1, 2, 3):
                yield Number(Fraction(value), False, span), str(value), 3
            yield from _shifted(item, here)
        case Sum():
            yield from _of_sum(w, item, letters)
            yield from _shifted(item, here)
        case Product():
            yield from _of_product(w, item, letters)
            yield from _shifted(item, here)


def _shifted(item: Node, here: str) -> Iterator[Other]:
    span = item.span
    for shift in (1, -1, 2, -2):
        by = Term(1 if shift > 0 else -1, Number(Fraction(abs(shift)), False, span), span)
        terms = item.terms if isinstance(item, Sum) else (Term(1, item, span),)
        yield Sum((*terms, by), span), f"{here}{shift:+d}", abs(shift) + 1


def _of_sum(w: Writer, item: Sum, letters: list[str]) -> Iterator[Other]:
    span = item.span
    for n, term in enumerate(item.terms):
        before, after = w.at((span[0], term.node.span[0])), w.at((term.node.span[1], span[1]))
        if n:
            flipped = item._replace(
                terms=(*item.terms[:n], term._replace(sign=-term.sign), *item.terms[n + 1 :])
            )
            sign = "-" if term.sign > 0 else "+"
            yield flipped, w.at((span[0], term.span[0])) + sign + w.at((term.node.span[0], span[1])), 1
        if len(item.terms) > 1:
            yield _less(w, item, n)
        if isinstance(term.node, Sum):
            continue
        for inner, text, gap in other_index(w, term.node, letters):
            if not isinstance(inner, Sum):
                changed = item._replace(
                    terms=(*item.terms[:n], term._replace(node=inner), *item.terms[n + 1 :])
                )
                yield changed, before + text + after, gap


def _less(w: Writer, item: Sum, n: int) -> Other:
    """An index without one of its summands."""
    rest = (*item.terms[:n], *item.terms[n + 1 :])
    kept: Node = rest[0].node if len(rest) == 1 and rest[0].sign > 0 else item._replace(terms=rest)
    if n == 0:
        first = rest[0].node.span[0] if rest[0].sign > 0 else rest[0].span[0]
        return kept, w.at((first, item.span[1])), 1
    text = w.at((item.span[0], item.terms[n - 1].span[1])) + w.at((item.terms[n].span[1], item.span[1]))
    return kept, text, 1


def _of_product(w: Writer, item: Product, letters: list[str]) -> Iterator[Other]:
    span = item.span
    for n, factor in enumerate(item.factors):
        place = factor.node.span
        before, after = w.at((span[0], place[0])), w.at((place[1], span[1]))
        for inner, text, gap in other_index(w, factor.node, letters):
            if isinstance(inner, Sum):
                continue
            # Digits must not run into digits: 2i with 3 for i is no 23.
            if text[:1].isdigit() and before[-1:].isdigit():
                continue
            factors = (*item.factors[:n], factor._replace(node=inner), *item.factors[n + 1 :])
            yield item._replace(factors=factors), before + text + after, gap
        rest = (*item.factors[:n], *item.factors[n + 1 :])
        if len(rest) == 1 and rest[0].op != "/":
            yield rest[0].node, w.at(rest[0].node.span), 1


def index_letters(w: Writer) -> list[str]:
    """Index letters: those that sums bind and ranges name, and those that names of the document carry."""
    found = dict.fromkeys(letter for letter in (*w.context.bound, *w.context.ranges) if len(letter) == 1)
    for word in w.words:
        sub = word.node.sub if isinstance(word.node, Scripted) else None
        for item in sub.items if isinstance(sub, Listed) else (sub,):
            if isinstance(item, Name) and len(item.letter) == 1 and w.context.is_index(item.letter):
                found.setdefault(item.letter)
    return list(found)


def kin(w: Writer, word: Word) -> Iterator[Word]:
    """Words like this one with one number in its indices changed: ``z_2`` for ``z_1``, in derivatives too."""
    own = w.of_word(word)
    node = word.node
    count = 0
    made: list[tuple[Node, tuple[tuple[int, int], str]]]
    match node:
        case Derivative() if len(node.by) == 1 and node.of is not None:
            made = [(node._replace(by=(new,)), edit) for new, edit, _ in renumbered(own, node.by[0])]
            made += [(node._replace(of=new), edit) for new, edit, _ in renumbered(own, node.of)]
        case Name() | Scripted() | Accent():
            made = [(new, edit) for new, edit, _ in renumbered(own, node)]
        case _:
            return
    for new, ((start, stop), text) in made:
        if not _NEAR.fullmatch(text):
            continue
        count += 1
        if count > _MOST_KIN:
            return
        a, b = start - own.offset, stop - own.offset
        yield Word(new, word.text[:a] + text + word.text[b:])
