"""Windows: how many fit, where they read, and what is said where none fits."""

from __future__ import annotations

from itertools import product

import pytest

from symgrad.algebra.affine import affine
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue.declare import MisfitError
from symgrad.catalogue.spatial import Windows, indices, sample


@pytest.mark.parametrize(
    ("shape", "dimensions", "read"),
    [
        ((3, 7), 1, (3, (7,), False)),
        ((7,), 1, (1, (7,), True)),
        ((3, 7, 5), 2, (3, (7, 5), False)),
        ((7, 5), 2, (1, (7, 5), True)),
        ((2, 3, 4, 5), 3, (2, (3, 4, 5), False)),
        ((3, 4, 5), 3, (1, (3, 4, 5), True)),
    ],
)
def test_a_sample_without_a_channel_axis_has_one_channel(shape, dimensions, read):
    assert sample("pool", Tensor("a", shape, "input"), dimensions) == read


def test_another_number_of_axes_is_refused_and_says_what_is_needed():
    with pytest.raises(MisfitError, match=r"conv9 needs a sequence C×L or L, and its input is 2×3×4"):
        sample("conv9", Tensor("a", (2, 3, 4), "input"), 1)


def test_windows_are_as_many_as_sliding_finds():
    for size, kernel, stride, padding, dilation in product(
        range(1, 8), range(1, 4), range(1, 4), range(3), range(1, 3)
    ):
        reach = dilation * (kernel - 1)
        slid = sum(start + reach < size + padding for start in range(-padding, size + padding, stride))
        windows = Windows((kernel,), (stride,), (padding,), (dilation,))
        if slid:
            assert windows.counts((size,)) == (slid,)
        else:
            with pytest.raises(MisfitError, match=f"the kernel is {kernel} long.* a sequence {size} long"):
                windows.counts((size,))


def test_the_way_that_does_not_fit_is_named():
    with pytest.raises(MisfitError, match=r"the window is 3 deep and does not fit into a volume 1 deep"):
        Windows((3, 1, 1), (1, 1, 1), (0, 0, 0), (1, 1, 1)).counts((1, 1, 1), "window")


def test_windows_read_from_their_place_on():
    (i, j), (u, v) = indices((4, 4), "ij"), indices((2, 2), "uv")
    read = Windows((2, 2), (3, 1), (1, 0), (1, 2)).read((i, j), (u, v))
    at = {i: affine(2), j: affine(3), u: affine(1), v: affine(1)}
    assert [e.put(at).const for e in read] == [3 * 2 + 1 - 1, 3 + 2]
