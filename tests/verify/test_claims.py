"""The words of claims, and what holds of every claim of the corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from symgrad.verify import passages
from symgrad.verify.claims import REMARKS, Claim, Finding, Kind, Member, Reached, Verdict
from symgrad.verify.judge import judged

CORPUS = Path(__file__).parent / "corpus"
KINDS = [
    "sign", "wrong-index", "wrong-term", "missing-term", "extra-term", "repeated-term", "missing-factor",
    "constant-factor", "wrong-function", "transpose", "shape", "free-index", "wrong-target", "duplicate",
    "notation", "garbled", "truncated", "other",
]  # fmt: skip


def test_the_words_are_a_closed_list():
    assert list(get_args(Kind)) == KINDS
    assert get_args(Verdict) == ("right", "wrong", "undecided", "unreadable")
    assert get_args(Reached) == ("proved", "refuted", "agreed")
    assert set(REMARKS) == {"duplicate"}


def test_claims_are_data_field_by_field():
    for kind in (Claim, Finding, Member):
        assert issubclass(kind, tuple)
        assert all(not callable(vars(kind).get(name)) for name in kind._fields)


@pytest.fixture(scope="module")
def every():
    """Every third document of the corpus with its claims, and the article."""
    texts = [
        e["document"]
        for e in json.loads((CORPUS / "derivations.json").read_text(encoding="utf-8"))["documents"][::3]
    ]
    texts.append((CORPUS / "conv-backprop.md").read_text(encoding="utf-8"))
    documents = [passages.find(text, "markdown") for text in texts]
    return [(document, claim) for document in documents for claim in judged(document)]


def test_a_claim_stands_where_it_says(every):
    for document, claim in every:
        text = document.passages[claim.passage].text
        start, stop = claim.span
        assert text[start:stop] == claim.latex
        line = document.source.split("\n")[claim.line - 1]
        assert line[claim.column - 1 :].startswith(claim.latex.split("\n")[0][: len(line)][:1])
        assert claim.cell is None


def test_findings_stand_in_the_text_of_the_claim(every):
    for document, claim in every:
        text = document.passages[claim.passage].text
        for finding in claim.findings:
            start, stop = finding.span
            assert 0 <= start <= stop <= len(text)
            assert finding.kind in KINDS
            assert finding.message
            assert not finding.message.endswith(".")


def test_each_verdict_says_how_it_was_reached_or_why_it_was_not(every):
    for _, claim in every:
        match claim.verdict:
            case "right":
                assert claim.reached == "proved"
                assert {f.kind for f in claim.findings} <= set(REMARKS)
                assert claim.corrected is None
            case "wrong":
                assert claim.reached == "refuted"
                assert {f.kind for f in claim.findings} - set(REMARKS)
            case "undecided":
                assert claim.reached in (None, "agreed")
                assert claim.detail
            case "unreadable":
                assert claim.reached is None
                assert claim.detail


def test_a_repaired_formula_is_never_silently_right(every):
    for _, claim in every:
        if any(f.kind in ("garbled", "truncated") for f in claim.findings):
            assert claim.verdict in ("wrong", "unreadable")


def test_edits_make_the_correction(every):
    for document, claim in every:
        if claim.corrected is None or claim.target == "table":
            continue
        text = document.passages[claim.passage].text
        start, stop = claim.span
        for (a, b), new in sorted(claim.edits, reverse=True):
            assert start <= a <= b <= len(text)
            text = text[:a] + new + text[b:]
            if b <= stop:  # what is left out behind the claim is no part of it
                stop += len(new) - (b - a)
        assert text[start:stop] == claim.corrected
