"""Words that a document does not hold as such."""

from verify.diagnosed import UNIT, told


def test_a_complement_is_a_factor_that_may_be_missing():
    found = told(UNIT, r"\frac{\partial a}{\partial z} = a")
    assert found.kinds == ("missing-factor",)
    assert "1 - a" in found.corrected
    assert found.mended


def test_an_inverse_is_a_factor_that_may_be_missing():
    document = "$$T > 0$$\n\n$$x \\in \\mathbb{R}$$\n\n$$s = e^{x / T}$$\n"
    found = told(document, r"\frac{\partial s}{\partial x} = s")
    assert found.kinds == ("missing-factor",)
    assert r"\frac{1}{T}" in found.corrected
    assert found.mended
