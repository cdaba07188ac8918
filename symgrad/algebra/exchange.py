"""Exchange with SymPy, the only place where the algebra and SymPy meet.

Outwards an equation is unrolled, one entry at a time: entries are plain symbols called by their
identifiers, sums and products are SymPy's own, so what comes out equals what a hand would build.
Inwards an expression is walked node by node; no text is ever parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import singledispatch
from itertools import product
from typing import Any, Final, NamedTuple

import sympy
from sympy.core.function import AppliedUndef

from symgrad.algebra import functions
from symgrad.algebra import written as w
from symgrad.algebra.affine import affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.functions import DECIMALS, FUNCTIONS
from symgrad.algebra.identifiers import identifier, identifiers
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.substitute import (
    Condition,
    First,
    Greatest,
    Leaf,
    Nested,
    Parenthesis,
    Piece,
    Value,
    within,
)
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
    Rational,
    SizeFactor,
    ValueBracket,
    put,
)
from symgrad.algebra.unroll import Layout, Point, Site, layouts, whole_shape
from symgrad.algebra.written import Function
from symgrad.errors import AlgebraError, BudgetError, quoted

DEEPEST = 100
"""The deepest nesting of a SymPy expression that is read."""

MOST_NODES = 1_000_000
"""The most parts, at any depth, of a SymPy expression that is read."""

LARGEST_EXPONENT = 1000
"""The largest numerator or denominator of an exponent that is read."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
"""What a symbol or an unknown function may be called."""


class Spelling(NamedTuple):
    """How SymPy spells a function's value, a power, and an expression in parentheses."""

    call: Callable[[Function, Any], Any]
    power: Callable[[Any, Rational], Any]
    group: Callable[[Any], Any]


def symbol(tensor: Tensor, position: int) -> Any:
    """The symbol of the entry at a flat position."""
    return sympy.Symbol(identifier(tensor, position))


def symbols(tensor: Tensor) -> Any:
    """The tensor as an immutable SymPy array of its symbols; a single number as its symbol."""
    names = [sympy.Symbol(name) for name in identifiers(tensor)]
    return sympy.ImmutableDenseNDimArray(names, tensor.shape) if tensor.shape else names[0]


def to_sympy(equation: Equation, values: Point) -> Any:
    """The right side of ``equation`` at one entry of its target, unrolled, as a SymPy expression.

    Raises:
        AlgebraError: if a size is symbolic.
    """
    shape = whole_shape(equation.target.shape)
    flat = 0
    for value, size in zip(values, shape, strict=True):
        flat = flat * size + value
    return Unrolled(equation).at(flat)


class Unrolled:
    """An equation laid out once, whose entries are made as SymPy expressions when they are asked for."""

    def __init__(self, equation: Equation, spelling: Spelling | None = None) -> None:
        self.equation = equation
        self._spelling = spelling or PLAIN
        self._shape = whole_shape(equation.target.shape)
        self._layouts = layouts(equation.body, equation.axes)
        self._made: dict[tuple[int, int, int], Any] = {}

    def summands(self, position: int) -> Iterator[Any]:
        """The products whose sum is the entry at a flat position, in reading order."""
        values = unflat(position, self._shape)
        for n, layout in enumerate(self._layouts):
            yield from self._products(n, layout, values)

    def at(self, position: int) -> Any:
        """The expression for the entry at a flat position."""
        return sympy.Add(*self.summands(position))

    def _products(self, n: int, layout: Layout, values: Point) -> Iterator[Any]:
        coefficient = _number(layout.coefficient)
        for point in layout.points(values):
            factors = [
                self._factor((n, m, at), site)
                for m, (site, at) in enumerate(zip(layout.sites, point, strict=True))
            ]
            yield sympy.Mul(coefficient, *factors)

    def _factor(self, key: tuple[int, int, int], site: Site) -> Any:
        if key not in self._made:
            base = _factor(site.instance(key[2]), self._spelling)
            self._made[key] = base if site.exponent == 1 else self._spelling.power(base, site.exponent)
        return self._made[key]


