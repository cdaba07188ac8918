r"""Formulas as lines of an ``aligned`` display, each with one ``&``, broken to the width of a column.

``z_1 &= a_1w_1 + a_2w_2 + a_3w_3``, then ``&\quad {}+ a_6w_4 + a_7w_5 + a_8w_6``, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from symgrad.derivation.document import CLOSED, Document, Formula
from symgrad.render.breaking import Line, break_chain, break_sum
from symgrad.render.chain import chained
from symgrad.render.indexed import Indexed
from symgrad.render.matrix import TEX_MATRICES, closed
from symgrad.render.metrics import EQUALS, QUAD, shapes, width
from symgrad.render.opening import opened
from symgrad.render.substituted import TexLines
from symgrad.render.tex import TexNotation, ranges
from symgrad.render.unrolled import Unrolled, unrolled

Lines: TypeAlias = list[str]

_FIRST_PLACE = r"\,\mathbf{1}[\arg\max_"
_DERIVATIVE = r"\,\frac{\partial L}"
_BATCH, _BATCH_TERMS = 256, 4096
"""How many formulas are laid out at once, and how many terms they may have before no more are taken."""


def aligned(document: Document, formula: Formula, room: float) -> Iterator[Lines]:
    """The lines of each of a formula's equations; none is wider than ``room`` em unless one term is."""
    notation = TexNotation()
    equation = formula.equation
    if document.view in CLOSED:
        return iter([index_lines(closed(formula, TEX_MATRICES, document.names), room)])
    names = notation.entries(equation.target)
    if formula.nested:
        nested = TexLines()
        return (nested.lines(names[n], formula.nested[n], room) for n in sorted(formula.nested))
    if document.view == "chain" and formula.kind == "gradient":
        return (
            _chain(names[each.collected.position], each.paths, each.collected, room)
            for each in chained(equation, notation, formula.positions)
        )
    return _sums(unrolled(equation, notation, formula.positions), names, room)


def _sums(formulas: Iterator[Unrolled], names: Sequence[str], room: float) -> Iterator[Lines]:
    """Sums, in batches: those of one shape break alike, and shapes are found for many at once."""
    known: dict[tuple[str, int | tuple[int, ...]], list[Line]] = {}
    for batch in _batches(formulas):
        whole = [f"{names[f.position]} &= {_run(f, 0, len(f.terms))}" for f in batch]
        for formula, line, shape in zip(batch, whole, shapes(whole), strict=True):
            key = (shape, formula.rows)
            breaks = known.get(key)
            if breaks is None:
                breaks = known[key] = _breaks(names[formula.position], formula, room)
            if len(breaks) == 1:
                yield [line]
            else:
                yield _broken(names[formula.position], formula, breaks)


def _batches(formulas: Iterator[Unrolled]) -> Iterator[list[Unrolled]]:
    """Few long formulas or many short ones: what is held at a time does not grow with the sums."""
    batch: list[Unrolled] = []
    terms = 0
    for formula in formulas:
        batch.append(formula)
        terms += len(formula.terms)
        if len(batch) == _BATCH or terms >= _BATCH_TERMS:
            yield batch
            batch, terms = [], 0
    if batch:
        yield batch


def _breaks(name: str, formula: Unrolled, room: float) -> list[Line]:
    negative = bool(formula.negative and formula.negative[0])
    return break_sum(width(name), formula.terms or ["0"], formula.rows, room, negative=negative)


def _broken(name: str, formula: Unrolled, breaks: Sequence[Line]) -> Lines:
    (_, first), *others = breaks
    lines = [f"{name} &= {_run(formula, 0, first)}"]
    lines += [f"&\\quad {_run(formula, start, stop)}" for start, stop in others]
    return lines


def _run(formula: Unrolled, start: int, stop: int) -> str:
    """Terms of a sum with their signs; a run that goes on begins with its operator."""
    _, terms, negative, _ = formula
    if negative is None:
        return ("{}+ " if start else "") + " + ".join(terms[start:stop]) or "0"
    text = ""
    for n in range(start, stop):
        minus = negative[n]
        if n > start:
            text += " - " if minus else " + "
        elif start:
            text += "{}- " if minus else "{}+ "
        elif minus:
            text += "-"
        text += terms[n]
    return text


