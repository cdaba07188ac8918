"""Explained gradients: the sweep with a trace, every step of which is checked before anyone sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from symgrad.algebra.program import Program
from symgrad.algebra.recurrence import groups, recurrent
from symgrad.algebra.tensors import Tensor, size_names
from symgrad.derivation.steps.check import Checker
from symgrad.derivation.steps.trace import Explanation, Trace
from symgrad.derivation.sweep import Gradients, sweep
from symgrad.errors import AlgebraError
from symgrad.network.model import Model


class Explained(NamedTuple):
    """Gradients, and an explanation for each tensor that has one."""

    gradients: Gradients
    explanations: Mapping[Tensor, Explanation]


def explain(model: Model, forward: Program, wanted: Iterable[Tensor]) -> Explained:
    """The gradients of a model with the steps that lead to them, each checked.

    Raises:
        CheckError: a step is not equal to the gradient; nothing is explained then.
        BudgetError: the network is too large for its steps to be checked.
        AlgebraError: a size is a symbol, or steps of time rest on one another; neither can be checked.
    """
    symbols = list(size_names(model.tensors))
    if symbols:
        raise AlgebraError(f"the steps are checked with numbers, and {symbols[0]} is none; give it a number")
    if any(recurrent(group) for group in groups(forward.equations)):
        raise AlgebraError(
            "steps are not explained where states rest on those before them; leave out --steps"
        )
    trace = Trace()
    gradients = sweep(forward, model.outputs, model.objective, wanted, trace=trace)
    checker = Checker(model.definitions, model.objective)
    for explanation in trace.explanations.values():
        checker.check(explanation)
    kept = {eq.target.of for eq in gradients.program.equations}
    return Explained(gradients, {t: each for t, each in trace.explanations.items() if t in kept})
