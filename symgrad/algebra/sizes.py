"""Sizes: whole numbers, or polynomials in size symbols when a formula is wanted for every size.

A size is an ``int`` wherever it is known, so that concrete networks never pay for symbols; a
:class:`Polynomial` appears only once a :class:`SizeSymbol` is involved. Coefficients are rational.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import NamedTuple, TypeAlias

from symgrad.errors import AlgebraError


class SizeSymbol(NamedTuple):
    """A size that is not known yet, such as ``H``; ``least`` is the smallest value it may take.

    ``steps`` is set where it is known by a rule that no polynomial states: (room, step) means that the
    size is ``⌊room/step⌋ + 1``.
    """

    name: str
    least: int = 1
    steps: tuple[Size, Size] | None = None


Monomial: TypeAlias = tuple[tuple[SizeSymbol, int], ...]


class Polynomial:
    """A polynomial in size symbols with rational coefficients, never constant (see :func:`settle`)."""

    __slots__ = ("terms",)

    def __init__(self, terms: dict[Monomial, int | Fraction]) -> None:
        self.terms = terms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __add__(self, other: Size) -> Size:
        total = dict(self.terms)
        for monomial, coefficient in _terms(other).items():
            total[monomial] = total.get(monomial, 0) + coefficient
        return settle(total)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return Polynomial({monomial: -coefficient for monomial, coefficient in self.terms.items()})

    def __sub__(self, other: Size) -> Size:
        return self + -other

    def __rsub__(self, other: Size) -> Size:
        return -self + other

    def __mul__(self, other: Size) -> Size:
        total: dict[Monomial, int | Fraction] = {}
        for left, a in self.terms.items():
            for right, b in _terms(other).items():
                monomial = _product(left, right)
                total[monomial] = total.get(monomial, 0) + a * b
        return settle(total)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Size:
        power: Size = 1
        for _ in range(exponent):
            power = power * self
        return power

    def __repr__(self) -> str:
        return "Size(" + size_text(self) + ")"


Size: TypeAlias = int | Fraction | Polynomial


def size_symbol(name: str, least: int = 1) -> Polynomial:
    """The size that is called ``name`` and is at least ``least``."""
    return Polynomial({((SizeSymbol(name, least), 1),): 1})


def stepped(room: Size, step: Size, name: str) -> Size:
    """``⌊room/step⌋ + 1``: how many steps there are in a room, both ends counted.

    Where that is neither a number nor a polynomial it is a size of its own, called ``name``.
    """
    if isinstance(room, int) and isinstance(step, int):
        return room // step + 1
    if step == 1:
        return room + 1
    return Polynomial({((SizeSymbol(name, 1, (room, step)), 1),): 1})


def called(size: Size, name: str) -> Size:
    """The size under a name of its own, where it is no number; what it is stays known as a rule."""
    return (
        Polynomial({((SizeSymbol(name, 1, (size - 1, 1)), 1),): 1}) if isinstance(size, Polynomial) else size
    )


def size_symbols(size: Size) -> tuple[SizeSymbol, ...]:
    """The symbols of a size, in reading order, each once."""
    if not isinstance(size, Polynomial):
        return ()
    ordered = sorted(size.terms.items(), key=_reading_order)
    return tuple(dict.fromkeys(symbol for monomial, _ in ordered for symbol, _ in monomial))


def degree(size: Size) -> int:
    """The most symbols, repetitions counted, in a term of the size; 0 for a number."""
    return max((sum(power for _, power in monomial) for monomial in _terms(size)), default=0)


def size_terms(size: Size) -> tuple[tuple[int | Fraction, Monomial], ...]:
    """The terms of a size as (coefficient, monomial) in reading order; none for the size 0."""
    return tuple((c, m) for m, c in sorted(_terms(size).items(), key=_reading_order))


def settle(terms: dict[Monomial, int | Fraction]) -> Size:
    """The size with these terms: zeros dropped, and a plain number where no symbol is left."""
    kept = {monomial: _whole(coefficient) for monomial, coefficient in terms.items() if coefficient}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    return Polynomial(kept)


def divided(size: Size, divisor: Size) -> Size:
    """``size / divisor``, exactly; a fraction stays a fraction and is never truncated.

    Raises:
        AlgebraError: the divisor is symbolic and does not divide every term of the size.
    """
    if isinstance(divisor, Polynomial):
        return _quotient(size, divisor)
    if isinstance(size, Polynomial):
        return settle({m: Fraction(c) / divisor for m, c in size.terms.items()})
    return _whole(Fraction(size) / divisor)


def _quotient(size: Size, divisor: Polynomial) -> Size:
    """``size`` by a product of symbols that every term of it has."""
    result: dict[Monomial, int | Fraction] = {}
    whole = len(divisor.terms) == 1
    ((below, number),) = divisor.terms.items() if whole else (((), 1),)
    for monomial, coefficient in _terms(size).items():
        powers = dict(monomial)
        for symbol, power in below:
            powers[symbol] = powers.get(symbol, 0) - power
        whole = whole and all(power >= 0 for power in powers.values())
        rest = tuple((symbol, power) for symbol, power in powers.items() if power)
        result[rest] = Fraction(coefficient) / number
    if not whole:
        raise AlgebraError(f"{size_text(size)} is not divided by {size_text(divisor)} into a size")
    return settle(result)


def exact(size: Size) -> Size:
    """``size`` as an ``int`` where it is whole: ½ · 2 is a ``Fraction`` of Python, and no ``int``."""
    return size.numerator if isinstance(size, Fraction) and size.denominator == 1 else size


def provably_nonnegative(size: Size) -> bool:
    """Whether ``size ≥ 0`` for all values of its symbols (sufficient, not necessary).

    Every symbol is written as its least value plus something nonnegative; if no coefficient is
    negative then, the polynomial is nowhere negative.
    """
    if not isinstance(size, Polynomial):
        return size >= 0
    shifted: Size = 0
    for monomial, coefficient in size.terms.items():
        product: Size = coefficient
        for symbol, power in monomial:
            excess = Polynomial({((SizeSymbol(symbol.name, 0), 1),): 1}) + symbol.least
            for _ in range(power):
                product = product * excess
        shifted = shifted + product
    return all(coefficient >= 0 for coefficient in _terms(shifted).values())


def content(size: Size) -> int:
    """The largest whole number that divides every coefficient (0 for the size 0); integers only."""
    return gcd(*(int(c) for c in _terms(size).values())) if size else 0


def denominator(size: Size) -> int:
    """The smallest whole number that clears the fractions of ``size``."""
    result = 1
    for coefficient in _terms(size).values():
        d = coefficient.denominator
        result = result * d // gcd(result, d)
    return result


def size_text(size: Size) -> str:
    """``size`` as plain text, the same for equal sizes: ``H*W + 2*p - 1``."""
    if not isinstance(size, Polynomial):
        return str(size)
    text = ""
    for monomial, coefficient in sorted(size.terms.items(), key=_reading_order):
        factors = [s.name if power == 1 else f"{s.name}^{power}" for s, power in monomial]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, str(abs(coefficient)))
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += sign + "*".join(factors)
    return text


def _reading_order(item: tuple[Monomial, int | Fraction]) -> tuple[int, tuple[tuple[str, int], ...]]:
    monomial = item[0]
    return -sum(power for _, power in monomial), tuple((symbol.name, power) for symbol, power in monomial)


def _terms(size: Size) -> dict[Monomial, int | Fraction]:
    if isinstance(size, Polynomial):
        return size.terms
    return {(): size} if size else {}


def _product(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for symbol, power in right:
        powers[symbol] = powers.get(symbol, 0) + power
    return tuple(sorted(powers.items(), key=lambda item: item[0].name))


def _whole(number: int | Fraction) -> int | Fraction:
    return number.numerator if number.denominator == 1 else number
