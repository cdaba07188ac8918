"""The conventions and headings in words: one wording for plain text and for TeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import NamedTuple

from symgrad.algebra.functions import DECIMALS
from symgrad.algebra.sizes import Size, size_symbols
from symgrad.algebra.tensors import Tensor, renewed
from symgrad.derivation.conventions import Convention, Key
from symgrad.derivation.document import Kind
from symgrad.render.notation import IndexNotation, decimal, size, size_parts
from symgrad.render.plain import PlainNotation
from symgrad.render.tex import TexNotation, letters_of

LEADS: Mapping[Kind, tuple[str, str]] = {
    "forward": ("Forward", "From the input to the output:"),
    "gradient": ("Gradients", "By the chain rule, from the output back to the input:"),
    "second": ("Second derivatives", "By differentiating these formulas once more:"),
    "update": ("Updates", "One step, from these gradients:"),
}
"""A heading for each kind of formula, and the line that leads to the formulas."""

# A tilde is a space at which no line breaks; what stands in braces is given by `_filled`.
_SENTENCES: dict[Key, str] = {
    "shapes": "Shapes: {shapes}.",
    "batch": "{names} {is a batch} of {samples}, which the first axis counts.",
    "sizes": "{sizes}.",
    "correlation": (
        "Convolution is cross-correlation, as in deep-learning libraries: the kernel is not flipped."
    ),
    "transposed": (
        "A transposed convolution adds up copies of its kernel, one for each entry of its input, times it; "
        "the kernel is not flipped."
    ),
    "padding": "Outside the image its entries count as~0.",
    "flat": "Entries are numbered from~1, row by row.",
    "axes": (
        "A tensor with three axes or more has one number per axis, each from~1: "
        "{last} is the last entry of~{name}."
    ),
    "from zero": "Here every index runs from~0.",
    "conditions": "A term is~0 where a condition in its brackets fails, whatever else stands in it.",
    "layers": "{mark} is its layer's: {name} is the {stem} of layer~{label}.",
    "repeats": "{letter} counts on: {name} is the second {stem}{of layer}.",
    "gradient": "{L} is a single number; its gradient by a tensor has the shape of the tensor.",
    "steps": (
        "{names} are found step by step: a step rests on the one before it, the gradients of a step on "
        "those of the one after it; before the first and after the last there is none."
    ),
    "upstream": "{L} is an unknown function of {names}; {upstream} stays a symbol.",
    "second": (
        "{second} is the derivative of {adjoint} by {by}, {sensitivity} that of {of}, both along all paths."
    ),
    "mirror": "{second} and {mirrored} are equal, entry by entry; one of them is printed.",
    "zero blocks": "0 whatever the values are: {names}.",
    "zero entries": "What was asked for is 0 where neither it nor its mirror image is printed.",
    "constant brackets": "Second derivatives take a bracket as constant.",
    "put in": ("Every intermediate is put in: only what is given, such as inputs and parameters, is named."),
    "levels put in": (
        "Intermediates are put in {levels} deep; what is still named has its formula here, in the same way."
    ),
    "paths": "Paths along which a derivative is~0 are left out.",
    "cases": (
        "A bracket such as {indicator} is~1 where its condition holds, else~0; where two cases meet, the "
        "derivative is that of the case that holds there."
    ),
    "relu": "{indicator} is~1 where {positive}, else~0; the derivative of {relu} at~0 is~0.",
    "relu at a kink": "The derivative of {relu} at~0 is~0.",
    "sigmoid": "{sigmoid of x} is {sigmoid formula}.",
    "softplus": "{softplus of x} is {softplus formula}.",
    "normal distribution": (
        "{Phi of x} is the distribution function of the standard normal distribution, {Phi formula}; its "
        "derivative {phi of x} is {phi formula}."
    ),
    "abs": "{indicator} is~1 where {positive}, else~0; the derivative of {abs} at~0 is~0.",
    "abs at a kink": "The derivative of {abs} at~0 is~0.",
    "ties": (
        "{argmax of entries} is the greatest of its entries, of equal ones the first that it names; "
        "{argmax is x} is~1 where that is {x}, else~0."
    ),
    "first place": (
        "{argmax} is the first place, row by row, where the maximum is reached; "
        "a bracket with it is~1 where this is the place that it names, else~0."
    ),
    "objective": "{L} is {name}.",
    "log": "{log} is the natural logarithm.",
    "sums to one": "By its definition {name} sums to~1{along}; the gradients use it.",
    "assumed to sum to one": "{name} is taken to sum to~1{along}, like probabilities; the gradients use it.",
    "sums to zero": "By its definition {name} sums to~0{along}; the gradients use it.",
    "zero log": "{zero log} counts as~0.",
    "selu": "{lambda} is about {scale}, {alpha} about {factor}.",
    "gelu": "{kappa} is {kappa formula}.",
    "columns": "A name stands for its whole tensor; a tensor with one axis is a column.",
    "entry by entry": (
        "{hadamard} is the product entry by entry, {power} the power, and functions act on each entry."
    ),
    "all ones": "As a factor {ones} is the column of ones.",
    "added numbers": "A number that is added to an array is added to each of its entries.",
    "total": "{sum of x} is the sum of all entries of~{x}.",
    "norm": "{norm of x} is the sum of the squares of all entries of~{x}.",
    "parts": "A tensor with fewer indices than axes, such as {part}, is its part with the first ones fixed.",
    "star": (
        "{star} is cross-correlation, {star formula} wherever the first fits into the second; a number below "
        "it is the stride."
    ),
    "full convolution": (
        "{ast} is the full convolution, {ast formula} wherever the two overlap: {star} with a flipped kernel "
        "and a border of zeros."
    ),
    "dilate": "{dilate} puts {zeros} zeros between neighbours.",
    "pad": "{pad} puts a border of zeros of width~{k} around an array.",
    "crop": (
        "{crop} leaves out the first~{k} entries along each axis and then takes the shape of the left side: "
        "cut off at the end, or continued by zeros."
    ),
    "vec": "{vec} puts all entries into one column, row by row; {unvec} undoes it.",
    "no matrix form": "No matrix form is known for {names}: here stands the index form.",
    "symbolic size": (
        "Matrix forms are checked with numbers, and a size of {names} is a symbol: "
        "here stands the index form."
    ),
    "unchecked": "The matrix form of {names} is too large to be checked; here stands the index form.",
    "steps from zero": "In the steps every index runs from~0, and a line holds for all entries at once.",
    "kronecker": "{kronecker} is~1 where {equal}, else~0.",
    "held fixed": (
        "Where derivatives are multiplied along a path, each is that of one equation, all else that it reads "
        "held fixed."
    ),
    "checked steps": (
        "Every line of the steps was evaluated with exact numbers and has the value that flows back "
        "through the forward equations."
    ),
    "unknown function": "{function} is some differentiable function, {derivative} its derivative.",
    "step": "The updates are one step of {optimiser}: {new} is {name} after the step.",
    "kept": "The optimiser keeps {names} from step to step; each entry is~0 before the first.",
    "constants": "{constants}.",
}

_MEANINGS: Mapping[str, str] = {
    "eta": "the learning rate",
    "mu": "the momentum",
    "rho": "the decay of the mean of squares",
    "beta_1": "the decay of the mean of gradients",
    "beta_2": "the decay of the mean of their squares",
    "epsilon": "a small number against division by~0",
    "lambda": "the weight decay",
    "t": "the number of the step, from~1",
}
"""What an optimiser's constants are."""


