"""Whole networks against torch in double precision: each is written for torch by hand, as its users write it.

Every gradient agrees to 1e-10 of the tensor's largest entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symgrad.derivation.sweep import sweep
from symgrad.evaluate.evaluator import evaluator
from symgrad.network.build import build

torch_oracle = pytest.importorskip("oracles.torch_oracle", reason="torch is not installed")
torch = torch_oracle.torch
F = torch.nn.functional

Held = dict[str, Any]


def check(text: str, loss_of: Callable[[Held], Any], batch: int | None = None, seed: int = 0) -> None:
    """The loss and all gradients of a network, ours and those of the same network in torch."""
    model = build(text, batch=batch)
    sources = [t for t in model.tensors if t.role in ("input", "parameter")]
    ours = evaluator(model, sweep(model.forward, model.outputs, model.objective, sources))
    rng = np.random.default_rng(seed)
    values = {tensor.name: rng.normal(size=tensor.shape) / 3 for tensor in ours.sources}
    if "y" in values:
        weights = np.exp(values["y"])
        values["y"] = weights / weights.sum(-1, keepdims=True)
    found = ours(values)
    held = {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}
    loss = loss_of(held)
    loss.backward()
    assert abs(found["L"] - loss.item()) <= 1e-12 * abs(loss.item())
    for tensor in sources:
        truth = held[tensor.name].grad.numpy()
        difference = np.abs(found[f"dL_d{tensor.name}"] - truth).max()
        # A shift that a mean takes away again has the gradient 0; there torch gives its rounding.
        assert difference <= 1e-10 * max(np.abs(truth).max(), 1e-4), tensor.name


def test_lenet_5_on_28_by_28():
    def lenet(h: Held) -> Any:
        x = torch.tanh(F.conv2d(h["a0"][None], h["w1"], h["b1"], padding=2))
        x = torch.tanh(F.conv2d(F.avg_pool2d(x, 2), h["w2"], h["b2"]))
        x = F.avg_pool2d(x, 2).flatten()
        x = torch.tanh(F.linear(x, h["w3"], h["b3"]))
        x = torch.tanh(F.linear(x, h["w4"], h["b4"]))
        return F.cross_entropy(F.linear(x, h["w5"], h["b5"])[None], h["y"][None])

    check(
        "input(1x28x28) | conv2d(6, 5, padding=2) | tanh | avg_pool2d(2) | conv2d(16, 5) | tanh"
        " | avg_pool2d(2) | flatten | linear(120) | tanh | linear(84) | tanh | linear(10) | cross_entropy",
        lenet,
    )


def test_a_residual_block_with_batch_normalisation():
    def block(h: Held) -> Any:
        x = h["a0"]
        u = F.conv2d(x, h["w1"], h["b1"], padding=1)
        u = torch.relu(F.batch_norm(u, None, None, h["gamma2"], h["beta2"], training=True))
        u = F.conv2d(u, h["w3"], h["b3"], padding=1)
        u = F.batch_norm(u, None, None, h["gamma4"], h["beta4"], training=True)
        z = F.linear(torch.relu(x + u).flatten(1), h["w5"], h["b5"])
        return F.cross_entropy(z, h["y"])

    check(
        "input(2x5x4) | residual(conv2d(3, 3, padding=1) | batch_norm2d | relu | conv2d(2, 3, padding=1)"
        " | batch_norm2d) | relu | flatten | linear(3) | cross_entropy",
        block,
        batch=4,
    )


@pytest.mark.parametrize("causal", [False, True])
def test_an_attention_block_of_two_heads_with_layer_normalisation(causal):
    def block(h: Held) -> Any:
        x = h["a0"]
        u = F.layer_norm(x, (6,), h["gamma1"], h["beta1"])
        parameters = [h[f"{kind}{letter}2"] for letter in "QKVO" for kind in "wb"]
        options = {"num_heads": 2, "bias": True, "attn_mask": "none", "is_causal": causal}
        x = x + torch_oracle.self_attended(u, parameters, options)
        u = F.layer_norm(x, (6,), h["gamma3"], h["beta3"])
        x = x + F.linear(F.gelu(F.linear(u, h["w4"], h["b4"])), h["w5"], h["b5"])
        return F.mse_loss(x, h["y"])

    check(
        f"input(5x6) | residual(layer_norm | multihead_attention(2, is_causal={str(causal).lower()}))"
        " | residual(layer_norm | linear(8) | gelu | linear(6)) | mse",
        block,
    )
