"""Index formulas: an equation in closed form, with Σ, and conditions as a textbook prints them.

Letters are chosen here: each index gets its preferred letter, another where that is taken in the same
formula, and a prime where no letter is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Polynomial, Size, degree, size_symbols, size_text
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
    entries_of_factor,
    free_of_factor,
    inner_expressions,
)
from symgrad.derivation.readable import Closed, closed_form
from symgrad.render.notation import (
    Atom,
    IndexNotation,
    product,
    scaled_letter,
    signed_sum,
    size,
    size_parts,
)
from symgrad.render.unrolled import compared, in_reading_order, sort_of

_INSTEAD = {"u": ("r",), "v": ("s",)}
"""The letters of a place in a window are replaced together: where v is a tensor, a window is w[r, s]."""
SPARE = ("m", "q", "r", "s", "t", "k", "l", "g", "e", "d")

Letters = Mapping[Index, str]


class Indexed(NamedTuple):
    """A formula in index form.

    The left side, the terms of the right side as (negative, text), and the last value of each index on
    the left.
    """

    left: str
    terms: tuple[tuple[bool, str], ...]
    ranges: tuple[tuple[str, str], ...]


def indexed(equation: Equation, notation: IndexNotation, names: Collection[str] = ()) -> Indexed:
    """The closed form of an equation on a page that has these names, which no index takes."""
    form = closed_form(equation)
    return stated(form, notation, chosen_letters(form, names))


def stated(form: Closed, notation: IndexNotation, letters: Letters, *, kronecker: bool = False) -> Indexed:
    """A closed form in these letters; ``kronecker`` writes brackets ``[i = k]`` as factors."""
    left = notation.at(form.target, [spelled_index(e, notation, letters) for e in form.left])
    ranges = tuple((letters[index], size(notation, index.size - 1)) for index in form.axes)
    return Indexed(left, _terms(form.body, notation, letters, kronecker=kronecker), ranges)


def chosen_letters(form: Closed, names: Collection[str] = ()) -> Letters:
    """A letter for every index of a formula, no two alike and none that names anything on its page."""
    taken = names_taken(form, names)
    letters: dict[Index, str] = {}
    _letter(form.axes, letters, taken)
    _letter_bound(form.body, letters, taken)
    return letters


def _letter_bound(expression: Expression, letters: dict[Index, str], taken: set[str]) -> None:
    """Letters for what an expression sums over; sums that do not stand in one another may share theirs."""
    for term in expression.terms:
        here = {*taken, *(letters[index] for index in _known(term, letters))}
        _letter(term.bound, letters, here)
        for factor, _ in term.powers:
            inside = set(here)
            maximum = factor.maximum if isinstance(factor, FirstMaximiser) else factor
            if isinstance(maximum, Max):
                _letter(maximum.indices, letters, inside)
            for inner in inner_expressions(factor):
                _letter_bound(inner, letters, inside)


def _known(term: Term, letters: Mapping[Index, str]) -> Iterator[Index]:
    """What the term sums over, at any depth, and has a letter from elsewhere."""
    return (index for index in bound_indices(Expression((term,))) if index in letters)


def _letter(indices: Iterable[Index], letters: dict[Index, str], taken: set[str]) -> None:
    for index in indices:
        if index not in letters:
            letter = index.letter
            if letter in taken:
                letter = next((spare for spare in spares(letter) if spare not in taken), letter)
            while letter in taken:
                letter += "'"
            letters[index] = letter
        taken.add(letters[index])


def spares(letter: str) -> tuple[str, ...]:
    """What an index is called where its own letter is taken, the best first."""
    return (*_INSTEAD.get(letter, ()), *SPARE)


def names_taken(form: Closed, names: Collection[str] = ()) -> set[str]:
    """The names in a formula and on its page that no index may have: of tensors, sizes and constants."""
    named = [form.target, *(entry.tensor for entry in entries(form.body))]
    named += [other for tensor in named for other in (tensor.of, *(tensor.pair or ())) if other is not None]
    taken = {*names, *(tensor.name for tensor in named)}
    if not taken.isdisjoint(_INSTEAD):
        taken |= _INSTEAD.keys()
    sizes = [n for tensor in named for n in tensor.shape] + [index.size for index in bound_indices(form.body)]
    sizes += [c for e in _combinations(form) for c in (e.const, *e.coefficients.values())]
    taken |= {symbol.name for one in sizes for symbol in size_symbols(one)}
    taken |= {part for name in _constants(form.body) for part in name.split("^")}
    return taken


def _constants(expression: Expression) -> Iterator[str]:
    """The named constants of a formula."""
    factors = (factor for term in _all_terms(expression) for factor, _ in term.powers)
    return (factor.name for factor in factors if isinstance(factor, Named))


def bound_indices(expression: Expression) -> Iterator[Index]:
    """The indices that an expression binds, at any depth, in the order in which they are met."""
    for term in expression.terms:
        yield from term.bound
        for factor, _ in term.powers:
            maximum = factor.maximum if isinstance(factor, FirstMaximiser) else factor
            if isinstance(maximum, Max):
                yield from maximum.indices
            for inner in inner_expressions(factor):
                yield from bound_indices(inner)


def _combinations(form: Closed) -> Iterator[Affine]:
    """Every combination of indices in a formula."""
    yield from form.left
    for term in _all_terms(form.body):
        yield from (bracket.e for bracket in term.brackets)
        for factor, _ in term.powers:
            if isinstance(factor, Entry):
                yield from factor.indices
            elif isinstance(factor, Max):
                yield from (bracket.e for bracket in factor.brackets)


def _all_terms(expression: Expression) -> Iterator[Term]:
    for term in expression.terms:
        yield term
        for factor, _ in term.powers:
            for inner in inner_expressions(factor):
                yield from _all_terms(inner)


def spelled_expression(expression: Expression, notation: IndexNotation, letters: Letters) -> str:
    """An expression on one line."""
    return _expression(expression, notation, letters)


def _expression(expression: Expression, notation: IndexNotation, letters: Letters) -> str:
    return signed_sum(notation, _terms(expression, notation, letters))


def _terms(
    expression: Expression, notation: IndexNotation, letters: Letters, *, kronecker: bool = False
) -> tuple[tuple[bool, str], ...]:
    ordered = in_reading_order(expression)
    return tuple(
        (term.coefficient < 0, _term(term, notation, letters, kronecker=kronecker)) for term in ordered.terms
    )


def _term(term: Term, notation: IndexNotation, letters: Letters, *, kronecker: bool) -> str:
    others = [(f, e) for f, e in term.powers if not isinstance(f, SizeFactor)]
    sizes = [(f, e) for f, e in term.powers if isinstance(f, SizeFactor)]
    alone = len(others) == 1 and not (kronecker and term.brackets)
    selecting = [bracket for bracket in term.brackets if kronecker and bracket.kind == "="]
    conditions = [bracket for bracket in term.brackets if bracket not in selecting]
    below = [bracket for bracket in conditions if any(index in term.bound for index in bracket.e)]
    before = [] if below else list(conditions)  # conditions stay together
    below = [bracket for bracket in conditions if bracket not in before]
    outside = [power for power in others if not term.bound or _apart(power[0], term, below)]
    inside = [power for power in others if power not in outside]

    def atoms(powers: Iterable[tuple[Factor, Rational]], sign: int) -> list[Atom]:
        return [
            _powered(f, e * sign, notation, letters, alone=alone and sign > 0)
            for f, e in powers
            if e * sign > 0
        ]

    over, under, times, divisors = (atoms(powers, sign) for powers in (outside, sizes) for sign in (1, -1))
    read = [entry for factor, _ in term.powers for entry in entries_of_factor(factor)]
    guards = conditions_told(before, term.bound, read, notation, letters)
    if guards:
        over.append(Atom(notation.indicator(guards), "bracket"))
    told = [notation.equation(*sides_told(b, term.bound, notation, letters)) for b in selecting]
    selects = [Atom(notation.indicator(told), "bracket")] if told else []
    if not term.bound:
        over += selects
    front = _quotient_of(abs(Fraction(term.coefficient)), times, over, divisors, under, notation)
    if not term.bound:
        return product(notation, front) or notation.number(1)
    ranges = [(letters[index], size(notation, index.size - 1)) for index in term.bound]
    limits = conditions_told(below, term.bound, read, notation, letters)
    over = [*atoms(inside, 1), *selects]
    body = product(notation, _quotient_of(Fraction(1), [], over, [], atoms(inside, -1), notation))
    joint = notation.joint(front[-1].sort, "call") if front else ""
    total = notation.sigma(ranges, limits) + (body or notation.number(1))
    return product(notation, front) + joint + total


def _quotient_of(
    value: Fraction,
    times: list[Atom],
    over: list[Atom],
    divisors: list[Atom],
    under: list[Atom],
    notation: IndexNotation,
) -> list[Atom]:
    """A number, sizes and factors that multiply or divide; nothing for 1."""
    if not under:
        scale = _scale(value, times, divisors, notation)
        return [*([Atom(scale, "number")] if scale else []), *over]
    beside = [over.pop()] if over and over[-1].sort == "group" and notation.beside(over[-1].text) else []
    top = product(notation, _numbered(Fraction(value.numerator), [*times, *over], notation))
    bottom = product(notation, _numbered(Fraction(value.denominator), [*divisors, *under], notation))
    return [Atom(notation.fraction(top, bottom), "number"), *beside]


def _apart(factor: Factor, term: Term, below: Sequence[Bracket]) -> bool:
    """Whether the factor may stand before the sum: no index of it is summed over, no condition guards it."""
    read = set(free_of_factor(factor))
    return read.isdisjoint(term.bound) and not (below and read)


def _scale(value: Fraction, times: list[Atom], divisors: list[Atom], notation: IndexNotation) -> str:
    """A number and sizes that multiply or divide, as one quotient; nothing for 1."""
    if divisors:
        top = product(notation, _numbered(Fraction(value.numerator), times, notation))
        return notation.fraction(
            top, product(notation, _numbered(Fraction(value.denominator), divisors, notation))
        )
    return product(notation, _numbered(value, times, notation)) if times or value != 1 else ""


def _numbered(value: Fraction, atoms: list[Atom], notation: IndexNotation) -> list[Atom]:
    if value == 1 and atoms:
        return atoms
    if atoms and atoms[0].text[0].isalpha() and atoms[0].sort == "number" and value.denominator == 1:
        first = notation.monomial(notation.number(value.numerator), [(atoms[0].text, 1)])  # 2N
        return [Atom(first, "number"), *atoms[1:]]
    return [Atom(notation.number(_whole(value)), "number"), *atoms]


def _powered(
    factor: Factor, exponent: Rational, notation: IndexNotation, letters: Letters, *, alone: bool
) -> Atom:
    atom = Atom(_factor(factor, notation, letters), sort_of(factor, flat_rank=1))
    if isinstance(factor, SizeFactor) and exponent != 1 and len(atom.text) > 1:
        atom = Atom(notation.group(size(notation, factor.size)), "group")
    if isinstance(factor, Max) and (exponent != 1 or not alone):  # it reaches as far as a product goes
        atom = Atom(notation.group(atom.text), "group")
    return atom if exponent == 1 else Atom(notation.power(atom, exponent), atom.sort)


def _factor(factor: Factor, notation: IndexNotation, letters: Letters) -> str:
    match factor:
        case Entry(tensor, indices):
            return notation.at(tensor, [spelled_index(e, notation, letters) for e in indices])
        case Call(function, argument):
            return notation.call(function, _expression(argument, notation, letters))
        case Group(inner):
            return notation.group(_expression(inner, notation, letters))
        case ValueBracket(kind, inner):
            relation, *sides = compared(kind, inner)
            left, right = (_expression(side, notation, letters) for side in sides)
            return notation.bracket(relation, left, right)
        case Named(name, _):
            return notation.constant(name)
        case SizeFactor(value):
            text = size(notation, value)
            return text if len(size_parts(notation, value)) == 1 else notation.group(text)
        case Max():
            return notation.maximum_over(*_compared(factor, notation, letters)) + _body(
                factor, notation, letters
            )
        case FirstMaximiser(maximum, at):
            place = [spelled_index(e, notation, letters) for e in at]
            body = _body(maximum, notation, letters)
            return notation.first_place(*_compared(maximum, notation, letters), body, place)


def _compared(
    maximum: Max, notation: IndexNotation, letters: Letters
) -> tuple[list[tuple[str, str]], list[str]]:
    """The letters that a maximum is taken over, each with its last value, and its conditions."""
    indices, brackets, body = maximum
    ranges = [(letters[index], size(notation, index.size - 1)) for index in indices]
    return ranges, conditions_told(brackets, indices, list(entries(body)), notation, letters)


def _body(maximum: Max, notation: IndexNotation, letters: Letters) -> str:
    body = _expression(maximum.body, notation, letters)
    return body if len(maximum.body.terms) == 1 else notation.group(body)


def spelled_index(e: Affine, notation: IndexNotation, letters: Letters) -> str:
    """An index: ``(k − 2i + 1)/2`` where the index is a fraction, else ``2i + u − 1``."""
    bottom = _common_denominator(e)
    if bottom != 1:
        return notation.ratio(_pieces(e * bottom, notation, letters), str(bottom))
    return _pieces(e, notation, letters)


def _pieces(e: Affine, notation: IndexNotation, letters: Letters) -> str:
    """``9o + 3i + k − 1``: long steps first, what is subtracted after what is added, the constant last.

    The constant leads where everything else is subtracted: ``1 − i``.
    """
    parts = []
    for index, coefficient in sorted(e.coefficients.items(), key=_step):
        parts.append(scaled_letter(notation, coefficient, letters[index]))
    parts.sort(key=lambda part: part[0])
    constants = size_parts(notation, e.const)
    if constants and parts and parts[0][0] and not constants[0][0]:
        return notation.affine([constants[0], *parts, *constants[1:]])
    return notation.affine([*parts, *constants]) or "0"


def _step(item: tuple[Index, Size]) -> tuple[int, Fraction]:
    """The longest first; products of sizes by how many sizes they have, each of them before any number."""
    coefficient = item[1]
    if isinstance(coefficient, Polynomial):
        return -degree(coefficient), Fraction(0)
    return 0, -abs(Fraction(coefficient))


def _common_denominator(e: Affine) -> int:
    return lcm(*(v.denominator for v in (e.const, *e.coefficients.values()) if isinstance(v, Fraction)))


class _Bounds(NamedTuple):
    """``low ≤ middle ≤ high``, either end None where it always holds."""

    low: Size | None
    middle: Affine
    high: Size | None


def conditions_told(
    brackets: Iterable[Bracket],
    bound: Sequence[Index],
    read: Sequence[Entry],
    notation: IndexNotation,
    letters: Letters,
) -> list[str]:
    """Brackets over what reads some entries, pairs of bounds joined into ``low ≤ e ≤ high``."""
    pairs: dict[Affine, tuple[Size | None, Size | None]] = {}
    others: list[str] = []
    for bracket in brackets:
        if bracket.kind == ">=":
            linear, sign = _linear(bracket, letters)
            low, high = pairs.get(linear, (None, None))
            pairs[linear] = (-bracket.e.const, high) if sign > 0 else (low, bracket.e.const)
        elif bracket.kind == "=":
            sides = _sides(bracket.e, bound, letters)
            others.append(notation.equation(*(_pieces(side, notation, letters) for side in sides)))
        else:
            others.append(notation.divisible(str(bracket.divisor), _pieces(bracket.e, notation, letters)))
    told = []
    for bounds in (_Bounds(low, linear, high) for linear, (low, high) in pairs.items()):
        ordered = _one_below_another(bounds)
        seen = bounds if bounds.middle.lone() else _as_read(bounds, read)
        if ordered is not None and seen is bounds:
            less, more = (_pieces(side, notation, letters) for side in ordered)
            told.append(notation.between(less, more, None))
        else:
            told.append(_between(seen, notation, letters))
    return told + others


def _one_below_another(bounds: _Bounds) -> tuple[Affine, Affine] | None:
    """``0 ≤ i − j`` as j and i, which read ``j ≤ i``; None for any other condition."""
    low, middle, high = bounds
    if (low is None) == (high is None) or (low if high is None else high) != 0:
        return None
    difference = middle if high is None else middle * -1
    above, under = (
        [index for index, coefficient in difference.coefficients.items() if coefficient == sign]
        for sign in (1, -1)
    )
    whole = len(above) == len(under) == 1 and len(difference.coefficients) == 2
    return (affine(under[0]), affine(above[0])) if whole else None


def sides_told(
    bracket: Bracket, bound: Sequence[Index], notation: IndexNotation, letters: Letters
) -> tuple[str, str]:
    """The sides of a bracket ``[left = right]``, a free index alone on the right: ``2i + u = k``."""
    left, right = _sides(bracket.e, bound, letters)
    if right.lone() in bound and left.lone() is not None:
        left, right = right, left
    if not right.coefficients and len(left.coefficients) > 1:  # between bound indices: no sign on either side
        leading = next(iter(left.coefficients))
        right, left = (
            right - left + affine(leading) * left.coefficients[leading],
            Affine(0, {leading: left.coefficients[leading]}),
        )
    return _pieces(left, notation, letters), _pieces(right, notation, letters)


def _sides(e: Affine, bound: Sequence[Index], letters: Letters) -> tuple[Affine, Affine]:
    """``[e = 0]`` as left = right: ``s·i + d·u − p = k`` where one free index is a combination of others."""
    linear, sign = _linear(Bracket("=", e), letters)
    for index in sorted(e, key=list(letters).index):
        if index not in bound and linear.coefficients[index] in (1, -1):
            rest = affine(index) - (linear + e.const * sign) * linear.coefficients[index]
            return (affine(index), rest) if rest.lone() else (rest, affine(index))
    return linear, affine(e.const * -sign)


def _between(bounds: _Bounds, notation: IndexNotation, letters: Letters) -> str:
    low, high = (
        None if end is None else _pieces(affine(end), notation, letters) for end in (bounds.low, bounds.high)
    )
    return notation.between(low, _pieces(bounds.middle, notation, letters), high)


def _as_read(bounds: _Bounds, read: Iterable[Entry]) -> _Bounds:
    """Bounds that keep the index of an entry inside its axis, said of this index: ``0 ≤ 2i + u − 1 ≤ 4``.

    The algebra keeps the least form, ``1 ≤ i + u``; a reader looks for the index that stands in the formula.
    """
    for entry in read:
        for e, wide in zip(entry.indices, entry.tensor.shape, strict=True):
            clear = _common_denominator(e)
            index, last = e * clear, (wide - 1) * clear
            stretch = _stretch(index, bounds.middle)
            const = index.const
            if not stretch:
                continue
            # 0 ≤ stretch · middle + const ≤ last, solved for whole values of middle
            first, end = (0, last) if stretch > 0 else (last, 0)
            least, most = _most(const - first, stretch), _most(end - const, stretch)
            if least is None or most is None:
                continue
            least = -least
            if bounds.low in (None, least) and bounds.high in (None, most):
                low = None if bounds.low is None else first
                high = None if bounds.high is None else end
                return _Bounds(low, index, high) if stretch > 0 else _Bounds(high, index, low)
    return bounds


def _most(room: Size, stretch: int) -> Size | None:
    """``⌊room/stretch⌋``; None where it is not known."""
    if isinstance(room, int):
        return room // stretch
    return room * stretch if abs(stretch) == 1 else None


def _stretch(e: Affine, linear: Affine) -> int | None:
    """The whole number by which ``linear`` is multiplied in ``e``, constants aside; None if it is not."""
    if e.coefficients.keys() != linear.coefficients.keys():
        return None
    found = {_quotient(c, linear.coefficients[index]) for index, c in e.coefficients.items()}
    return found.pop() if len(found) == 1 else None


def _quotient(over: Size, under: Size) -> int | None:
    if over == under:
        return 1
    if over == -under:
        return -1
    if isinstance(over, int) and isinstance(under, int) and over % under == 0:
        return over // under
    return None


def _linear(bracket: Bracket, letters: Letters) -> tuple[Affine, int]:
    """The bracket's linear part with its leading coefficient positive, and the sign that this took.

    The leading index is the first in the order of letters given: free indices come before bound ones.
    """
    order = list(letters)
    leading = min(bracket.e, key=order.index)
    coefficient = bracket.e.coefficients[leading]
    sign = -1 if size_text(coefficient).startswith("-") else 1
    return Affine(0, bracket.e.coefficients) * sign, sign


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value
