"""Summands like their neighbours."""

from verify.diagnosed import UNIT, told


def test_a_lost_summand_is_made_from_its_neighbour():
    found = told(UNIT, r"z = w_1 x_1")
    assert found.kinds == ("missing-term",)
    assert found.corrected.replace(" ", "") == "z=w_1x_1+w_2x_2"
    assert found.mended


def test_within_a_bracket_too():
    document = UNIT.replace("L = \\frac{1}{2} (a - y)^2", "L = (w_1 - y)^2 + (w_2 - y)^2")
    found = told(document, "L = (w_2 - y)^2")
    assert (found.kinds, found.corrected, found.mended) == (
        ("missing-term",), "L = (w_2 - y)^2 + (w_1 - y)^2", True,
    )  # fmt: skip
