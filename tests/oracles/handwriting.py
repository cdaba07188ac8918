"""Formulas as a person means them: a small tree, and ways to build it and to change a part of it.

It imports nothing of ours. ``oracles.points`` gives it values, ``oracles.pens`` writes it down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TypeAlias

# The tree. A place of an entry counts from 0 and is a whole number or affine in index letters.


@dataclass(frozen=True)
class Affine:
    """``constant + Σ coefficient · letter``, letters counting from 0."""

    constant: int
    parts: tuple[tuple[str, int], ...]

    def at(self, letters: Mapping[str, int]) -> int:
        return self.constant + sum(c * letters[letter] for letter, c in self.parts)


def letter(name: str) -> Affine:
    return Affine(0, ((name, 1),))


Place: TypeAlias = int | Affine


@dataclass(frozen=True)
class Num:
    value: Fraction


@dataclass(frozen=True)
class Entry:
    """An entry of the tensor ``role``; without places a number of its own, or a whole vector or matrix."""

    role: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Partial:
    """∂of/∂by."""

    of: Entry
    by: Entry


@dataclass(frozen=True)
class Sigma:
    """Σ over index letters, each with its size, of ``body``."""

    indices: tuple[tuple[str, int], ...]
    body: Node


@dataclass(frozen=True)
class Add:
    """Signed terms; a lone negative term too."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True)
class Mul:
    """Numbers multiplied, and matrices by the matrix product."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Frac:
    top: Node
    bottom: Node


@dataclass(frozen=True)
class Pow:
    base: Node
    exponent: Fraction


@dataclass(frozen=True)
class Call:
    """``exp log sqrt tanh sigma relu abs f g`` of ``arg``, or a derivative; entry by entry on matrices."""

    name: str
    arg: Node
    primes: int = 0


@dataclass(frozen=True)
class Step:
    """[arg > 0]."""

    arg: Node


@dataclass(frozen=True)
class Turned:
    """The transpose."""

    arg: Node


@dataclass(frozen=True)
class Had:
    """Products entry by entry."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Norm:
    """The squared Euclidean norm."""

    arg: Node


Node: TypeAlias = Num | Entry | Partial | Sigma | Add | Mul | Frac | Pow | Call | Step | Turned | Had | Norm


# How they are built.


def num(top: int, bottom: int = 1) -> Num:
    return Num(Fraction(top, bottom))


def add(*terms: Node | tuple[int, Node]) -> Node:
    """A sum; terms may carry signs, and sums inside are taken apart."""
    flat: list[tuple[int, Node]] = []
    for term in terms:
        sign, node = term if isinstance(term, tuple) else (1, term)
        if isinstance(node, Add):
            flat += [(sign * s, inner) for s, inner in node.terms]
        else:
            flat.append((sign, node))
    return flat[0][1] if len(flat) == 1 and flat[0][0] == 1 else Add(tuple(flat))


def mul(*factors: Node) -> Node:
    flat: list[Node] = []
    for factor in factors:
        flat += factor.factors if isinstance(factor, Mul) else [factor]
    rest = [factor for factor in flat if factor != num(1)]
    return rest[0] if len(rest) == 1 else Mul(tuple(rest)) if rest else num(1)


def neg(node: Node) -> Node:
    return add((-1, node))


def power(base: Node, exponent: int | Fraction) -> Node:
    return Pow(base, Fraction(exponent))


def terms(node: Node) -> tuple[tuple[int, Node], ...]:
    return node.terms if isinstance(node, Add) else ((1, node),)


def factors(node: Node) -> tuple[Node, ...]:
    return node.factors if isinstance(node, Mul) else (node,)


Path: TypeAlias = tuple[tuple[str, int | None], ...]


def parts(node: Node) -> Iterator[tuple[tuple[str, int | None], Node]]:
    """The nodes right below, each with the step that leads there."""
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(node, Add):
            for number, (_, inner) in enumerate(value):
                yield (field.name, number), inner
        elif field.name == "factors":
            for number, inner in enumerate(value):
                yield (field.name, number), inner
        elif isinstance(value, Node) and not isinstance(node, Partial):
            yield (field.name, None), value


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node below, itself first, with the path to it."""
    yield path, node
    for step, inner in parts(node):
        yield from walk(inner, (*path, step))


def at(node: Node, path: Path) -> Node:
    for name, number in path:
        value = getattr(node, name)
        node = value if number is None else value[number][1] if isinstance(node, Add) else value[number]
    return node


def put(node: Node, path: Path, new: Node) -> Node:
    """``node`` with ``new`` at the end of the path."""
    if not path:
        return new
    (name, number), *rest = path
    value = getattr(node, name)
    if number is None:
        return replace(node, **{name: put(value, tuple(rest), new)})
    items = list(value)
    if isinstance(node, Add):
        sign, inner = items[number]
        items[number] = (sign, put(inner, tuple(rest), new))
    else:
        items[number] = put(items[number], tuple(rest), new)
    return replace(node, **{name: tuple(items)})


def flattened(node: Node) -> Node:
    """Products in products and sums in sums taken apart, as one writes them."""
    for path, inner in sorted(walk(node), key=lambda item: -len(item[0])):
        here = at(node, path)
        if isinstance(inner, Mul):
            node = put(node, path, mul(*here.factors))
        elif isinstance(inner, Add):
            node = put(node, path, add(*here.terms))
    return node


def substituted(node: Node, letters: Mapping[str, int]) -> Node:
    """``node`` with numbers for some of its index letters."""
    for path, inner in list(walk(node)):
        if isinstance(inner, Entry):
            node = put(node, path, _at(inner, letters))
        elif isinstance(inner, Partial):
            node = put(node, path, Partial(_at(inner.of, letters), _at(inner.by, letters)))
    return node


def _at(entry: Entry, letters: Mapping[str, int]) -> Entry:
    places: list[Place] = []
    for place in entry.places:
        if isinstance(place, Affine):
            known = sum(c * letters[name] for name, c in place.parts if name in letters)
            rest = tuple((name, c) for name, c in place.parts if name not in letters)
            constant = place.constant + known
            places.append(Affine(constant, rest) if rest else constant)
        else:
            places.append(place)
    return Entry(entry.role, tuple(places))


def entries(node: Node) -> Iterator[Entry]:
    """Every entry that is named, those in derivatives too."""
    for _, inner in walk(node):
        if isinstance(inner, Entry):
            yield inner
        elif isinstance(inner, Partial):
            yield inner.of
            yield inner.by
