"""Unrolled formulas: for each entry of an equation's target its terms, spelled in one notation.

Most terms are products of entries; their texts are joined from one table per factor, so that a term
costs a join and no object. Whatever is not (like terms to be merged, quotients) goes the general way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product as box
from itertools import starmap
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.normal import scaled
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor
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
    ValueBracket,
    factor_of,
    put,
)
from symgrad.algebra.unroll import Layout, Point, Site, distinct, layouts, whole_shape
from symgrad.algebra.written import Comparison
from symgrad.errors import RenderError
from symgrad.render.notation import Atom, Notation, Relation, Sort, product, signed_sum

_ORDER: dict[Sort, int] = {
    "number": 0, "entry": 1, "indexed": 1, "derivative": 2, "call": 3, "group": 4, "bracket": 5,
}  # fmt: skip
_FLAT_RANK = 2
_FLIPPED: dict[Comparison, Relation] = {">": "<", "<=": ">=", "=": "="}


class Unrolled(NamedTuple):
    """One formula: its terms in reading order without signs, which are negative, and its rows.

    ``negative`` is None where no term is; ``rows`` is the number of terms in each structural row, one
    number where it is the same for all.
    """

    position: int
    terms: list[str]
    negative: list[bool] | None
    rows: int | tuple[int, ...]


Monomial: TypeAlias = tuple[tuple[Atom, Rational], ...]
Speller: TypeAlias = Callable[[int, Point], Unrolled]
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class ByPosition(Protocol[T_co]):
    """What can be read at a flat position."""

    def __getitem__(self, position: int, /) -> T_co:
        """What is there."""


def unrolled(
    equation: Equation, notation: Notation, positions: Sequence[int] | None = None
) -> Iterator[Unrolled]:
    """The formulas of the wanted entries (None: all), in the order of their positions."""
    shape = whole_shape(tuple(index.size for index in equation.axes))
    formula = _speller(in_reading_order(equation.body), equation.axes, notation)
    if positions is None:
        return starmap(formula, enumerate(box(*map(range, shape))))
    return (formula(position, unflat(position, shape)) for position in positions)


def in_reading_order(expression: Expression) -> Expression:
    """The expression with the factors of each term in the order in which they are printed.

    Numbers, entries of inputs and intermediates, parameters, adjoints: ``a1·∂L/∂z1``. Where a function, a
    parenthesis or a bracket follows, the adjoint leads: ``∂L/∂h1·h1·(1 − h1)``. An expression that is
    nothing but a parenthesis is printed without it.
    """
    whole = factor_of(expression)
    if isinstance(whole, Group):
        return in_reading_order(whole.inner)
    return Expression(tuple(t._replace(powers=_ordered(t.powers)) for t in expression.terms))


def _ordered(powers: Powers) -> Powers:
    def sort_in_order(factor: Factor) -> Sort:
        return "number" if _constant(factor) else sort_of(factor)

    local = any(sort_in_order(factor) in ("call", "group", "bracket") for factor, _ in powers)

    def place(item: tuple[Factor, Rational]) -> tuple[float, bool]:
        sort = sort_in_order(item[0])
        parameter = isinstance(item[0], Entry) and item[0].tensor.role == "parameter"
        return (0.5 if local and sort == "derivative" else _ORDER[sort]), parameter

    return tuple(sorted(powers, key=place))


def _constant(factor: Factor) -> bool:
    """Whether the factor is a parenthesis of numbers and named constants: ``(1 − ρ)``, the 2 of ``√2``."""
    if not isinstance(factor, Group):
        return False
    return all(isinstance(inner, Named) for term in factor.inner.terms for inner, _ in term.powers)


def sort_of(factor: Factor, flat_rank: int = _FLAT_RANK) -> Sort:
    """The sort of a factor; an entry with more than ``flat_rank`` indices is printed with all of them."""
    match factor:
        case Entry(tensor, _):
            return sort_of_entry(tensor, flat_rank)
        case Group():
            return "group"
        case Call() | Max():
            return "call"
        case ValueBracket() | FirstMaximiser():
            return "bracket"
        case Named() | SizeFactor():
            return "number"


def sort_of_entry(tensor: Tensor, flat_rank: int = _FLAT_RANK) -> Sort:
    """The sort of a tensor's entries."""
    if tensor.is_derivative:
        return "derivative"
    return "indexed" if len(tensor.shape) > flat_rank else "entry"


