r"""Brackets and braces matched: what is never closed is closed, what was never opened goes, with a repair.

Then the braces that nobody sees go too: ``{a}b``, ``\boxed{…}``, ``\textcolor{red}{…}`` and
``\underbrace{…}_{…}`` leave what they hold, as the page shows it. A bracket that ``\right.`` closes and
``\left.`` opens on the next row stays open between them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import Repair

CLOSING: Final = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "<": ">"}
OPENING: Final = {")": "(", "]": "[", "}": "{", "|": "|", "‖": "‖", ">": "<"}
_MOST_OPEN: Final = 1000
_TAIL: Final = frozenset(("amp", "gap", "row", "stop", "comma", "semi"))
_ARGUMENTS: Final = {
    "sqrt": 1, "accent": 1, "style": 1, "sub": 1, "sup": 1, "frac": 2, "overset": 2, "underset": 2,
    "substack": 1,
}  # fmt: skip
_SCRIPTS: Final = frozenset(("sub", "sup", "prime", "usub", "usup"))


class Balanced(NamedTuple):
    """Tokens in which every bracket has its partner, and what was repaired to have it so."""

    tokens: list[Token]
    repairs: list[Repair]


class _Open:
    """A bracket that waits for its partner; ``row`` is where the first row after it ends."""

    __slots__ = ("index", "kind", "row", "stacks", "text", "truncating")

    def __init__(self, kind: str, text: str, index: int, truncating: bool) -> None:
        self.kind = kind
        self.text = text
        self.index = index
        self.truncating = truncating
        self.row = -1
        self.stacks = False


def balance(tokens: list[Token]) -> Balanced:
    """The tokens with brackets matched and invisible braces gone."""
    tokens = _without_null(tokens)
    repairs: list[Repair] = []
    tokens = _matched(tokens, repairs)
    return Balanced(_visible(_with_fractions(tokens)), repairs)


def _without_null(tokens: list[Token]) -> list[Token]:
    r"""The tokens without ``\left.`` and ``\right.``; a bracket that nothing else closes is closed there."""
    if not any(token.kind == "null" for token in tokens):
        return tokens
    lefts: list[int] = []
    waiting: list[tuple[int, int, str]] = []
    result: list[Token | None] = list(tokens)
    for index, token in enumerate(tokens):
        if token.style == "left":
            lefts.append(index)
        elif token.style == "right":
            left = lefts.pop() if lefts else -1
            partner = tokens[left] if left >= 0 else None
            if token.kind == "null":
                result[index] = None
                if partner is not None and partner.kind == "open":
                    waiting.append((index, left, partner.text))
            elif partner is not None and partner.kind == "null":
                if waiting and waiting[-1][2] == OPENING.get(token.text):
                    waiting.pop()
                elif token.text in ("|", "]"):
                    result[index] = Token("refused", "right|", token.start, token.stop)
        if token.kind == "null":
            result[index] = None
    for index, left, text in waiting:
        result[left] = tokens[left]._replace(style="null")
        token = tokens[index]
        result[index] = Token("close", CLOSING[text], token.start, token.stop, "null")
    return [token for token in result if token is not None]


def _matched(tokens: list[Token], repairs: list[Repair]) -> list[Token]:
    stack: list[_Open] = []
    dropped: set[int] = set()
    added: dict[int, list[Token]] = {}
    last = len(tokens)
    while last and tokens[last - 1].kind in _TAIL:
        last -= 1

    def close(entry: _Open, before: int) -> None:
        opener = tokens[entry.index]
        at = tokens[before - 1].stop if before else opener.stop
        if entry.kind == "begin":
            token = Token("end", entry.text, at, at)
            what, sign = f"\\begin{{{entry.text}}}", f"\\end{{{entry.text}}}"
        else:
            sign = CLOSING[entry.text]
            token = Token("rbrace" if entry.kind == "lbrace" else "close", sign, at, at)
            what = entry.text
        added.setdefault(before, []).append(token)
        truncated = entry.truncating and before >= last
        message = (
            f"the formula ends inside what '{what}' opens; read as if '{sign}' stood there"
            if truncated
            else f"'{what}' is never closed; read as if '{sign}' stood after it"
        )
        kind = "truncated" if truncated else "unclosed"
        repairs.append(Repair(kind, message, (at, at), sign))

    def stray(index: int) -> None:
        token = tokens[index]
        dropped.add(index)
        text = token.text if token.kind != "end" else f"\\end{{{token.text}}}"
        repairs.append(
            Repair("stray", f"'{text}' closes nothing and was left out", (token.start, token.stop), "")
        )

    second = -1
    for index, token in enumerate(tokens):
        kind = token.kind
        if len(stack) > _MOST_OPEN:
            raise Refused(
                "too many brackets that are never closed, or nested too deep", (token.start, token.stop)
            )
        if kind == "open":
            stack.append(_Open("open", token.text, index, False))
            stack[-1].stacks = token.style == "null"
        elif kind == "lbrace":
            previous = tokens[index - 1].kind if index else ""
            truncating = previous == "frac" or second == index
            stack.append(_Open("lbrace", "{", index, truncating))
            if previous == "substack":
                stack[-1].stacks = True
        elif kind == "begin":
            stack.append(_Open("begin", token.text, index, True))
        elif kind == "row":
            if stack and stack[-1].kind != "begin" and stack[-1].row < 0 and not stack[-1].stacks:
                stack[-1].row = index
        elif kind == "rel":
            while stack and stack[-1].kind != "begin" and stack[-1].row >= 0:
                entry = stack.pop()
                close(entry, entry.row)
        elif kind == "close":
            depth = len(stack) - 1
            wanted = OPENING[token.text]
            while depth >= 0 and stack[depth].kind == "open" and stack[depth].text != wanted:
                depth -= 1
            if depth >= 0 and stack[depth].kind == "open":
                while len(stack) - 1 > depth:
                    close(stack.pop(), index)
                stack.pop()
            elif stack and stack[-1].kind == "open" and {stack[-1].text, wanted} <= {"(", "["}:
                stack.pop()
            else:
                stray(index)
        elif kind == "rbrace":
            depth = len(stack) - 1
            while depth >= 0 and stack[depth].kind == "open":
                depth -= 1
            if depth >= 0 and stack[depth].kind == "lbrace":
                while len(stack) - 1 > depth:
                    close(stack.pop(), index)
                entry = stack.pop()
                if entry.index and tokens[entry.index - 1].kind == "frac":
                    second = index + 1
            else:
                stray(index)
        elif kind == "end":
            depth = len(stack) - 1
            while depth >= 0 and (stack[depth].kind != "begin" or stack[depth].text != token.text):
                depth -= 1
            if depth < 0:
                stray(index)
                continue
            while len(stack) - 1 > depth:
                close(stack.pop(), index)
            stack.pop()
    while stack:
        entry = stack.pop()
        close(entry, entry.row if entry.row >= 0 else max(last, entry.index + 1))
    if not dropped and not added:
        return tokens
    result: list[Token] = []
    for index, token in enumerate(tokens):
        result += added.get(index, ())
        if index not in dropped:
            result.append(token)
    result += added.get(len(tokens), ())
    return result


def partners(tokens: list[Token]) -> list[int]:
    """For each opening token the index of the one that closes it, for the others −1."""
    mate = [-1] * len(tokens)
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind in ("open", "lbrace", "begin"):
            stack.append(index)
        elif token.kind in ("close", "rbrace", "end") and stack:
            mate[stack.pop()] = index
    return mate


def _with_fractions(tokens: list[Token]) -> list[Token]:
    r"""The tokens with ``{a \over b}`` written as ``{\frac{a}{b}}``."""
    if not any(token.kind == "over" for token in tokens):
        return tokens
    mate = partners(tokens)
    stack: list[int] = []
    before: dict[int, list[Token]] = {}
    replaced: dict[int, list[Token]] = {}
    for index, token in enumerate(tokens):
        if token.kind in ("open", "lbrace", "begin"):
            stack.append(index)
        elif token.kind in ("close", "rbrace", "end"):
            stack.pop()
        elif token.kind == "over" and stack and tokens[stack[-1]].kind == "lbrace":
            left, right = stack[-1] + 1, mate[stack[-1]]
            if left in before:
                continue
            start, stop = tokens[left - 1].stop, tokens[right].start
            before[left] = [Token("frac", "over", start, start), Token("lbrace", "{", start, start)]
            replaced[index] = [
                Token("rbrace", "}", token.start, token.start), Token("lbrace", "{", token.stop, token.stop)
            ]  # fmt: skip
            before.setdefault(right, []).append(Token("rbrace", "}", stop, stop))
    result: list[Token] = []
    for index, token in enumerate(tokens):
        result += before.get(index, ())
        result += replaced.get(index, (token,))
    return result


def _visible(tokens: list[Token]) -> list[Token]:
    if not any(token.kind == "lbrace" for token in tokens):
        return [token for token in tokens if token.kind != "transparent"]
    mate = partners(tokens)
    arguments = _braces_of_commands(tokens, mate)
    dropped: set[int] = set()
    kept = _kept_for_their_inside(tokens)
    for index, token in enumerate(tokens):
        if token.kind == "transparent":
            dropped.add(index)
            if index + 1 < len(tokens) and tokens[index + 1].kind == "lbrace":
                dropped.update((index + 1, mate[index + 1]))
                if token.text in ("underbrace", "overbrace"):
                    dropped.update(_note(tokens, mate, mate[index + 1] + 1))
        elif token.kind == "overset" and (above := _over_relation(tokens, mate, index)):
            dropped.update(above)
        elif token.kind == "lbrace" and index not in arguments and index not in kept:
            after = mate[index] + 1
            empty = after == index + 2
            if empty or after >= len(tokens) or tokens[after].kind not in _SCRIPTS:
                dropped.update((index, mate[index]))
    return [token for index, token in enumerate(tokens) if index not in dropped] if dropped else tokens


def _note(tokens: list[Token], mate: list[int], index: int) -> range:
    """What stands below or above a brace: a script with its argument."""
    if index + 1 < len(tokens) and tokens[index].kind in ("sub", "sup"):
        following = index + 1
        return range(index, (mate[following] if mate[following] >= 0 else following) + 1)
    return range(0)


def _over_relation(tokens: list[Token], mate: list[int], index: int) -> set[int]:
    """What goes where something stands above a relation: all but the relation."""
    note = index + 1
    if note >= len(tokens) or tokens[note].kind != "lbrace":
        return set()
    base = mate[note] + 1
    if base >= len(tokens) or tokens[base].kind != "lbrace":
        return set()
    inside = tokens[base + 1 : mate[base]]
    if len(inside) != 1 or inside[0].kind != "rel":
        return set()
    return {*range(index, base + 1), mate[base]}


def _braces_of_commands(tokens: list[Token], mate: list[int]) -> set[int]:
    found: set[int] = set()
    for index, token in enumerate(tokens):
        count = _ARGUMENTS.get(token.kind, 0)
        at = index + 1
        if token.kind == "sqrt" and at < len(tokens) and tokens[at].text == "[" and mate[at] >= 0:
            at = mate[at] + 1
        while count and at < len(tokens):
            if tokens[at].kind == "lbrace":
                found.add(at)
                at = mate[at] + 1
            else:
                at += 1
            count -= 1
    return found


def _kept_for_their_inside(tokens: list[Token]) -> set[int]:
    r"""The braces with a ``\bf`` at their level, which rules as far as they reach."""
    if not any(token.kind == "switch" for token in tokens):
        return set()
    stack: list[int] = []
    found: set[int] = set()
    for index, token in enumerate(tokens):
        if token.kind in ("open", "lbrace", "begin"):
            stack.append(index)
        elif token.kind in ("close", "rbrace", "end"):
            if stack:
                stack.pop()
        elif token.kind == "switch" and stack:
            found.add(stack[-1])
    return found
