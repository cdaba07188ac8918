"""The notebook renderer: displays that MathJax reads, with a line of text above each part."""

from __future__ import annotations

from symgrad.derivation.document import Document
from symgrad.render.displays import displays
from symgrad.render.latex import DEFAULT_WIDTH
from symgrad.render.wording import LEADS, tex_sentence


def render_notebook(document: Document) -> str:
    """The document as one rich LaTeX value: ``$$`` displays and the conventions as text."""
    parts = [" ".join(tex_sentence(convention).replace("~", " ") for convention in document.conventions)]
    part = ""
    for kind, block in displays(document, DEFAULT_WIDTH):
        if kind != part:
            part = kind
            parts.append(LEADS[kind][1])
        parts.append(f"$$\n{block}\n$$")
    return "\n\n".join(parts)
