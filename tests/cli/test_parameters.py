"""Options, completion, and output that cannot be written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commandline import BIG, ROOT, SMALL, UTF8, VALUES, process, refused
from golden.article import NETWORK


@pytest.mark.parametrize("place", ["missing/out", ".", "n" * 300, "net.txt/out"])
@pytest.mark.parametrize("command", [("derive", NETWORK), ("evaluate", SMALL, "--values", "-")])
def test_an_output_that_cannot_be_written_is_refused(place, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_text(NETWORK, encoding="utf-8")
    ending = ".json" if command[0] == "evaluate" and place != "." else ""
    told = refused(*command, "-o", place + ending, input=VALUES)
    assert "cannot write" in told or (place == "." and ".json or .npz" in told)
    assert [file.name for file in tmp_path.iterdir()] == ["net.txt"]


def test_a_reader_that_leaves_ends_it_quietly():
    for to in ((), ("-o", "/dev/stdout")):
        runner = process("derive", BIG, "--max-terms", 10**9, *to)
        assert runner.stdout.readline()
        runner.stdout.close()
        assert (runner.stderr.read(), runner.wait()) == (b"", 141)
        runner.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "arguments", [("derive", NETWORK), ("--help",), ("derive", NETWORK, "-o", "/dev/full")]
)
def test_a_full_disk_is_one_message(arguments):
    with Path("/dev/full").open("wb") as full:
        runner = process(*arguments, stdout=full)
        errors = runner.communicate()[1].decode()
    assert runner.returncode == 2
    assert re.fullmatch(r"Error: cannot write .*: no space left on device\n", errors)


def completed(words, index):
    environment = {"_SYMGRAD_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(index)}
    done = subprocess.run(
        [sys.executable, "-c", "from symgrad.cli import main; main(prog_name='symgrad')"],
        env={**os.environ, **UTF8, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_shell_completion_knows_the_options_and_the_tensors():
    assert "plain,--view" in completed("symgrad derive --v", 2)
    assert completed("symgrad derive --to ", 3) == ["plain,text", "plain,latex", "plain,json"]
    assert completed('symgrad derive "input(5) | linear(2)" --wrt ', 4) == [
        f"plain,{word}" for word in ("weights", "inputs", "all", "a", "w", "b", "z")
    ]
    assert completed("symgrad derive ne", 2) == ["file,ne"]
