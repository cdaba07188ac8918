"""Notation: how one output format spells the pieces of a formula.

The pieces are the same for every format; :mod:`symgrad.render.unrolled` and
:mod:`symgrad.render.indexed` put them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

from symgrad.algebra.sizes import Monomial, Size, SizeSymbol, size_terms
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Rational
from symgrad.algebra.written import Function

Sort: TypeAlias = Literal["number", "entry", "indexed", "derivative", "call", "group", "bracket"]
"""What a factor is; *indexed* is an entry with several indices, printed one by one."""


Relation: TypeAlias = Literal[">", "<", "<=", ">=", "="]
"""How a value bracket is printed: ``[3 − a > 0]`` reads ``[a < 3]``."""


class Atom(NamedTuple):
    """One factor as spelled, and its sort: what decides how it joins its neighbours."""

    text: str
    sort: Sort


class Notation(Protocol):
    """What a format says of names, factors, products and sums."""

    plus: str
    minus: str
    negative: str

    def name(self, tensor: Tensor) -> str:
        """A whole tensor."""

    def entries(self, tensor: Tensor) -> Sequence[str]:
        """Every entry of a tensor, by flat position."""

    def at(self, tensor: Tensor, indices: Sequence[str]) -> str:
        """An entry at indices that are formulas."""

    def partial(self, of: str, by: str) -> str:
        """The derivative of one entry by another."""

    def number(self, value: Rational) -> str:
        """A positive number."""

    def constant(self, name: str) -> str:
        """A named constant."""

    def call(self, function: Function, argument: str) -> str:
        """A function's value."""

    def group(self, inner: str) -> str:
        """Parentheses."""

    def bracket(self, relation: Relation, left: str, right: str) -> str:
        """A value bracket."""

    def maximum(self, parts: Sequence[str]) -> str:
        """The largest of several values."""

    def first_greatest(self, parts: Sequence[str], chosen: int) -> str:
        """1 where the chosen one of several values is the greatest, of equal ones the first, else 0."""

    def power(self, base: Atom, exponent: Rational) -> str:
        """A power; the exponent is positive and not 1."""

    def joint(self, left: Sort, right: Sort) -> str:
        """What stands between two neighbouring factors."""

    def fraction(self, over: str, under: str) -> str:
        """A quotient; ``under`` is a product."""

    def common(self, number: str) -> tuple[str, str]:
        """What stands before and after a sum that a number multiplies."""


