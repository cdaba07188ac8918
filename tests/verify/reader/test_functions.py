"""What the table cases/functions.txt says."""

from reading import cases, reading


@cases("functions")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected
