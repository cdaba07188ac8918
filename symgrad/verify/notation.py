"""The author's own notation: how names are spelled in a document, and how to spell one that is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from symgrad.verify.context import Context
from symgrad.verify.names import label_items, spelled
from symgrad.verify.scalars import Scalar
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Derivative,
    Group,
    Listed,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Root,
    Scripted,
    Sum,
    children,
)
from symgrad.verify.world import Env, UnsettledError, World

_NEVER_PRIMED: Final = frozenset(
    (
        "log",
        "ln",
        "exp",
        "sqrt",
        "max",
        "min",
        "softmax",
        "sum",
        "mean",
        "tr",
        "diag",
        "norm",
        "abs",
        "sign",
        "sgn",
    )
)
GLUES: Final = ("", "\\cdot", "*", "·", "\\times", "\\,", "\\,\\cdot\\,")
"""What stands between two factors."""

_GLUED: Final = "glued"
"""The style of a label that stands between the letter and its subscripts."""

_LONGEST_PHRASE: Final = 80
_PAIR: Final = 2
_MOST_PHRASES: Final = 40


class Word(NamedTuple):
    """A name, a derivative or a function's value, as a node and as the author spells it."""

    node: Node
    text: str


class _Sample(NamedTuple):
    """How a name was written: ``separator`` between its subscripts, "" where they stand close."""

    base: str
    separator: str
    braces: bool
    glued: bool
    label: str


