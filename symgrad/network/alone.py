"""A layer on its own: stated for all sizes where that can be done, at small ones where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from symgrad.algebra.sizes import Polynomial, Size, size_symbols
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import reads
from symgrad.catalogue import symbols
from symgrad.catalogue.declare import Layer, MisfitError, Place
from symgrad.catalogue.options import spelled_call
from symgrad.errors import AlgebraError
from symgrad.network.model import Model, Step
from symgrad.network.names import name_layers


class Alone(NamedTuple):
    """A network of a single layer, with the options that it has there.

    ``sizes`` is true where sizes are symbols, so that the formulas hold for all of them.
    """

    model: Model
    options: Mapping[str, object]
    sizes: bool


def alone(layer: Layer) -> Alone:
    """The layer with a symbol for every size and option; at small sizes where it cannot be stated so.

    Raises:
        MisfitError: there is no input among those of one to four axes that the layer takes.
    """
    general = symbols.in_general(layer)
    small = symbols.at_small_sizes(layer)
    model = _stated(layer, general, symbolic=True)
    if model is not None:
        return Alone(model, general, sizes=True)
    model = _stated(layer, small, symbolic=False)
    if model is not None:
        return Alone(model, small, sizes=False)
    raise MisfitError(f"there is no example of {layer.name}: it takes no input of one to four axes")


def with_defaults(layer: Layer) -> Alone | None:
    """The layer for all sizes with its options at their defaults; None where that is how it stands alone."""
    general, given = symbols.in_general(layer), symbols.by_default(layer)
    model = None if given == general else _stated(layer, given, symbolic=True)
    return None if model is None else Alone(model, given, sizes=True)


def _stated(layer: Layer, options: Mapping[str, object], *, symbolic: bool) -> Model | None:
    """The layer's model with the first input that it takes; None where it takes none."""
    for axes in _preferred(layer):
        try:
            return _model(layer, options, axes, symbolic=symbolic)
        except (MisfitError, AlgebraError):
            continue
        except TypeError:  # sizes that are compared or divided with a remainder: these must be numbers
            if not symbolic:
                raise
    return None


def _preferred(layer: Layer) -> Iterator[int]:
    first = symbols.dimensions(layer) + 1 if symbols.dimensions(layer) else 0
    channels = any(symbols.PARTS.get(option.name, (-1,))[0] == 0 for option in layer.options)
    if (layer.kind == "reshape" or channels) and not first and symbols.split(layer) is None:
        first = 3
    yield from dict.fromkeys([*([first] if first else []), 1, 2, 3, 4])


def _inputs(layer: Layer, options: Mapping[str, object], axes: int, *, symbolic: bool) -> tuple[Tensor, ...]:
    """What the layer reads, with so many axes where it reads one tensor of any number of axes."""
    numbers: Callable[[str], Size] = (
        symbols.named_size if symbolic else lambda name: 4 if name in "HWL" else 2
    )
    stated = symbols.SEVERAL.get(layer.inputs)
    if stated is None:
        names, letters = symbols.axes_of(layer, axes)
        if axes == 1 and layer.kind != "layer":
            letters = ("i",)
        stated = (("z" if layer.kind == "activation" else "a", names, letters),)
    whole = symbols.split(layer) if symbolic else None
    if whole is not None:
        ((name, _, letters),) = stated
        return (Tensor(name, (whole,), "input", letters[:1]),)
    inputs = []
    for name, names, letters in stated:
        shape = list(map(numbers, names))
        for option, value in options.items():
            if option in symbols.PARTS and isinstance(value, int | Polynomial):
                axis, part = symbols.PARTS[option]
                shape[axis] = value * numbers(part)
        inputs.append(Tensor(name, tuple(shape), "input", letters))
    return tuple(inputs) if len(inputs) > 1 else tuple(inputs) * max(1, len(layer.inputs))


def _model(layer: Layer, options: Mapping[str, object], axes: int, *, symbolic: bool) -> Model:
    inputs = _inputs(layer, options, axes, symbolic=symbolic)
    naming = name_layers([layer])
    stem = naming.stems[0]
    given = [
        *(n for a in inputs for n in a.shape),
        *(part for value in options.values() for part in _parts(value)),
    ]
    if stem in (symbol.name for size in given for symbol in size_symbols(size)):
        stem = "z"  # p is the padding here
    place = Place(lambda stem: (stem, ""), stem)
    definitions = layer.stated(place, inputs, options)
    tensors = dict.fromkeys(tensor for d in definitions for tensor in (*reads(d), d.target))
    end = definitions[-1].target
    return Model(
        spelled_call(layer.name, layer.options, options),
        definitions,
        tuple(tensors),
        (end,),
        end if end.role == "objective" else None,
        (Step(layer.name, options, inputs, definitions, layer.options),),
    )


def _parts(value: object) -> tuple[Size, ...]:
    parts = value if isinstance(value, tuple) else (value,)
    return tuple(part for part in parts if not isinstance(part, bool | str) and part is not None)
