"""The JSON renderer: a derivation for programs, in the schema ``symgrad/1`` (docs/json.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import prod

from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.unroll import is_whole, whole_shape
from symgrad.derivation.document import CLOSED, Document, Formula
from symgrad.derivation.steps.trace import Explanation
from symgrad.render.aligned import Lines, aligned
from symgrad.render.displays import environment
from symgrad.render.explained import SPEECH as TEX_SPEECH
from symgrad.render.latex import DEFAULT_WIDTH
from symgrad.render.metrics import column
from symgrad.render.notation import signed_sum
from symgrad.render.plain import PlainNotation
from symgrad.render.python import PythonNotation
from symgrad.render.steps import told
from symgrad.render.substituted import Texts
from symgrad.render.text import SPEECH, lines, sum_text
from symgrad.render.unrolled import unrolled
from symgrad.render.wording import plain_sentence

SCHEMA = "symgrad/1"


def render_json(document: Document, *, width_cm: float = DEFAULT_WIDTH) -> Iterator[str]:
    """One JSON object in pieces, a symbol or an equation at a time."""
    yield "{\n"
    yield f' "schema": {_spelled(SCHEMA)},\n "network": {_spelled(document.network)},\n'
    yield f' "view": {_spelled(document.view)},\n "conventions": [\n  '
    yield ",\n  ".join(_spelled(plain_sentence(convention)) for convention in document.conventions)
    yield '\n ],\n "symbols": {\n  '
    yield from _separated(f"{_spelled(name)}: {_spelled(symbol)}" for name, symbol in _symbols(document))
    yield '\n },\n "equations": [\n  '
    yield from _separated(
        _spelled(equation)
        for formula in document.formulas
        for equation in _equations(document, formula, width_cm)
    )
    explained = [(f.equation, f.steps) for f in document.formulas if f.steps is not None]
    if explained:
        yield '\n ],\n "steps": [\n  '
        yield from _separated(
            _spelled(_steps(equation, steps, document.names)) for equation, steps in explained
        )
    yield "\n ]\n}\n"


def _spelled(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _separated(items: Iterable[str]) -> Iterator[str]:
    for n, item in enumerate(items):
        yield f",\n  {item}" if n else item


def _symbols(document: Document) -> Iterator[tuple[str, dict[str, object]]]:
    """Every entry of every tensor by its identifier; one with a symbol for a size has no list of them."""
    for tensor in (t for t in document.tensors if is_whole(t.shape)):
        shape = whole_shape(tensor.shape)
        for position, name in zip(range(prod(shape)), identifiers(tensor), strict=True):
            yield name, {"tensor": tensor.name, "index": [n + 1 for n in unflat(position, shape)]}


def _equations(document: Document, formula: Formula, width_cm: float) -> Iterator[dict[str, str | None]]:
    texts = lines(document, formula, PlainNotation())
    typeset = aligned(document, formula, column(width_cm))
    for (target, expression), text, latex in zip(_programs(document, formula), texts, typeset, strict=True):
        equation = {
            "kind": formula.kind,
            "target": target,
            "text": text,
            "latex": _display(latex),
            "expression": expression,
        }
        if document.view == "matrix":
            equation["form"] = "index" if formula.matrix is None else "matrix"
        yield equation


def _steps(equation: Equation, steps: Explanation, names: frozenset[str]) -> dict[str, object]:
    """The steps to a gradient, in index letters whatever the view."""
    plain, tex = (told(steps, speech._replace(names=names)) for speech in (SPEECH, TEX_SPEECH))
    return {
        "target": equation.target.name,
        "ranges": [[letter, last] for letter, last in plain.ranges],
        "lines": [
            {
                "text": f"{plain.left} = {signed_sum(SPEECH.notation, line.terms)}",
                "latex": f"{tex.left} = {signed_sum(TEX_SPEECH.notation, typeset.terms)}",
                "reason": line.reason,
            }
            for line, typeset in zip(plain.lines, tex.lines, strict=True)
        ],
        "notes": list(plain.notes),
    }


def _programs(document: Document, formula: Formula) -> Iterator[tuple[str, str | None]]:
    """The target and the Python expression of each equation; a closed form has no expression."""
    equation = formula.equation
    if document.view in CLOSED:
        yield equation.target.name, None
        return
    names, notation = identifiers(equation.target), PythonNotation()
    if formula.nested:
        nested = Texts(notation)
        yield from ((names[n], nested.text(formula.nested[n])) for n in sorted(formula.nested))
        return
    for entry in unrolled(equation, notation, formula.positions):
        yield names[entry.position], sum_text(entry, notation)


def _display(lines: Lines) -> str:
    """A formula for display style on one line of text."""
    return lines[0].replace("&", "", 1) if len(lines) == 1 else environment([lines]).replace("\n", " ")
