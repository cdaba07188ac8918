"""The estimated widths against TeX's own, and what the reader of formulas refuses."""

from __future__ import annotations

import string
from timeit import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.typeset import natural_widths

from symgrad.errors import RenderError
from symgrad.render.metrics import EQUALS, PLUS, QUAD, column, width, widths

_GREEK = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "varepsilon", "varphi",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
]  # fmt: skip
_OPERATORS = [
    "+", "-", r"\cdot", r"\odot", r"\star", r"\ast", r"\times", r"\otimes", r"\pm",
    "=", "<", ">", r"\le", r"\ge", r"\leq", r"\geq", r"\ne", r"\mid", r"\nmid", r"\in", r"\to", r"\leftarrow",
    r"\approx", r"\propto", ",", ":", "/", "|", r"\,", r"\;", r"\:", r"\quad", r"\ldots", r"\cdots", r"\dots",
]  # fmt: skip
_FENCES = [("(", ")"), ("[", "]"), (r"\lfloor", r"\rfloor"), ("|", ".")]
_NAMED = [r"\tanh", r"\exp", r"\log", r"\ln", r"\max", r"\min", r"\sin", r"\cos", r"\sinh", r"\cosh", r"\arg"]
_FENCED = [
    "x",
    r"x^{(2)}_1",
    r"\frac{a}{b}",
    r"\frac{\partial L}{\partial z_1}",
    r"\frac{\partial L}{\partial w^{(2)}_{13}}",
    r"\sum_{i=1}^N a_i",
    r"\sum_{\substack{i\\j\\k}} a",
]
_PRINTED = [
    r"\frac{\partial L}{\partial w_5}",
    r"\frac{\partial L}{\partial w^{(2)}_{13}}",
    r"\frac{\partial L}{\partial z^{(2)}_{1,12,3}}",
    r"\dfrac{\partial L}{\partial w}",
    r"\tfrac{1}{2}",
    r"\tfrac12",
    r"\frac{2}{N}",
    r"a_1\,\frac{\partial L}{\partial z_1}",
    r"w^{(2)}_{1,2,3,1} a^{(1)}_{1,12,13}",
    r"\sum_{\substack{0\le i<2\\ 0\le j<2}} \frac{\partial L}{\partial z_{i,j}} a_{2i+u,2j+v}",
    r"\sum_{i=1}^{2}\sum_{j=1}^{2} \delta_{i,j}\, a_{2i+u-2,\,2j+v-2}",
    r"\mathbf{1}[z_1>0]",
    r"\mathbf{1}\left[z^{(1)}_{12}>0\right]",
    r"\mathrm{ReLU}(z_1)",
    r"\mathrm{ReLU}(z^{(1)}_{12})",
    r"\mathrm{softplus}(x)",
    r"\mathbf{z}",
    r"\mathbf{W}^{\top} \mathbf{x}",
    r"\tanh(z_1)",
    r"1-\tanh^2(z_1)",
    r"\sigma(z_1)\,(1-\sigma(z_1))",
    r"\exp(-x_1)",
    r"\log p_1",
    r"\bigl(1-(h_1)^2\bigr)",
    r"\Bigl(\sum_{i} x_i\Bigr)^{2}",
    r"\left(1-h_1^2\right)",
    r"\left(\frac{\partial L}{\partial z_1}+\frac{\partial L}{\partial z_2}\right)w_1",
    r"2(\hat{y}_1-y_1)",
    r"\frac{2}{3}\left(\hat{y}_1-y_1\right)",
    r"\sqrt{\sigma^2+\varepsilon}",
    r"\frac{1}{\sqrt{2\pi}}e^{-x^2/2}",
    r"e^{-\frac{x}{2}}",
    r"\frac{e^{x_i}}{\sum_j e^{x_j}}",
    r"f'(z_1)",
    r"f''(z_{12})",
    r"z'_1",
    r"-a_1",
    r"-\tanh x",
    r"z_1 = a_1 w_1",
    r"{}+ a_1w_1",
    r"W^{\top}\delta",
    r"\max_{u,v} a_{2i+u,2j+v}",
    r"x \in \{1,\dots,n\}",
    r"w_1 \leftarrow w_1-\eta\,\frac{\partial L}{\partial w_1}",
    r"\frac{\partial L}{\partial z_{1}}\cdot\frac{\partial z_1}{\partial w_1}",
    r"\text{if } x > 0",
    r"0 \;\text{otherwise}",
    r"a_{x\,y}",
    r"p_j\bigl(\bar p_j-\sum_i \bar p_i p_i\bigr)",
    r"\overline{p}_j",
    r"\prod_{k} p_k^{y_k}",
    r"x^{y^{z^2}}",
    r"a_{i_{1}}",
    " + ".join(rf"a_{{{k}}}w_{{{k}}}" for k in range(5, 15)),
    " + ".join(rf"a_{{{k}}}\,\frac{{\partial L}}{{\partial z_{{{k}}}}}" for k in range(5, 15)),
]
FRAGMENTS = [
    *string.ascii_letters,
    *(f"\\{name}" for name in _GREEK),
    *(f"{letter}_1" for letter in string.ascii_letters),
    *(f"{letter}_{{13}}^{{(2)}}" for letter in string.ascii_letters),
    *(f"a_{{{letter}}}" for letter in "ijkmnuvc"),
    *(f"\\{name}_{{1,2}}" for name in _GREEK),
    *(f"a {operator} b" for operator in _OPERATORS),
    *(f"{name}(x)" for name in _NAMED),
    *(f"{name} x_1" for name in _NAMED),
    *(f"\\left{a} {inner}\\right{b}" for inner in _FENCED for a, b in _FENCES),
    *(f"a\\{size}l({size[0]}\\{size}r]" for size in ("big", "Big", "bigg", "Bigg")),
    *_PRINTED,
]


