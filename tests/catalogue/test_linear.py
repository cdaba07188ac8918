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
from symgrad.errors import DescriptionError
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


def test_a_bilinear_map_by_hand():
    model = build("input(2) as u | input(3) | bilinear(u, 2)")
    given = {"a": [1, 10, 100], "u": [1, 2], "w": [1, 0, 0, 1, 2, 2, *[1] * 6], "b": [5, 7]}
    assert run(model.definitions, given, Prime())["z"] == [1 + 20 + 600 + 5, 3 * 111 + 7]


@pytest.mark.parametrize("seed", range(20))
def test_a_bilinear_map_is_torch_s(seed):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    rng = np.random.default_rng(seed)
    first, second, out, samples = rng.integers(1, 6, 4)
    leading = (samples,) if seed % 2 else ()
    given = {"a": rng.normal(size=(*leading, first)), "u": rng.normal(size=(*leading, second))}
    given |= {"w": rng.normal(size=(out, first, second)), "b": rng.normal(size=out)}
    held = {name: torch.tensor(value, requires_grad=True) for name, value in given.items()}
    z = torch.nn.functional.bilinear(*held.values())
    upstream = rng.normal(size=tuple(z.shape))
    z.backward(torch.tensor(upstream))
    sizes = ["x".join(map(str, given[name].shape)) for name in "ua"]
    f = evaluator(f"input({sizes[0]}) as u | input({sizes[1]}) | bilinear(u, {out})")
    found = f({**given, "dL_dz": upstream})
    assert np.allclose(found["z"], z.detach().numpy(), rtol=1e-12, atol=1e-12)
    for name, leaf in held.items():
        assert np.allclose(found[f"dL_d{name}"], leaf.grad.numpy(), rtol=1e-11, atol=1e-11), name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "input(2x3) as u | input(3x3) | bilinear(u, 2)",
            "alike but for their last axes, and they are 3×3 and 2×3",
        ),
        ("input(3) as u | input(3) | bilinear(u, u, u, 2)", "bilinear has 2 inputs, input1, input2"),
        ("input(3) as u | input(3) | bilinear(v, 2)", "no output before is called 'v'"),
    ],
)
def test_what_a_bilinear_map_does_not_take_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build(text)


def test_a_bilinear_map_may_read_one_input_twice():
    given = {"a": [3, 5], "w": [1, 10, 100, 1000]}
    for text in ("input(2) | bilinear(1, bias=false)", "input(2) as a | bilinear(a, 1, bias=false)"):
        assert run(build(text).definitions, given, Prime())["z"] == [9 + 150 + 1500 + 25000]
