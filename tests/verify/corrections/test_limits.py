"""Limits of sums, and lost sums."""

import pytest
from verify.diagnosed import SUMS, told

RIGHT = r"\frac{\partial L}{\partial k_m} = \sum_{i=1}^{3} \frac{\partial L}{\partial z_i} x_{i+m-1}"


@pytest.mark.parametrize("claim", [RIGHT.replace("{3}", "{2}"), RIGHT.replace("i=1", "i=2")])
def test_a_limit_is_put_right(claim):
    found = told(SUMS, claim)
    assert (found.kinds, found.corrected, found.mended) == (("wrong-index",), RIGHT, True)


def test_the_document_is_right_as_it_is():
    assert told(SUMS, RIGHT).verdict == "right"
