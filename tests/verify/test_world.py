"""Sizes, indices and entries: what a document's names are at one choice of sizes."""

from __future__ import annotations

import pytest
from judging import judge, meant, sheet, verdicts
from reading import member

from symgrad.verify.scalars import symbols_of
from symgrad.verify.world import (
    Env,
    OutsideError,
    StepError,
    UnknownNameError,
    UnsettledError,
    assignments,
    shown,
)


def test_assignments_are_all_values_of_all_indices():
    found = list(assignments([("i", (1, 2)), ("j", (0, 2))]))
    assert found == [{"i": i, "j": j} for i in (1, 2) for j in (0, 1, 2)]
    assert list(assignments([])) == [{}]
    assert list(assignments([("i", (2, 1))])) == []


@pytest.mark.parametrize(
    ("key", "labels", "subs", "text"),
    [
        ("z", (), (), "z"),
        ("z", (2,), (1, 3), "z^(2)_1,3"),
        ("hat:y", (), (1,), "y\N{COMBINING CIRCUMFLEX ACCENT}_1"),
        ("cal:L", (), (), "L"),
    ],
)
def test_names_for_people(key, labels, subs, text):
    assert shown(key, labels, subs) == text


def test_more_indices_leave_those_there_are():
    env = Env({"i": 1})
    assert env.with_indices({"j": 2}).indices == {"i": 1, "j": 2}
    assert env.indices == {"i": 1}


@pytest.mark.parametrize("choice", [0, 1])
def test_open_sizes_differ_from_one_another_and_between_the_choices(choice):
    given = (r"W \in \mathbb{R}^{m \times n}", r"V \in \mathbb{R}^{k \times p}")
    sizes = [
        meant("W", *given, choice=c).array.shape + meant("V", *given, choice=c).array.shape for c in (0, 1)
    ]
    assert len(set(meant("W", *given, choice=choice).array.shape)) == 2
    assert sizes[0] != sizes[1]


def test_all_open_sizes_of_one_world_differ():
    given = [rf"{letter} \in \mathbb{{R}}^{{{n}}}" for letter, n in zip("ABCDEF", "mnpqds", strict=True)]
    world = meant("A", *given).world
    sizes = [world.size(letter) for letter in "mnpqds"]
    assert len(set(sizes)) == 6
    assert min(sizes) > 1


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("3", 3), ("i", 4), ("i + 1", 5), ("i - j", 2), ("2i - 1", 7), ("2 (i - 1)", 6), ("i/2", 2),
        (r"\frac{i + j}{2}", 3), ("-i", -4), ("ij", 8),
    ],
)  # fmt: skip
def test_indices_are_whole_numbers(formula, value):
    world = meant("x", r"x \in \mathbb{R}").world
    assert world.whole(member(formula), Env({"i": 4, "j": 2})) == value


@pytest.mark.parametrize(
    ("formula", "error", "message"),
    [
        ("1.5", UnsettledError, "whole"),
        ("i/3", UnsettledError, "whole"),
        (r"\frac{1}{0}", UnsettledError, "whole"),
        ("q", UnknownNameError, "q"),
        ("x^2", UnsettledError, "no index"),
    ],
)
def test_what_is_no_index_is_refused(formula, error, message):
    world = meant("x", r"x \in \mathbb{R}").world
    with pytest.raises(error, match=message):
        world.whole(member(formula), Env({"i": 4}))


def test_one_name_is_one_array_and_each_entry_a_symbol_of_its_own():
    found = meant("W", r"W \in \mathbb{R}^{2 \times 3}")
    assert found.world.entry("W", (), ()) is found.world.entry("W", (), ())
    assert len(set(found.array.entries)) == 6
    names = [entry.letter.name for entry in found.array.entries]
    assert names == [f"W_{i},{j}" for i in (1, 2) for j in (1, 2, 3)]
    assert found.world.entry("W", (), (2, 3)).entries == (found.array.entries[5],)


def test_a_defined_entry_stands_for_its_formula():
    found = meant("z_2", r"x \in \mathbb{R}^3", "z_i = x_i^2")
    (entry,) = found.array.entries
    assert entry.letter.name == "z_2"
    assert {s.letter.name for s in symbols_of(entry, through_definitions=True)} >= {"x_2"}
    assert found.agrees_with(lambda x: x[1] ** 2)


