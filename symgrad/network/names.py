"""Names: what the tensors of a network are called, the same in every output.

One layer with parameters: a, w, b, z, and h after its activation. Several: input a0; layer l owns wl, bl,
zl (before) and al (after its activation). Pooling p, flatten v, and where branches meet the sum r and the
concatenation c (numbered by their layer where there are several), target y, loss L. A further input is one
more a of layer 0. A second tensor of the same letter in one layer, or of a name that is in use, is told apart
by b, c, … An output to
which the description gives a name is called by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import NamedTuple

from symgrad.catalogue.declare import Layer


class Naming(NamedTuple):
    """The inputs' names and labels, and for each layer the function that names its tensors."""

    inputs: tuple[tuple[str, str], ...]
    layers: tuple[Callable[[str], tuple[str, str]], ...]
    stems: tuple[str, ...]


def name_layers(layers: Sequence[Layer], inputs: int = 1, aliases: Sequence[str] = ()) -> Naming:
    """Names for the tensors of layers in order of evaluation; an alias that is not empty names an output."""
    several = sum(layer.kind == "layer" for layer in layers) > 1
    taken: dict[tuple[str, int], int] = {("a", 0): inputs}
    namers: list[Callable[[str], tuple[str, str]]] = []
    stems: list[str] = []
    reshapes = [layer.stem for layer in layers if layer.kind in _NUMBERED_LATE]
    number = 0
    zero = "0" if several else ""
    labels = [zero + _letters(n) for n in range(inputs)]
    used = {"a" + label for label in labels}
    for layer, alias in zip(layers, aliases or [""] * len(layers), strict=True):
        number += layer.kind == "layer"
        stem = "h" if layer.kind == "activation" and not several else layer.stem
        numbered = several if layer.kind not in _NUMBERED_LATE else several and reshapes.count(stem) > 1
        own = number if several else 0
        if alias:
            namers.append(_namer(stem, "", str(number) if several else "", used, alias))
            stems.append(stem)
            continue
        repeat = taken.get((stem, own), 0)
        taken[stem, own] = repeat + 1
        label = (str(number) if numbered else "") + _letters(repeat)
        used.add(stem + label)
        namers.append(_namer(stem, label, str(number) if several else "", used))
        stems.append(stem)
    return Naming(tuple(("a" + label, label) for label in labels), tuple(namers), tuple(stems))


_NUMBERED_LATE = ("reshape", "join")
"""The kinds of layers whose outputs have a number only where several share a letter."""


def _namer(
    output: str, output_label: str, layer_label: str, used: set[str], alias: str = ""
) -> Callable[[str], tuple[str, str]]:
    """The names of one layer's tensors; ``used`` are the names that the network's layers have by then."""
    own: dict[str, tuple[str, str]] = {
        output: (alias, "") if alias else (output + output_label, output_label)
    }

    def named(stem: str) -> tuple[str, str]:
        if stem not in own:
            tries = (layer_label + _letters(repeat) for repeat in count())
            label = next(label for label in tries if stem + label not in used)
            used.add(stem + label)
            own[stem] = stem + label, label
        return own[stem]

    return named


def _letters(repeat: int) -> str:
    """Nothing for the first of its kind, then b, c, …, z, ba, bb and so on."""
    text = ""
    while repeat:
        repeat, digit = divmod(repeat, 26)
        text = chr(ord("a") + digit) + text
    return text
