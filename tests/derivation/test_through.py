"""Two steps as one: results typed by hand from textbooks, and where nothing is to be joined."""

from __future__ import annotations

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.derivation.through import weight
from symgrad.network.build import build
from symgrad.render.text import render_text


def gradients(network, *words):
    printed = "".join(render_text(document(derive(build(network), words or ("all",)), "index")))
    lines = printed.split("Gradients")[1].strip().splitlines()
    return [line.split("   for ")[0].strip() for line in lines]


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("input(3) | sigmoid | bce(reduction=sum)", "∂L/∂a[j] = h[j] − y[j]"),
        ("input(3) | sigmoid | bce", "∂L/∂a[j] = 1/3·(h[j] − y[j])"),
        ("input(3) | sigmoid | bce(reduction=none)", "∂L/∂a[j] = ∂L/∂l[j]·(h[j] − y[j])"),
        ("input(3) | log_softmax | nll", "∂L/∂a[j] = p[j] − y[j]"),
        ("input(2x3) | log_softmax | nll", "∂L/∂a[k, l] = 1/2·(p[k, l] − y[k, l])"),
    ],
)
def test_a_loss_meets_its_activation_as_in_textbooks(network, expected):
    assert gradients(network) == [expected]


def test_what_was_asked_for_is_printed_though_nothing_reads_it():
    asked = gradients("input(2) | sigmoid | bce(reduction=sum)", "a", "h")
    assert asked == ["∂L/∂h[j] = −y[j]/h[j] + (1 − y[j])/(1 − h[j])", "∂L/∂a[j] = h[j] − y[j]"]


@pytest.mark.parametrize(
    "network", ["input(3) | sigmoid | mse", "input(3) | softmax | mse", "input(3) | tanh | l1"]
)
def test_where_nothing_cancels_the_chain_stays(network):
    assert len(gradients(network)) == 2


def test_an_output_that_is_read_twice_is_not_joined():
    assert len(gradients("input(3) | sigmoid as u | add(u) | bce")) == 3


def test_weight_counts_what_is_to_be_read():
    equations = derive(build("input(3) | sigmoid | mse")).gradients.program.equations
    assert [weight(equation.body) for equation in equations] == [2, 4]
