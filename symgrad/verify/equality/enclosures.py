"""Values that can be trusted: exact rationals as long as possible, else intervals around the true value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, Final, TypeAlias

from symgrad.verify.equality import intervals
from symgrad.verify.equality.budget import EXPONENT
from symgrad.verify.equality.intervals import Interval
from symgrad.verify.equality.unknown import coefficients
from symgrad.verify.equality.values import Evaluator
from symgrad.verify.scalars import Scalar

Value: TypeAlias = int | Fraction | Interval

_EXACT_BITS: Final = 20_000
_LONG: Final = 8


def interval(value: Value) -> Interval:
    """``value`` as an interval."""
    return value if isinstance(value, tuple) else intervals.enclosed(value)


def _tamed(value: int | Fraction) -> Value:
    """An exact value, unless it has become too long to be worth it."""
    if value.numerator.bit_length() + value.denominator.bit_length() > _EXACT_BITS:
        return intervals.enclosed(value)
    return value


def sign_of(value: Value) -> int | None:
    """−1, 0 or 1; None where it cannot be told."""
    if not isinstance(value, tuple):
        return (value > 0) - (value < 0)
    lo, hi, _ = value
    return 1 if lo > 0 else -1 if hi < 0 else 0 if lo == hi == 0 else None


class Enclosures(Evaluator[Value]):
    """Encloses the value at one rational point; None where there is no value or its sign cannot be told."""

    def number(self, node: Scalar) -> Value:
        """The number itself, unless it is long."""
        return _tamed(node.data)

    def checked(self, node: Scalar, value: Value) -> Value | None:
        """None where a symbol would get a value against its sign: the question is not about this point."""
        if node.data.is_defined:
            return value
        sign = sign_of(value)
        match node.data.sign:
            case "positive":
                allowed = sign == 1
            case "nonnegative":
                allowed = sign in {0, 1}
            case "negative":
                allowed = sign == -1
            case "nonpositive":
                allowed = sign in {-1, 0}
            case "nonzero":
                allowed = sign in {-1, 1}
            case "natural" | "integer" as kind:
                whole = not isinstance(value, tuple) and value.denominator == 1
                allowed = whole and (kind == "integer" or sign == 1)
            case _:
                allowed = True
        return value if allowed else None

    def plus(self, values: Sequence[Value]) -> Value:
        """The sum, exact summands added up exactly."""
        exact: int | Fraction = 0
        sums: Interval | None = None
        for value in values:
            if isinstance(value, tuple):
                sums = value if sums is None else intervals.plus(sums, value)
            else:
                exact += value
        if sums is None:
            return _tamed(exact)
        return intervals.plus(sums, intervals.enclosed(exact)) if exact else sums

    def times(self, values: Sequence[Value]) -> Value:
        """The product, exact factors multiplied exactly; 0 times anything is 0."""
        exact: int | Fraction = 1
        products: Interval | None = None
        for n, value in enumerate(values):
            if isinstance(value, tuple):
                products = value if products is None else intervals.product(products, value)
            else:
                exact *= value
                if n > _LONG and exact.numerator.bit_length() > _EXACT_BITS:
                    products = (
                        interval(exact) if products is None else intervals.product(products, interval(exact))
                    )
                    exact = 1
        if products is None:
            return _tamed(exact)
        return intervals.product(products, intervals.enclosed(exact)) if exact else 0

    def power(self, value: Value, exponent: Any) -> Value | None:
        """A rational power, exact where it is rational and short."""
        if isinstance(exponent, int):
            if isinstance(value, tuple):
                return intervals.whole_power(value, exponent)
            if not value and exponent < 0:
                return None
            size = value.numerator.bit_length() + value.denominator.bit_length()
            if abs(exponent) > EXPONENT or abs(exponent) * size > _EXACT_BITS:
                return intervals.whole_power(intervals.enclosed(value), exponent)
            return Fraction(value) ** exponent
        sign = sign_of(value)
        if sign is None or sign < 0 or (sign == 0 and exponent < 0):
            return None
        if sign == 0:
            return 0
        if exponent.denominator == 2:
            found = _square_root(value)
            return None if found is None else self.power(found, exponent.numerator)
        log = intervals.logarithm(interval(value))
        return (
            None
            if log is None
            else intervals.exponential(intervals.product(log, intervals.enclosed(exponent)))
        )

    def function(self, node: Scalar, values: Sequence[Value]) -> Value | None:
        """A function's value, exact where the argument is a number for which it is."""
        match node.kind:
            case "pi":
                return intervals.pi()
            case "raise":
                return self._raised(*values)
            case "bracket":
                sign = sign_of(values[0])
                if sign is None:
                    return None
                return int({">": sign > 0, ">=": sign >= 0, "=": sign == 0}[node.data])
            case "abstract":
                return self._unknown(node, values)
            case _:
                return FUNCTIONS[node.data](self, *values)

    def _raised(self, base: Value, exponent: Value) -> Value | None:
        if not isinstance(exponent, tuple):
            exponent = Fraction(exponent)
            return self.power(base, exponent.numerator if exponent.denominator == 1 else exponent)
        if sign_of(base) != 1:
            return None
        log = intervals.logarithm(interval(base))
        return None if log is None else intervals.exponential(intervals.product(log, exponent))

    def _unknown(self, node: Scalar, values: Sequence[Value]) -> Value:
        found = []
        for polynomials in coefficients(*node.unknown):
            factors = []
            for polynomial, u in zip(polynomials, values, strict=True):
                value: Value = 0
                for c in reversed(polynomial):
                    value = self.plus([self.times([value, u]), c])
                factors.append(value)
            found.append(self.times(factors))
        return self.plus(found)


