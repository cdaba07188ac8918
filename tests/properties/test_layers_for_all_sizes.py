"""What a layer's page states for all sizes is, at any numbers, what is derived for these numbers."""

from __future__ import annotations

import math
from math import prod
from random import Random

import pytest
from oracles.derived import evaluate
from oracles.fields import Floats
from oracles.sizes import equation_at, size_at, tensor_at

from symgrad.algebra.program import Program, equation
from symgrad.algebra.sizes import size_symbols
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.declare import MisfitError, Place
from symgrad.catalogue.symbols import dimensions
from symgrad.derivation.sweep import sweep
from symgrad.network.alone import alone, with_defaults
from symgrad.render.plain import PlainNotation
from symgrad.render.unrolled import unrolled

ROOM = {
    **dict.fromkeys("HWLD", (3, 6)),
    **dict.fromkeys("TUV", (1, 3)),
    "s": (1, 3), "p": (0, 2), "q": (0, 1), "d": (1, 2), "N": (2, 4),
}  # fmt: skip
TRIES = 8


def equations(definitions, sources):
    forward = Program(tuple(map(equation, definitions)))
    end = definitions[-1].target
    loss = end if end.role == "objective" else None
    gradients = sweep(forward, () if loss else (end,), loss, sources)
    return {eq.target.name: eq for eq in (*forward.equations, *gradients.program.equations)}


def formulas(eq):
    """For every entry its terms as a multiset."""
    return {
        entry.position: sorted(zip(entry.negative or [False] * len(entry.terms), entry.terms, strict=True))
        for entry in unrolled(eq, PlainNotation())
    }


def values(eqs, seed):
    """Every tensor of the equations in floating point, from arbitrary positive sources."""
    random = Random(seed)
    program = Program(tuple(eqs.values()))
    read = sorted(program.sources(), key=lambda tensor: tensor.name)
    given = {t.name: [random.uniform(0.2, 0.8) for _ in range(prod(t.shape))] for t in read}
    for tensor in (tensor for tensor in read if tensor.role == "target"):
        whole = sum(given[tensor.name])  # a target that is a distribution sums to 1; to others it is all one
        given[tensor.name] = [value / whole for value in given[tensor.name]]
    return evaluate(program, given, Floats({("f", 0): math.sin, ("f", 1): math.cos}))


def put(value, numbers):
    return (
        tuple(put(part, numbers) for part in value) if isinstance(value, tuple) else size_at(value, numbers)
    )


def choices(layer, stated):
    """Numbers for the sizes of a layer, with its equations there, derived with numbers from the start."""
    (step,) = stated.model.steps
    given = [n for a in step.inputs for n in a.shape]
    given += (p for v in step.options.values() for p in (v if isinstance(v, tuple) else (v,)))
    names = {symbol.name for size in given for symbol in size_symbols(size)}
    random = Random(layer.name)
    output = step.output
    found = 0
    while found < TRIES:
        room = ROOM if dimensions(layer) else {}
        numbers = {name: random.randint(*room.get(name, (1, 3))) for name in sorted(names)}
        if found == 0:
            numbers |= {name: 2 for name in ("s",) if name in names} | {n: 1 for n in ("p",) if n in names}
        images = [Tensor(a.name, put(a.shape, numbers), "input", a.letters) for a in step.inputs]
        options = {name: put(value, numbers) for name, value in step.options.items()}
        stem = output.name if output.role != "objective" else "L"
        try:
            definitions = layer.stated(Place(lambda name: (name, ""), stem), tuple(images), options)
        except MisfitError:
            continue
        if any(size == 0 for d in definitions for size in d.target.shape):
            continue
        found += 1
        yield numbers, equations(definitions, sources(stated.model, numbers))


def sources(model, numbers):
    return [tensor_at(t, numbers) for t in model.tensors if t.role in ("input", "parameter")]


@pytest.mark.parametrize("name", CATALOGUE)
def test_formulas_for_all_sizes_hold_at_each(name):
    layer = CATALOGUE[name]
    for stated in filter(None, (alone(layer), with_defaults(layer))):
        if not stated.sizes:
            continue
        wanted = [tensor for tensor in stated.model.tensors if tensor.role in ("input", "parameter")]
        general = equations(stated.model.definitions, wanted)
        for numbers, concrete in choices(layer, stated):
            assert general.keys() == concrete.keys()
            here = {target: equation_at(eq, numbers) for target, eq in general.items()}
            if all(formulas(here[target]) == formulas(eq) for target, eq in concrete.items()):
                continue  # entry by entry, term by term
            # Where functions or quotients are, an axis of size 1 may have made the one simpler: their values.
            expected, found = values(concrete, layer.name), values(here, layer.name)
            for target in concrete:
                assert found[target] == pytest.approx(expected[target], rel=1e-9), (target, numbers)


def test_a_formula_that_is_off_by_one_is_seen():
    stated = alone(CATALOGUE["conv2d"])
    (definition,) = stated.model.definitions
    general = equation(definition)
    (numbers, concrete), *_ = choices(CATALOGUE["conv2d"], stated)
    assert formulas(equation_at(general, numbers)) == formulas(concrete["z"])
    other = numbers | {"p": numbers["p"] + 1}
    assert formulas(equation_at(general, other)) != formulas(concrete["z"])


def test_layers_that_are_stated_for_all_sizes():
    """It would be easy for this to become none."""
    known = {name for name, layer in CATALOGUE.items() if alone(layer).sizes}
    assert {"linear", "conv2d", "avg_pool2d", "flatten", "relu", "activation", "mse"} <= known
