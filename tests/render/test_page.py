"""A layer's page in three formats, and the vocabulary."""

import pytest
from oracles.typeset import compile_latex

from symgrad.catalogue import CATALOGUE
from symgrad.derivation.page import page
from symgrad.render.page import latex_page, markdown_index, markdown_page, text_page, vocabulary

CONV2D = page(CATALOGUE["conv2d"])


def test_the_page_of_a_convolution_says_what_textbooks_say():
    text = "".join(text_page(CONV2D))
    assert text.startswith("conv2d(out_channels, kernel_size, stride=1,")
    for line in (
        "  kernel_size   one positive whole number or a pair of them; here (U, V)\n",
        "  groups        a positive whole number, 1 by default; here 1\n",
        "For all sizes: conv2d(O, (U, V), stride=s, padding=p, dilation=d)\n",
        "  P = ⌊(H + 2p − d·(U − 1) − 1)/s⌋ + 1 and Q = ⌊(W + 2p − d·(V − 1) − 1)/s⌋ + 1.\n",
        "  Convolution is cross-correlation, as in deep-learning libraries: the kernel is not flipped.\n",
        (
            "  ∂L/∂w[o, c, u, v] = Σ_{i=0…P−1, j=0…Q−1 | 0 ≤ s·i + d·u − p ≤ H − 1, "
            "0 ≤ s·j + d·v − p ≤ W − 1} a[c, s·i + d·u − p, s·j + d·v − p]·∂L/∂z[o, i, j]   "
            "for o = 0…O−1, c = 0…C−1, u = 0…U−1, v = 0…V−1\n"
        ),
        (
            "  ∂L/∂a[c, k, l] = Σ_{o=0…O−1, i=0…P−1, j=0…Q−1, u=0…U−1, v=0…V−1 | s·i + d·u − p = k, "
            "s·j + d·v − p = l} w[o, c, u, v]·∂L/∂z[o, i, j]   for c = 0…C−1, k = 0…H−1, l = 0…W−1\n"
        ),
        "With the other options at their defaults: conv2d(O, (U, V))\n",
    ):
        assert line in text
    assert text.count("cross-correlation") == 1


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_page_is_plain_ascii_where_that_is_asked(name):
    "".join(text_page(page(CATALOGUE[name]), unicode=False)).replace("\n", "").encode("ascii", "strict")


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_latex_of_every_page_compiles_and_fits(name):
    assert compile_latex("".join(latex_page(page(CATALOGUE[name])))).overfull == []


def test_the_markdown_of_a_page_holds_its_formulas_as_math():
    text = "".join(markdown_page(CONV2D))
    assert text.startswith("# conv2d\n\n`conv2d(out_channels,")
    assert "| `stride` | one positive whole number or a pair of them | `1` | `s` |\n" in text
    assert text.count("```math\n") == text.count("\n```\n") > 2


def test_the_vocabulary_tells_every_layer_once_by_kind():
    text = "".join(vocabulary(CATALOGUE.values()))
    assert text.startswith("Layers\n  linear(out_features, bias=true)\n      Affine map of the last axis")
    assert "\nActivations\n  relu" in text
    for name in CATALOGUE:
        assert sum(line.strip().split("(")[0] == name for line in text.split("\n")) == 1
    index = "".join(markdown_index(CATALOGUE.values()))
    assert all(f"]({name}.md): " in index for name in CATALOGUE)
    assert "".join(vocabulary(CATALOGUE.values(), unicode=False)).startswith("Layers\n")
