"""The verdict on a whole claim: every member, duplicates, repairs, places."""

from __future__ import annotations

import pytest
from judging import judge, prose, sheet, verdicts

GIVEN = [r"w, x \in \mathbb{R}", "z = w x", "L = z^2"]
LEFT = r"\frac{dL}{dw}"


@pytest.mark.parametrize(
    ("members", "verdict", "each"),
    [
        (["2 z x"], "right", ["right"]),
        (["2 z x", "2 w x^2"], "right", ["right", "right"]),
        (["2 z w", "2 z x"], "wrong", ["wrong", "right"]),
        (["2 z x", "2 z w"], "wrong", ["right", "wrong"]),
        (["2 z w", "2 z w"], "wrong", ["wrong", "wrong"]),
        ([r"\frac{dL}{dz} \frac{dz}{dw}", "2 z x", "2 w x"], "wrong", ["right", "right", "wrong"]),
    ],
)
def test_every_member_of_a_chain_is_judged_by_the_truth(members, verdict, each):
    (claim,) = judge(sheet(" = ".join([LEFT, *members]), given=GIVEN))
    assert claim.verdict == verdict
    assert [member.verdict for member in claim.members] == each
    assert [
        claim.latex[m.span[0] - claim.span[0] : m.span[1] - claim.span[0]] for m in claim.members
    ] == members


def test_a_chain_goes_on_in_the_next_formula():
    found = judge(sheet(f"{LEFT} = 2 z x", "= 2 w x^2", "= 2 w x", given=GIVEN))
    assert [claim.verdict for claim in found] == ["right", "right", "wrong"]
    assert [claim.target for claim in found] == [LEFT, "(continued)", "(continued)"]


@pytest.mark.parametrize("again", [f"{LEFT} = 2 z x", f"{LEFT}=2zx", f"{LEFT} &= 2 z x"])
def test_a_duplicate_is_a_remark_and_no_verdict(again):
    found = judge(sheet(f"{LEFT} = 2 z x", again, given=GIVEN))
    assert [claim.verdict for claim in found] == ["right", "right"]
    assert found[0].findings == ()
    (remark,) = found[1].findings
    assert remark.kind == "duplicate"
    assert str(found[0].line) in remark.message


def test_a_wrong_duplicate_is_wrong_as_the_first():
    first, second = judge(sheet(f"{LEFT} = 2 z w", f"{LEFT} = 2 z w", given=GIVEN))
    assert first.verdict == second.verdict == "wrong"
    assert [f.kind for f in second.findings] == [*(f.kind for f in first.findings), "duplicate"]


@pytest.mark.parametrize(
    ("right_side", "verdict", "kind"),
    [
        (r"2 z \cdot rac{x}{1}", "unreadable", "garbled"),
        (r"rac{4 z x}{2}", "unreadable", "garbled"),
        (r"rac{4 z x}{3}", "wrong", "garbled"),
        (r"2 z \frac{x}{1", "unreadable", "truncated"),
        (r"2 (z x", "unreadable", "garbled"),
        ("2 z \N{CYRILLIC SMALL LETTER HA}", "unreadable", None),
    ],
)
def test_what_had_to_be_repaired_is_never_right(right_side, verdict, kind):
    (claim,) = judge(sheet(f"{LEFT} = {right_side}", given=GIVEN))
    assert claim.verdict == verdict
    assert claim.repairs
    assert kind is None or kind in {f.kind for f in claim.findings}


def test_a_full_width_digit_is_told():
    (claim,) = judge(sheet(LEFT + " = \N{FULLWIDTH DIGIT TWO} z x", given=GIVEN))
    assert claim.verdict == "unreadable"
    assert claim.repairs


@pytest.mark.parametrize("formula", [r"2 \heartsuit x", r"2 z \frac{x}{1", "2 z x)", "2 z x = = 3"])
def test_what_cannot_be_read_says_where(formula):
    text = sheet(f"{LEFT} = {formula}", given=GIVEN)
    (claim,) = judge(text)
    assert claim.verdict == "unreadable"
    line = text.split("\n")[claim.line - 1]
    assert line.startswith(LEFT)
    for finding in claim.findings:
        assert 0 <= finding.span[0] <= len(line)


def test_the_place_is_that_of_the_left_side():
    text = "Words and $u = 2 x$,\n\n$$\n\\begin{align}\nz &= w x \\\\\n  z &= w + x\n\\end{align}\n$$\n"
    (claim,) = judge(text)
    assert (claim.line, claim.column, claim.target) == (6, 3, "z")


def test_what_is_undecided_says_why():
    (claim,) = judge(
        sheet(r"W \leftarrow W - \frac{\partial L}{\partial W}", given=[r"W, x \in \mathbb{R}", "z = W x"])
    )
    assert (claim.verdict, claim.reached) == ("undecided", None)
    assert claim.detail


def test_an_arrow_without_a_table_and_relations_that_are_no_equalities_claim_nothing():
    assert verdicts(prose("z = w x", r"z \approx 3", r"z \propto w", r"x \sim y")) == []


def test_a_limit_of_time_makes_a_hard_decision_undecided_and_never_wrong():
    given = [r"x \in \mathbb{R}^{30}", r"z = \log \sum_{i=1}^{30} e^{x_i}"]
    claim = r"\frac{\partial z}{\partial x_j} = \frac{e^{x_j}}{\sum_{i=1}^{30} e^{x_i}}"
    for limit_s in (0.0001, 2.0):
        (found,) = verdicts(sheet(claim, given=given), limit_s=limit_s)
        assert found in ("right", "undecided")
