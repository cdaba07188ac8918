"""Softmax and cross-entropy: textbook gradients typed by hand, and what is refused."""

from __future__ import annotations

import pytest

import symgrad as sg
from symgrad.errors import DescriptionError


def gradients(text: str) -> str:
    printed = sg.derive(sg.Network(text)).text("index")
    return printed[printed.index("Gradients") :]


def test_cross_entropy_of_softmax_gives_p_minus_y():
    printed = gradients("input(3) | linear(4) | cross_entropy")
    assert "∂L/∂z[i] = p[i] − y[i]   for i = 0…3\n" in printed


def test_cross_entropy_over_samples_has_their_mean():
    printed = gradients("input(5x3) | cross_entropy")
    assert "∂L/∂a[k, l] = 1/5·(p[k, l] − y[k, l])   for k = 0…4, l = 0…2\n" in printed


def test_label_smoothing_stays_exact():
    printed = gradients("input(3) | cross_entropy(label_smoothing=0.1)")
    assert "∂L/∂a[j] = p[j] − 9/10·y[j] − 1/30   for j = 0…2\n" in printed


def test_softmax_has_the_form_of_a_row():
    printed = gradients("input(2x3) | softmax")
    assert "∂L/∂a[k, l] = h[k, l]·(∂L/∂h[k, l] − Σ_{m=0…2} h[k, m]·∂L/∂h[k, m])" in printed


def test_log_softmax_reads_softmax():
    printed = gradients("input(3) | log_softmax")
    assert "∂L/∂a[j] = ∂L/∂h[j] − p[j]·Σ_{m=0…2} ∂L/∂h[m]   for j = 0…2\n" in printed


def test_the_hypothesis_is_said():
    text = sg.derive(sg.Network("input(3) | cross_entropy")).text("index")
    assert "  y is taken to sum to 1, like probabilities; the gradients use it.\n" in text
    assert "taken to sum" not in sg.derive(sg.Network("input(3) | log_softmax")).text("index")


def test_label_smoothing_beyond_one_is_refused():
    with pytest.raises(DescriptionError, match="label_smoothing lies between 0 and 1"):
        sg.Network("input(3) | cross_entropy(label_smoothing=1.5)")


@pytest.mark.parametrize("loss", ["cross_entropy", "nll"])
def test_each_sample_has_its_own_loss(loss):
    text = sg.derive(sg.Network(f"input(2x3) | {loss}(reduction=none)")).text("index")
    assert "l has 2 entries" in text
    assert "L is an unknown function of l" in text
    assert "∂L/∂a[k, m]" in text
    alone = sg.derive(sg.Network(f"input(3) | {loss}(reduction=none)")).text("index")
    assert (
        alone.splitlines()[1:]
        == sg.derive(sg.Network(f"input(3) | {loss}(sum)")).text("index").splitlines()[1:]
    )
