"""Transposed convolution by hand, and as what it is the transpose of."""

from __future__ import annotations

from math import prod
from random import Random

import pytest
from oracles import derived
from oracles.dual import run
from oracles.fields import Prime

from symgrad import derive
from symgrad.derivation.sweep import sweep
from symgrad.errors import DescriptionError
from symgrad.network.build import build


def z(text, **given):
    return run(build(text).definitions, given, Prime())["z"]


def test_each_entry_puts_a_copy_of_the_kernel():
    assert z("input(2) | conv_transpose1d(1, 2, bias=false)", a=[1, 2], w=[10, 100]) == [10, 120, 200]
    assert z("input(2) | conv_transpose1d(1, 2, stride=3)", a=[1, 2], w=[10, 100], b=[7]) == [
        17, 107, 7, 27, 207,
    ]  # fmt: skip


def test_padding_cuts_off_and_output_padding_goes_on():
    text = "input(2) | conv_transpose1d(1, 3, 2, {}, bias=false)"
    a, w = [1, 2], [10, 100, 1000]
    assert z(text.format("0"), a=a, w=w) == [10, 100, 1020, 200, 2000]
    assert z(text.format("1"), a=a, w=w) == [100, 1020, 200]
    assert z(text.format("1, 1"), a=a, w=w) == [100, 1020, 200, 2000]
    assert z(text.format("0, 1"), a=a, w=w) == [10, 100, 1020, 200, 2000, 0]


def test_dilation_spreads_the_kernel():
    text = "input(2) | conv_transpose1d(1, 2, bias=false, dilation=2)"
    assert z(text, a=[1, 2], w=[10, 100]) == [10, 20, 100, 200]


def test_groups_keep_to_themselves():
    text = "input(2x1) | conv_transpose1d(4, 1, groups=2)"
    assert z(text, a=[3, 5], w=[1, 10, 100, 1000], b=[0, 0, 0, 7]) == [3, 30, 500, 5007]


def test_an_image_is_spread_along_both_axes():
    text = "input(1x2x1) | conv_transpose2d(1, (1, 2), (2, 1), bias=false)"
    assert z(text, a=[1, 2], w=[10, 100]) == [10, 100, 0, 0, 20, 200]


@pytest.mark.parametrize(
    ("text", "shape", "weights"),
    [
        ("input(6) | conv_transpose1d(1, 3)", (8,), (3,)),
        ("input(6) | conv_transpose1d(2, 3)", (2, 8), (2, 3)),
        ("input(4x6) | conv_transpose1d(6, 3, groups=2)", (6, 8), (4, 3, 3)),
        ("input(2x3x4) | conv_transpose2d(1, 2, 2)", (1, 6, 8), (2, 1, 2, 2)),
        ("input(2x3x4) | conv_transpose2d(4, (3, 2), (2, 3), 1, (1, 2), groups=2)", (4, 6, 11), (2, 2, 3, 2)),
    ],
)
def test_the_shapes_are_torchs(text, shape, weights):
    model = build(text)
    assert (model.tensor("z").shape, model.tensor("w").shape) == (shape, weights)


@pytest.mark.parametrize("seed", range(30))
def test_it_does_what_the_gradient_of_the_convolution_does(seed):
    """``∂L/∂a`` of conv2d, computed exactly, is conv_transpose2d of ``∂L/∂z`` with the same kernel."""
    rng = Random(seed)
    groups = rng.randint(1, 2)
    channels, outputs = groups * rng.randint(1, 2), groups * rng.randint(1, 2)
    kernel, stride, dilation = ([rng.randint(1, 3) for _ in range(2)] for _ in range(3))
    padding = [rng.randint(0, min(2, d * (k - 1))) for k, d in zip(kernel, dilation, strict=True)]
    sizes = [d * (k - 1) + 1 + rng.randint(0, 4) for k, d in zip(kernel, dilation, strict=True)]
    moves = f"stride={tuple(stride)}, padding={tuple(padding)}, dilation={tuple(dilation)}"
    options = f"{tuple(kernel)}, {moves}, groups={groups}, bias=false"
    forward = build(f"input({channels}x{sizes[0]}x{sizes[1]}) | conv2d({outputs}, {options})")
    left = [
        (n + 2 * p - d * (k - 1) - 1) % s
        for n, p, d, k, s in zip(sizes, padding, dilation, kernel, stride, strict=True)
    ]
    a, w, out = (forward.tensor(name) for name in ("a", "w", "z"))
    field = Prime()
    values = {tensor.name: [rng.randrange(field.p) for _ in range(prod(tensor.shape))] for tensor in (a, w)}
    upstream = [rng.randrange(field.p) for _ in range(prod(out.shape))]
    gradients = sweep(forward.forward, (out,), None, (a,))
    truth = derived.evaluate(gradients.program, {**values, "dL_dz": upstream}, field)["dL_da"]
    shape = "x".join(map(str, out.shape)) if len(out.shape) == 3 else f"1x{out.shape[0]}x{out.shape[1]}"
    text = f"input({shape}) | conv_transpose2d({channels}, {options}, output_padding={tuple(left)})"
    assert z(text, a=upstream, w=values["w"]) == truth


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input(3) | conv_transpose1d(1, 2, output_padding=1)", "output_padding must be smaller"),
        ("input(3) | conv_transpose1d(1, 1, padding=2)", "the output would be -1 long"),
        ("input(3x2) | conv_transpose1d(2, 1, groups=2)", "groups=2 does not divide the 3 input channels"),
        ("input(3) | conv_transpose2d(1, 2)", "needs an image"),
    ],
)
def test_what_torch_refuses_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build(text)


def test_it_reads_as_in_a_book():
    text = derive("input(2x3) | conv_transpose1d(2, 3, 2, bias=false)").text("index")
    assert "  z[o, i] = Σ_{c=0…1, l=0…2 | 0 ≤ i − 2l ≤ 2} a[c, l]·w[c, o, i − 2l]" in text
    assert "  ∂L/∂w[c, o, u] = Σ_{l=0…2} a[c, l]·∂L/∂z[o, 2l + u]" in text
    assert "A transposed convolution adds up copies of its kernel" in text
    assert "Outside the image" not in text
    assert "cross-correlation" not in text
