"""How a layer is declared: its hyperparameters and its one forward equation.

A declaration is a function from a place in a network, the layer's input and its hyperparameters to the
definition of its output, or to several definitions, the last of which is its output. The place gives names;
the function gives sizes and the equation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from symgrad.algebra.affine import Index
from symgrad.algebra.sizes import Polynomial, Size, size_text
from symgrad.algebra.tensors import Role, Tensor, indices_of
from symgrad.algebra.written import Definition, Written
from symgrad.catalogue.options import Option
from symgrad.errors import ShapeError


class MisfitError(ShapeError):
    """Sizes that do not fit; ``option`` names the hyperparameter at fault, None for the input."""

    def __init__(self, message: str, option: str | None = None) -> None:
        super().__init__(message)
        self.option = option


class Place(NamedTuple):
    """A layer's place in a network: it names the tensors that the layer brings.

    ``named(stem)`` gives the tensor name and its label, such as ``("w2", "2")`` for ``"w"``; ``lender`` does
    so for the parameters where they are those of an earlier layer, ``aimed`` for targets. ``sizes`` is what
    follows the letter of a size that is found here, where each layer has its own. ``called`` is the name and
    label of the output, those of ``output_stem`` if None.
    """

    named: Callable[[str], tuple[str, str]]
    output_stem: str
    lender: Callable[[str], tuple[str, str]] | None = None
    sizes: str = ""
    called: tuple[str, str] | None = None
    aimed: Callable[[str], tuple[str, str]] | None = None

    def parameter(self, stem: str, shape: tuple[Size, ...], letters: Sequence[str] = "") -> Tensor:
        """A parameter of the layer."""
        name, label = (self.lender or self.named)(stem)
        return Tensor(name, shape, "parameter", tuple(letters), label=label)

    def output(self, shape: tuple[Size, ...], letters: tuple[str, ...] = ()) -> Tensor:
        """The layer's output."""
        name, label = self.called or self.named(self.output_stem)
        return Tensor(name, shape, "intermediate", letters, label=label)

    def auxiliary(self, stem: str, shape: tuple[Size, ...], letters: tuple[str, ...] = ()) -> Tensor:
        """A named part of the layer's equation that gradients are stated in, such as a mean.

        It gets no gradient of its own: the chain rule goes through it.
        """
        return self._tensor(stem, shape, "auxiliary", letters)

    def intermediate(self, stem: str, shape: tuple[Size, ...], letters: tuple[str, ...] = ()) -> Tensor:
        """A part of the equation with a gradient of its own, such as the state of a step."""
        return self._tensor(stem, shape, "intermediate", letters)

    def objective(self) -> Tensor:
        """The loss of the network, a single number."""
        return Tensor("L", (), "objective")

    def losses(self, like: Tensor, axes: int | None = None) -> Tensor:
        """The losses of the entries of ``like``, where they are not reduced to one number.

        Where ``axes`` is given, those of its samples, which its first so many axes count.
        """
        return self._tensor("l", like.shape[:axes], "intermediate", like.letters[:axes])

    def given(self, stem: str, shape: tuple[Size, ...], letters: tuple[str, ...] = ()) -> Tensor:
        """Numbers that the layer is given beside its input, such as a mask; they get no gradient."""
        return self._tensor(stem, shape, "given", letters)

    def target(self, like: Tensor, sums_to_one: int | None = None) -> Tensor:
        """The target that a loss compares ``like`` with.

        ``sums_to_one`` is the axis over which its entries sum to 1, a hypothesis that results may use.
        """
        return self.target_called("y", like.shape, like.letters, sums_to_one)

    def target_called(
        self,
        stem: str,
        shape: tuple[Size, ...],
        letters: tuple[str, ...] = (),
        sums_to_one: int | None = None,
    ) -> Tensor:
        """A target by a name of its own."""
        name, label = self.aimed(stem) if self.aimed else (stem, "")
        return Tensor(name, shape, "target", letters, label=label, sums_to_one=sums_to_one)

    def _tensor(
        self, stem: str, shape: tuple[Size, ...], role: Role, letters: str | tuple[str, ...]
    ) -> Tensor:
        name, label = self.named(stem)
        return Tensor(name, shape, role, tuple(letters), label=label)


Kind: TypeAlias = Literal["layer", "reshape", "activation", "join", "loss"]
Over: TypeAlias = Literal["sample", "batch"]
"""What an equation is stated over."""

Statement: TypeAlias = Callable[..., "Definition | tuple[Definition, ...]"]


class Layer(NamedTuple):
    """A catalogue entry.

    ``kind`` is *layer* for what owns parameters and so begins a new layer of the network, *activation*
    for what follows one, *reshape* for what only moves entries, *join* for what has
    several inputs, *loss* for what ends a network. ``stem``
    is the letter of its output. ``over`` says what the equation states: one *sample*, which a batch
    is made of, or the whole *batch*, whose samples are the first axis of input and output. ``inputs`` are
    what a layer calls its inputs where it takes several of its own.
    """

    name: str
    kind: Kind
    stem: str
    options: tuple[Option, ...]
    state: Statement
    over: Over = "sample"
    inputs: tuple[str, ...] = ()

    def stated(
        self, place: Place, inputs: tuple[Tensor, ...], options: Mapping[str, Any]
    ) -> tuple[Definition, ...]:
        """The layer's equations in order of evaluation; the last one defines its output.

        Raises:
            MisfitError: sizes that do not fit.
        """
        stated = self.state(place, *inputs, **options)
        return (stated,) if isinstance(stated, Definition) else stated

    @property
    def summary(self) -> str:
        """One line on what the layer is."""
        return (self.state.__doc__ or "").strip().split("\n")[0]


def layer(
    kind: Kind, stem: str, *options: Option, over: Over | None = None, inputs: tuple[str, ...] = ()
) -> Callable[[Statement], Layer]:
    """Declare the decorated equation as the catalogue entry of its name.

    A loss is stated over the batch unless it says otherwise: what a mean divides by counts the samples too.
    """
    default: Over = "batch" if kind == "loss" else "sample"

    def declared(state: Statement) -> Layer:
        return Layer(state.__name__, kind, stem, options, state, over or default, inputs)

    return declared


def elementwise(target: Tensor, axes_of: Tensor, body: Callable[[tuple[Index, ...]], Written]) -> Definition:
    """``target[i, …] = body(i, …)`` with the axes of another tensor, whatever their number."""
    axes = indices_of(axes_of)
    return Definition(target, axes, body(axes))


def told(shape: tuple[Any, ...]) -> str:
    """A shape as messages write it: ``1×28×28``."""
    return "×".join(map(_told, shape)) if shape else "a single number"


def _told(size: Any) -> str:
    return size_text(size) if isinstance(size, Polynomial) else str(size)