def _call(function: Function, argument: Any) -> Any:
    if function.abstract:
        return _unknown(function, argument)
    return _CALLS[function.name](argument)


def _unknown(function: Function, argument: Any) -> Any:
    """``f(x)`` and its derivatives as ``sympy.diff`` writes them."""
    f, order = sympy.Function(function.name), function.order
    if not order:
        return f(argument)
    if argument.is_Symbol or isinstance(argument, AppliedUndef):
        return sympy.Derivative(f(argument), (argument, order))
    inside = sympy.Dummy("xi_1")
    return sympy.Subs(sympy.Derivative(f(inside), (inside, order)), inside, argument)


_CALLS: dict[str, Callable[[Any], Any]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "tanh": sympy.tanh,
    "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
    "relu": lambda x: sympy.Max(0, x),
    "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
    "erf": sympy.erf,
    "Phi": lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    "varphi": lambda x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "abs": sympy.Abs,
}


def _power(base: Any, exponent: Rational) -> Any:
    return sympy.Pow(base, _number(exponent))


PLAIN = Spelling(_call, _power, lambda inner: inner)
"""SymPy's own functions and powers, parentheses only where SymPy sets them."""


def _number(value: Rational) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def _expression(expression: Expression, spelling: Spelling) -> Any:
    """An expression without free indices."""
    return sympy.Add(
        *(
            sympy.Mul(
                _number(layout.coefficient),
                *(
                    spelling.power(_factor(site.instance(at), spelling), site.exponent)
                    for site, at in zip(layout.sites, point, strict=True)
                ),
            )
            for layout in layouts(expression, ())
            for point in layout.points(())
        )
    )


@singledispatch
def _factor(factor: Factor, spelling: Spelling) -> Any:
    """A factor whose indices are whole numbers."""
    raise TypeError(f"SymPy has no spelling for {type(factor).__name__}")


@_factor.register
def _(factor: Entry, spelling: Spelling) -> Any:
    flat = 0
    for e, size in zip(factor.indices, whole_shape(factor.tensor.shape), strict=True):
        flat = flat * size + int(e.const)  # type: ignore[arg-type]  # whole
    return symbol(factor.tensor, flat)


@_factor.register
def _(factor: Call, spelling: Spelling) -> Any:
    return spelling.call(factor.function, _expression(factor.argument, spelling))


@_factor.register
def _(factor: Group, spelling: Spelling) -> Any:
    return spelling.group(_expression(factor.inner, spelling))


@_factor.register
def _(factor: ValueBracket, spelling: Spelling) -> Any:
    inner = _expression(factor.inner, spelling)
    return _bracket({">": sympy.Gt, "<=": sympy.Le, "=": sympy.Eq}[factor.kind](inner, 0))


@_factor.register
def _(factor: Max, spelling: Spelling) -> Any:
    return sympy.Max(*_candidates(factor, spelling).values())


@_factor.register
def _(factor: FirstMaximiser, spelling: Spelling) -> Any:
    candidates = _candidates(factor.maximum, spelling)
    at = tuple(int(e.const) for e in factor.at)  # type: ignore[arg-type]  # whole
    if at not in candidates:
        return sympy.Integer(0)
    return _first(list(candidates.values()), list(candidates).index(at))


@_factor.register
def _(factor: Named, spelling: Spelling) -> Any:
    if factor.name in DECIMALS:
        return _number(DECIMALS[factor.name])
    if factor.name == "kappa":
        return sympy.sqrt(2 / sympy.pi)
    return sympy.pi if factor.name == "pi" else sympy.Symbol(factor.name)


@_factor.register
def _(factor: SizeFactor, spelling: Spelling) -> Any:
    raise AlgebraError(f"only whole sizes can be unrolled, and {factor.size} is symbolic")


def _first(candidates: Sequence[Any], chosen: int) -> Any:
    """1 where the chosen one is the greatest; of equal ones an earlier must be smaller, a later need not."""
    here = candidates[chosen]
    return _bracket(
        sympy.And(
            *(here > one if n < chosen else here >= one for n, one in enumerate(candidates) if n != chosen)
        )
    )


