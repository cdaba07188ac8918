"""The verdicts of a document together: how many of each, the sentence that says so, the exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from symgrad.verify.claims import Claim, Verdict

VERDICTS: Final[tuple[Verdict, ...]] = ("right", "wrong", "undecided", "unreadable")

ALL_RIGHT, SOMETHING_WRONG, SOMETHING_OPEN = 0, 1, 3
"""Exit statuses; 2 is bad usage or a file that cannot be read. A document without claims is open too."""


def counted(claims: Sequence[Claim]) -> Mapping[Verdict, int]:
    """How many claims have each verdict, all four in order."""
    found = Counter(claim.verdict for claim in claims)
    return {verdict: found[verdict] for verdict in VERDICTS}


def told(claims: Sequence[Claim], painted: Callable[[str, Verdict], str] = lambda text, _: text) -> str:
    """``3 claims: 1 right, 2 wrong``, each part as ``painted`` gives it."""
    number = f"{len(claims):,} claim{'' if len(claims) == 1 else 's'}" if claims else "no claims"
    parts = ", ".join(
        painted(f"{count:,} {verdict}", verdict) for verdict, count in counted(claims).items() if count
    )
    return f"{number}: {parts}" if parts else number


def status(claims: Sequence[Claim]) -> int:
    """The exit status of a document with these claims."""
    verdicts = {claim.verdict for claim in claims}
    if "wrong" in verdicts:
        return SOMETHING_WRONG
    return ALL_RIGHT if verdicts == {"right"} else SOMETHING_OPEN


def places(claims: Sequence[Claim]) -> list[str]:
    """Where each claim stands: ``line 12``, with the column where others begin in the same line."""
    beside = Counter((claim.cell, claim.line) for claim in claims)
    return [_place(claim, column=beside[claim.cell, claim.line] > 1) for claim in claims]


def _place(claim: Claim, *, column: bool) -> str:
    cell = "" if claim.cell is None else f"cell {claim.cell}, "
    return f"{cell}line {claim.line}" + (f", column {claim.column}" if column else "")
