"""What stands below and above a letter: subscripts, powers, labels, transposes, stars and primes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import atoms, complaints
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import (
    Accent,
    Derivative,
    Group,
    Label,
    Listed,
    Name,
    Node,
    Number,
    Repair,
    Scripted,
    Star,
    Sum,
    Term,
    Transposed,
    Words,
)

if TYPE_CHECKING:
    from symgrad.verify.reader.grammar import Grammar

HIGHEST_POWER: Final = 64
_STARS: Final = ("*", "∗", "⋆")


def scripted(reader: Grammar, base: Node, first: Token) -> Node:
    """The base with the scripts that follow it, if any do."""
    sub: Node | None = None
    sups: list[Node] = []
    primes = 0
    raised = False
    tokens = reader.tokens
    if (
        reader.plain
        and first.kind == "name"
        and type(base) is Name
        and tokens[reader.at].kind == "num"
        and tokens[reader.at].start == reader.last
    ):
        # δ1 in plain text is δ₁.
        sub = atoms.numeral(reader, tokens[reader.at])
    while True:
        token = tokens[reader.at]
        kind = token.kind
        if kind in ("sub", "sup") and type(base) is Name and base.style == "bb" and (signs := _signs(reader)):
            sub = sub or signs
        elif kind == "sub" or kind == "usub" or (kind == "open" and indexes(reader, base, token)):
            if sub is None:
                sub = below(reader, token)
            elif reader.plain and kind == "sub":
                # w_1_2 in plain text is w₁,₂.
                before = sub.items if type(sub) is Listed else (sub,)
                sub = Listed((*before, below(reader, token)), ",", (before[0].span[0], reader.last))
            else:
                raise Refused("a second subscript", (token.start, token.stop))
        elif kind == "sup":
            if raised:
                raise Refused("a second superscript; put the first in brackets", (token.start, token.stop))
            raised = True
            reader.at += 1
            parts, more = above(reader)
            sups += parts
            primes += more
        elif kind == "usup":
            sups.append(raised_text(reader, token))
        elif kind == "prime":
            primes += len(token.text)
            reader.at += 1
        elif kind == "top" and reader.plain:
            reader.at += 1
            sups.append(Transposed(False, (token.start, token.stop)))
        elif reader.plain and kind == "stop" and transposes(reader, token):
            reader.at += 2
            sups.append(Transposed(False, (token.start, reader.last)))
        else:
            break
    if sub is None and not sups and not primes:
        return base
    for sup in sups:
        space = type(base) is Name and base.style == "bb"  # ℝ¹⁰⁰ has a hundred axes, and is no power
        if type(sup) is Number and not space and sup.value > HIGHEST_POWER:
            raise Refused(f"a power above {HIGHEST_POWER}", sup.span)
    span = reader.span(first)
    # Braces about a base do not show: {W^{(2)}}^\top is W with both.
    if (
        type(base) is Scripted
        and (base.sub is None or sub is None)
        and all(type(sup) is Label for sup in base.sups)
    ):
        return Scripted(
            base.base, base.sub if sub is None else sub, (*base.sups, *sups), base.primes + primes, span
        )
    return Scripted(base, sub, tuple(sups), primes, span)


def _signs(reader: Grammar) -> Words | None:
    r"""Which numbers of a space are meant: ``\mathbb{R}_{>0}``, ``\mathbb{R}^+``; None for anything else."""
    tokens, at = reader.tokens, reader.at + 1
    braced = tokens[at].kind == "lbrace"
    first = at + braced
    last = first
    while tokens[last].kind in ("rel", "sign") or (last > first and tokens[last].kind == "num"):
        last += 1
    if last == first or (braced and tokens[last].kind != "rbrace"):
        return None
    reader.at = last + braced
    text = "".join(token.text for token in tokens[first:last])
    return Words(text, (tokens[first].start, tokens[last - 1].stop))


def indexes(reader: Grammar, base: Node, token: Token) -> bool:
    """Whether a bracket is that of an index: ``a[i, j]`` in plain text."""
    return (
        reader.plain
        and token.text == "["
        and token.start == reader.last
        and type(base) in (Name, Accent, Derivative)
    )


def transposes(reader: Grammar, token: Token) -> bool:
    """Whether ``.T`` stands here."""
    following = reader.tokens[reader.at + 1]
    return following.text == "T" and following.start == token.stop


def below(reader: Grammar, token: Token) -> Node:
    """What a subscript says."""
    if token.kind == "usub":
        return raised_text(reader, token)
    reader.at += 1
    if token.kind == "open":
        inner = reader.items()
        reader.expect("close")
        return inner
    return argument(reader, "_")


def argument(reader: Grammar, sign: str) -> Node:
    """The argument of ``_`` or ``^``: braces, one letter or digit; in plain text a whole word or number."""
    token = reader.tokens[reader.at]
    if token.kind == "num" and not reader.plain and len(token.text) > 1:
        # x_12 prints as x₁2, which nobody means.
        message = f"'{sign}{token.text}' is read as '{sign}{{{token.text}}}'"
        span = (token.start, token.stop)
        reader.repairs.append(Repair("spelling", message, span, f"{{{token.text}}}"))
        return atoms.numeral(reader, token)
    if token.kind == "sign" and sign == "^":
        reader.at += 1
        node = argument(reader, sign)
        if token.text == "+":
            return node
        span = reader.span(token)
        if not reader.plain:
            message = "only the sign stands in the exponent; the number after it is read as part of it"
            reader.repairs.append(Repair("spelling", message, span, "{" + reader.source[slice(*span)] + "}"))
        return Sum((Term(-1, node, span),), span)
    if token.kind in ("op", "sign", "comma") or token.kind == "done":
        raise complaints.missing(reader, f"nothing stands after '{sign}'")
    if (word := _word(reader)) is not None:
        return word
    return reader.unit(f"'{sign}'")


def _word(reader: Grammar) -> Node | None:
    r"""A function's name that is a script by itself: ``x_{\max}``."""
    token = reader.tokens[reader.at]
    braced = token.kind == "lbrace" and reader.tokens[reader.at + 2].kind == "rbrace"
    word = reader.tokens[reader.at + 1] if braced else token
    if word.kind != "func":
        return None
    reader.at += 3 if braced else 1
    return Name(word.text, "word", (word.start, word.stop))


