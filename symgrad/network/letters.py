"""Letters for the sizes of a whole network: of its input, and of what each layer brings.

    input(1x28x28) | conv2d(4, 5) | flatten | linear(10)        input(1×H×W), w1: C1×1×U1×V1, w2: M2×…

A size of 1 stays 1, because an axis of a single entry is often one that is not there; a stride, a padding
and a dilation stay the numbers that the network states. Where branches meet, sizes must be equal: then one
letter is stated in terms of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from symgrad.algebra.instantiate import size_at
from symgrad.algebra.sizes import Polynomial, Size, size_symbol
from symgrad.algebra.unroll import whole_shape
from symgrad.catalogue.declare import Layer
from symgrad.catalogue.symbols import dimensions

_INPUTS: Final[Mapping[int, Sequence[str]]] = {1: "K", 2: "TK", 3: "CHW", 4: "BCHW"}
"""The letters of an input by its number of axes."""

_SPACE: Final[Mapping[int, Sequence[str]]] = {1: "T", 2: "HW", 3: "DHW"}
"""The letters of what windows move over, channels aside."""

_OPTIONS: Final[Mapping[str, Sequence[str]]] = {
    "out_features": ("M",),
    "out_channels": ("C",),
    "kernel_size": ("U", "UV", "TUV"),
    "hidden_size": ("H",),
    "num_heads": ("H",),
}
"""The letters of an option that is a size, along one axis, two or three."""

_WIDTHS: Final[Mapping[str, str]] = {"num_heads": "D"}
"""The letter of what an option shares the last axis of an input into equal parts of."""

_INSTEAD: Final = "EDFGIJ"
"""The letters of a size whose own is the name of a tensor, as K is of keys."""


class UnequalError(Exception):
    """Two sizes that must be equal, and are not in letters."""

    def __init__(self, left: Size, right: Size) -> None:
        super().__init__()
        self.pair = left, right


class Letters:
    """The letters of a network, the number that each stands for there, and what some are stated in."""

    def __init__(self, names: Collection[str] = ()) -> None:
        """``names`` are those of tensors, which no size has."""
        self._names = frozenset(names)
        self.numbers: dict[str, int] = {}
        self._stated: dict[str, Size] = {}
        self._drawn: set[str] = set()

    def begin(self) -> None:
        """Forget which letters are in use: the network is stated from its input again."""
        self._drawn.clear()

    def shape(self, shape: Sequence[int], label: str, before: Layer | None) -> tuple[Size, ...]:
        """The shape of an input that this layer reads."""
        windows = 0 if before is None else dimensions(before)
        letters = _INPUTS.get(len(shape), ())
        if windows and len(shape) - windows in (0, 1):
            letters = [*"C"[: len(shape) - windows], *_SPACE[windows]]
        if not letters:
            letters = [f"K{n}" for n in range(1, len(shape) + 1)]
        label = label.removeprefix("0")
        named = (letter + ("0" if letter == "C" else "") + label for letter in letters)
        return tuple(self._size(name, size) for name, size in zip(named, shape, strict=True))

    def options(self, options: Mapping[str, Any], label: str) -> dict[str, Any]:
        """The options of a layer with letters for those that are sizes."""
        found = dict(options)
        for name, letters in _OPTIONS.items():
            value = options.get(name)
            if isinstance(value, tuple):
                named = letters[len(value) - 1]
                found[name] = tuple(self._size(n + label, v) for n, v in zip(named, value, strict=True))
            elif isinstance(value, int):
                found[name] = self._size(letters[0] + label, value)
        return found

    def parted(self, options: Mapping[str, Any], shape: Sequence[Size], label: str) -> None:
        """State the last axis of an input by the parts that an option shares it into: E = D·H.

        Raises:
            UnequalError: it is not stated so yet.
        """
        for option, letter in _WIDTHS.items():
            parts = options.get(option, 1)
            if parts != 1:
                number, count = whole_shape((size_at(shape[-1], self.numbers), size_at(parts, self.numbers)))
                self.must_be_equal(shape[-1:], (self._size(letter + label, number // count) * parts,))

    def _size(self, name: str, number: int) -> Size:
        if number == 1:
            return 1
        if name in self._names:
            letter, label = name[0], name[1:]
            name = next((other + label for other in _INSTEAD if other + label not in self._names), letter)
        while name in self._drawn | self._names:  # two layers never share a letter by chance
            name += "b"
        self._drawn.add(name)
        self.numbers[name] = number
        return self._stated.get(name, size_symbol(name))

    def must_be_equal(self, left: Sequence[Size], right: Sequence[Size]) -> None:
        """Two shapes of which each axis must have one size.

        Raises:
            UnequalError: an axis has not.
        """
        for one, other in zip(left, right, strict=True):
            if one != other:
                raise UnequalError(one, other)

    def equated(self, left: Size, right: Size) -> bool:
        """State a letter so that the sizes are equal: the last that stands alone. False where none does."""
        difference = left - right
        if not isinstance(difference, Polynomial):
            return False
        for name in reversed(self.numbers):
            holding = [m for m in difference.terms if any(symbol.name == name for symbol, _ in m)]
            if len(holding) != 1 or len(holding[0]) != 1 or holding[0][0][1] != 1:
                continue
            coefficient = difference.terms[holding[0]]
            if coefficient not in (1, -1):
                continue
            alone = Polynomial({holding[0]: 1})
            value = alone - difference * coefficient
            if size_at(value, self.numbers) != self.numbers[name]:
                continue
            put: Any = {name: value}
            self._stated = {n: size_at(size, put) for n, size in self._stated.items()} | put
            return True
        return False
