"""Losses: each ends a network in a single number L, or, for reduction=none, in a tensor of losses l."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Final

from symgrad.algebra import functions
from symgrad.algebra.affine import Index
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.written import Definition, Sum, Total, Written, nonpositive, positive, quantity
from symgrad.catalogue.declare import MisfitError, Place, elementwise, layer, told
from symgrad.catalogue.options import Option, choice, flag, nonnegative_number, number, positive_number

_HALF: Final = Fraction(1, 2)
_AGAINST_ZERO: Final = Fraction(1, 10**12)
"""What torch adds to the square of a norm that it divides by."""
_REDUCTION: Final = Option("reduction", choice("mean", "sum", "none"), "mean")

Each = Callable[[Written, Written], Written]
"""The loss of one entry from the network's output and the target there."""


class Cases(Sum):
    """A sum of cases, of which one holds at each entry."""

    __slots__ = ()


def _reduced(
    place: Place, a: Tensor, reduction: str, each: Each, *, part: Fraction | int = 1, over: Size | None = None
) -> Definition:
    """``L = part/over · Σ_i each(a[i], y[i])``; over is the number of entries, or 1 for reduction=sum."""
    y = place.target(a)
    if reduction == "none":
        l = place.losses(a)  # as torch calls it
        return elementwise(l, a, lambda axes: part * each(a[axes], y[axes]))
    axes = indices_of(a)
    loss = each(a[axes], y[axes])
    number = prod(a.shape) if over is None else over

    def scaled(summand: Written) -> Written:
        return part * summand if reduction == "sum" else part * summand / number

    # Cases are summed apart: a line can be broken between them.
    cases = loss.parts if isinstance(loss, Cases) else (loss,)
    return Definition(place.objective(), (), Total(axes, Sum(tuple(map(scaled, cases)))))


@layer("loss", "L", _REDUCTION, Option("half", flag, default=False))
def mse(place: Place, a: Tensor, *, reduction: str, half: bool) -> Definition:
    """Squared error: ``L = 1/n · Σ_i (a[i] − y[i])²``, without 1/n for reduction=sum, halved for half."""
    return _reduced(place, a, reduction, lambda a, y: (a - y) ** 2, part=_HALF if half else 1)


@layer("loss", "L", _REDUCTION)
def l1(place: Place, a: Tensor, *, reduction: str) -> Definition:
    """Absolute error: ``L = 1/n · Σ_i |a[i] − y[i]|``; the derivative at a[i] = y[i] is 0."""
    return _reduced(place, a, reduction, lambda a, y: functions.absolute(a - y))


@layer("loss", "L", _REDUCTION, Option("beta", nonnegative_number, 1))
def smooth_l1(place: Place, a: Tensor, *, reduction: str, beta: Fraction) -> Definition:
    """With d = a[i] − y[i], the mean of ½·d²/beta where |d| ≤ beta, else of |d| − ½·beta; l1 for beta=0."""

    def each(a: Written, y: Written) -> Written:
        d = functions.absolute(a - y)
        if not beta:
            return d
        square = (a - y) ** 2 * (_HALF / beta)
        return Cases((nonpositive(d - beta) * square, positive(d - beta) * (d - beta / 2)))

    return _reduced(place, a, reduction, each)


@layer("loss", "L", _REDUCTION, Option("delta", positive_number, 1))
def huber(place: Place, a: Tensor, *, reduction: str, delta: Fraction) -> Definition:
    """With d = a[i] − y[i], the mean of ½·d² where |d| ≤ delta, else of delta·(|d| − ½·delta)."""

    def each(a: Written, y: Written) -> Written:
        d = functions.absolute(a - y)
        square = _HALF * (a - y) ** 2
        return Cases(
            (nonpositive(d - delta) * square, positive(d - delta) * quantity(delta) * (d - delta / 2))
        )

    return _reduced(place, a, reduction, each)


@layer("loss", "L", _REDUCTION)
def bce(place: Place, a: Tensor, *, reduction: str) -> Definition:
    """Binary cross-entropy of probabilities: the mean of −(y·log a + (1 − y)·log(1 − a))."""
    return _reduced(
        place, a, reduction, lambda a, y: -(y * functions.log(a) + (1 - y) * functions.log(1 - a))
    )