def _speller(body: Expression, axes: tuple[Index, ...], notation: Notation) -> Speller:
    placed = layouts(body, axes)
    if not distinct(body) or any(site.exponent < 0 for layout in placed for site in layout.sites):
        return _merging(placed, notation)
    negative = [layout.coefficient < 0 for layout in placed]
    parts = [_joining(layout, notation) for layout in placed]
    if len(parts) == 1 and not negative[0]:
        (spell,), (layout,) = parts, placed
        points, row = layout.points, layout.row
        return lambda position, values: Unrolled(position, spell(points(values)), None, row(values))

    def several(position: int, values: Point) -> Unrolled:
        terms: list[str] = []
        signs: list[bool] = []
        rows: list[int] = []
        for layout, spell, minus in zip(placed, parts, negative, strict=True):
            found = spell(layout.points(values))
            if not found:
                continue
            row = layout.row(values)
            if len(found) == 1 and rows:
                rows[-1] += 1  # a bias ends the last row of the kernel
            else:
                rows += [row] * (len(found) // row)
            terms += found
            signs += [minus] * len(found)
        return Unrolled(position, terms, signs if any(signs) else None, tuple(rows))

    return several


def _joining(layout: Layout, notation: Notation) -> Callable[[list[Point]], list[str]]:
    """The texts of products, each joined from one table per factor."""
    head = _coefficient(layout.coefficient, notation, bare=bool(layout.sites))
    if not layout.sites:
        return lambda points: [head] * len(points)
    before: Sort | None = "number" if head else None
    tables: list[ByPosition[str]] = []
    for site in layout.sites:
        sort = sort_of(site.factor)
        joint = notation.joint(before, sort) if before is not None else ""
        prefix = joint if tables else head + joint
        texts = table(site, notation)
        tables.append(_prefixed(texts, prefix) if prefix else texts)
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


def _prefixed(texts: ByPosition[str], prefix: str) -> ByPosition[str]:
    if isinstance(texts, list):
        return [prefix + text for text in texts]
    return _Filled(lambda position: prefix + texts[position])


class _Filled(dict[int, T]):
    """A table filled as it is read."""

    def __init__(self, fill: Callable[[int], T]) -> None:
        super().__init__()
        self.fill = fill

    def __missing__(self, position: int) -> T:
        found = self[position] = self.fill(position)
        return found


def table(site: Site, notation: Notation) -> ByPosition[str]:
    """The texts of a factor to its power, by position in its site."""
    if site.entry is None:
        return _Filled(lambda position: _powered(site.instance(position), site.exponent, notation).text)
    texts = notation.entries(site.entry.tensor)
    if not isinstance(site.factor, Entry):
        texts = [_around(site.factor, text, notation) for text in texts]
    if site.exponent == 1:
        return texts
    sort = sort_of(site.factor)
    return [notation.power(Atom(text, sort), site.exponent) for text in texts]


def _around(factor: Factor, inner: str, notation: Notation) -> str:
    """A factor with a spelled entry inside it."""
    match factor:
        case Call(function, _):
            return notation.call(function, inner)
        case ValueBracket(kind, _):
            return notation.bracket(kind, inner, "0")
        case _:
            return notation.group(inner)


def compared(kind: Comparison, inner: Expression) -> tuple[Relation, Expression, Expression]:
    """A value bracket as it is read: what varies on the left, numbers on the right."""
    fixed = [t for t in inner.terms if not (t.bound or t.brackets or t.powers)]
    varying = [t for t in inner.terms if t.bound or t.brackets or t.powers]
    sign = -1 if varying and varying[0].coefficient < 0 else 1
    left = scaled(Expression(tuple(varying)), sign)
    right = scaled(Expression(tuple(fixed)), -sign)
    return _FLIPPED[kind] if sign < 0 else kind, left, right


def _coefficient(value: Rational, notation: Notation, *, bare: bool) -> str:
    size = value if value >= 0 else -value
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
                position = position * size + _concrete(e.const)
            return notation.entries(tensor)[position]
        case Call(function, argument):
            return notation.call(function, spelled(argument, notation))
        case Group(inner):
            return notation.group(spelled(inner, notation))
        case ValueBracket(kind, inner):
            relation, left, right = compared(kind, inner)
            return notation.bracket(relation, spelled(left, notation), spelled(right, notation))
        case Max():
            return notation.maximum(list(_candidates(factor, notation).values()))
        case FirstMaximiser(maximum, at):
            candidates = _candidates(maximum, notation)
            place = tuple(_concrete(e.const) for e in at)
            if place not in candidates:
                return notation.number(0)
            return notation.first_greatest(list(candidates.values()), list(candidates).index(place))
        case Named(name, _):
            return notation.constant(name)
        case SizeFactor():
            raise RenderError(f"there is no scalar notation for {type(factor).__name__}")


def _candidates(maximum: Max, notation: Notation) -> dict[Point, str]:
    """The spelled body at each place over which a maximum is taken, in row-major order."""
    found: dict[Point, str] = {}
    for values in box(*(range(n) for n in whole_shape(tuple(i.size for i in maximum.indices)))):
        here = {index: affine(value) for index, value in zip(maximum.indices, values, strict=True)}
        if all(decide(bracket.put(here)) for bracket in maximum.brackets):
            found[values] = spelled(put(maximum.body, here), notation)
    return found


def _concrete(number: Size) -> int:
    if not isinstance(number, int):
        raise RenderError(f"an entry at {number}, which is no whole number, has no scalar notation")
    return number


def spelled(expression: Expression, notation: Notation) -> str:
    """An expression without free indices, on one line."""
    formula = _speller(in_reading_order(expression), (), notation)(0, ())
    signs = formula.negative or [False] * len(formula.terms)
    return signed_sum(notation, list(zip(signs, formula.terms, strict=True)))


def _merging(placed: tuple[Layout, ...], notation: Notation) -> Speller:
    """The general way: monomials as data, like ones merged, quotients as fractions."""
    bases = [[_bases(site, notation) for site in layout.sites] for layout in placed]

    def formula(position: int, values: Point) -> Unrolled:
        merged: dict[Monomial, Rational] = {}
        order: dict[Monomial, Monomial] = {}
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
        signs = [value < 0 for _, value in kept]
        terms = _terms(kept, notation)
        return Unrolled(position, terms, signs if any(signs) else None, 1)

    return formula


def _terms(kept: Sequence[tuple[Monomial, Rational]], notation: Notation) -> list[str]:
    """The terms without signs; a number that they all have stands once, before a parenthesis around them."""
    monomials, values = [monomial for monomial, _ in kept], [value for _, value in kept]
    common = values[0] if len(set(values)) == 1 and len(values) > 1 else 1
    if common == 1 or common < 0 or any(e < 0 for monomial in monomials for _, e in monomial):
        return [quotient(value if value >= 0 else -value, monomial, notation) for monomial, value in kept]
    terms = [quotient(1, monomial, notation) for monomial in monomials]
    before, after = notation.common(notation.number(common))
    return [before + terms[0], *terms[1:-1], terms[-1] + after]


def _bases(site: Site, notation: Notation) -> ByPosition[Atom]:
    sort = sort_of(site.factor)
    texts = table(site._replace(exponent=1), notation)
    return _Filled(lambda position: Atom(texts[position], sort))


def quotient(value: Rational, monomial: Monomial, notation: Notation) -> str:
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
