"""What every gradient obeys whatever its formula is, exactly, on networks and shapes drawn at random.

Nothing is compared with another derivation here. Numbers are elements of a prime field, where a mistake
passes with a chance of about 2⁻⁶¹, or fractions where a layer needs an order.
"""

from __future__ import annotations

from functools import cache, reduce
from itertools import product
from math import prod
from random import Random

import pytest
from hypothesis import strategies as st
from oracles import derived
from oracles.chains import Chain, random_alone, random_chain
from oracles.draws import often
from oracles.dual import Values, flat, run
from oracles.fields import Element, Field, Fractions, Prime
from oracles.hypotheses import kept

from symgrad.algebra.program import Program
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import FirstMaximiser, Max, ValueBracket, inner_expressions
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.sweep import sweep
from symgrad.network.build import build
from symgrad.network.model import Model

SOME, MANY = 25, 200
generators = st.integers(0, 2**40).map(Random)


class Squares(Prime):
    """The prime field with true roots: of an element that is no square there is none."""

    def power(self, x, exponent):
        if exponent.denominator == 1:
            return super().power(x, exponent)
        root = pow(x, (self.p + 1) // 4, self.p)  # p ≡ 3 mod 4
        if root * root % self.p != x:
            raise NoRootError(x)
        return pow(root, int(2 * exponent), self.p)


class NoRootError(ArithmeticError):
    """An element that is no square."""


def entry(rng: Random, field: Field) -> Element:
    return field.number(rng.randrange(1, 2**60) if isinstance(field, Prime) else rng.randint(-500, 500))


def entries(tensor: Tensor, rng: Random, field: Field) -> list[Element]:
    def one_minus(others: list[Element]) -> Element:
        return field.add(field.number(1), field.mul(field.number(-1), total(field, others)))

    return kept(tensor, [entry(rng, field) for _ in range(prod(tensor.shape))], one_minus)


def total(field: Field, numbers: list[Element]) -> Element:
    return reduce(field.add, numbers, field.number(0))


def dot(field: Field, xs: list[Element], ys: list[Element]) -> Element:
    return total(field, [field.mul(x, y) for x, y in zip(xs, ys, strict=True)])


def ordered(*programs: Program) -> bool:
    """Whether a program compares numbers, which an element of a prime field cannot be."""
    pending = [eq.body for program in programs for eq in program.equations]
    while pending:
        factors = [factor for term in pending.pop().terms for factor, _ in term.powers]
        if any(isinstance(factor, ValueBracket | Max | FirstMaximiser) for factor in factors):
            return True
        pending += (inner for factor in factors for inner in inner_expressions(factor))
    return False


@cache
def gradients_of(text: str) -> Program:
    """All gradients of a network, derived once however often it is drawn."""
    model = build(text)
    return sweep(model.forward, model.outputs, model.objective, model.tensors).program


class Point:
    """A model at a random point of a field that has what it takes, and its gradients there."""

    def __init__(self, model: Model, rng: Random, field: Field | None = None) -> None:
        self.model = model
        self.program = gradients_of(model.text)
        self.field = field or (Fractions() if ordered(model.forward, self.program) else Prime())
        while True:
            given = {t.name: entries(t, rng, self.field) for t in derived.sources(model)}
            try:
                self.values = run(model.definitions, given, self.field)
                break
            except NoRootError:  # every second element has none
                continue

    def upstream(self, rng: Random) -> Values:
        """Numbers for ∂L/∂z where the network ends without a loss."""
        outputs = () if self.model.objective else self.model.outputs
        return {f"dL_d{tensor.name}": entries(tensor, rng, self.field) for tensor in outputs}

    def gradients(self, upstream: Values) -> Values:
        """All gradients, by name."""
        found = derived.evaluate(self.program, {**self.values, **upstream}, self.field)
        return {eq.target.name: found[eq.target.name] for eq in self.program.equations}


def without_a_loss(rng: Random) -> Model:
    """A random network whose upstream stays a symbol."""
    while True:
        _, model = random_chain(rng, longest=4, most_entries=16)
        if model.objective is None:
            return model


@often(SOME, MANY, rng=generators)
def test_gradients_are_linear_in_the_upstream(rng):
    point = Point(without_a_loss(rng), rng)
    field = point.field
    left, right = point.upstream(rng), point.upstream(rng)
    c, d = entry(rng, field), entry(rng, field)

    def combined(xs: list[Element], ys: list[Element]) -> list[Element]:
        return [field.add(field.mul(c, x), field.mul(d, y)) for x, y in zip(xs, ys, strict=True)]

    of_left, of_right = point.gradients(left), point.gradients(right)
    together = point.gradients({name: combined(left[name], right[name]) for name in left})
    assert together == {name: combined(of_left[name], of_right[name]) for name in together}, point.model.text


@often(SOME, MANY, rng=generators)
def test_a_zero_upstream_gives_zero_gradients(rng):
    point = Point(without_a_loss(rng), rng)
    zero = point.field.number(0)
    nothing = {name: [zero] * len(numbers) for name, numbers in point.upstream(rng).items()}
    for name, numbers in point.gradients(nothing).items():
        assert numbers == [zero] * len(numbers), (point.model.text, name)


TAILS = ["", " | tanh", " | linear(2) | sigmoid", " | linear(3) | activation(f) | mse", " | mse(sum)"]


def runs(shape: tuple[int, ...], axes: tuple[int, ...]) -> list[list[int]]:
    """The flat positions that differ along ``axes`` alone, run by run."""
    outer = product(*(range(1 if n in axes else size) for n, size in enumerate(shape)))
    inner = list(product(*(range(size if n in axes else 1) for n, size in enumerate(shape))))
    return [
        [flat(tuple(map(sum, zip(start, step, strict=True))), shape) for step in inner] for start in outer
    ]


def no_sum(point: Point, tensor: str, along: list[list[int]], rng: Random, weights: str = "") -> list[str]:
    """The sums ``Σ ∂L/∂tensor``, with ``weights`` where they are named, that are not 0."""
    field = point.field
    gradient = point.gradients(point.upstream(rng))[f"dL_d{tensor}"]
    found = []
    for run_ in along:
        numbers = [gradient[n] for n in run_]
        if weights:
            numbers = [field.mul(x, point.values[weights][n]) for x, n in zip(numbers, run_, strict=True)]
        if total(field, numbers) != field.number(0):
            found.append(f"{point.model.text}: {tensor} at {run_}")
    return found


shapes = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)


