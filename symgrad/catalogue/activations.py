"""Activations: the formula of ``h = f(z)`` for a single entry z; one row each where there are no options.

Where a formula has cases they are value brackets, so that its derivative at a kink is torch's.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.algebra import functions
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Written, nonpositive, positive, quantity
from symgrad.catalogue.declare import Layer, MisfitError, Place, elementwise, layer
from symgrad.catalogue.options import Option, choice, fraction, number, positive_number, word

_HALF = Fraction(1, 2)
_CUBIC = Fraction(44_715, 1_000_000)


def row(name: str, summary: str, formula: Callable[[Written], Written]) -> Layer:
    """The catalogue entry of an activation that acts on each entry alone."""

    def state(place: Place, z: Tensor) -> Definition:
        return _each(place, z, formula)

    state.__doc__ = summary
    return Layer(name, "activation", "a", (), state)


def _each(place: Place, z: Tensor, formula: Callable[[Written], Written]) -> Definition:
    h = place.output(z.shape, z.letters)
    return elementwise(h, z, lambda axes: formula(z[axes]))


relu = row("relu", "max(0, z); the derivative at 0 is 0", lambda z: functions.relu(z))
sigmoid = row("sigmoid", "σ(z) = 1/(1 + e^−z)", lambda z: functions.sigmoid(z))
tanh = row("tanh", "hyperbolic tangent", lambda z: functions.tanh(z))
silu = row("silu", "z·σ(z), also called swish", lambda z: z * functions.sigmoid(z))
softsign = row("softsign", "z/(1 + |z|)", lambda z: z / (1 + functions.absolute(z)))
selu = row(
    "selu",
    "λ·z where z > 0, else λ·α·(e^z − 1), with λ ≈ 1.0507 and α ≈ 1.6733; the derivative at 0 is λ·α",
    lambda z: functions.SELU_SCALE * (positive(z) * z + nonpositive(z) * functions.SELU_ALPHA * _less_one(z)),
)
hardsigmoid = row(
    "hardsigmoid",
    "z/6 + 1/2 where −3 < z < 3, else 0 or 1; the derivative at ±3 is 0",
    lambda z: positive(z + 3) * positive(3 - z) * (z / 6 + _HALF) + nonpositive(3 - z),
)


def _less_one(z: Written) -> Written:
    return functions.exp(z) - 1


@layer("activation", "a", Option("negative_slope", number, Fraction(1, 100)))
def leaky_relu(place: Place, z: Tensor, *, negative_slope: Fraction) -> Definition:
    """The entry z where z > 0, else negative_slope·z; the derivative at 0 is negative_slope."""
    return _each(place, z, lambda z: positive(z) * z + nonpositive(z) * quantity(negative_slope) * z)


@layer("activation", "a", Option("alpha", number, 1))
def elu(place: Place, z: Tensor, *, alpha: Fraction) -> Definition:
    """The entry z where z > 0, else alpha·(e^z − 1); the derivative at 0 is alpha."""
    return _each(place, z, lambda z: positive(z) * z + nonpositive(z) * quantity(alpha) * _less_one(z))


@layer("activation", "a", Option("min_val", number, -1), Option("max_val", number, 1))
def hardtanh(place: Place, z: Tensor, *, min_val: Fraction, max_val: Fraction) -> Definition:
    """The entry z between min_val and max_val, else the nearer of them, at which the derivative is 0.

    Raises:
        MisfitError: min_val is not below max_val.
    """
    if min_val >= max_val:
        raise MisfitError(f"hardtanh needs min_val < max_val, not {min_val} and {max_val}", "min_val")
    low, high = quantity(min_val), quantity(max_val)
    return _each(
        place,
        z,
        lambda z: (
            positive(z - low) * positive(high - z) * z
            + low * nonpositive(z - low)
            + high * nonpositive(high - z)
        ),
    )


@layer("activation", "a", Option("beta", positive_number, 1))
def softplus(place: Place, z: Tensor, *, beta: Fraction) -> Definition:
    """log(1 + e^(beta·z))/beta for every z; torch takes z itself where beta·z > 20, which is 2·10⁻⁹ off."""
    return _each(place, z, lambda z: functions.softplus(quantity(beta) * z) / quantity(beta))


@layer("activation", "a", Option("approximate", choice("none", "tanh"), "none"))
def gelu(place: Place, z: Tensor, *, approximate: str) -> tuple[Definition, ...]:
    """The entry z·Φ(z) with the normal distribution function Φ, or for approximate=tanh close to it.

    That is ½·z·(1 + τ) with τ = tanh(√(2/π)·(z + 0.044715·z³)).
    """
    if approximate == "none":
        return (_each(place, z, lambda z: z * functions.normal_distribution(z)),)
    tau = place.auxiliary("tau", z.shape, z.letters)
    inner = elementwise(
        tau,
        z,
        lambda axes: functions.tanh(functions.GELU_SCALE * (z[axes] + quantity(_CUBIC) * z[axes] ** 3)),
    )
    h = place.output(z.shape, z.letters)
    return inner, elementwise(h, z, lambda axes: _HALF * z[axes] * (1 + tau[axes]))


@layer("activation", "a", Option("p", fraction, _HALF))
def dropout(place: Place, z: Tensor, *, p: Fraction) -> Definition:
    """The entry m·z/(1 − p), where the mask m is 0 for what is dropped, which is a part p of all, else 1.

    m is given, one entry for each of z; no gradient by it is asked for.
    """
    h = place.output(z.shape, z.letters)
    m = place.given("m", z.shape, z.letters)
    return elementwise(h, z, lambda axes: m[axes] * z[axes] / (1 - p))


@layer("activation", "a", Option("f", word, "f"))
def activation(place: Place, z: Tensor, *, f: str) -> Definition:
    """An unknown differentiable function f of each entry; its derivative prints as f′."""
    function = functions.abstract(f)
    return _each(place, z, lambda z: function(z))
