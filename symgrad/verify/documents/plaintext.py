"""Formulas in plain text: runs of words that look like mathematics and hold a relation, and tables of names.

A line is taken if at least six in ten of its words are formula words; what is taken of it are the runs of
such words that hold ``=``, ``:=``, ``<-``, ``←`` or ``∈``: of "the loss is L = y^2" the part from ``L`` on.
A line that says no more than a sign is taken too: "x, y > 0", "Let s > 0."
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from symgrad.verify.documents.grids import grid
from symgrad.verify.documents.pieces import Found, Mark, Span, mark

LEAST_SHARE: Final = (6, 10)
"""How many words of how many must be formula words for a line to be taken."""

_WORDS_OF_MATHEMATICS = """
    exp log ln sqrt sin cos tan tanh sinh cosh sigmoid softmax softplus relu gelu elu erf max min abs
    sum prod mean norm diag net out loss err target bias eta alpha beta gamma delta epsilon theta lambda
    sigma mu tau rho phi psi pi omega kappa lr inf eps zeta nu xi chi iota upsilon var std dot
"""
_WORDS_OF_PROSE = """
    am an and are as at be but by do each every for from get give gives had has hence he here if in into
    is it its let me my no not note of on or our so that the then there therefore these they this thus
    to up us use using via was we were when where which while with you your
