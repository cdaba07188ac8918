"""Derived gradients against the forward definitions as they are written, on dual numbers, exactly.

The slope along one random direction is compared with the gradient's product with that direction. Over the
prime field a wrong gradient passes with a chance of 2⁻⁶¹; with relu, over fractions, of about 1 in 1000.
"""

from __future__ import annotations

from functools import reduce
from math import prod
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import derived
from oracles.chains import random_branches, random_chain
from oracles.dual import Values, run, slopes
from oracles.fields import Element, Field, Fractions, Prime
from oracles.hypotheses import kept

from symgrad.algebra.tensors import Tensor
from symgrad.derivation.sweep import sweep
from symgrad.network.model import Model


def drawn(tensors: tuple[Tensor, ...], rng: Random, field: Field) -> Values:
    def entry() -> Element:
        return field.number(
            rng.randrange(1, 2**60) if isinstance(field, Prime) else rng.choice(range(-500, 501))
        )

    def one_minus(entries: list[Element]) -> Element:
        return field.add(
            field.number(1), field.mul(field.number(-1), reduce(field.add, entries, field.number(0)))
        )

    return {
        tensor.name: kept(tensor, [entry() for _ in range(prod(tensor.shape))], one_minus)
        for tensor in tensors
    }


def dot(field: Field, xs: list[Element], ys: list[Element]) -> Element:
    total = field.number(0)
    for x, y in zip(xs, ys, strict=True):
        total = field.add(total, field.mul(x, y))
    return total


class UndefinedError(ArithmeticError):
    """A point at which the forward equations, or their derivatives, divide by 0."""


def disagreements(model: Model, rng: Random, field: Field) -> list[str]:
    """What is wrong: forward values, or the gradient of any tensor, intermediates included."""
    sources = derived.sources(model)
    given = drawn(sources, rng, field)
    outputs = () if model.objective else model.outputs
    upstream = {f"dL_d{name}": entries for name, entries in drawn(outputs, rng, field).items()}
    try:
        values = run(model.definitions, given, field)
        truth = true_slopes(model, values, upstream, rng, field)
    except ZeroDivisionError:
        raise UndefinedError from None
    forward = derived.evaluate(model.forward, given, field)
    wrong = [f"{name} is wrong" for name in values if forward[name] != values[name]]
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    assert {tensor.name for tensor in gradients.upstream} == set(upstream)
    found = derived.evaluate(gradients.program, {**values, **upstream}, field)
    wrong += [
        f"dL_d{name} is wrong"
        for name, (direction, slope) in truth.items()
        if dot(field, found[f"dL_d{name}"], direction) != slope
    ]
    return wrong


def true_slopes(
    model: Model, values: Values, upstream: Values, rng: Random, field: Field
) -> dict[str, tuple[list[Element], Element]]:
    """For each tensor a random direction, and the slope of L as the tensor moves along it."""
    found = {}
    for tensor in model.tensors:
        if tensor == model.objective or (f"dL_d{tensor.name}" in upstream):
            continue
        targets = [definition.target for definition in model.definitions]
        rest = model.definitions[targets.index(tensor) + 1 :] if tensor in targets else model.definitions
        known = {name: v for name, v in values.items() if name not in {d.target.name for d in rest}}
        direction = {name: [field.number(0)] * len(v) for name, v in known.items()}
        direction |= drawn((tensor,), rng, field)
        _, moved = slopes(rest, known, direction, field)
        slope = moved["L"][0] if model.objective else field.number(0)
        for name, entries in upstream.items():
            slope = field.add(slope, dot(field, entries, moved[name.removeprefix("dL_d")]))
        found[tensor.name] = direction[tensor.name], slope
    return found


def with_a_field_that_has_what_it_takes(model: Model, seed: int) -> list[str]:
    fields: list[Field] = [Prime()]
    for point in range(20):
        try:
            return disagreements(model, Random(seed + point), fields[-1])
        except TypeError:  # relu and its like need an order
            fields.append(Fractions())
        except UndefinedError:  # such as log 0
            continue
    raise AssertionError(f"no point was found where {model.text} has a derivative")


@pytest.mark.parametrize("seed", range(300))
def test_dual_numbers_agree_on_a_random_network(seed):
    chain, model = random_chain(Random(seed))
    assert with_a_field_that_has_what_it_takes(model, seed) == [], chain.text


@pytest.mark.parametrize("seed", range(200))
def test_dual_numbers_agree_on_a_random_network_with_branches(seed):
    model = random_branches(Random(seed))
    assert with_a_field_that_has_what_it_takes(model, seed) == [], model.text


@pytest.mark.volume
@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(st.integers(10**6, 2**40), st.booleans())
def test_dual_numbers_agree_on_a_thousand_networks_of_up_to_eight_layers_and_with_branches(seed, branching):
    rng = Random(seed)
    model = random_branches(rng) if branching else random_chain(rng, longest=8)[1]
    assert with_a_field_that_has_what_it_takes(model, seed) == [], model.text


LONG = {
    "a residual block": "input(2x3x3) | residual(conv2d(2, 3, 1, 1) | tanh | conv2d(2, 3, 1, 1)) | mse",
    "three branches": "input(2x3x3) | parallel(conv2d(1, 1), tanh, conv2d(3, 1)) | flatten | mse",
    "one layer thrice": "input(3) | linear(3) as u | tanh | linear(3) sharing u | linear(3) sharing u | mse",
    "read four times": "input(2) | tanh as u | add(u, u) | concat(u) | parallel(u, tanh) | mse",
    "twins": "input(2) as x | linear(3) as u | input(2) as q | linear(3) sharing u | add(u) | tanh | mse",
    "relu and tanh in turn": "input(3) | " + " | ".join(["relu | tanh"] * 20) + " | mse",
    "twelve layers": "input(2) | " + " | ".join(["linear(2) | tanh"] * 12) + " | mse(sum, half)",
    "nothing to learn": "input(2x2) | flatten | sigmoid | activation(f) | mse",
    "abstract functions in one another": "input(2) | activation(f) | activation(g) | activation(f)",
    "convolutions": "input(6x6) | conv2d(2, 3, 1, 1) | tanh | conv2d(1, 2, 2) | flatten | linear(2) | mse",
    "leading axes": "input(2x2x3) | linear(2) | tanh | linear(3)",
    "a kernel that sees only the border": "input(1x1) | conv2d(2, 1, stride=2, padding=1) | flatten | mse",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_dual_numbers_agree(text):
    from symgrad.network.build import build

    assert with_a_field_that_has_what_it_takes(build(text), 1) == []
