"""Different trees are shown differently."""

import pytest

from symgrad.verify.reader import read, show
from symgrad.verify.reader.shown import shown

DIFFERENT = [
    ("x^2", "x^{(2)}"), ("x^T", r"x^\top"), ("x_{ij}", "x_{i,j}"), ("x_{ij}", "x_{i j}"), ("Wx", "W x"),
    ("f'", r"f^*"), ("(a)", "[a]"), ("|a|", r"\|a\|"), ("-a b", "(-a) b"), ("a/b", r"\frac{a}{b}"),
    (r"\log x", r"\log(x)"), (r"\partial_x f", r"\nabla_x f"), ("x", r"\mathbf{x}"),
    (r"\hat{x_i}", r"\hat x_i"),
    ("0.5", r"\frac12"), (r"\frac{\partial f}{\partial x}", r"\frac{df}{dx}"), ("1", r"\mathbf{1}"),
    (r"\sum_i a b", r"\sum_i a \cdot b"), ("a, b", r"a \dots b"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_trees_look_different(left, right):
    assert show(read(left)[0].members[0]) != show(read(right)[0].members[0])


def test_a_statement_is_shown_with_its_relations_and_repairs():
    assert [shown(statement) for statement in read(r"= \part_x f \to b")] == [
        "= D[partial ∂ f / x] → b   [spelling°]"
    ]
