"""A network as the truth: which letter of a document is which tensor, and how its entries are counted."""

from __future__ import annotations

import pytest
from judging import judge, prose, verdicts

from symgrad.errors import NameUnknownError

NET = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
LAYERS = "input(2) | linear(3) | tanh | linear(1)"
# The kernel lies on these entries of the picture for the first output, by row and column from 0.
FIRST = [(i, j) for i in range(3) for j in range(3)]


def summed(picture, kernel):
    return " + ".join(f"{picture(i, j)} {kernel(i, j)}" for i, j in FIRST)


def flat(letter, width, base=1):
    return lambda i, j: f"{letter}_{{{width * i + j + base}}}"


def paired(letter, comma=""):
    return lambda i, j: f"{letter}_{{{i + 1}{comma}{j + 1}}}"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("z_1", summed(flat("a", 5), flat("w", 3)), id="flat"),
        pytest.param("z_0", summed(flat("a", 5, 0), flat("w", 3, 0)), id="from 0"),
        pytest.param("z_{11}", summed(paired("a"), paired("w")), id="rows and columns"),
        pytest.param("z_{1,1}", summed(paired("a", ","), paired("w", ",")), id="rows, columns"),
        pytest.param("o_1", summed(flat("x", 5), flat("k", 3)), id="other letters"),
        pytest.param("o_{1,1}", summed(paired("x", ","), paired("k", ",")), id="other letters by rows"),
        pytest.param("z_1", summed(flat("a", 5), flat("W", 3)), id="a capital"),
        pytest.param(r"\mathbf{z}_1", summed(flat(r"\mathbf{a}", 5), flat(r"\mathbf{w}", 3)), id="bold"),
    ],
)
def test_a_document_may_count_and_call_entries_as_it_likes(left, right):
    assert verdicts(prose(f"{left} = {right}"), NET) == ["right"]
    assert verdicts(prose(f"{left} = {right} + {right.split(' + ')[0]}"), NET) == ["wrong"]


GRADIENT = " + ".join(
    rf"x_{{{n}}} \frac{{\partial L}}{{\partial o_{z}}}" for z, n in enumerate((1, 3, 11, 13), start=1)
)


@pytest.mark.parametrize("names", [None, {"a": "x", "w": "k", "z": "o"}])
def test_letters_are_mapped_by_shape_or_as_one_says(names):
    text = prose(rf"\frac{{\partial L}}{{\partial k_1}} = {GRADIENT}")
    assert verdicts(text, NET, names=names) == ["right"]


def test_what_one_says_of_names_holds_against_the_letters_themselves():
    swapped = {"a": "w", "w": "a", "z": "z"}
    assert verdicts(prose("z_1 = " + summed(flat("w", 5), flat("a", 3))), NET, names=swapped) == ["right"]


def test_a_name_that_the_network_does_not_have_is_refused_with_what_it_has():
    with pytest.raises(NameUnknownError, match=r"the network has no 'q'.*a, w, z"):
        judge(prose("z_1 = a_1"), NET, names={"q": "x"})


@pytest.mark.parametrize("formula", ["z_1 = g a_1", "z_1 = a_1 w_1 + B", r"\mathbf{z} = f(\mathbf{a})"])
def test_letters_that_the_network_does_not_have_leave_a_claim_undecided(formula):
    (claim,) = judge(prose(formula), NET)
    assert claim.verdict == "undecided"
    assert "--names" in claim.detail


def test_entries_beyond_the_tensor_are_told_with_what_there_is():
    (claim,) = judge(prose("z_5 = a_1 w_1"), NET)
    assert claim.verdict == "undecided"
    assert "run from 1 to 4" in claim.detail


