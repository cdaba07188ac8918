r"""Explained gradients in TeX: one equals sign below the other, with a reason beside each or below it.

\frac{\partial L}{\partial w_{u,v}} &= \sum_{i=0}^{1}… \\
    &\qquad\text{chain rule: $w$ enters $L$ through $z$} \\
    &= …
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symgrad.render.aligned import Lines, equation_lines, index_right
from symgrad.render.displays import HIGHEST, environment, height_of
from symgrad.render.indexed import Indexed
from symgrad.render.metrics import EQUALS, QUAD, width
from symgrad.render.steps import Line, Speech, Told
from symgrad.render.tex import TexNotation

SPEECH = Speech(TexNotation(), lambda formula: f"${formula}$", lambda of, by: rf"\partial {of}/\partial {by}")
"""How an explanation is told in TeX."""

_REASON = 20
"""The height of a line of words, with the space below it."""


def step_displays(steps: Told, room: float) -> Iterator[str]:
    """The steps in ``aligned`` environments that a page can take; each goes on from the one before."""
    pending: list[Lines] = []
    high = 0
    for line in steps.lines:
        block = _line(steps.left, line, room)
        height = sum(map(_height, block))
        if pending and high + height > HIGHEST:
            yield environment(pending)
            pending, high = [], 0
        if pending:
            block[0] = block[0].removeprefix(steps.left + " ")
        pending.append(block)
        high += height
    yield environment(pending)


def _line(left: str, line: Line, room: float) -> Lines:
    """An equation and its reason: beside it if there is room, else below it."""
    formula = Indexed(left, line.terms, ())
    lines = equation_lines(formula, room)
    if lines[0].endswith("{}"):  # one term, wider than a line
        first, *others = _cut(index_right(formula), room - width(left) - EQUALS)
        lines = [f"{left} &= {first}", *(rf"&\quad {other}" for other in others)]
    reason = _wrapped(f"({line.reason})", room - width(left) - 2 * QUAD)
    beside = width(lines[-1].replace("&", "")) + 2 * QUAD + _width(reason[0]) <= room
    texts = [rf"\text{{{_small(part)}}}" for part in reason]
    if len(reason) == 1 and beside:
        lines[-1] += r"\qquad" + texts[0]
    else:
        lines += [rf"&\quad {text}" for text in texts]
    return lines


def _cut(right: str, room: float) -> Lines:
    """A term that is too wide in lines: cut before its bracket, then before its derivative."""
    pieces = [right]
    for joint in (r"\,\mathbf{1}[", r"\,\frac{\partial L}", r"\,\left("):
        place = pieces[0].rfind(joint)
        if width(pieces[0]) > room and place > 0 and _balanced(pieces[0][:place]):
            pieces[:1] = [pieces[0][:place], pieces[0][place + 2 :]]
    return pieces


def _balanced(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "{}", "[]"))


def _small(text: str) -> str:
    """Running text in a display, its formulas as in running text."""
    return re.sub(r"\$([^$]*\\(?:frac|sum|left)[^$]*)\$", r"$\\textstyle \1$", text)


def _wrapped(text: str, room: float) -> Lines:
    """Words and formulas on lines no wider than the room, unless one alone is."""
    lines = [""]
    for word in re.findall(r"(?:\$[^$]*\$|[^\s$])+", text):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and _width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _width(text: str) -> float:
    """The width of running text with formulas in it."""
    pieces = re.split(r"\$([^$]*)\$", text)
    return sum(width(piece if n % 2 else rf"\text{{{piece}}}") for n, piece in enumerate(pieces) if piece)


def _height(line: str) -> int:
    if r"\text" in line and "=" not in line.split(r"\text", maxsplit=1)[0]:
        return _REASON
    return height_of(line)
