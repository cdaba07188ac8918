"""A text cut into tokens, every character of it in one of them or known to say nothing.

Look-alikes and lost backslashes are put right here, each with a repair. What no table knows becomes a
token of the kind ``unknown``, which the grammar refuses where it stands.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from symgrad.verify.documents.pieces import Span
from symgrad.verify.reader import letters
from symgrad.verify.syntax import Repair

LONGEST_TEXT: Final = 200_000
MOST_TOKENS: Final = 50_000
MOST_DIGITS: Final = 30


class Token(NamedTuple):
    """A piece of text; ``kind`` says what the grammar may do with it, ``text`` what it stands for.

    ``style`` is that of a letter or word, and for a bracket ``left`` or ``right`` where it was written so.
    """

    kind: str
    text: str
    start: int
    stop: int
    style: str = ""


class Refused(Exception):  # noqa: N818  # it never leaves the reader: a problem of one statement
    """A text that cannot be read, why, and where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


_PIECE: Final = re.compile(
    r"(?P<blank>[" + re.escape(letters.BLANKS.replace("~", "")) + r"]+)"
    r"|(?P<run>[A-Za-z][A-Za-z0-9]*)"
    r"|(?P<num>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|\\(?P<cmd>(?:operatorname|hspace|vspace|tag)\*|[A-Za-z]+|.)"
    r"|(?P<sig>.)",
    re.DOTALL,
)
_ENVIRONMENT: Final = re.compile(r"\s*\{\s*([A-Za-z]+)\*?\s*\}")
_STRETCH: Final = re.compile(r"\*?[ \t]*\[\s*-?[0-9.]*\s*(?:pt|em|ex|mm|cm|in|mu|bp|pc|\\[a-z]+)\s*\]|\*")
_DELIMITER: Final = re.compile(r"\s*(\\[A-Za-z]+|\\.|.)", re.DOTALL)
_OPENING: Final = re.compile(r"\s*\{")
_WORD: Final = re.compile(r"\s*([^\W\d_][^\W_]*(?:[-‐][^\W_]+)*)\s*")
_SIMPLE: Final = re.compile(r"\s*\{\s*([A-Za-z0-9]+)\s*\}")
_POWER: Final = re.compile(r"[eE]([+-]?[0-9]{1,6})(?![A-Za-z0-9_])")
_PROSE: Final = frozenset(
    ("if", "when", "or", "otherwise", "else", "and", "where", "with", "for", "so", "then", "of", "is",
     "by", "on", "iff", "unless")
)  # fmt: skip
_DIMENSION: Final = re.compile(r"\s*-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in|mu)")
_LOST: Final[dict[str, tuple[str, str]]] = {
    "rac": ("frac", "{"), "frac": ("frac", "{"), "dfrac": ("frac", "{"), "sqrt": ("sqrt", "{"),
    "artial": ("partial", " "), "abla": ("nabla", "_"), "imes": ("times", " "), "heta": ("theta", ""),
    "ext": ("text", "{"), "athbf": ("mathbf", "{"),
}  # fmt: skip
"""Commands that lost their backslash (``\\f`` became a form feed), and what must follow to know them by."""
_PLAIN_SIGNS: Final[dict[str, tuple[str, str]]] = {
    "**": ("sup", "^"), "<-": ("rel", "←"), "->": ("rel", "→"), "<=": ("rel", "≤"), ">=": ("rel", "≥"),
    "!=": ("rel", "≠"), "==": ("rel", "="), "=>": ("rel", "⇒"),
}  # fmt: skip
_DIRECTED: Final = {"l": "open", "r": "close"}


