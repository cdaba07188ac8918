"""From a description to a model: each layer gets its input and its names, and states its equation."""

from __future__ import annotations

import re
from keyword import iskeyword
from math import prod

from symgrad.algebra.functions import FUNCTIONS
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import reads
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.declare import Layer, MisfitError, Place, told
from symgrad.catalogue.options import Span
from symgrad.network.description import Call, Description, read
from symgrad.network.model import Model, Step
from symgrad.network.names import name_layers
from symgrad.network.printed import mismatch

MOST_ENTRIES = 100_000_000
"""The most entries of one tensor."""

_INPUT_LETTERS = {1: ("j",), 2: ("k", "l"), 3: ("c", "k", "l")}


def build(text: str, input_size: str | None = None) -> Model:
    """The model of a network description; ``input_size`` is its input where it does not state one itself.

    Raises:
        DescriptionError: the text cannot be read, names an unknown layer or option, or sizes do not fit;
            the error shows the place.
    """
    return build_model(read(text, input_size))


def build_model(description: Description) -> Model:
    """The model of a description that was read."""
    first, *rest = description.calls
    if first.name != "input":
        where = "; --input 1x28x28 states it beside the layers" if first.checks else ""
        raise description.error(
            f"a network begins with its input, such as input(5x5) or input(1x28x28) | {first.name}…{where}",
            first.name_span,
        )
    layers = [_layer(description, call) for call in rest]
    if not layers:
        raise description.error("a network needs at least one layer after its input", first.span)
    naming = name_layers(layers)
    shape = description.sizes(first)
    name, label = naming.input
    here = Tensor(name, shape, "input", _INPUT_LETTERS.get(len(shape), ()), label=label)
    _bounded(description, first, here)
    steps: list[Step] = []
    objective: Tensor | None = None
    for call, layer, named, stem in zip(rest, layers, naming.layers, naming.stems, strict=True):
        if objective is not None:
            raise description.error("nothing can follow a loss: it ends the network", call.span)
        step = _step(description, call, layer, Place(named, stem), here)
        for definition in step.definitions:
            for tensor in (definition.target, *reads(definition)):
                _bounded(description, call, tensor)
        steps.append(step)
        here = step.output
        objective = here if here.role == "objective" else None
    definitions = tuple(definition for step in steps for definition in step.definitions)
    tensors = dict.fromkeys(
        tensor for definition in definitions for tensor in (*reads(definition), definition.target)
    )
    _refuse_clashes(description, rest, tuple(tensors))
    return Model(description.text, definitions, tuple(tensors), (here,), objective, tuple(steps))


def _layer(description: Description, call: Call) -> Layer:
    if call.name == "input":
        raise description.error("a network has one input, at its beginning", call.span)
    if call.name not in CATALOGUE:
        raise description.unknown(call, CATALOGUE)
    return CATALOGUE[call.name]


def _step(description: Description, call: Call, layer: Layer, place: Place, here: Tensor) -> Step:
    for check in call.checks:
        wrong = mismatch(call.name, check, whole_shape(here.shape))
        if wrong:
            raise description.error(wrong, check.span or call.span)
    options = description.bind(call, layer.options)
    try:
        return Step(layer.name, options, (here,), layer.stated(place, (here,), options))
    except MisfitError as misfit:
        span = call.span
        names = [option.name for option in layer.options]
        for position, argument in enumerate(call.arguments):
            if misfit.option is not None and misfit.option in (
                argument.name,
                names[position] if argument.name is None else None,
            ):
                span = argument.span or span
        error = description.error(str(misfit), span)
    raise error


def _bounded(description: Description, call: Call, tensor: Tensor) -> None:
    entries = prod(size for size in tensor.shape if isinstance(size, int))
    if entries > MOST_ENTRIES:
        raise description.error(
            f"{tensor.name} would be {told(tensor.shape)}, which is {entries:,} entries; "
            f"a tensor has at most {MOST_ENTRIES:,}",
            call.span,
        )


def _refuse_clashes(description: Description, calls: list[Call], tensors: tuple[Tensor, ...]) -> None:
    """An abstract function's name, and its derivatives', must not be a name that means something else."""
    taken = {tensor.name for tensor in tensors} | set(FUNCTIONS) | {"L", "max", "pi", "sqrt"}
    numbered = tuple(tensor.name for tensor in tensors if tensor.shape and not tensor.label)  # a1, a2, …
    words: dict[str, Span] = {}
    for call in calls:
        if call.name == "activation":
            word = description.bind(call, CATALOGUE["activation"].options)["f"]
            words[word] = call.arguments[0].span or call.span if call.arguments else call.span
    for word, span in words.items():
        for meaning in (word, f"d{word}"):
            entry = any(meaning.startswith(n) and meaning[len(n) :].isdigit() for n in numbered)
            if meaning in taken or entry or iskeyword(meaning):
                raise description.error(f"{word} already means something here; try f, g or phi", span)
        if any(re.fullmatch(f"d[0-9]*{word}", other) for other in words):
            raise description.error(f"a derivative of {word} is called like another function here", span)
