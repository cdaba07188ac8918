"""Powers, exponentials and logarithms over independent kernels.

    exp(Σ cᵢ·mᵢ) = Π exp(mᵢ)^cᵢ        exp(c·log v) = v^c        b^u = exp(u·log b)
    log(c·Π fᵢ^eᵢ) = log c + Σ eᵢ·log fᵢ and √(f·g) = √f·√g for what is proved ≥ 0, no further
    log f² = 2·log |f|        √f² = |f|

Each step holds wherever both of its sides have a value.
"""

from __future__ import annotations

from typing import Final

from symgrad.verify.equality.budget import UndefinedError, number_power
from symgrad.verify.equality.cases import CaseReader
from symgrad.verify.equality.polynomials import (
    Monomial,
    Polynomial,
    add_to,
    as_scalar,
    atom_of,
    difference,
    expandable,
    monomial,
    negative,
)
from symgrad.verify.equality.signs import NONNEGATIVE, POSITIVE, UNKNOWN
from symgrad.verify.scalars import ONE, Rational, Scalar, call, number, raised, whole

_PRIMES_BELOW: Final = 1000


class PowerReader(CaseReader):
    """A reader that takes powers, exponentials and logarithms apart."""

    def whole_power(self, p: Polynomial, n: int, node: Scalar) -> Polynomial:
        """A whole power, with what is known of its atoms; 0 has no inverse."""
        if n < 0 and not p:
            raise UndefinedError
        if n > 1 and not expandable(p, n, self.terms):
            c, m, q = self.cleared(p)
            exponents = {atom: e * n for atom, e in m}
            atom = self.register(q)
            exponents[atom] = exponents.get(atom, 0) + n
            return self.reduced({monomial(exponents): number_power(c, n)})
        return self.reduced(super().whole_power(p, n, node))

    def inverse(self, p: Polynomial, n: int, node: Scalar) -> Polynomial:  # noqa: ARG002  # others need it
        """The inverse p⁻ⁿ with a denominator that stands for itself and its opposite."""
        return self.by_cases(lambda u: self._inverse(u, n), p)

    def _inverse(self, p: Polynomial, n: int = 1) -> Polynomial:
        c, m, q = self.cleared(p)
        if not q:
            raise UndefinedError
        exponents: dict[Scalar, Rational] = {atom: -n * e for atom, e in m}
        if len(q) > 1:
            exponents[self.register(q)] = exponents.get(self.register(q), 0) - n
        return self.reduced({monomial(exponents): whole(number_power(c, -n))})

    def exp(self, p: Polynomial) -> Polynomial:
        """Powers of kernels, the exponentials of the monomials of p."""
        return self.by_cases(self._exp, p)

    def _exp(self, p: Polynomial) -> Polynomial:
        exponents: dict[Scalar, Rational] = {}
        quotient: Polynomial = {}
        factors = []
        for m, c in p.items():
            if any(e < 0 and atom in self.registered for atom, e in m):
                quotient[m] = c
            elif len(m) == 1 and m[0][1] == 1 and m[0][0] in self.logs:
                factors.append(self.any_power(self.logs[m[0][0]], c))
            else:
                self._count(exponents, call("exp", as_scalar({m: 1})), c, m)
        if quotient:
            c, m, q = self.cleared(quotient)
            whole = self.times({m: 1}, q)
            self._count(exponents, call("exp", self.canonical(whole)), c, ())
        result: Polynomial = {monomial(exponents): 1}
        for factor in factors:
            result = self.times(result, factor)
        return result

    def _count(self, exponents: dict[Scalar, Rational], atom: Scalar, c: Rational, m: Monomial) -> None:
        exponents[atom] = exponents.get(atom, 0) + c
        known = [self.formal[a] for a, _ in m if a in self.formal]
        if known:
            self.formal[atom] = min(known)

    def log(self, p: Polynomial) -> Polynomial:
        """The logarithm of p, split over factors proved ≥ 0; of another's even power that of its |·|."""
        return self.by_cases(self._log, p)

    def _log(self, p: Polynomial) -> Polynomial:
        sign, c, good, odd, even = self.factors(self.cleared(p))
        result = self._log_of_number(c)
        for f, e in good:
            add_to(result, self._log_of(f), e)
        for f, e in even:
            inside = self.bracket(">", self.value_of(f))
            add_to(result, self.times(inside, self._log_of(f)), e)
            outside = difference({(): 1}, inside)
            add_to(result, self.times(outside, self._log_of(self._opposite(f))), e)
        if len(odd) == 1:
            f, e = odd[0]
            add_to(result, self._log_of(f if sign > 0 else self._opposite(f)), e)
        elif odd:
            add_to(result, self._log_kernel({monomial(dict(odd)): sign}))
        elif sign < 0:
            raise UndefinedError
        return result

    def _log_for_whole_power(self, p: Polynomial) -> Polynomial:
        """The log b of bⁿ with whole n: split over every factor, since (f·g)ⁿ = fⁿ·gⁿ."""
        sign, c, good, odd, even = self.factors(self.cleared(p))
        result = self._log_of_number(c)
        for f, e in good:
            add_to(result, self._log_of(f), e)
        for f, e in odd + even:
            part = self._log_of(f)
            self._note(part, UNKNOWN)
            add_to(result, part, e)
        if sign < 0:
            part = self._log_kernel({(): -1})
            self._note(part, UNKNOWN)
            add_to(result, part)
        return result

    def _note(self, log: Polynomial, sign: int) -> None:
        """Remembers of the atoms of a logarithm that the power made of it has no better sign than this."""
        for m in log:
            for atom, _ in m:
                self.formal[atom] = min(sign, self.formal.get(atom, sign))

    def _log_of(self, f: Scalar) -> Polynomial:
        """The logarithm of an atom."""
        if f.kind == "call" and f.data == "exp" and f not in self.formal:
            return self.read(f.args[0])
        return self._log_kernel(self.value_of(f))

    def _log_kernel(self, p: Polynomial) -> Polynomial:
        kernel = call("log", self.canonical(p))
        if kernel.kind == "number":
            return {}
        self.logs[kernel] = p
        return atom_of(kernel)

    def _log_of_number(self, c: Rational) -> Polynomial:
        result: Polynomial = {}
        for prime, e in primes(c).items():
            add_to(result, self._log_kernel({(): prime}), e)
        return result

    def _opposite(self, f: Scalar) -> Scalar:
        """An atom for −f."""
        return self.register(negative(self.value_of(f)))

    def any_power(self, p: Polynomial, q: Rational) -> Polynomial:
        """A rational power of p."""
        if q.denominator != 1:
            return self.fractional_power(p, q)
        n = q.numerator
        if n >= 0 or len(p) == 1:
            return self.whole_power(p, n, ONE)
        return self.by_cases(lambda u: self._inverse(u, -n), p)

    def fractional_power(self, p: Polynomial, q: Rational) -> Polynomial:
        """A power of p that is not whole, split over the factors that are proved ≥ 0."""
        return self.by_cases(lambda u: self._root(u, q), p) if p or q < 0 else {}

    def _root(self, p: Polynomial, q: Rational) -> Polynomial:
        if not p:
            if q < 0:
                raise UndefinedError
            return {}
        sign, c, good, odd, even = self.factors(self.cleared(p))
        exponents: dict[Scalar, Rational] = {}
        for prime, n in primes(c).items():
            atom = number(prime)
            self.special.add(atom)
            exponents[atom] = n * q
        for f, e in good:
            exponents[f] = exponents.get(f, 0) + e * q
        if len(odd) == 1:
            f, e = odd[0]
            f = f if sign > 0 else self._opposite(f)
            exponents[f] = exponents.get(f, 0) + e * q
        elif odd:
            f = self.register({monomial(dict(odd)): sign})
            exponents[f] = exponents.get(f, 0) + q
        elif sign < 0:
            raise UndefinedError
        result = self.reduced({monomial(exponents): 1})
        for f, e in even:
            result = self.times(result, self._even_root(f, e * q))
        return result

    def _even_root(self, f: Scalar, r: Rational) -> Polynomial:
        """|f|^r."""
        if r.denominator == 1 and r.numerator % 2 == 0:
            return self.any_power(self.value_of(f), r)
        if r.denominator == 1:
            return self.times(self.any_power(self.value_of(f), r - 1), self.absolute(self.value_of(f)))
        inside = self.bracket(">", self.value_of(f))
        result = self.times(inside, self.reduced({((f, r),): 1}))
        outside = difference({(): 1}, inside)
        add_to(result, self.times(outside, self.reduced({((self._opposite(f), r),): 1})))
        return result

    def _raised(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        return self.by_cases(self._raised_to, base, exponent)

    def _raised_to(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        if exponent.keys() <= {()}:
            return self.any_power(base, exponent.get((), 0))
        if not base:
            return atom_of(raised(number(0), self.canonical(exponent)))
        parts = self.factors(self.cleared(base))
        if parts[0] > 0 and not parts[3] and not parts[4]:
            log = self._log(base)
            if any(self.sign_of_atom(f) != POSITIVE for f, _ in parts[2]):
                self._note(log, NONNEGATIVE)
            return self._exp(self.times(exponent, log))
        if is_whole(exponent):
            return self._exp(self.times(exponent, self._log_for_whole_power(base)))
        return atom_of(raised(self.canonical(base), self.canonical(exponent)))


def is_whole(p: Polynomial) -> bool:
    """Whether p is a polynomial with whole coefficients in symbols for whole numbers."""
    return all(
        c.denominator == 1
        and all(
            e.denominator == 1 and e > 0 and a.kind == "symbol" and a.letter.sign in {"natural", "integer"}
            for a, e in m
        )
        for m, c in p.items()
    )


def primes(c: Rational) -> dict[int, int]:
    """A number c > 0 as a product of powers of primes; what has no small divisor is taken whole."""
    found: dict[int, int] = {}
    for n, e in ((c.numerator, 1), (c.denominator, -1)):
        d = 2
        while d < _PRIMES_BELOW and d * d <= n:
            while n % d == 0:
                n //= d
                found[d] = found.get(d, 0) + e
            d += 1 if d == 2 else 2
        if n > 1:
            found[n] = found.get(n, 0) + e
    return found
