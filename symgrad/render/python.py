"""Python notation: an expression over the identifiers, ``a1*w1 + a2*w2``.

It evaluates with the names of the module ``math``, ``max`` and ``abs``; an abstract f is called ``f``, its
derivative ``df``. Numbers are kept exact: two thirds of x is ``(2/3)*x``.
"""

from __future__ import annotations

from collections.abc import Sequence
from keyword import iskeyword

from symgrad.algebra.functions import DECIMALS
from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Rational
from symgrad.algebra.written import Function
from symgrad.errors import RenderError
from symgrad.render.notation import Atom, Relation, Sort

_DEFINED = {
    "relu": "max({0}, 0)",
    "sigmoid": "(1/(1 + exp(-({0}))))",
    "softplus": "log(1 + exp({0}))",
    "Phi": "((1 + erf(({0})/sqrt(2)))/2)",
    "varphi": "(exp(-({0})**2/2)/sqrt(2*pi))",
}
_KNOWN = ("exp", "log", "tanh", "sin", "cos", "sinh", "cosh", "erf", "abs")


class PythonNotation:
    """Identifiers, ``*`` and ``**``."""

    plus = " + "
    minus = " - "
    negative = "-"

    def name(self, tensor: Tensor) -> str:
        """A whole tensor."""
        return tensor.name

    def entries(self, tensor: Tensor) -> Sequence[str]:
        """Every entry of a tensor, by flat position."""
        return identifiers(tensor)

    def at(self, tensor: Tensor, indices: Sequence[str]) -> str:
        """An entry at indices that are formulas."""
        return f"{tensor.name}[{', '.join(indices)}]"

    def partial(self, of: str, by: str) -> str:
        """The derivative of one entry by another."""
        return f"d{of}_d{by}"

    def number(self, value: Rational) -> str:
        """A positive number."""
        return str(value) if value.denominator == 1 else f"({value})"

    def constant(self, name: str) -> str:
        """A named constant; ``lambda`` is a word of Python and called ``lambda_``."""
        if name in DECIMALS:
            return self.number(DECIMALS[name])
        if name == "kappa":
            return "sqrt(2/pi)"
        base, _, power = name.partition("^")
        return f"({base}**{power})" if power else base + "_" * iskeyword(base)

    def call(self, function: Function, argument: str) -> str:
        """A function's value."""
        if function.name in _DEFINED:
            return _DEFINED[function.name].format(argument)
        if not function.abstract and function.name not in _KNOWN:
            raise RenderError(f"there is no Python notation for {function.name}")
        return f"{function.identifier}({argument})"

    def group(self, inner: str) -> str:
        """Parentheses."""
        return f"({inner})"

    def bracket(self, relation: Relation, left: str, right: str) -> str:
        """A value bracket."""
        return f"({left} {'==' if relation == '=' else relation} {right})"

    def maximum(self, parts: Sequence[str]) -> str:
        """The largest of several values."""
        return parts[0] if len(parts) == 1 else f"max({', '.join(parts)})"

    def first_greatest(self, parts: Sequence[str], chosen: int) -> str:
        """1 where the chosen one of several values is the greatest, of equal ones the first, else 0."""
        here = parts[chosen]
        compared = [f"{here} > {part}" for part in parts[:chosen]]
        compared += [f"{here} >= {part}" for part in parts[chosen + 1 :]]
        return f"({' and '.join(compared)})" if compared else "1"

    def power(self, base: Atom, exponent: Rational) -> str:
        """A power; the exponent is positive and not 1."""
        return f"{base.text}**{exponent}" if exponent.denominator == 1 else f"{base.text}**({exponent})"

    def joint(self, left: Sort, right: Sort) -> str:  # noqa: ARG002  # alike between all
        """What stands between two neighbouring factors."""
        return "*"

    def fraction(self, over: str, under: str) -> str:
        """A quotient; ``under`` is a product."""
        return f"{over}/({under})"

    def common(self, number: str) -> tuple[str, str]:
        """What stands before and after a sum that a number multiplies."""
        return f"{number}*(", ")"
