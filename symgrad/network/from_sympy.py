"""A network given as SymPy definitions in order: ``{z1: a1*w1 + a2*w2, h1: tanh(z1), L: (h1 - y)**2}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from keyword import iskeyword
from typing import Any

from symgrad.algebra.exchange import NAME, from_sympy
from symgrad.algebra.functions import FUNCTIONS
from symgrad.algebra.tensors import Role, Tensor
from symgrad.algebra.written import Apply, Definition, Power, Product, Sum, Written, reads
from symgrad.errors import AlgebraError, NameUnknownError, nearest, quoted
from symgrad.network.model import Model

_LOSSES = ("L", "loss")
_RESERVED = {*FUNCTIONS, "max", "sqrt", "pi"}


def model_from_sympy(definitions: Mapping[Any, Any], loss: Any | None = None) -> Model:
    """The model of definitions ``symbol: expression``, each reading only sources and earlier symbols.

    Every symbol is a single number called by the symbol's name; formulas come back in plain symbols of these
    names, without assumptions. Symbols without a definition are inputs.
    The objective is ``loss``, else the definition called L or loss; without one the outputs are the
    definitions that no other reads.

    Raises:
        AlgebraError: an expression cannot be read, a name cannot be used, a symbol is read before its
            definition, or nothing is defined.
        NameUnknownError: ``loss`` is not defined.
    """
    if not definitions:
        raise AlgebraError("a network needs at least one definition, such as {z: a*w}")
    for symbol in definitions:
        if not getattr(symbol, "is_Symbol", False):
            raise AlgebraError(f"a definition is symbol: expression, and {quoted(str(symbol))} is no symbol")
    objective = _objective(definitions, loss)
    tensors: dict[str, tuple[Any, Tensor]] = {}
    waiting = {symbol.name for symbol in definitions}

    def tensor(symbol: Any, role: Role) -> Tensor:
        known = tensors.get(symbol.name)
        if known is None:
            _refuse_name(symbol.name)
            _refuse_lookalike(symbol.name, tensors)
            known = tensors[symbol.name] = (symbol, Tensor(symbol.name, (), role))
        elif known[0] != symbol:
            raise AlgebraError(
                f"two different symbols are called {symbol.name} (their assumptions differ); use one of them"
            )
        return known[1]

    stated: list[Definition] = []
    for target, expression in definitions.items():

        def source(symbol: Any, target: Any = target) -> Tensor:
            if symbol.name in waiting:
                raise AlgebraError(_too_early(symbol.name, target.name))
            return tensor(symbol, "input")

        body = from_sympy(expression, source)
        waiting.discard(target.name)
        if target.name in tensors:
            tensor(target, "intermediate")  # refuses a second symbol of the same name
            raise AlgebraError(f"{target.name} is defined twice")
        role: Role = "objective" if target == objective else "intermediate"
        stated.append(Definition(tensor(target, role), (), body))
    _refuse_function_names(stated, tensors.keys())
    return _model(tuple(stated))


def _model(stated: tuple[Definition, ...]) -> Model:
    every = dict.fromkeys(t for definition in stated for t in (*reads(definition), definition.target))
    read = {t for definition in stated for t in reads(definition)}
    ends = [d.target for d in stated if d.target.role == "objective"]
    if ends and ends[0] in read:
        raise AlgebraError(f"the loss {ends[0].name} is read by another definition; it ends the network")
    outputs = tuple(ends or (d.target for d in stated if d.target not in read))
    text = "definitions of " + ", ".join(definition.target.name for definition in stated)
    return Model(text, stated, tuple(every), outputs, ends[0] if ends else None)


def _objective(definitions: Mapping[Any, Any], loss: Any | None) -> Any | None:
    if loss is None:
        return next((s for name in _LOSSES for s in definitions if s.name == name), None)
    if loss not in definitions:
        close = nearest(str(loss), [symbol.name for symbol in definitions])
        hint = f"; did you mean {close}?" if close else ""
        raise NameUnknownError(f"the loss {quoted(str(loss))} has no definition{hint}")
    return loss


def _too_early(symbol: str, target: str) -> str:
    if symbol == target:
        return f"{target} is defined by itself"
    return f"the definition of {target} reads {symbol}, which is defined only later; put {symbol} first"


def _refuse_name(name: str) -> None:
    why = None
    if not NAME.match(name):
        why = "a letter, then letters, digits and _"
    elif iskeyword(name):
        why = "it is a word of Python"
    elif name in _RESERVED:
        why = "it already means a function or a constant"
    elif name.startswith("dL_d"):
        why = "names that begin with dL_d are those of gradients"
    if why:
        raise AlgebraError(f"a symbol cannot be called {quoted(name)}: {why}")


def _refuse_lookalike(name: str, known: Iterable[str]) -> None:
    """Two symbols that differ only in underscores, x1 and x_1, would print as one."""
    for other in known:
        if other.replace("_", "") == name.replace("_", ""):
            raise AlgebraError(f"{other} and {name} would look alike in print; rename one of them")


def _refuse_function_names(stated: list[Definition], names: Any) -> None:
    """An unknown function's name, and its derivatives', must not be a symbol's."""
    pending: list[Written] = [definition.body for definition in stated]
    called: set[str] = set()
    while pending:
        match pending.pop():
            case Sum(parts=parts) | Product(parts=parts):
                pending += parts
            case Power(base=base):
                pending.append(base)
            case Apply(function=function, argument=argument):
                pending.append(argument)
                if function.abstract:
                    called.add(function.name)
            case _:
                pass
    for name in sorted(called):
        if name in names or f"d{name}" in names or f"d{name}" in called:
            raise AlgebraError(f"{name} is a function, and {name} or d{name} already means something else")
