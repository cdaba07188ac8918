"""torch as a witness: the same network in double precision, gradients by autograd.

Where torch is absent the test is skipped; under ``SYMGRAD_CI=1`` a skip is a failure.
"""

from __future__ import annotations

import warnings
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
        mine = [held[t.name] for t in read if held_by(t)]
        apply, given = LAYERS[step.name], options(step.name, step.options)
        if model.batch is None or CATALOGUE[step.name].over == "batch":
            here = apply(here, mine, given)
        else:
            own = [n for n, t in enumerate(t for t in read if held_by(t)) if t.role == "given"]
            parts = [
                apply(sample, [t[k] if n in own else t for n, t in enumerate(mine)], given)
                for k, sample in enumerate(here)
            ]
            here = torch.stack(parts)
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


def held_by(tensor) -> bool:
    """Whether a layer holds the tensor itself."""
    return tensor.role in ("parameter", "target", "given")


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


def unflattened(x, dim, unflattened_size):
    """With an axis for the samples, as torch counts it."""
    return torch.nn.Unflatten(dim, unflattened_size)(x[None])[0].clone()


def convolution(function, dimensions):
    """A convolution of torch's, which knows no sample without a channel axis."""
    return lambda x, parameters, o: _convolved(function, dimensions, x, parameters, o)


def _convolved(function, dimensions, x, parameters, o):
    w, *bias = sorted(parameters, key=lambda p: -p.dim()) if o["bias"] else parameters
    plane = x.dim() == dimensions
    image = x[None] if plane else x
    members = image.shape[0] // o["groups"]
    w = w.reshape(o["out_channels"], members, *o["kernel_size"])
    z = function(
        image[None],
        w,
        *bias,
        stride=o["stride"],
        padding=o["padding"],
        dilation=o["dilation"],
        groups=o["groups"],
    )[0]
    return z[0] if plane and o["out_channels"] == 1 else z


def transposed(function, dimensions):
    """A transposed convolution of torch's, which knows no sample without a channel axis."""

    def convolve(x, parameters, o):
        w, *bias = sorted(parameters, key=lambda p: -p.dim()) if o["bias"] else parameters
        plain = x.dim() == dimensions
        image = x[None] if plain else x
        w = w.reshape(image.shape[0], -1, *o["kernel_size"])
        names = ("stride", "padding", "output_padding", "groups", "dilation")
        z = function(image[None], w, *bias, **{name: o[name] for name in names})[0]
        return z[0] if plain and o["out_channels"] == 1 else z

    return convolve


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


def cross_entropy(x, targets, o):
    (y,) = targets
    rows, classes = x.reshape(-1, x.shape[-1]), y.reshape(-1, x.shape[-1])
    smoothing = float(o["label_smoothing"])
    loss = torch.nn.functional.cross_entropy(
        rows, classes, reduction=o["reduction"], label_smoothing=smoothing
    )
    return loss.reshape(x.shape[:-1]) if o["reduction"] == "none" else loss


def nll(x, targets, o):
    """torch's nll_loss takes classes; with probabilities it is their mean over the classes."""
    (y,) = targets
    rows, weights = x.reshape(-1, x.shape[-1]), y.reshape(-1, x.shape[-1])
    losses = sum(
        torch.nn.functional.nll_loss(rows, torch.full((len(rows),), k), reduction="none") * weights[:, k]
        for k in range(x.shape[-1])
    )
    return {"mean": losses.mean(), "sum": losses.sum(), "none": losses.reshape(x.shape[:-1])}[o["reduction"]]


def layer_norm(x, parameters, o):
    return torch.nn.functional.layer_norm(x, x.shape[x.dim() - o["axes"] :], *parameters, eps=float(o["eps"]))


def batch_norm(x, parameters, o):
    return torch.nn.functional.batch_norm(x, None, None, *parameters, training=True, eps=float(o["eps"]))


def attended(x, given, o):
    """Self-attention without weights."""
    return attention(x, x, x, given, o)


