"""Positions of entries, counted from 0 in row-major order. It imports nothing, so that any floor may."""

from __future__ import annotations

from collections.abc import Sequence


def unflat(position: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The row-major multi-index of a flat position."""
    values: list[int] = []
    for size in reversed(shape):
        position, value = divmod(position, size)
        values.append(value)
    return tuple(reversed(values))
