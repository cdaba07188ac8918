"""What a decision may cost: seconds and terms, asked for inside every loop that may be long."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter
from typing import Final

TERMS: Final = 20_000
"""Terms of a product that is multiplied out; predicted, never built beyond."""

EXPONENT: Final = 4096
"""The largest exponent that is multiplied out or evaluated exactly."""


BITS: Final = 20_000
"""The longest coefficient that is computed."""


class ExhaustedError(Exception):
    """The time or the terms are used up: not an error of the user's, but an undecided question."""


class UndefinedError(Exception):
    """An expression has no value anywhere: a division by 0, a logarithm of 0."""


class Clock:
    """A time by which to give up."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = perf_counter() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self._end - perf_counter()

    def check(self) -> None:
        """Raises :class:`ExhaustedError` when the time is over."""
        if perf_counter() > self._end:
            raise ExhaustedError


def number_power(c: int | Fraction, n: int) -> int | Fraction:
    """The power cⁿ, where it is not too long.

    Raises:
        ExhaustedError: it is.
    """
    if c in (1, -1):
        return c if n % 2 else 1
    if abs(n) * (c.numerator.bit_length() + c.denominator.bit_length()) > BITS:
        raise ExhaustedError
    return c**n if n >= 0 else Fraction(c) ** n
