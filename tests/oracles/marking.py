"""A verdict of symgrad held against the truth of a case: right or wrong, and whether it names the slip.

A slip is *located exactly* where the findings call it by a true name (``oracles.slips.NAMES`` and ``ALONE``
are the table) and give what is wrong and what should stand there: at least the wrong part, at most its term.
Or where the corrected claim is the claim as it was before the slip, which touches nothing but that part.
Factors and terms may stand in another order there. Or where the edits stay within the wrong term and make a
claim that is proved, and does not name the left side once more: it may be spelled otherwise than it was.
Where there is no wrong term (one is missing, or the right side has but one) the name must be true as well. Or
where another left side is named, and the claim is proved for it: which of the two sides was the slip, nobody
can tell then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from oracles.sheets import Case, squeezed
from symgrad.network.build import build
from symgrad.network.model import Model
from symgrad.verify import passages
from symgrad.verify.claims import Claim
from symgrad.verify.judge import judged


@dataclass(frozen=True)
class Mark:
    """``outcome`` is what the verdict is worth: ``right``, ``refuted``, ``undecided``, ``unreadable``; for a
    right claim ``refuted`` is a mistake, for a wrong one ``right``: a false proof."""

    outcome: str
    reached: str | None
    located: bool
    named: bool
    report: str


@cache
def network(text: str) -> Model:
    return build(text)


def marked(case: Case) -> Mark:
    """The case, judged."""
    document = passages.find(case.text, "markdown" if case.format == "markdown" else "text")
    claims = judged(document, network(case.net) if case.net else None)
    if not claims:
        return Mark("unreadable", None, False, False, "no claim was found")
    last = claims[-1]
    others = [claim for claim in claims[:-1] if claim.verdict != "right"]
    outcome = {"wrong": "refuted"}.get(last.verdict, last.verdict)
    if others and case.right and outcome == "right":
        outcome = "refuted" if any(claim.verdict == "wrong" for claim in others) else others[0].verdict
        last = others[0]
    named = any(finding.kind in case.kinds for finding in last.findings)
    located = (
        outcome == "refuted"
        and not case.right
        and (
            (named and _stated(case, last))
            or _mended(case, last)
            or ((named or (case.outer[0] and not case.alone)) and _made_true(case, document, last))
            or _for_another(case, document, last)
        )
    )
    return Mark(outcome, last.reached, located, named, told(last))


def told(claim: Claim) -> str:
    findings = "; ".join(f"{f.kind}: {f.given!r} -> {f.expected!r} ({f.message})" for f in claim.findings)
    return f"{claim.verdict} ({claim.reached}) {findings or claim.detail} | corrected: {claim.corrected}"


def _stated(case: Case, claim: Claim) -> bool:
    return any(
        finding.kind in case.kinds
        and between(case.core[0], finding.given, case.outer[0])
        and between(case.core[1], finding.expected, case.outer[1])
        for finding in claim.findings
    )


def between(least: str, said: str, most: str) -> bool:
    """Whether ``said`` has all of ``least`` and no more than ``most``, in any order."""
    inner, here, outer = bag(least), bag(said), bag(most)
    here -= Counter({"1": here["1"] - outer["1"]})
    return not inner - here and not here - (outer | inner)


_SILENT = re.compile(r"\\left|\\right|\\[,;!]|\\cdot|\\times|\\quad|\\(?:begin|end)\{aligned\}|\\\\|&|\*|·")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_SLOPE = re.compile(r"[d∂]([A-Za-z][\w₀-₉]*)/[d∂]([A-Za-z][\w₀-₉]*)")
_ACCENTS = ("\\hat", "\\bar", "\\mathbf", "\\boldsymbol", "\\operatorname", "\\mathrm", "\\text", "\\mathbb")


_SAME = {"\\circ": "\\odot", "\\top": "T", "\\ln": "\\log", "\\exp": "e"}


def bag(text: str) -> Counter[str]:
    """The pieces of a formula, counted: names with their indices, derivatives, numbers; no brackets."""
    pieces = (_SAME.get(piece, piece) for piece in _pieces(_SILENT.sub(" ", text)))
    return Counter(piece for piece in pieces if piece not in "()[]{}+,.|")


def _pieces(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        slope = _SLOPE.match(text, position)
        if slope:
            yield f"∂{slope[1]}/∂{slope[2]}".replace("_", "")
            position = slope.end()
        elif text.startswith(("\\frac", "\\dfrac"), position):
            top, after = _group(text, text.index("{", position))
            bottom, position = _group(text, after)
            if top.lstrip().startswith(("\\partial", "d")):
                yield "∂" + "/∂".join(
                    _name(re.sub(r"^\s*(?:\\partial|d)", "", part)) for part in (top, bottom)
                )
            else:
                yield "/"
                yield from _pieces(top)
                yield from _pieces(bottom)
        elif text.startswith("\\partial", position):
            of, position = _unit(text, position + len("\\partial"))
            if text[position:].lstrip().startswith("/"):
                by, position = _unit(text, text.index("\\partial", position) + len("\\partial"))
                of += f"/∂{by}"
            yield f"∂{of}"
        elif text[position].isspace() or text[position] in "{}":
            position += 1
        elif text[position] == "^":
            position += 1
            inside, position = _group(text, position) if text[position] == "{" else _argument(text, position)
            yield "^"
            yield from _pieces(inside)
        else:
            piece, position = _unit(text, position)
            yield piece


def _group(text: str, start: int) -> tuple[str, int]:
    """What stands between braces, and where it ends."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if not depth:
            return text[start + 1 : position], position + 1
    return text[start + 1 :], len(text)


