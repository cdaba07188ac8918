"""The JSON renderer: a derivation for programs, in the schema ``symgrad/1`` (docs/json.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod

from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.unroll import unflat, whole_shape
from symgrad.derivation.document import Document, Formula
from symgrad.render.latex import DEFAULT_WIDTH, rows
from symgrad.render.plain import PlainNotation
from symgrad.render.python import PythonNotation
from symgrad.render.text import lines, sum_text
from symgrad.render.unrolled import unrolled
from symgrad.render.wording import plain_sentence

SCHEMA = "symgrad/1"


def render_json(document: Document, *, width_cm: float = DEFAULT_WIDTH) -> Iterator[str]:
    """One JSON object in pieces, an equation at a time."""
    head = {
        "schema": SCHEMA,
        "network": document.network,
        "view": document.view,
        "conventions": [plain_sentence(convention) for convention in document.conventions],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "symbols": {'
    first = True
    for tensor in document.tensors:
        shape = whole_shape(tensor.shape)
        for position, name in zip(range(prod(shape)), identifiers(tensor), strict=True):
            index = ", ".join(str(n + 1) for n in unflat(position, shape))
            yield f'{"" if first else ","}\n  "{name}": {{"tensor": "{tensor.name}", "index": [{index}]}}'
            first = False
    yield '\n },\n "equations": ['
    first = True
    for formula in document.formulas:
        for equation in _equations(document, formula, width_cm):
            yield ("" if first else ",") + "\n  " + json.dumps(equation, ensure_ascii=False)
            first = False
    yield "\n ]\n}\n"


def _equations(document: Document, formula: Formula, width_cm: float) -> Iterator[dict[str, str | None]]:
    equation = formula.equation
    texts = lines(document, formula, PlainNotation())
    aligned = rows(document, formula, width_cm)
    if document.view == "index":
        yield {
            "kind": formula.kind,
            "target": equation.target.name,
            "text": next(texts),
            "latex": _latex(next(aligned)),
            "expression": None,
        }
        return
    names = identifiers(equation.target)
    notation = PythonNotation()
    for entry, text, latex in zip(
        unrolled(equation, notation, formula.positions), texts, aligned, strict=True
    ):
        yield {
            "kind": formula.kind,
            "target": names[entry.position],
            "text": text,
            "latex": _latex(latex),
            "expression": sum_text(entry, notation),
        }


def _latex(rows: list[str]) -> str:
    if len(rows) == 1:
        return rows[0].replace("&", "", 1)
    joint = r" \\[6pt] " if any(r"\frac" in row for row in rows) else r" \\ "
    return r"\begin{aligned} " + joint.join(rows) + r" \end{aligned}"
