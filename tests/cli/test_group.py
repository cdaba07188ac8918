"""The command line as a stranger meets it: what it refuses and how, and what it says of itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import ROOT, SMALL, UTF8, VALUES, on_a_terminal, printed, ran, refused
from golden.article import NETWORK

from symgrad.catalogue import CATALOGUE
from symgrad.cli import main
from symgrad.errors import SymgradError

HOSTILE = [
    "__import__('os').system('id')",
    "(" * 5_000,
    "9**9**9",
    r"\input{/etc/passwd}$$",
    "<script>alert(1)</script>",
    "\x1b[2J\x1b]0;owned\x07",
    "w\u202e5\u2066",
    "a\rb\nError: c",
    "w5\udcff",
    "w" * 50_000,
    "٣x",
    " ",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize(
    "arguments",
    [
        ("derive", "{}"),
        ("derive", NETWORK, "--wrt", "{}"),
        ("derive", NETWORK, "--view", "{}"),
        ("derive", NETWORK, "--to", "{}"),
        ("derive", NETWORK, "--width", "{}"),
        ("derive", NETWORK, "--max-terms", "{}"),
        ("derive", NETWORK, "-o", "{}/out"),
        ("derive", NETWORK, "{}"),
        ("derive", NETWORK, "--{}"),
        ("verify", "{}"),
        ("verify", "-", "--net", "{}"),
        ("verify", "-", "--net", NETWORK, "--names", "{}"),
        ("verify", "-", "--to", "{}"),
        ("verify", "-", "--limit", "{}"),
        ("show", "{}"),
        ("gradcheck", "{}"),
        ("gradcheck", SMALL, "--values", "{}"),
        ("show", NETWORK, "-o", "{}/out"),
        ("evaluate", NETWORK, "--values", "{}"),
        ("evaluate", SMALL, "--values", "-", "-o", "{}"),
        ("{}",),
        ("--{}",),
    ],
    ids=lambda arguments: " ".join(a for a in arguments if a != NETWORK),
)
def test_hostile_text_is_refused_wherever_it_stands(arguments, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = refused(*(argument.replace("{}", text) for argument in arguments), input=VALUES.encode())
    assert len(told) < 3_000
    assert list(tmp_path.iterdir()) == []


COMMAND_LINES = {
    "unknown command": (("derivee", NETWORK), "did you mean 'derive'"),
    "no network": (("derive",), "missing argument 'net'"),
    "unknown option": (("derive", NETWORK, "--veiw", "index"), "did you mean"),
    "unknown view": (("derive", NETWORK, "--view", "tensor"), "'scalar', 'chain', 'index', 'matrix'"),
    "unknown format": (("derive", NETWORK, "--to", "pdf"), "'text', 'latex', 'json'"),
    "unknown word": (("derive", NETWORK, "--wrt", "weigths"), "did you mean weights?"),
    "entry out of range": (("derive", NETWORK, "--wrt", "w10"), "'w10'"),
    "entry zero": (("derive", NETWORK, "--wrt", "w0"), "'w0'"),
    "view twice": (("derive", NETWORK, "--view", "index", "--view", "chain"), "--view is given 2 times"),
    "output twice": (("derive", NETWORK, "-o", "a", "-o", "b"), "--output is given 2 times"),
    "too narrow": (("derive", NETWORK, "--width", "3"), "4<=x<=100"),
    "no width": (("derive", NETWORK, "--width", "nan"), "nan"),
    "infinite width": (("derive", NETWORK, "--width", "1e999"), "4<=x<=100"),
    "no terms": (("derive", NETWORK, "--max-terms", "0"), "x>=1"),
    "no such file": (("derive", "network.txt"), "no file 'network.txt'; a network begins with its input"),
    "no input first": (("derive", "linear(10) | relu"), "a network begins with its input"),
    "name too long": (("derive", "conv2d(1, 3) | " * 40), "a network begins with its input"),
    "a directory": (("derive", "."), "is a directory"),
    "no values": (("evaluate", NETWORK), "missing option '--values'"),
    "no such values": (("evaluate", NETWORK, "--values", "none.json"), "cannot read 'none.json'"),
    "standard input twice": (("evaluate", "-", "--values", "-"), "cannot both"),
    "another ending": (("evaluate", NETWORK, "--values", "-", "-o", "out.csv"), ".json or .npz"),
    "an unknown function": (("evaluate", "input(2) | activation(f)", "--values", "-"), "functions="),
    "too large to evaluate": (("evaluate", "input(1000x1000) | conv2d(8, 5)", "--values", "-"), "at most"),
}


@pytest.mark.parametrize(("arguments", "message"), COMMAND_LINES.values(), ids=COMMAND_LINES)
def test_a_bad_command_line_is_refused_with_one_message(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert message in refused(*arguments, input=b"").replace("Did", "did").replace(
        "Missing", "missing"
    ).replace("'NET'", "'net'")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("stream", "message"),
    [(1, "Error: cannot write: standard output is closed\n"), (0, "standard input is closed")],
)
def test_a_closed_stream_is_one_message(stream, message):
    command = [sys.executable, "-m", "symgrad", "derive", "-" if stream == 0 else SMALL]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {stream}{"<" if stream == 0 else ">"}&-', "sh", *command],
        env={**os.environ, **UTF8, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_what_the_machine_cannot_do_is_one_message(error, monkeypatch):
    def fail(*arguments):
        raise error

    monkeypatch.setattr("symgrad.network.build.build", fail)
    assert refused("derive", NETWORK)


def test_the_last_door_escapes_what_a_message_let_pass(monkeypatch):
    def fail(*arguments):
        raise SymgradError("a\x1b[31m\u202eb\n  c")

    monkeypatch.setattr("symgrad.network.build.build", fail)
    assert refused("derive", NETWORK) == "a\\u001b[31m\\u202eb\n  c\n"


def test_errors_are_coloured_on_a_terminal_that_wants_it():
    assert on_a_terminal("derive", "nothing")[0].startswith("\x1b[31m\x1b[1mError:\x1b[0m there is no file")
    for unwanted in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        told, status = on_a_terminal("derive", "nothing", env=unwanted)
        assert (told.startswith("Error: there is no file"), status) == (True, 2)


def test_the_help_names_every_layer():
    text = printed("--help")
    for layer in CATALOGUE.values():
        assert re.search(rf"\b{layer.name}\b", text), layer.name


@pytest.mark.parametrize("arguments", [("--help",), ("derive", "-h"), ("evaluate", "--help"), ("show", "-h")])
def test_help_fits_a_terminal(arguments):
    text = printed(*arguments, env={**UTF8, "COLUMNS": "80"})
    assert text.startswith("Usage: ")
    assert max(map(len, text.splitlines())) <= 80


def test_the_examples_of_the_help_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_text(NETWORK, encoding="utf-8")
    Path("values.json").write_text(VALUES, encoding="utf-8")
    shown = [
        re.findall(r"^    symgrad (\w+) (\"[^\"]+\"|\S+) ?(.*)$", printed(*words), re.MULTILINE)
        for words in (
            ["--help"],
            *([command, "--help"] for command in ("derive", "evaluate", "gradcheck", "show")),
        )
    ]
    lines = [line for lines in shown for line in lines]
    assert len(lines) >= 6
    for command, network, options in lines:
        if command in ("derive", "gradcheck", "show") or "linear(1)" in network:
            printed(command, network.strip('"'), *options.split())


def test_without_a_command_it_shows_its_help():
    done = ran()
    assert done.exit_code == 2
    assert "Usage:" in done.output
    assert "derive" in done.output


def test_it_can_be_called_as_a_function():
    assert main(["derive", NETWORK, "--wrt", "nothing"], standalone_mode=False) == 2
