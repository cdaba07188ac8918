"""The command line as the tests call it, and what they call it with."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from symgrad.cli import main

ROOT = Path(__file__).resolve().parent.parent
VIEWS, FORMATS = ("scalar", "chain", "index"), ("text", "latex", "json")
EVERYTHING = (
    "input(2x4x4) | conv2d(2, 2, padding=1, stride=2, groups=2) | relu | flatten | linear(2) | tanh"
    " | activation(f) | sigmoid | mse(half)"
)
SMALL = "input(2) | linear(1) | mse"
VALUES = '{"a": [1, 2], "w": [[3, 4]], "b": [0.5], "y": [10]}'
BIG = "input(150x150) | conv2d(1, 5)"
UTF8 = {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "", "TERM": "xterm"}


def ran(*arguments, **settings):
    """The command line in this process."""
    settings.setdefault("env", UTF8)
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **settings)


def printed(*arguments, **settings):
    done = ran(*arguments, **settings)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def refused(*arguments, **settings):
    """The one message of a command line that is refused, without "Error: "."""
    done = ran(*arguments, **settings)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith("\n")
    assert done.stderr.count("\nError:") == 0
    assert "Traceback" not in done.stderr
    assert all(sign.isprintable() for sign in done.stderr.replace("\n", ""))
    return done.stderr.removeprefix("Error: ")


def process(*arguments, **settings):
    """The command line in a process of its own."""
    settings["env"] = {**os.environ, **UTF8, "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    settings.setdefault("stdout", subprocess.PIPE)
    settings.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen(
        [sys.executable, "-m", "symgrad", *map(str, arguments)],
        preexec_fn=_listening,  # noqa: PLW1509  # there are no threads
        **settings,
    )


def _listening():
    """A process heeds Ctrl-C, even where the tests run in a shell's background, which does not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def formulas(text):
    """The formulas of a text, left side to right side."""
    return dict(line.strip().split(" = ", 1) for line in text.splitlines() if " = " in line)


def on_a_terminal(*arguments, **settings):
    """What a process writes to standard error where that is a terminal, and its exit status."""
    control, terminal = pty.openpty()
    runner = process(
        *arguments, stdout=settings.pop("stdout", subprocess.DEVNULL), stderr=terminal, **settings
    )
    os.close(terminal)
    told = b""
    try:
        while data := os.read(control, 4096):
            told += data
    except OSError:  # the other end is closed
        pass
    os.close(control)
    return told.decode(), runner.wait()
