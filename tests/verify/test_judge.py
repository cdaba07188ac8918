"""The article whose expansions came out garbled, and how a document is judged as a whole."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from judging import judge, sheet, verdicts

from symgrad.network.build import build
from symgrad.verify import passages
from symgrad.verify.judge import judged
from symgrad.verify.mend import fixed

ARTICLE = (Path(__file__).parent / "corpus" / "conv-backprop.md").read_text(encoding="utf-8")
NET = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
DOCUMENT = passages.find(ARTICLE, "markdown")


@pytest.fixture(scope="module")
def claims():
    return judged(DOCUMENT, build(NET))


@pytest.fixture(scope="module")
def claims_without_a_network():
    return judged(DOCUMENT)


@pytest.fixture(scope="module")
def mended(claims):
    return fixed(DOCUMENT, claims)


def of(claims, target):
    return [claim for claim in claims if claim.target == target]


def named(claim):
    return [(f.kind, f.given, f.expected) for f in claim.findings if f.kind != "duplicate"]


def times(z):
    """The entries of the 5×5 image below the kernel at output ``z``, counted by a loop from 1."""
    row, column = divmod(z - 1, 2)
    return [5 * (2 * row + i) + 2 * column + j + 1 for i in range(3) for j in range(3)]


def expansion(z):
    return " + ".join(f"a_{{{a}}}w_{k}" if a > 9 else f"a_{a}w_{k}" for k, a in enumerate(times(z), start=1))


@pytest.mark.parametrize("z", [1, 2, 3])
def test_the_first_three_sums_of_the_article_are_proved(z, claims):
    (claim,) = of(claims, f"z_{z}")
    assert (claim.verdict, claim.reached, claim.findings) == ("right", "proved", ())
    assert claim.latex == f"z_{z} &= {expansion(z)}"


def test_the_fourth_sum_is_wrong_in_exactly_two_terms(claims):
    first, second = of(claims, "z_4")
    for claim in (first, second):
        assert (claim.verdict, claim.reached) == ("wrong", "refuted")
        assert named(claim) == [
            ("wrong-index", "a_{22}w_8", "a_{24}w_8"),
            ("wrong-index", "a_{23}w_9", "a_{25}w_9"),
        ]
        assert claim.corrected == f"z_4 &= {expansion(4)}"
        assert claim.witness.given != claim.witness.expected
    assert [f.kind for f in first.findings].count("duplicate") == 0
    (remark,) = [f for f in second.findings if f.kind == "duplicate"]
    assert "line 33" in remark.message


def gradient_of_the_article(claims):
    (claim,) = of(claims, r"\frac{\partial L}{\partial w_1}")
    assert claim.verdict == "wrong"
    assert [(m.verdict, m.reached) for m in claim.members] == [("right", "proved"), ("wrong", "refuted")]
    return claim


def test_the_gradient_of_the_article_has_four_right_terms_nineteen_extra_and_is_cut_off(claims):
    claim = gradient_of_the_article(claims)
    start, stop = claim.members[1].span
    terms = re.split(r" \+ ", DOCUMENT.passages[claim.passage].text[start:stop])
    assert len(terms) == 23
    given = Counter(f.given for f in claim.findings if f.kind == "extra-term")
    assert given.total() == 19
    left = list((Counter(terms) - given).elements())
    wanted = [f"a_{{{times(z)[0]}}}" if times(z)[0] > 9 else f"a_{times(z)[0]}" for z in (1, 2, 3, 4)]
    assert left == [rf"{a} \frac{{\partial L}}{{\partial z_{z}}}" for z, a in enumerate(wanted, start=1)]
    assert [f.kind for f in claim.findings if f.kind != "extra-term"] == ["truncated"]
    assert claim.repairs


def test_a_lost_backslash_is_unreadable_with_the_likely_repair(claims):
    claim = next(c for c in claims if "rac{" in c.latex and r"\frac" not in c.latex)
    assert claim.verdict == "unreadable"
    assert named(claim) == [("garbled", "rac", r"\frac")]
    assert claim.line == ARTICLE[: ARTICLE.index("rac{")].count("\n") + 1
    assert claim.repairs


def test_the_tables_of_the_article(claims):
    image, update = of(claims, "table")
    assert image.verdict == "unreadable"
    assert named(image) == [("notation", "а3", "a3")]  # the Cyrillic letter is the point
    assert "Cyrillic" in image.findings[0].message
    assert update.verdict == "wrong"
    assert [f.expected for f in update.findings] == [
        r"\frac{\partial L}{\partial w_8}",
        r"\frac{\partial L}{\partial w_9}",
    ]
    assert r"\hat{g}" in update.findings[1].given


def test_the_mended_article_has_no_wrong_claim_and_the_true_formulas(mended):
    again = judged(passages.find(mended, "markdown"), build(NET))
    assert [claim for claim in again if claim.verdict == "wrong"] == []
    assert mended.count(f"z_4 &= {expansion(4)}") == 2
    (claim,) = of(again, r"\frac{\partial L}{\partial w_1}")
    assert claim.verdict == "right"
    assert claim.latex.endswith(
        r"= a_1 \frac{\partial L}{\partial z_1} + a_3 \frac{\partial L}{\partial z_2}"
        r" + a_{11} \frac{\partial L}{\partial z_3} + a_{13} \frac{\partial L}{\partial z_4}"
    )


def test_mending_leaves_every_line_without_a_wrong_claim_as_it_is(claims, mended):
    touched = {claim.line for claim in claims if claim.verdict == "wrong"}
    table = ARTICLE.split("\n").index(next(line for line in ARTICLE.split("\n") if line.startswith("w7*")))
    old, new = ARTICLE.split("\n"), mended.split("\n")
    assert len(old) == len(new)
    differing = {n for n, (a, b) in enumerate(zip(old, new, strict=True), start=1) if a != b}
    assert differing <= touched | {table + 1}


def test_without_a_network_the_sums_are_definitions_and_the_gradient_is_judged_by_them(
    claims_without_a_network,
):
    for z in (1, 2, 3):
        assert of(claims_without_a_network, f"z_{z}") == []
    (copy,) = of(claims_without_a_network, "z_4")  # the first defines it
    assert copy.verdict == "right"
    claim = gradient_of_the_article(claims_without_a_network)
    assert sum(f.kind == "extra-term" for f in claim.findings) == 19


def test_claims_come_in_the_order_of_the_document(claims):
    places = [(claim.line, claim.column) for claim in claims]
    assert places == sorted(places)


def test_progress_is_told_for_each_claim():
    told = []
    document = passages.find(sheet("z = 3 x", "z = x + x + x", given=["z = 3x"]), "markdown")
    judged(document, progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2)]


def test_a_document_without_mathematics_has_no_claims():
    assert judge("# Nothing\n\nOnly words.\n") == ()


def test_every_claim_of_a_sheet_is_judged_by_itself():
    given = [r"x, w \in \mathbb{R}^2", "z = w_1 x_1 + w_2 x_2", r"L = \frac{1}{2} z^2"]
    found = verdicts(
        sheet(
            r"\frac{\partial L}{\partial w_1} = z x_1",
            r"\frac{\partial L}{\partial w_2} = z x_1",
            r"\frac{\partial L}{\partial w_2} = z \heartsuit x",
            r"\frac{\partial L}{\partial x} = z w",
            given=given,
        )
    )
    assert found == ["right", "wrong", "unreadable", "right"]


IMAGE = [r"z_1 = w_1 I_1 + w_2 I_2 + w_3 I_3", r"z_2 = w_1 I_2 + w_2 I_3 + w_3 I_4"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial z_1}{\partial w_2} = I_2", "right"),
        (r"\frac{\partial z_1}{\partial w_2} = I_3", "wrong"),
        (r"\frac{\partial z_2}{\partial w_1} = 0", "wrong"),
        (r"\frac{\partial z_2}{\partial I_4} = w_3", "right"),
    ],
)
def test_an_image_called_I_is_not_the_identity(claim, verdict):
    assert verdicts(sheet(claim, given=IMAGE)) == [verdict]


def test_entries_of_I_with_rows_and_columns_are_not_the_identity():
    given = [
        f"S_{{{r}{c}}} = "
        + " + ".join(f"I_{{{r + i}{c + j}}} K_{{{i + 1}{j + 1}}}" for i in (0, 1) for j in (0, 1))
        for r in (1, 2)
        for c in (1, 2)
    ]
    true = r"\frac{\partial S_{12}}{\partial K_{11}} = I_{12}"
    false = r"\frac{\partial S_{12}}{\partial K_{11}} = 0"
    assert verdicts(sheet(true, given=given)) == ["right"]
    assert verdicts(sheet(false, given=given)) == ["wrong"]


def test_an_index_at_I_makes_it_no_identity():
    given = [r"i = 1, \dots, 3", r"z_i = w I_i"]
    assert verdicts(sheet(r"\frac{\partial z_i}{\partial w} = I_i", given=given)) == ["right"]
    assert verdicts(sheet(r"\frac{\partial z_i}{\partial w} = 1", given=given)) == ["wrong"]


def test_two_numbers_at_I_leave_open_what_it_is():
    (claim,) = judge(sheet(r"\frac{\partial z}{\partial w} = I_2", given=[r"z = w I_2 + v I_3"]))
    assert claim.verdict == "undecided"
    assert "declare it" in claim.detail


def test_the_identity_of_a_stated_size_stays_the_identity():
    given = [r"x \in \mathbb{R}^{n}", r"y = I_n x"]
    assert verdicts(sheet("y = x", given=given)) == ["right"]


# Signs that a document states


@pytest.mark.parametrize(
    ("premise", "given", "claim", "verdict"),
    [
        ("x > 0, y > 0", "F = \\log(xy)", "F = \\log(x) + \\log(y)", "right"),
        ("x, y > 0", "F = \\log(xy)", "F = \\log(x) + \\log(y)", "right"),
        ("x < 0", "F = \\sqrt{x^2}", "F = -x", "right"),
        ("x < 0", "F = \\sqrt{x^2}", "F = x", "wrong"),
        ("x \\leq 0", "F = |x|", "F = -x", "right"),
        ("x < 0", "F = \\log(-x)", "\\frac{\\partial F}{\\partial x} = \\frac{1}{x}", "right"),
        ("x, y < 0", "F = \\log(xy)", "F = \\log(-x) + \\log(-y)", "right"),
        ("x, y < 0", "F = \\sqrt{xy}", "F = \\sqrt{-x}\\sqrt{-y}", "right"),
    ],
)
def test_a_stated_sign_is_a_premise(premise, given, claim, verdict):
    assert verdicts(sheet(claim, given=[premise, given])) == [verdict]


def test_a_sign_stated_in_plain_text_is_a_premise():
    text = "Let x, y > 0.\nF = log(x*y)\n\nF = log(x) + log(y)\n"
    assert [c.verdict for c in judged(passages.find(text, "text"))] == ["right"]


def test_the_witness_of_something_negative_is_told_by_its_opposite():
    (claim,) = judge(sheet("F = x", given=["x < 0", "F = \\sqrt{x^2}"]))
    assert claim.witness.point == (("-x", "1"),)


@pytest.mark.parametrize(("image", "plane"), [("x", "o"), ("u", "s"), ("i", "z")])
def test_a_letter_that_is_differentiated_is_no_parameter(image, plane):
    """o_1 and o_2 alone look like the two entries of the kernel, but nobody differentiates a kernel."""
    paths = [
        rf"\partial L/\partial {plane}_{n} \cdot \partial {plane}_{n}/\partial {image}_2" for n in (2, 1)
    ]
    claim = rf"\partial L/\partial {image}_2 = {' + '.join(paths)}"
    assert "wrong" not in verdicts(sheet(claim), "input(2x3) | conv2d(1, (1, 2), bias=false)")


@pytest.mark.parametrize("letters", ["ts", "ij", "xy"])
def test_letters_of_indices_have_signs_too(letters):
    a, b = letters
    text = f"{a} > 0\n{b} > 0\nF = log({a}*{b})\n\nF = log({b}) + log({a})\n"
    assert [c.verdict for c in judged(passages.find(text, "text"))] == ["right"]


def test_a_long_name_is_differentiated_in_plain_text():
    text = "o = w*x\nyhat = sigmoid(o)\ndE/dc = yhat\n∂E/∂o = (yhat - yhat^2)*∂E/∂yhat\n"
    assert [c.verdict for c in judged(passages.find(text, "text"))][-1] == "right"


LAYERS = "input(3) | linear(3) | relu | linear(2) | mse(sum)"


def test_an_indicator_before_a_bracket_is_a_factor():
    paths = [rf"\frac{{\partial L}}{{\partial z^{{(2)}}_{n}}} w^{{(2)}}_{{{n}, 2}}" for n in (1, 2)]
    bracket = rf"\left({paths[0]}+{paths[1]}\right)"
    claim = rf"\frac{{\partial L}}{{\partial z^{{(1)}}_2}} = \mathbb{{1}}_{{z^{{(1)}}_2 > 0}} {bracket}"
    assert verdicts(f"$$\n{claim}\n$$\n", LAYERS) == ["right"]


def test_a_name_with_another_label_before_a_bracket_is_a_factor():
    given = [
        r"z^{(1)} = w^{(1)} x",
        r"a^{(1)} = \tanh(z^{(1)})",
        r"z^{(2)} = w^{(2)} a^{(1)}",
        r"\delta^{(2)} = \frac{\partial L}{\partial z^{(2)}}",
        r"\delta^{(1)} = \frac{\partial L}{\partial z^{(1)}}",
    ]
    text = "\n\n".join(f"$${one}$$" for one in given)
    claim = r"$$\delta^{(1)} = \delta^{(2)} [w^{(2)} - w^{(2)} \tanh^2(z^{(1)})]$$"
    assert verdicts(f"{text}\n\nThen\n\n{claim}\n") == ["right"]


@pytest.mark.parametrize(
    "claim", ["dE/do = 2*(yhat - t)*yhat*(-yhat + 1)", "dE/do = -(t - yhat)*2*yhat*(1 - yhat)"]
)
def test_a_long_name_that_is_defined_stands_anywhere_in_plain_text(claim):
    text = f"o = w*h + c\nyhat = sigmoid(o)\nE = (yhat - t)^2\n\n{claim}\n"
    assert [c.verdict for c in judged(passages.find(text, "text"))] == ["right"]


def test_an_entry_beyond_a_stated_range_is_refuted():
    given = [r"x \in \mathbb{R}^{3 \times 2}", r"W \in \mathbb{R}^{2 \times 2}", r"n = 1, \dots, 3",
             r"i = 1, \dots, 2", r"j = 1, \dots, 2", r"z_{n,i} = \sum_j W_{i,j} x_{n,j}"]  # fmt: skip
    (claim,) = judge(
        sheet(
            r"\frac{\partial L}{\partial x_{n,j}} = \sum_i \frac{\partial L}{\partial z_{i,i}} W_{i,j}",
            given=given,
        )
    )
    assert claim.verdict == "wrong"
    assert claim.corrected == (
        r"\frac{\partial L}{\partial x_{n,j}} = \sum_i \frac{\partial L}{\partial z_{n,i}} W_{i,j}"
    )
