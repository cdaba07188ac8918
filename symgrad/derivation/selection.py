"""What a derivation is asked for: gradients by weights, inputs, all, a tensor, or an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from symgrad.algebra.identifiers import identifier, position
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import is_whole
from symgrad.errors import NameUnknownError, nearest, quoted
from symgrad.network.model import Model

Selection: TypeAlias = Mapping[Tensor, "tuple[int, ...] | None"]
"""For each wanted tensor the flat positions that are wanted, or None for every entry."""

_MOST_LISTED = 20


def select(model: Model, words: Sequence[str] = ("all",)) -> Selection:
    """The tensors and entries that ``words`` name.

    ``weights`` are the parameters (biases too), ``inputs`` the inputs, ``all`` both; any other word is
    the name of a tensor or of an entry, such as ``w5``.

    Raises:
        NameUnknownError: a word that names nothing in this network.
    """
    chosen: dict[Tensor, tuple[int, ...] | None] = {}
    for word in words:
        for tensor, positions in _named(model, word):
            kept = chosen.get(tensor, ())
            if positions is None or kept is None:
                chosen[tensor] = None
            else:
                chosen[tensor] = tuple(sorted({*kept, *positions}))
    return chosen


def _named(model: Model, word: str) -> list[tuple[Tensor, tuple[int, ...] | None]]:
    roles = {"weights": ("parameter",), "inputs": ("input",), "all": ("parameter", "input")}
    tensor = model.tensor(word)
    if tensor is not None:
        return [(tensor, None)]
    if word in roles:
        return [(tensor, None) for tensor in model.tensors if tensor.role in roles[word]]
    for tensor in model.tensors:
        place = position(tensor, word)
        if place is not None:
            return [(tensor, (place,))]
    raise _unknown(model, word)


def _unknown(model: Model, word: str) -> NameUnknownError:
    names = [tensor.name for tensor in model.tensors]
    entries = [identifier(tensor, 0) for tensor in model.tensors if tensor.shape and is_whole(tensor.shape)]
    close = nearest(word, ["weights", "inputs", "all", *names])
    hint = f"; did you mean {close}?" if close else "."
    listed = ", ".join(names if len(names) <= _MOST_LISTED else [*names[:_MOST_LISTED], "…"])
    such = f", and entries such as {', '.join(entries[:3])}" if entries else ""
    return NameUnknownError(
        f"nothing here is called {quoted(word)}{hint} "
        f"There are weights, inputs, all, the tensors {listed}{such}"
    )
