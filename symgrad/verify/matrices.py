"""What a matrix or a vector truly is, as a product of the author's own words: ``(δ ⊙ (1 − a²)) xᵀ``.

Products are tried in the order of their length, by values at a few points; the caller reads each text again
and judges it before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from symgrad.verify.arrays import Array, MisfitError, entrywise, multiplied
from symgrad.verify.corrections.phrases import complements
from symgrad.verify.notation import glued
from symgrad.verify.syntax import Derivative

if TYPE_CHECKING:
    from symgrad.verify.search import Search

_MOST_MADE: Final = 3_000
_MOST_ENTRIES: Final = 64


class _Made(NamedTuple):
    text: str
    value: Array
    alone: bool
    """Whether the text needs no parentheses as a factor."""


def products_that_are(search: Search, true: Array) -> Iterator[str]:
    """Texts of products that at the points are ``true``, or its negative with a minus; shortest first."""
    if len(true.entries) > _MOST_ENTRIES:
        return
    words = _words(search)
    single = [made for made in words if made.value.shape]
    hadamard = list(_entrywise(search, single))
    pairs = list(_matrix(single, single, search))
    waves = (
        iter(single),
        iter(pairs),
        iter(hadamard),
        _matrix(hadamard, single, search),
        _matrix(single, hadamard, search),
        _matrix(pairs, single, search),
    )
    for count, made in enumerate(made for wave in waves for made in wave):
        if count > _MOST_MADE or monotonic() > search.finder.until:
            return
        sign = search.sign(made.value, true) if made.value.shape == true.shape else 0
        if sign:
            yield made.text if sign > 0 else "-" + made.text


def _words(search: Search) -> list[_Made]:
    own = {word.text for word in search.writer.values}
    found = [
        _Made(word.text, value, alone=True)
        for word, value in search.array_words()
        if not isinstance(word.node, Derivative) or word.text in own or _by_a_step(search, word.node)
    ]
    known = {made.text for made in found}
    for word, _, _ in complements(search.writer):
        value = search.finder.value(word.node, search.world, search.env)
        if value is not None and value.shape and not value.flexible and word.text not in known:
            found.append(_Made(word.text, value, alone=True))
    return found


def _by_a_step(search: Search, node: Derivative) -> bool:
    """Whether it is a number's derivative by what an equation of the document computes, as a chain goes."""
    context = search.writer.context
    of = None if node.of is None else search.finder.value(node.of, search.world, search.env)
    named = context.named(node.by[0]) if len(node.by) == 1 else None
    return named is not None and named[0].key in context.definitions and not (of is not None and of.shape)


def _entrywise(search: Search, single: list[_Made]) -> Iterator[_Made]:
    sign = " ⊙ " if search.writer.notation.plain else " \\odot "
    for n, one in enumerate(single):
        for other in single[n + 1 :]:
            if one.value.shape == other.value.shape:
                yield _Made(one.text + sign + other.text, entrywise(one.value, other.value), alone=False)


def _matrix(left: list[_Made], right: list[_Made], search: Search) -> Iterator[_Made]:
    for one in left:
        for other in right:
            if one.value.shape == other.value.shape and len(one.value.shape) == 1:
                continue  # two columns have no product
            try:
                value = multiplied(one.value, other.value)
            except MisfitError:
                continue
            texts = [made.text if made.alone else f"({made.text})" for made in (one, other)]
            yield _Made(glued(texts, search.glue(None)), value, alone=True)