class _Format(NamedTuple):
    """How a format writes what the sentences leave open."""

    notation: IndexNotation
    math: Callable[[str], str]
    unbroken: Callable[[str], str]
    times: str
    partial: str
    function: Callable[[str], str]
    fixed: Mapping[str, str]


_SELU = {
    "{scale}": decimal(round(DECIMALS["lambda_s"], 14)),
    "{factor}": decimal(round(DECIMALS["alpha_s"], 14)),
}
_PLAIN = _Format(
    PlainNotation(),
    lambda formula: formula,
    lambda formula: formula,
    "×",
    "∂",
    lambda name: name,
    {
        "{L}": "L",
        "{mark}": "The number in a name",
        "{letter}": "A letter at the end of a name",
        "{indicator}": "[x > 0]",
        "{positive}": "x > 0",
        "{second}": "∂²L/∂w∂z",
        "{mirrored}": "∂²L/∂z∂w",
        "{adjoint}": "∂L/∂z",
        "{sensitivity}": "∂z/∂w",
        "{by}": "w",
        "{of}": "z",
        "{relu}": "relu",
        "{sigmoid of x}": "sigmoid(x)",
        "{sigmoid formula}": "1/(1 + e^−x)",
        "{softplus of x}": "softplus(x)",
        "{softplus formula}": "log(1 + e^x)",
        "{Phi of x}": "Φ(x)",
        "{Phi formula}": "(1 + erf(x/√2))/2",
        "{phi of x}": "φ(x)",
        "{phi formula}": "e^(−x²/2)/√(2π)",
        "{kappa}": "κ",
        "{kappa formula}": "√(2/π)",
        "{abs}": "abs(x)",
        "{log}": "log",
        "{argmax of entries}": "argmax(…)",
        "{argmax is x}": "[argmax(…) = x]",
        "{argmax}": "argmax",
        "{x}": "x",
        "{zero log}": "0·log 0",
        "{lambda}": "λs",
        "{alpha}": "αs",
        **_SELU,
        "{hadamard}": "⊙",
        "{power}": "x^∘n",
        "{ones}": "1",
        "{sum of x}": "1ᵀ·x, for a matrix 1ᵀ·x·1, else sum(x)",
        "{norm of x}": "‖x‖²",
        "{star}": "⋆",
        "{star formula}": "(w ⋆ a)[i, j] = Σ_{u,v} w[u, v]·a[i + u, j + v]",
        "{ast}": "∗",
        "{ast formula}": "(w ∗ g)[k, l] = Σ_{i,j} w[k − i, l − j]·g[i, j]",
        "{dilate}": "dilate_k",
        "{zeros}": "k − 1",
        "{k}": "k",
        "{pad}": "pad_k",
        "{crop}": "crop_k",
        "{kronecker}": "[i = k]",
        "{equal}": "i = k",
        "{vec}": "vec",
        "{unvec}": "vec⁻¹",
    },
)
_TEX = _Format(
    TexNotation(),
    lambda formula: f"${formula}$",
    lambda formula: f"${{{formula}}}$",
    r"\times ",
    r"\partial ",
    letters_of,
    {
        "{L}": "$L$",
        "{mark}": "The number in a superscript",
        "{letter}": "A letter in a superscript",
        "{indicator}": r"$\mathbf{1}[x>0]$",
        "{positive}": "$x>0$",
        "{second}": r"$\partial^2L/\partial w\,\partial z$",
        "{mirrored}": r"$\partial^2L/\partial z\,\partial w$",
        "{adjoint}": r"$\partial L/\partial z$",
        "{sensitivity}": r"$\partial z/\partial w$",
        "{by}": "$w$",
        "{of}": "$z$",
        "{relu}": r"$\mathrm{ReLU}$",
        "{sigmoid of x}": r"$\sigma(x)$",
        "{sigmoid formula}": "$1/(1+e^{-x})$",
        "{softplus of x}": r"$\mathrm{softplus}(x)$",
        "{softplus formula}": "$\\log(1+e^x)$",
        "{Phi of x}": r"$\Phi(x)$",
        "{Phi formula}": r"$\frac{1}{2}\bigl(1+\mathrm{erf}(x/\sqrt{2})\bigr)$",
        "{phi of x}": r"$\varphi(x)$",
        "{phi formula}": r"$e^{-x^2/2}/\sqrt{2\pi}$",
        "{kappa}": r"$\kappa$",
        "{kappa formula}": r"$\sqrt{2/\pi}$",
        "{abs}": r"$\left|x\right|$",
        "{log}": r"$\log$",
        "{argmax of entries}": r"$\arg\max(\ldots)$",
        "{argmax is x}": r"$\mathbf{1}[\arg\max(\ldots)=x]$",
        "{argmax}": r"$\arg\max$",
        "{x}": "$x$",
        "{zero log}": r"$0\log 0$",
        "{lambda}": r"$\lambda_s$",
        "{alpha}": r"$\alpha_s$",
        **_SELU,
        "{hadamard}": r"$\odot$",
        "{power}": r"$x^{\circ n}$",
        "{ones}": r"$\mathbf{1}$",
        "{sum of x}": (
            r"$\mathbf{1}^{\top}x$, for a matrix $\mathbf{1}^{\top}x\,\mathbf{1}$, else $\mathrm{sum}(x)$,"
        ),
        "{norm of x}": r"$\|x\|^2$",
        "{star}": r"$\star$",
        "{star formula}": r"$(w\star a)_{i,j}=\sum_{u,v}w_{u,v}\,a_{i+u,j+v}$",
        "{ast}": r"$\ast$",
        "{ast formula}": r"$(w\ast g)_{k,l}=\sum_{i,j}w_{k-i,l-j}\,g_{i,j}$",
        "{dilate}": r"$\mathrm{dilate}_k$",
        "{zeros}": "$k-1$",
        "{k}": "$k$",
        "{pad}": r"$\mathrm{pad}_k$",
        "{crop}": r"$\mathrm{crop}_k$",
        "{kronecker}": r"$\mathbf{1}[i=k]$",
        "{equal}": "$i=k$",
        "{vec}": r"$\mathrm{vec}$",
        "{unvec}": r"$\mathrm{vec}^{-1}$",
    },
)


