"""The tree of a matrix expression: its shapes, and its nodes in reading order."""

from symgrad.algebra.affine import Index
from symgrad.algebra.tensors import Tensor
from symgrad.derivation.matrices import (
    Correlation,
    Crop,
    Dilate,
    FullConvolution,
    MatMul,
    Outer,
    Pad,
    Part,
    Transpose,
    Unvec,
    Vec,
    all_nodes,
    length,
    shape_of,
    whole,
)

W = Part(Tensor("w", (3, 2), "parameter"))
X = Part(Tensor("x", (2,), "input"))
A = Part(Tensor("a", (5, 6), "input"))


def test_shapes_follow_from_the_operations():
    assert shape_of(MatMul(W, X)) == (3,)
    assert shape_of(Transpose(W)) == (2, 3)
    assert shape_of(Transpose(X)) == (1, 2)
    assert shape_of(Outer(X, X)) == (2, 2)
    assert shape_of(Correlation(W, A, (2, 1))) == (2, 5)
    assert shape_of(FullConvolution(W, A)) == (7, 7)
    assert shape_of(Dilate(W, (2, 3))) == (5, 4)
    assert shape_of(Pad(W, (1, 0))) == (5, 2)
    assert shape_of(Crop(A, (1, 1), (2, 2))) == (2, 2)
    assert shape_of(Vec(A)) == (30,)
    assert shape_of(Unvec(Vec(A), (5, 6))) == (5, 6)


def test_nodes_come_in_reading_order():
    assert list(all_nodes(MatMul(Transpose(W), X))) == [MatMul(Transpose(W), X), Transpose(W), W, X]


def test_numbers_without_a_denominator():
    assert length(Index(4, "i")) == 4
    assert whole(2) == 2