class Lexer:
    """The tokens of a text, and what was repaired on the way."""

    def __init__(self, text: str, plain: bool) -> None:
        self.source = text
        self.text = text if text.isascii() else _translated(text)
        self.changed = self.text is not text and self.text != text
        self.plain = plain
        self.tokens: list[Token] = []
        self.repairs: list[Repair] = []
        self.direction = ""
        self.searched: set[str] = set()
        self.near: dict[str, set[str]] = {}

    def run(self) -> list[Token]:
        """The tokens, in order."""
        if len(self.text) > LONGEST_TEXT:
            raise Refused(
                f"{len(self.text):,} characters, and at most {LONGEST_TEXT:,} are read", (0, len(self.text))
            )
        position = 0
        text = self.text
        match_at = _PIECE.match
        tokens = self.tokens
        while (match := match_at(text, position)) is not None:
            position = match.end()
            kind = match.lastgroup
            if kind == "blank":
                if self.plain and "\n" in match[0]:
                    tokens.append(Token("row", "", match.start(), position))
                continue
            if kind == "run":
                position = self.letters(match[0], match.start(), position)
            elif kind == "num":
                position = self.powered(match[0], match.start(), position)
            elif kind == "cmd":
                position = self.command(match["cmd"], match.start(), position)
            else:
                position = self.sign(match[0], match.start(), position)
            if len(tokens) > MOST_TOKENS:
                raise Refused(
                    f"more than {MOST_TOKENS:,} pieces; write the formula in parts", (position, position)
                )
        return tokens

    def add(self, kind: str, text: str, start: int, stop: int, style: str = "") -> None:
        """Append a token."""
        self.tokens.append(Token(kind, text, start, stop, style))

    def repair(self, kind: str, message: str, span: Span, replacement: str, *, harmless: bool) -> None:
        """Note a repair."""
        self.repairs.append(Repair(kind, message, span, replacement, harmless))

    def looked_alike(self, start: int, stop: int, *, harmless: bool = False) -> None:
        """Note a look-alike where the source has other characters than were read."""
        if self.changed and (was := self.source[start:stop]) != (now := self.text[start:stop]):
            self.repair("look-alike", f"'{was}' is read as '{now}'", (start, stop), now, harmless=harmless)

    def number(self, text: str, start: int, stop: int) -> None:
        """A number in digits."""
        if len(text) - ("." in text) > MOST_DIGITS:
            self.add("refused", "digits", start, stop)
            return
        self.looked_alike(start, stop)
        self.add("num", text, start, stop)

    def powered(self, text: str, start: int, stop: int) -> int:
        """A number that may have a power of ten behind it: ``1e-8``."""
        match = _POWER.match(self.text, stop)
        if match is None:
            self.number(text, start, stop)
            return stop
        if abs(int(match[1])) > 64:
            self.add("refused", "tens", start, match.end())
            return match.end()
        if not self.plain:
            read = f"{text} · 10^{{{match[1]}}}"
            message = f"'{match.string[start : match.end()]}' is read as {read}"
            self.repair("spelling", message, (start, match.end()), read, harmless=False)
        self.add("num", text + "e" + match[1], start, match.end())
        return match.end()

    def letters(self, text: str, start: int, stop: int) -> int:
        """A run of letters and digits; a command without its backslash."""
        if self.plain:
            if text in letters.GREEK and len(text) > 1:
                self.looked_alike(start, stop)
                self.add("name", letters.GREEK[text], start, stop)
                return stop
            if text == "in":
                self.add("rel", "∈", start, stop)
                return stop
        elif text in _LOST:
            name, after = _LOST[text]
            if not after or self.text[stop : stop + 1] == after:
                first = (
                    start - 1 if self.text[start - 1 : start] in ("\f", "\t", "\n", "\r") and start else start
                )
                self.repair(
                    "lost-backslash",
                    f"'{text}' is read as '\\{name}'",
                    (first, stop),
                    "\\" + name,
                    harmless=False,
                )
                return self.command(name, start, stop)
        self.looked_alike(start, stop)
        self.add("run", text, start, stop)
        return stop

    def sign(self, text: str, start: int, stop: int) -> int:
        """A single sign, ASCII or Unicode."""
        if self.plain and (pair := _PLAIN_SIGNS.get(self.text[start : start + 2])):
            self.add(*pair, start, start + 2)
            return start + 2
        if text == "." and self.text[start + 1 : start + 2] in ("*", "∗") and not self.plain:
            self.add("op", "⊙", start, start + 2)  # .* as in Octave
            return start + 2
        if text in ":.=" and self.text.startswith((":=", "..", "=:"), start) and text != "=":
            if text == ":":
                self.add("rel", ":=", start, start + 2)
                return start + 2
            while self.text[stop : stop + 1] == ".":
                stop += 1
            self.add("dots", "dots", start, stop)
            return stop
        if text in letters.SIGNS:
            if self.changed:
                self.looked_alike(start, stop, harmless=True)
            kind, value = letters.SIGNS[text]
            if self.direction and kind == "bar":
                kind = _DIRECTED.get(self.direction, kind)
            self.direction = ""
            if kind == "bb":
                self.add("name", value, start, stop, "bb")
            else:
                self.add(kind, value, start, stop)
            return stop
        if text == "~":
            if self.plain:
                self.add("rel", "∼", start, stop)
            return stop
        if text == "%" and not self.plain:
            end = self.text.find("\n", start)
            return len(self.text) if end < 0 else end
        if text == "$":
            self.add("unknown", "$", start, stop)
            return stop
        if ord(text) > 127:
            from symgrad.verify.reader.unicode import foreign

            return foreign(self, text, start, stop)
        self.add("unknown", text, start, stop)
        return stop

    def command(self, name: str, start: int, stop: int) -> int:
        """A command: looked up, and with the arguments that are no mathematics."""
        if name == "\\":
            match = _STRETCH.match(self.text, stop)
            self.add("row", "", start, match.end() if match else stop)
            return match.end() if match else stop
        if name in letters.BLANKS:
            return stop
        entry = letters.COMMANDS.get(name)
        if entry is None:
            from symgrad.verify.reader.repairs import spelled

            return spelled(self, name, start, stop)
        kind, text = entry
        if kind == "space":
            self.direction = name[-1] if name[:3].lower() == "big" else ""
            return stop
        if kind == "bar" and self.direction:
            kind = _DIRECTED.get(self.direction, kind)
        self.direction = ""
        if name == "part":
            self.repair("spelling", "'\\part' is '\\partial'", (start, stop), "\\partial", harmless=True)
        if kind == "style":
            return self.style(name, text, start, stop)
        if kind in ("left", "right"):
            return self.delimiter(kind, start, stop)
        if kind in ("begin", "end"):
            return self.environment(kind, start, stop)
        if kind == "swallowed":
            if name == "kern" and (match := _DIMENSION.match(self.text, stop)):
                return match.end()
            for _ in range(letters.SWALLOWED[name]):
                stop = self.argument(stop)[1]
            return stop
        if name in ("xrightarrow", "xleftarrow"):
            stop = self.argument(stop)[1]
        if kind == "transparent":
            for _ in range(letters.TRANSPARENT[name]):
                stop = self.argument(stop)[1]
            text = name
        if kind == "bb":
            self.add("name", text, start, stop, "bb")
        elif kind in ("refused", "func"):
            self.add(kind, text or name, start, stop, "\\" if kind == "func" else "")
        elif kind in ("frac", "over", "sqrt"):
            self.add(kind, name, start, stop)
        else:
            self.add(kind, text, start, stop)
        return stop

    def argument(self, position: int) -> tuple[str, int]:
        """The raw text of a braced argument and where it ends; empty, and no further, where there is none."""
        match = _OPENING.match(self.text, position)
        if match is None:
            return "", position
        depth, at = 1, match.end()
        while at < len(self.text):
            character = self.text[at]
            if character == "\\":
                at += 2
                continue
            depth += (character == "{") - (character == "}")
            if depth == 0:
                return self.source[match.end() : at], at + 1
            at += 1
        return self.source[match.end() :], len(self.text)

    def style(self, name: str, style: str, start: int, stop: int) -> int:
        """A letter or word in a style of its own, or text."""
        match = _SIMPLE.match(self.text, stop)
        if match is not None and style == "word" and match[1].lower() in _PROSE:
            self.add("words", match[1], start, match.end())
            return match.end()
        if match is not None and not (self.changed and self.source[stop : match.end()] != match[0]):
            text = match[1]
            if style == "word" and text.isdigit():
                self.add("num", text, match.start(1), match.end(1))
            elif style or not text.isdigit():
                kept = style if style or len(text) == 1 else "word"
                self.add("name", text, start, match.end(), kept)
            else:
                self.add("num", text, match.start(1), match.end(1))
            return match.end()
        if name in letters.TEXTS and _OPENING.match(self.text, stop):
            text, end = self.argument(stop)
            if not text.strip():
                return end
            if text.strip() in (",", ".", ";"):
                self.add(
                    "comma" if "," in text else "stop" if "." in text else "semi", text.strip(), start, end
                )
            elif (word := _WORD.fullmatch(text)) and word[1].lower() not in _PROSE:
                self.add("name", word[1], start, end, "word")
            else:
                self.add("words", text.strip(), start, end)
            return end
        self.add("style", style, start, stop)
        return stop

    def delimiter(self, side: str, start: int, stop: int) -> int:
        r"""``\left`` or ``\right`` with its bracket."""
        match = _DELIMITER.match(self.text, stop)
        if match is None:
            self.add("refused", f"\\{side} needs a bracket after it", start, stop)
            return stop
        what = match[1]
        kind, text = (
            letters.COMMANDS.get(what[1:], ("", "")) if what[0] == "\\" else letters.SIGNS.get(what, ("", ""))
        )
        if what in ("<", ">"):
            kind, text = ("open", "<") if what == "<" else ("close", ">")
        wanted = "open" if side == "left" else "close"
        if what == ".":
            self.add("null", ".", start, match.end(), side)
        elif kind in ("open", "close", "bar"):
            self.add(wanted if kind == "bar" else kind, text, start, match.end(), side)
        else:
            self.add("refused", f"\\{side} needs a bracket after it", start, stop)
            return stop
        return match.end()

    def environment(self, side: str, start: int, stop: int) -> int:
        r"""``\begin{…}`` or ``\end{…}``."""
        match = _ENVIRONMENT.match(self.text, stop)
        if match is None:
            self.add("refused", f"\\{side} needs the name of an environment", start, stop)
            return stop
        name, stop = match[1], match.end()
        if name in letters.ALIGNED:
            if side == "begin" and name.startswith("alignat"):
                stop = self.argument(stop)[1]
            if side == "begin" and (optional := re.match(r"\s*\[[tbc]\]", self.text[stop : stop + 20])):
                stop += optional.end()
            if side == "end":
                self.add("row", "end", start, stop)
            return stop
        if name in letters.MATRICES or name in letters.CASES:
            if name == "array" and side == "begin":
                stop = self.argument(stop)[1]
            self.add(side, "cases" if name in letters.CASES else name, start, stop)
            return stop
        self.add("refused", f"the environment '{name}' is not read in a formula", start, stop)
        return stop


def _translated(text: str) -> str:
    """The text with look-alikes replaced, one character for one."""
    table: dict[int, str] = {ord(was): now for was, now in letters.LOOKALIKES.items()}
    table.update((code, chr(code - 0xFEE0)) for code in range(0xFF01, 0xFF5F))
    table.update({0x3002: ".", 0x3001: ",", 0xFF61: "."})
    return text.translate(table)
