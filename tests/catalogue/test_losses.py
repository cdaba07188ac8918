"""Losses, at numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from oracles.dual import run
from oracles.fields import Fractions

from symgrad.network.build import build


@pytest.mark.parametrize(
    ("options", "loss"),
    [
        ("", Fraction(29, 3)),
        ("(mean)", Fraction(29, 3)),
        ("(sum)", 29),
        ("(half)", Fraction(29, 6)),
        ("(sum, half)", Fraction(29, 2)),
        ("(reduction=sum, half=true)", Fraction(29, 2)),
        ("(half=false)", Fraction(29, 3)),
    ],
)
def test_mse(options, loss):
    given = {"a": [1, 2, 3], "y": [3, 5, -1]}  # 4 + 9 + 16
    assert run(build(f"input(3) | mse{options}").definitions, given, Fractions())["L"] == [loss]


def test_the_mean_is_over_all_entries():
    given = {"a": [2, 0, 0, 0, 0, 0], "y": [0] * 6}
    assert run(build("input(2x3) | mse").definitions, given, Fractions())["L"] == [Fraction(4, 6)]