class Notation:
    """What the author's names look like."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.words: dict[object, Word] = {}
        self.phrases: dict[object, Word] = {}
        self._samples: dict[str, _Sample] = {}
        self._derivatives: dict[str, tuple[str, int, int]] = {}
        self._texts: dict[tuple[int, tuple[tuple[str, int], ...]], dict[Scalar, str]] = {}
        self.glues: dict[str, int] = {}
        self.more: dict[object, Word] = {}
        """Names that the document does not hold: the other tensors of a network."""
        self.plain = False
        self._numbered: set[str] = set()
        self.sums: dict[tuple[str, Node | None, Node | None], None] = {}
        self.differences: Counter[object] = Counter()
        """How often each sum of two parts is written, such as the o − y of a loss."""

    def learn(self, node: Node, text: str) -> None:
        """Take in every name of a resolved formula; ``text`` is what was read."""
        from symgrad.verify.meaning import bare

        pending = [node]
        while pending:
            here = pending.pop()
            if (
                isinstance(here, Scripted)
                and isinstance(here.base, Name)
                and here.base.letter == "e"
                and here.sups
            ):
                self._learn_phrase(here, text)
                pending += reversed(here.sups)
                continue
            if isinstance(here, Name | Accent | Scripted) and spelled(here) is not None:
                self._learn_name(here, text)
                self.words.setdefault(bare(here), Word(here, text[here.span[0] : here.span[1]]))
                if isinstance(here, Scripted) and here.sups:
                    base = here._replace(sups=tuple(s for s in here.sups if s in label_nodes(here)))
                    if base.sups != here.sups:
                        plain: Node = base if base.sub is not None or base.sups or base.primes else base.base
                        shown = text[plain.span[0] : self._stop(plain, base, text)]
                        self.words.setdefault(bare(plain), Word(plain, shown))
                continue
            if isinstance(here, Derivative) and here.of is not None and here.notation == "fraction":
                shown = text[here.span[0] : here.span[1]]
                # TeX's \over reaches as far as the braces do.
                over = int("\\over" in shown and not shown.startswith("{"))
                if over:
                    shown = "{" + shown + "}"
                self.words.setdefault(bare(here), Word(here, shown))
                if len(here.by) == 1:
                    of = spelled(here.of)
                    if of is not None:
                        start, stop = (place - here.span[0] + over for place in here.by[0].span)
                        self._derivatives.setdefault(of.key, (shown, start, stop))
            elif isinstance(here, Sum) and len(here.terms) == _PAIR:
                self.differences[bare(here)] += 1
            elif isinstance(here, Call):
                self.words.setdefault(bare(here), Word(here, text[here.span[0] : here.span[1]]))
            elif isinstance(here, Product):
                one, other = here.factors[0].node, here.factors[1].node
                between = text[one.span[1] : other.span[0]].strip("{}()")
                if len(here.factors) == _PAIR and not between.strip() and spelled(one) and spelled(other):
                    start, stop = here.span
                    group = Group("(", here, here.span)
                    if len(self.phrases) < _MOST_PHRASES:
                        self.phrases.setdefault(bare(group), Word(group, f"({text[start:stop]})"))
                if between.strip() in GLUES:
                    self.glues[between] = self.glues.get(between, 0) + 1
            elif isinstance(here, Big):
                self._learn_sum(here, text)
            elif isinstance(here, Group) and isinstance(here.inner, Sum) and here.bracket in ("(", "["):
                self._learn_phrase(here, text)
            elif isinstance(here, Group) and isinstance(here.inner, Sum) and here.bracket in ("‖", "|"):
                start, stop = here.inner.span
                group = here._replace(bracket="(")
                self.phrases.setdefault(bare(group), Word(group, f"({text[start:stop]})"))
            elif isinstance(here, Quotient) and isinstance(here.bottom, Sum | Big):
                self._learn_sum_below(here, text)
            elif isinstance(here, Root) or (
                isinstance(here, Quotient) and not isinstance(here.top, Derivative)
            ):
                self._learn_phrase(here, text)
            pending += reversed(here.arguments if isinstance(here, Call) else children(here))

    def _learn_sum(self, node: Big, text: str) -> None:
        """The sign of a sum with its limits, and the sum itself where it is short."""
        if node.operator == "sum" and node.lower is not None:
            sign = text[node.span[0] : node.body.span[0]].rstrip(" {([").removesuffix("\\left").rstrip()
            if not any(sign == known for known, _, _ in self.sums):
                self.sums[sign, node.lower, node.upper] = None
            self._learn_phrase(node, text)

    def _learn_sum_below(self, node: Quotient, text: str) -> None:
        """A fraction, and its denominator for itself."""
        from symgrad.verify.meaning import bare

        if not isinstance(node.top, Derivative):
            self._learn_phrase(node, text)
        start, stop = node.bottom.span
        if stop - start <= _LONGEST_PHRASE and len(self.phrases) < _MOST_PHRASES:
            group = Group("(", node.bottom, node.bottom.span)
            self.phrases.setdefault(bare(group), Word(group, f"({text[start:stop]})"))

    def _learn_phrase(self, node: Node, text: str) -> None:
        """A bracket, a fraction or a sum that may be missing elsewhere as a whole."""
        from symgrad.verify.meaning import bare

        start, stop = node.span
        if stop - start <= _LONGEST_PHRASE and len(self.phrases) < _MOST_PHRASES:
            self.phrases.setdefault(bare(node), Word(node, text[start:stop]))

    def _stop(self, plain: Node, base: Scripted, text: str) -> int:
        """Where a name ends whose power is left out, with the braces that close its scripts."""
        start, stop = plain.span
        if plain is base:
            parts = [base.base.span[1], *(part.span[1] for part in base.sups)]
            stop = max([*parts, base.sub.span[1]] if base.sub is not None else parts)
        while text[stop : stop + 1] == "}" and text.count("{", start, stop) > text.count("}", start, stop):
            stop += 1
        return stop

    def _learn_name(self, node: Node, text: str) -> None:
        named = self.context.named(node)
        if named is None:
            return
        key = named[0].key
        if not isinstance(node, Scripted):
            here = text[node.span[0] : node.span[1]]
            if named[0].subs:  # digits glued to the letter: w5
                stem = here.rstrip("0123456789")
                self._samples[key] = _Sample(stem, separator="", braces=False, glued=True, label="")
            else:
                self._samples.setdefault(key, _Sample(here, "", False, False, ""))
            return
        base_node: Node = node
        while isinstance(base_node, Scripted):
            base_node = base_node.base
        base = text[base_node.span[0] : base_node.span[1]]
        labels, _ = label_items(node.sups)
        label = ""
        if named[0].labels and not node.sups:
            # z1_2, the second z of layer 1.
            base, label = base.rstrip("0123456789"), _GLUED
        elif labels or named[0].labels:
            brackets = {getattr(sup, "bracket", "") for sup in node.sups}
            label = "^{(%s)}" if "(" in brackets else "^{[%s]}" if "[" in brackets else "^{%s}"
        sub = node.sub
        if sub is None:
            known = self._samples.get(key)
            self._samples[key] = (known or _Sample(base, "", False, False, ""))._replace(label=label)
            return
        separator = ""
        if isinstance(sub, Listed):
            separator = text[sub.items[0].span[1] : sub.items[1].span[0]]
        before = text[base_node.span[1] : sub.span[0]]
        braces = "{" in before
        glued = "_" not in before
        known = self._samples.get(key)
        if isinstance(sub, Number) and key not in self._numbered:
            self._numbered.add(key)
            known = None
        closer = known is not None and not known.separator and bool(separator)
        if known is None or closer or (known.braces and not braces) or not known.base:
            label = label or (known.label if known else "")
            self._samples[key] = _Sample(base, separator, braces, glued, label)

    def entry(self, key: str, labels: tuple[int, ...], subs: tuple[int, ...]) -> str:
        """An entry of a name."""
        sample = self._samples.get(key)
        if sample is None:
            sample = self._usual(letter_text(key, self.plain), len(subs))
        text = sample.base
        if labels and sample.label == _GLUED:
            text, labels = text + "".join(map(str, labels)), ()
        if subs:
            separator = sample.separator or ("" if all(0 <= n < 10 for n in subs) else ",")
            if self.plain and not sample.braces and separator.strip() == ",":
                separator = "_"  # a comma ends what stands without braces
            inner = separator.join(map(str, subs))
            if sample.glued and not (separator and separator in inner):
                text += inner
            elif sample.glued or ((len(inner) == 1 or self.plain) and not sample.braces):
                text += f"_{inner}"
            else:
                text += f"_{{{inner}}}"
        if labels:
            text += (sample.label or "^{(%s)}") % ",".join(map(str, labels))
        return text

    def _usual(self, base: str, subs: int) -> _Sample:
        """How a name that does not occur would be written: as others with several subscripts are."""
        label = next((sample.label for sample in self._samples.values() if sample.label), "")
        for sample in self._samples.values():
            if subs > 1 and sample.separator:
                return sample._replace(base=base, label=label)
        return _Sample(base, "", False, self.plain and label != _GLUED, label)

    def symbol(self, scalar: Scalar, world: World, env: Env) -> str | None:
        """A symbol as the author would write it."""
        texts = self.texts(world, env)
        if scalar in texts:
            return texts[scalar]
        if scalar.kind != "symbol":
            return None
        key = scalar.letter.key
        if not isinstance(key, tuple):
            return None
        if key[0] == "entry":
            name, labels, subs = key[2], key[3], key[4]
            place = key[5] if len(key) > 5 else ()
            native = world.native.get(name)
            if native is not None:
                return native.spelled(self, labels, (*subs, *place))
            return self.entry(name, labels, (*subs, *place))
        if key[0] == "upstream":
            (loss, _), output = key[2], key[3]
            return self.derivative(loss, self.symbol(output, world, env) or output.letter.name)
        if key[0] == "adjoint":
            return None
        return scalar.letter.name

    def derivative(self, loss: str, by: str) -> str:
        """``∂loss/∂by``."""
        sample = self._derivatives.get(loss)
        if sample is None and self._derivatives:
            other, sample = next(iter(self._derivatives.items()))
            if other != loss:
                text = sample[0]
                sample = None
                if self.plain or "\\frac" not in text:
                    return f"d{letter_text(loss, True)}/d{by}"
        if sample is None:
            if self.plain:
                return f"d{letter_text(loss, True)}/d{by}"
            return f"\\frac{{\\partial {letter_text(loss, False)}}}{{\\partial {by}}}"
        text, start, stop = sample
        before = text[:start]
        command = before.rpartition("\\")[2]
        glue = " " if command != before and command.isalpha() and by[:1].isalpha() else ""
        return text[:start] + glue + by + text[stop:]

    def texts(self, world: World, env: Env) -> dict[Scalar, str]:
        """The author's texts by the symbols that they mean here."""
        from symgrad.verify.meaning import evaluate

        place = (world.serial, tuple(sorted(env.indices.items())))
        if place not in self._texts:
            found: dict[Scalar, str] = {}
            # A name before the derivative that has its value.
            for word in sorted(self.words.values(), key=lambda word: isinstance(word.node, Derivative)):
                if isinstance(word.node, Call):
                    continue
                try:
                    value = evaluate(word.node, world, env)
                except (UnsettledError, RecursionError):
                    continue
                if value.shape or value.flexible or value.entries[0].kind != "symbol":
                    continue
                symbol = value.entries[0]
                if (
                    isinstance(word.node, Derivative)
                    and isinstance(symbol.letter.key, tuple)
                    and symbol.letter.key[0] == "entry"
                ):
                    continue  # the derivative is a name: the name says it
                found.setdefault(symbol, word.text)
            self._texts[place] = found
        return self._texts[place]

    @property
    def glue(self) -> str:
        """What the author writes most often between two factors."""
        glues = {glue: count for glue, count in self.glues.items() if glue or not self.plain}
        best = max(glues, key=lambda glue: glues[glue], default="*" if self.plain else " ")
        return best or " "

    def vocabulary(self) -> Iterator[Word]:
        """Every name, derivative and value of a function in the document, and its functions' derivatives."""
        yield from self.words.values()
        yield from (word for key, word in self.more.items() if key not in self.words)
        yield from self.phrases.values()
        seen: set[str] = set()
        for word in list(self.words.values()):
            if isinstance(word.node, Call):
                primed = primed_call(word)
                if primed is not None and primed.text not in seen:
                    seen.add(primed.text)
                    yield primed


