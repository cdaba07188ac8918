"""Layers of one's own, in Python and in TOML: against each other, dual numbers as written, and torch."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from random import Random

import pytest
from oracles.agreement import everything_where_it_can, with_a_field_that_has_what_it_takes
from oracles.own_layers import ALL, CASES, Case

import symgrad as sg
from symgrad.network.build import build_toml

IDS = [case.text for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_same_layer_in_python_and_in_toml(case):
    ours, theirs = sg.Network(case.text, using=ALL).model, build_toml(case.toml)
    assert everything_where_it_can(ours) == everything_where_it_can(theirs)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_dual_numbers_agree(case):
    assert with_a_field_that_has_what_it_takes(sg.Network(case.text, using=ALL).model, 1) == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_evaluator_agrees_with_torch(case):
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch==2.13.0")
    network = sg.Network(case.text, using=ALL)
    values = drawn(case, network)
    ours = sg.evaluator(network)(values)
    held = {name: torch.tensor(v, dtype=torch.float64, requires_grad=True) for name, v in values.items()}
    end = in_torch(torch, network, held)
    end.backward(torch.ones_like(end) if end.dim() == 0 else held[f"dL_d{network.model.outputs[0].name}"])
    for name, leaf in held.items():
        if f"dL_d{name}" in ours:
            truth = leaf.grad.numpy()
            assert abs(ours[f"dL_d{name}"] - truth).max() <= 1e-12 * max(1, abs(truth).max()), name


def drawn(case: Case, network: sg.Network) -> dict[str, object]:
    import numpy as np

    rng = Random(case.text)
    values = {}
    model = network.model
    for tensor in model.tensors:
        if tensor.role not in ("input", "parameter", "target"):
            continue
        draw = rng.random if case.probabilities else lambda: rng.gauss(0, 1)
        entries = np.array([draw() for _ in range(prod(tensor.shape))]).reshape(tensor.shape)
        if tensor.sums_to_one is not None:
            entries = abs(entries) / abs(entries).sum(axis=tensor.sums_to_one, keepdims=True)
        values[tensor.name] = entries
    if model.objective is None:
        (output,) = model.outputs
        values[f"dL_d{output.name}"] = np.array([rng.gauss(0, 1) for _ in range(prod(output.shape))]).reshape(
            output.shape
        )
    return values


def in_torch(torch, network: sg.Network, held: Mapping[str, object]):
    """The network's output, layer by layer, with torch's functions."""
    F = torch.nn.functional
    here = held[network.model.steps[0].inputs[0].name]
    for step in network.model.steps:
        read = [
            held[t.name]
            for t in network.model.tensors
            if t.role in ("parameter", "target") and any(t in reads for reads in step_reads(step))
        ]
        here = layer_in_torch(torch, F, step, here, read)
    return here


def step_reads(step):
    from symgrad.algebra.written import reads

    return [reads(definition) for definition in step.definitions]


def layer_in_torch(torch, F, step, x, read):
    o = {
        name: v if isinstance(v, str) else float(v)
        for name, v in step.options.items()
        if not isinstance(v, tuple)
    }
    reduce = {"mean": lambda l: l.mean(), "sum": lambda l: l.sum(), "none": lambda l: l}[
        o.get("reduction", "none")
    ]
    match step.layer:
        case "linear":
            return F.linear(x, *sorted(read, key=lambda p: -p.dim()))
        case "tanh" | "sigmoid":
            return getattr(torch, step.layer)(x)
        case "mse":
            return F.mse_loss(x, *read)
        case "swiglu":
            return F.silu(F.linear(x, read[0])) * F.linear(x, read[1])
        case "depthwise":
            return F.conv2d(x[None], read[0][:, None], dilation=int(o["d"]), groups=len(x))[0]
        case "blur":
            half = len(read[0]) // 2
            padded = F.pad(x, (half, len(read[0]) - 1 - half))
            return F.conv1d(padded[None], read[0][None, None])[0]
        case "lp_pool":
            k = int(o["k"])
            return x[:, : x.shape[1] // k * k].reshape(len(x), -1, k).pow(2).sum(-1).sqrt()
        case "maxout":
            return F.max_pool1d(x[None], int(o["k"]))[0]
        case "notch":
            return x * (1 - torch.exp(-o["alpha"] * x**2))
        case "shrink":
            return F.softshrink(x, o["lambd"])
        case "prelu":
            return F.prelu(x, read[0].reshape(1))
        case "focal":
            (y,) = read
            g = o["gamma"]
            return reduce(-y * (1 - x) ** g * x.log() - (1 - y) * x**g * (1 - x).log())
        case "dice":
            (y,) = read
            return 1 - 2 * (x * y).sum() / (x.sum() + y.sum())
        case "entropy":
            return reduce(
                F.cross_entropy(
                    x.reshape(-1, x.shape[-1]), read[0].reshape(-1, x.shape[-1]), reduction="none"
                )
            )
    raise AssertionError(step.layer)
