"""What the table cases/arrays.txt says."""

from reading import cases, reading


@cases("arrays")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected
