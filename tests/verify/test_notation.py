"""The author's own notation."""

import pytest

from symgrad.verify.context import Context
from symgrad.verify.notation import Notation, letter_text
from symgrad.verify.reader import read


def learned(*formulas, plain=False):
    notation = Notation(Context())
    notation.plain = plain
    for text in formulas:
        for statement in read(text, plain=plain):
            for member in statement.members:
                notation.learn(member, text)
    return notation


def test_names_derivatives_and_phrases_are_learned_as_written():
    notation = learned(r"\frac{\partial L}{\partial w_1} = (a - y) \hat{x}_1")
    texts = {word.text for word in notation.vocabulary()}
    assert {r"\frac{\partial L}{\partial w_1}", "w_1", r"\hat{x}_1", "(a - y)"} <= texts


def test_what_stands_in_an_exponent_is_learned_too():
    assert {"m", "x_1"} <= {word.text for word in learned(r"l = e^{x_1 - m}").vocabulary()}


@pytest.mark.parametrize(
    ("formula", "plain", "glue"),
    [("z = a b + c d", False, " "), (r"z = a \cdot b", False, r" \cdot "), ("z = a*b", True, "*")],
)
def test_the_sign_of_multiplication_is_the_author_s(formula, plain, glue):
    assert learned(formula, plain=plain).glue == glue


def test_no_derivative_of_a_logarithm_is_offered():
    assert not any("log'" in word.text for word in learned(r"L = \log(x)").vocabulary())


@pytest.mark.parametrize(
    ("key", "plain", "text"), [("σ", False, r"\sigma"), ("hat:y", False, r"\hat{y}"), ("hat:y", True, "y")]
)
def test_a_letter_from_its_key(key, plain, text):
    assert letter_text(key, plain) == text


def test_sums_are_learned_with_their_limits():
    notation = learned(r"s = \sum_{i=1}^{n} x_i")
    assert [sign for sign, _, _ in notation.sums] == [r"\sum_{i=1}^{n}"]
