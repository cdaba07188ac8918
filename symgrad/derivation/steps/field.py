"""Exact numbers: a prime field, and where roots are taken the field with a square root of −1 beside it.

A polynomial identity that holds at random points of a field of 2⁶¹ elements holds; the odds of a wrong one
passing are below its degree in 2⁶¹. A function has no value in a field: it is a fixed, arbitrary value that
depends on its name and argument alone, so that only what is true of every function can hold of it. The same
for the order of numbers, which brackets and maxima need: any order serves, as long as it is one order.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeAlias

from symgrad.algebra.terms import Rational

Number: TypeAlias = tuple[int, int]
"""``x + y·√−1`` as (x, y); y is 0 as long as no root is taken of what is no square."""

P = 2305843009213682039
"""A prime below 2⁶¹ for which −1 has no square root and all small primes have one: √9 is 3, not −3."""

ZERO: Number = (0, 0)
ONE: Number = (1, 0)


class NoValueError(ArithmeticError):
    """A division by 0 or a root that does not exist: another point has to be drawn."""


def arbitrary(*what: object) -> Number:
    """A number that depends on ``what`` alone, the same in every process."""
    return int.from_bytes(blake2b(repr(what).encode(), digest_size=8).digest(), "big") % P, 0


def number(value: Rational) -> Number:
    """A rational number."""
    return value.numerator * pow(value.denominator, -1, P) % P, 0


def add(x: Number, y: Number) -> Number:
    """``x + y``."""
    return (x[0] + y[0]) % P, (x[1] + y[1]) % P


def mul(x: Number, y: Number) -> Number:
    """``x · y``."""
    a, b = x
    c, d = y
    if not b and not d:
        return a * c % P, 0
    return (a * c - b * d) % P, (a * d + b * c) % P


def power(x: Number, exponent: Rational) -> Number:
    """``x ^ exponent`` for whole and half exponents.

    Raises:
        NoValueError: 0 to a negative power, a root that the field has not, another kind of root.
    """
    if exponent.denominator == 1:
        return _whole_power(x, int(exponent))
    if exponent.denominator != 2:
        raise NoValueError(f"no exact value of a power {exponent}")
    return _whole_power(_root(x), exponent.numerator)


def _whole_power(x: Number, n: int) -> Number:
    if n < 0:
        x, n = _inverse(x), -n
    if not x[1]:
        return pow(x[0], n, P), 0
    result = ONE
    for bit in f"{n:b}":
        result = mul(result, result)
        if bit == "1":
            result = mul(result, x)
    return result


def _inverse(x: Number) -> Number:
    a, b = x
    norm = (a * a + b * b) % P
    if not norm:
        raise NoValueError("division by 0")
    under = pow(norm, -1, P)
    return a * under % P, -b * under % P


def _root(x: Number) -> Number:
    a, b = x
    if b:
        raise NoValueError("a root of a number with √−1 in it")
    root = pow(a, (P + 1) // 4, P)
    if root * root % P == a:
        return root, 0
    return 0, pow(P - a, (P + 1) // 4, P)


def positive(x: Number) -> bool:
    """Whether ``x`` counts as above 0: of x and −x, one does."""
    first = x[0] or x[1]
    return 0 < first <= P // 2


def first_greatest(xs: Sequence[Number]) -> int:
    """The place of the greatest number in some order, of equal ones the first."""
    return max(range(len(xs)), key=lambda n: (xs[n], -n))


def compared(kind: str, x: Number) -> bool:
    """The value bracket ``[x kind 0]``."""
    return x == ZERO if kind == "=" else positive(x) is (kind == ">")


def function_value(name: str, order: int, x: Number) -> Number:
    """``f⁽ⁿ⁾(x)``: arbitrary, and always the same."""
    return arbitrary(name, order, x)


def whole(value: Rational) -> int:
    """An index, which is a whole number.

    Raises:
        ValueError: it is not.
    """
    if isinstance(value, int):
        return value
    if value.denominator != 1:
        raise ValueError(f"{value} is no index")
    return int(value)
