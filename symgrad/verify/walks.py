"""Ways through an expression: its nodes, its symbols, replacements, its text. Every walk is a loop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from symgrad.verify.expressions import (
    Scalar,
    abstract,
    bracket,
    call,
    defined,
    maximum,
    power,
    raised,
    times,
    total,
)


def postorder(e: Scalar) -> Iterator[Scalar]:
    """Each node of ``e`` once, parts before what they are parts of; definitions are not entered."""
    return ordered((e,), through_definitions=False)


def ordered(roots: Iterable[Scalar], *, through_definitions: bool) -> Iterator[Scalar]:
    """Nodes, parts first; a defined symbol comes after its definition where definitions are entered.

    Raises:
        ValueError: a symbol is defined by itself.
    """
    done: set[Scalar] = set()
    opened: set[Scalar] = set()
    stack = list(roots)
    stack.reverse()
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        parts = node.args
        if through_definitions and node.kind == "symbol" and node.data.is_defined:
            parts = (node.data.definition,)
        if node in opened or not parts:
            stack.pop()
            done.add(node)
            yield node
            continue
        opened.add(node)
        for part in reversed(parts):
            if part not in done:
                if part in opened and part.kind == "symbol":
                    raise ValueError(f"{part.letter.name} is defined by itself")
                stack.append(part)


def symbols_of(e: Scalar, through_definitions: bool = False) -> tuple[Scalar, ...]:
    """The symbols of ``e`` as they occur; where definitions are entered, those in a definition come first."""
    nodes = ordered((e,), through_definitions=through_definitions)
    return tuple(node for node in nodes if node.kind == "symbol")


def rebuilt(node: Scalar, args: Sequence[Scalar]) -> Scalar:
    """The same operation on other parts."""
    match node.kind:
        case "sum":
            return total(args)
        case "product":
            return times(args)
        case "power":
            return power(args[0], node.data)
        case "raise":
            return raised(args[0], args[1])
        case "call":
            return maximum(args[0], args[1]) if node.data == "max" else call(node.data, args[0])
        case "bracket":
            return bracket(node.data, args[0])
        case "abstract":
            return abstract(*node.unknown, args)
        case _:
            return node


def substituted(e: Scalar, mapping: Mapping[Scalar, Scalar], through_definitions: bool = False) -> Scalar:
    """``e`` with each node that ``mapping`` names replaced, all at once.

    With ``through_definitions`` a defined symbol whose definition changes is replaced by one of the same name
    that stands for the changed value.
    """
    if not mapping:
        return e
    made: dict[Scalar, Scalar] = {}
    for node in ordered((e,), through_definitions=through_definitions):
        if node in mapping:
            made[node] = mapping[node]
        elif node.kind == "symbol":
            made[node] = node
            value = node.definition if through_definitions else None
            if value is not None and made[value] is not value:
                letter = node.letter
                made[node] = defined(letter.key, letter.name, made[value], letter.sign)
        else:
            args = [made[arg] for arg in node.args]
            same = all(new is old for new, old in zip(args, node.args, strict=True))
            made[node] = node if same else rebuilt(node, args)
    return made[e]


def expanded_definition(e: Scalar, which: Collection[Scalar] | None = None) -> Scalar:
    """``e`` with the defined symbols in ``which`` (None: all) replaced by values, and in those again."""
    made: dict[Scalar, Scalar] = {}
    for node in _entered(e, which):
        if node.kind == "symbol":
            value = node.definition if which is None or node in which else None
            made[node] = node if value is None else made[value]
        else:
            args = [made[arg] for arg in node.args]
            same = all(new is old for new, old in zip(args, node.args, strict=True))
            made[node] = node if same else rebuilt(node, args)
    return made[e]


def _entered(e: Scalar, which: Collection[Scalar] | None) -> Iterator[Scalar]:
    """The nodes of ``e`` and of the definitions in ``which``, parts first."""
    if which is None:
        yield from ordered((e,), through_definitions=True)
        return
    seen: set[Scalar] = set()
    waiting: list[tuple[Scalar, Iterator[Scalar]]] = []
    walk = postorder(e)
    while True:
        for node in walk:
            if node in seen:
                continue
            value = node.definition if node in which else None
            if value is not None and value not in seen:
                waiting.append((node, walk))
                walk = postorder(value)
                break
            seen.add(node)
            yield node
        else:
            if not waiting:
                return
            node, walk = waiting.pop()
            seen.add(node)
            yield node


def height(e: Scalar) -> int:
    """How many definitions stand on each other below ``e``; 0 where it names inputs only.

    Letters remember theirs, and a definition whose letter does is not entered again.

    Raises:
        ValueError: a symbol is defined by itself.
    """
    waiting = [s for s in names_in(e) if s.data.height < 0]
    opened: set[Scalar] = set()
    while waiting:
        s = waiting[-1]
        letter = s.data
        if letter.height >= 0:
            waiting.pop()
            continue
        value = letter.definition
        names = () if value is None else names_in(value)
        lower = [name for name in names if name.data.height < 0]
        if not lower:
            waiting.pop()
            letter.height = 0 if value is None else 1 + max((name.data.height for name in names), default=0)
            continue
        opened.add(s)
        if any(name in opened for name in lower):
            raise ValueError(f"{s.letter.name} is defined by itself")
        waiting += lower
    return max((s.data.height for s in names_in(e)), default=0)


def names_in(e: Scalar) -> tuple[Scalar, ...]:
    """The symbols that stand in ``e`` itself; remembered with it."""
    if e.kind == "symbol":
        return (e,)
    memo = e.memo = {} if e.memo is None else e.memo
    found: tuple[Scalar, ...] | None = memo.get("names")
    if found is None:
        found = memo["names"] = symbols_of(e)
    return found


def written(e: Scalar, limit: int = 2000) -> str:
    """``e`` in plain signs, for messages; cut off after ``limit`` characters."""
    texts: list[str] = []
    stack: list[Scalar | str] = [e]
    length = 0
    while stack and length < limit:
        item = stack.pop()
        if isinstance(item, str):
            texts.append(item)
            length += len(item)
            continue
        parts: list[Scalar | str] = []
        match item.kind:
            case "number":
                parts = [str(item.data)]
            case "symbol":
                parts = [item.letter.name]
            case "pi":
                parts = ["π"]
            case "sum" | "product":
                parts = ["("]
                for arg in item.args:
                    parts += [arg, " + " if item.kind == "sum" else "·"]
                parts[-1] = ")"
            case "power":
                parts = [item.args[0], f"^({item.data})"]
            case "raise":
                parts = [item.args[0], "^(", item.args[1], ")"]
            case "bracket":
                parts = ["[", item.args[0], f" {item.data} 0]"]
            case _:
                name = item.data if item.kind == "call" else item.data[0] + "'" * sum(item.data[1])
                parts = [f"{name}("]
                for arg in item.args:
                    parts += [arg, ", "]
                parts[-1] = ")"
        stack += reversed(parts)
    return "".join(texts) + ("…" if stack else "")
