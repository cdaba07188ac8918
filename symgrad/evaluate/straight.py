"""The backend for one sample of a small network: straight-line code on floats.

The code is made by ``sympy.lambdify`` from the program with its named intermediates, one assignment for
each entry; nothing is ever substituted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import sympy
from sympy.printing.pycode import PythonCodePrinter

from symgrad.algebra.exchange import PLAIN, Spelling, Unrolled, symbol
from symgrad.algebra.program import Equation
from symgrad.algebra.recurrence import parts
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Rational
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import Function
from symgrad.evaluate.numbers import ON_FLOATS

_LONGEST_SUM = 500  # Python's compiler gives up a + b + c + … near 4,000

Straight = Callable[..., list[float]]


def straight_line(sources: Sequence[Tensor], equations: Sequence[Equation]) -> Straight:
    """A function of one list of floats for each source, giving the entries of all targets in one list.

    Raises:
        AlgebraError: if a size is symbolic.
    """
    named: list[tuple[Any, Any]] = []

    def name(expression: Any) -> Any:
        part = sympy.Symbol(f"_part{len(named)}")  # no identifier begins with _
        named.append((part, expression))
        return part

    def group(inner: Any) -> Any:
        # Named, so that SymPy does not multiply it out: 2(z − y) is exact where z and y are close.
        return name(inner) if inner.is_Add else inner

    spelling = Spelling(_call, _power, group)
    unrolled = {equation.target: Unrolled(equation, spelling) for equation in equations}
    for equation, positions, _ in parts(equations):
        target = equation.target
        for position in range(prod(whole_shape(target.shape))) if positions is None else positions:
            value = _sum(list(unrolled[target].summands(position)), name)
            named.append((symbol(target, position), value))
    results = [symbol(eq.target, n) for eq in equations for n in range(prod(whole_shape(eq.target.shape)))]
    arguments = [[symbol(tensor, n) for n in range(prod(whole_shape(tensor.shape)))] for tensor in sources]
    functions = {f"_{name}": function for name, function in ON_FLOATS.items()}
    settings = {
        "fully_qualified_modules": False,
        "inline": True,
        "allow_unknown_functions": True,
        "order": "none",  # sorting long sums would be quadratic
        "user_functions": {name: name for name in functions},
    }
    made: Straight = sympy.lambdify(
        arguments,
        results,
        modules=[functions, "math"],
        printer=PythonCodePrinter(settings),
        cse=lambda expressions: (named, expressions),
    )
    return made


def _sum(summands: list[Any], name: Callable[[Any], Any]) -> Any:
    while len(summands) > _LONGEST_SUM:
        summands = [name(sympy.Add(*chunk)) for chunk in _chunks(summands)]
    return sympy.Add(*summands)


def _chunks(summands: Sequence[Any]) -> Iterator[Iterable[Any]]:
    for start in range(0, len(summands), _LONGEST_SUM):
        yield summands[start : start + _LONGEST_SUM]


def _call(function: Function, argument: Any) -> Any:
    return sympy.Function(f"_{function.name}")(argument)


def _power(base: Any, exponent: Rational) -> Any:
    if Fraction(exponent).denominator == 1:
        return PLAIN.power(base, exponent)
    return sympy.Function("_power")(base, sympy.Rational(exponent.numerator, exponent.denominator))
