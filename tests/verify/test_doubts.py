"""Findings on text that had to be repaired before it could be read."""

import pytest
from verify.diagnosed import UNIT, told

CASES = [
    (r"\frac{\partial L}{\partial a} = rac{2}{2} (a - y)", "garbled", "\\frac{2}{2}"),
    (r"\frac{\partial L}{\partial a} = (a - y", "garbled", "(a - y)"),
]


@pytest.mark.parametrize(("claim", "kind", "repaired"), CASES, ids=[case[0] for case in CASES])
def test_a_repair_is_a_finding_and_is_never_silently_right(claim, kind, repaired):
    found = told(UNIT, claim)
    assert found.verdict == "unreadable"
    assert found.kinds == (kind,)
    assert repaired in found.corrected
