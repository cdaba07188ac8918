"""The one family of errors that symgrad raises on purpose.

Every message says what was asked, what is known, and what would have worked. Text that came from a
stranger is quoted through :func:`quoted`, so that no control character, bidirectional mark or
unbounded input reaches a terminal or a log.
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_QUOTE = 60


class SymgradError(Exception):
    """Base of every error that symgrad raises on purpose; its text is meant for the user."""


class DescriptionError(SymgradError):
    """A network description that cannot be read; carries the place.

    ``line`` is the offending line of the source as given, ``start`` and ``stop`` are character
    offsets into it (``start == stop`` points between two characters).
    """

    def __init__(self, message: str, *, line: str = "", start: int = 0, stop: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.start = start
        self.stop = stop

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return f"{self.message}\n{caret(self.line, self.start, self.stop)}"


class ShapeError(SymgradError):
    """Sizes that do not fit: a kernel larger than its image, groups that do not divide."""


class NameUnknownError(SymgradError):
    """A tensor, entry, layer or option that does not exist, with the nearest that does."""


class BudgetError(SymgradError):
    """Work or output beyond a stated bound; the message names the number and the way round."""


class AlgebraError(SymgradError):
    """An equation outside what the index algebra can express."""


class CheckError(SymgradError):
    """A derived step that fails its check: a mistake in symgrad, told instead of printed."""


class RenderError(SymgradError):
    """A renderer that has no true way to print something."""


class ValuesError(SymgradError):
    """Numeric values that do not fit the network: shape, name, or not a number."""


class OutputError(SymgradError):
    """A file that cannot be written: no such directory, no permission, a full disk."""


def printable(text: str) -> str:
    """``text`` with all that could steer a terminal, reorder a line or pass for a space as an escape."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def quoted(text: str) -> str:
    """``text`` between quotation marks, escaped and cut to a length that fits a message."""
    shown = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return f"'{printable(shown)}'"


def reason(error: Exception) -> str:
    """Why the operating system refused, as the end of a sentence: ``no space left on device``."""
    text = getattr(error, "strerror", None) or str(error)
    return printable(text[:1].lower() + text[1:])


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """The known word that ``word`` most likely meant, or None; ``alike`` is 1 for the same word alone."""
    from difflib import get_close_matches  # only when something already went wrong

    spellings = {name.lower(): name for name in known}
    matches = get_close_matches(word[:_LONGEST_QUOTE].lower(), spellings, n=1, cutoff=alike)
    return spellings[matches[0]] if matches else None


def caret(line: str, start: int, stop: int) -> str:
    """Two lines: an excerpt of ``line`` around the place, and carets under ``start:stop``."""
    window = 72
    first = max(0, min(start - window // 2, len(line) - window))
    last = min(len(line), first + window)
    stop = max(start, min(stop, last))
    head, tail = ("…" if first else ""), ("…" if last < len(line) else "")
    plain = line.replace("\t", " ")
    before = head + printable(plain[first:start])
    marked = printable(plain[start:stop])
    after = printable(plain[stop:last]) + tail
    return f"  {before}{marked}{after}\n  {' ' * columns(before)}{'^' * max(1, columns(marked))}"


def columns(text: str) -> int:
    """How many columns of a terminal ``text`` fills: wide characters fill two, combining marks none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width  # only for a caret under foreign text

    return sum(
        0 if category(character) in ("Mn", "Me") else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )
