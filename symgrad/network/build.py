"""From a description to a model: each layer gets its input and its names, and states its equation."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from keyword import iskeyword
from math import prod

from symgrad.algebra.functions import FUNCTIONS
from symgrad.algebra.identifiers import FLAT_RANK
from symgrad.algebra.instantiate import tensor_at
from symgrad.algebra.lift import across, lifted, one_sample
from symgrad.algebra.sizes import Size, size_symbols, size_text
from symgrad.algebra.tensors import Role, Tensor, names_of, size_names
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import Apply, reads
from symgrad.algebra.written import nodes as parts_of
from symgrad.catalogue import CATALOGUE, JOINS
from symgrad.catalogue.declare import Layer, MisfitError, Place, told
from symgrad.catalogue.options import Span
from symgrad.errors import AlgebraError, DescriptionError
from symgrad.network.batch import samples
from symgrad.network.description import Call, Description, read
from symgrad.network.letters import Letters, UnequalError
from symgrad.network.model import Model, Step
from symgrad.network.names import check_distinct, name_layers
from symgrad.network.plan import Node, plan
from symgrad.network.printed import mismatch

MOST_ENTRIES = 100_000_000
"""The most entries of one tensor."""

_INPUT_LETTERS = {1: ("j",), 2: ("k", "l"), 3: ("c", "k", "l")}


def build(
    text: str,
    input_size: str | None = None,
    batch: int | str | None = None,
    custom: Iterable[Layer] = (),
) -> Model:
    """The model of a network description; ``input_size`` is its input where it does not state one itself.

    With a ``batch``, a number of samples or a letter for any number, every tensor that depends on a sample
    has a first axis for them. ``custom`` are layers that it may name beside those of the catalogue.

    Raises:
        DescriptionError: the text cannot be read, names an unknown layer or option, or sizes do not fit;
            the error shows the place.
    """
    return build_model(read(text, input_size)._replace(custom=by_name(custom)), batch)


def by_name(layers: Iterable[Layer]) -> dict[str, Layer]:
    """Layers of one's own by their names.

    Raises:
        DescriptionError: two of them have one name.
    """
    found: dict[str, Layer] = {}
    for layer in layers:
        if found.setdefault(layer.name, layer) != layer:
            raise DescriptionError(f"two different layers are called {layer.name}; rename one of them")
    return found


def build_toml(text: str, input_size: str | None = None, batch: int | str | None = None) -> Model:
    """The model of a network in TOML, see :mod:`symgrad.network.toml`.

    Raises:
        DescriptionError: as for :func:`build`.
    """
    from symgrad.network.toml import read_toml  # few networks stand in one

    return build_model(read_toml(text, input_size), batch)


def build_general(
    text: str, input_size: str | None = None, batch: int | str | None = None, *, toml: bool = False
) -> tuple[Model, Mapping[str, int]]:
    """The model with letters for its sizes, and the number of each; see :mod:`symgrad.network.letters`.

    Raises:
        DescriptionError: as for :func:`build`; a layer cannot be stated for all sizes, or letters cannot be
            made equal where branches meet.
    """
    from symgrad.network.toml import read_toml

    description = (read_toml if toml else read)(text, input_size)
    stated = build_model(description, batch)  # what does not fit is told of the numbers that were written
    letters = Letters(names_of(stated.tensors))
    while True:
        letters.begin()
        try:
            model = build_model(description, batch, letters)
            _refuse_one_letter_for_two(model, letters)
            return model, letters.numbers
        except UnequalError as unequal:
            left, right = unequal.pair
        if not letters.equated(left, right):
            raise DescriptionError(
                f"this network cannot be stated for all sizes: {size_text(left)} would have to be "
                f"{size_text(right)}; leave out --sizes symbolic"
            )


def _refuse_one_letter_for_two(model: Model, letters: Letters) -> None:
    batch = () if model.batch is None else size_symbols(model.batch)
    found = {symbol.name for t in model.tensors for n in t.shape[1:] for symbol in size_symbols(n)}
    for symbol in batch:
        if symbol.name in (sizes := found | letters.numbers.keys()):
            names = names_of(model.tensors)
            raise DescriptionError(
                f"{symbol.name} is a size of this network; take {_free(sizes | names)} for the batch"
            )


def _free(taken: Collection[str]) -> str:
    """A letter that counts samples and means nothing else."""
    return next((letter for letter in "NBSMRGFEIJ" if letter not in taken), "a number")


def _refuse_batch_called_as_a_tensor(model: Model) -> None:
    names = names_of(model.tensors)
    for symbol in () if model.batch is None else size_symbols(model.batch):
        if symbol.name in names:
            taken = names | size_names(model.tensors).keys()
            raise DescriptionError(
                f"{symbol.name} is a tensor of this network; take {_free(taken)} for the batch"
            )


def build_model(
    description: Description, batch: int | str | None = None, letters: Letters | None = None
) -> Model:
    """The model of a description that was read, for a batch of samples where one is given here or there.

    With ``letters`` these stand for its sizes.
    """
    if batch is not None and description.batch is not None:
        raise DescriptionError("the network states its batch itself, so it is not given beside it")
    given = description.batch if batch is None else batch
    size = None if given is None else samples(given)
    nodes = plan(description)
    layers = [(node, node.layer) for node in nodes if node.layer is not None]
    unnamed = sum(node.layer is None and not node.alias for node in nodes)
    naming = name_layers([layer for _, layer in layers], unnamed, [node.alias for node, _ in layers])
    inputs = iter(naming.inputs)
    namers = iter(zip(naming.layers, naming.stems, naming.outputs, strict=True))
    outputs: list[Tensor] = []
    places: list[Place | None] = []
    steps: dict[int, Step] = {}
    owners: dict[str, int] = {}
    for number, node in enumerate(nodes):
        if node.layer is None:
            named = (node.alias, "") if node.alias else next(inputs)
            before = next((n.layer for n in nodes if number in n.inputs), None)
            tensor = _input(description, node.call, named, size, letters, before)
            places.append(None)
            outputs.append(tensor)
            _own(description, nodes, owners, number, [tensor])
            continue
        naming_here, stem, called = next(namers)
        place = Place(naming_here, stem, called=called, aimed=naming.targets)
        if node.shares is not None and (lender := places[node.shares]) is not None:
            place = place._replace(lender=lender.named)
        here = tuple(outputs[n] for n in node.inputs)
        place = place._replace(sizes=_size_label(node.layer, place, called)) if letters else place
        step = steps[number] = _step(description, node.call, node.layer, place, here, size, letters)
        for definition in step.definitions:
            for tensor in (definition.target, *reads(definition)):
                _bounded(description, node.call, tensor)
        brought = [definition.target for definition in step.definitions]
        if node.shares is not None:
            if letters:
                _equate_shared(letters, step, steps[node.shares])
            _refuse_misfit(description, node.call, step, steps[node.shares])
        else:
            brought += dict.fromkeys(_parameters(step))
        brought += dict.fromkeys(_read_as(step, "target", "given"))
        _own(description, nodes, owners, number, brought)
        places.append(place)
        outputs.append(step.output)
    definitions = tuple(definition for step in steps.values() for definition in step.definitions)
    tensors = dict.fromkeys(
        tensor for definition in definitions for tensor in (*reads(definition), definition.target)
    )
    _refuse_clashes(description, nodes, steps, tuple(tensors))
    _refuse_entries_of_one_name(description, nodes, owners, tuple(tensors))
    check_distinct(definitions)
    objective = outputs[-1] if outputs[-1].role == "objective" else None
    model = Model(
        description.text, definitions, tuple(tensors), (outputs[-1],), objective, tuple(steps.values()), size
    )
    _refuse_batch_called_as_a_tensor(model)
    return model


def _own(
    description: Description,
    nodes: tuple[Node, ...],
    owners: dict[str, int],
    number: int,
    brought: list[Tensor],
) -> None:
    """Refuse a name for two tensors: tensors of one name and shape would be taken for one."""
    for tensor in brought:
        other = owners.setdefault(tensor.name, number)
        if tensor.name in [t.name for t in brought if t is not tensor] or other != number:
            node = next((nodes[n] for n in (number, other) if nodes[n].alias == tensor.name), nodes[number])
            raise _taken(description, node, tensor.name)


def _taken(description: Description, node: Node, name: str) -> DescriptionError:
    span = node.call.alias.span if node.call.alias else None
    return description.error(
        f"{name} already means something here; choose another name", span or node.call.span
    )


def _size_label(layer: Layer, place: Place, called: tuple[str, str]) -> str:
    """What follows the letters of a layer's sizes: its number, or what its output is called."""
    return place.named("w")[1] if layer.kind == "layer" else f"_{called[0]}"


