"""The indices that a formula leaves open, and those that a sum in it binds."""

from __future__ import annotations

from symgrad.verify.context import Context, Range
from symgrad.verify.names import items, spelled
from symgrad.verify.syntax import Big, Label, Name, Node, Number, Relation, Scripted, children


def below(node: Big) -> tuple[Node, ...]:
    r"""What stands under a sum, piece by piece; ``0 \le i, j \le 1`` is 0 ≤ i ≤ 1 and 0 ≤ j ≤ 1."""
    found: list[Node] = []
    for item in items(node.lower) if node.lower is not None else ():
        before = found[-1] if found else None
        if (
            isinstance(before, Relation)
            and isinstance(item, Relation)
            and before.op == item.op == "≤"
            and isinstance(before.right, Name)
            and isinstance(item.left, Name)
            and not isinstance(before.left, Name | Relation)
            and not isinstance(item.right, Name | Relation)
        ):
            found[-1] = Relation(before, "≤", item.right, before.span)
            found.append(Relation(before._replace(right=item.left), "≤", item.right, item.span))
        else:
            found.append(item)
    return tuple(found)


def between(item: Node) -> tuple[str, Node, Node] | None:
    """The letter of ``0 ≤ i ≤ 1`` with its first and last value."""
    if not isinstance(item, Relation) or not isinstance(item.left, Relation) or item.op != "≤":
        return None
    middle = item.left.right
    if item.left.op != "≤" or isinstance(item.left.left, Relation) or not isinstance(middle, Name):
        return None
    return middle.letter, item.left.left, item.right


def binds_between(node: Big) -> bool:
    """Whether a sum says only by bounds what it runs over: no i = 0 and no bare i stand under it."""
    pieces = below(node)
    return bool(pieces) and all(isinstance(item, Relation) and item.op != "=" for item in pieces)


def bound_letters(node: Big) -> list[str]:
    """The letters that a sum runs over, and the run ``ij`` of two besides."""
    found: list[str] = []
    if binds_between(node):
        found += [limits[0] for item in below(node) if (limits := between(item)) is not None]
    for item in items(node.lower) if node.lower is not None else ():
        left = item.left if isinstance(item, Relation) else item
        for name in items(left):
            if isinstance(name, Name):
                found += [name.letter, *name.letter] if len(name.letter) > 1 else [name.letter]
    return found


def limits_in(node: Node) -> dict[str, Range]:
    """The limits that a sum gives to its letters."""
    if not isinstance(node, Big) or node.lower is None or node.upper is None:
        return {}
    return {
        item.left.letter: Range(item.right, node.upper)
        for item in items(node.lower)
        if isinstance(item, Relation) and item.op == "=" and isinstance(item.left, Name)
    }


def free_indices(node: Node, context: Context) -> list[str]:
    """The indices that a formula leaves open, in the order in which they stand."""
    found: dict[str, None] = {}
    _free(node, context, frozenset(), found, scripted=False)
    return list(found)


def _free(
    node: Node, context: Context, bound: frozenset[str], found: dict[str, None], *, scripted: bool
) -> None:
    match node:
        case Name():
            _free_name(node, context, bound, found, scripted=scripted)
        case Scripted():
            spelling = spelled(node)
            named = context.named(node) if spelling is not None else None
            if named is None:
                _free(node.base, context, bound, found, scripted=scripted)
                for part in (*((node.sub,) if node.sub is not None else ()), *node.sups):
                    _free(part, context, bound, found, scripted=True)
                return
            pattern, rest, _ = named
            for part in (*pattern.labels, *pattern.subs):
                _free(part, context, bound, found, scripted=True)
            for part in rest:
                _free(part, context, bound, found, scripted=False)
        case Big(lower=None, upper=None):
            return  # a bare Σ runs over what its body leaves open
        case Big():
            inner = {*bound, *bound_letters(node)}
            for item in items(node.lower) if node.lower is not None else ():
                if isinstance(item, Relation):
                    condition = item.op != "=" or isinstance(item.left, Relation)
                    within = frozenset(inner) if condition else bound
                    for side in (item.left, item.right) if condition else (item.right,):
                        _free(side, context, within, found, scripted=True)
            if node.upper is not None:
                _free(node.upper, context, bound, found, scripted=True)
            _free(node.body, context, frozenset(inner), found, scripted=False)
        case Label():
            _free(node.inner, context, bound, found, scripted=True)
        case Number():
            return
        case _:
            for child in children(node):
                _free(child, context, bound, found, scripted=scripted)


def _free_name(
    node: Name, context: Context, bound: frozenset[str], found: dict[str, None], *, scripted: bool
) -> None:
    letters = [node.letter]
    if len(node.letter) > 1 and scripted and node.style != "word" and not context.is_known(node.letter):
        letters = list(node.letter)
    for letter in letters:
        if letter in bound or letter.isdigit() or context.is_size(letter):
            continue
        if (scripted and context.is_index(letter)) or (
            not scripted and letter in context.ranges and letter not in context.declarations
        ):
            found.setdefault(letter)
