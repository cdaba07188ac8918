"""What verification finds: claims with verdicts, findings and corrections; data only.

The words are a closed list and stand in docs/verify.md; the JSON report is these tuples, field by field.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from symgrad.verify.documents.pieces import Span

Verdict: TypeAlias = Literal["right", "wrong", "undecided", "unreadable"]
Reached: TypeAlias = Literal["proved", "refuted", "agreed"]
Kind: TypeAlias = Literal[
    "sign", "wrong-index", "wrong-term", "missing-term", "extra-term", "repeated-term", "missing-factor",
    "constant-factor", "wrong-function", "transpose", "shape", "free-index", "wrong-target", "duplicate",
    "notation", "garbled", "truncated", "other",
]  # fmt: skip

REMARKS: Final[tuple[Kind, ...]] = ("duplicate",)
"""Kinds that are remarks: a claim that has no other findings is not wrong because of them."""


class Finding(NamedTuple):
    """One thing that is wrong, or worth a remark.

    ``given`` is what stands there and ``expected`` what should, as LaTeX (in plain text: as written) in the
    author's notation; either may be empty (something missing, something to be left out). ``span`` is the
    place in the text of the claim's passage (:attr:`Passage.text`), to be underlined. ``message`` is a
    sentence
    without a full stop.
    """

    kind: Kind
    given: str
    expected: str
    message: str
    span: Span


class Member(NamedTuple):
    """A member of a chain of equalities after the first, judged by itself: ``span`` in the passage's text."""

    span: Span
    verdict: Verdict
    reached: Reached | None


class Witness(NamedTuple):
    """A point at which the two sides differ: values of names as text, and both values there.

    ``given`` is the value of what was claimed, ``expected`` of what is true; ``at`` says for which entry or
    index values, where a claim holds for several.
    """

    point: tuple[tuple[str, str], ...]
    given: str
    expected: str
    at: str


class Claim(NamedTuple):
    """A formula that was judged.

    ``passage`` is the index of its passage in the document, ``span`` its place in the passage's text;
    ``line`` and ``column`` count from 1 (in a notebook in the cell numbered ``cell``). ``target`` is the
    left side as
    written, ``latex`` the whole claim. ``corrected`` is the whole claim as it should be, in the author's
    notation, or None where there is nothing to correct or no correction is known; ``edits`` are the
    replacements in the passage's text that make it so. ``repairs`` and ``assumptions`` are sentences.
    ``detail`` says why
    a claim is undecided or unreadable, empty otherwise.
    """

    passage: int
    span: Span
    line: int
    column: int
    cell: int | None
    target: str
    latex: str
    verdict: Verdict
    reached: Reached | None
    findings: tuple[Finding, ...]
    corrected: str | None
    edits: tuple[tuple[Span, str], ...]
    witness: Witness | None
    repairs: tuple[str, ...]
    assumptions: tuple[str, ...]
    members: tuple[Member, ...]
    detail: str
