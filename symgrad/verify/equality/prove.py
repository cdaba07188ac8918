"""To prove: the difference of the two sides is zero over independent kernels."""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.polynomials import polynomial
from symgrad.verify.scalars import Scalar, expanded_definition


def proved(left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> bool:
    """Whether left = right is proved."""
    p = polynomial(expanded_definition(left), clock=clock)
    return p is not None and p == polynomial(expanded_definition(right), clock=clock)
