"""The JSON report: the schema of docs/verify.md, whatever stands in the document."""

from __future__ import annotations

import json

from golden.claims import article, claim, sheet

from symgrad.verify.claims import Member, Witness
from symgrad.verify.passages import find
from symgrad.verify.report_json import render_json


def data(document, claims, **settings):
    return json.loads("".join(render_json(document, claims, **settings)))


def test_the_report_has_every_field():
    report = data(*article(witness=Witness((("a_1", "1/2"),), "5", "7", "i = 1"), members=()))
    assert list(report) == ["schema", "claims", "summary"]
    assert report["schema"] == "symgrad-verify/1"
    assert report["summary"] == {"claims": 3, "right": 1, "wrong": 2, "undecided": 0, "unreadable": 0}
    first, second, third = report["claims"]
    assert list(first) == [
        "line", "column", "cell", "target", "latex", "verdict", "reached", "detail", "findings", "corrected",
        "witness", "members", "repairs", "assumptions",
    ]  # fmt: skip
    assert (first["line"], first["column"], first["target"], first["verdict"]) == (3, 17, "z_3", "right")
    assert second["findings"][0] == {
        "kind": "wrong-index", "given": "a_{22}w_8", "expected": "a_{24}w_8",
        "message": "a_{22}w_8 should be a_{24}w_8", "line": 3, "column": 68,
    }  # fmt: skip
    assert third["findings"][0]["line"] == 8
    assert third["witness"] == {"point": {"a_1": "1/2"}, "given": "5", "expected": "7", "at": "i = 1"}
    assert third["assumptions"] == ["a is 5×5", "L is not known"]


def test_members_have_their_places():
    document = find("$a = b\n = c$")
    made = claim(document, "a = b\n = c", "wrong", members=(Member((9, 10), "wrong", None),))
    member = data(document, (made,))["claims"][0]["members"][0]
    assert member == {"line": 2, "column": 4, "latex": "c", "verdict": "wrong", "reached": None}


def test_without_claims_it_is_json_too():
    assert data(find("text"), ())["claims"] == []


def test_in_ascii_it_means_the_same_and_half_a_character_is_escaped():
    document, claims = sheet("$a = β 𝛽$", {"latex": "a = β 𝛽", "detail": "\ud800"})
    plain = "".join(render_json(document, claims, unicode=False))
    full = "".join(render_json(document, claims))
    assert plain.isascii()
    assert full.encode()
    assert json.loads(plain) == json.loads(full)
    assert "β 𝛽" in full
