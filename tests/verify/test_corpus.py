"""Real derivations from public notes whose verdicts are known; ``corpus/score.py`` prints the table."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCORE = Path(__file__).parent / "corpus" / "score.py"
SPECIFICATION = importlib.util.spec_from_file_location("corpus_score", SCORE)
score = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(score)

SHARES = {"scalar": 0.95, "index": 0.90, "matrix": 0.85}


def scored(name):
    return [score.judge(entry) for entry in score.documents([name])]


def falsely_judged(results):
    return [
        (r.id, r.expected, r.verdict, r.told)
        for r in results
        if {r.expected, r.verdict} == {"right", "wrong"}
    ]


def is_decided(result):
    """A wrong document that is unreadable for what is wrong with it is decided too."""
    return result.verdict in ("right", "wrong") or (
        result.verdict == "unreadable" and result.expected == "wrong"
    )


@pytest.fixture(scope="module")
def results():
    return scored("derivations.json")


def test_the_corpus_has_86_documents_of_three_forms(results):
    assert len(results) == 86
    assert {r.form for r in results} == set(score.FORMS)


def test_no_wrong_document_is_called_right_and_no_right_one_wrong(results):
    assert falsely_judged(results) == []


@pytest.mark.parametrize("form", SHARES)
def test_most_documents_of_a_form_are_decided(form, results):
    of_form = [r for r in results if r.form == form]
    undecided = [(r.id, r.told) for r in of_form if not is_decided(r)]
    assert len(undecided) <= (1 - SHARES[form]) * len(of_form), undecided


@pytest.mark.parametrize(
    ("what", "holds"),
    [
        ("the kind of finding", lambda r: r.kind),
        ("the wrong term named", lambda r: r.named),
        ("right once it is mended", lambda r: r.mended),
    ],
)
def test_wrong_documents_are_explained(what, holds, results):
    wrong = [r for r in results if r.expected == r.verdict == "wrong"]
    missed = [(r.id, r.told) for r in wrong if not holds(r)]
    assert len(missed) <= 0.05 * len(wrong), (what, missed)


@pytest.mark.volume
@pytest.mark.parametrize("name", score.FILES[1:])
def test_no_document_that_was_kept_back_is_judged_falsely(name):
    assert falsely_judged(scored(name)) == []
