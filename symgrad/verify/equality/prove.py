"""To prove: the difference of the sides is zero over independent kernels, few definitions entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from symgrad.verify.equality.budget import Clock, ExhaustedError, UndefinedError
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.polynomials import difference
from symgrad.verify.scalars import Scalar, height, symbols_of

_STEPS: Final = 5


def proved(left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> bool:
    """Whether left = right is proved.

    Names are kept first. Then those that stand on one side only are replaced by their definitions, step by
    step; then, from the start again, those defined last; after a few such steps all at once.

    Raises:
        ExhaustedError: the time is over.
    """
    tried: list[set[Scalar]] = []
    for one_sided in (True, False):
        replaced: set[Scalar] = set()
        for _ in range(_STEPS):
            if replaced not in tried:
                tried.append(set(replaced))
                if _try(left, right, replaced, solved, clock):
                    return True
            more = _next(left, right, replaced, one_sided=one_sided)
            if not more:
                break
            replaced |= more
    both = {*symbols_of(left, through_definitions=True), *symbols_of(right, through_definitions=True)}
    everything = {s for s in both if s.letter.is_defined}
    return everything not in tried and _try(left, right, everything, solved, clock)


def _try(
    left: Scalar, right: Scalar, replaced: set[Scalar], solved: Mapping[Scalar, Scalar], clock: Clock
) -> bool:
    try:
        return _equal(left, right, replaced, solved, clock)
    except (ExhaustedError, UndefinedError, RecursionError):
        clock.check()
        return False


def _equal(
    left: Scalar, right: Scalar, replaced: set[Scalar], solved: Mapping[Scalar, Scalar], clock: Clock
) -> bool:
    def meaning(s: Scalar) -> Scalar | None:
        return s.definition if s in replaced else solved.get(s)

    kernels = Kernels(clock, meaning)
    return kernels.is_zero(difference(kernels.read(left), kernels.read(right)))


def _next(left: Scalar, right: Scalar, replaced: set[Scalar], *, one_sided: bool) -> set[Scalar]:
    """The names to replace next: of those on one side only, or of all, the ones defined last."""
    a, b = _names(left, replaced), _names(right, replaced)
    candidates = a ^ b if one_sided else a | b
    heights = {s: height(s) for s in candidates}
    top = max(heights.values(), default=0)
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
