"""Another index."""

from fractions import Fraction

import pytest
from verify.diagnosed import SUMS, UNIT, told

from symgrad.verify.context import Context
from symgrad.verify.corrections.indices import kin, other_subs
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.notation import Notation, Word
from symgrad.verify.syntax import Factor, Name, Number, Product, Scripted

CASES = [
    (UNIT, r"\frac{\partial z}{\partial w_1} = x_2", r"\frac{\partial z}{\partial w_1} = x_1"),
    (
        SUMS,
        r"\frac{\partial L}{\partial k_m} = \sum_{i=1}^{3} \frac{\partial L}{\partial z_i} x_{i+m}",
        r"\frac{\partial L}{\partial k_m} = \sum_{i=1}^{3} \frac{\partial L}{\partial z_i} x_{i+m-1}",
    ),
]


@pytest.mark.parametrize(("document", "claim", "corrected"), CASES, ids=[case[1] for case in CASES])
def test_an_index_is_put_right(document, claim, corrected):
    found = told(document, claim)
    assert (found.kinds, found.corrected, found.mended) == (("wrong-index",), corrected, True)


def writer(text):
    context = Context()
    return Writer(text, context, Notation(context))


def test_digits_do_not_run_into_digits():
    two, i = Number(Fraction(2), False, (0, 1)), Name("i", "", (1, 2))
    texts = [
        text for _, text, _ in other_subs(writer("2i"), Product((Factor("", two), Factor("", i)), (0, 2)))
    ]
    assert "i" in texts
    assert not any(text.isdigit() and len(text) > 1 for text in texts)


def test_the_kin_of_a_word_carry_other_numbers():
    sub = Number(Fraction(1), False, (2, 3))
    word = Word(Scripted(Name("z", "", (0, 1)), sub, (), 0, (0, 3)), "z_1")
    texts = {other.text for other in kin(writer(""), word)}
    assert {"z_0", "z_2", "z_3"} <= texts
    assert "z_1" not in texts
