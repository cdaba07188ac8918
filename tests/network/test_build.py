"""From descriptions to models: shapes as torch's, and one clear message with the place for what cannot be."""

from __future__ import annotations

import pytest

from symgrad.errors import DescriptionError
from symgrad.network.build import build


def shapes(text):
    return {tensor.name: tensor.shape for tensor in build(text).tensors}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input(5x5) | conv2d(1, 3)", {"a": (5, 5), "w": (3, 3), "b": (1,), "z": (3, 3)}),
        ("input(5x5) | conv2d(4, 3)", {"a": (5, 5), "w": (4, 3, 3), "b": (4,), "z": (4, 3, 3)}),
        ("input(1x5x5) | conv2d(1, 3)", {"a": (1, 5, 5), "w": (1, 1, 3, 3), "b": (1,), "z": (1, 3, 3)}),
        (
            "input(4x5x6) | conv2d(6, (2, 3), groups=2)",
            {"a": (4, 5, 6), "w": (6, 2, 2, 3), "b": (6,), "z": (6, 4, 4)},
        ),
        ("input(5x5) | conv2d(1, 3, stride=2, bias=false)", {"a": (5, 5), "w": (3, 3), "z": (2, 2)}),
        ("input(3) | linear(2, bias=false)", {"a": (3,), "w": (2, 3), "z": (2,)}),
        ("input(4x3) | linear(2)", {"a": (4, 3), "w": (2, 3), "b": (2,), "z": (4, 2)}),
        ("input(2x4x3) | linear(2)", {"a": (2, 4, 3), "w": (2, 3), "b": (2,), "z": (2, 4, 2)}),
        ("input(2x4x3) | flatten", {"a": (2, 4, 3), "v": (24,)}),
        ("input(2x3) | mse", {"a": (2, 3), "y": (2, 3), "L": ()}),
        ("input(1x1x1x1x1x1x1x2) | relu | flatten", {"a": (1,) * 7 + (2,), "h": (1,) * 7 + (2,), "v": (2,)}),
    ],
)
def test_shapes_are_torch_s(text, expected):
    assert shapes(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("relu", "begins with its input", "relu"),
        ("input(3)", "at least one layer", "input(3)"),
        ("input(3) | input(3)", "ends with a layer", "input(3)"),
        ("input(3) | rleu", "did you mean relu", "rleu"),
        ("input(3) | mse | relu", "nothing can follow a loss", "relu"),
        ("input(3x3) | conv2d(1, 4)", "does not fit", "4"),
        ("input(3x3) | conv2d(1, kernel_size=4)", "does not fit", "4"),
        ("input(3x3) | conv2d(1, 2, dilation=3)", "dilated: 4", "2"),
        ("input(3x3) | conv2d(1, 2, stride=0)", "positive", "0"),
        ("input(3x3) | conv2d(1, 2, padding=-1)", "from 0", "-1"),
        ("input(3x3x3) | conv2d(4, 2, groups=2)", "groups=2 does not divide the 3 input", "2"),
        ("input(4x3x3) | conv2d(3, 2, groups=2)", "groups=2 does not divide the 3 output", "2"),
        ("input(3) | conv2d(1, 2)", "image", "conv2d(1, 2)"),
        ("input(2x2x2x2) | conv2d(1, 2)", "image", "conv2d(1, 2)"),
        ("input(1000000x1000000) | relu", "a tensor has at most", "input(1000000x1000000)"),
        ("input(20000) | linear(20000)", "w would be 20000×20000", "linear(20000)"),
    ],
)
def test_what_cannot_be_is_refused_with_the_place(text, message, marked):
    with pytest.raises(DescriptionError, match=message) as refused:
        build(text)
    error = refused.value
    assert error.line[error.start : error.stop] == marked


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("input(3) | activation(a)", "a tensor"),
        ("input(3) | activation(tanh)", "a function"),
        ("input(3) | activation(L)", "the unknown loss"),
        ("input(3) | activation(max)", "what relu prints"),
        ("input(3) | linear(2) | activation(w)", "a parameter"),
        ("input(3) | linear(2) | activation(w5)", "an entry: w5 in w5*a1"),
        ("input(3) | linear(2) | activation(f=a1)", "an entry"),
        ("input(3) | activation(lambda)", "a word of Python: lambda(a1)"),
        ("input(3) | activation(el)", "its derivative is del(a1)"),
        ("input(3) | activation(df) | activation", "the derivative of f, which is the default"),
        ("input(3) | activation | activation(df)", "the derivative of f, which is the default"),
        ("input(3) | activation(g) | activation(d2g)", "the second derivative of g"),
    ],
)
def test_a_function_is_not_called_what_means_something_else(text, reason):
    with pytest.raises(DescriptionError):
        build(text)


@pytest.mark.parametrize("name", ["f", "g", "phi", "f2", "activation", "a", "w3", "df"])
def test_a_function_may_be_called_anything_that_is_free(name):
    layers = "linear(2) | linear(2) | relu"  # its tensors are a0, w1, …: a and w3 are free
    assert build(f"input(3) | {layers} | activation({name})").tensor("a2b") is not None
