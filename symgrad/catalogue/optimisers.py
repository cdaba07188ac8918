"""Optimisers: one step each, from an entry of a parameter, its gradient and what is kept between steps.

A declaration is a function from a parameter w and its gradient g to the equations of a step, in order of
evaluation; the last one defines the new w. The semantics are those of torch.optim, with weight decay only
where the equation shows it, no dampening, and a learning rate that stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple, TypeAlias

from symgrad.algebra.tensors import Tensor, corrected, kept_with, renewed
from symgrad.algebra.written import Constant, Definition
from symgrad.catalogue.declare import elementwise

LETTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "eta": ("eta", "xi", "chi"),
    "mu": ("mu", "alpha", "nu"),
    "beta": ("beta", "rho", "theta"),
    "rho": ("rho", "alpha", "kappa"),
    "epsilon": ("epsilon", "delta", "zeta"),
    "lambda": ("lambda", "omega", "psi"),
    "t": ("t", "tau", "n"),
}
"""What each constant is called, and what else where a network has that name: other textbooks' letters."""


class Constants(NamedTuple):
    """The constants of a step under the names that they have beside a network."""

    eta: Constant
    mu: Constant
    rho: Constant
    beta_1: Constant
    beta_2: Constant
    beta_1_to_t: Constant
    beta_2_to_t: Constant
    epsilon: Constant
    decay: Constant
    roles: Mapping[str, str]
    """What each name stands for: ``rho_1`` for ``beta_1``."""


def constants(taken: Collection[str] = ()) -> Constants:
    """The constants of a step, none under a name that is taken as long as there are others, no two alike."""
    found: dict[str, str] = {}
    for usual, names in LETTERS.items():
        free = (name for name in names if name not in taken and name not in found.values())
        found[usual] = next(free, usual)
    eta, mu, beta, rho, epsilon, decay, t = found.values()
    names = (eta, mu, rho, f"{beta}_1", f"{beta}_2", epsilon, decay, t)
    return Constants(
        eta=Constant(eta),
        mu=Constant(mu),
        rho=Constant(rho),
        beta_1=Constant(f"{beta}_1"),
        beta_2=Constant(f"{beta}_2"),
        beta_1_to_t=Constant(f"{beta}_1^{t}"),
        beta_2_to_t=Constant(f"{beta}_2^{t}"),
        epsilon=Constant(epsilon),
        decay=Constant(decay),
        roles=dict(zip(names, _ROLES, strict=True)),
    )


_ROLES: Final = ("eta", "mu", "rho", "beta_1", "beta_2", "epsilon", "lambda", "t")
USUAL: Final = constants()

Step: TypeAlias = Callable[[Tensor, Tensor, Constants], tuple[Definition, ...]]


class Optimiser(NamedTuple):
    """A catalogue entry: ``title`` is its name in running text, ``step`` its equations for one parameter."""

    name: str
    title: str
    step: Step


def optimiser(title: str) -> Callable[[Step], Optimiser]:
    """Declare the decorated step as the optimiser of its name."""
    return lambda step: Optimiser(step.__name__, title, step)


@optimiser("gradient descent")
def sgd(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.SGD(lr=η)``."""
    return (elementwise(renewed(w), w, lambda k: w[k] - c.eta * g[k]),)


@optimiser("gradient descent with momentum")
def momentum(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.SGD(lr=η, momentum=μ)``."""
    before = kept_with(w, "v")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: c.mu * before[k] + g[k]),
        elementwise(renewed(w), w, lambda k: w[k] - c.eta * after[k]),
    )


@optimiser("gradient descent with Nesterov momentum")
def nesterov(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.SGD(lr=η, momentum=μ, nesterov=True)``."""
    before = kept_with(w, "v")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: c.mu * before[k] + g[k]),
        elementwise(renewed(w), w, lambda k: w[k] - c.eta * (g[k] + c.mu * after[k])),
    )


@optimiser("Adagrad")
def adagrad(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.Adagrad(lr=η, eps=ε)``."""
    before = kept_with(w, "s")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: before[k] + g[k] ** 2),
        elementwise(renewed(w), w, lambda k: w[k] - c.eta * g[k] / (after[k] ** 0.5 + c.epsilon)),
    )


@optimiser("RMSprop")
def rmsprop(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.RMSprop(lr=η, alpha=ρ, eps=ε)``."""
    before = kept_with(w, "s")
    after = renewed(before)
    return (
        elementwise(after, w, lambda k: c.rho * before[k] + (1 - c.rho) * g[k] ** 2),
        elementwise(renewed(w), w, lambda k: w[k] - c.eta * g[k] / (after[k] ** 0.5 + c.epsilon)),
    )


@optimiser("Adam")
def adam(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.Adam(lr=η, betas=(β₁, β₂), eps=ε)`` at step t."""
    m, v = _unbiased(w)
    return (
        *_moments(w, g, c),
        elementwise(renewed(w), w, lambda k: w[k] - c.eta * m[k] / (v[k] ** 0.5 + c.epsilon)),
    )


@optimiser("AdamW")
def adamw(w: Tensor, g: Tensor, c: Constants = USUAL) -> tuple[Definition, ...]:
    """``torch.optim.AdamW(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=λ)`` at step t."""
    m, v = _unbiased(w)
    decay = c.eta * c.decay
    return (
        *_moments(w, g, c),
        elementwise(renewed(w), w, lambda k: w[k] - decay * w[k] - c.eta * m[k] / (v[k] ** 0.5 + c.epsilon)),
    )


def _unbiased(w: Tensor) -> tuple[Tensor, Tensor]:
    return corrected(w, "m"), corrected(w, "v")


def _moments(w: Tensor, g: Tensor, c: Constants) -> tuple[Definition, ...]:
    """The running means of g and of g², then both corrected for the bias of a start at 0."""
    m, v = kept_with(w, "m"), kept_with(w, "v")
    m_after, v_after = renewed(m), renewed(v)
    m_hat, v_hat = _unbiased(w)
    return (
        elementwise(m_after, w, lambda k: c.beta_1 * m[k] + (1 - c.beta_1) * g[k]),
        elementwise(v_after, w, lambda k: c.beta_2 * v[k] + (1 - c.beta_2) * g[k] ** 2),
        elementwise(m_hat, w, lambda k: m_after[k] / (1 - c.beta_1_to_t)),
        elementwise(v_hat, w, lambda k: v_after[k] / (1 - c.beta_2_to_t)),
    )
