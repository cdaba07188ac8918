"""What is wrong with a wrong claim, and the claim as it should be."""

import pytest
from verify.diagnosed import LAYER, UNIT, told

WRONG = [
    (UNIT, r"\frac{\partial L}{\partial w_1} = (a - y) a (1 - a) x_2"),
    (UNIT, r"\frac{\partial L}{\partial w_1} = (a - y) (1 - a) x_1"),
    (
        UNIT,
        r"\frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial a} a (1 - a) = (a - y) a (1 - a) x_1",
    ),
    (LAYER, r"\frac{\partial L}{\partial x} = W \delta"),
    (LAYER, r"\frac{\partial L}{\partial W} = \delta x"),
]


@pytest.mark.parametrize(("document", "claim"), WRONG, ids=[claim for _, claim in WRONG])
def test_a_wrong_claim_has_a_finding_and_the_fixed_document_is_right(document, claim):
    found = told(document, claim)
    assert found.verdict == "wrong"
    assert found.claim.findings
    assert found.mended


def test_a_wrong_left_side_is_named_where_no_slip_on_the_right_explains_it():
    document = UNIT.replace(r"z = w_1 x_1 + w_2 x_2", r"z = w_1 x_1 + w_2 x_2 + w_1 w_2")
    found = told(document, r"\frac{\partial z}{\partial w_1} = x_2 + w_1")
    assert found.kinds == ("wrong-target",)
    assert found.claim.findings[0].expected == r"\frac{\partial z}{\partial w_2}"
    assert found.mended


def test_what_is_put_in_place_keeps_the_other_members_as_they_are():
    found = told(UNIT, r"\frac{\partial L}{\partial z} = (a - y) a (1 + a) = (a - y) \sigma'(z)")
    assert found.corrected == r"\frac{\partial L}{\partial z} = (a - y) a (1 - a) = (a - y) \sigma'(z)"


def test_a_correction_makes_no_part_vanish():
    found = told(UNIT, r"\frac{\partial L}{\partial a} = a - y + x_1")
    assert (found.kinds, found.corrected) == (("extra-term",), r"\frac{\partial L}{\partial a} = a - y")
