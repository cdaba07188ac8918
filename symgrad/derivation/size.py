"""How much a document would print, predicted without unrolling it."""

from __future__ import annotations

from symgrad.algebra.unroll import count_terms
from symgrad.derivation.document import Document, Formula
from symgrad.errors import BudgetError


def printed_terms(document: Document) -> int:
    """The number of terms that the document's view prints."""
    return sum(_terms(document, formula) for formula in document.formulas)


def within_budget(document: Document, most: int) -> None:
    """Refuse a document that would print more than ``most`` terms.

    Raises:
        BudgetError: it would; the message names the number and the way round.
    """
    terms = printed_terms(document)
    if terms > most:
        raise BudgetError(
            f"this would print {terms:,} terms, and the most is {most:,} (--max-terms); "
            "the closed form is short (--view index), or ask for less, such as --wrt w1"
        )


def _terms(document: Document, formula: Formula) -> int:
    equation = formula.equation
    if document.view == "index":
        return len(equation.body.terms)
    terms = count_terms(equation.body, equation.axes)
    return 2 * terms if document.view == "chain" and formula.kind == "gradient" else terms
