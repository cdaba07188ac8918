import numpy as np
import pytest

from symgrad.algebra.tensors import Tensor
from symgrad.errors import ValuesError
from symgrad.evaluate.arrays import as_numbers, fitted

W = Tensor("w", (2, 3), "parameter")


def test_a_tensor_is_taken_with_and_without_a_batch_axis():
    one, samples = fitted(W, [[1, 2, 3], [4, 5, 6]])
    assert (one.tolist(), samples) == ([[1, 2, 3, 4, 5, 6]], None)
    many, samples = fitted(W, np.arange(24).reshape(4, 2, 3))
    assert (many.shape, many.dtype, samples) == ((4, 6), np.float64, 4)
    assert fitted(W, np.empty((0, 2, 3)))[1] == 0
    assert fitted(Tensor("y", (), "target"), [1, 2, 3])[1] == 3


@pytest.mark.parametrize("shape", [(), (6,), (3, 2), (1, 1, 2, 3), (2, 3, 1)])
def test_a_wrong_shape_says_what_was_given_and_what_fits(shape):
    with pytest.raises(ValuesError) as error:
        fitted(W, np.zeros(shape))
    assert str(error.value) == (
        f"w has shape {shape}; expected (2, 3), or (n, 2, 3) for a batch of n samples"
    )


@pytest.mark.parametrize("given", ["text", ["a", "b"], [1j], None, [None], {"a": 1}, [True], object()])
def test_what_is_no_number_is_refused(given):
    with pytest.raises(ValuesError, match="'w' must hold real numbers"):
        as_numbers("w", given)


def test_ragged_rows_are_refused():
    with pytest.raises(ValuesError, match="'w' is ragged"):
        as_numbers("w", [[1, 2], [3]])
