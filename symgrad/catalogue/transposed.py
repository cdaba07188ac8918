"""Transposed convolution: what a convolution's gradient does to its output, as a layer of its own."""

from __future__ import annotations

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import equal
from symgrad.algebra.sizes import Size, called
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Iverson, Total, inside
from symgrad.catalogue.convolution import LENGTHS, PADDINGS, grouped
from symgrad.catalogue.declare import Layer, MisfitError, Place
from symgrad.catalogue.options import Option, count, flag
from symgrad.catalogue.spatial import COUNTS, EXTENTS, PLACES, WINDOWS, Windows, indices, sample


def transposed(dimensions: int, summary: str) -> Layer:
    """The catalogue entry of the transposed convolution over so many axes, options in torch's order."""
    name = f"conv_transpose{dimensions}d"
    lengths, paddings = LENGTHS[dimensions - 1], PADDINGS[dimensions - 1]

    def state(
        place: Place,
        a: Tensor,
        *,
        out_channels: Size,
        kernel_size: tuple[Size, ...],
        stride: tuple[Size, ...],
        padding: tuple[Size, ...],
        output_padding: tuple[Size, ...],
        groups: int,
        bias: bool,
        dilation: tuple[Size, ...],
    ) -> Definition:
        windows = Windows(kernel_size, stride, padding, dilation)
        return _spread(name, place, a, windows, output_padding, out_channels, groups, bias=bias)

    state.__doc__ = summary
    return Layer(
        name,
        "layer",
        "z",
        (
            Option("out_channels", count),
            Option("kernel_size", lengths),
            Option("stride", lengths, 1),
            Option("padding", paddings, 0),
            Option("output_padding", paddings, 0),
            Option("groups", count, 1),
            Option("bias", flag, default=True),
            Option("dilation", lengths, 1),
        ),
        state,
    )


def _spread(
    name: str,
    place: Place,
    a: Tensor,
    windows: Windows,
    output_padding: tuple[Size, ...],
    out_channels: Size,
    groups: int,
    *,
    bias: bool,
) -> Definition:
    """``z[o, i, …] = Σ_{c, k, u, …} [i = s·k + d·u − p] … a[c, k, …]·w[c, o, u, …] + b[o]``, in groups."""
    dimensions = len(windows.kernel_size)
    channels, sizes, plain = sample(name, a, dimensions)
    members, outputs = grouped(channels, out_channels, groups)
    single = plain and out_channels == 1  # then the output is plain again, and w has no axis of channels
    reached = _reached(windows, sizes, output_padding)
    (o,) = indices((out_channels,), "o")
    g, c = indices((groups, members), "gc")
    places = indices(reached, PLACES[dimensions - 1])
    read = indices(sizes, a.letters[-dimensions:])
    window = indices(windows.kernel_size, WINDOWS[dimensions - 1])
    out = Affine(0, {}) if single else o - g * outputs
    at = g * members + c
    kernel = (*(() if plain else (at,)), *(() if single else (out,)), *window)
    shape = (*(() if plain else (channels,)), *(() if single else (outputs,)), *windows.kernel_size)
    letters = "".join([*("c" if not plain else ""), *("o" if not single else ""), *WINDOWS[dimensions - 1]])
    w = place.parameter("w", shape, letters)
    b = place.parameter("b", (out_channels,), "o")
    axes: tuple[Index, ...] = places if single else (o, *places)
    z = place.output(tuple(index.size for index in axes), tuple(index.letter for index in axes))
    meets = Iverson(
        tuple(equal(i, reach) for i, reach in zip(places, windows.read(read, window), strict=True))
    )
    pixel = a[read] if plain else a[at, *read]
    weighted = Total((g, c, *read, *window), inside((out, outputs)) * (meets * (pixel * w[kernel])))
    return Definition(z, axes, weighted + b[0 if single else o] if bias else weighted)


def _reached(windows: Windows, sizes: tuple[Size, ...], output_padding: tuple[Size, ...]) -> tuple[Size, ...]:
    """How far the output reaches along each axis: ``(n − 1)·s − 2p + d·(k − 1) + 1``, and what is added.

    Where the stride is a symbol that is long, and a size of its own: P, Q.

    Raises:
        MisfitError: more is added than torch allows, or nothing is left between the borders.
    """
    found = []
    for size, *options, added, extent, name in zip(
        sizes, *windows, output_padding, EXTENTS[len(sizes) - 1], COUNTS[: len(sizes)], strict=True
    ):
        kernel, stride, padding, dilation = options
        if all(isinstance(n, int) for n in (added, stride, dilation)) and added >= max(stride, dilation):
            raise MisfitError(
                f"output_padding must be smaller than stride or dilation, and here {added} is not smaller "
                f"than {max(stride, dilation)}",
                "output_padding",
            )
        reach = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + added + 1
        if isinstance(reach, int) and reach < 1:
            raise MisfitError(
                f"the output would be {reach} {extent}: padding={padding} leaves nothing of it", "padding"
            )
        found.append(reach if isinstance(stride, int) else called(reach, name))
    return tuple(found)


conv_transpose1d = transposed(
    1,
    """Transposed convolution: ``z[o,i] = Σ_{c,k,u} [i = s·k+d·u−p]·a[c,k]·w[c,o,u] + b[o]``.

    a: C × L, w: C × O/groups × U, b: O, z: O × (s(L−1) + d(U−1) − 2p + q + 1) with q = output_padding;
    output channel o reads the channels of its own group. It maps as the gradient of conv1d with these
    options does. A sequence L has a single channel, and its w has no axis for it; with O = 1 the output is
    again a sequence.
    """,
)
conv_transpose2d = transposed(
    2,
    """Transposed convolution: ``z[o,i,j] = Σ [i = s·k+d·u−p]·[j = s·l+d·v−p]·a[c,k,l]·w[c,o,u,v] + b[o]``.

    The sum is over c, k, l, u and v. a: C × H × W, w: C × O/groups × U × V, b: O, z: O × P × Q with
    P = s(H−1) + d(U−1) − 2p + q + 1, and Q alike, where q = output_padding; output channel o reads the
    channels of its own group. It maps as the gradient of conv2d with these options does. A plane H × W has
    a single channel, and its w has no axis for it; with O = 1 the output is again a plane.
    """,
)
