"""A mended document: the edits of wrong claims and nothing else, and its difference as patch reads it."""

from __future__ import annotations

import json
import subprocess

import pytest
from golden.claims import ARTICLE, article, sheet
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.verify.mend import difference, differing, fixed, mended

MENDED = ARTICLE.replace("a_{22}w_8", "a_{24}w_8").replace("a_{23}w_9", "a_{25}w_9").replace("- a_3", "+ a_3")


def test_every_wrong_claim_is_corrected_and_all_else_stays():
    assert fixed(*article()) == MENDED


def test_without_wrong_claims_it_is_the_same():
    document, claims = article(verdict="right")
    assert mended(document, claims) == (document.source, ())
    assert difference(document, claims) == ""


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("start", ["\ufeff", ""])
def test_line_ends_and_byte_order_marks_stay(end, start):
    text = f"{start}x  \n$$\na =\n b\n$$\n".replace("\n", end)
    edit = [("b", "c +\n d")]
    document, claims = sheet(text, {"latex": f"a ={end} b", "verdict": "wrong", "edits": edit})
    assert fixed(document, claims) == text.replace("b", f"c +{end} d")


def test_a_notebook_changes_in_the_cell_alone():
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["$a = \\beta$\n", "$c$"]}]
    text = json.dumps({"metadata": {"x": "\u00e9"}, "cells": cells}, indent=1, ensure_ascii=True)
    edit = [("\\beta", "\\gamma")]
    document, claims = sheet(text, {"latex": "a = \\beta", "verdict": "wrong", "edits": edit})
    assert fixed(document, claims) == text.replace("\\\\beta", "\\\\gamma")


def wrong(latex, *edits):
    return {"latex": latex, "verdict": "wrong", "edits": edits}


def test_edits_that_overlap_are_made_once_and_a_claim_all_or_none():
    text = "$a = b + c + d$"
    whole = "a = b + c + d"
    twice = wrong(whole, ("b + c", "x"), ("c", "y"), ("d", "z"))
    assert mended(*sheet(text, twice)) == ("$a = x + z$", ())
    document, claims = sheet(text, wrong(whole, ("b", "x")), wrong(whole, ("b + c", "y"), ("d", "z")))
    assert mended(document, claims) == ("$a = x + c + d$", (claims[1],))
    same = sheet(text, wrong(whole, ("b", "x")), wrong(whole, ("b", "x"), ("d", "z")))
    assert mended(*same) == ("$a = x + c + z$", ())


def test_a_wrong_claim_without_edits_is_named():
    document, claims = sheet("$a = b$ $c = d$", wrong("a = b"), wrong("c = d", ("d", "e")))
    assert mended(document, claims) == ("$a = b$ $c = e$", (claims[0],))


def patched(old, diff, folder):
    file = folder / "sheet.md"
    file.write_bytes(old.encode())
    subprocess.run(
        ["git", "apply", "-p0", "--unidiff-zero", "--whitespace=nowarn", "-"],
        input=diff.encode(), cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return file.read_bytes().decode()


@pytest.mark.parametrize("name", ["sheet.md"])
def test_the_difference_is_one_that_git_applies(name, tmp_path):
    document, claims = article()
    diff = difference(document, claims, name)
    assert diff.startswith("--- sheet.md\n+++ sheet.md\n@@ -1,9 +1,9 @@\n")
    assert patched(ARTICLE, diff, tmp_path) == MENDED


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["a\n", "b\n", "\n", "c\r\n"]), max_size=30), st.data())
def test_a_difference_of_any_lines_is_one_that_git_applies(tmp_path_factory, lines, data):
    old = "".join(lines) + data.draw(st.sampled_from(["x", "x\n"]))
    new = old
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(new)))
        new = new[:at] + data.draw(st.sampled_from(["y", "y\n", "\u2028z"])) + new[at:]
    diff = "".join(differing(old, new, "sheet.md"))
    assert patched(old, diff, tmp_path_factory.mktemp("diff")) == new
