"""One slip that runs through a whole formula: every index of a letter off by one, a kernel turned round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from symgrad.verify.corrections.analogies import numbers_in, renumbered
from symgrad.verify.corrections.spots import Change, Spot
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.documents.pieces import Span
from symgrad.verify.names import spelled
from symgrad.verify.syntax import Derivative, Name, Node, Number, Scripted, parts_of

_FARTHEST: Final = 12
_NEAR: Final = 2
_FEWEST: Final = 2
_ONE_DIGIT: Final = 10

Indices: TypeAlias = tuple[int, ...]


class _Use(NamedTuple):
    """A name with numbers as subscripts: their values, and where they stand."""

    node: Node
    indices: Indices
    spans: tuple[Span, ...]


class _Turn(NamedTuple):
    """Another place for every entry, and what that means: ``are too small by 1``."""

    of: Callable[[Indices], Indices]
    message: str


def throughout(
    w: Writer, whole: Spot, strides: Mapping[str, Indices] = MappingProxyType({})
) -> Iterator[Change]:
    """The formula with all indices of one letter changed in the same way.

    ``strides`` has how far off the indices of a letter's key are if strides are left out.
    """
    for key, uses in _uses(w, whole.node).items():
        letter = w.at((uses[0].node.span[0], uses[0].spans[0][0])).rstrip("_{")
        for turn in _turns([use.indices for use in uses], strides.get(key)):
            values: dict[Span, int] = {}
            for use in uses:
                new = turn.of(use.indices)
                if min(new) < 0 or not _put(use, new, values):
                    break
            else:
                changed = {span: value for span, value in values.items() if w.at(span) != str(value)}
                if changed:
                    yield _change(w, whole, uses, changed, f"{letter} {turn.message}")


def _uses(w: Writer, node: Node) -> dict[str, list[_Use]]:
    """The names with numbers as subscripts by their letters, those in derivatives apart."""
    found: dict[str, list[_Use]] = {}
    inside = {
        id(part) for whole in parts_of(node) if isinstance(whole, Derivative) for part in parts_of(whole)
    }
    for part in parts_of(node):
        if not isinstance(part, Scripted | Name) or spelled(part) is None:
            continue
        named = w.context.named(part)
        if named is None or not named[0].subs:
            continue
        numbers = [sub for sub in named[0].subs if isinstance(sub, Number) and sub.value.denominator == 1]
        spans = tuple(dict.fromkeys(numbers_in(part)))
        if len(numbers) != len(named[0].subs) or len(spans) not in (1, len(numbers)):
            continue
        key = f"∂{named[0].key}" if id(part) in inside else named[0].key
        found.setdefault(key, []).append(_Use(part, tuple(int(n.value) for n in numbers), spans))
    return {
        letter.removeprefix("∂"): uses
        for letter, uses in found.items()
        if len({use.indices for use in uses}) >= _FEWEST and len({len(use.indices) for use in uses}) == 1
    }


def _turns(places: Sequence[Indices], unstrided: Indices | None) -> Iterator[_Turn]:
    rank = len(places[0])
    reach = range(-_FARTHEST, _FARTHEST + 1) if rank == 1 else range(-_NEAR, _NEAR + 1)
    for shift in sorted(product(reach, repeat=rank), key=lambda by: sum(map(abs, by))):
        if any(shift):
            why = ", as if the stride were 1" if shift == unstrided else ""
            yield _Turn(_by(shift), _shifted(shift) + why)
    ends = [min(axis) + max(axis) for axis in zip(*places, strict=True)]
    yield _Turn(
        lambda at: tuple(end - a for end, a in zip(ends, at, strict=True)),
        "run backwards, as in a kernel that is turned by 180°",
    )
    if rank == _NEAR:
        yield _Turn(lambda at: at[::-1], "have row and column exchanged")


def _by(shift: Indices) -> Callable[[Indices], Indices]:
    return lambda at: tuple(a + b for a, b in zip(at, shift, strict=True))


def _shifted(by: Indices) -> str:
    if len(by) == 1 or len(set(by)) == 1:
        return f"are too {'small' if by[0] > 0 else 'large'} by {abs(by[0])}"
    parts = [
        f"too {'small' if n > 0 else 'large'} by {abs(n)} in place {place}"
        for place, n in enumerate(by, 1)
        if n
    ]
    return "are " + " and ".join(parts)


def _put(use: _Use, new: Indices, values: dict[Span, int]) -> bool:
    """Note the new numbers of a name; False where they cannot be written as the old ones are."""
    if len(use.spans) == len(new):
        values.update(zip(use.spans, new, strict=True))
        return True
    if max(new) >= _ONE_DIGIT or not new[0]:
        return False
    values[use.spans[0]] = int("".join(map(str, new)))
    return True


def _written(w: Writer, uses: Sequence[_Use], span: Span, text: str) -> tuple[Span, str]:
    """A number in its place, in braces where it needs some."""
    alone = any(isinstance(u.node, Scripted) and u.node.sub and u.node.sub.span == span for u in uses)
    return w.script(span, text) if alone else (span, text)


def _change(w: Writer, whole: Spot, uses: Sequence[_Use], values: Mapping[Span, int], message: str) -> Change:
    edits = tuple(_written(w, uses, span, str(value)) for span, value in sorted(values.items()))
    first = next(use.node.span for use in uses if any(span in values for span in use.spans))
    node = renumbered(whole.node, values)
    # A kernel has no gaps.
    gaps = max(max(use.indices) for use in uses) - len({use.indices for use in uses})
    cost = 1.3 if gaps > 0 else 1.25
    return Change(whole, node, edits, "wrong-index", first, cost, f"all indices of {message}")
