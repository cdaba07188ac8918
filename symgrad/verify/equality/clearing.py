"""Denominators cleared: p = c·m·q with a number c, a monomial m and a polynomial q that no atom divides.

A denominator that is a sum is an atom too, of which the polynomial is known (here *registered*). Its positive
powers are multiplied out, its negative powers stay until they are factored into m.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Final, NamedTuple

from symgrad.verify.equality.budget import Clock, number_power
from symgrad.verify.equality.polynomials import (
    Monomial,
    Polynomial,
    Reader,
    as_scalar,
    atom_of,
    expandable,
    merged,
    monomial,
    to_the,
)
from symgrad.verify.scalars import Rational, Scalar, bracket, whole

_ROUNDS: Final = 8


class Cleared(NamedTuple):
    """The product c·m·q; q has whole coefficients without common divisor, the leading one positive."""

    c: Rational
    m: Monomial
    q: Polynomial


class ClearingReader(Reader):
    """A reader with atoms that have rules: registered sums, brackets, roots of numbers, sines."""

    def __init__(self, clock: Clock, terms: int) -> None:
        super().__init__(clock, terms)
        self.registered: dict[Scalar, Polynomial] = {}
        self.special: set[Scalar] = set()

    def register(self, q: Polynomial) -> Scalar:
        """An atom that stands for ``q``."""
        atom = as_scalar(q)
        if atom not in self.registered:
            self.registered[atom] = q
            self.special.add(atom)
        return atom

    def value_of(self, atom: Scalar) -> Polynomial:
        """What an atom stands for, itself if it stands for nothing else."""
        return self.registered.get(atom) or atom_of(atom)

    def reduced(self, p: Polynomial) -> Polynomial:
        """``p`` with Pⁿ multiplied out, [·]² = [·], [f > 0]·[f = 0] = f·[f = 0] = 0, sin² = 1 − cos²."""
        special = self.special
        if not special:
            return p
        result: Polynomial | None = None
        for m, c in p.items():
            for atom, e in m:
                if atom in special and self._acts(atom, e, m):
                    break
            else:
                continue
            if result is None:
                result = dict(p)
            del result[m]
            for n, d in self._rewritten(m, c).items():
                value = result.get(n, 0) + d
                if value:
                    result[n] = value
                else:
                    result.pop(n, None)
        return p if result is None else result

    def _acts(self, atom: Scalar, e: Rational, m: Monomial) -> bool:
        kind = atom.kind
        if kind == "bracket":
            return e > 1 or (e > 0 and _vanishes(atom, m))
        if kind == "number":
            return not 0 <= e < 1
        if kind == "call":
            return e >= 2
        # What is too large to be multiplied out stays a power of an atom.
        return e >= 1 and expandable(self.registered[atom], e.numerator // e.denominator, self.terms)

    def _rewritten(self, m: Monomial, c: Rational) -> Polynomial:
        rest: dict[Scalar, Rational] = {}
        factors: list[Polynomial] = []
        for atom, e in m:
            if atom not in self.special or not self._acts(atom, e, m):
                rest[atom] = e
            elif atom.kind == "bracket":
                if _vanishes(atom, m):
                    return {}
                rest[atom] = 1
            else:
                n = e.numerator // e.denominator
                if atom.kind == "number":
                    c *= number_power(atom.data, n)
                    rest[atom] = e - n
                    continue
                if atom.kind == "call":
                    n //= 2
                    rest[atom] = e - 2 * n
                else:
                    rest[atom] = e - n
                factors.append(to_the(self.registered[atom], n, self.clock, self.terms))
        result = {monomial(rest): whole(c)}
        for factor in factors:
            result = self.times(result, factor)
        return result

    def cleared(self, p: Polynomial) -> Cleared:
        """The c, m and q of p = c·m·q; q is empty where p is zero once its denominators are cleared."""
        m: Monomial = ()
        q = p
        for _ in range(_ROUNDS):
            common = _common(q)
            if not common:
                break
            m = merged(m, common)
            back: Monomial = tuple((atom, -e) for atom, e in common)
            q = self.reduced({merged(n, back): d for n, d in q.items()})
        if not q:
            return Cleared(0, (), {})
        c = _content(q)
        if c != 1:
            q = {n: whole(Fraction(d) / c) for n, d in q.items()}
        return Cleared(c, m, q)


def _vanishes(z: Scalar, m: Monomial) -> bool:
    """Whether m has [f = 0] beside [f > 0] or beside f itself."""
    if z.data != "=":
        return False
    f = z.args[0]
    other = bracket(">", f)
    return any(atom is other or (atom is f and e > 0) for atom, e in m)


def _common(q: Polynomial) -> Monomial:
    """The largest monomial that divides every term; brackets are left where they are."""
    lowest: dict[Scalar, Rational] = {}
    counts: dict[Scalar, int] = {}
    for m in q:
        for atom, e in m:
            if atom.kind == "bracket":
                continue
            old = lowest.get(atom)
            if old is None or e < old:
                lowest[atom] = e
            counts[atom] = counts.get(atom, 0) + 1
    n = len(q)
    return monomial({a: e if counts[a] == n else min(e, 0) for a, e in lowest.items()})


def _content(q: Polynomial) -> Rational:
    """What to divide by for whole coefficients without common divisor, the leading one positive."""
    top = gcd(*[c.numerator for c in q.values()])
    bottom = lcm(*[c.denominator for c in q.values()])
    leading = q[max(q, key=_order)]
    return whole(Fraction(top, bottom)) * (1 if leading > 0 else -1)


def _order(m: Monomial) -> tuple[tuple[int, Rational], ...]:
    return tuple((atom.serial, e) for atom, e in m)


def without(p: Polynomial, values: dict[Scalar, int]) -> Polynomial:
    """``p`` with brackets replaced by 0 or 1."""
    result: Polynomial = {}
    for m, c in p.items():
        if any(atom in values and not values[atom] for atom, _ in m):
            continue
        n = tuple(pair for pair in m if pair[0] not in values)
        value = result.get(n, 0) + c
        if value:
            result[n] = value
        else:
            result.pop(n, None)
    return result


def a_bracket(*polynomials: Polynomial) -> Scalar | None:
    """What stands in some bracket of these polynomials."""
    for p in polynomials:
        for m in p:
            for atom, _ in m:
                if atom.kind == "bracket":
                    return atom.args[0]
    return None
