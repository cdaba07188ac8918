"""A layer of one's own: shapes and an equation become a layer like those of the catalogue.

A shape names the sizes of a tensor: ``C H W`` or ``C×H×W``. ``…`` in front stands for any axes that are
carried along, so a tensor of shape ``…`` is read entry by entry. Sizes that the input does not fix are
options of the layer, called as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from keyword import iskeyword
from math import prod
from typing import Any, Final, NamedTuple, TypeAlias

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.extents import first_miss
from symgrad.algebra.functions import FUNCTIONS
from symgrad.algebra.sizes import Polynomial, Size, size_text
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Read, Total, Written, nodes
from symgrad.catalogue import CATALOGUE, JOINS
from symgrad.catalogue.declare import Kind, Layer, MisfitError, Over, Place, told
from symgrad.catalogue.options import (
    LARGEST_WHOLE,
    LONGEST_WORD,
    MOST_AXES,
    RESERVED,
    Option,
    choice,
    count,
    number,
)
from symgrad.errors import DescriptionError, quoted
from symgrad.network.description import BLOCKS, LONGEST_NAME, layer_name
from symgrad.network.formula import Name, Node, names_of, read_size
from symgrad.network.meaning import CONSTANTS, Scope, size

MOST_TENSORS: Final = 16
"""The most tensors that a layer reads."""

_DOTS: Final = "…"
_LOSSES: Final = "l"
"""What the losses are called that a loss stated for each entry has where they are not reduced."""
_REDUCTION: Final = Option("reduction", choice("mean", "sum", "none"), "mean")


class Shape(NamedTuple):
    """The sizes of the axes of a tensor as written; ``carried`` where further axes stand before them."""

    text: str
    carried: bool
    axes: tuple[Node, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The axes that are a name alone."""
        return tuple(axis.text for axis in self.axes if isinstance(axis, Name))

    def __str__(self) -> str:
        return self.text.strip() or "a single number"


def read_shape(text: str) -> Shape:
    """The shape that a text states: ``C H W``, ``C×H×W``, ``… N``, ``C H-U+1``; empty for a single number.

    Raises:
        DescriptionError: it states none.
    """
    spaced = text.replace("...", _DOTS).replace(_DOTS, f" {_DOTS} ").strip()
    spaced = re.sub(r"\s*([-+−*·/^]+)\s*", r"\1", spaced)
    parts = [part.strip() for part in re.split("[×,]" if re.search("[×,]", spaced) else r"\s+", spaced)]
    if parts[0].startswith(_DOTS):
        parts[:1] = [_DOTS, parts[0].removeprefix(_DOTS).strip()]
    axes = [part for part in parts if part]
    carried = axes[:1] == [_DOTS]
    axes = axes[1:] if carried else axes
    if any(_DOTS in axis for axis in axes):
        raise DescriptionError(f"… stands once, and first, in a shape, unlike in {quoted(text)}")
    if len(axes) > MOST_AXES:
        raise DescriptionError(f"a tensor has at most {MOST_AXES} axes, and here are {len(axes)}")
    try:
        return Shape(text, carried, tuple(read_size(axis) for axis in axes))
    except DescriptionError as error:
        error.message = f"in the shape {quoted(text)}: {error.message}"
        raise


class Given:
    """What the equations of a layer are stated over, one after the other.

    ``tensors`` holds what may be read, named parts too once they are stated. ``outer`` are the indices of
    the axes that are carried along, by which the tensors in ``carried`` are read first; every equation
    has its own. ``sizes`` holds sizes and options that are numbers; ``shape`` the sizes of the output's
    own axes, None for one that follows from the equation, and None as a whole where nothing is said.
    """

    __slots__ = ("carried", "options", "outer", "shape", "sizes", "tensors")

    def __init__(
        self,
        tensors: Mapping[str, Tensor],
        carried: Iterable[str],
        sizes: Mapping[str, Size],
        options: Mapping[str, Any],
        shape: tuple[Size | None, ...] | None,
    ) -> None:
        self.tensors = dict(tensors)
        self.carried = set(carried)
        self.outer: tuple[Index, ...] = ()
        self.sizes = sizes
        self.options = options
        self.shape = shape

    def axes(self, name: str) -> int:
        """How many axes of its own a tensor has."""
        return len(self.tensors[name].shape) - (len(self.outer) if name in self.carried else 0)

    def entry(self, name: str, indices: Sequence[Affine | Index]) -> Read:
        """The entry of a tensor at its own indices."""
        outer = self.outer if name in self.carried else ()
        return self.tensors[name][*outer, *indices]


