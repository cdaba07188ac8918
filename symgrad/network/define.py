"""Layers of one's own in a TOML file: each states its equation as the index view prints it.

    [define.swiglu]
    input = {a = "… N"}
    parameters = {w = "M N", v = "M N"}
    equation = '''
    g[i] = Σ_{j} w[i, j]·a[j]
    z[i] = g[i]·sigmoid(g[i])·Σ_{j} v[i, j]·a[j]
    '''

Each line is an equation; all but the last name parts of it. Nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from symgrad.algebra.functions import FUNCTIONS, abstract
from symgrad.algebra.sizes import Size
from symgrad.algebra.written import Function
from symgrad.catalogue.declare import Kind, Layer
from symgrad.catalogue.options import REQUIRED, Option, spelled
from symgrad.catalogue.options import word as checked_word
from symgrad.errors import DescriptionError, nearest, quoted
from symgrad.network.custom import (
    Equations,
    Given,
    Shape,
    Signature,
    Stated,
    check_name,
    check_size,
    custom_layer,
    plain_number,
    read_shape,
)
from symgrad.network.formula import Formula, Node, read_formula, read_size
from symgrad.network.meaning import Known, Scope, size, stated

MOST_EQUATIONS: Final = 16
"""The most equations of a layer."""

MOST_LAYERS_DEFINED: Final = 100
"""The most layers that a file defines."""

_KEYS: Final = (
    "input",
    "parameters",
    "target",
    "given",
    "output",
    "options",
    "sizes",
    "functions",
    "probabilities",
    "kind",
    "equation",
)
_KINDS: Final[tuple[Kind, ...]] = ("layer", "activation", "reshape", "loss")


def defined(tables: object) -> dict[str, Layer]:
    """The layers that the tables ``[define.NAME]`` of a file define, by name.

    Raises:
        DescriptionError: one of them cannot be read.
    """
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise DescriptionError("a layer is defined in a table of its own: [define.swiglu]")
    if len(tables) > MOST_LAYERS_DEFINED:
        raise DescriptionError(f"a file defines at most {MOST_LAYERS_DEFINED} layers, not {len(tables)}")
    found = {}
    for name, table in tables.items():
        check_name(name)
        try:
            found[name] = _layer(name, table)
        except DescriptionError as error:
            error.message = f"define.{name}: {error.message}"
            raise
    return found


def _layer(name: str, table: Mapping[str, Any]) -> Layer:
    for key in table:
        if key not in _KEYS:
            meant = nearest(key, _KEYS)
            hint = f"did you mean {meant}?" if meant else f"there are {', '.join(_KEYS)}"
            raise DescriptionError(f"the definition of a layer has no {quoted(key)}; {hint}")
    formulas = _formulas(table.get("equation"))
    inputs = _shapes(table.get("input"), "input")
    if len(inputs) != 1:
        raise DescriptionError(
            'a layer has one input: input = {a = "N"}, or input = "z" to go entry by entry'
        )
    parameters = _shapes(table.get("parameters", {}), "parameters")
    targets = _shapes(table.get("target", {}), "target")
    given = _shapes(table.get("given", {}), "given")
    shapes = {**inputs, **parameters, **targets, **given}
    if len(shapes) < 1 + len(parameters) + len(targets) + len(given):
        raise DescriptionError("each tensor needs a name of its own")
    target = formulas[-1].target
    names = [*shapes]
    for formula in formulas:
        if formula.target.text in names:
            what = "read already" if formula.target.text in shapes else "defined already"
            raise formula.error(
                f"{formula.target.text} is {what}; it needs another name", formula.target.span
            )
        names.append(formula.target.text)
    kind = _kind(table.get("kind"), target.text, parameters, targets)
    if kind == "loss" and target.text not in ("L", "l"):
        raise formulas[-1].error("a loss defines L, or l for each entry: L = …", target.span)
    if kind == "loss" and target.text == "L" and next(iter(inputs.values())).carried:
        raise formulas[-1].error(
            "the loss of an entry or a sample is l, and L what they are reduced to", target.span
        )
    if kind != "loss" and target.text == "L":
        raise formulas[-1].error("only a loss defines L", target.span)
    rules = _rules(table.get("sizes", {}))
    functions = _functions(table.get("functions", []), shapes)
    signature = Signature(
        name,
        kind,
        next(iter(inputs)),
        shapes,
        tuple(parameters),
        tuple(targets),
        target.text if kind not in ("loss", "activation") else "L" if kind == "loss" else "a",
        _output(table.get("output"), kind),
        _options(table.get("options", {})),
        _probabilities(table.get("probabilities", []), targets),
        f"Defined in a file: {formulas[-1].source}",
        target.text == "l",
        tuple(given),
    )
    return custom_layer(signature, _equations(name, formulas, rules, functions))


def _formulas(given: object) -> tuple[Formula, ...]:
    pieces = given if isinstance(given, list) else [given]
    if not all(isinstance(piece, str) for piece in pieces):
        raise DescriptionError('a layer needs its equation: equation = "z[i] = Σ_{j} w[i, j]·a[j] + b[i]"')
    lines = (line.strip() for piece in pieces for line in str(piece).split("\n"))
    found = [line for line in lines if line]
    if not 1 <= len(found) <= MOST_EQUATIONS:
        raise DescriptionError(
            f"a layer has 1 to {MOST_EQUATIONS} equations, one on a line, not {len(found)}"
        )
    return tuple(map(read_formula, found))


def _shapes(given: object, key: str) -> dict[str, Shape]:
    """Names with shapes; a name alone is that of a tensor read entry by entry."""
    if isinstance(given, str):
        given = {given: "…"}
    if not isinstance(given, dict) or not all(
        isinstance(shape, str | int | list) for shape in given.values()
    ):
        raise DescriptionError(f'{key} maps names to shapes: {key} = {{a = "C H W"}}')
    return {name: read_shape(_shape_text(shape)) for name, shape in given.items()}


def _shape_text(given: object) -> str:
    parts: list[object] = given if isinstance(given, list) else [given]
    if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
        raise DescriptionError('a shape is text or a list of sizes: "C H W" or ["C", 3]')
    return "×".join(map(spelled, parts))


def _kind(given: object, output: str, parameters: Mapping[str, Shape], targets: Mapping[str, Shape]) -> Kind:
    if given is None:
        if targets or output in ("L", "l"):
            return "loss"
        return "layer" if parameters else "activation"
    for kind in _KINDS:
        if given == kind:
            return kind
    raise DescriptionError(f"kind is one of {', '.join(_KINDS)}")


def _output(given: object, kind: Kind) -> Shape | None:
    if given is None or kind == "loss":
        return None
    if not isinstance(given, str | int | list) or isinstance(given, bool):
        raise DescriptionError('output is the shape of the output: output = "M"')
    return read_shape(_shape_text(given))


def _options(given: object) -> tuple[Option, ...]:
    if not isinstance(given, dict):
        raise DescriptionError('options maps names to their defaults: options = {s = 1, gamma = "required"}')
    found = []
    for name, default in given.items():
        if default == "required":
            found.append(Option(name, plain_number, REQUIRED))
            continue
        try:
            found.append(Option(name, plain_number, plain_number(default)))
        except ValueError as unfit:
            raise DescriptionError(f'the default of {quoted(name)} is {unfit}, or "required"') from None
    return tuple(found)


def _rules(given: object) -> dict[str, Node]:
    if not isinstance(given, dict) or not all(isinstance(rule, str) for rule in given.values()):
        raise DescriptionError('sizes maps names to formulas: sizes = {P = "⌊(H − U)/s⌋ + 1"}')
    for name in given:
        check_size(name)
    return {name: read_size(rule) for name, rule in given.items()}


def _functions(given: object, shapes: Mapping[str, Shape]) -> dict[str, Function]:
    found = {}
    for name in given if isinstance(given, list) else [given]:
        try:
            word = checked_word(name)
        except ValueError as unfit:
            raise DescriptionError(
                f'functions lists names of unknown functions, ["f"]; each is {unfit}'
            ) from None
        if word in FUNCTIONS or word in shapes:
            raise DescriptionError(f"{word} means something already; an unknown function needs another name")
        found[word] = abstract(word)
    return found


def _probabilities(given: object, targets: Mapping[str, Shape]) -> tuple[str, ...]:
    names = given if isinstance(given, list) else [given]
    for name in names:
        if name not in targets:
            raise DescriptionError('probabilities lists targets that sum to 1: probabilities = ["y"]')
    return tuple(names)


def _equations(
    name: str, formulas: Sequence[Formula], rules: Mapping[str, Node], functions: Mapping[str, Function]
) -> Equations:
    def following(given: Given) -> Iterator[Stated]:
        try:
            yield from each(given)
        except DescriptionError as error:
            error.message = f"define.{name}: {error.message}"
            raise

    def each(given: Given) -> Iterator[Stated]:
        for formula in formulas:
            last = formula is formulas[-1]
            tensors = {name: Known(given.axes(name), _reader(given, name)) for name in given.tensors}
            scope = Scope(formula.source, tensors, _sizes(given, rules), functions)
            left, body = stated(formula, scope, given.shape if last else None)
            yield Stated("" if last else formula.target.text, left.axes, body)

    return following


def _reader(given: Given, name: str) -> Any:
    return lambda indices: given.entry(name, indices)


def _sizes(given: Given, rules: Mapping[str, Node]) -> dict[str, Size]:
    """The sizes that are known, and those that follow by a rule from what stands before them."""
    sizes = dict(given.sizes)
    for name, rule in rules.items():
        sizes[name] = size(rule, Scope("", {}, sizes, {}))
    return sizes
