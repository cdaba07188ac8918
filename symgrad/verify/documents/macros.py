r"""A document's own TeX commands: their definitions, and formulas in which they are written out.

What is written out keeps a map back: a place in an argument is a place in the source, and a place in the
body of a definition is the whole call. Comments go too, and so do definitions and the marks of a quotation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from symgrad.errors import quoted
from symgrad.verify.documents.pieces import Span

DEEPEST: Final = 20
"""The most levels at which one definition uses another."""

MOST_GROWTH: Final = 200_000
"""The most characters that definitions may add to one formula."""

MOST_TOTAL_GROWTH: Final = 500_000
"""The most characters that definitions may add to a document."""

LONGEST_BODY: Final = 10_000
"""The most characters of one definition."""

_HEAD = re.compile(
    r"(?P<comment>%[^\n]*+)|\\(?P<way>(?:re|provide)?newcommand|providecommand|DeclareRobustCommand"
    r"|[gex]?def|let|DeclareMathOperator|DeclarePairedDelimiter|(?:New|Renew|Provide)DocumentCommand)"
    r"(?![A-Za-z])(?P<star>\*?)\s*|\\.",
    re.DOTALL,
)
# Braces about the name, or none: what follows the name of \def\x{…} belongs to the body.
_COMMAND = re.compile(r"(?P<brace>\{\s*)?\\(?P<name>[A-Za-z@]+|[^\sA-Za-z@])(?(brace)\s*\})")
_COUNT = re.compile(r"\s*\[(?P<count>[0-9])\]")
_DEFAULT = re.compile(r"\s*\[(?P<default>[^\[\]]{0,1000})\]")
_TEX_PARAMETERS = re.compile(r"(?P<parameters>(?:#[1-9])*)\s*(?=\{)")
_MANDATORY = re.compile(r"\s*\{(?P<parameters>(?:\s*m)*)\s*\}")
_EQUALS = re.compile(r"\s*=?\s*\\(?P<name>[A-Za-z@]+|[^\sA-Za-z@])")
_BRACES = re.compile(r"\\.|%[^\n]*+|[{}]", re.DOTALL)
_USE = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.|$)|%[^\n]*+|[{}\[\]*]|#[0-9#]?|\s+|[^\\%{}\[\]*#\s]+", re.DOTALL)


class Macro(NamedTuple):
    r"""A command of the document; ``default`` is for the first of its parameters if it may be left out.

    ``starred`` is the body after ``\name*``, where that differs; ``final`` bodies are not written out
    again, so that ``\let\old\vec`` keeps the meaning that ``\vec`` had.
    """

    parameters: int
    default: str | None
    body: str
    starred: str | None = None
    final: bool = False


class Definition(NamedTuple):
    """A definition, and its place in the source.

    ``alias`` is the command whose meaning it takes; one that is ``provided`` gives way to one that is known.
    """

    name: str
    macro: Macro
    start: int
    stop: int
    alias: str = ""
    provided: bool = False


class Segment(NamedTuple):
    """What begins at ``start`` of the expanded text came from first:last, one to one if ``exact``."""

    start: int
    first: int
    last: int
    exact: bool


class Expanded(NamedTuple):
    """A formula in which the document's own commands are written out."""

    text: str
    segments: tuple[Segment, ...]

    def raw_span(self, start: int, stop: int) -> Span:
        """Where start:stop of the expanded text came from: the least stretch that holds all of it."""
        if not self.segments:
            return 0, 0
        low = self._segment(start)
        high = self._segment(max(start, stop - 1))
        touched = self.segments[low : high + 1]
        first = min(
            touched[0].first + (start - touched[0].start if touched[0].exact else 0),
            min((segment.first for segment in touched[1:]), default=touched[0].last),
        )
        end = touched[-1]
        last = end.first + (stop - end.start) if end.exact else end.last
        if stop <= start:
            return first, first
        return first, max(min(last, end.last), max((segment.last for segment in touched[:-1]), default=0))

    def _segment(self, offset: int) -> int:
        return max(0, bisect_right(self.segments, offset, key=lambda segment: segment.start) - 1)


