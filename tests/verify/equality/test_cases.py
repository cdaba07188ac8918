from __future__ import annotations

import pytest

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.scalars import bracket, call, symbol, total

x, y, p = symbol("x"), symbol("y"), symbol("p", sign="positive")


def relu(e):
    return call("relu", e)


def zero(e):
    kernels = Kernels(Clock(9), lambda s: None)
    return kernels.is_zero(kernels.read(e))


@pytest.mark.parametrize(
    "e",
    [
        bracket(">", -x) + bracket(">", x) + bracket("=", x) - 1,
        bracket(">=", x) - bracket(">", x) - bracket("=", x),
        bracket(">", p * x / 3) - bracket(">", x),
        bracket(">", x * y) - bracket(">", x) * bracket(">", y) - bracket(">", -x) * bracket(">", -y),
        bracket("=", x * y) - bracket("=", x) - bracket("=", y) + bracket("=", x) * bracket("=", y),
        bracket(">", x**2) + bracket("=", x) - 1,
        (x - y) * bracket("=", x - y),
        x**2 * bracket("=", x - y) - y * x * bracket("=", y - x),
        call("exp", relu(x)) - bracket(">", x) * call("exp", x) - 1 + bracket(">", x),
        relu(relu(x) + relu(y)) - relu(x) - relu(y),
        relu(total(relu(symbol(("v", i))) for i in range(12)))
        - total(relu(symbol(("v", i))) for i in range(12)),
        1 / (1 + relu(x)) - bracket(">", x) / (1 + x) - 1 + bracket(">", x),
    ],
    ids=repr,
)
def test_zero_in_each_case(e):
    assert zero(e)


@pytest.mark.parametrize(
    "e", [bracket(">", -x) + bracket(">", x) - 1, bracket("=", x), x * bracket("=", x - y) - x], ids=repr
)
def test_not_zero_where_one_case_differs(e):
    assert not zero(e)


def test_quotients_that_are_equal_have_one_expression():
    kernels = Kernels(Clock(9), lambda s: None)
    one, other = (x**2 - 1) / (x - 1), x + 1
    assert kernels.canonical(kernels.read(one)) is kernels.canonical(kernels.read(other))
    assert kernels.canonical(kernels.read(1 / (x - y))) is not kernels.canonical(kernels.read(x))