def _equate_shared(letters: Letters, step: Step, lender: Step) -> None:
    lent = {tensor.name: tensor for tensor in _parameters(lender)}
    for tensor in _parameters(step):
        known = lent.get(tensor.name)
        if known is not None and len(known.shape) == len(tensor.shape):
            letters.must_be_equal(known.shape, tensor.shape)


def _equate_joined(letters: Letters, layer: Layer, here: tuple[Tensor, ...]) -> None:
    """What is joined must agree along each axis along which, in numbers, it is as wide as the output."""
    numbers = tuple(tensor_at(tensor, letters.numbers) for tensor in here)
    joined = layer.stated(Place(lambda stem: (stem, ""), layer.stem), numbers, {})[-1].target
    for axis, size in enumerate(joined.shape):
        if all(tensor.shape[axis] == size for tensor in numbers):
            for tensor in here[1:]:
                letters.must_be_equal(here[0].shape[axis : axis + 1], tensor.shape[axis : axis + 1])


def _input(
    description: Description,
    call: Call,
    named: tuple[str, str],
    batch: Size | None,
    letters: Letters | None,
    before: Layer | None,
) -> Tensor:
    name, label = named
    sizes = description.sizes(call)
    shape: tuple[Size, ...] = sizes if letters is None else letters.shape(sizes, label, before)
    tensor = Tensor(name, shape, "input", _INPUT_LETTERS.get(len(shape), ()), label=label)
    if batch is not None:
        tensor = across(tensor, batch)
    _bounded(description, call, tensor)
    return tensor


