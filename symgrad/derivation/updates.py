"""Updates: one step of an optimiser for every parameter that a derivation differentiates by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from symgrad.algebra.program import Equation, equation
from symgrad.algebra.tensors import Tensor, adjoint_of, names_of, size_names
from symgrad.algebra.terms import Call, Named, factors_at_any_depth
from symgrad.catalogue import OPTIMISERS, Optimiser
from symgrad.catalogue.optimisers import constants
from symgrad.derivation.conventions import Convention
from symgrad.errors import AlgebraError, NameUnknownError, nearest, quoted
from symgrad.network.model import Model


class Update(NamedTuple):
    """A step of an optimiser: its equations in order of evaluation, each with the entries that are wanted."""

    optimiser: Optimiser
    equations: tuple[tuple[Equation, tuple[int, ...] | None], ...]
    roles: Mapping[str, str]
    """What each named constant stands for: the name that it has where no network takes it."""

    def tensors(self) -> tuple[Tensor, ...]:
        """What the step brings: what is kept from the step before, then what it defines."""
        targets = [eq.target for eq, _ in self.equations]
        return (*(t.beside for t in targets if t.beside is not None and t.beside.role == "kept"), *targets)

    def constants(self) -> tuple[str, ...]:
        """The named constants in the order in which they are met; the number t of the step at the end."""
        factors = (factor for eq, _ in self.equations for factor in factors_at_any_depth(eq.body))
        named = [factor.name for factor in factors if isinstance(factor, Named)]
        names = dict.fromkeys(name for whole in named for name in whole.split("^"))
        return tuple(sorted(names, key=lambda name: self.roles[name] == "t"))

    def conventions(self) -> tuple[Convention, ...]:
        """What the formulas of the step rest on."""
        kept = tuple(tensor for tensor in self.tensors() if tensor.role == "kept")
        parameters = [t.beside for t in self.tensors() if t.role == "renewed" and t.beside not in kept]
        return (
            Convention("step", tuple(t for t in parameters[:1] if t is not None), self.optimiser.title),
            *([Convention("kept", kept)] if kept else []),
            Convention("constants", constants=tuple((name, self.roles[name]) for name in self.constants())),
        )


def checked_optimiser(word: str) -> Optimiser:
    """The optimiser called ``word``.

    Raises:
        NameUnknownError: there is none.
    """
    if word in OPTIMISERS:
        return OPTIMISERS[word]
    close = nearest(word, OPTIMISERS)
    hint = f"; did you mean {close}?" if close else "."
    raise NameUnknownError(f"there is no optimiser {quoted(word)}{hint} There are {', '.join(OPTIMISERS)}")


def updates(model: Model, wanted: Mapping[Tensor, tuple[int, ...] | None], optimiser: Optimiser) -> Update:
    """The step for each wanted parameter.

    Raises:
        NameUnknownError: no parameter is wanted.
        AlgebraError: the network has a name that the step needs.
    """
    parameters = [tensor for tensor in model.tensors if tensor.role == "parameter" and tensor in wanted]
    if not parameters:
        known = [tensor.name for tensor in model.tensors if tensor.role == "parameter"]
        way = f"add --wrt weights, or one of {', '.join(known)}" if known else "this network has none"
        raise NameUnknownError(f"{optimiser.name} updates parameters, and none is asked for; {way}")
    names = _names(model)
    letters = constants(names)
    steps = [
        (definition, wanted[w])
        for w in parameters
        for definition in optimiser.step(w, adjoint_of(w), letters)
    ]
    update = Update(
        optimiser, tuple((equation(definition), where) for definition, where in steps), letters.roles
    )
    clash = names & {*update.constants(), *(tensor.name for tensor in update.tensors())}
    if clash:
        raise AlgebraError(
            f"{min(clash)} is a name in this network, and {optimiser.name} needs it; call it otherwise"
        )
    return update


def _names(model: Model) -> set[str]:
    """The names of tensors, with and without the number of a layer, of indices, sizes and functions."""
    factors = (factor for eq in model.forward.equations for factor in factors_at_any_depth(eq.body))
    functions = {factor.function.name for factor in factors if isinstance(factor, Call)}
    letters = {letter for tensor in model.tensors for letter in tensor.letters}
    return functions | letters | names_of(model.tensors) | size_names(model.tensors).keys()
