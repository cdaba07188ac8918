"""Deciding equality beside SymPy, in one run: the transcendental battery and the formulas of a convolution.

Run by ``make bench``. SymPy is asked ``simplify(a − b) == 0`` and ``expand(a − b) == 0`` about expressions
that are built beforehand, as ours are. A right answer of ``simplify`` is True for equal sides and False for
different ones; that it cannot say "undecided" is why its verdicts are counted too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from random import Random
from statistics import median
from threading import Thread
from time import perf_counter
from typing import Any

from _timing import Row, interleaved, printed, told

# In the place of this folder, in which another verify may stand.
sys.path.remove(str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import sympy
from oracles.scalars import in_sympy
from verify.battery import BATTERY, OPEN, SAME, Pair

from symgrad.algebra.unroll import layouts
from symgrad.derivation.derive import derive
from symgrad.network.build import build
from symgrad.verify.equality import decide
from symgrad.verify.scalars import Scalar, symbol, times, total

NETWORK = "input(28x28) | conv2d(1, 3, stride=2, bias=false)"
SIMPLIFY_LIMIT_S = 20.0


def formulas() -> list[tuple[Scalar, Scalar]]:
    """Each gradient of NETWORK as derived, and as somebody else may write it: shuffled, nested otherwise."""
    rng = Random(3)
    found = []
    for equation in derive(build(NETWORK)).gradients.program.equations:
        terms = layouts(equation.body, equation.axes)
        for place in product(*(range(int(index.size)) for index in equation.axes)):  # type: ignore[arg-type]
            written = [
                [
                    symbol((site.entry.tensor.name, n), f"{site.entry.tensor.name}{n + 1}")
                    for site, n in factors
                ]
                for layout in terms
                for point in layout.points(place)
                for factors in [list(zip(layout.sites, point, strict=True))]
            ]
            left = total(times(factors) for factors in written)
            rng.shuffle(written)
            half = len(written) // 2
            right = total(times(reversed(f)) for f in written[:half]) + total(
                times(f) for f in written[half:]
            )
            found.append((left, right))
    return found


def within(limit_s: float, question: Callable[[], Any]) -> Any:
    """The answer, or None where it takes longer (the thread is left behind)."""
    answer: list[Any] = []
    thread = Thread(target=lambda: answer.append(question()), daemon=True)
    thread.start()
    thread.join(limit_s)
    return answer[0] if answer else None


def battery(pairs: list[Pair]) -> list[Row]:
    """The battery, each pair by both ways."""
    ours, theirs = [], []
    right = {"symgrad": 0, "sympy": 0}
    slowest = 0.0
    for pair in pairs:
        left, other = in_sympy(pair.left), in_sympy(pair.right)
        seconds = []
        for _ in range(3):
            start = perf_counter()
            verdict = decide(pair.left, pair.right).verdict
            seconds.append(perf_counter() - start)
        ours.append(median(seconds))
        slowest = max(slowest, *seconds)
        right["symgrad"] += verdict == pair.verdict
        sympy.core.cache.clear_cache()
        start = perf_counter()
        answer = within(SIMPLIFY_LIMIT_S, lambda left=left, other=other: _zero(left, other))  # type: ignore[misc]
        theirs.append(perf_counter() - start)
        right["sympy"] += answer is (pair.verdict == SAME)
    counts = f"{right['symgrad']} of {len(pairs)} right", f"{right['sympy']} of {len(pairs)} right"
    faster = median(theirs) / median(ours)
    return [
        Row("battery, median", told(median(ours)), told(median(theirs)), faster, ("≥", 50)),
        Row("battery, slowest", told(slowest), told(max(theirs))),
        Row("battery, verdicts", *counts),
    ]


def _zero(left: Any, right: Any) -> Any:
    try:
        return bool(sympy.simplify(left - right) == 0)
    except (TypeError, ValueError, RecursionError, NotImplementedError):
        return None


def convolution() -> list[Row]:
    """The 793 formulas of the 28×28 convolution, decided by both."""
    pairs = formulas()
    peers = [(in_sympy(left), in_sympy(right)) for left, right in pairs]

    def ours() -> None:
        for left, right in pairs:
            assert decide(left, right).reached == "proved"

    def expand() -> None:
        sympy.core.cache.clear_cache()
        for left, right in peers:
            assert sympy.expand(left - right) == 0

    def built() -> None:
        formulas()

    times_of = interleaved({"ours": ours, "expand": expand, "built": built}, 5)
    ratio = times_of["expand"].median / times_of["ours"].median
    return [
        Row(
            f"{len(pairs)} formulas of 28×28",
            told(times_of["ours"].median),
            told(times_of["expand"].median),
            ratio,
            ("≥", 15),
        ),
        Row("  both sides built, on top", told(times_of["built"].median), "not counted"),
    ]


def main() -> None:
    """Print the table."""
    rows = battery([pair for pair in BATTERY if pair.verdict != OPEN])
    print(printed([*rows, *convolution()]))


if __name__ == "__main__":
    main()
