"""Operations: how many a formula takes as it is written, counted without writing it.

Additions, subtractions, multiplications, divisions, powers and roots, values of functions, comparisons and
choices of the greatest each count 1; a sign in front does not. What stands in several places counts in each
of them, and is counted once: over shared formulas (:mod:`symgrad.algebra.substitute`).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.algebra.substitute import (
    Condition,
    First,
    Greatest,
    Nested,
    Piece,
    Product,
    Value,
    inside,
    within,
)


def operations(formulas: Iterable[Nested]) -> int:
    """The number of operations of all the formulas, written out."""
    wanted = list(formulas)
    known: dict[Nested, int] = {}
    for formula in within(wanted):
        added = max(0, len(formula.products) - 1)
        known[formula] = added + sum(_of_product(product, known) for product in formula.products)
    return sum(known[formula] for formula in wanted)


def _of_product(product: Product, known: dict[Nested, int]) -> int:
    """Its multiplications and its division, its powers, and what is inside its factors."""
    value = abs(Fraction(product.coefficient))
    over = sum(exponent > 0 for _, exponent in product.powers)
    under = len(product.powers) - over
    if under:
        factors = over + (value.numerator != 1 or not over) + under + (value.denominator != 1)
    else:
        factors = over + (value != 1 or not over)
    raised = sum(abs(exponent) != 1 for _, exponent in product.powers)
    return factors - 1 + raised + sum(_of_piece(piece, known) for piece, _ in product.powers)


def _of_piece(piece: Piece, known: dict[Nested, int]) -> int:
    inner = sum(known[formula] for formula in inside(piece))
    match piece:
        case Value() | Greatest() | Condition():
            return 1 + inner
        case First(candidates, chosen):
            return 2 + inner + known[candidates[chosen]]  # the greatest of them is compared with one of them
        case _:
            return inner
