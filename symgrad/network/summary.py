"""A network at a glance: its layers in order, what each gives, and the parameters that it brings."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import reads
from symgrad.catalogue import JOINS
from symgrad.catalogue.declare import told
from symgrad.catalogue.options import spelled_call
from symgrad.network.model import Model, Step


class Row(NamedTuple):
    """One tensor of the network, the layer that states it, and the sources that are read here first.

    A layer of several equations has a row for each; ``layer`` is empty in all but the first. ``given`` is
    what is given beside its input: the target of a loss, a mask.
    """

    layer: str
    output: Tensor
    parameters: tuple[Tensor, ...] = ()
    given: tuple[Tensor, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers its parameters are."""
        return sum(prod(whole_shape(tensor.shape)) for tensor in self.parameters)


def summary(model: Model) -> tuple[Row, ...]:
    """The rows of a network of layers, its input first; what is shared counts where it is first read."""
    return tuple(_rows(model))


def _rows(model: Model) -> Iterator[Row]:
    seen: set[Tensor] = set()
    before: Tensor | None = None
    for step in model.steps:
        layer = _layer(step, before)
        before = step.output
        for definition in step.definitions:
            fresh = [t for t in dict.fromkeys(reads(definition)) if t not in seen]
            for tensor in fresh:
                if tensor.role == "input":
                    shape = tensor.shape if model.batch is None else tensor.shape[1:]
                    yield Row(f"input({'x'.join(map(str, shape))})", tensor)
            seen |= {definition.target, *fresh}
            yield Row(
                layer,
                definition.target,
                tuple(tensor for tensor in fresh if tensor.role == "parameter"),
                tuple(tensor for tensor in fresh if tensor.role in ("target", "given")),
            )
            layer = ""


def _layer(step: Step, before: Tensor | None) -> str:
    """A step's layer with its options, and what it reads where that is not what stands before it."""
    if step.layer in JOINS:
        return f"{step.layer}({', '.join(tensor.name for tensor in step.inputs)})"
    text = spelled_call(step.layer, step.declared, step.options)
    read = dict.fromkeys(tensor.name for tensor in step.inputs)
    alone = len(read) == 1 and (before is None or step.inputs[0] == before)
    return text if alone else f"{text} of {', '.join(read)}"


HEADS = ("layer", "output", "shape", "parameters", "count")
"""What the columns of the table are called."""


def table(model: Model) -> Iterator[str]:
    """The summary line by line, in columns, and the number of all parameters below it."""
    rows = summary(model)
    total = sum(row.size for row in rows)
    lines = [HEADS, *map(_columns, rows), ("total", "", "", "", f"{total:,}")]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    yield f"{model.text}\n\n"
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        yield "  ".join([*cells, line[-1].rjust(widths[-1])]).rstrip() + "\n"


def _columns(row: Row) -> tuple[str, str, str, str, str]:
    brought = [f"{tensor.name} {told(tensor.shape)}" for tensor in row.parameters]
    brought += (f"{tensor.role} {tensor.name} {told(tensor.shape)}" for tensor in row.given)
    count = f"{row.size:,}" if row.parameters else ""
    return (row.layer, row.output.name, told(row.output.shape), ", ".join(brought), count)
