"""Folding, the inverse of inlining: what a tensor already names is called by that name.

``h = tanh(z)`` makes ``1 − tanh(z)²`` read ``1 − h²``, and ``p[i] = e^x[i] / Σ_k e^x[k]`` makes
``e^x[j] / Σ_k e^x[k]`` read ``p[j]``, at whatever place it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket, decide, within
from symgrad.algebra.keys import factor_key
from symgrad.algebra.program import Equation
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Powers,
    Rational,
    Term,
    ValueBracket,
    entries_of_factor,
    factor_of,
    free_of_factor,
    put_in_term,
)

_MOST_PLACES = 200


def folded(terms: list[Term], by: Equation) -> list[Term]:
    """``terms``, stated at the axes of ``by``, with its whole right side replaced by its target."""
    whole = factor_of(by.body)
    if not isinstance(whole, Call | Max):
        return terms
    name = Entry(by.target, tuple(affine(index) for index in by.axes))
    return [_in_term(term, factor_key(whole), name) for term in terms]


def _in_term(term: Term, pattern: str, name: Entry) -> Term:
    return term._replace(powers=tuple((_in_factor(f, pattern, name), e) for f, e in term.powers))


def _in_expression(expression: Expression, pattern: str, name: Entry) -> Expression:
    return Expression(tuple(_in_term(term, pattern, name) for term in expression.terms))


def _in_factor(factor: Factor, pattern: str, name: Entry) -> Factor:
    if isinstance(factor, Call | Max) and factor_key(factor) == pattern:
        return name
    match factor:
        case Call(function, inner):
            return Call(function, _in_expression(inner, pattern, name))
        case Group(inner):
            return Group(_in_expression(inner, pattern, name))
        case ValueBracket(kind, inner):
            return ValueBracket(kind, _in_expression(inner, pattern, name))
        case Max(indices, brackets, body):
            return Max(indices, brackets, _in_expression(body, pattern, name))
        case FirstMaximiser():
            return factor  # it names its maximum's body, which must stay as it is
        case _:
            return factor


class Name(NamedTuple):
    """An equation as a pattern: a product of powers under brackets, and the entry that is called by it.

    ``bound`` is what the product is summed over.
    """

    target: Entry
    axes: tuple[Index, ...]
    coefficient: Rational
    brackets: tuple[Bracket, ...]
    powers: Powers
    where: dict[Index, tuple[str, int, Affine]]
    """For each axis a tensor, the axis of it that it runs along in the pattern, and what is added there."""
    bound: tuple[Index, ...] = ()


def name_of(equation: Equation) -> Name | None:
    """The equation as a pattern, or None where its right side is no product that is worth a name.

    A product of entries alone is not: gradients hold such products by chance. A sum is a pattern as the
    parenthesis that it stands in, or, over a product of named parts, as what is summed.
    """
    target = Entry(equation.target, tuple(affine(index) for index in equation.axes))
    terms = equation.body.terms
    bound: tuple[Index, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    if len(terms) == 1 and terms[0].bound and not terms[0].brackets and _of_parts(terms[0]):
        coefficient, bound, _, powers = terms[0]
    elif len(terms) == 1 and not terms[0].bound:
        coefficient, _, brackets, powers = terms[0]
        worth = equation.target.role == "auxiliary" or any(isinstance(f, Call | Group) for f, _ in powers)
        if not worth:
            return None
    elif equation.target.role == "auxiliary" and terms:
        coefficient, powers = 1, ((Group(equation.body), 1),)
    else:
        return None
    where = _where(equation.axes, [entry for factor, _ in powers for entry in entries_of_factor(factor)])
    if any(index not in where for index in equation.axes):
        return None
    return Name(target, equation.axes, coefficient, brackets, powers, where, bound)


def _where(axes: tuple[Index, ...], read: Sequence[Entry]) -> dict[Index, tuple[str, int, Affine]]:
    """Where each axis is seen in what the pattern reads: alone, or beside axes that are seen before it."""
    where: dict[Index, tuple[str, int, Affine]] = {}
    while True:
        known = len(where)
        for entry in read:
            for axis, e in enumerate(entry.indices):
                fresh = [index for index in e if index not in where]
                index = fresh[0] if len(fresh) == 1 else None
                if index is not None and index in axes and e.coefficients[index] == 1:
                    where[index] = entry.tensor.name, axis, e - index
        if len(where) == known:
            return where


def _of_parts(term: Term) -> bool:
    """Whether the term is a product of several named parts of an equation."""
    read = [factor for factor, _ in term.powers if isinstance(factor, Entry)]
    return len(read) == len(term.powers) > 1 and all(entry.tensor.role == "auxiliary" for entry in read)


def named(expression: Expression, names: Sequence[Name]) -> Expression:
    """The expression with every product that a name stands for called by the name, at any depth."""
    terms = expression.terms
    for name in names:
        terms = tuple(_called(term, name) for term in terms)
    return Expression(terms)


def _called(term: Term, name: Name) -> Term:
    if name.bound:
        return _contracted(term, name)
    if not any(entry.tensor.name == tensor for entry in _entries(term) for tensor, *_ in name.where.values()):
        return term if name.axes else _at(term, name, {})
    term = term._replace(powers=tuple((_inside(f, name), e) for f, e in term.powers))
    for place in _places(term, name):
        term = _at(term, name, place)
    return term


def _contracted(term: Term, name: Name) -> Term:
    """``Σ_k x[k]·y[k]·…`` as ``c·…`` where c is ``Σ_k x[k]·y[k]`` and nothing else holds k."""
    for indices in permutations(term.bound, len(name.bound)):
        if [index.size for index in indices] != [index.size for index in name.bound]:
            continue
        along = dict(zip(name.bound, map(affine, indices), strict=True))
        for place in _places(term, name):
            there = {**along, **place}
            pattern = [factor_key(f) for f, _ in put_in_term(Term(1, (), (), name.powers), there).powers]
            rest = [(f, e) for f, e in term.powers if e != 1 or factor_key(f) not in pattern]
            held = {index for factor, _ in rest for index in free_of_factor(factor)}
            held |= {index for bracket in term.brackets for index in bracket.e}
            if len(rest) + len(pattern) == len(term.powers) and held.isdisjoint(indices):
                entry = Entry(name.target.tensor, tuple(e.put(there) for e in name.target.indices))
                left = tuple(index for index in term.bound if index not in indices)
                coefficient = _whole(Fraction(term.coefficient) / Fraction(name.coefficient))
                return Term(coefficient, left, term.brackets, (*rest, (entry, 1)))
    return term


def _entries(term: Term) -> Iterator[Entry]:
    for factor, _ in term.powers:
        yield from entries_of_factor(factor)


def _inside(factor: Factor, name: Name) -> Factor:
    match factor:
        case Call(function, inner):
            return Call(function, named(inner, (name,)))
        case Group(inner):
            return Group(named(inner, (name,)))
        case ValueBracket(kind, inner):
            return ValueBracket(kind, named(inner, (name,)))
        case _:
            return factor


def _places(term: Term, name: Name) -> Iterator[dict[Index, Affine]]:
    """Where the name's axes may stand: at the indices with which the term reads the same tensors."""
    choices: list[list[Affine]] = []
    for tensor, axis, _ in name.where.values():
        found = (entry.indices[axis] for entry in _entries(term) if entry.tensor.name == tensor)
        choices.append(list(dict.fromkeys(found)))
    for count, seen in enumerate(product(*choices)):
        if count >= _MOST_PLACES:
            return
        there: dict[Index, Affine] = {}
        for (index, (_, _, beside)), at in zip(name.where.items(), seen, strict=True):
            there[index] = at - beside.put(there)
        yield there


