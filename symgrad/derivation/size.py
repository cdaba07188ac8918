"""How much a document would print, predicted without unrolling it."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from symgrad.algebra.count import count_terms, count_terms_at
from symgrad.algebra.identifiers import identifier
from symgrad.algebra.operations import operations
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.terms import Entry, FirstMaximiser, Max, Term
from symgrad.algebra.unroll import is_whole, whole_shape
from symgrad.derivation.document import CLOSED, Document, Formula, View
from symgrad.errors import BudgetError

MOST_TERMS = 1_000_000
"""The most terms that a derivation prints unless it is told otherwise."""


def printed_terms(document: Document) -> int:
    """The number of terms that the document's view prints; a formula without one prints 0, and counts.

    It is exact where no two unrolled terms are alike; where like terms merge, fewer are printed. A term with
    a maximum counts once for each place that the maximum ranges over. Where the view puts in what formulas
    read, it is the number of operations instead, and always exact.
    """
    if document.view == "substituted":
        nested = [each for formula in document.formulas for each in formula.nested.values()]
        others = (formula for formula in document.formulas if not formula.nested)
        return operations(nested) + sum(printed_terms_of(document.view, formula) for formula in others)
    return sum(printed_terms_of(document.view, formula) for formula in document.formulas)


def printed_formulas(document: Document) -> int:
    """The number of formulas that the document's view prints."""
    if document.view in CLOSED:
        return len(document.formulas)
    return sum(
        prod(whole_shape(f.equation.target.shape)) if f.positions is None else len(f.positions)
        for f in document.formulas
    )


def listed_symbols(document: Document) -> int:
    """The number of entries that JSON lists: those of all tensors whose sizes are numbers."""
    return sum(prod(whole_shape(t.shape)) for t in document.tensors if is_whole(t.shape))


def within_budget(document: Document, most: int, *, symbols: bool = False) -> None:
    """Refuse a document that would print more than ``most`` terms, or list more ``symbols`` if it lists them.

    Raises:
        BudgetError: it would; the message names the number and the ways round.
    """
    terms = printed_terms(document)
    if terms > most:
        ways = [*_shorter(document, most), f"raise --max-terms to {terms}"]
        raise BudgetError(refusal(f"print {terms:,} terms", most, ways))
    if symbols and (listed := listed_symbols(document)) > most:
        ways = ["use --to text or --to latex, which list no symbols", f"raise --max-terms to {listed}"]
        raise BudgetError(refusal(f"list {listed:,} symbols", most, ways))


def refusal(what: str, most: int, ways: list[str]) -> str:
    """What a derivation would do that is more than ``most``, and the ways round."""
    if len(ways) > 1:
        ways[-1] = f"or {ways[-1]}"
    return f"this would {what}, more than --max-terms {most:,}; {', '.join(ways)}"


def _shorter(document: Document, most: int) -> Iterator[str]:
    """What would print less of the same network."""
    if document.view in CLOSED:
        return
    yield "use --view index"
    if any(formula.kind == "second" for formula in document.formulas):
        return
    view = document.view
    forward = sum(printed_terms_of(view, f) for f in document.formulas if f.kind == "forward")
    for formula in document.formulas:
        wanted = formula.equation.target.of
        if formula.positions is not None or wanted is None or not wanted.shape:
            continue
        if forward + printed_terms_of(view, formula._replace(positions=(0,))) <= most:
            yield f"ask for less with --wrt (such as --wrt {identifier(wanted, 0)})"
            return


def printed_terms_of(view: View, formula: Formula) -> int:
    """The number of terms that a view prints of one formula."""
    equation, positions = formula.equation, formula.positions
    body, axes = equation.body, equation.axes
    if view in CLOSED:
        return max(1, len(body.terms))
    shape = whole_shape(equation.target.shape)
    if positions is None:
        terms = max(prod(shape), count_terms(body, axes))
    else:
        terms = sum(max(1, count_terms_at(body, axes, unflat(place, shape))) for place in positions)
    terms *= max(map(_compared, body.terms), default=1)
    both = view == "chain" and formula.kind == "gradient" and _has_paths(equation)
    return 2 * terms if both else terms


def _compared(term: Term) -> int:
    """The entries that a maximum of the term compares, each of which is printed; 1 where it has none."""
    maxima = [f.maximum if isinstance(f, FirstMaximiser) else f for f, _ in term.powers]
    return max(
        (prod(whole_shape(tuple(i.size for i in m.indices))) for m in maxima if isinstance(m, Max)), default=1
    )


def _has_paths(equation: Equation) -> bool:
    """Whether every term holds an adjoint for a path to begin with."""
    terms = equation.body.terms
    return bool(terms) and all(any(f.tensor.role == "adjoint" for f in _entries(term)) for term in terms)


def _entries(term: Term) -> Iterator[Entry]:
    return (factor for factor, _ in term.powers if isinstance(factor, Entry))
