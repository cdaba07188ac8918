"""The JSON report, in the schema ``symgrad-verify/1`` (docs/verify.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from symgrad.verify.claims import Claim, Finding, Member, Witness
from symgrad.verify.passages import Document
from symgrad.verify.summary import counted

SCHEMA: Final = "symgrad-verify/1"

_SURROGATE = re.compile("[\ud800-\udfff]")


def render_json(document: Document, claims: Sequence[Claim], *, unicode: bool = True) -> Iterator[str]:
    """One JSON object in pieces, a claim at a time; in ASCII if not ``unicode``."""
    yield f'{{\n "schema": {_spelled(SCHEMA)},\n "claims": ['
    for number, claim in enumerate(claims):
        yield ("," if number else "") + "\n  " + _spelled(_claim(document, claim), unicode=unicode)
    summary: dict[str, int] = {"claims": len(claims)}
    summary.update((verdict, count) for verdict, count in counted(claims).items())
    yield f'{chr(10) + " " if claims else ""}],\n "summary": {_spelled(summary)}\n}}\n'


def _spelled(value: object, *, unicode: bool = True) -> str:
    # Half a character, which only an escape in a notebook can hold, has no UTF-8.
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(value, ensure_ascii=not unicode))


def _claim(document: Document, claim: Claim) -> Mapping[str, object]:
    return {
        "line": claim.line,
        "column": claim.column,
        "cell": claim.cell,
        "target": claim.target,
        "latex": claim.latex,
        "verdict": claim.verdict,
        "reached": claim.reached,
        "detail": claim.detail,
        "findings": [_finding(document, claim, finding) for finding in claim.findings],
        "corrected": claim.corrected,
        "witness": None if claim.witness is None else _witness(claim.witness),
        "members": [_member(document, claim, member) for member in claim.members],
        "repairs": list(claim.repairs),
        "assumptions": list(claim.assumptions),
    }


def _finding(document: Document, claim: Claim, finding: Finding) -> Mapping[str, object]:
    place = document.place(claim.passage, *finding.span)
    return {
        "kind": finding.kind,
        "given": finding.given,
        "expected": finding.expected,
        "message": finding.message,
        "line": place.line,
        "column": place.column,
    }


def _witness(witness: Witness) -> Mapping[str, object]:
    return {
        "point": dict(witness.point),
        "given": witness.given,
        "expected": witness.expected,
        "at": witness.at,
    }


def _member(document: Document, claim: Claim, member: Member) -> Mapping[str, object]:
    place = document.place(claim.passage, *member.span)
    start, stop = member.span
    return {
        "line": place.line,
        "column": place.column,
        "latex": document.passages[claim.passage].text[start:stop],
        "verdict": member.verdict,
        "reached": member.reached,
    }
