"""A model: a network as a program of forward definitions, with what its tensors are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from symgrad.algebra.program import Program, equation
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.options import Option


class Step(NamedTuple):
    """One layer at work: its name and options, what it reads, and its equations; the last is its output.

    ``declared`` are the options that the layer has, as its catalogue entry declares them.
    """

    layer: str
    options: Mapping[str, Any]
    inputs: tuple[Tensor, ...]
    definitions: tuple[Definition, ...]
    declared: tuple[Option, ...] = ()

    @property
    def output(self) -> Tensor:
        """The tensor that the next layer reads."""
        return self.definitions[-1].target


class Model(NamedTuple):
    """What a network states.

    ``tensors`` holds every tensor in the order of evaluation, sources where they are first needed.
    ``objective`` is the loss L; None means that L is an unknown function of ``outputs``. ``steps`` are
    its layers in order; a network given as bare definitions has none. ``batch`` is the number of samples
    where every tensor but the parameters has a first axis for them, else None.
    """

    text: str
    definitions: tuple[Definition, ...]
    tensors: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    objective: Tensor | None
    steps: tuple[Step, ...] = ()
    batch: Size | None = None

    @property
    def forward(self) -> Program:
        """The definitions in normal form."""
        return Program(tuple(equation(definition) for definition in self.definitions))

    def tensor(self, name: str) -> Tensor | None:
        """The tensor called ``name``, or None."""
        return next((tensor for tensor in self.tensors if tensor.name == name), None)

    def layer_of(self, tensor: Tensor) -> str:
        """The catalogue's name of the layer whose output the tensor is; empty where it is none of them."""
        for step in self.steps:
            if any(definition.target == tensor for definition in step.definitions):
                return step.layer if step.layer in CATALOGUE else ""
        return ""
