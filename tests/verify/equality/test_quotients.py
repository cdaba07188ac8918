from __future__ import annotations

from symgrad.verify.equality import decide
from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.kernels import Kernels
from symgrad.verify.equality.polynomials import difference
from symgrad.verify.equality.quotients import partial_fractions
from symgrad.verify.scalars import call, symbol, total

x, y = symbol("x"), symbol("y")
E = [[call("exp", symbol(("u", n, k))) for k in range(3)] for n in range(8)]
SUMS = [total(row) for row in E]


def fractions(a, b):
    kernels = Kernels(Clock(9), lambda s: None)
    return partial_fractions(
        difference(kernels.read(a), kernels.read(b)), kernels.registered, Clock(9), 20_000
    )


def test_a_sum_of_softmaxes_is_zero_without_a_common_denominator():
    weights = [symbol(("c", n)) for n in range(8)]
    left = total(c * row[0] / s for c, row, s in zip(weights, E, SUMS, strict=True))
    right = total(c * (1 - (row[1] + row[2]) / s) for c, row, s in zip(weights, E, SUMS, strict=True))
    assert fractions(left, right) == {}
    assert fractions(left, right + x) != {}
    assert decide(left, right).reached == "proved"
    assert decide(left, right + E[0][0] / SUMS[1]).reached == "refuted"


def test_what_is_nothing_but_one_quotient_is_left_to_clearing():
    assert fractions(1 / (x + 1), x) is None
    assert fractions(x, y) is None


def test_denominators_with_atoms_in_common_are_proved_all_the_same():
    assert decide(1 / ((1 + x) * (2 + x)), 1 / (1 + x) - 1 / (2 + x)).reached == "proved"
    assert decide(1 / ((1 + x) * (2 + x)), 1 / (1 + x) + 1 / (2 + x)).reached == "refuted"
    assert decide(x / (x + y) + y / (x + y) - 1 / (1 + y), y / (1 + y)).reached == "proved"


def test_negative_powers_of_atoms_are_cleared_first():
    e = call("exp", x)
    f = call("exp", y)
    left = 1 / (e * (1 + e)) + f / (1 + f)
    assert decide(left, 1 / e - 1 / (1 + e) + 1 - 1 / (1 + f)).reached == "proved"
