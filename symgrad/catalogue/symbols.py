"""What stands for sizes and hyperparameters where a layer is stated for all of them: tables by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Final

from symgrad.algebra.sizes import Size, size_symbol
from symgrad.catalogue.declare import Layer
from symgrad.catalogue.options import REQUIRED, Option

AXES: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = {
    1: ("N", ("j",)),
    2: ("NC", ("n", "c")),
    3: ("CHW", ("c", "k", "l")),
    4: ("NCHW", ("n", "c", "k", "l")),
}
"""The sizes of an input by its number of axes, and the letters that run over them."""

SAMPLES: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = {
    1: ("L", ("k",)),
    2: ("CL", ("c", "k")),
    3: ("CHW", ("c", "k", "l")),
    4: ("CDHW", ("c", "k", "l", "m")),
}
"""The same for what windows move over: one sample, its channels first."""

SEVERAL: Final[Mapping[tuple[str, ...], tuple[tuple[str, str, tuple[str, ...]], ...]]] = {
    ("input1", "input2"): (("a", "N", ("j",)), ("u", "K", ("k",))),
    ("x1", "x2"): (("a", "NC", ("n", "j")), ("u", "NC", ("n", "j"))),
    ("q", "k", "v"): (("q", "ND", ("i", "d")), ("k", "MD", ("j", "d")), ("v", "ME", ("j", "e"))),
    ("query", "key", "value"): (("a", "TE", ("i", "e")),),
}
"""By what a layer calls its inputs: name, sizes and letters of each, or of one that is all of them."""

PARTS: Final[Mapping[str, tuple[int, str]]] = {"num_heads": (-1, "D"), "num_groups": (0, "M")}
"""An option that divides an axis of the input into so many parts: the axis, and the size of a part."""

SEQUENCE: Final[tuple[str, tuple[str, ...]]] = ("TC", ("t", "j"))
"""The same for what is read step by step."""

_LETTERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "out_channels": ("O", "", ""),
    "out_features": ("M", "", ""),
    "embedding_dim": ("D", "", ""),
    "num_heads": ("H", "", ""),
    "num_groups": ("G", "", ""),
    "hidden_size": ("H", "", ""),
    "kernel_size": ("U", "UV", "TUV"),
    "stride": ("s", "ss", "sss"),
    "padding": ("p", "pp", "ppp"),
    "output_padding": ("q", "qq", "qqq"),
    "dilation": ("d", "dd", "ddd"),
}
"""The symbols of an option along one axis, two or three."""

_SHAPES: Final[Mapping[str, str]] = {"unflattened_size": "CHW"}
"""The symbols of an option that is the shape of what one axis becomes; such an axis has their product."""

_EXAMPLES: Final[Mapping[str, object]] = {"dim": 1}
"""What an option is where it must be something."""

_SMALL: Final = 2
"""What stands for a size where symbols cannot."""

_Values = Callable[[Option], object]


def named_size(letter: str) -> Size:
    """The size called so; what is padded may be 0, everything else is at least 1."""
    return size_symbol(letter, 0 if letter in "pq" else 1)


def dimensions(layer: Layer) -> int:
    """Over how many axes the layer moves windows; 0 where it moves none."""
    return max((_axes(option) for option in layer.options if option.name in _LETTERS), default=0)


def axes_of(layer: Layer, axes: int) -> tuple[str, tuple[str, ...]]:
    """The sizes and letters of an input with so many axes."""
    if axes == 2 and sequential(layer):
        return SEQUENCE
    return (SAMPLES if dimensions(layer) else AXES)[axes]


def sequential(layer: Layer) -> bool:
    """Whether the layer reads a sequence step by step: it has a state, the size of which it is given."""
    return any(option.name == "hidden_size" for option in layer.options)


def in_general(layer: Layer) -> dict[str, object]:
    """The options of a layer: symbols for sizes, the defaults of whatever is no size."""
    return {option.name: _value(option, _symbols) for option in layer.options}


def by_default(layer: Layer) -> dict[str, object]:
    """The options of a layer: symbols for what must be given, everything else at its default."""
    return {option.name: _value(option, _symbols, only_required=True) for option in layer.options}


def at_small_sizes(layer: Layer) -> dict[str, object]:
    """The options of a layer: a small number for what must be given, everything else at its default."""
    return {option.name: _value(option, _number, only_required=True) for option in layer.options}


def split(layer: Layer) -> Size | None:
    """The size of the axis that the layer makes several of; None where it does not."""
    names = [_SHAPES[option.name] for option in layer.options if option.name in _SHAPES]
    return prod(map(named_size, names[0])) if names else None


def expected(option: Option) -> str:
    """What a value of the option must be, in words: ``a positive whole number``."""
    try:
        option.kind(object())
    except ValueError as unfit:
        return str(unfit)
    return "anything"


def _value(option: Option, values: _Values, *, only_required: bool = False) -> object:
    found = values(option) if option.default is REQUIRED or not only_required else None
    if found is not None:
        return found
    if option.default is not REQUIRED:
        return None if option.default is None else option.kind(option.default)
    for sample in (
        _EXAMPLES.get(option.name),
        "f",
        _SMALL,
        1,
        True,
        *expected(option).replace(" or ", ", ").split(", "),
    ):
        try:
            return option.kind(sample)
        except ValueError:
            continue
    raise ValueError(f"there is no example of {option.name}, which must be {expected(option)}")


def _symbols(option: Option) -> object:
    if option.name in _SHAPES:
        return tuple(map(named_size, _SHAPES[option.name]))
    if option.name not in _LETTERS:
        return None
    axes = _axes(option)
    sizes = tuple(named_size(letter) for letter in _LETTERS[option.name][max(axes, 1) - 1])
    return sizes if axes else sizes[0]


def _number(option: Option) -> object:
    return option.kind(_SMALL) if option.name in _LETTERS else None


def _axes(option: Option) -> int:
    """How many axes the option has a number for; 0 where it is a single number."""
    value = option.kind(1)
    return len(value) if isinstance(value, tuple) else 0
