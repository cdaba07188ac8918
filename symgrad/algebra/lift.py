"""Definitions for one sample, carried over to a batch of them.

What a sample brings gets a first axis n for the samples, and so has everything that is made of it; parameters
have none, because all samples share them::

    z[i] = Σ_j w[i,j]·a[j] + b[i]        z[n,i] = Σ_j w[i,j]·a[n,j] + b[i]

An objective is a single number: that of a batch is the sum of those of its samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import (
    Apply,
    Compare,
    Definition,
    Maximum,
    Power,
    Product,
    Read,
    Sum,
    Total,
    Written,
    reads,
)

SAMPLE: Final = "n"
"""The letter that counts samples."""

_INSTEAD: Final = ("m", "q", "r")
"""What an axis of a sample is lettered by where its own letter counts samples."""


def across(tensor: Tensor, samples: Size) -> Tensor:
    """The tensor with a first axis for the samples."""
    letters = tensor.letters
    if SAMPLE in letters:
        other = next(letter for letter in _INSTEAD if letter not in letters)
        letters = tuple(other if letter == SAMPLE else letter for letter in letters)
    summed = tensor.sums_to_one
    return Tensor(
        tensor.name,
        (samples, *tensor.shape),
        tensor.role,
        (SAMPLE, *letters),
        label=tensor.label,
        sums_to_one=None if summed is None else summed + 1,
    )


def one_sample(tensor: Tensor) -> Tensor:
    """The part of a tensor that is one sample's: it without its first axis."""
    summed = tensor.sums_to_one
    return Tensor(
        tensor.name,
        tensor.shape[1:],
        tensor.role,
        tensor.letters[1:],
        label=tensor.label,
        sums_to_one=None if summed is None else summed - 1,
    )


def lifted(
    definitions: Iterable[Definition], samples: Size, inputs: Iterable[Tensor]
) -> tuple[Definition, ...]:
    """The definitions of one sample for a batch; ``inputs`` are the tensors that are made before.

    A source that is no parameter, such as a target, is each sample's own, as the inputs are.
    """
    batched = {tensor: across(tensor, samples) for tensor in inputs}
    made: list[Definition] = []
    own: set[Tensor] = set()
    for definition in definitions:
        target = definition.target
        for tensor in reads(definition):
            if tensor.role != "parameter" and tensor != target and tensor not in own:
                batched.setdefault(tensor, across(tensor, samples))
        if not any(tensor in batched for tensor in reads(definition)):
            own.add(target)  # it is made of parameters alone
            made.append(definition)
            continue
        n = Index(samples, SAMPLE)
        if target.role == "objective":
            body = _reading(definition.body, batched, n)
            made.append(definition._replace(body=Total((n,), body)))
            continue
        batched[target] = across(target, samples)
        body = _reading(definition.body, batched, n)
        made.append(Definition(batched[target], (n, *definition.axes), body))
    return tuple(made)


def _reading(node: Written, batched: dict[Tensor, Tensor], n: Index) -> Written:
    """The node with every entry of a sample read at sample ``n``."""

    def at_sample(read: Read) -> Written:
        tensor = batched.get(read.tensor)
        return read if tensor is None else Read(tensor, (affine(n), *read.indices))

    return with_reads(node, at_sample)


def with_reads(node: Written, change: Callable[[Read], Written]) -> Written:
    """The tree with every entry that it reads changed, and otherwise as it is."""
    match node:
        case Read():
            return change(node)
        case Sum() | Product():
            return type(node)(tuple(with_reads(part, change) for part in node.parts))
        case Power():
            return Power(with_reads(node.base, change), node.exponent)
        case Apply():
            return Apply(node.function, with_reads(node.argument, change))
        case Compare():
            return Compare(node.kind, with_reads(node.argument, change))
        case Total():
            return Total(node.indices, with_reads(node.body, change))
        case Maximum():
            return Maximum(node.indices, node.brackets, with_reads(node.body, change))
        case _:
            return node
