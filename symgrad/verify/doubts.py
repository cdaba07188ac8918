"""Findings on text that had to be repaired before it could be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symgrad.verify.claims import Finding, Kind
from symgrad.verify.documents.pieces import Span, overlap
from symgrad.verify.gather import Assertion
from symgrad.verify.syntax import Repair

if TYPE_CHECKING:
    from symgrad.verify.verdicts import Verdicts

_KINDS: dict[str, Kind] = {
    "look-alike": "notation", "lost-backslash": "garbled", "unclosed": "garbled", "stray": "garbled",
    "truncated": "truncated", "spelling": "garbled",
}  # fmt: skip


def doubts(
    verdicts: Verdicts,
    assertion: Assertion,
    repairs: Sequence[Repair],
    edits: tuple[tuple[Span, str], ...],
) -> tuple[list[Finding], str | None, tuple[tuple[Span, str], ...]]:
    """A finding for each repair, and the claim with the repairs written out."""
    text = verdicts.reading(assertion)
    findings: list[Finding] = []
    more: list[tuple[Span, str]] = []
    for repair in repairs:
        span = verdicts.raw(assertion, repair.span)
        given = text[repair.span[0] : repair.span[1]]
        findings.append(
            Finding(_KINDS.get(repair.kind, "garbled"), given, repair.replacement, repair.message, span)
        )
        if not any(overlap(span, other) or other[0] < span[0] <= other[1] for other, _ in edits):
            more.append((span, repair.replacement))
    # What is repaired at a place comes before what is added there.
    every = tuple(sorted((*more, *edits), key=lambda edit: edit[0]))
    passage = verdicts.document.passages[assertion.stated.passage]
    start, stop = verdicts.raw(assertion, assertion.stated.statement.span)
    from symgrad.verify.diagnosis import edited

    return (
        findings,
        edited(
            passage.text, every, (start, max(stop, *(s[1] for s, _ in every))) if every else (start, stop)
        ).strip(),
        every,
    )