def _step(
    description: Description,
    call: Call,
    layer: Layer,
    place: Place,
    here: tuple[Tensor, ...],
    batch: Size | None,
    letters: Letters | None = None,
) -> Step:
    alone = here if batch is None else tuple(map(one_sample, here))
    for check in () if letters else call.checks:
        wrong = mismatch(call.name, check, whole_shape(alone[0].shape))
        if wrong:
            raise description.error(wrong, check.span or call.span)
    options = {} if layer.name in JOINS else description.bind(call, layer.options)
    if letters:
        options = letters.options(options, place.sizes)
        letters.parted(options, alone[0].shape, place.sizes)
        if layer.name in JOINS:
            _equate_joined(letters, layer, alone)
    try:
        whole = batch is None or layer.over == "batch"
        stated = layer.stated(place, here if whole else alone, options)
        definitions = stated if batch is None or whole else lifted(stated, batch, alone)
        return Step(layer.name, options, here, definitions, layer.options)
    except (MisfitError, AlgebraError, TypeError, ValueError) as misfit:
        if letters:
            error = description.error(
                f"{layer.name} cannot be stated for all sizes here; leave out --sizes symbolic", call.span
            )
            raise error from None
        if not isinstance(misfit, MisfitError):
            raise
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


def _refuse_misfit(description: Description, call: Call, step: Step, lender: Step) -> None:
    """Shared parameters must be those of the lender, shape for shape."""
    lent = {tensor.name: tensor for tensor in _parameters(lender)}
    span = call.span if call.sharing is None else call.sharing.span or call.span
    for tensor in _parameters(step):
        known = lent.get(tensor.name)
        if known is None:
            raise description.error(f"the layer that lends its parameters has no {tensor.stem}", span)
        if known != tensor:
            raise description.error(
                f"the shared {tensor.name} is {told(known.shape)}, and this layer needs {told(tensor.shape)}",
                span,
            )


def _parameters(step: Step) -> list[Tensor]:
    return _read_as(step, "parameter")


def _read_as(step: Step, *roles: Role) -> list[Tensor]:
    return [t for definition in step.definitions for t in reads(definition) if t.role in roles]


def _bounded(description: Description, call: Call, tensor: Tensor) -> None:
    entries = prod(size for size in tensor.shape if isinstance(size, int))
    if entries > MOST_ENTRIES:
        raise description.error(
            f"{tensor.name} would be {told(tensor.shape)}, which is {entries:,} entries; "
            f"a tensor has at most {MOST_ENTRIES:,}",
            call.span,
        )


def _refuse_entries_of_one_name(
    description: Description, nodes: tuple[Node, ...], owners: Mapping[str, int], tensors: tuple[Tensor, ...]
) -> None:
    """A single number of layer 1 may be called v1 only where no v has a first entry."""
    flat = {t.name: t for t in tensors if not t.label and 0 < len(t.shape) <= FLAT_RANK}
    for tensor in tensors:
        other = flat.get(tensor.stem)
        if other is not None and not tensor.shape and tensor.label.isdigit():
            raise description.error(
                f"{tensor.name} would be this layer's {tensor.stem} and an entry of {other.name}; "
                "call one of them otherwise",
                nodes[owners[tensor.name]].call.span,
            )


def _refuse_clashes(
    description: Description,
    nodes: tuple[Node, ...],
    steps: Mapping[int, Step],
    tensors: tuple[Tensor, ...],
) -> None:
    """A name that the description gives must not be a name that means something else."""
    for node in nodes:
        if node.alias and any(t.stem == node.alias and t.name != node.alias for t in tensors):
            raise _taken(description, node, node.alias)
    taken = {tensor.name for tensor in tensors} | set(FUNCTIONS) | {"L", "max", "pi", "sqrt"}
    numbered = tuple(tensor.name for tensor in tensors if tensor.shape and not tensor.label)  # a1, a2, …
    words: dict[str, Span] = {}
    for call in (node.call for node in nodes):
        if call.name == "activation":
            word = description.bind(call, CATALOGUE["activation"].options)["f"]
            words[word] = call.arguments[0].span or call.span if call.arguments else call.span
    for number, step in steps.items():
        for part in (part for definition in step.definitions for part in parts_of(definition.body)):
            if isinstance(part, Apply) and part.function.abstract:
                words.setdefault(part.function.name, nodes[number].call.span)
    for word, span in words.items():
        for meaning in (word, f"d{word}"):
            entry = any(meaning.startswith(n) and meaning[len(n) :].isdigit() for n in numbered)
            if meaning in taken or entry or iskeyword(meaning):
                raise description.error(f"{word} already means something here; try f, g or phi", span)
        if any(re.fullmatch(f"d[0-9]*{word}", other) for other in words):
            raise description.error(f"a derivative of {word} is called like another function here", span)
