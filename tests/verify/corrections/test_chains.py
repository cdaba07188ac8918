"""Chains of derivatives."""

import pytest
from verify.diagnosed import UNIT, told

CASES = [
    (
        r"\frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial a} \frac{\partial a}{\partial z}",
        r"\frac{\partial z}{\partial w_1}",
    ),
    (r"\frac{\partial L}{\partial w_1} = \frac{\partial z}{\partial w_1}", r"\frac{\partial L}{\partial z}"),
]


@pytest.mark.parametrize(("claim", "link"), CASES, ids=[case[0] for case in CASES])
def test_the_missing_link_is_the_derivative_that_completes_the_chain(claim, link):
    found = told(UNIT, claim)
    assert found.kinds == ("missing-factor",)
    assert link in found.claim.findings[0].expected
    assert found.mended


def test_the_left_side_is_never_offered_for_the_right_one():
    found = told(UNIT, r"\frac{\partial L}{\partial w_1} = \frac{\partial z}{\partial w_1}")
    assert found.corrected.count(r"\frac{\partial L}{\partial w_1}") == 1
