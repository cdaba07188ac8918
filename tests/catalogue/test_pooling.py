"""Pooling by hand: what a window holds, what the border counts as, what is refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from oracles.dual import run
from oracles.fields import Fractions

from symgrad.errors import DescriptionError
from symgrad.network.build import build


def p(text, a):
    return run(build(text).definitions, {"a": list(map(Fraction, a))}, Fractions())["p"]


def test_a_mean_is_of_its_window():
    assert p("input(2x4) | avg_pool2d(2)", [1, 2, 3, 4, 5, 6, 7, 8]) == [Fraction(7, 2), Fraction(11, 2)]
    assert p("input(4) | avg_pool1d(2)", [1, 2, 3, 5]) == [Fraction(3, 2), 4]


def test_the_stride_is_the_kernel_unless_it_is_given():
    assert p("input(5) | avg_pool1d(2)", [1, 2, 3, 5, 8]) == [Fraction(3, 2), 4]
    assert p("input(1x3) | avg_pool1d(2, 1)", [1, 3, 9]) == [2, 6]
    assert p("input(1x3) | avg_pool1d(2, none)", [1, 3, 9]) == [2]


def test_the_border_counts_as_zero_and_counts():
    assert p("input(2) | avg_pool1d(3, 1, 1)", [3, 6]) == [3, 3]
    assert p("input(1x1) | avg_pool2d(2, 1, 1)", [4]) == [1, 1, 1, 1]


def test_channels_keep_to_themselves():
    assert p("input(2x2) | avg_pool1d(2)", [1, 3, 10, 20]) == [2, 15]


def test_a_global_mean_is_one_number_for_each_channel():
    text = "input(2x2x3) | adaptive_avg_pool2d(1)"
    assert build(text).tensor("p").shape == (2, 1, 1)
    assert p(text, [1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 6]) == [Fraction(7, 2), 1]
    assert p("input(2x4) | adaptive_avg_pool2d((1, 2))", [1, 1, 2, 2, 3, 3, 4, 8]) == [2, 4]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input(4) | avg_pool1d(2, ceil_mode=true)", "ceil_mode must be false"),
        ("input(4) | avg_pool1d(2, 1, 1, count_include_pad=false)", "known only without padding"),
        ("input(4x4) | avg_pool2d(2, padding=2)", "2 is more than half of 2"),
        ("input(3) | avg_pool1d(4)", "the window is 4 long and does not fit into a sequence 3 long"),
        ("input(3) | avg_pool2d(1)", "avg_pool2d needs an image C×H×W or a plane H×W, and its input is 3"),
        ("input(4) | max_pool1d(2, ceil_mode=true)", "ceil_mode must be false"),
        ("input(1) | max_pool1d(2, 1, 1, 2)", "a window lies in the border alone"),
        ("input(3x4) | adaptive_avg_pool2d(2)", "2 does not divide 3"),
    ],
)
def test_what_is_not_known_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build(text)


def test_without_padding_nothing_is_there_to_count():
    assert p("input(2) | avg_pool1d(2, count_include_pad=false)", [1, 2]) == [Fraction(3, 2)]


def test_a_maximum_is_of_its_window_and_the_border_is_never_it():
    assert p("input(2x4) | max_pool2d(2)", [1, 9, 3, 4, 5, 6, 7, 8]) == [9, 8]
    assert p("input(2x3) | max_pool1d(3, 2, 1)", [-1, -2, -3, 4, 5, 6]) == [-1, -2, 5, 6]
    assert p("input(5) | max_pool1d(2, 1, 0, 2)", [5, 1, 2, 7, 3]) == [5, 7, 3]


def test_a_window_of_one_entry_is_that_entry():
    assert p("input(4) | max_pool1d(1, 2)", [5, 1, 2, 7]) == [5, 2]
    assert p("input(2x2) | max_pool2d((1, 2))", [5, 1, 2, 7]) == [5, 7]


@pytest.mark.parametrize("n", range(1, 6))
def test_every_window_that_is_admitted_sees_something(n):
    """Refused exactly where some window holds no entry of the sample."""
    for kernel, stride, dilation in product(range(1, 5), range(1, 4), range(1, 4)):
        for padding in range(kernel // 2 + 1):
            starts = [
                s for s in range(-padding, n + padding, stride) if s + dilation * (kernel - 1) < n + padding
            ]
            blind = any(all(not 0 <= s + dilation * u < n for u in range(kernel)) for s in starts)
            text = f"input({n}) | max_pool1d({kernel}, {stride}, {padding}, {dilation})"
            if starts and not blind:
                assert len(p(text, [1] * n)) == len(starts)
            else:
                with pytest.raises(DescriptionError):
                    build(text)
