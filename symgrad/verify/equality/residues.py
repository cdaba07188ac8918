"""Remainders modulo the prime 2¹²⁷ − 1: exact values of rational expressions at a pseudo-random point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final
from zlib import crc32

from symgrad.verify.equality.unknown import coefficients
from symgrad.verify.equality.values import Evaluator
from symgrad.verify.scalars import Scalar

PRIME: Final = 2**127 - 1
_WIDE: Final = 0x9E3779B97F4A7C15
_ROOT: Final = 5


class NotRationalError(Exception):
    """The expression has no remainder."""


class ResidueEvaluator(Evaluator[int]):
    """Modulo PRIME; None for a division by 0."""

    def number(self, node: Scalar) -> int:
        """The remainder of a rational number."""
        value = node.value
        return value % PRIME if isinstance(value, int) else _mod(value)

    def plus(self, values: Sequence[int]) -> int:
        """The sum."""
        return sum(values) % PRIME

    def times(self, values: Sequence[int]) -> int:
        """The product."""
        result = values[0]
        for value in values[1:]:
            result = result * value % PRIME
        return result

    def power(self, value: int, exponent: Any) -> int | None:
        """A whole power."""
        if not isinstance(exponent, int):
            raise NotRationalError
        return None if not value and exponent < 0 else pow(value, exponent, PRIME)

    def function(self, node: Scalar, values: Sequence[int]) -> int:
        """An unknown function; no other has a remainder."""
        if node.kind != "abstract":
            raise NotRationalError
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


class FreeResidueEvaluator(ResidueEvaluator):
    """Functions as if nothing were known of them: f(u) is a pseudo-random remainder that u decides.

    What agrees here agrees whatever the functions are, so that neither overflow nor rounding can mislead.
    ``met_known`` tells whether something was met of which more is known, as that tanh x is odd.
    """

    met_known = False

    def power(self, value: int, exponent: Any) -> int | None:
        """A whole power; one that is not, as a power of an unknown root."""
        if isinstance(exponent, int):
            return super().power(value, exponent)
        self.met_known = True
        return super().power(_scattered(_ROOT, exponent.denominator, value), exponent.numerator)

    def function(self, node: Scalar, values: Sequence[int]) -> int:
        """A remainder for the function's name and its arguments' remainders."""
        kind = node.kind
        if kind == "abstract":
            name, orders = node.unknown
            return _scattered(crc32(name.encode()), *orders, *values)
        self.met_known = True
        return _scattered(crc32(f"{kind} {node.data}".encode()), *values)


def _scattered(*numbers: int) -> int:
    return (hash(numbers) * _WIDE + hash((*numbers, _ROOT))) % PRIME


def _mod(c: Fraction) -> int:
    return c.numerator * pow(c.denominator, -1, PRIME) % PRIME
