"""The update of a whole kernel as matrices: where it is written, how, and where not."""

import pytest
from oracles.typeset import compile_latex, natural_widths

from symgrad.api import derive
from symgrad.catalogue import OPTIMISERS
from symgrad.derivation.derive import derive as derived
from symgrad.derivation.derive import document
from symgrad.network.build import build
from symgrad.render.metrics import column
from symgrad.render.planes import plane

DEEPER = " | tanh | conv2d(1, 1)"
ARTICLE = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
KERNEL = r"""\begin{aligned}
\begin{bmatrix} w_1^{*} & w_2^{*} & w_3^{*} \\ w_4^{*} & w_5^{*} & w_6^{*} \\ w_7^{*} & w_8^{*} & w_9^{*} \end{bmatrix} &= \begin{bmatrix} w_1 & w_2 & w_3 \\ w_4 & w_5 & w_6 \\ w_7 & w_8 & w_9 \end{bmatrix} - {\eta}\begin{bmatrix} \frac{\partial L}{\partial w_1} & \frac{\partial L}{\partial w_2} & \frac{\partial L}{\partial w_3} \\[3pt] \frac{\partial L}{\partial w_4} & \frac{\partial L}{\partial w_5} & \frac{\partial L}{\partial w_6} \\[3pt] \frac{\partial L}{\partial w_7} & \frac{\partial L}{\partial w_8} & \frac{\partial L}{\partial w_9} \end{bmatrix}
\end{aligned}"""  # noqa: E501


def planes(network, update="sgd", words=("weights",), width=12.0):
    formulas = document(derived(build(network), words), update=update).formulas
    return [found for formula in formulas if (found := plane(formula, column(width)))]


def test_the_kernel_of_the_article():
    assert planes(ARTICLE) == [KERNEL]


@pytest.mark.parametrize("view", ["scalar", "chain"])
def test_it_stands_after_the_entries_in_latex(view):
    text = derive(ARTICLE, wrt="weights").latex(view, update="sgd")
    entries = r"w_9^{*} &= w_9 - {\eta}\,\frac{\partial L}{\partial w_9}"
    assert text.index(entries) < text.index(KERNEL)
    assert r"\begin{bmatrix}" not in derive(ARTICLE, wrt="weights").latex("index", update="sgd")


def test_a_wide_one_is_broken_before_its_terms():
    (four,) = planes("input(9x9) | conv2d(1, 4, bias=false)")
    first, second = four.splitlines()[1:-1]
    assert r"\end{bmatrix} &= \begin{bmatrix} w_1 & w_2" in first
    assert second.startswith("&\\quad {}- {\\eta}\\begin{bmatrix} \\frac")
    (five,) = planes("input(9x9) | conv2d(1, 5, bias=false)")
    first, second, third = five.splitlines()[1:-1]
    assert first.startswith(r"&\begin{bmatrix} w_1^{*} & w_2^{*}")
    assert second.startswith(r"&\quad {}= \begin{bmatrix} w_1 & w_2 & w_3 & w_4 & w_5 \\ w_6")
    assert third.startswith(r"&\quad {}- {\eta}\begin{bmatrix} \frac")


def test_tex_agrees_that_it_fits_the_column():
    nets = [f"input(9x9) | conv2d(1, {n}, bias=false){more}" for n in (2, 3, 4, 5) for more in ("", DEEPER)]
    found = [one for network in nets for update in ("sgd", "momentum") for one in planes(network, update)]
    assert len(found) >= 8
    assert max(natural_widths(found)) <= column(12.0)


@pytest.mark.parametrize("view", ["scalar", "index"])
def test_tex_sets_every_update_within_the_column(view):
    network = "input(5x5) | conv2d(1, 3, stride=2) | tanh | flatten | linear(2) | mse"
    texts = [derive(network, wrt="weights").latex(view, update=update) for update in OPTIMISERS]
    assert compile_latex("\n".join(texts)).overfull == []


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("input(9x9) | conv2d(1, 6, bias=false)", ("weights",)),  # too many entries
        ("input(5x5) | conv2d(1, 3)", ("w1", "w2")),  # not all of them
        ("input(5x5) | conv2d(1, 3)", ("b",)),  # no plane
        ("input(5x5) | conv2d(1, (1, 3))", ("w",)),  # a single row
        ("input(2x5x5) | conv2d(1, 3)", ("w",)),  # channels
    ],
)
def test_where_there_is_none(network, words):
    assert planes(network, words=words) == []


def test_a_matrix_is_not_written_where_it_does_not_fit():
    assert planes(ARTICLE, width=4.0) == []


def test_an_update_that_is_no_sum_of_multiples_has_no_matrix():
    for update in ("adagrad", "rmsprop", "adam", "adamw"):
        assert planes(ARTICLE, update) == []
    (momentum,) = planes(ARTICLE, "momentum")
    assert r"- {\eta}\begin{bmatrix} v_{w_1}^{*} & v_{w_2}^{*} & v_{w_3}^{*} \\" in momentum


def test_layers_keep_their_number():
    (first, second) = planes("input(2) | linear(2) | tanh | linear(2) | mse")
    assert r"\begin{bmatrix} w^{(1)*}_1 & w^{(1)*}_2 \\ w^{(1)*}_3 & w^{(1)*}_4 \end{bmatrix} &=" in first
    assert r"w^{(2)*}_4 \end{bmatrix} &=" in second
