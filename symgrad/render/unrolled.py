"""Unrolled formulas: for each entry of an equation's target its terms, spelled in one notation.

Most terms are products of entries; their texts are joined from one table per factor, so that a term
costs a join and no object. Whatever is not (like terms to be merged, quotients) goes the general way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product as box
from typing import NamedTuple, TypeAlias

from symgrad.algebra.affine import affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.program import Equation
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    FirstMaximiser,
    Group,
    Max,
    Named,
    Powers,
    Rational,
    SizeFactor,
    Term,
    ValueBracket,
    put,
)
from symgrad.algebra.unroll import Layout, Point, Site, distinct, layouts, unflat, whole_shape
from symgrad.errors import RenderError
from symgrad.render.notation import Atom, Notation, Sort, product, signed_sum

_ORDER: dict[Sort, int] = {"number": 0, "entry": 1, "derivative": 2, "call": 3, "group": 4, "bracket": 5}


class Unrolled(NamedTuple):
    """One formula: its terms in reading order without signs, which are negative, and its rows.

    ``negative`` is None where no term is; ``rows`` holds the number of terms in each structural row.
    ``ends`` names for each term the adjoint entry in it, by (tensor name, flat position), where asked.
    """

    position: int
    terms: list[str]
    negative: list[bool] | None
    rows: list[int]


Speller: TypeAlias = Callable[[Point], tuple[list[str], int]]


def unrolled(
    equation: Equation, notation: Notation, positions: Sequence[int] | None = None
) -> Iterator[Unrolled]:
    """The formulas of the wanted entries (None: all), in the order of their positions."""
    shape = whole_shape(tuple(index.size for index in equation.axes))
    body = in_reading_order(equation.body)
    formula = _speller(body, equation.axes, notation)
    if positions is None:
        for position, values in enumerate(box(*map(range, shape))):
            yield formula(position, values)
    else:
        for position in positions:
            yield formula(position, unflat(position, shape))


def in_reading_order(expression: Expression) -> Expression:
    """The expression with the factors of each term in the order in which they are printed.

    Numbers, entries of inputs and intermediates, parameters, adjoints: ``a1·∂L/∂z1``. Where a function, a
    parenthesis or a bracket follows, the adjoint leads: ``∂L/∂h1·h1·(1 − h1)``.
    """
    return Expression(tuple(t._replace(powers=_ordered(t.powers)) for t in expression.terms))


def _ordered(powers: Powers) -> Powers:
    local = any(sort_of(factor) in ("call", "group", "bracket") for factor, _ in powers)

    def place(item: tuple[Factor, Rational]) -> tuple[float, bool]:
        sort = sort_of(item[0])
        parameter = isinstance(item[0], Entry) and item[0].tensor.role == "parameter"
        return (0.5 if local and sort == "derivative" else _ORDER[sort]), parameter

    return tuple(sorted(powers, key=place))


def sort_of(factor: Factor) -> Sort:
    """The sort of a factor."""
    match factor:
        case Entry(tensor, _):
            return "derivative" if tensor.role == "adjoint" else "entry"
        case Call():
            return "call"
        case Group() | Max():
            return "group" if isinstance(factor, Group) else "call"
        case ValueBracket() | FirstMaximiser():
            return "bracket"
        case Named() | SizeFactor():
            return "number"


def _speller(
    body: Expression, axes: tuple[object, ...], notation: Notation
) -> Callable[[int, Point], Unrolled]:
    placed = layouts(body, axes)  # type: ignore[arg-type]  # axes of an equation
    negative = [layout.coefficient < 0 for layout in placed]
    if not distinct(body) or any(e < 0 for layout in placed for e in _exponents(layout)):
        return _merging(placed, notation)
    parts = [_joining(layout, notation) for layout in placed]
    if len(parts) == 1 and not negative[0]:
        (spell,), (layout,) = parts, placed

        def one(position: int, values: Point) -> Unrolled:
            terms = spell(layout.points(values))
            row = layout.row(values)
            return Unrolled(position, terms, None, [row] * (len(terms) // row) if terms else [])

        return one

    def several(position: int, values: Point) -> Unrolled:
        terms: list[str] = []
        signs: list[bool] = []
        rows: list[int] = []
        for layout, spell, minus in zip(placed, parts, negative, strict=True):
            found = spell(layout.points(values))
            if found:
                row = layout.row(values)
                terms += found
                signs += [minus] * len(found)
                rows += [row] * (len(found) // row)
        return Unrolled(position, terms, signs if any(signs) else None, rows)

    return several


def _exponents(layout: Layout) -> Iterator[Rational]:
    return (site.exponent for site in layout.sites)


def _joining(layout: Layout, notation: Notation) -> Callable[[list[Point]], list[str]]:
    """The texts of products, each joined from one table per factor."""
    head = _coefficient(layout.coefficient, notation, bare=bool(layout.sites))
    if not layout.sites:
        return lambda points: [head] * len(points)
    before: Sort | None = "number" if head else None
    tables: list[Sequence[str]] = []
    for site in layout.sites:
        sort = sort_of(site.factor)
        joint = head if before == "number" and not tables else ""
        if before is not None:
            joint += notation.joint(before, sort)
        tables.append(_Prefixed(table(site, notation), joint) if joint else table(site, notation))
        before = sort
    match tables:
        case [a]:
            return lambda points: [a[p] for (p,) in points]
        case [a, b]:
            return lambda points: [a[p] + b[q] for p, q in points]
        case [a, b, c]:
            return lambda points: [a[p] + b[q] + c[r] for p, q, r in points]
        case _:
            return lambda points: [
                "".join([t[p] for t, p in zip(tables, point, strict=True)]) for point in points
            ]


def _Prefixed(texts: Sequence[str], prefix: str) -> Sequence[str]:
    if isinstance(texts, _Lazy):
        return _Lazy(lambda position: prefix + texts[position])
    return [prefix + text for text in texts]


class _Lazy(dict[int, str]):
    """A table filled as it is read."""

    def __init__(self, fill: Callable[[int], str]) -> None:
        super().__init__()
        self.fill = fill

    def __missing__(self, position: int) -> str:
        text = self[position] = self.fill(position)
        return text


def table(site: Site, notation: Notation) -> Sequence[str]:
    """The texts of a factor to its power, by position in its site."""
    if site.entry is not None:
        plain = notation.entries(site.entry.tensor)
        spell = _around(site.factor, notation)
        if spell is None and site.exponent == 1:
            return plain
        sort = sort_of(site.factor)
        atoms = (Atom(spell(text) if spell else text, sort) for text in plain)
        return [atom.text if site.exponent == 1 else notation.power(atom, site.exponent) for atom in atoms]
    return _Lazy(lambda position: _powered(site.instance(position), site.exponent, notation).text)  # type: ignore[return-value]  # read by position only


def _around(factor: Factor, notation: Notation) -> Callable[[str], str] | None:
    match factor:
        case Call(function, _):
            return lambda text: notation.call(function, text)
        case ValueBracket(kind, _):
            return lambda text: notation.bracket(kind, text)
        case _:
            return None


def _coefficient(value: Rational, notation: Notation, *, bare: bool) -> str:
    size = abs(value)
    return "" if bare and size == 1 else notation.number(size)


def _powered(factor: Factor, exponent: Rational, notation: Notation) -> Atom:
    atom = Atom(concrete(factor, notation), sort_of(factor))
    return atom if exponent == 1 else Atom(notation.power(atom, exponent), atom.sort)


def concrete(factor: Factor, notation: Notation) -> str:
    """A factor whose indices are whole numbers.

    Raises:
        RenderError: a kind of factor that has no scalar spelling.
    """
    match factor:
        case Entry(tensor, indices):
            position = 0
            for e, size in zip(indices, whole_shape(tensor.shape), strict=True):
                position = position * size + int(e.const)  # type: ignore[arg-type]  # concrete
            return notation.entries(tensor)[position]
        case Call(function, argument):
            return notation.call(function, spelled(argument, notation))
        case Group(inner):
            return notation.group(spelled(inner, notation))
        case ValueBracket(kind, inner):
            return notation.bracket(kind, spelled(inner, notation))
        case Max(indices, brackets, body):
            parts = []
            for values in box(*(range(n) for n in whole_shape(tuple(i.size for i in indices)))):
                here = {index: affine(value) for index, value in zip(indices, values, strict=True)}
                if all(decide(bracket.put(here)) for bracket in brackets):
                    parts.append(spelled(put(body, here), notation))
            return notation.maximum(parts)
        case Named(name, _):
            return notation.constant(name)
        case SizeFactor() | FirstMaximiser():
            raise RenderError(f"there is no scalar notation for {type(factor).__name__}")


def spelled(expression: Expression, notation: Notation) -> str:
    """An expression without free indices, on one line."""
    formula = _speller(in_reading_order(expression), (), notation)(0, ())
    signs = formula.negative or [False] * len(formula.terms)
    return signed_sum(notation, list(zip(signs, formula.terms, strict=True)))


def _merging(placed: tuple[Layout, ...], notation: Notation) -> Callable[[int, Point], Unrolled]:
    """The general way: monomials as data, like ones merged, quotients as fractions."""
    bases = [[_bases(site, notation) for site in layout.sites] for layout in placed]

    def formula(position: int, values: Point) -> Unrolled:
        merged: dict[tuple[tuple[Atom, Rational], ...], Rational] = {}
        order: dict[tuple[tuple[Atom, Rational], ...], tuple[tuple[Atom, Rational], ...]] = {}
        for layout, columns in zip(placed, bases, strict=True):
            for point in layout.points(values):
                powers: dict[Atom, Rational] = {}
                for site, base, place in zip(layout.sites, columns, point, strict=True):
                    atom = base[place]
                    powers[atom] = powers.get(atom, 0) + site.exponent
                monomial = tuple((atom, e) for atom, e in powers.items() if e)
                key = tuple(sorted(monomial))
                merged[key] = merged.get(key, 0) + layout.coefficient
                order.setdefault(key, monomial)
        kept = [(order[key], value) for key, value in merged.items() if value]
        terms = [_quotient(abs(value), monomial, notation) for monomial, value in kept]
        signs = [value < 0 for _, value in kept]
        return Unrolled(position, terms, signs if any(signs) else None, [1] * len(terms))

    return formula


def _bases(site: Site, notation: Notation) -> _AtomTable:
    sort = sort_of(site.factor)
    texts = table(site._replace(exponent=1), notation)
    return _AtomTable(lambda position: Atom(texts[position], sort))


class _AtomTable(dict[int, Atom]):
    """Atoms by position, made as they are read."""

    def __init__(self, fill: Callable[[int], Atom]) -> None:
        super().__init__()
        self.fill = fill

    def __missing__(self, position: int) -> Atom:
        atom = self[position] = self.fill(position)
        return atom


def _quotient(value: Rational, monomial: Sequence[tuple[Atom, Rational]], notation: Notation) -> str:
    """A positive coefficient times powers of atoms, those with negative exponents below the line."""
    over = [_to(atom, exponent, notation) for atom, exponent in monomial if exponent > 0]
    under = [_to(atom, -exponent, notation) for atom, exponent in monomial if exponent < 0]
    if not under:
        number = [] if over and value == 1 else [Atom(notation.number(value), "number")]
        return product(notation, [*number, *over])
    top, bottom = Fraction(value).numerator, Fraction(value).denominator
    if top != 1 or not over:
        over.insert(0, Atom(notation.number(top), "number"))
    if bottom != 1:
        under.insert(0, Atom(notation.number(bottom), "number"))
    return notation.fraction(product(notation, over), product(notation, under))


def _to(atom: Atom, exponent: Rational, notation: Notation) -> Atom:
    return atom if exponent == 1 else Atom(notation.power(atom, exponent), atom.sort)


