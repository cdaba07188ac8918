"""Canonical keys: equal texts for terms that are equal up to the names of their bound indices.

Free indices are labelled by their identity, bound ones by the position that the least text gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from itertools import permutations, product
from math import factorial, prod

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.sizes import size_text
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Named,
    SizeFactor,
    Term,
    ValueBracket,
)

_MOST_ORDERINGS = 5040

Labels = Mapping[Index, str]
_NONE: Labels = {}


def expression_key(expression: Expression, labels: Labels = _NONE) -> str:
    """The same text for expressions that differ only in the order of terms and in bound names."""
    parts = sorted(f"{term.coefficient}*{term_key(term, labels)}" for term in expression.terms)
    return " + ".join(parts) or "0"


def term_key(term: Term, labels: Labels = _NONE) -> str:
    """The term's canonical text without its coefficient: what like terms have in common."""
    if not term.bound:
        return _body_key(term, labels)
    depth = len(labels)
    return min(
        "sum("
        + ",".join(size_text(index.size) for index in order)
        + ")"
        + _body_key(term, {**labels, **{index: f"b{depth + n}" for n, index in enumerate(order)}})
        for order in _orders(term, labels)
    )


def _orders(term: Term, labels: Labels) -> list[tuple[Index, ...]]:
    """Candidate orders of the bound indices: one where their roles differ, all where they agree."""
    if len(term.bound) == 1:
        return [term.bound]
    blank = {**labels, **dict.fromkeys(term.bound, "_")}
    roles: dict[str, list[Index]] = {}
    for index in term.bound:
        role = size_text(index.size) + " " + _body_key(term, {**blank, index: "@"})
        roles.setdefault(role, []).append(index)
    classes = [roles[role] for role in sorted(roles)]
    if prod(factorial(len(members)) for members in classes) > _MOST_ORDERINGS:
        return [tuple(index for members in classes for index in members)]
    return [
        tuple(index for members in choice for index in members)
        for choice in product(*(list(permutations(members)) for members in classes))
    ]


def _body_key(term: Term, labels: Labels) -> str:
    brackets = sorted(_bracket_key(bracket, labels) for bracket in term.brackets)
    powers = sorted(f"{factor_key(factor, labels)}^{exponent}" for factor, exponent in term.powers)
    return "*".join(brackets + powers)


def _affine_key(e: Affine, labels: Labels) -> str:
    parts = sorted(
        f"{size_text(coefficient)}{labels.get(index) or repr(index)}"
        for index, coefficient in e.coefficients.items()
    )
    if e.const or not parts:
        parts.append(size_text(e.const))
    return "+".join(parts)


def _bracket_key(bracket: Bracket, labels: Labels) -> str:
    if bracket.kind == "=":  # [e = 0] and [−e = 0] are one condition
        return "[=" + min(_affine_key(bracket.e, labels), _affine_key(-bracket.e, labels)) + "]"
    return f"[{bracket.kind}{bracket.divisor}:{_affine_key(bracket.e, labels)}]"


@singledispatch
def factor_key(factor: Factor, labels: Labels = _NONE) -> str:
    """The same text for equal factors."""
    raise TypeError(f"no key for {type(factor).__name__}")


@factor_key.register
def _(factor: Entry, labels: Labels = _NONE) -> str:
    return factor.tensor.name + "[" + ",".join(_affine_key(e, labels) for e in factor.indices) + "]"


@factor_key.register
def _(factor: Call, labels: Labels = _NONE) -> str:
    return f"{factor.function.identifier}({expression_key(factor.argument, labels)})"


@factor_key.register
def _(factor: Group, labels: Labels = _NONE) -> str:
    return f"({expression_key(factor.inner, labels)})"


@factor_key.register
def _(factor: ValueBracket, labels: Labels = _NONE) -> str:
    return f"[{expression_key(factor.inner, labels)} {factor.kind} 0]"


@factor_key.register
def _(factor: Max, labels: Labels = _NONE) -> str:
    depth = len(labels)
    inner = {**labels, **{index: f"b{depth + n}" for n, index in enumerate(factor.indices)}}
    sizes = ",".join(size_text(index.size) for index in factor.indices)
    brackets = "".join(sorted(_bracket_key(bracket, inner) for bracket in factor.brackets))
    return f"max({sizes}|{brackets}){expression_key(factor.body, inner)}"


@factor_key.register
def _(factor: FirstMaximiser, labels: Labels = _NONE) -> str:
    at = ",".join(_affine_key(e, labels) for e in factor.at)
    return f"[{at} = arg {factor_key(factor.maximum, labels)}]"


@factor_key.register
def _(factor: Named, labels: Labels = _NONE) -> str:
    return f"<{factor.name}>"


@factor_key.register
def _(factor: SizeFactor, labels: Labels = _NONE) -> str:
    return f"<{size_text(factor.size)}>"
