"""Arrays at the door: what a caller gives, as arrays of floats or a clear refusal."""

from __future__ import annotations

from math import prod
from typing import Any, TypeAlias

import numpy as np

from symgrad.algebra.sizes import size_text
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.errors import ValuesError, quoted

Array: TypeAlias = Any  # numpy.ndarray of float64


def as_numbers(name: str, given: Any) -> Array:
    """``given`` as an array of double precision.

    Raises:
        ValuesError: it is ragged, or holds something that is not a real number.
    """
    try:
        found = np.asarray(given)
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise ValuesError(f"{quoted(name)} is ragged: its rows differ in length or depth") from None
    if found.dtype.kind not in "iuf":
        kind = "something else" if found.dtype == object else f"the type {found.dtype}"
        raise ValuesError(f"{quoted(name)} must hold real numbers and holds {kind}")
    return found.astype(np.float64, copy=False)


def fitted(tensor: Tensor, given: Any) -> tuple[Array, int | None]:
    """The array of a tensor as *samples × entries*, and how many samples; None without a batch axis.

    Raises:
        ValuesError: not numbers, or neither of the tensor's shape nor of that shape behind a batch axis.
    """
    array = as_numbers(tensor.name, given)
    shape = whole_shape(tensor.shape)
    if array.shape == shape:
        return array.reshape(1, prod(shape)), None
    if array.ndim == len(shape) + 1 and array.shape[1:] == shape:
        return array.reshape(len(array), prod(shape)), len(array)
    raise ValuesError(
        f"{tensor.name} has shape {array.shape}; expected {tensor.shape}, or {_behind_batch(tensor)} for a "
        f"batch of n samples"
    )


def shape_told(tensor: Tensor) -> str:
    """The shape of a tensor as Python writes one, with the letters of sizes that are symbols."""
    return "(" + ", ".join(map(size_text, tensor.shape)) + ("," if len(tensor.shape) == 1 else "") + ")"


def _behind_batch(tensor: Tensor) -> str:
    return "(" + ", ".join(["n", *map(str, tensor.shape)]) + ("," if not tensor.shape else "") + ")"
