"""Plain-text notation in Unicode: ``∂L/∂w1 = a1·∂L/∂z1 + …``; and the same in ASCII."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Rational
from symgrad.algebra.written import Function
from symgrad.render.notation import Atom, Relation, Sort, enclosed, parted, short_decimal, signed_sum

_RELATIONS = {"<=": "≤", ">=": "≥"}
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉", "0123456789-0123456789")
_GREEK = {
    "α": "alpha",
    "ε": "epsilon",
    "η": "eta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ρ": "rho",
    "β": "beta",
    "π": "pi",
    "τ": "tau",
    "δ": "delta",
    "ζ": "zeta",
    "θ": "theta",
    "ν": "nu",
    "ξ": "xi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
    "Φ": "Phi",
    "φ": "varphi",
}
_LETTERS = {word: letter for letter, word in _GREEK.items()}
_ASCII = str.maketrans(
    {
        "∂": "d",
        "·": "*",
        "−": "-",
        "×": "x",
        "′": "'",
        "Σ": "sum",
        "≤": "<=",
        "≥": ">=",
        "∣": "divides",
        "…": "..",
        "√": "sqrt",
        "⌊": "floor(",
        "⌋": ")",
        **_GREEK,
        "\u0302": "_hat",
        "ᵀ": "^T",
        "⊙": ".*",
        "⋆": "star",
        "∗": "conv",
        "‖": "||",
        "∘": ".",
    }
)
STAR = "*"
"""The mark of a value after a step of an optimiser."""


def to_ascii(text: str) -> str:
    """The text for a terminal without Unicode."""
    raised = re.sub("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda digits: "^" + digits[0].translate(_DIGITS), text)
    lowered = re.sub("[₀₁₂₃₄₅₆₇₈₉]+", lambda digits: "_" + digits[0].translate(_DIGITS), raised)
    return lowered.translate(_ASCII)


class PlainNotation:
    """Names as in programs, products with ``·``."""

    plus = " + "
    minus = " − "
    negative = "−"

    def name(self, tensor: Tensor) -> str:
        """A whole tensor."""
        if tensor.of is not None:
            return f"∂{tensor.quantity}/∂{tensor.of.name}"
        if tensor.pair is not None:
            by, other = tensor.pair
            return self._pair(tensor, by.name, other.name)
        return self._beside(tensor, self.name(tensor.beside)) if tensor.beside is not None else tensor.name

    def entries(self, tensor: Tensor) -> Sequence[str]:
        """Every entry of a tensor, by flat position."""
        if tensor.of is not None:
            above = f"∂{tensor.quantity}/∂"
            return [above + text for text in identifiers(tensor.of)]
        if tensor.pair is not None:
            by, other = map(identifiers, tensor.pair)
            return [self._pair(tensor, first, second) for first in by for second in other]
        if tensor.beside is not None:
            return [self._beside(tensor, text) for text in self.entries(tensor.beside)]
        return identifiers(tensor)

    def _pair(self, tensor: Tensor, by: str, other: str) -> str:
        return self.partial(other, by) if tensor.role == "sensitivity" else f"∂²L/∂{by}∂{other}"

    def _beside(self, tensor: Tensor, text: str) -> str:
        """What an optimiser brings, by the tensor or entry that it goes with: ``w1*``, ``v_w1``."""
        if tensor.role == "renewed":
            return text + STAR
        hat = "\u0302" if tensor.role == "corrected" else ""
        return f"{tensor.stem.removesuffix('_hat')}{hat}_{text}"

    def at(self, tensor: Tensor, indices: Sequence[str]) -> str:
        """An entry at indices that are formulas."""
        if tensor.pair is not None:
            by, other = tensor.pair
            rank = len(by.shape)
            return self._pair(tensor, self.at(by, indices[:rank]), self.at(other, indices[rank:]))
        return f"{self.name(tensor)}[{', '.join(indices)}]" if indices else self.name(tensor)

    def partial(self, of: str, by: str) -> str:
        """The derivative of one entry by another."""
        return f"∂{of}/∂{by}"

    def number(self, value: Rational) -> str:
        """A positive number."""
        return short_decimal(value) or str(value)

    def constant(self, name: str) -> str:
        """A named constant."""
        letter, subscript, power = parted(name)
        return _LETTERS.get(letter, letter) + subscript + (f"^{_LETTERS.get(power, power)}" if power else "")

    def call(self, function: Function, argument: str) -> str:
        """A function's value."""
        name = function.name if function.abstract else _LETTERS.get(function.name, function.name)
        return f"{name}{'′' * function.order}({argument})"

    def group(self, inner: str) -> str:
        """Parentheses."""
        return f"({inner})"

    def bracket(self, relation: Relation, left: str, right: str) -> str:
        """A value bracket."""
        return f"[{left} {_RELATIONS.get(relation, relation)} {right}]"

    def maximum(self, parts: Sequence[str]) -> str:
        """The largest of several values."""
        return f"max({', '.join(parts)})"

    def first_greatest(self, parts: Sequence[str], chosen: int) -> str:
        """1 where the chosen one of several values is the greatest, of equal ones the first, else 0."""
        return f"[argmax({', '.join(parts)}) = {parts[chosen]}]"

    def power(self, base: Atom, exponent: Rational) -> str:
        """A power; the exponent is positive and not 1."""
        text = f"({base.text})" if base.sort == "derivative" else base.text
        if exponent == Fraction(1, 2):
            return f"√{text}" if base.sort == "group" else f"√({text})"
        if exponent.denominator == 1:
            return text + str(exponent).translate(_SUPERSCRIPTS)
        return f"{text}^({exponent})"

    def joint(self, left: Sort, right: Sort) -> str:  # noqa: ARG002  # alike between all
        """What stands between two neighbouring factors."""
        return "·"

    def fraction(self, over: str, under: str) -> str:
        """A quotient; ``under`` is a product."""
        single = "·" not in under and " " not in under and (under.isdigit() or not under[0].isdigit())
        return f"{over}/{under}" if single or enclosed(under) else f"{over}/({under})"

    def common(self, number: str) -> tuple[str, str]:
        """What stands before and after a sum that a number multiplies."""
        return f"{number}·(", ")"

    def monomial(self, number: str, factors: Sequence[tuple[str, int]]) -> str:
        """``2H·W``: a number, empty for 1, and letters, each with its exponent."""
        raised = [letter + (str(n).translate(_SUPERSCRIPTS) if n != 1 else "") for letter, n in factors]
        if number and not number.isdigit():
            return "·".join([f"({number})", *raised])
        return number + "·".join(raised)

    def symbol(self, name: str) -> str:
        """A size symbol."""
        return name

    def steps(self, room: str, step: str) -> str:
        """``⌊room/step⌋ + 1``."""
        return f"⌊{self.ratio(room, step)}⌋ + 1"

    def affine(self, parts: Sequence[tuple[bool, str]]) -> str:
        """``2i + u − 1`` from its parts, each (negative, text)."""
        return signed_sum(self, parts)

    def ratio(self, over: str, under: str) -> str:
        """``(k − 2i)/2``, an index that is a whole number where its conditions hold."""
        return f"({over})/{under}" if " " in over else f"{over}/{under}"

    def beside(self, group: str) -> bool:  # noqa: ARG002  # there is no bar
        """Whether a sum in parentheses stands beside a fraction that it is a factor of, not above the bar."""
        return False

    def sigma(self, letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
        """A sum sign over letters, each with its largest value, under conditions."""
        return f"Σ{_below(letters, conditions)} "

    def maximum_over(self, letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
        """A sign for the maximum of what follows over letters up to a last value, under conditions."""
        return f"max{_below(letters, conditions)} "

    def first_place(
        self, letters: Sequence[tuple[str, str]], conditions: Sequence[str], body: str, place: Sequence[str]
    ) -> str:
        """1 where ``place`` is the first at which the body is greatest, else 0."""
        at = place[0] if len(place) == 1 else f"({', '.join(place)})"
        return f"[argmax{_below(letters, conditions)} {body} = {at}]"

    def indicator(self, conditions: Sequence[str]) -> str:
        """A product of index brackets."""
        return f"[{', '.join(conditions)}]"

    def between(self, low: str | None, middle: str, high: str | None) -> str:
        """``low ≤ middle ≤ high``; one end may be missing."""
        return " ≤ ".join(end for end in (low, middle, high) if end is not None)

    def equation(self, left: str, right: str) -> str:
        """``left = right`` as a condition."""
        return f"{left} = {right}"

    def divisible(self, divisor: str, e: str) -> str:
        """``divisor | e`` as a condition."""
        return f"{divisor} ∣ {e}"


def _below(letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
    """What stands below a large operator: ``_{u=0…1, v=0…1 | 0 ≤ i − u}``."""
    ranges = ", ".join(f"{letter}=0…{last.replace(' ', '')}" for letter, last in letters)
    where = " | " + ", ".join(conditions) if conditions else ""
    return f"_{{{ranges}{where}}}"
