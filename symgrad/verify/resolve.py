"""What only the document can decide: ``Wx`` is W times x, ``f(x)`` a call, ``y(1 − y)`` a product."""

from __future__ import annotations

import re
from typing import Final

from symgrad.verify.context import Context
from symgrad.verify.documents.pieces import Span
from symgrad.verify.functions import BUILTIN
from symgrad.verify.names import LOSS_LETTERS, items, spelled
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Cases,
    Derivative,
    Factor,
    Group,
    Label,
    Listed,
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
    children,
)

_PIECE: Final = re.compile(r"[^\W\d_][0-9]*|[0-9]+", re.UNICODE)


def resolved(node: Node, context: Context) -> Node:  # one case a kind
    """``node`` with runs of letters taken apart and calls found; subscripts and labels stay as they are."""
    match node:
        case Name():
            return _split(node, context)
        case Scripted():
            return _scripted(node, context)
        case Accent():
            return node
        case Group():
            return node._replace(inner=resolved(node.inner, context))
        case Label():
            return node
        case Listed():
            return node._replace(items=tuple(resolved(item, context) for item in node.items))
        case Sum():
            return node._replace(
                terms=tuple(term._replace(node=resolved(term.node, context)) for term in node.terms)
            )
        case Product():
            return _product(node, context)
        case Quotient():
            return node._replace(top=resolved(node.top, context), bottom=resolved(node.bottom, context))
        case Root():
            return node._replace(inner=resolved(node.inner, context))
        case Derivative():
            return node._replace(
                of=None if node.of is None else resolved(node.of, context),
                by=tuple(resolved(by, context) for by in node.by),
                scale=None if node.scale is None else resolved(node.scale, context),
            )
        case Call():
            return node._replace(arguments=tuple(resolved(item, context) for item in node.arguments))
        case Big():
            return node._replace(body=resolved(node.body, context))
        case Relation():
            return node._replace(left=resolved(node.left, context), right=resolved(node.right, context))
        case Matrix():
            return node._replace(rows=tuple(tuple(resolved(e, context) for e in row) for row in node.rows))
        case Cases():
            return node._replace(
                rows=tuple(
                    (resolved(value, context), None if condition is None else resolved(condition, context))
                    for value, condition in node.rows
                )
            )
        case _:
            return node


_FACTORS = frozenset(("η", "α", "λ", "β", "ε", "γ", "μ", "ρ", "κ", "lr"))
"""Letters of rates and coefficients: a bracket after one is a factor, not its argument."""


def _split(name: Name, context: Context) -> Node:
    parts = split_run(name, context)
    if len(parts) == 1:
        return parts[0]
    return Product(tuple(Factor("", part) for part in parts), name.span)


def split_run(name: Name, context: Context) -> list[Node]:
    """The names that a run of letters is: known ones as long as possible, else letter by letter."""
    run = name.letter
    if name.style in ("word", "cal", "bb") or len(run) == 1 or context.is_known(run):
        return [name]
    if context.is_index(run) or run in BUILTIN:
        return [name]
    size = context.is_size("d") and not context.is_defined_at_all("d")
    if run[0] == "d" and context.is_known(run[1:]) and (size or not context.is_known("d")):
        return [name]  # a size is seldom a factor of what it is the size of
    if run[0] == "d" and len(run) == 2 and not context.is_known("d"):
        return [name]
    if context.plain_text and not all(context.is_known(c) for c in run):
        return [name]
    known = [key for key in (*context.declarations, *context.definitions, *context.sizes) if len(key) > 1]
    parts: list[Node] = []
    position = 0
    start, stop = name.span
    exact = stop - start == len(run)
    while position < len(run):
        best = max((key for key in known if run.startswith(key, position)), key=len, default="")
        if not best:
            piece = _PIECE.match(run, position)
            best = piece[0] if piece else run[position]
            if len(best) > 1 and not best.isdigit() and position and context.is_known(best[0]):
                best = best[0] if not context.is_known(best) and not best[1:].isdigit() else best
        span = (start + position, start + position + len(best)) if exact else name.span
        parts.append(_part(best, name.style, span, context))
        position += len(best)
    return parts