def _square_root(value: Value) -> Value | None:
    if not isinstance(value, tuple):
        root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
        if root * root == value:
            return root
    return intervals.root(interval(value))


def _exp(by: Enclosures, u: Value) -> Value | None:
    return 1 if u == 0 else intervals.exponential(interval(u))


def _log(by: Enclosures, u: Value) -> Value | None:
    return 0 if u == 1 else intervals.logarithm(interval(u))


def _sigmoid(by: Enclosures, u: Value) -> Value | None:
    """1/(1 + e^−u), in which u stands once."""
    e = _exp(by, by.times([-1, u]))
    return None if e is None else by.power(by.plus([1, e]), -1)


def _tanh(by: Enclosures, u: Value) -> Value | None:
    """1 − 2·σ(−2u)."""
    s = _sigmoid(by, by.times([-2, u]))
    return None if s is None else by.plus([1, by.times([-2, s])])


def _softplus(by: Enclosures, u: Value) -> Value | None:
    e = _exp(by, u)
    return None if e is None else _log(by, by.plus([1, e]))


def _hyperbolic(sign: int) -> Callable[[Enclosures, Value], Value | None]:
    def found(by: Enclosures, u: Value) -> Value | None:
        e, f = _exp(by, u), _exp(by, by.times([-1, u]))
        if e is None or f is None:
            return None
        return by.times([Fraction(1, 2), by.plus([e, by.times([sign, f])])])

    return found


def _circular(which: int) -> Callable[[Enclosures, Value], Value | None]:
    def found(by: Enclosures, u: Value) -> Value | None:
        pair = intervals.sine_and_cosine(interval(u))
        return None if pair is None else pair[which]

    return found


def _relu(by: Enclosures, u: Value) -> Value | None:
    """max(u, 0), also where the sign of u cannot be told: it is continuous."""
    if isinstance(u, tuple):
        return max(u[0], 0), max(u[1], 0), u[2]
    return max(u, 0)


def _abs(by: Enclosures, u: Value) -> Value | None:
    if isinstance(u, tuple):
        return by.plus([_relu(by, u) or 0, _relu(by, intervals.negative(u)) or 0])
    return max(u, -u)


def _max(by: Enclosures, u: Value, v: Value) -> Value | None:
    if isinstance(u, tuple) or isinstance(v, tuple):
        w = _relu(by, by.plus([u, by.times([-1, v])]))
        return None if w is None else by.plus([v, w])
    return max(u, v)


FUNCTIONS: Final[dict[str, Callable[..., Value | None]]] = {
    "exp": _exp,
    "log": _log,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "relu": _relu,
    "abs": _abs,
    "sign": lambda by, u: sign_of(u),
    "sin": _circular(0),
    "cos": _circular(1),
    "sinh": _hyperbolic(-1),
    "cosh": _hyperbolic(1),
    "erf": lambda by, u: 0 if u == 0 else intervals.error_function(interval(u)),
    "max": _max,
}
