"""The reverse sweep: one adjoint equation for each tensor, made by one rule.

    dL/dT[J]  =  upstream  +  Σ_users Σ_out  dL/dU[out] · ∂rhs_U[out]/∂T[J]

Tensors are visited in reverse evaluation order and nothing is inlined: named intermediates keep the
formulas linear in depth. The result is again a program. A definition that reads itself at a shifted index
needs no extra rule: it is its own user.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.differentiate import derivative_terms
from symgrad.algebra.normal import gathered, joined
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.tensors import Tensor, adjoint_of
from symgrad.algebra.terms import Entry, Term, entries
from symgrad.derivation.fold import folded
from symgrad.errors import AlgebraError

_SPARE_LETTERS = ("k", "l", "m", "q", "r", "s")


class Gradients(NamedTuple):
    """Adjoint equations in evaluation order, and the upstream symbols that they start from."""

    program: Program
    upstream: tuple[Tensor, ...]

    def of(self, tensor: Tensor) -> Equation | None:
        """The adjoint equation of ``tensor``, or None."""
        return next((eq for eq in self.program.equations if eq.target.of == tensor), None)


def sweep(
    forward: Program,
    outputs: Iterable[Tensor],
    objective: Tensor | None,
    wanted: Iterable[Tensor],
    quantity: str = "L",
) -> Gradients:
    """The adjoints of ``wanted`` and of every tensor between them and the end of the program.

    With an ``objective``, the gradient is that of this single number; without one, L is an unknown
    function of ``outputs`` and their adjoints are the upstream symbols. A wanted tensor that nothing
    reads, such as a kernel that sees only padding, has the adjoint 0. ``quantity`` is what the names of
    the adjoints call the number that is differentiated; a second sweep, over a program with gradients in
    it, needs another than the first.

    Raises:
        AlgebraError: if the program has a tensor with the name of an adjoint, or reads one of its outputs.
    """
    wanted = dict.fromkeys(wanted)
    users = _users(forward)
    needed = _between(users, wanted)
    upstream = () if objective is not None else tuple(tensor for tensor in outputs if tensor in needed)
    again = [tensor.name for tensor in upstream if tensor in users]
    if again:
        raise AlgebraError(
            f"{again[0]} is an output that is read again: its upstream is not its gradient; state a loss"
        )
    order = _reverse_order(forward, users)
    known = set(order)
    order += (tensor for tensor in wanted if tensor not in known)
    adjoints = {tensor: adjoint_of(tensor, quantity) for tensor in order}
    taken = {tensor.name for tensor in order}.intersection(tensor.name for tensor in adjoints.values())
    if taken:
        raise AlgebraError(f"{min(taken)} is in the program already; differentiate another quantity")
    equations = []
    for tensor in order:
        reading = users.get(tensor, ())
        if tensor not in needed or tensor == objective or tensor in upstream:
            continue  # not asked for, or known: 1 for the objective, an upstream symbol for an output
        equations.append(_accumulated(tensor, reading, adjoints, objective))
    return Gradients(Program(tuple(equations)), tuple(adjoints[tensor] for tensor in upstream))


def _users(forward: Program) -> dict[Tensor, list[Equation]]:
    """The equations that read each tensor, in evaluation order."""
    users: dict[Tensor, list[Equation]] = {}
    for eq in forward.equations:
        for tensor in eq.reads():
            users.setdefault(tensor, []).append(eq)
    return users


def _reverse_order(forward: Program, users: dict[Tensor, list[Equation]]) -> list[Tensor]:
    """Every tensor after all that use it: layer by layer, the parameters of one before its input."""
    given = {eq.target for eq in forward.equations}
    order: list[Tensor] = []
    for eq in reversed(forward.equations):
        order.append(eq.target)
        ends = [t for t in eq.reads() if t not in given and users[t][0] is eq]
        order += sorted(ends, key=lambda tensor: tensor.role != "parameter")
    return order


def _between(users: dict[Tensor, list[Equation]], wanted: Iterable[Tensor]) -> set[Tensor]:
    """The wanted tensors and everything that depends on them."""
    needed: set[Tensor] = set()
    pending = list(wanted)
    while pending:
        tensor = pending.pop()
        if tensor not in needed:
            needed.add(tensor)
            pending += (eq.target for eq in users.get(tensor, ()))
    return needed


def _accumulated(
    tensor: Tensor,
    users: Sequence[Equation],
    adjoints: dict[Tensor, Tensor],
    objective: Tensor | None,
) -> Equation:
    axes = tuple(Index(s, letter) for s, letter in zip(tensor.shape, _letters(tensor, users), strict=True))
    at = tuple(affine(index) for index in axes)
    terms: list[Term] = []
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


def _letters(tensor: Tensor, users: Sequence[Equation]) -> tuple[str, ...]:
    """The letters under which the tensor is read; a spare one where it is read at a combination."""
    reading = next((e for eq in users for e in entries(eq.body) if e.tensor == tensor), None)
    if reading is None:
        return tensor.letters
    alone = [e.lone() for e in reading.indices]
    taken = {index.letter for index in alone if index is not None}
    spare = iter(letter for letter in (*_SPARE_LETTERS, *tensor.letters) if letter not in taken)
    return tuple(next(spare, "k") if index is None else index.letter for index in alone)
