"""Findings from a sum that is compared with the truth term by term."""

from verify.diagnosed import UNIT, told

SUM = UNIT.replace(r"z = w_1 x_1 + w_2 x_2", r"z = w_1 x_1 + w_2 x_2 + w_1 w_2")


def test_several_wrong_terms_are_named_one_by_one():
    found = told(SUM, r"z = w_1 x_2 + w_2 x_1 + w_1 w_2")
    assert found.kinds in {("wrong-index", "wrong-index"), ("wrong-index",)}
    assert found.mended


def test_a_name_for_a_derivative_hides_no_sign():
    document = SUM + "\n" + r"$$\delta = \frac{\partial L}{\partial z}$$" + "\n"
    found = told(document, r"\frac{\partial L}{\partial w_1} = \delta x_1 - \delta w_2")
    assert found.kinds == ("sign",)
    assert found.corrected == r"\frac{\partial L}{\partial w_1} = \delta x_1 + \delta w_2"


def test_a_term_that_is_cut_leaves_no_stray_sign():
    found = told(SUM, r"z = x_1 x_2 + w_1 x_1 + w_2 x_2 + w_1 w_2")
    assert found.kinds == ("extra-term",)
    assert "= +" not in found.corrected.replace("  ", " ")
    assert found.mended
