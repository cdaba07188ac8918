"""Programs: equations in evaluation order (a Wengert list)."""

from __future__ import annotations

from typing import NamedTuple

from symgrad.algebra.affine import Index
from symgrad.algebra.normal import normal
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Expression, entries
from symgrad.algebra.written import Definition


class Equation(NamedTuple):
    """``target[axes] = body`` with the body in normal form."""

    target: Tensor
    axes: tuple[Index, ...]
    body: Expression

    def reads(self) -> tuple[Tensor, ...]:
        """The tensors that the body reads, in the order in which they are met."""
        return tuple(dict.fromkeys(entry.tensor for entry in entries(self.body)))


def equation(definition: Definition) -> Equation:
    """The normal form of a definition."""
    return Equation(definition.target, definition.axes, normal(definition.body))


class Program(NamedTuple):
    """Equations in evaluation order: each reads only what stands before it, or a source.

    Equations that read one another at shifted indices stand next to each other, in the order of one step;
    :mod:`symgrad.algebra.recurrence` finds them.
    """

    equations: tuple[Equation, ...]

    def sources(self) -> tuple[Tensor, ...]:
        """The tensors that are read and that no equation gives, in the order in which they are met."""
        given = {eq.target for eq in self.equations}
        read = (tensor for eq in self.equations for tensor in eq.reads())
        return tuple(dict.fromkeys(tensor for tensor in read if tensor not in given))
