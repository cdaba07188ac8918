"""The tables of letters."""

import pytest

from symgrad.verify.reader import letters, read, show
from symgrad.verify.syntax import RELATIONS


@pytest.mark.parametrize("name", sorted(letters.GREEK))
def test_a_greek_letter_is_its_unicode_letter(name):
    assert show(read(f"\\{name}")[0].members[0]) == letters.GREEK[name]


@pytest.mark.parametrize("name", sorted(set(letters.RELATIONS) - {"implies", "iff", "not="}))
def test_a_relation_is_one_of_the_tree(name):
    (*_, statement) = read(f"a \\{name} b")
    assert statement.problem is None
    assert set(statement.relations) <= set(RELATIONS)


@pytest.mark.parametrize("name", sorted(letters.OPERATORS))
def test_an_operator_joins_two_factors(name):
    product = read(f"a \\{name} b")[0].members[0]
    assert product.factors[1].op == letters.OPERATORS[name]


def test_small_letters_are_told_once():
    assert not set(letters.SUPERSCRIPTS) & set(letters.SUBSCRIPTS)
