"""How people write formulas down: LaTeX and plain text, in one hand of many. It imports nothing of ours.

A :class:`Pen` has one habit for each question: how an index is written, what stands between factors, how a
derivative looks. So a formula always comes out the same, and a part of it as it stands in the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import NamedTuple

from oracles.handwriting import (
    Add,
    Call,
    Entry,
    Frac,
    Had,
    Mul,
    Node,
    Norm,
    Num,
    Partial,
    Place,
    Pow,
    Sigma,
    Step,
    Turned,
)


class Letter(NamedTuple):
    r"""How a tensor is called: ``\hat y``, ``w`` with the label ``(2)``; and in plain text."""

    latex: str
    label: str = ""
    text: str = ""

    @property
    def plain(self) -> str:
        return self.text or self.latex


# Precedence of what is written: a sum, a product, a factor.
SUM, PRODUCT, FACTOR = 0, 1, 2


@dataclass(frozen=True)
class Pen:
    """The habits of a hand."""

    latex: bool
    letters: Mapping[str, Letter]
    shapes: Mapping[str, tuple[int, ...]]
    base: int = 1
    indexing: str = "digits"  # digits, comma, flat; in text: joined, underscore, flat
    braces: bool = False
    label_first: bool = True
    dot: str = " "
    partial: str = "frac"  # frac, frac-braced, d, slash, round
    brackets: str = "plain"  # plain, left, square
    exp: str = "e"
    log: str = "\\log"
    sqrt: str = "root"
    step: str = "bracket"
    turned: str = "^T"
    had: str = "\\odot"
    relu: str = "\\operatorname{relu}"
    sigma: str = "\\sigma"
    half: str = "\\frac"
    limits: str = "full"  # full, bare
    together: bool = False

    # Entries.

    def name(self, role: str) -> str:
        """A tensor without indices."""
        letter = self.letters[role]
        if not self.latex:
            return letter.plain
        return letter.latex + (f"^{{{letter.label}}}" if letter.label else "")

    def entry(self, node: Entry) -> str:
        letter = self.letters[node.role]
        if not node.places:
            return self.name(node.role)
        index = self.index(node)
        if not self.latex:
            if self.indexing == "unicode":
                return letter.plain + index.translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
            separate = self.indexing == "underscore" or letter.plain[-1].isdigit() or "_" in index
            return letter.plain + ("_" if separate else "") + index
        bare = len(index) == 1 and not self.braces
        sub = f"_{index}" if bare else f"_{{{index}}}"
        if not letter.label:
            return letter.latex + sub
        label = f"^{{{letter.label}}}"
        return letter.latex + (label + sub if self.label_first else sub + label)

    def index(self, node: Entry) -> str:
        shape = self.shapes[node.role]
        if len(node.places) == 2 and self.indexing in ("flat", "flat-text", "unicode"):
            row, column = node.places
            assert isinstance(row, int)
            assert isinstance(column, int)
            return str(row * shape[1] + column + self.base)
        places = [self.place(place) for place in node.places]
        if not self.latex:
            return ("_" if len(places) > 2 or any(len(p) > 1 for p in places) else "").join(places)
        short = all(len(place) == 1 for place in places)
        return (
            ", " if self.indexing == "spaced" else "" if self.indexing == "digits" and short else ","
        ).join(places)

    def place(self, place: Place) -> str:
        if isinstance(place, int):
            return str(place + self.base)
        constant = place.constant + self.base - self.base * sum(c for _, c in place.parts)
        text = ""
        for name, c in place.parts:
            sign = "-" if c < 0 else "+" if text else ""
            text += sign + (str(abs(c)) if abs(c) != 1 else "") + name
        return text + (f"{constant:+d}" if constant else "")

    def derivative(self, node: Partial) -> str:
        of, by = self.entry(node.of), self.entry(node.by)
        if not self.latex:
            sign = "∂" if self.partial == "round" else "d"
            return f"{sign}{of}/{sign}{by}"
        match self.partial:
            case "frac-braced":
                return f"\\frac{{\\partial{{{of}}}}}{{\\partial{{{by}}}}}"
            case "d":
                return f"\\frac{{d{_apart(of)}}}{{d{_apart(by)}}}"
            case "slash":
                return f"\\partial {of}/\\partial {by}"
            case "dfrac":
                return f"\\dfrac{{\\partial {of}}}{{\\partial {by}}}"
        return f"\\frac{{\\partial {of}}}{{\\partial {by}}}"

    # Formulas.

    def write(self, node: Node, level: int = SUM, last: bool = True) -> str:
        """A formula, in brackets where it must bind as tightly as ``level``; ``last`` if nothing follows."""
        match node:
            case Num():
                return self.number(node.value, level)
            case Entry():
                return self.entry(node)
            case Partial():
                return self.derivative(node)
            case Add():
                text = "".join(
                    self.signed(sign, term, first=not number)
                    for number, (sign, term) in enumerate(node.terms)
                )
                return text if level == SUM else self.bracketed(text)
            case Mul():
                text = self.product(node)
                return text if level <= PRODUCT else self.bracketed(text)
            case Frac():
                if self.latex:
                    return f"\\frac{{{self.write(node.top)}}}{{{self.write(node.bottom)}}}"
                text = f"{self.write(node.top, PRODUCT)}/{self.write(node.bottom, FACTOR)}"
                return text if level <= PRODUCT else self.bracketed(text)
            case Sigma():
                limits = "".join(self.limit(name, size) for name, size in node.indices)
                if self.limits == "joint" and len(node.indices) > 1:
                    limits = "\\sum_{" + ",".join(name for name, _ in node.indices) + "}"
                text = f"{limits} {self.write(node.body, PRODUCT)}"
                return text if last and level <= PRODUCT else self.bracketed(text)
            case Pow():
                return self.raised(node)
            case Call():
                return self.call(node, last)
            case Step():
                inner = self.write(node.arg)
                if not self.latex:
                    return f"[{inner} > 0]"
                match self.step:
                    case "one":
                        return f"\\mathbb{{1}}[{inner} > 0]"
                    case "sub":
                        return f"\\mathbb{{1}}_{{{inner} > 0}}"
                return f"[{inner} > 0]"
            case Turned():
                inner = self.write(node.arg, FACTOR)
                if not isinstance(node.arg, Entry) or "^" in inner:
                    inner = (
                        f"{{{inner}}}"
                        if isinstance(node.arg, Entry) and self.braces
                        else self.clasped(node.arg)
                    )
                return inner + self.turned
            case Had():
                text = f" {self.had} ".join(self.write(factor, FACTOR) for factor in node.factors)
                return text if level == SUM else self.bracketed(text)
            case Norm():
                inner = self.write(node.arg)
                return f"\\|{inner}\\|^2"

    def signed(self, sign: int, term: Node, first: bool) -> str:
        text = self.write(term, PRODUCT)
        if isinstance(term, Had):
            text = self.write(term)
        if first:
            return text if sign > 0 else f"-{text}"
        between = "" if self.together else " "
        return f"{between}{'+' if sign > 0 else '-'}{between}{text}"

    def term(self, sign: int, term: Node) -> str:
        """A term as it stands in a sum, with a minus if it has one."""
        return self.signed(sign, term, first=True)

    def number(self, value: Fraction, level: int) -> str:
        if value < 0:
            return self.bracketed(f"-{self.number(-value, PRODUCT)}")
        if value.denominator == 1:
            return str(value.numerator)
        if not self.latex:
            text = f"{value.numerator}/{value.denominator}"
            return self.bracketed(text) if level == FACTOR else text
        if self.half == "decimal" and 100 % value.denominator == 0:
            return str(float(value))
        return f"\\frac{{{value.numerator}}}{{{value.denominator}}}"

    def limit(self, name: str, size: int) -> str:
        if self.limits in ("bare", "joint"):
            return f"\\sum_{name}"
        return f"\\sum_{{{name}={self.base}}}^{{{size - 1 + self.base}}}"

    def bracketed(self, text: str) -> str:
        if self.latex and self.brackets == "left":
            return f"\\left({text}\\right)"
        if self.latex and self.brackets == "square":
            return f"[{text}]"
        return f"({text})"

    def clasped(self, node: Node) -> str:
        """In brackets, unless it is a derivative."""
        return (
            self.write(node)
            if isinstance(node, Partial) and self.partial == "frac"
            else self.bracketed(self.write(node))
        )

    def rounded(self, text: str) -> str:
        """The argument of a function, in its brackets."""
        return self.bracketed(text) if self.latex and self.brackets == "left" else f"({text})"

    def product(self, node: Mul) -> str:
        text = ""
        for number, factor in enumerate(node.factors):
            last = number == len(node.factors) - 1
            if isinstance(factor, Had) or (
                isinstance(factor, Add | Sigma) and not (last and isinstance(factor, Sigma))
            ):
                piece = self.bracketed(self.write(factor))
            else:
                piece = self.write(factor, FACTOR if not isinstance(factor, Sigma) else PRODUCT, last)
            if not text:
                text = piece
            elif self.dot == " " and self.latex:
                digit = piece[0].isdigit() or piece.startswith(("\\frac{1}", "\\frac{2}"))
                slash = self.partial == "slash" and "/\\partial" in text
                text += (" \\cdot " if (digit and text[-1].isdigit()) or slash else " ") + piece
            else:
                text += self.dot + piece
        return text

    def raised(self, node: Pow) -> str:
        e = node.exponent
        exponent = str(e.numerator) if e.denominator == 1 else f"{e.numerator}/{e.denominator}"
        base = node.base
        if self.latex:
            shown = f"^{exponent}" if len(exponent) == 1 and not self.braces else f"^{{{exponent}}}"
        else:
            shown = f"^{exponent}" if exponent.isdigit() else f"^({exponent})"
        if isinstance(base, Entry):
            text = self.entry(base)
            return (f"({text})" if self.latex and self.letters[base.role].label else text) + shown
        if isinstance(base, Call) and base.name == "tanh" and self.latex:
            return f"\\tanh{shown}{self.rounded(self.write(base.arg))}"
        if isinstance(base, Call) and base.name in ("sigma", "f", "g") and not base.primes:
            return self.call(base) + shown
        return self.bracketed(self.write(base)) + shown

    def call(self, node: Call, last: bool = True) -> str:
        inner = self.write(node.arg)
        primes = "'" * node.primes
        if node.name == "abs":
            return f"|{inner}|" if self.latex else f"abs({inner})"
        if node.name in ("f", "g"):
            return f"{node.name}{primes}{self.rounded(inner)}"
        if not self.latex:
            name = {"sigma": "sigmoid"}.get(node.name, node.name)
            return f"{name}{primes}({inner})"
        match node.name:
            case "exp":
                return f"e^{{{inner}}}" if self.exp == "e" else f"\\exp{self.rounded(inner)}"
            case "sqrt":
                if self.sqrt == "root":
                    return f"\\sqrt{{{inner}}}"
                return f"{self.bracketed(inner)}^{{1/2}}"
            case "log":
                return f"{self.log}{self.rounded(inner)}"
            case "tanh":
                return f"\\tanh{primes}{self.rounded(inner)}"
            case "relu":
                return f"{self.relu}{primes}{self.rounded(inner)}"
        return f"{self.sigma}{primes}{self.rounded(inner)}"


def _apart(text: str) -> str:
    """After ``d``: a command follows without a blank, a letter too."""
    return text if not text.startswith("{") else f" {text}"


LATEX_DOTS = (" ", " ", " ", " \\cdot ", " \\cdot ", " * ", "\\,", " \\times ")


def latex_pen(
    random: Random, letters: Mapping[str, Letter], shapes: Mapping[str, tuple[int, ...]], **fixed: object
) -> Pen:
    """A hand that writes LaTeX; what is ``fixed`` is not left to chance."""
    pen = Pen(
        latex=True,
        letters=letters,
        shapes=shapes,
        indexing=random.choice(["digits", "digits", "comma", "spaced"]),
        braces=random.random() < 0.4,
        label_first=random.random() < 0.6,
        dot=random.choice(LATEX_DOTS),
        partial=random.choice(["frac", "frac", "frac", "frac-braced", "d", "slash", "dfrac"]),
        brackets=random.choice(["plain", "plain", "left", "square"]),
        exp=random.choice(["e", "exp"]),
        log=random.choice(["\\log", "\\ln"]),
        sqrt=random.choice(["root", "root", "half"]),
        step=random.choice(["bracket", "one", "sub"]),
        turned=random.choice(["^T", "^\\top", "^{T}", "^{\\top}"]),
        had=random.choice(["\\odot", "\\odot", "\\circ"]),
        relu=random.choice(["\\operatorname{relu}", "\\mathrm{ReLU}", "\\text{ReLU}"]),
        half=random.choice(["\\frac", "\\frac", "decimal"]),
        limits=random.choice(["full", "full", "bare", "joint"]),
        together=random.random() < 0.15,
    )
    if pen.partial == "slash":
        pen = replace(pen, dot=" \\cdot ")
    return replace(pen, **fixed)


def text_pen(
    random: Random, letters: Mapping[str, Letter], shapes: Mapping[str, tuple[int, ...]], **fixed: object
) -> Pen:
    """A hand that writes plain text."""
    pen = Pen(
        latex=False,
        letters=letters,
        shapes=shapes,
        indexing=random.choice(["joined", "underscore"]),
        dot=random.choice(["*", "*", " * ", "·"]),
        partial=random.choice(["d", "d", "round"]),
        together=random.random() < 0.1,
    )
    return replace(pen, **fixed)