"""
KNOWN: Final = frozenset(_WORDS_OF_MATHEMATICS.split())
"""Words of mathematics that are longer than a name of one or two letters."""

_STOP: Final = frozenset(_WORDS_OF_PROSE.split())
_ALONE: Final = frozenset("aAI")  # also English words
_WORD = re.compile(r"\S+")
_PIECE = re.compile(r"[^\W\d_]+")
_RELATION = re.compile(r"(?<![=<>!:])=(?![=>])|:=|<-(?!-)|[←∈]")
_OPERATORS = "=+-−–*·×⋅⊙∘⋆∗⊛⊗|/^_←∂∇∑Σ∏√(<>≤≥≠∈…"
_NETWORK = re.compile(r"[ \t]*input\([^\n|]{0,99}\)[^\n|]{0,99}(?:\||\Z|\n)")
_ENDS_OPEN = re.compile(r"[=∈+\-−–*·×⋅⊙∘/^(←:]$|<-$")
_BEGINS_OPEN = re.compile(r"[=∈+\-−–*·×⋅⊙∘/^)←]|:=|<-")
_CONTINUES = re.compile(r"[=+·×⋅⊙/*]|[-−–](?=\s)")
_BULLET = re.compile(
    r"\s*(?:(?:[-*•–]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)]|\(\d{1,3}\))\s+)?"
    r"(?:(?:[Ss]tep|[Ee]q(?:uation)?\.?)\s+\(?\d{1,3}\)?\s*[:.)]\s*)?"
)
_NUMBERED = re.compile(r"\s{2,}\(\d{1,3}(?:\.\d{1,3})?[a-z]?\)\s*$")
_COMMENT = re.compile(r"\s*+(?:(?:#|//|%|<!--)\s*+)?(?=symgrad:)", re.IGNORECASE)
_ADDRESS = re.compile(r"\w+://")
_DEFINED = re.compile(r"^[ \t]*([A-Za-z]{3,12})[ \t]*(?::=|=(?![=>]))", re.MULTILINE)
_PREMISE = re.compile(
    r"(?:(?:let|assume|assuming|suppose|given|where|with)\s+(?:that\s+)?(?:all\s+)?)?"
    r"(?P<sign>\w+(?:\s*,\s*\w+)*\s*(?:>=?|<=?|[≥≤≠]|!=)\s*0)\s*[.,;]?\s*",
    re.IGNORECASE,
)


class _Line(NamedTuple):
    """The words of a line, where they stand, and which could belong to a formula."""

    words: tuple[Span, ...]
    formula: tuple[bool, ...]
    share: bool


def scan(text: str) -> Iterator[Found | Mark]:
    """Formulas, tables and marks of a plain text, in order."""
    position = 1 if text.startswith("\ufeff") else 0
    names = frozenset(name[1] for name in _DEFINED.finditer(text))
    while position < len(text):
        end = _line_end(text, position)
        if comment := _COMMENT.match(text, position, end):
            stop = text.rfind("-->", comment.end(), end)
            if said := mark(text, comment.end(), end if stop < 0 else stop):
                yield said
            position = end + 1
            continue
        line = text[position:end]
        if ("\t" in line or "  " in line) and (table := grid(text, position)):
            yield table
            position = _line_end(text, table.stop) + 1
            continue
        position = end + 1
        start = end - len(line)
        if premise := _premise(text, start, end):
            yield premise
            continue
        if not _RELATION.search(line) or _NETWORK.match(line):
            continue
        read = _line(text, start, end, names)
        if not read.share:
            continue
        spans = _formulas(text, read)
        if spans and spans[-1][1] >= read.words[-1][1]:
            stop, position = _continued(text, spans[-1][1], position, names)
            spans[-1] = (spans[-1][0], stop)
        for start, stop in spans:
            yield Found(start, _without_punctuation(text, start, stop), "plain")


def _premise(text: str, start: int, end: int) -> Found | None:
    """What a line says of signs, if it says nothing else."""
    begin = _BULLET.match(text, start, end).end()  # type: ignore[union-attr]  # it always matches
    said = _PREMISE.fullmatch(text, begin, end)
    return Found(*said.span("sign"), "plain") if said else None


def _continued(text: str, stop: int, position: int, names: frozenset[str]) -> Span:
    """Where a formula ends that ran to the end of its line, and where the line after it begins."""
    while position < len(text):
        end = _line_end(text, position)
        line = text[position:end]
        shown = line.lstrip()
        begins = _CONTINUES.match(shown) is not None and (line != shown or shown[0] in "=+·×⋅")
        opened = bool(shown) and _ENDS_OPEN.search(text[max(0, stop - 2) : stop]) is not None
        if not begins and not opened:
            break
        read = _line(text, position, end, names, bullet=False)
        if not read.share or not all(read.formula):
            break
        if opened and not begins and _RELATION.search(line):
            break
        stop, position = read.words[-1][1], end + 1
    return stop, position


def _line(text: str, start: int, end: int, names: frozenset[str], *, bullet: bool = True) -> _Line:
    if bullet:
        start = _BULLET.match(text, start, end).end()  # type: ignore[union-attr]  # it always matches
    tail = text[max(start, end - 20) : end]
    if number := _NUMBERED.search(tail):
        end -= len(tail) - number.start()
    words = tuple(word.span() for word in _WORD.finditer(text, start, end))
    shown = [text[first:last] for first, last in words]
    certain = [_is_formula(word, names) for word in shown]
    formula = tuple(
        sure or (_could_be_name(word) and _operand(shown, number))
        for number, (word, sure) in enumerate(zip(shown, certain, strict=True))
    )
    counted = sum(
        sure or (word in _ALONE and could) for word, sure, could in zip(shown, certain, formula, strict=True)
    )
    least, of = LEAST_SHARE
    return _Line(words, formula, bool(words) and counted * of >= least * len(words))


def _formulas(text: str, line: _Line) -> list[Span]:
    """The runs of formula words that hold a relation with something on both sides."""
    runs: list[Span] = []
    first: int | None = None
    for number, (start, stop) in enumerate(line.words):
        if not line.formula[number]:
            first = None
            continue
        if first is None:
            first = start
            runs.append((start, stop))
        else:
            runs[-1] = (first, stop)
        # "w1: dL/dw1 = …" names what follows.
        following = line.words[number + 1][0] if number + 1 < len(line.words) else stop
        if text[stop - 1] == ":" and text[following : following + 1] != "=":
            first = None
    return [
        (start, stop)
        for start, stop in runs
        if (relation := _RELATION.search(text, start, stop))
        and text[start : relation.start()].strip()
        and text[relation.end() : stop].strip()
    ]


def _operand(words: Sequence[str], number: int) -> bool:
    """Whether an operator stands directly before or after a word."""
    before = words[number - 1] if number else ""
    after = words[number + 1] if number + 1 < len(words) else ""
    return bool(_ENDS_OPEN.search(before) or _BEGINS_OPEN.match(after))


def _could_be_name(word: str) -> bool:
    return word.rstrip(".,;").isalpha() and word.rstrip(".,;").lower() not in _STOP


def _is_formula(word: str, names: frozenset[str]) -> bool:
    """Whether a word is one of mathematics by itself: all its runs of letters are short, known, or called.

    ``names`` are those that a line begins with that defines them.
    """
    if word in _ALONE or _ADDRESS.match(word):
        return False
    lettered = False
    for piece in _PIECE.finditer(word):
        lettered = True
        letters = piece[0]
        before, after = word[piece.start() - 1 : piece.start()], word[piece.end() : piece.end() + 1]
        if len(letters) <= 2 and (letters.lower() not in _STOP or before or after not in ("", ",", ".", ";")):
            continue
        if (
            letters in KNOWN
            or letters in names
            or (letters[0] in "d∂Δ" and (letters[1:] in KNOWN or (len(letters) <= 4 and before + after)))
        ):
            continue
        if (before and before in "\\_^{") or (
            after and (after.isdigit() or after in "_([{'′" or "₀" <= after <= "₉")
        ):
            continue
        # An identifier in a bracket or beside a sign: "eps)" closes what "sqrt(v" opened.
        if len(letters) <= 8 and ((after and after in ")]}*/^·") or (before and before in "([*/^·∂∇")):
            continue
        return False
    return (
        lettered
        or word.startswith("...")
        or any(character.isdigit() or character in _OPERATORS for character in word)
    )


def _without_punctuation(text: str, start: int, stop: int) -> int:
    """The end of a formula without the comma or full stop of the sentence it stands in."""
    if text[stop - 1] in ".,;:" and text[max(start, stop - 3) : stop] != "...":
        return stop - 1
    return stop


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
