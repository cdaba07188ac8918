"""conv2d by hand: the kernel is not flipped, the border is 0, groups keep to themselves."""

from __future__ import annotations

import pytest
from oracles.dual import run
from oracles.fields import Prime

from symgrad.errors import DescriptionError
from symgrad.network.build import build


def z(text, **given):
    return run(build(text).definitions, given, Prime())["z"]


def test_the_kernel_is_not_flipped():
    assert z("input(1x3) | conv2d(1, (1, 2), bias=false)", a=[1, 2, 3], w=[1, 10]) == [21, 32]


def test_the_border_is_zero_on_both_sides():
    text = "input(1x2) | conv2d(1, (1, 3), padding=(0, 1), bias=false)"
    assert z(text, a=[3, 5], w=[1, 10, 100]) == [530, 53]


def test_stride_moves_the_window_and_dilation_spreads_it():
    text = "input(1x5) | conv2d(1, (1, 2), stride=(1, 2), dilation=(1, 2), bias=false)"
    assert z(text, a=[1, 2, 3, 4, 5], w=[1, 10]) == [31, 53]


def test_groups_keep_to_themselves():
    text = "input(2x1x1) | conv2d(2, 1, groups=2)"
    assert z(text, a=[3, 5], w=[10, 100], b=[1, 2]) == [31, 502]


def test_channels_are_summed_and_each_output_has_its_bias():
    text = "input(2x1x1) | conv2d(2, 1)"
    assert z(text, a=[3, 5], w=[1, 10, 100, 1000], b=[7000, 0]) == [7053, 5300]


@pytest.mark.parametrize(
    ("n", "kernel", "stride", "padding", "dilation", "windows"),
    [
        (5, 3, 2, 0, 1, 2),
        (5, 3, 1, 1, 1, 5),
        (7, 3, 3, 0, 2, 1),
        (1, 1, 9, 0, 1, 1),
        (4, 2, 3, 1, 1, 2),
        (4, 4, 1, 0, 1, 1),
    ],
)
def test_as_many_windows_as_torch_counts(n, kernel, stride, padding, dilation, windows):
    text = f"input({n}x{n}) | conv2d(1, {kernel}, {stride}, {padding}, {dilation})"
    assert build(text).tensor("z").shape == (windows, windows)


@pytest.mark.parametrize(("high", "wide"), [(3, 1), (1, 3)])
def test_a_kernel_larger_than_the_image_is_refused_and_says_which_way(high, wide):
    way = "high" if high > 1 else "wide"
    with pytest.raises(
        DescriptionError, match=f"the kernel is 3 {way} and does not fit into an image 2 {way}"
    ):
        build(f"input(2x2) | conv2d(1, ({high}, {wide}))")


def test_a_sequence_is_read_along_its_one_axis():
    text = "input(2x5) | conv1d(1, 2, stride=2, padding=1, dilation=2, bias=false)"
    assert z(text, a=[1, 2, 3, 4, 5, 10, 20, 30, 40, 50], w=[1, 100, 1, 100]) == [2200, 4422, 44]
    assert z("input(3) | conv1d(1, 2)", a=[1, 2, 3], w=[1, 10], b=[5]) == [26, 37]


def test_a_volume_is_read_along_its_three_axes():
    text = "input(1x2x1x2) | conv3d(1, (2, 1, 2), padding=(1, 0, 0), bias=false)"
    assert z(text, a=[1, 2, 3, 4], w=[1, 10, 100, 1000]) == [2100, 4321, 43]


@pytest.mark.parametrize(
    ("text", "shape", "weights"),
    [
        ("input(6) | conv1d(1, 3)", (4,), (3,)),
        ("input(6) | conv1d(2, 3)", (2, 4), (2, 3)),
        ("input(4x6) | conv1d(6, 3, groups=2)", (6, 4), (6, 2, 3)),
        ("input(3x4x5) | conv3d(1, 2)", (2, 3, 4), (2, 2, 2)),
        ("input(3x4x5) | conv3d(2, (1, 2, 3))", (2, 3, 3, 3), (2, 1, 2, 3)),
        ("input(2x3x4x5) | conv3d(4, 2, groups=2)", (4, 2, 3, 4), (4, 1, 2, 2, 2)),
    ],
)
def test_the_shapes_are_torchs(text, shape, weights):
    model = build(text)
    assert (model.tensor("z").shape, model.tensor("w").shape) == (shape, weights)
