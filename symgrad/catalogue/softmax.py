"""Softmax and what is made of it: each entry is compared with all along the last axis."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from symgrad.algebra.affine import Index
from symgrad.algebra.functions import exp, log
from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.written import Definition, Total, Written, quantity
from symgrad.catalogue.declare import MisfitError, Place, layer, told
from symgrad.catalogue.options import Option, choice, number


def _axes(z: Tensor, what: str) -> tuple[Index, ...]:
    if not z.shape:
        raise MisfitError(f"{what} needs an input with at least one axis, and its input is {told(z.shape)}")
    return indices_of(z)


def _over(z: Tensor, axes: tuple[Index, ...]) -> Written:
    """``Σ_k e^z[…, k]``."""
    k = axes[-1].again()
    return Total((k,), exp(z[*axes[:-1], k]))


@layer("activation", "a")
def softmax(place: Place, z: Tensor) -> Definition:
    """Exponentials that sum to 1 along the last axis: ``p[i] = e^z[i] / Σ_k e^z[k]``."""
    axes = _axes(z, "softmax")
    return Definition(place.output(z.shape, z.letters), axes, exp(z[axes]) / _over(z, axes))


@layer("activation", "a")
def log_softmax(place: Place, z: Tensor) -> tuple[Definition, ...]:
    """Logarithm of softmax along the last axis: ``a[i] = z[i] − log Σ_k e^z[k]``."""
    axes = _axes(z, "log_softmax")
    p = place.auxiliary("p", z.shape, z.letters)
    a = place.output(z.shape, z.letters)
    fresh = _axes(z, "log_softmax")
    return (
        Definition(p, axes, exp(z[axes]) / _over(z, axes)),
        Definition(a, fresh, z[fresh] - log(_over(z, fresh))),
    )


@layer(
    "loss",
    "L",
    Option("reduction", choice("mean", "sum", "none"), "mean"),
    Option("label_smoothing", number, 0),
)
def cross_entropy(
    place: Place, z: Tensor, *, reduction: str, label_smoothing: Fraction
) -> tuple[Definition, ...]:
    """Cross-entropy of softmax with class probabilities y: ``L = −Σ_k y[k]·(z[k] − log Σ_l e^z[l])``.

    z holds one score per class along its last axis, y the probabilities of the classes, which sum to 1.
    Leading axes count as samples: reduction=mean divides by their number, for none each has its own loss.
    With label smoothing ε, y[k]
    is read as (1 − ε)·y[k] + ε/K for K classes (torch.nn.CrossEntropyLoss).
    """
    if not 0 <= label_smoothing <= 1:
        raise MisfitError("label_smoothing lies between 0 and 1", "label_smoothing")
    axes = _axes(z, "cross_entropy")
    p = place.auxiliary("p", z.shape, z.letters)
    y = place.target(z, sums_to_one=len(z.shape) - 1)
    fresh = _axes(z, "cross_entropy")
    weight: Written = y[fresh]
    if label_smoothing:
        classes = z.shape[-1]
        weight = quantity(1 - label_smoothing) * weight + quantity(label_smoothing) / quantity(classes)
    inner = z[fresh] - log(_over(z, fresh))
    return (
        Definition(p, axes, exp(z[axes]) / _over(z, axes)),
        _reduced(place, z, fresh, weight * inner, reduction),
    )


@layer("loss", "L", Option("reduction", choice("mean", "sum", "none"), "mean"))
def nll(place: Place, a: Tensor, *, reduction: str) -> Definition:
    """Negative log-likelihood of log-probabilities a under class probabilities y: ``L = −Σ_k y[k]·a[k]``.

    torch.nn.NLLLoss takes a class; a one-hot y is that class. Leading axes count as samples, each of which
    has its own loss for reduction=none.
    """
    axes = _axes(a, "nll")
    y = place.target(a, sums_to_one=len(a.shape) - 1)
    return _reduced(place, a, axes, y[axes] * a[axes], reduction)


def _reduced(place: Place, a: Tensor, axes: tuple[Index, ...], each: Written, reduction: str) -> Definition:
    """``−Σ_k each`` over the classes k of a sample, and over the samples or their mean.

    For reduction=none each sample has its loss; a single one is the loss of the network.
    """
    *samples, k = axes
    if reduction == "none" and samples:
        return Definition(place.losses(a, len(samples)), tuple(samples), -Total((k,), each))
    loss = -Total(axes, each)
    number = prod(a.shape[:-1])
    return Definition(place.objective(), (), loss / number if reduction == "mean" and number != 1 else loss)