@pytest.mark.parametrize("size", [10, 11])
def test_an_estimate_is_between_one_percent_below_and_six_above_the_true_width(size: int) -> None:
    assert len(FRAGMENTS) >= 150
    truth = natural_widths(FRAGMENTS, size=size)
    off = {
        fragment: (width(fragment), true)
        for fragment, true in zip(FRAGMENTS, truth, strict=True)
        if not 0.99 * true <= width(fragment) <= 1.06 * true
    }
    assert off == {}


def test_the_constants_are_what_tex_puts_between_two_terms() -> None:
    assert width("a + b") == pytest.approx(width("a") + PLUS + width("b"), abs=1e-3)
    assert width("a - b") == pytest.approx(width("a") + PLUS + width("b"), abs=1e-3)
    assert width("a = b") == pytest.approx(width("a") + EQUALS + width("b"), abs=1e-3)
    assert width(r"a\quad b") == pytest.approx(width("a") + QUAD + width("b"))


def test_the_widths_of_the_typesetting_notes() -> None:
    measured = {
        "a_1": 0.98, "a_{11}": 1.38, "w_1": 1.16, r"\delta_1": 0.89, "a_1w_1": 2.14, "a_{11}w_7": 2.54,
        r"\frac{\partial L}{\partial z_1}": 1.74, r"a_1\,\frac{\partial L}{\partial z_1}": 2.88,
    }  # fmt: skip
    assert {latex: width(latex) for latex in measured} == pytest.approx(measured, abs=0.011)


def test_a_column_of_12_cm_at_11_points() -> None:
    assert column(12) == pytest.approx(31.18 - 3, abs=0.01)
    assert column(12, numbered=False) == pytest.approx(31.18, abs=0.01)
    assert column(12, points=10, numbered=False) == pytest.approx(34.14, abs=0.01)


@pytest.mark.parametrize(
    ("latex", "told"),
    [
        (r"\foo", r"no rule for '\foo'"),
        (r"a_1 + \operatorname{f}", r"\operatorname"),
        (r"\frac{a}", "argument is missing"),
        (r"\frac{a}{b", "'}' is missing"),
        (r"a}", "no rule for '}'"),
        (r"\left( a", r"right' is missing"),
        (r"\left a \right)", "no delimiter"),
        (r"\right)", "right"),
        (r"a_1_2", "a second '_'"),
        (r"a^1'", "a second ''' on one symbol"),
        (r"\mathrm{\foo}", r"no rule for '\foo' in upright"),
        (r"\substack{a", "'}' is missing"),
        ("a & b", "&"),
        ("a%b", "%"),
        ("é", "é"),
        ("\\", "no rule"),
        ("{" * 5000 + "}" * 5000, "nested"),
        ("x^" * 5000 + "x", "a second '^'"),
        (r"\frac" * 5000, "nested"),
    ],
)
def test_what_has_no_rule_is_refused_and_named(latex: str, told: str) -> None:
    with pytest.raises(RenderError) as caught:
        width(latex)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.text(alphabet="ab12_^{}'\\ (),+-[|", max_size=30) | st.text(max_size=10))
def test_any_text_has_a_width_or_is_refused(text: str) -> None:
    try:
        found = width(text)
    except RenderError:
        return
    assert -10 < found < 100


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_many_at_once_are_as_wide_as_one_by_one(fragments: list[str]) -> None:
    assert widths(fragments) == [width(fragment) for fragment in fragments]


def test_digits_are_equally_wide_so_that_a_shape_is_read_once() -> None:
    assert width("a_{10}w_9") == width("a_{98}w_1")
    width("a_{00}w_0")
    assert min(repeat(lambda: width("a_{11}w_{7}+b_1"), number=1000, repeat=9)) / 1000 < 2e-6
