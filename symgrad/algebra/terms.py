"""Terms and expressions: the normal form of the index algebra.

A term is ``coefficient · Σ over bound indices · index brackets · Π factor^exponent``; an expression is
a sum of terms. The kinds of factor are closed: an entry, a function of an expression, an expression in
parentheses, a value bracket, a maximum, the selector of a first maximiser, a named constant, a size.

Scope: the bound indices of a term bind in everything inside it. Identity keeps scopes apart, so two
nested scopes never bind the same index object; whoever copies a term into the scope of another copies
it with :func:`refreshed` indices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import singledispatch
from typing import NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.sizes import Polynomial
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Comparison, Function, Written

Rational: TypeAlias = int | Fraction


class Entry(NamedTuple):
    """``T[e₁, e₂, …]``."""

    tensor: Tensor
    indices: tuple[Affine, ...]


class Call(NamedTuple):
    """``f(argument)``."""

    function: Function
    argument: Expression


class Group(NamedTuple):
    """An expression in parentheses."""

    inner: Expression


class ValueBracket(NamedTuple):
    """``[e > 0]``, ``[e ≤ 0]`` or ``[e = 0]``."""

    kind: Comparison
    inner: Expression


class Max(NamedTuple):
    """``max body`` over the positions of ``indices`` where all brackets hold."""

    indices: tuple[Index, ...]
    brackets: tuple[Bracket, ...]
    body: Expression


class FirstMaximiser(NamedTuple):
    """``[at = argmax]``: 1 where ``at`` is the first maximiser of ``maximum`` in row-major order."""

    maximum: Max
    at: tuple[Affine, ...]


class Named(NamedTuple):
    """A named real constant; ``positive`` if it is known to be."""

    name: str
    positive: bool


class SizeFactor(NamedTuple):
    """A size used as a number, such as the ``H·W`` of a mean."""

    size: Polynomial


Factor: TypeAlias = Entry | Call | Group | ValueBracket | Max | FirstMaximiser | Named | SizeFactor
Powers: TypeAlias = tuple[tuple[Factor, Rational], ...]


class Term(NamedTuple):
    """``coefficient · Σ_bound Π brackets · Π factor^exponent``."""

    coefficient: Rational
    bound: tuple[Index, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    powers: Powers = ()


class Expression:
    """A sum of terms, in the order in which a reader meets them."""

    __slots__ = ("terms",)

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms


class Normal(Written):
    """A normal form used as part of a written equation."""

    __slots__ = ("expression",)

    def __init__(self, expression: Expression) -> None:
        self.expression = expression


ZERO = Expression(())
ONE = Expression((Term(1),))


def factor_of(expression: Expression) -> Factor | None:
    """The factor that the expression is, if it is nothing but one factor."""
    if len(expression.terms) == 1:
        coefficient, bound, brackets, powers = expression.terms[0]
        if coefficient == 1 and not bound and not brackets and len(powers) == 1 and powers[0][1] == 1:
            return powers[0][0]
    return None


def lone_entry(expression: Expression) -> Entry | None:
    """The entry that the expression is, if it is nothing but one entry."""
    factor = factor_of(expression)
    return factor if isinstance(factor, Entry) else None


@singledispatch
def replaced(factor: object, mapping: Mapping[Index, Affine]) -> Factor:
    """``factor`` with free indices replaced."""
    raise TypeError(f"no rule to replace indices in {type(factor).__name__}")


@replaced.register
def _(factor: Entry, mapping: Mapping[Index, Affine]) -> Factor:
    return Entry(factor.tensor, tuple(e.put(mapping) for e in factor.indices))


@replaced.register
def _(factor: Call, mapping: Mapping[Index, Affine]) -> Factor:
    return Call(factor.function, put(factor.argument, mapping))


@replaced.register
def _(factor: Group, mapping: Mapping[Index, Affine]) -> Factor:
    return Group(put(factor.inner, mapping))


@replaced.register
def _(factor: ValueBracket, mapping: Mapping[Index, Affine]) -> Factor:
    return ValueBracket(factor.kind, put(factor.inner, mapping))


@replaced.register
def _(factor: Max, mapping: Mapping[Index, Affine]) -> Factor:
    return _replaced_max(factor, mapping)


def _replaced_max(factor: Max, mapping: Mapping[Index, Affine]) -> Max:
    indices, renaming = _renamed(factor.indices)
    both = {**mapping, **renaming}
    return Max(indices, tuple(b.put(both) for b in factor.brackets), put(factor.body, both))


@replaced.register
def _(factor: FirstMaximiser, mapping: Mapping[Index, Affine]) -> Factor:
    return FirstMaximiser(_replaced_max(factor.maximum, mapping), tuple(e.put(mapping) for e in factor.at))


@replaced.register(Named)
@replaced.register(SizeFactor)
def _(factor: Named | SizeFactor, mapping: Mapping[Index, Affine]) -> Factor:
    return factor


def put(expression: Expression, mapping: Mapping[Index, Affine]) -> Expression:
    """``expression`` with free indices replaced; bound indices are renewed, so none is captured."""
    return Expression(tuple(put_in_term(term, mapping) for term in expression.terms))


def put_in_term(term: Term, mapping: Mapping[Index, Affine]) -> Term:
    """``term`` with free indices replaced; bound indices are renewed, so none is captured."""
    bound, renaming = _renamed(term.bound)
    both = {**mapping, **renaming}
    return Term(
        term.coefficient,
        bound,
        tuple(bracket.put(both) for bracket in term.brackets),
        tuple((replaced(factor, both), exponent) for factor, exponent in term.powers),
    )


def refreshed(term: Term) -> Term:
    """The same term with new bound indices, inside too."""
    return put_in_term(term, {})


def _renamed(indices: tuple[Index, ...]) -> tuple[tuple[Index, ...], dict[Index, Affine]]:
    new = tuple(index.again() for index in indices)
    return new, {old: affine(young) for old, young in zip(indices, new, strict=True)}


@singledispatch
def free_of_factor(factor: object) -> Iterator[Index]:
    """The free indices of a factor, in reading order, with repetitions."""
    raise TypeError(f"no rule to find the indices of {type(factor).__name__}")


@free_of_factor.register
def _(factor: Entry) -> Iterator[Index]:
    for e in factor.indices:
        yield from e


@free_of_factor.register
def _(factor: Call) -> Iterator[Index]:
    return free_indices(factor.argument)


@free_of_factor.register
def _(factor: Group) -> Iterator[Index]:
    return free_indices(factor.inner)


@free_of_factor.register
def _(factor: ValueBracket) -> Iterator[Index]:
    return free_indices(factor.inner)


@free_of_factor.register
def _(factor: Max) -> Iterator[Index]:
    inner = [i for bracket in factor.brackets for i in bracket.e]
    inner += free_indices(factor.body)
    return (i for i in inner if i not in factor.indices)


@free_of_factor.register
def _(factor: FirstMaximiser) -> Iterator[Index]:
    yield from free_of_factor(factor.maximum)
    for e in factor.at:
        yield from e


@free_of_factor.register(Named)
@free_of_factor.register(SizeFactor)
def _(factor: Named | SizeFactor) -> Iterator[Index]:
    return iter(())


def free_indices(expression: Expression) -> Iterator[Index]:
    """The free indices of an expression, in reading order, with repetitions."""
    for term in expression.terms:
        for bracket in term.brackets:
            yield from (i for i in bracket.e if i not in term.bound)
        for factor, _ in term.powers:
            yield from (i for i in free_of_factor(factor) if i not in term.bound)


def entries(expression: Expression) -> Iterator[Entry]:
    """Every entry that occurs in the expression, at any depth."""
    for term in expression.terms:
        for factor, _ in term.powers:
            yield from entries_of_factor(factor)


def entries_of_factor(factor: Factor) -> Iterator[Entry]:
    """Every entry that occurs in the factor, at any depth."""
    if isinstance(factor, Entry):
        yield factor
    else:
        for inner in inner_expressions(factor):
            yield from entries(inner)


def factors_at_any_depth(expression: Expression) -> Iterator[Factor]:
    """Every factor of the expression, and every factor inside one."""
    for term in expression.terms:
        for factor, _ in term.powers:
            yield factor
            for inner in inner_expressions(factor):
                yield from factors_at_any_depth(inner)


def inner_expressions(factor: Factor) -> tuple[Expression, ...]:
    """The expressions that a factor is made of."""
    match factor:
        case Call(_, inner) | Group(inner) | ValueBracket(_, inner) | Max(_, _, inner):
            return (inner,)
        case FirstMaximiser(maximum, _):
            return (maximum.body,)
        case _:
            return ()