def _bracket(condition: Any) -> Any:
    return sympy.Piecewise((1, condition), (0, True))


def _candidates(maximum: Max, spelling: Spelling) -> dict[Point, Any]:
    """The body at each position over which the maximum is taken, in row-major order."""
    found: dict[Point, Any] = {}
    for values in product(*(range(size) for size in whole_shape(tuple(i.size for i in maximum.indices)))):
        here = {index: affine(value) for index, value in zip(maximum.indices, values, strict=True)}
        if all(decide(bracket.put(here)) for bracket in maximum.brackets):
            found[values] = _expression(put(maximum.body, here), spelling)
    if not found:
        raise AlgebraError("a maximum over no position at all")
    return found


def nested_to_sympy(formula: Nested) -> Any:
    """A formula with what it reads put in as a SymPy expression; what it shares is made once."""
    made: dict[Nested, Any] = {}
    for each in within([formula]):
        products = (
            sympy.Mul(_number(c), *(_power(_piece(piece, made), e) for piece, e in powers))
            for c, powers in each.products
        )
        made[each] = sympy.Add(*products)
    return made[formula]


def _piece(piece: Piece, made: Mapping[Nested, Any]) -> Any:
    match piece:
        case Leaf(tensor, position):
            return symbol(tensor, position)
        case Value(function, argument):
            return _call(function, made[argument])
        case Parenthesis(inner):
            return made[inner]
        case Condition(relation, left, right):
            return _bracket(_RELATIONS[relation](made[left], made[right]))
        case Greatest(candidates):
            return sympy.Max(*(made[each] for each in candidates))
        case First(candidates, chosen):
            return _first([made[each] for each in candidates], chosen)
        case Named():
            return _factor(piece, PLAIN)


_RELATIONS = {">": sympy.Gt, "<": sympy.Lt, "<=": sympy.Le, ">=": sympy.Ge, "=": sympy.Eq}


TensorOf = Callable[[Any], Tensor]

KNOWN = (
    "sums, products, rational powers, rational and decimal numbers, pi, E, exp, log, sqrt, tanh, sin, cos, "
    "sinh, cosh, erf, Abs, Max and Min of two, unknown functions f(x) and their derivatives"
)
"""What is read, as messages list it."""


def from_sympy(expression: Any, tensor_of: TensorOf) -> w.Written:
    """A SymPy expression as an equation as written; ``tensor_of`` gives the tensor of a symbol.

    ``1/(1 + exp(-x))`` and ``log(1 + exp(x))`` are read as sigmoid and softplus, which are the same
    functions and do not overflow.

    Raises:
        AlgebraError: a part has no counterpart in the algebra; the message names it and lists what has.
        BudgetError: the nesting is deeper than DEEPEST or an exponent larger than LARGEST_EXPONENT.
    """
    _refuse_size(expression)
    return _read(expression, tensor_of)


def _refuse_size(expression: Any) -> None:
    """Before anything recursive, SymPy's own sorting included, meets the expression."""
    level, depth, nodes = [expression], 0, 1
    while level:
        if depth > DEEPEST:
            raise BudgetError(f"the expression is nested more than {DEEPEST} deep; name its parts instead")
        nodes += len(level)
        if nodes > MOST_NODES:  # parts that are shared count each time: written out, they are
            raise BudgetError(f"the expression has more than {MOST_NODES:,} parts; name some of them instead")
        level = [part for node in level for part in getattr(node, "args", ())]
        depth += 1