class Stated(NamedTuple):
    """An equation: the part that it names, empty for the output; its own axes and its right side."""

    part: str
    axes: tuple[Index, ...]
    body: Written


Equations: TypeAlias = Callable[[Given], Iterator[Stated]]
"""The equations of a layer, each stated when it is asked for; the last one is that of the output."""


class Signature(NamedTuple):
    """What a layer of one's own is, but for its equations.

    ``output`` is the letter of the output, ``shape`` its shape, None where that follows from the equation.
    ``options`` are those that are stated, beside the sizes that nothing fixes. ``probabilities`` names the
    targets whose entries sum to 1 along the last axis, ``given`` what else is given beside the input, such
    as a mask. ``each`` is set on a loss that is stated for each entry or sample, and then reduced.
    """

    name: str
    kind: Kind
    input: str
    shapes: Mapping[str, Shape]
    parameters: tuple[str, ...]
    targets: tuple[str, ...]
    output: str
    shape: Shape | None
    options: tuple[Option, ...] = ()
    probabilities: tuple[str, ...] = ()
    summary: str = ""
    each: bool = False
    given: tuple[str, ...] = ()


def custom_layer(signature: Signature, equations: Equations) -> Layer:
    """The layer with a signature and equations.

    The last defines its output, the others name parts of it; the chain rule goes through them.

    Raises:
        DescriptionError: a name cannot be used, or two things have one name.
    """
    _refuse_names(signature)

    def state(place: Place, a: Tensor, **options: Any) -> tuple[Definition, ...]:
        return _stated(signature, equations, place, a, options)

    state.__doc__ = signature.summary
    over: Over = "batch" if signature.each else "sample"  # what is reduced counts the samples too
    return Layer(signature.name, signature.kind, signature.output, _options(signature), state, over)


def check_name(name: str) -> None:
    """Refuse a layer's name that descriptions cannot use, or that is a word of theirs already.

    Raises:
        DescriptionError: it is one.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > LONGEST_NAME:
        raise DescriptionError(
            f"a layer cannot be called {quoted(name)}: a name has up to {LONGEST_NAME} letters, digits and _"
        )
    if layer_name(name) != name:
        raise DescriptionError(f"a layer's name is in small letters: {layer_name(name)}, not {name}")
    if name in {*CATALOGUE, *JOINS, *BLOCKS, *RESERVED, "input", "as", "sharing", "sequential"}:
        raise DescriptionError(f"{name} means something already; a layer of your own needs another name")


_TAKEN: Final = {
    *("L", "e", "pi", "max", "sqrt", "sum", "floor", "for", "divides", "input"),
    *FUNCTIONS,
    *CONSTANTS,
    *RESERVED,
}


def check_tensor(name: str) -> None:
    """Refuse a tensor's name that is no word of letters, or that means something else.

    Raises:
        DescriptionError: it is one.
    """
    if not (name.isascii() and name.isalpha() and len(name) <= LONGEST_WORD):
        raise DescriptionError(
            f"a tensor cannot be called {quoted(name)}: a name is up to {LONGEST_WORD} letters; the number "
            "of the layer is added to it"
        )
    if name in _TAKEN or iskeyword(name):
        raise DescriptionError(f"a tensor cannot be called {name}: this word means something else")


def check_size(name: str) -> None:
    """Refuse the name of a size or an option that is no word, or that means something else.

    Raises:
        DescriptionError: it is one.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > LONGEST_NAME:
        raise DescriptionError(
            f"a size or option cannot be called {quoted(name)}: a name has letters, digits and _"
        )
    if (name in _TAKEN and name != "L") or iskeyword(name):
        raise DescriptionError(f"a size or option cannot be called {name}: this word means something else")


