"""Derivations whose truth is known: layers by loops over whole numbers, textbook losses, norms, batches.

Each family draws sizes, a target and its right-hand sides. What it writes down is checked against the slopes
of the definitions at random points (``oracles.points``), so a mistake here is found here. It imports nothing
of ours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import TypeAlias

from oracles.handwriting import (
    Call,
    Entry,
    Node,
    Step,
    add,
    mul,
    num,
    power,
    substituted,
)
from oracles.pens import Letter
from oracles.points import Key, Ranges, UndefinedError, World, compared

E = Entry
POINTS = 5


@dataclass
class Derivation:
    """A true claim and what it rests on.

    ``members`` are the right-hand sides of ``target``, all true. ``definitions`` are printed before it,
    ``raw`` lines as they are; with ``net`` the network is given beside the document instead. ``vocabulary``
    are the tensors that a slip may use.
    """

    family: str
    form: str
    letters: Mapping[str, Letter]
    shapes: Mapping[str, tuple[int, ...]]
    target: Node
    members: tuple[Node, ...]
    worlds: list[World]
    net: str | None = None
    declared: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    ranges: Ranges = ()
    hypotheses: tuple[tuple[Node, Node], ...] = ()
    raw: tuple[str, ...] = ()
    definitions: tuple[tuple[Node, Node], ...] = ()
    free: Ranges = ()
    habits: Mapping[str, object] = field(default_factory=dict)
    text: bool = True
    symbolic: Mapping[int, str] = field(default_factory=dict)

    def checked(self) -> Derivation:
        """Itself, if the slopes of the definitions say so too.

        Raises:
            AssertionError: the family is mistaken.
        """
        for member in self.members:
            agree, differ = compared(self.target, member, self.worlds, self.free)
            assert agree, (self.family, self.target, member, agree, differ)
            assert not differ, (self.family, self.target, member, agree, differ)
        return self


Family: TypeAlias = Callable[[Random], Derivation]


def some(random: Random, positive: bool = False) -> float:
    """A number that is no special one: an odd multiple of 1/16."""
    x = (2 * random.randint(2, 15) + 1) / 16
    return x if positive or random.random() < 0.5 else -x


def places(shape: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    return product(*(range(size) for size in shape))


def worlds(
    random: Random,
    given: Mapping[str, tuple[int, ...]],
    definitions: list[tuple[Key, Node]],
    shapes: Mapping[str, tuple[int, ...]],
    shorthands: Mapping[Key, Node] | None = None,
    positive: Iterable[str] = (),
    fixed: Callable[[dict[Key, float]], None] | None = None,
) -> list[World]:
    """Random points; ``fixed`` makes hypotheses true in them."""
    made: list[World] = []
    while len(made) < POINTS:
        values = {
            (role, place): some(random, role in positive)
            for role, shape in given.items()
            for place in places(shape)
        }
        if fixed:
            fixed(values)
        with contextlib.suppress(UndefinedError):
            made.append(World(values, definitions, shapes, shorthands))
    return made


def unknown_loss(role: str, shape: tuple[int, ...]) -> tuple[str, Node]:
    """A tensor of slopes to be given, and a loss that has them: L = Σ slope · entry."""
    slopes = f"slope of {role}"
    return slopes, add(*(mul(E(slopes, place), E(role, place)) for place in places(shape)))


L = E("L")
GREEK = {"delta": Letter("\\delta", text="delta")}


def letters(**latex: str) -> dict[str, Letter]:
    return {role: Letter(name) for role, name in latex.items()} | {"L": Letter("L")}


def key(entry: Entry) -> Key:
    assert all(isinstance(place, int) for place in entry.places)
    return entry.role, tuple(place for place in entry.places if isinstance(place, int))


def spread(lhs: Entry, body: Node, sizes: Ranges) -> list[tuple[Key, Node]]:
    """The definition of each entry, from one with letters."""
    made = []
    for values in product(*(range(size) for _, size in sizes)):
        here = dict(zip((name for name, _ in sizes), values, strict=True))
        target = substituted(lhs, here)
        assert isinstance(target, Entry)
        made.append((key(target), substituted(body, here)))
    return made


def count(shape: tuple[int, ...]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def slope_of(random: Random, name: str, z: Node, h: Node | None) -> Node:
    """f′(z) as people write it; through ``h = f(z)`` where there is one."""
    forms: list[Node] = [Call(name, z, 1)]
    if name == "relu":
        forms += [Step(z), Step(z)]
    if name == "sigma":
        for s in [Call(name, z), *([h, h] if h else [])]:
            forms.append(mul(s, add(num(1), (-1, s))))
    if name == "tanh":
        for s in [Call(name, z), *([h, h] if h else [])]:
            forms.append(add(num(1), (-1, power(s, 2))))
    return random.choice(forms)
