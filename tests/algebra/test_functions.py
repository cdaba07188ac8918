"""Every row's derivative against SymPy's ``diff`` and against differences of floats."""

from __future__ import annotations

import math

import pytest
import sympy
from oracles.dual import value
from oracles.fields import SLOPES, Floats, SymPy

from symgrad.algebra.functions import FUNCTIONS, Function, abstract, function
from symgrad.algebra.tensors import Tensor
from symgrad.errors import NameUnknownError

T = Tensor("t", (), "input")
X = sympy.Symbol("x", real=True)
KINKS = {"relu": 0.0, "abs": 0.0}
"""Where a function has no derivative: torch's there is 0."""


class Real(SymPy):
    """SymPy with the true function behind every name."""

    known = {  # noqa: RUF012
        **SymPy.known,
        "exp": sympy.exp,
        "log": sympy.log,
        "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
        "softplus": lambda x: sympy.log(1 + sympy.exp(x)),
        "relu": lambda x: sympy.Piecewise((x, x > 0), (0, True)),
        "abs": lambda x: sympy.Piecewise((x, x > 0), (-x, True)),
    }

    def positive(self, x):
        return sympy.Piecewise((1, x > 0), (0, True))


def rule(f: Function, field, x):
    return value(f.derivative(T[()]), {}, lambda tensor, position: x, field)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_derivative_is_sympy_s(name):
    ours = rule(FUNCTIONS[name], Real(), X)
    truth = sympy.diff(Real.known[name](X), X)
    for side in (X > 0, X < 0):
        positive = sympy.Symbol("p", positive=True)
        at = positive if side == (X > 0) else -positive
        if name == "log" and at != positive:
            continue
        assert sympy.simplify((ours - truth).subs(X, at)) == 0


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("x", [-2.3, -0.4, 0.3, 1.7])
def test_the_derivative_is_the_limit_of_differences(name, x):
    if name == "log" and x < 0:
        x = -x
    h = 1e-5
    field = Floats()
    slope = (field.apply(name, 0, x + h) - field.apply(name, 0, x - h)) / (2 * h)
    assert math.isclose(rule(FUNCTIONS[name], field, x), slope, rel_tol=1e-8, abs_tol=1e-9)


@pytest.mark.parametrize("name", KINKS)
def test_the_derivative_at_a_kink_is_torch_s(name):
    assert rule(FUNCTIONS[name], Floats(), KINKS[name]) == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_oracle_s_own_rule_is_the_same(name):
    """The tests' dual numbers have a table of their own; erf's slope has π^−½, which no field here has."""
    if name == "erf":
        assert name not in SLOPES
        return
    for x in (0.3, 1.7):
        assert math.isclose(SLOPES[name](Floats(), x), rule(FUNCTIONS[name], Floats(), x), rel_tol=1e-14)


def test_an_abstract_function_gives_its_next_order():
    f = abstract("f")
    assert [f.identifier, f.derivative(T[()]).function.identifier] == ["f", "df"]
    second = f.derivative(T[()]).function.derivative(T[()]).function
    assert (second.identifier, second.order, second.abstract) == ("d2f", 2, True)
    assert not FUNCTIONS["tanh"].abstract


def test_a_function_is_found_by_name_or_the_nearest_is_named():
    assert function("tanh") is FUNCTIONS["tanh"]
    with pytest.raises(NameUnknownError, match="did you mean tanh"):
        function("tahn")
    with pytest.raises(NameUnknownError, match="Known: exp"):
        function("qqqq")
