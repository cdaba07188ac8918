"""To prove: the difference of the sides is zero over independent kernels, few definitions entered."""

from __future__ import annotations

from typing import Final

from symgrad.verify.equality.budget import Clock, ExhaustedError, UndefinedError
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.levels import Levels, Names
from symgrad.verify.equality.polynomials import difference

_SHARE: Final = 0.6


def proved(levels: Levels, clock: Clock) -> bool:
    """Whether left = right is proved.

    Names are replaced by their definitions only as far as :mod:`~symgrad.verify.equality.levels` says that it
    takes; where that does not do, more of them are.
    """
    for replaced, seconds in levels.worth_trying():
        if clock.left <= 0:
            break
        if _try(levels, replaced, Clock(min(seconds, _SHARE * clock.left))):
            return True
    return False


def _try(levels: Levels, replaced: Names, clock: Clock) -> bool:
    kernels = Kernels(clock, lambda s: levels.meaning(s, replaced))
    left, right = levels.sides
    try:
        return kernels.is_zero(difference(kernels.read(left), kernels.read(right)))
    except (ExhaustedError, UndefinedError, RecursionError):
        return False
