"""What the table cases/repairs.txt says, and which names are near."""

import pytest
from reading import cases, reading

from symgrad.verify.reader import read
from symgrad.verify.reader.repairs import advice, neighbours


@cases("repairs")
def test_a_formula_is_read_as_its_tree(formula, expected):
    assert reading(formula) == expected


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("parital", {"partial"}),
        ("fracc", {"frac"}),
        ("lamda", {"lambda"}),
        ("simga", {"sigma"}),
        ("xyz", set()),
    ],
)
def test_one_slip_of_the_finger_has_a_neighbour(name, known):
    assert neighbours(name) == known


def test_an_unknown_command_is_named_with_the_nearest_one():
    assert advice("\\nablla") == "'\\nablla' is no command that is read here; did you mean '\\nabla'?"


def test_a_repair_says_what_was_read_for_what():
    (statement,) = read(r"W = W - \eta rac{\partial L}{\partial W}")
    (repair,) = statement.repairs
    assert repair.kind == "lost-backslash"
    assert repair.replacement == r"\frac"
    assert not repair.harmless


def test_the_form_feed_that_was_a_backslash_and_an_f_is_part_of_it():
    (statement,) = read("a = \frac{b}{c}")
    assert statement.repairs[0].span == (4, 8)
