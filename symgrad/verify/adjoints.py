"""The derivatives of a scalar expression: one reverse sweep, through definitions, never inlining.

For a node u of e the adjoint is ū = ∂e/∂u = Σ over the nodes v made of u: v̄ · ∂v/∂u. The adjoint of a defined
symbol is a defined symbol again, so the gradients of a deep network stay as large as the network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator
from fractions import Fraction
from typing import Final

from symgrad.verify.expressions import (
    ONE,
    PI,
    ZERO,
    Scalar,
    abstract,
    bracket,
    call,
    defined,
    power,
    raised,
    times,
    total,
)
from symgrad.verify.walks import postorder, symbols_of

_FEW: Final = 8

# f′(u), given u and the node f(u) itself. At a kink it is torch's: relu′(0) = 0, abs′(0) = 0.
RULES: Final[dict[str, Callable[[Scalar, Scalar], Scalar]]] = {
    "exp": lambda u, f: f,
    "log": lambda u, f: power(u, -1),
    "tanh": lambda u, f: 1 - f**2,
    "sigmoid": lambda u, f: f * (1 - f),
    "softplus": lambda u, f: call("sigmoid", u),
    "relu": lambda u, f: bracket(">", u),
    "abs": lambda u, f: call("sign", u),
    "sign": lambda u, f: ZERO,
    "sin": lambda u, f: call("cos", u),
    "cos": lambda u, f: -call("sin", u),
    "sinh": lambda u, f: call("cosh", u),
    "cosh": lambda u, f: call("sinh", u),
    "erf": lambda u, f: 2 * power(PI, Fraction(-1, 2)) * call("exp", -(u**2)),
}


def partials(e: Scalar) -> dict[Scalar, Scalar]:
    """∂e/∂s for each symbol s that stands in ``e`` itself, every other symbol held fixed."""
    memo = e.memo = {} if e.memo is None else e.memo
    if "partials" not in memo:
        memo["partials"] = _partials(e)
    found: dict[Scalar, Scalar] = memo["partials"]
    return found


def of_definition(s: Scalar) -> dict[Scalar, Scalar]:
    """The partials of a defined symbol's value, in which the value itself goes by its name: h′ = 1 − h²."""
    memo = s.memo = {} if s.memo is None else s.memo
    value = s.definition
    if "definition" not in memo:
        memo["definition"] = {} if value is None else _partials(value, s)
    found: dict[Scalar, Scalar] = memo["definition"]
    return found


def _partials(e: Scalar, name: Scalar | None = None) -> dict[Scalar, Scalar]:
    contributions: dict[Scalar, list[Scalar]] = {e: [ONE]}
    found: dict[Scalar, Scalar] = {}
    nodes = list(postorder(e))
    for node in reversed(nodes):
        reached = contributions.pop(node, None)
        if reached is None:
            continue
        adjoint = total(reached)
        if node.kind == "symbol":
            found[node] = adjoint
        elif adjoint is not ZERO:
            for part, slope in slopes(node, name if node is e and name is not None else node):
                contributions.setdefault(part, []).append(times((adjoint, slope)))
    return found


def slopes(node: Scalar, itself: Scalar) -> Iterator[tuple[Scalar, Scalar]]:
    """Each part u of ``node`` that is no number, with ∂node/∂u; a part that stands twice comes twice.

    ``itself`` is what the node is called where its own value stands in the slope.
    """
    args = node.args
    match node.kind:
        case "sum":
            for arg in args:
                if arg.kind != "number":
                    yield arg, ONE
        case "product":
            yield from _leibniz(args)
        case "power":
            yield args[0], node.exponent * power(args[0], node.exponent - 1)
        case "raise":
            base, exponent = args
            if base.kind != "number":
                yield base, exponent * raised(base, exponent - 1)
            yield exponent, itself * call("log", base)
        case "call" if node.data == "max":
            # max(a, b) = b + relu(a − b), so that the slopes add up to 1 at a tie too.
            first = bracket(">", args[0] - args[1])
            yield args[0], first
            yield args[1], 1 - first
        case "call":
            yield args[0], RULES[node.data](args[0], itself)
        case "abstract":
            name, orders = node.unknown
            for i, arg in enumerate(args):
                more = tuple(n + (k == i) for k, n in enumerate(orders))
                yield arg, abstract(name, more, args)
        case _:
            return


def _leibniz(factors: tuple[Scalar, ...]) -> Iterator[tuple[Scalar, Scalar]]:
    """Each factor with the product of the others; shared from both ends where there are many."""
    if len(factors) <= _FEW:
        for i, factor in enumerate(factors):
            if factor.kind != "number":
                yield factor, times((*factors[:i], *factors[i + 1 :]))
        return
    after = [ONE]
    for factor in reversed(factors):
        after.append(times((factor, after[-1])))
    before = ONE
    for i, factor in enumerate(factors):
        if factor.kind != "number":
            yield factor, times((before, after[len(factors) - 1 - i]))
        before = times((before, factor))


def adjoints(e: Scalar, cut: Collection[Scalar] = ()) -> dict[Scalar, Scalar]:
    """∂e/∂s for each symbol s that is reached from ``e`` through definitions, but for those of ``cut``.

    The adjoint of a defined symbol is a symbol that stands for Σ adjoint(user) · ∂user/∂s, unless that is a
    number or a symbol itself. The sweep is remembered with ``e``.
    """
    memo = e.memo = {} if e.memo is None else e.memo
    place = "adjoints", frozenset(cut)
    if place not in memo:
        memo[place] = _sweep(e, frozenset(cut))
    found: dict[Scalar, Scalar] = memo[place]
    return found


def _sweep(e: Scalar, cut: frozenset[Scalar]) -> dict[Scalar, Scalar]:
    contributions: dict[Scalar, list[Scalar]] = {}
    found: dict[Scalar, Scalar] = {}
    if e.kind == "symbol":
        contributions[e] = [ONE]
    else:
        contributions = {s: [slope] for s, slope in partials(e).items()}
    for s in reversed(list(_definitions_first(e, cut))):
        adjoint = total(contributions.pop(s, ()))
        value = None if s in cut else s.definition
        if value is not None:
            if adjoint.kind not in {"number", "symbol"}:
                adjoint = defined(("adjoint", _key(e), _key(s)), f"∂{_name(e)}/∂{_name(s)}", adjoint)
            if adjoint is not ZERO:
                for part, slope in of_definition(s).items():
                    contributions.setdefault(part, []).append(times((adjoint, slope)))
        found[s] = adjoint
    return found


def _definitions_first(e: Scalar, cut: frozenset[Scalar]) -> Iterator[Scalar]:
    """The symbols reached from ``e``, each after those that its definition names."""
    done: set[Scalar] = set()
    opened: set[Scalar] = set()
    stack = list(symbols_of(e))
    while stack:
        s = stack[-1]
        value = None if s in cut else s.definition
        if s in done or s in opened or value is None:
            stack.pop()
            if s not in done:
                done.add(s)
                yield s
            continue
        opened.add(s)
        for part in symbols_of(value):
            if part in opened and part not in done:
                raise ValueError(f"{part.letter.name} is defined by itself")
            stack.append(part)


def _key(e: Scalar) -> Hashable:
    return e.letter.key if e.kind == "symbol" else e.serial


def _name(e: Scalar) -> str:
    return e.letter.name if e.kind == "symbol" else "f"
