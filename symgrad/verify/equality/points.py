"""Points at which the sides are compared: numbers that a human can follow first, then whatever differs more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Final

from symgrad.verify.scalars import Scalar

Point = Callable[[Scalar], Fraction | int]

_HALF: Final = Fraction(1, 2)
_NICE: Final[dict[str, tuple[Fraction | int, ...]]] = {
    "real": (1, 2, -1, _HALF, 3, -2, -_HALF, Fraction(3, 2)),
    "nonzero": (1, 2, -1, _HALF, 3, -2, -_HALF, Fraction(3, 2)),
    "positive": (1, 2, _HALF, 3, Fraction(3, 2), 4, Fraction(1, 3), 5),
    "nonnegative": (1, 2, _HALF, 3, Fraction(3, 2), 4, Fraction(1, 3), 5),
    "natural": (1, 2, 3, 4, 5),
    "integer": (1, 2, -1, 3, -2, 4),
}


class _Drawn:
    """Draws a value for each symbol when it is first met."""

    def __init__(self, draw: Callable[[str, int], Fraction | int]) -> None:
        self._draw = draw
        self.values: dict[Scalar, Fraction | int] = {}

    def __call__(self, s: Scalar) -> Fraction | int:
        found = self.values.get(s)
        if found is None:
            found = self.values[s] = self._draw(s.letter.sign, len(self.values))
        return found


def points(limit: int = 40, seed: int = 0) -> Iterator[_Drawn]:
    """Points in the order in which a human would like them."""
    yield _Drawn(lambda sign, n: 1)
    yield _Drawn(lambda sign, n: 2)
    yield _Drawn(lambda sign, n: _NICE[sign][n % len(_NICE[sign])])
    yield _Drawn(lambda sign, n: _NICE[sign][(3 * n + 2) % len(_NICE[sign])])
    yield _Drawn(lambda sign, n: n + 1)
    yield _Drawn(lambda sign, n: n + 1 if sign in {"natural", "integer"} else Fraction(1, n + 4))
    for k in range(limit - 6):
        rng = Random(seed + k)  # no secret
        yield _Drawn(_spread(rng, k))


def _spread(rng: Random, k: int) -> Callable[[str, int], Fraction | int]:
    """Nice values in random order, then small fractions, then longer ones; now and then a 0, where kinks are."""

    def draw(sign: str, n: int) -> Fraction | int:
        if k % 4 == 3 and sign in {"real", "nonnegative", "integer"} and rng.random() < 0.4:
            return 0
        if k < 10 or sign in {"natural", "integer"}:
            if sign == "natural":
                return rng.randint(1, 3 + k)
            return rng.choice(_NICE[sign]) if k < 10 else rng.randint(-k, k)
        bottom = rng.choice((2, 3, 4, 5, 7, 8, 10, 16) if k < 20 else (97, 101, 103, 107))
        value = Fraction(rng.randint(1, 3 * bottom), bottom)
        signed = sign in {"real", "nonzero"} and k % 3
        return -value if signed and rng.random() < 0.5 else value

    return draw
