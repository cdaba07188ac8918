"""Long formulas in lines: nothing is wider than the column, and the lines put together are the formula."""

import json
import re

import pytest
from oracles.typeset import compile_latex, parse_katex

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.json import render_json
from symgrad.render.latex import render_latex
from symgrad.render.metrics import width

NETWORKS = {
    "perceptron": ("input(2) | linear(2) | tanh | linear(2) | mse", ("w1_1", "w2")),
    "softmax": ("input(2) | linear(3) | softmax | linear(3) | cross_entropy", ("w1_1",)),
    "layer norm": ("input(3) | linear(3) | layer_norm | mse", ("b1_1",)),
    "cases": ("input(2) | linear(2) | elu | linear(1) | smooth_l1", ("w1_1",)),
    "maxima": ("input(3x3) | conv2d(1, 2) | relu | max_pool2d(2) | flatten | linear(1) | mse", ("w1_1",)),
    "abstract": ("input(3) | linear(3) | activation(f) | linear(2) | activation(g)", ("w1_1",)),
}


def latex(name, width_cm=12.0, depth=None):
    network, words = NETWORKS[name]
    page = document(derive(build(network), words), "substituted", depth=depth)
    return "".join(render_latex(page, width_cm=width_cm))


def displays(text):
    return re.findall(r"\\\[\n(.*?)\n\\\]", text, re.DOTALL)


@pytest.mark.parametrize("width_cm", [12.0, 16.0])
@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_wider_than_its_column(name, width_cm):
    typeset = compile_latex(latex(name, width_cm), width_cm=width_cm, size=11)
    assert typeset.overfull == []
    assert "Missing" not in typeset.log
    assert "Extra" not in typeset.log


def test_every_display_is_read_by_katex():
    shown = [display for name in NETWORKS for display in displays(latex(name))]
    assert [problem for problem in parse_katex(shown) if problem is not None] == []


def joined(display):
    """The lines of a display as one, with what only breaking brings taken out."""
    lines = re.findall(r"^.*&.*$", display, re.MULTILINE)
    text = " ".join(re.sub(r"\\\\(\[\d+pt\])?$", "", line) for line in lines)
    return re.sub(r"\\(quad|cdot)|&|\{\}|\\(left|right|[Bb]ig[lr])|\\,| ", "", text)


@pytest.mark.parametrize("name", ["perceptron", "abstract", "maxima"])
def test_the_lines_put_together_are_the_formula(name):
    """These hold no quotients, which a break writes with a slash."""
    broken = "".join(joined(display) for display in displays(latex(name, 9.0)))
    whole = "".join(joined(display) for display in displays(latex(name, 100.0)))
    assert broken == whole
    assert latex(name, 9.0).count("\n") > latex(name, 100.0).count("\n")


def test_a_line_breaks_at_the_outermost_place():
    lines = displays(latex("perceptron"))[1].split("\\\\[3pt]\n")
    assert "tanh" in lines[0]
    starts = [line for line in lines if line.startswith(r"&\quad")]
    assert all(re.match(r"&(\\quad )+\{\}(\+|-|\\cdot|/) ", line) for line in starts)


def test_a_short_formula_stays_on_one_line():
    page = document(derive(build("input(1) | linear(1) | mse"), ("w1",)), "substituted")
    lines = "".join(render_latex(page))
    assert r"L &= (a_1w_1 + b_1 - y_1)^2" in lines
    assert r"\frac{\partial L}{\partial w_1} &= 2a_1(a_1w_1 + b_1 - y_1)" in lines
    assert width(r"2a_1(a_1w_1 + b_1 - y_1)") < 20


def test_json_has_the_formula_as_text_latex_and_program():
    page = document(derive(build("input(1) | linear(1) | tanh"), ("w1",)), "substituted")
    data = json.loads("".join(render_json(page)))
    assert data["view"] == "substituted"
    assert [(e["kind"], e["target"], e["text"], e["expression"]) for e in data["equations"]] == [
        ("forward", "h1", "h1 = tanh(a1·w1 + b1)", "tanh(a1*w1 + b1)"),
        (
            "gradient",
            "dL_dw1",
            "∂L/∂w1 = ∂L/∂h1·a1·(1 − tanh(a1·w1 + b1)²)",
            "dL_dh1*a1*(1 - tanh(a1*w1 + b1)**2)",
        ),
    ]
    assert set(data["symbols"]) == {"a1", "w1", "b1", "h1", "dL_dh1", "dL_dw1"}
    assert all(r"\begin{aligned}" not in e["latex"] for e in data["equations"])
