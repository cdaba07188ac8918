"""Convolution as deep-learning libraries mean it: cross-correlation, the kernel is not flipped."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.algebra.affine import AffineLike
from symgrad.algebra.sizes import Size, divided
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Written, define, inside, total
from symgrad.catalogue.declare import MisfitError, Place, layer
from symgrad.catalogue.options import Option, count, flag, padding, pair
from symgrad.catalogue.spatial import Windows, sample


@layer(
    "layer",
    "z",
    Option("out_channels", count),
    Option("kernel_size", pair),
    Option("stride", pair, 1),
    Option("padding", padding, 0),
    Option("dilation", pair, 1),
    Option("groups", count, 1),
    Option("bias", flag, default=True),
)
def conv2d(
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
    """Cross-correlation: ``z[o,i,j] = Σ_{c,u,v} a[c, s·i+d·u−p, s·j+d·v−p]·w[o,c,u,v] + b[o]``.

    a: C × H × W and 0 outside the image, w: O × C/groups × U × V, b: O, z: O × P × Q with
    P = ⌊(H + 2p − d(U−1) − 1)/s⌋ + 1; output channel o reads the channels of its own group. A plane
    H × W is an image with one channel, and its w has no channel axis; with O = 1 the output is again a
    plane.
    """
    channels, (height, width), plane = sample("conv2d", a, 2)
    for what, number in (("input channels", channels), ("output channels", out_channels)):
        if isinstance(number, int) and number % groups:
            raise MisfitError(f"groups={groups} does not divide the {number} {what}", "groups")
    members, outputs = divided(channels, groups), divided(out_channels, groups)
    (tall, wide), (s, t), (p, q), (d, e) = kernel_size, stride, padding, dilation
    rows, columns = Windows(kernel_size, stride, padding, dilation).counts((height, width))

    def image(c: AffineLike, y: AffineLike, x: AffineLike) -> Written:
        pixel = a[y, x] if plane else a[c, y, x]
        return inside((y, height), (x, width)) * pixel

    b = place.parameter("b", (out_channels,), "o")

    def value(o: AffineLike, i: AffineLike, j: AffineLike, kernel: Callable[..., Written]) -> Written:
        weighted = total(
            (groups, members, tall, wide),
            lambda g, c, u, v: (
                inside((o - g * outputs, outputs))
                * image(g * members + c, i * s + u * d - p, j * t + v * e - q)
                * kernel(o, c, u, v)
            ),
        )
        return weighted + b[o] if bias else weighted

    if plane and out_channels == 1:
        w = place.parameter("w", kernel_size, "uv")
        z = place.output((rows, columns), ("i", "j"))
        return define(z, lambda i, j: value(0, i, j, lambda o, c, u, v: w[u, v]))
    if plane:
        w = place.parameter("w", (out_channels, *kernel_size), "ouv")
        z = place.output((out_channels, rows, columns), ("o", "i", "j"))
        return define(z, lambda o, i, j: value(o, i, j, lambda o, c, u, v: w[o, u, v]))
    w = place.parameter("w", (out_channels, members, *kernel_size), "ocuv")
    z = place.output((out_channels, rows, columns), ("o", "i", "j"))
    return define(z, lambda o, i, j: value(o, i, j, lambda o, c, u, v: w[o, c, u, v]))
