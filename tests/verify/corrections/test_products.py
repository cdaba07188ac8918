"""Products: factors too many, order, another product."""

import pytest
from verify.diagnosed import LAYER, UNIT, told

CASES = [
    (
        LAYER,
        r"\frac{\partial L}{\partial W} = x \delta^\top",
        "shape",
        r"\frac{\partial L}{\partial W} = \delta x^\top",
    ),
    (
        UNIT,
        r"\frac{\partial z}{\partial w_1} = 2 x_1",
        "constant-factor",
        r"\frac{\partial z}{\partial w_1} = x_1",
    ),
]


@pytest.mark.parametrize(("document", "claim", "kind", "corrected"), CASES, ids=[case[1] for case in CASES])
def test_a_product_is_put_right(document, claim, kind, corrected):
    found = told(document, claim)
    assert (found.kinds, found.corrected.replace("  ", " "), found.mended) == ((kind,), corrected, True)
