r"""Mathematics in TeX: environments, ``\[ \]``, ``$$``, ``$``, ``\( \)``, without comments and listings."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import Final

from symgrad.verify.documents.pieces import Found, Mark, mark

ENVIRONMENTS: Final = frozenset(
    name + star
    for name in (
        "equation", "align", "gather", "multline", "eqnarray", "flalign", "alignat", "xalignat",
        "displaymath", "math", "split", "aligned", "alignedat", "gathered", "dmath", "IEEEeqnarray",
    )
    for star in ("", "*")
)  # fmt: skip
"""Environments whose contents are mathematics."""

LISTINGS: Final = frozenset(
    name + star
    for name in ("verbatim", "Verbatim", "lstlisting", "minted", "comment", "filecontents")
    for star in ("", "*")
)
"""Environments whose contents are not typeset as TeX, or not at all."""

_COUNTED = ("alignat", "xalignat", "alignedat", "IEEEeqnarray")  # have an argument in braces
_PLACED = ("aligned", "alignedat", "gathered", "split", "dmath", "IEEEeqnarray")  # may have one in brackets
_PLACE = re.compile(r"\s*\[[^\[\]\n]{0,40}\]")
_COUNT = re.compile(r"\s*\{[^{}\n]{0,40}\}")
_TOKEN = re.compile(
    r"\\begin\s*\{(?P<environment>[A-Za-z]+\*?)\}"
    r"|\\(?P<verbatim>verb\*?|lstinline(?:\[[^\]\n]*\])?)(?![A-Za-z])|\\(?P<iffalse>iffalse)(?![A-Za-z])"
    r"|\\.|%|\$\$?",
    re.DOTALL,
)
_BOUND = re.compile(r"\\(?P<bound>begin|end)\s*\{document\}|\\.|%(?P<comment>[^\n]*+)", re.DOTALL)
_FI = re.compile(r"\\fi(?![A-Za-z])")
_BLANK_LINE = re.compile(r"\n[ \t]*+\r?(?=\n)")
_TEXT = re.compile(r"\\(?:text[a-z]*|mbox|hbox)\s*\{")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_DOLLAR = re.compile(r"(?>(?:[^\\$]++|\\.)*)", re.DOTALL)
_DOLLAR_AFTER_COMMENTS = re.compile(r"(?>(?:[^\\$%]++|\\.|%[^\n]*+)*)", re.DOTALL)
_MOST_INNER_DOLLARS = 8


def scan(text: str, start: int = 0, stop: int | None = None) -> Iterator[Found | Mark]:
    """Mathematics and marks of ``text[start:stop]`` in order; with a document environment, only inside it."""
    stop = len(text) if stop is None else stop
    begin = None
    for token in _BOUND.finditer(text, start, stop):
        if token["bound"] == "begin" and begin is None:
            begin = token.end()
        elif token["bound"] == "end" and begin is not None:
            stop = token.start()
            break
    if begin is not None:
        yield from _marks(text, start, begin)
        start = begin
    yield from _scan(text, start, stop)


def _marks(text: str, start: int, stop: int) -> Iterator[Mark]:
    for token in _BOUND.finditer(text, start, stop):
        if token["comment"] is not None:
            said = mark(text, *token.span("comment"))
            if said:
                yield said


def _scan(text: str, position: int, stop: int) -> Iterator[Found | Mark]:
    blank_lines = [blank.start() for blank in _BLANK_LINE.finditer(text, position, stop)]
    while token := _TOKEN.search(text, position, stop):
        position = token.end()
        if token[0] == "%":
            position = _line_end(text, position, stop)
            said = mark(text, token.end(), position)
            if said:
                yield said
        elif environment := token["environment"]:
            if environment in ENVIRONMENTS:
                found, position = environment_at(text, environment, position, stop)
                yield found
                yield from _marks(text, found.start, found.stop)
            elif environment in LISTINGS:
                end = text.find(f"\\end{{{environment}}}", position, stop)
                position = stop if end < 0 else end
        elif token["verbatim"]:
            position = _after_verbatim(text, position, stop)
        elif token["iffalse"]:
            fi = _FI.search(text, position, stop)
            position = fi.end() if fi else stop
        elif token[0] in _CLOSERS:
            closer, display = _CLOSERS[token[0]]
            end = upto(closer, comments=True).match(text, position, stop).end()  # type: ignore[union-attr]  # it always matches
            yield Found(position, end, "display" if display else "inline", unclosed=end >= stop)
            yield from _marks(text, position, end)
            position = end + 2
        elif token[0] == "$":
            following = bisect_left(blank_lines, position)
            limit = blank_lines[following] if following < len(blank_lines) else stop
            end = inline_end(text, position, limit, comments=True)
            yield Found(position, end, "inline", unclosed=end >= limit)
            position = min(end + 1, stop)


_CLOSERS = {"$$": (r"\$\$", True), "\\[": (r"\\\]", True), "\\(": (r"\\\)", False)}


def environment_at(
    text: str, environment: str, position: int, stop: int, *, comments: bool = True
) -> tuple[Found, int]:
    r"""The contents of an environment that begins at ``position``, and where its ``\end{…}`` ends."""
    plain = environment.rstrip("*")
    for known, pattern in ((_PLACED, _PLACE), (_COUNTED, _COUNT)):
        if plain in known and (argument := pattern.match(text, position, stop)):
            position = argument.end()
    closer = rf"\\end\s*\{{{re.escape(environment)}\}}"
    end = upto(closer, comments=comments).match(text, position, stop).end()  # type: ignore[union-attr]  # it always matches
    display: Final = "inline" if plain == "math" else "display"
    found = Found(position, end, display, unclosed=end >= stop, environment=environment)
    return found, min(stop, text.find("}", end) + 1 if end < stop else stop)


@cache
def upto(closer: str, *, comments: bool) -> re.Pattern[str]:
    """A pattern that takes all up to ``closer``, which begins with a backslash or dollar sign, or to the end.

    Atomic, so that it never goes back: linear in what it takes.
    """
    pieces = r"[^\\$%]++|\\.|%[^\n]*+|." if comments else r"[^\\$]++|\\.|."
    return re.compile(rf"(?>(?:(?!{closer})(?:{pieces}))*)", re.DOTALL)


def inline_end(text: str, start: int, stop: int, *, comments: bool) -> int:
    r"""Where the next dollar sign is that is not escaped and not inside ``\text{…}``, or ``stop``."""
    dollar = _DOLLAR_AFTER_COMMENTS if comments else _DOLLAR
    first = end = dollar.match(text, start, stop).end()  # type: ignore[union-attr]  # it always matches
    for _ in range(_MOST_INNER_DOLLARS):
        if end >= stop:
            break
        if not _inside_text(text, start, end):
            return end
        end = dollar.match(text, end + 1, stop).end()  # type: ignore[union-attr]  # it always matches
    return min(first, stop)


def _inside_text(text: str, start: int, stop: int) -> bool:
    opened = list(_TEXT.finditer(text, start, stop))
    if not opened:
        return False
    depth = 1
    for token in _BRACES.finditer(text, opened[-1].end(), stop):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return False
    return True


def _after_verbatim(text: str, position: int, stop: int) -> int:
    end = _line_end(text, position, stop)
    if position >= end:
        return position
    fence = {"{": "}"}.get(text[position], text[position])
    closing = text.find(fence, position + 1, end)
    return end if closing < 0 else closing + 1


def _line_end(text: str, position: int, stop: int) -> int:
    end = text.find("\n", position, stop)
    return stop if end < 0 else end
