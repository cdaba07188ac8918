"""Optimisers: one step each, from an entry of a parameter, its gradient and what is kept between steps.

A declaration is a function from a parameter w and its gradient g to the equations of a step, in order of
evaluation; the last one defines the new w. The semantics are those of torch.optim, with weight decay only
where the equation shows it, no dampening, and a learning rate that stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from symgrad.algebra.tensors import Tensor, corrected, kept_with, renewed
from symgrad.algebra.written import Constant, Definition
from symgrad.catalogue.declare import elementwise

ETA, MU, RHO = Constant("eta"), Constant("mu"), Constant("rho")
BETA_1, BETA_2 = Constant("beta_1"), Constant("beta_2")
BETA_1_TO_T, BETA_2_TO_T = Constant("beta_1^t"), Constant("beta_2^t")
EPSILON, LAMBDA = Constant("epsilon"), Constant("lambda")

Step: TypeAlias = Callable[[Tensor, Tensor], tuple[Definition, ...]]


class Optimiser(NamedTuple):
    """A catalogue entry: ``title`` is its name in running text, ``step`` its equations for one parameter."""

    name: str
    title: str
    step: Step


def optimiser(title: str) -> Callable[[Step], Optimiser]:
    """Declare the decorated step as the optimiser of its name."""
    return lambda step: Optimiser(step.__name__, title, step)


@optimiser("gradient descent")
def sgd(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.SGD(lr=η)``."""
    return (elementwise(renewed(w), w, lambda k: w[k] - ETA * g[k]),)


@optimiser("gradient descent with momentum")
def momentum(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.SGD(lr=η, momentum=μ)``."""
    before = kept_with(w, "v")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: MU * before[k] + g[k]),
        elementwise(renewed(w), w, lambda k: w[k] - ETA * after[k]),
    )


@optimiser("gradient descent with Nesterov momentum")
def nesterov(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.SGD(lr=η, momentum=μ, nesterov=True)``."""
    before = kept_with(w, "v")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: MU * before[k] + g[k]),
        elementwise(renewed(w), w, lambda k: w[k] - ETA * (g[k] + MU * after[k])),
    )


@optimiser("Adagrad")
def adagrad(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.Adagrad(lr=η, eps=ε)``."""
    before = kept_with(w, "s")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: before[k] + g[k] ** 2),
        elementwise(renewed(w), w, lambda k: w[k] - ETA * g[k] / (after[k] ** 0.5 + EPSILON)),
    )


@optimiser("RMSprop")
def rmsprop(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.RMSprop(lr=η, alpha=ρ, eps=ε)``."""
    before = kept_with(w, "s")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: RHO * before[k] + (1 - RHO) * g[k] ** 2),
        elementwise(renewed(w), w, lambda k: w[k] - ETA * g[k] / (after[k] ** 0.5 + EPSILON)),
    )


@optimiser("Adam")
def adam(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.Adam(lr=η, betas=(β₁, β₂), eps=ε)`` at step t."""
    m, v = _unbiased(w)
    return (
        *_moments(w, g),
        elementwise(renewed(w), w, lambda k: w[k] - ETA * m[k] / (v[k] ** 0.5 + EPSILON)),
    )


@optimiser("AdamW")
def adamw(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """``torch.optim.AdamW(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=λ)`` at step t."""
    m, v = _unbiased(w)
    decay = ETA * LAMBDA
    return (
        *_moments(w, g),
        elementwise(renewed(w), w, lambda k: w[k] - decay * w[k] - ETA * m[k] / (v[k] ** 0.5 + EPSILON)),
    )


def _unbiased(w: Tensor) -> tuple[Tensor, Tensor]:
    return corrected(w, "m"), corrected(w, "v")


def _moments(w: Tensor, g: Tensor) -> tuple[Definition, ...]:
    """The running means of g and of g², then both corrected for the bias of a start at 0."""
    m, v = kept_with(w, "m"), kept_with(w, "v")
    m_after, v_after = renewed(m), renewed(v)
    m_hat, v_hat = _unbiased(w)
    return (
        elementwise(m_after, w, lambda k: BETA_1 * m[k] + (1 - BETA_1) * g[k]),
        elementwise(v_after, w, lambda k: BETA_2 * v[k] + (1 - BETA_2) * g[k] ** 2),
        elementwise(m_hat, w, lambda k: m_after[k] / (1 - BETA_1_TO_T)),
        elementwise(v_hat, w, lambda k: v_after[k] / (1 - BETA_2_TO_T)),
    )
