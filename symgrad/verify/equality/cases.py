"""Brackets, and what they distinguish: a function of u with brackets in u is taken apart by their cases.

F(u) = [f > 0]·F(u where f > 0) + (1 − [f > 0] − [f = 0])·F(u where f < 0) + [f = 0]·F(u where f = 0)
relu u = u·[u > 0]        |u| = 2·relu u − u
[f·g > 0] = [f > 0]·[g > 0] + [f < 0]·[g < 0]        [−f > 0] = 1 − [f > 0] − [f = 0]
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from symgrad.verify.equality.budget import Clock, ExhaustedError, UndefinedError
from symgrad.verify.equality.clearing import a_bracket, without
from symgrad.verify.equality.polynomials import (
    Monomial,
    Polynomial,
    add_to,
    as_scalar,
    atom_of,
    difference,
    negative,
    summed,
)
from symgrad.verify.equality.quotients import partial_fractions
from symgrad.verify.equality.signs import NONNEGATIVE, POSITIVE, SignReader, is_nonzero
from symgrad.verify.scalars import ONE, Rational, Scalar, bracket

_CASES: Final = 6


class CaseReader(SignReader):
    """A reader that distinguishes cases, and decides whether a polynomial is zero in all of them."""

    def __init__(self, clock: Clock, terms: int) -> None:
        super().__init__(clock, terms)
        self._met: dict[Scalar, tuple[Polynomial, Scalar]] = {}
        self._quotients: set[Scalar] = set()
        self._depth = 0

    def by_cases(self, function: Callable[..., Polynomial], *args: Polynomial) -> Polynomial:
        """A function of arguments in which brackets stand: its values in each case, each with its bracket.

        In a case where it has no value anything may be taken, and 0 is.
        """
        f = a_bracket(*args)
        if f is None:
            return function(*args)
        if self._depth > _CASES:
            raise ExhaustedError
        above, on = bracket(">", f), bracket("=", f)
        inside: Polynomial = {((above, 1),): 1}
        edge: Polynomial = {((on, 1),): 1}
        cases = [(inside, {above: 1, on: 0}), (difference({(): 1}, inside), {above: 0, on: 0})]
        if any(atom is on for p in args for m in p for atom, _ in m):
            cases = [
                cases[0],
                (difference(cases[1][0], edge), cases[1][1]),
                (edge, {above: 0, on: 1}),
            ]
        result: Polynomial = {}
        undefined = 0
        self._depth += 1
        try:
            for where, values in cases:
                try:
                    value = self.by_cases(function, *[without(p, values) for p in args])
                except UndefinedError:
                    undefined += 1
                    continue
                add_to(result, self.times(where, value))
        finally:
            self._depth -= 1
        if undefined == len(cases):
            raise UndefinedError
        return result

    def bracket(self, kind: str, p: Polynomial) -> Polynomial:
        """[p > 0], [p ≥ 0] or [p = 0]; of f and −f one is taken: [−f > 0] = 1 − [f > 0] − [f = 0]."""
        return self.by_cases(lambda u: self._bracket(kind, u), p)

    def _bracket(self, kind: str, p: Polynomial) -> Polynomial:
        positive, above, on = self._sides(p)
        if kind == "=":
            return on
        if kind == ">=":
            return summed(above, on) if positive else difference({(): 1}, above)
        return above if positive else difference(difference({(): 1}, above), on)

    def _sides(self, p: Polynomial) -> tuple[bool, Polynomial, Polynomial]:
        """Whether p has the sign of f, then [f > 0] and [f = 0], for an f that stands for p and −p."""
        c, m, q = self.cleared(p)
        if not q:
            return True, {}, {(): 1}
        positive = c > 0
        above: Polynomial = {(): 1}
        on: Polynomial = {}
        factors: list[tuple[Polynomial, Rational]] = [(self.value_of(atom), e) for atom, e in m]
        if len(q) > 1:
            factors.append((q, 1))
        for f, e in factors:
            f_positive, f_above, f_on = self._factor_sides(f, e)
            positive = positive == f_positive
            above, on = self._product_sides((above, on), (f_above, f_on))
        return positive, above, on

    def _factor_sides(self, f: Polynomial, e: Rational) -> tuple[bool, Polynomial, Polynomial]:
        """The same for fᵉ, where f is an atom or has no content."""
        one: Polynomial = {(): 1}
        known = self.sign(f)
        if abs(known) == POSITIVE:
            return known > 0 or e.numerator % 2 == 0, one, {}
        if len(f) == 1:
            ((m, _),) = f.items()
            if m[0][0].kind == "bracket":
                return True, f, difference(one, f)
            nonzero = e < 0 or is_nonzero(m[0][0])
        else:
            nonzero = e < 0
        at = self.canonical(f)
        above, on = bracket(">", at), bracket("=", at)
        self.special |= {above, on}
        edge: Polynomial = {} if nonzero else atom_of(on)
        if known == NONNEGATIVE or e.denominator != 1 or e.numerator % 2 == 0:
            return True, difference(one, edge), edge
        return True, atom_of(above), edge

    def _product_sides(
        self, f: tuple[Polynomial, Polynomial], g: tuple[Polynomial, Polynomial]
    ) -> tuple[Polynomial, Polynomial]:
        """[f·g > 0] = [f > 0]·[g > 0] + [f < 0]·[g < 0], and f·g = 0 where f = 0 or g = 0."""
        below = [difference(difference({(): 1}, above), on) for above, on in (f, g)]
        above = summed(self.times(f[0], g[0]), self.times(*below))
        return above, difference(summed(f[1], g[1]), self.times(f[1], g[1]))

    def relu(self, p: Polynomial) -> Polynomial:
        """The product p·[p > 0]; the bracket [p = 0] beside p vanishes."""
        return p if self.sign(p) > 0 else self.by_cases(self._relu, p)

    def _relu(self, p: Polynomial) -> Polynomial:
        if not p:
            return p
        positive, above, _ = self._sides(p)
        return self.times(p, above if positive else difference({(): 1}, above))

    def absolute(self, p: Polynomial) -> Polynomial:
        """|p| = 2·relu p − p."""
        if self.sign(p) > 0:
            return p
        result = negative(p)
        add_to(result, self.relu(p), 2)
        return result

    def canonical(self, p: Polynomial) -> Scalar:
        """One expression for p; quotients that are equal but not alike are found among those met before."""
        e = as_scalar(p)
        if e in self._met:
            return self._met[e][1]
        found = e
        quotient = any(n < 0 and atom in self.registered for m in p for atom, n in m)
        if quotient or self._quotients:
            for known, other in self._met.values():
                if (quotient or other in self._quotients) and self.is_zero(difference(p, known)):
                    found = other
                    break
            else:
                if quotient:
                    self._quotients.add(e)
        self._met[e] = p, found
        return found

    def is_zero(self, p: Polynomial, depth: int = 0) -> bool:
        """Whether the numerator of ``p`` is zero, in each case that its brackets distinguish."""
        if self.clock is not None:
            self.clock.check()
        split = partial_fractions(p, self.registered, self.clock, self.terms)
        if split is not None and not split:
            return True
        try:
            q = self.cleared(p).q
        except ExhaustedError:
            if split is None or self.clock is None or self.clock.left <= 0:
                raise
            return False
        if not q:
            return True
        f = a_bracket(q)
        if f is None or depth > _CASES:
            return False
        above, on = bracket(">", f), bracket("=", f)
        if not all(self.is_zero(without(q, {above: case, on: 0}), depth + 1) for case in (0, 1)):
            return False
        return self.is_zero(self._on_the_edge(without(q, {above: 0, on: 1}), f), depth + 1)

    def _on_the_edge(self, p: Polynomial, f: Scalar) -> Polynomial:
        """What p is where f = 0, an atom that stands linearly in f replaced by the rest of f."""
        terms = self.read(f)
        for m, c in terms.items():
            if len(m) != 1 or m[0][1] != 1:
                continue
            x = m[0][0]
            if sum(atom is x for n in terms for atom, _ in n) != 1:
                continue
            value: Polynomial = {n: Fraction(-d) / c for n, d in terms.items() if n != m}
            result: Polynomial = {}
            for n, d in p.items():
                e = dict(n).get(x, 0)
                if e.denominator != 1 or e < 0:
                    return p
                rest: Monomial = tuple(pair for pair in n if pair[0] is not x)
                add_to(result, self.times({rest: d}, self.whole_power(value, e.numerator, ONE)))
            return result
        return p
