"""Timing side by side: every way in turn, again and again, so that a machine's moods fall on all alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from math import log
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple


class Times(NamedTuple):
    """The seconds that each repeat of one way took."""

    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The least disturbed repeat."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The usual repeat."""
        return median(self.seconds)


class Row(NamedTuple):
    """One line of the table: what was measured, by whom, and what was hoped for.

    ``ratio`` is the headline, None where the row stands for itself; ``target`` is (sign, bound), None where
    the row is shown for information.
    """

    what: str
    ours: str
    peer: str
    ratio: float | None = None
    target: tuple[str, float] | None = None
    unit: str = "×"

    @property
    def verdict(self) -> str:
        """OK, MISSED, or empty where nothing was promised."""
        if self.target is None:
            return ""
        if self.ratio is None:
            return "NOT RUN"
        sign, bound = self.target
        return "OK" if (self.ratio >= bound if sign == "≥" else self.ratio <= bound) else "MISSED"

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as printed."""
        ratio = "" if self.ratio is None else f"{_three_digits(self.ratio)}{self.unit}"
        target = "" if self.target is None else f"{self.target[0]} {self.target[1]:g}{self.unit}"
        return self.what, self.ours, self.peer, ratio, target, self.verdict


HEADINGS = ("measured", "symgrad", "against", "ratio", "target", "")


def interleaved(
    ways: Mapping[str, Callable[[], Any]],
    repeats: int,
    *,
    calls: int = 1,
    at_most: float = 60.0,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Times]:
    """The times of one call of each way, over ``repeats`` rounds A B C A B C …, each of ``calls`` calls.

    Rubbish is collected between the measurements and not switched off in them. After ``at_most`` seconds no
    further round begins. ``clock`` may be the processor's, where nothing is written and no process begun.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    begun = perf_counter()
    for _ in range(repeats):
        for name, way in ways.items():
            gc.collect()
            start = clock()
            for _ in range(calls):
                way()
            seconds[name].append((clock() - start) / calls)
        if perf_counter() - begun > at_most:
            break
    return {name: Times(tuple(found)) for name, found in seconds.items()}


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The least-squares slope of log t over log n: the e of t ~ n^e."""
    x, y = [log(size) for size in sizes], [log(t) for t in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum(
        (a - mean_x) ** 2 for a in x
    )


def told(seconds: float) -> str:
    """A time with a unit that suits it."""
    for scale, unit in ((1.0, "s"), (1e3, "ms")):
        if seconds * scale >= 1:
            return f"{_three_digits(seconds * scale)} {unit}"
    return f"{_three_digits(seconds * 1e6)} µs"


def printed(rows: Sequence[Row]) -> str:
    """The rows as a table in Markdown, its columns aligned."""
    table = [HEADINGS, *(row.cells for row in rows)]
    wide = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(n) for c, n in zip(cells, wide, strict=True)) + " |" for cells in table
    ]
    lines.insert(1, "|" + "|".join("-" * (n + 2) for n in wide) + "|")
    return "\n".join(lines)


def _three_digits(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
