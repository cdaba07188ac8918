"""What is proved positive: by the signs of symbols, and since exp u > 0, u² ≥ 0, log(1 + u) > 0 for u > 0."""

from __future__ import annotations

from typing import Final, TypeAlias

from symgrad.verify.equality.budget import Clock, UndefinedError
from symgrad.verify.equality.clearing import Cleared, ClearingReader
from symgrad.verify.equality.polynomials import Polynomial, negative, plus
from symgrad.verify.scalars import Rational, Scalar, bracket

POSITIVE: Final = 2
NONNEGATIVE: Final = 1
UNKNOWN: Final = 0

_OF_SYMBOLS: Final = {"positive": POSITIVE, "natural": POSITIVE, "nonnegative": NONNEGATIVE}

Factors: TypeAlias = list[tuple[Scalar, Rational]]


class SignReader(ClearingReader):
    """A reader that knows signs.

    ``logs`` has the argument of each kernel log(f). ``formal`` has what is known of the kernels that stand
    for a power, as in xⁿ = exp(n·log x): they have no better sign than x.
    """

    def __init__(self, clock: Clock, terms: int) -> None:
        super().__init__(clock, terms)
        self.logs: dict[Scalar, Polynomial] = {}
        self.formal: dict[Scalar, int] = {}
        self._signs: dict[Scalar, int] = {}

    def sign(self, p: Polynomial) -> int:
        """2 for p > 0 proved, 1 for p ≥ 0, −2 and −1 for < and ≤, 0 for unknown: all terms must agree."""
        found, strict = 0, False
        for m, c in p.items():
            known = POSITIVE
            for atom, e in m:
                of_atom = self.sign_of_atom(atom, e)
                if not of_atom and (bracket(">", atom), 1) in m:
                    of_atom = NONNEGATIVE
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
                known = POSITIVE if is_nonzero(atom) else NONNEGATIVE
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
                return self.formal.get(atom, POSITIVE)
            case "call" if atom.data == "log":
                return max(0, self.sign(plus(self.logs[atom], -1))) if atom in self.logs else UNKNOWN
        if atom in self.registered and atom.kind != "call":
            return max(0, self.sign(self.registered[atom]))
        return UNKNOWN

    def factors(self, of: Cleared) -> tuple[int, Rational, Factors, Factors, Factors]:
        """Sign and size of the number, factors ≥ 0, odd and even powers of factors of unknown sign."""
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
                q = negative(q)
            atom = self.register(q)
            (good if known else odd).append((atom, 1))
        return sign, c if c > 0 else -c, good, odd, even


def is_nonzero(atom: Scalar) -> bool:
    """Whether a symbol is said not to be 0."""
    return atom.kind == "symbol" and atom.letter.sign in {"nonzero", "positive", "natural"}
