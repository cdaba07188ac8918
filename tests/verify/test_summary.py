"""Counts of verdicts, the sentence, the exit status, and the places."""

from __future__ import annotations

import pytest
from golden.claims import article, sheet

from symgrad.verify.summary import counted, places, status, told

CASES = {
    "": ("no claims", 3),
    "right": ("1 claim: 1 right", 0),
    "right right": ("2 claims: 2 right", 0),
    "right wrong undecided": ("3 claims: 1 right, 1 wrong, 1 undecided", 1),
    "wrong unreadable": ("2 claims: 1 wrong, 1 unreadable", 1),
    "right undecided": ("2 claims: 1 right, 1 undecided", 3),
    "unreadable": ("1 claim: 1 unreadable", 3),
}


@pytest.mark.parametrize(("verdicts", "expected"), CASES.items(), ids=CASES)
def test_the_verdicts_of_a_document_make_a_sentence_and_a_status(verdicts, expected):
    text = "$a = b$\n" * 3
    made = [{"latex": "a = b", "passage": n, "verdict": v} for n, v in enumerate(verdicts.split())]
    claims = sheet(text, *made)[1]
    assert (told(claims), status(claims)) == expected
    assert sum(counted(claims).values()) == len(claims)


def test_each_part_of_the_sentence_can_be_painted():
    claims = article()[1]
    assert (
        told(claims, lambda text, verdict: f"<{verdict}>{text}") == "3 claims: <right>1 right, <wrong>2 wrong"
    )


def test_a_place_has_its_column_only_where_others_begin_in_the_same_line():
    assert places(article()[1]) == ["line 3, column 17", "line 3, column 37", "line 7"]


def test_a_place_in_a_notebook_names_its_cell():
    import json

    cell = {"cell_type": "markdown", "metadata": {}, "source": ["# Sheet\n", "$a = b$"]}
    text = json.dumps({"cells": [cell, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    made = [{"latex": "a = b", "passage": n} for n in (0, 1)]
    assert places(sheet(text, *made)[1]) == ["cell 1, line 2", "cell 2, line 2"]
