r"""The LaTeX renderer: a derivation ready for ``\input`` in a document that loads amsmath.

Formulas stand in ``aligned`` displays, the one form that LaTeX, KaTeX, MathJax and pandoc all read. Long
sums are broken by their structure so that no line is wider than the column.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad._version import __version__
from symgrad.derivation.document import Document, Formula
from symgrad.errors import printable
from symgrad.render.breaking import break_chain, break_sum
from symgrad.render.chain import chained
from symgrad.render.indexed import Indexed, indexed
from symgrad.render.metrics import EQUALS, PLUS, column, width
from symgrad.render.tex import TexNotation
from symgrad.render.unrolled import Unrolled, unrolled
from symgrad.render.wording import tex_sentence

DEFAULT_WIDTH = 12.0
"""The width of a column in centimetres, at 11 pt."""

_MOST_ROWS = 12
_HEADINGS = {"forward": "Forward", "gradient": "Gradients"}
_SHAPE = str.maketrans("123456789", "000000000")
_TALL_BREAK, _BREAK = r" \\[6pt]", r" \\"


def render_latex(document: Document, *, width_cm: float = DEFAULT_WIDTH) -> Iterator[str]:
    """The document in pieces, one display at a time."""
    yield f"% symgrad {__version__}, {document.view} view; needs amsmath\n"
    if document.network:
        yield f"% {printable(document.network)}\n"
    sentences = "\n".join(tex_sentence(convention) for convention in document.conventions)
    yield f"\\paragraph{{Conventions.}}\n{sentences}\n"
    heading = ""
    for formula in document.formulas:
        if formula.kind != heading:
            heading = formula.kind
            yield f"\n\\paragraph{{{_HEADINGS[heading]}.}}\n"
        yield from _displays(rows(document, formula, width_cm))


def _displays(formulas: Iterator[list[str]]) -> Iterator[str]:
    """Displays of whole formulas, each of a height that a page can take."""
    pending: list[str] = []
    for lines in formulas:
        if pending and len(pending) + len(lines) > _MOST_ROWS:
            yield display(pending)
            pending = []
        pending += lines
    if pending:
        yield display(pending)


def display(lines: list[str]) -> str:
    r"""An ``aligned`` display of lines that each hold one ``&``."""
    tall = any(r"\frac" in line for line in lines)
    body = ((_TALL_BREAK if tall else _BREAK) + "\n").join(lines)
    return f"\\[\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n\\]\n"


def rows(document: Document, formula: Formula, width_cm: float = DEFAULT_WIDTH) -> Iterator[list[str]]:
    """The lines of each of a formula's equations."""
    notation = TexNotation()
    room = column(width_cm)
    equation = formula.equation
    if document.view == "index":
        yield _index_rows(indexed(equation, notation), room)
        return
    names = notation.entries(equation.target)
    if document.view == "chain" and formula.kind == "gradient":
        for each in chained(equation, notation, formula.positions):
            name = names[each.collected.position]
            if each.paths:
                yield _chain_rows(name, each.paths, each.collected, room)
            else:
                yield _sum_rows(name, each.collected, room)
        return
    fits: dict[str, bool] = {}
    for entry in unrolled(equation, notation, formula.positions):
        name = names[entry.position]
        if entry.negative is None:  # nearly every formula: one line if its shape is known to fit on one
            line = f"{name} &= {' + '.join(entry.terms) or '0'}"
            shape = line.translate(_SHAPE)
            if shape not in fits:
                fits[shape] = len(_breaks(name, entry, room)) <= 1
            yield [line] if fits[shape] else _sum_rows(name, entry, room)
        else:
            yield _sum_rows(name, entry, room)


def _breaks(name: str, entry: Unrolled, room: float) -> list[tuple[int, int]]:
    if not entry.terms:
        return [(0, 0)]
    negative = bool(entry.negative and entry.negative[0])
    return break_sum(width(name), entry.terms, entry.rows, room, negative=negative)


def _sum_rows(name: str, entry: Unrolled, room: float) -> list[str]:
    if not entry.terms:
        return [f"{name} &= 0"]
    return [
        f"{name} &= {_run(entry, start, stop)}" if start == 0 else f"&\\quad {_run(entry, start, stop)}"
        for start, stop in _breaks(name, entry, room)
    ]


def _run(entry: Unrolled, start: int, stop: int) -> str:
    """Terms of a sum with their signs; a run that goes on begins with its operator."""
    text = ""
    for n in range(start, stop):
        minus = entry.negative is not None and entry.negative[n]
        if n == 0:
            text = "-" if minus else ""
        elif n == start:
            text = "{}- " if minus else "{}+ "
        else:
            text += " - " if minus else " + "
        text += entry.terms[n]
    return text


def _chain_rows(name: str, paths: list[str], entry: Unrolled, room: float) -> list[str]:
    through = Unrolled(entry.position, paths, None, [len(paths)])
    members = [through, entry]
    sides = [
        (member.terms or ["0"], member.rows or [1], bool(member.negative and member.negative[0]))
        for member in members
    ]
    lines = []
    for pieces in break_chain(width(name), sides, room):
        line = ""
        for member, start, stop in pieces:
            run = _run(members[member], start, stop) or "0"
            if start:
                line += f"\\quad {run}"
            else:
                line += f" = {run}" if line else f"= {run}"
        lines.append(f"{'' if lines else name + ' '}&{line}")
    return lines


def _index_rows(formula: Indexed, room: float) -> list[str]:
    """A closed form, then the ranges of its left side's indices, beside it if there is room."""
    entry = Unrolled(0, [text for _, text in formula.terms], [minus for minus, _ in formula.terms], [1])
    entry = entry._replace(rows=[1] * len(entry.terms))
    lines = _sum_rows(formula.left, entry, room)
    left = width(formula.left)
    if len(lines) == 1:
        right = sum(width(term) for term in entry.terms) + PLUS * len(entry.terms)
        if left + EQUALS + right > room + PLUS:
            lines = [f"{formula.left} &= {{}}", f"&\\quad {_run(entry, 0, len(entry.terms))}"]
    ranges = r",\;".join(rf"0\le {letter}\le {last}" for letter, last in formula.ranges)
    if ranges:
        last = lines[-1].replace("&", "")
        if width(last) + width(r"\qquad()" + ranges) <= room:
            lines[-1] += rf"\qquad({ranges})"
        else:
            lines.append(rf"&\qquad({ranges})")
    return lines
