"""Another letter, a transpose."""

import pytest
from verify.diagnosed import LAYER, UNIT, told

CASES = [
    (UNIT, r"\frac{\partial L}{\partial a} = z - y", "wrong-term", r"\frac{\partial L}{\partial a} = a - y"),
    (
        LAYER,
        r"\frac{\partial L}{\partial W} = \delta y^\top",
        "wrong-term",
        r"\frac{\partial L}{\partial W} = \delta x^\top",
    ),
    (
        LAYER,
        r"\frac{\partial L}{\partial x} = W \delta",
        "transpose",
        r"\frac{\partial L}{\partial x} = W^T \delta",
    ),
]


@pytest.mark.parametrize(("document", "claim", "kind", "corrected"), CASES, ids=[case[1] for case in CASES])
def test_one_name_is_put_right(document, claim, kind, corrected):
    found = told(document, claim)
    assert (found.kinds, found.corrected, found.mended) == ((kind,), corrected, True)
