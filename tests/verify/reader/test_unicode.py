"""What the table cases/unicode.txt says."""

import pytest
from reading import cases, reading

from symgrad.verify.reader import read, show


@cases("unicode")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected


@pytest.mark.parametrize(
    ("text", "same"),
    [("ŷ", r"\hat y"), ("y\u0302", r"\hat y"), ("x\u20d7", r"\vec x"), ("x₁²", "x_1^2"), ("ϵ", r"\epsilon"),
     ("𝑥", "x"), ("ℝ", r"\mathbb{R}"), ("∑_i x_i", r"\sum_i x_i"), ("√x", r"\sqrt x"), ("x′", "x'")],
)  # fmt: skip
def test_unicode_reads_as_the_same_in_tex(text, same):
    assert show(read(text)[0].members[0]) == show(read(same)[0].members[0])