def _refuse_names(signature: Signature) -> None:
    check_name(signature.name)
    if len(signature.shapes) > MOST_TENSORS:
        raise DescriptionError(f"a layer reads at most {MOST_TENSORS} tensors, not {len(signature.shapes)}")
    if signature.kind == "loss" and signature.parameters:
        raise DescriptionError(f"a loss has no parameters, unlike {signature.name}")
    if signature.each and any(option.name == _REDUCTION.name for option in signature.options):
        raise DescriptionError(f"{signature.name} has the option reduction already, as a loss of each entry")
    if any(signature.shapes[name].carried for name in signature.parameters):
        raise DescriptionError("… cannot stand in the shape of a parameter")
    if signature.kind != "loss" and signature.targets:
        raise DescriptionError(f"only a loss has a target, unlike {signature.name}")
    tensors = [*signature.shapes, *([signature.output] if signature.output != "L" else [])]
    for name in signature.shapes:
        check_tensor(name)
    if signature.output != "L":
        check_tensor(signature.output)
    if signature.output in (*signature.parameters, *signature.targets, *signature.given):
        raise DescriptionError(
            f"{signature.output} is what {signature.name} gives; call what it reads otherwise"
        )
    if signature.each and _LOSSES in (*signature.targets, *signature.given):
        raise DescriptionError(f"{_LOSSES} are the losses of {signature.name}; call what it reads otherwise")
    sizes = dict.fromkeys(name for shape in signature.shapes.values() for name in _names(shape))
    for name in (*sizes, *(option.name for option in signature.options)):
        check_size(name)
        if name in tensors or (name == "L" and signature.kind == "loss"):
            raise DescriptionError(f"{name} is a tensor, so a size or option needs another name")


def _names(shape: Shape) -> Iterator[str]:
    for axis in shape.axes:
        yield from names_of(axis)


def _options(signature: Signature) -> tuple[Option, ...]:
    """The sizes that nothing fixes, in the order in which they are met, then the options that are stated."""
    fixed = {option.name for option in signature.options}
    for name, shape in signature.shapes.items():
        if name not in signature.parameters:
            fixed |= set(shape.names)
    every = (size for shape in signature.shapes.values() for size in _names(shape))
    free = dict.fromkeys(size for size in every if size not in fixed)
    reduction = (_REDUCTION,) if signature.each else ()
    return (*(Option(name, count) for name in free), *signature.options, *reduction)


def plain_number(value: object) -> int | Fraction:
    """An exact number, an ``int`` where it is whole."""
    exact = number(value)
    return exact.numerator if exact.denominator == 1 else exact


def _stated(
    signature: Signature,
    equations: Equations,
    place: Place,
    a: Tensor,
    options: Mapping[str, Any],
) -> tuple[Definition, ...]:
    sizes = {name: value for name, value in options.items() if not isinstance(value, bool | str)}
    outer = _bound(signature, signature.input, a.shape, sizes)
    shapes = {signature.input: a.shape}
    for name in (*signature.targets, *signature.given):
        shapes[name] = _beside(signature, name, outer, sizes)
    for name in signature.parameters:
        shapes[name] = _own_shape(signature, name, sizes)
    letters: dict[str, tuple[str, ...]] = {}
    for _ in range(2):  # the second time with the letters by which parameters are read
        tensors = {name: _tensor(signature, place, name, shapes[name], letters, a) for name in shapes}
        definitions = tuple(_definitions(signature, equations, place, a, tensors, outer, sizes, options))
        letters = {name: _letters(tensors[name], definitions) for name in signature.parameters}
    for definition in definitions:
        miss = first_miss(definition)
        if miss is not None:
            raise MisfitError(f"{signature.name}: {miss}")
    return definitions


def _bound(
    signature: Signature, name: str, actual: tuple[Size, ...], sizes: dict[str, Size]
) -> tuple[Size, ...]:
    """The sizes of the axes carried along; the names of the input's shape get their sizes."""
    shape = signature.shapes[name]
    leading = len(actual) - len(shape.axes)
    fits = leading == 0 or (leading > 0 and shape.carried)
    if fits:
        for axis, n in zip(shape.axes, actual[leading:], strict=True):
            if isinstance(axis, Name) and axis.text not in sizes:
                sizes[axis.text] = n
            elif _size(axis, sizes) != n:
                fits = False
    if not fits:
        raise MisfitError(
            f"{signature.name} needs an input {name} of shape {shape}, and its input is {told(actual)}"
        )
    return actual[:leading]


def _beside(
    signature: Signature, name: str, outer: tuple[Size, ...], sizes: dict[str, Size]
) -> tuple[Size, ...]:
    shape = signature.shapes[name]
    unknown = [size for size in _names(shape) if size not in sizes]
    if unknown:
        raise MisfitError(f"nothing tells the size {unknown[0]} of {name}")
    return (*(outer if shape.carried else ()), *_own_shape(signature, name, sizes))


