"""Signs, and summands too many."""

import pytest
from verify.diagnosed import LAYER, UNIT, told

CASES = [
    (UNIT, r"\frac{\partial L}{\partial a} = y - a", "sign", r"\frac{\partial L}{\partial a} = a - y"),
    (
        UNIT,
        r"\frac{\partial a}{\partial z} = -a (1 - a)",
        "sign",
        r"\frac{\partial a}{\partial z} = a (1 - a)",
    ),
    (
        UNIT,
        r"\frac{\partial z}{\partial w_1} = x_1 + x_2",
        "extra-term",
        r"\frac{\partial z}{\partial w_1} = x_1",
    ),
    (
        LAYER,
        r"\frac{\partial L}{\partial z} = 2 (z + y)",
        "sign",
        r"\frac{\partial L}{\partial z} = 2 (z - y)",
    ),
]


@pytest.mark.parametrize(("document", "claim", "kind", "corrected"), CASES, ids=[case[1] for case in CASES])
def test_one_sign_or_one_summand_is_named(document, claim, kind, corrected):
    found = told(document, claim)
    assert (found.verdict, found.kinds, found.corrected) == ("wrong", (kind,), corrected)
    assert found.mended
