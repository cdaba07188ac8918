"""Whether the tests notice: each mutant of ``rows.py`` in a copy of the code, until one test fails.

    python tests/mutants/run.py [-j 2] [--only TEXT]

prints a table of what was killed, by which test, and what survived; the exit status is 1 where more than one
in twenty did. The quick tests run first, the long ones only for what they let pass. An import that fails or
a test that does not end kills too.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutants.rows import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 1800
QUICK = [
    *(f"tests/derivation/test_{name}.py" for name in ("sweep", "fold", "facts", "factor", "through")),
    "tests/properties/test_max_pool.py",
    "tests/properties/test_square.py::test_the_square_commutes_for_networks",
    "tests/properties/test_square.py::test_the_square_commutes_for_second_derivatives",
    "tests/properties/test_dual_numbers.py::test_dual_numbers_agree",
    *(
        f"tests/properties/test_dual_numbers.py::test_dual_numbers_agree_on_a_random_network{kind}[{seed}]"
        for seed in range(12)
        for kind in ("", "_with_branches")
    ),
]
THOROUGH = [
    "tests/properties/test_views.py",
    *(f"tests/algebra/test_{name}.py" for name in ("normal", "terms", "keys", "differentiate", "unroll")),
    "tests/properties/test_convolution.py",
    "tests/properties/test_metamorphic.py",
    "tests/properties/test_square.py",
    "tests/properties/test_dual_numbers.py",
]
"""A quarter of an hour on one core, for what the quick ones let pass."""


class Result(NamedTuple):
    """What became of a mutant; ``killer`` is empty where no test failed."""

    mutant: Mutant
    killer: str
    seconds: float


def mirrored(file: str) -> str:
    """The tests of one source file: those of ``algebra/keys.py`` are in ``tests/algebra/test_keys.py``."""
    folder, _, name = file.rpartition("/")
    return f"tests/{folder}/test_{name}"


def judged(mutant: Mutant, copy: Path, clock: Iterator[int]) -> Result:
    """The mutant in this copy of the code, which is left as it was."""
    begun = perf_counter()
    path = copy / "symgrad" / mutant.file
    text = path.read_text("utf-8")
    assert text.count(mutant.old) == 1, mutant
    try:
        _written(path, text.replace(mutant.old, mutant.new), next(clock))
        stages = ([mirrored(mutant.file)], QUICK, THOROUGH)
        killer = next(filter(None, (failure(tests, copy) for tests in stages)), "")
    finally:
        _written(path, text, next(clock))
    return Result(mutant, killer, perf_counter() - begun)


def _written(path: Path, text: str, moment: int) -> None:
    """With a time of its own: by it Python knows that compiled code is out of date."""
    path.write_text(text, "utf-8")
    os.utime(path, (moment, moment))


def failure(tests: list[str], copy: Path) -> str:
    """The first test that fails, or nothing."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not volume",
        *tests,
    ]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {LONGEST_S} s"
    if done.returncode == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (?:tests/)?(\S+)", done.stdout, re.MULTILINE)
    return found[1] if found else f"pytest ended with {done.returncode}"


def copied(folder: Path) -> Path:
    """The code and its tests in a folder."""
    for name in ("symgrad", "tests"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def results(mutants: list[Mutant], processes: int) -> Iterator[Result]:
    """Every mutant, judged, in order."""
    clock = iter(range(1_000_000_000, 2_000_000_000, 10))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(processes) as pool:
        free: Queue[Path] = Queue()
        for n in range(processes):
            free.put(copied(Path(folder, str(n))))
        unchanged = failure([*dict.fromkeys(mirrored(m.file) for m in mutants), *QUICK], free.queue[0])
        assert not unchanged, f"{unchanged} fails without a mutant"

        def one(mutant: Mutant) -> Result:
            copy = free.get()
            try:
                return judged(mutant, copy, clock)
            finally:
                free.put(copy)

        yield from pool.map(one, mutants)


def main() -> int:
    """Judge them and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-j", type=int, default=1, help="how many at a time")
    parser.add_argument("--only", default="", help="only those with this text in their file or description")
    asked = parser.parse_args()
    chosen = [m for m in MUTANTS if asked.only in f"{m.file} {m.what}"]
    survived = 0
    for mutant, killer, seconds in results(chosen, asked.j):
        survived += not killer
        verdict = f"killed by {killer}" if killer else "SURVIVED"
        print(f"{mutant.file:24} {mutant.what:58} {seconds:5.1f} s  {verdict}", flush=True)
    killed = len(chosen) - survived
    print(f"{killed} of {len(chosen)} killed, {100 * killed / len(chosen):.1f} %")
    return int(survived * 20 > len(chosen))


if __name__ == "__main__":
    sys.exit(main())
