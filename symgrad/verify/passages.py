"""Where mathematics stands in a document, to the character; and the document with some of it replaced.

:func:`find` reads Markdown, TeX, notebooks and plain text; :func:`replace` writes passages back and leaves
all else as it was: line ends, byte order mark, trailing blanks, the escapes of a notebook's JSON.

A comment rules all passages after it until the next such comment, whatever headings stand between:
``<!-- symgrad: given -->``, ``claim``, ``ignore``, and ``auto`` or ``end`` to leave it to the document again.
In TeX it is ``% symgrad: given``, in plain text a line ``# symgrad: given``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from symgrad.errors import nearest, quoted
from symgrad.verify.documents.pieces import Cell, Display, Found, Mark, Span
from symgrad.verify.documents.places import DocumentError, Lines, Place

if TYPE_CHECKING:
    from symgrad.verify.documents import notebook
    from symgrad.verify.documents.macros import Budget, Definition, Expanded, Macro

Kind: TypeAlias = Literal["markdown", "tex", "notebook", "text"]
Role: TypeAlias = Literal["given", "claim"]

LONGEST_DOCUMENT: Final = 1_000_000
"""The most characters of a document; of a notebook, those of its Markdown cells together."""

LONGEST_NOTEBOOK: Final = 5_000_000
"""The most characters of a notebook's file, outputs and pictures included."""

LONGEST_PASSAGE: Final = 200_000
"""The most characters of one passage."""

MOST_PASSAGES: Final = 20_000
"""The most passages of a document."""

MOST_BYTES: Final = 5_000_000
"""The most bytes of a file."""

_ENDINGS: Final[Mapping[str, Kind]] = {
    "md": "markdown", "markdown": "markdown", "mdown": "markdown", "mkd": "markdown", "qmd": "markdown",
    "rmd": "markdown", "tex": "tex", "latex": "tex", "ltx": "tex", "ipynb": "notebook",
}  # fmt: skip
_ROLES: Final[Mapping[str, Role | Literal["ignore"] | None]] = {
    "given": "given",
    "claim": "claim",
    "ignore": "ignore",
    "auto": None,
    "end": None,
}
_SIGNS_OF_MARKDOWN: Final = ("$", "\\[", "\\(", "\\begin{", "```", "~~~", "<!--")
_DEFINING: Final = ("ommand", "\\def", "\\gdef", "\\edef", "\\xdef", "\\let", "\\Declare")


class Passage(NamedTuple):
    """A stretch of mathematics without its delimiters.

    It stands at ``start:stop`` of the source, and ``text`` is exactly what stands there; in a notebook, what
    the JSON there means. ``origin`` is the same place in the text of its sheet (the document, or the cell),
    ``line`` and ``column`` count from 1 in that text, and ``cell`` is the cell's number from 1 among all.
    ``role`` is what the last comment said. ``unclosed``: the closing delimiter is missing. ``environment`` is
    the TeX environment whose contents it is. ``prefix`` stands before its lines in a quotation. ``rows`` are
    those of a table. ``expanded`` is the text without comments and with the document's own commands written
    out, where that differs.
    """

    text: str
    start: int
    stop: int
    line: int
    column: int
    display: Display
    role: Role | None
    unclosed: bool
    environment: str
    prefix: str
    rows: tuple[tuple[Cell, ...], ...]
    expanded: Expanded | None
    origin: Span
    sheet: int
    cell: int | None

    @property
    def reading(self) -> str:
        """The text to read: expanded, where the document has commands of its own."""
        return self.text if self.expanded is None else self.expanded.text

    def raw_span(self, start: int, stop: int) -> Span:
        """Where start:stop of :attr:`reading` stands in :attr:`text`."""
        return (start, stop) if self.expanded is None else self.expanded.raw_span(start, stop)


class Sheet(NamedTuple):
    """A text in which passages stand: the document, or a cell of a notebook."""

    text: str
    lines: Lines
    cell: notebook.Cell | None


class Document(NamedTuple):
    """A document and its passages, in order."""

    kind: Kind
    source: str
    passages: tuple[Passage, ...]
    sheets: tuple[Sheet, ...]

    def place(self, index: int, start: int = 0, stop: int | None = None) -> Place:
        """The place of start:stop of the text of a passage: line, column, and the line to show."""
        passage = self.passages[index]
        stop = len(passage.text) if stop is None else stop
        offset = passage.origin[0]
        return self.sheets[passage.sheet].lines.place(offset + start, offset + stop)


def decoded(content: bytes, name: str = "") -> str:
    """The text of a file, every character kept.

    Raises:
        DocumentError: more than :data:`MOST_BYTES`, or no UTF-8.
    """
    named = quoted(name) if name else "the document"
    if len(content) > MOST_BYTES:
        raise DocumentError(f"{named} has more than {MOST_BYTES:,} bytes; verify it in parts")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        line, column = Lines(before).at(len(before))
        raise DocumentError(
            f"{named} is no UTF-8 text: line {line}, column {column} has the byte "
            f"0x{content[error.start]:02x}; save it as UTF-8"
        ) from None


