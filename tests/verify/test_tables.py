"""Tables of names: a cell that breaks the count of its neighbours is pointed out."""

from __future__ import annotations

import pytest
from judging import judge

from symgrad.verify import passages
from symgrad.verify.judge import judged
from symgrad.verify.mend import fixed


def table(*rows):
    return (
        "Words before.\n\n" + "".join("\t".join(row.split(" ")) + "\n" for row in rows) + "\nWords after.\n"
    )


def grid(letter, rows, columns, first=1, tail=""):
    return [
        " ".join(f"{letter}{row * columns + column + first}{tail}" for column in range(columns))
        for row in range(rows)
    ]


@pytest.mark.parametrize(
    "rows",
    [
        grid("a", 3, 3),
        grid("a", 5, 5),
        grid("w", 2, 4, first=0),
        grid("x", 2, 3, first=7),
        ["x y z", "1 5 9"],
        ["a1 a2"],
    ],
)
def test_a_table_in_order_claims_nothing(rows):
    assert judge(table(*rows)) == ()


@pytest.mark.parametrize("place", range(9))
@pytest.mark.parametrize("wrong", [0, 1, 12])
def test_one_wrong_index_is_found_wherever_it_stands(place, wrong):
    cells = [f"a{n}" for n in range(1, 10)]
    if f"a{wrong}" == cells[place]:
        wrong += 20
    cells[place] = f"a{wrong}"
    text = table(*(" ".join(cells[3 * r : 3 * r + 3]) for r in range(3)))
    (claim,) = judge(text)
    assert claim.verdict == "wrong"
    assert [(f.kind, f.given, f.expected) for f in claim.findings] == [
        ("wrong-index", f"a{wrong}", f"a{place + 1}")
    ]
    document = passages.find(text, "markdown")
    assert fixed(document, (claim,)) == table(*grid("a", 3, 3))


def test_a_letter_of_another_alphabet_is_pointed_out_and_is_no_error_of_mathematics():
    cell = "\N{CYRILLIC SMALL LETTER A}5"
    rows = grid("a", 3, 3)
    rows[1] = rows[1].replace("a5", cell)
    (claim,) = judge(table(*rows))
    assert claim.verdict == "unreadable"
    (finding,) = claim.findings
    assert (finding.kind, finding.given, finding.expected) == ("notation", cell, "a5")
    assert "Cyrillic a" in finding.message


def test_spaces_inside_a_cell_are_no_error():
    assert judge(table("a1 a2 a3", "a4 a5 a6").replace("a5", "a 5")) == ()


UPDATE = ["w1* w2* = w1 w2", "w3* w4*  w3 w4"]


def test_a_table_that_says_something_equals_something_is_a_claim():
    (claim,) = judge(table(*UPDATE))
    assert (claim.target, claim.verdict, claim.reached) == ("table", "right", "proved")


def test_each_side_of_a_table_is_counted_by_itself():
    (claim,) = judge(table(UPDATE[0], "w3* w4*  w3 w3"))
    assert claim.verdict == "wrong"
    assert [(f.given, f.expected) for f in claim.findings] == [("w3", "w4")]


def test_formulas_in_cells_are_counted_too():
    rows = ["$a_1$ $a_2$ $a_3$", "$a_4$ $a_5$ $a_7$"]
    (claim,) = judge(table(*rows))
    assert [(f.given, f.expected) for f in claim.findings] == [("a_7", "a_6")]


def test_mending_a_table_leaves_no_finding():
    text = table("a1 a2 a3", "a4 a6 a6", "a7 a9 a9")
    document = passages.find(text, "markdown")
    claims = judged(document)
    assert [f.expected for claim in claims for f in claim.findings] == ["a5", "a8"]
    assert judge(fixed(document, claims)) == ()
