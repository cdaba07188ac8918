"""Windows that move over samples: along one axis, over the two of an image, or the three of a volume."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.sizes import Size, stepped
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue.declare import MisfitError, told

KINDS = ("a sequence C×L or L", "an image C×H×W or a plane H×W", "a volume C×D×H×W or D×H×W")
NOUNS = ("a sequence", "an image", "a volume")
PLACES = ("i", "ij", "ijk")
WINDOWS = ("u", "uv", "tuv")
COUNTS = ("P", "Q", "R")
EXTENTS = (("long",), ("high", "wide"), ("deep", "high", "wide"))


class Sample(NamedTuple):
    """What a spatial layer reads: its channels, its sizes in space, and whether it has no channel axis."""

    channels: Size
    sizes: tuple[Size, ...]
    plain: bool


def sample(layer: str, a: Tensor, dimensions: int) -> Sample:
    """The input of a layer that moves windows over so many axes; without a channel axis, one channel.

    Raises:
        MisfitError: an input with another number of axes.
    """
    if len(a.shape) not in (dimensions, dimensions + 1):
        kind = KINDS[dimensions - 1]
        raise MisfitError(f"{layer} needs {kind}, and its input is {told(a.shape)}")
    plain = len(a.shape) == dimensions
    channels, *sizes = (1, *a.shape) if plain else a.shape
    return Sample(channels, tuple(sizes), plain)


class Windows(NamedTuple):
    """Windows that move in steps of ``stride`` over a sample with a border of ``padding``."""

    kernel_size: tuple[Size, ...]
    stride: tuple[Size, ...]
    padding: tuple[Size, ...]
    dilation: tuple[Size, ...]

    def counts(self, sizes: tuple[Size, ...], what: str = "kernel", label: str = "") -> tuple[Size, ...]:
        """How many windows fit along each axis: ``⌊(n + 2p − d(k−1) − 1)/s⌋ + 1``, as torch counts them.

        Where that is no polynomial in the sizes given, it is a size of its own: P, Q, R, and ``label``.

        Raises:
            MisfitError: a window larger than the sample with its border.
        """
        noun, extents = NOUNS[len(sizes) - 1], EXTENTS[len(sizes) - 1]
        found = []
        for size, *options, extent, name in zip(sizes, *self, extents, COUNTS, strict=False):
            kernel, stride, padding, dilation = options
            room = size + 2 * padding - dilation * (kernel - 1) - 1
            if isinstance(room, int) and room < 0:
                padded = f" + 2·{padding} of padding" if padding else ""
                spread = f" (dilated: {dilation * (kernel - 1) + 1})" if dilation != 1 else ""
                raise MisfitError(
                    f"the {what} is {kernel} {extent}{spread} and does not fit into {noun} {size} {extent}"
                    f"{padded}",
                    "kernel_size",
                )
            found.append(stepped(room, stride, name + label))
        return tuple(found)

    def read(self, places: Sequence[Index], window: Sequence[Index | Affine]) -> tuple[Affine, ...]:
        """Where in the sample the windows at ``places`` read: ``s·i + d·u − p`` along each axis."""
        return tuple(
            i * stride + u * dilation - padding
            for i, u, stride, padding, dilation in zip(
                places, window, self.stride, self.padding, self.dilation, strict=True
            )
        )


def indices(sizes: Sequence[Size], letters: Sequence[str]) -> tuple[Index, ...]:
    """A new index for each size."""
    return tuple(Index(size, letter) for size, letter in zip(sizes, letters, strict=True))
