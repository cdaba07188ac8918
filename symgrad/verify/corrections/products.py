"""Products: factors too many, neighbours in another order, transposed or multiplied otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.verify.claims import Kind
from symgrad.verify.corrections.spots import Change, Spot, transposed_node
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.documents.pieces import Span
from symgrad.verify.syntax import Factor, Group, Node, Number, Product, Quotient, Sum, Term


def factors_too_many(w: Writer, spot: Spot) -> Iterator[Change]:
    """The product without one factor."""
    node = spot.node
    if not isinstance(node, Product):
        return
    factors = node.factors
    for n, factor in enumerate(factors):
        rest = (*factors[:n], *factors[n + 1 :])
        if n == 0 and rest[0].op == "/":
            continue
        if n == 0:
            rest = (rest[0]._replace(op=""), *rest[1:])
        left: Node = rest[0].node if len(rest) == 1 else node._replace(factors=rest)
        span = (factors[n - 1].node.span[1], factor.node.span[1])
        if n == 0:
            span = (factor.node.span[0], factors[1].node.span[0])
        constant = _is_constant(factor.node)
        kind: Kind = "constant-factor" if constant else "extra-term"
        yield Change(spot, left, ((span, ""),), kind, factor.node.span, 1.25 if constant else 1.6)


def _is_constant(node: Node) -> bool:
    if isinstance(node, Quotient):
        return isinstance(node.top, Number) and isinstance(node.bottom, Number)
    if isinstance(node, Product):
        return all(_is_constant(factor.node) for factor in node.factors)
    return isinstance(node, Number) or (isinstance(node, Group) and _is_constant(node.inner))


def neighbours(w: Writer, spot: Spot) -> Iterator[Change]:
    """Two neighbours: another order, transposed, another product."""
    node = spot.node
    if not isinstance(node, Product):
        return
    for n in range(len(node.factors) - 1):
        yield from _pairs(w, spot, node, n)
        yield from symmetric(w, spot, node, n)
    if len(node.factors) == 3:
        yield from _orders(w, spot, node)


def _pairs(w: Writer, spot: Spot, node: Product, n: int) -> Iterator[Change]:
    one, other = node.factors[n], node.factors[n + 1]
    if other.op == "/" or isinstance(one.node, Number) or isinstance(other.node, Number):
        return
    a, b = one.node, other.node
    span = (a.span[0], b.span[1])
    between = w.at((a.span[1], b.span[0])) or " "
    ta, tb = w.at(a.span), w.at(b.span)
    forms: list[tuple[Node, str, Node, str, Kind, float]] = [(b, tb, a, ta, "shape", 1.4)]
    for first, second, order in ((a, b, False), (b, a, True)):
        for left, right in ((False, True), (True, False), (True, True)):
            x, tx = w.transposed(first) if left else (first, w.at(first.span))
            y, ty = w.transposed(second) if right else (second, w.at(second.span))
            kind: Kind = "shape" if order else "transpose"
            cost = (1.6 if order else 1.3) + 0.1 * (left and right)
            forms.append((x, tx, y, ty, kind, cost))
    for x, tx, y, ty, kind, cost in forms:
        yield _pair(spot, node, n, x, y, other.op, span, tx + between + ty, kind, cost)
    hadamard = other.op in ("⊙", "∘")
    if hadamard:
        text = " * " if w.notation.plain else " "
        for x, tx, y, ty, _, cost in [(a, ta, b, tb, "shape", 1.35), *forms]:
            yield _pair(spot, node, n, x, y, "", span, tx + text + ty, "shape", cost + 0.1)
    else:
        text = " ⊙ " if w.notation.plain else " \\odot "
        yield _pair(spot, node, n, a, b, "⊙", span, ta + text + tb, "wrong-term", 1.7)


def _pair(
    spot: Spot, node: Product, n: int, x: Node, y: Node, op: str, span: Span, text: str, kind: Kind,
    cost: float,
) -> Change:  # fmt: skip
    factors = (*node.factors[:n], node.factors[n]._replace(node=x), Factor(op, y), *node.factors[n + 2 :])
    return Change(spot, node._replace(factors=factors), ((span, text),), kind, span, cost)


def _orders(w: Writer, spot: Spot, node: Product) -> Iterator[Change]:
    """Three factors in another order."""
    if any(factor.op not in ("", "·") for factor in node.factors):
        return
    hadamard = " ⊙ " if w.notation.plain else " \\odot "
    for order in ((0, 1, 2), (1, 0, 2), (1, 2, 0)):
        # δ W σ′ for W δ ⊙ σ′: the slope of the activation multiplies entry by entry.
        first, second, third = (node.factors[k].node for k in order)
        factors: tuple[Factor, ...] = (Factor("", first), Factor("", second), Factor("⊙", third))
        text = f"{w.at(first.span)} {w.at(second.span)}{hadamard}{w.at(third.span)}"
        yield Change(spot, node._replace(factors=factors), ((node.span, text),), "shape", node.span, 1.85)
        inner = Product((Factor("", second), Factor("⊙", third)), node.span)
        grouped = (Factor("", first), Factor("", Group("(", inner, node.span)))
        text = f"{w.at(first.span)} ({w.at(second.span)}{hadamard}{w.at(third.span)})"
        yield Change(spot, node._replace(factors=grouped), ((node.span, text),), "shape", node.span, 1.86)
    for order in ((2, 0, 1), (1, 2, 0), (2, 1, 0)):
        parts = [node.factors[k].node for k in order]
        factors = tuple(f._replace(node=part) for f, part in zip(node.factors, parts, strict=True))
        text = " ".join(w.at(part.span) for part in parts)
        yield Change(spot, node._replace(factors=factors), ((node.span, text),), "shape", node.span, 1.8)


def symmetric(w: Writer, spot: Spot, node: Product, n: int) -> Iterator[Change]:
    """``2A`` where ``A + Aᵀ`` is meant: the two are the same only for a symmetric matrix."""
    two, matrix = node.factors[n].node, node.factors[n + 1].node
    if not (isinstance(two, Number) and two.value == 2) or node.factors[n + 1].op == "/":
        return
    span = (two.span[0], matrix.span[1])
    here = w.at(matrix.span)
    _, turned = w.transposed(matrix)
    both = Sum((Term(1, matrix, span), Term(1, transposed_node(matrix), span)), span)
    factors = (*node.factors[:n], Factor(node.factors[n].op, Group("(", both, span)), *node.factors[n + 2 :])
    new: Node = factors[0].node if len(factors) == 1 else node._replace(factors=factors)
    yield Change(spot, new, ((span, f"({here} + {turned})"),), "transpose", spot.term, 1.6)


def lost_fraction(w: Writer, spot: Spot) -> Iterator[Change]:
    r"""``1+e^{-x}1``: the two parts of a ``\frac`` run together, the denominator first."""
    node = spot.node
    if not isinstance(node, Product):
        return
    last = node.factors[-1]
    if not isinstance(last.node, Number) or last.op or isinstance(node.factors[-2].node, Number):
        return
    number = last.node
    rest: Node = node.factors[0].node if len(node.factors) == 2 else node._replace(factors=node.factors[:-1])
    if isinstance(spot.inside, Sum) and spot.whole is spot.inside:
        whole = spot.inside
        bottom: Node = whole._replace(
            terms=tuple(t._replace(node=rest) if t.node is node else t for t in whole.terms)
        )
        span = whole.span
    elif spot.inside is None:
        bottom, span = rest, node.span
    else:
        return
    text = f"\\frac{{{w.at(number.span)}}}{{{w.at((span[0], number.span[0])).strip()}}}"
    whole_spot = Spot(spot.whole or node, lambda new: new, span, None, spot.whole)
    yield Change(whole_spot, Quotient(number, bottom, span), ((span, text),), "garbled", span, 0.5)