def attention(q, k, v, given, o):
    """torch takes a mask or is_causal, and here both may be: they are put together."""
    scale = None if o["scale"] is None else float(o["scale"])
    mask = joined_mask(q.shape[-2], k.shape[-2], given[0] if given else None, o)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale)


def joined_mask(queries, keys, given, o, excluded=False):
    """An additive mask of what is given and of causality; ``excluded``: a boolean 1 shuts a key out."""
    mask = torch.zeros(queries, keys, dtype=torch.float64)
    if o["attn_mask"] == "additive":
        mask = mask + given
    if o["attn_mask"] == "boolean":
        shut = given.bool() if excluded else ~given.bool()
        mask = mask.masked_fill(shut, float("-inf"))
    if o["is_causal"]:
        mask = mask.masked_fill(torch.ones(queries, keys).triu(1).bool(), float("-inf"))
    return mask


def self_attended(x, given, o):
    """Self-attention by several heads."""
    return multihead(x, x, x, given, o)


def multihead(query, key, value, given, o):
    """torch's module with our parameters for its own, in the order in which our equations read them."""
    rest = list(given)
    names = ["w", "b"] if o["bias"] else ["w"]
    maps = {letter: {n: rest.pop(0) for n in names} for letter in "QKV"}
    mask = rest.pop(0) if o["attn_mask"] != "none" else None
    maps["O"] = {n: rest.pop(0) for n in names}
    module = torch.nn.MultiheadAttention(
        query.shape[-1], o["num_heads"], bias=o["bias"], kdim=key.shape[-1], vdim=value.shape[-1],
        batch_first=True, dtype=torch.float64,
    )  # fmt: skip
    held = {"out_proj.weight": maps["O"]["w"]}
    if "in_proj_weight" in dict(module.named_parameters()):
        held["in_proj_weight"] = torch.cat([maps[letter]["w"] for letter in "QKV"])
    else:
        held |= {f"{letter.lower()}_proj_weight": maps[letter]["w"] for letter in "QKV"}
    if o["bias"]:
        held["in_proj_bias"] = torch.cat([maps[letter]["b"] for letter in "QKV"])
        held["out_proj.bias"] = maps["O"]["b"]
    mask = joined_mask(len(query), len(key), mask, o, excluded=True)
    return torch.func.functional_call(
        module, held, (query, key, value), {"attn_mask": mask, "need_weights": False}
    )[0]


def group_norm(x, parameters, o):
    return F.group_norm(x[None], o["num_groups"], *parameters, eps=float(o["eps"]))[0]


def rms_norm(x, parameters, o):
    return torch.nn.functional.rms_norm(x, x.shape[-1:], *parameters, eps=float(o["eps"]))


def recurrent(module, *names):
    """A recurrent layer of torch's over one sequence, from states of 0; it takes the options ``names``."""

    def called(x, parameters, o):
        chosen = {name: o[name] for name in names}
        layer = module(x.shape[1], o["hidden_size"], bias=o["bias"], dtype=x.dtype, **chosen)
        kinds = ("weight_ih", "bias_ih", "weight_hh", "bias_hh") if o["bias"] else ("weight_ih", "weight_hh")
        given = {f"{kind}_l0": value for kind, value in zip(kinds, parameters, strict=True)}
        return torch.func.functional_call(layer, given, (x,))[0]

    return called


def loss(function, *names, targets=lambda y: y):
    """A loss of torch.nn.functional with the options that ``names`` lists, numbers as floats."""

    def called(x, given, o):
        (y,) = given
        options = {n: o[n] if isinstance(o[n], str | bool) else float(o[n]) for n in names}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # kl_div: "mean" is not what it will be
            return function(x, targets(y), reduction=o["reduction"], **options)

    return called


def cosine_embedding(a, u, targets, o):
    """For one sample or several, which torch takes along one axis; each target 1 or −1."""
    (y,) = targets
    left, right = (x.reshape(-1, x.shape[-1]) for x in (a, u))
    target = signs(y).reshape(-1)
    loss = F.cosine_embedding_loss(left, right, target, margin=float(o["margin"]), reduction=o["reduction"])
    return loss.reshape(y.shape) if o["reduction"] == "none" else loss