class IndexNotation(Notation, Protocol):
    """What a format says of formulas with indices, beside the above."""

    def monomial(self, number: str, factors: Sequence[tuple[str, int]]) -> str:
        """``2HW``: a number, empty for 1, and letters, each with its exponent."""

    def symbol(self, name: str) -> str:
        """A size symbol: ``M2``, ``U_p``."""

    def steps(self, room: str, step: str) -> str:
        """``⌊room/step⌋ + 1``."""

    def affine(self, parts: Sequence[tuple[bool, str]]) -> str:
        """``2i + u − 1`` from its parts, each (negative, text)."""

    def ratio(self, over: str, under: str) -> str:
        """``(k − 2i)/2``, an index that is a whole number where its conditions hold."""

    def beside(self, group: str) -> bool:
        """Whether a sum in parentheses stands beside a fraction that it is a factor of, not above the bar."""

    def sigma(self, letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
        """A sum sign over letters, each with its largest value, under conditions."""

    def maximum_over(self, letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
        """A sign for the maximum of what follows over letters up to a last value, under conditions."""

    def first_place(
        self, letters: Sequence[tuple[str, str]], conditions: Sequence[str], body: str, place: Sequence[str]
    ) -> str:
        """1 where ``place`` is the first at which the body is greatest, else 0."""

    def indicator(self, conditions: Sequence[str]) -> str:
        """A product of index brackets."""

    def between(self, low: str | None, middle: str, high: str | None) -> str:
        """``low ≤ middle ≤ high``; one end may be missing."""

    def equation(self, left: str, right: str) -> str:
        """``left = right`` as a condition."""

    def divisible(self, divisor: str, e: str) -> str:
        """``divisor | e`` as a condition."""


def size(notation: IndexNotation, value: Size) -> str:
    """A size: ``H + 2p − d(U − 1)``."""
    return notation.affine(size_parts(notation, value)) or "0"


def size_parts(notation: IndexNotation, value: Size) -> list[tuple[bool, str]]:
    """The terms of a size as (negative, text), what is subtracted last; ``−dU + d`` reads ``−d(U − 1)``."""
    terms = {monomial: coefficient for coefficient, monomial in size_terms(value)}
    parts: list[tuple[bool, str]] = []
    while terms:
        monomial, coefficient = next(iter(terms.items()))
        del terms[monomial]
        last = ""
        for symbol, rest in _divisors(monomial):
            if terms.get(rest) == -coefficient:
                del terms[rest]
                monomial = rest
                last = notation.group(notation.affine([(False, notation.symbol(symbol.name)), (True, "1")]))
                break
        factors = [(notation.symbol(symbol.name), power) for symbol, power in monomial]
        if last:
            factors.append((last, 1))
        number = _number(notation, coefficient, bare=bool(factors))
        parts.append((coefficient < 0, notation.monomial(number, factors)))
    return sorted(parts, key=lambda part: part[0])


def _divisors(monomial: Monomial) -> Iterator[tuple[SizeSymbol, Monomial]]:
    """Each capital of a product of several symbols, with the product of the others: a count, less one."""
    for symbol, power in monomial:
        if len(monomial) > 1 and power == 1 and symbol.name[0].isupper():
            yield symbol, tuple(item for item in monomial if item[0] != symbol)


def scaled_letter(notation: IndexNotation, coefficient: Size, letter: str) -> tuple[bool, str]:
    """``2i``, ``s·i`` or ``(U − 1)·i`` as (negative, text)."""
    parts = size_parts(notation, coefficient)
    if len(parts) > 1:
        return False, notation.monomial("", [(notation.group(notation.affine(parts)), 1), (letter, 1)])
    ((number, monomial),) = size_terms(coefficient)
    factors = [(notation.symbol(symbol.name), power) for symbol, power in monomial]
    return number < 0, notation.monomial(_number(notation, number, bare=True), [*factors, (letter, 1)])


def _number(notation: IndexNotation, value: Rational, *, bare: bool) -> str:
    """A number without its sign; nothing for 1 where a letter follows."""
    positive = value if value > 0 else -value
    return "" if positive == 1 and bare else notation.number(positive)


def decimal(value: Rational) -> str:
    """A positive fraction as a decimal; empty where its decimals do not end."""
    top, bottom = value.numerator, value.denominator
    places = next((n for n in range(40) if 10**n % bottom == 0), None)
    if places is None:
        return ""
    digits = str(top * 10**places // bottom).rjust(places + 1, "0")
    return digits[: len(digits) - places] + ("." + digits[-places:] if places else "")


def short_decimal(value: Rational) -> str:
    """A fraction that is better read as a decimal, such as 0.01 or 0.044715; empty for any other number."""
    top, bottom = value.numerator, value.denominator
    text = decimal(value)
    tenths = str(bottom) == "1".ljust(len(str(bottom)), "0")
    return text if bottom >= 100 and len(text) < len(f"{top}/{bottom}") and (tenths or top > 1) else ""


def product(notation: Notation, atoms: Sequence[Atom]) -> str:
    """Factors side by side, in the given order."""
    text = ""
    before: Sort | None = None
    for atom in atoms:
        text += atom.text if before is None else notation.joint(before, atom.sort) + atom.text
        before = atom.sort
    return text


def signed_sum(notation: Notation, parts: Sequence[tuple[bool, str]]) -> str:
    """Terms with their signs on one line; each part is (negative, text)."""
    text = ""
    for n, (negative, part) in enumerate(parts):
        if n == 0:
            text = (notation.negative if negative else "") + part
        else:
            text += (notation.minus if negative else notation.plus) + part
    return text or "0"


def parted(name: str) -> tuple[str, str, str]:
    """The letter, the subscript and the power of a named constant: ``beta_1^t``."""
    base, _, power = name.partition("^")
    letter, _, subscript = base.partition("_")
    return letter, subscript, power


def enclosed(text: str) -> bool:
    """Whether one pair of parentheses is around the whole text."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return place > 0 and place == len(text) - 1
    return False
