"""``symgrad verify``: what it prints and writes, how it ends, and what it refuses."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
from commandline import UTF8, on_a_terminal, printed, process, ran, refused
from golden.article import NETWORK
from golden.claims import ARTICLE, article

from symgrad.verify.passages import MOST_BYTES

MENDED = ARTICLE.replace("a_{22}w_8", "a_{24}w_8").replace("a_{23}w_9", "a_{25}w_9").replace("- a_3", "+ a_3")


@pytest.fixture
def sheet(tmp_path, monkeypatch):
    """A folder with the short article in it."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "sheet.md"
    file.write_text(ARTICLE, encoding="utf-8")
    return file


@pytest.fixture
def judge(sheet, monkeypatch):
    """A judge that says what it is told to, and remembers what it was asked."""
    told = SimpleNamespace(claims=article()[1], asked=[])

    def judged(document, model=None, **settings):
        settings.pop("progress")(1, len(told.claims))
        told.asked.append((document, model, settings))
        return told.claims

    monkeypatch.setitem(sys.modules, "symgrad.verify.judge", SimpleNamespace(judged=judged))
    return told


def test_the_report_goes_to_standard_output(judge):
    done = ran("verify", "sheet.md")
    assert (done.exit_code, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "line 3, column 17  z_3      right"
    assert lines[-2] == "3 claims: 1 right, 2 wrong"
    assert lines[-1].startswith("--verbose shows the corrected formulas")
    assert ran("verify", "-", input=ARTICLE.encode()).stdout == done.stdout
    assert "corrected: " in ran("verify", "sheet.md", "--verbose").stdout
    assert ran("verify", "sheet.md", env={**UTF8, "LC_ALL": "C", "PYTHONIOENCODING": ""}).stdout.isascii()


def test_the_judge_gets_what_was_given(judge):
    ran("verify", "sheet.md", "--net", NETWORK, "--names", "a=x, w = k", "--limit", "0.5")
    document, model, settings = judge.asked[0]
    assert (document.source, document.kind, model.text) == (ARTICLE, "markdown", NETWORK)
    assert settings == {"names": {"a": "x", "w": "k"}, "limit_s": 0.5}


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (("right", "right", "right"), 0),
        (("right", "wrong", "undecided"), 1),
        (("right", "undecided", "right"), 3),
        (("unreadable", "right", "right"), 3),
        ((), 3),
    ],
)
@pytest.mark.parametrize("options", [(), ("--to", "json"), ("--fix",), ("--diff",)])
def test_the_exit_status_says_the_worst(verdicts, status, options, judge):
    judge.claims = tuple(c._replace(verdict=v) for c, v in zip(judge.claims, verdicts, strict=False))
    assert ran("verify", "sheet.md", *options).exit_code == status


def test_json_is_the_schema_and_nothing_else(judge):
    done = ran("verify", "sheet.md", "--to", "json")
    assert json.loads(done.stdout)["schema"] == "symgrad-verify/1"
    plain = ran("verify", "sheet.md", "--to", "json", env={**UTF8, "LC_ALL": "C", "PYTHONIOENCODING": ""})
    assert plain.stdout.isascii()
    assert json.loads(plain.stdout) == json.loads(done.stdout)


def test_a_report_is_written_to_a_file(judge, sheet):
    done = ran("verify", "sheet.md", "-o", "report.txt", env={**UTF8, "LC_ALL": "C"})
    assert (done.exit_code, done.output) == (1, "")
    assert sheet.with_name("report.txt").read_text(encoding="utf-8") == ran("verify", "sheet.md").stdout


def test_fix_prints_the_mended_document_and_leaves_the_file_alone(judge, sheet):
    done = ran("verify", "sheet.md", "--fix")
    assert done.stdout == MENDED
    assert done.stderr.endswith("3 claims: 1 right, 2 wrong\n")
    assert sheet.read_text(encoding="utf-8") == ARTICLE


@pytest.mark.parametrize("name", ["sheet.md", "new.md"])
def test_fix_writes_the_file_that_it_is_told_to(name, judge, sheet):
    done = ran("verify", "sheet.md", "--fix", "-o", name)
    assert (done.exit_code, done.stdout) == (1, "")
    assert sheet.with_name(name).read_bytes().decode() == MENDED


def test_bytes_stay_as_they_were(judge, sheet):
    sheet.write_bytes("\ufeff$x$  \r\n".encode())
    judge.claims = ()
    assert ran("verify", "sheet.md", "--fix").stdout_bytes == "\ufeff$x$  \r\n".encode()


def test_diff_shows_what_fix_would_do(judge):
    done = ran("verify", "sheet.md", "--diff")
    assert done.stdout.startswith("--- sheet.md\n+++ sheet.md\n@@ ")
    assert "\n-  - a_3" in done.stdout
    assert "\n+  + a_3" in done.stdout
    assert done.stderr.endswith("3 claims: 1 right, 2 wrong\n")
    assert "--- document\n" in ran("verify", "-", "--diff", input=ARTICLE).stdout


def test_what_has_no_correction_is_named(judge):
    judge.claims = tuple(claim._replace(edits=()) for claim in judge.claims)
    told = ran("verify", "sheet.md", "--fix").stderr
    assert "no correction is known, and the formula stays as it is: line 3, column 37; line 7\n" in told


