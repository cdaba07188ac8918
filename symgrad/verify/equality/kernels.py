"""Functions over independent kernels: what two ways of writing the same thing have in common.

    σ(u) = E/(1 + E), tanh u = (E² − 1)/(E² + 1), softplus u = log(1 + E)      with E = exp u
    exp(Σ cᵢ·mᵢ) = Π exp(mᵢ)^cᵢ, exp(c·log v) = v^c, b^u = exp(u·log b)
    log(c·Π fᵢ^eᵢ) = log c + Σ eᵢ·log fᵢ, √(f·g) = √f·√g                       for what is proved ≥ 0, no further
    log f² = 2·log |f|, √f² = |f|
    relu u = u·[u > 0], |u| = u·(2·[u > 0] − 1), max(u, v) = v + relu(u − v)
    F(u) = [f > 0]·F(u where f > 0) + (1 − [f > 0])·F(u elsewhere)             where a bracket stands in u

Each step holds wherever both of its sides have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from symgrad.verify.equality.budget import TERMS, Clock, ExhaustedError, UndefinedError
from symgrad.verify.equality.clearing import Cleared, ClearingReader, a_bracket, without
from symgrad.verify.equality.polynomials import (
    Monomial,
    Polynomial,
    add_to,
    as_scalar,
    difference,
    monomial,
)
from symgrad.verify.scalars import ONE, Rational, Scalar, abstract, bracket, call, number, raised

_CASES: Final = 6
_PRIMES_BELOW: Final = 1000
_ANGLES: Final = 8

POSITIVE, NONNEGATIVE, UNKNOWN = 2, 1, 0

Factors = list[tuple[Scalar, Rational]]


class Kernels(ClearingReader):
    """Reads expressions as polynomials over kernels.

    ``meaning`` gives the value of a symbol that is to be replaced, None for one that is kept.
    """

    def __init__(self, clock: Clock, meaning: Callable[[Scalar], Scalar | None], terms: int = TERMS) -> None:
        super().__init__(clock, terms)
        self._meaning = meaning
        self._logs: dict[Scalar, Polynomial] = {}
        self._formal: set[Scalar] = set()
        self._met: dict[Scalar, tuple[Polynomial, Scalar]] = {}
        self._quotients: set[Scalar] = set()
        self._signs: dict[Scalar, int] = {}
        self._depth = 0
        self._functions: Mapping[str, Callable[..., Polynomial]] = {
            "exp": self.exp,
            "log": self.log,
            "tanh": lambda p: self._quotient(self._e(p, 2), -1, 1),
            "sigmoid": lambda p: self._quotient(self._e(p, 1), 0, 1),
            "softplus": lambda p: self.log(_plus(self._e(p, 1), 1)),
            "sinh": lambda p: self._hyperbolic(p, -1),
            "cosh": lambda p: self._hyperbolic(p, 1),
            "relu": self.relu,
            "abs": self.absolute,
            "sign": lambda p: difference(self.bracket(">", p), self.bracket(">", _negative(p))),
            "max": lambda p, q: _sum(q, self.relu(difference(p, q))),
            "sin": lambda p: self._by_cases(lambda u: self._angle(u)[0], p),
            "cos": lambda p: self._by_cases(lambda u: self._angle(u)[1], p),
            "erf": lambda p: self._by_cases(self._erf, p),
        }

    def parts(self, node: Scalar) -> Sequence[Scalar]:
        if node.kind == "symbol":
            value = self._meaning(node)
            return () if value is None else (value,)
        return node.args

    def other(self, node: Scalar) -> Polynomial:
        kind = node.kind
        if kind == "symbol":
            value = self._meaning(node)
            return {((node, 1),): 1} if value is None else self.known[value]
        if kind == "pi":
            return {((node, 1),): 1}
        args = [self.known[arg] for arg in node.args]
        if kind == "power":
            return self.fractional_power(args[0], node.data)
        if kind == "raise":
            return self._raised(*args)
        if kind == "bracket":
            return self.bracket(node.data, args[0])
        if kind == "abstract":
            return self._by_cases(
                lambda *us: _atom(abstract(*node.unknown, [self.canonical(u) for u in us])), *args
            )
        return self._functions[node.data](*args)

    # Arithmetic

    def whole_power(self, p: Polynomial, n: int, node: Scalar) -> Polynomial:
        if n < 0 and not p:
            raise UndefinedError
        return self.reduced(super().whole_power(p, n, node))

    def inverse(self, p: Polynomial, n: int, node: Scalar) -> Polynomial:
        return self._by_cases(lambda u: self._inverse(u, n), p)

    def _inverse(self, p: Polynomial, n: int = 1) -> Polynomial:
        c, m, q = self.cleared(p)
        if not q:
            raise UndefinedError
        exponents: dict[Scalar, Rational] = {atom: -n * e for atom, e in m}
        if len(q) > 1:
            exponents[self.register(q)] = exponents.get(self.register(q), 0) - n
        return self.reduced({monomial(exponents): Fraction(c) ** -n})

    def _quotient(self, e: Polynomial, above: int, below: int) -> Polynomial:
        """(E + above)/(E + below)."""
        return self.times(_plus(e, above), self._by_cases(lambda u: self._inverse(u), _plus(e, below)))

    def _by_cases(self, function: Callable[..., Polynomial], *args: Polynomial) -> Polynomial:
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
                    value = self._by_cases(function, *[without(p, values) for p in args])
                except UndefinedError:
                    undefined += 1
                    continue
                add_to(result, self.times(where, value))
        finally:
            self._depth -= 1
        if undefined == len(cases):
            raise UndefinedError
        return result

    # exp and log

    def exp(self, p: Polynomial) -> Polynomial:
        """exp p, a product of powers of kernels exp(m) over the monomials of p."""
        return self._by_cases(self._exp, p)

    def _exp(self, p: Polynomial) -> Polynomial:
        exponents: dict[Scalar, Rational] = {}
        quotient: Polynomial = {}
        factors = []
        for m, c in p.items():
            if any(e < 0 and atom in self.registered for atom, e in m):
                quotient[m] = c
            elif len(m) == 1 and m[0][1] == 1 and m[0][0] in self._logs:
                factors.append(self.any_power(self._logs[m[0][0]], c))
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
        if any(a in self._formal for a, _ in m):
            self._formal.add(atom)

    def _e(self, p: Polynomial, n: int) -> Polynomial:
        """exp(n·p)."""
        return self.exp({m: n * c for m, c in p.items()})

    def _hyperbolic(self, p: Polynomial, sign: int) -> Polynomial:
        half = Fraction(1, 2)
        result: Polynomial = {}
        add_to(result, self._e(p, 1), half)
        add_to(result, self._e(p, -1), half * sign)
        return result

    def log(self, p: Polynomial) -> Polynomial:
        """log p, split over the factors that are proved ≥ 0; of an even power of any other, the log of its |·|."""
        return self._by_cases(self._log, p)

    def _log(self, p: Polynomial) -> Polynomial:
        sign, c, good, odd, even = self._factors(self.cleared(p))
        result = self._log_of_number(c)
        for f, e in good:
            add_to(result, self._log_of(f), e)
        for f, e in even:
            inside = self.bracket(">", self._of(f))
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
        """log b in bⁿ with whole n: split over every factor, since (f·g)ⁿ = fⁿ·gⁿ."""
        sign, c, good, odd, even = self._factors(self.cleared(p))
        result = self._log_of_number(c)
        for f, e in good:
            add_to(result, self._log_of(f), e)
        for f, e in odd + even:
            part = self._log_of(f)
            self._formal.update(atom for m in part for atom, _ in m)
            add_to(result, part, e)
        if sign < 0:
            part = self._log_kernel({(): -1})
            self._formal.update(atom for m in part for atom, _ in m)
            add_to(result, part)
        return result

    def _log_of(self, f: Scalar) -> Polynomial:
        """log of an atom."""
        if f.kind == "call" and f.data == "exp" and f not in self._formal:
            return self.read(f.args[0])
        return self._log_kernel(self._of(f))

    def _log_kernel(self, p: Polynomial) -> Polynomial:
        kernel = call("log", self.canonical(p))
        if kernel.kind == "number":
            return {}
        self._logs[kernel] = p
        return _atom(kernel)

    def _log_of_number(self, c: Rational) -> Polynomial:
        result: Polynomial = {}
        for prime, e in _primes(c).items():
            add_to(result, self._log_kernel({(): prime}), e)
        return result

    def _of(self, f: Scalar) -> Polynomial:
        return self.registered.get(f) or _atom(f)

    def _opposite(self, f: Scalar) -> Scalar:
        """An atom for −f."""
        return self.register(_negative(self._of(f)))

    # Powers

    def any_power(self, p: Polynomial, q: Rational) -> Polynomial:
        """p to a rational power."""
        if q.denominator != 1:
            return self.fractional_power(p, q)
        n = q.numerator
        if n >= 0 or len(p) == 1:
            return self.whole_power(p, n, ONE)
        return self._by_cases(lambda u: self._inverse(u, -n), p)

    def fractional_power(self, p: Polynomial, q: Rational) -> Polynomial:
        """p to a power that is not whole, split over the factors that are proved ≥ 0."""
        return self._by_cases(lambda u: self._root(u, q), p) if p or q < 0 else {}

    def _root(self, p: Polynomial, q: Rational) -> Polynomial:
        if not p:
            if q < 0:
                raise UndefinedError
            return {}
        sign, c, good, odd, even = self._factors(self.cleared(p))
        exponents: dict[Scalar, Rational] = {}
        for prime, e in _primes(c).items():
            atom = number(prime)
            self.special.add(atom)
            exponents[atom] = e * q
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
            return self.any_power(self._of(f), r)
        if r.denominator == 1:
            return self.times(self.any_power(self._of(f), r - 1), self.absolute(self._of(f)))
        inside = self.bracket(">", self._of(f))
        result = self.times(inside, self.reduced({((f, r),): 1}))
        outside = difference({(): 1}, inside)
        add_to(result, self.times(outside, self.reduced({((self._opposite(f), r),): 1})))
        return result

    def _raised(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        return self._by_cases(self._raised_to, base, exponent)

    def _raised_to(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        if exponent.keys() <= {()}:
            return self.any_power(base, exponent.get((), 0))
        if not base:
            return _atom(raised(number(0), self.canonical(exponent)))
        parts = self._factors(self.cleared(base))
        if parts[0] > 0 and not parts[3] and not parts[4]:
            return self._exp(self.times(exponent, self._log(base)))
        if _is_whole(exponent):
            return self._exp(self.times(exponent, self._log_for_whole_power(base)))
        return _atom(raised(self.canonical(base), self.canonical(exponent)))

    def _factors(self, of: Cleared) -> tuple[int, Rational, Factors, Factors, Factors]:
        """The sign and size of the number, the factors ≥ 0, and odd and even powers of factors of unknown sign."""
        c, m, q = of
        if not q:
            raise UndefinedError
        sign = 1 if c > 0 else -1
        good: Factors = []
        odd: Factors = []
        even: Factors = []
        for atom, e in m:
            if self.sign_of_atom(atom) or e.denominator != 1:
                # A fraction in the exponent says that there is a value for atom ≥ 0 only.
                good.append((atom, e))
            else:
                (even if e.numerator % 2 == 0 else odd).append((atom, e))
        if len(q) > 1:
            known = self.sign(q)
            if known < 0:
                sign = -sign
                q = _negative(q)
            atom = self.register(q)
            (good if known else odd).append((atom, 1))
        return sign, abs(c), good, odd, even

    # Brackets

    def bracket(self, kind: str, p: Polynomial) -> Polynomial:
        """[p > 0], [p ≥ 0] or [p = 0]; of f and −f one is taken: [−f > 0] = 1 − [f > 0] − [f = 0]."""
        return self._by_cases(lambda u: self._bracket(kind, u), p)

    def _bracket(self, kind: str, p: Polynomial) -> Polynomial:
        positive, above, on = self._sides(p)
        if kind == "=":
            return on
        if kind == ">=":
            return _sum(above, on) if positive else difference({(): 1}, above)
        return above if positive else difference(difference({(): 1}, above), on)

    def _sides(self, p: Polynomial) -> tuple[bool, Polynomial, Polynomial]:
        """Whether p has the sign of f, then [f > 0] and [f = 0], for an f that stands for p and −p."""
        c, m, q = self.cleared(p)
        if not q:
            return True, {}, {(): 1}
        positive = c > 0
        above: Polynomial = {(): 1}
        on: Polynomial = {}
        factors: list[tuple[Polynomial, Rational]] = [(self._of(atom), e) for atom, e in m]
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
            nonzero = e < 0 or _is_nonzero(m[0][0])
        else:
            nonzero = e < 0
        at = self.canonical(f)
        above, on = bracket(">", at), bracket("=", at)
        self.special |= {above, on}
        edge: Polynomial = {} if nonzero else _atom(on)
        if known == NONNEGATIVE or e.denominator != 1 or e.numerator % 2 == 0:
            return True, difference(one, edge), edge
        return True, _atom(above), edge

    def _product_sides(
        self, f: tuple[Polynomial, Polynomial], g: tuple[Polynomial, Polynomial]
    ) -> tuple[Polynomial, Polynomial]:
        """[f·g > 0] = [f > 0]·[g > 0] + [f < 0]·[g < 0], and f·g = 0 where f = 0 or g = 0."""
        below = [difference(difference({(): 1}, above), on) for above, on in (f, g)]
        above = _sum(self.times(f[0], g[0]), self.times(*below))
        return above, difference(_sum(f[1], g[1]), self.times(f[1], g[1]))

    def relu(self, p: Polynomial) -> Polynomial:
        """p·[p > 0]; the bracket [p = 0] beside p vanishes."""
        return self._by_cases(self._relu, p)

    def _relu(self, p: Polynomial) -> Polynomial:
        if not p:
            return p
        positive, above, _ = self._sides(p)
        return self.times(p, above if positive else difference({(): 1}, above))

    def absolute(self, p: Polynomial) -> Polynomial:
        """|p| = 2·relu p − p."""
        result = _negative(p)
        add_to(result, self.relu(p), 2)
        return result

    # sin, cos, erf

    def _angle(self, p: Polynomial) -> tuple[Polynomial, Polynomial]:
        """sin p and cos p by the addition theorems, whole multiples of a kernel's angle taken apart."""
        if len(p) > 4 or sum(abs(c) for c in p.values()) > _ANGLES:
            s, c = self._angle_kernel(p)
            return s, c
        sine: Polynomial = {}
        cosine: Polynomial = {(): 1}
        for m, c in p.items():
            whole = abs(c.numerator) if c.denominator == 1 else 1
            size: Rational = 1 if c.denominator == 1 else abs(c)
            s1, c1 = self._angle_kernel({m: size})
            for _ in range(whole):
                step = s1 if c > 0 else _negative(s1)
                sine, cosine = (
                    _sum(self.times(sine, c1), self.times(cosine, step)),
                    difference(self.times(cosine, c1), self.times(sine, step)),
                )
        return sine, cosine

    def _angle_kernel(self, p: Polynomial) -> tuple[Polynomial, Polynomial]:
        sign, u = self._odd_argument(p)
        s, c = call("sin", u), call("cos", u)
        self.special.add(s)
        self.registered[s] = {(): 1, ((c, 2),): -1}
        return {((s, 1),): sign}, _atom(c)

    def _erf(self, p: Polynomial) -> Polynomial:
        sign, u = self._odd_argument(p)
        return {((call("erf", u), 1),): sign} if p else {}

    def _odd_argument(self, p: Polynomial) -> tuple[int, Scalar]:
        c = self.cleared(p).c
        return (1, self.canonical(p)) if c >= 0 else (-1, self.canonical(_negative(p)))

    # Signs

    def sign(self, p: Polynomial) -> int:
        """2 for p > 0 proved, 1 for p ≥ 0, −2 and −1 for < and ≤, 0 for unknown: all terms must agree."""
        found, strict = 0, False
        for m, c in p.items():
            known = POSITIVE
            for atom, e in m:
                of_atom = self.sign_of_atom(atom, e)
                if not of_atom:
                    return UNKNOWN
                known = min(known, of_atom)
            direction = 1 if c > 0 else -1
            if found == -direction:
                return UNKNOWN
            found = direction
            strict |= known == POSITIVE
        return found * (POSITIVE if strict else NONNEGATIVE)

    def sign_of_atom(self, atom: Scalar, e: Rational = 1) -> int:
        """2 for an atom whose power e is proved > 0, 1 for ≥ 0, else 0."""
        known = self._signs.get(atom)
        if known is None:
            known = self._sign_of_atom(atom)
            if atom.kind != "call":
                self._signs[atom] = known
        if known == UNKNOWN:
            if e.denominator != 1:
                known = NONNEGATIVE
            elif e.numerator % 2 == 0:
                known = POSITIVE if _is_nonzero(atom) else NONNEGATIVE
        return POSITIVE if known == NONNEGATIVE and e < 0 else known

    def _sign_of_atom(self, atom: Scalar) -> int:
        match atom.kind:
            case "symbol":
                sign = atom.letter.sign
                return {"positive": POSITIVE, "natural": POSITIVE, "nonnegative": NONNEGATIVE}.get(
                    sign, UNKNOWN
                )
            case "number":
                return POSITIVE if atom.data > 0 else UNKNOWN
            case "pi":
                return POSITIVE
            case "bracket":
                return NONNEGATIVE
            case "call" if atom.data == "exp":
                return UNKNOWN if atom in self._formal else POSITIVE
            case "call" if atom.data == "log":
                return max(0, self.sign(_plus(self._logs[atom], -1))) if atom in self._logs else UNKNOWN
        if atom in self.registered and atom.kind != "call":
            return max(0, self.sign(self.registered[atom]))
        return UNKNOWN

    # Equality

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
        q = self.cleared(p).q
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
        """p where f = 0, an atom that stands linearly in f replaced by the rest of f."""
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


def _atom(atom: Scalar) -> Polynomial:
    return {((atom, 1),): 1}


def _negative(p: Polynomial) -> Polynomial:
    return {m: -c for m, c in p.items()}


def _plus(p: Polynomial, c: Rational) -> Polynomial:
    return _sum(p, {(): c} if c else {})


def _sum(p: Polynomial, q: Polynomial) -> Polynomial:
    result = dict(p)
    add_to(result, q)
    return result


def _is_nonzero(atom: Scalar) -> bool:
    return atom.kind == "symbol" and atom.letter.sign in {"nonzero", "positive", "natural"}


def _is_whole(p: Polynomial) -> bool:
    """Whether p is a polynomial with whole coefficients in symbols for whole numbers."""
    return all(
        c.denominator == 1
        and all(
            e.denominator == 1 and e > 0 and a.kind == "symbol" and a.letter.sign in {"natural", "integer"}
            for a, e in m
        )
        for m, c in p.items()
    )


def _primes(c: Rational) -> dict[int, int]:
    """c > 0 as a product of powers of primes, what has no small divisor taken whole."""
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
