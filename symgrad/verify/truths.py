"""What is true, written in the author's notation, where no single correction mends a formula."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from symgrad.verify.arrays import Array
from symgrad.verify.equality import polynomial
from symgrad.verify.matrices import products_that_are
from symgrad.verify.notation import raised
from symgrad.verify.scalars import Scalar, symbols_of
from symgrad.verify.search import Search
from symgrad.verify.syntax import Node
from symgrad.verify.terms import in_author_names
from symgrad.verify.world import Env, World

if TYPE_CHECKING:
    from symgrad.verify.diagnosis import Finder

_MOST_TERMS = 60
_MOST_READ = 8


def written_truth(finder: Finder, node: Node, at: tuple[Array, World, Env]) -> str | None:
    """The true member as a sum of products of the author's names; None where it cannot be spelled."""
    for other in finder.assertion.members[1:]:
        if other is node:
            continue
        if finder.comparer.outcome(other, finder.truth).verdict == "right":
            return finder.text[other.span[0] : other.span[1]].strip()
    true, world, env = at
    if env.indices or len(true.entries) != 1:
        if len(true.entries) > 16 or env.indices or len(true.shape) > 2:
            return None
        return _matrix(finder, node, true, world, env)
    return _scalar(finder, node, true.entries[0], world, env)


def _matrix(finder: Finder, node: Node, true: Array, world: World, env: Env) -> str | None:
    """The matrix or vector as a product of the author's words, else entry by entry."""
    search = Search(finder, node, true, world, env)
    for text in islice(products_that_are(search, true), _MOST_READ):
        if finder.verdicts.rereads_right(finder.assertion, node, ((node.span, text),), finder.truth):
            return text
    entries = [_scalar(finder, node, entry, world, env) for entry in true.entries]
    if any(entry is None for entry in entries) or world.assumed_sizes or finder.notation.plain:
        return None
    columns = true.shape[-1] if len(true.shape) == 2 else 1
    rows = [" & ".join(entries[i : i + columns]) for i in range(0, len(entries), columns)]  # type: ignore[arg-type]  # none is None
    return "\\begin{bmatrix} " + " \\\\ ".join(rows) + " \\end{bmatrix}"


def _scalar(finder: Finder, node: Node, true: Scalar, world: World, env: Env) -> str | None:
    known = finder.notation.texts(world, env)
    given = finder.value(node, world, env)
    used = list(symbols_of(given.entries[0])) if given is not None and len(given.entries) == 1 else []
    used += [name for name in known if name not in used]
    if true.definition is not None:
        used = [name for name in used if name is not true]
    made = polynomial(in_author_names(true, used))
    if made is None or len(made) > _MOST_TERMS:
        return None
    if not made:
        return "0"
    parts: list[str] = []
    for monomial, coefficient in made.items():
        words: list[str] = []
        for factor, exponent in monomial:
            text = finder.notation.symbol(factor, world, env) if factor.kind == "symbol" else None
            if text is None or "".join(text.split()) == finder.anchor_text():
                return None  # the left side once more says nothing
            if exponent != 1:
                text = raised(text, exponent, finder.notation.plain)
            words.append(text)
        size = abs(Fraction(coefficient))
        if size != 1 or not words:
            plain = size.denominator == 1 or finder.notation.plain
            words.insert(0, str(size) if plain else f"\\frac{{{size.numerator}}}{{{size.denominator}}}")
        sign = "-" if coefficient < 0 else "+"
        parts.append(f"{sign} " + ("*" if finder.notation.plain else " ").join(words))
    text = " ".join(parts)
    return text[2:] if text.startswith("+ ") else "-" + text[2:]
