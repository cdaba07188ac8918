"""Readable closed forms: an equation as it is best read.

An axis of size 1 is read at 0. An equation that only moves entries is stated by where each one goes:
``v[n] = Σ_{o,i | 0 ≤ n − 9o − 3i ≤ 2} a[o, i, n − 9o − 3i]`` holds exactly one term for every n, and reads
``v[9o + 3i + k] = a[o, i, k]``.
"""

from __future__ import annotations

from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import within
from symgrad.algebra.normal import gathered
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Size, degree
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry, Expression, Term, put


class Closed(NamedTuple):
    """``target[left…] = body`` for every value of ``axes``, which have more than one."""

    target: Tensor
    left: tuple[Affine, ...]
    axes: tuple[Index, ...]
    body: Expression


def closed_form(equation: Equation) -> Closed:
    """The equation as it is best read."""
    target, axes, body = equation
    left = tuple(affine(index) for index in axes)
    return _at_zero(_straightened(equation) or Closed(target, left, axes, body))


def _at_zero(form: Closed) -> Closed:
    """The form with 0 for every index that can be nothing else."""
    zeros = {index: affine(0) for index in form.axes if index.size == 1}
    if not zeros:
        return form
    return Closed(
        form.target,
        tuple(e.put(zeros) for e in form.left),
        tuple(index for index in form.axes if index not in zeros),
        gathered(put(form.body, zeros).terms),
    )


def _straightened(equation: Equation) -> Closed | None:
    """``T[…, n] = Σ_B [0 ≤ n − r < m] …`` with n = r + k a mixed-radix number over B and k: by B and k."""
    if not equation.axes or len(equation.body.terms) != 1:
        return None
    (*front, n), (term,) = equation.axes, equation.body.terms
    for entry in (factor for factor, _ in term.powers if isinstance(factor, Entry)):
        for e, size in zip(entry.indices, entry.tensor.shape, strict=True):
            if e.coefficients.get(n) != 1 or len(e.coefficients) == 1:
                continue
            if set(term.brackets) == set(within(e, size)) and _mixed_radix(n, e, size, term):
                k = Index(size, n.letter)
                place = n - e + k
                moved = put(Expression((term._replace(bound=(), brackets=()),)), {n: place})
                left = (*map(affine, front), place)
                return Closed(equation.target, left, (*front, *term.bound, k), gathered(moved.terms))
    return None


def _mixed_radix(n: Index, e: Affine, size: Size, term: Term) -> bool:
    """Whether (bound…, n − r) are the digits of n: each stride is the product of the sizes below it."""
    if e.const or set(e.coefficients) != {n, *term.bound}:
        return False
    stride = size
    for index in sorted(term.bound, key=lambda index: _stride(e, index)):
        if -e.coefficients[index] != stride:
            return False
        stride = stride * index.size
    return stride == n.size


def _stride(e: Affine, index: Index) -> tuple[int, Size]:
    coefficient = e.coefficients[index]
    return degree(coefficient), -coefficient if isinstance(coefficient, int) else 0
