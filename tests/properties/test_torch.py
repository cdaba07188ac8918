"""torch in double precision, to 1e-10 of the tensor's largest entry: every layer, and random networks."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import prod
from random import Random

import pytest
from oracles import derived
from oracles.agreement import UndefinedError
from oracles.chains import Chain, Step, random_alone, random_chain
from oracles.dual import run
from oracles.fields import Floats
from oracles.hypotheses import kept

from symgrad.algebra.tensors import Tensor
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.sweep import sweep
from symgrad.network.model import Model

torch_oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")

FIELD = Floats(
    {(f, 0): lambda x: math.sin(x) + x * x / 4 for f in "fg"}
    | {(f, 1): lambda x: math.cos(x) + x / 2 for f in "fg"}
)


def furthest(
    chain: Chain, model: Model, rng: Random, draw: Callable[[], float] | None = None
) -> tuple[float, str]:
    """The largest difference of any tensor or gradient, relative to its largest entry, and whose it is."""
    draw = draw or (lambda: rng.gauss(0, 1))
    values = {t.name: kept(t, drawn(t, chain, draw), lambda xs: 1 - sum(xs)) for t in derived.sources(model)}
    upstream = {}
    if not model.objective:
        (output,) = model.outputs
        upstream = {f"dL_d{output.name}": [rng.gauss(0, 1) for _ in range(prod(output.shape))]}
    try:
        run(model.definitions, values, FIELD)
    except (OverflowError, ZeroDivisionError):
        raise UndefinedError from None
    forward = derived.evaluate(model.forward, values, FIELD)
    inner = {d.target for step in model.steps for d in step.definitions[:-1]}  # torch has no name for these
    inner |= {tensor for tensor in model.tensors if tensor.role == "given"}  # and takes no gradient by a mask
    wanted = [tensor for tensor in model.tensors if tensor not in inner]
    gradients = sweep(model.forward, model.outputs, model.objective, wanted)
    ours = derived.evaluate(gradients.program, {**forward, **upstream}, FIELD)
    truth = torch_oracle.gradients(chain, model, values, upstream)
    named = {name for t in inner for name in (t.name, f"dL_d{t.name}")}
    assert set(ours) - {"dL_dL"} - named == set(truth) - {"dL_dL"} - named
    return max((distance(entries, truth[name]), name) for name, entries in ours.items() if name not in named)


def drawn(tensor: Tensor, chain: Chain, draw: Callable[[], float]) -> list[float]:
    """Numbers for a source, within what the loss takes: probabilities, a distribution."""
    loss = chain.steps[-1].name
    numbers = [draw() for _ in range(prod(tensor.shape))]
    if tensor.role == "given" and any(step.options.get("attn_mask") == "boolean" for step in chain.steps):
        return mask(chain.steps[-1].name, tensor.shape, numbers)
    if (loss == "bce" and tensor.role != "parameter") or (loss == "kl_div" and tensor.role == "target"):
        return [1 / (1 + math.exp(-x)) for x in numbers]
    return numbers


def mask(layer: str, shape: tuple[int, ...], numbers: list[float]) -> list[float]:
    """A boolean mask as the layer counts, which leaves every query the first key."""
    shut = [n % shape[1] > 0 and number > 0 for n, number in enumerate(numbers)]
    return [float(each if layer == "multihead_attention" else not each) for each in shut]


def distance(ours: list[float], truth: list[float]) -> float:
    assert len(ours) == len(truth)
    assert all(map(math.isfinite, (*ours, *truth)))
    scale = max(1e-2, *map(abs, truth))  # what is 0 but for rounding is compared as such
    return max(abs(x - y) for x, y in zip(ours, truth, strict=True)) / scale


@pytest.mark.parametrize("shapes", [6, pytest.param(20, marks=pytest.mark.volume)])
@pytest.mark.parametrize("name", CATALOGUE)
def test_torch_agrees_on_random_shapes_of_every_layer(name, shapes):
    rng = Random(name)
    for _ in range(shapes):
        chain, model = random_alone(name, rng)
        assert furthest(chain, model, rng) < (1e-10, ""), chain.text


@pytest.mark.parametrize("name", ["max_pool1d", "max_pool2d"])
def test_of_equal_greatest_entries_torch_takes_the_first_too(name):
    rng = Random(name)
    for _ in range(60):
        chain, model = random_alone(name, rng)
        few = rng.choice([1, 2, 3])
        ties = furthest(chain, model, rng, lambda few=few: float(rng.randrange(few)))
        assert ties < (1e-12, ""), chain.text


AT_KINKS = [-3.0, -2.0, -1.0, -0.5, -1 / 3, 0.0, 1 / 3, 0.5, 1.0, 2.0, 3.0]
"""Where the catalogue's functions have kinks under the options that are drawn, and between."""


@pytest.mark.parametrize("name", CATALOGUE)
def test_torch_agrees_where_every_entry_is_at_a_kink_or_beside_one(name):
    """All entries, and so the differences that losses compare, come from a few numbers."""
    rng = Random(name)
    for _ in range(12):
        chain, model = random_alone(name, rng)
        assert furthest(chain, model, rng, lambda: rng.choice(AT_KINKS)) < (1e-10, ""), chain.text