def _read(node: Any, tensor_of: TensorOf) -> w.Written:
    if isinstance(node, int | float):
        node = sympy.Integer(node) if isinstance(node, int) else sympy.Float(node)
    if not isinstance(node, sympy.Expr):
        raise AlgebraError(f"a {type(node).__name__} is no expression that can be read; known: {KNOWN}")

    def inner(part: Any) -> w.Written:
        return _read(part, tensor_of)

    if node.is_Symbol:
        return tensor_of(node)[()]
    if node.is_Number:
        return w.quantity(_rational(node))
    if node is sympy.pi:
        return w.PI
    if node is sympy.E:
        return functions.exp(w.quantity(1))
    if node.is_Add:
        return w.Sum(tuple(inner(part) for part in sorted(node.as_ordered_terms(), key=_reading_key)))
    if node.is_Mul:
        factors = sorted(node.as_ordered_factors(), key=lambda part: (not part.is_Number, _reading_key(part)))
        return w.Product(tuple(inner(part) for part in factors))
    special = _special(node)
    if special is not None:
        function, argument = special
        return function(inner(argument))
    if node.is_Pow:
        return _read_power(node, inner)
    if isinstance(node, sympy.Max | sympy.Min) and len(node.args) == 2:
        return _read_extremum(node, inner)
    indicator = _indicator(node)
    if indicator is not None:
        kind, argument = indicator
        return w.Compare(kind, inner(argument))
    raise _no_counterpart(node)


def _read_extremum(node: Any, inner: Callable[[Any], w.Written]) -> w.Written:
    """``max(x, y) = y + relu(x − y)`` and ``min(x, y) = y − relu(y − x)``, y being a number where one is."""
    first, last = sorted(node.args, key=lambda arg: (not arg.has(sympy.Max, sympy.Min), _reading_key(arg)))
    if last.has(sympy.Max, sympy.Min):  # it is written twice, and so is what stands in it
        raise _no_counterpart(node)
    x, y = inner(first), inner(last)
    return y + functions.relu(x - y) if isinstance(node, sympy.Max) else y - functions.relu(y - x)


def _special(node: Any) -> tuple[Function, Any] | None:
    """The function and its argument, if the node is a function's value."""
    if node.func in _FUNCTIONS and len(node.args) == 1:
        if node.func is sympy.log and (argument := _one_plus_exp(node.args[0])) is not None:
            return functions.softplus, argument
        return _FUNCTIONS[node.func], node.args[0]
    if node.is_Pow and node.exp == -1 and (argument := _one_plus_exp(node.base)) is not None:
        return functions.sigmoid, -argument
    if isinstance(node, sympy.Max) and len(node.args) == 2 and sympy.S.Zero in node.args:
        return functions.relu, next(part for part in node.args if part != 0)
    if isinstance(node, sympy.Piecewise) and len(node.args) == 2 and node.args[1] == (0, True):
        value, condition = node.args[0]
        if condition in (value > 0, value >= 0) and value.free_symbols:
            return functions.relu, value
    return _unknown_function(node)


def _unknown_function(node: Any) -> tuple[Function, Any] | None:
    if isinstance(node, AppliedUndef):
        if len(node.args) != 1:
            raise AlgebraError(
                f"an unknown function takes one argument, and {_told(node)} has {len(node.args)}"
            )
        return _abstract(node.func.__name__), node.args[0]
    argument = None
    if isinstance(node, sympy.Subs) and len(node.variables) == 1:
        node, variable, argument = node.expr, node.variables[0], node.point[0]
        if not isinstance(node, sympy.Derivative) or node.expr.args != (variable,):
            return None
    if isinstance(node, sympy.Derivative) and isinstance(node.expr, AppliedUndef):
        by = node.variable_count
        if len(node.expr.args) == 1 and len(by) == 1 and by[0][0] == node.expr.args[0]:
            order = int(by[0][1])
            f = _abstract(node.expr.func.__name__)
            return Function(f.name, order), node.expr.args[0] if argument is None else argument
    return None


def _abstract(name: str) -> Function:
    if not NAME.match(name) or name in FUNCTIONS or name in ("max", "sqrt", "pi"):
        raise AlgebraError(
            f"an unknown function cannot be called {quoted(name)}: a letter, then letters, digits and _, and "
            f"not the name of a known function"
        )
    return functions.abstract(name)