def find(text: str, kind: Kind | None = None, name: str = "") -> Document:
    """The document that ``text`` is, with its passages; ``kind`` is guessed from name and contents if None.

    Raises:
        DocumentError: too long, a NUL character, broken JSON, an unknown word after ``symgrad:``, commands
            that use themselves or write out to too much.
    """
    kind = _guessed(text, name) if kind is None else kind
    _check_length(text, kind)
    sheets = tuple(_sheets(text, kind))
    passages: list[Passage] = []
    finder = _Finder(kind)
    for number, sheet in enumerate(sheets):
        for passage in finder.passages(sheet, number):
            if len(passages) == MOST_PASSAGES:
                raise DocumentError(
                    f"more than {MOST_PASSAGES:,} formulas; verify the document in parts",
                    sheet.lines.place(*passage.origin),
                    passage.cell,
                )
            passages.append(passage)
    return Document(kind, text, tuple(passages), sheets)


def replace(document: Document, edits: Mapping[int, str]) -> str:
    """The source with the text of some passages replaced, by their index; all else as it was.

    New lines end as the document's do, and take the prefix of a quotation.
    """
    pieces: list[str] = []
    position = 0
    for index in sorted(edits):
        passage = document.passages[index]
        sheet = document.sheets[passage.sheet]
        new = _fitted(sheet.text, passage, edits[index])
        start, stop = passage.start, passage.stop
        if sheet.cell is not None:
            from symgrad.verify.documents import notebook

            edit = notebook.rewritten(document.source, sheet.cell, *passage.origin, new)
            if edit is None:
                continue
            start, stop, new = edit
        pieces += [document.source[position:start], new]
        position = stop
    return "".join([*pieces, document.source[position:]])


def _fitted(text: str, passage: Passage, new: str) -> str:
    if new == passage.text or "\n" not in new:
        return new
    lines = new.replace("\r\n", "\n").split("\n")
    if mark := passage.prefix.strip():
        lines = lines[:1] + [
            line if line.lstrip().startswith(mark[0]) else passage.prefix + line for line in lines[1:]
        ]
    crlf = "\r\n" in text and text.count("\n") == text.count("\r\n")
    return ("\r\n" if crlf else "\n").join(lines)


def _guessed(text: str, name: str) -> Kind:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    known = _ENDINGS.get(ending)
    if known and known != "markdown":
        return known
    if known is None:
        if text[:1000].lstrip("\ufeff \t\r\n").startswith("{") and '"cells"' in text:
            return "notebook"
        if "\\documentclass" in text or "\\begin{document}" in text:
            return "tex"
        # A piece of TeX has sections or comments of its own, and no headings of Markdown.
        if any(word in text for word in ("\\section{", "\\subsection{", "\\chapter{", "\\newcommand{")) and (
            "\n# " not in text and "\n## " not in text and not text.startswith("# ")
        ):
            return "tex"
        if text.startswith("% symgrad:") or "\n% symgrad:" in text:
            return "tex"
    return "markdown" if any(sign in text for sign in _SIGNS_OF_MARKDOWN) else "text"


def _check_length(text: str, kind: Kind) -> None:
    longest = LONGEST_NOTEBOOK if kind == "notebook" else LONGEST_DOCUMENT
    if len(text) > longest:
        raise DocumentError(
            f"the document has {len(text):,} characters, and at most {longest:,} are read; verify it in parts"
        )


def _check_characters(sheet: Sheet) -> None:
    at = sheet.text.find("\0")
    if at >= 0:
        raise DocumentError(
            "a NUL character: this is no text",
            sheet.lines.place(at, at + 1),
            sheet.cell and sheet.cell.number,
        )


def _sheets(text: str, kind: Kind) -> Iterator[Sheet]:
    if kind != "notebook":
        sheet = Sheet(text, Lines(text), None)
        _check_characters(sheet)
        yield sheet
        return
    from symgrad.verify.documents import notebook

    _check_characters(Sheet(text, Lines(text), None))
    total = 0
    for cell in notebook.cells(text):
        sheet = Sheet(cell.text, Lines(cell.text), cell)
        _check_characters(sheet)
        total += len(cell.text)
        if total > LONGEST_DOCUMENT:
            raise DocumentError(
                f"the notebook's Markdown cells have more than {LONGEST_DOCUMENT:,} characters; "
                "verify it in parts"
            )
        yield sheet


def _scanned(text: str, kind: Kind) -> Iterator[Found | Mark]:
    if kind == "tex":
        from symgrad.verify.documents import tex

        return tex.scan(text)
    if kind == "text":
        from symgrad.verify.documents import plaintext

        return plaintext.scan(text)
    from symgrad.verify.documents import markdown

    return markdown.scan(text)


