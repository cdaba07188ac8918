"""What happens at a terminal: what it can show, progress on it, and output that may be cut short."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from symgrad.errors import OutputError, reason

if TYPE_CHECKING:
    from threading import Event, Thread

SIGNS = "∂·Σ−×≤…′√π∣⁰¹²³⁴⁵⁶⁷⁸⁹"
"""What formulas in Unicode are written with, beside ASCII."""

_CHUNK = 1 << 16
_PATIENCE = 2.0
_EVERY = 0.2


def shows(stream: TextIO | None, text: str = SIGNS) -> bool:
    """Whether a stream can take ``text``: its encoding has the signs, and the locale is not plain C.

    Python writes UTF-8 in the C locale; who chose that locale by name is taken at their word, unless they
    also told Python which encoding to use.
    """
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    told = os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8")
    return bool(told) or _locale() not in ("C", "POSIX")


def _locale() -> str:
    """The locale of characters by its name; Python itself sets LC_CTYPE to C.UTF-8 where LANG is C."""
    every, characters, default = (os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return every or (default if characters == "C.UTF-8" and default else characters) or default


def colours(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that may be sent colours (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether someone sits there."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def joined(pieces: Iterable[str]) -> Iterator[str]:
    """The same text in pieces of a size that is worth a call of the operating system."""
    pending: list[str] = []
    length = 0
    for piece in pieces:
        pending.append(piece)
        length += len(piece)
        if length >= _CHUNK:
            yield "".join(pending)
            pending.clear()
            length = 0
    yield "".join(pending)


def write_out(pieces: Iterable[str]) -> None:
    """Write to standard output as the pieces come.

    Raises:
        OutputError: standard output is closed, or its disk is full.
        BrokenPipeError: the reader has gone, such as ``head``; nothing more will be written.
    """
    if sys.stdout is None:
        raise OutputError("cannot write: standard output is closed")
    try:
        for chunk in joined(pieces):
            sys.stdout.write(chunk)
        sys.stdout.flush()
    except OSError as error:
        hush(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise
        raise OutputError(f"cannot write to standard output: {reason(error)}") from None


def hush(stream: TextIO | None) -> None:
    """Send what the stream still holds nowhere, so that Python does not fail on it when it ends."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass


class Progress:
    """A line on standard error while work goes on: from its third second, if ``shown``; then removed.

    ``told`` is the line, such as ``"{done:,} of 3,000 formulas"``, and may be changed on the way. A thread of
    its own prints it, so that the work only has to count.
    """

    def __init__(self, told: str, *, shown: bool) -> None:
        self.done = 0
        self.told = told
        self._shown = shown
        self._width = 0
        self._over: Event | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        if self._shown:
            import threading  # only where someone watches

            self._over = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._over,), daemon=True)
            self._thread.start()
        return self

    def _run(self, over: Event) -> None:
        from time import monotonic

        start = monotonic()
        pause = _PATIENCE
        while not over.wait(pause):
            pause = _EVERY
            line = f"{self.told.format(done=self.done)} ({monotonic() - start:.0f} s)"
            self._width = max(self._width, len(line))
            self._print("\r" + line.ljust(self._width))

    def _print(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # the terminal has gone; the work has not

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._over is not None and self._thread is not None:
            self._over.set()
            self._thread.join()
            if self._width:
                self._print("\r" + " " * self._width + "\r")
