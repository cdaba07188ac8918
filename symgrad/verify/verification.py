"""What a Python user holds of a document that was judged; and the call that judges one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from symgrad.errors import quoted
from symgrad.verify.claims import Claim, Verdict
from symgrad.verify.documents.places import DocumentError
from symgrad.verify.passages import Document, Kind, find
from symgrad.verify.summary import ALL_RIGHT, counted, status, told

if TYPE_CHECKING:
    from symgrad.network.model import Model


_LONGEST_NAME = 1_000
_NAME_OF_FILE = re.compile(r"[^\n=$]+\.(?:md|markdown|tex|ipynb|txt)", re.IGNORECASE)


class HasModel(Protocol):
    """A network as Python users hold it."""

    model: Model


class Verification:
    """The claims of a document with their verdicts.

    ``print(v)`` is the report of ``symgrad verify``; a notebook shows a table. ``claims`` are
    :class:`symgrad.verify.claims.Claim`, in order.
    """

    __slots__ = ("claims", "document")

    def __init__(self, document: Document, claims: tuple[Claim, ...]) -> None:
        self.document = document
        self.claims = claims

    @property
    def right(self) -> bool:
        """Whether something is claimed, and every claim is right."""
        return status(self.claims) == ALL_RIGHT

    @property
    def summary(self) -> Mapping[Verdict, int]:
        """How many claims are right, wrong, undecided and unreadable."""
        return counted(self.claims)

    def text(self, *, verbose: bool = False, unicode: bool = True) -> str:
        """The report; ``verbose`` adds corrected formulas, and how each verdict was reached."""
        from symgrad.verify.report import Style, render_report

        style = Style(unicode=unicode, verbose=verbose)
        return "".join(render_report(self.document, self.claims, style))

    def json(self) -> str:
        """The report in the JSON format of docs/verify.md."""
        from symgrad.verify.report_json import render_json

        return "".join(render_json(self.document, self.claims))

    def fixed(self) -> str:
        """The document with every wrong formula corrected, all else as it was."""
        from symgrad.verify.mend import fixed

        return fixed(self.document, self.claims)

    def diff(self, name: str = "document") -> str:
        """A unified diff from the document to :meth:`fixed`."""
        from symgrad.verify.mend import difference

        return difference(self.document, self.claims, name)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Verification: {told(self.claims)}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from symgrad.verify.report_html import render_html

        return "".join(render_html(self.document, self.claims))


def verify(
    text: str,
    net: HasModel | str | None = None,
    *,
    names: Mapping[str, str] | None = None,
    kind: Kind | None = None,
    limit: float = 2.0,
) -> Verification:
    """Judge every formula of a derivation that was written by hand.

    ``text`` is the document itself: Markdown, TeX, the JSON of a notebook, or plain text; ``kind`` says which
    (``"markdown"``, ``"tex"``, ``"notebook"``, ``"text"``) where that is not to be guessed. It is judged by
    its own definitions, or by ``net``, a network or its description. ``names`` says what the document calls
    the network's tensors: ``{"a": "x", "w": "k"}``. No decision takes longer than ``limit`` seconds.

    Raises:
        DocumentError: a document that cannot be taken in, with the place.
        DescriptionError: a network description that cannot be read.
    """
    from symgrad.verify.judge import judged

    model = None
    if isinstance(net, str):
        from symgrad.network.build import build

        model = build(net)
    elif net is not None:
        model = net.model
    if len(text) <= _LONGEST_NAME and _NAME_OF_FILE.fullmatch(text):
        raise DocumentError(
            f"{quoted(text)} is the name of a file; verify takes what stands in it: "
            "verify(Path(name).read_text(encoding='utf-8'))"
        )
    document = find(text, kind)
    return Verification(document, judged(document, model, names=names, limit_s=limit))
