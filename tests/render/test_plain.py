"""Plain notation and its ASCII."""

from fractions import Fraction

import pytest

from symgrad.algebra.functions import abstract, tanh
from symgrad.algebra.tensors import Tensor, adjoint_of, corrected, kept_with, renewed
from symgrad.algebra.written import Function
from symgrad.render.notation import Atom
from symgrad.render.plain import PlainNotation, to_ascii

PLAIN = PlainNotation()
W2 = Tensor("w2", (3, 3), "parameter", label="2")


@pytest.mark.parametrize(
    ("base", "exponent", "text"),
    [
        (Atom("x1", "entry"), 2, "x1²"),
        (Atom("x1", "entry"), 12, "x1¹²"),
        (Atom("∂L/∂z1", "derivative"), 2, "(∂L/∂z1)²"),
        (Atom("(a + b)", "group"), Fraction(1, 2), "√(a + b)"),
        (Atom("x1", "entry"), Fraction(1, 2), "√(x1)"),
        (Atom("x1", "entry"), Fraction(3, 2), "x1^(3/2)"),
    ],
)
def test_powers(base, exponent, text):
    assert PLAIN.power(base, exponent) == text


def test_functions_have_their_primes():
    assert PLAIN.call(tanh, "z1") == "tanh(z1)"
    assert PLAIN.call(abstract("f"), "z1") == "f(z1)"
    assert PLAIN.call(Function("f", 2), "z1") == "f′′(z1)"


def test_entries_are_identifiers_and_gradients_are_quotients():
    w = Tensor("w2", (2, 2), "parameter", label="2")
    assert list(PLAIN.entries(w)) == ["w2_1", "w2_2", "w2_3", "w2_4"]
    assert PLAIN.entries(adjoint_of(w))[3] == "∂L/∂w2_4"


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("∂L/∂w1 = a1·∂L/∂z1 − 2", "dL/dw1 = a1*dL/dz1 - 2"),
        ("h1² ≤ 3", "h1^2 <= 3"),
        ("f′(x)", "f'(x)"),
    ],
)
def test_ascii(text, ascii_text):
    assert to_ascii(text) == ascii_text


@pytest.mark.parametrize(
    ("under", "text"),
    [("b", "a/b"), ("(b + c)", "a/(b + c)"), ("b·c", "a/(b·c)"), ("(b)·(c)", "a/((b)·(c))")],
)
def test_a_quotient_closes_what_is_below(under, text):
    assert PLAIN.fraction("a", under) == text


@pytest.mark.parametrize(
    ("tensor", "last", "indexed"),
    [
        (renewed(W2), "w2_9*", "w2*[i, j]"),
        (kept_with(W2, "v"), "v_w2_9", "v_w2[i, j]"),
        (renewed(kept_with(W2, "v")), "v_w2_9*", "v_w2*[i, j]"),
        (corrected(W2, "m"), "m\u0302_w2_9", "m\u0302_w2[i, j]"),
    ],
)
def test_what_an_optimiser_brings(tensor, last, indexed):
    assert (PLAIN.entries(tensor)[-1], PLAIN.at(tensor, ["i", "j"])) == (last, indexed)


@pytest.mark.parametrize(
    ("name", "text", "plain"),
    [("pi", "π", "pi"), ("eta", "η", "eta"), ("beta_2", "β2", "beta2"), ("beta_2^t", "β2^t", "beta2^t")],
)
def test_constants(name, text, plain):
    assert PLAIN.constant(name) == text
    assert to_ascii(text) == plain
    assert to_ascii("m\u0302") == "m_hat"


@pytest.mark.parametrize(
    ("under", "text"), [("(√(x) + y)", "a/(√(x) + y)"), ("(x)·(y)", "a/((x)·(y))"), ("x", "a/x")]
)
def test_a_denominator_has_one_pair_of_parentheses(under, text):
    assert PLAIN.fraction("a", under) == text
