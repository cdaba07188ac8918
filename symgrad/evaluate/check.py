"""The gradient check: what the formulas give, beside difference quotients of the forward pass.

A quotient ``(8(S(x+h) − S(x−h)) − (S(x+2h) − S(x−2h)))/12h`` is right up to h⁴. S is the loss, or without one
the output times the given upstream, summed. Only forward values of the evaluator are used for it.

At a kink the slopes from both sides differ however short the step, so that a quotient has no meaning there,
and where S is no number there is none. Such entries are not compared; they neither agree nor differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf, isfinite
from typing import Any, Literal, NamedTuple, TypeAlias

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
_SIDES = (2e-4, 2e-5)
"""The steps by which slopes from both sides are compared; the second is the reach of the last quotient."""
_SMOOTH = 0.35
"""Of what is smooth the second difference over a step is a fourth of that over two, at a kink a half."""
_BENT = 0.15
"""Of what is smooth the slopes from both sides draw near each other as the steps do, by a tenth here."""
_ROUNDING = 64 * float(np.finfo(np.float64).eps)

Verdict: TypeAlias = Literal["agrees", "differs", "not compared"]
_Why: TypeAlias = Literal["kink", "no value"]


class Compared(NamedTuple):
    """One gradient: its tensor, how many of its entries were compared, its largest entry and difference.

    ``kinks`` counts entries that were not compared because they are at a kink, ``undefined`` those where the
    network or its gradient has no value.
    """

    tensor: str
    entries: int
    of: int
    largest: float
    difference: float
    kinks: int = 0
    undefined: int = 0

    @property
    def verdict(self) -> Verdict:
        """Whether formula and quotients are the same up to TOLERANCE, and every entry could be compared."""
        if self.difference > TOLERANCE * max(self.largest, _SMALL):
            return "differs"
        return "not compared" if self.kinks or self.undefined else "agrees"

    @property
    def agrees(self) -> bool:
        """Whether the verdict is that they agree."""
        return self.verdict == "agrees"


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
        largest = float(np.max(np.abs(formula[np.isfinite(formula)]), initial=0.0))
        close = TOLERANCE * max(largest, _SMALL)
        found_out = [moving.difference(name, int(n), float(formula[n]), close) for n in places]
        differences = [one for one in found_out if not isinstance(one, str)]
        left_out = found_out.count("kink"), found_out.count("no value")
        worst = max(differences, default=0.0)
        compared.append(Compared(name, len(differences), formula.size, largest, worst, *left_out))
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
        self.here = self._of(calculate(at, self.functions))

    def quantity(self, name: str, place: int, step: float) -> float:
        moved = self.at[name].copy()
        moved.reshape(-1)[place] += step
        return self._of(self.calculate({**self.at, name: moved}, self.functions))

    def _of(self, forward: Mapping[str, Array]) -> float:
        if self.objective is not None:
            return float(np.sum(forward[self.objective]))
        return sum(float(np.sum(forward[end] * given)) for end, given in self.ends)

    def difference(self, name: str, place: int, formula: float, close: float) -> float | _Why:
        """Formula against quotient; the least over the steps, which near a kink must be short.

        Where they are not close, why they cannot be compared, if that is so.
        """
        least = inf
        for h in _STEPS:
            (up, down), (far_up, far_down) = (
                (self.quantity(name, place, n * h), self.quantity(name, place, -n * h)) for n in (1, 2)
            )
            away = abs((8 * (up - down) - (far_up - far_down)) / (12 * h) - formula)
            least = min(least, away if isfinite(away) else inf)
            if away <= close:
                near, far = (
                    abs(above - 2 * self.here + below) for above, below in ((up, down), (far_up, far_down))
                )
                if near <= max(close * h, _SMOOTH * far):
                    return least
                break  # as at the middle of |x|, where the quotient is 0
        if not isfinite(formula) or not isfinite(self.here):
            return "no value"
        wide, narrow = (self.bend(name, place, step) for step in _SIDES)
        if not isfinite(narrow):
            return "no value"
        rounding = _ROUNDING * max(1.0, abs(self.here)) / _SIDES[1]
        return "kink" if narrow > max(close, rounding, _BENT * wide) else least

    def bend(self, name: str, place: int, step: float) -> float:
        """By how much the slopes from both sides differ."""
        below, above = self.quantity(name, place, -step), self.quantity(name, place, step)
        return abs(above - 2 * self.here + below) / step


def _drawn(sources: Sequence[Tensor], numbers: np.random.Generator) -> dict[str, Array]:
    drawn = {}
    for tensor in sources:
        value = numbers.uniform(0.1, 0.9, size=whole_shape(tensor.shape))
        if tensor.sums_to_one is not None:
            value = value / value.sum(axis=tensor.sums_to_one, keepdims=True)
        drawn[tensor.name] = value
    return drawn
