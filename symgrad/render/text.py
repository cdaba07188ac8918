"""The text renderer: a derivation for a terminal, in Unicode or ASCII."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.derivation.document import CLOSED, Document, Formula
from symgrad.derivation.steps.trace import Explanation
from symgrad.errors import printable
from symgrad.render.chain import Chained, chained
from symgrad.render.indexed import Indexed
from symgrad.render.matrix import PLAIN_MATRICES, closed
from symgrad.render.notation import Notation, signed_sum
from symgrad.render.plain import STAR, PlainNotation, to_ascii
from symgrad.render.steps import Speech, told
from symgrad.render.substituted import Texts
from symgrad.render.unrolled import Unrolled, unrolled
from symgrad.render.wording import LEADS, plain_sentence

SPEECH = Speech(PlainNotation(), lambda formula: formula, lambda of, by: f"∂{of}/∂{by}")
"""How an explanation is told in plain text."""


def render_text(document: Document, *, unicode: bool = True) -> Iterator[str]:
    """The document in pieces, one formula at a time; each piece ends with a line break.

    In ASCII a star is a product, so that a value after a step of an optimiser is ``w1_new``, as in programs.
    """
    pieces = _pieces(document)
    return pieces if unicode else (to_ascii(piece.replace(STAR, "_new")) for piece in pieces)


def _pieces(document: Document) -> Iterator[str]:
    if document.network:
        yield f"{printable(document.network)}\n\n"
    yield "Conventions\n"
    for convention in document.conventions:
        yield f"  {plain_sentence(convention)}\n"
    notation = PlainNotation()
    heading = ""
    for formula in document.formulas:
        if formula.kind != heading:
            heading = formula.kind
            yield f"\n{LEADS[heading][0]}\n"
        elif formula.steps is not None:
            yield "\n"
        if formula.steps is None:
            yield from (f"  {line}\n" for line in lines(document, formula, notation))
        else:
            explained = _explained(document, formula, formula.steps, notation)
            yield from (f"  {line}\n" for line in explained)


def _explained(
    document: Document, formula: Formula, explanation: Explanation, notation: PlainNotation
) -> Iterator[str]:
    """The steps to a formula and the formula, which is the last of them in the index view."""
    steps = told(explanation, SPEECH._replace(names=document.names))
    yield steps.left + _where(steps.ranges)
    for line in steps.lines:
        yield f"  = {signed_sum(notation, line.terms)}"
        yield f"      {line.reason}"
    yield from (f"  {note}" for note in steps.notes)
    if document.view != "index" or not steps.closed:
        yield from lines(document, formula, notation)


def formula_lines(document: Document, formula: Formula) -> Iterator[str]:
    """A formula's equations in plain notation, one line each."""
    return lines(document, formula, PlainNotation())


def lines(document: Document, formula: Formula, notation: PlainNotation) -> Iterator[str]:
    """A formula's equations, one line each."""
    equation = formula.equation
    if document.view in CLOSED:
        yield index_line(closed(formula, PLAIN_MATRICES, document.names), notation)
        return
    names = notation.entries(equation.target)
    if formula.nested:
        texts = Texts(notation)
        yield from (f"{names[n]} = {texts.text(formula.nested[n])}" for n in sorted(formula.nested))
        return
    if document.view == "chain" and formula.kind == "gradient":
        for each in chained(equation, notation, formula.positions):
            yield chain_line(names[each.collected.position], each, notation)
    else:
        for entry in unrolled(equation, notation, formula.positions):
            yield f"{names[entry.position]} = {sum_text(entry, notation)}"


def sum_text(entry: Unrolled, notation: Notation) -> str:
    """An unrolled right side on one line."""
    if entry.negative is None:
        return notation.plus.join(entry.terms) or "0"
    return signed_sum(notation, list(zip(entry.negative, entry.terms, strict=True)))


def chain_line(name: str, formula: Chained, notation: Notation) -> str:
    """A formula with its paths written out, then collected."""
    paths = f"{notation.plus.join(formula.paths)} = " if formula.paths else ""
    return f"{name} = {paths}{sum_text(formula.collected, notation)}"


def index_line(formula: Indexed, notation: Notation) -> str:
    """A closed form and the range of each index on its left."""
    return f"{formula.left} = {signed_sum(notation, formula.terms)}{_where(formula.ranges)}"


def _where(ranges: Sequence[tuple[str, str]]) -> str:
    told_ = ", ".join(f"{letter} = 0…{last.replace(' ', '')}" for letter, last in ranges)
    return f"   for {told_}" if told_ else ""
