"""Functions over independent kernels: what two ways of writing the same thing have in common.

    σ(u) = E/(1 + E), tanh u = (E² − 1)/(E² + 1), softplus u = log(1 + E)      with E = exp u
    max(u, v) = v + relu(u − v), sign u = [u > 0] − [−u > 0], erf(−u) = −erf u
    sin(u + v) = sin u·cos v + cos u·sin v, cos(u + v) = cos u·cos v − sin u·sin v

Each step holds wherever both of its sides have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from symgrad.verify.equality.budget import TERMS, Clock
from symgrad.verify.equality.polynomials import (
    Polynomial,
    add_to,
    atom_of,
    difference,
    negative,
    plus,
    summed,
)
from symgrad.verify.equality.powers import PowerReader
from symgrad.verify.scalars import Rational, Scalar, abstract, call

_ANGLES: Final = 8
_ANGLE_TERMS: Final = 4


class Kernels(PowerReader):
    """Reads expressions as polynomials over kernels.

    ``meaning`` gives the value of a symbol that is to be replaced, None for one that is kept.
    """

    def __init__(self, clock: Clock, meaning: Callable[[Scalar], Scalar | None], terms: int = TERMS) -> None:
        super().__init__(clock, terms)
        self._meaning = meaning
        self._functions: Mapping[str, Callable[..., Polynomial]] = {
            "exp": self.exp,
            "log": self.log,
            "tanh": lambda p: self._quotient(self._e(p, 2), -1, 1),
            "sigmoid": lambda p: self._quotient(self._e(p, 1), 0, 1),
            "softplus": lambda p: self.log(plus(self._e(p, 1), 1)),
            "sinh": lambda p: self._hyperbolic(p, -1),
            "cosh": lambda p: self._hyperbolic(p, 1),
            "relu": self.relu,
            "abs": self.absolute,
            "sign": lambda p: difference(self.bracket(">", p), self.bracket(">", negative(p))),
            "max": lambda p, q: summed(q, self.relu(difference(p, q))),
            "sin": lambda p: self.by_cases(lambda u: self._angle(u)[0], p),
            "cos": lambda p: self.by_cases(lambda u: self._angle(u)[1], p),
            "erf": lambda p: self.by_cases(self._erf, p),
        }

    def parts(self, node: Scalar) -> Sequence[Scalar]:
        """Arguments of functions too, and what a symbol means."""
        if node.kind == "symbol":
            value = self._meaning(node)
            return () if value is None else (value,)
        return node.args

    def other(self, node: Scalar) -> Polynomial:
        """A symbol's meaning, or what a function is over kernels."""
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
            return self.by_cases(
                lambda *us: atom_of(abstract(*node.unknown, [self.canonical(u) for u in us])), *args
            )
        return self._functions[node.data](*args)

    def _quotient(self, e: Polynomial, above: int, below: int) -> Polynomial:
        """(E + above)/(E + below)."""
        return self.times(plus(e, above), self.by_cases(lambda u: self._inverse(u), plus(e, below)))

    def _e(self, p: Polynomial, n: int) -> Polynomial:
        """exp(n·p)."""
        return self.exp({m: n * c for m, c in p.items()})

    def _hyperbolic(self, p: Polynomial, sign: int) -> Polynomial:
        half = Fraction(1, 2)
        result: Polynomial = {}
        add_to(result, self._e(p, 1), half)
        add_to(result, self._e(p, -1), half * sign)
        return result

    def _angle(self, p: Polynomial) -> tuple[Polynomial, Polynomial]:
        """The sine and cosine of p by the addition theorems, whole multiples taken apart."""
        if len(p) > _ANGLE_TERMS or sum(max(c, -c) for c in p.values()) > _ANGLES:
            return self._angle_kernel(p)
        sine: Polynomial = {}
        cosine: Polynomial = {(): 1}
        for m, c in p.items():
            whole = abs(c.numerator) if c.denominator == 1 else 1
            size: Rational = 1 if c.denominator == 1 else max(c, -c)
            s1, c1 = self._angle_kernel({m: size})
            for _ in range(whole):
                step = s1 if c > 0 else negative(s1)
                sine, cosine = (
                    summed(self.times(sine, c1), self.times(cosine, step)),
                    difference(self.times(cosine, c1), self.times(sine, step)),
                )
        return sine, cosine

    def _angle_kernel(self, p: Polynomial) -> tuple[Polynomial, Polynomial]:
        sign, u = self._odd_argument(p)
        s, c = call("sin", u), call("cos", u)
        self.special.add(s)
        self.registered[s] = {(): 1, ((c, 2),): -1}
        return {((s, 1),): sign}, atom_of(c)

    def _erf(self, p: Polynomial) -> Polynomial:
        sign, u = self._odd_argument(p)
        return {((call("erf", u), 1),): sign} if p else {}

    def _odd_argument(self, p: Polynomial) -> tuple[int, Scalar]:
        c = self.cleared(p).c
        return (1, self.canonical(p)) if c >= 0 else (-1, self.canonical(negative(p)))
