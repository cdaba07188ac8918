"""Derived programs against the forward definitions as they are written, on dual numbers, exactly."""

from __future__ import annotations

from functools import reduce
from math import prod
from random import Random

from oracles import derived
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
    stated = {definition.target.name for definition in model.definitions}
    given = {name: entries for name, entries in values.items() if name not in stated}
    still = {name: [field.number(0)] * len(entries) for name, entries in given.items()}
    found = {}
    for tensor in model.tensors:
        name = tensor.name
        if tensor == model.objective or f"dL_d{name}" in upstream:
            continue
        along = drawn((tensor,), rng, field)
        moving, pushed = (still, along) if name in stated else (still | along, {})
        _, moved = slopes(model.definitions, given, moving, field, pushed)
        slope = moved["L"][0] if model.objective else field.number(0)
        for end, entries in upstream.items():
            slope = field.add(slope, dot(field, entries, moved[end.removeprefix("dL_d")]))
        found[name] = along[name], slope
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


def everything(model: Model, field: Field) -> Values:
    """Every tensor and gradient of a model; a source has the same entries whatever else the model holds."""
    outputs = () if model.objective else model.outputs
    given: Values = {}
    for tensor in derived.sources(model):
        given |= drawn((tensor,), Random(tensor.name), field)
    upstream: Values = {}
    for tensor in outputs:
        upstream[f"dL_d{tensor.name}"] = drawn((tensor,), Random("upstream"), field)[tensor.name]
    forward = derived.evaluate(model.forward, given, field)
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    return derived.evaluate(gradients.program, {**forward, **upstream}, field)


def everything_where_it_can(model: Model) -> Values:
    """The same in a field that has what the model takes."""
    try:
        return everything(model, Prime())
    except TypeError:
        return everything(model, Fractions())
