"""Normalisation: what is standardised, over which entries, and a scale γ and shift β for each feature.

A mean μ and a root s are named parts of the equation; gradients are stated in them and go through them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.sizes import Size, divided
from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.written import Definition, Total, Written, quantity, same
from symgrad.catalogue.declare import Layer, MisfitError, Place, layer, told
from symgrad.catalogue.options import Option, count, flag, number

_EPS = Fraction(1, 100_000)
HALF = Fraction(1, 2)


class _Over(NamedTuple):
    """An input with the axes that share one mean (``outer``) and those that it is taken over (``inner``)."""

    axes: tuple[Index, ...]
    outer: tuple[Index, ...]
    inner: tuple[Index, ...]


def _over(a: Tensor, inner: Sequence[int], letters: Sequence[str] = ()) -> _Over:
    axes = tuple(Index(size, letter) for size, letter in zip(a.shape, letters or a.letters, strict=True))
    return _Over(
        axes,
        tuple(index for n, index in enumerate(axes) if n not in inner),
        tuple(axes[n] for n in inner),
    )


def _shape(indices: Sequence[Index]) -> tuple[Size, ...]:
    return tuple(index.size for index in indices)


def _letters(indices: Sequence[Index]) -> tuple[str, ...]:
    return tuple(index.letter for index in indices)


def _mean(over: _Over, body: Written) -> Written:
    mean: Written = Total(over.inner, body)
    for size in _shape(over.inner):
        mean = mean if size == 1 else mean / size
    return mean


def _standardised(
    place: Place, a: Tensor, inner: Sequence[int], eps: Fraction, letters: Sequence[str] = ()
) -> tuple[Definition, ...]:
    """``μ``, ``s = √(mean of (a − μ)² + ε)`` and ``x = (a − μ)/s``, with population statistics."""
    first, second, third = (_over(a, inner, letters) for _ in range(3))
    mu = place.auxiliary("mu", _shape(first.outer), _letters(first.outer))
    s = place.auxiliary("s", _shape(first.outer), _letters(first.outer))
    x = place.auxiliary("x", a.shape, _letters(third.axes))
    spread = _mean(second, (a[second.axes] - mu[second.outer]) ** 2)
    return (
        Definition(mu, first.outer, _mean(first, a[first.axes])),
        Definition(s, second.outer, (spread + quantity(eps) if eps else spread) ** HALF),
        Definition(x, third.axes, (a[third.axes] - mu[third.outer]) / s[third.outer]),
    )


def _scaled(place: Place, x: Tensor, features: Sequence[int], *, affine: bool, bias: bool) -> Definition:
    """``z = γ·x + β`` with one γ and β for each position along the axes ``features``."""
    axes = indices_of(x)
    z = place.output(x.shape, x.letters)
    body: Written = x[axes]
    if affine:
        own = tuple(axes[n] for n in features)
        body = place.parameter("gamma", _shape(own), "".join(_letters(own)))[own] * body
        if bias:
            body = body + place.parameter("beta", _shape(own), "".join(_letters(own)))[own]
    return Definition(z, axes, body)


@layer(
    "layer",
    "z",
    Option("axes", count, 1),
    Option("eps", number, _EPS),
    Option("elementwise_affine", flag, default=True),
    Option("bias", flag, default=True),
)
def layer_norm(
    place: Place, a: Tensor, *, axes: int, eps: Fraction, elementwise_affine: bool, bias: bool
) -> tuple[Definition, ...]:
    """Layer normalisation over the last axis: ``z[j] = γ[j]·(a[j] − μ)/s + β[j]``, ``s = √(var + ε)``.

    μ and var are the mean and the population variance over the last ``axes`` axes, whose sizes are
    torch.nn.LayerNorm's normalized_shape; γ and β have these sizes.
    """
    if not 1 <= axes <= len(a.shape):
        raise MisfitError(f"layer_norm over the last {axes} axes, and its input is {told(a.shape)}", "axes")
    inner = range(len(a.shape) - axes, len(a.shape))
    stated = _standardised(place, a, inner, eps)
    return (*stated, _scaled(place, stated[-1].target, inner, affine=elementwise_affine, bias=bias))


def _batch_norm(name: str, kinds: dict[int, str], summary: str) -> Layer:
    """The catalogue entry of batch normalisation over batches of these numbers of axes."""

    def state(place: Place, a: Tensor, *, eps: Fraction, affine: bool, bias: bool) -> tuple[Definition, ...]:
        if len(a.shape) not in kinds:
            hint = "; --batch 8 takes 8 samples of it" if len(a.shape) + 1 in kinds else ""
            raise MisfitError(
                f"{name} needs a batch {' or '.join(kinds.values())}, and its input is {told(a.shape)}{hint}"
            )
        inner = [n for n in range(len(a.shape)) if n != 1]
        if prod(a.shape[n] for n in inner) == 1:
            raise MisfitError(
                f"{name} needs more than one entry per channel, and its input is {told(a.shape)}"
            )
        stated = _standardised(place, a, inner, eps, "nckl"[: len(a.shape)])
        return (*stated, _scaled(place, stated[-1].target, (1,), affine=affine, bias=bias))

    state.__doc__ = summary
    return Layer(
        name,
        "layer",
        "z",
        (
            Option("eps", number, _EPS),
            Option("affine", flag, default=True),
            Option("bias", flag, default=True),
        ),
        state,
        over="batch",
    )


batch_norm1d = _batch_norm(
    "batch_norm1d",
    {2: "N×C", 3: "N×C×L"},
    """Batch normalisation with the batch's own statistics: ``z[n,c] = γ[c]·(a[n,c] − μ[c])/s[c] + β[c]``.

    a: N × C or N × C × L; μ, var over N and L (torch.nn.BatchNorm1d in training), ``s = √(var + ε)``.
    """,
)
batch_norm2d = _batch_norm(
    "batch_norm2d",
    {4: "N×C×H×W"},
    """Batch normalisation of images: ``z[n,c,k,l] = γ[c]·(a[n,c,k,l] − μ[c])/s[c] + β[c]``.

    a: N × C × H × W; μ and var are the batch's own, over N, H and W (torch.nn.BatchNorm2d in training),
    ``s = √(var + ε)``.
    """,
)


@layer("layer", "z", Option("eps", number, _EPS), Option("elementwise_affine", flag, default=True))
def rms_norm(place: Place, a: Tensor, *, eps: Fraction, elementwise_affine: bool) -> tuple[Definition, ...]:
    """Root mean square normalisation over the last axis: ``z[j] = γ[j]·a[j]/s``, ``s = √(mean a² + ε)``.

    torch.nn.RMSNorm over the last axis; its eps is by default the machine's, ours 1e-5.
    """
    if not a.shape:
        raise MisfitError("rms_norm needs an input with at least one axis")
    last = len(a.shape) - 1
    over, out = _over(a, (last,)), _over(a, (last,))
    s = place.auxiliary("s", _shape(over.outer), _letters(over.outer))
    x = place.auxiliary("x", a.shape, a.letters)
    square = _mean(over, a[over.axes] ** 2)
    root = Definition(s, over.outer, (square + quantity(eps) if eps else square) ** HALF)
    unit = Definition(x, out.axes, a[out.axes] / s[out.outer])
    return root, unit, _scaled(place, x, (last,), affine=elementwise_affine, bias=False)


@layer(
    "layer",
    "z",
    Option("num_groups", count),
    Option("eps", number, _EPS),
    Option("affine", flag, default=True),
    Option("bias", flag, default=True),
)
def group_norm(
    place: Place, a: Tensor, *, num_groups: Size, eps: Fraction, affine: bool, bias: bool
) -> tuple[Definition, ...]:
    """Group normalisation of a sample: ``z[c,…] = γ[c]·(a[c,…] − μ[g])/s[g] + β[c]``, g the group of c.

    a: C × …, the channels first. μ and var are over the C/G channels of a group and all places
    (torch.nn.GroupNorm without the batch), ``s = √(var + ε)``.
    """
    if not a.shape:
        raise MisfitError("group_norm needs an input with channels, and its input is a single number")
    channels, *places = a.shape
    if isinstance(channels, int) and isinstance(num_groups, int) and channels % num_groups:
        raise MisfitError(f"num_groups={num_groups} does not divide the {channels} channels", "num_groups")
    members = divided(channels, num_groups)
    if prod((members, *places)) == 1:
        raise MisfitError(f"group_norm needs more than one entry per group, and its input is {told(a.shape)}")
    letters = ("k", "l", "t", "r", "q", "j", "i")[: len(places)]

    def group() -> tuple[Index, Affine, tuple[Index, ...]]:
        g, m = Index(num_groups, "g"), Index(members, "m")
        rest = tuple(Index(size, letter) for size, letter in zip(places, letters, strict=False))
        return g, g * members + m, (m, *rest)

    mu = place.auxiliary("mu", (num_groups,), ("g",))
    s = place.auxiliary("s", (num_groups,), ("g",))
    x = place.auxiliary("x", (num_groups, members, *places), ("g", "m", *letters))
    z = place.output(a.shape, ("c", *letters))
    g, c, inner = group()
    mean = Definition(mu, (g,), _mean(_Over((), (g,), inner), a[c, *inner[1:]]))
    g, c, inner = group()
    spread = _mean(_Over((), (g,), inner), (a[c, *inner[1:]] - mu[g]) ** 2)
    root = Definition(s, (g,), (spread + quantity(eps) if eps else spread) ** HALF)
    g, c, inner = group()
    unit = Definition(x, (g, *inner), (a[c, *inner[1:]] - mu[g]) / s[g])
    g, c, inner = group()
    n = Index(channels, "c")
    body: Written = x[g, *inner]
    if affine:
        body = place.parameter("gamma", (channels,), "c")[n] * body
    placed: Written = Total((g, inner[0]), same(n, c) * body)
    if affine and bias:
        placed = placed + place.parameter("beta", (channels,), "c")[n]
    return mean, root, unit, Definition(z, (n, *inner[1:]), placed)
