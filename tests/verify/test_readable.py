"""LaTeX for the eye: plain signs as far as they go, and never something else than what stands there."""

from __future__ import annotations

import time

import pytest

from symgrad.verify.readable import one_line, readable

CASES = {
    r"\frac{\partial L}{\partial w_{1}}": "∂L/∂w_1",
    r"\frac{\partial{O}}{\partial{F_{11}}}": "∂O/∂F_{11}",
    r"\dfrac{\partial L}{\partial \hat{y}_k}": r"∂L/∂\hat{y}_k",
    r"\frac{ \partial  \mathcal{L} }{ \partial w_{ij} }": r"∂\mathcal{L}/∂w_{ij}",
    r"\frac{\partial L}{\partial z^{(2)}_{1}}": "∂L/∂z^{(2)}_1",
    r"\frac{\partial}{\partial x}f": "∂/∂x f",
    r"\frac{dL}{dw_1}": "dL/dw_1",
    r"\frac{d}{dx}": "d/dx",
    r"\partial L / \partial w": "∂L / ∂w",
    r"\nabla_{W} L": "∇_W L",
    r"\frac{\partial L}{\partial \mathbf{W}^{(2)}}\,a_{22} \cdot w_8": "∂L/∂W^{(2)} a_{22} · w_8",
    r"\eta x": "η x",
    r"\left( a &= b \right) \\[2pt] c": "( a = b ) ; c",
    "a\n  = b": "a = b",
    # what has no plain form, and what would be read otherwise, stays
    r"\frac{1}{2}(a-y)^{2}": r"\frac{1}{2}(a-y)^2",
    r"\frac{\partial L}{\partial a b + c}": r"\frac{∂L}{∂a b + c}",
    r"\frac{\partial L}{dx}": r"\frac{∂L}{dx}",
    r"\frac{d}{2}": r"\frac{d}{2}",
    r"\sqrt{x}\_{1}": r"\sqrt{x}\_{1}",
    r"\eta rac{a}{b}": r"η rac{a}{b}",
}


@pytest.mark.parametrize(("latex", "text"), CASES.items(), ids=CASES.values())
def test_latex_is_shown_as_it_is_read(latex, text):
    assert readable(latex) == text


def test_nothing_in_it_can_steer_a_terminal():
    assert readable("a\x1b[31m\u202eb") == one_line("a\x1b[31m\u202eb") == "a\\u001b[31m\\u202eb"


@pytest.mark.parametrize(
    "piece", ["{", "\\frac{\\partial ", "\\frac{\\partial {a}", "\\mathbf{", "\\a", "_{", "\\hat{a}_"]
)
def test_hostile_text_costs_little(piece):
    start = time.perf_counter()
    readable(piece * 100_000)
    readable("\\frac{\\partial " + piece * 1_000)
    assert time.perf_counter() - start < 0.5
