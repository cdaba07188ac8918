"""Python notation: every spelling evaluates to what it means."""

import math
import statistics
from fractions import Fraction

import pytest

from symgrad.algebra.functions import FUNCTIONS
from symgrad.render.notation import Atom
from symgrad.render.python import PythonNotation

PYTHON = PythonNotation()
MEANING = {
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "Phi": statistics.NormalDist().cdf,
    "varphi": statistics.NormalDist().pdf,
    "abs": abs,
}


def value(text, **names):
    return eval(text, {"__builtins__": {}}, {**vars(math), "max": max, "abs": abs, **names})  # noqa: S307  # ours


@pytest.mark.parametrize("name", list(FUNCTIONS))
@pytest.mark.parametrize("x", [-1.5, 0.25, 2.0])
def test_a_function_evaluates_with_the_names_of_math(name, x):
    if name == "log" and x < 0:
        x = -x
    expected = MEANING.get(name) or getattr(math, name)
    text = PYTHON.call(FUNCTIONS[name], "x + 0")
    assert value(f"2*{text}", x=x) == pytest.approx(2 * expected(x))


def test_fractions_stay_exact():
    x = Fraction(3, 7)
    text = PYTHON.fraction("2*x", "3")
    assert value(text, x=x) == Fraction(2, 7)
    assert value(PYTHON.power(Atom("x", "entry"), 3), x=x) == x**3


def test_brackets_are_comparisons():
    assert value(PYTHON.bracket(">", "x", "0"), x=1) is True
    assert value(PYTHON.bracket(">", "x", "0"), x=0) is False
    assert value(PYTHON.bracket("=", "x", "0"), x=0) is True
    assert value(PYTHON.bracket("<=", "x", "3"), x=3) is True
    assert value(PYTHON.bracket("<", "x", "3"), x=3) is False


def test_a_maximum_of_one_is_itself():
    assert PYTHON.maximum(["x"]) == "x"
    assert value(PYTHON.maximum(["x", "y", "1"]), x=0, y=5) == 5


def test_constants_of_an_optimiser():
    assert PYTHON.constant("beta_1") == "beta_1"
    assert value(PYTHON.constant("beta_1^t"), beta_1=3, t=2) == 9
    assert value(PYTHON.constant("lambda"), lambda_=5) == 5
