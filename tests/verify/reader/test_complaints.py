"""What is said of what cannot be read: the message, and the place."""

import pytest

from symgrad.verify.reader import read

TABLE = [
    (r"a \pm b", "'±' stands for two formulas; write them both", r"\pm"),
    (r"a + \foo", r"'\foo' is no command that is read here", r"\foo"),
    ("a + * b", "two operators in a row: '+' and '*'", "*"),
    ("a - - b", "two signs in a row; put the second one in brackets", "- -"),
    (r"\int x", "integrals are not read", r"\int"),
    (r"\frac{a}{}", "nothing between the braces", "{}"),
    ("a = = b", "two operators in a row: '=' and '='", "="),
    (r"\begin{tikzcd} a", "the environment 'tikzcd' is not read in a formula", r"\begin{tikzcd}"),
    ("a ? b", "'?' is not read in a formula", "?"),
    (r"x \text{ or } y", "text in the middle of a formula", r"\text{ or }"),
    ("a!", "'!' is not read in a formula", "!"),
    ("x^2^3", "a second superscript; put the first in brackets", "^"),
]


@pytest.mark.parametrize(("text", "message", "place"), TABLE, ids=[row[0] for row in TABLE])
def test_a_complaint_says_what_and_where(text, message, place):
    problem = read(text)[0].problem
    assert problem.message == message
    assert text[slice(*problem.span)] == place