def _part(text: str, style: str, span: Span, context: Context) -> Node:
    if text.isdigit():
        from fractions import Fraction

        return Number(Fraction(int(text)), False, span)
    stem, digits = text[0], text[1:]
    if digits.isdigit() and not context.is_known(text) and (context.rank(stem) or 0) > 0:
        from fractions import Fraction

        place = (span[0] + 1, span[1]) if span[1] - span[0] == len(text) else span
        return Scripted(
            Name(stem, style, span), Number(Fraction(int(digits)), False, place), (), 0, span
        )  # w1 for w_1
    return Name(text, style, span)


def _scripted(node: Scripted, context: Context) -> Node:
    base = node.base
    if isinstance(base, Name) and len(base.letter) > 1 and base.style not in ("word", "cal", "bb"):
        whole = context.named(node)
        if whole is not None and context.is_known(whole[0].key):
            return node
        parts = split_run(base, context)
        if len(parts) == 1:
            return node._replace(base=parts[0])
        last = parts[-1]
        tail = node._replace(base=last, span=(last.span[0], node.span[1]))
        if isinstance(last, Scripted):
            tail = node._replace(base=last.base, sub=last.sub, span=(last.span[0], node.span[1]))
        return Product((*(Factor("", part) for part in parts[:-1]), Factor("", tail)), node.span)
    if spelled(base) is not None:
        return node
    return node._replace(base=resolved(base, context))


def _product(node: Product, context: Context) -> Node:
    factors: list[Factor] = []
    pending = list(node.factors)
    n = 0
    while n < len(pending):
        factor = pending[n]
        after = pending[n + 1] if n + 1 < len(pending) else None
        head = factor.node
        parts: list[Node] = [head]
        if isinstance(head, Name) and len(head.letter) > 1:
            parts = split_run(head, context)
        elif isinstance(head, Scripted):
            made = _scripted(head, context)
            parts = (
                [f.node for f in made.factors]
                if isinstance(made, Product) and made is not head.base
                else [made]
            )
        group = _group_of(after)
        opened = _opened(parts[-1], pending, n + 1, context) if group is None else 0
        if opened:
            body = _joined(pending[n + 1 : n + 1 + opened], context)
            bare = Call(parts[-1], (body,), False, (parts[-1].span[0], body.span[1]))
            parts = [*parts[:-1], bare]
            n += opened
        elif group is not None and is_call(parts[-1], group, context):
            call = _called(parts[-1], after.node, group, context)  # type: ignore[union-attr]  # group is in it
            parts = [*parts[:-1], call]
            n += 1
        elif len(parts) == 1:
            parts = [resolved(parts[0], context)]
        taken = _argument_of(parts[-1], after, context)
        if taken is not None:
            parts = [*parts[:-1], taken]
            n += 1
        reach = _reach(parts[-1], len(pending) - n - 1)
        if reach:
            operator = parts[-1]
            assert isinstance(operator, Derivative)
            behind = (Factor("", operator.of), *pending[n + 1 : n + 1 + reach])  # type: ignore[arg-type]
            span = (operator.of.span[0], behind[-1].node.span[1])  # type: ignore[union-attr]
            body = resolved(Product(behind, span), context)
            parts = [*parts[:-1], operator._replace(of=body, span=(operator.span[0], span[1]))]
            n += reach
        for k, part in enumerate(parts):
            factors.append(Factor(factor.op if k == 0 else "", part))
        n += 1
    if len(factors) == 1 and not factors[0].op:
        return factors[0].node
    return node._replace(factors=tuple(factors))


def _argument_of(node: Node, after: Factor | None, context: Context) -> Node | None:
    """``∇_w J̃(w)``: the bracket behind a name under an operator belongs to the name."""
    if not isinstance(node, Derivative) or node.notation not in ("nabla", "partial") or node.of is None:
        return None
    group = _group_of(after)
    if group is None or after is None or spelled(node.of) is None or not is_call(node.of, group, context):
        return None
    call = _called(node.of, after.node, group, context)
    return node._replace(of=call, span=(node.span[0], call.span[1]))


