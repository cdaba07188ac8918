"""Convolution by loops over whole numbers, from the definition in torch's manual; it imports nothing of ours.

A term of the sum is a triple of flat positions: which output entry, which pixel, which weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Geometry(NamedTuple):
    """The hyperparameters of a convolution; ``channels`` None for a plane without a channel axis."""

    channels: int | None
    image: tuple[int, int]
    outputs: int
    kernel: tuple[int, int]
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1

    @property
    def text(self) -> str:
        """The network description."""
        size = "x".join(map(str, (*([self.channels] if self.channels else []), *self.image)))
        return (
            f"input({size}) | conv2d({self.outputs}, {self.kernel}, stride={self.stride}, "
            f"padding={self.padding}, dilation={self.dilation}, groups={self.groups})"
        )

    @property
    def windows(self) -> tuple[int, int]:
        """How many positions the kernel has along each axis, found by sliding it."""
        return tuple(  # type: ignore[return-value]
            sum(1 for start in range(-p, n + p, s) if start + d * (k - 1) < n + p)
            for n, k, s, p, d in zip(
                self.image, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )


def triples(g: Geometry) -> Iterator[tuple[int, int, int]]:
    """(z, a, w) for every product of the forward pass, by output position, then by kernel position."""
    channels = g.channels or 1
    members, outputs = channels // g.groups, g.outputs // g.groups
    (height, width), (tall, wide), (rows, columns) = g.image, g.kernel, g.windows
    for o in range(g.outputs):
        for i in range(rows):
            for j in range(columns):
                for c in range(members):
                    for u in range(tall):
                        for v in range(wide):
                            y = i * g.stride[0] - g.padding[0] + u * g.dilation[0]
                            x = j * g.stride[1] - g.padding[1] + v * g.dilation[1]
                            if 0 <= y < height and 0 <= x < width:
                                channel = o // outputs * members + c
                                yield (
                                    (o * rows + i) * columns + j,
                                    (channel * height + y) * width + x,
                                    ((o * members + c) * tall + u) * wide + v,
                                )
