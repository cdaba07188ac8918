"""The reverse sweep: one adjoint equation for each tensor, made by one rule.

    dL/dT[J]  =  upstream  +  Σ_users Σ_out  dL/dU[out] · ∂rhs_U[out]/∂T[J]

Tensors are visited in reverse evaluation order and nothing is inlined: named intermediates keep the
formulas linear in depth. The result is again a program. A definition that reads itself at a shifted index
needs no extra rule: it is its own user.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.differentiate import derivative_terms
from symgrad.algebra.normal import gathered, joined
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.tensors import Tensor, adjoint_of
from symgrad.algebra.terms import Entry, Term, entries
from symgrad.derivation.fold import folded

_SPARE_LETTERS = ("k", "l", "m", "q", "r", "s")


class Gradients(NamedTuple):
    """Adjoint equations in evaluation order, and the upstream symbols that they start from."""

    program: Program
    upstream: tuple[Tensor, ...]

    def of(self, tensor: Tensor) -> Equation | None:
        """The adjoint equation of ``tensor``, or None."""
        return next((eq for eq in self.program.equations if eq.target.of == tensor), None)


def sweep(
    forward: Program, outputs: Iterable[Tensor], objective: Tensor | None, wanted: Iterable[Tensor]
) -> Gradients:
    """The adjoints of ``wanted`` and of every tensor between them and the end of the program.

    With an ``objective``, the gradient is that of this single number; without one, L is an unknown
    function of ``outputs`` and their adjoints are the upstream symbols.
    """
    needed = _between(forward, set(wanted))
    upstream = () if objective is not None else tuple(tensor for tensor in outputs if tensor in needed)
    order = [*forward.sources(), *(eq.target for eq in forward.equations)]
    adjoints = {tensor: adjoint_of(tensor) for tensor in order}
    equations = [
        _accumulated(tensor, forward, adjoints, objective, tensor in upstream)
        for tensor in reversed(order)
        if tensor in needed and tensor != objective and not _pure_upstream(tensor, forward, upstream)
    ]
    return Gradients(Program(tuple(equations)), tuple(adjoints[tensor] for tensor in upstream))


def _between(forward: Program, wanted: set[Tensor]) -> set[Tensor]:
    """The wanted tensors and everything that depends on them."""
    needed = set(wanted)
    for eq in forward.equations:
        if any(tensor in needed for tensor in eq.reads()):
            needed.add(eq.target)
    return needed


def _pure_upstream(tensor: Tensor, forward: Program, upstream: tuple[Tensor, ...]) -> bool:
    """Whether the adjoint is an upstream symbol and nothing else."""
    return tensor in upstream and not any(tensor in eq.reads() for eq in forward.equations)


def _accumulated(
    tensor: Tensor,
    forward: Program,
    adjoints: dict[Tensor, Tensor],
    objective: Tensor | None,
    is_output: bool,
) -> Equation:
    users = [eq for eq in forward.equations if tensor in eq.reads()]
    axes = tuple(Index(s, letter) for s, letter in zip(tensor.shape, _letters(tensor, users), strict=True))
    at = tuple(affine(index) for index in axes)
    terms: list[Term] = []
    if is_output:
        terms.append(_entry_term(adjoints[tensor], at))
    for user in users:
        terms += paths(user, tensor, at, None if user.target == objective else adjoints[user.target])
    return Equation(adjoints[tensor], axes, gathered(terms))


def paths(user: Equation, tensor: Tensor, at: tuple[Affine, ...], adjoint: Tensor | None) -> list[Term]:
    """``Σ_out adjoint[out] · ∂rhs[out]/∂tensor[at]``; an adjoint of None is 1, that of the objective."""
    local = [piece for term in user.body.terms for piece in derivative_terms(term, tensor, at)]
    local = folded(local, user)
    out = tuple(affine(index) for index in user.axes)
    end = Term(1, user.axes) if adjoint is None else _entry_term(adjoint, out, user.axes)
    return [joined(end, piece) for piece in local]


def _entry_term(tensor: Tensor, at: tuple[Affine, ...], bound: tuple[Index, ...] = ()) -> Term:
    return Term(1, bound, (), ((Entry(tensor, at), 1),))


def _letters(tensor: Tensor, users: list[Equation]) -> tuple[str, ...]:
    """The letters under which the tensor is read; a spare one where it is read at a combination."""
    reading = next((e for eq in users for e in entries(eq.body) if e.tensor == tensor), None)
    spare = iter(_SPARE_LETTERS)
    letters: list[str] = []
    for axis, letter in enumerate(tensor.letters):
        lone = reading.indices[axis].lone() if reading is not None else None
        if lone is not None:
            letters.append(lone.letter)
        elif reading is None:
            letters.append(letter)
        else:
            letters.append(next(spare, letter))
    return tuple(letters)
