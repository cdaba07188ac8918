"""Forward definitions interpreted exactly as they are written, on any numbers; on dual numbers, forward mode.

It walks the tree that a layer's author wrote. It knows no normal form, no elimination and no unrolling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import TypeAlias

from oracles.fields import Duals, Element, Field
from symgrad.algebra import written as w
from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.tensors import Tensor

Values: TypeAlias = dict[str, list[Element]]
Place: TypeAlias = Mapping[Index, int]
Read: TypeAlias = Callable[[Tensor, tuple[int, ...]], Element]


def at(e: Affine, place: Place) -> Fraction | int:
    """The affine index at a place."""
    return e.const + sum(c * place[index] for index, c in e.coefficients.items())


def holds(bracket: Bracket, place: Place) -> bool:
    """Whether the condition holds at a place."""
    kind, e, divisor = bracket
    number = at(e, place)
    return {"=": number == 0, ">=": number >= 0, "|": number % divisor == 0}[kind]


def box(indices: Iterable[Index]) -> Iterable[tuple[int, ...]]:
    """Every place of the indices, row by row."""
    return product(*(range(index.size) for index in indices))


def flat(position: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """The row-major position; one outside the shape is a mistake."""
    assert all(0 <= n < size for n, size in zip(position, shape, strict=True)), (position, shape)
    return reduce(lambda whole, step: whole * step[1] + step[0], zip(position, shape, strict=True), 0)


def value(node: w.Written, place: Place, read: Read, field: Field) -> Element:
    """The node at a place. A factor behind a bracket that is 0 is not read: it may lie in the padding."""
    match node:
        case w.Quantity():
            return field.number(Fraction(node.value))
        case w.Constant():
            return field.constant(node.name)
        case w.Read():
            return read(node.tensor, tuple(int(at(e, place)) for e in node.indices))
        case w.Sum():
            return reduce(field.add, [value(part, place, read, field) for part in node.parts])
        case w.Product():
            result = field.number(1)
            for part in sorted(factors(node), key=lambda part: not isinstance(part, w.Iverson)):
                if isinstance(part, w.Iverson) and not all(holds(b, place) for b in part.brackets):
                    return field.number(0)
                result = field.mul(result, value(part, place, read, field))
            return result
        case w.Power():
            return field.power(value(node.base, place, read, field), node.exponent)
        case w.Apply():
            inner = value(node.argument, place, read, field)
            return field.apply(node.function.name, node.function.order, inner)
        case w.Total():
            result = field.number(0)
            for here in box(node.indices):
                there = {**place, **dict(zip(node.indices, here, strict=True))}
                result = field.add(result, value(node.body, there, read, field))
            return result
        case w.Iverson():
            return field.number(int(all(holds(b, place) for b in node.brackets)))
        case w.Compare():
            inner = value(node.argument, place, read, field)
            return compared(node.kind, inner, field)
        case w.Maximum():
            places = [{**place, **dict(zip(node.indices, here, strict=True))} for here in box(node.indices)]
            inside = [there for there in places if all(holds(b, there) for b in node.brackets)]
            return field.greatest([value(node.body, there, read, field) for there in inside])
    raise TypeError(type(node).__name__)


def factors(node: w.Product) -> Iterable[w.Written]:
    """The factors of a product, those of products in it too."""
    for part in node.parts:
        yield from factors(part) if isinstance(part, w.Product) else (part,)


def compared(kind: w.Comparison, inner: Element, field: Field) -> Element:
    """The value bracket ``[inner kind 0]``."""
    if kind == "=":
        return field.zero(inner)
    above = field.positive(inner)
    return above if kind == ">" else field.add(field.number(1), field.mul(field.number(-1), above))


def run(
    definitions: Iterable[w.Definition], sources: Values, field: Field, added: Values | None = None
) -> Values:
    """Every tensor, flat, from the sources; ``added`` is what is added to entries beyond their definitions.

    An entry that is read before its turn, at another step of a recurrence, is found then and there.
    """
    values = dict(sources)
    stated = {definition.target.name: definition for definition in definitions}
    known: dict[str, dict[int, Element]] = {name: {} for name in stated}
    open_: set[tuple[str, int]] = set()

    def read(tensor: Tensor, position: tuple[int, ...]) -> Element:
        where = flat(position, tensor.shape)
        return entry(tensor.name, where, position) if tensor.name in stated else values[tensor.name][where]

    def entry(name: str, where: int, place: tuple[int, ...]) -> Element:
        if where not in known[name]:
            assert (name, where) not in open_, f"{name}{list(place)} is stated by itself"
            open_.add((name, where))
            definition = stated[name]
            here = value(definition.body, dict(zip(definition.axes, place, strict=True)), read, field)
            open_.remove((name, where))
            known[name][where] = field.add(here, added[name][where]) if added and name in added else here
        return known[name][where]

    for name, definition in stated.items():
        values[name] = [entry(name, n, place) for n, place in enumerate(box(definition.axes))]
    return values


def slopes(
    definitions: Iterable[w.Definition],
    sources: Values,
    direction: Values,
    field: Field,
    pushed: Values | None = None,
) -> tuple[Values, Values]:
    """Every tensor, and its derivative as the sources move along ``direction``.

    Tensors that are defined are ``pushed``: what is added to each of their entries moves, and with it all
    that is made of them.
    """
    moving = {name: list(zip(entries, direction[name], strict=True)) for name, entries in sources.items()}
    nothing = field.number(0)
    added = {name: [(nothing, d) for d in entries] for name, entries in (pushed or {}).items()}
    pairs = run(definitions, moving, Duals(field), added)
    return (
        {name: [v for v, _ in entries] for name, entries in pairs.items()},
        {name: [d for _, d in entries] for name, entries in pairs.items()},
    )
