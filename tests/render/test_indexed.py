"""Closed forms: letters, ranges and conditions as a textbook prints them."""

import re

import pytest

from symgrad.algebra.program import Equation, Program, equation
from symgrad.algebra.sizes import size_symbol, size_symbols
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Expression, SizeFactor, Term
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.declare import Place
from symgrad.derivation.derive import derive, document
from symgrad.derivation.sweep import sweep
from symgrad.network.build import build
from symgrad.render.indexed import indexed
from symgrad.render.notation import signed_sum
from symgrad.render.plain import PlainNotation
from symgrad.render.tex import TexNotation
from symgrad.render.text import lines


def closed(network, target, notation=None):
    derived = derive(build(network))
    equations = (*derived.forward.equations, *derived.gradients.program.equations)
    form = indexed(next(eq for eq in equations if eq.target.name == target), notation or PlainNotation())
    return f"{form.left} = {signed_sum(notation or PlainNotation(), form.terms)}"


@pytest.mark.parametrize(
    ("network", "target", "formula"),
    [
        (
            "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
            "dL_da",
            "∂L/∂a[k, l] = Σ_{i=0…1, j=0…1 | 0 ≤ k − 2i ≤ 2, 0 ≤ l − 2j ≤ 2} w[k − 2i, l − 2j]·∂L/∂z[i, j]",
        ),
        ("input(4) | linear(3)", "z", "z[i] = Σ_{j=0…3} a[j]·w[i, j] + b[i]"),
        ("input(4) | linear(3)", "dL_da", "∂L/∂a[j] = Σ_{i=0…2} w[i, j]·∂L/∂z[i]"),
        ("input(4) | linear(3)", "dL_dw", "∂L/∂w[i, j] = a[j]·∂L/∂z[i]"),
        ("input(4) | mse(half)", "L", "L = 1/8·Σ_{j=0…3} (a[j] − y[j])²"),
        ("input(2x3) | flatten", "v", "v[3k + n] = a[k, n]"),
        ("input(2x3) | flatten", "dL_da", "∂L/∂a[k, l] = ∂L/∂v[3k + l]"),
        ("input(3) | activation(g)", "dL_da", "∂L/∂a[j] = ∂L/∂h[j]·g′(a[j])"),
        (
            "input(2x3x3) | conv2d(2, 3, groups=2, bias=false)",
            "z",
            "z[o, 0, 0] = Σ_{u=0…2, v=0…2} a[o, u, v]·w[o, 0, u, v]",
        ),
    ],
)
def test_a_closed_form_reads_as_it_was_typed_by_hand(network, target, formula):
    assert closed(network, target) == formula


def test_a_stride_and_a_dilation_with_a_common_divisor_leave_a_divisibility_condition():
    form = closed("input(9x1) | conv2d(1, (3, 1), stride=(2, 1), dilation=(2, 1), bias=false)", "dL_da")
    assert "2 ∣ k" in form


def test_no_letter_means_two_things():
    form = closed("input(2x4x4) | conv2d(2, 3) | relu | flatten | linear(2)", "z2", TexNotation())
    assert form == r"z^{(2)}_i = \sum_{j=0}^{7}v_j\,w^{(2)}_{i,j} + b^{(2)}_i"


H, W, C, O, U, V, N, M, S, D = (size_symbol(name) for name in "HWCOUVNMsd")
P = size_symbol("p", 0)
GENERAL = {"stride": (S, S), "padding": (P, P), "dilation": (D, D)}
PLAIN = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1)}


def for_all_sizes(layer, shape, letters, options, target, notation):
    """A formula of a layer whose sizes are symbols, in index form."""
    a = Tensor("a", shape, "input", letters)
    stated = CATALOGUE[layer].stated(Place(lambda stem: (stem, ""), CATALOGUE[layer].stem), (a,), options)
    forward = Program(tuple(map(equation, stated)))
    end = stated[-1].target
    gradients = sweep(forward, () if not end.shape else (end,), None if end.shape else end, forward.sources())
    equations = (*forward.equations, *gradients.program.equations)
    form = indexed(next(eq for eq in equations if eq.target.name == target), notation)
    return f"{form.left} = {signed_sum(notation, form.terms)}"


