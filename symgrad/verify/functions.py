"""Functions that a page may use without defining them, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from symgrad.verify.scalars import (
    ONE,
    PI,
    ZERO,
    Scalar,
    bracket,
    call,
    maximum,
    number,
    power,
    times,
    total,
)


def _sigmoid(x: Scalar) -> Scalar:
    return call("sigmoid", x)


def _gelu(x: Scalar) -> Scalar:
    half = number(Fraction(1, 2))
    return times((half, x, total((ONE, call("erf", times((x, power(number(2), Fraction(-1, 2)))))))))


def _elu(x: Scalar) -> Scalar:
    inside = bracket(">", x)
    return total((times((x, inside)), times((call("exp", x) - ONE, ONE - inside))))


ENTRYWISE: Final[dict[str, Callable[[Scalar], Scalar]]] = {
    "exp": lambda x: call("exp", x),
    "log": lambda x: call("log", x),
    "ln": lambda x: call("log", x),
    "tanh": lambda x: call("tanh", x),
    "sigmoid": _sigmoid,
    "σ": _sigmoid,
    "logistic": _sigmoid,
    "softplus": lambda x: call("softplus", x),
    "relu": lambda x: call("relu", x),
    "ReLU": lambda x: call("relu", x),
    "sin": lambda x: call("sin", x),
    "cos": lambda x: call("cos", x),
    "tan": lambda x: times((call("sin", x), power(call("cos", x), -1))),
    "sinh": lambda x: call("sinh", x),
    "cosh": lambda x: call("cosh", x),
    "erf": lambda x: call("erf", x),
    "abs": lambda x: call("abs", x),
    "sign": lambda x: call("sign", x),
    "sgn": lambda x: call("sign", x),
    "sqrt": lambda x: power(x, Fraction(1, 2)),
    "silu": lambda x: times((x, _sigmoid(x))),
    "SiLU": lambda x: times((x, _sigmoid(x))),
    "swish": lambda x: times((x, _sigmoid(x))),
    "gelu": _gelu,
    "GELU": _gelu,
    "elu": _elu,
    "ELU": _elu,
    "Φ": lambda x: times(
        (number(Fraction(1, 2)), total((ONE, call("erf", times((x, power(number(2), Fraction(-1, 2)))))))),
    ),
    "softsign": lambda x: times((x, power(total((ONE, call("abs", x))), -1))),
}
"""Functions of a number, applied entry by entry."""

WHOLE: Final = frozenset(
    (
        "softmax",
        "Softmax",
        "logsoftmax",
        "tr",
        "Tr",
        "trace",
        "diag",
        "sum",
        "mean",
        "max",
        "min",
        "norm",
        "T",
        "vec",
        "det",
    )
)
"""Functions of an array."""

BUILTIN: Final = frozenset(ENTRYWISE) | WHOLE - {"T"}
"""Every name of a function that needs no definition."""

ASSUMED: Final = {"σ": "σ is the logistic function 1/(1 + e^{-x})"}
"""What has to be said where a function is used that the document does not define."""


def density(x: Scalar) -> Scalar:
    """φ, the derivative of the standard normal distribution function Φ."""
    scale = power(times((number(2), PI)), Fraction(-1, 2))
    return times((scale, call("exp", times((number(Fraction(-1, 2)), x, x)))))


def softmax(entries: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
    """``exp(x_j) / Σ_k exp(x_k)``."""
    powers = [call("exp", entry) for entry in entries]
    below = power(total(powers), -1)
    return tuple(times((one, below)) for one in powers)


def log_softmax(entries: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
    """``x_j − log Σ_k exp(x_k)``."""
    log = call("log", total([call("exp", entry) for entry in entries]))
    return tuple(entry - log for entry in entries)


def largest(entries: tuple[Scalar, ...]) -> Scalar:
    """The largest of several; max(0, x) is relu(x), so that its derivative at 0 is 0 in whichever order."""
    if len(entries) == 2 and ZERO in entries:
        return call("relu", entries[1] if entries[0] is ZERO else entries[0])
    found = entries[0]
    for entry in entries[1:]:
        found = maximum(found, entry)
    return found