def plain_sentence(convention: Convention) -> str:
    """The convention in plain Unicode text."""
    return _filled(convention, _PLAIN)


def tex_sentence(convention: Convention) -> str:
    """The convention in TeX, ready for running text."""
    return _filled(convention, _TEX)


def _filled(convention: Convention, form: _Format) -> str:
    values = dict(form.fixed)
    if convention.tensors:
        values |= _of_tensors(convention.tensors, form)
        values["{along}"] = _along(convention)
    if convention.function:
        function = form.function(convention.function)
        prime = "'" if form is _TEX else "′"
        values |= {"{function}": form.math(function), "{derivative}": form.math(function + prime)}
        values["{optimiser}"] = convention.function
    if convention.constants:
        letters = [(form.math(form.notation.constant(name)), role) for name, role in convention.constants]
        values["{constants}"] = _listed([f"{letter} is {_MEANINGS[role]}" for letter, role in letters])
    values["{levels}"] = "one level" if convention.levels == 1 else f"{convention.levels} levels"
    sentence = _SENTENCES[convention.key]
    for place, value in values.items():
        sentence = sentence.replace(place, value)
    return sentence if form is _TEX else sentence.replace("~", " ")


def _along(convention: Convention) -> str:
    rank = len(convention.tensors[0].shape)
    if rank < 2:
        return ""
    if convention.axes == (rank - 1,):
        return " along its last axis"
    numbers = [str(axis + 1) for axis in convention.axes]
    if len(numbers) in (0, rank):
        return ""
    return f" along axis {numbers[0]}" if len(numbers) == 1 else f" over axes {_listed(numbers)} together"


