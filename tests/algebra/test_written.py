"""The tree that an author's formula is."""

from __future__ import annotations

from fractions import Fraction

import pytest
from oracles.dual import run
from oracles.fields import Fractions

from symgrad.algebra import written as w
from symgrad.algebra.affine import Index
from symgrad.algebra.functions import relu
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import (
    Definition,
    define,
    inside,
    maximum,
    positive,
    quantity,
    reads,
    same,
    total,
    written,
)
from symgrad.errors import AlgebraError

X = Tensor("x", (3,), "input")
A, B = X[0], X[1]
AT = {"x": [Fraction(3), Fraction(-2), Fraction(5)]}
OUT = Tensor("out", (), "intermediate")


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (A + B, 1),
        (A + 1, 4),
        (1 + A, 4),
        (A - B, 5),
        (1 - A, -2),
        (A - 1, 2),
        (-A, -3),
        (A * B, -6),
        (2 * A, 6),
        (A * 0.5, Fraction(3, 2)),
        (A / B, Fraction(-3, 2)),
        (1 / A, Fraction(1, 3)),
        (A / 2, Fraction(3, 2)),
        (A**2, 9),
        (B**-1, Fraction(-1, 2)),
        (positive(A), 1),
        (positive(B), 0),
        (relu(B) + relu(A), 3),
        (total(3, lambda i: X[i]), 6),
        (total((3, 2), lambda i, j: X[i]), 12),
        (maximum(3, lambda i: X[i]), 5),
        (total(3, lambda i: same(i, 2) * X[i]), 5),
        (total(5, lambda i: inside((i - 1, 3)) * X[i - 1]), 6),
        (written(7), 7),
        (quantity(0.25), Fraction(1, 4)),
    ],
)
def test_operators_mean_what_they_say(node, value):
    assert run([Definition(OUT, (), node)], AT, Fractions())["out"] == [value]


def test_letters_are_the_parameters_of_the_body():
    node = total((2, 3), lambda row, column: X[column])
    assert [(i.letter, i.size) for i in node.indices] == [("row", 2), ("column", 3)]
    assert [i.letter for i in define(Tensor("m", (2, 3), "input"), lambda p, q: X[q]).axes] == ["p", "q"]


def test_a_body_has_one_parameter_per_axis():
    with pytest.raises(AlgebraError, match="2 axes and 1 indices: i"):
        total((2, 3), lambda i: X[i])


def test_reads_finds_every_tensor_in_the_order_met():
    tensors = [Tensor(name, (3,), "input") for name in "abcdef"]
    a, b, c, d, e, f = tensors
    body = (
        a[0] * b[1] ** 2
        + relu(c[0])
        + total(3, lambda i: positive(d[i]) * maximum(3, lambda k: e[k]))
        - f[0] / a[1]
        + w.PI
        + inside((Index(3, "i"), 3))
    )
    assert reads(Definition(OUT, (), body)) == tuple(tensors)
