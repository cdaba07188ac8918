"""Scalar functions, each with its derivative stated inside the algebra.

A row is a name and a derivative rule, written as an equation in the argument. Kinks are a stated
policy: the derivative at a kink is torch's (``relu′(0) = 0``, ``abs′(0) = 0``).
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.algebra.written import PI, Constant, Function, positive
from symgrad.errors import NameUnknownError, nearest, quoted

exp: Function = Function("exp", rule=lambda x: exp(x))
log: Function = Function("log", rule=lambda x: x**-1)
tanh: Function = Function("tanh", rule=lambda x: 1 - tanh(x) ** 2)
sigmoid: Function = Function("sigmoid", rule=lambda x: sigmoid(x) * (1 - sigmoid(x)))
relu: Function = Function("relu", rule=lambda x: positive(x))
softplus: Function = Function("softplus", rule=lambda x: sigmoid(x))
erf: Function = Function("erf", rule=lambda x: 2 * PI ** Fraction(-1, 2) * exp(-(x**2)))
normal_distribution: Function = Function("Phi", rule=lambda x: normal_density(x))
normal_density: Function = Function("varphi", rule=lambda x: -(x * normal_density(x)))
sin: Function = Function("sin", rule=lambda x: cos(x))
cos: Function = Function("cos", rule=lambda x: -sin(x))
sinh: Function = Function("sinh", rule=lambda x: cosh(x))
cosh: Function = Function("cosh", rule=lambda x: sinh(x))
absolute: Function = Function("abs", rule=lambda x: positive(x) - positive(-x))

FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        *(exp, log, tanh, sigmoid, relu, softplus, erf, normal_distribution, normal_density),
        *(sin, cos, sinh, cosh, absolute),
    )
}


SELU_SCALE = Constant("lambda_s")
SELU_ALPHA = Constant("alpha_s")
DECIMALS: dict[str, Fraction] = {
    "lambda_s": Fraction("1.0507009873554804934193349852946"),
    "alpha_s": Fraction("1.6732632423543772848170429916717"),
}
"""Named constants that are numbers by definition; the two of selu, as its authors computed them."""
GELU_SCALE = Constant("kappa")
"""κ = √(2/π), which gelu's approximation has before its argument."""


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
