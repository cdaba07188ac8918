"""All kinds of corrections: none of them changes nothing, and none costs nothing."""

import pytest

from symgrad.verify.context import Context
from symgrad.verify.corrections import Writer, other_words, slight_changes, spots
from symgrad.verify.notation import Notation
from symgrad.verify.reader import read

FORMULAS = [r"a_1 (1 - a_1) - \frac{b}{2} W^T x", r"\sum_{i=1}^{n} x_i^2", r"\tanh'(z) \odot A B C"]


@pytest.mark.parametrize("text", FORMULAS)
def test_each_change_changes_the_formula_and_its_text(text):
    (statement,) = read("X = " + text, plain=False)
    whole = statement.members[1]
    context = Context()
    notation = Notation(context)
    notation.learn(whole, "X = " + text)
    writer = Writer("X = " + text, context, notation)
    count = 0
    for spot in spots(whole):
        for change in (*slight_changes(writer, spot), *other_words(writer, spot)):
            count += 1
            assert change.node != whole
            assert any(writer.at(span) != new for span, new in change.edits)
            assert change.cost > 0
    assert count > 20
