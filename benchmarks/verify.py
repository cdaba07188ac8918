"""The speed of ``symgrad verify``: the article as a process, and how the time grows with the formulas.

Run by ``make bench``; docs/benchmarks.md says what is measured and holds the last table. Nothing here passes
or fails: the exit status is 0 whatever the ratios are.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from _timing import Row, interleaved, printed, told

import symgrad as sg

ARTICLE = Path(__file__).resolve().parent.parent / "tests" / "verify" / "corpus" / "conv-backprop.md"
NETWORK = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
IMAGE = "input(46x46) | conv2d(1, 3, stride=2, bias=false)"
PROCESSES = 21
FEW, MANY = 500, 2_000


def main() -> None:
    """Measure everything and print the table."""
    begun = perf_counter()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, one thread", flush=True)
    rows: list[Row] = []
    for part in (processes, growth):
        for row in part():
            rows.append(row)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(printed(rows))
    print(f"Measured in {perf_counter() - begun:.0f} s.")


def processes() -> Iterator[Row]:
    """``symgrad verify`` of the article beside ``symgrad --help``, each a process of its own."""
    script = Path(sys.executable).with_name("symgrad")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "symgrad"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(*arguments: str) -> None:
        done = subprocess.run([*command, *arguments], env=environment, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()

    arguments = ("verify", str(ARTICLE), "--net", NETWORK)
    ways: dict[str, Callable[[], Any]] = {
        "verify": lambda: run(*arguments),
        "alone": lambda: run("verify", str(ARTICLE)),
        "help": lambda: run("--help"),
    }
    interleaved(ways, 2)  # writes the bytecode
    times = interleaved(ways, PROCESSES)
    peer = f"symgrad --help {told(times['help'].median)}"
    for what, way in (("process: symgrad verify ARTICLE --net NET", "verify"), ("  without --net", "alone")):
        ours = times[way].median
        yield Row(what, told(ours), peer, ours / times["help"].median, ("≤", 3))
    traced = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "symgrad", *arguments],
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in traced.stderr.splitlines()}
    heavy = [name for name in ("sympy", "mpmath", "numpy") if name in imported]
    what = "  of SymPy, mpmath and NumPy it imports"
    yield Row(what, ", ".join(heavy) or "none", "", len(heavy), ("≤", 0), unit="")


def growth() -> Iterator[Row]:
    """The time for each formula of a long document beside that of a shorter one."""
    equations = json.loads(sg.derive(IMAGE).json())["equations"]
    claims = [equation["latex"] for equation in equations if equation["kind"] == "gradient"]
    documents = {count: document(claims[-count:]) for count in (FEW, MANY)}
    for count, text in documents.items():
        found = sg.verify(text, IMAGE)
        assert dict(found.summary)["right"] == count, str(found)[-2_000:]
    ways: dict[str, Callable[[], Any]] = {
        str(count): lambda text=text: sg.verify(text, IMAGE) for count, text in documents.items()
    }
    times = interleaved(ways, 5, at_most=30)
    many, few = (times[str(count)].best / count for count in (MANY, FEW))
    what = f"a document of {MANY:,} formulas, for each"
    yield Row(what, told(many), f"of {FEW:,}: {told(few)}", many / few, ("≤", 1.3))


def document(claims: list[str]) -> str:
    """Markdown with a display for each formula."""
    return "# Gradients\n\n" + "\n\n".join(f"$$\n{claim}\n$$" for claim in claims) + "\n"


if __name__ == "__main__":
    main()