def test_the_first_equation_for_a_name_of_the_network_is_a_claim():
    assert verdicts(prose("z_1 = a_1 w_1")) == []
    assert verdicts(prose("z_1 = a_1 w_1"), NET) == ["wrong"]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        ("z^{(1)}_1 = w^{(1)}_{11} a^{(0)}_1 + w^{(1)}_{12} a^{(0)}_2 + b^{(1)}_1", "right"),
        ("z^{[1]}_1 = w^{[1]}_{11} a^{[0]}_1 + w^{[1]}_{12} a^{[0]}_2 + b^{[1]}_1", "right"),
        ("z^{(1)}_1 = w^{(1)}_{11} a^{(0)}_1 + w^{(1)}_{21} a^{(0)}_2 + b^{(1)}_1", "wrong"),
        (r"\nabla_{w^{(2)}_{13}} L = \frac{\partial L}{\partial z^{(2)}_1} a^{(1)}_3", "right"),
        (r"\nabla_{w^{(2)}_{12}} L = \frac{\partial L}{\partial z^{(2)}_1} a^{(1)}_3", "wrong"),
        (r"a^{(1)} = \tanh(z^{(1)})", "right"),
        ("z^{(2)} = W^{(2)} a^{(1)} + b^{(2)}", "right"),
        ("z^{(2)} = W^{(2)} a^{(1)}", "wrong"),
        (r"\frac{\partial L}{\partial W^{(2)}} = \frac{\partial L}{\partial z^{(2)}} a^{(1)\top}", "right"),
        (r"\frac{\partial L}{\partial z^{(1)}} = \frac{\partial L}{\partial a^{(1)}}", "wrong"),
        (r"\nabla_{z^{(1)}} L = \nabla_{a^{(1)}} L \odot (1 - a^{(1)} \odot a^{(1)})", "right"),
        (r"\nabla_{z^{(1)}} L = \nabla_{a^{(1)}} L \odot (1 - a^{(1)})", "wrong"),
        ("z^{(3)} = 1", "undecided"),
    ],
)  # fmt: skip
def test_layers_are_labels(formula, verdict):
    assert verdicts(prose(formula), LAYERS) == [verdict]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial L}{\partial a^{(1)}} = W^{(2)\top} \frac{\partial L}{\partial z^{(2)}}", "right"),
        (r"\frac{\partial L}{\partial a^{(1)}} = W^{(2)} \frac{\partial L}{\partial z^{(2)}}", "wrong"),
        (r"\frac{\partial L}{\partial b^{(1)}} = \frac{\partial L}{\partial z^{(1)}}", "right"),
        (r"\frac{\partial L}{\partial b^{(1)}} = \frac{\partial L}{\partial a^{(1)}}", "wrong"),
    ],
)
def test_the_backward_pass_of_two_outputs(claim, verdict):
    assert verdicts(prose(claim), "input(2) | linear(3) | tanh | linear(2)") == [verdict]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"w_1 = w_1 - \eta \frac{\partial L}{\partial w_1}", "right"),
        (r"W \leftarrow W - \eta \frac{\partial L}{\partial W}", "right"),
        (r"W \leftarrow W + \eta \frac{\partial L}{\partial W}", "wrong"),
    ],
)
def test_updates_of_the_network(formula, verdict):
    assert verdicts(prose(formula), NET) == [verdict]


def test_the_one_of_an_indicator_is_no_letter():
    """It was taken for the plane that the document does not speak of."""
    claim = r"\frac{dL}{da_4} = \mathbb{1}[a_4 > 0]"
    (found,) = judge(prose(claim), "input(4) | relu")
    assert found.corrected == claim + r" \frac{dL}{dh_4}"


@pytest.mark.parametrize(
    ("net", "slope", "verdict"),
    [
        ("gelu", r"\frac{1 + \mathrm{erf}(a_1/\sqrt{2})}{2} + \frac{a_1 e^{-a_1^2/2}}{\sqrt{2\pi}}", "right"),
        ("gelu", r"\frac{1 + \mathrm{erf}(a_1/\sqrt{2})}{2} + \frac{a_1 e^{-a_1^2/2}}{\sqrt{\pi}}", "wrong"),
        ("gelu", r"\frac{1 + \mathrm{erf}(a_1)}{2} + \frac{a_1 e^{-a_1^2/2}}{\sqrt{2\pi}}", "wrong"),
        ("gelu(tanh)", r"\frac{1 + \mathrm{erf}(a_1/\sqrt{2})}{2}", "wrong"),
    ],
)
def test_gelu_is_judged_in_the_error_function(net, slope, verdict):
    claim = rf"\frac{{\partial L}}{{\partial a_1}} = \frac{{\partial L}}{{\partial h_1}} \left({slope}\right)"
    assert verdicts(prose(claim), f"input(2) | {net}") == [verdict]