def _own_shape(signature: Signature, name: str, sizes: Mapping[str, Size]) -> tuple[Size, ...]:
    found = tuple(_size(axis, sizes) for axis in signature.shapes[name].axes)
    for n in found:
        if not isinstance(n, Polynomial) and not (n.denominator == 1 and 1 <= n <= LARGEST_WHOLE):
            raise MisfitError(
                f"{signature.name}: {name} of shape {signature.shapes[name]} would be {told(found)}; a size "
                f"is a whole number from 1 to {LARGEST_WHOLE:,}"
            )
    return found


def _size(axis: Node, sizes: Mapping[str, Size]) -> Size:
    return size(axis, Scope("", {}, sizes, {}))


def _tensor(
    signature: Signature,
    place: Place,
    name: str,
    shape: tuple[Size, ...],
    letters: Mapping[str, tuple[str, ...]],
    a: Tensor,
) -> Tensor:
    if name == signature.input:
        return a
    if name in signature.parameters:
        return place.parameter(name, shape, letters.get(name, ()))
    if name in signature.given:
        return place.given(name, shape, a.letters if shape == a.shape else ())
    ones = len(shape) - 1 if name in signature.probabilities else None
    return place.target_called(name, shape, a.letters if shape == a.shape else (), ones)


def _definitions(
    signature: Signature,
    equations: Equations,
    place: Place,
    a: Tensor,
    tensors: Mapping[str, Tensor],
    outer: tuple[Size, ...],
    sizes: Mapping[str, Size],
    options: Mapping[str, Any],
) -> Iterator[Definition]:
    carried = (name for name, shape in signature.shapes.items() if shape.carried)
    given = Given(tensors, carried, sizes, options, _output_shape(signature, sizes))
    following = equations(given)
    last = False
    while not last:
        given.outer = tuple(Index(n, letter) for n, letter in zip(outer, a.letters, strict=False))
        part, own, body = next(following)
        axes = (*given.outer, *own)
        last = not part
        if last and signature.kind == "loss":
            if axes and not signature.each:
                raise MisfitError(
                    f"{signature.name} gives {told(tuple(i.size for i in axes))} losses; a loss is one"
                )
            yield _reduced(place, axes, body, options.get("reduction"))
            return
        of_axes = tuple(index.size for index in axes), tuple(index.letter for index in axes)
        target = place.output(*of_axes) if last else place.auxiliary(part, *of_axes)
        if not last:
            check_tensor(part)
            if part in (*given.tensors, signature.output) or (signature.each and part == _LOSSES):
                raise DescriptionError(f"{part} is defined twice; each tensor needs a name of its own")
            given.tensors[part] = target
            given.carried.add(part)
        yield Definition(target, axes, body)


def _output_shape(signature: Signature, sizes: Mapping[str, Size]) -> tuple[Size | None, ...] | None:
    """The sizes of the output's own axes; None for a name that nothing fixes."""
    if signature.shape is None:
        return None
    found: list[Size | None] = []
    for axis in signature.shape.axes:
        if isinstance(axis, Name) and axis.text not in sizes:
            found.append(None)
            continue
        n = _size(axis, sizes)
        if not isinstance(n, Polynomial) and (n.denominator != 1 or n < 1):
            raise MisfitError(
                f"{signature.name}: an output of shape {signature.shape} would be {size_text(n)} long"
            )
        found.append(n)
    return tuple(found)


def _reduced(place: Place, axes: tuple[Index, ...], body: Written, reduction: str | None) -> Definition:
    """A loss as it is, or the mean or sum of those of entries or samples."""
    if reduction == "none":
        losses = place.losses(
            Tensor(_LOSSES, tuple(i.size for i in axes), "intermediate", tuple(i.letter for i in axes))
        )
        return Definition(losses, axes, body)
    if not axes:
        return Definition(place.objective(), (), body)
    part = body / prod(index.size for index in axes) if reduction == "mean" else body
    return Definition(place.objective(), (), Total(axes, part))


def _letters(tensor: Tensor, definitions: Sequence[Definition]) -> tuple[str, ...]:
    """The letters by which a parameter is read alone."""
    for definition in definitions:
        for node in nodes(definition.body):
            if isinstance(node, Read) and node.tensor == tensor:
                alone = [e.lone() for e in node.indices]
                letters = tuple(index.letter for index in alone if index is not None)
                if len(set(letters)) == len(tensor.shape):
                    return letters
    return tensor.letters
