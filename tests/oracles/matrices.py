"""Matrix expressions in numbers by NumPy's own operations: a second meaning for each node of the tree.

The numbers are NumPy's floats, or any with Python's operators in arrays of objects, such as fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from oracles.dual import compared
from oracles.fields import Element, Field, Floats
from symgrad.derivation import matrices as m


def stated(form: m.Form, values: Mapping[str, Any], field: Field | None = None) -> Any:
    """The array that the form states for its whole target; the entries of ``values`` are of the field."""
    return _Meaning(values, field or Floats()).of_form(form)


class _Meaning:
    """What nodes stand for where tensors have these values."""

    def __init__(self, values: Mapping[str, Any], field: Field) -> None:
        self.values = {name: np.asarray(entries) for name, entries in values.items()}
        self.field = field
        self.kind = np.asarray(field.number(Fraction(0))).dtype

    def of_form(self, form: m.Form) -> Any:
        """The array that the form states."""
        result = np.full(tuple(form.target.shape), None, dtype=object)
        for numbers in product(*(range(index.size) for index in form.axes)):
            here = dict(zip(form.axes, numbers, strict=True))
            place, part = tuple(_at(e, here) for e in form.leading), self.value(form.body, here)
            assert np.shape(part) == np.shape(result[place]), form.target
            result[place] = part
        assert not any(entry is None for entry in result.flat), f"{form.target} has an entry without a number"
        return result.astype(self.kind)

    def entrywise(self, function: Callable[[Element], Element], array: Any) -> Any:
        """The function of every entry."""
        return np.vectorize(function, otypes=[self.kind])(array)

    def value(self, node: m.Node, here: Mapping[Any, int]) -> Any:
        """The number or array that a node stands for."""

        def of(inner: m.Node) -> Any:
            return self.value(inner, here)

        match node:
            case m.Part(tensor, leading):
                return self.values[tensor.name][tuple(_at(e, here) for e in leading)]
            case m.Number(number):
                return self.field.number(Fraction(number))
            case m.Constant(name):
                return self.field.constant(name)
            case m.Everywhere(inner, shape):
                return np.full(shape, of(inner))
            case m.Sum(parts):
                return np.sum([of(part) for part in parts], axis=0)
            case m.Scaled(number, inner):
                return self.field.number(Fraction(number)) * of(inner)
            case m.Multiple(scalar, inner):
                return of(scalar) * of(inner)
            case m.Hadamard(factors):
                return np.prod([of(factor) for factor in factors], axis=0)
            case m.Power(base, exponent):
                return self.entrywise(lambda x: self.field.power(x, exponent), of(base))
            case m.Elementwise(function, inner):
                return self.entrywise(lambda x: self.field.apply(function.name, function.order, x), of(inner))
            case m.Indicator(kind, inner):
                return self.entrywise(lambda x: compared(kind, x, self.field), of(inner))
            case m.Transpose(inner):
                return np.atleast_2d(of(inner)).T if np.ndim(of(inner)) == 2 else of(inner)[None, :]
            case m.MatMul(left, right):
                return of(left) @ of(right)
            case m.Outer(left, right):
                return np.outer(of(left), of(right))
            case m.Total(inner):
                return np.sum(of(inner))
            case m.SquaredNorm(inner):
                return np.sum(np.square(of(inner)))
            case m.Correlation(kernel, image, strides):
                return _correlated(of(kernel), of(image), strides)
            case m.FullConvolution(left, right):
                kernel = of(left)
                border = [(n - 1, n - 1) for n in kernel.shape]
                return _correlated(np.flip(kernel), np.pad(of(right), border), (1,) * kernel.ndim)
            case m.Dilate(inner, steps):
                array = of(inner)
                result = np.zeros(
                    [s * (n - 1) + 1 for n, s in zip(array.shape, steps, strict=True)], self.kind
                )
                result[tuple(slice(None, None, s) for s in steps)] = array
                return result
            case m.Pad(inner, widths):
                return np.pad(of(inner), [(n, n) for n in widths])
            case m.Crop(inner, first, shape):
                array = np.pad(of(inner), [(0, n) for n in shape])
                return array[tuple(slice(f, f + n) for f, n in zip(first, shape, strict=True))]
            case m.Vec(inner):
                return np.ravel(of(inner))
            case m.Unvec(inner, shape):
                return np.reshape(of(inner), shape)
            case m.OuterSum(indices, conditions, inner):
                total = np.zeros(m.shape_of(inner), self.kind)
                for numbers in product(*(range(index.size) for index in indices)):
                    inside = {**here, **dict(zip(indices, numbers, strict=True))}
                    if all(_holds(bracket, inside) for bracket in conditions):
                        total = total + self.value(inner, inside)
                return total
        raise TypeError(type(node).__name__)


def _at(e: Any, here: Mapping[Any, int]) -> int:
    number = e.const + sum(c * here[index] for index, c in e.coefficients.items())
    assert number == int(number)
    return int(number)


def _correlated(kernel: Any, image: Any, strides: tuple[int, ...]) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    windows = windows[tuple(slice(None, None, s) for s in strides)]
    return np.tensordot(windows, kernel, axes=kernel.ndim)


def _holds(bracket: Any, here: Mapping[Any, int]) -> bool:
    number = _at(bracket.e, here)
    return {">=": number >= 0, "=": number == 0, "|": number % bracket.divisor == 0}[bracket.kind]
