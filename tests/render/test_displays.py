"""Displays: no formula lost, none higher than a page takes, rows of a tensor kept together."""

import re

import pytest
from oracles.typeset import compile_latex
from sympy import symbols, tanh

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.network.from_sympy import model_from_sympy
from symgrad.render.displays import displays, environment


def shown(network, view="scalar"):
    return list(displays(document(derive(build(network)), view), 12.0))


@pytest.mark.parametrize("size", [1, 2, 5, 17, 40, 113])
def test_every_formula_is_shown_once_and_displays_are_balanced(size):
    gradients = [body for kind, body in shown(f"input({size}) | relu") if kind == "gradient"]
    counts = [body.count("&=") for body in gradients]
    assert sum(counts) == size
    assert max(counts) <= 15
    assert max(counts) - min(counts) <= 5


def test_rows_of_an_image_stay_together():
    gradients = [body for kind, body in shown("input(5x5) | conv2d(1, 3, stride=2)") if kind == "gradient"]
    pixels = [body.count("&=") for body in gradients if r"\partial a_" in body]
    assert [count % 5 for count in pixels] == [0] * len(pixels)


def test_formulas_are_set_apart_more_than_the_lines_of_one():
    body = environment([["a &= b", r"&\quad {}+ c"], ["d &= e"]])
    assert body.split("\n")[1:-1] == [r"a &= b \\", r"&\quad {}+ c \\[5pt]", "d &= e"]


def test_single_numbers_stand_together():
    z1, h1, a, b = symbols("z1 h1 a b")
    model = model_from_sympy({z1: a * b, h1: tanh(z1)})
    assert len(list(displays(document(derive(model)), 12.0))) == 2


def test_closed_forms_stand_together():
    kinds = [kind for kind, _ in shown("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "index")]
    assert kinds == ["forward", "gradient"]


PAGE = 541
"""The height in points of the text on a page of LaTeX's article class at 11 pt."""


@pytest.mark.parametrize("view", ["scalar", "chain", "index"])
@pytest.mark.parametrize(
    "network",
    [
        "input(28x28) | conv2d(1, 3, stride=2, bias=false)",
        "input(1x6x6) | conv2d(2, 3, padding=1) | relu | flatten | linear(10) | sigmoid | mse",
        "input(4x5x5) | conv2d(2, 2, stride=2, padding=1, dilation=2, groups=2) | tanh",
    ],
)
def test_no_display_is_higher_than_a_page(network, view):
    bodies = [body for _, body in shown(network, view)]
    boxes = [
        rf"\setbox0\hbox{{$\displaystyle {body}$}}\typeout{{HIGH \the\dimexpr\ht0+\dp0\relax}}"
        for body in bodies
    ]
    log = compile_latex("\n".join(boxes)).log
    heights = [float(points) for points in re.findall(r"^HIGH ([\d.]+)pt", log, re.MULTILINE)]
    assert len(heights) == len(bodies)
    assert max(heights) < PAGE


def test_a_sum_longer_than_a_page_goes_on_in_the_next_display():
    weights = [body for _, body in shown("input(28x28) | conv2d(1, 3, stride=2, bias=false)")]
    first = next(n for n, body in enumerate(weights) if r"\partial w_1}" in body)
    lines = [line for body in weights[first:] for line in body.split("\n")[1:-1]]
    end = next(n for n, line in enumerate(lines) if r"\partial w_2}" in line)
    assert sum(line.count(r"\partial z_") for line in lines[:end]) == 13 * 13
    assert all(line.startswith(r"&\quad {}+ ") for line in lines[1:end])


def test_the_steps_of_a_single_entry_stand_together():
    stated = document(derive(build("input(2) | linear(1)"), ("b",)), update="momentum")
    (updates,) = (block for kind, block in displays(stated, 12.0) if kind == "update")
    assert "v_{b_1}^{*} &=" in updates
    assert "\nb_1^{*} &=" in updates
