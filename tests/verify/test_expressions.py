from __future__ import annotations

import gc
from fractions import Fraction

import pytest

from symgrad.verify import expressions
from symgrad.verify.expressions import (
    ONE,
    PI,
    ZERO,
    abstract,
    bracket,
    call,
    defined,
    lazily_defined,
    maximum,
    number,
    power,
    raised,
    symbol,
    times,
    total,
)

x, y = symbol("x"), symbol("y")
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (x + y, total([x, y])),
        (x * y, y * x),
        (x * x, x**2),
        (2 * (3 * x), 6 * x),
        (0 - (-1 * x), x),
        (x - 0, x),
        (x * 1, x),
        (x * 0, ZERO),
        (x**0, ONE),
        (x**1, x),
        ((x**2) ** 3, x**6),
        (number(Fraction(4, 2)), number(2)),
        (power(number(4), HALF), number(2)),
        (power(number(Fraction(9, 4)), -3 * HALF), number(Fraction(8, 27))),
        (number(2) ** 5, number(32)),
        (number(1) / 3, number(Fraction(1, 3))),
        (raised(x, number(2)), x**2),
        (x ** number(2), x**2),
        (1 - x, total([ONE, -x])),
        (x / y, times([x, power(y, -1)])),
        (2 / x, 2 * x**-1),
        (call("sqrt", x), power(x, HALF)),
        (call("exp", ZERO), ONE),
        (call("log", ONE), ZERO),
        (call("relu", number(-3)), ZERO),
        (call("abs", number(-3)), number(3)),
        (call("sign", number(-3)), number(-1)),
        (maximum(number(1), number(2)), number(2)),
        (maximum(x, x), x),
        (bracket(">", number(1)), ONE),
        (bracket(">=", ZERO), ONE),
        (bracket("=", ONE), ZERO),
        (abstract("f", (1,), [x]), abstract("f", (1,), (x,))),
        (symbol("x"), x),
        (defined("z", "z", x * y), defined("z", "z", y * x)),
    ],
)
def test_equal_structure_is_one_object(one, other):
    assert one is other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (power(power(x, HALF), 2), x),
        (power(x**2, HALF), x),
        (number(0) ** -1, ZERO),
        (symbol("x", sign="positive"), x),
        (symbol("x", "ξ"), x),
        (defined("z", "z", x), defined("z", "z", y)),
        (power(number(2), HALF), number(1)),
        (power(number(-4), HALF), number(2)),
        (PI, number(3)),
    ],
)
def test_what_is_defined_elsewhere_or_means_another_thing_is_another_object(one, other):
    assert one is not other


def test_a_lazy_definition_is_found_once_and_when_it_is_needed():
    calls = []

    def value():
        calls.append(1)
        return x * y

    z = lazily_defined("z", "z", value)
    assert z + 1 is z + 1
    assert not calls
    assert z.definition is x * y is z.definition
    assert calls == [1]


def test_two_documents_with_one_key_do_not_get_each_others_definition():
    assert lazily_defined("z", "z", lambda: x).definition is x
    assert lazily_defined("z", "z", lambda: y).definition is y


def test_the_table_forgets_what_nobody_holds():
    gc.collect()
    before = len(expressions._TABLE)
    e = symbol("unheard of")
    for _ in range(1000):
        e = call("tanh", e)
    assert len(expressions._TABLE) > before + 1000
    del e
    gc.collect()
    assert len(expressions._TABLE) <= before


def test_a_product_built_factor_by_factor_and_a_deep_one_are_no_trouble():
    e = x
    for i in range(20_000):
        e = e * symbol(("v", i))
    for _ in range(20_000):
        e = call("tanh", e)
    assert e.kind == "call"


def test_a_number_too_large_to_write_stays_a_power():
    assert power(number(10), 10**9).kind == "power"


@pytest.mark.parametrize("name", ["max", "frobnicate"])
def test_an_unknown_function_is_named_with_those_that_are_known(name):
    with pytest.raises(ValueError, match=f"{name} is not a function of one argument; known: abs, cos"):
        call(name, x)


def test_an_unknown_function_has_an_order_for_each_argument():
    with pytest.raises(ValueError, match="f has 2 arguments and 1 orders"):
        abstract("f", (1,), [x, y])