def above(reader: Grammar) -> tuple[list[Node], int]:
    """The parts of a superscript, and how many primes are among them."""
    token = reader.tokens[reader.at]
    span = (token.start, token.stop)
    if token.kind == "lbrace":
        return inside(reader, token)
    if _is_ring(reader):
        reader.at += 1  # x^∘2: the power of each entry, as all powers of arrays are
        return [argument(reader, "^")], 0
    if token.kind == "top":
        reader.at += 1
        return [Transposed(False, span)], 0
    if token.kind == "run" and token.text[0] == "T" and not (reader.plain and len(token.text) > 1):
        reader.unit("^")
        return [Transposed(True, (token.start, token.start + 1))], 0
    if token.kind == "name" and token.text == "T" and token.style != "bold":
        reader.at += 1
        return [Transposed(True, span)], 0
    if token.kind == "op" and token.text in _STARS:
        reader.at += 1
        return [Star(span)], 0
    if token.kind == "prime":
        reader.at += 1
        return [], len(token.text)
    if token.kind == "open" and token.text == "(":
        node = reader.group(token)
        if type(node) is not Group:
            return [node], 0
        if not reader.plain:
            message = "'^(' raises only the bracket; read as if all of it were raised"
            read = "{" + reader.source[slice(*node.span)] + "}"
            reader.repairs.append(Repair("spelling", message, node.span, read))
        elif not labels(node.inner):
            return [node.inner], 0
        return [Label("(", node.inner, node.span)], 0
    return [argument(reader, "^")], 0


def labels(node: Node) -> bool:
    """Whether what a bracket raises may be a label: ``l``, ``2``, ``l - 1``."""
    if type(node) is Sum:
        return (
            len(node.terms) == 2 and type(node.terms[0].node) is Name and type(node.terms[1].node) is Number
        )
    return type(node) in (Name, Number)


