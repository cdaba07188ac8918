r"""A product with a sum in parentheses, opened: where it is too wide for a line, the sum inside is broken.

``\frac{1}{s}\left(x + y\right)`` is a sum whose first term begins with ``\frac{1}{s}\biggl(`` and whose
last ends with ``\biggr)``. TeX fits the size of ``\left(`` to what stands on its own line, so where the
parentheses stand on different lines, they are of a fixed size.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_MARKS = re.compile(r"\\left\b.|\\right\b.|\\[a-zA-Z]+|\\.|[{}()\[\]]| [+-] ")
_TALL = (r"\sum", r"\frac", r"\max")


class Opened(NamedTuple):
    """A sum: its terms without their signs, and which of them are subtracted."""

    terms: tuple[str, ...]
    negative: tuple[bool, ...]


class _Parentheses(NamedTuple):
    start: int
    inside: int
    signs: tuple[int, ...]
    end: int
    stop: int


def opened(product: str) -> Opened | None:
    """The sum that a product is once its widest parenthesis is opened; None where there is none to open.

    Only parentheses around the terms of a sum count, and none within braces: what is below a fraction bar or
    in a subscript stays whole.
    """
    found = max(_parentheses(product), key=lambda each: each.stop - each.start, default=None)
    if found is None:
        return None
    inner = product[found.inside : found.end]
    size = "bigg" if any(command in inner for command in _TALL) else "big"
    bounds = [found.inside, *found.signs, found.end]
    terms, negative = [], []
    for start, stop in pairwise(bounds):
        text = product[start:stop]
        terms.append(text.removeprefix("-" if start == found.inside else text[:3]))
        negative.append(text.startswith(("-", " - ")))
    sign = "-" if negative[0] else ""
    terms[0] = rf"{product[: found.start]}\{size}l({sign}{terms[0]}"
    terms[-1] = rf"{terms[-1]}\{size}r){product[found.stop :]}"
    return Opened(tuple(terms), (False, *negative[1:]))


def _parentheses(product: str) -> list[_Parentheses]:
    """The outermost parentheses of a product that hold a sum."""
    found: list[_Parentheses] = []
    depth = 0
    start = inside = 0
    around = False
    signs: list[int] = []
    for mark in _MARKS.finditer(product):
        text = mark[0]
        if text in ("{", "(", "[") or text.startswith(r"\left"):
            if depth == 0:
                start, inside, signs = mark.start(), mark.end(), []
                around = text.endswith("(")
            depth += 1
        elif text in ("}", ")", "]") or text.startswith(r"\right"):
            depth -= 1
            if depth == 0 and around and signs:
                found.append(_Parentheses(start, inside, tuple(signs), mark.start(), mark.end()))
        elif text[0] == " " and depth == 1:
            signs.append(mark.start())
    return found
