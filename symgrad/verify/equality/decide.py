"""Whether two expressions are equal: a ladder, its cheapest rung first, that never takes agreement for proof.

1. the same terms, then the same polynomial, names entered where they are what differs;
2. random values tell which of the two is worth trying, a refutation or a proof, and for a proof which names
   have to be replaced by their definitions;
3. to refute: a rational point at which enclosures of the two sides have no number in common;
4. to prove: the numerator of the difference is zero over independent kernels;
5. otherwise undecided, with the number of digits to which they agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from symgrad.verify.equality import flat
from symgrad.verify.equality.budget import Clock, ExhaustedError
from symgrad.verify.equality.polynomials import polynomial
from symgrad.verify.scalars import Scalar, substituted, symbols_of

FIRST_TERMS: Final = 4_000
_SHARE: Final = 0.7
_LARGE: Final = 500
"""Summands from which on it pays to try random values before anything is multiplied out."""


class Decision(NamedTuple):
    """A verdict and what it rests on.

    ``reached`` is None where nothing was found out. A refutation has a ``point`` (names and values) and both
    sides' values there as text. ``agreed`` has the ``digits`` to which they agree at ``points`` points.
    """

    verdict: Literal["same", "different", "undecided"]
    reached: Literal["proved", "refuted", "agreed"] | None
    point: tuple[tuple[str, str], ...] = ()
    left: str = ""
    right: str = ""
    digits: int = 0
    points: int = 0


PROVED: Final = Decision("same", "proved")
UNDECIDED: Final = Decision("undecided", None)


def decide(
    left: Scalar,
    right: Scalar,
    *,
    limit_s: float = 2.0,
    facts: Sequence[tuple[Scalar, Scalar]] = (),
) -> Decision:
    """Whether ``left`` = ``right`` wherever both have a value, given that the ``facts`` hold.

    A fact is an equation; those that give a symbol linearly by others are used, others are not. After
    ``limit_s`` seconds what was not found out stays undecided.
    """
    if left is right:
        return PROVED
    a, b = _summands(left), _summands(right)
    if len(a) == len(b) and sorted(map(id, a)) == sorted(map(id, b)):
        # Products are one object whatever their order, so these are the same summands.
        return PROVED
    clock = Clock(limit_s)
    large = len(a) + len(b) > _LARGE
    seen = None if large else flat.compared(left, right)
    if seen == "same" or (seen is None and not large and _same_polynomial(left, right, clock)):
        return PROVED
    try:
        if seen == "different" and not facts:
            from symgrad.verify.equality.refute import refuted

            found = refuted(left, right, {}, clock)
            if found is not None:
                return found
        solved: Mapping[Scalar, Scalar] = {}
        if facts:
            from symgrad.verify.equality.facts import solved as solve

            solved = solve(facts, clock)
        found = _climbed(left, right, solved, clock, large=large)
        if found.verdict == "different" and _depends(left, right, facts, solved):
            return UNDECIDED
        return found
    except (ExhaustedError, RecursionError, ValueError, OverflowError, MemoryError):
        return UNDECIDED


def _depends(
    left: Scalar,
    right: Scalar,
    facts: Sequence[tuple[Scalar, Scalar]],
    solved: Mapping[Scalar, Scalar],
) -> bool:
    """Whether a fact that gives no symbol by the others speaks of the same ones: a point may break it."""
    here = {*symbols_of(left - right, through_definitions=True)}
    for one, other in facts:
        rest = one - other
        for _ in solved:
            rest = substituted(rest, solved)
        if here.intersection(symbols_of(rest)) and polynomial(rest) != {}:
            return True
    return False


def _same_polynomial(left: Scalar, right: Scalar, clock: Clock) -> bool:
    p = polynomial(left, clock=clock, terms=FIRST_TERMS)
    return p is not None and p == polynomial(right, clock=clock, terms=FIRST_TERMS)


def _summands(e: Scalar) -> list[Scalar]:
    found: list[Scalar] = []
    stack = [e]
    while stack:
        item = stack.pop()
        if item.kind == "sum":
            stack += item.args
            if len(stack) + len(found) > 200_000:
                return [e]
        else:
            found.append(item)
    return found


def _climbed(
    left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock, *, large: bool
) -> Decision:
    from symgrad.verify.equality.levels import Levels
    from symgrad.verify.equality.refute import agreement, refuted

    levels = Levels(left, right, solved, clock)
    hopeful = levels.agree()
    if not hopeful:
        found = refuted(left, right, solved, clock)
        if found is not None:
            return found
    if large and _same_polynomial(left, right, clock):
        return PROVED
    from symgrad.verify.equality.prove import proved

    if proved(levels, Clock(_SHARE * clock.left)):
        return PROVED
    if hopeful:
        found = refuted(left, right, solved, clock)
        if found is not None:
            return found
    return agreement(left, right, solved, clock)
