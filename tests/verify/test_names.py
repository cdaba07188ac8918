"""How names are spelled: letters, subscripts, labels, and runs of both."""

from __future__ import annotations

import pytest

from symgrad.verify import names
from symgrad.verify.names import (
    INDEX_LETTERS,
    LOSS_LETTERS,
    label_items,
    letters_in,
    pieces,
    script_text,
    spelled,
)
from symgrad.verify.reader import read


def node(formula):
    (statement,) = read(formula)
    assert statement.problem is None
    return statement.members[0]


@pytest.mark.parametrize(
    ("formula", "key"),
    [
        ("x", "x"),
        (r"\mathbf{x}", "x"),
        (r"\boldsymbol{x}", "x"),
        (r"\hat{y}", "hat:y"),
        (r"\hat{\mathbf{y}}", "hat:y"),
        (r"\bar{x}_i", "bar:x"),
        (r"\tilde{x}^{(2)}", "tilde:x"),
        (r"\mathcal{L}", "cal:L"),
        (r"\sigma", "σ"),
        ("w^*", "w*"),
        ("{x}_i", "x"),
        (r"\mathrm{net}_j", "net"),
    ],
)
def test_bold_and_scripts_do_not_change_a_key_and_accents_do(formula, key):
    assert spelled(node(formula)).key == key


@pytest.mark.parametrize(
    ("formula", "subs", "labels", "rest", "primes"),
    [
        ("x", 0, 0, 0, 0),
        ("x_i", 1, 0, 0, 0),
        ("x_{i,j}", 2, 0, 0, 0),
        ("x_{ij}", 1, 0, 0, 0),
        ("x^{(l)}_i", 1, 1, 0, 0),
        ("x^{[l]T}", 0, 1, 1, 0),
        ("x^2", 0, 0, 1, 0),
        ("x^T", 0, 0, 1, 0),
        ("f'", 0, 0, 0, 1),
        ("f''", 0, 0, 0, 2),
        ("Z^{[1](i)}", 0, 2, 0, 0),
    ],
)
def test_a_name_is_taken_apart(formula, subs, labels, rest, primes):
    spelling = spelled(node(formula))
    found, others = label_items(spelling.sups)
    assert (len(spelling.subs), len(found), len(others), spelling.primes) == (subs, labels, rest, primes)


@pytest.mark.parametrize("formula", ["2", "x + y", "x y", "(x)", r"\frac{a}{b}", r"\sum_i x_i", "(x + y)^T"])
def test_what_is_no_name_is_none(formula):
    assert spelled(node(formula)) is None


@pytest.mark.parametrize(
    ("formula", "rank", "expected"),
    [
        ("x_{ij}", 2, ["i", "j"]),
        ("x_{ij}", None, ["i", "j"]),
        ("x_{11}", 2, ["1", "1"]),
        ("x_{11}", 1, ["11"]),
        ("x_{11}", None, ["11"]),
        ("x_{123}", 3, ["1", "2", "3"]),
        ("x_{i1}", 2, ["i", "1"]),
        ("x_{12}", 3, ["12"]),
        ("x_{01}", 2, ["0", "1"]),
    ],
)
def test_runs_of_indices_come_apart_as_the_rank_asks(formula, rank, expected):
    (item,) = spelled(node(formula)).subs
    assert [script_text(piece) for piece in pieces(item, rank, frozenset())] == expected


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"h_{\text{next}}", "next"),
        (r"h_{\mathrm{in}}", "in"),
        ("h_{i+1}", "+i+1"),
        ("h_{t-1}", "+t-1"),
        ("h_3", "3"),
    ],
)
def test_a_script_as_the_end_of_a_key(formula, text):
    (item,) = spelled(node(formula)).subs
    assert script_text(item) == text


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        *[(text, True) for text in ("i", "i+1", "2i - 1", "i/2", r"\frac{i}{2}", "n_l - 1", "3")],
        *[(text, False) for text in ("x^2", r"\sum_i i", r"\log i", r"\hat{i}")],
    ],
)
def test_plain_indices_are_made_of_letters_and_numbers(formula, plain):
    assert names.plain_index(node(formula)) is plain


def test_letters_come_in_the_order_in_which_they_stand():
    formula = r"a_i + \frac{b}{\sum_j c_j} d^{(l)}"
    assert [name.letter for name in letters_in(node(formula))] == ["a", "i", "b", "j", "c", "j", "d", "l"]


def test_x_and_w_are_no_indices_and_l_may_be_both():
    assert not INDEX_LETTERS & set("abwxyzdefgho")
    assert "l" in INDEX_LETTERS & LOSS_LETTERS