def _unit(text: str, position: int) -> tuple[str, int]:
    """A letter or a command with its scripts and primes, a number, or a sign."""
    while text[position : position + 1].isspace():
        position += 1
    command = _COMMAND.match(text, position)
    if command:
        piece, position = command[0], command.end()
        if piece in _ACCENTS:
            piece, position = _argument(text, position)
        if piece == "\\sqrt":
            return piece, position
    elif text[position : position + 1].isdigit():
        number = re.compile(r"[\d.]*\d").match(text, position)
        assert number
        return number[0], number.end()
    else:
        word = re.compile(r"[A-Za-z]\w*|\S?").match(text, position)
        assert word
        piece, position = word[0].replace("_", ""), word.end()
    while text[position : position + 1] and text[position] in "_^'":
        if text[position] == "'":
            piece, position = piece + "'", position + 1
            continue
        inside, after = _argument(text, position + 1)
        if text[position] == "^" and not re.fullmatch(r"\(\w\)", inside):
            break
        piece, position = piece + ("^" if text[position] == "^" else "") + inside, after
    return _canonical(piece), position


def _argument(text: str, position: int) -> tuple[str, int]:
    while text[position : position + 1] == " ":
        position += 1
    if text[position : position + 1] == "{":
        inside, position = _group(text, position)
        return _name(inside), position
    command = _COMMAND.match(text, position)
    return (command[0], command.end()) if command else (text[position : position + 1], position + 1)


def _name(text: str) -> str:
    return _canonical(re.sub(r"[\s{}_]", "", text))


def _canonical(piece: str) -> str:
    """The label before the index, and no commas: ``z^(2)1`` and ``z1^(2)`` are one name."""
    label = re.search(r"\^\((\w)\)", piece)
    bare = piece.replace(",", "")
    return f"{bare.replace(label[0], '')}{label[0]}" if label else bare


def _mended(case: Case, claim: Claim) -> bool:
    return claim.corrected is not None and same(claim.corrected, case.corrected, case.form)


def _made_true(case: Case, document: passages.Document, claim: Claim) -> bool:
    text = document.passages[claim.passage].text
    if not claim.edits or not all(_inside(case, text, span, new) for span, new in claim.edits):
        return False
    left = squeezed(case.corrected.split("=")[0])
    if any(left in squeezed(new) for _, new in claim.edits):
        return False
    return _is_right(case, document, claim)


def _for_another(case: Case, document: passages.Document, claim: Claim) -> bool:
    """Whether the left side is said to be another, and is the only thing that the edits change."""
    text = document.passages[claim.passage].text
    relation = text.find("=")
    return (
        [finding.kind for finding in claim.findings] == ["wrong-target"]
        and bool(claim.edits)
        and all(stop <= relation for (_, stop), _ in claim.edits)
        and _is_right(case, document, claim)
    )


def _edited(text: str, claim: Claim) -> str:
    for (start, stop), new in sorted(claim.edits, reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _is_right(case: Case, document: passages.Document, claim: Claim) -> bool:
    made = _edited(document.passages[claim.passage].text, claim)
    again = passages.find(passages.replace(document, {claim.passage: made}), document.kind)
    return judged(again, network(case.net) if case.net else None)[-1].verdict == "right"


def _inside(case: Case, text: str, span: tuple[int, int], new: str) -> bool:
    start, stop = span
    term = case.outer[0].lstrip("-")
    if case.alone:
        return True
    if not term:
        return text[start:stop].strip() in new
    places = [found.start() for found in re.finditer(re.escape(term), text)]
    return any(place - 4 <= start and stop <= place + len(term) + 2 for place in places)


def same(corrected: str, wanted: str, form: str) -> bool:
    """Whether two claims are the same up to notation and the order of terms and factors; not of matrices."""
    return _loose(corrected, form == "matrix") == _loose(wanted, form == "matrix")


def _loose(text: str, ordered: bool) -> list[Counter[tuple[str, ...]]]:
    """A claim as its members, each the number of times that it has each term, a term being its pieces."""
    members = []
    for member in _SILENT.sub(" ", text).rstrip(" .,\n").split("="):
        depth, piece, pieces = 0, "", []
        for sign in member.strip():
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(sign, 0)
            if sign in "+-" and not depth and piece.strip():
                pieces.append(piece)
                piece = "-" if sign == "-" else ""
            else:
                piece += sign
        members.append(
            Counter(tuple((list if ordered else sorted)(bag(piece).elements())) for piece in [*pieces, piece])
        )
    return members