def _read_power(node: Any, inner: Callable[[Any], w.Written]) -> w.Written:
    base, exponent = node.base, node.exp
    if not exponent.is_Number:
        if base.is_Rational and base > 0:  # bˣ = e^{x·log b} where b is known to be positive
            return functions.exp(w.Product((inner(exponent), functions.log(inner(base)))))
        raise AlgebraError(
            f"{_told(node)}: an exponent must be a number, because x**y is exp(y*log(x)) only where x is "
            f"positive; write that if it is what you mean"
        )
    value = _rational(exponent)
    if max(abs(value.numerator), value.denominator) > LARGEST_EXPONENT:
        raise BudgetError(f"an exponent is at most {LARGEST_EXPONENT}, above and below the line")
    if base.is_Number and base.is_negative and value.denominator != 1:
        raise _no_counterpart(node)
    return w.Power(inner(base), value)


_FUNCTIONS: dict[Any, Function] = {
    sympy.exp: functions.exp,
    sympy.log: functions.log,
    sympy.tanh: functions.tanh,
    sympy.sin: functions.sin,
    sympy.cos: functions.cos,
    sympy.sinh: functions.sinh,
    sympy.cosh: functions.cosh,
    sympy.erf: functions.erf,
    sympy.Abs: functions.absolute,
}


def _one_plus_exp(node: Any) -> Any | None:
    """The x of ``1 + exp(x)``."""
    if node.is_Add and len(node.args) == 2 and sympy.S.One in node.args:
        other = next(part for part in node.args if part != 1)
        if isinstance(other, sympy.exp):
            return other.args[0]
    return None


def _indicator(node: Any) -> tuple[w.Comparison, Any] | None:
    """The comparison and the x of ``[x > 0]`` or ``[x ≤ 0]``, which is 1 there and 0 elsewhere."""
    if isinstance(node, sympy.Piecewise) and len(node.args) == 2 and node.args[1] == (0, True):
        value, condition = node.args[0]
        if value == 1 and isinstance(condition, sympy.StrictGreaterThan | sympy.StrictLessThan):
            return ">", condition.gts - condition.lts
        if value == 1 and isinstance(condition, sympy.GreaterThan | sympy.LessThan):
            return "<=", condition.lts - condition.gts
    return None


def _rational(node: Any) -> Fraction:
    """A number exactly; a decimal as the shortest one that is printed for it, so 0.1 is a tenth."""
    if node.is_Rational:
        return Fraction(int(node.p), int(node.q))
    if node.is_Float and node.is_finite:
        return Fraction(repr(float(node)) if sympy.Float(float(node)) == node else str(node))
    raise _no_counterpart(node)


def _reading_key(node: Any) -> tuple[bool, list[list[tuple[int, str]]]]:
    """Terms by the names in them, ``a2`` before ``a10``; those without a name last."""
    names = sorted(_natural(found.name) for found in node.free_symbols)
    return not names, names


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if n % 2 else (-1, part) for n, part in enumerate(parts)]


def _no_counterpart(node: Any) -> AlgebraError:
    kind = node.func.__name__
    advice = _ADVICE.get(kind, "")
    return AlgebraError(f"{_told(node)} cannot be read ({kind}); {advice}known: {KNOWN}")


_NAMED: Final = "give a part of it a name, {m: Max(x, y), z: Max(m, u)}; "
_ADVICE: Final = {
    "Sum": "write the sum out with .doit(); ",
    "Product": "write the product out with .doit(); ",
    "Integral": "carry it out with .doit(), or define what it gives; ",
    "Indexed": "a tensor's entries are symbols, such as symbols('x1:4'); ",
    "Max": _NAMED,
    "Min": _NAMED,
    "Piecewise": "a case is a factor, Piecewise((1, x > 0), (0, True)) times what holds there; ",
    "Heaviside": "1 where x > 0 and else 0 is Piecewise((1, x > 0), (0, True)); ",
}


def _told(node: Any) -> str:
    """The node as a message shows it; a large one is not printed in full, which would take long."""
    few = next((False for n, _ in enumerate(sympy.preorder_traversal(node)) if n > 50), True)
    return quoted(str(node)) if few else f"a {node.func.__name__}"
