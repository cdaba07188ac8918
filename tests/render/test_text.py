"""The text renderer: the article's three views against pages that were checked by hand, and ASCII."""

from pathlib import Path

import pytest
from golden import article

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.text import render_text

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def text(network, view="scalar", *words, unicode=True):
    derived = derive(build(network), words or ("all",))
    return "".join(render_text(document(derived, view), unicode=unicode))


@pytest.mark.parametrize("view", ["scalar", "chain", "index"])
def test_the_article_prints_as_it_was_checked_by_hand(view):
    assert text(article.NETWORK, view) == (GOLDEN / f"article_{view}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("view", ["scalar", "chain", "index"])
@pytest.mark.parametrize(
    "network",
    [
        article.NETWORK,
        "input(1x4x4) | conv2d(2, 3, padding=1) | relu | flatten | linear(2) | sigmoid | mse(half)",
        "input(3) | activation(f) | tanh | mse(sum)",
    ],
)
def test_ascii_has_a_spelling_for_every_sign(view, network):
    assert text(network, view, unicode=False).isascii()


@pytest.mark.parametrize(
    ("network", "word", "line"),
    [
        ("input(3) | linear(2)", "b2", "∂L/∂b2 = ∂L/∂z2"),
        ("input(3) | linear(2) | tanh", "z1", "∂L/∂z1 = ∂L/∂h1·(1 − h1²)"),
        ("input(3) | linear(2) | sigmoid", "z1", "∂L/∂z1 = ∂L/∂h1·h1·(1 − h1)"),
        ("input(3) | linear(2) | relu", "z2", "∂L/∂z2 = ∂L/∂h2·[z2 > 0]"),
        ("input(3) | linear(2) | activation(f)", "z2", "∂L/∂z2 = ∂L/∂h2·f′(z2)"),
        ("input(4) | mse", "a3", "∂L/∂a3 = 1/2·(a3 − y3)"),
        ("input(4) | mse(sum, half)", "a3", "∂L/∂a3 = a3 − y3"),
        ("input(4) | mse(sum)", "y3", "∂L/∂y3 = −2·(a3 − y3)"),
        ("input(2) | linear(2) | linear(1)", "w1_4", "∂L/∂w1_4 = a0_2·∂L/∂z1_2"),
        ("input(2x3x3) | conv2d(1, 3, bias=false)", "w_1_2_3_1", "∂L/∂w_1_2_3_1 = a_2_3_1·∂L/∂z_1_1_1"),
        ("input(1x2) | conv2d(1, 1, stride=2)", "a2", "∂L/∂a2 = 0"),
    ],
)
def test_a_gradient_reads_as_it_was_typed_by_hand(network, word, line):
    assert f"  {line}\n" in text(network, "scalar", word)


def test_steps_stand_before_the_entries_and_end_with_the_closed_form_in_the_index_view():
    derived = derive(build("input(2) | tanh"))
    index = "".join(render_text(document(derived, "index", steps=True)))
    assert index.endswith(
        "  ∂L/∂a[j]   for j = 0…1\n"
        "    = Σ_{j'=0…1} ∂L/∂h[j']·∂h[j']/∂a[j]\n"
        "        chain rule: a enters L through h\n"
        "    = Σ_{j'=0…1} ∂L/∂h[j']·(1 − tanh(a[j'])²)·[j' = j]\n"
        "        the derivative of tanh(x) is 1 − tanh(x)²; ∂a[j']/∂a[j] is [j' = j]\n"
        "    = Σ_{j'=0…1} ∂L/∂h[j']·(1 − h[j']²)·[j' = j]\n"
        "        by the definition of h\n"
        "    = ∂L/∂h[j]·(1 − h[j]²)\n"
        "        only j' = j is left of the sum\n"
    )
    scalar = "".join(render_text(document(derived, "scalar", steps=True)))
    assert "is left of the sum\n  ∂L/∂a1 = ∂L/∂h1·(1 − h1²)\n  ∂L/∂a2 = " in scalar
    assert "In the steps every index runs from 0" in scalar
