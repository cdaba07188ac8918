"""A function to put in the place of an unknown one, where its value is asked for.

A claim about an unknown f holds for every f, so one f at which the sides differ refutes it. The one taken is
a sum of three products of polynomials of degree 4, one polynomial for each argument, with small coefficients
that its name decides; its derivatives are those of these polynomials, so that f and f′ belong together.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Final

PRODUCTS: Final = 3
DEGREE: Final = 4


@lru_cache(4096)
def coefficients(name: str, orders: tuple[int, ...]) -> tuple[tuple[tuple[Fraction, ...], ...], ...]:
    """For each product and argument the coefficients from degree 0 up, differentiated as often as said."""
    rng = Random(f"{name} of {len(orders)}")  # noqa: S311  # no secret
    return tuple(
        tuple(
            _differentiated([Fraction(rng.randint(-12, 12) or 5, 8) for _ in range(DEGREE + 1)], order)
            for order in orders
        )
        for _ in range(PRODUCTS)
    )


def _differentiated(polynomial: list[Fraction], order: int) -> tuple[Fraction, ...]:
    for _ in range(order):
        polynomial = [k * c for k, c in enumerate(polynomial)][1:]
    return tuple(polynomial)
