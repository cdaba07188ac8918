"""Derive: from a model and what is wanted to forward and gradient programs, and to a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symgrad.algebra.program import Program
from symgrad.algebra.tensors import Tensor
from symgrad.derivation.conventions import conventions
from symgrad.derivation.document import Document, Formula, View
from symgrad.derivation.selection import Selection, select
from symgrad.derivation.sweep import Gradients, sweep
from symgrad.network.model import Model


class Derived(NamedTuple):
    """A model's forward program, its gradients, and which of them are wanted."""

    model: Model
    forward: Program
    gradients: Gradients
    wanted: Selection


def derive(model: Model, words: Sequence[str] = ("all",)) -> Derived:
    """The gradients that ``words`` ask for (see :func:`symgrad.derivation.selection.select`).

    Raises:
        NameUnknownError: a word that names nothing in this network.
    """
    wanted = select(model, words)
    forward = model.forward
    return Derived(model, forward, sweep(forward, model.outputs, model.objective, wanted), wanted)


def document(derived: Derived, view: View = "scalar") -> Document:
    """What is to be printed of a derivation: forward formulas, then gradients, in evaluation order.

    A gradient that was not asked for is printed where the wanted ones are stated in its terms.
    """
    model, forward, gradients, wanted = derived
    formulas = [Formula("forward", eq, None) for eq in forward.equations]
    for eq in gradients.program.equations:
        positions = wanted.get(eq.target.of) if eq.target.of is not None else None
        formulas.append(Formula("gradient", eq, positions))
    upstream = tuple(tensor.of for tensor in gradients.upstream if tensor.of is not None)
    return Document(
        model.text,
        view,
        conventions(model, forward, upstream, view),
        (*model.tensors, *_adjoints(derived)),
        tuple(formulas),
    )


def _adjoints(derived: Derived) -> tuple[Tensor, ...]:
    gradients = derived.gradients
    return (*gradients.upstream, *(eq.target for eq in gradients.program.equations))
