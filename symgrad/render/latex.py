r"""The LaTeX renderer: a derivation ready for ``\input`` in a document that loads amsmath.

Formulas stand in ``aligned`` displays, the one form that LaTeX, KaTeX, MathJax and pandoc all read. Long
sums are broken by their structure so that no line is wider than the column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from symgrad._version import __version__
from symgrad.derivation.document import CLOSED, Document, Formula
from symgrad.errors import printable
from symgrad.render.displays import displays
from symgrad.render.explained import SPEECH, step_displays
from symgrad.render.metrics import column
from symgrad.render.steps import Told, told
from symgrad.render.tex import ranges
from symgrad.render.wording import LEADS, tex_sentence

DEFAULT_WIDTH = 12.0
"""The width of a column in centimetres, at 11 pt."""


def render_latex(document: Document, *, width_cm: float = DEFAULT_WIDTH) -> Iterator[str]:
    """The document in pieces, one display at a time."""
    yield f"% symgrad {__version__}, {document.view} view; needs amsmath\n"
    if document.network:
        yield f"% {printable(document.network)}\n"
    sentences = "\n".join(tex_sentence(convention) for convention in document.conventions)
    yield f"\\paragraph{{Conventions.}}\n{sentences}\n"
    part = ""
    for run in _runs(document.formulas):
        if run[0].kind != part:
            part = run[0].kind
            heading, lead = LEADS[part]
            yield f"\n\\paragraph{{{heading}.}}\n{lead}\n"
        explanation = run[0].steps
        shown = document._replace(formulas=tuple(run))
        if explanation is not None:
            steps = told(explanation, SPEECH._replace(names=document.names))
            yield from _explained(steps, width_cm)
            if document.view == "index" and steps.closed:
                continue
            yield "Entry by entry:\n" if document.view not in CLOSED else "Hence:\n"
        for _, block in displays(shown, width_cm):
            yield f"\\[\n{block}\n\\]\n"


def _runs(formulas: Iterable[Formula]) -> Iterator[list[Formula]]:
    """Formulas of one kind; one that has steps stands by itself."""
    for _, run in groupby(formulas, key=lambda formula: formula.kind):
        together = list(run)
        if any(formula.steps is not None for formula in together):
            yield from ([formula] for formula in together)
        else:
            yield together


def _explained(steps: Told, width_cm: float) -> Iterator[str]:
    """The steps to a gradient and the notes on them."""
    where = ranges(steps.ranges)
    under = " with $" + r",\;".join(where) + "$" if where else ""
    yield f"\n\\medskip\\noindent For {steps.name}{under}:\n"
    for block in step_displays(steps, column(width_cm)):
        yield f"\\[\n{block}\n\\]\n"
    yield from (f"{note}\n" for note in steps.notes)