def told(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


@often(
    SOME,
    MANY,
    rng=generators,
    shape=shapes,
    name=st.sampled_from(["softmax", "log_softmax", "cross_entropy"]),
    data=st.data(),
)
def test_the_gradients_by_scores_sum_to_zero_along_the_axis_of_a_softmax(rng, shape, name, data):
    """Σ_j ∂L/∂x_j = 0: adding a number to all scores changes nothing."""
    tail = "" if name == "cross_entropy" else data.draw(st.sampled_from(TAILS))
    point = Point(build(f"input({told(shape)}) as q | tanh as u | {name}{tail}"), rng)
    assert no_sum(point, "u", runs(shape, (len(shape) - 1,)), rng) == []


NORMS = {
    "layer_norm": st.lists(st.integers(2, 3), min_size=1, max_size=3),
    "group_norm": st.lists(st.integers(2, 4), min_size=1, max_size=2).filter(lambda shape: shape[0] % 2 == 0),
    "batch_norm1d": st.lists(st.integers(2, 3), min_size=2, max_size=3),
    "batch_norm2d": st.tuples(*map(st.integers, (1, 1, 1, 2), (2, 2, 2, 2))),
}
"""Normalisations that subtract a mean, with the shapes that they take."""


def test_every_normalisation_that_subtracts_a_mean_is_here():
    assert set(NORMS) == {name for name in CATALOGUE if "norm" in name} - {"rms_norm"}


def normalised(name: str, shape: tuple[int, ...], option: str, tail: str) -> tuple[Model, list[list[int]]]:
    """A network through the normalisation, and the positions that share a mean."""
    if name == "layer_norm":
        count = len(shape) if len(shape) < 3 else 2
        along = runs(shape, tuple(range(len(shape) - count, len(shape))))
        option = f"axes={count}, {option}"
    elif name == "group_norm":
        groups = 2 if shape[0] > 2 else 1
        by_group = (groups, shape[0] // groups, *shape[1:])
        along = runs(by_group, tuple(range(1, len(by_group))))
        option = f"{groups}, {option}"
    else:
        along = runs(shape, tuple(n for n in range(len(shape)) if n != 1))
    return build(f"input({told(shape)}) as q | tanh as u | {name}({option}){tail}"), along


@pytest.mark.parametrize("name", NORMS)
@often(SOME, MANY, rng=generators, data=st.data(), tail=st.sampled_from(TAILS))
def test_the_gradients_by_what_is_normalised_sum_to_zero(name, rng, data, tail):
    """Σ_j ∂L/∂x_j = 0: adding a number to all entries changes nothing."""
    shape = tuple(data.draw(NORMS[name]))
    eps = data.draw(st.sampled_from(["eps=0", "eps=0.5", "eps=0.00001"]))
    model, along = normalised(name, shape, eps, tail)
    assert no_sum(Point(model, rng), "u", along, rng) == []


@pytest.mark.parametrize("name", NORMS)
@often(SOME, MANY, rng=generators, data=st.data(), tail=st.sampled_from(TAILS))
def test_without_eps_the_gradients_are_orthogonal_to_what_is_normalised(name, rng, data, tail):
    """Σ_j x̂_j ∂L/∂x_j = 0: without ε no scale changes anything."""
    shape = tuple(data.draw(NORMS[name]))
    model, along = normalised(name, shape, "eps=0", tail)
    (unit,) = (t.name for t in model.tensors if t.role == "auxiliary" and prod(t.shape) == prod(shape))
    assert no_sum(Point(model, rng, Squares()), "u", along, rng, weights=unit) == []


CONVOLUTIONS = [name for name in CATALOGUE if name.startswith("conv")]


def adjoint_differences(chain: Chain, model: Model, rng: Random) -> list[str]:
    """⟨K a, z⟩ against ⟨a, Kᵀz⟩ and ⟨w, ∂⟨K a, z⟩/∂w⟩; K a by the equation as it is written."""
    point = Point(model, rng)
    (output,) = model.outputs
    (upstream,) = point.upstream(rng).values()
    truth = dot(point.field, point.values[output.name], upstream)
    found = point.gradients({f"dL_d{output.name}": upstream})
    return [
        f"{chain.text}: {name}"
        for name in (tensor.name for tensor in derived.sources(model))
        if dot(point.field, point.values[name], found[f"dL_d{name}"]) != truth
    ]


@pytest.mark.parametrize("name", CONVOLUTIONS)
@often(SOME, MANY, rng=generators)
def test_the_gradient_by_the_image_is_the_adjoint_of_the_convolution(name, rng):
    chain, model = random_alone(name, rng, {"bias": False}, most_entries=40)
    assert adjoint_differences(chain, model, rng) == []
