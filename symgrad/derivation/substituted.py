"""The substituted view: formulas with what they read put in, down to inputs, weights and targets.

With a depth, so many levels are put in, and what stays named is printed in the same way, so that every name
on the page has its formula there. How many operations the formulas take is known before any is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from symgrad.algebra.identifiers import identifier
from symgrad.algebra.operations import operations
from symgrad.algebra.substitute import Nested, Substitution, leaves
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.document import Formula, View
from symgrad.derivation.size import printed_terms_of, refusal
from symgrad.errors import BudgetError

_MOST_TRIED = 100_000
"""Depths are tried as long as the formulas, so many levels deep, have no more terms than this."""
_MOST_ASKED = 8
_MOST_SPELLED = 30

Wanted = dict[Tensor, "tuple[int, ...] | None"]


def put_in(formulas: Sequence[Formula], wanted: Wanted, depth: int | None, most: int) -> list[Formula]:
    """The ``wanted`` entries of the formulas (None: all of a tensor), and those that these read by name.

    ``formulas`` are the equations in order of evaluation. Other kinds than forward and gradient stay as they
    are.

    Raises:
        BudgetError: written out they would take more than ``most`` operations; the message says how many,
            and what takes fewer.
        AlgebraError: a size is symbolic.
    """
    plain: View = "scalar"
    terms = sum(printed_terms_of(plain, formula) for formula in formulas)
    if terms > most:
        ways = ["use --view index", f"raise --max-terms to {terms}"]
        raise BudgetError(refusal(f"print {terms:,} terms even with every intermediate named", most, ways))
    equations = [formula.equation for formula in formulas if formula.kind != "update"]
    substitution = Substitution(equations, depth)
    chosen = _chosen(substitution, wanted)
    count = operations(_all(chosen))
    if count > most:
        ways = [*_shorter(substitution, wanted, most, terms), f"raise --max-terms to {_spelled(count)}"]
        what = "all intermediates" if depth is None else f"intermediates {depth} deep"
        told = f"take {_spelled(count, ',')} operations with {what} put in"
        raise BudgetError(refusal(told, most, ways))
    result = []
    for formula in formulas:
        if formula.kind == "update":
            result.append(formula)
            continue
        found, among = chosen.get(formula.equation.target, {}), formula.positions
        # In a recurrence every step has a formula for its entries.
        nested = {n: found[n] for n in sorted(found) if among is None or n in among}
        if nested:
            every = len(nested) == prod(whole_shape(formula.equation.target.shape))
            result.append(formula._replace(positions=None if every else tuple(nested), nested=nested))
    return result


def _all(chosen: dict[Tensor, dict[int, Nested]]) -> list[Nested]:
    return [nested for entries in chosen.values() for nested in entries.values()]


def _chosen(substitution: Substitution, wanted: Wanted) -> dict[Tensor, dict[int, Nested]]:
    """The formulas of the wanted entries, and of all that they read by name and that have one."""
    chosen: dict[Tensor, dict[int, Nested]] = {}
    pending = [
        (tensor, position)
        for tensor, positions in wanted.items()
        for position in (range(prod(whole_shape(tensor.shape))) if positions is None else positions)
    ]
    while pending:
        new = []
        for tensor, position in pending:
            entries = chosen.setdefault(tensor, {})
            if position not in entries:
                entries[position] = substitution.of(tensor, position)
                new.append(entries[position])
        pending = [
            (leaf.tensor, leaf.position) for leaf in leaves(new) if leaf.tensor in substitution.equations
        ]
    return chosen


def _shorter(substitution: Substitution, wanted: Wanted, most: int, terms: int) -> Iterator[str]:
    """What would take fewer operations: a depth, another view, a single entry."""
    depth = substitution.depth
    fitting, tried = 0, 1
    while (depth is None or tried < depth) and tried * terms <= _MOST_TRIED:
        fewer = Substitution(substitution.equations.values(), tried)
        if operations(_all(_chosen(fewer, wanted))) > most:
            break
        fitting, tried = tried, 2 * tried
    if fitting:
        yield f"use --depth {fitting}"
    yield "use --view scalar, which names every intermediate"
    ends = {tensor: where for tensor, where in wanted.items() if tensor.of is None}
    gradients = [
        (tensor, where) for tensor, where in wanted.items() if tensor.of is not None and tensor.shape
    ]
    for tensor, positions in gradients[: -1 - _MOST_ASKED : -1]:  # what is near the end is made of less
        if positions is None or len(positions) > 1:
            first = 0 if positions is None else positions[0]
            if operations(_all(_chosen(substitution, {**ends, tensor: (first,)}))) <= most:
                yield f"ask for less with --wrt (such as --wrt {identifier(_primal(tensor), first)})"
                return


def _primal(tensor: Tensor) -> Tensor:
    return tensor if tensor.of is None else tensor.of


def _spelled(count: int, separator: str = "") -> str:
    """The count; one that nobody reads digit by digit as a power of ten."""
    digits = len(f"{count:d}") if count < 10**4000 else 4000
    return f"{count:{separator}}" if digits <= _MOST_SPELLED else f"about 10^{digits}"
