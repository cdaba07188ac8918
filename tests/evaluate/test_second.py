"""Hessian–vector products against torch.autograd.functional.hessian, in double precision."""

from __future__ import annotations

import numpy as np
import pytest
from oracles import derived
from oracles.fields import Floats

import symgrad as sg
from symgrad.algebra.written import reads
from symgrad.errors import ValuesError

torch_oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")
torch = torch_oracle.torch

NETWORKS = [
    "input(2) | linear(1) | mse",
    "input(3) | linear(2) | tanh | mse(half)",
    "input(2) | linear(3) | sigmoid | linear(2) | mse(sum)",
    "input(2) | linear(3) | tanh | linear(2) | sigmoid | mse",
    "input(3) | linear(3) | relu | linear(1) | mse",
    "input(2) | linear(2) | activation(f) | linear(1) | mse",
    "input(4x4) | conv2d(1, 2, stride=2) | tanh | mse",
    "input(4x4) | conv2d(1, 3, padding=1, bias=false) | sigmoid | conv2d(1, 2) | mse",
    "input(2x3x3) | conv2d(2, 2) | tanh | flatten | linear(2) | mse",
    "input(1x4x4) | conv2d(2, 3) | tanh | avg_pool2d(2) | flatten | linear(1) | activation(f) | mse",
]
FUNCTIONS = {
    "f": lambda x: np.sin(x) + x**2 / 4,
    "df": lambda x: np.cos(x) + x / 2,
    "d2f": lambda x: 0.5 - np.sin(x),
}


def loss(model, values):
    """The loss as torch computes it, from tensors by name."""
    here = values[torch_oracle.first_input(model)]
    for step in model.steps:
        read = dict.fromkeys(t for definition in step.definitions for t in reads(definition))
        mine = [values[t.name] for t in read if t.role in ("parameter", "target")]
        here = torch_oracle.LAYERS[step.layer](here, mine, torch_oracle.options(step.layer, step.options))
    return here


@pytest.mark.parametrize("text", NETWORKS)
def test_every_column_of_the_hessian_is_that_of_torch(text):
    network = sg.Network(text)
    product = sg.hessian_vector(network)
    rng = np.random.default_rng(len(text))
    values = {t.name: rng.normal(size=t.shape) for t in product.sources}
    names = [w.name for w in product.by]
    held = {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}

    def of(*changed):
        return loss(network.model, {**held, **dict(zip(names, changed, strict=True))})

    truth = torch.autograd.functional.hessian(of, tuple(held[name] for name in names))
    for n, column in enumerate(product.by):
        for place in np.ndindex(*column.shape):
            unit = np.zeros(column.shape)
            unit[place] = 1
            found = product(values, {column.name: unit}, FUNCTIONS if product.unknown else None)
            for m, row in enumerate(names):
                expected = truth[m][n].numpy()[(..., *place)]
                np.testing.assert_allclose(found[row], expected, rtol=1e-10, atol=1e-12)


def test_a_product_is_linear_in_the_vector_and_has_the_shapes_of_the_tensors():
    product = sg.hessian_vector(sg.derive("input(2) | linear(3) | tanh | mse", wrt=["w", "b"]))
    rng = np.random.default_rng(5)
    values = {t.name: rng.normal(size=t.shape) for t in product.sources}
    w, b = rng.normal(size=(3, 2)), rng.normal(size=3)
    both = product(values, {"w": w, "b": b})
    assert {name: part.shape for name, part in both.items()} == {"w": (3, 2), "b": (3,)}
    first, second = product(values, {"w": 2 * w}), product(values, {"b": b})
    for name in both:
        np.testing.assert_allclose(both[name], first[name] / 2 + second[name], rtol=1e-12)


@pytest.mark.parametrize(
    ("changed", "vectors", "words"),
    [
        ({}, {"c": [1.0]}, r"L is not differentiated by 'c'\. It is by a, w, b"),
        ({}, {"w": [1.0, 2.0]}, r"w has the shape \(1, 2\), not \(2,\)"),
        ({"a": np.ones((4, 2))}, {}, "a Hessian is that of one sample"),
        ({"x": 1.0}, {}, "no value is asked for 'x'"),
    ],
)
def test_what_does_not_fit_is_refused(changed, vectors, words):
    product = sg.hessian_vector("input(2) | linear(1) | mse")
    values = {"a": [1.0, 2.0], "w": [[1.0, 0.0]], "b": [0.0], "y": [1.0]}
    with pytest.raises(ValuesError, match=words):
        product({**values, **changed}, vectors)


@pytest.mark.parametrize("text", NETWORKS)
def test_every_block_as_formulas_is_that_of_torch(text):
    """The formulas of the Hessian's blocks in numbers, to 1e-10 of the largest entry."""
    network = sg.Network(text)
    found = sg.hessian(network).found
    rng = np.random.default_rng(len(text))
    sources = derived.sources(network.model)
    values = {t.name: rng.normal(size=t.shape) for t in sources}
    abstract = {("f", n): FUNCTIONS[name] for n, name in enumerate(("f", "df", "d2f"))}
    numbers = {name: value.reshape(-1).tolist() for name, value in values.items()}
    for program in (found.derived.forward, found.derived.gradients.program, found.program):
        numbers = derived.evaluate(program, numbers, Floats(abstract))
    held = {name: torch.tensor(value, dtype=torch.float64) for name, value in values.items()}
    names = list(dict.fromkeys(block.first.name for block in found.blocks))

    def of(*changed):
        return loss(network.model, {**held, **dict(zip(names, changed, strict=True))})

    truth = torch.autograd.functional.hessian(of, tuple(held[name] for name in names))
    largest = max(float(part.abs().max()) for row in truth for part in row)
    for block in found.blocks:
        theirs = truth[names.index(block.first.name)][names.index(block.second.name)].numpy()
        mine = np.zeros(theirs.shape) if block.zero else np.reshape(numbers[block.target.name], theirs.shape)
        assert np.abs(mine - theirs).max() <= 1e-10 * largest, block.target.name
