"""The parts of a formula, and what it means to change one.

A spot is a part and how to build the whole formula with another part in its place; a change is the formula
with one thing changed, the text that makes it so, and how to speak of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from symgrad.verify.claims import Kind
from symgrad.verify.documents.pieces import Span
from symgrad.verify.names import spelled
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Cases,
    Derivative,
    Group,
    Label,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Root,
    Scripted,
    Sum,
    Transposed,
)

Rebuild: TypeAlias = Callable[[Node], Node]
Edits: TypeAlias = tuple[tuple[Span, str], ...]


class Spot(NamedTuple):
    """A part of a formula: how to build the whole with another part there, and what it stands in.

    ``term`` is the smallest summand (of a sum of several) or factor around it: what a finding names.
    """

    node: Node
    rebuild: Rebuild
    term: Span
    inside: Node | None
    whole: Node | None = None
    """The formula that it is a part of."""
    many: bool = False
    """Whether it stands for several values: inside a sum over an index, a derivative, a script."""


class Change(NamedTuple):
    """A correction: another part at a spot, the text that makes it so, and how to speak of it.

    ``span`` is what a finding underlines, ``note`` what was missing.
    """

    spot: Spot
    part: Node
    edits: Edits
    kind: Kind
    span: Span
    cost: float
    note: str = ""

    @property
    def node(self) -> Node:
        """The whole formula with the correction."""
        return self.spot.rebuild(self.part)


def spots(node: Node) -> list[Spot]:
    """Every part of a formula, the whole first."""
    found: list[Spot] = []
    pending: list[Spot] = [Spot(node, lambda new: new, node.span, None, node)]
    while pending:
        spot = pending.pop()
        found.append(spot)
        pending += reversed(list(_parts(spot)))
    return found


def _parts(spot: Spot) -> Iterator[Spot]:
    node, rebuild = spot.node, spot.rebuild

    def part(child: Node, put: Callable[[Node], Node], term: Span | None = None) -> Spot:
        many = spot.many or isinstance(node, Big | Derivative | Relation)
        return Spot(child, lambda new: rebuild(put(new)), term or spot.term, node, spot.whole, many)

    # A lambda with a default is more than the callable that mypy expects: type: ignore[misc].
    match node:
        case Sum():
            several = len(node.terms) > 1
            for n, term in enumerate(node.terms):
                yield part(
                    term.node,
                    lambda new, n=n, term=term: node._replace(  # type: ignore[misc]
                        terms=(*node.terms[:n], term._replace(node=new), *node.terms[n + 1 :])
                    ),
                    term.span if several else None,
                )
        case Product():
            for n, factor in enumerate(node.factors):
                yield part(
                    factor.node,
                    lambda new, n=n, factor=factor: node._replace(  # type: ignore[misc]
                        factors=(*node.factors[:n], factor._replace(node=new), *node.factors[n + 1 :])
                    ),
                    spot.term if _short(node, spot.term) else factor.node.span,
                )
        case Quotient():
            yield part(node.top, lambda new: node._replace(top=new), node.top.span)
            yield part(node.bottom, lambda new: node._replace(bottom=new), node.bottom.span)
        case Group():
            yield part(node.inner, lambda new: node._replace(inner=new))
        case Root():
            yield part(node.inner, lambda new: node._replace(inner=new))
        case Call():
            for n, argument in enumerate(node.arguments):
                yield part(
                    argument,
                    lambda new, n=n: node._replace(  # type: ignore[misc]
                        arguments=(*node.arguments[:n], new, *node.arguments[n + 1 :])
                    ),
                )
        case Big():
            yield part(node.body, lambda new: node._replace(body=new))
        case Derivative():
            if node.of is not None:
                yield part(node.of, lambda new: node._replace(of=new))
            for n, by in enumerate(node.by):
                yield part(by, lambda new, n=n: node._replace(by=(*node.by[:n], new, *node.by[n + 1 :])))  # type: ignore[misc]
        case Scripted():
            if spelled(node) is None or is_e(node):
                yield part(node.base, lambda new: node._replace(base=new))
            if isinstance(node.sub, Relation):
                yield part(node.sub, lambda new: node._replace(sub=new))
            for n, sup in enumerate(node.sups):
                if not isinstance(sup, Label | Transposed):
                    yield part(
                        sup,
                        lambda new, n=n: node._replace(  # type: ignore[misc]
                            sups=(*node.sups[:n], new, *node.sups[n + 1 :])
                        ),
                    )
        case Matrix():
            for i, row in enumerate(node.rows):
                for j, entry in enumerate(row):
                    yield part(
                        entry,
                        lambda new, i=i, j=j, row=row: node._replace(  # type: ignore[misc]
                            rows=(*node.rows[:i], (*row[:j], new, *row[j + 1 :]), *node.rows[i + 1 :])
                        ),
                        entry.span,
                    )
        case Cases():
            for i, (value, condition) in enumerate(node.rows):
                yield part(
                    value,
                    lambda new, i=i, condition=condition: node._replace(  # type: ignore[misc]
                        rows=(*node.rows[:i], (new, condition), *node.rows[i + 1 :])
                    ),
                    value.span,
                )
        case Relation():
            yield part(node.left, lambda new: node._replace(left=new))
            yield part(node.right, lambda new: node._replace(right=new))
        case _:
            return


def _short(node: Product, term: Span) -> bool:
    """Whether a product of plain names is a whole summand: then the summand is what is wrong."""
    return (
        term[1] - term[0] < 120
        and term[0] <= node.span[0]
        and node.span[1] <= term[1]
        and all(isinstance(f.node, Name | Scripted | Accent | Number | Derivative) for f in node.factors)
    )


def is_e(node: Scripted) -> bool:
    """Whether a power is one of e."""
    return isinstance(node.base, Name) and node.base.letter == "e"


def transposed_node(node: Node) -> Node:
    """A name or a bracket with ᵀ."""
    mark = Transposed(False, node.span)
    if isinstance(node, Scripted):
        return node._replace(sups=(*node.sups, mark))
    if isinstance(node, Name | Accent | Group):
        return Scripted(node, None, (mark,), 0, node.span)
    return Scripted(Group("(", node, node.span), None, (mark,), 0, node.span)


def with_sups(node: Node, sups: tuple[Node, ...]) -> Node:
    """A name with more superscripts."""
    if isinstance(node, Scripted):
        return node._replace(sups=(*node.sups, *sups))
    return Scripted(node, None, sups, 0, node.span)


def moved(node: Node, span: Span) -> Node:
    """A node of another place, put here: its places inside mean nothing any more."""
    return node._replace(span=span)  # type: ignore[no-any-return, attr-defined]


def same(one: Node, other: Node) -> bool:
    """Whether two parts are spelled the same."""
    from symgrad.verify.meaning import same_name

    return same_name(one, other)