@layer("loss", "L", _REDUCTION)
def bce_with_logits(place: Place, a: Tensor, *, reduction: str) -> Definition:
    """Binary cross-entropy of logits: the mean of softplus(a) − y·a, whose derivative is σ(a) − y."""
    return _reduced(place, a, reduction, lambda a, y: functions.softplus(a) - y * a)


@layer("loss", "L", Option("margin", number, 1), _REDUCTION)
def hinge_embedding(place: Place, a: Tensor, *, margin: Fraction, reduction: str) -> Definition:
    """The mean of a where y = 1 and of max(0, margin − a) where y = −1; y is always one of the two."""

    def each(a: Written, y: Written) -> Written:
        return positive(y) * a + nonpositive(y) * nonpositive(a - margin) * (quantity(margin) - a)

    return _reduced(place, a, reduction, each)


@layer(
    "loss",
    "L",
    Option("reduction", choice("mean", "sum", "batchmean", "none"), "mean"),
    Option("log_target", flag, default=False),
)
def kl_div(place: Place, a: Tensor, *, reduction: str, log_target: bool) -> Definition:
    """Kullback–Leibler divergence of log-probabilities a: the mean of y·log y − y·a.

    batchmean is the sum over the size of the first axis; with log_target y is a log-probability too, and
    the terms are e^y·(y − a).
    """

    def each(a: Written, y: Written) -> Written:
        return functions.exp(y) * (y - a) if log_target else y * functions.log(y) - y * a

    return _reduced(place, a, reduction, each, over=a.shape[0] if reduction == "batchmean" else None)


@layer("loss", "L", Option("margin", number, 0), _REDUCTION, inputs=("x1", "x2"))
def cosine_embedding(
    place: Place, a: Tensor, u: Tensor, *, margin: Fraction, reduction: str
) -> tuple[Definition, ...]:
    """The mean of 1 − c where y = 1 and of max(0, c − margin) where y = −1, c the cosine of a and u.

    a and u: … × C, y: one of 1 and −1 for each of the samples that the leading axes count;
    ``c = Σ_j p[j]·q[j]`` for the directions ``p = a/r`` and ``q = u/s``, r and s the norms. As in torch
    10⁻¹² is added to the squares of the norms, so that c is 0 where one of the inputs is.
    """
    if a.shape != u.shape or not a.shape:
        raise MisfitError(
            f"cosine_embedding compares two inputs of one shape, and they are {told(a.shape)} and "
            f"{told(u.shape)}"
        )
    if not -1 <= margin <= 1:
        raise MisfitError("margin lies between -1 and 1", "margin")
    samples, letters = a.shape[:-1], a.letters[:-1]
    c = place.intermediate("c", samples, letters)
    p, *first = _direction(place, a, "p", "r")
    q, *second = _direction(place, u, "q", "s")
    axes = tuple(Index(size, letter) for size, letter in zip(samples, letters, strict=True))
    j = Index(a.shape[-1], a.letters[-1])
    cosine = Definition(c, axes, Total((j,), p.target[*axes, j] * q.target[*axes, j]))

    def each(c: Written, y: Written) -> Written:
        far = nonpositive(y) * nonpositive(quantity(margin) - c)
        return Cases((positive(y) * (1 - c), far * (c - quantity(margin))))

    return *first, p, *second, q, cosine, _reduced(place, c, reduction, each)


def _direction(place: Place, a: Tensor, name: str, norm: str) -> tuple[Definition, Definition]:
    """``a/r``, and ``r = √(Σ_j a[j]² + 10⁻¹²)``."""
    r = place.auxiliary(norm, a.shape[:-1], a.letters[:-1])
    p = place.auxiliary(name, a.shape, a.letters)
    first, second = (indices_of(a) for _ in "pr")
    return (
        Definition(p, first, a[first] / r[first[:-1]]),
        Definition(r, second[:-1], (Total(second[-1:], a[second] ** 2) + quantity(_AGAINST_ZERO)) ** _HALF),
    )
