"""The examples in README.md and docs/ are run, and must print exactly what the pages show.

A page is a session in an empty folder, from its first line to its last:

* ```` ```console ````: a line ``$ symgrad …`` is run by a shell, continued by ``\\`` at its end; what
  follows, up to the next ``$``, is what it prints (with what it says on standard error). ``cat``, ``echo``,
  ``head`` and ``python`` may stand there too. A ``make`` target only has to exist. What is told (``cd``,
  ``git``, ``pip``) is not run. Neither of these shows output.
* ```` ```python ````: lines with ``>>>`` are a doctest; without them a block is run as it stands.
* ```` ```json file=NAME ````: the block is written to the file NAME, in any language.

``python tests/test_docs.py --write`` writes what was printed into the pages: read the difference.
"""

from __future__ import annotations

import contextlib
import difflib
import doctest
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = {"cat", "echo", "head", "python", "symgrad"}
# Commands a reader types outside the examples' folder.
TOLD = {"cd", "git", "pip", "eval", "source"}


def run_again(page: str) -> str:
    """The page with every example's output replaced by what the example prints now."""
    names: dict[str, object] = {"__name__": "__main__"}

    def block_again(block: re.Match[str]) -> str:
        language, info, body = block.groups()
        if named := re.search(r"\bfile=([\w.-]+)$", info):
            Path(named[1]).write_text(body, encoding="utf-8")
        elif language == "console":
            body = console_again(body)
        elif language == "python" and ">>> " in body:
            body = session_again(body, names)
        elif language == "python":
            exec(compile(body, "<page>", "exec"), names)
        return f"```{language}{info}\n{body}```"

    return BLOCK.sub(block_again, page)


def console_again(body: str) -> str:
    """A console block: each command, followed by what it prints now."""
    commands = re.findall(r"^\$ (?:.*\\\n)*.*\n", body, re.MULTILINE)
    assert commands, f"a console block holds no command:\n{body}"
    return "".join(command + printed_by(command[2:-1]) for command in commands)


def printed_by(command: str) -> str:
    """What a command prints, with a newline at its end; nothing for those that are not run."""
    program, *arguments = command.split()
    if program == "make":
        for target in (word for word in arguments if "=" not in word):
            assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8"), f"no {target} to make"
        return ""
    if program in TOLD:
        return ""
    assert program in RUN, f"{program!r} is not among the commands that a page may show"
    here = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        env={**os.environ, "PATH": here, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    # A page may show an error (2); a reader such as head may close the pipe early (141); and verify says by
    # its status what it found.
    expected = (0, 1, 2, 3) if "symgrad verify " in command else (0, 2, 141)
    assert done.returncode in expected, f"$ {command}\nexit status {done.returncode}\n{done.stdout}"
    assert "Traceback" not in done.stdout, done.stdout
    return done.stdout.rstrip("\n") + "\n" if done.stdout else ""


class Recorder(doctest.DocTestRunner):
    """Remembers what each example that does not print what it shows printed instead."""

    def __init__(self) -> None:
        super().__init__(verbose=False)
        self.printed: dict[int, str] = {}

    def report_failure(self, out, test, example, got):
        self.printed[example.lineno] = re.sub(r"(?m)^$\n", "<BLANKLINE>\n", got)

    def report_unexpected_exception(self, out, test, example, exc_info):
        kind, error = exc_info[:2]
        self.printed[example.lineno] = (
            f"Traceback (most recent call last):\n    ...\n{kind.__name__}: {error}\n"
        )


def session_again(body: str, names: dict[str, object]) -> str:
    """A Python session: each statement, followed by what it prints now."""
    test = doctest.DocTestParser().get_doctest(body, names, "page", None, 0)
    recorder = Recorder()
    recorder.run(test, out=lambda _: None, clear_globs=False)
    names.update(test.globs)
    lines = body.splitlines(keepends=True)
    for example in reversed(test.examples):
        if example.lineno in recorder.printed:
            start = example.lineno + example.source.count("\n")
            lines[start : start + example.want.count("\n")] = [recorder.printed[example.lineno]]
    return "".join(lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_what_its_examples_print(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = page.read_text(encoding="utf-8")
    assert run_again(shown) == shown, "`make docs` writes what is printed now into the page"


def test_a_page_that_shows_something_else_is_mended(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (
        "```console\n$ echo 1\n2\n$ echo a \\\n  b\n```\n```console\n$ make test\n```\n"
        "```json file=v.json\n[1]\n```\n```console\n$ cat v.json\n```\n"
        "```python\nx = 2\n```\n```python\n>>> y = x + 1\n>>> y\n4\n>>> y / 0\n>>> print('a\\n\\nb')\n```\n"
    )
    mended = (
        "```console\n$ echo 1\n1\n$ echo a \\\n  b\na b\n```\n```console\n$ make test\n```\n"
        "```json file=v.json\n[1]\n```\n```console\n$ cat v.json\n[1]\n```\n"
        "```python\nx = 2\n```\n```python\n>>> y = x + 1\n>>> y\n3\n"
        ">>> y / 0\nTraceback (most recent call last):\n    ...\nZeroDivisionError: division by zero\n"
        ">>> print('a\\n\\nb')\na\n<BLANKLINE>\nb\n```\n"
    )
    assert run_again(page) == mended
    assert run_again(mended) == mended


def write() -> None:
    """Write what the examples print now into the pages, and show what changed."""
    for page in PAGES:
        shown = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            printed = run_again(shown)
        name = str(page.relative_to(ROOT))
        changes = difflib.unified_diff(shown.splitlines(), printed.splitlines(), name, name, lineterm="")
        print(*changes, sep="\n", end="\n" if printed != shown else "")
        page.write_text(printed, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    write()
