"""The mutants are up to date: each changes one place that is there. ``make mutants`` runs them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from mutants.rows import MUTANTS

SOURCE = Path(__file__).resolve().parents[2] / "symgrad"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.what}")
def test_a_mutant_changes_one_place_and_is_a_program(mutant):
    text = (SOURCE / mutant.file).read_text("utf-8")
    assert text.count(mutant.old) == 1
    assert mutant.old != mutant.new
    ast.parse(text.replace(mutant.old, mutant.new))


def test_there_are_forty_of_them_and_no_two_are_alike():
    assert len(set(MUTANTS)) == len(MUTANTS) >= 40
