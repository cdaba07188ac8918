"""Unrolled formulas: like terms merged, quotients, signs, and the order in which factors are read."""

import re
from collections import defaultdict
from fractions import Fraction
from itertools import product as box
from random import Random

import pytest
from oracles.unrolled import Geometry, triples

from symgrad.algebra.program import equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, maximum, total
from symgrad.derivation.derive import derive
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


def test_a_bias_stays_on_the_last_row_of_the_kernel():
    network = build("input(4x4) | conv2d(1, 3)").forward.equations[0]
    assert [each.rows for each in unrolled(network, PLAIN)] == [(3, 3, 4)] * 4


def drawn_geometries():
    rng = Random(7)
    while True:
        groups = rng.choice([1, 1, 2, 3])
        channels = rng.choice([None, groups, 2 * groups]) if groups == 1 else rng.choice([groups, 2 * groups])
        two = lambda most, least=1: (rng.randint(least, most), rng.randint(least, most))  # noqa: E731
        geometry = Geometry(
            channels, two(6, 2), groups * rng.randint(1, 2), two(3), two(3), two(2, 0), two(3), groups
        )
        if min(geometry.windows) > 0:
            yield geometry


@pytest.mark.parametrize(
    "geometry",
    [
        Geometry(None, (5, 5), 1, (3, 3), stride=(2, 2)),
        Geometry(None, (6, 5), 1, (2, 3), dilation=(2, 2)),
        Geometry(None, (7, 7), 1, (3, 2), stride=(2, 2), dilation=(2, 2), padding=(1, 1)),
        Geometry(4, (4, 4), 6, (2, 2), groups=2),
        *(geometry for geometry, _ in zip(drawn_geometries(), range(60), strict=False)),
    ],
    ids=lambda geometry: geometry.text,
)
def test_terms_stand_in_the_readers_order(geometry):
    """By output position, then by kernel position; what is printed, against loops over whole numbers."""
    shapes = {
        "a": (*([geometry.channels] if geometry.channels else []), *geometry.image),
        "z": (*([geometry.outputs] if geometry.channels or geometry.outputs > 1 else []), *geometry.windows),
    }
    kernel = [geometry.channels // geometry.groups] if geometry.channels else []
    shapes["w"] = (*(shapes["z"][:-2]), *kernel, *geometry.kernel)

    def name(tensor, position):
        shape = shapes[tensor]
        if len(shape) < 3:
            return f"{tensor}{position + 1}"
        place = list(box(*map(range, shape)))[position]
        return "_".join([tensor, *(str(n + 1) for n in place)])

    expected = defaultdict(list)
    for z, a, w in triples(geometry):
        z, a, w = name("z", z), name("a", a), name("w", w)
        expected[z].append(f"{a}·{w}")
        expected[f"∂L/∂{w}"].append(f"{a}·∂L/∂{z}")
        expected[f"∂L/∂{a}"].append(f"{w}·∂L/∂{z}")
    derived = derive(build(geometry.text))
    printed = {}
    for eq in (*derived.forward.equations, *derived.gradients.program.equations):
        names = PLAIN.entries(eq.target)
        for each in unrolled(eq, PLAIN):
            printed[names[each.position]] = [term for term in each.terms if not re.fullmatch(r"b\d+", term)]
    wanted = {target: terms for target, terms in expected.items() if terms}
    bias = {target for target in printed if target.startswith("∂L/∂b")}
    assert {t: terms for t, terms in printed.items() if terms and t not in bias} == wanted


def test_what_has_no_scalar_notation_is_refused_and_named():
    from symgrad.algebra.sizes import size_symbol
    from symgrad.algebra.terms import SizeFactor
    from symgrad.render.unrolled import concrete

    with pytest.raises(RenderError, match="SizeFactor"):
        concrete(SizeFactor(size_symbol("n")), PLAIN)


def test_a_place_over_which_no_maximum_is_taken_is_never_the_greatest():
    from symgrad.algebra.affine import Index, affine
    from symgrad.algebra.brackets import within
    from symgrad.algebra.terms import Entry, Expression, FirstMaximiser, Max, Term
    from symgrad.render.unrolled import concrete

    u = Index(3, "u")
    body = Expression((Term(1, (), (), ((Entry(x, (affine(u),)), 1),)),))
    maximum = Max((u,), within(u, 2), body)
    assert concrete(maximum, PLAIN) == "max(x1, x2)"
    assert concrete(FirstMaximiser(maximum, (affine(1),)), PLAIN) == "[argmax(x1, x2) = x2]"
    assert concrete(FirstMaximiser(maximum, (affine(2),)), PLAIN) == "0"