@pytest.mark.parametrize(
    ("formula", "given", "witness"),
    [
        ("z_3", ("z_1 = x_1", "z_2 = x_2", "z_3 = x_1 x_2"), lambda x: x[0] * x[1]),
        ("z_1", ("z_i = x_i", "z_1 = 7"), lambda: 7),
        ("z", ("z_i = 2 x_i",), lambda x: 2 * x),
        ("z", ("z_i = 2 x_i", "i = 1, \\dots, 2"), lambda x: 2 * x[:2]),
        ("z_{2}", ("z = 2 x",), lambda x: 2 * x[1]),
        ("Z_{12}", ("Z_{ij} = x_i x_j",), lambda x: x[0] * x[1]),
    ],
)
def test_the_most_particular_definition_counts(formula, given, witness):
    assert meant(formula, r"x \in \mathbb{R}^3", *given).agrees_with(witness)


RECURRENT = (
    r"w, u \in \mathbb{R}",
    r"x_t \in \mathbb{R}",
    r"h_0 \in \mathbb{R}",
    r"t = 1, \dots, 3",
    r"h_t = \tanh(w h_{t-1} + u x_t)",
    "L = h_3",
)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial h_t}{\partial h_{t-1}} = w (1 - h_t^2)", "right"),
        (r"\frac{\partial h_t}{\partial h_{t-1}} = w (1 - h_{t-1}^2)", "wrong"),
        (r"\frac{\partial h_t}{\partial x_t} = u (1 - h_t^2)", "right"),
        (r"\frac{\partial h_2}{\partial w} = (1 - h_2^2)(h_1 + w (1 - h_1^2) h_0)", "right"),
        (r"\frac{\partial L}{\partial h_1} = w^2 (1 - h_2^2)(1 - h_3^2)", "right"),
        (r"\frac{\partial L}{\partial h_1} = w^2 (1 - h_1^2)(1 - h_2^2)", "wrong"),
    ],
)
def test_a_recurrence_holds_for_each_step(claim, verdict):
    assert verdicts(sheet(claim, given=RECURRENT)) == [verdict]


@pytest.mark.parametrize(
    ("formula", "given", "error", "message"),
    [
        ("x_4", (r"x \in \mathbb{R}^3",), OutsideError, "an index runs from 1 to 3"),
        ("x_{1,1}", (r"x \in \mathbb{R}^3",), OutsideError, "1 axes"),
        ("a^{[4]}", (r"l = 1, \dots, 3", r"a^{[l]} \in \mathbb{R}^2"), StepError, "does not exist"),
        ("u", ("u = v", "v = u"), UnsettledError, "defined by itself"),
        ("n_1", ("n_j = 2", "n_k = 3"), UnsettledError, "defined twice"),
        ("x", (r"x \in \mathbb{R}^{2 \times 30000}",), UnsettledError, "at most 20,000"),
        ("x", (r"x \in \mathbb{R}^{2000 \times 3000}",), UnsettledError, "at most 20,000"),
    ],
)
def test_what_does_not_exist_is_refused_in_a_sentence(formula, given, error, message):
    with pytest.raises(error, match=message):
        meant(formula, *given)


def test_a_recurrence_without_a_beginning_begins_with_a_symbol():
    given = (r"w \in \mathbb{R}", "h_t = w h_{t-1}")
    (entry,) = meant("h_2", *given).entries
    assert {s.letter.name for s in symbols_of(entry)} == {"w", "h_0"}


@pytest.mark.parametrize(
    ("hypothesis", "sign"),
    [("x > 0", "positive"), (r"x \geq 0", "nonnegative"), (r"x \in \mathbb{R}", "real")],
)
def test_symbols_know_their_sign(hypothesis, sign):
    (entry,) = meant("x", hypothesis).array.entries
    assert entry.letter.sign == sign


def test_a_set_has_a_size_and_its_members_are_counted_from_1():
    mean = r"m = \frac{1}{|\mathcal{B}|} \sum_{i \in \mathcal{B}} x_i"
    given = (r"i \in \mathcal{B}", r"x_i \in \mathbb{R}", mean)
    found = verdicts(
        sheet(
            r"\frac{\partial m}{\partial x_i} = \frac{1}{|\mathcal{B}|}",
            r"\frac{\partial m}{\partial x_i} = 1",
            given=given,
        )
    )
    assert found == ["right", "wrong"]


def test_what_was_assumed_is_told():
    given = [r"z \in \mathbb{R}", r"p = \sigma(z)"]
    (claim,) = judge(sheet(r"\frac{\partial p}{\partial z} = p (1 - p)", given=given))
    assert claim.verdict == "right"
    assert any("logistic" in text for text in claim.assumptions)
