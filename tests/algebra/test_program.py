"""Programs: what an equation reads, and what a program needs from outside."""

from __future__ import annotations

from symgrad.algebra.program import Program, equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, total

a, w, b = Tensor("a", (3,), "input"), Tensor("w", (2, 3), "parameter"), Tensor("b", (2,), "parameter")
z, h = Tensor("z", (2,), "intermediate"), Tensor("h", (2,), "intermediate")
FIRST = equation(define(z, lambda i: total(3, lambda j: a[j] * w[i, j]) + b[i]))
SECOND = equation(define(h, lambda i: z[i] * b[i] + a[0]))


def test_an_equation_reads_each_tensor_once():
    assert set(FIRST.reads()) == {a, w, b}
    assert len(FIRST.reads()) == 3
    assert set(SECOND.reads()) == {z, b, a}


def test_sources_are_what_no_equation_gives():
    sources = Program((FIRST, SECOND)).sources()
    assert set(sources) == {a, w, b}
    assert len(sources) == 3
    assert set(Program((SECOND,)).sources()) == {z, b, a}
