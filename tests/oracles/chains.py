"""Networks for the tests, made of whatever the catalogue holds: every layer alone, and random chains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from symgrad.catalogue import CATALOGUE, Layer
from symgrad.catalogue import options as kinds
from symgrad.catalogue.options import (
    REQUIRED,
    Option,
    count,
    flag,
    nonnegative_number,
    number,
    padding,
    pair,
    positive_number,
    spelled,
    word,
)
from symgrad.errors import DescriptionError
from symgrad.network.build import build
from symgrad.network.model import Model

# The first of each is the one that a required option gets.
SAMPLES: dict[Any, list[Any]] = {
    count: [2, 1, 3],
    pair: [(2, 2), (1, 2), (2, 1), (3, 2), (1, 1)],
    padding: [(1, 2), (0, 0), (1, 0), (1, 1)],
    kinds.single: [(2,), (1,), (3,)],
    kinds.triple: [(2, 2, 2), (1, 2, 1), (2, 1, 3), (1, 1, 1)],
    kinds.padding_1d: [(1,), (0,), (2,)],
    kinds.padding_3d: [(1, 0, 0), (0, 0, 0), (0, 1, 2)],
    flag: [True, False],
    word: ["f", "g"],
    number: [Fraction(1, 3), Fraction(2)],
    positive_number: [Fraction(1, 3), Fraction(2)],
    kinds.fraction: [Fraction(1, 2), Fraction(0), Fraction(3, 10)],
    kinds.axis: [1, 2, -1, -2],
    kinds.unflat_shape: [(2, 2), (2, 3), (2, -1), (3, 1, 1), (2,), (1, -1, 2)],
    nonnegative_number: [Fraction(1, 3), Fraction(2), Fraction(0)],
}
SHAPES = [(2,), (2, 3), (2, 3, 4), (4, 3, 2), (1,)]
BATCHES = [(3, 2, 1, 2)]
"""Shapes for what takes no smaller one."""


def samples(option: Option) -> list[Any]:
    """Values that an option may have; a kind that is not in the table is asked what it expects."""
    if option.kind in SAMPLES:
        return SAMPLES[option.kind]
    try:
        option.kind(object())
    except ValueError as expected:
        return str(expected).replace(" or ", ", ").split(", ")
    raise AssertionError(f"an option of kind {option.kind} admits anything: give it samples")


class Step(NamedTuple):
    """A layer of a network with the options that are written."""

    name: str
    options: dict[str, Any]

    @property
    def text(self) -> str:
        """The layer as a description writes it."""
        return f"{self.name}({', '.join(f'{name}={spelled(v)}' for name, v in self.options.items())})"


class Chain(NamedTuple):
    """An input and the layers after it."""

    shape: tuple[int, ...]
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """The network description."""
        return " | ".join([f"input({'x'.join(map(str, self.shape))})", *(step.text for step in self.steps)])


def variants(layer: Layer) -> Iterator[Step]:
    """The layer with every option at its default, then with one option at a time at each of its samples."""
    plain = {o.name: samples(o)[0] for o in layer.options if o.default is REQUIRED}
    yield Step(layer.name, plain)
    for option in layer.options:
        for value in samples(option):
            yield Step(layer.name, {**plain, option.name: value})


def fits(chain: Chain) -> Model | None:
    """The model, or None where the sizes do not fit together."""
    try:
        return build(chain.text)
    except DescriptionError:
        return None


def alone(layer: Layer) -> list[Chain]:
    """The layer by itself, in all its variants, on each shape that it takes."""
    chains = [Chain(shape, (step,)) for shape in SHAPES for step in variants(layer)]
    fitting = [chain for chain in dict.fromkeys(map(hashable, chains)) if fits(chain)]
    if fitting:
        small = [chain for chain in fitting if prod(chain.shape) <= 6]
        named = any(len(step.definitions) > 1 for chain in fitting[:1] for step in build(chain.text).steps)
        return small if named and small else fitting  # statistics make formulas that are long to compare
    larger = [Chain(shape, (step,)) for shape in BATCHES for step in variants(layer)]
    return [chain for chain in dict.fromkeys(map(hashable, larger)) if fits(chain)]


def hashable(chain: Chain) -> Chain:
    """The chain with options that can be compared and hashed."""
    return Chain(chain.shape, tuple(Step(s.name, _Options(s.options)) for s in chain.steps))


class _Options(dict[str, Any]):
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))


def random_step(layer: Layer, rng: Random) -> Step:
    """The layer with random options."""
    options = {
        o.name: rng.choice(samples(o)) for o in layer.options if o.default is REQUIRED or rng.random() < 0.6
    }
    return Step(layer.name, options)


def random_alone(
    name: str, rng: Random, fixed: Mapping[str, Any] = MappingProxyType({}), most_entries: int = 400
) -> tuple[Chain, Model]:
    """One layer with random options, but for those that are fixed, on a random shape that it takes."""
    layer = CATALOGUE[name]
    while True:
        axes = rng.randint(1, 4)
        shape = tuple(rng.randint(1, 7 if axes < 4 else 4) for _ in range(axes))
        step = random_step(layer, rng)
        chain = Chain(shape, (step._replace(options=step.options | fixed),))
        model = fits(chain)
        if (
            model
            and prod(shape) <= most_entries
            and (prod(shape) <= 48 or all(t.role != "auxiliary" for t in model.tensors))
        ):
            return chain, model


def random_chain(rng: Random, longest: int = 6, most_entries: int = 60) -> tuple[Chain, Model]:
    """A network of up to ``longest`` layers, the tensors of which are tiny."""
    shape = tuple(rng.randint(1, 4) for _ in range(rng.choice([1, 2, 2, 3, 3])))
    while prod(shape) > most_entries:
        shape = shape[1:]
    wanted = rng.randint(1, longest)
    steps: tuple[Step, ...] = ()
    found: tuple[Chain, Model] | None = None
    weights = [1 + 3 * len(layer.options) for layer in CATALOGUE.values()]  # what has more to get wrong
    for _ in range(1000):
        (layer,) = rng.choices(list(CATALOGUE.values()), weights)
        if layer.kind == "loss" and len(steps) + 1 < wanted:
            continue
        if layer.name == "bce" and steps and steps[-1].name != "sigmoid":
            continue  # it takes probabilities
        chain = Chain(shape, (*steps, random_step(layer, rng)))
        model = fits(chain)
        if model is None or not _small(model, most_entries):
            continue
        steps, found = chain.steps, (chain, model)
        if len(steps) == wanted:
            return found
    assert found is not None
    return found


def random_branches(rng: Random, most_entries: int = 40) -> Model:
    """A network with branches, outputs that are read again, shared weights and several inputs."""
    shape = rng.choice(["3", "4", "2x3", "2x2x3"])
    text, names = f"input({shape}) as x | tanh", ["x"]
    model = build(text)
    for _ in range(12):
        fresh = "uvpqst"[len(names) - 1] if len(names) < 7 else ""
        candidate = f"{text} | {_branching(rng, names, shape, fresh)}"
        found = _built(candidate)
        if found and _small(found, most_entries):
            text, model = candidate, found
            names += [fresh] if f"as {fresh}" in candidate and fresh else []
    losses = [layer for layer in CATALOGUE.values() if layer.kind == "loss" and layer.name != "bce"]
    ended = _built(f"{text} | {random_step(rng.choice(losses), rng).text}")
    return ended if ended and _small(ended, most_entries) and rng.random() < 0.5 else model


def _small(model: Model, most_entries: int) -> bool:
    """Whether the tensors are small, and statistics, for which an oracle sums within sums, smaller."""
    return all(prod(t.shape) <= (12 if t.role == "auxiliary" else most_entries) for t in model.tensors)


def _branching(rng: Random, names: list[str], shape: str, fresh: str) -> str:
    def layer() -> str:
        if rng.random() < 0.4:  # whatever the catalogue holds
            inner = [
                layer for layer in CATALOGUE.values() if layer.kind in ("layer", "activation", "reshape")
            ]
            return random_step(rng.choice(inner), rng).text
        plain = ["tanh", "sigmoid", "activation(f)", "activation(g)", rng.choice(["flatten", "relu"])]
        return rng.choice([f"linear({rng.randint(2, 4)})", "conv2d(2, 3, padding=1)", "conv2d(1, 2)", *plain])

    def chain() -> str:
        start = [rng.choice(names)] if rng.random() < 0.2 else []
        return " | ".join([*start, *(layer() for _ in range(rng.randint(1, 3)))])

    def twins(shared: str) -> str:
        name = fresh or "z"
        again = f"{shared} sharing {name}"
        return rng.choice(
            [
                f"{shared} as {name} | tanh | {again}",
                f"residual({shared} as {name} | tanh | residual({again}))",
            ]
        )

    kinds = [
        lambda: f"residual({chain()})",
        lambda: f"parallel({', '.join(chain() for _ in range(rng.randint(2, 3)))})",
        lambda: f"residual(parallel({chain()}, {rng.choice(names)}) | {chain()} | residual({chain()}))",
        lambda: f"{layer()} as {fresh or 'z'}",
        lambda: twins(f"linear({rng.randint(2, 4)})"),
        lambda: twins(rng.choice(["conv2d(2, 3, padding=1)", "conv1d(2, 3, padding=1)", "layer_norm"])),
        lambda: f"{rng.choice(['add', 'concat'])}({rng.choice(names)})",
        lambda: f"add({rng.choice(names)}, {rng.choice(names)})",
        lambda: (
            f"tanh as {fresh or 'z'} | input({shape}) | {chain()} | {rng.choice(['add', 'concat'])}({fresh})"
        ),
    ]
    return rng.choice(kinds)()


def _built(text: str) -> Model | None:
    try:
        return build(text)
    except DescriptionError:
        return None
