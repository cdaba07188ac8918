"""Names: what the tensors of a network are called, the same in every output.

One layer with parameters: a, w, b, z, and h after its activation. Several: input a0; layer l owns wl, bl,
zl (before) and al (after its activation). Pooling p, flatten v (numbered by their layer where there are
several), target y, loss L. A second tensor of the same letter in one layer is told apart by b, c, …
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from symgrad.catalogue.declare import Layer


class Naming(NamedTuple):
    """The input's name and label, and for each layer the function that names its tensors."""

    input: tuple[str, str]
    layers: tuple[Callable[[str], tuple[str, str]], ...]
    stems: tuple[str, ...]


def name_layers(layers: Sequence[Layer]) -> Naming:
    """Names for the tensors of a chain of layers."""
    several = sum(layer.kind == "layer" for layer in layers) > 1
    taken: dict[tuple[str, int], int] = {("a", 0): 1}
    namers: list[Callable[[str], tuple[str, str]]] = []
    stems: list[str] = []
    reshapes = [layer.stem for layer in layers if layer.kind == "reshape"]
    number = 0
    for layer in layers:
        number += layer.kind == "layer"
        stem = "h" if layer.kind == "activation" and not several else layer.stem
        numbered = several if layer.kind != "reshape" else several and reshapes.count(stem) > 1
        own = number if several else 0
        repeat = taken.get((stem, own), 0)
        taken[stem, own] = repeat + 1
        label = (str(number) if numbered else "") + _letters(repeat)
        namers.append(_namer(stem, label, str(number) if several else ""))
        stems.append(stem)
    return Naming(("a0", "0") if several else ("a", ""), tuple(namers), tuple(stems))


def _namer(output: str, output_label: str, layer_label: str) -> Callable[[str], tuple[str, str]]:
    def named(stem: str) -> tuple[str, str]:
        label = output_label if stem == output else layer_label
        return stem + label, label

    return named


def _letters(repeat: int) -> str:
    """Nothing for the first of its kind, then b, c, …, z, ba, bb and so on."""
    text = ""
    while repeat:
        repeat, digit = divmod(repeat, 26)
        text = chr(ord("a") + digit) + text
    return text
