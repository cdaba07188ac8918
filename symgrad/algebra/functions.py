"""Scalar functions, each with its derivative stated inside the algebra.

A row is a name and a derivative rule, written as an equation in the argument. Kinks are a stated
policy: the derivative at a kink is torch's (``relu′(0) = 0``, ``abs′(0) = 0``).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from symgrad.algebra.written import PI, Apply, Written, positive
from symgrad.errors import NameUnknownError, nearest, quoted


class Function(NamedTuple):
    """A scalar function: its name, how often an abstract one was differentiated, and its rule.

    ``rule`` maps the argument to the derivative there; None marks an abstract function, whose
    derivative is the next order of itself: f, f′, f″, …
    """

    name: str
    order: int = 0
    rule: Callable[[Written], Written] | None = None

    def __call__(self, argument: Written) -> Written:
        return Apply(self, argument)

    def derivative(self, argument: Written) -> Written:
        """The derivative at ``argument``."""
        if self.rule is not None:
            return self.rule(argument)
        return Apply(Function(self.name, self.order + 1), argument)

    @property
    def abstract(self) -> bool:
        """Whether nothing but the name is known."""
        return self.rule is None

    @property
    def identifier(self) -> str:
        """The name in programs: ``f``, its derivatives ``df``, ``d2f``, …"""
        prefix = "" if not self.order else "d" if self.order == 1 else f"d{self.order}"
        return prefix + self.name


exp = Function("exp", rule=lambda x: exp(x))
log = Function("log", rule=lambda x: x**-1)
tanh = Function("tanh", rule=lambda x: 1 - tanh(x) ** 2)
sigmoid = Function("sigmoid", rule=lambda x: sigmoid(x) * (1 - sigmoid(x)))
relu = Function("relu", rule=lambda x: positive(x))
softplus = Function("softplus", rule=lambda x: sigmoid(x))
erf = Function("erf", rule=lambda x: 2 * PI ** Fraction(-1, 2) * exp(-(x**2)))
sin = Function("sin", rule=lambda x: cos(x))
cos = Function("cos", rule=lambda x: -sin(x))
sinh = Function("sinh", rule=lambda x: cosh(x))
cosh = Function("cosh", rule=lambda x: sinh(x))
absolute = Function("abs", rule=lambda x: positive(x) - positive(-x))

FUNCTIONS: dict[str, Function] = {
    f.name: f for f in (exp, log, tanh, sigmoid, relu, softplus, erf, sin, cos, sinh, cosh, absolute)
}


def abstract(name: str) -> Function:
    """The abstract function called ``name``: differentiable, otherwise unknown."""
    return Function(name)


def function(name: str) -> Function:
    """The known function called ``name``.

    Raises:
        NameUnknownError: if no row has this name.
    """
    try:
        return FUNCTIONS[name]
    except KeyError:
        close = nearest(name, FUNCTIONS)
        hint = f"; did you mean {close}?" if close else ""
        known = ", ".join(FUNCTIONS)
        raise NameUnknownError(f"no function is called {quoted(name)}{hint} Known: {known}") from None
