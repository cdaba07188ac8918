"""What is true, where no single correction mends a formula."""

from verify.diagnosed import UNIT, told


def test_a_right_member_of_the_chain_stands_in():
    found = told(UNIT, r"\frac{\partial L}{\partial w_1} = e^{a + y} \sigma(w_2) = (a - y) a (1 - a) x_1")
    assert found.verdict == "wrong"
    assert found.mended


def test_a_polynomial_is_written_out_in_the_author_s_names():
    document = UNIT.replace(r"L = \frac{1}{2} (a - y)^2", r"L = w_1^2 y + w_2 x_1")
    found = told(document, r"\frac{\partial L}{\partial w_1} = x_2^3 + 5 w_2^2 y^2")
    assert found.mended
