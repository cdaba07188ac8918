r"""The notebook renderer: displays that MathJax reads, with a line of text above each part."""

from __future__ import annotations

from symgrad.derivation.document import Document
from symgrad.render.latex import display, rows
from symgrad.render.wording import tex_sentence

_HEADINGS = {"forward": "Forward", "gradient": "Gradients"}
_MOST_ROWS = 40


def render_notebook(document: Document) -> str:
    """The document as one rich LaTeX value: ``$$`` displays and the conventions as text."""
    parts = [" ".join(tex_sentence(convention).replace("~", " ") for convention in document.conventions)]
    heading = ""
    lines: list[str] = []

    def flush() -> None:
        if lines:
            parts.append(display(lines).replace(r"\[", "$$", 1).replace("\\]\n", "$$"))
            lines.clear()

    for formula in document.formulas:
        if formula.kind != heading:
            flush()
            heading = formula.kind
            parts.append(_HEADINGS[heading])
        for equation in rows(document, formula):
            if len(lines) + len(equation) > _MOST_ROWS:
                flush()
            lines += equation
    flush()
    return "\n\n".join(parts)
