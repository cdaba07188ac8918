"""The document of second derivatives: forward formulas, what gradients are needed, the Hessian's blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from symgrad.algebra.count import count_terms_at
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Call, FirstMaximiser, ValueBracket, factors_at_any_depth
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.conventions import Convention, conventions
from symgrad.derivation.derive import positions_printed, refuse_symbols, tensors_shown
from symgrad.derivation.document import CLOSED, Document, Formula, Kind, View, letters_of
from symgrad.derivation.hessian import Block, Hessian
from symgrad.derivation.size import MOST_TERMS
from symgrad.derivation.substituted import put_in
from symgrad.derivation.sweep import Gradients
from symgrad.errors import AlgebraError

SECOND_VIEWS: tuple[View, ...] = ("scalar", "index", "substituted")
"""The views in which second derivatives are printed."""

_KINKED = ("relu", "abs")


def hessian_document(
    found: Hessian, view: View = "scalar", depth: int | None = None, most: int = MOST_TERMS
) -> Document:
    """What is to be printed of second derivatives.

    Of two entries that mirror each other one is printed, and none that is 0 whatever the values are. What the
    blocks are stated in, gradients and derivatives of intermediates, is printed with them.

    Raises:
        AlgebraError: a view without second derivatives.
        BudgetError: the substituted view would take more than ``most`` operations.
    """
    if view not in SECOND_VIEWS:
        known = f"{', '.join(SECOND_VIEWS[:-1])} and {SECOND_VIEWS[-1]}"
        raise AlgebraError(f"second derivatives are printed in the views {known}, not in {view}")
    derived = found.derived
    model, gradients = derived.model, derived.gradients
    if view not in CLOSED:
        refuse_symbols(model, view)
    equations = {eq.target: eq for eq in found.program.equations}
    blocks = [block for block in found.blocks if not block.zero]
    asked: dict[Tensor, tuple[int, ...] | None] = {
        block.target: None if view in CLOSED else _asked(found, block, equations[block.target], most)
        for block in blocks
    }
    every = (*gradients.program.equations, *found.program.equations)
    positions = positions_printed(every, asked)
    formulas = [Formula("forward", eq, None) for eq in derived.forward.equations]
    for eq in every:
        if positions[eq.target] != ():
            kind: Kind = "second" if eq.target.of is None else "gradient"
            formulas.append(Formula(kind, eq, positions[eq.target]))
    shown: Sequence[Tensor] = (*model.tensors, *(formula.equation.target for formula in formulas))
    if view == "substituted":
        ends = {} if model.objective is None else {model.objective: None}
        wanted = {target: where for target, where in asked.items() if where != ()}
        formulas = put_in(formulas, {**ends, **wanted}, depth, most)
        shown = tuple(tensors_shown(formulas))
    present = set(shown)
    tensors = dict.fromkeys((*model.tensors, *gradients.upstream, *(eq.target for eq in every)))
    listed = tuple(tensor for tensor in tensors if tensor in present)
    printed = Gradients(
        Program(tuple(f.equation for f in formulas if f.kind != "forward")),
        gradients.upstream,
        tuple(dict.fromkeys((*gradients.facts, *found.facts))),
    )
    stated = conventions(model, derived.forward, printed, view, shown=listed, depth=depth)
    stated += tuple(_conventions(found, equations, view))
    return Document(model.text, view, stated, listed, tuple(formulas), letters_of(listed, stated))


def _asked(found: Hessian, block: Block, eq: Equation, most: int) -> tuple[int, ...] | None:
    """The entries of a block to print: what was asked for of both tensors, each pair once, no zeros."""
    wanted = found.derived.wanted
    by, other = (
        range(prod(whole_shape(tensor.shape))) if (where := wanted[tensor]) is None else where
        for tensor in (block.first, block.second)
    )
    if len(by) * len(other) > most:
        return None  # too many to look at each; the budget refuses them
    width = prod(whole_shape(block.second.shape))
    pairs = product(by, other)
    chosen = [k * width + j for k, j in pairs if block.first != block.second or k <= j]
    if _has_zeros(eq):
        shape = whole_shape(eq.target.shape)
        chosen = [n for n in chosen if count_terms_at(eq.body, eq.axes, unflat(n, shape))]
    return None if len(chosen) == prod(whole_shape(eq.target.shape)) else tuple(chosen)


def _has_zeros(eq: Equation) -> bool:
    """Whether some of its entries may be sums over nothing."""
    return any(term.brackets for term in eq.body.terms)


def _conventions(found: Hessian, equations: Mapping[Tensor, Equation], view: View) -> Iterator[Convention]:
    if not found.blocks:
        return
    yield Convention("second")
    yield Convention("mirror")
    zero = tuple(block.target for block in found.blocks if block.zero)
    if zero:
        yield Convention("zero blocks", zero)
    if view not in CLOSED and any(_has_zeros(equations[b.target]) for b in found.blocks if not b.zero):
        yield Convention("zero entries")
    factors = [factor for eq in found.derived.forward.equations for factor in factors_at_any_depth(eq.body)]
    kinked = any(isinstance(f, Call) and f.function.name in _KINKED for f in factors)
    gradients = found.derived.gradients.program.equations
    chosen = any(isinstance(f, FirstMaximiser) for eq in gradients for f in factors_at_any_depth(eq.body))
    if kinked or chosen or any(isinstance(factor, ValueBracket) for factor in factors):
        yield Convention("constant brackets")
