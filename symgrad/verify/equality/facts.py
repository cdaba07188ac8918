"""Known equations, such as y₁ + y₂ + y₃ = 1: each gives a symbol in which it is linear by the others."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.polynomials import Polynomial, as_scalar, polynomial
from symgrad.verify.scalars import Rational, Scalar, substituted, symbols_of


def solved(facts: Sequence[tuple[Scalar, Scalar]], clock: Clock | None = None) -> dict[Scalar, Scalar]:
    """For each fact that allows it a symbol and what it equals; no value names a symbol solved before it.

    c·s + r = 0 with a number c gives s = −r/c. Of several the latest that is not defined is taken.

    Raises:
        ExhaustedError: the time is over.
    """
    found: dict[Scalar, Scalar] = {}
    for left, right in facts:
        if clock is not None:
            clock.check()
        rest = substituted(left - right, found)
        while any(s in found for s in symbols_of(rest)):
            rest = substituted(rest, found)
        p = polynomial(rest, clock=clock)
        s = None if p is None else _linear(p)
        if p is None or s is None:
            continue
        c = p[((s, 1),)]
        found[s] = as_scalar({m: _quotient(-d, c) for m, d in p.items() if m != ((s, 1),)})
    return found


def _quotient(a: Rational, b: Rational) -> Rational:
    return Fraction(a) / b


def _linear(p: Polynomial) -> Scalar | None:
    """The symbol to solve for: in one term only, alone and to the power 1."""
    atoms = [atom for m in p for atom, _ in m]
    inner = {s for atom in atoms if atom.kind != "symbol" for s in symbols_of(atom)}
    able = [
        m[0][0]
        for m in p
        if len(m) == 1 and m[0][1] == 1 and m[0][0].kind == "symbol" and atoms.count(m[0][0]) == 1
    ]
    able = [s for s in able if s not in inner]
    return max(able, key=lambda s: (not s.letter.is_defined, s.serial), default=None)
