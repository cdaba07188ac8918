r"""Derivatives, each one atom: fractions of ∂ or d, ``dL/dw``, ``\frac{d}{dx}``, ``\partial_x``, ∇."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from symgrad.verify.reader import complaints, letters
from symgrad.verify.reader.tokens import Refused, Token
from symgrad.verify.syntax import (
    Derivative,
    Factor,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Scripted,
    Sum,
    Term,
)

if TYPE_CHECKING:
    from symgrad.verify.reader.grammar import Grammar

_AFTER = frozenset(
    ("run", "num", "name", "open", "bar", "lbrace", "accent", "style", "frac", "sqrt", "func", "big")
)


def after_unit(reader: Grammar, at: int) -> int:
    """Where the letter, bracket or accented letter that stands at ``at`` ends."""
    tokens = reader.tokens
    while tokens[at].kind in ("accent", "style"):
        at += 1
    if tokens[at].kind in ("open", "lbrace", "begin"):
        return reader.mate[at] + 1
    return at + 1 if tokens[at].kind != "done" else at


def after_scripts(reader: Grammar, at: int) -> int:
    """Where the scripts that begin at ``at`` end."""
    tokens = reader.tokens
    while True:
        kind = tokens[at].kind
        if kind in ("sub", "sup"):
            at = after_unit(reader, at + 1)
        elif kind in ("prime", "usub", "usup", "top"):
            at += 1
        elif (
            reader.plain
            and kind == "open"
            and tokens[at].text == "["
            and tokens[at].start == tokens[at - 1].stop
        ):
            at = reader.mate[at] + 1
        else:
            return at


def sign_at(reader: Grammar, at: int, stop: int) -> str:
    """The ∂, d or δ that stands at ``at``, or nothing; ``d_k`` is a name, ``d^2 y`` is not."""
    token = reader.tokens[at]
    following = reader.tokens[at + 1].kind if at + 1 < stop else "done"
    if token.kind == "partial":
        return "" if following in ("sub", "usub") else "∂"
    if token.kind == "run" and token.text[0] == "d" and not token.style:
        if len(token.text) > 1:
            return "d"
        return "d" if following not in ("sub", "usub", "prime", "op", "rel", "sign") else ""
    if token.kind == "name" and token.text == "d" and token.style == "word":
        return "d"
    if token.kind == "name" and token.text == "δ":
        return "δ" if following in _AFTER or following in ("sup", "usup", "done") else ""
    return ""


def fraction(reader: Grammar, token: Token) -> Node | None:
    r"""``\frac{∂^n A}{∂B ∂C}``, or None where the fraction is an ordinary one."""
    tokens, mate = reader.tokens, reader.mate
    top = reader.at + 1
    if tokens[top].kind == "lbrace":
        top_end = mate[top]
        bottom = top_end + 1
        top += 1
    elif tokens[top].kind == "partial" or (tokens[top].kind == "run" and tokens[top].text == "d"):
        top_end = bottom = top + 1
    else:
        return None
    if tokens[bottom].kind != "lbrace":
        return None
    bottom_end = mate[bottom]
    negative = top < top_end and tokens[top].kind == "sign" and tokens[top].text == "-"
    start = top + negative
    sign = sign_at(reader, start, top_end) if start < top_end else ""
    if not sign:
        return None
    where = _first_below(reader, bottom + 1, bottom_end, sign)
    if where < 0:
        return None
    saved = reader.bars
    reader.bars = ""
    reader.at = start
    order = taken(reader, sign)
    of: Node | None = None
    if reader.at < top_end:
        of = reader.expression()
        if reader.at != top_end:
            raise complaints.unexpected(reader)
        if type(of) is Sum and len(of.terms) > 1:
            raise Refused(f"what {sign} acts on has no brackets about it", of.span)
    reader.at = bottom + 1
    scale: Node | None = None
    if where > reader.at:
        scale = _scale(reader, where)
    by_start = reader.at
    by = denominator(reader, sign, bottom_end)
    if reader.at != bottom_end:
        raise complaints.unexpected(reader)
    reader.at = bottom_end + 1
    reader.bars = saved
    by_span = (tokens[by_start].start, tokens[bottom_end - 1].stop)
    repeated = variables(by, order, by_span)
    node = Derivative(of, repeated, order, "fraction", sign, scale, reader.span(token))
    if of is None:
        node = operated(reader, node, token)
    if negative:
        return Sum((Term(-1, node, node.span),), node.span)
    return node


def _first_below(reader: Grammar, start: int, stop: int, sign: str) -> int:
    """Where the first ∂ of a denominator stands, at its level; −1 where there is none."""
    tokens, mate = reader.tokens, reader.mate
    at = start
    while at < stop:
        # A d or δ is one of a derivative at the start or behind a sign, and with something after it.
        if sign_at(reader, at, stop) == sign and (
            sign == "∂"
            or ((at == start or tokens[at - 1].kind == "op") and (len(tokens[at].text) > 1 or at + 1 < stop))
        ):
            return at
        at = mate[at] + 1 if mate[at] > at else at + 1
    return -1


def _scale(reader: Grammar, stop: int) -> Node:
    """What stands before the first ∂ of a denominator: the T of ``T · ∂o``."""
    tokens = reader.tokens
    first = tokens[reader.at]
    node = reader.factor()
    factors = [Factor("", node)]
    while reader.at < stop:
        op = ""
        if tokens[reader.at].kind == "op":
            op = tokens[reader.at].text
            reader.at += 1
            if reader.at == stop:
                break
        factors.append(Factor(op, reader.factor()))
    if reader.at != stop:
        raise complaints.unexpected(reader)
    return node if len(factors) == 1 else Product(tuple(factors), reader.span(first))


def taken(reader: Grammar, sign: str) -> int:
    """Read a ∂ or d with its order, and leave what is stuck to a d for the next to read; the order."""
    tokens = reader.tokens
    token = tokens[reader.at]
    if sign == "d" and token.kind == "run" and len(token.text) > 1:
        rest = token.text[1:]
        kind = "num" if rest.isdigit() else "run"
        if reader.plain and rest in letters.GREEK and len(rest) > 1:
            kind, rest = "name", letters.GREEK[rest]  # dL/dbeta
        tokens[reader.at] = Token(kind, rest, token.start + 1, token.stop)
        return 1
    reader.at += 1
    token = tokens[reader.at]
    if token.kind == "usup" or token.kind == "sup":
        from symgrad.verify.reader import scripts

        if token.kind == "sup":
            reader.at += 1
            node = scripts.argument(reader, "^")
        else:
            node = scripts.raised_text(reader, token)
        if type(node) is not Number or node.value.denominator != 1 or not 1 <= node.value <= 64:
            raise Refused("the order of a derivative must be a number in digits", node.span)
        return int(node.value)
    return 1


def denominator(reader: Grammar, sign: str, stop: int) -> list[Node]:
    """The variables of a denominator, each after a ∂ of its own."""
    by: list[Node] = []
    while reader.at < stop:
        token = reader.tokens[reader.at]
        if token.kind == "op" and by and reader.at + 1 < stop:
            reader.at += 1
        if sign_at(reader, reader.at, stop) != sign:
            break
        taken(reader, sign)
        if reader.at >= stop:
            raise Refused(f"nothing stands after {sign}", (token.start, token.stop))
        by.append(quantity(reader, stop))
    return by


def quantity(reader: Grammar, stop: int = -1, *, adjacent: bool = False) -> Node:
    """A factor and, behind a letter, its arguments in brackets: ``f(x, w)``, ``l^{(i)}(w, b)``."""
    first = reader.tokens[reader.at]
    node = reader.factor()
    token = reader.tokens[reader.at]
    base = node.base if type(node) is Scripted else node
    if token.kind == "open" and token.text in ("(", "[") and type(base) is Name and reader.at != stop:
        if adjacent and token.start != reader.last and not token.style:
            return node
        group = reader.factor()
        return Product((Factor("", node), Factor("", group)), reader.span(first))
    return node


def variables(by: list[Node], order: int, span: tuple[int, int]) -> tuple[Node, ...]:
    """Each variable as often as it counts; in ``∂x^2`` of order 2 the 2 counts, else it is a power."""
    if len(by) == order:
        return tuple(by)
    result: list[Node] = []
    for node in by:
        if type(node) is Scripted and len(node.sups) == 1 and type(node.sups[0]) is Number:
            count = int(node.sups[0].value)
            plain: Node = node.base if node.sub is None and not node.primes else node._replace(sups=())
            result += [plain] * min(count, 65)
        else:
            result.append(node)
    if len(result) != order:
        raise Refused(f"the orders above and below differ: {order} and {len(result)}", span)
    return tuple(result)


def operated(reader: Grammar, node: Derivative, token: Token) -> Derivative:
    r"""``\frac{d}{dx}`` with the term that follows it, as far as a sum would reach."""
    from symgrad.verify.reader.grammar import READERS

    here = reader.tokens[reader.at]
    of: Node | None = None
    if here.kind in READERS and not (here.kind == "bar" and reader.bars):
        of = reader.product()
    return node._replace(of=of, notation="operator", span=reader.span(token))


def slashed(reader: Grammar, token: Token) -> Node | None:
    """``dL/dw``, ``∂L/∂w``, ``d/dx f``; None where no such thing begins here."""
    tokens = reader.tokens
    stop = len(tokens)
    sign = sign_at(reader, reader.at, stop)
    if not sign and token.text == "d" and tokens[reader.at + 1].text == "/":
        sign = "d"
    if not sign:
        return None
    at = reader.at
    if token.text in ("d", "∂"):
        at = after_scripts(reader, at + 1)
        if tokens[at].kind != "op":
            at = after_unit(reader, at)
            at = after_scripts(reader, at)
    else:
        at = after_scripts(reader, at + 1)
    if tokens[at].kind == "open" and reader.mate[at] >= 0:
        at = after_scripts(reader, reader.mate[at] + 1)
    if tokens[at].kind != "op" or tokens[at].text != "/" or sign_at(reader, at + 1, stop) != sign:
        return None
    below = tokens[at + 1]
    if (
        len(below.text) == 1
        and tokens[at + 2].kind not in _AFTER
        and tokens[at + 2].kind not in ("sup", "usup")
    ):
        return None
    order = taken(reader, sign)
    of = quantity(reader) if reader.at < at else None
    if reader.at != at:
        raise complaints.unexpected(reader)
    reader.at += 1
    by_start = reader.at
    by: list[Node] = []
    while not by or (len(by) < order and sign_at(reader, reader.at, stop) == sign):
        here = tokens[reader.at]
        taken(reader, sign)
        if tokens[reader.at].kind not in _AFTER:
            raise Refused(f"nothing stands after {sign}", (here.start, here.stop))
        by.append(reader.factor())
    by_span = (tokens[by_start].start, reader.last)
    node = Derivative(of, variables(by, order, by_span), order, "fraction", sign, None, reader.span(token))
    return operated(reader, node, token) if of is None else node


def partial(reader: Grammar, token: Token) -> Node:
    r"""``\partial_x A``, ``\partial L / \partial w``."""
    at = reader.at + 1
    if reader.tokens[at].kind == "sup":
        at = after_unit(reader, at + 1)
    elif reader.tokens[at].kind == "usup":
        at += 1
    if reader.tokens[at].kind in ("sub", "usub"):
        return below(reader, token, "partial", "∂")
    node = slashed(reader, token)
    if node is None:
        raise Refused(
            "∂ outside a derivative; write \\frac{\\partial L}{\\partial w}", (token.start, token.stop)
        )
    return node


def nabla(reader: Grammar, token: Token) -> Node:
    r"""``\nabla_W L``, ``\nabla L``."""
    return below(reader, token, "nabla", "∇")


def below(reader: Grammar, token: Token, notation: Literal["partial", "nabla"], sign: str) -> Node:
    r"""``\partial_x A`` and ``\nabla_W A``: the variable is a subscript, and one factor follows."""
    from symgrad.verify.reader import scripts

    tokens = reader.tokens
    reader.at += 1
    by: Node | None = None
    order = 1
    while (here := tokens[reader.at]).kind in ("sub", "sup", "usub", "usup"):
        if here.kind in ("sub", "usub"):
            if by is not None:
                raise Refused("a second subscript", (here.start, here.stop))
            by = scripts.below(reader, here)
        else:
            reader.at -= 1
            order = taken(reader, sign)
    of: Node | None = None
    here = tokens[reader.at]
    if (here.kind in _AFTER and not (here.kind == "bar" and reader.bars)) or here.kind in (
        "partial",
        "nabla",
    ):
        of = quantity(reader)
        if constant(of):
            of = _with_constant(reader, here, of)
    variables_ = () if by is None else (by,) * order
    return Derivative(of, variables_, order, notation, sign, None, reader.span(token))


def constant(node: Node) -> bool:
    """Whether a factor is a number: the ½ of ``∇_w ½ ‖w‖²`` is not all that is differentiated."""
    if type(node) is Quotient:
        return type(node.top) is Number and type(node.bottom) in (Number, Name)
    return type(node) is Number


def _with_constant(reader: Grammar, first: Token, node: Node) -> Node:
    """A number and the factor after it."""
    here = reader.tokens[reader.at]
    if here.kind not in _AFTER or (here.kind == "bar" and reader.bars):
        return node
    following = quantity(reader)
    return Product((Factor("", node), Factor("", following)), reader.span(first))
