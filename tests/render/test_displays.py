"""Displays: no formula lost, none higher than a page takes, rows of a tensor kept together."""

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
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


def test_closed_forms_stand_together():
    kinds = [kind for kind, _ in shown("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "index")]
    assert kinds == ["forward", "gradient"]
