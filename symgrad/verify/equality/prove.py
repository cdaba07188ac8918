"""To prove: the difference of the sides is zero over independent kernels, few definitions entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from symgrad.verify.equality.budget import Clock, ExhaustedError, UndefinedError
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.polynomials import difference
from symgrad.verify.scalars import Scalar, height, symbols_of

_SINGLE_STEPS: Final = 6


def proved(left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> bool:
    """Whether left = right is proved.

    Names are kept first. Then those that stand on one side only are replaced by their definitions, then those
    defined last, and after a few such steps all at once.

    Raises:
        ExhaustedError: the time is over.
    """
    replaced: set[Scalar] = set()
    step = 0
    while True:
        try:
            if _equal(left, right, replaced, solved, clock):
                return True
        except (ExhaustedError, UndefinedError, RecursionError):
            clock.check()
        more = _next(left, right, replaced, everything=step >= _SINGLE_STEPS)
        if not more:
            return False
        replaced |= more
        step += 1


def _equal(
    left: Scalar, right: Scalar, replaced: set[Scalar], solved: Mapping[Scalar, Scalar], clock: Clock
) -> bool:
    def meaning(s: Scalar) -> Scalar | None:
        return s.definition if s in replaced else solved.get(s)

    kernels = Kernels(clock, meaning)
    return kernels.is_zero(difference(kernels.read(left), kernels.read(right)))


def _next(left: Scalar, right: Scalar, replaced: set[Scalar], *, everything: bool) -> set[Scalar]:
    """The names to replace next."""
    if everything:
        both = {*symbols_of(left, through_definitions=True), *symbols_of(right, through_definitions=True)}
        return {s for s in both if s.letter.is_defined and s not in replaced}
    a, b = _names(left, replaced), _names(right, replaced)
    candidates = (a ^ b) or a
    if not candidates:
        return set()
    heights = {s: height(s) for s in candidates}
    top = max(heights.values())
    return {s for s, h in heights.items() if h == top}


def _names(e: Scalar, replaced: set[Scalar]) -> set[Scalar]:
    """The defined symbols that stand in ``e`` once ``replaced`` ones are replaced."""
    found: set[Scalar] = set()
    entered: set[Scalar] = set()
    stack = list(symbols_of(e))
    while stack:
        s = stack.pop()
        if s in replaced:
            if s not in entered and s.definition is not None:
                entered.add(s)
                stack += symbols_of(s.definition)
        elif s.letter.is_defined:
            found.add(s)
    return found
