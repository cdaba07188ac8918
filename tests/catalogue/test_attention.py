"""Attention: the row-softmax form typed by hand, causal ranges, masks, inputs, and what is refused."""

from __future__ import annotations

from random import Random

import pytest
from oracles import derived
from oracles.dual import run, slopes
from oracles.fields import Prime

import symgrad as sg
from symgrad.derivation.sweep import sweep
from symgrad.errors import DescriptionError
from symgrad.network.build import build

SEPARATE = "input(3x4) as q | input(2x4) as k | input(2x5) as v | scaled_dot_product_attention(q, k, v{})"


def gradients(text: str) -> str:
    printed = sg.derive(sg.Network(text)).text("index")
    return printed[printed.index("Forward") :]


def test_the_gradient_by_the_scores_is_that_of_a_softmax_in_each_row():
    text = gradients(SEPARATE.format(""))
    for line in (
        "S[i, j] = 1/2·Σ_{d=0…3} q[i, d]·k[j, d]   for i = 0…2, j = 0…1",
        "P[i, j] = exp(S[i, j])/(Σ_{m=0…1} exp(S[i, m]))   for i = 0…2, j = 0…1",
        "O[i, e] = Σ_{j=0…1} P[i, j]·v[j, e]   for i = 0…2, e = 0…4",
        "∂L/∂v[j, e] = Σ_{i=0…2} P[i, j]·∂L/∂O[i, e]   for j = 0…1, e = 0…4",
        "∂L/∂P[i, j] = Σ_{e=0…4} v[j, e]·∂L/∂O[i, e]   for i = 0…2, j = 0…1",
        "∂L/∂S[i, j] = P[i, j]·(∂L/∂P[i, j] − Σ_{m=0…1} P[i, m]·∂L/∂P[i, m])   for i = 0…2, j = 0…1",
        "∂L/∂q[i, d] = 1/2·Σ_{j=0…1} k[j, d]·∂L/∂S[i, j]   for i = 0…2, d = 0…3",
        "∂L/∂k[j, d] = 1/2·Σ_{i=0…2} q[i, d]·∂L/∂S[i, j]   for j = 0…1, d = 0…3",
    ):
        assert f"  {line}\n" in text


def test_a_causal_mask_restricts_the_ranges():
    text = gradients(SEPARATE.format(", is_causal=true"))
    for line in (
        "S[i, j] = 1/2·[j ≤ i]·Σ_{d=0…3} q[i, d]·k[j, d]   for i = 0…2, j = 0…1",
        "P[i, j] = exp(S[i, j])·[j ≤ i]/(Σ_{m=0…1 | m ≤ i} exp(S[i, m]))   for i = 0…2, j = 0…1",
        "O[i, e] = Σ_{j=0…1 | j ≤ i} P[i, j]·v[j, e]   for i = 0…2, e = 0…4",
        "∂L/∂v[j, e] = Σ_{i=0…2 | j ≤ i} P[i, j]·∂L/∂O[i, e]   for j = 0…1, e = 0…4",
        "∂L/∂P[i, j] = [j ≤ i]·Σ_{e=0…4} v[j, e]·∂L/∂O[i, e]   for i = 0…2, j = 0…1",
        "∂L/∂S[i, j] = P[i, j]·(∂L/∂P[i, j] − Σ_{m=0…1} P[i, m]·∂L/∂P[i, m])   for i = 0…2, j = 0…1",
        "∂L/∂k[j, d] = 1/2·Σ_{i=0…2 | j ≤ i} q[i, d]·∂L/∂S[i, j]   for j = 0…1, d = 0…3",
    ):
        assert f"  {line}\n" in text


def test_heads_read_their_own_features():
    text = gradients("input(3x4) | multihead_attention(2)")
    for line in (
        "Q[i, d] = Σ_{e=0…3} a[i, e]·wQ[d, e] + bQ[d]   for i = 0…2, d = 0…3",
        "S[h, i, j] = 1/√(2)·Σ_{d=0…1} Q[i, 2h + d]·K[j, 2h + d]   for h = 0…1, i = 0…2, j = 0…2",
        "O[i, 2h + d] = Σ_{j=0…2} P[h, i, j]·V[j, 2h + d]   for i = 0…2, h = 0…1, d = 0…1",
        "∂L/∂V[j, 2h + d] = Σ_{i=0…2} P[h, i, j]·∂L/∂O[i, 2h + d]   for j = 0…2, h = 0…1, d = 0…1",
        "∂L/∂P[h, i, j] = Σ_{d=0…1} V[j, 2h + d]·∂L/∂O[i, 2h + d]   for h = 0…1, i = 0…2, j = 0…2",
        "∂L/∂Q[i, 2h + d] = 1/√(2)·Σ_{j=0…2} K[j, 2h + d]·∂L/∂S[h, i, j]   for i = 0…2, h = 0…1, d = 0…1",
        (
            "∂L/∂a[i, e] = Σ_{d=0…3} wQ[d, e]·∂L/∂Q[i, d] + Σ_{d=0…3} wK[d, e]·∂L/∂K[i, d]"
            " + Σ_{d=0…3} wV[d, e]·∂L/∂V[i, d]   for i = 0…2, e = 0…3"
        ),
    ):
        assert f"  {line}\n" in text


