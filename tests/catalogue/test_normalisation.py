"""Normalisation: the three-term form typed by hand, and what is refused."""

from __future__ import annotations

import pytest

import symgrad as sg
from symgrad.errors import DescriptionError


def gradients(text: str) -> str:
    printed = sg.derive(sg.Network(text)).text("index")
    return printed[printed.index("Gradients") :]


def test_layer_norm_has_three_terms():
    assert (
        "∂L/∂a[j] = (∂L/∂z[j] − 1/4·x[j]·Σ_{m=0…3} x[m]·∂L/∂z[m] − 1/4·Σ_{m=0…3} ∂L/∂z[m])/s   for j = 0…3\n"
    ) in gradients("input(4) | layer_norm(elementwise_affine=false)")


def test_rms_norm_has_two_terms():
    assert ("∂L/∂a[j] = (∂L/∂z[j] − 1/4·x[j]·Σ_{m=0…3} x[m]·∂L/∂z[m])/s   for j = 0…3\n") in gradients(
        "input(4) | rms_norm(elementwise_affine=false)"
    )


def test_batch_norm_takes_its_means_over_the_samples():
    text = sg.derive(sg.Network("input(5x3) | batch_norm1d")).text("index")
    assert "mu[c] = 1/5·Σ_{n=0…4} a[n, c]   for c = 0…2\n" in text
    assert "∂L/∂gamma[c] = Σ_{n=0…4} x[n, c]·∂L/∂z[n, c]   for c = 0…2\n" in text
    assert "By its definition x sums to 0 along axis 1; the gradients use it." in text


def test_batch_norm_of_images_has_three_terms_over_samples_and_places_together():
    text = sg.derive(sg.Network("input(2x3x2x4) | batch_norm2d")).text("index")
    assert (
        "∂L/∂a[n, c, k, l] = gamma[c]·(∂L/∂z[n, c, k, l] − 1/16·x[n, c, k, l]"
        "·Σ_{m=0…1, q=0…1, r=0…3} x[m, c, q, r]·∂L/∂z[m, c, q, r]"
        " − 1/16·Σ_{m=0…1, q=0…1, r=0…3} ∂L/∂z[m, c, q, r])/s[c]"
    ) in text
    assert "By its definition x sums to 0 over axes 1, 3 and 4 together; the gradients use it." in text


def test_group_norm_has_three_terms_over_the_channels_and_places_of_a_group():
    text = sg.derive(sg.Network("input(4x2x3) | group_norm(2)")).text("index")
    for line in (
        "x[g, m, k, l] = (a[2g + m, k, l] − mu[g])/s[g]   for g = 0…1, m = 0…1, k = 0…1, l = 0…2",
        "∂L/∂gamma[2g + c] = Σ_{k=0…1, l=0…2} x[g, c, k, l]·∂L/∂z[2g + c, k, l]   for g = 0…1, c = 0…1",
        (
            "∂L/∂a[2g + m, k, l] = (gamma[2g + m]·∂L/∂z[2g + m, k, l] − 1/12·x[g, m, k, l]"
            "·Σ_{c=0…1, q=0…1, r=0…2} x[g, c, q, r]·gamma[2g + c]·∂L/∂z[2g + c, q, r]"
            " − 1/12·Σ_{c=0…1, q=0…1, r=0…2} gamma[2g + c]·∂L/∂z[2g + c, q, r])/s[g]"
            "   for g = 0…1, m = 0…1, k = 0…1, l = 0…2"
        ),
    ):
        assert f"  {line}\n" in text
    assert "By its definition x sums to 0 over axes 2, 3 and 4 together; the gradients use it." in text


@pytest.mark.parametrize(
    ("network", "told"),
    [
        ("input(4) | group_norm(4)", "more than one entry per group"),
        ("input(4x2) | group_norm(3)", "num_groups=3 does not divide the 4 channels"),
        ("input(4) | batch_norm1d", "needs a batch N×C or N×C×L, and its input is 4"),
        ("input(1x3) | batch_norm1d", "needs more than one entry per channel"),
        ("input(4) | layer_norm(axes=2)", "over the last 2 axes, and its input is 4"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(network, told):
    with pytest.raises(DescriptionError, match=told):
        sg.Network(network)
