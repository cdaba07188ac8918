r"""Mathematics in Markdown: ``$$ $$``, ``$ $``, ``\[ \]``, ``\( \)``, environments, fences, tables of names.

The rules of pandoc and GitHub: an inline formula has no space inside its dollar signs, no digit behind
them and no blank line between them, so that prices stay prose. A displayed formula may hold blank lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from symgrad.verify.documents import tex
from symgrad.verify.documents.grids import grid
from symgrad.verify.documents.pieces import Found, Mark, mark

MATH_FENCES: Final = frozenset({"math", "latex", "tex", "katex", "mathjax"})
"""The languages of fenced blocks that hold mathematics."""

_TOKEN = re.compile(
    r"\\begin\{(?P<environment>[A-Za-z]+\*?)\}|(?P<bracket>\\\\?[\[(])|\\.|`+|\$+|<!--"
    r"|<(?P<tag>pre|code|script|style)(?![\w-])|\n",
    re.DOTALL | re.IGNORECASE,
)
_FENCE = re.compile(r"[ \t>]*(?>(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)")
_FENCE_END = re.compile(r"[ \t>]*(?P<fence>`{3,}|~{3,})[ \t\r]*$")
_OPTION = re.compile(r"[ \t]*:[a-z-]+:[^\n]*\n")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]")
_QUOTE = re.compile(r"[ \t]*(?>(?:>[ \t]?)+)")
_BLANK_LINE = re.compile(r"\n[ \t>]*+\r?(?=\n)")
_BACKTICKS = re.compile(r"`+")
_MATHEMATICAL = re.compile(r"\\[A-Za-z]|=")
_DISPLAYED = ("$$", "\\[", "\\\\[", "\\begin{")
_LONGEST_INDENT = 100
_ALONE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")


def scan(text: str) -> Iterator[Found | Mark]:
    """Mathematics and marks of a Markdown text, in order."""
    return _Scanner(text).items()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.blank_lines = [blank.start() for blank in _BLANK_LINE.finditer(text)]
        self.backticks: dict[int, list[int]] | None = None
        self.missing: dict[str, int] = {}  # no such closer before this place
        self.after_blank, self.in_list, self.in_code = True, False, False

    def items(self) -> Iterator[Found | Mark]:
        text = self.text
        position = 1 if text.startswith("\ufeff") else 0
        fresh = True
        while position < len(text):
            if fresh:
                items, after = self.block(position)
                yield from items
                fresh = after > position
                position = after
                continue
            token = _TOKEN.search(text, position)
            if token is None:
                return
            position = token.end()
            shown = token[0]
            if shown == "\n":
                fresh = True
            elif shown[0] == "`":
                position = self.after_code_span(token.start(), len(shown))
            elif shown == "<!--":
                end = text.find("-->", position)
                end = len(text) if end < 0 else end
                if said := mark(text, position, end):
                    yield said
                position = end + 3
            elif token["tag"]:
                position = self.after_element(token["tag"].lower(), position)
            elif shown[0] == "$":
                found, position = self.dollars(token.start(), len(shown))
                if found:
                    yield found
            elif token["environment"] in tex.ENVIRONMENTS:
                found, position = tex.environment_at(
                    text, token["environment"], position, len(text), comments=False
                )
                yield self.quoted(found)
            elif token["bracket"]:
                found, position = self.bracket(token["bracket"], token.start())
                if found:
                    yield found

    def block(self, start: int) -> tuple[tuple[Found | Mark, ...], int]:
        """What a line begins that takes whole lines, and where the next line starts; ``start`` if nothing."""
        text = self.text
        end = self.line_end(start)
        line = text[start:end]
        shown = line.strip()
        after_blank, self.after_blank = self.after_blank, not shown
        if not shown:
            return (), end + 1
        fence = _FENCE.match(text, start, end)
        if fence and (fence["fence"][0] == "~" or "`" not in fence["info"]):
            return self.fenced(start, fence)
        if ("\t" in line or "  " in line) and (table := grid(text, start)):
            return (table,), self.line_end(table.stop) + 1
        indented = line.startswith(("    ", "\t"))
        if _ITEM.match(line) and not (self.in_code and indented):
            self.in_list = True
        elif after_blank and not line.startswith(("  ", "\t")):
            self.in_list = False
        self.in_code = (
            indented
            and not self.in_list
            and (after_blank or self.in_code)
            and not shown.startswith(_DISPLAYED)
        )
        return (), (end + 1 if self.in_code else start)

    def fenced(self, start: int, fence: re.Match[str]) -> tuple[tuple[Found | Mark, ...], int]:
        text, opening = self.text, fence["fence"]
        language = fence["info"].strip(" \t\r{}.").split(maxsplit=1)[:1]
        first = position = min(fence.end() + 1, len(text))
        last = after = len(text)
        while position < len(text):
            end = self.line_end(position)
            closing = _FENCE_END.match(text, position, end)
            if closing and closing["fence"][0] == opening[0] and len(closing["fence"]) >= len(opening):
                last, after = max(first, position - 1), end + 1
                break
            position = end + 1
        word = language[0].strip("{}.").lower() if language else ""
        if word not in MATH_FENCES:
            return (), after
        if word in ("latex", "tex"):
            inside = tuple(tex.scan(text, first, last))
            if any(isinstance(item, Found) for item in inside):
                return inside, after
        while option := _OPTION.match(text, first, last):
            first = option.end()
        unclosed = position >= len(text)
        quote = _QUOTE.match(text, start)
        if quote and first < last and (again := _QUOTE.match(text, first, last)):
            first = again.end()
        return (Found(first, last, "code", unclosed=unclosed, prefix=quote[0] if quote else ""),), after

    def dollars(self, start: int, count: int) -> tuple[Found | None, int]:
        text = self.text
        position = start + count
        if count == 2:
            end = tex.upto(r"\$\$", comments=False).match(text, position).end()  # type: ignore[union-attr]  # it always matches
            return self.quoted(Found(position, end, "display", unclosed=end >= len(text))), end + 2
        if count > 2 or position >= len(text) or text[position].isspace():
            return None, position
        if text[position] == "`" and text[position + 1 : position + 2] != "`":
            end = self.closer("`$", position + 1, self.paragraph_end(position))
            if end >= 0:
                return self.quoted(Found(position + 1, end, "inline")), end + 2
            return None, position
        before = text[start - 1 : start]
        if before.isascii() and before.isalnum():
            return None, position
        limit = self.paragraph_end(position)
        end = tex.inline_end(text, position, limit, comments=False)
        if end >= limit or text[end - 1].isspace() or text[end + 1 : end + 2].isdigit():
            return None, position
        return self.quoted(Found(position, end, "inline")), end + 1

    def bracket(self, opener: str, start: int) -> tuple[Found | None, int]:
        r"""``\[ … \]`` or ``\( … \)``, also with two backslashes; prose may escape brackets the same way."""
        text, position = self.text, start + len(opener)
        display = opener[-1] == "["
        closer = opener[:-1] + ("]" if display else ")")
        line = max(0, start - _LONGEST_INDENT)
        line = max(line, text.rfind("\n", line, start) + 1)
        alone = display and _ALONE.fullmatch(text, line, start) is not None
        limit = len(text) if alone else self.paragraph_end(position)
        if position < self.missing.get(closer, 0) and not alone:
            return None, position
        pattern = tex.upto(r"\\\\?" + re.escape(closer[-1]), comments=False)
        end = pattern.match(text, position, limit).end()  # type: ignore[union-attr]  # it always matches
        closed = text.startswith(closer, end)
        if not closed and not alone:
            self.missing[closer] = limit
            return None, position
        if display and not alone and not _MATHEMATICAL.search(text, position, end):
            return None, end + len(closer)
        found = Found(position, end, "display" if display else "inline", unclosed=not closed)
        return self.quoted(found), end + len(closer)

    def quoted(self, found: Found) -> Found:
        """The same, with what stands before each of its lines in a quotation."""
        if self.text.find("\n", found.start, found.stop) < 0:
            return found
        quote = _QUOTE.match(self.text, self.text.rfind("\n", 0, found.start) + 1, found.start)
        return found._replace(prefix=quote[0]) if quote else found

    def after_code_span(self, start: int, count: int) -> int:
        if self.backticks is None:
            self.backticks = {}
            for run in _BACKTICKS.finditer(self.text):
                self.backticks.setdefault(len(run[0]), []).append(run.start())
        runs = self.backticks.get(count, [])
        following = bisect_left(runs, start + count)
        if following < len(runs) and runs[following] < self.paragraph_end(start):
            return runs[following] + count
        return start + count

    def after_element(self, tag: str, position: int) -> int:
        if position < self.missing.get(tag, 0):
            return position
        closing = re.compile(f"</{tag}", re.IGNORECASE).search(self.text, position)
        if closing is None:
            self.missing[tag] = len(self.text)
            return position
        return closing.end()

    def closer(self, closer: str, position: int, limit: int) -> int:
        if position < self.missing.get(closer, 0):
            return -1
        end = self.text.find(closer, position, limit)
        if end < 0:
            self.missing[closer] = limit
        return end

    def paragraph_end(self, position: int) -> int:
        following = bisect_left(self.blank_lines, position)
        return self.blank_lines[following] if following < len(self.blank_lines) else len(self.text)

    def line_end(self, position: int) -> int:
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end