class _Finder:
    """What holds from one passage to the next: the role, and the document's own commands."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.role: Role | None = None
        self.ignoring = False
        self.macros: dict[str, Macro] = {}
        self.budget: Budget | None = None

    def passages(self, sheet: Sheet, number: int) -> Iterator[Passage]:
        text = sheet.text
        pending: list[Definition] = []
        if self.kind != "text" and any(sign in text for sign in _DEFINING):
            from symgrad.verify.documents.macros import definitions

            pending = list(definitions(text, 0, len(text)))
            pending.reverse()
        for item in _scanned(text, self.kind):
            if isinstance(item, Mark):
                self.mark(item, sheet)
                continue
            start, stop = _trimmed(text, item)
            inside: list[Definition] = []
            while pending and pending[-1].start < stop:
                definition = pending.pop()
                self.define(definition)
                if definition.start >= start:
                    inside.append(definition)
            if start == stop or self.ignoring:
                continue
            passage = self.passage(sheet, number, item, (start, stop), inside)
            if passage.reading.strip():
                yield passage
        for definition in reversed(pending):
            self.define(definition)

    def define(self, definition: Definition) -> None:
        if not (definition.provided and definition.name in self.macros):
            self.macros[definition.name] = self.macros.get(definition.alias, definition.macro)

    def mark(self, said: Mark, sheet: Sheet) -> None:
        word = said.word.lower()
        if word not in _ROLES:
            like = nearest(word, _ROLES)
            hint = f"; did you mean {quoted(like)}?" if like else ""
            raise DocumentError(
                f"{quoted(said.word)} is no word after 'symgrad:' (known: {', '.join(_ROLES)}){hint}",
                sheet.lines.place(said.start, max(said.stop, said.start + 1)),
                sheet.cell and sheet.cell.number,
            )
        role = _ROLES[word]
        self.ignoring = role == "ignore"
        self.role = None if role == "ignore" else role

    def passage(
        self, sheet: Sheet, number: int, found: Found, origin: Span, inside: list[Definition]
    ) -> Passage:
        start, stop = origin
        cell = sheet.cell and sheet.cell.number
        if stop - start > LONGEST_PASSAGE:
            raise DocumentError(
                f"a formula of {stop - start:,} characters, and at most {LONGEST_PASSAGE:,} are read"
                + ("; is its end missing?" if found.unclosed else ""),
                sheet.lines.place(start, start + 1),
                cell,
            )
        text = sheet.text[start:stop]
        raw = origin
        if sheet.cell is not None:
            from symgrad.verify.documents import notebook

            raw = notebook.raw_span(sheet.cell, start, stop)
        line, column = sheet.lines.at(start)
        return Passage(
            text, *raw, line, column, found.display, self.role, found.unclosed, found.environment,
            found.prefix, found.rows, self.expanded(sheet, found, origin, inside), origin, number, cell,
        )  # fmt: skip

    def expanded(self, sheet: Sheet, found: Found, origin: Span, inside: list[Definition]) -> Expanded | None:
        start, stop = origin
        text = sheet.text[start:stop]
        written_out = self.macros or inside or found.prefix or "%" in text
        if not written_out or found.display in ("plain", "table"):
            return None
        from symgrad.verify.documents.macros import Budget, MacroError, expand

        self.budget = self.budget or Budget()
        dropped = [(definition.start - start, definition.stop - start) for definition in inside]
        dropped += _prefixes(text, found.prefix)
        try:
            return expand(text, self.macros, dropped, self.budget)
        except MacroError as error:
            place = sheet.lines.place(start + error.start, start + error.stop)
            raise DocumentError(error.message, place, sheet.cell and sheet.cell.number) from None


def _trimmed(text: str, found: Found) -> Span:
    """The stretch without the blanks at both ends; a table keeps them, for its cells count from its start."""
    start, stop = found.start, found.stop
    if found.display == "table":
        return start, stop
    blanks = " \t\r\n" + (">" if found.prefix else "")
    while start < stop and text[start] in blanks:
        start += 1
    last = stop
    while start < stop and text[stop - 1] in blanks:
        stop -= 1
    # "\\ " at the end is a command: a space in TeX.
    slashes = stop - len(text[start:stop].rstrip("\\")) - start
    return start, stop + (slashes % 2 and stop < last)


def _prefixes(text: str, prefix: str) -> Iterator[Span]:
    """Where the marks of a quotation stand at the beginning of the lines after the first."""
    depth = prefix.count(">")
    position = text.find("\n") + 1 if depth else 0
    while position:
        stop = position
        for _ in range(depth):
            after = stop
            while after < len(text) and text[after] in " \t":
                after += 1
            if text[after : after + 1] != ">":
                break
            stop = after + 1
        if stop > position:
            yield position, stop
        position = text.find("\n", position) + 1