class MacroError(Exception):
    """A command that cannot be written out, and its place; ``find`` makes a DocumentError of it."""

    def __init__(self, message: str, start: int, stop: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.stop = stop


class Budget:
    """How many characters definitions may still add."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST_TOTAL_GROWTH) -> None:
        self.left = left


def definitions(text: str, start: int, stop: int) -> Iterator[Definition]:
    r"""The definitions of the simple kind in ``text[start:stop]``.

    ``\newcommand`` and its sisters, with up to nine arguments of which the first may have a default;
    ``\def`` with plain parameters; ``\let``, ``\DeclareMathOperator`` and ``\DeclarePairedDelimiter``.
    Others are passed over.
    """
    position = start
    while head := _HEAD.search(text, position, stop):
        position = head.end()
        way = head["way"]
        command = _COMMAND.match(text, position, stop) if way else None
        if command is None:
            continue
        position = command.end()
        if way == "let":
            if target := _EQUALS.match(text, position, stop):
                position = target.end()
                macro = Macro(0, None, f"\\{target['name']}", final=True)
                yield Definition(command["name"], macro, head.start(), position, alias=target["name"])
            continue
        shape = _shape(text, way, position, stop)
        if shape is None:
            continue
        groups: list[str] = []
        after = shape.stop
        while len(groups) < (2 if way == "DeclarePairedDelimiter" else 1):
            after = _SPACE.match(text, after, stop).end()  # type: ignore[union-attr]  # it always matches
            if text[after : min(after + 1, stop)] != "{":
                break
            end = _group_end(text, after, stop)
            if end < 0:
                return  # the text ends in the middle of a definition
            groups.append(text[after + 1 : end - 1])
            after = end
        else:
            position = after
            if sum(map(len, groups)) <= LONGEST_BODY:
                macro = _macro(way, bool(head["star"]), shape, groups)
                provided = way.lower().startswith("provide")
                yield Definition(command["name"], macro, head.start(), position, provided=provided)


class _Shape(NamedTuple):
    """How many parameters a definition has, the default of the first, and where that is said."""

    parameters: int
    default: str | None
    stop: int


def _shape(text: str, way: str, start: int, stop: int) -> _Shape | None:
    if way.endswith("def"):
        plain = _TEX_PARAMETERS.match(text, start, stop)
        return _Shape(len(plain["parameters"]) // 2, None, plain.end()) if plain else None
    if way.endswith("DocumentCommand"):
        listed = _MANDATORY.match(text, start, stop)
        return _Shape(listed["parameters"].count("m"), None, listed.end()) if listed else None
    count = _COUNT.match(text, start, stop) if way.endswith("ommand") else None
    if count is None:
        return _Shape(0, None, start)
    optional = _DEFAULT.match(text, count.end(), stop) if int(count["count"]) else None
    if optional is None:
        return _Shape(int(count["count"]), None, count.end())
    return _Shape(int(count["count"]), optional["default"], optional.end())


def _macro(way: str, star: bool, shape: _Shape, groups: Sequence[str]) -> Macro:
    if way == "DeclareMathOperator":
        return Macro(0, None, f"\\operatorname{'*' if star else ''}{{{groups[0]}}}")
    if way == "DeclarePairedDelimiter":
        opening, closing = groups
        return Macro(1, None, f"{opening} #1 {closing}", starred=f"\\left{opening} #1 \\right{closing}")
    return Macro(shape.parameters, shape.default, groups[0])


def _group_end(text: str, start: int, stop: int) -> int:
    """Where the group that opens at ``start`` ends, or -1."""
    depth = 0
    for token in _BRACES.finditer(text, start, stop):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return -1


class _Token(NamedTuple):
    text: str
    first: int
    last: int
    exact: bool
    depth: int
    final: bool = False


def expand(
    text: str, macros: Mapping[str, Macro], dropped: Sequence[Span] = (), budget: Budget | None = None
) -> Expanded | None:
    """``text`` without comments and ``dropped`` stretches, its macros written out; None if nothing changes.

    Raises:
        MacroError: a definition that uses itself, or more than :data:`MOST_GROWTH` characters.
    """
    used = macros and any(command[1] in macros for command in _USE.finditer(text))
    if not used and not dropped and "%" not in text:
        return None
    budget = budget or Budget()
    stack = list(_tokens(text, dropped))
    stack.reverse()
    pieces: list[_Token] = []
    spent = 0
    while stack:
        token = stack.pop()
        shown = token.text
        if shown[0] == "%":
            continue
        macro = macros.get(shown[1:]) if shown[0] == "\\" and not token.final else None
        if macro is None:
            pieces.append(token)
            continue
        if token.depth >= DEEPEST:
            raise MacroError(
                f"the definition of {quoted(shown)} uses itself, or others more than {DEEPEST} levels deep",
                token.first,
                token.last,
            )
        call = _Call(stack, token, macro)
        produced = call.produced()
        spent += call.work
        if spent > MOST_GROWTH or spent > budget.left:
            most = MOST_GROWTH if spent > MOST_GROWTH else MOST_TOTAL_GROWTH
            raise MacroError(
                f"the document's own commands make more than {most:,} characters here",
                token.first,
                token.last,
            )
        if produced is None:
            pieces.append(token)
        else:
            stack.extend(reversed(produced))
    budget.left -= spent
    expanded = _joined(pieces)
    return None if expanded.text == text else expanded


class _Call:
    """One use of a macro: its arguments are taken from the stack, or put back if there are too few."""

    def __init__(self, stack: list[_Token], token: _Token, macro: Macro) -> None:
        self.stack, self.token, self.macro = stack, token, macro
        self.taken: list[_Token] = []
        self.work = 1

    def pop(self) -> _Token | None:
        if not self.stack:
            return None
        token = self.stack.pop()
        self.taken.append(token)
        self.work += len(token.text)
        return token

    def put_back(self, count: int) -> None:
        for _ in range(count):
            self.stack.append(self.taken.pop())

    def produced(self) -> list[_Token] | None:
        macro, token = self.macro, self.token
        body = macro.body
        if macro.starred is not None and self.stack and self.stack[-1].text == "*":
            self.pop()
            body = macro.starred
        arguments: list[list[_Token]] = []
        if macro.default is not None:
            optional = self.optional()
            arguments.append(
                [
                    _Token(part, token.first, token.last, False, token.depth + 1)
                    for part in _TOKEN.findall(macro.default)
                ]
                if optional is None
                else optional
            )
        while len(arguments) < macro.parameters:
            argument = self.argument()
            if argument is None:
                self.put_back(len(self.taken))
                return None
            arguments.append(argument)
        first = min([token.first, *(taken.first for taken in self.taken)])
        last = max([token.last, *(taken.last for taken in self.taken)])
        result: list[_Token] = []
        for part in _TOKEN.findall(body):
            if part[0] == "#" and part[1:].isdigit() and int(part[1:]) <= len(arguments) and part != "#0":
                argument = arguments[int(part[1:]) - 1]
                result.extend(argument)
                self.work += sum(len(piece.text) for piece in argument)
            else:
                shown = "#" if part == "##" else part
                result.append(_Token(shown, first, last, False, token.depth + 1, macro.final))
                self.work += len(shown)
            if self.work > MOST_GROWTH:
                break
        return result

    def optional(self) -> list[_Token] | None:
        before = len(self.taken)
        token = self.after_space()
        if token is None or token.text != "[":
            self.put_back(len(self.taken) - before)
            return None
        inside: list[_Token] = []
        depth = 0
        while token := self.pop():
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if token.text == "]" and depth == 0:
                return inside
            inside.append(token)
        self.put_back(len(self.taken) - before)
        return None

    def argument(self) -> list[_Token] | None:
        token = self.after_space()
        if token is None or token.text == "}":
            return None
        if token.text != "{":
            if token.text[0] == "\\" or len(token.text) == 1:
                return [token]
            # One character is the argument; the rest of the run stays where it was.
            middle = token.first + 1 if token.exact else token.first
            one = token._replace(text=token.text[0], last=middle if token.exact else token.last)
            self.taken[-1] = one
            self.stack.append(token._replace(text=token.text[1:], first=middle))
            return [one]
        inside: list[_Token] = []
        depth = 1
        while token := self.pop():
            depth += {"{": 1, "}": -1}.get(token.text, 0)
            if depth == 0:
                return inside
            inside.append(token)
        return None

    def after_space(self) -> _Token | None:
        token = self.pop()
        while token is not None and (token.text.isspace() or token.text[0] == "%"):
            token = self.pop()
        return token


def _tokens(text: str, dropped: Sequence[Span]) -> Iterator[_Token]:
    position = 0
    for start, stop in (*sorted(dropped), (len(text), len(text))):
        for token in _TOKEN.finditer(text, position, max(position, start)):
            yield _Token(token[0], token.start(), token.end(), True, 0)
        position = max(position, stop)


def _joined(pieces: Sequence[_Token]) -> Expanded:
    texts: list[str] = []
    segments: list[Segment] = []
    length = 0
    before: _Token | None = None
    for piece in pieces:
        # \partial#1 with #1 = L is \partial L.
        if (
            before is not None
            and before.text[0] == "\\"
            and before.text[-1].isalpha()
            and piece.text[0].isalpha()
            and piece.text[0].isascii()
        ):
            texts.append(" ")
            segments.append(Segment(length, before.first, before.last, False))
            length += 1
        last = segments[-1] if segments else None
        joined = (
            last is not None
            and last.exact == piece.exact
            and (
                (last.last == piece.first)
                if piece.exact
                else (last.first, last.last) == (piece.first, piece.last)
            )
        )
        if joined and last is not None:
            segments[-1] = last._replace(last=piece.last)
        else:
            segments.append(Segment(length, piece.first, piece.last, piece.exact))
        texts.append(piece.text)
        length += len(piece.text)
        before = piece
    return Expanded("".join(texts), tuple(segments))
