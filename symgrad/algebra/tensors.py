"""Tensors: a name, a shape, and the part that it plays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from symgrad.algebra.affine import AffineLike, Index, affine
from symgrad.algebra.sizes import Size, size_symbols
from symgrad.algebra.written import Read
from symgrad.errors import AlgebraError

Role: TypeAlias = Literal[
    "input",
    "parameter",
    "intermediate",
    "auxiliary",
    "target",
    "given",
    "objective",
    "adjoint",
    "sensitivity",
    "second",
    "kept",
    "corrected",
    "renewed",
]
"""An *auxiliary* names part of a layer's equation; gradients are stated in it and go through it.

What is *given*, such as a mask, is read like an input, and nobody asks for its gradient. An *adjoint* is
∂L/∂z, a *sensitivity* ∂z/∂w, a *second* derivative ∂²L/∂w∂z.
"""


_LETTERS = ("i", "j", "k", "l", "m", "n", "q", "r")


class Tensor:
    """A tensor of numbers, known by its name.

    ``shape`` holds one size per axis, ``letters`` the preferred index letter of each axis. ``label`` is
    the end of the name that says which layer it belongs to: ``w2`` is the w of layer 2, printed w⁽²⁾.
    ``of`` is set on an adjoint: the tensor that it is the gradient of, and has the shape of. ``beside`` is
    set on what an optimiser brings: the tensor that it goes with, entry by entry. ``pair`` is set on
    sensitivities and second derivatives: the tensor w that is differentiated by and the other one, z; their
    axes are those of w and then those of z. ``sums_to_one`` is the axis along which the entries are assumed
    to sum to 1, None for no assumption.
    """

    __slots__ = ("beside", "label", "letters", "name", "of", "pair", "role", "shape", "sums_to_one")

    def __init__(
        self,
        name: str,
        shape: tuple[Size, ...],
        role: Role,
        letters: tuple[str, ...] = (),
        of: Tensor | None = None,
        label: str = "",
        beside: Tensor | None = None,
        sums_to_one: int | None = None,
        pair: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        self.name = name
        self.shape = shape
        self.role: Role = role
        self.letters = letters or _LETTERS[: len(shape)]
        self.of = of
        self.label = label
        self.beside = beside
        self.sums_to_one = sums_to_one
        self.pair = pair

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tensor) and (self.name, self.shape) == (other.name, other.shape)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"{self.name}{list(self.shape)}"

    @property
    def stem(self) -> str:
        """The name without its label, and without the tensor that it goes with."""
        if self.beside is not None:
            return self.name.removesuffix(f"_{self.beside.name}")
        return self.name[: len(self.name) - len(self.label)]

    @property
    def is_derivative(self) -> bool:
        """Whether it stands for derivatives: ∂L/∂z, ∂z/∂w or ∂²L/∂w∂z."""
        return self.role in ("adjoint", "sensitivity", "second")

    @property
    def quantity(self) -> str:
        """What an adjoint is the gradient of, L as a rule; empty for any other tensor."""
        return self.name[1 : -len("_d" + self.of.name)] if self.of is not None else ""

    def __getitem__(self, indices: AffineLike | tuple[AffineLike, ...]) -> Read:
        """The entry at ``indices``, to be used in a written equation."""
        given = indices if isinstance(indices, tuple) else (indices,)
        if len(given) != len(self.shape):
            raise AlgebraError(
                f"{self.name} has {len(self.shape)} axes and was read with {len(given)} indices"
            )
        return Read(self, tuple(affine(index) for index in given))


def indices_of(tensor: Tensor) -> tuple[Index, ...]:
    """New indices that run over the axes of the tensor, with its letters."""
    return tuple(Index(size, letter) for size, letter in zip(tensor.shape, tensor.letters, strict=True))


def names_of(tensors: Iterable[Tensor]) -> set[str]:
    """What tensors are called, with and without the number of a layer."""
    return {name for tensor in tensors for name in (tensor.name, tensor.stem)}


def size_names(tensors: Iterable[Tensor]) -> dict[str, None]:
    """The symbols that the sizes of tensors are stated in, as they come."""
    return dict.fromkeys(symbol.name for t in tensors for n in t.shape for symbol in size_symbols(n))


def adjoint_of(tensor: Tensor, quantity: str = "L") -> Tensor:
    """The gradient of ``quantity`` by ``tensor``: the same shape, named ``dL_d`` + its name."""
    return Tensor(f"d{quantity}_d{tensor.name}", tensor.shape, "adjoint", tensor.letters, tensor)


def sensitivity(of: Tensor, by: Tensor) -> Tensor:
    """The derivatives of the entries of ``of`` by those of ``by``, along all paths: ``dz_dw``."""
    name, letters = f"d{of.name}_d{by.name}", (*by.letters, *of.letters)
    return Tensor(name, (*by.shape, *of.shape), "sensitivity", letters, pair=(by, of))


def second_derivative(first: Tensor, second: Tensor) -> Tensor:
    """The derivatives of ∂L/∂second by the entries of ``first``: ``d2L_dw_dz``."""
    name, letters = f"d2L_d{first.name}_d{second.name}", (*first.letters, *second.letters)
    return Tensor(name, (*first.shape, *second.shape), "second", letters, pair=(first, second))


def kept_with(tensor: Tensor, stem: str) -> Tensor:
    """What an optimiser keeps for each entry of ``tensor`` from step to step: ``v_w``."""
    return _beside(tensor, f"{stem}_{tensor.name}", "kept")


def corrected(tensor: Tensor, stem: str) -> Tensor:
    """What an optimiser keeps, corrected for the bias of its start: ``m_hat_w``."""
    return _beside(tensor, f"{stem}_hat_{tensor.name}", "corrected")


def renewed(tensor: Tensor) -> Tensor:
    """``tensor`` after a step of an optimiser: ``w_new``, printed w*."""
    return _beside(tensor, f"{tensor.name}_new", "renewed")


def _beside(tensor: Tensor, name: str, role: Role) -> Tensor:
    return Tensor(name, tensor.shape, role, tensor.letters, beside=tensor)
