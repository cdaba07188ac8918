"""Closed forms: letters, ranges and conditions as a textbook prints them."""

import pytest

from symgrad.derivation.derive import derive
from symgrad.network.build import build
from symgrad.render.indexed import indexed
from symgrad.render.notation import signed_sum
from symgrad.render.plain import PlainNotation
from symgrad.render.tex import TexNotation


def closed(network, target, notation=None):
    derived = derive(build(network))
    equations = (*derived.forward.equations, *derived.gradients.program.equations)
    form = indexed(next(eq for eq in equations if eq.target.name == target), notation or PlainNotation())
    return f"{form.left} = {signed_sum(notation or PlainNotation(), form.terms)}"


@pytest.mark.parametrize(
    ("network", "target", "formula"),
    [
        (
            "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
            "dL_da",
            "∂L/∂a[k, l] = Σ_{i=0…1, j=0…1 | 0 ≤ k − 2i ≤ 2, 0 ≤ l − 2j ≤ 2} w[k − 2i, l − 2j]·∂L/∂z[i, j]",
        ),
        ("input(4) | linear(3)", "z", "z[i] = Σ_{j=0…3} a[j]·w[i, j] + b[i]"),
        ("input(4) | linear(3)", "dL_da", "∂L/∂a[j] = Σ_{i=0…2} w[i, j]·∂L/∂z[i]"),
        ("input(4) | linear(3)", "dL_dw", "∂L/∂w[i, j] = a[j]·∂L/∂z[i]"),
        ("input(4) | mse(half)", "L", "L = 1/8·Σ_{j=0…3} (a[j] − y[j])²"),
        ("input(2x3) | flatten", "v", "v[3k + n] = a[k, n]"),
        ("input(2x3) | flatten", "dL_da", "∂L/∂a[k, l] = ∂L/∂v[3k + l]"),
        ("input(3) | activation(g)", "dL_da", "∂L/∂a[j] = ∂L/∂h[j]·g′(a[j])"),
        (
            "input(2x3x3) | conv2d(2, 3, groups=2, bias=false)",
            "z",
            "z[o, 0, 0] = Σ_{u=0…2, v=0…2} a[o, u, v]·w[o, 0, u, v]",
        ),
    ],
)
def test_a_closed_form_reads_as_it_was_typed_by_hand(network, target, formula):
    assert closed(network, target) == formula


def test_a_stride_and_a_dilation_with_a_common_divisor_leave_a_divisibility_condition():
    form = closed("input(9x1) | conv2d(1, (3, 1), stride=(2, 1), dilation=(2, 1), bias=false)", "dL_da")
    assert "2 ∣ k" in form


def test_no_letter_means_two_things():
    form = closed("input(2x4x4) | conv2d(2, 3) | relu | flatten | linear(2)", "z2", TexNotation())
    assert form == r"z^{(2)}_i = \sum_{j=0}^{7}v_j\,w^{(2)}_{i,j} + b^{(2)}_i"
