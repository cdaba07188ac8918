"""A network in a TOML file: its input, its layers, and names for their outputs.

    input = "1x28x28"                 # or [1, 28, 28]
    layers = [
        "conv2d(4, 5) | relu",        # as in the one line
        "flatten",
        {layer = "linear", out_features = 10, bias = false},
    ]
    names = {u = 1}                   # the output of the first of the layers; 0 is the input
    batch = 8                         # samples; or "N", for any number of them

    [define.scale]                    # a layer of one's own, see symgrad.network.define
    input = {a = "… N"}
    parameters = {w = "N"}
    equation = "z[i] = w[i]·a[i]"

What it says is written in the one line, each entry on a line of its own, and read like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from symgrad.catalogue.options import spelled
from symgrad.errors import DescriptionError, nearest, quoted
from symgrad.network.define import defined
from symgrad.network.description import Description, read, read_chain

_KEYS = ("input", "layers", "names", "batch", "define")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def read_toml(text: str, input_size: str | None = None) -> Description:
    """The description in a TOML file; ``input_size`` is its input where it does not state one itself.

    Raises:
        DescriptionError: it is not TOML, or does not describe a network.
    """
    table = _table(text)
    for key in table:
        if key not in _KEYS:
            meant = nearest(key, _KEYS)
            hint = f"did you mean {meant}?" if meant else f"there are {', '.join(_KEYS)}"
            raise DescriptionError(f"a network in TOML has no {quoted(key)}; {hint}")
    layers = table.get("layers")
    if not isinstance(layers, list) or not layers:
        raise DescriptionError('a network in TOML needs its layers: layers = ["conv2d(4, 5)", "relu"]')
    size = _input(table.get("input"), input_size)
    items = [_item(layer, n) for n, layer in enumerate(layers, 1)]
    names = [""] * (len(items) + 1)
    for name, number in _names(table.get("names", {}), len(items)):
        names[number] += f"\nas {name}"
    lines = [f"input({size}){names[0]}"]
    lines += (f"| {item}{name}" for item, name in zip(items, names[1:], strict=True))
    description = read("\n".join(lines))
    return description._replace(batch=_batch(table.get("batch")), custom=defined(table.get("define", {})))


def _batch(given: object) -> int | str | None:
    if given is not None and (isinstance(given, bool) or not isinstance(given, int | str)):
        raise DescriptionError(
            'batch is a number of samples, or a letter for any number: batch = 8, batch = "N"'
        )
    return given  # what number it may be is for the reader of --batch to say


def _table(text: str) -> dict[str, Any]:
    import tomllib  # 5 ms, for files in TOML only

    try:
        return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        numbers = re.fullmatch(r"line (\d+), column (\d+)\)", place)
        line = text.split("\n")[int(numbers[1]) - 1] if numbers else ""
        start = int(numbers[2]) - 1 if numbers else 0
        raise DescriptionError(
            f"this is not TOML: {(message or str(error))[:200]}",
            line=line.rstrip("\r"),
            start=start,
            stop=start + 1,
        ) from None
    except (RecursionError, ValueError):  # the latter for numbers of thousands of digits
        raise DescriptionError(
            "this is not TOML of a network: nested too deep, or a number too long"
        ) from None


def _input(given: object, input_size: str | None) -> str:
    if given is not None and input_size is not None:
        raise DescriptionError("the network states its input itself, so it is not given beside it")
    if given is None:
        given = input_size
    if isinstance(given, int) and not isinstance(given, bool):
        given = [given]
    if isinstance(given, list) and given and all(type(part) is int and part >= 0 for part in given):
        given = "x".join(map(spelled, given))
    if not isinstance(given, str):
        raise DescriptionError('a network in TOML needs its input: input = "1x28x28" or input = [1, 28, 28]')
    if [call.name for call in read_chain(f"input({given})")] != ["input"]:
        raise DescriptionError(f"an input's size reads 28x28 or 1x28x28, not {quoted(given)}")
    return given


def _item(layer: object, number: int) -> str:
    """An entry of the layers in the grammar of the one line, whole by itself."""
    if isinstance(layer, str):
        text = layer.strip()
    elif isinstance(layer, dict):
        text = _call(layer, number)
    else:
        raise DescriptionError(f'layer {number} is neither a string nor a table such as {{layer = "relu"}}')
    try:
        read_chain(text)
    except DescriptionError as error:
        error.message = f"layer {number}: {error.message}"
        raise
    return text


def _call(table: Mapping[str, Any], number: int) -> str:
    rest = dict(table)
    name = rest.pop("layer", None)
    ends = [(word, rest.pop(word)) for word in ("sharing", "as") if word in rest]
    for what, word in (("layer", name), *ends):
        if not isinstance(word, str) or not _WORD.fullmatch(word):
            raise DescriptionError(
                f'layer {number} needs a word for {what}, as in {{layer = "linear", as = "u"}}'
            )
    written = [f"{_key(key, number)}={_value(value, key, number)}" for key, value in rest.items()]
    return " ".join([f"{name}({', '.join(written)})", *(f"{what} {word}" for what, word in ends)])


def _key(key: str, number: int) -> str:
    if not _WORD.fullmatch(key):
        raise DescriptionError(f"layer {number} has an option {quoted(key)}, which is no word")
    return key


def _value(value: object, key: str, number: int) -> str:
    parts = value if isinstance(value, list) else [value]
    for part in parts:
        if isinstance(part, str) and _WORD.fullmatch(part):
            continue
        if isinstance(part, bool | int) or (isinstance(part, float) and part - part == 0):
            continue
        raise DescriptionError(f"layer {number}: {key} is a number, a word, true or false, or a list of them")
    try:
        return spelled(tuple(value) if isinstance(value, list) else value)
    except ValueError as unfit:
        raise DescriptionError(f"layer {number}: {key} must be {unfit}") from None


def _names(names: object, layers: int) -> Iterator[tuple[str, int]]:
    if not isinstance(names, dict):
        raise DescriptionError("names is a table from a name to the number of a layer: names = {u = 1}")
    for name, number in names.items():
        if not _WORD.fullmatch(name):
            raise DescriptionError(f"an output cannot be called {quoted(name)}: a name is a word of letters")
        if type(number) is not int or not 0 <= number <= layers:
            raise DescriptionError(
                f"names: {name} is the number of one of the {layers} layers, or 0 for the input"
            )
        yield name, number
