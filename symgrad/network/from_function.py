"""A layer given as a Python function from tensors and options to an equation.

    def swiglu(a: "… N", w: "M N", v: "M N") -> "… M":
        g = yield "g", lambda i: total(lambda j: w[i, j] * a[j])
        return lambda i: g[i] * sigmoid(g[i]) * total(lambda j: v[i, j] * a[j])

The annotations are shapes, the parameters of the lambda the indices of the output. Parameters that can only
be given by name are options.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Final, NoReturn

from symgrad.algebra.affine import AffineLike, Index, affine, position
from symgrad.algebra.extents import size_that_fits
from symgrad.algebra.misuse import Piece
from symgrad.algebra.sizes import Size
from symgrad.algebra.written import Read, Written, written
from symgrad.catalogue.declare import Kind, Layer
from symgrad.catalogue.options import REQUIRED, Option, flag
from symgrad.errors import AlgebraError, DescriptionError
from symgrad.network.custom import Given, Shape, Signature, Stated, custom_layer, plain_number, read_shape

_OUTPUTS: Final[dict[Kind, str]] = {"layer": "z", "activation": "a", "reshape": "p", "loss": "L"}
"""What outputs are called where nothing is said of it, as in the catalogue."""


class Entries(Piece):
    """A tensor as the function of a layer gets it: ``w[i, j]`` is an entry, ``w.shape`` its sizes."""

    __slots__ = ("_given", "_name", "shape")

    def __init__(self, given: Given, name: str) -> None:
        self._given = given
        self._name = name
        axes = given.axes(name)
        whole = given.tensors[name].shape
        self.shape: tuple[Size, ...] = whole[len(whole) - axes :]

    @property
    def what(self) -> str:
        """What it is."""
        return f"the tensor {self._name}"

    @property
    def use(self) -> str:
        """What it is for."""
        read = ", ".join("ijklmnqr"[: len(self.shape)])
        return (
            f"{self._name} is a tensor, and an equation is stated for its entries, such as "
            f"{self._name}[{read}]; Σ_j w[i, j]·x[j] is total(lambda j: w[i, j] * x[j])"
        )

    def __iter__(self) -> NoReturn:  # a loop over a tensor would never end
        raise AlgebraError(self.use)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        Piece.no_operation
    )
    __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = Piece.no_operation

    def __getitem__(self, indices: AffineLike | tuple[AffineLike, ...]) -> Read:
        """The entry at one index for each axis.

        Raises:
            AlgebraError: another number of indices.
        """
        at = indices if isinstance(indices, tuple) else (indices,)
        if len(at) != len(self.shape):
            raise AlgebraError(f"{self._name} has {len(self.shape)} axes and was read with {len(at)} indices")
        return self._given.entry(self._name, [affine(index) for index in at])


def layer_from_function(
    function: Callable[..., Any],
    kind: Kind,
    *,
    output: str | None = None,
    probabilities: Sequence[str] = (),
    given: Sequence[str] = (),
) -> Layer:
    """The layer that a function states.

    Its first parameter is the input, the others are parameters of the layer, or targets of a loss. It
    returns a function of the output's indices, or the entry itself where the output has no axes of its
    own. With ``g = yield "g", lambda i: …`` it names a part of its equation first. Without annotations an
    activation or a loss is stated for each entry. ``given`` names what is no parameter but given beside the
    input, such as a mask.

    Raises:
        DescriptionError: a name or an annotation cannot be used.
    """
    name = function.__name__
    declared = inspect.signature(function)
    tensors = [
        p for p in declared.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    named = [p for p in declared.parameters.values() if p.kind is p.KEYWORD_ONLY]
    if not tensors or len(tensors) + len(named) < len(declared.parameters):
        raise DescriptionError(
            f"{name} is a function of its input, then of its parameters, with options by name after *: "
            "def layer(a, w, *, slope=1)"
        )
    each = kind in ("activation", "loss") and all(p.annotation is p.empty for p in tensors)
    shapes = {p.name: _shape(name, p, each=each) for p in tensors}
    ended = declared.return_annotation
    shape = None if ended is inspect.Signature.empty or kind == "loss" else read_shape(_text(name, ended))
    if shape is None and each:
        shape = read_shape("…")
    first, *others = shapes
    if missing := [name for name in (*given, *probabilities) if name not in others]:
        raise DescriptionError(
            f"{name} reads no {missing[0]}; it is a parameter of the function, as the input is"
        )
    others = [other for other in others if other not in given]
    if shape is not None and shape.carried != shapes[first].carried:
        raise DescriptionError(
            f"{name}: … stands in the shapes of both the input and the output, or of neither"
        )
    own: Kind = "reshape" if kind == "layer" and not others else kind
    stem = "L" if kind == "loss" else output or _OUTPUTS[own]
    signature = Signature(
        name,
        own,
        first,
        shapes,
        () if kind == "loss" else tuple(others),
        tuple(others) if kind == "loss" else (),
        stem,
        shape,
        tuple(_option(p) for p in named),
        tuple(probabilities),
        inspect.getdoc(function) or "",
        kind == "loss" and shapes[first].carried,
        tuple(given),
    )
    options = [p.name for p in named]

    def equations(given: Given) -> Iterator[Stated]:
        read = (_read(given, tensor) for tensor in shapes)
        made = function(*read, **{option: given.options[option] for option in options})
        if inspect.isgenerator(made):
            made = yield from _parts(name, made, given)
        yield Stated("", *_axes_and_body(name, made, given, given.shape))

    return custom_layer(signature, equations)


def _read(given: Given, name: str) -> Entries | Read:
    """A tensor as the function of a layer gets it; one without axes of its own is its entry."""
    return Entries(given, name) if given.axes(name) else given.entry(name, ())


def _parts(layer: str, made: Generator[Any, Any, Any], given: Given) -> Generator[Stated, None, object]:
    """State each part that is yielded and hand it back to be read; what is returned is the output."""
    try:
        part = next(made)
        while True:
            if not (isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str) and part[0]):
                raise AlgebraError(f'{layer} names a part as in: g = yield "g", lambda i: …')
            name, body = part
            yield Stated(name, *_axes_and_body(layer, body, given, None))
            part = made.send(_read(given, name))
    except StopIteration as ended:
        return ended.value


def _shape(layer: str, parameter: inspect.Parameter, *, each: bool) -> Shape:
    if each:
        return read_shape("…")
    if parameter.annotation is parameter.empty:
        raise DescriptionError(
            f'{layer}: {parameter.name} needs its shape as an annotation, as in {parameter.name}: "M N"'
        )
    return read_shape(_text(layer, parameter.annotation))


def _text(layer: str, annotation: object) -> str:
    """The text of an annotation; quoted once more where annotations are kept as text."""
    if not isinstance(annotation, str):
        raise DescriptionError(f'{layer}: a shape is text, such as "M N"')
    for quote in ("'", '"'):
        if len(annotation) > 1 and annotation[0] == annotation[-1] == quote:
            return annotation[1:-1]
    return annotation


def _option(parameter: inspect.Parameter) -> Option:
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    if default is not REQUIRED and not isinstance(default, bool):
        try:
            plain_number(default)
        except ValueError as unfit:
            raise DescriptionError(f"the default of {parameter.name} is {unfit}, or true or false") from None
    return Option(parameter.name, flag if isinstance(default, bool) else plain_number, default)


def _axes_and_body(
    layer: str, made: object, given: Given, shape: tuple[Size | None, ...] | None
) -> tuple[tuple[Index, ...], Written]:
    """The axes and right side of what a function returned; sizes that are not stated follow from it."""
    if not callable(made):
        if shape:
            raise AlgebraError(f"{layer} returns a function of {len(shape)} indices, as in lambda i: …")
        return (), _written(layer, made)
    parameters = inspect.signature(made).parameters
    letters = list(parameters)
    if any(p.default is not p.empty or p.kind is not p.POSITIONAL_OR_KEYWORD for p in parameters.values()):
        raise AlgebraError(f"{layer} returns a function of the output's indices alone, as in lambda i, j: …")
    known = shape if shape is not None else (None,) * len(letters)
    if len(known) != len(letters):
        raise AlgebraError(
            f"{layer} has an output of {len(known)} axes and returns a function of {len(letters)} indices"
        )
    axes = tuple(Index(n or 0, letter) for n, letter in zip(known, letters, strict=True))
    body = _written(layer, made(*map(position, axes)))
    sizes = [index.size or _fitting(layer, index, body) for index in axes]
    for index, size in zip(axes, sizes, strict=True):
        index.size = size
    return axes, body


def _fitting(layer: str, index: Index, body: Written) -> Size:
    found = size_that_fits(index, body)
    if found is None:
        raise AlgebraError(
            f"{layer}: nothing tells how far {index.letter} runs; state the size in the shape of the output"
        )
    return found


def _written(layer: str, made: Any) -> Written:
    try:
        return written(made)
    except AlgebraError as misuse:
        what = made.what if isinstance(made, Piece) else type(made).__name__
        raise AlgebraError(f"{layer} returns {what}, which is no formula: {misuse}") from None
