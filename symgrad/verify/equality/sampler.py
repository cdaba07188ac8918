"""The fast filter: values at fixed pseudo-random points, exact remainders where there are any, else floats.

A rational expression is evaluated modulo the prime 2¹²⁷ − 1 at one point; two that differ agree there with
probability of about degree/2¹²⁷. Anything else is evaluated in floats at four points. Neither is a proof.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.floats import POINTS, FloatEvaluator, Floats
from symgrad.verify.equality.residues import NotRationalError, ResidueEvaluator
from symgrad.verify.equality.values import Evaluator
from symgrad.verify.scalars import Scalar

_TOLERANCE: Final = 1e-9
_UNDERFLOW: Final = 1e-100
_MIXED: Final = 0.5
_SIZES: Final = ((0.15, 0.75), (0.2, 2.0), (0.3, 1.6), (0.2, 1.2))


class Drawn:
    """A value for each symbol, drawn when it is first met: the same questions have the same answers."""

    def __init__(self, seed: int = 0) -> None:
        self._rng = Random(seed)  # noqa: S311  # no secret
        self._float_rng = Random(seed + 1)  # noqa: S311  # no secret

    def residue(self, s: Scalar) -> int:  # noqa: ARG002  # others need it
        """A remainder."""
        return self._rng.getrandbits(126) + 2

    def floats(self, s: Scalar) -> Floats:
        """A point with positive values, two with mixed ones, one with negative ones, as the sign allows."""
        rng, sign = self._float_rng, s.data.sign
        if sign in {"natural", "integer"}:
            floats = (*(float(rng.randint(1, 6)) for _ in range(POINTS - 1)), 2.0)
        else:
            floats = tuple(low + wide * rng.random() for low, wide in _SIZES)
        if sign in {"positive", "nonnegative", "natural"}:
            return floats * 2
        a, b, c, d = floats
        mixed = b if rng.random() < _MIXED else -b, c if rng.random() < _MIXED else -c
        return a, *mixed, -d, a, b, c, d


def apart(a: Floats, b: Floats) -> bool | None:
    """Whether floats tell two expressions apart; None where neither has a value at any point.

    A difference counts where it is large beside the sizes of both values, and neither is next to nothing.
    """
    seen = None
    for u, v, s, t in zip(a[:POINTS], b[:POINTS], a[POINTS:], b[POINTS:], strict=True):
        error = _TOLERANCE * (s + t)
        if math.isfinite(u) and math.isfinite(v) and math.isfinite(error):
            seen = False
            if abs(u - v) > error and max(abs(u), abs(v)) > _UNDERFLOW:
                return True
    return seen


class Sampler:
    """Values at fixed points, remembered for every node: candidates that share parts are compared cheaply.

    Symbols get their values in the order in which they are met. ``solved`` is as for an Evaluator.
    """

    def __init__(
        self, seed: int = 0, solved: Mapping[Scalar, Scalar] | None = None, clock: Clock | None = None
    ) -> None:
        drawn = Drawn(seed)
        self._residues: Evaluator[int] = ResidueEvaluator(drawn.residue, solved, clock)
        self._floats: Evaluator[Floats] = FloatEvaluator(drawn.floats, solved, clock)
        self._irrational: set[Scalar] = set()

    def residue(self, e: Scalar) -> int | None:
        """The remainder of ``e``; None where it has none."""
        if e in self._irrational:
            return None
        try:
            return self._residues.value(e)
        except NotRationalError:
            self._irrational.add(e)
            return None

    def floats(self, e: Scalar) -> tuple[float, ...]:
        """``e`` in floats at each point, NaN where it has no value."""
        return self._sized(e)[:POINTS]

    def _sized(self, e: Scalar) -> Floats:
        return self._floats.value(e) or (math.nan,) * (2 * POINTS)

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
        return apart(self._sized(left), self._sized(right))


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
