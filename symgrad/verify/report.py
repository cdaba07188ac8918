"""The text report: one line for each claim, what is wrong with it, and where in its line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from symgrad.errors import columns, printable
from symgrad.verify.claims import REMARKS, Claim, Finding, Kind, Member, Reached, Witness
from symgrad.verify.documents.pieces import Span
from symgrad.verify.excerpt import together, underlined
from symgrad.verify.passages import Document
from symgrad.verify.readable import one_line, readable
from symgrad.verify.summary import places, told

_COLOURS: Final[dict[str, str]] = {
    "right": "32", "wrong": "31;1", "undecided": "33", "unreadable": "35", "^": "31;1",
}  # fmt: skip
_INDENT: Final = "    "
_WIDEST_TARGET: Final = 28
_MOST_ALONE: Final = 3  # findings of one kind that are told one by one
_MOST_LISTED: Final = 5
_MOST_EXCERPTS: Final = 2
_MOST_ASSUMPTIONS: Final = 12
_LONGEST: Final = 400
_LONGEST_FORMULA: Final = 4_000

_SEVERAL: Final[dict[Kind, str]] = {
    "extra-term": "{} terms do not belong here",
    "repeated-term": "{} terms are repeated",
    "missing-term": "{} terms are missing",
    "missing-factor": "{} terms lack a factor",
    "wrong-index": "{} indices are wrong",
    "wrong-term": "{} terms are wrong",
    "sign": "{} signs are wrong",
    "constant-factor": "{} constant factors are wrong",
    "wrong-function": "{} functions are wrong",
    "transpose": "{} transposes are wrong",
    "duplicate": "{} duplicates",
}
_WHAT_TO_OMIT: Final[tuple[Kind, ...]] = ("extra-term", "repeated-term", *REMARKS)

NO_CLAIMS: Final = (
    "A claim is a derivative (∂L/∂w = …, dW = …, ∇_W L = …), a second equation for a name, or an update. "
    "A first equation for a name only defines it; with a network (--net) it is a claim as well, and so is "
    "all after a comment <!-- symgrad: claim -->."
)
"""What is said of a document in which nothing is claimed."""


class Style(NamedTuple):
    """What a stream can show, and how much of the report is wanted."""

    unicode: bool = True
    colour: bool = False
    verbose: bool = False

    def shown(self, text: str) -> str:
        """A piece of one line in signs that the stream has."""
        text = one_line(text)
        return text if self.unicode or text.isascii() else _in_ascii(text)

    def spelled(self, text: str) -> str:
        """The same with its blanks as they are."""
        text = printable(text)
        return text if self.unicode or text.isascii() else _in_ascii(text)

    def painted(self, text: str, word: str) -> str:
        """The text in the colour that belongs to a verdict."""
        return f"\x1b[{_COLOURS[word]}m{text}\x1b[0m" if self.colour else text

    def cut(self, text: str) -> str:
        """The text, at most so long unless all is wanted."""
        return text if self.verbose or len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


PLAIN: Final = Style()


class _Said(NamedTuple):
    """One sentence about a claim: before it its label, and the places that it speaks of."""

    label: str
    sentence: str
    spans: tuple[Span, ...]


def render_report(document: Document, claims: Sequence[Claim], style: Style = PLAIN) -> Iterator[str]:
    """The lines of the report, each with its end."""
    where = [style.shown(place) for place in places(claims)]
    targets = [style.shown(_target(document, claim)) for claim in claims]
    wide = max(map(len, where), default=0)
    target_wide = min(_WIDEST_TARGET, max(map(columns, targets), default=0))
    for claim, place, target in zip(claims, where, targets, strict=True):
        padding = " " * max(0, target_wide - columns(target))
        for line in _claim(document, claim, f"{place.ljust(wide)}  {target}{padding}  ", style):
            yield f"{line.rstrip()}\n"
    if not claims:
        yield style.shown(NO_CLAIMS) + "\n"
    yield from (f"{line}\n" for line in _assumptions(claims, style))
    yield f"{told(claims, style.painted)}\n"


def findings_told(document: Document, claim: Claim) -> list[str]:
    """The sentences about a claim, as the report says them."""
    return [one_line(said.sentence) for said in _once(_said(document, claim, PLAIN))]


def _target(document: Document, claim: Claim) -> str:
    text = _reader(document, claim)(claim.target or claim.latex)
    return text if len(text) <= _WIDEST_TARGET or claim.target else text[: _WIDEST_TARGET - 1] + "…"


def _reader(document: Document, claim: Claim) -> Callable[[str], str]:
    """How a formula of the claim is shown: what is written in plain text stays as it is."""
    return one_line if document.passages[claim.passage].display in ("plain", "table") else readable


def _claim(document: Document, claim: Claim, head: str, style: Style) -> Iterator[str]:
    verdict = style.painted(claim.verdict, claim.verdict)
    if style.verbose and claim.reached:
        verdict += f" ({claim.reached})"
    elif claim.verdict == "right" and claim.reached == "agreed":
        verdict += " (by agreement at points, not proved)"
    first, *others = _once(_said(document, claim, style)) or [_Said("", "", ())]
    sentence = style.shown(style.cut(first.sentence))
    label = "; note: " if claim.verdict == "right" or first.label == "note" else ": "
    yield f"{head}{verdict}{label if sentence else ''}{sentence}"
    waiting: list[Span] = list(first.spans)
    for one in others:
        # Sentences about the same stretch of a line come together, and then the line.
        if waiting and not _beside(document, claim, [*waiting, *one.spans]):
            yield from _excerpts(document, claim, waiting, style)
            waiting = []
        waiting += one.spans
        label = "note" if claim.verdict == "right" else one.label
        yield f"{_INDENT}{label}: {style.shown(style.cut(one.sentence))}"
    if waiting:
        yield from _excerpts(document, claim, waiting, style)
    yield from (f"{_INDENT}{line}" for line in _more(document, claim, style))


def _said(document: Document, claim: Claim, style: Style) -> Iterator[_Said]:
    """The sentences about a claim, the most important first."""
    read = _reader(document, claim)
    serious = [finding for finding in claim.findings if finding.kind not in REMARKS]
    remarks = [finding for finding in claim.findings if finding.kind in REMARKS]
    if claim.detail and (claim.verdict in ("undecided", "unreadable") or style.verbose or not serious):
        lost = claim.verdict == "unreadable" and not any(_has_place(f) for f in serious)
        spans = (claim.span,) if lost else ()
        yield _Said("also", claim.detail, spans)
    elif claim.verdict == "wrong" and not serious:
        yield _Said("also", "this is not what follows from the definitions", (claim.span,))
    for group in _grouped(serious):
        yield _Said("also", _sentence(group, read), tuple(finding.span for finding in group))
    for remark in remarks:
        yield _Said("note", read(remark.message), ())


def _once(said: Iterable[_Said]) -> list[_Said]:
    """What is said, each sentence once, with all its places."""
    found: dict[str, _Said] = {}
    for one in said:
        before = found.setdefault(one.sentence, one)
        if before is not one:
            found[one.sentence] = before._replace(spans=before.spans + one.spans)
    return list(found.values())


def _has_place(finding: Finding) -> bool:
    return finding.span[0] < finding.span[1]


def _grouped(findings: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    """The findings, those of a kind together where there are many."""
    many = {kind for kind, count in Counter(f.kind for f in findings).items() if count > _MOST_ALONE}
    done: set[Kind] = set()
    for finding in findings:
        if finding.kind not in many:
            yield [finding]
        elif finding.kind not in done:
            done.add(finding.kind)
            yield [other for other in findings if other.kind == finding.kind]


def _sentence(group: Sequence[Finding], read: Callable[[str], str]) -> str:
    """What is said of findings of one kind."""
    first = group[0]
    if len(group) == 1:
        return read(first.message)
    items = Counter(_item(finding, read) for finding in group)
    listed = [item + (f" ({count} times)" if count > 1 else "") for item, count in items.items()]
    rest = len(listed) - _MOST_LISTED
    if rest > 1:
        listed[_MOST_LISTED:] = [f"and {rest} more"]
    head = _SEVERAL.get(first.kind, "{} places of the same kind").format(len(group))
    return f"{head}: {', '.join(listed)}"


def _item(finding: Finding, read: Callable[[str], str]) -> str:
    given, expected = read(finding.given), read(finding.expected)
    if given and expected:
        return f"{given} should be {expected}"
    return given or expected or read(finding.message)


def _beside(document: Document, claim: Claim, spans: Sequence[Span]) -> bool:
    """Whether places stand in one line, near enough to be shown together."""
    found = [document.place(claim.passage, *span) for span in spans]
    if len({place.line for place in found}) > 1:
        return False
    return len(together([(place.start, place.stop) for place in found], len(found[0].text))) == 1


def _excerpts(document: Document, claim: Claim, spans: Sequence[Span], style: Style) -> Iterator[str]:
    """The lines in which places stand, the places underlined."""
    by_line: dict[int, list[Span]] = {}
    texts: dict[int, str] = {}
    for span in dict.fromkeys(spans):
        place = document.place(claim.passage, *span)
        by_line.setdefault(place.line, []).append((place.start, place.stop))
        texts[place.line] = place.text
    shown = [
        (line, [found[number] for number in group])
        for line, found in sorted(by_line.items())
        for group in together(found, len(texts[line]))
    ]
    for line, group in shown if style.verbose else shown[:_MOST_EXCERPTS]:
        text, carets = underlined(texts[line], group, style.spelled)
        margin = _INDENT if line == claim.line else f"{_INDENT}line {line}: "
        yield margin + text
        indent = len(carets) - len(carets.lstrip())
        yield " " * (len(margin) + indent) + style.painted(carets.lstrip(), "^")


def _more(document: Document, claim: Claim, style: Style) -> Iterator[str]:
    """The lines below a claim: repairs always, and the rest where it is needed or wanted."""
    said = {finding.message for finding in claim.findings} | {claim.detail}
    for repair in claim.repairs:
        if repair not in said:
            yield f"repaired: {style.shown(repair)}"
    if claim.corrected and (style.verbose or not _mendable(claim)):
        lines = claim.corrected.split("\n")
        if not style.verbose:
            lines = [" ".join(line.strip() for line in lines)[:_LONGEST_FORMULA]]
        yield from (
            f"{'           ' if n else 'corrected: '}{style.shown(line)}" for n, line in enumerate(lines)
        )
    if not style.verbose:
        return
    if claim.witness is not None:
        yield f"{claim.reached or 'reached'}: {style.shown(_witnessed(claim.witness))}"
    if len(claim.members) > 1:
        for number, member in enumerate(claim.members, start=1):
            yield style.shown(_member(document, claim, number, member))


def _mendable(claim: Claim) -> bool:
    """Whether the findings alone say what to write."""
    serious = [finding for finding in claim.findings if finding.kind not in REMARKS]
    kinds = Counter(f.kind for f in serious if f.kind not in _WHAT_TO_OMIT)
    told = not kinds or max(kinds.values()) <= _MOST_LISTED
    return told and bool(serious) and all(f.expected or f.kind in _WHAT_TO_OMIT for f in serious)


def _witnessed(witness: Witness) -> str:
    most = 12
    values = [f"{name} = {value}" for name, value in witness.point[:most]]
    if len(witness.point) > most:
        values.append(f"and {len(witness.point) - most} more")
    where = f"for {witness.at.removeprefix('for ')}, " if witness.at else ""
    at = f"at {', '.join(values)} " if values else ""
    return f"{where}{at}the claim gives {witness.given}, and {witness.expected} is true"


def _member(document: Document, claim: Claim, number: int, member: Member) -> str:
    place = document.place(claim.passage, *member.span)
    return (
        f"member {number} (line {place.line}, column {place.column}): {member.verdict}{_by(member.reached)}"
    )


def _by(reached: Reached | None) -> str:
    return f" ({reached})" if reached else ""


def _assumptions(claims: Sequence[Claim], style: Style) -> Iterator[str]:
    """What was assumed, each once; with the places, where it is not for all."""
    where = places(claims)
    holders: dict[str, list[int]] = {}
    for number, claim in enumerate(claims):
        for assumption in dict.fromkeys(claim.assumptions):
            holders.setdefault(assumption, []).append(number)
    shown = list(holders.items())
    rest = 0 if style.verbose else len(shown) - _MOST_ASSUMPTIONS
    for assumption, numbers in shown if rest <= 1 else shown[:_MOST_ASSUMPTIONS]:
        named = [where[number] for number in numbers]
        if len(named) > _MOST_ALONE:
            named[_MOST_ALONE:] = [f"and {len(named) - _MOST_ALONE} more"]
        limits = "" if len(numbers) == len(claims) else f" ({'; '.join(named)})"
        yield f"assumed: {style.shown(assumption)}{limits}"
    if rest > 1:
        yield f"assumed: {rest} more; --verbose lists them"


def _in_ascii(text: str) -> str:
    from symgrad.render.plain import to_ascii

    return to_ascii(text).encode("ascii", "backslashreplace").decode()
