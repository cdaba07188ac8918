"""What a matrix form says of each entry, by the plain definitions of its operations; and its check.

The entries of the matrix form and those of the index form are made into polynomials in the entries of
the tensors and compared exactly. Nothing here knows how a form was recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import TypeAlias

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.count import count_terms, count_terms_at
from symgrad.algebra.loops import holds
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    Factor,
    Group,
    Named,
    Rational,
    ValueBracket,
)
from symgrad.algebra.unroll import layouts, whole_shape
from symgrad.derivation.matrices import (
    Constant,
    Correlation,
    Crop,
    Dilate,
    Elementwise,
    Everywhere,
    Form,
    FullConvolution,
    Hadamard,
    Indicator,
    MatMul,
    Multiple,
    Node,
    Number,
    Outer,
    OuterSum,
    Pad,
    Part,
    Power,
    Scaled,
    Shape,
    SquaredNorm,
    Sum,
    Total,
    Transpose,
    Unvec,
    Vec,
    length,
    shape_of,
)

Atom: TypeAlias = tuple[object, ...]
Monomial: TypeAlias = frozenset[tuple[Atom, int]]
Polynomial: TypeAlias = dict[Monomial, Rational]
At: TypeAlias = tuple[int, ...]
Values: TypeAlias = Mapping[Index, int]

MOST_PRODUCTS = 5_000
"""Up to this many products every entry is compared; beyond, corners and a spread of entries in between."""
_MOST_IN_ONE = 100_000
_MOST_MONOMIALS = 200_000


class UncheckableError(Exception):
    """A form that is too large to be compared, or has something in it that is no polynomial."""


def agrees(form: Form, equation: Equation) -> bool:
    """Whether the matrix form says of the entries exactly what the equation says.

    Every entry is compared where that takes at most :data:`MOST_PRODUCTS` products; otherwise as many
    entries as this allows: the corners of the target first (two at least), then places spread over it.

    Raises:
        UncheckableError: a single entry is too large.
    """
    shape = whole_shape(equation.target.shape)
    laid = [(layout, {}) for layout in layouts(equation.body, equation.axes)]  # type: ignore[var-annotated]
    front = len(form.leading)
    sizes = tuple(length(index) for index in form.axes)
    if shape_of(form.body) != shape[front:]:
        return False
    covered: set[At] = set()
    for values in product(*map(range, sizes)):
        here = dict(zip(form.axes, values, strict=True))
        covered.add(tuple(_at(e, here) for e in form.leading))
    if covered != set(product(*map(range, shape[:front]))):
        return False
    for place in _places(equation, shape):
        env = _environment(form, place[:front])
        expected: Polynomial = {}
        for layout, known in laid:
            for point in layout.points(place):
                term = _number(layout.coefficient)
                for n, (site, position) in enumerate(zip(layout.sites, point, strict=True)):
                    if (n, position) not in known:
                        known[n, position] = _raised(_of_factor(site.instance(position)), site.exponent)
                    term = _times(term, known[n, position])
                _add(expected, term)
        if entry_of(form.body, place[front:], env) != expected:
            return False
    return True


def _environment(form: Form, place: At) -> dict[Index, int]:
    """The values of the free indices at a place; each stands alone in one leading index."""
    return {lone: n for e, n in zip(form.leading, place, strict=True) if (lone := e.lone()) is not None}


def _places(equation: Equation, shape: Shape) -> Iterator[At]:
    whole = prod(shape)
    if whole + count_terms(equation.body, equation.axes) <= MOST_PRODUCTS:
        yield from product(*map(range, shape))
        return
    corners = product(*(dict.fromkeys((0, n - 1)) for n in shape))
    spread = (unflat(number, shape) for number in _spread(whole))
    seen: set[At] = set()
    spent = 0
    for place in (at for source in (corners, spread) for at in source):
        if place in seen:
            continue
        cost = 1 + count_terms_at(equation.body, equation.axes, place)
        if cost > _MOST_IN_ONE:
            raise UncheckableError
        if spent + cost > MOST_PRODUCTS and len(seen) > 1:
            return
        spent += cost
        seen.add(place)
        yield place


def _spread(whole: int) -> Iterable[int]:
    """Numbers below ``whole`` that come near all residues of its digits: steps of the golden ratio."""
    step = max(1, whole * 618 // 1000)
    return ((n * step + n) % whole for n in range(1, min(whole, MOST_PRODUCTS)))


# Polynomials.


def _number(value: Rational) -> Polynomial:
    return {frozenset(): value} if value else {}


def _atom(*atom: object) -> Polynomial:
    return {frozenset([(atom, 1)]): 1}


def _add(into: Polynomial, other: Polynomial) -> None:
    for monomial, coefficient in other.items():
        total = into.get(monomial, 0) + coefficient
        if total:
            into[monomial] = total
        else:
            into.pop(monomial, None)


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) == len(right) == 1:
        ((a, x),), ((b, y),) = left.items(), right.items()
        return {_joined(a, b): x * y}
    if len(left) * len(right) > _MOST_MONOMIALS:
        raise UncheckableError
    result: Polynomial = {}
    for a, x in left.items():
        for b, y in right.items():
            _add(result, {_joined(a, b): x * y})
    return result


def _joined(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    exponents = dict(left)
    for atom, exponent in right:
        exponents[atom] = exponents.get(atom, 0) + exponent
    return frozenset(exponents.items())


def _raised(base: Polynomial, exponent: Rational) -> Polynomial:
    if exponent == 1:
        return base
    if Fraction(exponent).denominator == 1 and exponent > 0:
        result = _number(1)
        for _ in range(int(exponent)):
            result = _times(result, base)
        return result
    return _atom("power", _frozen(base), Fraction(exponent))


def _frozen(polynomial: Polynomial) -> frozenset[tuple[Monomial, Rational]]:
    return frozenset(polynomial.items())


# The index form.


def _of_factor(factor: Factor) -> Polynomial:
    match factor:
        case Entry(tensor, indices):
            return _atom("entry", tensor.name, tuple(_at(e, {}) for e in indices))
        case Call(function, argument):
            return _atom("call", function.identifier, _frozen(_of_expression(argument)))
        case Group(inner):
            return _of_expression(inner)
        case ValueBracket(kind, inner):
            return _atom("bracket", kind, _frozen(_of_expression(inner)))
        case Named(name, _):
            return _atom("constant", name)
        case _:
            raise UncheckableError


def _of_expression(expression: Expression) -> Polynomial:
    """An expression without free indices."""
    total: Polynomial = {}
    for layout in layouts(expression, ()):
        for point in layout.points(()):
            term = _number(layout.coefficient)
            for site, position in zip(layout.sites, point, strict=True):
                term = _times(term, _raised(_of_factor(site.instance(position)), site.exponent))
            _add(total, term)
    return total


# The matrix form.


def entry_of(node: Node, at: At, env: Values) -> Polynomial:
    """The entry of a node at a place, by the definition of its operation."""
    match node:
        case Part(tensor, leading):
            return _atom("entry", tensor.name, (*(_at(e, env) for e in leading), *at))
        case Number(value):
            return _number(value)
        case Constant(name):
            return _atom("constant", name)
        case Everywhere(inner, _):
            return entry_of(inner, (), env)
        case Sum(parts):
            return _added(entry_of(part, at, env) for part in parts)
        case Scaled(coefficient, inner):
            return _times(_number(coefficient), entry_of(inner, at, env))
        case Multiple(scalar, inner):
            return _times(entry_of(scalar, (), env), entry_of(inner, at, env))
        case Hadamard(factors):
            result = _number(1)
            for factor in factors:
                result = _times(result, entry_of(factor, at, env))
            return result
        case Power(base, exponent):
            return _raised(entry_of(base, at, env), exponent)
        case Elementwise(function, inner):
            return _atom("call", function.identifier, _frozen(entry_of(inner, at, env)))
        case Indicator(kind, inner):
            return _atom("bracket", kind, _frozen(entry_of(inner, at, env)))
        case OuterSum(indices, conditions, inner):
            return _added(entry_of(inner, at, here) for here in _everywhere(indices, conditions, env))
        case _:
            return _moved(node, at, env)


def _moved(node: Node, at: At, env: Values) -> Polynomial:
    """The same for the nodes whose entries read other places than their own."""
    match node:
        case Transpose(inner):
            return entry_of(inner, at[1:] if len(shape_of(inner)) == 1 else at[::-1], env)
        case MatMul(left, right):
            i, *j = at
            inside = range(shape_of(left)[1])
            return _added(_times(entry_of(left, (i, k), env), entry_of(right, (k, *j), env)) for k in inside)
        case Outer(left, right):
            return _times(entry_of(left, at[:1], env), entry_of(right, at[1:], env))
        case Total(inner):
            return _added(entry_of(inner, place, env) for place in _box(shape_of(inner)))
        case SquaredNorm(inner):
            return _added(_raised(entry_of(inner, place, env), 2) for place in _box(shape_of(inner)))
        case Correlation(kernel, image, strides):
            return _added(
                _times(weight, entry_of(image, tuple(map(_step, strides, at, u)), env))
                for u in _box(shape_of(kernel))
                if (weight := entry_of(kernel, u, env))
            )
        case FullConvolution(left, right):
            if prod(shape_of(left)) > prod(shape_of(right)):
                left, right = right, left  # the same sum, over the fewer entries
            shape = shape_of(right)
            return _added(
                _times(weight, entry_of(right, there, env))
                for u in _box(shape_of(left))
                if _inside(there := tuple(map(int.__sub__, at, u)), shape)
                and (weight := entry_of(left, u, env))
            )
        case Dilate(inner, steps):
            if any(n % s for n, s in zip(at, steps, strict=True)):
                return {}
            return entry_of(inner, tuple(n // s for n, s in zip(at, steps, strict=True)), env)
        case Pad(inner, widths):
            there = tuple(n - p for n, p in zip(at, widths, strict=True))
            return entry_of(inner, there, env) if _inside(there, shape_of(inner)) else {}
        case Crop(inner, first, _):
            there = tuple(n + f for n, f in zip(at, first, strict=True))
            return entry_of(inner, there, env) if _inside(there, shape_of(inner)) else {}
        case Vec(inner):
            return entry_of(inner, unflat(at[0], shape_of(inner)), env)
        case Unvec(inner, shape):
            number = 0
            for n, size in zip(at, shape, strict=True):
                number = number * size + n
            return entry_of(inner, (number,), env)
        case _:
            raise UncheckableError


def _step(stride: int, start: int, further: int) -> int:
    return stride * start + further


def _added(parts: Iterable[Polynomial]) -> Polynomial:
    total: Polynomial = {}
    for part in parts:
        _add(total, part)
    return total


def _box(shape: Shape) -> Iterator[At]:
    return product(*map(range, shape))


def _inside(at: At, shape: Shape) -> bool:
    return all(0 <= n < size for n, size in zip(at, shape, strict=True))


def _everywhere(indices: tuple[Index, ...], conditions: tuple[Bracket, ...], env: Values) -> Iterator[Values]:
    for values in product(*(range(length(index)) for index in indices)):
        here = {**env, **dict(zip(indices, values, strict=True))}
        put = {index: affine(n) for index, n in here.items()}
        if all(holds(bracket.put(put)) for bracket in conditions):
            yield here


def _at(e: Affine, env: Values) -> int:
    value = e.const
    for index, coefficient in e.coefficients.items():
        if index not in env:
            raise UncheckableError
        value += coefficient * env[index]
    if not isinstance(value, int):
        raise UncheckableError
    return value
