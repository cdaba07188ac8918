"""A model: a network as a program of forward definitions, with what its tensors are for."""

from __future__ import annotations

from typing import NamedTuple

from symgrad.algebra.program import Program, equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition


class Model(NamedTuple):
    """What a network states.

    ``tensors`` holds every tensor in the order of evaluation, sources where they are first needed.
    ``objective`` is the loss L; None means that L is an unknown function of ``outputs``. ``layers`` names
    the layer behind each definition, where there is one.
    """

    text: str
    definitions: tuple[Definition, ...]
    tensors: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    objective: Tensor | None
    layers: tuple[str, ...] = ()

    @property
    def forward(self) -> Program:
        """The definitions in normal form."""
        return Program(tuple(equation(definition) for definition in self.definitions))

    def tensor(self, name: str) -> Tensor | None:
        """The tensor called ``name``, or None."""
        return next((tensor for tensor in self.tensors if tensor.name == name), None)

    def layer_of(self, tensor: Tensor) -> str:
        """The name of the layer whose output the tensor is; empty where none is."""
        for definition, layer in zip(self.definitions, self.layers, strict=False):
            if definition.target == tensor:
                return layer
        return ""
