"""Two steps of the chain rule stated as one where what stands between them cancels.

Sigmoid with binary cross-entropy gives ``∂L/∂z = σ − y``: ``∂L/∂h`` has h·(1 − h) below, and the derivative
of the sigmoid has it above. A gradient is stated through the next one only where that makes it shorter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.algebra.normal import expanded, gathered, joined
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Entry,
    Expression,
    Factor,
    Group,
    Term,
    entries,
    entries_of_factor,
    inner_expressions,
    put,
)
from symgrad.derivation.factor import factored, leading
from symgrad.derivation.facts import Fact


def may_cancel(inner: Equation) -> bool:
    """Whether an adjoint has what a product with it may take away: a quotient, or a tensor of known sum."""
    return any(
        exponent < 0 or any(entry.tensor.sums_to_one is not None for entry in entries_of_factor(factor))
        for term in inner.body.terms
        for factor, exponent in term.powers
    )


def through(
    outer: Equation,
    inner: Equation,
    readable: Callable[[Equation], tuple[Equation, tuple[Fact, ...]]],
) -> tuple[Equation, tuple[Fact, ...]] | None:
    """``outer`` with the adjoint that ``inner`` defines put in, or None where that is not shorter.

    ``readable`` states an equation in names and known sums, and says which sums it used.
    """
    body = put_in(outer.body, inner)
    if any(entry.tensor == inner.target for entry in entries(body)):
        return None  # it stands where no product can be formed with it, such as inside a function
    found = [readable(outer._replace(body=stated)) for stated in (body, expanded(body))]
    found += [(eq._replace(body=leading(factored(eq.body, adjoints=True))), used) for eq, used in found]
    shortest = min(found, key=lambda result: weight(result[0].body))
    return shortest if weight(shortest[0].body) < weight(outer.body) else None


def put_in(expression: Expression, inner: Equation) -> Expression:
    """The expression with the adjoint that ``inner`` defines put in wherever it is a factor."""
    opened = _open(expression.terms, inner.target)
    return gathered(piece for term in opened for piece in _put_in(term, inner))


def weight(expression: Expression) -> int:
    """How much there is to read: entries, functions, brackets, and numbers that stand alone."""
    return sum(
        sum(_weight(factor) for factor, _ in term.powers) + len(term.brackets) or 1
        for term in expression.terms
    )


def _weight(factor: Factor) -> int:
    own = 0 if isinstance(factor, Group) else 1
    return own + sum(weight(inner) for inner in inner_expressions(factor))


def _open(terms: Sequence[Term], tensor: Tensor) -> list[Term]:
    """``terms`` with the parentheses that hold the tensor multiplied out, and no others."""
    opened: list[Term] = []
    for term in terms:
        pieces = [term._replace(powers=())]
        for factor, exponent in term.powers:
            holds = isinstance(factor, Group) and exponent == 1 and _reads(factor, tensor)
            if isinstance(factor, Group) and holds:
                inner = _open(factor.inner.terms, tensor)
                pieces = [joined(a, b) for a in pieces for b in inner]
            else:
                pieces = [p._replace(powers=(*p.powers, (factor, exponent))) for p in pieces]
        opened += pieces
    return opened


def _reads(factor: Factor, tensor: Tensor) -> bool:
    return any(entry.tensor == tensor for entry in entries_of_factor(factor))


def _put_in(term: Term, inner: Equation) -> list[Term]:
    """The term with an entry that ``inner`` defines, a factor of its own, replaced by what it is."""
    for place, (factor, exponent) in enumerate(term.powers):
        if exponent == 1 and isinstance(factor, Entry) and factor.tensor == inner.target:
            here = put(inner.body, dict(zip(inner.axes, factor.indices, strict=True)))
            rest = term._replace(powers=term.powers[:place] + term.powers[place + 1 :])
            return [joined(rest, piece) for piece in here.terms]
    return [term]
