"""Normal form: brackets eliminated, like factors and like terms merged, sums over nothing counted.

The one real algorithm is elimination: a bracket ``[c·v + r = 0]`` with v summed over is solved for v,
which is substituted away, leaving the range ``0 ≤ −r/c < n`` and, unless c = ±1, ``[c | r]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import singledispatch
from itertools import combinations
from math import isqrt
from typing import Final, NamedTuple

from symgrad.algebra import written as w
from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket, decide, solve_for, solved, within
from symgrad.algebra.keys import expression_key, factor_key, term_key
from symgrad.algebra.sizes import Polynomial, Size, size_terms
from symgrad.algebra.terms import (
    ONE,
    ZERO,
    Call,
    Entry,
    Expression,
    Factor,
    Group,
    Max,
    Named,
    Normal,
    Powers,
    Rational,
    SizeFactor,
    Term,
    ValueBracket,
    free_of_factor,
    put_in_term,
    refreshed,
)
from symgrad.errors import AlgebraError


class Solution(NamedTuple):
    """``[c·unknown + r = 0]`` solved: ``unknown = value``, where all of ``conditions`` hold."""

    bracket: Bracket
    unknown: Index
    value: Affine
    conditions: tuple[Bracket, ...]


def number(value: Rational) -> Expression:
    """A rational number as an expression."""
    return Expression((Term(_whole(value)),)) if value else ZERO


def single(factor: Factor, exponent: Rational = 1) -> Expression:
    """One factor to a power as an expression."""
    return Expression((Term(1, (), (), ((factor, exponent),)),))


def gathered(terms: Iterable[Term]) -> Expression:
    """The sum of ``terms``, each simplified, like terms merged up to renaming of bound indices."""
    simple = [term for given in terms if (term := simplified(given)) is not None]
    if len(simple) < 2:
        return Expression(tuple(simple))
    merged: dict[str, Term] = {}
    for term in simple:
        key = term_key(term)
        if key in merged:
            term = merged[key]._replace(coefficient=merged[key].coefficient + term.coefficient)
        merged[key] = term
    return Expression(tuple(t for t in merged.values() if t.coefficient))


def plus(parts: Iterable[Expression]) -> Expression:
    """The sum of expressions."""
    return gathered(term for part in parts for term in part.terms)


def times(parts: Sequence[Expression]) -> Expression:
    """The product of expressions; a sum among several factors stays in parentheses.

    Only a sign is distributed: ``−(a + b)`` becomes ``−a − b``, while ``½(a + b)`` is kept.
    """
    if any(not part.terms for part in parts):
        return ZERO
    sums = [part for part in parts if len(part.terms) > 1]
    term = Term(1)
    for part in parts:
        if len(part.terms) == 1:
            term = joined(term, part.terms[0])
    if len(sums) == 1 and term in (Term(1), Term(-1)):
        return sums[0] if term.coefficient == 1 else scaled(sums[0], -1)
    for part in sums:
        term = joined(term, Term(1, (), (), ((Group(part), 1),)))
    return gathered([term])


def distributed(left: Expression, right: Expression) -> Expression:
    """The product, multiplied out: every term of one by every term of the other."""
    return gathered(joined(a, b) for a in left.terms for b in right.terms)


def scaled(expression: Expression, factor: Rational) -> Expression:
    """``factor · expression``, term by term."""
    if not factor:
        return ZERO
    return Expression(tuple(t._replace(coefficient=_whole(t.coefficient * factor)) for t in expression.terms))


def joined(left: Term, right: Term) -> Term:
    """The product of two terms; bound indices that both bind are renewed on one side."""
    if any(index in left.bound for index in right.bound):
        right = refreshed(right)
    return Term(
        _whole(left.coefficient * right.coefficient),
        left.bound + right.bound,
        left.brackets + right.brackets,
        left.powers + right.powers,
    )


def power(base: Expression, exponent: Rational) -> Expression:
    """``base ^ exponent``.

    A product is split only where that is true: always for a whole exponent, and for a fractional one
    only over factors that are known to be positive ((xy)^½ is not x^½·y^½ for negative x and y).
    """
    exponent = _whole(exponent)
    if exponent == 1:
        return base
    if exponent == 0:
        return ONE
    if not base.terms:
        if exponent < 0:
            raise AlgebraError("division by an expression that is identically zero")
        return ZERO
    if len(base.terms) > 1 or base.terms[0].bound:
        return single(Group(base), exponent)
    coefficient, _, brackets, powers = base.terms[0]
    if brackets and exponent < 0:
        raise AlgebraError("division by an index bracket, which is 0 somewhere")
    if isinstance(exponent, int):
        value = Fraction(coefficient) ** exponent
        raised = tuple((factor, inner * exponent) for factor, inner in powers)
        return gathered([Term(_whole(value), (), brackets, raised)])
    root = _exact_power(coefficient, exponent)
    sizes = tuple((f, inner) for f, inner in powers if isinstance(f, SizeFactor))
    if coefficient > 0 and len(sizes) + (root is None) > 1 and sizes:  # √(D/2), a number once D is one
        rest = tuple(item for item in powers if item not in sizes)
        whole = Group(Expression((Term(coefficient, (), (), sizes),)))
        others = power(Expression((Term(1, (), brackets, rest),)), exponent)
        return gathered(joined(Term(1, (), (), ((whole, exponent),)), term) for term in others.terms)
    outside = tuple((f, inner * exponent) for f, inner in powers if _positive(f))
    inside = tuple((f, inner) for f, inner in powers if not _positive(f))
    if root is None and coefficient > 0:
        outside = (*outside, (Group(number(coefficient)), exponent))
    kept: Rational = 1 if coefficient > 0 else coefficient
    if inside or kept != 1:
        if len(inside) == 1 and inside[0][1] == 1 and kept == 1:
            outside = (*outside, (inside[0][0], exponent))
        else:
            outside = (*outside, (Group(Expression((Term(kept, (), (), inside),))), exponent))
    return gathered([Term(root or 1, (), brackets, outside)])


def expanded(expression: Expression) -> Expression:
    """Parentheses with whole positive exponents multiplied out: equal polynomials become equal."""
    terms: list[Term] = []
    for term in expression.terms:
        product = Expression((term._replace(powers=()),))
        plain: list[tuple[Factor, Rational]] = []
        for factor, exponent in term.powers:
            if isinstance(factor, Group) and isinstance(exponent, int) and exponent > 0:
                inner = expanded(factor.inner)
                for _ in range(exponent):
                    product = Expression(tuple(joined(a, b) for a in product.terms for b in inner.terms))
            else:
                plain.append((factor, exponent))
        terms += (t._replace(powers=(*plain, *t.powers)) for t in product.terms)
    return gathered(terms)


def products_of(expression: Expression) -> int:
    """How many products :func:`expanded` makes before any are merged; a million stands for more."""
    total = 0
    for term in expression.terms:
        product = 1
        for factor, exponent in term.powers:
            if isinstance(factor, Group) and isinstance(exponent, int) and exponent > 0:
                product = min(product * products_of(factor.inner) ** exponent, _MANY)
        total += product
    return min(total, _MANY)


_MANY: Final = 1_000_000


def same_expression(left: Expression, right: Expression) -> bool:
    """Whether the two have one normal form once multiplied out (sufficient for equality)."""
    return expression_key(expanded(left)) == expression_key(expanded(right))


def simplified(term: Term) -> Term | None:
    """The term in normal form, or None where it is zero."""
    if not term.coefficient:
        return None
    reduced = _eliminated(term)
    if reduced is None:
        return None
    coefficient, bound, brackets, powers = reduced
    powers = _merged(powers)
    for factor, _ in powers:
        if isinstance(factor, Group) and not factor.inner.terms:
            return None  # a sum that is zero; power() has refused 0 to a negative power
        if isinstance(factor, ValueBracket) and not factor.inner.terms:
            if factor.kind == ">":
                return None
            powers = tuple(power for power in powers if power[0] is not factor)  # [0 = 0] and [0 ≤ 0]
    used: set[Index] = set()
    for bracket in brackets:
        used.update(bracket.e)
    for factor, _ in powers:
        used.update(free_of_factor(factor))
    for index in bound:
        if index not in used:  # a sum over nothing is a count
            number, sizes = _size_powers(index.size)
            coefficient = coefficient * number
            powers = _merged((*powers, *sizes)) if sizes else powers
    return Term(_whole(coefficient), tuple(i for i in bound if i in used), brackets, powers)


def elimination(term: Term) -> tuple[Term | None, tuple[Solution, ...]]:
    """The term with solvable brackets solved and nothing else done, and how each was solved, in order.

    None for a term in which a bracket cannot hold.
    """
    log: list[Solution] = []
    reduced = _eliminated(term, log)
    return reduced, tuple(log)


def _eliminated(term: Term, log: list[Solution] | None = None) -> Term | None:
    """The term with solvable brackets solved, provable ones dropped; None where one cannot hold."""
    for index in term.bound:
        if index.size == 1:
            return _eliminated(_without(term, index, Affine(0, {}), ()), log)
        if index.size == 0:
            return None
    kept: list[Bracket] = []
    for bracket in term.brackets:
        holds = decide(bracket)
        if holds is False:
            return None
        if holds is None and bracket not in kept:
            kept.append(bracket)
    if _contradictory(kept):
        return None
    kept = _pinned(kept)
    bound = dict.fromkeys(term.bound)
    choices = [
        (abs(choice[1]), position, choice)
        for position, bracket in enumerate(kept)
        if bracket.kind == "=" and (choice := solve_for(bracket, bound)) is not None
    ]
    if choices:
        _, position, (index, coefficient) = min(choices, key=lambda choice: choice[:2])
        value, conditions = solved(kept[position], index, coefficient)
        rest = term._replace(brackets=tuple(kept[:position] + kept[position + 1 :]))
        if log is not None:
            log.append(Solution(kept[position], index, value, conditions))
        return _eliminated(_without(rest, index, value, conditions), log)
    kept = _unimplied(kept)
    counted = _counted(term, kept)
    return term._replace(brackets=tuple(kept)) if counted is None else _eliminated(counted, log)


def _counted(term: Term, brackets: list[Bracket]) -> Term | None:
    """``Σ_{k<n} [0 ≤ r − m·k < m]``, with k in nothing else, as ``[0 ≤ r < m·n]``: it counts one k or none.

    So what does not depend on the digits of a number stays as it is when the number is written in digits.
    """
    for k in term.bound:
        own = [bracket for bracket in brackets if k in bracket.e]
        if len(own) != 2 or any(bracket.kind != ">=" for bracket in own):
            continue
        if any(k in free_of_factor(factor) for factor, _ in term.powers):
            continue
        last = own[0].e + own[1].e
        low = next((bracket.e for bracket in own if bracket.e.coefficients[k] == -1 - last.const), None)
        if low is None or last.coefficients:
            continue
        rest = low + k * (last.const + 1)
        return Term(
            term.coefficient,
            tuple(index for index in term.bound if index is not k),
            (*(b for b in brackets if b not in own), *within(rest, (last.const + 1) * k.size)),
            term.powers,
        )
    return None


def _unimplied(brackets: list[Bracket]) -> list[Bracket]:
    """The brackets without those ``[f ≥ 0]`` that hold wherever an ``[e = 0]`` among them does.

    There f is f ± e, which may be seen to be nonnegative: 0 ≤ s·i + d·u < H follows from s·i + d·u = k.
    """
    equations = [bracket.e for bracket in brackets if bracket.kind == "="]
    if not equations:
        return brackets
    return [
        bracket
        for bracket in brackets
        if bracket.kind != ">="
        or not any(decide(Bracket(">=", bracket.e + e * sign)) for e in equations for sign in (1, -1))
    ]


def _contradictory(brackets: list[Bracket]) -> bool:
    """Whether two brackets cannot both hold: ``[i − 1 ≥ 0]`` and ``[−i ≥ 0]`` add up to −1 ≥ 0."""
    sides = [bracket.e for bracket in brackets if bracket.kind == ">="]
    return any(
        e.coefficients.keys() == f.coefficients.keys() and decide(Bracket(">=", e + f)) is False
        for e, f in combinations(sides, 2)
    )


def _pinned(brackets: list[Bracket]) -> list[Bracket]:
    """``[e ≥ 0]·[−e ≥ 0]`` as ``[e = 0]``."""
    opposite = {bracket.e * -1 for bracket in brackets if bracket.kind == ">="}
    result: list[Bracket] = []
    for bracket in brackets:
        if bracket.kind == ">=" and bracket.e in opposite:
            if not any(other.kind == "=" and other.e in (bracket.e, bracket.e * -1) for other in result):
                result.append(Bracket("=", bracket.e))
        else:
            result.append(bracket)
    return result


def _without(term: Term, index: Index, value: Affine, conditions: tuple[Bracket, ...]) -> Term:
    mapping = {index: value}
    outer = Term(term.coefficient, (), term.brackets, term.powers)
    moved = put_in_term(outer, mapping)
    return moved._replace(
        bound=tuple(i for i in term.bound if i is not index), brackets=moved.brackets + conditions
    )


def _size_powers(size: Size) -> tuple[Rational, Powers]:
    """A size as a number and powers; a product is its factors one by one, so that like ones cancel."""
    if not isinstance(size, Polynomial):
        return size, ()
    terms = size_terms(size)
    if len(terms) > 1:
        return 1, ((SizeFactor(size), 1),)
    ((coefficient, symbols),) = terms
    return coefficient, tuple((SizeFactor(Polynomial({((symbol, 1),): 1})), e) for symbol, e in symbols)


def _merged(powers: Powers) -> Powers:
    if len(powers) < 2:
        return _settled(powers)
    merged: dict[object, tuple[Factor, Rational]] = {}
    for factor, exponent in powers:
        key: object
        key = (factor.tensor.name, factor.indices) if isinstance(factor, Entry) else factor_key(factor)
        if key in merged:
            exponent = _whole(merged[key][1] + exponent)
        merged[key] = (factor, exponent)
    return _settled(tuple(merged.values()))


def _settled(powers: Powers) -> Powers:
    return tuple(
        (factor, 1 if isinstance(factor, ValueBracket) and exponent > 0 else exponent)
        for factor, exponent in powers
        if exponent
    )


def _positive(factor: Factor) -> bool:
    match factor:
        case SizeFactor():
            return True
        case Named(_, positive):
            return positive
        case Call(function, _):
            return function.name in ("exp", "sigmoid", "cosh", "softplus", "Phi", "varphi")
        case Group(inner):
            return all(not t.powers and t.coefficient > 0 for t in inner.terms)
        case _:
            return False


def _exact_power(base: Rational, exponent: Fraction | int) -> Fraction | None:
    """``base ^ exponent`` for a half-integer exponent, where it is rational."""
    value = Fraction(base)
    if value <= 0 or Fraction(exponent).denominator != 2:
        return Fraction(1) if value == 1 else None
    over, under = isqrt(value.numerator), isqrt(value.denominator)
    if over * over != value.numerator or under * under != value.denominator:
        return None
    return Fraction(over, under) ** int(Fraction(exponent) * 2)


def _whole(value: Rational) -> Rational:
    return value.numerator if value.denominator == 1 else value


@singledispatch
def normal(node: w.Written) -> Expression:
    """The normal form of an equation as written."""
    raise TypeError(f"no normal form for {type(node).__name__}")


@normal.register
def _(node: w.Quantity) -> Expression:
    coefficient, sizes = _size_powers(node.value)
    return Expression((Term(coefficient, (), (), sizes),)) if sizes else number(coefficient)


@normal.register
def _(node: w.Constant) -> Expression:
    return single(Named(node.name, node.positive))


@normal.register
def _(node: w.Read) -> Expression:
    return single(Entry(node.tensor, node.indices))


@normal.register
def _(node: w.Sum) -> Expression:
    return plus(normal(part) for part in node.parts)


@normal.register
def _(node: w.Product) -> Expression:
    return times([normal(part) for part in node.parts])


@normal.register
def _(node: w.Power) -> Expression:
    return power(normal(node.base), node.exponent)


@normal.register
def _(node: w.Apply) -> Expression:
    return single(Call(node.function, normal(node.argument)))


@normal.register
def _(node: w.Total) -> Expression:
    body = normal(node.body)
    return gathered(t._replace(bound=node.indices + t.bound) for t in body.terms)


@normal.register
def _(node: w.Iverson) -> Expression:
    return gathered([Term(1, (), node.brackets)])


@normal.register
def _(node: w.Compare) -> Expression:
    inner = normal(node.argument)
    if all(not t.powers and not t.bound and not t.brackets for t in inner.terms):
        value = sum((t.coefficient for t in inner.terms), Fraction(0))
        return ONE if {">": value > 0, "<=": value <= 0, "=": value == 0}[node.kind] else ZERO
    return single(ValueBracket(node.kind, inner))


@normal.register
def _(node: w.Maximum) -> Expression:
    kept = tuple(bracket for bracket in node.brackets if decide(bracket) is not True)
    return single(Max(node.indices, kept, normal(node.body)))


@normal.register
def _(node: Normal) -> Expression:
    return node.expression
