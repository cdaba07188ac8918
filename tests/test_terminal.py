import io
import sys

import pytest

from symgrad import terminal
from symgrad.derivation.derive import derive, document
from symgrad.errors import OutputError
from symgrad.network.build import build
from symgrad.render.text import render_text
from symgrad.terminal import SIGNS, Progress, colours, is_terminal, joined, shows, write_out


class Terminal(io.StringIO):
    def isatty(self):
        return True


def stream(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING", "PYTHONUTF8", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("encoding", "environment", "expected"),
    [
        ("utf-8", {}, True),
        ("utf-16", {}, True),
        ("ascii", {}, False),
        ("latin-1", {}, False),
        ("ascii", {"LANG": "en_US.UTF-8"}, False),
        ("utf-8", {"LANG": "en_US.UTF-8"}, True),
        ("utf-8", {"LANG": "C"}, False),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # the second is Python's own doing
        ("utf-8", {"LC_CTYPE": "C.UTF-8"}, True),
        ("utf-8", {"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ("utf-8", {"LC_ALL": "C.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, True),
    ],
)
def test_signs_are_shown_where_the_encoding_has_them_and_the_locale_is_not_plain(
    encoding, environment, expected, monkeypatch
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert shows(stream(encoding)) is expected


def test_nothing_is_shown_on_a_closed_stream_but_ascii():
    assert shows(None) is False
    assert shows(None, "a1*w1") is True


@pytest.mark.parametrize("view", ["scalar", "chain", "index"])
def test_the_signs_are_all_that_formulas_are_written_with(view):
    network = (
        "input(2x4x4) | conv2d(2, 2, padding=1, stride=2) | relu | flatten | linear(2) | activation(f) | mse"
    )
    text = "".join(render_text(document(derive(build(network)), view)))
    assert {sign for sign in text if not sign.isascii()} <= set(SIGNS)


def test_colours_are_for_terminals_that_want_them(monkeypatch):
    assert colours(Terminal())
    assert not colours(io.StringIO())
    assert not colours(None)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours(Terminal())
    monkeypatch.setenv("NO_COLOR", "")
    assert colours(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not colours(Terminal())


def test_a_closed_stream_is_no_terminal():
    closed = io.StringIO()
    closed.close()
    assert not is_terminal(closed)


def test_pieces_are_joined_without_waiting_for_all_of_them():
    taken = []

    def pieces():
        for n in range(100_000):
            taken.append(n)
            yield f"{n}\n"

    chunks = joined(pieces())
    assert next(chunks).startswith("0\n1\n2\n")
    assert len(taken) < 20_000
    assert "".join(joined(["a", "", "b"])) == "ab"


def test_output_that_cannot_be_written_is_refused(monkeypatch):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OutputError, match="standard output: no space left on device"):
        write_out(["x"])
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="closed"):
        write_out(["x"])


def test_progress_is_shown_only_to_someone_who_waits(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress("{done} of 9", shown=False):
        pass
    with Progress("{done} of 9", shown=True):
        pass
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize("failure", [None, KeyboardInterrupt])
def test_progress_is_removed_when_the_work_ends(failure, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(terminal, "_PATIENCE", 0.0)
    monkeypatch.setattr(terminal, "_EVERY", 0.001)
    progress = Progress("{done:,} of 9,000", shown=True)
    try:
        with progress:
            progress.done = 1234
            while "1,234 of 9,000 (0 s)" not in sys.stderr.getvalue():
                pass
            if failure:
                raise failure
    except KeyboardInterrupt:
        pass
    width = len("1,234 of 9,000 (0 s)")
    assert sys.stderr.getvalue().endswith("\r" + " " * width + "\r")
