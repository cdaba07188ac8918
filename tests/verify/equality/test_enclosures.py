from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath
import pytest
from oracles.scalars import value_at
from verify.temptations import expression

from symgrad.verify.equality.enclosures import FUNCTIONS, Enclosures, interval, sign_of
from symgrad.verify.equality.intervals import as_fractions
from symgrad.verify.scalars import (
    FUNCTIONS as NAMES,
)
from symgrad.verify.scalars import (
    PI,
    abstract,
    bracket,
    call,
    number,
    power,
    raised,
    symbol,
    symbols_of,
    total,
)

x, y, n = symbol("x"), symbol("y"), symbol("n", sign="natural")
HALF = Fraction(1, 2)


def value(e, **values):
    return Enclosures(lambda s: values[s.letter.name]).value(e)


def test_every_function_has_a_value():
    assert FUNCTIONS.keys() == NAMES


@pytest.mark.parametrize(
    ("e", "exact"),
    [
        (power(x, HALF), Fraction(3, 2)),
        (power(x, -3 * HALF), Fraction(8, 27)),
        (raised(x, number(2)), Fraction(81, 16)),
        (raised(x, x - x + 2), Fraction(81, 16)),
        (call("relu", -x), 0),
        (call("abs", -x), Fraction(9, 4)),
        (bracket(">", x), 1),
        (call("exp", x - x), 1),
        (call("log", x / x), 0),
        (call("erf", x - x), 0),
        (0 * call("exp", x) + x, Fraction(9, 4)),
    ],
    ids=repr,
)
def test_what_is_rational_stays_exact(e, exact):
    assert value(e, x=Fraction(9, 4)) == exact


@pytest.mark.parametrize(
    "e",
    [
        1 / (x - x),
        call("log", x),
        power(x, HALF),
        power(x - x, -HALF),
        raised(x, x),
        bracket(">", call("sin", PI)),
    ],
    ids=repr,
)
def test_where_there_is_none_or_it_cannot_be_told_there_is_none(e):
    assert value(e, x=-HALF) is None


def test_a_solved_symbol_outside_its_sign_has_no_value():
    assert Enclosures(lambda s: 2, {n: 1 - x}).value(n) is None
    assert Enclosures(lambda s: -2, {n: 1 - x}).value(n) == 3


def test_random_expressions_hold_the_true_value():
    rng = Random(7)
    met = 0
    while met < 150:
        e = expression(rng, 4)
        at = {s: Fraction(rng.randint(1, 9), rng.choice([1, 1, 2, 4])) for s in symbols_of(e)}
        at = {
            s: Fraction(v.numerator) if s.letter.sign in {"natural", "integer"} else v for s, v in at.items()
        }
        found = Enclosures(at.get).value(e)
        if found is None:
            continue
        with mpmath.workdps(120):
            try:
                true = value_at(e, at)
            except (OverflowError, MemoryError, ValueError):
                continue
            if not mpmath.isfinite(true) or abs(true) > mpmath.mpf(10) ** 200:
                continue
            lo, hi = (mpmath.mpf(end.numerator) / end.denominator for end in as_fractions(interval(found)))
            slack = mpmath.mpf(10) ** -100 * (1 + abs(true))
            assert lo - slack <= true <= hi + slack, e
        met += 1


def test_an_unknown_function_and_its_derivative_belong_together():
    f, g = abstract("f", (0, 0), [x, y]), abstract("f", (1, 0), [x, y])
    step = Fraction(1, 10**6)
    slope = (value(f, x=2 + step, y=3) - value(f, x=2 - step, y=3)) / (2 * step)
    assert abs(slope - value(g, x=2, y=3)) < Fraction(1, 10**6)
    assert value(f, x=2, y=3) != value(f, x=3, y=2)


def test_hostile_sizes():
    assert isinstance(value(power(x, 4000), x=10**9), tuple)
    assert value(power(x, 10**12), x=3) is not None
    e = x
    for _ in range(60):
        e = e * e + 1
    assert value(e, x=2) is not None
    assert value(total(power(x + i, 9) for i in range(500)), x=10**30) is not None


def test_signs():
    assert [sign_of(v) for v in (-HALF, 0, 3, (1, 2, 0), (-2, -1, 5), (-1, 1, 0), (0, 0, 0))] == [
        -1,
        0,
        1,
        1,
        -1,
        None,
        0,
    ]
