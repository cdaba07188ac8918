"""Index formulas: an equation in closed form, with Σ, and conditions as a textbook prints them.

Letters are chosen here: each index gets its preferred letter, another where that is taken in the same
formula, and a prime where no letter is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Size, size_text
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Named,
    Rational,
    SizeFactor,
    Term,
    ValueBracket,
    entries,
    inner_expressions,
)
from symgrad.derivation.readable import Closed, closed_form
from symgrad.errors import RenderError
from symgrad.render.notation import Atom, IndexNotation, product, signed_sum
from symgrad.render.unrolled import in_reading_order, sort_of

_SPARE = ("m", "q", "r", "s", "t", "k", "l", "g", "e", "d")

Letters = Mapping[Index, str]


class Indexed(NamedTuple):
    """A formula in index form: the left side, the terms of the right side as (negative, text), and the
    last value of each index on the left.
    """

    left: str
    terms: tuple[tuple[bool, str], ...]
    ranges: tuple[tuple[str, str], ...]


def indexed(equation: Equation, notation: IndexNotation) -> Indexed:
    """The closed form of an equation."""
    form = closed_form(equation)
    letters = chosen_letters(form)
    left = notation.at(form.target, [_affine(e, notation, letters) for e in form.left])
    ranges = tuple((letters[index], size_text(index.size - 1)) for index in form.axes)
    return Indexed(left, _terms(form.body, notation, letters), ranges)


def chosen_letters(form: Closed) -> Letters:
    """A letter for every index of a formula, no two alike and none that is also a tensor's name."""
    named = [form.target, *(entry.tensor for entry in entries(form.body))]
    taken = {name for tensor in named for name in (tensor.name, tensor.of.name if tensor.of else "")}
    letters: dict[Index, str] = {}
    for index in (*form.axes, *_bound(form.body)):
        if index not in letters:
            letter = index.letter
            if letter in taken:
                letter = next((spare for spare in _SPARE if spare not in taken), letter)
            while letter in taken:
                letter += "'"
            taken.add(letter)
            letters[index] = letter
    return letters


def _bound(expression: Expression) -> Iterator[Index]:
    for term in expression.terms:
        yield from term.bound
        for factor, _ in term.powers:
            if isinstance(factor, Max):
                yield from factor.indices
            for inner in inner_expressions(factor):
                yield from _bound(inner)


def _expression(expression: Expression, notation: IndexNotation, letters: Letters) -> str:
    return signed_sum(notation, _terms(expression, notation, letters))


def _terms(
    expression: Expression, notation: IndexNotation, letters: Letters
) -> tuple[tuple[bool, str], ...]:
    ordered = in_reading_order(expression)
    return tuple((term.coefficient < 0, _term(term, notation, letters)) for term in ordered.terms)


def _term(term: Term, notation: IndexNotation, letters: Letters) -> str:
    over = [_powered(f, e, notation, letters) for f, e in term.powers if e > 0]
    under = [_powered(f, -e, notation, letters) for f, e in term.powers if e < 0]
    conditions = _conditions(term, notation, letters)
    if conditions and not term.bound:
        over.append(Atom(notation.indicator(conditions), "bracket"))
    value = Fraction(abs(term.coefficient))
    if under:
        front, over = "", _numbered(Fraction(value.numerator), over, notation)
        body = notation.fraction(
            product(notation, over), product(notation, _numbered(Fraction(value.denominator), under, notation))
        )
    elif term.bound:  # the coefficient stands before the sum
        front = notation.number(_whole(value)) + notation.joint("number", "call") if value != 1 else ""
        body = product(notation, over) if over else notation.number(1)
    else:
        front, body = "", product(notation, _numbered(value, over, notation))
    if not term.bound:
        return front + body
    ranges = [(letters[index], size_text(index.size - 1)) for index in term.bound]
    return front + notation.sigma(ranges, conditions) + body


def _numbered(value: Fraction, atoms: list[Atom], notation: IndexNotation) -> list[Atom]:
    if value == 1 and atoms:
        return atoms
    return [Atom(notation.number(_whole(value)), "number"), *atoms]


