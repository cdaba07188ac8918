"""Functions that need no definition, against mpmath's."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import mpmath
import pytest
from oracles.scalars import value_at

from symgrad.verify.functions import BUILTIN, ENTRYWISE, WHOLE, largest, log_softmax, softmax
from symgrad.verify.scalars import ZERO, number, symbol

mp = mpmath


def logistic(x):
    return 1 / (1 + mp.exp(-x))


WITNESSES = {
    "exp": mp.exp, "log": mp.log, "ln": mp.log, "tanh": mp.tanh, "sigmoid": logistic, "σ": logistic,
    "logistic": logistic, "softplus": lambda x: mp.log(1 + mp.exp(x)), "relu": lambda x: max(x, 0),
    "ReLU": lambda x: max(x, 0), "sin": mp.sin, "cos": mp.cos, "tan": mp.tan, "sinh": mp.sinh,
    "cosh": mp.cosh,
    "erf": mp.erf, "abs": abs, "sign": mp.sign, "sgn": mp.sign, "sqrt": mp.sqrt,
    "silu": lambda x: x * logistic(x),
    "SiLU": lambda x: x * logistic(x), "swish": lambda x: x * logistic(x), "gelu": lambda x: x * mp.ncdf(x),
    "GELU": lambda x: x * mp.ncdf(x), "elu": lambda x: x if x > 0 else mp.expm1(x),
    "ELU": lambda x: x if x > 0 else mp.expm1(x), "Φ": mp.ncdf, "softsign": lambda x: x / (1 + abs(x)),
}  # fmt: skip
NEEDS_POSITIVE = {"log", "ln", "sqrt"}
X = symbol("x")


def test_every_function_has_a_witness():
    assert set(WITNESSES) == set(ENTRYWISE)


@pytest.mark.parametrize("name", ENTRYWISE)
@pytest.mark.parametrize("at", [Fraction(-7, 3), Fraction(-1, 4), Fraction(2, 5), Fraction(3)])
def test_a_function_is_what_its_name_says(name, at):
    if name in NEEDS_POSITIVE:
        at = abs(at)
    with mp.workdps(40):
        found = value_at(ENTRYWISE[name](X), {X: at})
        assert mp.almosteq(found, WITNESSES[name](mp.mpf(at.numerator) / at.denominator), 1e-30)


def test_functions_of_numbers_and_of_arrays_are_two_kinds():
    assert not ENTRYWISE.keys() & WHOLE
    assert ENTRYWISE.keys() <= BUILTIN
    assert "T" not in BUILTIN  # x(T) is a step, not a transpose


ENTRIES = tuple(symbol(f"x_{n}") for n in range(3))
POINT = dict(zip(ENTRIES, (Fraction(1, 2), Fraction(-3, 4), Fraction(2)), strict=True))


def test_softmax_sums_to_one_and_its_logarithm_is_the_other():
    with mp.workdps(40):
        shares = [value_at(entry, POINT) for entry in softmax(ENTRIES)]
        logs = [value_at(entry, POINT) for entry in log_softmax(ENTRIES)]
        assert mp.almosteq(mp.fsum(shares), 1, 1e-30)
        assert all(mp.almosteq(mp.log(a), b, 1e-30) for a, b in zip(shares, logs, strict=True))
        assert shares.index(max(shares)) == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_largest_is_the_same_in_every_order(order):
    assert value_at(largest(tuple(ENTRIES[n] for n in order)), POINT) == 2
    assert largest(tuple(number(n) for n in order)) is number(2)


def test_the_larger_of_0_and_x_is_relu_in_whichever_order():
    assert largest((ZERO, X)) is largest((X, ZERO)) is ENTRYWISE["relu"](X)
