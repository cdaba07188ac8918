"""Scalar expressions: what a formula means once every name has been given its meaning.

The door to :mod:`~symgrad.verify.expressions` (what they are), :mod:`~symgrad.verify.walks` (ways through
them) and :mod:`~symgrad.verify.adjoints` (their derivatives). Whether two are equal is decided in
:mod:`symgrad.verify.equality`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from symgrad.verify.adjoints import adjoints, partials
from symgrad.verify.expressions import (
    FUNCTIONS,
    MINUS_ONE,
    ONE,
    PI,
    ZERO,
    Kind,
    Letter,
    Operand,
    Rational,
    Scalar,
    Sign,
    abstract,
    bracket,
    call,
    coerced,
    defined,
    lazily_defined,
    maximum,
    number,
    power,
    raised,
    symbol,
    times,
    total,
    whole,
)
from symgrad.verify.walks import (
    expanded_definition,
    height,
    names_in,
    postorder,
    rebuilt,
    substituted,
    symbols_of,
    written,
)

__all__ = [
    "FUNCTIONS",
    "MINUS_ONE",
    "ONE",
    "PI",
    "ZERO",
    "Kind",
    "Letter",
    "Operand",
    "Rational",
    "Scalar",
    "Sign",
    "abstract",
    "bracket",
    "call",
    "coerced",
    "defined",
    "expanded_definition",
    "gradient",
    "height",
    "lazily_defined",
    "maximum",
    "names_in",
    "number",
    "postorder",
    "power",
    "raised",
    "rebuilt",
    "substituted",
    "symbol",
    "symbols_of",
    "times",
    "total",
    "whole",
    "written",
]


def gradient(
    e: Scalar, wrt: Sequence[Scalar], cut: Collection[Scalar] = (), *, direct: bool = False
) -> list[Scalar]:
    """∂e/∂s for each symbol s of ``wrt``, exact; see :func:`symgrad.verify.adjoints.adjoints`.

    Definitions are entered, but for those of the symbols in ``cut``; with ``direct`` none is, and only what
    stands in ``e`` itself counts. A defined symbol in ``wrt`` is differentiated by as if it were independent.
    """
    found = partials(e) if direct else adjoints(e, cut)
    return [found.get(s, ZERO) for s in wrt]
