"""Premises in words: which words, beside which formulas, and what they are taken for."""

from __future__ import annotations

import pytest

from symgrad.verify import passages
from symgrad.verify.judge import read_document


def said(text):
    document = passages.find(text, "markdown")
    found = [one for one in read_document(document) if one.role == "given"]
    return [[str(member) for member in one.statement.members] for one in found]


@pytest.mark.parametrize(
    "text",
    [
        r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric.",
        "where $A$ is a real symmetric matrix",
        "a symmetric matrix $A$",
        "a symmetric positive definite matrix $A$",
        "with a symmetric $A$",
        "$y$ one-hot",
        "$y$ is a one-hot vector",
        "the one-hot label $y$",
        "a one hot encoded $y$",
    ],
)
def test_words_beside_a_name_are_a_premise(text):
    assert len(said(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "The loss $L$ depends on the weights. It is symmetric.",
        "Symmetric functions are nice. Let $A$ be a matrix.",
        "$A = B$ is symmetric",
        "$$A$$ is symmetric",
        "the symmetric difference of $A$ and $B$",
    ],
)
def test_other_words_are_none(text):
    assert said(text) == []


def test_all_names_of_a_list_are_meant():
    assert len(said(r"Let $A, B \in \mathbb{R}^{n \times n}$ be symmetric.")) == 2
