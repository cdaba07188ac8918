"""Names: what the tensors of a network are called, the same in every output.

One layer with parameters: a, w, b, z, and h after its activation. Several: input a0; layer l owns wl, bl,
zl (before) and al (after its activation). Pooling p, flatten v, and where branches meet the sum r and the
concatenation c (numbered by their layer where there are several), target y, loss L. A further input is one
more a of layer 0. A second tensor of the same letter in one layer, or of a name that is in use, is told apart
by b, c, … An output to which the description gives a name is called by it. No two tensors have one name,
unless a layer is said to share the parameters of another; :func:`check_distinct` sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import NamedTuple

from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, entries_read
from symgrad.catalogue.declare import Layer
from symgrad.errors import CheckError


class Naming(NamedTuple):
    """The inputs' names and labels, and for each layer the function that names its tensors.

    ``outputs`` are the names and labels of the layers' outputs, and ``targets`` names what the loss compares
    them with.
    """

    inputs: tuple[tuple[str, str], ...]
    layers: tuple[Callable[[str], tuple[str, str]], ...]
    stems: tuple[str, ...]
    outputs: tuple[tuple[str, str], ...]
    targets: Callable[[str], tuple[str, str]]


def name_layers(layers: Sequence[Layer], inputs: int = 1, aliases: Sequence[str] = ()) -> Naming:
    """Names for the tensors of layers in order of evaluation; an alias that is not empty names an output."""
    several = sum(layer.kind == "layer" for layer in layers) > 1
    taken: dict[tuple[str, int], int] = {("a", 0): inputs}
    namers: list[Callable[[str], tuple[str, str]]] = []
    stems: list[str] = []
    outputs: list[tuple[str, str]] = []
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
        namers.append(_namer(str(number) if several else "", used))
        stems.append(stem)
        if alias:
            outputs.append((alias, ""))
            continue
        repeat = taken.get((stem, own), 0)
        label = _free(stem, str(number) if numbered else "", used, repeat)
        taken[stem, own] = repeat + 1
        used.add(stem + label)
        outputs.append((stem + label, label))
    inputs_named = tuple(("a" + label, label) for label in labels)
    return Naming(inputs_named, tuple(namers), tuple(stems), tuple(outputs), _namer("", used))


_NUMBERED_LATE = ("reshape", "join")
"""The kinds of layers whose outputs have a number only where several share a letter."""


def _namer(number: str, used: set[str]) -> Callable[[str], tuple[str, str]]:
    """The names of one layer's tensors but its output; ``used`` are the names of the network by then."""
    own: dict[str, tuple[str, str]] = {}

    def named(stem: str) -> tuple[str, str]:
        if stem not in own:
            label = _free(stem, number, used)
            used.add(stem + label)
            own[stem] = stem + label, label
        return own[stem]

    return named


def _free(stem: str, number: str, used: set[str], first: int = 0) -> str:
    """The label that makes of the stem a name which is not in use; ``first`` letters are passed over.

    Where y1 is in use as that of layer 1, y without a number is not free: its first entry would be called so.
    """
    tries = (number + _letters(repeat) for repeat in count(first))
    numbered = not number and any(name.startswith(stem) and name[len(stem) :].isdigit() for name in used)
    return next(label for label in tries if stem + label not in used and (label or not numbered))


def check_distinct(definitions: Iterable[Definition]) -> None:
    """Every tensor that the definitions read or define has a name of its own.

    Raises:
        CheckError: two of them have one, and would be taken for one tensor.
    """
    known: dict[str, Tensor] = {}
    for definition in definitions:
        for tensor in (definition.target, *(read.tensor for read in entries_read(definition))):
            other = known.setdefault(tensor.name, tensor)
            if (other.shape, other.role, other.label) != (tensor.shape, tensor.role, tensor.label):
                raise CheckError(
                    f"{tensor.name} would be the {other.role} and the {tensor.role} of one network: "
                    "a mistake in symgrad"
                )


def _letters(repeat: int) -> str:
    """Nothing for the first of its kind, then b, c, …, z, ba, bb and so on."""
    text = ""
    while repeat:
        repeat, digit = divmod(repeat, 26)
        text = chr(ord("a") + digit) + text
    return text
