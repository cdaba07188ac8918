"""Which indices a formula leaves open, and which its sums bind."""

from __future__ import annotations

import pytest
from judging import gathered, prose

from symgrad.verify.indices import bound_letters, free_indices
from symgrad.verify.reader import read
from symgrad.verify.resolve import resolved
from symgrad.verify.syntax import Big, parts_of

GIVEN = (r"W \in \mathbb{R}^{m \times n}", r"x \in \mathbb{R}^n", r"i = 1, \dots, m", r"j = 1, \dots, n")


def node_of(formula):
    context = gathered(prose(*GIVEN)).context
    (statement,) = read(f"Q = {formula}")
    return resolved(statement.members[1], context), context


@pytest.mark.parametrize(
    ("formula", "letters"),
    [
        ("W_{ij} x_j", ["i", "j"]),
        (r"\sum_j W_{ij} x_j", ["i"]),
        (r"\sum_{j=1}^{n} W_{ij} x_j", ["i"]),
        (r"\sum_{i,j} W_{ij} x_j", []),
        (r"\sum_{j=1}^{i} x_j", ["i"]),
        (r"x_j + \sum_j x_j", ["j"]),
        ("W_{1,2} x_2", []),
        ("x^j_i", ["i", "j"]),
        (r"\sigma(x_i)", ["i"]),
        ("n x_i", ["i"]),
    ],
)
def test_the_open_indices_of_a_formula(formula, letters):
    assert free_indices(*node_of(formula)) == letters


@pytest.mark.parametrize(
    ("formula", "letters"),
    [
        (r"\sum_{j=1}^{n} x_j", {"j"}),
        (r"\sum_{i,j} W_{ij}", {"i", "j"}),
        (r"\sum_{ij} W_{ij}", {"ij", "i", "j"}),
        (r"\sum x_j", set()),
    ],
)
def test_the_letters_that_a_sum_binds(formula, letters):
    node, _ = node_of(formula)
    (found,) = [part for part in parts_of(node) if isinstance(part, Big)]
    assert set(bound_letters(found)) == letters
