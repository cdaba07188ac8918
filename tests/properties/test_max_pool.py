"""A max-pool stated by hand with ``maximum``, overlapping and padded, against loops."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import pytest
from oracles import dual
from oracles.derived import evaluate
from oracles.fields import Fractions

from symgrad.algebra.brackets import within
from symgrad.algebra.program import Program, equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, maximum
from symgrad.derivation.sweep import sweep

CASES = {
    "windows apart": ((4, 6), (2, 3), (2, 3), (0, 0)),
    "windows that overlap": ((5, 5), (3, 3), (1, 2), (0, 0)),
    "a border": ((4, 4), (2, 2), (2, 2), (1, 1)),
    "a border and an overlap": ((4, 5), (3, 3), (1, 2), (1, 1)),
    "gaps between the windows": ((5, 7), (2, 2), (3, 4), (0, 0)),
    "one pixel": ((1, 1), (1, 1), (1, 1), (0, 0)),
}


def pooled(image, kernel, stride, padding):
    """The definition: p[i, j] = max_{u, v} a[s·i + u − p, t·j + v − q] over what lies in the image."""
    (h, w), (tall, wide), (s, t), (p, q) = image, kernel, stride, padding
    a = Tensor("a", image, "input")
    rows, columns = (h + 2 * p - tall) // s + 1, (w + 2 * q - wide) // t + 1
    out = Tensor("p", (rows, columns), "intermediate")
    return a, define(
        out,
        lambda i, j: maximum(
            kernel,
            lambda u, v: a[i * s + u - p, j * t + v - q],
            where=lambda u, v: (*within(i * s + u - p, h), *within(j * t + v - q, w)),
        ),
    )


def loops(values, image, kernel, stride, padding, upstream):
    """Forward values and the gradient by a: all of an output's upstream goes to its first greatest pixel."""
    (h, w), (tall, wide), (s, t), (p, q) = image, kernel, stride, padding
    rows, columns = (h + 2 * p - tall) // s + 1, (w + 2 * q - wide) // t + 1
    out, gradient = [], [Fraction(0)] * (h * w)
    for n, (i, j) in enumerate(product(range(rows), range(columns))):
        best = None
        for u, v in product(range(tall), range(wide)):
            y, x = i * s + u - p, j * t + v - q
            if 0 <= y < h and 0 <= x < w and (best is None or values[y * w + x] > values[best]):
                best = y * w + x
        out.append(values[best])
        gradient[best] += upstream[n]
    return out, gradient


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("values", ["with many ties", "all equal", "all negative", "all different"])
def test_a_max_pool_is_its_loops(case, values):
    rng = Random(0)
    a, definition = pooled(*case)
    size = a.shape[0] * a.shape[1]
    pixels = [
        Fraction(x)
        for x in {
            "with many ties": [rng.randint(0, 2) for _ in range(size)],
            "all equal": [4] * size,
            "all negative": [-rng.randint(1, 9) for _ in range(size)],  # a border of zeros would win
            "all different": rng.sample(range(-50, 50), size),
        }[values]
    ]
    rows, columns = definition.target.shape
    upstream = [Fraction(rng.randint(1, 99)) for _ in range(rows * columns)]
    out, gradient = loops(pixels, *case, upstream)
    field = Fractions()
    assert dual.run([definition], {"a": pixels}, field)["p"] == out
    program = Program((equation(definition),))
    forward = evaluate(program, {"a": pixels}, field)
    assert forward["p"] == out
    found = sweep(program, (definition.target,), None, (a,)).program
    assert evaluate(found, {**forward, "dL_dp": upstream}, field)["dL_da"] == gradient
