"""Readable closed forms: an equation as it is best read.

An axis of size 1 is read at 0. A sum under a condition on its index alone is a sum over fewer values,
``Σ_{t | 1 ≤ t} s[t − 1]·g[t] = Σ_t s[t]·g[t + 1]`` with the last t one less. An equation that only moves
entries is stated by where each one goes:
``v[n] = Σ_{o,i | 0 ≤ n − 9o − 3i ≤ 2} a[o, i, n − 9o − 3i]`` holds exactly one term for every n, and reads
``v[9o + 3i + k] = a[o, i, k]``. A sum whose range is tied to another index is stated by where it counts from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from operator import is_
from typing import NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket, decide, within
from symgrad.algebra.normal import gathered
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Size, degree
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Expression, Term, put, put_in_term
from symgrad.derivation.factor import factored, leading


class Closed(NamedTuple):
    """``target[left…] = body`` for every value of ``axes``, which have more than one."""

    target: Tensor
    left: tuple[Affine, ...]
    axes: tuple[Index, ...]
    body: Expression


def closed_form(equation: Equation) -> Closed:
    """The equation as it is best read."""
    target, axes, body = equation
    form = Closed(target, tuple(affine(index) for index in axes), axes, body)
    while (straight := _straightened(form)) is not None:
        form = straight._replace(body=leading(factored(straight.body)))
    terms = [counted(term) for term in form.body.terms]
    if any(new is not old for new, old in zip(terms, form.body.terms, strict=True)):
        form = form._replace(body=gathered(terms))
    form = _at_zero(form)
    limited = tuple(map(_limited, form.body.terms))
    same = all(map(is_, limited, form.body.terms))
    return form if same else form._replace(body=Expression(limited))


def counted(term: Term) -> Term:
    """``Σ_{b | 0 ≤ b − r < m} f[b]`` as ``Σ_{k<m} f[r + k]``, where r + k is always within the range of b."""
    for low, high in permutations((each for each in term.brackets if each.kind == ">="), 2):
        last = low.e + high.e
        b = next((index for index in term.bound if low.e.coefficients.get(index) == 1), None)
        if b is None or last.coefficients or len(low.e.coefficients) == 1:
            continue
        k = Index(last.const + 1, b.letter)
        place = affine(b) - low.e + k
        if not all(decide(bracket) for bracket in within(place, b.size)):
            continue
        rest = term._replace(
            bound=(), brackets=tuple(bracket for bracket in term.brackets if bracket not in (low, high))
        )
        moved = put_in_term(rest, {b: place})
        return counted(moved._replace(bound=tuple(k if index is b else index for index in term.bound)))
    return term


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


def _limited(term: Term) -> Term:
    """The term with limits of sums for conditions ``low ≤ index ≤ high`` on what is summed over."""
    cuts = {index: [0, 0] for index in term.bound}
    kept = []
    for bracket in term.brackets:
        found = _cut(bracket, term.bound)
        if found is None:
            kept.append(bracket)
        else:
            index, end, count = found
            cuts[index][end] = max(cuts[index][end], count)
    if len(kept) == len(term.brackets):
        return term
    shorter = {i: Index(i.size - low - high, i.letter) for i, (low, high) in cuts.items() if low or high}
    moved = {index: affine(new) + cuts[index][0] for index, new in shorter.items()}
    moved_term = put_in_term(term._replace(bound=(), brackets=tuple(kept)), moved)
    return moved_term._replace(bound=tuple(shorter.get(index, index) for index in term.bound))


def _cut(bracket: Bracket, bound: Sequence[Index]) -> tuple[Index, int, int] | None:
    """The index that a bracket cuts values off, at its beginning (0) or end (1), and how many; or None."""
    if bracket.kind != ">=" or len(bracket.e.coefficients) != 1:
        return None
    ((index, coefficient),) = bracket.e.coefficients.items()
    if index not in bound or coefficient not in (1, -1):
        return None
    count = -bracket.e.const if coefficient == 1 else index.size - 1 - bracket.e.const
    return (index, int(coefficient != 1), count) if isinstance(count, int) and count > 0 else None


class _Digits(NamedTuple):
    """``0 ≤ n − r < size`` in a term: n is r + k, where r counts in steps of its digits."""

    place: Affine
    size: Size
    digits: tuple[Index, ...]
    brackets: tuple[Bracket, ...]


def _straightened(form: Closed) -> Closed | None:
    """``T[…, n, …] = Σ_B [0 ≤ n − r < m] …`` with n = r + k a mixed-radix number over B and k: by B and k.

    Every term has such a bracket, with digits of the same sizes, or none with n in it.
    """
    for n in form.axes:
        first = next((found for term in form.body.terms if (found := _digits(n, term))), None)
        if first is None:
            continue
        place = first.place + Index(first.size, n.letter)
        terms = [_by_digits(n, term, first, place) for term in form.body.terms]
        if None in terms:
            continue
        (*digits, k) = (*first.digits, next(index for index in place if index not in first.digits))
        return Closed(
            form.target,
            tuple(e.put({n: place}) for e in form.left),
            tuple(new for index in form.axes for new in ((*digits, k) if index is n else (index,))),
            gathered(term for term in terms if term is not None),
        )
    return None


def _digits(n: Index, term: Term) -> _Digits | None:
    """The digits of n that the term sums over, the longest steps first."""
    for low in term.brackets:
        rest = affine(n) - low.e
        if low.kind != ">=" or low.e.coefficients.get(n) != 1 or not rest.coefficients:
            continue
        for high in term.brackets:
            last = low.e + high.e
            if high.kind != ">=" or last.coefficients or not set(rest) <= set(term.bound):
                continue
            digits = sorted(rest, key=lambda index: _stride(rest, index), reverse=True)
            found = _Digits(rest, last.const + 1, tuple(digits), (low, high))
            if _mixed_radix(n, found):
                return found
    return None


def _mixed_radix(n: Index, found: _Digits) -> bool:
    """Whether each step is the product of the sizes below it, and all together make up n."""
    stride = found.size
    for index in reversed(found.digits):
        if found.place.coefficients[index] != stride:
            return False
        stride = stride * index.size
    return stride == n.size and not found.place.const


def _by_digits(n: Index, term: Term, first: _Digits, place: Affine) -> Term | None:
    """The term for one n by the digits of ``first``; None where it depends on n in another way."""
    found = _digits(n, term)
    if found is None:
        tied = any(n in bracket.e for bracket in term.brackets)
        return None if tied else put_in_term(term, {n: place})
    if [index.size for index in found.digits] != [index.size for index in first.digits]:
        return None
    outer = term._replace(
        bound=tuple(index for index in term.bound if index not in found.digits),
        brackets=tuple(bracket for bracket in term.brackets if bracket not in found.brackets),
    )
    renamed = dict(zip(found.digits, map(affine, first.digits), strict=True))
    return put_in_term(outer, {n: place, **renamed})


def _stride(e: Affine, index: Index) -> tuple[int, Size]:
    coefficient = e.coefficients[index]
    return degree(coefficient), coefficient if isinstance(coefficient, int) else 0
