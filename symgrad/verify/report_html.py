"""The report as a table in HTML, for notebooks; nothing of the document is taken as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from symgrad.errors import printable
from symgrad.verify.claims import Claim, Verdict
from symgrad.verify.passages import Document
from symgrad.verify.report import findings_told
from symgrad.verify.summary import places, told

_MOST_ROWS: Final = 500
_MARKS: Final[dict[Verdict, str]] = {"right": "✓", "wrong": "✗", "undecided": "?", "unreadable": "?"}


def render_html(document: Document, claims: Sequence[Claim]) -> Iterator[str]:
    """A table with a row for each claim: place, formula, verdict, findings and the corrected formula."""
    headings = "".join(f"<th>{word}</th>" for word in ("place", "formula", "verdict", "finding"))
    yield f"<table><thead><tr>{headings}</tr></thead><tbody>"
    for claim, place in list(zip(claims, places(claims), strict=True))[:_MOST_ROWS]:
        told_of = [_text(sentence) for sentence in findings_told(document, claim)]
        told_of += [_text(f"repaired: {repair}") for repair in claim.repairs]
        if claim.corrected:
            told_of.append(f"corrected: {_code(claim.corrected)}")
        cells = (
            _text(place),
            _code(claim.latex),
            f"{_MARKS[claim.verdict]} {claim.verdict}",
            "<br>".join(told_of),
        )
        yield "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"
    if len(claims) > _MOST_ROWS:
        yield f'<tr><td colspan="4">and {len(claims) - _MOST_ROWS:,} more</td></tr>'
    yield f"</tbody></table><p>{_text(told(claims))}</p>"


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    # MathJax would typeset what stands between dollar signs.
    return escape(printable(text.replace("\n", " "))).replace("$", "<span>$</span>")
