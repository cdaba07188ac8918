"""What is printed means what was derived: every output is read back by code that shares nothing with it.

Text, LaTeX and JSON are read by ``oracles.readback`` over exact fractions. The scalar text is held against
the forward definitions as they are written, its gradients against dual numbers; every other output,
closed forms entry by entry, against the scalar text. Functions have fixed arbitrary values, of which only
the rule of their derivative is used.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cached_property
from itertools import product
from random import Random
from typing import Any, NamedTuple

import pytest
from oracles.chains import alone, random_chain
from oracles.dual import run, slopes
from oracles.fields import SLOPES, Fractions
from oracles.hypotheses import kept
from oracles.readback import Equation, Json, Node, Place, Tex, Text, World, calculated, displays

from symgrad.algebra.recurrence import groups, recurrent
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import derive, document
from symgrad.errors import AlgebraError
from symgrad.network.build import build
from symgrad.render.json import render_json
from symgrad.render.latex import render_latex
from symgrad.render.text import render_text

NETWORKS = {
    "the article": "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
    "channels, groups, padding, dilation": (
        "input(4x5x5) | conv2d(2, 2, stride=2, padding=1, dilation=2, groups=2)"
    ),
    "dilation without stride": "input(5x4) | conv2d(2, 2, dilation=2)",
    "dilation 3, stride 2": "input(8x2) | conv2d(1, (3, 2), stride=2, padding=(2, 0), dilation=(3, 1))",
    "dilation 2, stride 4": "input(9x1) | conv2d(1, (3, 1), stride=4, padding=(1, 0), dilation=(2, 1))",
    "dilation 4, stride 2": "input(11x1) | conv2d(1, (3, 1), stride=2, padding=(1, 0), dilation=(4, 1))",
    "three groups": "input(6x2x2) | conv2d(3, 1, groups=3) | relu | mse",
    "linear": "input(3) | linear(2)",
    "perceptron": "input(3) | linear(4) | tanh | linear(2) | mse",
    "a small CNN": "input(4x4) | conv2d(1, 3) | relu | flatten | linear(2) | sigmoid | mse(half)",
    "flatten with channels": (
        "input(2x4x4) | conv2d(2, 2, padding=1, stride=2, groups=2) | relu | flatten | linear(2) | mse(half)"
    ),
    "abstract": "input(4x4) | conv2d(1, 2, stride=2) | activation(f)",
    "leading axes": "input(2x2x3) | linear(2) | activation(phi) | mse(sum)",
    "one row": "input(1x7) | conv2d(1, (1, 3), stride=2, padding=(0, 1))",
    "activations in a row": "input(2) | tanh | activation(g) | sigmoid | relu | mse",
    "no parameters": "input(4) | tanh | mse(sum)",
    "a sequence": "input(2x6) | conv1d(2, 3, 2, 1, groups=2) | tanh | conv1d(1, 2) | mse",
    "copies of a kernel": (
        "input(2x2x2) | conv_transpose2d(2, 3, 2, 1, 1, groups=2) | tanh | conv_transpose2d(1, 2)"
    ),
    "copies in a row": "input(3) | conv_transpose1d(2, 2, 3, 0, 1, dilation=2) | mse",
    "a mask, a split, a product with rows": (
        "input(2x6) | dropout(0.25) | unflatten(2, (2, 3)) | embedding(2) | dropout | mse"
    ),
    "a loss for each sample": "input(2x3) | nll(none)",
    "two inputs": "input(3) as u | input(2) | bilinear(u, 2) | mse",
    "a volume": "input(2x2x3x2) | conv3d(1, 2, padding=(0, 1, 0)) | mse",
    "means": "input(2x4x5) | avg_pool2d((2, 3), (1, 2), (1, 0)) | tanh | avg_pool2d(2) | mse",
    "maxima": "input(2x4x4) | conv2d(1, 2) | max_pool2d(2, 1) | relu | flatten | linear(1) | mse",
    "maxima with a border": "input(2x4x4) | max_pool2d(3, 2, 1) | tanh | flatten | linear(1)",
    "maxima with gaps": "input(6) | max_pool1d(3, 1, 1, 2) | activation(f)",
    "windows one wide": "input(3x4) | max_pool2d((1, 2)) | max_pool2d(1) | mse",
    "cases": "input(2x2) | leaky_relu | elu(0.5) | selu | hardtanh | hardsigmoid | smooth_l1",
    "a loss for each entry": "input(3) | silu | softplus(2) | softsign | huber(none, 0.125)",
    "the rest of the losses": "input(2) | linear(2) | hinge_embedding",
    "the normal distribution": "input(2) | gelu | linear(1) | gelu | mse",
    "logarithms": "input(2x2) | sigmoid | bce",
    "a divergence": "input(3) | kl_div(batchmean)",
    "absolute": "input(3) | l1(sum)",
    "logits": "input(3) | bce_with_logits",
    "statistics within": "input(2x3) | linear(2) | layer_norm | tanh | batch_norm1d(0.5) | flatten | mse",
    "a softmax within": "input(2x2) | rms_norm | softmax | linear(2) | log_softmax | nll",
    "classes": "input(2x3) | linear(2) | cross_entropy(label_smoothing=0.25)",
    "through time": "input(3x2) | rnn(2) | mse",
    "relu through time, no bias": "input(4x1) | rnn(2, relu, bias=false)",
    "gates": "input(3x1) | lstm(2) | linear(1) | mse",
    "gates that are reset": "input(3x2) | gru(1) | gru(2)",
    "only padding": "input(1x1) | conv2d(2, 1, stride=2, padding=1) | flatten | mse",
}


class Known(Fractions):
    """Exact fractions; sigmoid, softplus, Φ, φ and κ are what the JSON output spells them as."""

    def constant(self, name: str) -> Fraction:
        if name == "kappa":
            return self.power(2 / self.constant("pi"), Fraction(1, 2))
        return super().constant(name)

    def apply(self, name: str, order: int, x: Fraction) -> Fraction:
        if (name, order) == ("sigmoid", 0):
            return 1 / (1 + self.apply("exp", 0, -x))
        if (name, order) == ("softplus", 0):
            return self.apply("log", 0, 1 + self.apply("exp", 0, x))
        if (name, order) == ("Phi", 0):
            return (1 + self.apply("erf", 0, x / self.apply("sqrt", 0, Fraction(2)))) / 2
        if (name, order) == ("varphi", 0):
            return self.apply("exp", 0, -(x**2) / 2) / self.apply("sqrt", 0, 2 * self.apply("pi", 0, x))
        if name == "pi":
            return self.constant("pi")
        if name == "sqrt":
            root = self.power(x, Fraction(1, 2))
            return 1 / (2 * root) if order else root
        if (name, order) == ("exp", 0):
            return abs(super().apply(name, order, x)) + 1
        return super().apply(name, order, x)


FIELD = Known()


class Dual(NamedTuple):
    """``value + slope·ε`` with ε² = 0."""

    value: Fraction
    slope: Fraction

    def __add__(self, other: Any) -> Dual:
        x = dual(other)
        return Dual(self.value + x.value, self.slope + x.slope)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Dual:
        x = dual(other)
        return Dual(self.value * x.value, self.value * x.slope + self.slope * x.value)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        x = dual(other)
        return Dual(self.value / x.value, (self.slope * x.value - self.value * x.slope) / x.value**2)

    def __rtruediv__(self, other: Any) -> Dual:
        return dual(other) / self

    def __pow__(self, exponent: int) -> Dual:
        return Dual(self.value**exponent, exponent * self.value ** (exponent - 1) * self.slope)


def dual(x: Any) -> Dual:
    return x if isinstance(x, Dual) else Dual(Fraction(x), Fraction(0))


def apply(name: str, order: int, x: Any) -> Any:
    if not isinstance(x, Dual):
        return FIELD.apply(name, order, x)
    rule = SLOPES.get(name)
    slope = rule(FIELD, x.value) if rule else FIELD.apply(name, order + 1, x.value)
    return Dual(FIELD.apply(name, order, x.value), slope * x.slope)


def printed(network: str, view: str) -> tuple[str, str, str]:
    wanted = document(derive(build(network)), view)
    return (
        "".join(render_text(wanted)),
        "".join(render_latex(wanted)),
        "".join(render_json(wanted)),
    )


def places(shape: Place) -> list[Place]:
    return list(product(*map(range, shape)))


def drawn(rng: Random, shape: Place) -> dict[Place, Fraction]:
    return {place: Fraction(2 * rng.randint(-20, 20) + 1, rng.choice((2, 4, 6))) for place in places(shape)}


class Round:
    """One network: the numbers that its scalar text gives, and the readers of its other outputs."""

    def __init__(self, network: str, seed: int) -> None:
        self.network = network
        self.model = build(network)
        self._of_one: dict[tuple[tuple[str, Place], tuple[str, Place]], Fraction] = {}
        text, self.latex, output = printed(network, "scalar")
        self.json = Json(output)
        self.shapes = self.json.shapes
        rng = Random(seed)
        defined = {definition.target.name for definition in self.model.definitions}
        self.given = {name: drawn(rng, shape) for name, shape in self.shapes.items() if name not in defined}
        for tensor in self.model.tensors:
            if tensor.name in self.given:  # what is assumed to sum to 1 does
                numbers = kept(tensor, flat(self.given[tensor.name]), lambda others: 1 - sum(others))
                self.given[tensor.name] = dict(zip(places(self.shapes[tensor.name]), numbers, strict=True))
        if self.model.objective is None:
            (output_tensor,) = self.model.outputs
            self.given[f"dL_d{output_tensor.name}"] = drawn(rng, self.shapes[output_tensor.name])
        self.text = Text(self.json.symbols)
        self.forward_and_gradients = self.text.equations(text)
        self.values = calculated(self.forward_and_gradients, self.world()).values

    @property
    def functions(self) -> dict[str, str]:
        names = {"f": "f", "g": "g", "phi": r"\phi"}
        return {spelled: name for name, spelled in names.items()}

    def world(self) -> World:
        return World(self.shapes, {name: dict(entries) for name, entries in self.given.items()}, apply)

    def tex(self, *, closed: bool) -> Tex:
        return Tex(self.shapes, self.functions, closed=closed)

    def partial(self, of: tuple[str, Place], by: tuple[str, Place]) -> Fraction:
        """``∂of/∂by`` from the forward formula of ``of`` as it was read back, on dual numbers.

        The named parts of an equation move as well: the chain rule goes through them.
        """
        return self._slope(
            of, by, {tensor.name for tensor in self.model.tensors if tensor.role == "auxiliary"}
        )

    def partial_of_one(self, of: tuple[str, Place], by: tuple[str, Place]) -> Fraction:
        """``∂of/∂by`` through what the formula of ``of`` reads itself: the named parts are held fixed."""
        if (of, by) not in self._of_one:
            self._of_one[of, by] = self._slope(of, by, set())
        return self._of_one[of, by]

    def gradient(self, name: str) -> dict[Place, Fraction]:
        """The gradient by a tensor that the page has put into others: L moves with all that is between."""
        if self.model.objective is None:
            (end,) = self.model.outputs
            upstream = self.given[f"dL_d{end.name}"]
        else:
            end, upstream = self.model.objective, {(): Fraction(1)}
        names = {definition.target.name for definition in self.model.definitions}
        return {
            by: sum(u * self._slope((end.name, of), (name, by), names) for of, u in upstream.items())
            for by in places(self.shapes[name])
        }

    @cached_property
    def _formulas(self) -> list[tuple[str, Place, Node]]:
        targets = [equation.target(self.world(), {}) for equation in self.forward_and_gradients]
        right = [equation.members[-1] for equation in self.forward_and_gradients]
        return [(name, place, node) for (name, place), node in zip(targets, right, strict=True)]

    @cached_property
    def _still(self) -> World:
        still = {name: {p: dual(v) for p, v in entries.items()} for name, entries in self.values.items()}
        return World(self.shapes, still, apply)

    def _slope(self, of: tuple[str, Place], by: tuple[str, Place], moved: set[str]) -> Fraction:
        """The slope of one entry by another; ``moved`` are the tensors between them that move with it."""
        values = self._still.values
        kept = {by: values[by[0]][by[1]]}
        values[by[0]][by[1]] = Dual(kept[by].value, Fraction(1))
        try:
            for name, place, node in self._formulas:
                if (name, place) == of:
                    return dual(node(self._still, {})).slope
                if name in moved and (name, place) != by:
                    kept[name, place] = values[name][place]
                    values[name][place] = dual(node(self._still, {}))
            raise AssertionError(f"{of} has no formula")
        finally:
            for (name, place), value in kept.items():
                values[name][place] = value


def flat(entries: dict[Place, Fraction]) -> list[Fraction]:
    return [entries[place] for place in sorted(entries)]


def check_forward(here: Round) -> None:
    sources = {name: flat(entries) for name, entries in here.given.items() if not name.startswith("dL_d")}
    for name, entries in run(here.model.definitions, sources, FIELD).items():
        assert flat(here.values[name]) == entries, name


def check_gradients(here: Round, rng: Random) -> None:
    """The gradients of all sources along one random direction, against dual numbers."""
    sources = {name: flat(entries) for name, entries in here.given.items() if not name.startswith("dL_d")}
    names = [t.name for t in here.model.tensors if t.role in ("input", "parameter")]
    still = {name: [Fraction(0)] * len(entries) for name, entries in sources.items()}
    along = {name: [Fraction(rng.randint(-9, 9)) for _ in sources[name]] for name in names}
    _, moved = slopes(here.model.definitions, sources, {**still, **along}, FIELD)
    if here.model.objective is not None:
        slope = moved["L"][0]
    else:
        name = here.model.outputs[0].name
        upstream = flat(here.given[f"dL_d{name}"])
        slope = sum(u * m for u, m in zip(upstream, moved[name], strict=True))
    found = sum(
        g * d for name in names for g, d in zip(flat(here.values[f"dL_d{name}"]), along[name], strict=True)
    )
    assert found == slope


def check_scalar(here: Round) -> None:
    """LaTeX and JSON say what the text says."""
    assert calculated(here.tex(closed=False).equations(here.latex), here.world()).values == here.values
    assert calculated(here.json.equations(), here.world()).values == here.values
    for equation in here.json.data["equations"]:
        (name, place, value), *others = here.text.equation(equation["text"]).entries(
            World(here.shapes, here.values, apply)
        )
        assert not others
        assert here.json.symbols[equation["target"]] == (name, place)
        (read,) = here.tex(closed=False).read([_block(equation["latex"])])
        assert list(read.entries(World(here.shapes, here.values, apply))) == [(name, place, value)]
        assert here.values[name][place] == value


def _block(latex: str) -> str:
    """The LaTeX of one equation as a display of the LaTeX output."""
    if latex.startswith(r"\begin{aligned}"):
        inside = latex.removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}")
        rows = inside.replace(r" \\ ", " \\\\\n").replace(r" \\[3pt] ", " \\\\[3pt]\n")
        return "\\begin{aligned}\n" + rows + "\n\\end{aligned}"
    return "\\begin{aligned}\n" + latex.replace("=", "&=", 1) + "\n\\end{aligned}"


def check_chain(here: Round) -> None:
    """Each member of each chain has the same number: the paths, and the collected sum."""
    text, latex, output = printed(here.network, "chain")
    known = World(here.shapes, here.values, apply, here.partial)
    for equations in (here.text.equations(text), here.tex(closed=False).equations(latex)):
        assert len(equations) == len(here.forward_and_gradients)
        for equation in equations:
            for member in range(len(equation.members)):
                for name, place, value in equation.entries(known, member):
                    assert value == here.values[name][place], (name, place, member)
    assert calculated(Json(output).equations(), here.world()).values == here.values


def check_index(here: Round) -> None:
    """Closed forms give every entry once, with the number that the scalar formula gives it."""
    text, latex, output = printed(here.network, "index")
    data = Json(output).data["equations"]
    assert all(equation["expression"] is None for equation in data)
    readings = [
        here.text.equations(text),
        here.tex(closed=True).equations(latex),
        [here.text.equation(equation["text"]) for equation in data],
        here.tex(closed=True).read([_block(equation["latex"]) for equation in data]),
    ]
    for equations in readings:
        assert calculated(equations, here.world()).values == here.values


_MOST_PLACES = 3
"""Sums over all paths are long: of a gradient with more entries this many, drawn, are compared."""


def check_steps(here: Round, rng: Random) -> None:
    """Every line of the steps gives an entry the number that the scalar formula gives it."""
    derived = derive(here.model)
    if any(map(recurrent, groups(derived.forward.equations))):
        with pytest.raises(AlgebraError, match="leave out --steps"):
            document(derived, "index", steps=True)
        return
    wanted = document(derived, "index", steps=True)
    steps = json.loads("".join(render_json(wanted)))["steps"]
    blocks = [without_words(block) for block in displays("".join(render_latex(wanted)))]
    known = World(here.shapes, dict(here.values), apply, here.partial_of_one)
    for tensor in here.model.tensors:
        name = f"dL_d{tensor.name}"
        if name not in known.values and any(
            f"∂L/∂{tensor.name}[" in line["text"] for each in steps for line in each["lines"]
        ):
            known.values[name] = here.gradient(tensor.name)
    tex = here.tex(closed=True)
    for explained in steps:
        name = explained["target"]
        where = [(letter, int(last)) for letter, last in explained["ranges"]]
        spelled = ", ".join(f"{letter} = 0…{last}" for letter, last in where)
        left = explained["lines"][0]["latex"].partition(" = ")[0]
        found: list[Equation] = []
        while sum(len(equation.members) for equation in found) < len(explained["lines"]):
            block = blocks.pop(0)
            if block.startswith(
                f"\\begin{{aligned}}\n{left} &="
            ):  # neither the closed form nor the forward pass
                found += (equation._replace(ranges=where) for equation in tex.read([block]))
        assert sum(len(equation.members) for equation in found) == len(explained["lines"])
        for line in explained["lines"]:
            found.append(here.text.equation(line["text"] + (f"   for {spelled}" if where else "")))
            found.append(tex.equation(line["latex"])._replace(ranges=where))
        for equation in found:
            everywhere = list(equation.places())
            some = everywhere if len(everywhere) <= _MOST_PLACES else rng.sample(everywhere, _MOST_PLACES)
            for member in range(len(equation.members)):
                for at in some:
                    called, place, value = equation.entry(known, at, member)
                    assert called == name
                    assert value == known.values[name][place], (name, place, member)


def without_words(block: str) -> str:
    r"""The display without its ``\text{…}``, and without rows that hold nothing else."""
    kept = ""
    while (at := block.find(r"\text{")) >= 0:
        end, depth = at + len(r"\text{"), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(block[end], 0)
            end += 1
        kept, block = kept + block[:at], block[end:]
    return kept + block


def check(network: str, seed: int) -> None:
    here = Round(network, seed)
    check_forward(here)
    check_gradients(here, Random(seed))
    check_scalar(here)
    check_chain(here)
    check_index(here)
    check_steps(here, Random(seed))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_output_reads_back_as_it_was_meant(network):
    check(network, 1)


@pytest.mark.parametrize(
    "seed", [*range(5), *(pytest.param(n, marks=pytest.mark.volume) for n in range(5, 40))]
)
def test_every_output_of_a_random_network_reads_back_as_it_was_meant(seed):
    chain, _ = random_chain(Random(1000 + seed), longest=5, most_entries=24)
    check(chain.text, seed)


@pytest.mark.parametrize("size", [0, pytest.param(1, marks=pytest.mark.volume)], ids=["", "other sizes"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_output_of_every_layer_reads_back_as_it_was_meant(name, size):
    for chain in alone(CATALOGUE[name])[size : size + 1]:
        check(chain.text, 1)