def _reach(node: Node, after: int) -> int:
    """How many factors ∇_w takes beyond the first: all, where the first is a bracket or a number.

    ``∇_w (Xw − y)ᵀ(Xw − y)`` speaks of the whole product, ``∇_w L x`` of L.
    """
    if not isinstance(node, Derivative) or node.notation not in ("nabla", "partial") or node.of is None:
        return 0
    of = node.of
    word = isinstance(of, Name) and of.style == "word" and of.letter in BUILTIN
    if not word and (isinstance(of, Call) or spelled(of) is not None):
        return 0
    return after


def _opened(head: Node, factors: list[Factor], start: int, context: Context) -> int:
    """How many factors a word such as tr takes without brackets: those that follow with nothing between."""
    if not (isinstance(head, Name) and head.style == "word" and head.letter in BUILTIN) or context.is_known(
        head.letter
    ):
        return 0
    end = start
    while end < len(factors) and not factors[end].op:
        end += 1
    return end - start


def _joined(factors: list[Factor], context: Context) -> Node:
    if len(factors) == 1:
        return resolved(factors[0].node, context)
    span = (factors[0].node.span[0], factors[-1].node.span[1])
    return resolved(Product(tuple(factors), span), context)


def _group_of(factor: Factor | None) -> Group | None:
    if factor is None or factor.op:
        return None
    node = factor.node
    if isinstance(node, Scripted):
        node = node.base
    return node if isinstance(node, Group) and node.bracket in ("(", "[") else None


def is_call(head: Node, group: Group, context: Context) -> bool:
    """Whether a name before a bracket is a function that is applied to what stands in it."""
    if isinstance(group.inner, Relation) and (
        (isinstance(head, Number) and head.value == 1)
        or (isinstance(head, Name) and head.letter in ("1", "I", "𝟙"))
    ):
        return True
    found = context.named(head)
    if found is None:
        return False
    pattern, rest, primes = found
    key = pattern.key
    if group.bracket == "[" and key not in context.functions:
        return False
    if any(isinstance(sub, Relation) for sub in pattern.subs):
        return False  # an indicator is a number
    if key in context.self_called:
        return True
    if key in context.functions:
        return not (pattern.subs and (key in context.definitions or key in context.declarations))
    if isinstance(group.inner, Listed):
        return True
    if key in BUILTIN:
        return key not in context.declarations and key not in context.definitions
    if key in LOSS_LETTERS and pattern.labels and not _labelled(key, context):
        return True  # the loss of a step, beside the loss of all: L = Σ_t L^(t)(o^(t))
    if context.is_known(key) or key.partition("^")[0] in context.power_names:
        return primes > 0 and key not in context.declarations
    if key in context.self_called:
        return True
    if context.is_index(key) or context.is_size(key) or key == "e" or rest:
        return False
    if key in LOSS_LETTERS and spelled(group.inner) is not None:
        return True
    if primes:
        return True
    return key not in context.plain and key.partition("_")[0] not in _FACTORS


def _labelled(key: str, context: Context) -> bool:
    """Whether a name is stated with labels."""
    return any(d.labels for d in context.declarations.get(key, ())) or any(
        d.pattern.labels for d in context.definitions.get(key, ())
    )


def _called(head: Node, node: Node, group: Group, context: Context) -> Node:
    arguments = tuple(resolved(item, context) for item in items(group.inner))
    span = (head.span[0], group.span[1])
    call: Node = Call(head, arguments, True, span)
    if isinstance(node, Scripted):
        return node._replace(base=call, span=(head.span[0], node.span[1]))
    return call


def plain_names(node: Node) -> set[str]:
    """Keys of the names that stand inside otherwise than before a bracket."""
    found: set[str] = set()
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, Product):
            for n, factor in enumerate(here.factors):
                after = here.factors[n + 1] if n + 1 < len(here.factors) else None
                if _group_of(after) is not None and spelled(factor.node) is not None:
                    continue
                pending.append(factor.node)
            continue
        spelling = spelled(here)
        if spelling is not None:
            found.add(spelling.key)
            if isinstance(here, Name) and here.style not in ("word", "cal", "bb"):
                found.update(here.letter[:-1])  # of Vh, what does not stand before a bracket
        pending += children(here)
    return found
