"""What an update must be: the document's template or a step of gradient descent; what arrows mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from symgrad.verify.compare import Truth, truth_of
from symgrad.verify.context import Context, Template
from symgrad.verify.gather import RATES
from symgrad.verify.names import LOSS_LETTERS, spelled
from symgrad.verify.syntax import (
    Derivative,
    Factor,
    Name,
    Node,
    Product,
    Scripted,
    Sum,
    Term,
    children,
    parts_of,
)

_NO_TEMPLATE = (
    "nothing says what this update must be; state it, as in "
    r"\theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta}"
)


def update_truth(
    target: Node, right: Node, context: Context, strangers: Sequence[str] = ()
) -> tuple[Truth | None, str]:
    """What ``target ← right`` must assign, or why nothing says so.

    ``strangers`` are the names of which nothing else speaks, such as a velocity.
    """
    template = _template(target, context)
    if template is not None:
        from symgrad.verify.meaning import same_name

        body = template.right
        if not same_name(template.left, target):
            body = put(template.right, template.placeholder, target, exact=template.left)
        return truth_of(body, target), ""
    rate = _rate(target, right)
    if rate is None:
        return (
            None,
            _NO_TEMPLATE,
        )
    gradient = Derivative(None, (target,), 1, "nabla", "∇", None, right.span)
    derivative = _gradient_in(right)
    if derivative is None and strangers:
        return None, f"nothing in the document says what {strangers[0]} is"
    others = _other_rates(target, rate, right, context)
    if others:
        return None, f"nothing in the document says what {others[0]} does in this update"
    if derivative is not None:
        gradient = derivative._replace(by=(target,))
    return _step(target, rate, gradient), ""


def other_updates(target: Node, right: Node, context: Context) -> Iterator[Truth]:
    """What the update would assign if it went down another of the document's losses."""
    rate = _rate(target, right)
    if rate is None or _template(target, context) is not None:
        return
    for key, definitions in context.definitions.items():
        if key in LOSS_LETTERS and not any(d.adjoint for d in definitions):
            loss = Name(key, "", right.span)
            yield _step(target, rate, Derivative(loss, (target,), 1, "fraction", "∂", None, right.span))


def _step(target: Node, rate: Node, gradient: Node) -> Truth:
    span = gradient.span
    step = Product((Factor("", rate), Factor("", gradient)), span)
    return truth_of(Sum((Term(1, target, span), Term(-1, step, span)), span), target)


def _gradient_in(right: Node) -> Derivative | None:
    for part in parts_of(right):
        if isinstance(part, Derivative) and part.of is not None and len(part.by) == 1:
            return part
    return None


def _other_rates(target: Node, rate: Node, right: Node, context: Context) -> list[str]:
    """Letters of rates beside the first that no equation of the document holds: a decay, a momentum."""
    from symgrad.verify.meaning import bare

    stated = {
        spelling.key
        for body in context.bodies()
        for part in parts_of(body)
        if (spelling := spelled(part)) is not None
    }
    found: list[str] = []
    for part in parts_of(right):
        spelling = spelled(part)
        if spelling is None or bare(part) in (bare(target), bare(rate)):
            continue
        if spelling.key in RATES and spelling.key not in stated and not context.is_known(spelling.key):
            found.append(spelling.key)
    return found


def arrow_truth(left: Node, context: Context) -> Truth | None:
    """The derivative that a table such as ``f(x) → ∂f/∂x`` lists beside ``left``."""
    for template in context.templates:
        if template.arrow == "→" and isinstance(template.right, Derivative):
            body = template.right._replace(of=left)
            return truth_of(body)
    return None


def _template(target: Node, context: Context) -> Template | None:
    spelling = spelled(target)
    candidates = [t for t in context.templates if t.arrow == "←"]
    for template in candidates:
        if spelling is not None and template.placeholder == spelling.key:
            return template
    for template in candidates:
        if template.placeholder not in context.declarations:
            return template
    return None


def put(node: Node, key: str, target: Node, *, exact: Node) -> Node:
    """``node`` with the name ``key`` replaced by ``target``; the name may carry no scripts of its own."""
    spelling = spelled(node)
    if spelling is not None:
        if spelling.key == key and not spelling.subs and not spelling.sups:
            return target
        if not isinstance(node, Scripted):
            return node
    if isinstance(node, tuple) and not isinstance(node, Name):
        made: Node = _rebuilt(node, key, target, exact)
        return made
    return node


def _rebuilt(node: Any, key: str, target: Node, exact: Node) -> Any:
    """A node, or a tuple of nodes, with the name replaced in all parts."""
    if not isinstance(node, tuple):
        return node
    if hasattr(node, "_fields"):
        if not isinstance(node, Factor | Term):
            whole: Node = node  # type: ignore[assignment]  # a tuple with fields is a part of a formula
            spelling = spelled(whole)
            if spelling is not None and spelling.key == key and not spelling.subs and not spelling.sups:
                return target
        return type(node)(
            *(
                part if name.endswith("span") else _rebuilt(part, key, target, exact)
                for name, part in zip(node._fields, node, strict=True)
            )
        )
    return tuple(_rebuilt(part, key, target, exact) for part in node)


def _rate(target: Node, right: Node) -> Node | None:
    """The learning rate that an update uses."""
    from symgrad.verify.meaning import bare

    pending = [right]
    while pending:
        here = pending.pop()
        spelling = spelled(here)
        if spelling is not None:
            if bare(here) != bare(target) and spelling.key in RATES:
                return here
            continue
        pending += reversed(children(here))
    return None
