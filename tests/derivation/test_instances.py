"""A matrix form says of its entries what is written here by hand, and the check sees every slip."""

from fractions import Fraction

import pytest

from symgrad.algebra.tensors import Tensor
from symgrad.derivation import instances
from symgrad.derivation.derive import derive
from symgrad.derivation.instances import UncheckableError, agrees, entry_of
from symgrad.derivation.matrices import (
    Correlation,
    Crop,
    Dilate,
    Form,
    FullConvolution,
    MatMul,
    Outer,
    Pad,
    Part,
    Transpose,
)
from symgrad.network.build import build

W, A, X = (Part(Tensor(name, shape, "input")) for name, shape in [("w", (2, 2)), ("a", (3, 3)), ("x", (2,))])


def products(node, at):
    """The entry as a set of products, each a list of entries: ``{"a00 w00", …}``."""
    found = set()
    for monomial, coefficient in entry_of(node, at, {}).items():
        assert coefficient == Fraction(1)
        names = [f"{atom[1]}{''.join(map(str, atom[2]))}" for atom, n in monomial for _ in range(n)]
        found.add(" ".join(sorted(names)))
    return found


@pytest.mark.parametrize(
    ("node", "at", "by_hand"),
    [
        (MatMul(W, X), (1,), {"w10 x0", "w11 x1"}),
        (MatMul(Transpose(W), X), (1,), {"w01 x0", "w11 x1"}),
        (Outer(X, X), (0, 1), {"x0 x1"}),
        (Correlation(W, A, (1, 1)), (1, 0), {"a10 w00", "a11 w01", "a20 w10", "a21 w11"}),
        (FullConvolution(W, A), (0, 1), {"a01 w00", "a00 w01"}),
        (FullConvolution(W, A), (3, 3), {"a22 w11"}),
        (Dilate(W, (2, 2)), (2, 0), {"w10"}),
        (Dilate(W, (2, 2)), (1, 0), set()),
        (Pad(W, (1, 1)), (1, 2), {"w01"}),
        (Pad(W, (1, 1)), (0, 2), set()),
        (Crop(A, (1, 1), (3, 3)), (0, 1), {"a12"}),
        (Crop(A, (1, 1), (3, 3)), (2, 0), set()),
    ],
)
def test_an_entry_is_what_it_is_by_hand(node, at, by_hand):
    assert products(node, at) == by_hand


def first(network, target):
    derived = derive(build(network))
    every = (*derived.forward.equations, *derived.gradients.program.equations)
    return next(eq for eq in every if eq.target.name == target)


def test_a_transpose_too_few_is_seen():
    equation = first("input(2) | linear(2, bias=false)", "dL_da")
    w, g = (Part(Tensor(n, s, "parameter")) for n, s in [("w", (2, 2)), ("dL_dz", (2,))])
    assert agrees(Form(equation.target, (), (), MatMul(Transpose(w), g)), equation)
    assert not agrees(Form(equation.target, (), (), MatMul(w, g)), equation)


def test_a_border_that_is_left_out_is_seen_in_a_large_image_too():
    equation = first("input(100x100) | conv2d(1, 3, padding=1, bias=false)", "z")
    w, a = (Part(Tensor(n, s, "input")) for n, s in [("w", (3, 3)), ("a", (100, 100))])
    right = Correlation(w, Pad(a, (1, 1)), (1, 1))
    assert agrees(Form(equation.target, (), (), right), equation)
    without = Crop(Correlation(w, a, (1, 1)), (0, 0), (100, 100))
    assert not agrees(Form(equation.target, (), (), without), equation)


def test_a_single_entry_beyond_the_budget_is_not_judged(monkeypatch):
    monkeypatch.setattr(instances, "_MOST_IN_ONE", 5)
    monkeypatch.setattr(instances, "MOST_PRODUCTS", 5)
    equation = first("input(9) | linear(1, bias=false)", "z")
    w, a = (Part(Tensor(n, s, "input")) for n, s in [("w", (1, 9)), ("a", (9,))])
    with pytest.raises(UncheckableError):
        agrees(Form(equation.target, (), (), MatMul(w, a)), equation)
