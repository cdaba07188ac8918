"""What equations are written with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import symgrad.equations as e
from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import at_least
from symgrad.algebra.functions import FUNCTIONS
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import normal
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Iverson, Maximum, Total, Written
from symgrad.errors import AlgebraError

a = Tensor("a", (5,), "input")
w = Tensor("w", (3, 5), "parameter")


def key(node: Written) -> str:
    return expression_key(normal(node))


def test_a_sum_finds_its_sizes():
    i, j = Index(3, "i"), Index(5, "j")
    assert key(e.total(lambda i, j: w[i, j] * a[j])) == key(Total((i, j), w[i, j] * a[j]))
    assert key(e.total(lambda u: a[u + 1], over=3)) == key(Total((i,), a[i + 1]))
    assert key(e.total(lambda u: 1, over=3)) == key(e.written(3))
    with pytest.raises(AlgebraError, match=r"nothing tells how far u runs.*over=3"):
        e.total(lambda u: a[u + 1])


def test_sums_within_sums_are_built_once():
    built = []

    def inner(j, i):
        built.append(j)
        return w[i, j]

    e.total(lambda i: e.total(lambda j: inner(j, i)))
    assert len(built) == 1


def test_a_maximum_finds_its_sizes_and_keeps_its_conditions():
    i = Index(5, "i")
    assert key(e.maximum(lambda i: a[i])) == key(Maximum((i,), (), a[i]))
    told = e.maximum(lambda i: a[i], where=lambda i: (at_least(i, 2),))
    assert key(told) == key(Maximum((i,), (at_least(i, 2),), a[i]))


def test_the_rest():
    i = Index(5, "i")
    assert isinstance(e.inside(i, 3), Iverson)
    assert key(e.sqrt(a[i])) == key(a[i] ** 0.5)
    assert set(e.__all__) <= set(dir(e))


def test_a_float_is_the_decimal_that_it_prints_as():
    assert key(0.1 * a[0]) == key(a[0] / 10)
    assert key(a[0] ** 0.1) == key(a[0] ** e.Fraction(1, 10))
    for nothing in (float("nan"), float("inf")):
        with pytest.raises(AlgebraError, match="finite numbers"):
            a[0] * nothing


def test_the_page_lists_what_an_equation_may_contain():
    page = (Path(__file__).resolve().parent.parent / "docs" / "extending.md").read_text(encoding="utf-8")
    section = page.partition("### What an equation may contain")[2].partition("\n### ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    in_python = " ".join(row[0] for row in rows)
    in_toml = " ".join(row[0] if row[1] == "the same" else row[1] for row in rows)
    assert [name for name in e.__all__ if not re.search(rf"\b{name}\b", in_python)] == []
    assert [name for name in FUNCTIONS if f"{name}(x)" not in in_toml] == []