def _chain(name: str, paths: list[str], collected: Unrolled, room: float) -> Lines:
    """``name = paths = collected``; a formula without paths is a sum."""
    if not paths:
        return _broken(name, collected, _breaks(name, collected, room))
    members = [Unrolled(collected.position, paths, None, len(paths)), collected]
    sides = [
        (member.terms or ["0"], member.rows, bool(member.negative and member.negative[0]))
        for member in members
    ]
    lines: Lines = []
    for pieces in break_chain(width(name), sides, room):
        runs = [
            ("\\quad " if start else "= ") + _run(members[member], start, stop)
            for member, start, stop in pieces
        ]
        lines.append(f"{'' if lines else name + ' '}&{' '.join(runs)}")
    return lines


def index_lines(formula: Indexed, room: float) -> Lines:
    """A closed form, then the ranges of its left side's indices, beside it if there is room."""
    lines = equation_lines(formula, room)
    where = index_ranges(formula)
    if where and width(lines[-1].replace("&", "")) + width(r"\qquad" + where) <= room:
        lines[-1] += r"\qquad" + where
    elif where:
        lines += _range_lines(formula, room - width(formula.left))  # they stand right of it
    return lines


def _opened(left: str, right: Unrolled, room: float, depth: int = 1) -> Lines:
    """The lines of a sum; a term that is wider than a line is opened at its parentheses."""
    negative = right.negative or [False] * len(right.terms)
    lines: Lines = []
    for start, stop in _breaks(left, right, room):
        before = f"&{_indent(depth)}" if start else f"{left} &= "
        line = before + _run(right, start, stop)
        inner = opened(right.terms[start]) if right.terms and stop - start == 1 else None
        if inner is None or width(line.replace("&", "")) + (width(left) if start else 0) <= room:
            lines.append(line)
            continue
        inside = Unrolled(0, list(inner.terms), list(inner.negative), 1)
        first, *others = _opened(left, inside, room - QUAD, depth + 1)
        if any(width(left) + width(line.replace("&", "")) > room for line in others):
            first, *others = _opened(left, inside, room, depth)  # further to the left
        sign = ("{}- " if start else "-") if negative[start] else ("{}+ " if start else "")
        lines += [before + sign + first.removeprefix(f"{left} &= "), *others]
    return lines


def _indent(depth: int) -> str:
    return r"\qquad" * (depth // 2) + r"\quad" * (depth % 2) + " "


def equation_lines(formula: Indexed, room: float) -> Lines:
    """A closed form without ranges."""
    right = _right(formula)
    lines = _opened(formula.left, right, room)
    if len(lines) == 1 and width(formula.left) + EQUALS + right_width(formula) > room:
        return [f"{formula.left} &= {{}}", *_factors(index_right(formula), room - width(formula.left))]
    return lines


def _range_lines(formula: Indexed, room: float) -> Lines:
    """The ranges on lines of their own, as many on each as there is room for."""
    lines: Lines = []
    runs = ranges(formula.ranges)
    for n, run in enumerate(runs):
        text = ("(" if n == 0 else "") + run + (")" if n == len(runs) - 1 else r",\;")
        if lines and width((lines[-1] + text).replace("&", "")) <= room:
            lines[-1] += text
        else:
            lines.append(r"&\qquad" + text)
    return lines


def _factors(right: str, room: float) -> Lines:
    """A right side on a line of its own; one that is too wide is cut before its last factor."""
    joint = right.find(_FIRST_PLACE) if _FIRST_PLACE in right else right.rfind(_DERIVATIVE)
    closed = all(right.count(a, 0, joint) == right.count(b, 0, joint) for a, b in ("()", "{}", "[]"))
    if joint <= 0 or not closed or width(r"\quad" + right) <= room:
        return [f"&\\quad {right}"]
    return [f"&\\quad {right[:joint]}", f"&\\qquad {right[joint + 2 :]}"]


def _right(formula: Indexed) -> Unrolled:
    signs = [minus for minus, _ in formula.terms]
    return Unrolled(0, [text for _, text in formula.terms] or ["0"], signs if any(signs) else None, 1)


def index_right(formula: Indexed) -> str:
    """The right side of a closed form on one line."""
    return _run(_right(formula), 0, len(formula.terms))


def right_width(formula: Indexed) -> float:
    """The width of the right side of a closed form on one line."""
    return width(index_right(formula))


def index_ranges(formula: Indexed) -> str:
    r"""``(0\le i\le 1,\;0\le k\le 4)``, or nothing."""
    return "(" + r",\;".join(ranges(formula.ranges)) + ")" if formula.ranges else ""
