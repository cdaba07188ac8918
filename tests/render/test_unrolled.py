"""Unrolled formulas: like terms merged, quotients, signs, and the order in which factors are read."""

from fractions import Fraction

import pytest

from symgrad.algebra.program import equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, maximum, total
from symgrad.errors import RenderError
from symgrad.network.build import build
from symgrad.render.notation import signed_sum
from symgrad.render.plain import PlainNotation
from symgrad.render.unrolled import unrolled

x = Tensor("x", (3,), "input")
y = Tensor("y", (3,), "intermediate")
s = Tensor("s", (), "intermediate")
PLAIN = PlainNotation()


def lines(definition, positions=None):
    return [
        signed_sum(PLAIN, list(zip(each.negative or [False] * len(each.terms), each.terms, strict=True)))
        for each in unrolled(equation(definition), PLAIN, positions)
    ]


@pytest.mark.parametrize(
    ("definition", "printed"),
    [
        (
            define(s, lambda: total((3, 3), lambda i, j: x[i] * x[j])),
            ["x1² + 2·x1·x2 + 2·x1·x3 + x2² + 2·x2·x3 + x3²"],
        ),
        (define(s, lambda: total(3, lambda i: x[i]) - x[1]), ["x1 + x3"]),
        (define(y, lambda i: 1 / x[i]), ["1/x1", "1/x2", "1/x3"]),
        (define(s, lambda: x[0] / (2 * x[1] * x[2])), ["x1/(2·x2·x3)"]),
        (define(s, lambda: x[0] / (x[1] + x[2])), ["x1/(x2 + x3)"]),
        (define(s, lambda: x[0] * Fraction(2, 3) - x[1]), ["2/3·x1 − x2"]),
        (define(s, lambda: maximum(3, lambda i: x[i])), ["max(x1, x2, x3)"]),
        (define(s, lambda: (x[0] + x[1]) * (x[0] - x[1])), ["(x1 + x2)·(x1 − x2)"]),
        (define(s, lambda: x[0] - x[0]), ["0"]),
    ],
)
def test_a_formula_reads_as_it_was_typed_by_hand(definition, printed):
    assert lines(definition) == printed


def test_positions_pick_entries():
    network = build("input(5x5) | conv2d(1, 3, stride=2, bias=false)").forward.equations[0]
    picked = [each.position for each in unrolled(network, PLAIN, (1, 3))]
    assert picked == [1, 3]


def test_rows_are_those_of_the_kernel():
    network = build("input(5x5) | conv2d(1, 3, stride=2, bias=false)").forward.equations[0]
    assert [each.rows for each in unrolled(network, PLAIN)] == [3] * 4


def test_what_has_no_scalar_notation_is_refused_and_named():
    from symgrad.algebra.affine import affine
    from symgrad.algebra.terms import Entry, Expression, FirstMaximiser, Max, Term
    from symgrad.render.unrolled import concrete

    body = Expression((Term(1, (), (), ((Entry(x, (affine(0),)), 1),)),))
    with pytest.raises(RenderError, match="FirstMaximiser"):
        concrete(FirstMaximiser(Max((), (), body), ()), PLAIN)
