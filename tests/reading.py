"""Formulas read for tests.

The tables of formulas and trees stand in tests/verify/reader/cases: one file for each file of the reader.

A formula stands at the left margin, what it is read as under it, four blanks in, a line for each statement:
the tree as the reader's ``show`` prints it, or ``!!`` with the complaint and its place; behind it in brackets
the kinds of its repairs (° for a harmless one). Before a formula in plain text stands ``plain:``, and ⏎ is a
line break in it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from symgrad.verify.reader import read
from symgrad.verify.reader.shown import shown
from symgrad.verify.syntax import Node

CASES = Path(__file__).parent / "verify" / "reader" / "cases"


def cases(name: str) -> pytest.MarkDecorator:
    """A parametrization over the formulas of a table, and what each must be read as."""
    rows: list[tuple[str, list[str]]] = []
    for line in (CASES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            rows[-1][1].append(line.strip())
        elif line and not line.startswith("# "):
            rows.append((line, []))
    return pytest.mark.parametrize(("formula", "expected"), rows, ids=[row[0] for row in rows])


def reading(formula: str) -> list[str]:
    """What a formula of a table is read as, a line for each statement."""
    text = formula.removeprefix("plain: ").replace("⏎", "\n")
    return [shown(statement) for statement in read(text, plain=formula.startswith("plain: "))]


def member(formula: str) -> Node:
    """The first member of the only statement of a formula."""
    (statement,) = read(formula)
    return statement.members[0]
