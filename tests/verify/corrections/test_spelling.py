"""A correction is written as its author writes: names, indices, braces. Each of these once was not."""

from __future__ import annotations

import pytest
from judging import judge, sheet

from symgrad.network.build import build
from symgrad.verify import passages
from symgrad.verify.judge import judged

LAYERS = "input(3) | linear(3) | relu | linear(2) | mse(sum)"
ROW = "input(2x3x4) | conv2d(2, (2, 3), padding=(0, 1))"
PATHS = [f"∂L/∂o_1_{i}_{j}*x_1_{i}_{j}" for i in (1, 2) for j in (1, 2, 3, 4)]


def mended(text, net=None, kind="text"):
    claim = judged(passages.find(text, kind), build(net) if net else None)[-1]
    assert claim.verdict == "wrong"
    return claim.corrected


def of_sheet(claim, *given):
    found = judge(sheet(claim, given=given))[-1]
    assert found.verdict == "wrong"
    return found.corrected


@pytest.mark.parametrize(
    ("net", "claim", "corrected"),
    [
        (ROW, "∂L/∂k_1_1_1_2 = " + " + ".join(PATHS[:-1]), f" + {PATHS[-1]}"),
        (LAYERS, "z2_2 = w2_21 * a1_1 + w2_22 * a1_2 + w2_23 * a1_3", " + b2_2"),
    ],
    ids=["underscores between indices", "the layer after the letter"],
)  # fmt: skip
def test_what_is_missing_is_spelled_like_the_rest(net, claim, corrected):
    assert mended(claim, net) == claim + corrected


def test_a_layer_after_the_letter_is_not_the_left_side_once_more():
    claim = "dL/dz1_1 = (dL/dz2_1 * w2_11 + dL/dz2_2 * w1_21) * [z1_1 > 0]"
    assert mended(claim, LAYERS) == claim.replace("w1_21", "w2_21")


def test_who_counts_rows_and_columns_does_so_for_the_kernel_too():
    net = "input(5x4) | conv2d(1, (3, 2), stride=(2, 2), padding=(1, 0), bias=false)"
    claim = r"$$\frac{\partial L}{\partial a_{52}} = \frac{\partial L}{\partial z_{31}}$$"
    assert mended(claim, net, "markdown").endswith(r"\frac{\partial L}{\partial z_{31}} w_{22}")


def test_braces_of_a_name_below_a_power_are_closed():
    given = r"L = \frac{(z_{1} - y_{1})^{2} + (z_{2} - y_{2})^{2} + (z_{3} - y_{3})^{2}}{2}"
    claim = r"L = \frac{(z_{1} - y_{1})^{2} + (z_{2} - y_{2})^{2} + z_{3}^{2}}{2}"
    assert of_sheet(claim, given) == given.replace("(z_{3} - y_{3})", r"\left(z_{3} - y_{3}\right)")


def test_a_label_and_a_power_stand_on_two_levels():
    given = (r"u^{(1)} = x^2", r"s = 3 u^{(1)} u^{(1)} + x")
    corrected = of_sheet(r"s = 5 + u^{(1)} x \cos(x)", *given)
    assert corrected is None or "}^2" not in corrected.replace("{u^{(1)}}^2", "")


def test_a_fraction_below_which_a_bracket_stands_is_closed():
    given = (r"z \in \mathbb{R}^{4}", r"y \in \mathbb{R}^{4}", r"i = 1, \dots, 4",
             r"L = \frac{1}{2} \sum_{i=1}^{4} \left(z_{i} - y_{i}\right)^{2}")  # fmt: skip
    assert of_sheet(r"\frac{\partial L}{\partial z_i} = z_i", *given) == (
        r"\frac{\partial L}{\partial z_i} = z_i - y_{i}"
    )


def test_no_sum_begins_with_a_plus():
    given = (r"z = w x", r"h = \tanh(z)", r"s = v h", r"\delta = \frac{\partial L}{\partial z}")
    corrected = of_sheet(
        r"\delta = \frac{\partial L}{\partial s} v + \frac{\partial L}{\partial s} v \tanh^2(z)", *given
    )
    assert corrected == (
        r"\delta = \frac{\partial L}{\partial s} v - \frac{\partial L}{\partial s} v \tanh^2(z)"
    )


def test_a_number_of_two_digits_stands_in_braces():
    net = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
    image = [2, 3, 4, 7, 8, 9, 12, 13, 14]
    claim = "z_2 = " + " + ".join(
        f"a_{{{a}}}w_{k}" if a > 9 else f"a_{a}w_{k}" for k, a in enumerate(image, 1)
    )
    assert "a_{10}w_6" in mended(f"$${claim}$$", net, "markdown")
