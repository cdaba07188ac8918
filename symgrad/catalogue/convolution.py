"""Convolution as deep-learning libraries mean it: cross-correlation, the kernel is not flipped."""

from __future__ import annotations

from typing import Final

from symgrad.algebra.brackets import within
from symgrad.algebra.sizes import Size, divided
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Iverson, Total, inside
from symgrad.catalogue import options
from symgrad.catalogue.declare import Layer, MisfitError, Place
from symgrad.catalogue.options import Option, count, flag
from symgrad.catalogue.spatial import PLACES, WINDOWS, Windows, indices, sample

LENGTHS: Final = (options.single, options.pair, options.triple)
PADDINGS: Final = (options.padding_1d, options.padding, options.padding_3d)
"""The kinds of options with a number for each of one, two or three axes."""


def convolution(dimensions: int, summary: str) -> Layer:
    """The catalogue entry of the convolution over so many axes."""
    name = f"conv{dimensions}d"
    lengths = LENGTHS[dimensions - 1]

    def state(
        place: Place,
        a: Tensor,
        *,
        out_channels: Size,
        kernel_size: tuple[Size, ...],
        stride: tuple[Size, ...],
        padding: tuple[Size, ...],
        dilation: tuple[Size, ...],
        groups: int,
        bias: bool,
    ) -> Definition:
        windows = Windows(kernel_size, stride, padding, dilation)
        return _convolved(name, place, a, windows, out_channels, groups, bias=bias)

    state.__doc__ = summary
    return Layer(
        name,
        "layer",
        "z",
        (
            Option("out_channels", count),
            Option("kernel_size", lengths),
            Option("stride", lengths, 1),
            Option("padding", PADDINGS[dimensions - 1], 0),
            Option("dilation", lengths, 1),
            Option("groups", count, 1),
            Option("bias", flag, default=True),
        ),
        state,
    )


def grouped(channels: Size, out_channels: Size, groups: int) -> tuple[Size, Size]:
    """How many channels of the input and of the output each group has.

    Raises:
        MisfitError: they do not make so many equal groups.
    """
    for what, number in (("input channels", channels), ("output channels", out_channels)):
        if isinstance(number, int) and number % groups:
            raise MisfitError(f"groups={groups} does not divide the {number} {what}", "groups")
    return divided(channels, groups), divided(out_channels, groups)


def _convolved(
    name: str, place: Place, a: Tensor, windows: Windows, out_channels: Size, groups: int, *, bias: bool
) -> Definition:
    """``z[o, …] = Σ_{c, …} a[c, s·i + d·u − p, …]·w[o, c, u, …] + b[o]``, channels in groups."""
    dimensions = len(windows.kernel_size)
    channels, sizes, plain = sample(name, a, dimensions)
    members, outputs = grouped(channels, out_channels, groups)
    single = plain and out_channels == 1  # then the output is plain again, and w has no axis of channels
    places = indices(windows.counts(sizes, label=place.sizes), PLACES[dimensions - 1])
    (o,) = indices((out_channels,), "o")
    g, c, *window = indices((groups, members, *windows.kernel_size), "gc" + WINDOWS[dimensions - 1])
    axes = places if single else (o, *places)
    b = place.parameter("b", (out_channels,), "o")
    kernel = tuple(index for index, is_there in ((o, not single), (c, not plain)) if is_there)
    kernel = (*kernel, *window)
    w = place.parameter("w", tuple(index.size for index in kernel), "".join(index.letter for index in kernel))
    z = place.output(tuple(index.size for index in axes), tuple(index.letter for index in axes))
    read = windows.read(places, window)
    seen = Iverson(tuple(bracket for e, size in zip(read, sizes, strict=True) for bracket in within(e, size)))
    pixel = a[read] if plain else a[g * members + c, *read]
    out = 0 if single else o
    weighted = Total((g, c, *window), inside((out - g * outputs, outputs)) * (seen * pixel) * w[kernel])
    return Definition(z, axes, weighted + b[out] if bias else weighted)


conv1d = convolution(
    1,
    """Cross-correlation along one axis: ``z[o,i] = Σ_{c,u} a[c, s·i+d·u−p]·w[o,c,u] + b[o]``.

    a: C × L and 0 outside, w: O × C/groups × U, b: O, z: O × P with P = ⌊(L + 2p − d(U−1) − 1)/s⌋ + 1;
    output channel o reads the channels of its own group. A sequence L is one with a single channel, and
    its w has no channel axis; with O = 1 the output is again a sequence without one.
    """,
)
conv2d = convolution(
    2,
    """Cross-correlation: ``z[o,i,j] = Σ_{c,u,v} a[c, s·i+d·u−p, s·j+d·v−p]·w[o,c,u,v] + b[o]``.

    a: C × H × W and 0 outside the image, w: O × C/groups × U × V, b: O, z: O × P × Q with
    P = ⌊(H + 2p − d(U−1) − 1)/s⌋ + 1; output channel o reads the channels of its own group. A plane
    H × W is an image with one channel, and its w has no channel axis; with O = 1 the output is again a
    plane.
    """,
)
conv3d = convolution(
    3,
    """Cross-correlation of volumes: ``z[o,i,j,k] = Σ_{c,t,u,v} a[c, s·i+d·t−p, …]·w[o,c,t,u,v] + b[o]``.

    a: C × D × H × W and 0 outside, w: O × C/groups × T × U × V, b: O; as many windows along each axis as
    in conv2d. A volume D × H × W has one channel, and its w has no channel axis; with O = 1 the output is
    again without one.
    """,
)
