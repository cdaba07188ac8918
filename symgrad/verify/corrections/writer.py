"""The author's text of a formula, and how a piece of it would read if it were changed."""

from __future__ import annotations

from typing import Final

from symgrad.verify.claims import Kind
from symgrad.verify.context import Context
from symgrad.verify.corrections.spots import Change, Spot, transposed_node
from symgrad.verify.documents.pieces import Span
from symgrad.verify.names import is_transpose, label_items, spelled
from symgrad.verify.notation import GLUES, Notation, Word
from symgrad.verify.syntax import Derivative, Group, Label, Name, Node, Number, Product, Scripted, Sum

_MARKS: Final = ("^{\\top}", "^\\top", "^\\intercal", "^{\\mathsf T}", "^{\\mathsf{T}}", "^{T}", "^T", "^⊤")


class Writer:
    """The text that a formula was read from, in one notation.

    ``offset`` is where the text begins: a word of another passage is written from its own text.
    """

    def __init__(self, text: str, context: Context, notation: Notation, offset: int = 0) -> None:
        self.text = text
        self.context = context
        self.notation = notation
        self.offset = offset
        self._words: list[Word] | None = None
        self._values: list[Word] | None = None
        self._mark: str | None = None
        self.kin: list[Word] | None = None

    @property
    def words(self) -> list[Word]:
        """What the document speaks of."""
        if self._words is None:
            self._words = list(self.notation.vocabulary())
        return self._words

    @property
    def values(self) -> list[Word]:
        """Those that have a value by themselves: no indices, no parameters of functions."""
        if self._values is None:
            declared = self.context.declarations
            parameters = {
                spelling.key
                for definitions in self.context.functions.values()
                for definition in definitions
                for spelling in map(spelled, definition.pattern.parameters or ())
                if spelling is not None and spelling.key not in declared
            }
            self._values = [
                word
                for word in self.words
                if not isinstance(word.node, Name)
                or not (
                    word.node.letter in parameters
                    or word.node.letter in self.context.bound
                    or (
                        word.node.letter in self.context.ranges and not self.context.is_size(word.node.letter)
                    )
                )
            ]
        return self._values

    def of_word(self, word: Word) -> Writer:
        """The writer of a word's own text."""
        return Writer(word.text, self.context, self.notation, word.node.span[0])

    def at(self, span: Span) -> str:
        """What stands there."""
        return self.text[max(0, span[0] - self.offset) : max(0, span[1] - self.offset)]

    def change(
        self, spot: Spot, new: Node, text: str, kind: Kind, cost: float, span: Span | None = None,
        note: str = "",
    ) -> Change:  # fmt: skip
        """The part replaced by another, written as ``text``."""
        where = spot.node.span if span is None else span
        return Change(spot, new, ((where, text),), kind, spot.term, cost, note)

    # Braces

    def closed(self, position: int) -> int:
        """Past the braces that close right after a position."""
        while self.at((position, position + 1)) == "}":
            position += 1
        return position

    def closed_if(self, start: int, stop: int) -> int:
        """Past the brace that closes what opened before ``start``."""
        return stop + 1 if self.at((start - 1, start)) == "{" and self.at((stop, stop + 1)) == "}" else stop

    def script(self, span: Span, text: str) -> tuple[Span, str]:
        """The replacement of a script, in braces where it needs some of its own."""
        if len(text) == 1 or self.at((span[0] - 1, span[0])) in ("{", "[", "(", ",") or self.notation.plain:
            return span, text
        return span, "{" + text + "}"

    def glued(self, span: Span, text: str) -> str:
        """The text, set off from a command that stands right before it."""
        before = self.at((max(0, span[0] - 12), span[0]))
        command = before.rpartition("\\")[2]
        if text[:1].isalpha() and command != before and command.isalpha():
            return " " + text
        return text

    def stem_stop(self, node: Node) -> int:
        """Where a name ends, powers and transposes left out."""
        if isinstance(node, Scripted):
            _, rest = label_items(node.sups)
            stops = [node.base.span[1]]
            if node.sub is not None:
                stops.append(self.closed(node.sub.span[1]))
            stops += [self.closed(s.span[1]) for s in node.sups if s not in rest]
            return max(stops)
        return node.span[1]

    # Products and fractions

    def glue(self, node: Node | None = None) -> str:
        """What the author writes between two factors."""
        if isinstance(node, Product):
            one, other = node.factors[0].node, node.factors[1].node
            between = self.at((one.span[1], other.span[0])).strip("{}()")
            if between.strip() in GLUES:
                return between or ("*" if self.notation.plain else " ")
        return self.notation.glue

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction."""
        return f"{top}/{bottom}" if self.notation.plain else f"\\frac{{{top}}}{{{bottom}}}"

    def bracketed(self, text: str) -> str:
        """The text in brackets."""
        return f"({text})" if self.notation.plain or "\\frac" not in text else f"\\left({text}\\right)"

    # Transposes

    def transpose_mark(self) -> str:
        """How the author transposes."""
        if self._mark is None:
            self._mark = self._found_mark()
        return self._mark

    def _found_mark(self) -> str:
        for mark in _MARKS:
            if mark in self.text or any(mark in word.text for word in self.words):
                return mark
        for mark in ("\\top", "T"):
            if any(
                word.text.endswith((mark, mark + "}"))
                for word in self.words
                if isinstance(word.node, Scripted)
            ):
                return "^\\top" if mark == "\\top" else "^T"
        return "^\\top" if "\\top" in self.text else "^T"

    def untransposed(self, node: Scripted) -> tuple[Node, str]:
        """A name without its ᵀ."""
        part = next(part for part in node.sups if is_transpose(part))
        kept = tuple(other for other in node.sups if other is not part)
        bare: Node = node._replace(sups=kept)
        if not kept and node.sub is None and not node.primes:
            bare = node.base
        start, stop = part.span
        if len(node.sups) == 1:
            head = self.at((node.span[0], start)).rstrip("{ ").rstrip()
            return bare, head.removesuffix("^").rstrip() + self.at(
                (self.closed_if(start, stop), node.span[1])
            )
        return bare, self.at((node.span[0], start)).rstrip() + self.at((stop, node.span[1])).lstrip()

    def transposed(self, node: Node, text: str | None = None) -> tuple[Node, str]:
        """A part with ᵀ, or without where it has one."""
        if isinstance(node, Scripted) and any(is_transpose(part) for part in node.sups):
            return self.untransposed(node)
        here = self.at(node.span) if text is None else text
        mark = self.transpose_mark()
        made = transposed_node(node)
        if isinstance(node, Group):
            return made, here + mark
        if isinstance(node, Scripted) and node.sups:
            last = node.sups[-1]
            if here.endswith("}") and isinstance(last, Label):
                bare = mark.strip("^{}")
                return made, here[:-1] + (bare if bare == "T" else mark.lstrip("^")) + "}"
            return made, "{" + here + "}" + mark
        if isinstance(node, Name | Scripted) or not isinstance(node, Derivative | Product | Sum | Number):
            return made, here + mark
        return made, self.bracketed(here) + mark

    def has_power(self, node: Node) -> bool:
        """Whether a name or a bracket is raised to a power."""
        if isinstance(node, Scripted):
            _, rest = label_items(node.sups)
            return any(not is_transpose(part) for part in rest)
        return False
