"""torch as a witness: the same network in double precision, gradients by autograd.

Where torch is absent the test is skipped; under ``SYMGRAD_CI=1`` a skip is a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from oracles.chains import Chain
from oracles.dual import Values
from symgrad.algebra.written import reads
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.options import REQUIRED
from symgrad.network.model import Model

torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch==2.13.0")
torch.set_num_threads(1)


def f(x):
    """What the abstract functions are for a while, with f′ in ``F_PRIME``."""
    return torch.sin(x) + x**2 / 4


def gradients(chain: Chain, model: Model, values: Values, upstream: Mapping[str, list[float]]) -> Values:
    """Every tensor of the network and the gradients of all, flat, under the names of the model."""
    held = {t.name: tensor(values[t.name], t.shape) for t in model.tensors if t.name in values}
    for leaf in held.values():
        leaf.requires_grad_()
    here = held[first_input(model)]
    for step, stated in zip(chain.steps, model.steps, strict=True):
        read = dict.fromkeys(t for definition in stated.definitions for t in reads(definition))
        mine = [held[t.name] for t in read if t.role in ("parameter", "target")]
        here = LAYERS[step.name](here, mine, options(step.name, step.options))
        assert tuple(here.shape) == stated.output.shape
        here.retain_grad()
        held[stated.output.name] = here
    if model.objective:
        here.backward()
    else:
        (output,) = model.outputs
        (here * tensor(upstream[f"dL_d{output.name}"], output.shape)).sum().backward()
    result = {name: entries(value) for name, value in held.items()}
    for name, value in held.items():
        result[f"dL_d{name}"] = entries(torch.zeros_like(value) if value.grad is None else value.grad)
    return result


def first_input(model: Model) -> str:
    """The name of the network's input."""
    return next(t.name for t in model.tensors if t.role == "input")


def tensor(values: list[float], shape: tuple[int, ...]):
    """Flat numbers as a tensor in double precision."""
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def entries(value) -> list[float]:
    """A tensor as flat numbers."""
    return value.detach().reshape(-1).tolist()


def options(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a layer, with its defaults."""
    return {
        o.name: given.get(o.name, o.default) for o in CATALOGUE[name].options if o.default is not REQUIRED
    } | dict(given)


def linear(x, parameters, o):
    return torch.nn.functional.linear(x, *parameters)


def conv2d(x, parameters, o):
    w, *bias = sorted(parameters, key=lambda p: -p.dim()) if o["bias"] else parameters
    plane = x.dim() == 2
    image = x[None] if plane else x
    members = image.shape[0] // o["groups"]
    w = w.reshape(o["out_channels"], members, *o["kernel_size"])
    z = torch.nn.functional.conv2d(
        image[None],
        w,
        *bias,
        stride=o["stride"],
        padding=o["padding"],
        dilation=o["dilation"],
        groups=o["groups"],
    )[0]
    return z[0] if plane and o["out_channels"] == 1 else z


def pooled(function, dimensions):
    """A pooling of torch's, which knows no sample without a channel axis."""

    def pool(x, parameters, o):
        plain = x.dim() == dimensions
        p = function(x[None] if plain else x, **o)
        return p[0] if plain else p

    return pool


def mse(x, targets, o):
    (y,) = targets
    loss = torch.nn.functional.mse_loss(x, y, reduction=o["reduction"])
    return loss / 2 if o["half"] else loss


LAYERS = {
    "linear": linear,
    "conv2d": conv2d,
    "avg_pool1d": pooled(torch.nn.functional.avg_pool1d, 1),
    "avg_pool2d": pooled(torch.nn.functional.avg_pool2d, 2),
    "max_pool1d": pooled(torch.nn.functional.max_pool1d, 1),
    "max_pool2d": pooled(torch.nn.functional.max_pool2d, 2),
    "adaptive_avg_pool2d": pooled(torch.nn.functional.adaptive_avg_pool2d, 2),
    "flatten": lambda x, parameters, o: torch.flatten(x).clone(),
    "relu": lambda x, parameters, o: torch.relu(x),
    "sigmoid": lambda x, parameters, o: torch.sigmoid(x),
    "tanh": lambda x, parameters, o: torch.tanh(x),
    "activation": lambda x, parameters, o: f(x),
    "mse": mse,
}
