"""The reverse sweep: one adjoint equation for each tensor, made by one rule.

    dL/dT[J]  =  upstream  +  Σ_users Σ_out  dL/dU[out] · ∂rhs_U[out]/∂T[J]

Tensors are visited in reverse evaluation order and nothing is inlined: named intermediates keep the
formulas linear in depth. The result is again a program. Definitions that read one another at shifted indices
need no extra rule: each is a user of the others, and what reads at t − 1 gives adjoints that read at t + 1.
An auxiliary tensor, which names part of an equation, gets no adjoint of its own: whoever reads it is a user
of what it is made of.

A result is stated in what the program names (:mod:`symgrad.derivation.fold`), sums that are known are carried
out (:mod:`symgrad.derivation.facts`), and what all terms have in common stands before a parenthesis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.differentiate import derivative_terms
from symgrad.algebra.normal import expanded, gathered, joined, products_of
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.recurrence import groups
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor, adjoint_of
from symgrad.algebra.terms import Entry, Expression, Term, entries, put
from symgrad.derivation.factor import factored, leading
from symgrad.derivation.facts import MOST_PRODUCTS, Fact, applied, assumed, proved
from symgrad.derivation.fold import folded, name_of, named
from symgrad.derivation.readable import counted
from symgrad.derivation.steps.trace import Step, Trace
from symgrad.derivation.through import may_cancel, through
from symgrad.errors import AlgebraError

_SPARE_LETTERS = ("k", "l", "m", "q", "r", "s")


class Gradients(NamedTuple):
    """Adjoint equations in evaluation order, the upstream symbols they start from, the facts they use."""

    program: Program
    upstream: tuple[Tensor, ...]
    facts: tuple[Fact, ...] = ()

    def of(self, tensor: Tensor) -> Equation | None:
        """The adjoint equation of ``tensor``, or None."""
        return next((eq for eq in self.program.equations if eq.target.of == tensor), None)


def sweep(
    forward: Program,
    outputs: Iterable[Tensor],
    objective: Tensor | None,
    wanted: Iterable[Tensor],
    quantity: str = "L",
    trace: Trace | None = None,
) -> Gradients:
    """The adjoints of ``wanted`` and of every tensor between them and the end of the program.

    With an ``objective``, the gradient is that of this single number; without one, L is an unknown
    function of ``outputs`` and their adjoints are the upstream symbols. A wanted tensor that nothing
    reads, such as a kernel that sees only padding, has the adjoint 0. ``quantity`` is what the names of
    the adjoints call the number that is differentiated; a second sweep, over a program with gradients in
    it, needs another than the first. A ``trace`` is told every stage.

    Raises:
        AlgebraError: if the program has a tensor with the name of an adjoint, or reads one of its outputs.
    """
    wanted = dict.fromkeys(wanted)
    within = Within(forward)
    users = _users(forward, within)
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
    made: dict[Tensor, tuple[Equation, tuple[Fact, ...]]] = {}
    passed: set[Tensor] = set()
    for tensor in order:
        reading = users.get(tensor, ())
        if tensor not in needed or tensor == objective or tensor in upstream:
            continue  # not asked for, or known: 1 for the objective, an upstream symbol for an output
        if tensor.role == "auxiliary" and tensor not in wanted:
            continue
        eq = _accumulated(tensor, reading, adjoints, objective, within, trace)
        made[tensor] = within.readable(eq, reading, trace)
        if trace is not None:
            trace.done(made[tensor][0])
        after = reading[0].target if len(reading) == 1 else None
        if after in made and may_cancel(made[after][0]):
            near = (*reading, *users[after])
            joint = through(made[tensor][0], made[after][0], partial(within.readable, users=near))
            if joint is not None:
                if trace is not None:
                    trace.through(made[after][0], *joint)
                made[tensor] = joint[0], tuple(dict.fromkeys((*made[after][1], *joint[1])))
                passed.add(after)
    for tensor in sorted(passed.difference(wanted), key=order.index, reverse=True):
        if not any(adjoints[tensor] in eq.reads() for eq, _ in made.values()):
            del made[tensor]
    facts = dict.fromkeys(fact for _, used in made.values() for fact in used)
    program = Program(tuple(eq for eq, _ in made.values()))
    return Gradients(program, tuple(adjoints[tensor] for tensor in upstream), tuple(facts))


def _users(forward: Program, within: Within) -> dict[Tensor, list[Equation]]:
    """The equations that read each tensor, themselves or through an auxiliary, in evaluation order.

    Those that read what another step left them, standing before it or being its own equation, come last.
    """
    users: dict[Tensor, list[Equation]] = {}
    later: dict[Tensor, list[Equation]] = {}
    given = {eq.target for eq in forward.equations}
    found: set[Tensor] = set()
    for eq in forward.equations:
        if eq.target.role != "auxiliary":
            for tensor in within.reads(eq):
                ahead = tensor in given and tensor not in found
                (later if ahead else users).setdefault(tensor, []).append(eq)
        found.add(eq.target)
    return {tensor: users.get(tensor, []) + later.get(tensor, []) for tensor in {**users, **later}}


def _reverse_order(forward: Program, users: dict[Tensor, list[Equation]]) -> list[Tensor]:
    """Every tensor after all that use it: layer by layer, the parameters of one before its input.

    The equations of a recurrence stay together, the other way round; what they read comes after all of them.
    """
    given = {eq.target for eq in forward.equations}
    order: list[Tensor] = []
    for group in reversed(groups(forward.equations)):
        order += (eq.target for eq in reversed(group))
        for eq in reversed(group):
            ends = [t for t in eq.reads() if t not in given and users.get(t, [])[:1] == [eq]]
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
    within: Within,
    trace: Trace | None,
) -> Equation:
    letters = _letters(tensor, (*users, *within.naming(tensor)))
    axes = tuple(Index(s, letter) for s, letter in zip(tensor.shape, letters, strict=True))
    at = tuple(affine(index) for index in axes)
    terms: list[Term] = []
    for user in users:
        adjoint = None if user.target == objective else adjoints[user.target]
        derived = within.derivative(user.body, tensor, at)
        local = folded(derived, user)
        out = tuple(affine(index) for index in user.axes)
        end = Term(1, user.axes) if adjoint is None else _entry_term(adjoint, out, user.axes)
        share = [joined(end, piece) for piece in local]
        terms += share
        if trace is not None and derived:
            trace.local(user, within.ways(user, tensor), [joined(end, piece) for piece in derived], share)
    body = gathered(terms)
    if trace is not None:
        names = [name for other in within.near(users) if (name := name_of(other)) is not None]
        trace.accumulated(axes, body, names)
    return Equation(adjoints[tensor], axes, body)


class Within:
    """What a program names within its layers: auxiliary equations, and names and facts for results."""

    def __init__(self, forward: Program) -> None:
        self.auxiliary = {eq.target: eq for eq in forward.equations if eq.target.role == "auxiliary"}
        self._readers: dict[Tensor, list[Equation]] = {}
        for eq in self.auxiliary.values():
            for tensor in self.reads(eq):
                self._readers.setdefault(tensor, []).append(eq)

    def reads(self, eq: Equation) -> tuple[Tensor, ...]:
        """What the equation reads, and what the auxiliaries among that read."""
        read = dict.fromkeys(eq.reads())
        for tensor in tuple(read):
            if tensor in self.auxiliary and tensor != eq.target:
                read.update(dict.fromkeys(self.reads(self.auxiliary[tensor])))
        return tuple(read)

    def naming(self, tensor: Tensor) -> Sequence[Equation]:
        """The auxiliary equations that read the tensor, themselves or through others."""
        return self._readers.get(tensor, ())

    def derivative(self, body: Expression, tensor: Tensor, at: tuple[Affine, ...]) -> list[Term]:
        """``∂ body / ∂ tensor[at]`` by all ways: ``∂ + Σ_K ∂/∂auxiliary[K] · ∂auxiliary[K]/∂tensor[at]``."""
        pieces = [piece for term in body.terms for piece in derivative_terms(term, tensor, at)]
        for auxiliary in dict.fromkeys(entry.tensor for entry in entries(body)):
            if auxiliary not in self.auxiliary or auxiliary == tensor:
                continue
            eq = self.auxiliary[auxiliary]
            if tensor not in self.reads(eq):
                continue
            here = tuple(index.again() for index in eq.axes)
            places = tuple(affine(index) for index in here)
            moved = put(eq.body, dict(zip(eq.axes, places, strict=True)))
            inner = self.derivative(moved, tensor, at)
            outer = [piece for term in body.terms for piece in derivative_terms(term, auxiliary, places)]
            start = Term(1, here)
            pieces += (joined(joined(start, a), b) for a in outer for b in inner)
        return pieces

    def ways(self, eq: Equation, tensor: Tensor) -> list[tuple[Equation, ...]]:
        """The ways from an equation to a tensor that it depends on: directly, and through auxiliaries."""
        found: list[tuple[Equation, ...]] = [()] if tensor in eq.reads() else []
        for other in eq.reads():
            if other in self.auxiliary and other not in (tensor, eq.target):
                named = self.auxiliary[other]
                found += ((named, *further) for further in self.ways(named, tensor))
        return found

    def near(self, users: Sequence[Equation]) -> list[Equation]:
        """The equations that results may be stated in: of the users, of their parts and beside these."""
        near = {
            other.target: other
            for user in users
            for tensor in (*self.reads(user), user.target)
            for other in (*self.naming(tensor), *filter(None, [self.auxiliary.get(tensor)]))
        }
        near.update({user.target: user for user in users})
        return list(near.values())

    def readable(
        self, eq: Equation, users: Sequence[Equation], trace: Trace | None = None
    ) -> tuple[Equation, tuple[Fact, ...]]:
        """The equation stated in names, with known sums carried out, and the facts that this used."""
        near = self.near(users)
        names = [name for other in near if (name := name_of(other)) is not None]
        if not names and not any(entry.tensor.sums_to_one is not None for entry in entries(eq.body)):
            return eq, ()
        body = gathered(map(counted, named(eq.body, names).terms))
        facts = [fact for other in near for fact in proved(other, self.auxiliary)]
        facts += (
            fact for tensor in dict.fromkeys(e.tensor for e in entries(body)) for fact in assumed(tensor)
        )
        plain, used = applied(body, facts)
        opened = expanded(body) if products_of(body) <= MOST_PRODUCTS else body
        open_, more = applied(opened, facts)
        multiply = len(more) > len(used) or (more == used and len(open_.terms) < len(plain.terms))
        if multiply:
            plain, used = open_, more
        result = leading(factored(plain))
        if trace is not None:
            trace.then(Step("name", body, tuple(other for other in near if name_of(other) is not None)))
            if multiply:
                trace.then(Step("expand", opened))
            trace.then(Step("fact", plain, facts=used))
            trace.then(Step("common", result))
        return eq._replace(body=result), used


def _entry_term(tensor: Tensor, at: tuple[Affine, ...], bound: tuple[Index, ...] = ()) -> Term:
    return Term(1, bound, (), ((Entry(tensor, at), 1),))


def _letters(tensor: Tensor, users: Sequence[Equation]) -> tuple[str, ...]:
    """The letters under which the tensor is read.

    What is read one step before, at t − 1, is read under t; an index that does not run over all of an axis
    leaves the axis its own letter. Where it is read at a combination, a parameter has the letter of its
    declaration if that is not taken, any other tensor if no axis of what reads it is called so either, and
    else a spare one.
    """
    reading = next((e for eq in users for e in entries(eq.body) if e.tensor == tensor), None)
    if reading is None:
        return tensor.letters
    found = list(map(_letter, reading.indices, tensor.shape, tensor.letters))
    taken = {letter for letter in found if letter}
    shared = taken if tensor.role == "parameter" else taken | {i.letter for eq in users for i in eq.axes}
    own = [letter if letter not in shared else "" for letter in tensor.letters]
    spare = iter(letter for letter in (*_SPARE_LETTERS, *tensor.letters) if letter not in {*taken, *own})
    return tuple(read or declared or next(spare, "k") for read, declared in zip(found, own, strict=True))


def _letter(e: Affine, size: Size, own: str) -> str:
    """The letter of an index that stands alone but for a number; nothing for a combination."""
    alone = (e - e.const).lone()
    if alone is None:
        return ""
    return alone.letter if alone.size == size else own
