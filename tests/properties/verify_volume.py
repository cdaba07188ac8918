"""Soundness by volume: thousands of slips that must be refuted and rewordings that must not.

    python tests/properties/verify_volume.py [-n 10000] [--start 0] [-j 2] [-o failures.txt] [--only FAMILY]

prints how many were refuted, located exactly, undecided, and proved falsely, by family and by kind; what went
wrong is written to the file of ``-o``, each document with its verdict.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from oracles.sheets import Case, case

LONGEST_BATCH = 50


@dataclass(frozen=True)
class Result:
    """A case and what became of it; ``outcome`` ``crashed`` with a traceback in ``report``."""

    case: Case
    outcome: str
    reached: str | None
    located: bool
    named: bool
    report: str
    seconds: float

    @property
    def failed(self) -> bool:
        return self.outcome != "right" if self.case.right else self.outcome != "refuted" or not self.located


def result(seed: int, right: bool) -> Result:
    from oracles.marking import marked

    made = case(seed, right)
    start = time.perf_counter()
    try:
        mark = marked(made)
    except Exception:  # noqa: BLE001  # whatever it is, it is counted
        return Result(
            made, "crashed", None, False, False, traceback.format_exc(limit=-4), time.perf_counter() - start
        )
    taken = time.perf_counter() - start
    return Result(made, mark.outcome, mark.reached, mark.located, mark.named, mark.report, taken)


def batch(seeds: list[int], right: bool) -> list[Result]:
    return [result(seed, right) for seed in seeds]


def results(
    seeds: Iterable[int], right: bool, processes: int = 1, progress: bool = False
) -> Iterator[Result]:
    """Each seed's case, judged; in several processes where asked."""
    listed = list(seeds)
    batches = [listed[n : n + LONGEST_BATCH] for n in range(0, len(listed), LONGEST_BATCH)]
    if processes == 1:
        for seeds_ in batches:
            yield from batch(seeds_, right)
        return
    with ProcessPoolExecutor(processes) as pool:
        done = 0
        for found in pool.map(batch, batches, [right] * len(batches)):
            done += len(found)
            if progress:
                sys.stderr.write(f"\r{'rewordings' if right else 'slips'}: {done} of {len(listed)}")
                sys.stderr.flush()
            yield from found
    if progress:
        sys.stderr.write("\n")


@dataclass(frozen=True)
class Tally:
    """How results add up, for a table's row."""

    outcomes: Counter[str]
    located: int
    named: int
    seconds: float

    @property
    def count(self) -> int:
        return self.outcomes.total()


def tallied(found: Iterable[Result]) -> Tally:
    listed = list(found)
    return Tally(
        Counter(r.outcome for r in listed),
        sum(r.located for r in listed),
        sum(r.named for r in listed),
        sum(r.seconds for r in listed),
    )


def table(found: list[Result], right: bool) -> str:
    """Rows for all, for each family, and for each kind."""
    rows: dict[str, list[Result]] = defaultdict(list)
    for r in found:
        rows["all"].append(r)
    for key in ("family", "kind", "format"):
        for r in sorted(found, key=lambda r: getattr(r.case, key)):
            rows[f"{key}: {getattr(r.case, key)}"].append(r)
    columns = ["right", "refuted", "undecided", "unreadable", "crashed"]
    extra = [] if right else ["located", "named"]
    lines = [
        f"{'rewordings' if right else 'slips':<42}"
        + "".join(f"{c:>11}" for c in ["cases", *columns, *extra, "ms each"])
    ]
    for name, listed in rows.items():
        t = tallied(listed)
        numbers = [t.count, *(t.outcomes[c] for c in columns), *([] if right else [t.located, t.named])]
        lines.append(
            f"{name:<42}" + "".join(f"{n:>11}" for n in numbers) + f"{1000 * t.seconds / t.count:>11.1f}"
        )
    return "\n".join(lines)


def dumped(found: Iterable[Result]) -> str:
    blocks = []
    for r in found:
        if r.failed:
            c = r.case
            blocks.append(
                f"=== {'reworded' if c.right else 'slip'} {c.seed} | {c.family} | {c.kind} | {r.outcome} "
                f"| {r.seconds:.2f} s\n--- net: {c.net}\n{c.text}--- {r.report}\n"
                + (
                    ""
                    if c.right
                    else f"--- slip: {c.core} in {c.outer}, as one of {c.kinds}\n--- true: {c.corrected}\n"
                )
            )
    return "\n".join(blocks)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-n", type=int, default=10_000, help="how many slips, and how many rewordings")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("-j", type=int, default=2, help="processes")
    parser.add_argument("-o", type=Path, help="where failures go")
    arguments = parser.parse_args()
    seeds = range(arguments.start, arguments.start + arguments.n)
    text, bad = [], 0
    for right in (False, True):
        found = list(results(seeds, right, arguments.j, progress=True))
        sys.stdout.write(table(found, right) + "\n\n")
        text.append(dumped(found))
        bad += sum(r.failed for r in found)
        if not right:
            false = [r.case.seed for r in found if r.outcome == "right"]
            sys.stdout.write(f"false proofs: {len(false)} {false[:20]}\n\n")
    if arguments.o:
        arguments.o.write_text("\n".join(text), encoding="utf-8")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
