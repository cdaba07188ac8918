"""Second derivatives: the formulas of a derivation differentiated once more, one by one.

    ∂U/∂w[K]         =  Σ_T Σ_P  ∂rhs_U/∂T[P] · ∂T[P]/∂w[K]
    ∂²L/∂w[K]∂U[J]   =  the same of the equation of ∂L/∂U[J]

Each named tensor keeps its name, the gradients among them, and gets an equation for its derivative by w along
all paths. The rules are those of the sweep, so nothing is said here of any layer; the result is a program
again. A derivative that is 0 is left out wherever it is read, and one that is a product with index brackets,
such as ∂z[i]/∂w[k, l] = a[l] [i = k], is put in where it is read: its sum is gone with the bracket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.differentiate import derivative_terms
from symgrad.algebra.normal import gathered, joined
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.recurrence import groups, recurrent
from symgrad.algebra.tensors import Tensor, indices_of, second_derivative, sensitivity
from symgrad.algebra.terms import Entry, Expression, Term, entries, put, put_in_term
from symgrad.derivation.derive import Derived
from symgrad.derivation.facts import Fact
from symgrad.derivation.fold import folded
from symgrad.derivation.second import check_loss
from symgrad.derivation.sweep import Within
from symgrad.errors import AlgebraError

_SPARE_LETTERS = ("k", "l", "m", "q", "r", "s", "t", "g")


class Block(NamedTuple):
    """``∂²L/∂first∂second``; ``zero`` if it is 0 whatever the values are."""

    first: Tensor
    second: Tensor
    target: Tensor
    zero: bool


class Hessian(NamedTuple):
    """The second derivatives of L by the wanted tensors, each pair of them once, in order of evaluation.

    ``program`` reads the forward tensors and their gradients; it holds the blocks that are not 0, each as the
    axes of the first tensor and then those of the second, and the derivatives that these are stated in.
    """

    derived: Derived
    program: Program
    blocks: tuple[Block, ...]
    facts: tuple[Fact, ...]


def hessian(derived: Derived) -> Hessian:
    """The second derivatives of L by what ``derived`` differentiates by.

    Raises:
        AlgebraError: the network has no loss, a tensor with the name of a derivative, or a recurrence.
    """
    check_loss(derived.model)
    gradients = derived.gradients
    if any(recurrent(group) for group in groups(derived.forward.equations)):
        raise AlgebraError(
            "second derivatives are not derived through steps that rest on one another; hessian_vector in "
            "Python gives their products in numbers"
        )
    wanted = [w for w in derived.model.tensors if w in derived.wanted and gradients.of(w) is not None]
    within = Within(derived.forward)
    equations = (*derived.forward.equations, *gradients.program.equations)
    made: list[Equation] = []
    blocks: list[Block] = []
    facts: dict[Fact, None] = {}
    for n, w in enumerate(wanted):
        ends = {eq.target: v for v in wanted[n:] if (eq := gradients.of(v)) is not None}
        along = _Along(w, within, frozenset(ends))
        along.follow(equations)
        made += along.made
        facts.update(dict.fromkeys(along.facts))
        targets = {eq.target for eq in along.made}
        for v in ends.values():
            block = second_derivative(w, v)
            blocks.append(Block(w, v, block, block not in targets))
    return Hessian(derived, Program(tuple(made)), tuple(blocks), tuple(facts))


class _Along:
    """The derivatives of a program's tensors by the entries of one."""

    def __init__(self, by: Tensor, within: Within, ends: frozenset[Tensor]) -> None:
        self.by = by
        self.within = within
        self.ends = ends
        self.axes = indices_of(by)
        self.at = tuple(affine(index) for index in self.axes)
        self.made: list[Equation] = []
        self.facts: list[Fact] = []
        self._known: dict[Tensor, Tensor] = {}  # what is not 0, and what its derivative is called
        self._short: dict[Tensor, Equation] = {}  # of these, the ones that are put in

    def follow(self, equations: Sequence[Equation]) -> None:
        """Differentiate what the ends are made of, in order of evaluation."""
        needed = set(self.ends)
        for eq in reversed(equations):
            if eq.target in needed:
                needed.update(eq.reads())
        for eq in equations:
            if eq.target in needed and eq.target != self.by and self._moves(eq):
                self._take(self._differentiated(eq), eq)

    def _moves(self, eq: Equation) -> bool:
        return any(tensor == self.by or tensor in self._known for tensor in eq.reads())

    def _take(self, derived: Equation, eq: Equation) -> None:
        if not derived.body.terms:
            self._known.pop(eq.target, None)
        elif eq.target not in self.ends and _short(derived):
            self._short[eq.target] = derived
        else:
            self.made.append(derived)

    def _differentiated(self, eq: Equation) -> Equation:
        target = eq.target
        name = sensitivity(target, self.by) if target.of is None else second_derivative(self.by, target.of)
        self._known[target] = name
        own = _letters(eq.axes, self.axes)
        axes = tuple(Index(index.size, letter) for index, letter in zip(eq.axes, own, strict=True))
        at = tuple(affine(index) for index in axes)
        moved = Equation(target, axes, put(eq.body, dict(zip(eq.axes, at, strict=True))))
        terms: list[Term] = []
        for tensor in dict.fromkeys(entry.tensor for entry in entries(moved.body)):
            if tensor == self.by:
                terms += folded(_derivative(moved.body, tensor, self.at), moved)
            elif tensor in self._known:
                here = indices_of(tensor)
                places = tuple(affine(index) for index in here)
                start = Term(1, here)
                outer = folded(_derivative(moved.body, tensor, places), moved)
                terms += (
                    joined(joined(start, piece), inner)
                    for inner in self._of(tensor, places)
                    for piece in outer
                )
        stated = Equation(name, (*self.axes, *axes), gathered(terms))
        readable, used = self.within.readable(stated, (moved,))
        self.facts += used
        return readable

    def _of(self, tensor: Tensor, places: tuple[Affine, ...]) -> Iterable[Term]:
        """The derivative of an entry of a tensor by ``by[self.axes]``."""
        short = self._short.get(tensor)
        if short is None:
            return [Term(1, (), (), ((Entry(self._known[tensor], (*self.at, *places)), 1),))]
        mapping = dict(zip(short.axes, (*self.at, *places), strict=True))
        return [put_in_term(term, mapping) for term in short.body.terms]


def _derivative(body: Expression, tensor: Tensor, at: tuple[Affine, ...]) -> list[Term]:
    return [piece for term in body.terms for piece in derivative_terms(term, tensor, at)]


def _short(eq: Equation) -> bool:
    """Whether the equation is to be put in where it is read: a product, sparse or of one factor."""
    if len(eq.body.terms) != 1:
        return False
    (term,) = eq.body.terms
    return not term.bound and (bool(term.brackets) or len(term.powers) <= 1)


def _letters(axes: Sequence[Index], taken: Sequence[Index]) -> tuple[str, ...]:
    """The letters of the axes, others where those are the letters of what is differentiated by."""
    used = {index.letter for index in taken}
    own = [index.letter if index.letter not in used else "" for index in axes]
    spare = iter(letter for letter in _SPARE_LETTERS if letter not in {*used, *own})
    return tuple(letter or next(spare, index.letter) for letter, index in zip(own, axes, strict=True))