@pytest.mark.parametrize(
    ("layer", "shape", "options", "target", "formula"),
    [
        ("linear", (N,), {"out_features": M, "bias": True}, "z", "z[i] = Σ_{j=0…N−1} a[j]·w[i, j] + b[i]"),
        (
            "linear",
            (N,),
            {"out_features": M, "bias": True},
            "dL_da",
            "∂L/∂a[j] = Σ_{i=0…M−1} w[i, j]·∂L/∂z[i]",
        ),
        (
            "conv2d",
            (C, H, W),
            {"out_channels": O, "kernel_size": (U, V), **GENERAL, "groups": 1, "bias": True},
            "dL_dw",
            (
                "∂L/∂w[o, c, u, v] = "
                "Σ_{i=0…P−1, j=0…Q−1 | 0 ≤ s·i + d·u − p ≤ H − 1, 0 ≤ s·j + d·v − p ≤ W − 1} "
                "a[c, s·i + d·u − p, s·j + d·v − p]·∂L/∂z[o, i, j]"
            ),
        ),
        (
            "conv2d",
            (C, H, W),
            {"out_channels": O, "kernel_size": (U, V), **GENERAL, "groups": 1, "bias": True},
            "dL_da",
            (
                "∂L/∂a[c, k, l] = Σ_{o=0…O−1, i=0…P−1, j=0…Q−1, u=0…U−1, v=0…V−1 | "
                "s·i + d·u − p = k, s·j + d·v − p = l} w[o, c, u, v]·∂L/∂z[o, i, j]"
            ),
        ),
        (
            "conv2d",
            (C, H, W),
            {"out_channels": O, "kernel_size": (U, V), **PLAIN, "groups": 1, "bias": True},
            "dL_da",
            (
                "∂L/∂a[c, k, l] = Σ_{o=0…O−1, i=0…H−U, j=0…W−V | 0 ≤ k − i ≤ U − 1, 0 ≤ l − j ≤ V − 1} "
                "w[o, c, k − i, l − j]·∂L/∂z[o, i, j]"
            ),
        ),
        ("mse", (N,), {"reduction": "mean", "half": True}, "L", "L = 1/(2N)·Σ_{i=0…N−1} (a[i] − y[i])²"),
        ("mse", (N,), {"reduction": "mean", "half": False}, "dL_da", "∂L/∂a[i] = 2/N·(a[i] − y[i])"),
        ("flatten", (C, H, W), {}, "v", "v[H·W·c + W·h + n] = a[c, h, n]"),
        ("flatten", (C, H, W), {}, "dL_da", "∂L/∂a[c, h, w] = ∂L/∂v[H·W·c + W·h + w]"),
    ],
)
def test_a_closed_form_for_all_sizes_reads_as_it_was_typed_by_hand(layer, shape, options, target, formula):
    letters = ("c", "h", "w") if layer == "flatten" else ("c", "k", "l")[: len(shape)]
    letters = letters if len(shape) == 3 else ("j",) if layer == "linear" else ("i",)
    assert for_all_sizes(layer, shape, letters, options, target, PlainNotation()) == formula


def test_sizes_in_tex():
    options = {"out_channels": O, "kernel_size": (U, V), **GENERAL, "groups": 1, "bias": False}
    form = for_all_sizes("conv2d", (C, H, W), ("c", "k", "l"), options, "dL_dw", TexNotation())
    assert form == (
        r"\frac{\partial L}{\partial w_{o,c,u,v}} = \sum_{\substack{0\le i\le P-1,\;0\le j\le Q-1\\"
        r"0\le si+du-p\le H-1\\0\le sj+dv-p\le W-1}}"
        r"a_{c,\,si+du-p,\,sj+dv-p}\,\frac{\partial L}{\partial z_{o,i,j}}"
    )


def test_a_power_of_a_product_of_sizes_is_a_power_of_the_whole():
    target = Tensor("t", (), "intermediate")
    factors = (SizeFactor(H * W), -2), (SizeFactor(N), 3)
    form = indexed(Equation(target, (), Expression((Term(5, (), (), factors),))), PlainNotation())
    assert form.terms == ((False, "5N³/((H·W)²)"),)


def test_the_first_greatest_is_named_by_its_place():
    network = "input(2x4x4) | max_pool2d(2)"
    assert closed(network, "p") == "p[c, i, j] = max_{u=0…1, v=0…1} a[c, 2i + u, 2j + v]"
    assert closed(network, "dL_da") == (
        "∂L/∂a[c, 2i + k, 2j + l] = ∂L/∂p[c, i, j]·[argmax_{u=0…1, v=0…1} a[c, 2i + u, 2j + v] = (k, l)]"
    )
    assert closed(network, "p", TexNotation()) == r"p_{c,i,j} = \max_{0\le u,v\le 1}a_{c,\,2i+u,\,2j+v}"


def test_a_border_is_a_condition_below_the_maximum():
    assert closed("input(4) | max_pool1d(3, 2, 1)", "dL_da") == (
        "∂L/∂a[j] = Σ_{i=0…1 | −1 ≤ j − 2i ≤ 1} "
        "∂L/∂p[i]·[argmax_{u=0…2 | 0 ≤ 2i + u − 1} a[2i + u − 1] = j − 2i + 1]"
    )


def test_a_maximum_among_other_factors_stands_in_parentheses():
    from symgrad.algebra.program import equation
    from symgrad.algebra.tensors import Tensor
    from symgrad.algebra.written import define, maximum

    x, y = Tensor("x", (3,), "input"), Tensor("y", (2,), "intermediate")
    stated = define(y, lambda i: maximum(2, lambda u: x[i + u] * 2 + 1) ** 2 * x[i])
    form = indexed(equation(stated), PlainNotation())
    assert [text for _, text in form.terms] == ["x[i]·(max_{u=0…1} (2·x[i + u] + 1))²"]


@pytest.mark.parametrize(
    ("network", "options"),
    [
        ("input(6x6) | conv2d(2, 3, stride=2) | relu | flatten | linear(3)", {}),
        ("input(3) | linear(4) as i | tanh | add(i)", {}),
        ("input(3) | linear(4) as j | tanh | linear(4) as m | add(j)", {}),
        ("input(2x3) | lstm(2)", {"update": "adam"}),
        ("input(2x3) | gru(2)", {"batch": "N"}),
        ("input(3x4) | multihead_attention(2) | tanh", {}),
    ],
)
def test_no_index_of_a_page_is_called_as_a_tensor_a_size_or_a_constant_that_it_shows(network, options):
    """The flattened v and the v of a kernel, an output that is called i, the h of heads and the hidden h."""
    given = document(derive(build(network, batch=options.get("batch"))), "index", options.get("update"))
    sizes = {s.name for t in given.tensors for n in t.shape for s in size_symbols(n)}
    constants = {name for c in given.conventions for name, _ in c.constants}
    names = {t.name for t in given.tensors} | sizes | constants
    for formula in given.formulas:
        for line in lines(given, formula, PlainNotation()):
            letters = re.findall(r"[{ ,]([a-z]'*) ?=", line.partition(" = ")[2])
            assert not names & set(letters), line
