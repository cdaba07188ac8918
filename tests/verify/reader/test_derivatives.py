"""What the table cases/derivatives.txt says."""

from reading import cases, reading


@cases("derivatives")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected
