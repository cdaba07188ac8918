"""What PyTorch prints for a ``Sequential``, read as the layers that it holds; nothing is evaluated.

    sequential  =  "Sequential" "(" { "(" key ")" ":" module } ")"
    module      =  sequential | call

    Sequential(
      (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1))
      (1): ReLU()
    )

A module prints sizes that follow from its input (``in_channels``); they are kept apart and compared with
the sizes that the network has. What only says how PyTorch computes (``inplace``) is dropped. PyTorch
counts axes with that of the batch, which a network here does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.declare import told
from symgrad.catalogue.options import REQUIRED, Argument, Option, spelled
from symgrad.errors import quoted
from symgrad.network.description import Call, layer_name

if TYPE_CHECKING:
    from symgrad.network.description import Reader, Token

DEEPEST: Final = 8
"""How deep a Sequential may stand inside others."""


class Module(NamedTuple):
    """How a module prints: what its values without a name are, and what is read of it beside its options.

    ``plain`` are settings that may be dropped at these values: there a layer of the catalogue is the same.
    ``name`` is the layer's name where it is not the module's. ``meant`` is what an option's None stands for.
    """

    positions: tuple[str, ...] = ()
    plain: Mapping[str, tuple[object, ...]] = {}
    name: str = ""
    meant: Mapping[str, object] = {}


class _Anything(tuple[object, ...]):
    """The values of a setting that changes no formula, whatever it is."""

    __slots__ = ()

    def __contains__(self, value: object) -> bool:
        return True


_INPLACE: Final = {"inplace": (True, False)}
_CHANNELS: Final = ("in_channels", "out_channels")
_ZEROS: Final = {"padding_mode": ("zeros",)}
_RUNNING: Final = {"momentum": _Anything(), "track_running_stats": _Anything()}
"""The running statistics, which training does not use."""
_ONE_WAY: Final = {
    "num_layers": (1,), "bidirectional": (False,), "dropout": (0,), "proj_size": (0,),
    "batch_first": (True, False),
}  # fmt: skip
"""One layer in the direction of time; a sample has no axis of the batch."""
_WHOLE: Final = {"dilation": (1,), "ceil_mode": (False,), "return_indices": (False,)}
MODULES: Final[Mapping[str, Module]] = {
    "BatchNorm1d": Module(("num_features",), _RUNNING),
    "BatchNorm2d": Module(("num_features",), _RUNNING),
    "Conv1d": Module(_CHANNELS, _ZEROS),
    "Conv2d": Module(_CHANNELS, _ZEROS),
    "Conv3d": Module(_CHANNELS, _ZEROS),
    "ConvTranspose1d": Module(_CHANNELS, _ZEROS),
    "ConvTranspose2d": Module(_CHANNELS, _ZEROS),
    "Dropout": Module((), _INPLACE),
    "Embedding": Module(("num_embeddings", "embedding_dim")),
    "Flatten": Module((), {"start_dim": (1,), "end_dim": (-1,)}),
    "GroupNorm": Module(("num_groups", "num_channels")),
    "RNN": Module(("input_size", "hidden_size"), _ONE_WAY),
    "LSTM": Module(("input_size", "hidden_size"), _ONE_WAY),
    "GRU": Module(("input_size", "hidden_size"), _ONE_WAY),
    "LayerNorm": Module(("normalized_shape",)),
    # The smallest step from 1 of the numbers at hand: of torch's default, which is single precision.
    "RMSNorm": Module(("normalized_shape",), name="rms_norm", meant={"eps": Fraction(1, 2**23)}),
    "Softplus": Module((), {"threshold": (20,)}),
    "MaxPool1d": Module((), _WHOLE),
    "MaxPool2d": Module((), _WHOLE),
    "MaxPool3d": Module((), _WHOLE),
    **{name: Module((), _INPLACE) for name in (
        "ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "SiLU", "Mish", "Hardtanh", "Hardsigmoid",
        "Hardswish", "Threshold",
    )},
}  # fmt: skip
"""The modules that print more than the options of their layer."""

SIZES: Final = (
    "in_features", "in_channels", "num_channels", "num_features", "num_embeddings", "input_size",
    "normalized_shape", "dim",
)  # fmt: skip
"""What a module prints that follows from its input."""


def modules(reader: Reader, depth: int = 1) -> list[Call]:
    """The layers of the ``Sequential`` that the reader stands at.

    Raises:
        DescriptionError: something else than PyTorch prints, or a module whose order of work is not known.
    """
    name = reader.take()
    if depth > DEEPEST:
        raise reader.refusal(f"Sequential stands at most {DEEPEST} deep in itself", name)
    if not reader.token.is_mark("("):
        raise reader.refusal("Sequential is read as PyTorch prints it: Sequential( (0): Linear(…) (1): … )")
    opening = reader.take()
    calls: list[Call] = []
    while not reader.took(")"):
        if reader.token.kind == "end":
            raise reader.refusal("this parenthesis is never closed; ')' is missing", opening)
        _key(reader)
        if reader.token.kind != "word":
            raise reader.refusal("a module such as Linear(in_features=256, out_features=10) is expected here")
        calls += modules(reader, depth + 1) if reader.token.text == "Sequential" else _module(reader)
    if not calls and depth == 1:
        raise reader.refusal("this Sequential holds no modules", name)
    return calls


def _key(reader: Reader) -> None:
    """``(0):``, in front of each module."""
    if not reader.took("("):
        raise reader.refusal(
            f"in a Sequential each module has its key before it, as in (0): ReLU(), not "
            f"{quoted(reader.token.text)}"
        )
    if reader.token.kind not in ("whole", "word"):
        raise reader.refusal("a module's key is a number or a word, as in (0): ReLU()")
    reader.take()
    for mark in (")", ":"):
        if reader.token.text != mark:
            raise reader.refusal(f"{quoted(mark)} is expected here: a module reads (0): ReLU()")
        reader.take()


def _module(reader: Reader) -> list[Call]:
    name = reader.name()
    layer = MODULES.get(name.text, Module()).name or layer_name(name.text)
    reader.bounded(name, layer)
    if not reader.token.is_mark("("):
        raise reader.refusal(f"PyTorch prints parentheses after a module, as in {name.text}()", name)
    opening = reader.take()
    if reader.token.is_mark("("):
        _refuse_children(reader, name, opening)
    arguments, stop = reader.arguments(opening)
    if name.text == "Identity" and not arguments:
        return []
    if layer in CATALOGUE and CATALOGUE[layer].inputs:
        inputs = ", ".join(CATALOGUE[layer].inputs)
        raise reader.refusal(
            f"{quoted(name.text)} takes several inputs, {inputs}, and a Sequential gives each module one",
            name,
        )
    reader.counted(name)
    call = Call(layer, arguments, (name.span[0], stop), name.span)
    return [_translated(reader, call, name.text) if layer in CATALOGUE else call]


def _refuse_children(reader: Reader, name: Token, opening: Token) -> None:
    """A module that holds modules: ``Net( (fc): Linear(…) )``. Which follows which it does not print."""
    _, closed, rest = reader.source[opening.span[1] :].partition(")")
    if closed and rest.lstrip().startswith(":"):
        raise reader.refusal(
            f"{quoted(name.text)} does not print in which order its modules work; only Sequential does", name
        )


def _translated(reader: Reader, call: Call, module: str) -> Call:
    """The call in the catalogue's options; what follows from the input becomes a check."""
    positions, plain, _, meant = MODULES.get(module, Module())
    options = {option.name: option for option in CATALOGUE[call.name].options}
    given: dict[str, Argument] = {}
    checks: list[Argument] = []
    rest = list(positions)
    for argument in call.arguments:
        said = argument.name or (rest.pop(0) if rest else None)
        span = argument.name_span or argument.span or call.span
        if said is None:
            raise reader.error(f"what {module} prints here without a name is not known", span)
        if said in given or said in (check.name for check in checks):
            raise reader.error(f"{module}: {said} is given twice", span)
        if argument.value is None and said in meant:
            argument = argument._replace(value=meant[said])
        if said in options:
            given[said] = _brief(options[said], argument._replace(name=said))
        elif said in SIZES:
            checks.append(argument._replace(name=said))
            if isinstance(argument.value, tuple) and len(argument.value) > 1:
                given["axes"] = Argument("axes", len(argument.value), argument.span, argument.name_span)
        elif said not in plain:
            given[said] = argument._replace(name=said)  # which is no option, as the error will say
        elif argument.value not in plain[said]:
            only = plain[said][0]
            raise reader.error(
                f"{module} can be read with {said}={only if isinstance(only, str) else spelled(only)} only",
                span,
            )
    ordered = [given.pop(option) for option in options if option in given]
    return call._replace(arguments=_shortest((*ordered, *given.values()), options), checks=tuple(checks))


def _brief(option: Option, argument: Argument) -> Argument:
    """``(3, 3)`` as 3 where that is the same."""
    value = argument.value
    if isinstance(value, tuple) and len(set(value)) == 1:
        with suppress(ValueError):
            if option.kind(value[0]) == option.kind(value):
                return argument._replace(value=value[0])
    return argument


def _shortest(given: tuple[Argument, ...], options: Mapping[str, Option]) -> tuple[Argument, ...]:
    """What is required by position, the rest by name, and nothing that is the default."""
    required = [name for name, option in options.items() if option.default is REQUIRED]
    written: list[Argument] = []
    for n, argument in enumerate(given):
        option = options.get(argument.name or "")
        if option is None or not _is_default(option, argument.value):
            by_position = required[n : n + 1] == [argument.name]
            written.append(argument._replace(name=None) if by_position else argument)
    return tuple(written)


def _is_default(option: Option, value: object) -> bool:
    if option.default is REQUIRED or option.default is None:
        return False
    with suppress(ValueError):
        return option.kind(value) == option.kind(option.default)
    return False


def mismatch(layer: str, check: Argument, shape: tuple[int, ...]) -> str | None:
    """What is wrong with a size that a module prints, where its input has this shape; None if nothing is."""
    said, value = check.name, check.value
    if said == "dim":  # counted with the batch; a layer here works on the last axis
        if value in (-1, len(shape)) and not isinstance(value, bool):
            return None
        return f"{layer} is over the last axis, which PyTorch counts as dim={len(shape)} or dim=-1"
    if said == "normalized_shape":
        parts = value if isinstance(value, tuple) else (value,)
        if shape[max(0, len(shape) - len(parts)) :] == parts:
            return None
        return f"normalized_shape is printed as {told(parts)}, and the input of this layer is {told(shape)}"
    if said in ("num_channels", "num_features") and len(shape) > 1:
        channels = shape[0] if said == "num_channels" else shape[1]  # which follow the batch
        if value == channels:
            return None
        counted = f"{channels} channels"
    elif said == "in_channels":
        channels = shape[0] if len(shape) > int(layer[-2]) else 1
        if value == channels:
            return None
        counted = "1 channel" if channels == 1 else f"{channels} channels"
    else:
        if shape and value == shape[-1]:
            return None
        counted = f"{shape[-1]} features" if shape else "no axis"
    printed = spelled(value) if isinstance(value, int) else "no number"
    return f"{said} is printed as {printed}, and the input of this layer is {told(shape)}: {counted}"
