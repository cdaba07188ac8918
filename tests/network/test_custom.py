"""Shapes as text, and the names that a layer of one's own may use."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.errors import DescriptionError
from symgrad.network.custom import check_name, check_size, check_tensor, plain_number, read_shape

SHAPES = [
    ("", False, 0),
    ("N", False, 1),
    ("C H W", False, 3),
    ("C×H×W", False, 3),
    ("C, H, W", False, 3),
    ("… N", True, 1),
    ("…×N", True, 1),
    ("... N", True, 1),
    ("...N", True, 1),
    ("…", True, 0),
    ("C H-U+1", False, 2),
    ("C × H − U + 1", False, 2),
    ("3 4", False, 2),
    ("C H - U + 1", False, 2),
    ("N // k", False, 1),
]


@pytest.mark.parametrize(("text", "carried", "axes"), SHAPES)
def test_shapes(text, carried, axes):
    shape = read_shape(text)
    assert (shape.carried, len(shape.axes)) == (carried, axes)


@pytest.mark.parametrize("text", ["N …", "… …", "C × × ?", "(N", "N" * 3_000, "A B C D E F G H I"])
def test_what_is_no_shape(text):
    with pytest.raises(DescriptionError):
        read_shape(text)


def test_names():
    for name in ("swiglu", "my_layer2"):
        check_name(name)
    for name in ("w", "slope", "gamma"):
        check_tensor(name)
    for name in ("N", "L", "kernel_size"):
        check_size(name)
    for name in ("", "relu", "Relu", "a b", "é", "x" * 40, "sharing", "none"):
        with pytest.raises(DescriptionError):
            check_name(name)
    for name in ("", "w1", "exp", "L", "lambda", "é", "a b", "pi", "x" * 40):
        with pytest.raises(DescriptionError):
            check_tensor(name)
    for name in ("", "1a", "exp", "for", "a b"):
        with pytest.raises(DescriptionError):
            check_size(name)


def test_numbers_are_exact():
    assert plain_number(0.1) == Fraction(1, 10)
    assert isinstance(plain_number(2.0), int)
