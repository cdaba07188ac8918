"""Single corrections that a formula might need: each is a formula with one thing changed, and the text of it.

Nothing here knows what is true. The diagnosis tries the changes, most plausible first, and keeps one that makes
the formula right; so a finding is never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from symgrad.verify.claims import Kind
from symgrad.verify.context import Context
from symgrad.verify.documents.pieces import Span
from symgrad.verify.names import is_transpose, label_items, plain_index, spelled
from symgrad.verify.notation import Notation, Word
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Cases,
    Derivative,
    Factor,
    Group,
    Label,
    Listed,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Root,
    Scripted,
    Sum,
    Term,
    Transposed,
)

Rebuild = Callable[[Node], Node]


class Spot(NamedTuple):
    """A part of a formula: how to build the whole with another part there, and what it stands in.

    ``term`` is the smallest summand (of a sum of several) or factor around it: what a finding names.
    """

    node: Node
    rebuild: Rebuild
    term: Span
    inside: Node | None
    whole: Node | None = None
    """The formula that it is a part of."""


class Change(NamedTuple):
    """A correction: the formula with it, the text that makes it so, and how to speak of it."""

    node: Node
    edits: tuple[tuple[Span, str], ...]
    kind: Kind
    span: Span
    cost: float
    note: str = ""


SWAPPED: Final = {
    "tanh": ("σ", "sigmoid"), "σ": ("tanh",), "sigmoid": ("tanh",), "exp": ("log",), "log": ("exp",),
    "ln": ("exp",), "sin": ("cos",), "cos": ("sin",), "softmax": ("σ", "sigmoid"), "max": ("min",), "min": ("max",),
    "sinh": ("cosh",), "cosh": ("sinh",),
}  # fmt: skip


def spots(node: Node) -> list[Spot]:
    """Every part of a formula, the whole first."""
    found: list[Spot] = []
    pending: list[Spot] = [Spot(node, lambda new: new, node.span, None, node)]
    while pending:
        spot = pending.pop()
        found.append(spot)
        pending += reversed(list(_parts(spot)))
    return found


def _parts(spot: Spot) -> Iterator[Spot]:
    node, rebuild = spot.node, spot.rebuild

    def part(child: Node, put: Callable[[Node], Node], term: Span | None = None) -> Spot:
        return Spot(child, lambda new: rebuild(put(new)), term or spot.term, node, spot.whole)

    match node:
        case Sum():
            several = len(node.terms) > 1
            for n, term in enumerate(node.terms):
                yield part(
                    term.node,
                    lambda new, n=n, term=term: node._replace(  # type: ignore[misc]
                        terms=(*node.terms[:n], term._replace(node=new), *node.terms[n + 1 :])
                    ),
                    term.span if several else None,
                )
        case Product():
            for n, factor in enumerate(node.factors):
                yield part(
                    factor.node,
                    lambda new, n=n, factor=factor: node._replace(  # type: ignore[misc]
                        factors=(*node.factors[:n], factor._replace(node=new), *node.factors[n + 1 :])
                    ),
                    spot.term if _short(node, spot.term) else factor.node.span,
                )
        case Quotient():
            yield part(node.top, lambda new: node._replace(top=new), node.top.span)
            yield part(node.bottom, lambda new: node._replace(bottom=new), node.bottom.span)
        case Group():
            yield part(node.inner, lambda new: node._replace(inner=new))
        case Root():
            yield part(node.inner, lambda new: node._replace(inner=new))
        case Call():
            for n, argument in enumerate(node.arguments):
                yield part(
                    argument,
                    lambda new, n=n: node._replace(  # type: ignore[misc]
                        arguments=(*node.arguments[:n], new, *node.arguments[n + 1 :])
                    ),
                )
        case Big():
            yield part(node.body, lambda new: node._replace(body=new))
            if node.upper is not None:
                yield part(node.upper, lambda new: node._replace(upper=new))
            if isinstance(node.lower, Relation):
                lower = node.lower
                yield part(lower.right, lambda new: node._replace(lower=lower._replace(right=new)))
        case Derivative():
            if node.of is not None:
                yield part(node.of, lambda new: node._replace(of=new))
            for n, by in enumerate(node.by):
                yield part(by, lambda new, n=n: node._replace(by=(*node.by[:n], new, *node.by[n + 1 :])))  # type: ignore[misc]
        case Scripted():
            if spelled(node) is None or _is_e(node):
                yield part(node.base, lambda new: node._replace(base=new))
            for n, sup in enumerate(node.sups):
                if not isinstance(sup, Label | Transposed):
                    yield part(sup, lambda new, n=n: node._replace(sups=(*node.sups[:n], new, *node.sups[n + 1 :])))  # type: ignore[misc]
        case Matrix():
            for i, row in enumerate(node.rows):
                for j, entry in enumerate(row):
                    yield part(
                        entry,
                        lambda new, i=i, j=j, row=row: node._replace(  # type: ignore[misc]
                            rows=(*node.rows[:i], (*row[:j], new, *row[j + 1 :]), *node.rows[i + 1 :])
                        ),
                        entry.span,
                    )
        case Cases():
            for i, (value, condition) in enumerate(node.rows):
                yield part(
                    value,
                    lambda new, i=i, condition=condition: node._replace(  # type: ignore[misc]
                        rows=(*node.rows[:i], (new, condition), *node.rows[i + 1 :])
                    ),
                    value.span,
                )
        case Relation():
            yield part(node.left, lambda new: node._replace(left=new))
            yield part(node.right, lambda new: node._replace(right=new))
        case _:
            return


def _short(node: Product, term: Span) -> bool:
    """Whether a product of plain names is a whole summand: then the summand is what is wrong."""
    return (
        term[1] - term[0] < 120
        and term[0] <= node.span[0]
        and node.span[1] <= term[1]
        and all(isinstance(f.node, Name | Scripted | Accent | Number | Derivative) for f in node.factors)
    )


def _is_e(node: Scripted) -> bool:
    return isinstance(node.base, Name) and node.base.letter == "e"


class Changes:
    """The corrections of one formula, in one notation."""

    def __init__(self, text: str, context: Context, notation: Notation) -> None:
        self.text = text
        self.context = context
        self.notation = notation
        self.words = list(notation.vocabulary())

    def of(self, spot: Spot) -> Iterator[Change]:
        """Corrections at a part of a formula."""
        node = spot.node
        yield from self.signs(spot)
        if spelled(node) is not None and not (isinstance(node, Scripted) and _is_e(node)):
            yield from self.names(spot)
        match node:
            case Number():
                yield from self.numbers(spot)
            case Product():
                yield from self.products(spot)
            case Quotient():
                yield self.change(
                    spot, node._replace(top=node.bottom, bottom=node.top),
                    f"\\frac{{{self.at(node.bottom.span)}}}{{{self.at(node.top.span)}}}", "wrong-term", 2.5,
                )  # fmt: skip
            case Call():
                yield from self.functions(spot)
            case Scripted():
                yield from self.powers(spot)
            case Derivative():
                yield from self.derivatives(spot)
            case Big():
                yield from self.wrapped(spot)
            case Group():
                yield from self.grouped(spot)
            case _:
                pass
        yield from self.summed(spot)
        if isinstance(node, Group | Name | Accent | Call | Scripted) and not self.has_power(node):
            yield from self.squared(spot)

    # Helpers

    def at(self, span: Span) -> str:
        return self.text[span[0] : span[1]]

    def change(
        self, spot: Spot, new: Node, text: str, kind: Kind, cost: float, span: Span | None = None, note: str = ""
    ) -> Change:
        """The part replaced by another, written as ``text``."""
        where = spot.node.span if span is None else span
        return Change(spot.rebuild(new), ((where, text),), kind, spot.term, cost, note)

    def has_power(self, node: Node) -> bool:
        if isinstance(node, Scripted):
            _, rest = label_items(node.sups)
            return any(not is_transpose(part) for part in rest)
        return False

    # Signs, terms

    def signs(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        if isinstance(node, Sum):
            for n, term in enumerate(node.terms):
                flipped = term._replace(sign=-term.sign)
                new = node._replace(terms=(*node.terms[:n], flipped, *node.terms[n + 1 :]))
                start, stop = term.span[0], term.node.span[0]
                before = self.text[start:stop]
                core = before.strip()
                if core in ("+", "-", "−"):
                    sign = "-" if term.sign > 0 else "+"
                    if sign == "+" and n == 0:
                        sign = ""
                    edit = (start, stop), before.replace(core, sign) if sign else before.replace(core, "").lstrip()
                else:
                    edit = (stop, stop), "-" if term.sign > 0 else ""
                yield Change(spot.rebuild(new), (edit,), "sign", term.span if len(node.terms) > 1 else spot.term, 1.0)
            if len(node.terms) > 1:
                for n, term in enumerate(node.terms):
                    rest = (*node.terms[:n], *node.terms[n + 1 :])
                    left: Node = node._replace(terms=rest)
                    edits = self.without_term(node, n)
                    repeated = any(_same(term.node, other.node) for k, other in enumerate(node.terms) if k != n)
                    yield Change(
                        spot.rebuild(left), edits, "repeated-term" if repeated else "extra-term", term.span, 2.0
                    )
        elif not isinstance(spot.inside, Sum | Group) or spot.inside is None:
            if spot.inside is None or isinstance(spot.inside, Call | Scripted | Quotient | Derivative):
                if spelled(node) is not None and isinstance(spot.inside, Derivative):
                    return
                new = Sum((Term(-1, node, node.span),), node.span)
                cost = 1.1 if spot.inside is None else 1.6
                yield Change(spot.rebuild(new), (((node.span[0], node.span[0]), "-"),), "sign", spot.term, cost)

    def without_term(self, node: Sum, n: int) -> tuple[tuple[Span, str], ...]:
        """The text without a summand; the sign of what becomes first is left out if it is a plus."""
        term = node.terms[n]
        if n > 0:
            start = node.terms[n - 1].span[1]
            return (((start, term.span[1]), ""),)
        after = node.terms[1]
        stop = after.node.span[0] if after.sign > 0 else after.span[0]
        return (((term.span[0], stop), ""),)

    # Names

    def names(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        named = self.context.named(node)
        if named is None:
            return
        pattern, rest, primes = named
        here = self.at(node.span)
        inside = spot.inside
        for word in self.words:
            if isinstance(word.node, Call | Derivative):
                continue
            other = self.context.named(word.node)
            if other is None or _same(word.node, node):
                continue
            if rest and not other[1]:
                tail = self.at((self._stem_stop(node), node.span[1]))
                new = _with_sups(word.node, rest)
                text = word.text + tail
            elif rest or other[1]:
                continue
            else:
                new, text = word.node, word.text
            if primes != other[2]:
                continue
            new = _moved(new, node.span)
            same = other[0].key == pattern.key
            accents = other[0].key.rpartition(":")[2] == pattern.key.rpartition(":")[2]
            digits = _stem(other[0].key) == _stem(pattern.key) and _stem(pattern.key) != pattern.key
            cost = 1.2 if same or digits else 1.8 if accents else 3.0
            if isinstance(inside, Derivative):
                cost += 0.6
            kind: Kind = "wrong-index" if same or digits else "wrong-term"
            if same:
                continue  # indices are changed one by one below, with words that need not occur
            yield self.change(spot, new, self.glued(node.span, text), kind, cost)
        yield from self.indices(spot, here)
        if not isinstance(inside, Derivative):
            yield from self.transposes(spot)
            if primes == 0 and not rest:
                yield from self.function_of(spot)

    def _stem_stop(self, node: Node) -> int:
        if isinstance(node, Scripted):
            _, rest = label_items(node.sups)
            stops = [node.base.span[1]]
            if node.sub is not None:
                stops.append(self.closed(node.sub.span[1]))
            stops += [self.closed(s.span[1]) for s in node.sups if s not in rest]
            return max(stops)
        return node.span[1]

    def closed(self, position: int) -> int:
        """Past the braces that close right after a position."""
        while position < len(self.text) and self.text[position] == "}":
            position += 1
        return position

    def glued(self, span: Span, text: str) -> str:
        """The text, set off from a command that stands right before it."""
        before = self.text[max(0, span[0] - 12) : span[0]]
        if text[:1].isalpha() and before[-1:].isalpha() and "\\" in before:
            return " " + text
        return text

    def indices(self, spot: Spot, here: str) -> Iterator[Change]:
        """Another value of one subscript or label."""
        node = spot.node
        base: Node = node
        if isinstance(node, Accent) and isinstance(node.inner, Scripted):
            inner = node.inner
            yield from self._of_scripts(spot, inner, lambda new: node._replace(inner=new))
            return
        if isinstance(base, Scripted):
            yield from self._of_scripts(spot, base, lambda new: new)

    def _of_scripts(self, spot: Spot, node: Scripted, put: Callable[[Node], Node]) -> Iterator[Change]:
        if node.sub is not None and self.context.index_like(node.sub) or isinstance(node.sub, Listed):
            sub = node.sub
            assert sub is not None
            for new, text, gap in self.other_subs(sub, node):
                yield Change(
                    spot.rebuild(put(node._replace(sub=new))), ((sub.span, text) if self._braced(sub, text) else self._bracing(sub, text),),
                    "wrong-index", spot.term, 1.0 + 0.05 * gap + (0.5 if isinstance(spot.inside, Derivative) else 0.0),
                )  # fmt: skip
        for n, sup in enumerate(node.sups):
            inner = sup.inner if isinstance(sup, Label) else sup
            key = spelled(node)
            bare_label = key is not None and key.key in self.context.bare_labels
            if isinstance(sup, Transposed) or not (isinstance(sup, Label) or bare_label) or not plain_index(inner):
                continue
            for new, text, gap in self.other_subs(inner, node):
                made: Node = sup._replace(inner=new) if isinstance(sup, Label) else new
                edit = (inner.span, text) if isinstance(sup, Label) or self._braced(inner, text) else self._bracing(inner, text)
                yield Change(
                    spot.rebuild(put(node._replace(sups=(*node.sups[:n], made, *node.sups[n + 1 :])))),
                    (edit,), "wrong-index", spot.term, 1.05 + 0.05 * gap,
                )  # fmt: skip

    def _braced(self, sub: Node, text: str) -> bool:
        return len(text) == 1 or self.text[sub.span[0] - 1 : sub.span[0]] in ("{", "[", "(", ",")

    def _bracing(self, sub: Node, text: str) -> tuple[Span, str]:
        return sub.span, "{" + text + "}"

    def other_subs(self, sub: Node, node: Scripted) -> Iterator[tuple[Node, str, int]]:
        """Another index in one position; two indices swapped."""
        items = sub.items if isinstance(sub, Listed) else (sub,)
        letters = [letter for letter in dict.fromkeys((*self.context.bound, *self.context.ranges)) if len(letter) == 1]
        letters += [word for word in self.used_letters if word not in letters]
        if isinstance(sub, Number):
            digits = self.at(sub.span)
            rank = self.context.rank(spelled(node).key if spelled(node) else "") or 1  # type: ignore[union-attr]
            if len(digits) > 1 and rank == len(digits):
                for n, digit in enumerate(digits):
                    for value in range(10):
                        if str(value) != digit:
                            text = digits[:n] + str(value) + digits[n + 1 :]
                            yield Number(Fraction(int(text)), False, sub.span), text, abs(value - int(digit))
                swapped = digits[::-1]
                if swapped != digits:
                    yield Number(Fraction(int(swapped)), False, sub.span), swapped, 1
                return
        run = isinstance(sub, Name) and len(sub.letter) > 1 and sub.letter not in self.context.bound
        if run:
            assert isinstance(sub, Name)
            for n, old in enumerate(sub.letter):
                for letter in letters:
                    if letter != old:
                        text = sub.letter[:n] + letter + sub.letter[n + 1 :]
                        yield sub._replace(letter=text), text, 1
            if len(sub.letter) == 2 and sub.letter[0] != sub.letter[1]:
                yield sub._replace(letter=sub.letter[::-1]), sub.letter[::-1], 1
            return
        for n, item in enumerate(items):
            for new, text, gap in self.other_index(item, letters):
                if isinstance(sub, Listed):
                    whole = self.at((sub.span[0], item.span[0])) + text + self.at((item.span[1], sub.span[1]))
                    yield sub._replace(items=(*sub.items[:n], new, *sub.items[n + 1 :])), whole, gap
                else:
                    yield new, text, gap
        if len(items) == 2 and isinstance(sub, Listed) and not _same(items[0], items[1]):
            text = self.at(items[1].span) + self.at((items[0].span[1], items[1].span[0])) + self.at(items[0].span)
            yield sub._replace(items=(items[1], items[0])), text, 1

    def other_index(self, item: Node, letters: list[str]) -> Iterator[tuple[Node, str, int]]:
        span = item.span
        here = self.at(span)
        if isinstance(item, Number) and not item.decimal:
            old = int(item.value)
            for value in range(max(0, old - 12), old + 13):
                if value != old:
                    yield Number(Fraction(value), False, span), str(value), abs(value - old)
            for letter in letters:
                yield Name(letter, "", span), _tex(letter), 2
            return
        if isinstance(item, Name):
            for letter in letters:
                if letter != item.letter:
                    yield Name(letter, "", span), _tex(letter), 1
            for value in (1, 2, 3):
                yield Number(Fraction(value), False, span), str(value), 2
        shifted = {1: "+1", -1: "-1", 2: "+2", -2: "-2"}
        for shift, text in shifted.items():
            new: Node = Sum(
                (Term(1, item, span), Term(1 if shift > 0 else -1, Number(Fraction(abs(shift)), False, span), span)), span
            )
            yield new, here + text, abs(shift) + 1
        if isinstance(item, Sum):
            for n, term in enumerate(item.terms):
                flipped = item._replace(terms=(*item.terms[:n], term._replace(sign=-term.sign), *item.terms[n + 1 :]))
                if n:
                    text = self.at((span[0], term.span[0])) + ("-" if term.sign > 0 else "+") + self.at((term.node.span[0], span[1]))
                    yield flipped, text, 1
                if len(item.terms) > 1:
                    rest = (*item.terms[:n], *item.terms[n + 1 :])
                    kept = rest[0].node if len(rest) == 1 and rest[0].sign > 0 else item._replace(terms=rest)
                    first = rest[0].node.span[0] if rest[0].sign > 0 else rest[0].span[0]
                    text = (
                        self.at((first, span[1])) if n == 0 else self.at((span[0], item.terms[n - 1].span[1])) + self.at((term.span[1], span[1]))
                    )
                    yield kept, text, 1
                for inner, text, gap in self.other_index(term.node, letters) if not isinstance(term.node, Sum) else ():
                    changed = item._replace(terms=(*item.terms[:n], term._replace(node=inner), *item.terms[n + 1 :]))
                    if isinstance(inner, Sum):
                        continue
                    yield changed, self.at((span[0], term.node.span[0])) + text + self.at((term.node.span[1], span[1])), gap
        if isinstance(item, Product):
            for n, factor in enumerate(item.factors):
                for inner, text, gap in self.other_index(factor.node, letters):
                    if isinstance(inner, Sum):
                        continue
                    changed_product = item._replace(
                        factors=(*item.factors[:n], factor._replace(node=inner), *item.factors[n + 1 :])
                    )
                    yield changed_product, self.at((span[0], factor.node.span[0])) + text + self.at((factor.node.span[1], span[1])), gap
                rest_factors = (*item.factors[:n], *item.factors[n + 1 :])
                if len(rest_factors) == 1 and n == 0:
                    yield rest_factors[0].node, self.at(rest_factors[0].node.span), 1

    @property
    def used_letters(self) -> list[str]:
        """Index letters that names of the document carry."""
        found: dict[str, None] = {}
        for word in self.words:
            if isinstance(word.node, Scripted) and isinstance(word.node.sub, Name) and len(word.node.sub.letter) == 1:
                if self.context.is_index(word.node.sub.letter):
                    found.setdefault(word.node.sub.letter)
        return list(found)

    def transposes(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        if isinstance(node, Scripted) and any(is_transpose(part) for part in node.sups):
            kept = tuple(part for part in node.sups if not is_transpose(part))
            bare: Node = node._replace(sups=kept)
            if not kept and node.sub is None and not node.primes:
                bare = node.base
            text = self.untransposed(node)
            yield self.change(spot, bare, text, "transpose", 1.0)
            return
        yield self.change(spot, transposed_node(node), self.transposed_text(node), "transpose", 1.0)

    def untransposed(self, node: Scripted) -> str:
        part = next(part for part in node.sups if is_transpose(part))
        start, stop = part.span
        text = self.text
        if len(node.sups) == 1:
            head = text[node.span[0] : start].rstrip("{ ").rstrip()
            return head.removesuffix("^").rstrip() + text[self.closed_if(start, stop) : node.span[1]]
        return text[node.span[0] : start].rstrip() + text[stop : node.span[1]].lstrip()

    def closed_if(self, start: int, stop: int) -> int:
        return stop + 1 if self.text[start - 1 : start] == "{" and self.text[stop : stop + 1] == "}" else stop

    def transposed_text(self, node: Node) -> str:
        here = self.at(node.span)
        mark = self.transpose_mark()
        if isinstance(node, Scripted) and node.sups:
            last = node.sups[-1]
            if here.endswith("}") and isinstance(last, Label):
                return here[:-1] + mark.strip("^{}") .join(("", "}")) if mark.strip("^{}") in ("T",) else here[:-1] + mark.lstrip("^") + "}"
            return "{" + here + "}" + mark
        return here + mark

    def transpose_mark(self) -> str:
        """How the author transposes."""
        for mark in ("^{\\top}", "^\\top", "^\\intercal", "^{\\mathsf T}", "^{\\mathsf{T}}", "^{T}", "^T", "^⊤"):
            if mark in self.text or any(mark in word.text for word in self.words):
                return mark
        for mark in ("\\top", "T"):
            if any(word.text.endswith((mark, mark + "}")) for word in self.words if isinstance(word.node, Scripted)):
                return "^\\top" if mark == "\\top" else "^T"
        return "^\\top" if "\\top" in self.text else "^T"

    # Numbers, powers, functions

    def numbers(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        assert isinstance(node, Number)
        values = [Fraction(n) for n in range(5)] + [node.value + 1, node.value - 1, node.value * 2, node.value / 2]
        power = isinstance(spot.inside, Scripted)
        for value in dict.fromkeys(values):
            if value == node.value or value <= 0 or value.denominator != 1:
                continue
            kind: Kind = "wrong-term" if power else "constant-factor" if isinstance(spot.inside, Product | Quotient) else "wrong-term"
            yield self.change(spot, node._replace(value=value, decimal=False), str(value), kind, 1.3)
        if spot.inside is not None and isinstance(spot.inside, Product | Quotient | Sum | Scripted | Big):
            for word in self.words:
                if isinstance(word.node, Name) and (self.context.is_size(word.node.letter) or word.node.letter in self.context.ranges):
                    yield self.change(spot, _moved(word.node, node.span), word.text, "wrong-term", 2.2)

    def powers(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        assert isinstance(node, Scripted)
        _, rest = label_items(node.sups)
        powers = [part for part in rest if not is_transpose(part)]
        key = spelled(node)
        if key is not None and key.key in self.context.bare_labels:
            return
        if len(powers) != 1 or _is_e(node):
            return
        sups = tuple(part for part in node.sups if part is not powers[0])
        bare: Node = node._replace(sups=sups)
        if not sups and node.sub is None and not node.primes:
            bare = node.base
        start = powers[0].span[0]
        head = self.text[node.span[0] : start].rstrip("{ ").rstrip().removesuffix("^").rstrip()
        yield self.change(spot, bare, head + self.text[self.closed_if(start, powers[0].span[1]) : node.span[1]], "wrong-term", 1.5)
        if isinstance(powers[0], Number) and powers[0].value > 0:
            negative = Sum((Term(-1, powers[0], powers[0].span),), powers[0].span)
            new = node._replace(sups=tuple(negative if part is powers[0] else part for part in node.sups))
            yield Change(spot.rebuild(new), ((powers[0].span, "{-" + self.at(powers[0].span) + "}"),), "wrong-term", spot.term, 2.0)
        for word in self.words:
            if isinstance(word.node, Name) and word.node.letter in self.context.ranges and isinstance(powers[0], Number):
                raised = node._replace(sups=tuple(word.node if part is powers[0] else part for part in node.sups))
                yield Change(spot.rebuild(raised), ((powers[0].span, word.text),), "wrong-term", spot.term, 2.0)

    def squared(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        if isinstance(spot.inside, Derivative | Relation):
            return
        here = self.at(node.span)
        choices: list[tuple[Node, str]] = [(Number(Fraction(n), False, node.span), str(n)) for n in (2, 3)]
        choices += [
            (word.node, word.text) for word in self.words
            if isinstance(word.node, Name) and word.node.letter in self.context.ranges and not self.context.is_size(word.node.letter)
        ]  # fmt: skip
        half = Quotient(Number(Fraction(1), False, node.span), Number(Fraction(2), False, node.span), node.span)
        choices.append((half, "{1/2}"))
        choices.append((Sum((Term(-1, Number(Fraction(1), False, node.span), node.span),), node.span), "{-1}"))
        for exponent, text in choices:
            if isinstance(node, Scripted) and not node.sups:
                new: Node = node._replace(sups=(exponent,))
            else:
                new = Scripted(node, None, (exponent,), 0, node.span)
            if isinstance(node, Call):
                new = Scripted(Group("(", node, node.span), None, (exponent,), 0, node.span)
            if isinstance(node, Call) and isinstance(node.function, Scripted) and node.function.sups:
                continue
            yield self.change(spot, new, here + "^" + text, "wrong-term", 1.6)

    def functions(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        assert isinstance(node, Call)
        here = self.at(node.span)
        function = node.function
        length = function.span[1] - node.span[0]
        if isinstance(function, Scripted) and function.primes:
            bare: Node = function._replace(primes=0)
            if function.sub is None and not function.sups:
                bare = function.base
            head = here[:length]
            for mark in ("'", "^{\\prime}", "^\\prime", "′"):
                if mark in head:
                    yield self.change(spot, node._replace(function=bare), head.replace(mark, "", 1) + here[length:], "wrong-function", 1.2)
                    break
        elif isinstance(function, Name):
            primed = Scripted(function, None, (), 1, function.span)
            yield self.change(spot, node._replace(function=primed), here[:length] + "'" + here[length:], "wrong-function", 1.2)
            for other in SWAPPED.get(function.letter, ()):
                style = "" if len(other) == 1 else "word"
                name = Name(other, style, function.span)
                yield self.change(spot, node._replace(function=name), _function_text(other) + here[length:], "wrong-function", 1.8)
            for word in self.words:
                if isinstance(word.node, Call) and isinstance(word.node.function, Name) and word.node.function.letter != function.letter:
                    text = word.text[: word.node.function.span[1] - word.node.span[0]]
                    yield self.change(spot, node._replace(function=_moved(word.node.function, function.span)), text + here[length:], "wrong-function", 2.2)
        if len(node.arguments) == 1:
            argument = node.arguments[0]
            group = Group("(", argument, argument.span)
            yield self.change(spot, group, "(" + self.at(argument.span) + ")", "wrong-function", 2.0)
        yield from self.wrapped(spot)

    def grouped(self, spot: Spot) -> Iterator[Change]:
        """A bracket that should be the argument of a function that the document uses."""
        node = spot.node
        assert isinstance(node, Group)
        if node.bracket not in ("(", "[") or isinstance(spot.inside, Call):
            return
        here = self.at(node.span)
        heads = {"log": "\\log", "exp": "\\exp"}
        for word in self.words:
            if isinstance(word.node, Call) and isinstance(word.node.function, Name):
                length = word.node.function.span[1] - word.node.span[0]
                heads.setdefault(word.node.function.letter, word.text[:length])
        for name, text in heads.items():
            style = "" if len(name) == 1 else "word"
            if self.notation.plain:
                text = name
            new = Call(Name(name, style, node.span), (node.inner,), True, node.span)
            yield self.change(spot, new, text + here, "wrong-function", 1.9)

    def summed(self, spot: Spot) -> Iterator[Change]:
        """A name that should be a sum or a difference: what stood beside it is lost."""
        node = spot.node
        if isinstance(spot.inside, Derivative | Sum | Relation) or spelled(node) is None:
            return
        here = self.at(node.span)
        at = node.span[1]
        for word in self.words:
            if isinstance(word.node, Call | Derivative) or _same(word.node, node):
                continue
            for sign in (-1, 1):
                both = Sum((Term(1, node, node.span), Term(sign, _moved(word.node, (at, at)), (at, at))), node.span)
                text = f"({here} {'+' if sign > 0 else '-'} {word.text})"
                yield self.change(
                    spot, Group("(", both, node.span), text, "missing-term", 2.7, note=("" if sign > 0 else "-") + word.text
                )

    def wrapped(self, spot: Spot) -> Iterator[Change]:
        """A logarithm or an exponential that was lost."""
        node = spot.node
        if isinstance(spot.inside, Call):
            return
        here = self.at(node.span)
        for name, text in (("log", "\\log "), ("exp", "\\exp ")):
            new = Call(Name(name, "word", node.span), (node,), True, node.span)
            body = here if isinstance(node, Big) else f"\\left({here}\\right)"
            yield self.change(spot, new, text + body, "wrong-function", 1.9)

    def function_of(self, spot: Spot) -> Iterator[Change]:
        """A name that should stand under a function that the document uses: a lost log, f′ of it."""
        node = spot.node
        here = self.at(node.span)
        seen: set[str] = set()
        for word in self.words:
            if not isinstance(word.node, Call) or not word.node.bracketed or len(word.node.arguments) != 1:
                continue
            length = word.node.function.span[1] - word.node.span[0]
            head = word.text[:length]
            if head in seen:
                continue
            seen.add(head)
            new = Call(_moved(word.node.function, node.span), (node,), True, node.span)
            yield self.change(spot, new, f"{head}({here})", "wrong-function", 2.6)
        for name in ("log", "exp"):
            new = Call(Name(name, "word", node.span), (node,), True, node.span)
            yield self.change(spot, new, f"\\{name}({here})", "wrong-function", 2.8)

    # Products

    def products(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        assert isinstance(node, Product)
        factors = node.factors
        for n, factor in enumerate(factors):
            rest = (*factors[:n], *factors[n + 1 :])
            if n == 0 and rest[0].op == "/":
                continue
            if n == 0:
                rest = (rest[0]._replace(op=""), *rest[1:])
            left: Node = rest[0].node if len(rest) == 1 else node._replace(factors=rest)
            span = (factors[n - 1].node.span[1], factor.node.span[1]) if n else (factor.node.span[0], factors[1].node.span[0])
            constant = isinstance(factor.node, Number | Quotient)
            kind: Kind = "constant-factor" if constant else "extra-term"
            yield Change(spot.rebuild(left), ((span, ""),), kind, factor.node.span, 2.1)
        for n in range(len(factors) - 1):
            yield from self.pairs(spot, node, n)
            yield from self.symmetric(spot, node, n)
        last = factors[-1]
        if isinstance(last.node, Number) and not last.op and not isinstance(factors[-2].node, Number):
            yield from self.lost_fraction(spot, node)

    def symmetric(self, spot: Spot, node: Product, n: int) -> Iterator[Change]:
        """``2A`` where ``A + Aᵀ`` is meant: the two are the same only for a symmetric matrix."""
        two, matrix = node.factors[n].node, node.factors[n + 1].node
        if not (isinstance(two, Number) and two.value == 2) or node.factors[n + 1].op == "/":  # noqa: PLR2004
            return
        span = (two.span[0], matrix.span[1])
        here = self.at(matrix.span)
        both = Sum((Term(1, matrix, span), Term(1, transposed_node(matrix), span)), span)
        factors = (*node.factors[:n], Factor(node.factors[n].op, Group("(", both, span)), *node.factors[n + 2 :])
        new: Node = factors[0].node if len(factors) == 1 else node._replace(factors=factors)
        yield Change(spot.rebuild(new), ((span, f"({here} + {self.transposed_text(matrix)})"),), "transpose", spot.term, 1.6)

    def lost_fraction(self, spot: Spot, node: Product) -> Iterator[Change]:
        r"""``1+e^{-x}1``: the two parts of a ``\frac`` run together, the denominator first."""
        number = node.factors[-1].node
        rest: Node = node.factors[0].node if len(node.factors) == 2 else node._replace(factors=node.factors[:-1])  # noqa: PLR2004
        if isinstance(spot.inside, Sum) and spot.whole is spot.inside:
            whole = spot.inside
            terms = tuple(t._replace(node=rest) if t.node is node else t for t in whole.terms)
            bottom: Node = whole._replace(terms=terms)
            span = whole.span
        elif spot.inside is None:
            bottom, span = rest, node.span
        else:
            return
        text = f"\frac{{{self.at(number.span)}}}{{{self.at((span[0], number.span[0])).strip()}}}"
        yield Change(Quotient(number, bottom, span), ((span, text),), "garbled", span, 0.5)

    def pairs(self, spot: Spot, node: Product, n: int) -> Iterator[Change]:
        """Two neighbours: another order, transposed, another product."""
        one, other = node.factors[n], node.factors[n + 1]
        if other.op == "/" or isinstance(one.node, Number) or isinstance(other.node, Number):
            return
        a, b = one.node, other.node
        span = (a.span[0], b.span[1])
        between = self.text[a.span[1] : b.span[0]] or " "
        ta, tb = self.at(a.span), self.at(b.span)
        forms: list[tuple[Node, str, Node, str, Kind, float]] = [(b, tb, a, ta, "shape", 1.4)]
        for first, second, order in ((a, b, False), (b, a, True)):
            t1, t2 = self.at(first.span), self.at(second.span)
            for left in (False, True):
                for right in (False, True):
                    if not (left or right):
                        continue
                    x, tx = self.turned(first, t1, left)
                    y, ty = self.turned(second, t2, right)
                    kind: Kind = "shape" if order else "transpose"
                    forms.append((x, tx, y, ty, kind, (1.6 if order else 1.3) + 0.1 * (left and right)))
        for x, tx, y, ty, kind, cost in forms:
            yield self._pair(spot, node, n, x, y, other.op, span, tx + between + ty, kind, cost)
        for op, text in (("⊙", " \\odot "), ("", " ")):
            if (op == "⊙") != (other.op in ("⊙", "∘")):
                yield self._pair(spot, node, n, a, b, op, span, ta + text + tb, "wrong-term", 1.7)

    def _pair(
        self, spot: Spot, node: Product, n: int, x: Node, y: Node, op: str, span: Span, text: str, kind: Kind, cost: float
    ) -> Change:  # fmt: skip
        factors = (
            *node.factors[:n], node.factors[n]._replace(node=x), Factor(op, y), *node.factors[n + 2 :],
        )  # fmt: skip
        return Change(spot.rebuild(node._replace(factors=factors)), ((span, text),), kind, span, cost)

    def turned(self, node: Node, text: str, turn: bool) -> tuple[Node, str]:
        if not turn:
            return node, text
        if isinstance(node, Scripted) and any(is_transpose(part) for part in node.sups):
            kept = tuple(part for part in node.sups if not is_transpose(part))
            bare = node._replace(sups=kept) if kept or node.sub is not None or node.primes else node.base
            return bare, self.untransposed(node)
        if isinstance(node, Derivative | Group | Product):
            inner = text if isinstance(node, Group) else f"\\left({text}\\right)"
            return transposed_node(node), inner + self.transpose_mark()
        return transposed_node(node), self.transposed_text(node)

    # Derivatives

    def derivatives(self, spot: Spot) -> Iterator[Change]:
        node = spot.node
        for word in self.words:
            if isinstance(word.node, Derivative) and not _same(word.node, node):
                yield self.change(spot, _moved(word.node, node.span), word.text, "wrong-term", 2.4)

    # What is missing

    def factors_more(self, spot: Spot, words: list[Word]) -> Iterator[Change]:
        """The part times something that the document speaks of."""
        node = spot.node
        at = node.span[1]
        for word in words:
            for op, sign in (("", " "), ("⊙", " \\odot ")):
                extra = Factor(op, _moved(word.node, (at, at)))
                if isinstance(node, Product):
                    new: Node = node._replace(factors=(*node.factors, extra))
                else:
                    new = Product((Factor("", node), extra), node.span)
                text = word.text
                if isinstance(word.node, Sum):
                    text = f"({text})"
                yield Change(spot.rebuild(new), (((at, at), sign + text),), "missing-factor", spot.term, 2.0, word.text)


def constant_changes(spot: Spot, values: list[tuple[Node, str]]) -> Iterator[Change]:
    """The part times a constant."""
    node = spot.node
    start = node.span[0]
    for constant, text in values:
        inner: Node = Group("(", node, node.span) if isinstance(node, Sum) and len(node.terms) > 1 else node
        new = Product((Factor("", constant), Factor("", inner)), node.span)
        if isinstance(inner, Group):
            edits = (((start, start), text + "\\left("), ((node.span[1], node.span[1]), "\\right)"))
        else:
            edits = (((start, start), text + " "),)
        yield Change(spot.rebuild(new), edits, "constant-factor", spot.term, 1.5, text)


def transposed_node(node: Node) -> Node:
    """A name or a bracket with ᵀ."""
    mark = Transposed(False, node.span)
    if isinstance(node, Scripted):
        return node._replace(sups=(*node.sups, mark))
    if isinstance(node, Name | Accent | Group):
        return Scripted(node, None, (mark,), 0, node.span)
    return Scripted(Group("(", node, node.span), None, (mark,), 0, node.span)


def _with_sups(node: Node, sups: tuple[Node, ...]) -> Node:
    if isinstance(node, Scripted):
        return node._replace(sups=(*node.sups, *sups))
    return Scripted(node, None, sups, 0, node.span)


def _moved(node: Node, span: Span) -> Node:
    """A node of another place, put here: its places inside mean nothing any more."""
    return node._replace(span=span)  # type: ignore[return-value]


def _same(one: Node, other: Node) -> bool:
    from symgrad.verify.meaning import same_name

    return same_name(one, other)


def _stem(key: str) -> str:
    return key.rstrip("0123456789")


def _tex(letter: str) -> str:
    from symgrad.verify.notation import _letter

    return _letter(letter, False)


def _function_text(name: str) -> str:
    if name == "σ":
        return "\\sigma"
    if name in ("tanh", "exp", "log", "sin", "cos", "max", "min", "sinh", "cosh"):
        return "\\" + name
    return f"\\operatorname{{{name}}}"
