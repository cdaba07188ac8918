"""Derivatives as they stand on a page, and a loss that nothing defines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from symgrad.verify.arrays import Array, divided, scalar, transposed
from symgrad.verify.context import Pattern
from symgrad.verify.names import is_transpose, spelled
from symgrad.verify.scalars import ZERO, Scalar, gradient
from symgrad.verify.syntax import Derivative, Node, Scripted
from symgrad.verify.world import Env, StepError, UnsettledError

if TYPE_CHECKING:
    from symgrad.verify.world import World

Evaluate = Callable[[Node, "World", Env], Array]


def derivative(node: Derivative, world: World, env: Env, evaluate: Evaluate) -> Array:
    """``∂A/∂B``: of shape A × B, outputs before inputs; the gradient of a number has the shape of B.

    Raises:
        UnsettledError: B is no name whose entries can vary, or the order is not covered.
    """
    of, total = _numerator(node, world, env, evaluate)
    if not node.by:
        node = node._replace(by=_sole_argument(node, world))
    if not node.by:
        raise UnsettledError("a derivative that does not say by what", node.span)
    if node.order > 1 and world.surrogates:
        raise UnsettledError("second derivatives of an unknown function of many numbers", node.span)
    if node.order != len(node.by):
        raise UnsettledError("a derivative whose order does not fit its variables", node.span)
    result = of
    for by in node.by:
        result = _by(result, by, node, world, env, evaluate, total)
    if node.scale is not None:
        result = divided(result, evaluate(node.scale, world, env))
    return result


def _numerator(node: Derivative, world: World, env: Env, evaluate: Evaluate) -> tuple[Array, bool]:
    """What is differentiated, and whether it is an objective, all of whose paths count."""
    of = node.of
    if of is None:
        loss = world.objective()
        if loss is None:
            raise UnsettledError("a derivative of nothing", node.span)
        return scalar(loss), True
    found = world.context.named(of)
    if found is not None and not found[1] and not found[2]:
        pattern = found[0]
        if world.is_open(pattern):
            labels = tuple(_label(n, world, env) for n in (*pattern.labels, *pattern.subs))
            if node.order > 1:
                raise UnsettledError(f"second derivatives of an unknown {pattern.key}", node.span)
            return scalar(world.loss(pattern.key, labels)), True
        if pattern.key in world.context.functions and not world.context.declarations.get(pattern.key):
            return _of_function(pattern, node, world, env, evaluate), False
        return evaluate(of, world, env), world.is_objective(pattern)
    return evaluate(of, world, env), False


def _sole_argument(node: Derivative, world: World) -> tuple[Node, ...]:
    """``∇f(w)``: by what f is a function of, where that is one thing."""
    from symgrad.verify.syntax import Call

    of = node.of
    if isinstance(of, Call) and len(of.arguments) == 1 and spelled(of.arguments[0]) is not None:
        return of.arguments
    spelling = spelled(of) if of is not None else None
    for definition in world.context.functions.get(spelling.key, ()) if spelling is not None else ():
        parameters = definition.pattern.parameters or ()
        if len(parameters) == 1 and spelled(parameters[0]) is not None:
            return parameters
    return ()


def _label(node: Node, world: World, env: Env) -> int:
    """A script of an unknown loss; where it has no value it only names the loss."""
    try:
        return world.whole(node, env)
    except UnsettledError:
        return 0


def _of_function(pattern: Pattern, node: Derivative, world: World, env: Env, evaluate: Evaluate) -> Array:
    """``dσ/dz``: the function at the variable that it is differentiated by."""
    from symgrad.verify.syntax import Call

    definitions = world.context.functions[pattern.key]
    parameters = definitions[0].pattern.parameters or ()
    known = all(
        spelling is not None and world.context.is_known(spelling.key) for spelling in map(spelled, parameters)
    )
    assert node.of is not None
    if known or len(parameters) != 1:
        return evaluate(node.of, world, env)
    return evaluate(Call(node.of, (node.by[0],), True, node.span), world, env)


def _by(
    of: Array, by: Node, node: Derivative, world: World, env: Env, evaluate: Evaluate, objective: bool
) -> Array:
    turned = False
    if isinstance(by, Scripted) and by.sups and is_transpose(by.sups[-1]):
        turned, by = True, by._replace(sups=by.sups[:-1])
    variables = _variables(by, world, env, evaluate)
    if "unknown" in (variables.flexible, of.flexible):
        raise StepError("a derivative by something that does not exist at this step", node.span)
    if variables.flexible or of.flexible:
        raise UnsettledError("a derivative by something without a size", node.span)
    if world.reading.zero_outside and all(entry is ZERO for entry in variables.entries):
        return Array(of.shape + variables.shape, (ZERO,) * (len(of.entries) * len(variables.entries)))
    for entry in variables.entries:
        if entry.kind != "symbol":
            raise UnsettledError("a derivative by something that is no name", getattr(by, "span", node.span))
    partial = world.reading.partial
    direct = partial == 3 or (
        not objective
        and (partial == 2 or (partial == 1 and spelled(node.of) is None if node.of is not None else False))
    )
    result = gradients_of(of, variables, world, direct=direct)
    if turned and len(variables.shape) <= 2 and not of.shape:
        return transposed(result)
    return result


def _variables(by: Node, world: World, env: Env, evaluate: Evaluate) -> Array:
    """What is differentiated by; a name of several layers without its label means the last: ``∇_a C``."""
    found = world.context.named(by)
    if found is not None and not found[1] and not found[0].labels:
        pattern = found[0]
        last = world.last_label(pattern.key)
        if last is not None:
            world.assumptions.setdefault(f"{pattern.key} without a layer is that of the last, {last}")
            return world.entry(
                pattern.key, (last,), tuple(world.whole(n, env) for n in pattern.subs), pattern.span
            )
    return evaluate(by, world, env)


def gradients_of(of: Array, variables: Array, world: World, *, direct: bool = False) -> Array:
    """Every entry of ``of`` by every variable."""
    shape = tuple(size for size in of.shape if size != 1 or len(of.shape) != 2) if of.shape else ()
    behind = (
        variables.shape[1:]
        if shape and len(variables.shape) == 2 and variables.shape[0] == 1
        else variables.shape
    )
    entries: list[Scalar] = []
    for entry in of.entries:
        if direct and (entry in world.losses.values()):
            direct = False  # an unknown loss shows nothing: all its paths count
        if (
            direct
            and entry.kind == "symbol"
            and entry.definition is not None
            and entry not in variables.entries
        ):
            world.assumptions.setdefault("a derivative of one intermediate by another holds the others fixed")
            entries += _shown(gradient(entry.definition, variables.entries, direct=True), entry, variables)
        elif direct:
            world.assumptions.setdefault("∂ of an expression holds fixed what the expression does not show")
            entries += _shown(gradient(entry, variables.entries, direct=True), entry, variables)
        else:
            slopes = gradient(entry, variables.entries)
            if entry in world.losses.values() and not world.is_stated(entry):
                slopes = [
                    world.upstream(entry, v)
                    if s.kind == "number" and s.value == 0 and not world.reads(entry, v)
                    else s
                    for s, v in zip(slopes, variables.entries, strict=True)
                ]
            entries += slopes
    return Array(shape + behind, tuple(entries))


def _shown(slopes: list[Scalar], entry: Scalar, variables: Array) -> list[Scalar]:
    """Partial derivatives; one that is 0 only because its path is hidden is refused.

    Raises:
        UnsettledError: a partial derivative is 0 and the total one is not.
    """
    if any(slope is ZERO for slope in slopes):
        for slope, whole in zip(slopes, gradient(entry, variables.entries), strict=True):
            if slope is ZERO and whole is not ZERO:
                raise UnsettledError(
                    "a partial derivative that is 0 because what stands between is held fixed"
                )
    return slopes


def gradients(loss: Scalar, variables: Array, span: Sequence[int], world: World) -> Array:
    """The gradient of a loss, in the shape of its variables."""
    if any(entry.kind != "symbol" for entry in variables.entries):
        raise UnsettledError("a derivative by something that is no name", (span[0], span[1]))
    return gradients_of(scalar(loss), variables, world)