def test_the_matrix_view_is_that_of_the_textbooks():
    text = sg.derive(sg.Network(SEPARATE.format(""))).text("matrix")
    for line in (
        "S = 1/2·q·kᵀ", "O = P·v", "∂L/∂v = Pᵀ·∂L/∂O", "∂L/∂P = ∂L/∂O·vᵀ", "∂L/∂q = 1/2·∂L/∂S·k",
        "∂L/∂k = 1/2·(∂L/∂S)ᵀ·q",
    ):  # fmt: skip
        assert f"  {line}\n" in text


def test_capitals_are_superscripts_in_latex():
    text = sg.derive(sg.Network("input(2x2) | linear(2) | multihead_attention(1)")).latex("index")
    assert r"\frac{\partial L}{\partial w^{Q(2)}_{d,e}}" in text
    text = sg.derive(sg.Network("input(2x2) | multihead_attention(1)")).latex("index")
    assert r"\frac{\partial L}{\partial w^{Q}_{d,e}}" in text


@pytest.mark.parametrize(
    "text",
    [
        SEPARATE.format(", attn_mask=additive, is_causal=true"),
        SEPARATE.format(", attn_mask=boolean, scale=0.5"),
        "input(2x3x4) | scaled_dot_product_attention(is_causal=true)",
        "input(3x4) | multihead_attention(2, is_causal=true)",
        "input(3x4) | multihead_attention(2, attn_mask=boolean)",
        "input(3x4) | tanh | multihead_attention(4, false, additive, true)",
        "input(2x3) as m | input(3x4) | linear(4) | multihead_attention(m, 2)",
        "input(2x3) as k | input(2x5) as v | input(3x4) | multihead_attention(k, v, 2)",
        "input(3x4) as q | input(2x3) as k | input(2x5) as v | multihead_attention(q, k, v, num_heads=2)",
    ],
)
def test_the_gradient_along_a_direction_is_that_of_dual_numbers(text):
    """Exactly, over a prime field, through the forward equations as written."""
    model, random, field = build(text), Random(text), Prime()
    sources = derived.sources(model)
    values = {t.name: [random.randrange(field.p) for _ in range(size(t))] for t in sources}
    direction = {t.name: [random.randrange(field.p) for _ in range(size(t))] for t in sources}
    (output,) = model.outputs
    upstream = [random.randrange(field.p) for _ in range(size(output))]
    forward = run(model.definitions, values, field)
    _, moved = slopes(model.definitions, values, direction, field)
    program = sweep(model.forward, model.outputs, None, sources).program
    ours = derived.evaluate(program, {**forward, f"dL_d{output.name}": upstream}, field)
    truth = sum(g * z for g, z in zip(upstream, moved[output.name], strict=True))
    found = sum(g * d for t in sources for g, d in zip(ours[f"dL_d{t.name}"], direction[t.name], strict=True))
    assert (truth - found) % field.p == 0


def size(tensor):
    total = 1
    for n in tensor.shape:
        total *= n
    return total


@pytest.mark.parametrize(
    ("network", "told"),
    [
        ("input(4) | scaled_dot_product_attention", "here they are 4, 4 and 4"),
        ("input(3x4) as q | input(2x5) | scaled_dot_product_attention(q)", "2×5, 3×4 and 3×4"),
        ("input(3x4) | multihead_attention(3)", "num_heads=3 does not divide the 4 features of a query"),
        ("input(3x4) | multihead_attention", "multihead_attention needs num_heads"),
        ("input(3x4) as q | tanh | multihead_attention(q, q, q, q, 2)", "has 3 inputs, query, key, value"),
        ("input(3x4) as q | tanh | multihead_attention(q, q, q, 2)", "nothing reads the output of tanh"),
        ("input(3x4) | multihead_attention(2, attn_mask=float)", "none, additive or boolean"),
    ],
)
def test_what_does_not_fit_is_refused(network, told):
    with pytest.raises(DescriptionError, match=told):
        sg.Network(network)
