"""What the table cases/grammar.txt says."""

from reading import cases, reading


@cases("grammar")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected
