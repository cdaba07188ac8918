"""The fast filter: values at fixed pseudo-random points, exact remainders where there are any, else floats.

A rational expression is evaluated modulo the prime 2¹²⁷ − 1 at one point; two that differ agree there with
probability of about degree/2¹²⁷. Anything else is evaluated in floats at four points. Neither is a proof.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any, Final

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.unknown import coefficients
from symgrad.verify.equality.values import Evaluator
from symgrad.verify.scalars import Scalar

PRIME: Final = 2**127 - 1
POINTS: Final = 4
_TOLERANCE: Final = 1e-9
_MIXED: Final = 0.5
_SIZES: Final = ((0.15, 0.75), (0.2, 2.0), (0.3, 1.6), (0.2, 1.2))

Floats = tuple[float, ...]


class _NotRationalError(Exception):
    """The expression has no remainder."""


class _Residues(Evaluator[int]):
    """Modulo PRIME; None for a division by 0."""

    def number(self, node: Scalar) -> int:
        value = node.value
        if isinstance(value, int):
            return value % PRIME
        return value.numerator * pow(value.denominator, -1, PRIME) % PRIME

    def plus(self, values: Sequence[int]) -> int:
        return sum(values) % PRIME

    def times(self, values: Sequence[int]) -> int:
        result = values[0]
        for value in values[1:]:
            result = result * value % PRIME
        return result

    def power(self, value: int, exponent: Any) -> int | None:
        if not isinstance(exponent, int):
            raise _NotRationalError
        return None if not value and exponent < 0 else pow(value, exponent, PRIME)

    def function(self, node: Scalar, values: Sequence[int]) -> int:
        if node.kind != "abstract":
            raise _NotRationalError
        result = 0
        for polynomials in coefficients(*node.unknown):
            product = 1
            for polynomial, u in zip(polynomials, values, strict=True):
                value = 0
                for c in reversed(polynomial):
                    value = (value * u + _mod(c)) % PRIME
                product = product * value % PRIME
            result += product
        return result % PRIME


def _mod(c: Fraction) -> int:
    return c.numerator * pow(c.denominator, -1, PRIME) % PRIME


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


def real_power(value: float, exponent: float) -> float:
    """A real power; NaN where it is not real."""
    if value < 0 and exponent != int(exponent):
        return math.nan
    return float(value**exponent)


class _Floats(Evaluator[Floats]):
    """Floats at all points at once; NaN where there is no value."""

    def number(self, node: Scalar) -> Floats:
        return (_float(node.data),) * POINTS

    def plus(self, values: Sequence[Floats]) -> Floats:
        return tuple(map(sum, zip(*values, strict=True)))

    def times(self, values: Sequence[Floats]) -> Floats:
        return tuple(map(math.prod, zip(*values, strict=True)))

    def power(self, value: Floats, exponent: Any) -> Floats:
        if exponent == -1:
            return tuple([1 / u if u else math.nan for u in value])
        return _each(real_power, [value], _float(exponent))

    def function(self, node: Scalar, values: Sequence[Floats]) -> Floats:
        kind = node.kind
        if kind == "abstract":
            return tuple(_unknown(node, point) for point in zip(*values, strict=True))
        if kind == "pi":
            return (math.pi,) * POINTS
        return _each(real_power if kind == "raise" else FUNCTIONS[node.data], values)


def _float(value: int | Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _each(function: Callable[..., float], values: Sequence[Floats], *more: float) -> Floats:
    result = []
    for point in zip(*values, strict=True):
        try:
            result.append(function(*point, *more))
        except (ValueError, OverflowError, ZeroDivisionError):
            result.append(math.nan)
    return tuple(result)


def _unknown(node: Scalar, point: Floats) -> float:
    result = 0.0
    for polynomials in coefficients(*node.unknown):
        product = 1.0
        for polynomial, u in zip(polynomials, point, strict=True):
            value = 0.0
            for c in reversed(polynomial):
                value = value * u + float(c)
            product *= value
        result += product
    return result


class Sampler:
    """Values at fixed points, remembered for every node: candidates that share parts are compared cheaply.

    Symbols get their values in the order in which they are met, so the same questions in the same order give
    the same answers. ``solved`` is as for an Evaluator.
    """

    def __init__(
        self, seed: int = 0, solved: Mapping[Scalar, Scalar] | None = None, clock: Clock | None = None
    ) -> None:
        self._rng = Random(seed)  # noqa: S311  # no secret
        self._float_rng = Random(seed + 1)  # noqa: S311
        self._residues = _Residues(self._draw_residue, solved, clock)
        self._floats = _Floats(self._draw_floats, solved, clock)
        self._irrational: set[Scalar] = set()

    def _draw_residue(self, s: Scalar) -> int:  # noqa: ARG002
        return self._rng.getrandbits(126) + 2

    def _draw_floats(self, s: Scalar) -> Floats:
        """A point with positive values, two with mixed ones, one with negative ones, as the sign allows."""
        rng, sign = self._float_rng, s.data.sign
        if sign in {"natural", "integer"}:
            floats = (*(float(rng.randint(1, 6)) for _ in range(POINTS - 1)), 2.0)
        else:
            floats = tuple(low + wide * rng.random() for low, wide in _SIZES)
        if sign in {"positive", "nonnegative", "natural"}:
            return floats
        a, b, c, d = floats
        return a, b if rng.random() < _MIXED else -b, c if rng.random() < _MIXED else -c, -d

    def residue(self, e: Scalar) -> int | None:
        """The remainder of ``e``; None where it has none."""
        if e in self._irrational:
            return None
        try:
            return self._residues.value(e)
        except _NotRationalError:
            self._irrational.add(e)
            return None

    def floats(self, e: Scalar) -> Floats:
        """``e`` in floats at each point, NaN where it has no value."""
        return self._floats.value(e) or (math.nan,) * POINTS

    def values(self, e: Scalar) -> tuple[float, ...]:
        """The remainder of a rational expression, floats for any other; to be compared with its like."""
        residue = self.residue(e)
        return self.floats(e) if residue is None else (residue,)

    def differs(self, left: Scalar, right: Scalar) -> bool | None:
        """True: surely or almost surely different. False: they agree at the points. None: no finite point."""
        if left is right:
            return False
        a, b = self.residue(left), self.residue(right)
        if a is not None and b is not None:
            return a != b
        seen = None
        scales = self._scale(left), self._scale(right)
        for u, v, *terms in zip(self.floats(left), self.floats(right), *scales, strict=True):
            if math.isfinite(u) and math.isfinite(v):
                if abs(u - v) > _TOLERANCE * max(abs(u), abs(v), *terms):
                    return True
                seen = False
        return seen

    def _scale(self, e: Scalar) -> Floats:
        """The size of the largest summand: what is lost when the sum is small is not a difference."""
        if e.kind != "sum":
            return (0.0,) * POINTS
        found = [self.floats(arg) for arg in e.args]
        return tuple(max(map(abs, point)) for point in zip(*found, strict=True))


def differs_quickly(
    left: Scalar,
    right: Scalar,
    facts: Sequence[tuple[Scalar, Scalar]] = (),
    sampler: Sampler | None = None,
) -> bool | None:
    """A numeric comparison: True for almost surely different, False for equal at the points; no proof.

    None where no point gives both sides a value. Hand in one ``sampler`` for many candidates that share
    parts; it has to know the facts then: ``Sampler(solved=symgrad.verify.equality.facts.solved(facts))``.
    """
    if sampler is None:
        solved: Mapping[Scalar, Scalar] = {}
        if facts:
            from symgrad.verify.equality.facts import solved as solve

            solved = solve(facts)
        sampler = Sampler(solved=solved)
    try:
        return sampler.differs(left, right)
    except (RecursionError, ValueError, OverflowError):
        return None