def furthest_where_defined(drawn, rng):
    """The same of the first network that is drawn with a point where its equations as written have values."""
    while True:
        chain, model = drawn()
        try:
            return furthest(chain, model, rng)
        except UndefinedError:
            continue


@pytest.mark.parametrize("seed", range(1000, 1050))
def test_torch_agrees_on_a_random_network(seed):
    rng = Random(seed)
    assert furthest_where_defined(lambda: random_chain(rng, most_entries=200), rng) < (1e-10, "")


def test_torch_agrees_on_a_residual_block_with_branches_and_a_shared_layer():
    """The block as it is written for torch, by hand."""
    from symgrad.network.build import build

    torch = torch_oracle.torch
    F = torch.nn.functional
    model = build(
        "input(2x4x4) as x | residual(conv2d(2, 3, 1, 1) as s | tanh | conv2d(2, 3, 1, 1) sharing s)"
        " | parallel(conv2d(3, 1), x, relu) | flatten | linear(3) as u | tanh | linear(3) | add(u) | mse"
    )
    rng = Random(1)
    values = {t.name: [rng.gauss(0, 1) for _ in range(prod(t.shape))] for t in derived.sources(model)}
    held = {
        t.name: torch_oracle.tensor(values[t.name], t.shape).requires_grad_() for t in derived.sources(model)
    }
    x, w1, b1 = held["x"], held["w1"], held["b1"]
    inner = F.conv2d(torch.tanh(F.conv2d(x[None], w1, b1, padding=1)), w1, b1, padding=1)
    block = x[None] + inner
    joined = torch.cat([F.conv2d(block, held["w3"], held["b3"]), x[None], torch.relu(block)], 1)
    u = F.linear(joined.flatten(), held["w4"], held["b4"])
    loss = F.mse_loss(u + F.linear(torch.tanh(u), held["w5"], held["b5"]), held["y"])
    loss.backward()
    forward = derived.evaluate(model.forward, values, FIELD)
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    ours = derived.evaluate(gradients.program, forward, FIELD)
    assert abs(forward["L"][0] - loss.item()) < 1e-12 * abs(loss.item())
    for name, leaf in held.items():
        assert distance(ours[f"dL_d{name}"], torch_oracle.entries(leaf.grad)) < 1e-10, name


@pytest.mark.parametrize("layer", ["scaled_dot_product_attention", "multihead_attention"])
def test_torch_agrees_on_attention_of_three_inputs(layer):
    """Queries, keys and values apart, on twenty random shapes, with every mask."""
    from symgrad.network.build import build

    rng = Random(layer)
    for _ in range(20):
        n, m, heads = rng.randint(1, 5), rng.randint(1, 5), rng.randint(1, 3)
        d, e = heads * rng.randint(1, 3), rng.randint(1, 4)
        k = d if layer != "multihead_attention" else rng.randint(1, 4)
        o = {"attn_mask": rng.choice(["none", "additive", "boolean"]), "is_causal": rng.random() < 0.5}
        spare = {"scale": rng.choice([None, 0.25])} if k == d and layer != "multihead_attention" else {}
        o |= spare or {"num_heads": heads, "bias": rng.random() < 0.5}
        written = ", ".join(f"{name}={str(v).lower()}" for name, v in o.items())
        model = build(
            f"input({n}x{d}) as q | input({m}x{k}) as k | input({m}x{e}) as v | {layer}(q, k, v, {written})"
        )
        chain = Chain((n, d), (Step(layer, o),))
        values = {t.name: drawn(t, chain, lambda: rng.gauss(0, 1)) for t in derived.sources(model)}
        values |= {
            t.name: mask(layer, t.shape, values[t.name])
            for t in model.tensors
            if t.role == "given" and o["attn_mask"] == "boolean"
        }
        held = {t.name: torch_oracle.tensor(values[t.name], t.shape) for t in derived.sources(model)}
        for leaf in held.values():
            leaf.requires_grad_()
        function = torch_oracle.attention if layer != "multihead_attention" else torch_oracle.multihead
        rest = [held[t.name] for t in model.tensors if t.name in held and t.role != "input"]
        out = function(held["q"], held["k"], held["v"], rest, o)
        (output,) = model.outputs
        upstream = [rng.gauss(0, 1) for _ in range(prod(output.shape))]
        (out * torch_oracle.tensor(upstream, output.shape)).sum().backward()
        forward = derived.evaluate(model.forward, values, FIELD)
        assert distance(forward[output.name], torch_oracle.entries(out)) < 1e-12
        gradients = sweep(model.forward, model.outputs, None, derived.sources(model))
        ours = derived.evaluate(gradients.program, {**forward, f"dL_d{output.name}": upstream}, FIELD)
        for name, leaf in held.items():
            if leaf.grad is not None and model.tensor(name).role != "given":
                assert distance(ours[f"dL_d{name}"], torch_oracle.entries(leaf.grad)) < 1e-10, (
                    name,
                    model.text,
                )
