"""A trace: what the sweep had in hand for each adjoint, stage by stage.

The sweep writes it down only when it is given one. Every stage is an expression of the algebra with the value
of the result; what was done to get there stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import Solution, elimination, gathered
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Expression, Term, put_in_term
from symgrad.derivation.facts import Fact
from symgrad.derivation.fold import Name, named
from symgrad.derivation.through import put_in

Reason: TypeAlias = Literal[
    "differentiate", "fold", "solve", "collect", "name", "expand", "fact", "common", "put in", "cancel"
]
"""What was done: the rules of differentiation; a right side called by its name; brackets solved; like terms
and sums over nothing put together; part of an equation called by its name; multiplied out; a known sum
carried out; a common factor taken out; the gradient that it is stated in put in; what cancels left out."""


class Way(NamedTuple):
    """How L depends on a tensor: through ``user``, which reads it itself or through what its parts name."""

    user: Equation
    through: tuple[Equation, ...] = ()


class Step(NamedTuple):
    """An expression with the value of the gradient, and what was done to the one before it to get there."""

    reason: Reason
    body: Expression
    named: tuple[Equation, ...] = ()
    solutions: tuple[Solution, ...] = ()
    facts: tuple[Fact, ...] = ()


class Explanation(NamedTuple):
    """An adjoint equation, the ways to the tensor, and the steps; the last has the body of the equation.

    ``passed`` are the tensors whose gradients were put in: only with their own values are all steps equal.
    """

    equation: Equation
    ways: tuple[Way, ...]
    steps: tuple[Step, ...]
    passed: tuple[Tensor, ...] = ()


class Trace:
    """The explanations of a sweep, by the tensor whose gradient they explain."""

    def __init__(self) -> None:
        self.explanations: dict[Tensor, Explanation] = {}
        self._ways: list[Way] = []
        self._derived: list[Term] = []
        self._folded: list[Term] = []
        self._named: list[Equation] = []
        self._steps: list[Step] = []

    def local(
        self,
        user: Equation,
        ways: Iterable[tuple[Equation, ...]],
        derived: Sequence[Term],
        folded: Sequence[Term],
    ) -> None:
        """A user's share: its derivative as the rules give it, then with its right side called by name."""
        self._ways += (Way(user, through) for through in ways)
        self._derived += derived
        self._folded += folded
        if expression_key(Expression(tuple(derived))) != expression_key(Expression(tuple(folded))):
            self._named.append(user)

    def accumulated(self, axes: Sequence[Index], body: Expression, names: Sequence[Name]) -> None:
        """The shares of all users, then with their brackets solved, then put together as ``body``.

        What goes through named parts is stated in these from the start: the derivative of s = √(…) is 1/(2s).
        """
        derived, folded = (plain(terms, axes) for terms in (self._derived, self._folded))
        if any(way.through for way in self._ways):
            derived, folded = named(derived, names), named(folded, names)
        self._steps = [Step("differentiate", derived), Step("fold", folded, tuple(self._named))]
        reduced: list[Term] = []
        solutions: list[Solution] = []
        for term in folded.terms:
            left, solved = elimination(term)
            solutions += solved
            reduced += [] if left is None else [left]
        self._steps.append(Step("solve", Expression(tuple(reduced)), solutions=tuple(solutions)))
        through = any(way.through for way in self._ways)
        self._steps.append(Step("collect", gathered(reduced) if through else body))

    def then(self, step: Step) -> None:
        """What was done next."""
        self._steps.append(step)

    def done(self, equation: Equation) -> None:
        """The adjoint equation that this was all for."""
        explanation = Explanation(equation, tuple(self._ways), tuple(self._steps))
        self.explanations[_differentiated(equation)] = explanation
        self._ways, self._derived, self._folded, self._named, self._steps = [], [], [], [], []

    def through(self, inner: Equation, equation: Equation, facts: tuple[Fact, ...]) -> None:
        """The gradient that ``inner`` defines was put into the one done last, which became ``equation``."""
        tensor, through = _differentiated(equation), _differentiated(inner)
        before, further = self.explanations[tensor], self.explanations[through].passed
        steps = (
            Step("put in", put_in(before.equation.body, inner), (inner,)),
            Step("cancel", equation.body, facts=facts),
        )
        self.explanations[tensor] = Explanation(
            equation, before.ways, before.steps + steps, (through, *further)
        )


def _differentiated(adjoint: Equation) -> Tensor:
    """The tensor whose gradient an equation of the sweep gives."""
    return adjoint.target.of or adjoint.target


def plain(terms: Iterable[Term], axes: Iterable[Index] = ()) -> Expression:
    """The sum of the terms as they are, but with 0 for every index that can be nothing else."""
    zeros = {index: affine(0) for index in axes if index.size == 1}
    found = (_plain(term, zeros) for term in terms)
    return Expression(tuple(term for term in found if term is not None))


def _plain(term: Term, zeros: Mapping[Index, Affine]) -> Term | None:
    zeros = {**zeros, **{index: affine(0) for index in term.bound if index.size == 1}}
    if zeros:
        inner = put_in_term(term._replace(bound=()), zeros)  # the other bound indices stay what they are
        term = inner._replace(bound=tuple(i for i in term.bound if i not in zeros))
    settled = [bracket for bracket in term.brackets if not bracket.e.coefficients]
    if any(decide(bracket) is False for bracket in settled):
        return None
    return term._replace(brackets=tuple(bracket for bracket in term.brackets if bracket not in settled))
