"""Pooling: one number for each window, its mean or its maximum."""

from __future__ import annotations

from math import prod

from symgrad.algebra.affine import affine
from symgrad.algebra.brackets import within
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import Definition, Iverson, Maximum, Total
from symgrad.catalogue import options
from symgrad.catalogue.declare import Layer, MisfitError, Place, layer
from symgrad.catalogue.options import Option, flag, pair
from symgrad.catalogue.spatial import PLACES, WINDOWS, Windows, indices, sample

_LENGTHS = (options.single, options.pair)
_PADDINGS = (options.padding_1d, options.padding)


def _average(dimensions: int, summary: str) -> Layer:
    name = f"avg_pool{dimensions}d"
    lengths = _LENGTHS[dimensions - 1]

    def state(
        place: Place,
        a: Tensor,
        *,
        kernel_size: tuple[Size, ...],
        stride: tuple[Size, ...] | None,
        padding: tuple[Size, ...],
        ceil_mode: bool,
        count_include_pad: bool,
    ) -> Definition:
        _whole_windows(name, ceil_mode)
        windows = Windows(kernel_size, stride or kernel_size, padding, (1,) * dimensions)
        if not count_include_pad and any(padding):
            raise MisfitError(
                f"{name} divides by the size of the whole window: count_include_pad=false is known only "
                "without padding",
                "count_include_pad",
            )
        return _pooled(name, place, a, windows, maximum=False)

    state.__doc__ = summary
    return Layer(
        name,
        "reshape",
        "p",
        (
            Option("kernel_size", lengths),
            Option("stride", lengths, None),
            Option("padding", _PADDINGS[dimensions - 1], 0),
            Option("ceil_mode", flag, default=False),
            Option("count_include_pad", flag, default=True),
        ),
        state,
    )


def _largest(dimensions: int, summary: str) -> Layer:
    name = f"max_pool{dimensions}d"
    lengths = _LENGTHS[dimensions - 1]

    def state(
        place: Place,
        a: Tensor,
        *,
        kernel_size: tuple[int, ...],
        stride: tuple[int, ...] | None,
        padding: tuple[int, ...],
        dilation: tuple[int, ...],
        ceil_mode: bool,
    ) -> Definition:
        _whole_windows(name, ceil_mode)
        windows = Windows(kernel_size, stride or kernel_size, padding, dilation)
        return _pooled(name, place, a, windows, maximum=True)

    state.__doc__ = summary
    return Layer(
        name,
        "reshape",
        "p",
        (
            Option("kernel_size", lengths),
            Option("stride", lengths, None),
            Option("padding", _PADDINGS[dimensions - 1], 0),
            Option("dilation", lengths, 1),
            Option("ceil_mode", flag, default=False),
        ),
        state,
    )


def _whole_windows(name: str, ceil_mode: bool) -> None:
    if ceil_mode:
        raise MisfitError(
            f"{name} takes whole windows only, so ceil_mode must be false; padding lets more windows fit",
            "ceil_mode",
        )


def _pooled(name: str, place: Place, a: Tensor, windows: Windows, *, maximum: bool) -> Definition:
    """The mean or the maximum of each window, every channel by itself."""
    dimensions = len(windows.kernel_size)
    channels, sizes, plain = sample(name, a, dimensions)
    for wide, border in zip(windows.kernel_size, windows.padding, strict=True):
        if isinstance(wide, int) and isinstance(border, int) and 2 * border > wide:
            raise MisfitError(
                f"{name}: padding is at most half of kernel_size, and {border} is more than half of {wide}",
                "padding",
            )
    counts = windows.counts(sizes, "window", place.sizes)
    channel = () if plain else indices((channels,), "c")
    places = indices(counts, PLACES[dimensions - 1])
    window = indices(windows.kernel_size, WINDOWS[dimensions - 1])
    axes = (*channel, *places)
    p = place.output(tuple(index.size for index in axes), tuple(index.letter for index in axes))
    if any(index.size != 1 for index in window):  # an index that can only be 0 is left out
        read = windows.read(places, [affine(0) if index.size == 1 else index for index in window])
        window = tuple(index for index in window if index.size != 1)
    else:
        read = windows.read(places, window)
    seen = tuple(bracket for e, size in zip(read, sizes, strict=True) for bracket in within(e, size))
    entry = a[*channel, *read]
    if not maximum:
        return Definition(p, axes, Total(window, Iverson(seen) * entry) / prod(windows.kernel_size))
    _something_seen(name, sizes, windows)
    return Definition(p, axes, Maximum(window, seen, entry))


def _something_seen(name: str, sizes: tuple[Size, ...], windows: Windows) -> None:
    """Refuse a window that lies in the border alone: it has no maximum. Symbolic sizes are taken to fit."""
    for shape in zip(sizes, windows.stride, windows.padding, windows.dilation, strict=True):
        if not all(isinstance(size, int) for size in shape):
            continue
        size, stride, padding, dilation = whole_shape(shape)
        # With at most half a window of border only a window that begins there can miss the sample, and
        # the first of its places that is not in the border is its beginning modulo the dilation.
        if any(start % dilation >= size for start in range(-padding, 0, stride)):
            raise MisfitError(f"{name}: a window lies in the border alone and has no maximum", "padding")


avg_pool1d = _average(
    1,
    """Mean of each window: ``p[c,i] = 1/U · Σ_u a[c, s·i+u−p]``.

    a: C × L or L and 0 outside, p: C × ⌊(L + 2p − U)/s⌋ + 1. The stride is kernel_size unless given.
    """,
)
avg_pool2d = _average(
    2,
    """Mean of each window: ``p[c,i,j] = 1/(U·V) · Σ_{u,v} a[c, s·i+u−p, s·j+v−p]``.

    a: C × H × W or H × W and 0 outside the image; as many windows as torch.nn.AvgPool2d counts. The
    stride is kernel_size unless given.
    """,
)
max_pool1d = _largest(
    1,
    """Maximum of each window: ``p[c,i] = max_u a[c, s·i+d·u−p]``, of ties the first.

    a: C × L or L; the border is never the maximum. The stride is kernel_size unless given.
    """,
)
max_pool2d = _largest(
    2,
    """Maximum of each window: ``p[c,i,j] = max_{u,v} a[c, s·i+d·u−p, s·j+d·v−p]``, of ties the first.

    a: C × H × W or H × W; the border is never the maximum. The gradient of an output goes to the first
    of its window's greatest entries, row by row, as in torch. The stride is kernel_size unless given.
    """,
)


@layer("reshape", "p", Option("output_size", pair))
def adaptive_avg_pool2d(place: Place, a: Tensor, *, output_size: tuple[int, ...]) -> Definition:
    """Mean of equal windows, as many as asked for: 1 is the mean of each channel.

    a: C × H × W or H × W. output_size must divide the image, so that all windows are of one size.
    """
    sizes = whole_shape(sample("adaptive_avg_pool2d", a, 2).sizes)
    for size, wanted in zip(sizes, output_size, strict=True):
        if size % wanted:
            raise MisfitError(
                f"adaptive_avg_pool2d needs equal windows, and {wanted} does not divide {size}", "output_size"
            )
    kernel = tuple(size // wanted for size, wanted in zip(sizes, output_size, strict=True))
    windows = Windows(kernel, kernel, (0, 0), (1, 1))
    return _pooled("adaptive_avg_pool2d", place, a, windows, maximum=False)
