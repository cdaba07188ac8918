"""The conventions in words, once for plain text and once for TeX."""

from __future__ import annotations

from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.conventions import Convention, Key
from symgrad.render.notation import Notation
from symgrad.render.plain import PlainNotation
from symgrad.render.tex import TexNotation, letters_of

_SENTENCES: dict[Key, tuple[str, str]] = {
    "shapes": ("Shapes: {shapes}.", "Shapes: {shapes}."),
    "correlation": (
        "Convolution is cross-correlation, as in deep-learning libraries: the kernel is not flipped.",
        "Convolution is cross-correlation, as in deep-learning libraries: the kernel is not flipped.",
    ),
    "padding": ("Outside the image its entries count as 0.", "Outside the image its entries count as~$0$."),
    "flat": ("Entries are numbered from 1, row by row.", "Entries are numbered from~$1$, row by row."),
    "axes": (
        "A tensor with three axes or more has one number per axis, each from 1: {entry}.",
        "A tensor with three axes or more has one number per axis, each from~$1$: ${entry}$.",
    ),
    "from zero": ("Here every index runs from 0.", "Here every index runs from~$0$."),
    "layers": (
        "{name} is the {stem} of layer {label}.",
        "A superscript in parentheses is the number of the layer: ${name}$.",
    ),
    "gradient": (
        "A gradient of L, a single number, has the shape of its tensor.",
        "A gradient of~$L$, a single number, has the shape of its tensor.",
    ),
    "upstream": (
        "L is an unknown function of {names}; {upstream} stays a symbol.",
        "$L$ is an unknown function of~${names}$; ${upstream}$ stays a symbol.",
    ),
    "paths": (
        "Paths along which a derivative is 0 are left out.",
        "Paths along which a derivative is~$0$ are left out.",
    ),
    "relu": (
        "[x > 0] is 1 where x > 0, else 0; the derivative of relu at 0 is 0.",
        r"$\mathbf{1}[x>0]$ is~$1$ where $x>0$, else~$0$; the derivative of $\mathrm{ReLU}$ at~$0$ is~$0$.",
    ),
    "sigmoid": ("sigmoid(x) is 1/(1 + e^−x).", r"$\sigma(x)$ is $1/(1+e^{-x})$."),
    "log": ("log is the natural logarithm.", r"$\log$ is the natural logarithm."),
    "unknown function": (
        "{function} is a differentiable function that is not known further; {function}′ is its derivative.",
        "${function}$ is a differentiable function that is not known further; ${function}'$ is its derivative.",
    ),
}


def plain_sentence(convention: Convention) -> str:
    """The convention in plain Unicode text."""
    return _filled(_SENTENCES[convention.key][0], convention, PlainNotation(), convention.function, "{} {}")


def tex_sentence(convention: Convention) -> str:
    """The convention in TeX, ready for running text."""
    name = letters_of(convention.function) if convention.function else ""
    return _filled(_SENTENCES[convention.key][1], convention, TexNotation(), name, "${}$ is ${}$")


def _filled(sentence: str, convention: Convention, notation: Notation, function: str, shape: str) -> str:
    tensors = convention.tensors
    times = r"\times " if "$" in shape else "×"
    values = {
        "shapes": ", ".join(shape.format(notation.name(t), _shape(t, times)) for t in tensors),
        "names": ", ".join(map(notation.name, tensors)),
        "upstream": ", ".join(_slashed(t, notation) for t in tensors),
        "entry": notation.entries(tensors[0])[-1] if "{entry}" in sentence else "",
        "name": notation.name(tensors[0]) if tensors else "",
        "stem": tensors[0].stem if tensors else "",
        "label": tensors[0].label if tensors else "",
        "function": function,
    }
    for key, value in values.items():
        sentence = sentence.replace("{" + key + "}", value)
    return sentence


def _shape(tensor: Tensor, times: str) -> str:
    return times.join(map(str, whole_shape(tensor.shape)))


def _slashed(tensor: Tensor, notation: Notation) -> str:
    partial = r"\partial " if isinstance(notation, TexNotation) else "∂"
    return f"{partial}L/{partial}{notation.name(tensor)}"
