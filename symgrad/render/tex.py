r"""TeX notation: ``\frac{\partial L}{\partial w_1} = a_1\,\frac{\partial L}{\partial z_1} + …``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from symgrad.algebra.positions import unflat
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Rational
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import Function
from symgrad.render.metrics import width
from symgrad.render.notation import Atom, Relation, Sort, enclosed, parted, short_decimal

_GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda"),
        *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
    )
)
_FUNCTIONS = {
    "sigmoid": r"\sigma",
    "relu": r"\mathrm{ReLU}",
    "softplus": r"\mathrm{softplus}",
    "erf": r"\mathrm{erf}",
}
_MOST_RANGES = 3
"""How many ranges of a sum's indices stand on one line below it."""
_RELATIONS = {"<=": r"\le ", ">=": r"\ge "}
TALL = (r"\frac", r"\sum", r"\left", r"\sqrt")
"""What parentheses are to be as tall as."""
_CLOSE: frozenset[Sort] = frozenset(("number", "entry", "group"))


def letters_of(word: str) -> str:
    """A name as TeX prints it: one letter in italics, a Greek letter as such, a word upright."""
    if len(word) == 1:
        return word
    return "\\" + word if word in _GREEK else rf"\mathrm{{{word}}}"


def subscripted(base: str, subscript: str) -> str:
    """``base`` with a subscript, braced unless it is one character."""
    if not subscript:
        return base
    return f"{base}_{subscript}" if len(subscript) == 1 else f"{base}_{{{subscript}}}"


def ranges(letters: Sequence[tuple[str, str]]) -> list[str]:
    r"""``0\le i,j\le 1``: where each index runs, neighbours with the same last value in one."""
    merged: list[tuple[str, str]] = []
    for letter, last in letters:
        if merged and merged[-1][1] == last:
            merged[-1] = f"{merged[-1][0]},{letter}", last
        else:
            merged.append((letter, last))
    return [rf"0\le {names}\le {last}" for names, last in merged]


