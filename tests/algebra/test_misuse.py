"""Equations that Python would take for others, and operands of other libraries: told what would work."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np
import pytest
import sympy

import symgrad as sg
import symgrad.equations as equations
from symgrad.algebra.affine import Index, Position, position
from symgrad.algebra.misuse import NAMES
from symgrad.algebra.written import Function
from symgrad.equations import exp, inside, log, maximum, same, tanh, total
from symgrad.errors import AlgebraError


def stated(body):
    """The gradients of a layer ``z[i] = body(x, w, i)``, with x of 3 entries and w 2×3, in words."""

    @sg.layer
    def own(x: "N", w: "M N") -> "M":
        return lambda i: body(x, w, i)

    network = sg.Network("input(3) | own(2)", using=[own])
    assert sg.gradient_check(network).agrees
    return sg.derive(network).text("index")


CASES = "positive.*nonpositive.*same.*inside"

ASKED = {
    "an entry is no number": lambda x, w, i: 1 if x[0] == 0 else 2 * x[0],
    "entries are equal": lambda x, w, i: x[0] if x[0] == x[1] else 0,
    "entries differ": lambda x, w, i: x[0] if x[0] != x[1] else 0,
    "or": lambda x, w, i: x[0] or exp(x[0]),
    "and": lambda x, w, i: x[0] and exp(x[0]),
    "not": lambda x, w, i: x[0] * (not x[0]),
    "if": lambda x, w, i: exp(x[0]) if x[0] else x[0],
    "among": lambda x, w, i: x[0] if x[0] in (1, 2) else 0,
    "greater": lambda x, w, i: x[0] if x[0] > 1 else 0,
    "max": lambda x, w, i: max(x[0], 0),
    "min": lambda x, w, i: min(x[0], x[1]),
    "an index is a number": lambda x, w, i: x[0] if i == 0 else 0,
    "an index moved is a number": lambda x, w, i: x[0] if i + 1 == 2 else 0,
    "indices differ": lambda x, w, i: total(lambda j: w[i, j] * x[j] if i != j else 0),
    "indices of sums": lambda x, w, i: total(lambda j, k: w[i, j] * x[k] if k == j else 0),
    "an index below": lambda x, w, i: x[0] if i < 2 else 0,
    "an index is 0": lambda x, w, i: x[0] if i else 0,
    "within a maximum": lambda x, w, i: maximum(lambda j: x[j] if j else w[i, j]),
    "tensors": lambda x, w, i: x[0] if x == w else 0,
}


@pytest.mark.parametrize("body", ASKED.values(), ids=ASKED)
def test_a_question_in_an_equation_is_not_answered_with_another_equation(body):
    with pytest.raises(AlgebraError, match=CASES):
        stated(body)


OPERANDS = {
    "np.tanh": (lambda x, w, i: np.tanh(x[0]), r"numpy.tanh .* symgrad.equations.tanh does"),
    "np.arctan": (lambda x, w, i: np.arctan(x[0]), r"numpy.arctan .* symgrad.equations has absolute, cos"),
    "np.maximum": (lambda x, w, i: np.maximum(x[0], 0), r"numpy.maximum"),
    "np.dot": (lambda x, w, i: np.dot(w, x), "total"),
    "math.exp": (lambda x, w, i: math.exp(x[0]), r"functions of math .* exp,"),
    "math.exp of an index": (lambda x, w, i: math.exp(i) * x[0], r"functions of math .* exp,"),
    "int": (lambda x, w, i: int(x[0]), "no value while an equation is stated"),
    "sympy.tanh": (lambda x, w, i: sympy.tanh(x[0]), "no SymPy expression.*tanh"),
    "a symbol": (lambda x, w, i: x[0] * sympy.Symbol("k"), "made of formulas and real numbers"),
    "x**x": (lambda x, w, i: x[0] ** x[1], r"exp\(y \* log\(x\)\)"),
    "x**i": (lambda x, w, i: x[0] ** i, "an exponent is a rational number"),
    "x**1j": (lambda x, w, i: x[0] ** 1j, r"such as 2 or Fraction\(1, 3\)"),
    "a third": (lambda x, w, i: x[0] ** (1 / 3), r"write Fraction\(1, 3\)"),
    "two thirds": (lambda x, w, i: x[0] ** (2 / 3), r"write Fraction\(2, 3\)"),
    "e**x": (lambda x, w, i: math.e ** x[0], r"exp\(x\)"),
    "0**x": (lambda x, w, i: 0 ** x[0], "positive number"),
    "1j*x": (lambda x, w, i: 1j * x[0], "real numbers.*complex"),
    "text": (lambda x, w, i: x[0] * "a", "real numbers.*str"),
    "an array": (lambda x, w, i: np.array([1, 2]) * x[0], "real numbers.*ndarray"),
    "a function": (lambda x, w, i: x[0] * tanh, r"take its value, as in tanh\(x\)"),
    "x//2": (lambda x, w, i: x[0] // 2, "combined with"),
    "w@x": (lambda x, w, i: w @ x, r"stated for its entries, such as w\[i, j\].*total"),
    "a tensor times 2": (lambda x, w, i: 2 * x, r"such as x\[i\]"),
    "tanh of a tensor": (lambda x, w, i: tanh(x), r"such as x\[i\]"),
    "a loop": (lambda x, w, i: sum(x), r"such as x\[i\]"),
    "an entry of an entry": (lambda x, w, i: x[0][1], "single number and has no entries"),
    "a loop over an entry": (lambda x, w, i: sum(x[0]), "single number"),
    "i*x": (lambda x, w, i: i * x[0], "no number in a formula"),
    "x*i": (lambda x, w, i: x[0] * i, "no number in a formula"),
    "i alone": (lambda x, w, i: i, "own returns an index"),
    "i//2": (lambda x, w, i: x[i // 2], "says which entry is read"),
    "i*i": (lambda x, w, i: x[i * i], "says which entry is read"),
    "i/2": (lambda x, w, i: x[i / 2], "says which entry is read"),
    "read at an entry": (lambda x, w, i: x[x[0]], "made of indices and whole numbers, and this is a formula"),
    "read at a slice": (lambda x, w, i: x[:], "slice, which is none of them"),
    "read at a half": (lambda x, w, i: x[0.5], "float, which is none of them"),
    "over a half": (lambda x, w, i: total(lambda j: x[0], over=1.5), "whole number of places"),
    "a sum of no function": (lambda x, w, i: total(x), r"total\(lambda j: x\[j\]\)"),
    "same of entries": (lambda x, w, i: same(x[0], 0) * x[0], "this is a formula"),
    "inside of a tensor": (lambda x, w, i: inside(i, x) * x[0], "this is the tensor x"),
}


@pytest.mark.parametrize(("body", "message"), OPERANDS.values(), ids=OPERANDS)
def test_an_operand_that_does_not_fit_is_told_what_would(body, message):
    with pytest.raises(AlgebraError, match=re.compile(message, re.DOTALL)):
        stated(body)


def test_a_default_of_an_index_was_another_sum():
    """``lambda j, k=2: …`` summed over k as well."""
    with pytest.raises(AlgebraError, match="which have no default"):
        stated(lambda x, w, i: total(lambda j, k=2: k * w[i, j] * x[j]))

    @sg.layer
    def own(x: "N", w: "M N") -> "M":
        return lambda i, k=2: total(lambda j: k * w[i, j] * x[j])

    with pytest.raises(AlgebraError, match="the output's indices alone"):
        sg.Network("input(3) | own(2)", using=[own])


TAKEN = {
    "abs": (lambda x, w, i: abs(x[0]), lambda x, w, i: equations.absolute(x[0])),
    "np.abs of numbers": (lambda x, w, i: np.float64(0.5) * x[0], lambda x, w, i: x[0] / 2),
    "np.int64": (lambda x, w, i: x[0] ** np.int64(2) + np.int64(3), lambda x, w, i: x[0] ** 2 + 3),
    "2**x": (lambda x, w, i: 2 ** x[0], lambda x, w, i: exp(x[0] * log(2))),
    "1**x": (lambda x, w, i: x[1] + 1 ** x[0], lambda x, w, i: x[1] + 1),
    "+x": (lambda x, w, i: +x[0], lambda x, w, i: x[0]),
    "tanh of a number": (lambda x, w, i: x[0] * tanh(1), lambda x, w, i: tanh(1) * x[0]),
    "a rational of SymPy": (lambda x, w, i: sympy.Rational(1, 3) * x[0], lambda x, w, i: x[0] / 3),
    "a third": (lambda x, w, i: x[0] ** Fraction(1, 3), lambda x, w, i: x[0] ** sympy.Rational(1, 3)),
    "a place of NumPy's": (lambda x, w, i: x[np.int64(2)], lambda x, w, i: x[2]),
    "a place": (lambda x, w, i: x[2 - (1 - i) * 2], lambda x, w, i: x[+i * 2]),
}


@pytest.mark.parametrize(("body", "same_as"), TAKEN.values(), ids=TAKEN)
def test_what_python_writes_otherwise_is_taken(body, same_as):
    assert stated(body) == stated(same_as)


def test_a_power_of_two_against_numpy():
    @sg.activation
    def own(x):
        return 2**x + 0.5**x

    found = sg.evaluator(sg.Network("input(3) | own", using=[own]))(
        {"a": [0.5, -1.0, 2.0], "dL_dh": [1.0, 1.0, 1.0]}
    )
    at = np.array([0.5, -1.0, 2.0])
    assert np.allclose(found["h"], 2**at + 0.5**at, rtol=1e-14)
    assert np.allclose(found["dL_da"], np.log(2) * (2**at - 0.5**at), rtol=1e-14)


def test_every_function_that_is_offered_is_there():
    there = {name for name in equations.__all__ if isinstance(getattr(equations, name), Function)}
    assert {*NAMES} == there | {"sqrt"}
    assert "symgrad.equations.sqrt" in equations.sqrt.__module__ + ".sqrt"


def test_torch_does_not_take_a_formula():
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch==2.13.0")
    with pytest.raises(AlgebraError, match=r"torch\.tanh .* symgrad.equations.tanh does"):
        stated(lambda x, w, i: torch.tanh(x[0]))


def test_a_piece_is_itself():
    i = position(Index(3, "i"))
    assert isinstance(i, Position)
    assert i == i
    assert len({i, i}) == 1
