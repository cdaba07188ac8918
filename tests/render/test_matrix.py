"""Matrix forms as they print, typed by hand; LaTeX that compiles and that KaTeX reads."""

import json
import re
from pathlib import Path

import pytest
from golden import article
from oracles.typeset import compile_latex, parse_katex

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.json import render_json
from symgrad.render.latex import render_latex
from symgrad.render.text import render_text

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
NETWORKS = [
    article.NETWORK,
    "input(7x6) | conv2d(1, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)) | tanh | mse",
    "input(2x6x6) | conv2d(3, 3, stride=2, padding=1) | relu | flatten | linear(4) | sigmoid | mse(half)",
    "input(4x5x5) | conv2d(4, 3, groups=2) | relu",
    "input(5x3) | linear(4) | tanh | linear(2) | mse",
    "input(1x3) | conv2d(1, 3, padding=1)",
]


def made(network):
    return document(derive(build(network)), "matrix")


def printed(network, *, unicode=True):
    return "".join(render_text(made(network), unicode=unicode))


def formulas(network, **how):
    lines = printed(network, **how).split("\nForward\n")[1].split("\n")
    return [line.strip() for line in lines if " = " in line]


def test_the_article_prints_as_it_was_typed_by_hand():
    assert printed(article.NETWORK) == (GOLDEN / "article_matrix.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("network", "by_hand"),
    [
        (
            "input(3) | linear(2) | tanh | mse",
            [
                "z = w·a + b",
                "h = tanh(z)",
                "L = 1/2·‖h − y‖²",
                "∂L/∂h = h − y",
                "∂L/∂z = ∂L/∂h ⊙ (1 − h ⊙ h)",
                "∂L/∂w = ∂L/∂z·aᵀ",
                "∂L/∂b = ∂L/∂z",
                "∂L/∂a = wᵀ·∂L/∂z",
            ],
        ),
        (
            "input(5x3) | linear(2)",
            [
                "z = a·wᵀ + 1·bᵀ",
                "∂L/∂w = (∂L/∂z)ᵀ·a",
                "∂L/∂b = (∂L/∂z)ᵀ·1",
                "∂L/∂a = ∂L/∂z·w",
            ],
        ),
        (
            "input(2x6x6) | conv2d(2, 3, stride=2, padding=1) | relu",
            [
                "z[o] = Σ_{c=0…1} w[o, c] ⋆₂ pad₁(a[c]) + b[o]   for o = 0…1",
                "h = relu(z)",
                "∂L/∂z = ∂L/∂h ⊙ [z > 0]",
                "∂L/∂w[o, c] = crop₀(dilate₂(∂L/∂z[o]) ⋆ pad₁(a[c]))   for o = 0…1, c = 0…1",
                "∂L/∂b[o] = 1ᵀ·∂L/∂z[o]·1   for o = 0…1",
                "∂L/∂a[c] = Σ_{o=0…1} crop₁(w[o, c] ∗ dilate₂(∂L/∂z[o]))   for c = 0…1",
            ],
        ),
        (
            "input(2x3) | flatten | linear(1, bias=false)",
            ["v = vec(a)", "z = w·v", "∂L/∂w = ∂L/∂z·vᵀ", "∂L/∂v = wᵀ·∂L/∂z", "∂L/∂a = vec⁻¹(∂L/∂v)"],
        ),
        (
            "input(7x6) | conv2d(1, (3, 2), stride=(2, 1), bias=false)",
            ["z = w ⋆_(2,1) a", "∂L/∂w = dilate_(2,1)(∂L/∂z) ⋆ a", "∂L/∂a = w ∗ dilate_(2,1)(∂L/∂z)"],
        ),
    ],
)
def test_formulas_print_as_they_were_typed_by_hand(network, by_hand):
    assert formulas(network) == by_hand


def test_ascii_has_no_other_sign():
    text = printed(NETWORKS[2], unicode=False)
    assert text.isascii()
    assert "dL/dv = w2^T*dL/dz2" in text


def test_what_has_no_matrix_form_is_said_and_stands_in_index_form():
    text = printed(NETWORKS[-1])
    assert "No matrix form is known for" in text
    assert "Here every index runs from 0." in text


def latex(network):
    return "".join(render_latex(made(network)))


def test_tex_is_as_it_was_typed_by_hand():
    text = latex("input(3) | linear(4) | tanh | linear(2, bias=false)")
    assert r"z^{(2)} &= w^{(2)}\,a^{(1)}" in text
    assert r"&= {w^{(2)}}^{\top}\,\frac{\partial L}{\partial z^{(2)}}" in text
    assert r"&= \frac{\partial L}{\partial a^{(1)}}\odot (1 - a^{(1)}\odot a^{(1)})" in text
    assert r"z &= w\star_{2}a" in latex(article.NETWORK)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_latex_compiles(network):
    typeset = compile_latex(latex(network), width_cm=12, size=11)
    assert typeset.pages > 0
    assert "Missing" not in typeset.log


def test_every_display_is_read_by_katex():
    shown = [f for net in NETWORKS for f in re.findall(r"\\\[\n(.*?)\n\\\]", latex(net), re.DOTALL)]
    assert [problem for problem in parse_katex(shown) if problem is not None] == []


def test_json_says_which_form_an_equation_has():
    whole = json.loads("".join(render_json(made(NETWORKS[-1]))))
    assert {equation["form"] for equation in whole["equations"]} == {"matrix", "index"}
    assert all(equation["expression"] is None for equation in whole["equations"])