class TexNotation:
    """Subscripts braced and comma-separated, a layer's number as a superscript in parentheses."""

    plus = " + "
    minus = " - "
    negative = "-"

    def name(self, tensor: Tensor) -> str:
        """A whole tensor."""
        if tensor.of is not None:
            return self.partial(letters_of(tensor.quantity), self.name(tensor.of))
        if tensor.pair is not None:
            by, other = map(self.name, tensor.pair)
            return self._pair(tensor, by, other)
        return _beside(tensor, self.name(tensor.beside)) if tensor.beside is not None else _base(tensor)

    def entries(self, tensor: Tensor) -> Sequence[str]:
        """Every entry of a tensor, by flat position."""
        if tensor.of is not None:
            above = letters_of(tensor.quantity)
            return [rf"\frac{{\partial {above}}}{{\partial {text}}}" for text in self.entries(tensor.of)]
        if tensor.beside is not None:
            return [_beside(tensor, text) for text in self.entries(tensor.beside)]
        if tensor.pair is not None:
            by, other = map(self.entries, tensor.pair)
            return [self._pair(tensor, first, second) for first in by for second in other]
        shape = whole_shape(tensor.shape)
        base = _base(tensor)
        if not shape:
            return [base]
        if len(shape) > 2:
            places = (unflat(n, shape) for n in range(prod(shape)))
            return [base + "_{" + ",".join(str(i + 1) for i in place) + "}" for place in places]
        size = prod(shape)
        return [f"{base}_{n}" for n in range(1, min(size, 9) + 1)] + [
            f"{base}_{{{n}}}" for n in range(10, size + 1)
        ]

    def at(self, tensor: Tensor, indices: Sequence[str]) -> str:
        """An entry at indices that are formulas."""
        if tensor.of is not None:
            return self.partial(letters_of(tensor.quantity), self.at(tensor.of, indices))
        if tensor.beside is not None:
            return _beside(tensor, self.at(tensor.beside, indices))
        if tensor.pair is not None:
            by, other = tensor.pair
            rank = len(by.shape)
            return self._pair(tensor, self.at(by, indices[:rank]), self.at(other, indices[rank:]))
        return subscripted(_base(tensor), r",\,".join(indices) if _long(indices) else ",".join(indices))

    def _pair(self, tensor: Tensor, by: str, other: str) -> str:
        if tensor.role == "sensitivity":
            return self.partial(other, by)
        return rf"\frac{{\partial^2 L}}{{\partial {by}\,\partial {other}}}"

    def partial(self, of: str, by: str) -> str:
        """The derivative of one entry by another."""
        return rf"\frac{{\partial {of}}}{{\partial {by}}}"

    def number(self, value: Rational) -> str:
        """A positive number."""
        if value.denominator == 1 or short_decimal(value):
            return short_decimal(value) or str(value)
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}"

    def constant(self, name: str) -> str:
        """A named constant."""
        letter, subscript, power = parted(name)
        text = subscripted(letters_of(letter), subscript)
        return f"{text}^{_closed(letters_of(power))}" if power else _closed(text)

    def call(self, function: Function, argument: str) -> str:
        """A function's value."""
        if function.name == "abs":
            return rf"\left|{argument}\right|"
        if function.abstract:
            primes = "'" * function.order if function.order < 4 else f"^{{({function.order})}}"
            name = letters_of(function.name) + primes
        else:
            name = _FUNCTIONS.get(function.name) or "\\" + function.name
        return name + _parentheses(argument)

    def group(self, inner: str) -> str:
        """Parentheses."""
        return _parentheses(inner)

    def bracket(self, relation: Relation, left: str, right: str) -> str:
        """A value bracket."""
        return rf"\mathbf{{1}}[{left}{_RELATIONS.get(relation, relation)}{right}]"

    def maximum(self, parts: Sequence[str]) -> str:
        """The largest of several values."""
        return rf"\max({', '.join(parts)})"

    def first_greatest(self, parts: Sequence[str], chosen: int) -> str:
        """1 where the chosen one of several values is the greatest, of equal ones the first, else 0."""
        return rf"\mathbf{{1}}[\arg\max({', '.join(parts)})={parts[chosen]}]"

    def power(self, base: Atom, exponent: Rational) -> str:
        """A power; the exponent is positive and not 1."""
        if exponent == Fraction(1, 2):
            return rf"\sqrt{{{_unwrapped(base)}}}"
        simple = base.sort in ("entry", "indexed") and "^" not in base.text
        bare = simple or base.sort in ("group", "number")
        text = base.text if bare else _parentheses(base.text)
        raised = str(exponent)
        return f"{text}^{raised}" if len(raised) == 1 else f"{text}^{{{raised}}}"

    def joint(self, left: Sort, right: Sort) -> str:
        """What stands between two neighbouring factors."""
        return "" if left in _CLOSE and right in _CLOSE else r"\,"

    def fraction(self, over: str, under: str) -> str:
        """A quotient; ``under`` is a product."""
        return rf"\frac{{{_bare(over)}}}{{{_bare(under)}}}"

    def common(self, number: str) -> tuple[str, str]:
        """What stands before and after a sum that a number multiplies."""
        return rf"{number}\bigl(", r"\bigr)"

    def monomial(self, number: str, factors: Sequence[tuple[str, int]]) -> str:
        """``2HW``: a number, empty for 1, and letters, each with its exponent."""
        return number + "".join(letter if n == 1 else f"{letter}^{{{n}}}" for letter, n in factors)

    def symbol(self, name: str) -> str:
        """A size symbol: the first letter, what follows it below."""
        return subscripted(name[0], name[1:].removeprefix("_"))

    def steps(self, room: str, step: str) -> str:
        """``⌊room/step⌋ + 1``."""
        return rf"\lfloor {self.ratio(room, step)}\rfloor+1"

    def affine(self, parts: Sequence[tuple[bool, str]]) -> str:
        """``2i+u-1`` from its parts, each (negative, text)."""
        text = "".join(("-" if negative else "+") + part for negative, part in parts)
        return text.removeprefix("+")

    def ratio(self, over: str, under: str) -> str:
        """``(k-2i)/2``, an index that is a whole number where its conditions hold."""
        return f"({over})/{under}" if len(over) > 1 else f"{over}/{under}"

    def beside(self, group: str) -> bool:
        """Whether a sum in parentheses stands beside a fraction that it is a factor of, not above the bar."""
        return group.startswith(r"\left(")

    def sigma(self, letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
        """A sum sign over letters, each with its largest value, under conditions."""
        if not conditions:
            return "".join(rf"\sum_{{{letter}=0}}^{{{last}}}" for letter, last in letters)
        return r"\sum_{" + _below(letters, conditions) + "}"

    def maximum_over(self, letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
        """A sign for the maximum of what follows over letters up to a last value, under conditions."""
        return r"\max_{" + _below(letters, conditions) + "}"

    def first_place(
        self, letters: Sequence[tuple[str, str]], conditions: Sequence[str], body: str, place: Sequence[str]
    ) -> str:
        """1 where ``place`` is the first at which the body is greatest, else 0."""
        at = place[0] if len(place) == 1 else "(" + r",\,".join(place) + ")"
        return rf"\mathbf{{1}}[\arg\max_{{{_below(letters, conditions)}}}{body}={at}]"

    def indicator(self, conditions: Sequence[str]) -> str:
        """A product of index brackets."""
        return r"\mathbf{1}[" + r",\;".join(conditions) + "]"

    def between(self, low: str | None, middle: str, high: str | None) -> str:
        """``low ≤ middle ≤ high``; one end may be missing."""
        return r"\le ".join(end for end in (low, middle, high) if end is not None)

    def equation(self, left: str, right: str) -> str:
        """``left = right`` as a condition."""
        return f"{left}={right}"

    def divisible(self, divisor: str, e: str) -> str:
        """``divisor | e`` as a condition."""
        return rf"{divisor}\mid {e}"


def _below(letters: Sequence[tuple[str, str]], conditions: Sequence[str]) -> str:
    """What stands below a large operator: where its letters run, then the conditions."""
    runs = ranges(letters)
    lines = [r",\;".join(runs[start : start + _MOST_RANGES]) for start in range(0, len(runs), _MOST_RANGES)]
    lines += conditions
    return r"\substack{" + r"\\".join(_packed(lines)) + "}" if len(lines) > 1 else lines[0]


def _packed(lines: Sequence[str]) -> list[str]:
    """The conditions below a sum, neighbours on one line as long as none is wider than the widest alone."""
    room = max(map(width, lines))
    packed = [lines[0]]
    for line in lines[1:]:
        together = rf"{packed[-1]},\;{line}"
        if len(packed) > 1 and width(together) <= room:
            packed[-1] = together
        else:
            packed.append(line)
    return packed


def _base(tensor: Tensor) -> str:
    if not tensor.shape and not tensor.label:
        stem = tensor.name.rstrip("0123456789")
        word, *parts = filter(None, stem.split("_"))
        digits = tensor.name[len(stem) :]
        subscript = ",".join([*parts, *([digits] if digits else [])])
        return subscripted(letters_of(word), subscript) if subscript else _closed(letters_of(word))
    raised = _superscript(tensor)
    base = letters_of(tensor.stem[:1] if _told_apart(tensor) else tensor.stem)
    return rf"{base}^{{{raised}}}" if raised else base


def _told_apart(tensor: Tensor) -> bool:
    """Whether a capital tells the tensor apart from others of one letter: ``wQ`` is printed w^Q."""
    return len(tensor.stem) == 2 and tensor.stem[0].islower() and tensor.stem[1].isupper()


def _superscript(tensor: Tensor) -> str:
    """The capital that tells the tensor apart, and the number of its layer in parentheses."""
    return (tensor.stem[1] if _told_apart(tensor) else "") + (f"({tensor.label})" if tensor.label else "")


def _beside(tensor: Tensor, text: str) -> str:
    r"""What an optimiser brings, after what it goes with: ``w_1^{*}``, ``w^{(2)*}_1``, ``\hat{m}_{w_1}``."""
    if tensor.role != "renewed":
        letter = tensor.stem.removesuffix("_hat")
        base = rf"\hat{{{letter}}}" if tensor.role == "corrected" else letter
        return f"{base}_{{{text}}}"
    raised = _superscript(tensor.beside) if tensor.beside is not None else ""
    return text.replace(f"^{{{raised}}}", f"^{{{raised}*}}", 1) if raised else text + "^{*}"


def _closed(name: str) -> str:
    """A name that a letter may follow: a bare command would swallow it."""
    return f"{{{name}}}" if name.startswith("\\") and name[1:].isalpha() else name


def _parentheses(inner: str) -> str:
    tall = any(command in inner for command in TALL)
    return rf"\left({inner}\right)" if tall else f"({inner})"


def _unwrapped(base: Atom) -> str:
    if base.sort != "group":
        return base.text
    return _bare(base.text)


def _bare(text: str) -> str:
    """The text without parentheses around the whole of it."""
    if not enclosed(text.replace(r"\left(", "(").replace(r"\right)", ")")):
        return text
    return text[len(r"\left(") : -len(r"\right)")] if text.startswith(r"\left(") else text[1:-1]


def _long(indices: Sequence[str]) -> bool:
    return any(len(index) > 1 for index in indices)
