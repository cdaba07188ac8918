"""The conventions that a derivation rests on: which of them its network needs. Renderers word them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.functions import DECIMALS, GELU_SCALE
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.recurrence import groups, recurrent
from symgrad.algebra.sizes import size_symbols
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Call,
    Expression,
    Factor,
    FirstMaximiser,
    Named,
    Term,
    ValueBracket,
    inner_expressions,
)
from symgrad.derivation.matrices import (
    Correlation,
    Crop,
    Dilate,
    Elementwise,
    Everywhere,
    Form,
    FullConvolution,
    Hadamard,
    Indicator,
    MatMul,
    Node,
    Outer,
    Pad,
    Part,
    Power,
    Scaled,
    SquaredNorm,
    Sum,
    Total,
    Unvec,
    Vec,
    all_nodes,
    children,
)
from symgrad.derivation.matrix import Refusal
from symgrad.derivation.readable import closed_form
from symgrad.derivation.steps.trace import Explanation
from symgrad.derivation.sweep import Gradients
from symgrad.network.model import Model

Key: TypeAlias = Literal[
    "shapes",
    "batch",
    "sizes",
    "correlation",
    "transposed",
    "padding",
    "flat",
    "axes",
    "from zero",
    "conditions",
    "layers",
    "repeats",
    "gradient",
    "steps",
    "upstream",
    "paths",
    "second",
    "mirror",
    "zero blocks",
    "zero entries",
    "constant brackets",
    "put in",
    "levels put in",
    "cases",
    "relu",
    "relu at a kink",
    "sigmoid",
    "softplus",
    "normal distribution",
    "abs",
    "abs at a kink",
    "ties",
    "first place",
    "objective",
    "log",
    "zero log",
    "selu",
    "gelu",
    "unknown function",
    "step",
    "kept",
    "constants",
    "sums to one",
    "assumed to sum to one",
    "sums to zero",
    "columns",
    "entry by entry",
    "all ones",
    "added numbers",
    "total",
    "norm",
    "parts",
    "star",
    "full convolution",
    "dilate",
    "pad",
    "crop",
    "vec",
    "no matrix form",
    "symbolic size",
    "unchecked",
    "steps from zero",
    "kronecker",
    "held fixed",
    "checked steps",
]


class Convention(NamedTuple):
    """A convention by its key, with the tensors, the constants or the function that it is about.

    What "step" has for a function is what its optimiser is called in running text. A constant is told by its
    name and what it stands for. ``levels`` is the depth of the substituted view.
    """

    key: Key
    tensors: tuple[Tensor, ...] = ()
    function: str = ""
    constants: tuple[tuple[str, str], ...] = ()
    axes: tuple[int, ...] = ()
    levels: int = 0


def conventions(
    model: Model,
    forward: Program,
    gradients: Gradients,
    view: str,
    forms: Mapping[Tensor, Form | Refusal] = MappingProxyType({}),
    shown: Sequence[Tensor] | None = None,
    depth: int | None = None,
) -> tuple[Convention, ...]:
    """The conventions that the formulas of this network rest on, and no others.

    ``shown`` are the tensors on the page, all of them if None; ``depth`` is that of the substituted view.
    """
    present = model.tensors if shown is None else tuple(t for t in model.tensors if t in set(shown))
    return tuple(_needed(model, forward, gradients, view, forms, present, depth))


def _needed(
    model: Model,
    forward: Program,
    gradients: Gradients,
    view: str,
    forms: Mapping[Tensor, Form | Refusal],
    present: Sequence[Tensor],
    depth: int | None,
) -> Iterator[Convention]:
    shaped = tuple(tensor for tensor in present if tensor.shape)
    if shaped:
        yield Convention("shapes", shaped)
    if model.batch is not None:
        yield Convention("batch", tuple(tensor for tensor in shaped if tensor.role == "input"))
    ruled = tuple(t for t in shaped if any(symbol.steps for n in t.shape for symbol in size_symbols(n)))
    if ruled:
        yield Convention("sizes", ruled)
    made = {eq.target: model.layer_of(eq.target) for eq in forward.equations}
    convolutions = [eq for eq in forward.equations if _CORRELATION.fullmatch(made[eq.target])]
    if convolutions:
        yield Convention("correlation")
    if any(layer.startswith("conv_transpose") for layer in made.values()):
        yield Convention("transposed")
    means = [eq for eq in forward.equations if "avg_pool" in model.layer_of(eq.target)]
    printed = [*forward.equations, *gradients.program.equations]
    if view == "matrix":  # what has a matrix form has no indices to be conditions on
        yield from _of_forms(forms)
        printed = [eq for eq in printed if not isinstance(forms.get(eq.target), Form)]
    if printed and any(_padded(eq) for eq in (*convolutions, *means)):
        yield Convention("padding")
    if view in ("index", "matrix"):
        if view == "index" or printed or any(_is_part(node) for node in _nodes(forms)):
            yield Convention("from zero")
        if any(_conditional(eq) for eq in printed):
            yield Convention("conditions")
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
    if model.objective is not None and model.objective.name != "L":
        yield Convention("objective", (model.objective,))
    yield Convention("gradient")
    upstream = tuple(tensor.of for tensor in gradients.upstream if tensor.of is not None)
    if upstream:
        yield Convention("upstream", upstream)
    for group in filter(recurrent, groups(forward.equations)):
        yield Convention("steps", tuple(eq.target for eq in group))
    if view == "chain":
        yield Convention("paths")
    if view == "substituted":
        yield Convention("put in") if depth is None else Convention("levels put in", levels=depth)
    functions = [call.function for eq in forward.equations for call in _calls(eq.body)]
    known = {function.name for function in functions if not function.abstract}
    parts = [part for eq in forward.equations for part in _parts(eq.body)]
    factors = [[factor for factor, _ in term.powers] for part in parts for term in part.terms]
    cases = any(isinstance(factor, ValueBracket) for product in factors for factor in product)
    if cases:
        yield Convention("cases")
    if "relu" in known:  # what a bracket is is said once
        yield Convention("relu at a kink" if cases else "relu")
    if "abs" in known:
        yield Convention("abs at a kink" if cases or "relu" in known else "abs")
    if "softplus" in known:
        yield Convention("softplus")
    if "sigmoid" in known or "softplus" in known:
        yield Convention("sigmoid")
    if "Phi" in known:
        yield Convention("normal distribution")
    if any(_chooses(eq) for eq in gradients.program.equations):
        yield Convention("first place" if view == "index" else "ties")
    if "log" in known:
        yield Convention("log")
        if any(len(product) > 1 and any(map(_is_log, product)) for product in factors):
            yield Convention("zero log")
    named = {factor.name for product in factors for factor in product if isinstance(factor, Named)}
    if named & DECIMALS.keys():
        yield Convention("selu")
    if GELU_SCALE.name in named:
        yield Convention("gelu")
    for fact in gradients.facts:
        if fact.assumed:
            yield Convention("assumed to sum to one", (fact.tensor,), axes=fact.axes)
        else:
            yield Convention("sums to one" if fact.value else "sums to zero", (fact.tensor,), axes=fact.axes)
    for name in sorted({function.name for function in functions if function.abstract}):
        yield Convention("unknown function", (), name)


_CORRELATION = re.compile("conv[123]d")


def step_conventions(view: str, explanations: Collection[Explanation]) -> tuple[Convention, ...]:
    """The conventions that the steps to these gradients rest on beside those of the view."""
    return tuple(_of_steps(view, explanations))


def _of_steps(view: str, explanations: Collection[Explanation]) -> Iterator[Convention]:
    if not explanations:
        return
    if view != "index":
        yield Convention("steps from zero")
        if any(_chooses(explanation.equation) for explanation in explanations):
            yield Convention("first place")
    terms = [term for explanation in explanations for step in explanation.steps for term in step.body.terms]
    if any(bracket.kind == "=" for term in terms for bracket in term.brackets):
        yield Convention("kronecker")
    if any(b.kind != "=" for term in terms if not _below_the_sign(term) for b in term.brackets):
        yield Convention("conditions")
    if any(way.through or len(each.ways) > 1 for each in explanations for way in each.ways):
        yield Convention("held fixed")
    yield Convention("checked steps")


def _is_log(factor: Factor) -> bool:
    return isinstance(factor, Call) and factor.function.name == "log"


_OPERATIONS: dict[type, Key] = {
    Correlation: "star",
    FullConvolution: "full convolution",
    Dilate: "dilate",
    Pad: "pad",
    Crop: "crop",
    Vec: "vec",
    Unvec: "vec",
    Total: "total",
    SquaredNorm: "norm",
}


def _of_forms(forms: Mapping[Tensor, Form | Refusal]) -> Iterator[Convention]:
    """What the operations of matrix forms mean, and which equations have none."""
    nodes = _nodes(forms)
    yield Convention("columns")
    if any(isinstance(node, Hadamard | Elementwise | Indicator | Power) for node in nodes):
        yield Convention("entry by entry")
    if any(isinstance(node, Everywhere) for product in nodes for node in _multiplied(product)):
        yield Convention("all ones")
    if any(isinstance(part, Everywhere) for node in nodes if isinstance(node, Sum) for part in _added(node)):
        yield Convention("added numbers")
    for key in dict.fromkeys(_OPERATIONS.values()):
        if any(_OPERATIONS.get(type(node)) == key for node in nodes):
            yield Convention(key)
    parts = [n.tensor for n in nodes if isinstance(n, Part) and 0 < len(n.leading) < len(n.tensor.shape)]
    if parts:
        yield Convention("parts", tuple(parts[:1]))
    refusals: tuple[Refusal, ...] = ("no matrix form", "symbolic size", "unchecked")
    for refusal in refusals:
        without = tuple(tensor for tensor, form in forms.items() if form == refusal)
        if without:
            yield Convention(refusal, without)


def _nodes(forms: Mapping[Tensor, Form | Refusal]) -> list[Node]:
    return [node for form in forms.values() if isinstance(form, Form) for node in all_nodes(form.body)]


def _is_part(node: Node) -> bool:
    return isinstance(node, Part) and bool(node.leading)


def _multiplied(node: Node) -> tuple[Node, ...]:
    return children(node) if isinstance(node, MatMul | Outer) else ()


def _added(node: Sum) -> tuple[Node, ...]:
    return tuple(part.inner if isinstance(part, Scaled) else part for part in node.parts)


def _padded(equation: Equation) -> bool:
    """Whether a condition is left on where in the image an entry lies: one that the output's place is in."""
    place = [index for index in equation.axes if index.letter in "ijk"]
    brackets = [bracket for term in equation.body.terms for bracket in term.brackets]
    return any(index in place for bracket in brackets for index in bracket.e)


def _conditional(equation: Equation) -> bool:
    """Whether a term has conditions that are printed as a factor."""
    terms = (term for part in _parts(closed_form(equation).body) for term in part.terms)
    return any(term.brackets and not _below_the_sign(term) for term in terms)


def _below_the_sign(term: Term) -> bool:
    """Whether the conditions of a term stand below its sum sign: one of them is on what is summed over."""
    return any(index in term.bound for bracket in term.brackets for index in bracket.e)


def _chooses(equation: Equation) -> bool:
    """Whether a factor asks which entry is the greatest."""
    terms = (term for part in _parts(equation.body) for term in part.terms)
    return any(isinstance(factor, FirstMaximiser) for term in terms for factor, _ in term.powers)


def _calls(expression: Expression) -> Iterator[Call]:
    for part in _parts(expression):
        yield from (f for term in part.terms for f, _ in term.powers if isinstance(f, Call))


def _parts(expression: Expression) -> Iterator[Expression]:
    """The expression and all inside it."""
    yield expression
    for term in expression.terms:
        for factor, _ in term.powers:
            for inner in inner_expressions(factor):
                yield from _parts(inner)
