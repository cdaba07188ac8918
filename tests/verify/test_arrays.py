"""Arrays of scalars: what sums and products mean on a page, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from symgrad.verify import arrays
from symgrad.verify.arrays import IDENTITY, ONES, Array, MisfitError
from symgrad.verify.scalars import number

RNG = np.random.default_rng(7)


def array(*shape):
    values = RNG.integers(-5, 6, size=shape)
    return Array(shape, tuple(number(int(v)) for v in values.flat)), values


def numbers(made):
    return np.array([entry.value for entry in made.entries]).reshape(made.shape)


@pytest.mark.parametrize(
    ("left", "right"),
    [((2, 3), (3,)), ((2, 3), (3, 4)), ((1, 3), (3, 2)), ((), (2, 3)), ((2, 3), ())],
)
def test_products_are_matrix_products(left, right):
    a, x = array(*left)
    b, y = array(*right)
    expected = x * y if not left or not right else x @ y
    assert (numbers(arrays.multiplied(a, b)) == expected).all()


def test_a_row_times_a_vector_is_a_number_and_a_vector_times_a_row_a_matrix():
    a, x = array(3)
    b, y = array(3)
    assert numbers(arrays.multiplied(arrays.transposed(a), b)) == x @ y
    assert (numbers(arrays.multiplied(a, arrays.transposed(b))) == np.outer(x, y)).all()


def test_a_dot_between_vectors_is_their_inner_product_and_nothing_between_them_is_refused():
    a, x = array(3)
    b, y = array(3)
    assert numbers(arrays.multiplied(a, b, dot=True)) == x @ y
    with pytest.raises(MisfitError, match="a vector of 3 times a vector of 3"):
        arrays.multiplied(a, b)


def test_inner_sizes_must_agree():
    with pytest.raises(MisfitError, match="a 2×3 matrix times a 2×3 matrix"):
        arrays.multiplied(array(2, 3)[0], array(2, 3)[0])


@pytest.mark.parametrize(("small", "axis"), [((2,), 1), ((3,), 0), ((1, 3), 0)])
def test_a_vector_is_added_to_the_columns_or_rows_that_it_fits(small, axis):
    a, x = array(2, 3)
    b, y = array(*small)
    expected = x + (y.reshape(2, 1) if axis else y.reshape(1, 3))
    assert (numbers(arrays.added(a, b)) == expected).all()
    assert (numbers(arrays.added(b, a)) == expected).all()


def test_the_identity_and_ones_take_the_size_that_fits():
    a, x = array(3, 3)
    assert (numbers(arrays.added(a, IDENTITY)) == x + np.eye(3)).all()
    assert arrays.multiplied(IDENTITY, a).entries == a.entries
    b, y = array(2, 3)
    assert (numbers(arrays.multiplied(b, ONES)) == y.sum(1)).all()
    assert (numbers(arrays.multiplied(arrays.transposed(ONES), b)) == y.sum(0)).all()
    square = arrays.added(IDENTITY, arrays.multiplied(ONES, arrays.transposed(ONES)))
    c, z = array(4)
    assert (numbers(arrays.multiplied(square, c)) == (np.eye(4) + np.ones((4, 4))) @ z).all()
    with pytest.raises(MisfitError, match="nothing says how large"):
        arrays.multiplied(arrays.transposed(ONES), ONES)


def test_jacobians_chain_over_the_axes_they_share():
    a, x = array(2, 3, 4)
    b, y = array(3, 4, 5)
    assert (numbers(arrays.contracted(a, b, 2)) == np.tensordot(x, y, 2)).all()


def test_trace_diagonal_norm_and_transpose():
    a, x = array(3, 3)
    assert arrays.trace(a).value == np.trace(x)
    assert (numbers(arrays.diagonal(a)) == np.diag(x)).all()
    assert (numbers(arrays.diagonal(array(3)[0])).shape) == (3, 3)
    assert arrays.sum_of_squares(a).value == (x**2).sum()
    assert (numbers(arrays.transposed(a)) == x.T).all()


def test_sides_of_an_equality_must_have_one_shape():
    a, _ = array(3)
    b, _ = array(1, 3)
    assert arrays.agreed_shapes(a, b) is None
    assert arrays.agreed_shapes(array(1)[0], array()[0]) is not None
    zeros = arrays.agreed_shapes(a, arrays.numbers(0))
    assert zeros is not None
    assert zeros[1].shape == (3,)
    assert arrays.agreed_shapes(a, arrays.numbers(1)) is None