def label_nodes(node: Scripted) -> tuple[Node, ...]:
    """The superscripts of a name that are labels in brackets."""
    from symgrad.verify.syntax import Label

    return tuple(part for part in node.sups if isinstance(part, Label))


def primed_call(word: Word) -> Word | None:
    """``f(x)`` as ``f'(x)``."""
    call = word.node
    if not isinstance(call, Call):
        return None
    function = call.function
    if not call.bracketed or (isinstance(function, Name) and function.letter in _NEVER_PRIMED):
        return None
    made: Node
    if isinstance(function, Scripted):
        if function.primes or function.sups:
            return None
        made = function._replace(primes=1)
    else:
        made = Scripted(function, None, (), 1, function.span)
    length = function.span[1] - function.span[0]
    return Word(call._replace(function=made), word.text[:length] + "'" + word.text[length:])


def glued(words: Sequence[str], glue: str) -> str:
    """Words with ``glue`` between them, and a blank where a command would swallow the letter after it."""
    text = ""
    for word in words:
        between = glue if text else ""
        command = (text + between).rpartition("\\")
        if command[1] and command[2].isalpha() and word[:1].isalpha():
            between += " "
        text += between + word
    return text


def raised(text: str, exponent: int | Fraction, plain: bool) -> str:
    """A name to a power; one that has something above it already goes into braces."""
    if "^" in text:
        text = f"({text})" if plain else f"{{{text}}}"
    return f"{text}^{exponent}" if 0 < exponent < 10 else f"{text}^{{{exponent}}}"


def letter_text(key: str, plain: bool) -> str:
    """A letter as a page writes it, from its key."""
    accent, _, letter = key.rpartition(":")
    if plain:
        return letter
    letter = _GREEK.get(letter, letter)
    match accent:
        case "":
            return letter
        case "cal":
            return f"\\mathcal{{{letter}}}"
        case "bb":
            return f"\\mathbb{{{letter}}}"
        case _:
            return f"\\{accent}{{{letter}}}"


_GREEK = {
    "α": "\\alpha", "β": "\\beta", "γ": "\\gamma", "δ": "\\delta", "ε": "\\epsilon", "η": "\\eta",
    "θ": "\\theta",
    "λ": "\\lambda", "μ": "\\mu", "ν": "\\nu", "π": "\\pi", "ρ": "\\rho", "σ": "\\sigma", "τ": "\\tau",
    "φ": "\\phi", "ψ": "\\psi", "ω": "\\omega", "Σ": "\\Sigma", "ℓ": "\\ell", "κ": "\\kappa", "ξ": "\\xi",
}  # fmt: skip
