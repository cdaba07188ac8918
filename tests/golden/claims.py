"""Claims as a judge would make them, placed by what stands in the document."""

from __future__ import annotations

from symgrad.verify.claims import Claim, Finding
from symgrad.verify.passages import find


def spanned(text, part, nth=0):
    """Where the nth ``part`` stands in ``text``."""
    start = text.index(part)
    for _ in range(nth):
        start = text.index(part, start + 1)
    return start, start + len(part)


def sheet(text, *made, kind=None):
    """A document and the claims that ``made`` say: each a mapping for :func:`claim`."""
    document = find(text, kind)
    return document, tuple(claim(document, **each) for each in made)


def claim(document, latex, verdict="right", *, findings=(), edits=(), passage=None, nth=0, **fields):
    """A claim of the formula ``latex``.

    Findings are (kind, given, expected, message, where), and edits (old, new).
    """
    if passage is None:
        passage = next(n for n, p in enumerate(document.passages) if latex in p.text)
    text = document.passages[passage].text
    span = spanned(text, latex, nth)
    place = document.place(passage, *span)

    def inside(part):
        start, stop = spanned(text[span[0] : span[1]], part)
        return start + span[0], stop + span[0]

    reached = {"right": "proved", "wrong": "refuted"}.get(verdict)
    return Claim(
        passage=passage, span=span, line=place.line, column=place.column,
        cell=document.passages[passage].cell,
        target=latex.partition("=")[0].strip(" &"), latex=latex, verdict=verdict,
        findings=tuple(Finding(*finding[:4], inside(finding[4])) for finding in findings),
        edits=tuple((inside(old), new) for old, new in edits),
        **{"reached": reached, "corrected": None, "witness": None, "repairs": (), "assumptions": (),
           "members": (), "detail": "", **fields},
    )  # fmt: skip


ARTICLE = r"""# A convolution

$$\begin{split} z_3 &= a_{11}w_1 \\ z_4 &= a_{20}w_6 + a_{23}w_7 + a_{22}w_8 + a_{23}w_9 \end{split}$$

Then
$$
\frac{\partial L}{\partial w_1} = a_1 \frac{\partial L}{\partial z_1}
  - a_3 \frac{\partial L}{\partial z_2}
$$
"""
Z3 = "z_3 &= a_{11}w_1"
Z4 = "z_4 &= a_{20}w_6 + a_{23}w_7 + a_{22}w_8 + a_{23}w_9"
W1 = ARTICLE[ARTICLE.index(r"\frac{\partial L}{\partial w") : -4]


def article(**fields):
    """A short article with a right claim and two wrong ones."""
    z4 = [
        ("wrong-index", "a_{22}w_8", "a_{24}w_8", "a_{22}w_8 should be a_{24}w_8", "a_{22}w_8"),
        ("wrong-index", "a_{23}w_9", "a_{25}w_9", "a_{23}w_9 should be a_{25}w_9", "a_{23}w_9"),
    ]
    term = r"a_3 \frac{\partial L}{\partial z_2}"
    w1 = [("sign", f"-{term}", f"+{term}", f"the sign of {term} should be +", "- a_3")]
    return sheet(
        ARTICLE,
        {"latex": Z3, "assumptions": ("a is 5×5",), **fields},
        {
            "latex": Z4, "verdict": "wrong", "findings": z4, "assumptions": ("a is 5×5",),
            "edits": [("a_{22}w_8", "a_{24}w_8"), ("a_{23}w_9", "a_{25}w_9")],
            "corrected": Z4.replace("a_{22}", "a_{24}").replace("a_{23}w_9", "a_{25}w_9"), **fields,
        },
        {
            "latex": W1, "verdict": "wrong", "findings": w1, "edits": [("- a_3", "+ a_3")],
            "corrected": W1.replace("- a_3", "+ a_3"),
            "assumptions": ("a is 5×5", "L is not known"), **fields,
        },
    )  # fmt: skip
