"""Sums of quotients with many denominators, decided without one common denominator.

For a denominator S = c·M + R with a leading monomial M, M/S = (1 − R/S)/c. Read from left to right this
takes M out of every numerator over S, and a sum of quotients comes to partial fractions: numerators that no
M divides. Where the leading monomials have no atom in common, as for the softmax of each step or sample,
these are unique, and the sum is zero only if nothing is left. The work grows with the number of
denominators; multiplied out it would grow with the product of their lengths.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.polynomials import Monomial, Polynomial, add_to, by_age, merged
from symgrad.verify.scalars import Rational, Scalar, whole

_PASSES: Final = 40
_WORK: Final = 30
_OFTEN: Final = 0x3FF


class Rule(NamedTuple):
    """M/S = number/S⁰ + rest/S: what M over the denominator is replaced by."""

    lead: Monomial
    one: Rational
    rest: Polynomial


def partial_fractions(
    p: Polynomial, registered: Mapping[Scalar, Polynomial], clock: Clock | None, terms: int
) -> Polynomial | None:
    """``p`` times a monomial, as partial fractions; None where it has one denominator or is too much work."""
    found = _rules(p, registered)
    if len(found) < 2:
        return None
    work = 1000 + _WORK * len(p)
    p = _without_negative_powers(p, registered)
    for _ in range(_PASSES):
        result: Polynomial = {}
        changed = False
        for n, (m, c) in enumerate(p.items()):
            if not n & _OFTEN and clock is not None:
                clock.check()
            rewritten = _rewritten(m, found)
            if rewritten is None:
                add_to(result, {m: c})
            else:
                changed = True
                add_to(result, rewritten, c)
        work -= len(result)
        if len(result) > terms or work < 0:
            return None
        p = result
        if not changed:
            return p
    return None


def _rules(p: Polynomial, registered: Mapping[Scalar, Polynomial]) -> dict[Scalar, Rule]:
    denominators = {atom for m in p for atom, e in m if e < 0 and atom in registered and atom.kind == "sum"}
    uses: dict[Scalar, int] = {}
    for s in denominators:
        for atom in {atom for m in registered[s] for atom, _ in m}:
            uses[atom] = uses.get(atom, 0) + 1
    # The atoms of one denominator only count most: then leading monomials have nothing in common.
    rank = {atom: n for n, atom in enumerate(sorted(uses, key=lambda a: (-uses[a], a.serial)))}
    found: dict[Scalar, Rule] = {}
    for s in denominators:
        q = registered[s]
        if any(e < 0 or atom.kind == "bracket" for m in q for atom, e in m):
            continue
        lead = max(q, key=lambda m: sorted(((rank[a], e) for a, e in m), reverse=True))
        c = Fraction(q[lead])
        rest = {m: whole(-d / c) for m, d in q.items() if m != lead}
        found[s] = Rule(lead, whole(1 / c), rest)
    return found


def _without_negative_powers(p: Polynomial, registered: Mapping[Scalar, Polynomial]) -> Polynomial:
    lowest: dict[Scalar, Rational] = {}
    for m in p:
        for atom, e in m:
            if e < lowest.get(atom, 0) and atom not in registered:
                lowest[atom] = e
    if not lowest:
        return p
    up: Monomial = tuple(sorted([(atom, -e) for atom, e in lowest.items()], key=by_age))
    return {merged(m, up): c for m, c in p.items()}


def _rewritten(m: Monomial, rules: Mapping[Scalar, Rule]) -> Polynomial | None:
    exponents: dict[Scalar, Rational] | None = None
    for s, e in m:
        if e >= 0 or s not in rules:
            continue
        if exponents is None:
            exponents = dict(m)
        rule = rules[s]
        if all(exponents.get(atom, 0) >= n for atom, n in rule.lead):
            quotient = merged(m, tuple((atom, -n) for atom, n in rule.lead))
            result: Polynomial = {merged(n, quotient): c for n, c in rule.rest.items()}
            add_to(result, {merged(quotient, ((s, 1),)): rule.one})
            return result
    return None
