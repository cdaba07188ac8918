"""The evaluator: a model and its gradients as one function from arrays to arrays.

A batch is seen by rank. With one leading axis on an input, a target, an upstream or a parameter, the
call is one of a batch: every tensor of the forward pass comes per sample. What is given without that axis
is shared by all samples, and its gradient is the sum over them; what is given with it gets a gradient per
sample, and so has every intermediate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from symgrad.algebra.count import count_terms
from symgrad.algebra.instantiate import equation_at, tensor_at
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.recurrence import parts
from symgrad.algebra.sizes import Size, size_symbols
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import layouts, whole_shape
from symgrad.derivation.sweep import Gradients
from symgrad.errors import BudgetError, ValuesError, nearest, quoted
from symgrad.evaluate.arrays import Array, as_numbers, fitted, shape_told
from symgrad.evaluate.straight import Straight, straight_line
from symgrad.evaluate.tables import Block, everywhere, unknown_functions
from symgrad.network.model import Model

Functions: TypeAlias = Mapping[str, Callable[[Any], Any]]

STRAIGHT_PRODUCTS = 1500
"""Up to so many products one sample is evaluated by straight-line code."""

MOST_PRODUCTS = 10_000_000
"""The most products that are laid out in tables."""

_MOST_AT_ONCE = 1 << 22
"""The most numbers of one array that a slice of a batch may need."""

_FLOAT = np.dtype(np.float64)
_NO_FUNCTIONS: Functions = {}


def evaluator(model: Model, gradients: Gradients) -> Evaluator | AnyBatch:
    """The function that evaluates ``model`` forward and its ``gradients`` backward.

    Raises:
        BudgetError: the program unrolls to more than MOST_PRODUCTS products.
        AlgebraError: a size other than the number of samples is a symbol.
    """
    equations = (*model.forward.equations, *gradients.program.equations)
    made = {equation.target for equation in equations}
    sources = (*(t for t in (*model.tensors, *gradients.upstream) if t not in made),)
    if model.batch is not None and size_symbols(model.batch):
        return AnyBatch(equations, sources, model.batch)
    return Evaluator(equations, sources)


class AnyBatch:
    """An evaluator for any number of samples: it takes their number from the arrays that it is given."""

    def __init__(self, equations: tuple[Equation, ...], sources: tuple[Tensor, ...], samples: Size) -> None:
        self._equations = equations
        self.targets = tuple(equation.target for equation in equations)
        self.sources = sources
        self.unknown = _unknown(equations)
        (symbol,) = size_symbols(samples)
        self._name = symbol.name
        self._samples = samples
        self._made: dict[int, Evaluator] = {}

    def __call__(self, values: Mapping[str, Any], functions: Functions | None = None) -> dict[str, Array]:
        """As :meth:`Evaluator.__call__`, for as many samples as the arrays have.

        Raises:
            ValuesError: as there, or no array says how many samples there are.
            BudgetError: for so many samples the program unrolls to more than MOST_PRODUCTS products.
        """
        samples = self._number(values)
        if samples not in self._made:
            self._made.clear()  # tables are large, and one number is what a caller stays with
            numbers = {self._name: samples}
            equations = tuple(equation_at(equation, numbers) for equation in self._equations)
            sources = tuple(tensor_at(tensor, numbers) for tensor in self.sources)
            self._made[samples] = Evaluator(equations, sources)
        return self._made[samples](values, functions)

    def _number(self, values: Mapping[str, Any]) -> int:
        """The number of samples that the arrays have."""
        found: dict[str, int] = {}
        for tensor in self.sources:
            if tensor.shape[:1] != (self._samples,) or tensor.name not in values:
                continue
            shape = as_numbers(tensor.name, values[tensor.name]).shape
            if len(shape) - len(tensor.shape) in (0, 1):
                found[tensor.name] = shape[len(shape) - len(tensor.shape)]
        if not found:
            wanted = [t for t in self.sources if t.shape[:1] == (self._samples,)]
            told = ", ".join(f"{t.name} {shape_told(t)}" for t in wanted)
            raise ValuesError(f"no array says how many samples {self._name} is; there should be {told}")
        number = _agreed(found)
        if not number:
            raise ValuesError("a batch has at least one sample, and the arrays have none")
        return number


class Evaluator:
    """``f(values, functions)``: a mapping from tensor names to arrays, to such a mapping.

    ``sources`` are the tensors whose values it takes, ``targets`` those that it gives, in order.
    ``unknown`` names the functions that it must be given.
    """

    def __init__(self, equations: tuple[Equation, ...], sources: tuple[Tensor, ...]) -> None:
        self._equations = equations
        self.targets = tuple(equation.target for equation in equations)
        self.sources = sources
        self.unknown = _unknown(equations)
        self._products = sum(count_terms(equation.body, equation.axes) for equation in self._equations)
        if self._products > MOST_PRODUCTS:
            raise BudgetError(
                f"the network has {self._products:,} products, and at most {MOST_PRODUCTS:,} are evaluated; "
                f"a smaller image or fewer channels would do"
            )
        self._doors = [(tensor.name, whole_shape(tensor.shape)) for tensor in self.sources]
        self._exits = _exits(self.targets)
        small = self._products <= STRAIGHT_PRODUCTS and not self.unknown
        self._straight: Straight | None = straight_line(self.sources, self._equations) if small else None
        self._stages: list[_Stage] = []
        self._heaviest = 1

    def __call__(self, values: Mapping[str, Any], functions: Functions | None = None) -> dict[str, Array]:
        """The forward pass and all gradients at ``values``.

        What has no real value (log 0, an overflow) comes out as an infinity or NaN, without a warning.

        Raises:
            ValuesError: a name or a function is missing, a name is unknown, a shape does not fit, something
                is no number, or batches differ in size.
        """
        if self._straight is not None and len(values) == len(self._doors):
            flat = self._single(values)
            if flat is not None:
                try:
                    return self._shaped(self._straight(*flat))
                except (ArithmeticError, ValueError):
                    pass  # an infinity or NaN on the way: floats raise where arrays go on
        return self._general(values, functions or _NO_FUNCTIONS)

    def _single(self, values: Mapping[str, Any]) -> list[list[float]] | None:
        """One sample as lists of floats, or None where the door has to look closer."""
        flat = []
        for name, shape in self._doors:
            value = values.get(name)
            if type(value) is not np.ndarray or value.shape != shape or value.dtype != _FLOAT:
                return None
            flat.append(value.ravel().tolist())
        return flat

    def _shaped(self, flat: list[float]) -> dict[str, Array]:
        every = np.array(flat, _FLOAT)
        return {name: every[run].reshape(shape) for name, run, shape in self._exits}

    def _general(self, values: Mapping[str, Any], functions: Functions) -> dict[str, Array]:
        self._check_names(values)
        self._check_functions(functions)
        given = {tensor.name: fitted(tensor, values[tensor.name]) for tensor in self.sources}
        samples = _agreed({name: size for name, (_, size) in given.items() if size is not None})
        env = {name: array for name, (array, _) in given.items()}
        if samples is None and self._straight is not None:
            try:
                return self._shaped(self._straight(*(array[0].tolist() for array in env.values())))
            except (ArithmeticError, ValueError):
                pass  # as above
        shared = {name for name, (_, size) in given.items() if size is None}
        with np.errstate(all="ignore"):
            return self._tabled(env, shared, samples, functions)

    def _tabled(
        self, env: dict[str, Array], shared: set[str], samples: int | None, functions: Functions
    ) -> dict[str, Array]:
        """The values by tables, a slice of the batch at a time."""
        stages = self._laid_out()
        count = 1 if samples is None else samples
        at_once = max(1, _MOST_AT_ONCE // self._heaviest)
        if count <= at_once:
            found = self._slice(stages, env, shared, count, functions)
        else:
            pieces = []
            for start in range(0, count, at_once):
                stop = min(count, start + at_once)
                part = {n: v if n in shared else v[start:stop] for n, v in env.items()}
                pieces.append(self._slice(stages, part, shared, stop - start, functions))
            found = {
                tensor.name: sum(part[tensor.name] for part in pieces)
                if _summed(tensor, shared)
                else np.concatenate([part[tensor.name] for part in pieces])
                for tensor in self.targets
            }
        results = {}
        for tensor in self.targets:
            value = found[tensor.name]
            one = samples is None or _summed(tensor, shared)
            results[tensor.name] = value.reshape(tensor.shape if one else (samples, *tensor.shape))
        return results

    def _slice(
        self,
        stages: Sequence[_Stage],
        env: dict[str, Array],
        shared: set[str],
        samples: int,
        functions: Functions,
    ) -> dict[str, Array]:
        env = dict(env)
        for tensor, positions, block in stages:
            if positions is not None:
                found = block.values(env, functions)
                env[tensor.name] = _entered(env.get(tensor.name), found, positions, tensor)
            elif _summed(tensor, shared):
                env[tensor.name] = block.sums(env, functions, samples)
            else:
                env[tensor.name] = block.values(env, functions)
        results = {}
        for tensor in self.targets:
            value = env[tensor.name]
            if len(value) != samples and not _summed(tensor, shared):
                value = np.broadcast_to(value, (samples, value.shape[1]))
            # Each result is an array of its own, never the caller's nor another result.
            results[tensor.name] = _own(value, env, tensor.name)
        return results

    def _laid_out(self) -> list[_Stage]:
        """The tables, made when they are first needed."""
        if not self._stages:
            self._stages = list(_staged(self._equations))
            widest = max(prod(whole_shape(t.shape)) for t in (*self.sources, *self.targets))
            self._heaviest = max(widest, *(block.row() for _, _, block in self._stages))
        return self._stages

    def _check_names(self, values: Mapping[str, Any]) -> None:
        known = [tensor.name for tensor in self.sources]
        for name in values:
            if name not in known:
                close = nearest(str(name), known)
                hint = f"; did you mean {close}?" if close else "."
                if name in {tensor.name for tensor in self.targets}:
                    hint = ", which is computed."
                raise ValuesError(
                    f"no value is asked for {quoted(str(name))}{hint} Asked for: {', '.join(known)}"
                )
        missing = [f"{t.name} {t.shape}" for t in self.sources if t.name not in values]
        if missing:
            raise ValuesError(f"no value is given for {', '.join(missing)}")

    def _check_functions(self, functions: Functions) -> None:
        missing = [name for name in self.unknown if name not in functions]
        if missing:
            example = ", ".join(f'"{name}": …' for name in self.unknown)
            raise ValuesError(
                f"no function is given for {', '.join(missing)}; pass functions={{{example}}}, each on arrays"
            )


def _unknown(equations: Iterable[Equation]) -> tuple[str, ...]:
    """The functions that have no values unless a caller gives them."""
    return tuple(dict.fromkeys(name for equation in equations for name in unknown_functions(equation.body)))


class _Stage(NamedTuple):
    """The table of an equation; of a recurrence, at the entries that ``positions`` has."""

    tensor: Tensor
    positions: tuple[int, ...] | None
    block: Block


def _staged(equations: Sequence[Equation]) -> Iterator[_Stage]:
    laid = {equation.target: layouts(equation.body, equation.axes) for equation in equations}
    for equation, positions, _ in parts(equations):
        target = equation.target
        if positions is None:
            points = everywhere(equation.axes)
        else:
            points = [unflat(position, whole_shape(target.shape)) for position in positions]
        yield _Stage(target, positions, Block(laid[target], points))


def _entered(known: Array | None, found: Array, positions: tuple[int, ...], tensor: Tensor) -> Array:
    """What is known of a tensor with some more of its entries; 0 stands for those that are not known yet."""
    if known is None:
        known = np.zeros((len(found), prod(whole_shape(tensor.shape))))
    elif len(found) > len(known):
        known = np.repeat(known, len(found), axis=0)  # what is the same for all samples, for each of them
    known[:, positions] = found
    return known


def _exits(targets: Iterable[Tensor]) -> list[tuple[str, slice, tuple[int, ...]]]:
    """Where in one long list of entries each target stands."""
    shapes = [(tensor.name, whole_shape(tensor.shape)) for tensor in targets]
    ends = [0]
    for _, shape in shapes:
        ends.append(ends[-1] + prod(shape))
    return [(n, slice(a, b), s) for (n, s), (a, b) in zip(shapes, pairwise(ends), strict=True)]


def _summed(tensor: Tensor, shared: set[str]) -> bool:
    """Whether it is the gradient of something that all samples share."""
    return tensor.of is not None and tensor.of.name in shared


def _own(value: Array, env: Mapping[str, Array], name: str) -> Array:
    if value.base is not None or any(value is other for n, other in env.items() if n != name):
        return value.copy()
    return value


def _agreed(sizes: Mapping[str, int]) -> int | None:
    """The one size of all batches, or None without a batch."""
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise ValuesError(f"the batches differ in size: {told}")
    return next(iter(sizes.values()), None)