FILES = {
    "a directory": lambda file: file.mkdir(),
    "not UTF-8": lambda file: file.write_bytes(b"a\n\xff"),
    "too long": lambda file: file.write_bytes(b" " * (MOST_BYTES + 1)),
    "a NUL": lambda file: file.write_bytes(b"$a$\0"),
    "an unknown word": lambda file: file.write_bytes(b"<!-- symgrad: givn -->\n$a$"),
    "no notebook": lambda file: file.write_bytes(b'{"cells": [}'),
}
MESSAGES = {
    "a directory": "is a directory",
    "not UTF-8": "0xff",
    "too long": "5,000,000",
    "a NUL": "NUL",
    "an unknown word": "did you mean 'given'",
    "no notebook": "JSON",
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_taken_in_is_refused_with_one_message(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "in.ipynb" if case == "no notebook" else "in.md"
    FILES[case](tmp_path / name)
    assert MESSAGES[case] in refused("verify", name, "--fix", "-o", "out.md")
    assert [file.name for file in tmp_path.iterdir()] == [name]
    if case != "a directory":
        assert MESSAGES[case] in refused("verify", "-", input=(tmp_path / name).read_bytes())


COMMAND_LINES = {
    "no file": ((), "Missing argument 'FILE'"),
    "no such file": (("none.md",), "there is no file 'none.md'\n"),
    "a network as file": ((NETWORK,), "a network is given by --net"),
    "hostile name": (("\x1b[2J\u202e\0",), "\\u001b"),
    "fix and diff": (("sheet.md", "--fix", "--diff"), "give one"),
    "standard input twice": (("-", "--net", "-"), "cannot both"),
    "names without a network": (("sheet.md", "--names", "a=x"), "--net"),
    "names that are none": (("sheet.md", "--net", NETWORK, "--names", "a=x,w"), "'w' is none"),
    "names twice": (("sheet.md", "--net", NETWORK, "--names", "a=x,a=y"), "'a' twice"),
    "a bad network": (("sheet.md", "--net", "input(5) | rel"), "did you mean relu?"),
    "no such network": (("sheet.md", "--net", "net.txt"), "there is no file 'net.txt'"),
    "no time": (("sheet.md", "--limit", "0"), "0.01<=x<=3600"),
    "not a number": (("sheet.md", "--limit", "nan"), "nan"),
    "another format": (("sheet.md", "--to", "latex"), "'text', 'json'"),
    "nowhere to write": (("sheet.md", "--fix", "-o", "none/out.md"), "there is no directory"),
    "a directory to write": (("sheet.md", "-o", "."), "is a directory"),
}


@pytest.mark.parametrize(("arguments", "message"), COMMAND_LINES.values(), ids=COMMAND_LINES)
def test_a_bad_command_line_is_refused_with_one_message(arguments, message, judge, tmp_path):
    assert message in refused("verify", *arguments, input=b"")
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.md"]


@pytest.mark.parametrize(
    ("error", "message"), [(MemoryError, "in parts"), (RecursionError, "document is nested too deep")]
)
def test_what_the_machine_cannot_do_is_one_message(error, message, sheet, monkeypatch):
    def judged(*arguments, **settings):
        raise error

    monkeypatch.setitem(sys.modules, "symgrad.verify.judge", SimpleNamespace(judged=judged))
    assert message in refused("verify", "sheet.md")


def test_a_document_without_claims_says_what_one_is(judge):
    judge.claims = ()
    done = ran("verify", "sheet.md")
    assert done.exit_code == 3
    assert "<!-- symgrad: claim -->" in done.stdout


def test_the_help_fits_a_terminal_and_teaches_by_example():
    text = printed("verify", "--help", env={**UTF8, "COLUMNS": "80"})
    assert max(map(len, text.splitlines())) <= 80
    assert "symgrad verify sheet.md --fix -o sheet.md" in text


# With the judge itself, in a process of its own.


def test_the_document_of_a_stranger_cannot_steer_the_terminal(sheet):
    sheet.write_text("\x1b[2J$x$\n", encoding="utf-8")
    import os
    import pty

    control, terminal = pty.openpty()
    runner = process("verify", "sheet.md", "--fix", stdout=terminal)
    os.close(terminal)
    runner.communicate()
    assert b"\\u001b[2J" in os.read(control, 4096)
    os.close(control)


def test_quick_work_shows_no_progress(sheet):
    sheet.write_text("$z = 2x$\n\n$\\frac{dz}{dx} = 2$\n", encoding="utf-8")
    told, status = on_a_terminal("verify", "sheet.md")
    assert (told, status) == ("", 0)


def test_a_network_may_be_a_batch(tmp_path):
    (tmp_path / "sheet.md").write_text(
        "$\\partial L/\\partial w_{i,j} = \\sum_n a_{n,j} \\partial L/\\partial z_{n,i}$\n", encoding="utf-8"
    )
    net = ("--net", "input(3) | linear(2) | mse")
    assert "right" in printed("verify", tmp_path / "sheet.md", *net, "--batch", "4")
    assert "takes a number: --batch 3" in refused("verify", tmp_path / "sheet.md", *net, "--batch", "N")
    assert "give it with --net" in refused("verify", tmp_path / "sheet.md", "--batch", "4")
