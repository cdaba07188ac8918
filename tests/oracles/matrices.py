"""Matrix expressions in numbers by NumPy's own operations: a second meaning for each node of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import tanh
from typing import Any

import numpy as np

from symgrad.derivation import matrices as m

FUNCTIONS = {
    "tanh": np.vectorize(tanh, otypes=[float]),
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


def stated(form: m.Form, values: Mapping[str, Any]) -> Any:
    """The array that the form states for its whole target."""
    shape = tuple(form.target.shape)
    result = np.full(shape, np.nan)
    for numbers in product(*(range(index.size) for index in form.axes)):
        here = dict(zip(form.axes, numbers, strict=True))
        result[tuple(_at(e, here) for e in form.leading)] = value(form.body, values, here)
    return result


def _at(e: Any, here: Mapping[Any, int]) -> int:
    number = e.const + sum(c * here[index] for index, c in e.coefficients.items())
    assert number == int(number)
    return int(number)


def value(node: m.Node, values: Mapping[str, Any], here: Mapping[Any, int]) -> Any:
    """The number or array that a node stands for."""

    def of(inner: m.Node) -> Any:
        return value(inner, values, here)

    match node:
        case m.Part(tensor, leading):
            return np.asarray(values[tensor.name])[tuple(_at(e, here) for e in leading)]
        case m.Number(number):
            return float(number)
        case m.Everywhere(inner, shape):
            return np.full(shape, of(inner))
        case m.Sum(parts):
            return np.sum([of(part) for part in parts], axis=0)
        case m.Scaled(number, inner):
            return float(number) * of(inner)
        case m.Multiple(scalar, inner):
            return of(scalar) * of(inner)
        case m.Hadamard(factors):
            return np.prod([of(factor) for factor in factors], axis=0)
        case m.Power(base, exponent):
            return of(base) ** float(exponent)
        case m.Elementwise(function, inner):
            return FUNCTIONS[function.name](of(inner))
        case m.Indicator(kind, inner):
            return (of(inner) > 0 if kind == ">" else of(inner) == 0).astype(float)
        case m.Transpose(inner):
            return np.atleast_2d(of(inner)).T if np.ndim(of(inner)) == 2 else of(inner)[None, :]
        case m.MatMul(left, right):
            return of(left) @ of(right)
        case m.Outer(left, right):
            return np.outer(of(left), of(right))
        case m.Total(inner):
            return np.sum(of(inner))
        case m.SquaredNorm(inner):
            return np.linalg.norm(np.ravel(of(inner))) ** 2
        case m.Correlation(kernel, image, strides):
            return _correlated(of(kernel), of(image), strides)
        case m.FullConvolution(left, right):
            kernel = of(left)
            border = [(n - 1, n - 1) for n in kernel.shape]
            return _correlated(np.flip(kernel), np.pad(of(right), border), (1,) * kernel.ndim)
        case m.Dilate(inner, steps):
            array = of(inner)
            result = np.zeros([s * (n - 1) + 1 for n, s in zip(array.shape, steps, strict=True)])
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
            total = np.zeros(m.shape_of(inner))
            for numbers in product(*(range(index.size) for index in indices)):
                inside = {**here, **dict(zip(indices, numbers, strict=True))}
                if all(_holds(bracket, inside) for bracket in conditions):
                    total = total + value(inner, values, inside)
            return total
    raise TypeError(type(node).__name__)


def _correlated(kernel: Any, image: Any, strides: tuple[int, ...]) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    windows = windows[tuple(slice(None, None, s) for s in strides)]
    return np.tensordot(windows, kernel, axes=kernel.ndim)


def _holds(bracket: Any, here: Mapping[Any, int]) -> bool:
    number = _at(bracket.e, here)
    return {">=": number >= 0, "=": number == 0, "|": number % bracket.divisor == 0}[bracket.kind]
