"""Values in floats at a few points at once, each beside its size: what rounding may have done to it.

The size of a value is what its expression would give if nothing in it cancelled: |u| + |v| for u − v. A
float is off by some 10⁻¹⁶ of its size at most, so two values whose difference is small beside their sizes
cannot be told apart, however much of it is left: 1 − p with p near 1 is noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

from symgrad.verify.equality.unknown import coefficients
from symgrad.verify.equality.values import Evaluator
from symgrad.verify.scalars import Scalar

POINTS: Final = 4
Floats: TypeAlias = tuple[float, ...]
"""The values at each point, then the sizes at each point."""

_NOISE: Final = 1e-12


def _sigmoid(u: float) -> float:
    if u >= 0:
        return 1 / (1 + math.exp(-u))
    e = math.exp(u)
    return e / (1 + e)


FUNCTIONS: Final[dict[str, Callable[..., float]]] = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda u: max(u, 0.0) + math.log1p(math.exp(-abs(u))),
    "relu": lambda u: max(u, 0.0),
    "abs": abs,
    "sign": lambda u: float((u > 0) - (u < 0)),
    "sin": math.sin,
    "cos": math.cos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "erf": math.erf,
    "max": max,
    ">": lambda u: float(u > 0),
    ">=": lambda u: float(u >= 0),
    "=": lambda u: float(u == 0),
}

_SLOPES: Final[dict[str, Callable[[float, float], float]]] = {
    "exp": lambda u, f: f,
    "log": lambda u, f: 1 / abs(u),
    "tanh": lambda u, f: 1 - f * f,
    "sigmoid": lambda u, f: f * (1 - f),
    "softplus": lambda u, f: _sigmoid(u),
    "sinh": lambda u, f: math.cosh(u),
    "cosh": lambda u, f: abs(math.sinh(u)),
    "erf": lambda u, f: 1.13 * math.exp(-u * u),
}
"""At most how much faster than its argument each changes; 1 for the others."""

_STEPS: Final = frozenset(["sign", ">", ">=", "="])


class FloatEvaluator(Evaluator[Floats]):
    """Floats at all points at once; NaN where there is no value."""

    def number(self, node: Scalar) -> Floats:
        """The number, rounded."""
        value = _float(node.data)
        return (value,) * POINTS + (abs(value),) * POINTS

    def plus(self, values: Sequence[Floats]) -> Floats:
        """The sum; sizes add up."""
        return tuple(map(sum, zip(*values, strict=True)))

    def times(self, values: Sequence[Floats]) -> Floats:
        """The product; sizes multiply."""
        return tuple(map(math.prod, zip(*values, strict=True)))

    def power(self, value: Floats, exponent: Any) -> Floats:
        """A rational power."""
        e = _float(exponent)
        return _each(lambda u, s: _power(u, s, e), value[:POINTS], value[POINTS:])

    def function(self, node: Scalar, values: Sequence[Floats]) -> Floats:
        """π, a symbolic power, a call, a bracket or an unknown function."""
        kind = node.kind
        if kind == "pi":
            return (math.pi,) * (2 * POINTS)
        spread = [part for value in values for part in (value[:POINTS], value[POINTS:])]
        if kind == "abstract":
            polynomials = coefficients(*node.unknown)
            return _each(lambda *point: _unknown(polynomials, point), *spread)
        if kind == "raise":
            return _each(_raised, *spread)
        name = node.data
        if name == "max":
            return _each(lambda u, s, v, t: (max(u, v), s + t), *spread)
        f = FUNCTIONS[name]
        if name in _STEPS:
            # What is 0 but for rounding is 0.
            return _each(lambda u, s: (w := f(0.0 if abs(u) <= _NOISE * s else u), abs(w)), *spread)
        slope = _SLOPES.get(name)
        if slope is None:
            return _each(lambda u, s: (w := f(u), max(s, abs(w))), *spread)
        return _each(lambda u, s: (w := f(u), abs(w) + slope(u, w) * s), *spread)


def _float(value: int | Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _each(function: Callable[..., tuple[float, float]], *values: Floats) -> Floats:
    found, sizes = [], []
    for point in zip(*values, strict=True):
        try:
            value, size = function(*point)
        except (ValueError, OverflowError, ZeroDivisionError):
            value = size = math.nan
        found.append(value)
        sizes.append(size)
    return (*found, *sizes)


def real_power(value: float, exponent: float) -> float:
    """A real power; NaN where it is not real."""
    if value < 0 and exponent != int(exponent):
        return math.nan
    return float(value**exponent)


def _power(u: float, s: float, exponent: float) -> tuple[float, float]:
    if exponent < 0 and abs(u) <= _NOISE * s:
        return math.nan, math.nan
    found = real_power(u, exponent)
    if not u:
        return found, s**exponent if exponent > 0 else math.nan
    return found, abs(found) * max(1.0, s / abs(u)) ** abs(exponent)


def _raised(u: float, s: float, v: float, t: float) -> tuple[float, float]:
    found = real_power(u, v)
    if not u:
        return found, abs(found)
    return found, abs(found) * (1 + abs(math.log(abs(u))) * t + abs(v) * s / abs(u))


def _unknown(polynomials: Any, point: Floats) -> tuple[float, float]:
    result = size = 0.0
    for factors in polynomials:
        product = largest = 1.0
        for polynomial, u, s in zip(factors, point[::2], point[1::2], strict=True):
            value = bound = 0.0
            for c in reversed(polynomial):
                value = value * u + float(c)
                bound = bound * s + abs(float(c))
            product *= value
            largest *= bound
        result += product
        size += largest
    return result, size
