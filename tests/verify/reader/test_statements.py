"""Whole passages: the corpus and the article, repairs, broken neighbours, hostile texts."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify.reader import fuzz

from symgrad.verify.passages import find
from symgrad.verify.reader import read, show
from symgrad.verify.reader.shown import shown
from symgrad.verify.syntax import Listed, Sum

CORPUS = Path(__file__).parents[1] / "corpus"
DOCUMENTS = json.loads((CORPUS / "derivations.json").read_text(encoding="utf-8"))["documents"]
ARTICLE = (CORPUS / "conv-backprop.md").read_text(encoding="utf-8")

REPAIRED = {
    "chris-L": {"unclosed", "lost-backslash"},
    "sk-var": {"stray"},
    "zhe-bp2": {"stray"},
    "conv2d-F11-m-trunc": {"truncated"},
    "ouro-var": {"spelling"},
}


def statements(document):
    return [
        statement
        for passage in find(document, "markdown").passages
        if passage.display != "table"
        for statement in read(passage.reading, plain=passage.display in ("plain", "code"))
    ]


@pytest.mark.parametrize("entry", DOCUMENTS, ids=lambda entry: entry["id"])
def test_every_formula_of_the_corpus_is_read(entry):
    found = statements(entry["document"])
    assert not [shown(statement) for statement in found if statement.problem is not None]
    kinds = {repair.kind for statement in found for repair in statement.repairs}
    assert kinds == REPAIRED.get(entry["id"], set())


def test_the_article_is_read_to_its_last_term():
    found = statements(ARTICLE)
    assert all(statement.problem is None for statement in found)
    (cut,) = [s for s in found if any(repair.kind == "truncated" for repair in s.repairs)]
    _, chain, expansion = cut.members
    assert isinstance(chain, Sum)
    assert len(chain.terms) == 4
    assert len(expansion.terms) == 23
    assert show(expansion.terms[-1].node) == "{a_{16} D[∂ L / z_{4}]}"


def test_the_article_s_lost_fraction_is_found():
    (repaired,) = [s for s in statements(ARTICLE) if any(r.kind == "lost-backslash" for r in s.repairs)]
    assert shown(repaired) == "W = (W - {η D[∂ L / W]})   [lost-backslash]"


def test_a_bracket_may_close_on_a_later_row():
    (entry,) = [entry for entry in DOCUMENTS if entry["id"] == "d2l-bigf"]
    last = statements(entry["document"])[-1]
    assert not last.repairs
    assert shown(last).startswith("D[∂ f / w] = {2 ( (")


def test_a_broken_row_leaves_its_neighbours():
    broken = read(r"a &= b \\ c &= \frac{1}{} \\ d &= e")
    assert [statement.problem is None for statement in broken] == [True, False, True]
    assert not broken[1].members


@pytest.mark.parametrize("text", ["", " ", "\n", r"\\", r"\quad", r"\begin{align}\end{align}"])
def test_nothing_is_no_statement_or_a_problem(text):
    assert all(statement.problem is not None for statement in read(text))


def test_a_sum_that_ends_in_a_sign_is_read_to_its_last_term():
    text = "a = b + c +"
    (statement,) = read(text)
    assert shown(statement) == "a = (b + c)   [truncated]"
    assert text[slice(*statement.repairs[0].span)] == "+"


def test_a_range_is_one_member():
    (statement,) = read(r"i = 1, \dots, n")
    assert isinstance(statement.members[1], Listed)
    assert len(statement.members[1].items) == 3


def test_the_span_leaves_out_punctuation():
    text = r"\quad a = b , "
    (statement,) = read(text)
    assert text[slice(*statement.span)] == "a = b"


def test_what_symgrad_prints_reads_back():
    lines = [
        "∂L/∂w1 = ∂L/∂z1·∂z1/∂w1 + ∂L/∂z2·∂z2/∂w1 = a1·∂L/∂z1 + a3·∂L/∂z2",
        "L = 1/2·((z2_1 − y1)² + (z2_2 − y2)²)",
        "∂L/∂z1_1 = ∂L/∂a1_1·(1 − a1_1²)",
        "z1_1_2_1 = relu(a0_1_2_1·w1_1_1_1_1)",
        "∂L/∂a[k, l] = Σ_{i=0…1 | 0 ≤ k − 2i ≤ 2} w[k − 2i]·∂L/∂z[i]   for k = 0…4, l = 0…4",
    ]
    for line in lines:
        assert all(s.problem is None and not s.repairs for s in read(line, plain=True)), line


HOSTILE = {
    "braces": "{" * 10_000, "brackets": "(" * 20_000 + ")" * 20_000, "signs": "+" * 50_000,
    "sum": "a+" * 24_000 + "a", "fractions": r"\frac" * 10_000, "opened fractions": r"\frac{" * 10_000,
    "tower": "x^{" * 10_000 + "2" + "}" * 10_000, "bars": "|a" * 20_000, "hats": r"\hat" * 20_000,
    "logs": r"\log" * 20_000, "sums": r"\sum" * 20_000, "derivatives": r"\partial x/" * 10_000,
    "slashes": "dx/" * 10_000, "rows": r"(a\\=" * 8_000, "nulls": r"\left.\right(" * 5_000,
    "unknown": r"\foobarz " * 9_000, "scripts": "x_1" * 16_000, "marks": "y\u0302" * 20_000,
    "run": "a" * 200_000, "text": r"\text{" * 30_000, "cases": r"\begin{cases}" * 5_000,
}  # fmt: skip


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_answered_in_good_time(name, plain):
    start = time.perf_counter()
    fuzz.check(HOSTILE[name], plain)
    # A second on a machine of its own; a shared one gets five.
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("depth", [100, 101, 3000])
def test_nesting_beyond_a_hundred_is_refused(depth):
    (statement,) = read("(" * depth + "x" + ")" * depth)
    assert (statement.problem is None) == (depth <= 100)


PIECES = st.lists(st.sampled_from(fuzz.PIECES), max_size=20)
FORMULAS = fuzz.formulas()


@settings(max_examples=300, deadline=None)
@given(PIECES, st.sampled_from(["", " "]), st.booleans())
def test_pieces_of_the_dialect_never_crash(pieces, between, plain):
    fuzz.check(between.join(pieces), plain)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(FORMULAS), st.integers(0, 400), st.integers(0, 30), st.sampled_from(["", *fuzz.PIECES])
)
def test_a_changed_formula_never_crashes(formula, at, length, new):
    fuzz.check(formula[:at] + new + formula[at + length :], plain=False)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.booleans())
def test_any_text_never_crashes(text, plain):
    fuzz.check(text, plain)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FORMULAS))
def test_blanks_between_the_pieces_change_nothing(formula):
    spaced = formula.replace("{", "{ ").replace("}", " }").replace("\\frac", " \\frac")
    if "\\text" in formula or "\\begin" in formula or "\\operatorname" in formula:
        return
    assert list(map(shown, read(spaced))) == list(map(shown, read(formula)))
