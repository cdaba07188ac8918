"""Findings in sentences."""

import pytest

from symgrad.verify.sentences import said

CASES = [
    ("wrong-index", "a_1", "a_2", "", "a_1 should be a_2"),
    ("sign", "+ a", "- a", "", "the sign is wrong: + a should be - a"),
    ("missing-term", "a", "a + b", "b", "the term b is missing"),
    ("missing-factor", "a", "a b", "b", "the factor b is missing"),
    ("extra-term", "a", "", "", "a does not belong here"),
    ("repeated-term", "a", "", "", "a is there twice"),
    ("constant-factor", "a", "2 a", "2", "the constant factor 2 is missing: a should be 2 a"),
    ("constant-factor", "2", "", "", "the factor 2 does not belong here"),
    ("wrong-target", "dL/dw1", "dL/dw2", "", "this is dL/dw2, not dL/dw1"),
]


@pytest.mark.parametrize(
    ("kind", "given", "expected", "note", "sentence"), CASES, ids=[case[4] for case in CASES]
)
def test_each_kind_has_a_sentence_without_a_full_stop(kind, given, expected, note, sentence):
    assert said(kind, given, expected, note) == sentence
