r"""Premises that stand in words beside a formula: a symmetric A, a one-hot y.

"Let $A$ be symmetric" says A^\top = A, "$y$ one-hot" that the entries of y sum to 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from symgrad.verify.gather import Stated
from symgrad.verify.names import spelled
from symgrad.verify.passages import Document
from symgrad.verify.syntax import Name, Node, Scripted, parts_of

_REACH: Final = 60
_LINK: Final = r"\W{0,4}(?:(?:is|be|are|being|both|all|a|an|the|real|which|that|,)\s+){0,4}"
_SYMMETRIC_AFTER: Final = re.compile(_LINK + r"symmetric\b", re.IGNORECASE)
_SYMMETRIC_BEFORE: Final = re.compile(
    r"\bsymmetric(?:\s+positive(?:[\s-]+(?:semi-?)?definite)?)?(?:\s+matri(?:x|ces))?\s*\W{0,3}$",
    re.IGNORECASE,
)
_ONE_HOT_AFTER: Final = re.compile(_LINK + r"\(?one-?\s?hot\b", re.IGNORECASE)
_ONE_HOT_BEFORE: Final = re.compile(
    r"\bone-?\s?hot(?:\s+(?:encoded|vectors?|labels?|targets?|encodings?|coded)){0,2}\s*\W{0,3}$",
    re.IGNORECASE,
)


def premises_in_words(document: Document, stated: Sequence[Stated]) -> Iterator[Stated]:
    """Equations that the words right before and after inline formulas stand for."""
    for number, passage in enumerate(document.passages):
        if passage.display != "inline":
            continue
        text = document.sheets[passage.sheet].text
        start, stop = passage.origin
        before, after = text[max(0, start - _REACH) : start], text[stop : stop + _REACH]
        names = [one for one in stated if one.passage == number]
        for one in names:
            if one.statement.relations not in ((), ("∈",)) or not one.statement.members:
                continue
            for name in _names(one.statement.members[0]):
                if _SYMMETRIC_AFTER.match(after) or _SYMMETRIC_BEFORE.search(before):
                    yield from _said(f"{name}^\\top = {name}", number)
                if _ONE_HOT_AFTER.match(after) or _ONE_HOT_BEFORE.search(before):
                    index = _index_of(name, stated)
                    yield from _said(f"\\sum_{index} {name}_{index} = 1", number)


def _said(formula: str, passage: int) -> Iterator[Stated]:
    from symgrad.verify.reader import read

    for statement in read(formula):
        yield Stated(passage, "given", statement, inline=True)


def _names(node: Node) -> list[str]:
    """The plain letters that a formula names: A, and A and B of a list."""
    found = [part.letter for part in parts_of(node) if isinstance(part, Name)]
    return [letter for letter in found if len(letter) == 1 and letter.isascii()]


def _index_of(name: str, stated: Sequence[Stated]) -> str:
    """The letter that counts the entries of a name in the document."""
    for part in (part for one in stated for member in one.statement.members for part in parts_of(member)):
        spelling = spelled(part) if isinstance(part, Scripted) else None
        if spelling is not None and spelling.key == name and len(spelling.subs) == 1:
            (sub,) = spelling.subs
            if isinstance(sub, Name) and len(sub.letter) == 1:
                return sub.letter
    return "k"
