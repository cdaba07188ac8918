"""TeX notation."""

from fractions import Fraction

import pytest

from symgrad.algebra.functions import absolute, exp, log, relu, sigmoid, tanh
from symgrad.algebra.tensors import Tensor, adjoint_of, corrected, kept_with, renewed
from symgrad.algebra.written import Function
from symgrad.render.notation import Atom
from symgrad.render.tex import TexNotation, letters_of

TEX = TexNotation()
W = Tensor("w", (3, 3), "parameter")
W2 = Tensor("w2", (3, 3), "parameter", label="2")


@pytest.mark.parametrize(
    ("tensor", "position", "text"),
    [
        (Tensor("w", (3, 3), "parameter"), 4, "w_5"),
        (Tensor("a", (5, 5), "input"), 24, "a_{25}"),
        (Tensor("w2", (2, 2), "parameter", label="2"), 2, "w^{(2)}_3"),
        (Tensor("w", (1, 2, 3, 3), "parameter"), 17, "w_{1,2,3,3}"),
        (Tensor("a1b", (2,), "intermediate", label="1b"), 1, "a^{(1b)}_2"),
        (Tensor("z1", (), "intermediate"), 0, "z_1"),
        (Tensor("x_1_2", (), "input"), 0, "x_{1,2}"),
        (Tensor("alpha", (), "input"), 0, r"{\alpha}"),
        (Tensor("loss", (), "objective"), 0, r"\mathrm{loss}"),
        (adjoint_of(Tensor("w", (2, 2), "parameter")), 2, r"\frac{\partial L}{\partial w_3}"),
    ],
)
def test_entries(tensor, position, text):
    assert TEX.entries(tensor)[position] == text


@pytest.mark.parametrize(
    ("function", "argument", "text"),
    [
        (relu, "z_1", r"\mathrm{ReLU}(z_1)"),
        (sigmoid, "z_1", r"\sigma(z_1)"),
        (tanh, "z_1", r"\tanh(z_1)"),
        (exp, "-x", r"\exp(-x)"),
        (log, r"\frac{x}{y}", r"\log\left(\frac{x}{y}\right)"),
        (absolute, "x", r"\left|x\right|"),
        (Function("f", 1), "z_1", "f'(z_1)"),
        (Function("phi", 2), "z_1", r"\phi''(z_1)"),
        (Function("f", 4), "z_1", "f^{(4)}(z_1)"),
    ],
)
def test_functions(function, argument, text):
    assert TEX.call(function, argument) == text


@pytest.mark.parametrize(
    ("base", "exponent", "text"),
    [
        (Atom("h_1", "entry"), 2, "h_1^2"),
        (Atom("h^{(2)}_1", "entry"), 2, "(h^{(2)}_1)^2"),
        (Atom("(x + y)", "group"), 12, "(x + y)^{12}"),
        (Atom("(x + y)", "group"), Fraction(1, 2), r"\sqrt{x + y}"),
        (Atom("x", "entry"), Fraction(3, 2), "x^{3/2}"),
        (Atom(r"\frac{u}{v}", "derivative"), 2, r"\left(\frac{u}{v}\right)^2"),
    ],
)
def test_a_power_never_joins_a_superscript_that_is_there(base, exponent, text):
    assert TEX.power(base, exponent) == text


@pytest.mark.parametrize(("word", "text"), [("x", "x"), ("phi", r"\phi"), ("net", r"\mathrm{net}")])
def test_names(word, text):
    assert letters_of(word) == text


def test_the_gradient_of_another_quantity_says_so():
    slope = adjoint_of(Tensor("w", (2,), "parameter"), "S")
    assert TEX.entries(slope)[1] == r"\frac{\partial S}{\partial w_2}"
    assert TEX.at(slope, ["i"]) == r"\frac{\partial S}{\partial w_i}"


@pytest.mark.parametrize(
    ("tensor", "last", "indexed", "whole"),
    [
        (renewed(W), "w_9^{*}", "w_{i,j}^{*}", "w^{*}"),
        (kept_with(W, "v"), "v_{w_9}", "v_{w_{i,j}}", "v_{w}"),
        (renewed(kept_with(W, "v")), "v_{w_9}^{*}", "v_{w_{i,j}}^{*}", "v_{w}^{*}"),
        (corrected(W, "m"), r"\hat{m}_{w_9}", r"\hat{m}_{w_{i,j}}", r"\hat{m}_{w}"),
        (renewed(W2), "w^{(2)*}_9", "w^{(2)*}_{i,j}", "w^{(2)*}"),
        (renewed(kept_with(W2, "v")), "v_{w^{(2)}_9}^{*}", "v_{w^{(2)}_{i,j}}^{*}", "v_{w^{(2)}}^{*}"),
    ],
)
def test_what_an_optimiser_brings(tensor, last, indexed, whole):
    assert (TEX.entries(tensor)[-1], TEX.at(tensor, ["i", "j"]), TEX.name(tensor)) == (last, indexed, whole)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("eta", r"{\eta}"),
        ("beta_1", r"\beta_1"),
        ("beta_1^t", r"\beta_1^t"),
        ("beta_1^tau", r"\beta_1^{\tau}"),
        ("t", "t"),
    ],
)
def test_constants(name, text):
    assert TEX.constant(name) == text


@pytest.mark.parametrize(
    ("under", "text"),
    [
        ("(1 - x)", r"\frac{a}{1 - x}"),
        (r"\left(\sqrt{x} + y\right)", r"\frac{a}{\sqrt{x} + y}"),
        ("(1 - x)(1 - y)", r"\frac{a}{(1 - x)(1 - y)}"),
        (r"\left(x\right)\,y", r"\frac{a}{\left(x\right)\,y}"),
    ],
)
def test_parentheses_around_a_whole_denominator_are_left_out(under, text):
    assert TEX.fraction("a", under) == text
