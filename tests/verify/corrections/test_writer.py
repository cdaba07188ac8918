"""How pieces of a formula would read."""

import pytest

from symgrad.verify.context import Context
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.notation import Notation
from symgrad.verify.reader import read

CASES = [("W", "W^T"), ("W^T", "W"), ("W_1", "W_1^T"), (r"W^{\top}", "W"), ("(A + B)", "(A + B)^T")]


@pytest.mark.parametrize(("text", "turned"), CASES)
def test_a_transpose_is_added_or_taken_away(text, turned):
    (statement,) = read("X = " + text, plain=False)
    context = Context()
    writer = Writer("X = " + text, context, Notation(context))
    assert writer.transposed(statement.members[1])[1] == turned


def test_a_script_gets_braces_where_it_needs_them():
    context = Context()
    writer = Writer("x_i", context, Notation(context))
    assert writer.script((2, 3), "j") == ((2, 3), "j")
    assert writer.script((2, 3), "i+1") == ((2, 3), "{i+1}")