def _of_tensors(tensors: Sequence[Tensor], form: _Format) -> dict[str, str]:
    first, names = tensors[0], [form.notation.name(tensor) for tensor in tensors]
    layer = first.label.rstrip("abcdefghijklmnopqrstuvwxyz")
    return {
        "{shapes}": _shapes(tensors, form),
        "{names}": _listed([form.math(name) for name in names]),
        "{name}": form.math(names[0]),
        "{new}": form.math(form.notation.name(renewed(first))),
        "{part}": form.math(form.notation.at(first, first.letters[:1])),
        "{stem}": form.math(form.function(first.stem)),
        "{label}": layer,
        "{of layer}": f" of layer~{layer}" if layer else "",
        "{last}": _last(first, form),
        "{is a batch}": "are batches" if len(tensors) > 1 else "is a batch",
        "{samples}": _samples(first, form),
        "{sizes}": _rules(tensors, form),
        "{upstream}": _listed([form.math(f"{form.partial}L/{form.partial}{name}") for name in names]),
    }


def _shapes(tensors: Sequence[Tensor], form: _Format) -> str:
    """``a is 5×5; b and z have 2 entries``: tensors of one shape together."""
    alike: dict[tuple[Size, ...], list[str]] = {}
    for tensor in tensors:
        alike.setdefault(tensor.shape, []).append(form.math(form.notation.name(tensor)))
    told = []
    for shape, names in alike.items():
        several = len(names) > 1
        if len(shape) > 1:
            sides = [_side(n, form.notation) for n in shape]
            written = form.unbroken if len(sides) < 4 else form.math  # a long one may break at its end
            whole = written(form.times.join(sides))
            told.append(f"{_listed(names)} {'are' if several else 'is'} {whole}")
        else:
            entries = "entry" if prod(shape) == 1 else "entries"
            told.append(
                f"{_listed(names)} {'have' if several else 'has'} {_number(prod(shape), form)} {entries}"
            )
    return "; ".join(told)


def _side(n: Size, notation: IndexNotation) -> str:
    """A size in a product."""
    text = size(notation, n)
    return text if len(size_parts(notation, n)) == 1 else notation.group(text)


def _number(n: Size, form: _Format) -> str:
    return str(n) if isinstance(n, int) else form.math(size(form.notation, n))


def _samples(tensor: Tensor, form: _Format) -> str:
    """How many samples a batch has: the size of its first axis."""
    if not tensor.shape:
        return ""
    return _number(tensor.shape[0], form) + (" sample" if tensor.shape[0] == 1 else " samples")


def _last(tensor: Tensor, form: _Format) -> str:
    """The last entry of a tensor, where its number is known."""
    whole = tensor.pair is None and all(isinstance(n, int) for n in tensor.shape)
    return form.math(form.notation.entries(tensor)[-1]) if whole else ""


def _rules(tensors: Sequence[Tensor], form: _Format) -> str:
    """``P = ⌊(H + 2p − d(U − 1) − 1)/s⌋ + 1 and Q = …``."""
    symbols = dict.fromkeys(s for tensor in tensors for n in tensor.shape for s in size_symbols(n))
    rules = []
    for symbol in (symbol for symbol in symbols if symbol.steps is not None):
        room, step = symbol.steps or (0, 1)
        rule = size(form.notation, room + 1)
        if step != 1:
            rule = form.notation.steps(size(form.notation, room), size(form.notation, step))
        rules.append(form.math(form.notation.equation(form.notation.symbol(symbol.name), rule)))
    return _listed(rules) if rules else ""


def _listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