def signs(y):
    """1 where y is positive, else −1."""
    return torch.where(y > 0, 1.0, -1.0).to(y.dtype)


F = torch.nn.functional
LAYERS = {
    "softmax": lambda x, parameters, o: torch.softmax(x, -1),
    "log_softmax": lambda x, parameters, o: torch.log_softmax(x, -1),
    "cross_entropy": cross_entropy,
    "nll": nll,
    "layer_norm": layer_norm,
    "batch_norm1d": batch_norm,
    "batch_norm2d": batch_norm,
    "rms_norm": rms_norm,
    "group_norm": group_norm,
    "scaled_dot_product_attention": attended,
    "multihead_attention": self_attended,
    "linear": linear,
    "bilinear": lambda x, parameters, o: F.bilinear(x, x, *parameters),
    "cosine_embedding": lambda x, targets, o: cosine_embedding(x, x, targets, o),
    "embedding": lambda x, parameters, o: x @ parameters[0],
    "dropout": lambda x, masks, o: x * masks[0] / (1 - float(o["p"])),
    "unflatten": lambda x, parameters, o: unflattened(x, **o),
    "rnn": recurrent(torch.nn.RNN, "nonlinearity"),
    "lstm": recurrent(torch.nn.LSTM),
    "gru": recurrent(torch.nn.GRU),
    "conv1d": convolution(torch.nn.functional.conv1d, 1),
    "conv2d": convolution(torch.nn.functional.conv2d, 2),
    "conv3d": convolution(torch.nn.functional.conv3d, 3),
    "conv_transpose1d": transposed(torch.nn.functional.conv_transpose1d, 1),
    "conv_transpose2d": transposed(torch.nn.functional.conv_transpose2d, 2),
    "avg_pool1d": pooled(torch.nn.functional.avg_pool1d, 1),
    "avg_pool2d": pooled(torch.nn.functional.avg_pool2d, 2),
    "max_pool1d": pooled(torch.nn.functional.max_pool1d, 1),
    "max_pool2d": pooled(torch.nn.functional.max_pool2d, 2),
    "adaptive_avg_pool2d": pooled(torch.nn.functional.adaptive_avg_pool2d, 2),
    "flatten": lambda x, parameters, o: torch.flatten(x).clone(),
    "relu": lambda x, parameters, o: torch.relu(x),
    "sigmoid": lambda x, parameters, o: torch.sigmoid(x),
    "tanh": lambda x, parameters, o: torch.tanh(x),
    "leaky_relu": lambda x, parameters, o: F.leaky_relu(x, float(o["negative_slope"])),
    "elu": lambda x, parameters, o: F.elu(x, float(o["alpha"])),
    "selu": lambda x, parameters, o: F.selu(x),
    "silu": lambda x, parameters, o: F.silu(x),
    "gelu": lambda x, parameters, o: F.gelu(x, approximate=o["approximate"]),
    "softplus": lambda x, parameters, o: F.softplus(x, float(o["beta"]), threshold=1e9),
    "softsign": lambda x, parameters, o: F.softsign(x),
    "hardsigmoid": lambda x, parameters, o: F.relu6(x + 3) / 6,  # torch's own has 1/6 in single precision
    "hardtanh": lambda x, parameters, o: F.hardtanh(x, float(o["min_val"]), float(o["max_val"])),
    "activation": lambda x, parameters, o: f(x),
    "mse": mse,
    "l1": loss(F.l1_loss),
    "smooth_l1": loss(F.smooth_l1_loss, "beta"),
    "huber": loss(F.huber_loss, "delta"),
    "bce": loss(F.binary_cross_entropy),
    "bce_with_logits": loss(F.binary_cross_entropy_with_logits),
    "hinge_embedding": loss(F.hinge_embedding_loss, "margin", targets=signs),
    "kl_div": loss(F.kl_div, "log_target"),
}