def _at(term: Term, name: Name, place: dict[Index, Affine]) -> Term:
    """The term with the name's product at one place called by its name, as often as it holds it."""
    pattern = put_in_term(Term(1, (), (), name.powers), place).powers
    held = {factor_key(factor): exponent for factor, exponent in term.powers}
    ratios = [Fraction(held.get(factor_key(f), 0)) / Fraction(e) for f, e in pattern]
    if not ratios or any(ratio == 0 for ratio in ratios):
        return term
    least = min(ratios, key=abs)
    times = int(least)  # towards zero
    if times == 0 or any((ratio > 0) != (times > 0) for ratio in ratios):
        return term
    guards = [guard for bracket in name.brackets if decide(guard := bracket.put(place)) is not True]
    if guards and (times < 0 or any(guard not in term.brackets for guard in guards)):
        return term
    taken = {factor_key(f): times * Fraction(e) for f, e in pattern}
    kept = [(f, _whole(Fraction(e) - taken.pop(factor_key(f), Fraction(0)))) for f, e in term.powers]
    entry = Entry(name.target.tensor, tuple(e.put(place) for e in name.target.indices))
    powers = (*((f, e) for f, e in kept if e), (entry, times))
    coefficient = _whole(Fraction(term.coefficient) / Fraction(name.coefficient) ** times)
    named_ = term._replace(coefficient=coefficient, powers=powers)
    if guards and _inside_without(named_, guards):  # where a guard fails, what is named is 0
        return named_._replace(brackets=tuple(b for b in term.brackets if b not in guards))
    return named_


def _inside_without(term: Term, guards: Sequence[Bracket]) -> bool:
    """Whether every entry is within its tensor where the guards fail too."""
    kept = {bracket for bracket in term.brackets if bracket not in guards}
    return all(
        bracket in kept or decide(bracket)
        for entry in _entries(term)
        for e, size in zip(entry.indices, entry.tensor.shape, strict=True)
        for bracket in within(e, size)
    )


def _whole(value: Fraction) -> Rational:
    return value.numerator if value.denominator == 1 else value
