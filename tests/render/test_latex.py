"""The LaTeX renderer: it compiles, it fits its column, and KaTeX reads it too."""

import re
from pathlib import Path

import pytest
from golden import article
from oracles.typeset import compile_latex, parse_katex

from symgrad.derivation.derive import derive, document
from symgrad.derivation.hessian import hessian
from symgrad.derivation.hessian_document import hessian_document
from symgrad.network.build import build
from symgrad.render.latex import render_latex

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
NETWORKS = [
    article.NETWORK,
    "input(4x5x6) | conv2d(2, (2, 3), stride=(2, 1), padding=1, dilation=(2, 1), groups=2)",
    "input(3) | linear(2)",
    "input(3) | linear(4) | tanh | linear(2) | mse",
    "input(1x5x5) | conv2d(2, 3) | relu | flatten | linear(2) | sigmoid | mse(half)",
    "input(2x3) | activation(phi) | linear(2)",
    "input(1x9) | conv2d(1, (1, 3), stride=2, padding=(0, 1), dilation=(1, 2))",
    "input(3) | linear(2) | relu | linear(2) | relu | linear(2) | relu | linear(1) | mse(sum)",
    "input(4) | tanh | mse(sum)",
    "input(6x6) | conv2d(3, 2, stride=2) | activation(f) | flatten",
]
VIEWS = ["scalar", "chain", "index"]


def latex(network, view, width_cm=12.0):
    return "".join(render_latex(document(derive(build(network)), view), width_cm=width_cm))


@pytest.mark.parametrize("view", VIEWS)
def test_the_article_prints_as_it_was_checked_by_hand(view):
    golden = (GOLDEN / f"article_{view}.tex").read_text(encoding="utf-8")
    assert re.sub(r"^% symgrad [^,]*,", "% symgrad VERSION,", latex(article.NETWORK, view)) == golden


@pytest.mark.parametrize("width_cm", [12.0, 8.0])
def test_nothing_of_the_article_is_wider_than_its_column(width_cm):
    body = "\n".join(latex(article.NETWORK, view, width_cm) for view in VIEWS)
    assert compile_latex(body, width_cm=width_cm, size=11).overfull == []


@pytest.mark.parametrize("network", NETWORKS)
def test_every_view_compiles(network):
    typeset = compile_latex("\n".join(latex(network, view) for view in VIEWS), width_cm=12, size=11)
    assert typeset.pages > 0
    assert "Missing" not in typeset.log


def test_every_display_is_read_by_katex():
    shown = [
        formula
        for network in NETWORKS
        for view in VIEWS
        for formula in re.findall(r"\\\[\n(.*?)\n\\\]", latex(network, view), re.DOTALL)
    ]
    assert len(shown) > 3 * len(NETWORKS)
    assert [problem for problem in parse_katex(shown) if problem is not None] == []


def test_rows_break_where_the_kernel_does_and_no_term_stands_alone():
    rows = latex(article.NETWORK, "scalar").split(r"\begin{aligned}")[1].split(r"\end{aligned}")[0]
    counts = [line.count("w_") for line in rows.strip().split("\n")]
    assert counts == [3] * 12
    wide = latex("input(28x28) | conv2d(1, 3, stride=2, bias=false)", "scalar")
    long_sums = wide.split(r"\partial w_1}")[1].split(r"\partial w_2}")[0]
    assert min(line.count(r"\partial z_") for line in long_sums.split("\n") if "+" in line) >= 3


def test_a_comment_keeps_the_source_from_ending_it():
    assert all(line for line in latex(NETWORKS[0], "index").split("\n")[:2] if line.startswith("%"))


@pytest.mark.parametrize("view", ["scalar", "index", "substituted"])
def test_second_derivatives_compile_and_fit_their_column(view):
    body = ""
    for network, words in (
        ("input(2) | linear(2) | tanh | linear(1) | mse", ("w1", "w2")),
        (
            "input(1x3x3) | conv2d(2, 2) | relu | flatten | linear(2) | cross_entropy",
            ("w1_1_1_1_1", "w2_1", "b1"),
        ),
    ):
        page = hessian_document(hessian(derive(build(network), words)), view)
        body += "".join(render_latex(page))
    typeset = compile_latex(body, width_cm=12, size=11)
    assert typeset.overfull == []
    assert "Missing" not in typeset.log
