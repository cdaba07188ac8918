"""Sizes that follow from how tensors are read, and reads that miss."""

from __future__ import annotations

import pytest

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import divides, equal
from symgrad.algebra.extents import first_miss, size_alone, size_that_fits, spelled
from symgrad.algebra.sizes import size_symbol, size_text
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Iverson, Maximum, Total, Written, inside
from symgrad.errors import AlgebraError

a = Tensor("a", (5,), "input")
w = Tensor("w", (3, 4), "parameter")


def unknown(letter: str) -> Index:
    return Index(0, letter)


def test_an_index_runs_over_the_axis_that_it_reads_alone():
    i, j = unknown("i"), unknown("j")
    body = w[i, j] * a[j + 1]
    assert (size_alone(i, body), size_alone(j, body)) == (3, 4)
    assert size_alone(unknown("k"), body) is None
    with pytest.raises(
        AlgebraError, match="j runs over an axis of w with 4 entries and over one of a with 5"
    ):
        size_alone(j, w[i, j] * a[j])


def test_an_index_runs_as_far_as_its_reads_stay_inside():
    i, u = unknown("i"), Index(3, "u")
    assert size_that_fits(i, a[i + u]) == 3
    assert size_that_fits(i, a[2 * i + u]) == 2
    assert size_that_fits(i, a[i + 1] * a[2 * i]) == 3
    assert size_that_fits(i, w[i, 0] * a[i + 4]) == 3  # read alone: the miss is for first_miss to tell
    with pytest.raises(AlgebraError, match="no i keeps every read of a inside"):
        size_that_fits(i, a[i + Index(6, "v")])


def test_a_size_that_cannot_be_known_is_none():
    i, k = unknown("i"), unknown("k")
    assert size_that_fits(i, a[0]) is None
    assert size_that_fits(i, a[i + k]) is None
    assert size_that_fits(i, a[4 - i]) is None
    assert size_that_fits(i, inside((i + 1, 5)) * a[i + 1]) is None
    assert size_that_fits(i, a[i + Index(2, "u") - 1]) is None


def test_symbolic_sizes_that_fit():
    n, s = size_symbol("N"), size_symbol("s")
    x = Tensor("x", (n,), "input")
    i, u = unknown("i"), Index(size_symbol("U"), "u")
    assert size_text(size_that_fits(i, x[i + u])) == "N - U + 1"
    assert size_text(size_that_fits(i, x[i * s])) == "P"


def miss(body: Written, *axes: Index) -> str | None:
    found = first_miss(Definition(Tensor("z", tuple(i.size for i in axes), "intermediate"), axes, body))
    return None if found is None else str(found)


def test_a_read_outside_its_axis_is_told_with_where():
    i, u = Index(4, "i"), Index(3, "u")
    assert miss(a[i], i) is None
    assert miss(a[i + 1], i) is None
    assert miss(a[i + 2], i) == "a[i + 2] is read at 5 for i = 3, and its axis has 5 entries"
    assert miss(Total((u,), a[i + u - 1]), i).startswith("a[i + u − 1] is read at −1 for i = 0, u = 0")
    assert miss(a[7]) == "a[7] is read at 7, and its axis has 5 entries"
    assert "read at 1/2 for i = 1" in miss(a[affine(i).over(2)], i)


def test_brackets_guard_what_they_multiply():
    i, u = Index(5, "i"), Index(3, "u")
    e = i + u - 1
    assert miss(Total((u,), inside((e, 5)) * a[e]), i) is None
    assert miss(Total((u,), 2 * (w[u, 0] * inside((e, 5))) * a[e]), i) is None
    assert miss(Total((u,), inside((e, 6)) * a[e]), i).startswith("a[i + u − 1] is read at 5")
    assert miss(Total((u,), inside((e, 5)) + a[e]), i) is not None
    assert miss(Maximum((u,), (equal(u, 1),), a[e]), i) is None
    assert miss(Iverson((divides(2, i),)) * a[affine(i).over(2)], i) is None
    assert miss(Iverson((equal(i, 2 * u),)) * a[i], i) is None
    assert miss(Iverson((equal(i, 3),)) * a[i + 2], i).startswith("a[i + 2] is read at 5")


def test_many_places_are_not_looked_at_one_by_one():
    i, j, k = (Index(100_000, letter) for letter in "ijk")
    assert miss(inside((i - j, 5)) * a[i - j], i, j) is None
    told = miss(Iverson((equal(i, j + k),)) * a[i - j], i, j, k)
    assert told == "it is not clear that a[i − j] stays inside the 5 entries of its axis"


def test_symbolic_sizes_are_taken_to_fit():
    x = Tensor("x", (size_symbol("N"),), "input")
    i = Index(size_symbol("M"), "i")
    assert miss(x[i + 1], i) is None


def test_indices_in_messages():
    i, u = Index(4, "i"), Index(3, "u")
    assert spelled(2 * i - u + 1) == "2i − u + 1"
    assert spelled(affine(0)) == "0"
    assert spelled(-affine(i)) == "−i"