def _powered(factor: Factor, exponent: Rational, notation: IndexNotation, letters: Letters) -> Atom:
    atom = Atom(_factor(factor, notation, letters), sort_of(factor))
    return atom if exponent == 1 else Atom(notation.power(atom, exponent), atom.sort)


def _factor(factor: Factor, notation: IndexNotation, letters: Letters) -> str:
    match factor:
        case Entry(tensor, indices):
            return notation.at(tensor, [_affine(e, notation, letters) for e in indices])
        case Call(function, argument):
            return notation.call(function, _expression(argument, notation, letters))
        case Group(inner):
            return notation.group(_expression(inner, notation, letters))
        case ValueBracket(kind, inner):
            return notation.bracket(kind, _expression(inner, notation, letters))
        case Named(name, _):
            return notation.constant(name)
        case SizeFactor(size):
            return notation.group(size_text(size))
        case Max() | FirstMaximiser():
            raise RenderError(f"there is no index notation yet for {type(factor).__name__}")


def _affine(e: Affine, notation: IndexNotation, letters: Letters) -> str:
    """``(k − 2i + 1)/2`` where the index is a fraction, else ``2i + u − 1``; positive pieces first."""
    bottom = _common_denominator(e)
    if bottom != 1:
        return notation.fraction(_pieces(e * bottom, notation, letters), str(bottom))
    return _pieces(e, notation, letters)


def _pieces(e: Affine, notation: IndexNotation, letters: Letters) -> str:
    """``2i + u − 1``: what is added first, then what is subtracted."""
    parts = []
    for index, coefficient in e.coefficients.items():
        text = size_text(coefficient)
        size = text.removeprefix("-")
        spelled = letters[index] if size == "1" else notation.multiple(size, letters[index])
        parts.append((text.startswith("-"), spelled))
    if e.const or not parts:
        text = size_text(e.const)
        parts.append((text.startswith("-"), text.removeprefix("-")))
    return notation.affine(sorted(parts, key=lambda part: part[0]))


def _common_denominator(e: Affine) -> int:
    bottom = 1
    for value in (e.const, *e.coefficients.values()):
        if isinstance(value, Fraction):
            bottom = max(bottom, value.denominator) if bottom % value.denominator else bottom
    return bottom


def _conditions(term: Term, notation: IndexNotation, letters: Letters) -> list[str]:
    """The brackets of a term, pairs of bounds joined into ``low ≤ e ≤ high``."""
    bounds: dict[Affine, tuple[Size | None, Size | None]] = {}
    others: list[str] = []
    for bracket in term.brackets:
        if bracket.kind == ">=":
            linear, sign = _linear(bracket, letters)
            low, high = bounds.get(linear, (None, None))
            bounds[linear] = (-bracket.e.const, high) if sign > 0 else (low, bracket.e.const)
        elif bracket.kind == "=":
            others.append(notation.equation(_pieces(bracket.e, notation, letters), "0"))
        else:
            others.append(notation.divisible(str(bracket.divisor), _pieces(bracket.e, notation, letters)))
    shifts = {_shape_of(e): e.const for f, _ in term.powers if isinstance(f, Entry) for e in f.indices}
    found = []
    for linear, (low, high) in bounds.items():
        shift = shifts.get(linear, 0)
        if not isinstance(shift, int):
            shift = 0
        middle = _pieces(linear + shift, notation, letters)
        found.append(
            notation.between(
                None if low is None else size_text(low + shift),
                middle,
                None if high is None else size_text(high + shift),
            )
        )
    return found + others


def _shape_of(e: Affine) -> Affine:
    return Affine(0, e.coefficients)


def _linear(bracket: Bracket, letters: Letters) -> tuple[Affine, int]:
    """The bracket's linear part with its leading coefficient positive, and the sign that this took.

    The leading index is the first in the order of letters given: free indices come before bound ones.
    """
    order = list(letters)
    leading = min(bracket.e, key=order.index)
    coefficient = bracket.e.coefficients[leading]
    sign = -1 if size_text(coefficient).startswith("-") else 1
    return _shape_of(bracket.e) * sign, sign


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value
