"""The conventions that a derivation rests on: which of them its network needs. Renderers word them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.program import Equation, Program
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Call, Expression, Factor, inner_expressions
from symgrad.network.model import Model

Key: TypeAlias = Literal[
    "shapes",
    "correlation",
    "padding",
    "flat",
    "axes",
    "from zero",
    "layers",
    "repeats",
    "gradient",
    "upstream",
    "paths",
    "relu",
    "sigmoid",
    "log",
    "unknown function",
]


class Convention(NamedTuple):
    """A convention by its key, with the tensors or the function that it is about."""

    key: Key
    tensors: tuple[Tensor, ...] = ()
    function: str = ""


def conventions(
    model: Model, forward: Program, upstream: tuple[Tensor, ...], view: str
) -> tuple[Convention, ...]:
    """The conventions that the formulas of this network rest on, and no others."""
    return tuple(_needed(model, forward, upstream, view))


def _needed(model: Model, forward: Program, upstream: tuple[Tensor, ...], view: str) -> Iterator[Convention]:
    shaped = tuple(tensor for tensor in model.tensors if tensor.shape)
    if shaped:
        yield Convention("shapes", shaped)
    convolutions = [eq for eq in forward.equations if "conv" in model.layer_of(eq.target)]
    if convolutions:
        yield Convention("correlation")
        if any(_padded(eq) for eq in convolutions):
            yield Convention("padding")
    if view == "index":
        yield Convention("from zero")
    else:
        if any(len(tensor.shape) < 3 for tensor in shaped):
            yield Convention("flat")
        if any(len(tensor.shape) > 2 for tensor in shaped):
            yield Convention("axes", tuple(t for t in shaped if len(t.shape) > 2)[:1])
    layered = [tensor for tensor in shaped if tensor.label.isdigit()]
    weights = [tensor for tensor in layered if len(tensor.shape) > 1 and tensor.role == "parameter"]
    if layered:
        yield Convention("layers", tuple((weights or layered)[-1:]))
    repeated = [tensor for tensor in shaped if tensor.label.endswith("b")]
    if repeated:
        yield Convention("repeats", tuple(repeated[:1]))
    yield Convention("gradient")
    if upstream:
        yield Convention("upstream", upstream)
    if view == "chain":
        yield Convention("paths")
    functions = [call.function for eq in forward.equations for call in _calls(eq.body)]
    known = {function.name for function in functions if not function.abstract}
    if "relu" in known:
        yield Convention("relu")
    if "sigmoid" in known:
        yield Convention("sigmoid")
    if "log" in known:
        yield Convention("log")
    for name in sorted({function.name for function in functions if function.abstract}):
        yield Convention("unknown function", (), name)


def _padded(convolution: Equation) -> bool:
    """Whether a condition is left on where in the image an entry lies: one that the output's place is in."""
    place = convolution.axes[-2:]
    brackets = [bracket for term in convolution.body.terms for bracket in term.brackets]
    return any(index in place for bracket in brackets for index in bracket.e)


def _calls(expression: Expression) -> Iterator[Call]:
    pending: list[Factor] = [factor for term in expression.terms for factor, _ in term.powers]
    while pending:
        factor = pending.pop()
        if isinstance(factor, Call):
            yield factor
        for inner in inner_expressions(factor):
            pending += (f for term in inner.terms for f, _ in term.powers)
