"""A document with its wrong formulas corrected, and how it differs from what it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from symgrad.verify.claims import Claim
from symgrad.verify.documents.pieces import Span, overlap
from symgrad.verify.passages import Document, replace

Edit: TypeAlias = tuple[Span, str]


class Mended(NamedTuple):
    """The text of a mended document, and the wrong claims that stay as they were."""

    text: str
    left: tuple[Claim, ...]


def mended(document: Document, claims: Sequence[Claim]) -> Mended:
    """The document with every wrong claim that has edits corrected, all else byte for byte as it was.

    A claim's edits are made all or none: those that overlap what an earlier claim of the passage rewrites
    otherwise are left.
    """
    accepted: dict[int, list[Edit]] = {}
    left: list[Claim] = []
    for claim in claims:
        if claim.verdict != "wrong":
            continue
        edits = _outermost(claim.edits)
        others = accepted.setdefault(claim.passage, [])
        fresh = [edit for edit in edits if edit not in others]
        if not edits or any(overlap(edit[0], other[0]) for edit in fresh for other in others):
            left.append(claim)
        else:
            others += fresh
    texts = {
        passage: _edited(document.passages[passage].text, edits)
        for passage, edits in accepted.items()
        if edits
    }
    return Mended(replace(document, texts) if texts else document.source, tuple(left))


def fixed(document: Document, claims: Sequence[Claim]) -> str:
    """The text of :func:`mended`."""
    return mended(document, claims).text


def difference(document: Document, claims: Sequence[Claim], name: str = "document") -> str:
    """A unified diff from the document to the mended one, empty where they are the same."""
    return "".join(differing(document.source, fixed(document, claims), name))


def differing(old: str, new: str, name: str) -> Iterator[str]:
    """The lines of a unified diff between two texts, as ``patch`` and ``git apply`` read it."""
    if old == new:
        return
    from difflib import unified_diff

    # A line ends with a line feed and nothing else, as patch sees it.
    lines = [text.split("\n") for text in (old, new)]
    ended = [[*(f"{line}\n" for line in text[:-1]), *filter(None, text[-1:])] for text in lines]
    # What is alike at both ends, but for the context, is none of difflib's business.
    head = _alike(ended[0], ended[1])
    tail = _alike(ended[0][head:][::-1], ended[1][head:][::-1])
    first = max(0, head - _CONTEXT)
    one, other = (text[first : len(text) - max(0, tail - _CONTEXT)] for text in ended)
    for line in unified_diff(one, other, name, name, n=_CONTEXT):
        if line.startswith("@@ "):
            line = _moved(line, first)
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


_CONTEXT = 3


def _moved(header: str, by: int) -> str:
    """The header of a hunk whose texts begin ``by`` lines further down."""
    words = header.split()
    for number in (1, 2):
        sign, (start, *count) = words[number][0], words[number][1:].split(",")
        words[number] = sign + ",".join([str(int(start) + by), *count])
    return " ".join(words) + "\n"


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _outermost(edits: Sequence[Edit]) -> list[Edit]:
    """The edits in order, without those inside or across another that begins earlier."""
    kept: list[Edit] = []
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit[0][0], -edit[0][1])):
        if not kept or not overlap(kept[-1][0], edit[0]):
            kept.append(edit)
    return kept


def _edited(text: str, edits: Sequence[Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for (start, stop), new in sorted(edits, key=lambda edit: edit[0]):
        pieces += [text[position:start], new]
        position = stop
    return "".join([*pieces, text[position:]])
