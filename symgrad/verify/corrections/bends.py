"""What stands under a power, a root, a logarithm or in an exponent, and what it would have to be.

Where a formula is affine in g(s) of a part s, for one of a few functions g, F(s) = A·g(s) + B, the truth says
what g of the part must be. Whether another part fits is then seen at a glance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import exp, isfinite, log, nan, sqrt
from typing import Final, NamedTuple

from symgrad.verify.equality import Sampler
from symgrad.verify.scalars import Scalar, number, substituted

_CLOSE: Final = 1e-7
_LEAST: Final = 2


class Bend(NamedTuple):
    """A function g, and three places at which it is followed."""

    of: Callable[[float], float]
    at: tuple[Fraction, Fraction, Fraction]


def _places(*values: Fraction | int) -> tuple[Fraction, Fraction, Fraction]:
    a, b, c = map(Fraction, values)
    return a, b, c


_HALF: Final = Fraction(1, 2)
_BENDS: Final = (
    Bend(lambda t: t * t, _places(1, 2, 3)),
    Bend(lambda t: 1 / (t * t), _places(1, 2, _HALF)),
    Bend(sqrt, _places(1, 4, 9)),
    Bend(lambda t: 1 / sqrt(t), _places(1, 4, Fraction(1, 4))),
    Bend(lambda t: t * sqrt(t), _places(1, 4, 9)),
    Bend(lambda t: 1 / (t * sqrt(t)), _places(1, 4, Fraction(1, 4))),
    Bend(log, _places(1, 2, 4)),
    Bend(exp, _places(0, 1, 2)),
    Bend(lambda t: exp(-t), _places(0, 1, 2)),
    Bend(lambda t: t**3, _places(1, 2, 3)),
)


class Due(NamedTuple):
    """What g of a part must be at each point; ``now`` is the part itself there."""

    bend: Bend
    now: Sequence[float]
    values: Sequence[float]

    def fits(self, values: Sequence[float]) -> bool:
        """Whether a part with these values is what is due, wherever both exist."""
        met = 0
        for value, due in zip(values, self.values, strict=False):
            here = _value(self.bend, value)
            if not (isfinite(here) and isfinite(due)):
                continue
            if abs(here - due) > _CLOSE * max(abs(here), abs(due), 1e-9):
                return False
            met += 1
        return met >= _LEAST


def due(sampler: Sampler, whole: Scalar, hole: Scalar, now: Scalar, true: Scalar) -> Due | None:
    """What must stand for ``hole``, if the formula is affine in one of the functions of it."""
    truth = sampler.floats(true)
    for bend in _BENDS:
        values = _due(sampler, bend, whole, hole, truth)
        if values is not None:
            return Due(bend, sampler.floats(now), values)
    return None


def _due(
    sampler: Sampler, bend: Bend, whole: Scalar, hole: Scalar, truth: Sequence[float]
) -> list[float] | None:
    one, two, three = (sampler.floats(substituted(whole, {hole: number(place)})) for place in bend.at)
    g, h, k = (bend.of(float(place)) for place in bend.at)
    values: list[float] = []
    for a, b, c, t in zip(one, two, three, truth, strict=False):
        if not all(map(isfinite, (a, b, c, t))) or a == b:
            values.append(nan)
            continue
        slope = (b - a) / (h - g)
        if abs(c - a - slope * (k - g)) > _CLOSE * max(abs(a), abs(b), abs(c)):
            return None
        values.append(g + (t - a) / slope)
    return values if sum(map(isfinite, values)) >= _LEAST else None


def _value(bend: Bend, place: float) -> float:
    try:
        return bend.of(place) if isfinite(place) else nan
    except (ValueError, ZeroDivisionError, OverflowError):
        return nan
