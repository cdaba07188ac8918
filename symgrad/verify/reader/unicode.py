"""Letters beyond ASCII: Greek, accented, raised, lowered, bold; loaded only where a text has some."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import letters

if TYPE_CHECKING:
    from symgrad.verify.reader.tokens import Lexer

_STYLES: Final = {
    "DOUBLE-STRUCK": "bb",
    "SCRIPT": "cal",
    "FRAKTUR": "frak",
    "BOLD": "bold",
    "MONOSPACE": "tt",
}


def foreign(lexer: Lexer, character: str, start: int, stop: int) -> int:
    """Append the tokens that begin with ``character``, which is no sign of the tables; where they end."""
    text = lexer.text
    for kind, table in (("usup", letters.SUPERSCRIPTS), ("usub", letters.SUBSCRIPTS)):
        if character in table:
            while stop < len(text) and text[stop] in table:
                stop += 1
            lexer.add(kind, "".join(table[letter] for letter in text[start:stop]), start, stop)
            return stop
    if character in letters.MARKS:
        return marked(lexer, letters.MARKS[character], start, stop)
    if unicodedata.category(character) in ("Lu", "Ll", "Lt"):
        apart = unicodedata.normalize("NFD", character)
        if len(apart) == 2 and apart[1] in letters.MARKS and apart[0].isalpha():
            letter(lexer, apart[0], start, stop, "")
            return marked(lexer, letters.MARKS[apart[1]], stop, stop)
        flat = unicodedata.normalize("NFKC", character)
        if len(flat) == 1:
            name = unicodedata.name(character, "")
            styled = next((style for word, style in _STYLES.items() if word in name), "")
            letter(lexer, flat, start, stop, styled if flat != character else "")
            return stop
    elif character.isdecimal():
        lexer.number(unicodedata.normalize("NFKC", character), start, stop)
        return stop
    lexer.add("unknown", character, start, stop)
    return stop


def letter(lexer: Lexer, character: str, start: int, stop: int, style: str) -> None:
    """A single letter."""
    character = {"ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "ϱ": "ρ", "ϖ": "π", "µ": "μ"}.get(character, character)
    lexer.add("run" if character.isascii() and not style else "name", character, start, stop, style)


def marked(lexer: Lexer, kind: str, start: int, stop: int) -> int:
    """Put an accent over the letter before it; in plain text the digits after it are the letter's too."""
    tokens = lexer.tokens
    if not tokens or tokens[-1].kind not in ("run", "name") or tokens[-1].stop != start:
        lexer.add("unknown", "a lone accent", start, stop)
        return stop
    last = tokens.pop()
    if last.kind == "run" and len(last.text) > 1:
        lexer.add("run", last.text[:-1], last.start, last.stop - 1)
        last = last._replace(text=last.text[-1], start=last.stop - 1)
    if lexer.plain and last.kind == "run":
        while stop < len(lexer.text) and lexer.text[stop].isascii() and lexer.text[stop].isalnum():
            last = last._replace(text=last.text + lexer.text[stop])
            stop += 1
    last = last._replace(stop=stop)
    if kind == "vec":
        lexer.tokens.append(last._replace(kind="name", style="bold"))
        return stop
    lexer.add("accent", kind, last.start, last.start)
    lexer.tokens.append(last)
    return stop
