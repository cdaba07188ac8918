r"""The LaTeX renderer: a derivation ready for ``\input`` in a document that loads amsmath.

Formulas stand in ``aligned`` displays, the one form that LaTeX, KaTeX, MathJax and pandoc all read. Long
sums are broken by their structure so that no line is wider than the column.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad._version import __version__
from symgrad.derivation.document import Document
from symgrad.errors import printable
from symgrad.render.displays import displays
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
    for kind, block in displays(document, width_cm):
        if kind != part:
            part = kind
            heading, lead = LEADS[kind]
            yield f"\n\\paragraph{{{heading}.}}\n{lead}\n"
        yield f"\\[\n{block}\n\\]\n"
