"""Points at which the sides are compared: first numbers that a human can follow, then others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import Final

from symgrad.verify.scalars import Scalar

_NICE_ONES: Final = 12
_WHOLE: Final = 28
_NEGATIVE: Final = (0.0, 0.3, 0.6)
_HALF: Final = Fraction(1, 2)
_WHOLE_SIGNS: Final = frozenset(["natural", "integer"])
_NICE: Final[dict[str, tuple[Fraction | int, ...]]] = {
    "real": (1, 2, -1, _HALF, 3, -2, -_HALF, Fraction(3, 2)),
    "nonzero": (1, 2, -1, _HALF, 3, -2, -_HALF, Fraction(3, 2)),
    "positive": (1, 2, _HALF, 3, Fraction(3, 2), 4, Fraction(1, 3), 5),
    "nonnegative": (1, 2, _HALF, 3, Fraction(3, 2), 4, Fraction(1, 3), 5),
    "natural": (1, 2, 3, 4, 5),
    "integer": (1, 2, -1, 3, -2, 4),
}


class Point:
    """A value for each symbol, drawn when it is first met."""

    def __init__(self, draw: Callable[[str, int], Fraction | int]) -> None:
        self._draw = draw
        self.values: dict[Scalar, Fraction | int] = {}

    def __call__(self, s: Scalar) -> Fraction | int:
        """The value of a symbol."""
        found = self.values.get(s)
        if found is None:
            found = self.values[s] = self._draw(s.letter.sign, len(self.values))
        return found


def points(limit: int = 40, seed: int = 0) -> Iterator[Point]:
    """Points in the order in which a human would like them."""
    yield Point(lambda sign, n: 1)
    yield Point(lambda sign, n: 2)
    yield Point(lambda sign, n: _NICE[sign][n % len(_NICE[sign])])
    yield Point(lambda sign, n: _NICE[sign][(3 * n + 2) % len(_NICE[sign])])
    yield Point(lambda sign, n: n + 1)
    yield Point(lambda sign, n: n + 1 if sign in _WHOLE_SIGNS else Fraction(1, n + 4))
    yield Point(lambda sign, n: _NICE[sign][n % 4] if sign in _WHOLE_SIGNS else Fraction(_tenth(sign, n), 10))
    for k in range(limit - 7):
        rng = Random(seed + k)  # noqa: S311  # no secret
        yield Point(_spread(rng, k))


def _tenth(sign: str, n: int) -> int:
    """1 to 9, of both signs where that is allowed: small sums, so that no exponential runs away."""
    size = 7 * n % 9 + 1
    return -size if n % 3 == 1 and sign in {"real", "nonzero"} else size


def sparse(special: Sequence[Scalar], value: Fraction | int) -> Point:
    """A point with nice values for a few symbols and one value, as far as the signs allow, for all others."""
    few = {s: _NICE[s.letter.sign][(n + 1) % 4] for n, s in enumerate(special)}

    def draw(sign: str, n: int) -> Fraction | int:
        if sign in _WHOLE_SIGNS or (not value and sign in {"positive", "nonzero"}):
            return 1
        return value

    found = Point(draw)
    found.values.update(few)
    return found


def _spread(rng: Random, k: int) -> Callable[[str, int], Fraction | int]:
    """Nice values, then small whole numbers with the 0 where kinks are, then longer and longer fractions."""

    def draw(sign: str, n: int) -> Fraction | int:
        if sign == "natural":
            return rng.randint(1, 3 + k // 4)
        if sign == "integer" or (k % 2 and k < _WHOLE):
            whole = rng.randint(-3 - k // 8, 3 + k // 8)
            if sign in {"positive", "nonnegative"}:
                whole = abs(whole)
            return whole if sign in {"real", "integer", "nonnegative"} else whole or 1
        if k < _NICE_ONES:
            return rng.choice(_NICE[sign])
        bottom = rng.choice((2, 3, 4, 5, 7, 8, 10, 16) if k < _WHOLE else (97, 101, 103, 107))
        part = Fraction(rng.randint(1, 3 * bottom), bottom)
        return -part if sign in {"real", "nonzero"} and rng.random() < _NEGATIVE[k % 3] else part

    return draw
