"""The affine map, entry by entry."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.dual import run
from oracles.fields import Prime

from symgrad import evaluator
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue.declare import MisfitError, Place
from symgrad.catalogue.linear import linear
from symgrad.network.build import build


def test_each_row_of_weights_meets_the_input():
    given = {"a": [1, 2, 3], "w": [1, 0, 2, 5, 7, 11], "b": [100, 200]}
    assert run(build("input(3) | linear(2)").definitions, given, Prime())["z"] == [107, 252]


def test_leading_axes_are_carried_along():
    given = {"a": [1, 2, 3, 4, 5, 6], "w": [1, 10, 100]}
    model = build("input(2x3) | linear(1, bias=false)")
    assert run(model.definitions, given, Prime())["z"] == [321, 654]
    assert model.tensor("b") is None


def test_a_single_number_has_no_axis_to_map():
    place = Place(lambda stem: (stem, ""), "z")
    with pytest.raises(MisfitError, match="at least one axis"):
        linear.state(place, Tensor("a", (), "input"), out_features=2, bias=True)


def test_an_embedding_is_the_row_that_its_input_names():
    model = build("input(2x3) | embedding(2)")
    given = {"a": [0, 0, 1, 1, 0, 0], "w": [1, 2, 3, 4, 5, 6]}
    assert run(model.definitions, given, Prime())["z"] == [5, 6, 1, 2]
    assert run(build("input(3) | embedding(2)").definitions, {**given, "a": [0, 1, 0]}, Prime())["z"] == [
        3,
        4,
    ]


def test_an_embedding_is_torch_s():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    places, table = [2, 0, 2, 3], np.arange(12, dtype=float).reshape(4, 3) / 7
    embed = torch.nn.Embedding.from_pretrained(torch.tensor(table), freeze=False)
    z = embed(torch.tensor(places))
    upstream = np.cos(np.arange(12)).reshape(4, 3)
    (z * torch.tensor(upstream)).sum().backward()
    found = evaluator("input(4x4) | embedding(3)")({"a": np.eye(4)[places], "w": table, "dL_dz": upstream})
    assert np.array_equal(found["z"], z.detach().numpy())
    assert np.allclose(found["dL_dw"], embed.weight.grad.numpy(), rtol=1e-15)
