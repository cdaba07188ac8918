"""All views of a derivation agree with one another, entry by entry, at one exact point.

    scalar = chain = index form at every place = matrix form, instantiated = substituted, evaluated
           = the forward equations as they are written, and their slopes on dual numbers

Each view is read back from what it prints, at values of what the network is given alone, by readers that
share nothing with what printed it; a matrix form is instantiated by NumPy's own operations. The numbers are
those of a prime field with a sign and true roots, so that equal means equal. What a view leaves out stands in
the tables: tensors without a matrix form, and what is too long with everything put in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import cache, cached_property
from itertools import product
from math import prod
from random import Random
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest
from oracles import derived
from oracles.chains import random_branches, random_chain
from oracles.dual import Values, flat, run, slopes, value
from oracles.fields import Duals, Element, NoRootError, Residue, Residues
from oracles.hypotheses import kept
from oracles.matrices import stated
from oracles.one_line import read
from oracles.readback import Equation, Place, Text, World, calculated

from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.program import Equation as Derivative
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import Derived, derive, document
from symgrad.derivation.document import Document, View
from symgrad.errors import BudgetError, DescriptionError
from symgrad.network.build import build
from symgrad.network.model import Model
from symgrad.render.text import formula_lines

Entry: TypeAlias = tuple[str, Place]
"""A tensor and a place in it; ``dL_d…`` is a gradient."""
Entries: TypeAlias = dict[Entry, Element]

FIELD = Residues()
WITNESS = "forward equations and dual numbers"
NO_FORM = ("no matrix form", "unconfirmed", "unchecked")
"""What the matrix view says of an equation that it leaves in index form."""
MOST = 20_000
"""The most operations that the substituted view may take here."""


def places(tensor: Tensor) -> list[Place]:
    return list(product(*map(range, tensor.shape)))


def entries_of(tensors: Iterable[Tensor]) -> set[Entry]:
    return {(tensor.name, place) for tensor in tensors for place in places(tensor)}


def numbered(tensor: Tensor, numbers: list[Element]) -> Entries:
    return {(tensor.name, place): x for place, x in zip(places(tensor), numbers, strict=True)}


def drawn(tensor: Tensor, rng: Random) -> list[Element]:
    numbers = [Residue(rng.randrange(1, 2**60)) for _ in range(prod(tensor.shape))]
    return kept(tensor, numbers, lambda others: 1 + -sum(others, Residue(0)))


class Point(NamedTuple):
    """Numbers for what a network is given, what its equations as written make of them, and the upstream."""

    given: Values
    values: Values
    upstream: Values


def point(made: Derived, rng: Random) -> Point:
    """A random point at which all roots exist."""
    for _ in range(1000):
        given = {tensor.name: drawn(tensor, rng) for tensor in derived.sources(made.model)}
        try:
            values = run(made.model.definitions, given, FIELD)
        except NoRootError:
            continue
        return Point(given, values, {t.name: drawn(t, rng) for t in made.gradients.upstream})
    raise NoRootError(f"at none of a thousand points {made.model.text} has all its roots")


def apply(name: str, order: int, x: Any) -> Element:
    """The functions that a reader meets, roots and π among them."""
    if name == "pi":
        return FIELD.constant("pi")
    return FIELD.power(x, Fraction(1, 2)) if name == "sqrt" else FIELD.apply(name, order, x)


class Views:
    """Every view of one derivation, evaluated at one point; ``numbers`` has what each states."""

    def __init__(self, model: Model, seed: int) -> None:
        self.made = derive(model)
        self.at = point(self.made, Random(seed))
        self.tensors = (*model.tensors, *(eq.target for eq in self.gradients), *self.made.gradients.upstream)
        self.symbols = {
            name: (tensor.name, place)
            for tensor in model.tensors
            for name, place in zip(identifiers(tensor), places(tensor), strict=True)
        }
        self.text = Text(self.symbols)
        self.put_in = True
        self.in_index_form: list[str] = []
        self.numbers: dict[str, Entries] = {
            WITNESS: self.slopes_as_written(),
            "scalar": self.calculated(self.read("scalar")),
            "index": self.calculated(self.read("index")),
        }
        self.numbers["chain"] = self.calculated(self.read("chain"))
        self.numbers["chain, path by path"] = self.paths(self.read("chain"))
        self.numbers["matrix"], self.numbers["matrix, in index form"] = self.matrices()
        self.numbers["substituted"] = self.substituted()

    @property
    def gradients(self) -> tuple[Derivative, ...]:
        return self.made.gradients.program.equations

    @cached_property
    def bare(self) -> Entries:
        """The numbers of what no formula states."""
        known = self.at.given | self.at.upstream
        return {
            entry: x
            for tensor in self.tensors
            if tensor.name in known
            for entry, x in numbered(tensor, known[tensor.name]).items()
        }

    def world(self, entries: Entries) -> World:
        values: dict[str, dict[Place, Element]] = {}
        for (name, place), x in entries.items():
            values.setdefault(name, {})[place] = x
        return World({t.name: t.shape for t in self.made.model.tensors}, values, apply, self.partial)

    def partial(self, of: Entry, by: Entry) -> Element:
        """``∂of/∂by`` from the equation of ``of`` as it is written, through its named parts."""
        definitions = {d.target.name: d for d in self.made.model.definitions}
        field = Duals(FIELD)

        def entry(name: str, place: Place) -> Element:
            definition = definitions[name]
            return value(definition.body, dict(zip(definition.axes, place, strict=True)), moving, field)

        def moving(tensor: Tensor, place: Place) -> Element:
            if tensor.role == "auxiliary" and (tensor.name, place) != by:
                return entry(tensor.name, place)
            x = self.at.values[tensor.name][flat(place, tensor.shape)]
            return x, Residue(int((tensor.name, place) == by))

        return entry(*of)[1]

    # The views.

    def slopes_as_written(self) -> Entries:
        """The witness: forward values, and the slope of L as one entry after the other moves."""
        model, (given, values, upstream) = self.made.model, self.at
        targets = [definition.target for definition in model.definitions]
        found = {entry: x for target in targets for entry, x in numbered(target, values[target.name]).items()}
        still = {name: [Residue(0)] * len(numbers) for name, numbers in given.items()}
        ends = upstream if model.objective is None else {"dL_dL": [Residue(1)]}
        for eq in self.gradients:
            for n, place in enumerate(places(eq.target)):
                along = {eq.target.of.name: [Residue(int(n == m)) for m in range(prod(eq.target.shape))]}
                moving, pushed = (still, along) if eq.target.of in targets else (still | along, {})
                _, moved = slopes(model.definitions, given, moving, FIELD, pushed)
                found[eq.target.name, place] = sum(
                    u * d
                    for end, numbers in ends.items()
                    for u, d in zip(numbers, moved[end.removeprefix("dL_d")], strict=True)
                )
        return found

    def lines(self, stated: Document) -> Iterator[tuple[Any, str]]:
        return ((f, line) for f in stated.formulas for line in formula_lines(stated, f))

    def read(self, view: View) -> list[Equation]:
        return [self.text.equation(line) for _, line in self.lines(document(self.made, view))]

    def calculated(self, equations: list[Equation]) -> Entries:
        """What the equations state, each using what stands before it."""
        values = calculated(equations, self.world(self.bare)).values
        found = {(name, place): x for name, entries in values.items() for place, x in entries.items()}
        return {entry: x for entry, x in found.items() if entry not in self.bare}

    def paths(self, equations: list[Equation]) -> Entries:
        """The chain rule as it is written out, before products are collected."""
        world = self.world(self.bare | self.numbers["index"])
        written_out = [equation for equation in equations if len(equation.members) > 1]
        return {(name, place): x for eq in written_out for name, place, x in eq.entries(world, 0)}

    def matrices(self) -> tuple[Entries, Entries]:
        """Matrix forms, and what the matrix view states in index form, of the entries of the index view."""
        forms: Entries = {}
        others: Entries = {}
        known = self.bare | self.numbers["index"]
        world = self.world(known)
        arrays = {t.name: np.empty(t.shape, dtype=object) for t in self.tensors}
        for (name, place), x in known.items():
            arrays[name][place] = x
        view = document(self.made, "matrix")
        for formula, line in self.lines(view):
            target = formula.equation.target
            if formula.matrix is not None:
                array = stated(formula.matrix, arrays, FIELD)
                forms |= {(target.name, place): array[place] for place in places(target)}
            else:
                self.in_index_form.append(target.name)
                others |= {(n, place): x for n, place, x in self.text.equation(line).entries(world)}
        said = {tensor.name for c in view.conventions if c.key in NO_FORM for tensor in c.tensors}
        assert said == set(self.in_index_form)
        return forms, others

    def substituted(self) -> Entries:
        """Everything put in; where that is refused, as many levels as are not, of what stands before."""
        for depth in (None, 1, 0):
            with suppress(BudgetError):
                made = document(self.made, "substituted", depth=depth, most=MOST)
                break
        self.put_in = depth is None
        names = {entry: name for name, entry in self.symbols.items()}
        names |= {(f"dL_d{tensor}", place): f"∂L/∂{name}" for (tensor, place), name in names.items()}
        entries = {name: entry for entry, name in names.items()}
        known = {names[entry]: x for entry, x in self.bare.items()}
        found: Entries = {}
        for _, line in self.lines(made):
            left, right = line.split(" = ", 1)
            assert entries[left] not in found, f"{left} is stated twice"
            found[entries[left]] = read(right, known, FIELD).value
            if not self.put_in:
                known[left] = found[entries[left]]
        return found

    # What is to be seen of them.

    def disagreements(self) -> dict[Entry, dict[str, Element]]:
        """The entries of which not all views that state them say the same."""
        found = {}
        for entry in set().union(*self.numbers.values()):
            said = {
                view: Residue(numbers[entry]) for view, numbers in self.numbers.items() if entry in numbers
            }
            if len(set(said.values())) > 1:
                found[entry] = said
        return found

    def count(self) -> dict[str, int]:
        """How many entries each view has; none is missing that it is to state."""
        made, entries = self.made, {view: set(numbers) for view, numbers in self.numbers.items()}
        forward = entries_of(definition.target for definition in made.model.definitions)
        wanted = {(f"dL_d{name}", place) for name, place in entries_of(made.wanted)}
        ends = made.model.outputs if made.model.objective is None else (made.model.objective,)
        scalar, index, written = entries["scalar"], entries["index"], entries[WITNESS]
        # Of gradients that were not asked for the scalar view states what others read, the closed ones all.
        assert forward | wanted <= scalar <= index <= written
        assert index == {(name, place) for name, place in written if name in {read for read, _ in scalar}}
        assert entries["matrix"] | entries["matrix, in index form"] == index
        assert not entries["matrix"] & entries["matrix, in index form"]
        assert entries["chain"] == scalar
        assert entries["chain, path by path"] <= scalar - forward
        if self.put_in:
            assert entries["substituted"] == entries_of(ends) | wanted
        else:
            assert entries_of(ends) | wanted <= entries["substituted"] <= scalar
        return {view: len(found) for view, found in entries.items()}


class Row(NamedTuple):
    """A network, the tensors that have no matrix form, and whether everything can be put in."""

    text: str
    in_index_form: str = ""
    put_in: bool = True
    batch: int | None = None


NORMALISED = "s x dL_da"
POOLED = "p dL_da"
LAYERS = {
    "linear": Row("input(2x3) | linear(4)"),
    "bilinear": Row("input(2) as u | input(3) | bilinear(u, 4)"),
    "embedding": Row("input(2x3) | embedding(4)"),
    "conv1d": Row("input(4x3) | conv1d(6, 3, 2, 1, groups=2)"),
    "conv2d": Row("input(2x4x3) | conv2d(3, (3, 2), (2, 1), (1, 0))"),
    "conv3d": Row("input(2x3x4) | conv3d(1, (1, 2, 3))"),
    "conv_transpose1d": Row("input(2x3) | conv_transpose1d(4, 2, 3)", "dL_da"),
    "conv_transpose2d": Row(
        "input(2x3) | conv_transpose2d(1, (3, 2), (2, 1), (1, 0), (1, 0))", "dL_dw dL_da"
    ),
    "avg_pool1d": Row("input(2x5) | avg_pool1d(3, 2, 1)", POOLED),
    "avg_pool2d": Row("input(2x3x4) | avg_pool2d((3, 2), (2, 1), (1, 0))", POOLED),
    "max_pool1d": Row("input(2x5) | max_pool1d(3, 2, 1)", POOLED),
    "max_pool2d": Row("input(2x3x4) | max_pool2d((3, 2), (2, 1), (1, 0))", POOLED),
    "adaptive_avg_pool2d": Row("input(2x6x4) | adaptive_avg_pool2d((3, 2))", POOLED),
    "batch_norm1d": Row("input(3x2) | batch_norm1d", NORMALISED),
    "batch_norm2d": Row("input(2x3x1x1) | batch_norm2d", NORMALISED),
    "group_norm": Row("input(4x3) | group_norm(2)", NORMALISED),
    "layer_norm": Row("input(2x3) | layer_norm", NORMALISED),
    "rms_norm": Row("input(2x3) | rms_norm", NORMALISED),
    "scaled_dot_product_attention": Row("input(2x3) | scaled_dot_product_attention", "S P dL_dS dL_da"),
    "multihead_attention": Row(
        "input(3x2) | multihead_attention(2)", "S P O dL_dP dL_dS dL_dV dL_dK dL_dQ", put_in=False
    ),
    "rnn": Row("input(2x1) | rnn(3)", "z dL_ds"),
    "lstm": Row("input(2x1) | lstm(3)", "z i f g o c dL_ds dL_dc dL_df dL_dz", put_in=False),
    "gru": Row("input(3x2) | gru(1)", "q n s dL_ds dL_dz dL_dq dL_dp", put_in=False),
    "flatten": Row("input(2x3x4) | flatten"),
    "unflatten": Row("input(2x6) | unflatten(2, (2, 3))", "v dL_da"),
    **{name: Row(f"input(2x3) | {name}") for name, layer in CATALOGUE.items() if layer.kind == "activation"},
    "softsign": Row("input(2x3) | softsign", "h dL_da"),
    "softmax": Row("input(2x3) | softmax", "h dL_da"),
    "log_softmax": Row("input(2x3) | log_softmax", "p h"),
    "dropout": Row("input(2x3) | dropout(0.25)"),
    **{name: Row(f"input(2x3) | {name}") for name, layer in CATALOGUE.items() if layer.kind == "loss"},
    "bce": Row("input(2x3) | bce", "dL_da"),
    "cosine_embedding": Row("input(2x3) | cosine_embedding", "r p s q dL_da"),
    "cross_entropy": Row("input(2x3) | cross_entropy", "p L"),
}
"""One network for each entry of the catalogue, as small as can be with axes of different sizes."""

NETWORKS = {
    "the article": Row("input(5x5) | conv2d(1, 3, stride=2, bias=false)"),
    "a perceptron": Row("input(3) | linear(4) | tanh | linear(2) | mse"),
    "a classifier": Row("input(3) | linear(2) | tanh | linear(4) | cross_entropy", "p2 L"),
    "a small CNN": Row(
        "input(3x4) | conv2d(1, 2) | relu | max_pool2d((1, 2), 1) | flatten | linear(1) | mse(half)",
        "p dL_da1",
    ),
    "convolutions": Row(
        "input(2x2x3) | conv2d(1, 2, padding=1) | tanh | conv2d(2, (2, 3), (2, 1), dilation=(2, 1))"
    ),
    "padding alone is seen": Row("input(2x1) | conv2d(3, 1, 2, (0, 1), dilation=2) | mse", "dL_da dL_dw"),
    "branches": Row(
        "input(3) as x | linear(2) | parallel(tanh, linear(3)) | residual(sigmoid) | mse", "c dL_dz2 dL_da1"
    ),
    "outputs read again": Row(
        "input(2x3) as x | linear(3) as u | tanh | add(x) | concat(u) | linear(1) | mse", "c"
    ),
    "shared weights": Row("input(3) | linear(3) as u | tanh | linear(3) sharing u | mse"),
    "two inputs, shared weights": Row(
        "input(2) as x | linear(3) as u | input(2) | linear(3) sharing u | add(u) | mse"
    ),
    "means and squares": Row("input(4) | avg_pool1d(2) | rms_norm", "p s x dL_dp dL_da"),
    "roots and signs": Row("input(3) | linear(2) | rms_norm | relu | linear(1) | mse", "s2 x2 dL_dz1"),
    "six layers": Row("input(2) | linear(3) | tanh | linear(2) | relu | linear(1) | mse"),
    "two recurrent layers": Row(
        "input(3x2) | rnn(1) | gru(1) | mse", "q2 n2 s2 dL_ds2 dL_dz2 dL_dq2 dL_dp2", put_in=False
    ),
    "a batch": Row("input(3) | linear(2) | relu | linear(1) | mse", batch=4),
    "a batch with statistics": Row(
        "input(2) | linear(3) | batch_norm1d | tanh | mse", "s2 x2 dL_dz1 dL_db1", batch=2
    ),
    "a batch of images": Row(
        "input(3x2) | conv2d(1, 2, padding=(1, 0)) | sigmoid | flatten | linear(1) | mse", batch=2
    ),
    "a batch of classes": Row("input(2) | linear(3) | cross_entropy", "p L", batch=2),
}


@pytest.mark.parametrize("row", LAYERS.values(), ids=LAYERS)
def test_all_views_of_a_layer_agree(row: Row):
    check(row)


@pytest.mark.parametrize("row", NETWORKS.values(), ids=NETWORKS)
def test_all_views_of_a_network_agree(row: Row):
    check(row)


def check(row: Row) -> None:
    views = Views(build(row.text, batch=row.batch), 1)
    assert views.disagreements() == {}
    views.count()
    assert (" ".join(views.in_index_form), views.put_in) == (row.in_index_form, row.put_in)


def test_every_layer_of_the_catalogue_has_its_views_compared():
    assert LAYERS.keys() == CATALOGUE.keys()


def random_model(seed: int, most_entries: int) -> Model:
    """A chain, or a network with branches and shared weights, by turns; some of them on a batch."""
    rng = Random(seed)
    model = (
        random_branches(rng, most_entries)
        if seed % 2
        else random_chain(rng, longest=5, most_entries=most_entries)[1]
    )
    return _batched(model, 2) if seed % 4 > 1 else model


def _batched(model: Model, samples: int) -> Model:
    """The network on a batch, where its layers take one and it states none itself."""
    try:
        return build(model.text, batch=samples)
    except DescriptionError:
        return model


@cache
def random_views(seed: int, most_entries: int = 10) -> Views:
    return Views(random_model(seed, most_entries), seed)


def counted(found: Iterable[Views]) -> Counter[str]:
    """How many entries each view has, of all the networks, and how many of these are put in whole."""
    counts: Counter[str] = Counter()
    for views in found:
        counts.update(views.count())
        counts["networks put in"] += views.put_in
    return counts


SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_views_of_a_random_network_agree(seed: int):
    views = random_views(seed)
    assert views.disagreements() == {}, views.made.model.text


def test_of_random_networks_every_view_is_compared():
    found = counted(map(random_views, SEEDS))
    assert found["networks put in"] >= len(SEEDS) // 2
    assert 2 * found["matrix"] >= found["index"] >= 20 * len(SEEDS)


@pytest.mark.volume
@pytest.mark.parametrize("hundred", range(2))
def test_all_views_of_a_hundred_random_networks_agree(hundred: int):
    found = []
    for seed in range(1000 + 100 * hundred, 1100 + 100 * hundred):
        with suppress(NoRootError):  # a dozen roots exist at one point in four thousand
            found.append(Views(random_model(seed, 20), seed))
    assert {views.made.model.text: wrong for views in found if (wrong := views.disagreements())} == {}
    counts = counted(found)
    assert len(found) >= 97
    assert counts["networks put in"] >= 50
    assert 2 * counts["matrix"] >= counts["index"] > 5000
