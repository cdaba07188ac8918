"""Matrix forms as text and TeX: ``∂L/∂w = ∂L/∂z·aᵀ``, ``z[o] = Σ_c w[o, c] ⋆ a[c] + b[o]``.

A form is spelled as an index formula is (:mod:`symgrad.render.indexed`): a left side, terms with their
signs, and the ranges of the indices that choose parts of tensors.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import size_text
from symgrad.algebra.terms import Entry, Rational
from symgrad.derivation.document import Formula
from symgrad.derivation.matrices import (
    Constant,
    Correlation,
    Crop,
    Dilate,
    Elementwise,
    Everywhere,
    Form,
    FullConvolution,
    Hadamard,
    Indicator,
    MatMul,
    Multiple,
    Node,
    Number,
    Outer,
    OuterSum,
    Pad,
    Part,
    Power,
    Scaled,
    SquaredNorm,
    Sum,
    Total,
    Transpose,
    Unvec,
    Vec,
    all_nodes,
    shape_of,
    whole,
)
from symgrad.derivation.readable import closed_form
from symgrad.errors import RenderError
from symgrad.render.indexed import Indexed, Letters, chosen_letters, conditions_told, indexed, spelled_index
from symgrad.render.notation import Atom, IndexNotation, signed_sum
from symgrad.render.plain import PlainNotation
from symgrad.render.tex import TexNotation

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class MatrixNotation(Protocol):
    """What a format says of matrix operations, beside its notation of index formulas."""

    index: IndexNotation
    times: str
    hadamard: str
    convolution: str
    ones: str

    def star(self, strides: Sequence[int]) -> str:
        """The sign of a correlation with its strides."""

    def transposed(self, text: str) -> str:
        """The transpose of what is spelled as one piece."""

    def operation(self, name: str, steps: Sequence[int], inner: str) -> str:
        """An operation with a name, and numbers for each axis."""

    def inverse(self, name: str, inner: str) -> str:
        """The inverse of an operation with a name."""

    def squared_norm(self, inner: str) -> str:
        """``‖x‖²``."""

    def elementwise_power(self, text: str, exponent: Rational) -> str:
        """The power of each entry of what is spelled as one piece."""

    def coefficient(self, number: str) -> str:
        """A number before an array."""


class PlainMatrices:
    """Matrix operations in Unicode text."""

    index: IndexNotation = PlainNotation()
    times = "·"
    hadamard = " ⊙ "
    convolution = " ∗ "
    ones = "1"

    def star(self, strides: Sequence[int]) -> str:
        """The sign of a correlation with its strides."""
        return f" ⋆{self._subscript(strides)} "

    def transposed(self, text: str) -> str:
        """The transpose of what is spelled as one piece."""
        return f"({text})ᵀ" if "/" in text and not text.startswith("(") else f"{text}ᵀ"

    def operation(self, name: str, steps: Sequence[int], inner: str) -> str:
        """An operation with a name, and numbers for each axis."""
        return f"{name}{self._subscript(steps)}({inner})"

    def inverse(self, name: str, inner: str) -> str:
        """The inverse of an operation with a name."""
        return f"{name}⁻¹({inner})"

    def squared_norm(self, inner: str) -> str:
        """``‖x‖²``."""
        return f"‖{inner}‖²"

    def elementwise_power(self, text: str, exponent: Rational) -> str:
        """The power of each entry of what is spelled as one piece."""
        raised = str(exponent) if Fraction(exponent).denominator == 1 and exponent > 0 else f"({exponent})"
        return f"{text}^∘{raised}"

    def coefficient(self, number: str) -> str:
        """A number before an array."""
        return f"{number}·"

    def _subscript(self, steps: Sequence[int]) -> str:
        told = _told(steps)
        return told.translate(_SUBSCRIPTS) if "," not in told else f"_({told})"


class TexMatrices:
    """Matrix operations in TeX."""

    index: IndexNotation = TexNotation()
    times = r"\,"
    hadamard = r"\odot "
    convolution = r"\ast "
    ones = r"\mathbf{1}"

    def star(self, strides: Sequence[int]) -> str:
        """The sign of a correlation with its strides."""
        told = _told(strides)
        return rf"\star_{{{told}}}" if told else r"\star "

    def transposed(self, text: str) -> str:
        """The transpose of what is spelled as one piece."""
        if text.startswith(r"\frac"):
            return rf"\left({text}\right)^{{\top}}"
        return rf"{{{text}}}^{{\top}}" if "^" in text else rf"{text}^{{\top}}"

    def operation(self, name: str, steps: Sequence[int], inner: str) -> str:
        """An operation with a name, and numbers for each axis."""
        told = _told(steps)
        return rf"\mathrm{{{name}}}" + (f"_{{{told}}}" if told else "") + self.index.group(inner)

    def inverse(self, name: str, inner: str) -> str:
        """The inverse of an operation with a name."""
        return rf"\mathrm{{{name}}}^{{-1}}" + self.index.group(inner)

    def squared_norm(self, inner: str) -> str:
        """``‖x‖²``."""
        return rf"\left\|{inner}\right\|^2"

    def elementwise_power(self, text: str, exponent: Rational) -> str:
        """The power of each entry of what is spelled as one piece."""
        base = self.index.group(text) if "^" in text or text.startswith(r"\frac") else text
        return rf"{base}^{{\circ {exponent}}}"

    def coefficient(self, number: str) -> str:
        """A number before an array."""
        return rf"{number}\,"


def _told(steps: Sequence[int]) -> str:
    """``2`` for steps that are alike, ``2,1`` for others, nothing where no step is told."""
    if not steps:
        return ""
    return str(steps[0]) if len(set(steps)) == 1 else ",".join(map(str, steps))


def closed(formula: Formula, matrices: MatrixNotation, names: Collection[str] = ()) -> Indexed:
    """The closed form of a formula: its matrix form if it has one, else its index form.

    ``names`` are those of its page, which no index takes.
    """
    if formula.matrix is None:
        return indexed(formula.equation, matrices.index, names)
    return matrix_indexed(formula.matrix, formula.equation, matrices, names)


def matrix_indexed(
    form: Form, equation: Equation, matrices: MatrixNotation, names: Collection[str] = ()
) -> Indexed:
    """A matrix form, with the letters that the index form of the equation has."""
    letters = dict(chosen_letters(closed_form(equation), names))
    for index in (*form.axes, *(i for node in all_nodes(form.body) for i in _bound(node))):
        letters.setdefault(index, index.letter)
    writer = _Writer(matrices, letters)
    parts = form.body.parts if isinstance(form.body, Sum) else (form.body,)
    ranges = tuple((letters[index], size_text(index.size - 1)) for index in form.axes)
    left = matrices.index.at(form.target, writer.indices(form.leading))
    return Indexed(left, tuple(map(writer.term, parts)), ranges)


def _bound(node: Node) -> tuple[Index, ...]:
    return node.indices if isinstance(node, OuterSum) else ()


_SUM, _PRODUCT, _PIECE = range(3)


class _Text(NamedTuple):
    """A spelled node, how tightly it holds together, and the operation that holds it."""

    text: str
    level: int
    operation: str = ""


class _Writer:
    """Spells the nodes of one form."""

    def __init__(self, matrices: MatrixNotation, letters: Letters) -> None:
        self.matrices = matrices
        self.notation = matrices.index
        self.letters = letters

    def indices(self, indices: Sequence[Affine]) -> list[str]:
        """Indices as formulas."""
        return [spelled_index(e, self.notation, self.letters) for e in indices]

    def term(self, node: Node) -> tuple[bool, str]:
        """A term of a sum: whether it is subtracted, and its text."""
        if isinstance(node, Scaled) and node.coefficient < 0:
            return True, self.spelled(_positive(node)).text
        if isinstance(node, Number) and node.value < 0:
            return True, self.notation.number(-node.value)
        if isinstance(node, Everywhere):
            return self.term(node.inner)  # a number, added to every entry
        return False, self.spelled(node).text

    def spelled(self, node: Node) -> _Text:
        """A node as it stands alone."""
        notation, matrices = self.notation, self.matrices
        match node:
            case Part(tensor, leading):
                return _Text(notation.at(tensor, self.indices(leading)), _PIECE)
            case Number():
                return _Text(notation.number(node.value), _PIECE)
            case Constant(name):
                return _Text(notation.constant(name), _PIECE)
            case Everywhere(inner, _):
                return _Text(matrices.ones, _PIECE) if inner == Number(1) else self.spelled(inner)
            case Sum(parts):
                return _Text(signed_sum(notation, [self.term(part) for part in parts]), _SUM)
            case Scaled(coefficient, inner):
                text = matrices.coefficient(notation.number(whole(abs(Fraction(coefficient))))) + self.factor(
                    inner
                )
                return _Text((notation.negative if coefficient < 0 else "") + text, _PRODUCT, "scaled")
            case Multiple(scalar, inner):
                return _Text(self.piece(scalar) + matrices.times + self.factor(inner), _PRODUCT, "scaled")
            case Hadamard(factors):
                sign = matrices.hadamard if shape_of(node) else matrices.times
                return _Text(sign.join(self.piece(f) for f in factors), _PRODUCT, "hadamard")
            case Power(base, exponent):
                return self.power(base, exponent)
            case Elementwise(function, inner):
                return _Text(notation.call(function, self.spelled(inner).text), _PIECE)
            case Indicator(kind, inner):
                return _Text(notation.bracket(kind, self.spelled(inner).text, notation.number(0)), _PIECE)
            case OuterSum():
                return self.outer_sum(node)
            case _:
                return self.operation(node)

    def operation(self, node: Node) -> _Text:
        """A node that acts on whole arrays."""
        matrices = self.matrices
        match node:
            case Transpose(inner):
                return _Text(matrices.transposed(self.piece(inner)), _PIECE)
            case MatMul(left, right):
                return _Text(self.in_product(left) + matrices.times + self.in_product(right), _PRODUCT, "·")
            case Outer(left, right):
                transposed = matrices.transposed(self.piece(right))
                return _Text(self.in_product(left) + matrices.times + transposed, _PRODUCT, "·")
            case Total(inner):
                if len(shape_of(inner)) > 2:
                    return _Text(matrices.operation("sum", (), self.spelled(inner).text), _PIECE)
                factors = [matrices.transposed(matrices.ones), self.in_product(inner)]
                if len(shape_of(inner)) == 2:
                    factors.append(matrices.ones)
                return _Text(matrices.times.join(factors), _PRODUCT, "·")
            case SquaredNorm(inner):
                return _Text(matrices.squared_norm(self.spelled(inner).text), _PIECE)
            case Correlation(kernel, image, strides):
                sign = matrices.star(strides if set(strides) != {1} else ())
                return _Text(self.piece(kernel) + sign + self.piece(image), _PRODUCT, "star")
            case FullConvolution(left, right):
                return _Text(self.piece(left) + matrices.convolution + self.piece(right), _PRODUCT, "ast")
            case Dilate(inner, steps):
                return _Text(matrices.operation("dilate", steps, self.spelled(inner).text), _PIECE)
            case Pad(inner, widths):
                return _Text(matrices.operation("pad", widths, self.spelled(inner).text), _PIECE)
            case Crop(inner, first, _):
                return _Text(matrices.operation("crop", first, self.spelled(inner).text), _PIECE)
            case Vec(inner):
                return _Text(matrices.operation("vec", (), self.spelled(inner).text), _PIECE)
            case Unvec(inner, _):
                return _Text(matrices.inverse("vec", self.spelled(inner).text), _PIECE)
            case _:
                raise RenderError(f"there is no matrix notation yet for {type(node).__name__}")

    def power(self, base: Node, exponent: Rational) -> _Text:
        """The power of each entry; a square is the product of the array with itself."""
        spelled = self.spelled(base)
        if not shape_of(base):
            return _Text(self.notation.power(Atom(self.piece(base), "call"), exponent), _PIECE)
        if exponent == 2 and spelled.level == _PIECE:
            return _Text(spelled.text + self.matrices.hadamard + spelled.text, _PRODUCT, "hadamard")
        return _Text(self.matrices.elementwise_power(self.piece(base), exponent), _PIECE)

    def outer_sum(self, node: OuterSum) -> _Text:
        """A sum over indices that choose parts of tensors."""
        read = [inner for inner in all_nodes(node.inner) if isinstance(inner, Part)]
        entries = [_read_at(part) for part in read]
        told = conditions_told(node.conditions, node.indices, entries, self.notation, self.letters)
        ranges = [(self.letters[index], size_text(index.size - 1)) for index in node.indices]
        inner = self.spelled(node.inner)
        text = self.notation.group(inner.text) if inner.level == _SUM else inner.text
        return _Text(self.notation.sigma(ranges, told) + text, _SUM)

    def piece(self, node: Node) -> str:
        """A node that must hold together."""
        spelled = self.spelled(node)
        return spelled.text if spelled.level == _PIECE else self.notation.group(spelled.text)

    def factor(self, node: Node) -> str:
        """A node after a number."""
        spelled = self.spelled(node)
        return self.notation.group(spelled.text) if spelled.level == _SUM else spelled.text

    def in_product(self, node: Node) -> str:
        """A factor of a product of matrices, which needs no parentheses in another."""
        spelled = self.spelled(node)
        return spelled.text if spelled.operation == "·" else self.piece(node)


def _read_at(part: Part) -> Entry:
    """The first entry of a part."""
    rest = len(part.tensor.shape) - len(part.leading)
    return Entry(part.tensor, (*part.leading, *(affine(0),) * rest))


def _positive(node: Scaled) -> Node:
    return node.inner if node.coefficient == -1 else Scaled(-node.coefficient, node.inner)


PLAIN_MATRICES = PlainMatrices()
TEX_MATRICES = TexMatrices()
