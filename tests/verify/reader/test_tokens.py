"""What the table cases/tokens.txt says, and the bounds."""

from itertools import pairwise

import pytest
from reading import cases, reading

from symgrad.verify.reader import read
from symgrad.verify.reader.tokens import LONGEST_TEXT, MOST_TOKENS, Lexer


@cases("tokens")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (LONGEST_TEXT + 1), "at most 200,000 are read"),
        ("+" * (MOST_TOKENS + 1), "more than 50,000 pieces"),
    ],
    ids=["characters", "pieces"],
)
def test_beyond_a_bound_a_problem_names_it(text, message):
    (statement,) = read(text)
    assert message in statement.problem.message


def test_a_look_alike_keeps_every_place():
    (statement,) = read("a1 + а2 + а3")
    assert [repair.span for repair in statement.repairs] == [(5, 7), (10, 12)]
    assert statement.repairs[0].replacement == "a2"
    assert not statement.repairs[0].harmless


def test_every_token_stands_where_it_says():
    text = r"\frac{\partial L}{\partial w_{12}} = \mathbf{x}^\top \left( y \right)"
    tokens = Lexer(text, plain=False).run()
    assert [text[token.start : token.stop] for token in tokens][-3:] == [r"\left(", "y", r"\right)"]
    assert all(left.stop <= right.start for left, right in pairwise(tokens))
