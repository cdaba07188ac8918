"""Explanations in LaTeX: they compile, fit their column, and a long one goes on in the next display."""

from __future__ import annotations

import re

import pytest
from golden.article import NETWORK
from oracles.typeset import compile_latex

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.explained import step_displays
from symgrad.render.latex import render_latex
from symgrad.render.metrics import column
from symgrad.render.steps import Line, Told

NETWORKS = [
    NETWORK,
    "input(3x32x32) | conv2d(8, 3, stride=2, padding=1) | tanh",
    "input(4) | linear(3) | layer_norm | cross_entropy",
    "input(2x4x4) | avg_pool2d(2) | residual(conv2d(2, 1) | relu) | flatten | mse",
    "input(2) | linear(2) as u | sigmoid | linear(2) sharing u | sigmoid | bce",
]
NUMBERS = tuple((False, rf"a_{{{n}}}\,\frac{{\partial L}}{{\partial z_{{{n}}}}}") for n in range(1, 3))


def latex(text, view="index", width_cm=12.0):
    return "".join(render_latex(document(derive(build(text)), view, steps=True), width_cm=width_cm))


def test_steps_compile_in_every_view():
    body = "\n".join(
        latex(text, view) for text in NETWORKS[:1] + NETWORKS[2:] for view in ("scalar", "index", "matrix")
    )
    typeset = compile_latex(body, width_cm=12, size=11)
    assert "Missing" not in typeset.log


@pytest.mark.parametrize("text", NETWORKS)
def test_nothing_is_wider_than_the_column(text):
    assert compile_latex(latex(text), width_cm=12, size=11).overfull == []


def test_a_reason_stands_beside_its_line_where_there_is_room_and_else_below():
    steps = Told("L", "$L$", (), (Line(NUMBERS, "short"), Line(NUMBERS, "long " * 20)), (), closed=True)
    (display,) = step_displays(steps, column(12))
    first, *others = display.splitlines()[1:-1]
    assert first.endswith(r"\qquad\text{(short)} \\[9pt]")
    assert others[0].startswith("&= ")
    assert "text" not in others[0]
    assert all(line.startswith(r"&\quad \text{") for line in others[1:])
    assert len(others) > 2


def test_a_long_explanation_goes_on_in_the_next_display():
    lines = tuple(Line(((False, rf"\sum_{{i=0}}^{{{n}}}a_i"),), "so") for n in range(2, 20))
    found = list(step_displays(Told("L", "$L$", (), lines, (), closed=True), column(12)))
    assert len(found) > 1
    assert all(display.startswith("\\begin{aligned}\nL &= ") for display in found)
    assert sum(display.count("&=") for display in found) == len(lines)


def test_the_index_view_does_not_say_the_result_twice_and_the_others_go_on_to_the_entries():
    assert latex(NETWORK).count(r"\frac{\partial L}{\partial w_{u,v}} &=") == 1
    scalar = latex(NETWORK, "scalar")
    assert scalar.count("Entry by entry:") == 2
    assert re.search(r"\\frac\{\\partial L\}\{\\partial w_1\} &=", scalar)
