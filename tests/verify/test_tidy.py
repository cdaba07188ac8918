"""Spellings that mean one thing whatever the document says."""

from __future__ import annotations

import pytest
from judging import sheet, verdicts
from reading import member

from symgrad.verify.meaning import bare
from symgrad.verify.syntax import Accent, Name, Scripted, Transposed, children
from symgrad.verify.tidy import differentials, has_scripted_delta, tidied


@pytest.mark.parametrize(
    ("formula", "same_as"),
    [
        ("a^{[l]^T}", "a^{[l]T}"),
        (r"a^{(l)^\top}", r"a^{(l)\top}"),
        ("a^{[l]}", "a^{[l]}"),
        ("x^2", "x^2"),
        (r"\frac{a^{[l]^T}}{2} + \sum_i b^{(i)^T}", r"\frac{a^{[l]T}}{2} + \sum_i b^{(i)T}"),
    ],
)
def test_a_transpose_on_a_label_is_one_on_the_name(formula, same_as):
    assert bare(tidied(member(formula), deltas=False)) == bare(member(same_as))


@pytest.mark.parametrize("style", [r"\mathrm{T}", r"\text{T}", r"\mathsf{T}", "T", r"\top"])
def test_a_t_in_any_style_transposes(style):
    made = tidied(member(f"W^{{{style}}}"), deltas=False)
    assert isinstance(made, Scripted)
    assert [type(part) for part in made.sups] == [Transposed]


@pytest.mark.parametrize(
    ("formula", "joined"),
    [(r"\Delta w", True), (r"\Delta w_i", True), (r"\Delta (x)", False), (r"\Delta 2", False)],
)
def test_a_delta_before_a_name_belongs_to_it_where_it_is_no_name_of_its_own(formula, joined):
    made = tidied(member(formula), deltas=True)
    assert isinstance(made, Accent) is joined
    assert bare(tidied(member(formula), deltas=False)) == bare(member(formula))


@pytest.mark.parametrize(
    ("formulas", "scripted"),
    [([r"\Delta^{(2)}"], True), ([r"\Delta w"], False), (["x", r"\sum_i \Delta_i"], True), ([], False)],
)
def test_a_delta_with_scripts_is_a_name_of_its_own(formulas, scripted):
    assert has_scripted_delta(map(member, formulas)) is scripted


@pytest.mark.parametrize(
    ("heads", "found"),
    [
        ([r"d\mathbf{Q}"], {"Q"}),
        ([r"d\mathbf{Q}_i", r"d\hat{y}"], {"Q", "hat:y"}),
        (["d + Q", "dQ", r"d \cdot Q"], set()),
    ],
)
def test_differentials_stand_alone_on_left_sides(heads, found):
    assert differentials(map(member, heads)) == found


def test_a_d_before_such_a_name_is_part_of_it():
    made = tidied(member(r"\mathbf{K} d\mathbf{Q} + d\mathbf{P}"), deltas=False, after_d=frozenset({"Q"}))
    letters = set()
    pending = [made]
    while pending:
        here = pending.pop()
        if isinstance(here, Name):
            letters.add(here.letter)
        pending += children(here)
    assert letters == {"K", "dQ", "d", "P"}


def test_tidying_twice_changes_nothing():
    for formula in (r"\Delta w x", "a^{[l]^T} b", r"\mathbf{K} d\mathbf{Q}"):
        once = tidied(member(formula), deltas=True, after_d=frozenset({"Q"}))
        assert tidied(once, deltas=True, after_d=frozenset({"Q"})) == once


def test_places_stay_what_they_were():
    (factor, other) = tidied(member(r"\Delta w x"), deltas=True).factors
    assert (factor.node.span, other.node.span) == ((0, 8), (9, 10))


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\Delta w = -\eta \frac{\partial L}{\partial w}", "right"),
        (r"\Delta w = \eta \frac{\partial L}{\partial w}", "wrong"),
    ],
)
def test_a_change_of_a_weight_is_judged_by_its_definition(claim, verdict):
    given = [r"w, x, \eta \in \mathbb{R}", "z = w x", "L = z^2", r"\Delta w = -2 \eta z x"]
    assert verdicts(sheet(claim, given=given)) == [verdict]