def test_the_constant_of_gelu_is_known():
    inner = r"\sqrt{\frac{2}{\pi}} (a_1 + 0.044715 a_1^3)"
    claims = [rf"h_1 = \frac{{a_1}}{{2}} (1 + \tanh({factor} {inner}))" for factor in ("", "2")]
    assert [verdicts(prose(claim), "input(2) | gelu(tanh)") for claim in claims] == [["right"], ["wrong"]]


FROM_ZERO = {
    "ranges in words": (r"$i = 0, 1$ and $j = 0, 1$.", r"w_{ij}", r"z_i", r"a_j"),
    "zeros as subscripts": ("", r"w_{0,1}", r"z_0", r"a_1"),
    "a range beside a claim": ("", r"w_{i,j}", r"z_i", r"a_j \qquad (0 \le i,j \le 1)"),
}


@pytest.mark.parametrize("page", FROM_ZERO)
def test_a_derivation_that_counts_from_zero_is_judged_as_it_counts(page):
    """What a range or a subscript of another letter shows was not looked at: a_j 'should be' a_{j+1}."""
    given, weight, z, a = FROM_ZERO[page]
    gradient = rf"$$\frac{{\partial L}}{{\partial {weight}}} = \frac{{\partial L}}{{\partial {z}}} {a}$$"
    assert verdicts(f"{given}\n\n{gradient}\n", "input(2) | linear(2)") == ["right"]
    assert verdicts(f"{given}\n\n{gradient.replace('} = ', '} = 2')}\n", "input(2) | linear(2)") == ["wrong"]


def test_sums_from_zero_count_the_entries_from_zero():
    """With --net, Σ_{i=0}^1 of two entries 'should be' Σ_{i=0}^2."""
    net = "input(2) | linear(2) | mse"
    loss = r"$$L = \frac12 \sum_{i=0}^{1} (z_i - y_i)^2$$"
    assert verdicts(loss + "\n", net) == ["right"]
    assert verdicts(loss.replace("^{1}", "^{0}") + "\n", net) == ["wrong"]
    assert verdicts(loss.replace("i=0", "i=1").replace("^{1}", "^{2}") + "\n", net) == ["right"]


def test_one_zero_in_a_derivation_that_counts_from_one_moves_nothing():
    text = prose("z_1 = w_{11} a_1 + w_{12} a_2", "z_2 = w_{21} a_1 + w_{22} a_0")
    assert verdicts(text, "input(2) | linear(2, bias=false)") == ["right", "wrong"]


TEXTBOOK = r"""
$$z_1 = W_1 x + b_1$$
$$h = \tanh(z_1)$$
$$z_2 = W_2 h + b_2$$
$$\frac{\partial L}{\partial z_2} = z_2 - y$$
$$\frac{\partial L}{\partial W_2} = \frac{\partial L}{\partial z_2} h^T$$
$$\frac{\partial L}{\partial h} = W_2^T \frac{\partial L}{\partial z_2}$$
$$\frac{\partial L}{\partial W_1} = \frac{\partial L}{\partial z_1} x^T$$
$$\frac{\partial L}{\partial W_1} = \frac{\partial L}{\partial z_2} x^T$$
"""
TWO_LAYERS = "input(3) | linear(4) | tanh | linear(2) | mse(reduction=sum,half)"


@pytest.mark.parametrize("form", ["{}_{}", "{}^{{({})}}", "{}^{{[{}]}}"])
def test_textbook_notation_is_matched_to_the_layers(form):
    """Every claim was undecided: 'the network has no z of layer ?'; an x beside W^{(1)} was no input."""
    text = TEXTBOOK
    for letter in "zWb":
        for layer in "12":
            text = text.replace(f"{letter}_{layer}", "{" + form.format(letter, layer) + "}")
    names = {"a0": "x", "a1": "h"}
    assert verdicts(text, TWO_LAYERS, names=names) == ["right"] * 7 + ["wrong"]
    claims = judge(text, TWO_LAYERS)
    assert [claim.verdict for claim in claims][-1] == "wrong"
    assert not any("layer ?" in claim.detail for claim in claims)
    assert "x is the network's only input, a0" in claims[0].assumptions
