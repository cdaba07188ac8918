"""A scalar expression in SymPy: an independent witness for derivatives, expansions and equality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mpmath
import sympy

from symgrad.verify.scalars import Scalar, postorder

_CALLS = {
    "exp": sympy.exp,
    "log": sympy.log,
    "tanh": sympy.tanh,
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "softplus": lambda u: sympy.log(1 + sympy.exp(u)),
    "relu": lambda u: sympy.Max(u, 0),
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "erf": sympy.erf,
    "max": sympy.Max,
}
_BRACKETS = {">": sympy.Gt, ">=": sympy.Ge, "=": sympy.Eq}
_SIGNS = {
    "positive": {"positive": True},
    "nonnegative": {"nonnegative": True},
    "nonzero": {"real": True, "nonzero": True},
    "natural": {"integer": True, "positive": True},
    "integer": {"integer": True},
    "real": {"real": True},
}


def in_sympy(expression: Scalar) -> Any:
    """``expression`` as SymPy writes it, its symbols with the same names and signs."""
    made: dict[Scalar, Any] = {}
    for node in postorder(expression):
        args = [made[arg] for arg in node.args]
        match node.kind:
            case "number":
                made[node] = sympy.Rational(node.value.numerator, node.value.denominator)
            case "symbol":
                made[node] = sympy.Symbol(node.letter.name, **_SIGNS[node.letter.sign])
            case "pi":
                made[node] = sympy.pi
            case "sum":
                made[node] = sympy.Add(*args)
            case "product":
                made[node] = sympy.Mul(*args)
            case "power":
                made[node] = args[0] ** sympy.Rational(node.exponent.numerator, node.exponent.denominator)
            case "raise":
                made[node] = args[0] ** args[1]
            case "bracket":
                made[node] = sympy.Piecewise((1, _BRACKETS[node.data](args[0], 0)), (0, True))
            case "abstract":
                name, orders = node.unknown
                variables = sympy.symbols(f"u:{len(args)}", real=True)
                value = sympy.Function(name)(*variables)
                for variable, order in zip(variables, orders, strict=True):
                    value = value.diff(variable, order) if order else value
                made[node] = (
                    sympy.Subs(value, variables, args).doit() if any(orders) else sympy.Function(name)(*args)
                )
            case _:
                made[node] = _CALLS[node.data](*args)
    return made[expression]


def value_at(expression: Scalar, values: Mapping[Scalar, Any]) -> Any:
    """The real value at a point by mpmath, NaN where there is none; for definitions that are expanded."""
    nan = mpmath.nan
    found: dict[Scalar, Any] = {}
    for node in postorder(expression):
        args = [found[arg] for arg in node.args]
        if any(mpmath.isnan(arg) for arg in args):
            found[node] = nan
            continue
        match node.kind:
            case "number":
                found[node] = mpmath.mpf(node.value.numerator) / node.value.denominator
            case "symbol":
                found[node] = mpmath.mpf(values[node].numerator) / values[node].denominator
            case "pi":
                found[node] = +mpmath.pi
            case "sum":
                found[node] = mpmath.fsum(args)
            case "product":
                found[node] = mpmath.fprod(args)
            case "power":
                q = node.exponent
                found[node] = _real_power(args[0], mpmath.mpf(q.numerator) / q.denominator)
            case "raise":
                found[node] = _real_power(*args)
            case "bracket":
                u = args[0]
                found[node] = mpmath.mpf({">": u > 0, ">=": u >= 0, "=": u == 0}[node.data])
            case _:
                found[node] = _REAL[node.data](*args)
    return found[expression]


def _real_power(base: Any, exponent: Any) -> Any:
    if base < 0 and exponent != int(exponent):
        return mpmath.nan
    if base == 0 and exponent < 0:
        return mpmath.nan
    return base**exponent


_REAL = {
    "exp": mpmath.exp,
    "log": lambda u: mpmath.log(u) if u > 0 else mpmath.nan,
    "tanh": mpmath.tanh,
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
    "relu": lambda u: max(u, mpmath.mpf(0)),
    "abs": abs,
    "sign": mpmath.sign,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "erf": mpmath.erf,
    "max": max,
}
