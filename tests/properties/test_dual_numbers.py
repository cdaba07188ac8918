"""Derived gradients against the forward definitions as they are written, on dual numbers, exactly.

The slope along one random direction is compared with the gradient's product with that direction. Over the
prime field a wrong gradient passes with a chance of 2⁻⁶¹; with relu, over fractions, of about 1 in 1000.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles.agreement import with_a_field_that_has_what_it_takes
from oracles.chains import random_branches, random_chain


@pytest.mark.parametrize("seed", range(40))
def test_dual_numbers_agree_on_a_random_network(seed):
    chain, model = random_chain(Random(seed))
    assert with_a_field_that_has_what_it_takes(model, seed) == [], chain.text


@pytest.mark.parametrize("seed", range(40))
def test_dual_numbers_agree_on_a_random_network_with_branches(seed):
    model = random_branches(Random(seed))
    assert with_a_field_that_has_what_it_takes(model, seed) == [], model.text


@pytest.mark.volume
@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(st.integers(10**6, 2**40), st.booleans())
def test_dual_numbers_agree_on_a_thousand_networks_of_up_to_eight_layers_and_with_branches(seed, branching):
    rng = Random(seed)
    model = random_branches(rng) if branching else random_chain(rng, longest=8)[1]
    assert with_a_field_that_has_what_it_takes(model, seed) == [], model.text


LONG = {
    "a residual block": "input(2x3x3) | residual(conv2d(2, 3, 1, 1) | tanh | conv2d(2, 3, 1, 1)) | mse",
    "three branches": "input(2x3x3) | parallel(conv2d(1, 1), tanh, conv2d(3, 1)) | flatten | mse",
    "one layer thrice": "input(3) | linear(3) as u | tanh | linear(3) sharing u | linear(3) sharing u | mse",
    "read four times": "input(2) | tanh as u | add(u, u) | concat(u) | parallel(u, tanh) | mse",
    "twins": "input(2) as x | linear(3) as u | input(2) as q | linear(3) sharing u | add(u) | tanh | mse",
    "relu and tanh in turn": "input(3) | " + " | ".join(["relu | tanh"] * 20) + " | mse",
    "twelve layers": "input(2) | " + " | ".join(["linear(2) | tanh"] * 12) + " | mse(sum, half)",
    "nothing to learn": "input(2x2) | flatten | sigmoid | activation(f) | mse",
    "abstract functions in one another": "input(2) | activation(f) | activation(g) | activation(f)",
    "convolutions": "input(6x6) | conv2d(2, 3, 1, 1) | tanh | conv2d(1, 2, 2) | flatten | linear(2) | mse",
    "two inputs": "input(2x3) as u | tanh as g | input(2x2) | bilinear(g, 3) | cosine_embedding(u, 0.25)",
    "one input twice": "input(3) | bilinear(2) | sigmoid | bilinear(2) | cosine_embedding(0, none)",
    "leading axes": "input(2x2x3) | linear(2) | tanh | linear(3)",
    "five steps": "input(5x3) | lstm(4) | linear(2) | mse",
    "two recurrent layers": "input(4x2) | rnn(3) | lstm(2) | gru(2)",
    "two sequences with one set of weights": (
        "input(3x2) as x | gru(2) as g | input(3x2) | gru(2) sharing g | add(g) | mse"
    ),
    "a state that many read": "input(4x2) | residual(gru(2)) | parallel(rnn(2, relu), lstm(2)) | mse",
    "a kernel that sees only the border": "input(1x1) | conv2d(2, 1, stride=2, padding=1) | flatten | mse",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_dual_numbers_agree(text):
    from symgrad.network.build import build

    assert with_a_field_that_has_what_it_takes(build(text), 1) == []
