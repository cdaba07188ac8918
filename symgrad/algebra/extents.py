"""Where an equation as written reads its tensors: sizes of indices that follow from it, reads that miss.

An index runs over the axis that it reads alone, as the j of ``w[i, j]``. One that reads none alone runs
as far as its reads stay inside: the i of ``a[2i + u]`` over an axis of n takes ``⌊(n − U)/2⌋ + 1`` values.
An index of size 0 is one whose size is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Final, NamedTuple

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket, at_least, decide, divides, extent
from symgrad.algebra.sizes import Polynomial, Size, denominator, provably_nonnegative, size_text, stepped
from symgrad.algebra.written import (
    Apply,
    Compare,
    Definition,
    Iverson,
    Maximum,
    Power,
    Product,
    Read,
    Sum,
    Total,
    Written,
    nodes,
)
from symgrad.errors import AlgebraError

MOST_PLACES: Final = 20_000
"""At how many places a read is looked at where nothing proves it inside its axis."""

Guards = tuple[Bracket, ...]


class Miss(NamedTuple):
    """An entry that is read outside its tensor, or that cannot be shown to be inside.

    ``axis`` counts from 0; ``at`` says for which values of the indices, None where that is not known.
    """

    read: Read
    axis: int
    at: tuple[tuple[Index, int], ...] | None

    def __str__(self) -> str:
        tensor, e = self.read.tensor, self.read.indices[self.axis]
        size = size_text(tensor.shape[self.axis])
        inside = ", ".join(spelled(index) for index in self.read.indices)
        entry = f"{tensor.name}[{inside}]"
        if self.at is None:
            return f"it is not clear that {entry} stays inside the {size} entries of its axis"
        where = ", ".join(f"{index.letter} = {value}" for index, value in self.at)
        value = e.const + sum(c * dict(self.at)[index] for index, c in e.coefficients.items())
        where = f" for {where}" if where else ""
        return f"{entry} is read at {value}{where}, and its axis has {size} entries".replace("-", "−")


def size_alone(index: Index, body: Written) -> Size | None:
    """The size of the axes that an index reads alone; None where it reads none alone.

    Raises:
        AlgebraError: these axes have different sizes.
    """
    found: dict[Size, Read] = {}
    for read in _reads(body):
        for e, size in zip(read.indices, read.tensor.shape, strict=True):
            if e.lone() is index:
                found.setdefault(size, read)
    if len(found) > 1:
        (one, first), (other, second) = list(found.items())[:2]
        raise AlgebraError(
            f"{index.letter} runs over an axis of {first.tensor.name} with {size_text(one)} entries and "
            f"over one of {second.tensor.name} with {size_text(other)}"
        )
    return next(iter(found), None)


def size_that_fits(index: Index, body: Written) -> Size | None:
    """How far an index may run so that every entry it reads exists; None where that is not known.

    Conditions in the equation hide how far it runs, and so does a second index of unknown size.

    Raises:
        AlgebraError: not even at 0 do its reads stay inside.
    """
    alone = size_alone(index, body)
    if alone is not None:
        return alone
    if any(index in bracket.e for node in nodes(body) for bracket in _brackets(node)):
        return None
    rooms = dict.fromkeys(_rooms(index, body))
    if not rooms or None in rooms:
        return None
    sizes = dict.fromkeys(stepped(room, step, "P") for room, step in filter(None, rooms))
    whole = [size for size in sizes if isinstance(size, int)]
    if len(whole) < len(sizes):
        return next(iter(sizes)) if len(sizes) == 1 else None
    if min(whole) < 1:
        read = next(r for r in _reads(body) if any(index in e for e in r.indices))
        raise AlgebraError(f"no {index.letter} keeps every read of {read.tensor.name} inside its entries")
    return min(whole)


def _rooms(index: Index, body: Written) -> Iterator[tuple[Size, Size] | None]:
    """For each axis that an index reads: how far it can be moved, and by how much a step moves."""
    for read in _reads(body):
        for e, size in zip(read.indices, read.tensor.shape, strict=True):
            if index not in e:
                continue
            step = e.coefficients[index]
            low, high = extent(e - index * step)
            unknown = any(other.size == 0 for other in e if other is not index)
            if (
                unknown
                or high is None
                or low is None
                or not provably_nonnegative(step - 1)
                or not provably_nonnegative(low)
            ):
                yield None
            else:
                yield size - 1 - high, step


def first_miss(definition: Definition) -> Miss | None:
    """The first entry that is read where there is none; None if every read is inside its tensor.

    Brackets guard what they multiply: an entry behind a bracket that is 0 is not read. Symbolic sizes are
    taken to fit.
    """
    for read, guards in _guarded(definition.body, ()):
        for axis, (e, size) in enumerate(zip(read.indices, read.tensor.shape, strict=True)):
            needed = [at_least(e, 0), at_least(size - 1, e)]
            clear = _denominator(e)
            if clear != 1:
                needed.append(divides(clear, e * clear))
            for bracket in needed:
                if not _implied(bracket, guards):
                    for place in _counterexamples(bracket, guards):
                        return Miss(read, axis, place)
    return None


def _implied(needed: Bracket, guards: Guards) -> bool:
    """Whether a bracket holds on its whole box, or wherever one of the guards holds."""
    if decide(needed):
        return True
    for guard in guards:
        if guard == needed:
            return True
        alike = guard.kind == needed.kind == ">=" and guard.e.coefficients == needed.e.coefficients
        if alike and provably_nonnegative(needed.e.const - guard.e.const):
            return True
    return False


def _counterexamples(needed: Bracket, guards: Guards) -> Iterator[tuple[tuple[Index, int], ...] | None]:
    """Where all guards hold and a bracket does not; None where there are too many places to look at."""
    tied = set(needed.e)
    kept: list[Bracket] = []
    for _ in guards:  # the guards that the bracket's indices are tied to, one after the other
        kept = [guard for guard in guards if tied & set(guard.e)]
        tied |= {index for guard in kept for index in guard.e}
    indices = sorted(tied, key=lambda index: index.serial)
    sizes = [index.size for index in indices]
    if any(
        isinstance(c, Polynomial) for b in (needed, *kept) for c in (b.e.const, *b.e.coefficients.values())
    ):
        return
    if not all(isinstance(size, int) for size in sizes):
        return
    whole = [int(size) for size in sizes if isinstance(size, int)]
    if prod(whole) > MOST_PLACES:
        yield None
        return
    for place in product(*map(range, whole)):
        at = dict(zip(indices, place, strict=True))
        if all(_holds(guard, at) for guard in kept) and not _holds(needed, at):
            yield tuple(at.items())


def _holds(bracket: Bracket, at: dict[Index, int]) -> bool:
    kind, e, divisor = bracket
    value = e.const + sum(c * at[index] for index, c in e.coefficients.items())
    if isinstance(value, Polynomial):
        raise TypeError(f"{value} is no number")
    if kind == "|":
        return value % divisor == 0
    return value == 0 if kind == "=" else value >= 0


def _guarded(node: Written, guards: Guards) -> Iterator[tuple[Read, Guards]]:
    """Every read with the brackets that guard it."""
    match node:
        case Read():
            yield node, guards
        case Sum():
            for part in node.parts:
                yield from _guarded(part, guards)
        case Product():
            parts = tuple(_factors(node))
            inner = (*guards, *(b for part in parts if isinstance(part, Iverson) for b in part.brackets))
            for part in parts:
                yield from _guarded(part, inner)
        case Power():
            yield from _guarded(node.base, guards)
        case Apply() | Compare():
            yield from _guarded(node.argument, guards)
        case Total():
            yield from _guarded(node.body, guards)
        case Maximum():
            yield from _guarded(node.body, (*guards, *node.brackets))
        case _:
            pass


def _factors(node: Product) -> Iterator[Written]:
    for part in node.parts:
        if isinstance(part, Product):
            yield from _factors(part)
        else:
            yield part


def _brackets(node: Written) -> Sequence[Bracket]:
    return node.brackets if isinstance(node, Iverson | Maximum) else ()


def _reads(body: Written) -> Iterator[Read]:
    return (node for node in nodes(body) if isinstance(node, Read))


def _denominator(e: Affine) -> int:
    found = denominator(e.const)
    for coefficient in e.coefficients.values():
        found *= denominator(coefficient)
    return found


def spelled(e: Affine) -> str:
    """An index as a message writes it, in the letters that its author gave: ``2i + u − 1``."""
    text = ""
    parts = [(size_text(c), index.letter) for index, c in e.coefficients.items()]
    if e.const or not parts:
        parts.append((size_text(e.const), ""))
    for number, letter in parts:
        negative = number.startswith("-")
        bare = number.removeprefix("-")
        piece = letter if letter and bare == "1" else bare + ("·" if "/" in bare and letter else "") + letter
        text += (" − " if negative else " + ") + piece if text else ("−" if negative else "") + piece
    return text
