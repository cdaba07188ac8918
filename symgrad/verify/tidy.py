"""Spellings that mean one thing whatever the document says, made one: Δw is a name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symgrad.verify.names import spelled
from symgrad.verify.syntax import (
    Accent,
    Call,
    Factor,
    Group,
    Label,
    Name,
    Node,
    Number,
    Product,
    Scripted,
    Term,
    Transposed,
    children,
    parts_of,
)


def has_scripted_delta(nodes: Iterable[Node]) -> bool:
    """Whether Δ is a name of its own somewhere: ``Δ^{(2)}``."""
    pending = list(nodes)
    while pending:
        here = pending.pop()
        if isinstance(here, Scripted) and isinstance(here.base, Name) and here.base.letter == "Δ":
            return True
        pending += children(here)
    return False


def wants_tidying(node: Node) -> bool:
    """Whether a formula holds a spelling that is made one with another."""
    for part in parts_of(node):
        if isinstance(part, Name) and part.letter == "Δ":
            return True
        if isinstance(part, Scripted) and any(
            isinstance(sup, Scripted) or (isinstance(sup, Name) and sup.letter in ("T", "⊤") and sup.style)
            for sup in part.sups
        ):
            return True
    return False


def differentials(heads: Iterable[Node]) -> frozenset[str]:
    r"""Names that stand after a d of their own on left sides: ``d\mathbf{Q} = …``."""
    found: set[str] = set()
    for head in heads:
        if isinstance(head, Product) and len(head.factors) == 2:
            first, second = head.factors
            if isinstance(first.node, Name) and first.node.letter == "d" and not second.op:
                spelling = spelled(second.node)
                if spelling is not None:
                    found.add(spelling.key)
    return frozenset(found)


def tidied(node: Node, *, deltas: bool, after_d: frozenset[str] = frozenset()) -> Node:
    """``node`` with such spellings made one, at any depth.

    ``deltas`` says that Δ before a name belongs to it; ``after_d`` are the names to which a d before them
    does.
    """
    made: Node = _tidied(node, deltas, after_d)
    return made


def _tidied(node: Any, deltas: bool, after_d: frozenset[str]) -> Any:
    if not isinstance(node, tuple):
        return node
    if not hasattr(node, "_fields"):
        return tuple(_tidied(part, deltas, after_d) for part in node)
    made = type(node)(
        *(
            part if name.endswith("span") else _tidied(part, deltas, after_d)
            for name, part in zip(node._fields, node, strict=True)
        )
    )
    if isinstance(made, Factor | Term):
        return made
    if isinstance(made, Scripted):
        return _labels(made)
    result: Any = made
    if isinstance(result, Product) and deltas:
        result = _with_deltas(result)
    if isinstance(result, Product) and after_d:
        result = _with_differentials(result, after_d)
    return result


def _labels(node: Scripted) -> Scripted:
    sups: list[Node] = []
    for part in node.sups:
        if (
            isinstance(part, Scripted)
            and isinstance(part.base, Label | Group)
            and part.sub is None
            and not part.primes
        ):
            base = part.base
            if isinstance(base, Label):
                sups += [base, *part.sups]
                continue
            if base.bracket in ("(", "[") and all(isinstance(s, Transposed) for s in part.sups):
                sups += [Label(base.bracket, base.inner, base.span), *part.sups]
                continue
        if isinstance(part, Name) and part.letter in ("T", "⊤") and part.style and part.style != "bold":
            part = Transposed(False, part.span)
        sups.append(part)
    return node._replace(sups=tuple(sups))


def _with_differentials(node: Product, after_d: frozenset[str]) -> Node:
    factors: list[Factor] = []
    n = 0
    while n < len(node.factors):
        factor = node.factors[n]
        after = node.factors[n + 1] if n + 1 < len(node.factors) else None
        if isinstance(factor.node, Name) and factor.node.letter == "d" and after is not None and not after.op:
            spelling = spelled(after.node)
            if spelling is not None and spelling.key in after_d:
                span = (factor.node.span[0], after.node.span[1])
                factors.append(factor._replace(node=_prefixed(after.node, span)))
                n += 2
                continue
        factors.append(factor)
        n += 1
    return (
        factors[0].node if len(factors) == 1 and not factors[0].op else node._replace(factors=tuple(factors))
    )


def _prefixed(node: Node, span: tuple[int, int]) -> Node:
    """``d`` and a name as one name."""
    match node:
        case Name():
            return Name("d" + node.letter, node.style, span)
        case Scripted():
            base = _prefixed(node.base, (span[0], node.base.span[1]))
            return node._replace(base=base, span=span)
        case _:
            return Accent("d", node, span)


def _with_deltas(node: Product) -> Node:
    factors: list[Factor] = []
    n = 0
    while n < len(node.factors):
        factor = node.factors[n]
        after = node.factors[n + 1] if n + 1 < len(node.factors) else None
        if (
            isinstance(factor.node, Name)
            and factor.node.letter == "Δ"
            and after is not None
            and not after.op
            and not isinstance(after.node, Number | Call)
            and spelled(after.node) is not None
        ):
            inner = after.node
            span = (factor.node.span[0], inner.span[1])
            factors.append(factor._replace(node=Accent("Δ", inner, span)))
            n += 2
            continue
        factors.append(factor)
        n += 1
    return (
        factors[0].node if len(factors) == 1 and not factors[0].op else node._replace(factors=tuple(factors))
    )
