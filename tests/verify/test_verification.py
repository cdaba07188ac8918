"""What a Python user holds of a document that was judged."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from golden.claims import ARTICLE, article

import symgrad as sg
from symgrad.verify.verification import Verification, verify


def test_a_verification_shows_itself_in_every_way():
    v = Verification(*article())
    assert str(v).endswith("3 claims: 1 right, 2 wrong\n")
    assert repr(v) == "<Verification: 3 claims: 1 right, 2 wrong>"
    assert "corrected: " in v.text(verbose=True)
    assert v.text(unicode=False).isascii()
    assert json.loads(v.json())["summary"]["wrong"] == 2
    assert v._repr_html_().startswith("<table>")
    mended = ARTICLE.replace("{22}", "{24}").replace("{23}w_9", "{25}w_9")
    assert v.fixed() == mended.replace("- a_3", "+ a_3")
    assert v.diff("x").startswith("--- x\n+++ x\n")
    assert (v.right, dict(v.summary)) == (False, {"right": 1, "wrong": 2, "undecided": 0, "unreadable": 0})


def test_right_means_that_something_is_claimed_and_all_of_it_right():
    document, claims = article(verdict="right")
    assert Verification(document, claims).right
    assert not Verification(document, ()).right


@pytest.fixture
def called(monkeypatch):
    calls = []

    def judged(document, model=None, **settings):
        calls.append((document, model, settings))
        return article()[1]

    monkeypatch.setitem(sys.modules, "symgrad.verify.judge", SimpleNamespace(judged=judged))
    return calls


NET = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"


@pytest.mark.parametrize("net", [NET, sg.Network(NET), None])
def test_the_judge_gets_what_was_given(net, called):
    found = sg.verify(ARTICLE, net, names={"a": "x"}, kind="tex", limit=1.5)
    document, model, settings = called[0]
    assert isinstance(found, Verification)
    assert (document.source, document.kind) == (ARTICLE, "tex")
    assert (model and model.text) == (net and NET)
    assert settings == {"names": {"a": "x"}, "limit_s": 1.5}


def test_the_name_of_a_file_is_no_document():
    with pytest.raises(sg.SymgradError, match=r"read_text"):
        sg.verify("sheets/one.md")


@pytest.mark.parametrize("first", ["symgrad.verify.passages", "symgrad.verify", "symgrad.errors"])
def test_the_package_is_the_function_whatever_was_imported_first(first):
    code = (
        f"import {first}, symgrad as sg; assert callable(sg.verify)\n"
        "import symgrad.verify.passages; assert callable(sg.verify); sg.verify.passages.find\n"
        "from symgrad import verify; assert callable(verify)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_takes_what_the_function_takes():
    assert inspect.signature(sg.verify) == inspect.signature(verify)