def _is_ring(reader: Grammar) -> bool:
    """Whether a ring stands before a number."""
    pair = reader.tokens[reader.at : reader.at + 2]
    return len(pair) == 2 and (pair[0].kind, pair[0].text, pair[1].kind) == ("op", "∘", "num")


def inside(reader: Grammar, brace: Token) -> tuple[list[Node], int]:
    """The parts of a superscript in braces: labels, transposes, stars, primes, or an expression."""
    tokens, mate = reader.tokens, reader.mate
    end = mate[reader.at]
    reader.at += 1
    bars, reader.bars = reader.bars, ""
    parts: list[Node] = []
    primes = 0
    if reader.at == end:
        raise Refused("nothing between the braces", (brace.start, tokens[end].stop))
    if _is_ring(reader):
        reader.at += 1
    labelled = only_labels(reader, end)
    while reader.at < end:
        token = tokens[reader.at]
        span = (token.start, token.stop)
        if token.kind == "top":
            reader.at += 1
            parts.append(Transposed(False, span))
        elif token.text == "T" and token.kind in ("run", "name") and (labelled or reader.at + 1 == end):
            reader.at += 1
            parts.append(Transposed(True, span))
        elif token.kind == "op" and token.text in _STARS and (labelled or reader.at + 1 == end):
            reader.at += 1
            parts.append(Star(span))
        elif token.kind == "prime":
            reader.at += 1
            primes += len(token.text)
        elif labelled and token.kind in ("open", "rel"):
            parts.append(label(reader, token, end))
        elif labelled and token.kind == "comma":
            reader.at += 1
        elif parts and type(parts[-1]) is not Label:
            raise complaints.unexpected(reader)
        else:
            parts.append(reader.items())
    reader.at = end + 1
    reader.bars = bars
    return parts, primes


def only_labels(reader: Grammar, end: int) -> bool:
    """Whether a superscript is nothing but labels in brackets, transposes, stars and primes."""
    tokens, mate = reader.tokens, reader.mate
    at = reader.at
    while at < end:
        token = tokens[at]
        if token.kind == "open" and token.text in ("(", "[", "<"):
            at = mate[at] + 1
        elif token.kind == "rel" and token.text == "<" and at + 2 < end + 1:
            at += 1
            while at < end and tokens[at].text != ">":
                at += 1
            if at == end:
                return False
            at += 1
        elif (
            token.kind in ("top", "prime", "comma")
            or token.text == "T"
            or (token.kind == "op" and token.text in _STARS)
        ):
            at += 1
        else:
            return False
    return tokens[reader.at].kind in ("open", "rel", "top", "op", "prime") or tokens[reader.at].text == "T"


def label(reader: Grammar, token: Token, end: int) -> Node:
    """A label in brackets: ``(l)``, ``[l-1]``, ``<t>``."""
    reader.at += 1
    inner = reader.expression() if token.kind == "rel" else reader.items()
    closing = reader.tokens[reader.at]
    if reader.at >= end or closing.text not in (")", "]", ">"):
        raise complaints.unexpected(reader)
    reader.at += 1
    return Label(token.text, inner, (token.start, closing.stop))


def raised_text(reader: Grammar, token: Token) -> Node:
    """What small Unicode letters say: the ``2`` of ``x²``, the ``ij`` of ``wᵢⱼ``."""
    from symgrad.verify.reader.grammar import Grammar
    from symgrad.verify.reader.tokens import Lexer

    reader.at += 1
    pieces = [
        piece._replace(start=token.start + piece.start, stop=token.start + piece.stop)
        for piece in Lexer(token.text, True).run()
    ]
    inner = Grammar([*pieces, Token("done", "", token.stop, token.stop)], True, reader.repairs, reader.source)
    if token.kind == "usup" and token.text == "T":
        return Transposed(False, (token.start, token.stop))
    node = inner.items()
    if inner.tokens[inner.at].kind != "done":
        raise Refused(f"'{token.text}' in small letters", (token.start, token.stop))
    if token.kind == "usup" and type(node) is Group and node.bracket == "(":
        return Label("(", node.inner, node.span)
    return node
