"""Identifiers: what the entries of a tensor are called, the same in every output.

A single number has its tensor's name. Up to two axes are numbered flat from 1, row by row: ``w5``, and
``w2_5`` where the name ends in a label. From three axes on each index is written: ``w2_1_2_3_1``. The
gradient by an entry is ``dL_d`` + that entry's identifier; what an optimiser brings is called after the
entry that it goes with: ``v_w5`` is kept for ``w5``, and ``w5_new`` is its new value.
"""

from __future__ import annotations

from math import prod

from symgrad.algebra.positions import unflat
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import is_whole, whole_shape

FLAT_RANK = 2
"""Tensors of so many axes have their entries numbered flat."""


def identifier(tensor: Tensor, position: int) -> str:
    """What the entry at a flat position (from 0) is called.

    Raises:
        AlgebraError: if a size is symbolic.
    """
    if tensor.of is not None:
        return f"d{tensor.quantity}_d{identifier(tensor.of, position)}"
    if tensor.pair is not None:
        by, other = tensor.pair
        first, second = divmod(position, prod(whole_shape(other.shape)))
        return _of_pair(tensor, identifier(by, first), identifier(other, second))
    if tensor.beside is not None:
        before, after = _around(tensor)
        return before + identifier(tensor.beside, position) + after
    if not tensor.shape:
        return tensor.name
    if len(tensor.shape) <= FLAT_RANK:
        return f"{tensor.name}{'_' if tensor.label else ''}{position + 1}"
    indices = unflat(position, whole_shape(tensor.shape))
    return "_".join([tensor.name, *(str(n + 1) for n in indices)])


def identifiers(tensor: Tensor) -> list[str]:
    """What all entries are called, row by row.

    Raises:
        AlgebraError: if a size is symbolic.
    """
    if tensor.of is not None:
        prefix = f"d{tensor.quantity}_d"
        return [prefix + name for name in identifiers(tensor.of)]
    if tensor.pair is not None:
        by, other = tensor.pair
        seconds = identifiers(other)
        return [_of_pair(tensor, first, second) for first in identifiers(by) for second in seconds]
    if tensor.beside is not None:
        before, after = _around(tensor)
        return [before + name + after for name in identifiers(tensor.beside)]
    if not tensor.shape:
        return [tensor.name]
    shape = whole_shape(tensor.shape)
    if len(shape) <= FLAT_RANK:
        stem = tensor.name + ("_" if tensor.label else "")
        return [f"{stem}{n}" for n in range(1, prod(shape) + 1)]
    names = [tensor.name]
    for size in shape:
        tails = [f"_{n}" for n in range(1, size + 1)]
        names = [name + tail for name in names for tail in tails]
    return names


def position(tensor: Tensor, text: str) -> int | None:
    """The flat position (from 0) of the entry that ``text`` names, or None: it is read, not searched for."""
    if tensor.of is not None:
        prefix = f"d{tensor.quantity}_d"
        return position(tensor.of, text.removeprefix(prefix)) if text.startswith(prefix) else None
    if tensor.pair is not None:
        return _position_of_pair(tensor, *tensor.pair, text)
    if tensor.beside is not None:
        before, after = _around(tensor)
        fits = text.startswith(before) and text.endswith(after) and len(text) > len(before + after)
        return position(tensor.beside, text[len(before) : len(text) - len(after)]) if fits else None
    if not text.startswith(tensor.name):
        return None
    rest = text[len(tensor.name) :]
    if not tensor.shape:
        return None if rest else 0
    if not is_whole(tensor.shape):
        return None  # how many entries there are is not known, so none has a name
    shape = whole_shape(tensor.shape)
    if len(shape) <= FLAT_RANK:
        if tensor.label:
            if not rest.startswith("_"):
                return None
            rest = rest[1:]
        flat = _number(rest, prod(shape))
        return None if flat is None else flat
    parts = rest.split("_")
    if parts[0] or len(parts) != len(shape) + 1:
        return None
    flat = 0
    for part, size in zip(parts[1:], shape, strict=True):
        value = _number(part, size)
        if value is None:
            return None
        flat = flat * size + value
    return flat


def _of_pair(tensor: Tensor, by: str, other: str) -> str:
    """``dz2_dw5``, or ``d2L_dw5_dz2``."""
    return f"d{other}_d{by}" if tensor.role == "sensitivity" else f"d2L_d{by}_d{other}"


def _position_of_pair(tensor: Tensor, by: Tensor, other: Tensor, text: str) -> int | None:
    flat = tensor.role == "sensitivity"
    prefix = "d" if flat else "d2L_d"
    if not text.startswith(prefix):
        return None
    parts = text.removeprefix(prefix).split("_d")
    for n in range(1, len(parts)):  # a name may hold "_d" itself
        one, two = "_d".join(parts[:n]), "_d".join(parts[n:])
        first, second = position(by, two if flat else one), position(other, one if flat else two)
        if first is not None and second is not None:
            return first * prod(whole_shape(other.shape)) + second
    return None


def _around(tensor: Tensor) -> tuple[str, str]:
    """What stands before and after the identifier of the entry that an optimiser's entry goes with."""
    return ("", "_new") if tensor.role == "renewed" else (f"{tensor.stem}_", "")


def _number(text: str, size: int) -> int | None:
    """The number that ``text`` spells, counted from 0, if it is written plainly and within ``1 … size``."""
    plain = text.isascii() and text.isdigit() and not text.startswith("0") and len(text) <= len(str(size))
    value = int(text) if plain else 0
    return value - 1 if 0 < value <= size else None
