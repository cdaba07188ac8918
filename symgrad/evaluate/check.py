"""The gradient check: what the formulas give, beside difference quotients of the forward pass.

A quotient ``(8(S(x+h) − S(x−h)) − (S(x+2h) − S(x−2h)))/12h`` is right up to h⁴. S is the loss, or without one
the output times the given upstream, summed. Only forward values of the evaluator are used for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isfinite
from typing import Any, NamedTuple

import numpy as np

from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.errors import AlgebraError
from symgrad.evaluate.arrays import Array
from symgrad.evaluate.evaluator import AnyBatch, Evaluator, Functions
from symgrad.network.model import Model

TOLERANCE = 1e-6
"""How far a gradient may be from its quotient, relative to the largest entry of the gradient."""

MOST_ENTRIES = 200
"""So many entries of a tensor are compared, chosen at random where there are more."""

_STEPS = (1e-3, 1e-4, 1e-5)
_SMALL = 1e-3


class Compared(NamedTuple):
    """One gradient: its tensor, how many of its entries were compared, its largest entry and difference."""

    tensor: str
    entries: int
    of: int
    largest: float
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether formula and quotients are the same up to TOLERANCE."""
        return self.difference <= TOLERANCE * max(self.largest, _SMALL)


class GradientCheck(NamedTuple):
    """The comparison of every gradient, and the values at which it was made."""

    compared: tuple[Compared, ...]
    values: Mapping[str, Array]

    @property
    def agrees(self) -> bool:
        """Whether all gradients agree."""
        return all(compared.agrees for compared in self.compared)


def gradient_check(
    model: Model,
    calculate: Evaluator | AnyBatch,
    wanted: Iterable[Tensor],
    values: Mapping[str, Any] | None = None,
    functions: Functions | None = None,
    seed: int = 0,
) -> GradientCheck:
    """The gradients of ``wanted``, as ``calculate`` gives them, beside difference quotients.

    ``values`` not given are drawn between 0.1 and 0.9, where logarithms exist. Where a quotient steps over a
    kink, shorter steps are tried.

    Raises:
        ValuesError: a shape does not fit, a name is unknown, or a function is missing.
        AlgebraError: the number of samples is a symbol.
    """
    if isinstance(calculate, AnyBatch):
        raise AlgebraError("a gradient check needs a number of samples: --batch 4, or batch=4 in Python")
    numbers = np.random.default_rng(seed)
    given = {**_drawn(calculate.sources, numbers), **(values or {})}
    found = calculate(given, functions)
    at = {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}
    moving = _Moving(model, calculate, at, functions)
    compared = []
    for name in (tensor.name for tensor in wanted if tensor.name in at):  # no intermediate moves alone
        formula = found[f"dL_d{name}"].reshape(-1)
        places = np.arange(formula.size)
        if formula.size > MOST_ENTRIES:
            places = np.sort(numbers.choice(places, MOST_ENTRIES, replace=False))
        largest = float(np.max(np.abs(formula), initial=0.0))
        close = TOLERANCE * max(largest, _SMALL)
        worst = max((moving.difference(name, int(n), float(formula[n]), close) for n in places), default=0.0)
        compared.append(Compared(name, len(places), formula.size, largest, worst))
    return GradientCheck(tuple(compared), at)


class _Moving:
    """The quantity that is differentiated, with one entry of one tensor moved."""

    def __init__(
        self, model: Model, calculate: Evaluator, at: Mapping[str, Array], functions: Functions | None
    ) -> None:
        self.calculate = calculate
        self.at = at
        self.functions = functions or {}
        upstream = [(t.name, f"dL_d{t.name}") for t in model.outputs]
        self.objective = None if model.objective is None else model.objective.name
        self.ends = [(name, at[given]) for name, given in upstream if given in at]

    def quantity(self, name: str, place: int, step: float) -> float:
        moved = self.at[name].copy()
        moved.reshape(-1)[place] += step
        forward = self.calculate({**self.at, name: moved}, self.functions)
        if self.objective is not None:
            return float(np.sum(forward[self.objective]))
        return sum(float(np.sum(forward[end] * given)) for end, given in self.ends)

    def difference(self, name: str, place: int, formula: float, close: float) -> float:
        """Formula against quotient; the least over the steps, which near a kink must be short."""
        least = inf
        for h in _STEPS:
            one = self.quantity(name, place, h) - self.quantity(name, place, -h)
            two = self.quantity(name, place, 2 * h) - self.quantity(name, place, -2 * h)
            away = abs((8 * one - two) / (12 * h) - formula)
            least = min(least, away if isfinite(away) else inf)
            if least <= close:
                break
        return least


def _drawn(sources: Sequence[Tensor], numbers: np.random.Generator) -> dict[str, Array]:
    drawn = {}
    for tensor in sources:
        value = numbers.uniform(0.1, 0.9, size=whole_shape(tensor.shape))
        if tensor.sums_to_one is not None:
            value = value / value.sum(axis=tensor.sums_to_one, keepdims=True)
        drawn[tensor.name] = value
    return drawn
