"""The scalar functions in numbers: on floats, and on arrays.

Each is stable where its formula is not (σ(−1000) is 0 without an overflow on the way) and has torch's
value at a kink.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symgrad.algebra.functions import DECIMALS


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def _sigmoids(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e) / (1.0 + e)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _relu(x: float) -> float:
    return 0.0 if x <= 0 else x  # NaN stays NaN


def _erfs(x: Any) -> Any:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), dtype=np.float64)  # NumPy has no erf of its own


def _distribution(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _distributions(x: Any) -> Any:
    return np.asarray(np.frompyfunc(_distribution, 1, 1)(x), dtype=np.float64)


CONSTANTS: dict[str, float] = {
    "pi": math.pi,
    "kappa": math.sqrt(2.0 / math.pi),
    **{name: float(value) for name, value in DECIMALS.items()},
}
"""The named constants."""

ON_FLOATS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "relu": _relu,
    "softplus": _softplus,
    "erf": math.erf,
    "Phi": _distribution,
    "varphi": lambda x: math.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi),
    "sin": math.sin,
    "cos": math.cos,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "abs": math.fabs,
    "power": math.pow,
}
"""On one float; what has no real value raises ValueError, OverflowError or ZeroDivisionError."""

ON_ARRAYS: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": _sigmoids,
    "relu": lambda x: np.maximum(x, 0.0),
    "softplus": lambda x: np.logaddexp(0.0, x),
    "erf": _erfs,
    "Phi": _distributions,
    "varphi": lambda x: np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi),
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "abs": np.abs,
    "power": np.power,
    "positive": lambda x: (x > 0).astype(np.float64),
    "nonpositive": lambda x: (x <= 0).astype(np.float64),
    "zero": lambda x: (x == 0).astype(np.float64),
}
"""On arrays of floats; what has no real value becomes an infinity or NaN."""
