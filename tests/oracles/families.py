"""All families of derivations, and how often each is drawn."""

from __future__ import annotations

from random import Random

from oracles.derivations import Derivation, Family
from oracles.derivations_of_forms import (
    batches,
    index_convolution,
    index_linear,
    index_losses,
    least_squares,
    matrices,
)
from oracles.derivations_of_layers import (
    activation,
    convolution,
    layers,
    linear,
    own_convolution,
    own_layers,
    own_linear,
    squares,
)
from oracles.derivations_of_losses import batch_norm, functions, log_sum_exp, logistic, norms, softmax

# How many of a hundred come from where.
FAMILIES: dict[Family, int] = {
    convolution: 16,
    own_convolution: 6,
    linear: 8,
    own_linear: 5,
    activation: 4,
    squares: 6,
    layers: 9,
    own_layers: 9,
    logistic: 5,
    softmax: 4,
    log_sum_exp: 2,
    norms: 3,
    batch_norm: 3,
    functions: 4,
    index_convolution: 5,
    index_linear: 5,
    index_losses: 4,
    matrices: 6,
    batches: 3,
    least_squares: 3,
}


def drawn(random: Random) -> Derivation:
    (family,) = random.choices(list(FAMILIES), list(FAMILIES.values()))
    return family(random)
