"""The tree of what stands on the page: every part is a child, and no child stands outside its parent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symgrad.verify import passages, syntax
from symgrad.verify.reader import read
from symgrad.verify.syntax import RELATIONS, Factor, Term, children

CORPUS = Path(__file__).parent / "corpus" / "derivations.json"
FORMULAS = [
    "2.5", "x", r"\hat{y}", "x_{ij}^{[l]T}", "w^{*}", "(a, b)", "a; b", "-x + y", r"a \cdot b / c",
    r"\frac{a}{b}", r"\sqrt[3]{x}", r"\frac{\partial^2 L}{\partial x \partial y}", r"\frac{d}{dx} x^2",
    r"\nabla_W L", r"\log_2 x", r"\sum_{i=1}^{n} x_i", r"\prod_{j \neq i} x_j", r"\max_k x_k", "[z > 0]",
    r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}", r"x_1 + \dots + x_n", r"x^{\top}",
    r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
]  # fmt: skip


def nodes(formula):
    for statement in read(formula):
        pending = list(statement.members)
        while pending:
            here = pending.pop()
            yield here
            pending += children(here)


def parts(value):
    """Every node among the fields of a node, whatever tuples they stand in."""
    if isinstance(value, Factor | Term):
        yield value.node
    elif hasattr(value, "_fields"):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from parts(part)


@pytest.mark.parametrize("formula", FORMULAS)
def test_children_are_all_the_parts_of_a_node(formula):
    for here in nodes(formula):
        inside = [
            p
            for name, part in zip(here._fields, here, strict=True)
            if "span" not in name
            for p in parts(part)
        ]
        assert sorted(map(id, children(here))) == sorted(map(id, inside)), here


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_child_stands_inside_its_parent(formula):
    for here in nodes(formula):
        start, stop = here.span
        assert 0 <= start <= stop <= len(formula)
        for child in children(here):
            assert start <= child.span[0] <= child.span[1] <= stop, (here, child)


def test_the_formulas_here_have_every_kind_of_node():
    kinds = {
        name
        for name, value in vars(syntax).items()
        if isinstance(value, type) and "span" in getattr(value, "_fields", ())
    }
    met = {type(here).__name__ for formula in FORMULAS for here in nodes(formula)}
    assert kinds - met == {"Term", "Repair", "Problem", "Statement"}


def test_a_statement_has_a_relation_before_each_member_but_the_first():
    for entry in json.loads(CORPUS.read_text(encoding="utf-8"))["documents"]:
        for passage in passages.find(entry["document"], "markdown").passages:
            for statement in read(passage.reading):
                missing = 0 if statement.leading or statement.problem else 1
                assert len(statement.members) == len(statement.relations) + missing
                assert set(statement.relations) <= set(RELATIONS)
