"""What a document declares: names and shapes, ranges of indices, definitions, facts, templates.

A context is gathered once, in reading order, and says nothing of numbers; :mod:`symgrad.verify.world` gives
its sizes a value.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from symgrad.verify.documents.pieces import Span
from symgrad.verify.functions import BUILTIN
from symgrad.verify.names import (
    INDEX_LETTERS,
    is_word,
    items,
    label_items,
    letters_in,
    pieces,
    plain_index,
    script_text,
    spelled,
)
from symgrad.verify.scalars import Sign
from symgrad.verify.syntax import (
    Big,
    Call,
    Derivative,
    Group,
    Listed,
    Name,
    Node,
    Number,
    Problem,
    Product,
    Relation,
    Scripted,
    children,
    parts_of,
)


class Pattern(NamedTuple):
    """The left side of a definition: ``z^{(l)}_i``, or with ``parameters`` a function ``f(x)_j``."""

    key: str
    labels: tuple[Node, ...]
    subs: tuple[Node, ...]
    parameters: tuple[Node, ...] | None
    span: Span


class Definition(NamedTuple):
    """``pattern = body``; ``adjoint`` where the body speaks of derivatives: no forward equation."""

    pattern: Pattern
    body: Node
    adjoint: bool


class Declaration(NamedTuple):
    """``key^{labels}_{subs} ∈ R^{dims}``; ``sign`` as in the scalars."""

    key: str
    labels: tuple[Node, ...]
    subs: tuple[Node, ...]
    dims: tuple[Node, ...]
    sign: str


class Range(NamedTuple):
    """``first, …, last``; without end where ``last`` is None, over a set where ``members`` names it."""

    first: Node | None
    last: Node | None
    members: str = ""


class Template(NamedTuple):
    """``θ ← θ − η ∂L/∂θ`` or ``f(x) → ∂f/∂x``, with the key of the name that stands for any."""

    placeholder: str
    left: Node
    right: Node
    arrow: str


Named: TypeAlias = tuple[Pattern, tuple[Node, ...], int]
"""A name as pattern, what is left of its superscripts, and its primes."""

_MOST_NAMED: Final = 20_000


class Context:
    """What has been said so far."""

    def __init__(self) -> None:
        self.declarations: dict[str, list[Declaration]] = {}
        self.definitions: dict[str, list[Definition]] = {}
        self.functions: dict[str, list[Definition]] = {}
        self.ranges: dict[str, Range] = {}
        self.varying: set[str] = set()
        """Indices with several ranges, each for the claim that it stands beside."""
        self.unequal: list[tuple[Node, Node]] = []
        self.facts: list[tuple[Node, Node]] = []
        self.templates: list[Template] = []
        self.sizes: dict[str, None] = {}
        self.bound: set[str] = set()
        self._named: dict[int, tuple[Node, Named | None]] | None = None
        self._letters: dict[tuple[str, str], Named | None] = {}
        self.bare_labels: set[str] = set()
        self.apart: set[tuple[str, Fraction | int]] = set()
        """Names with a number that are names of their own: the h_0 of ``h = tanh(u h_0)``."""
        self.power_names: dict[str, int] = {}
        self.signs: dict[str, Sign] = {}
        self.mentioned: dict[str, int] = {}
        self.counted: dict[str, set[Fraction]] = {}
        self.plain: set[str] = set()
        self.sets: set[str] = set()
        self.network: set[str] = set()
        self.notes: dict[str, None] = {}
        self.inferred: dict[str, str] = {}
        """What was inferred of the shapes of names, by their keys."""
        self.self_called: set[str] = set()
        self.ambiguous: set[str] = set()
        self.choices: dict[str, Range] = {}
        self.entrywise_tensor = False
        self.words: set[str] = set()
        self.unread: list[tuple[int, Problem]] = []
        self.layered: frozenset[str] = frozenset()
        self.computed: frozenset[str] = frozenset()
        """Letters of what a network computes."""
        self.limited = False
        self.differences: list[tuple[str, str]] = []
        self.fixed: set[str] = set()
        self.chosen: frozenset[str] = frozenset()
        self.plain_text = False
        self.layers: set[str] = set()
        self.base = 1
        self.ones = False
        """Whether 1 stands for the column of ones where it is a factor."""
        self.normal = False
        """Whether the page speaks of Φ, which has the derivative φ."""
        self.entrywise = False
        """Whether bars around an array take the absolute value of each entry."""
        self.reads: dict[str, list[Node]] = {}
        """What an unknown loss is said to be a function of, by its key."""

    # What a letter is

    def is_index(self, letter: str) -> bool:
        """Whether a letter runs over positions, layers, steps or samples."""
        if letter in self.bound or letter in self.ranges or letter in self.choices:
            return True
        if letter in self.words or letter in self.declarations or letter in self.definitions:
            return False
        return letter in INDEX_LETTERS

    def is_size(self, letter: str) -> bool:
        """Whether a letter is a size."""
        return letter in self.sizes

    def index_like(self, node: Node) -> bool:
        """Whether a subscript counts: numbers, indices and sizes."""
        if is_word(node):
            return False
        if isinstance(node, Relation):
            return True
        if not plain_index(node):
            return False
        for name in letters_in(node):
            if self.is_index(name.letter) or self.is_size(name.letter):
                continue
            if name.letter.isdigit():
                continue
            if len(name.letter) > 1 and all(
                self.is_index(c) or self.is_size(c) or c.isdigit() for c in name.letter
            ):
                continue
            return False
        return True

    def is_known(self, key: str) -> bool:
        """Whether a key names something: declared, defined, a function, a size."""
        return (
            key in self.declarations
            or key in self.network
            or key in self.definitions
            or key in self.functions
            or key in self.sizes
            or key in self.power_names
            or key in self.choices
        )

    def named(self, node: Node) -> Named | None:
        """A name on the page as pattern, what is left of its superscripts, and its primes."""
        if self._named is None:
            return self._named_now(node)
        if isinstance(node, Name) and len(node.letter) == 1:
            return self._letter(node)
        known = self._named.get(id(node))
        if known is None or known[0] is not node:
            if len(self._named) > _MOST_NAMED:
                self._named.clear()
            known = self._named[id(node)] = node, self._named_now(node)
        return known[1]

    def _letter(self, node: Name) -> Named | None:
        """What a letter without scripts is: the same wherever it stands, but for its place."""
        spelling = node.letter, node.style
        if spelling not in self._letters:
            self._letters[spelling] = self._named_now(node)
        known = self._letters[spelling]
        return known and (Pattern(known[0].key, (), (), None, node.span), (), 0)

    def bodies(self) -> list[Node]:
        """The right sides of all definitions, those of functions last."""
        tables = (self.definitions, self.functions)
        return [definition.body for table in tables for ds in table.values() for definition in ds]

    def settle(self) -> None:
        """From here on what a name is changes only with :meth:`take_size` and :meth:`drop_sizes`."""
        self._named = {}

    def take_size(self, letter: str) -> None:
        """A letter is a size from here on."""
        if letter not in self.sizes:
            self.sizes[letter] = None
            self._forget()

    def drop_sizes(self, letters: Iterable[str]) -> None:
        """These letters are no sizes after all."""
        for letter in letters:
            del self.sizes[letter]
            self._forget()

    def _forget(self) -> None:
        if self._named is not None:
            self._named = {}
            self._letters = {}

    def _named_now(self, node: Node) -> Named | None:
        spelling = spelled(node)
        if spelling is None:
            return None
        key = spelling.key
        subs: list[Node] = []
        for item in spelling.subs:
            if self.index_like(item) and key not in ("log", "lg"):
                subs.append(item)
            else:
                key += "_" + script_text(item)
        layer: tuple[Node, ...] = ()
        if key[-1:].isdigit() and not self.is_known(key):
            stem = key.rstrip("0123456789")
            if stem in self.layered:  # w2_5, as symgrad itself calls the fifth w of layer 2
                layer, key = (Number(Fraction(int(key[len(stem) :])), False, spelling.span),), stem
            elif not subs:
                key, subs = self._numbered(key, spelling.span)
        primes = spelling.primes
        if primes and self.is_known(key + "'" * primes):
            key, primes = key + "'" * primes, 0
        labels, rest = label_items(spelling.sups)
        labels = layer or labels
        if (rest and not labels and key in self.bare_labels and plain_index(rest[0])) or (
            rest and not labels and plain_index(rest[0]) and self._names_a_layer(key, rest[0])
        ):
            labels, rest = items(rest[0]), rest[1:]
        whole = key.upper()
        if subs and len(key) == 1 and key != whole and not self.is_known(key) and self._is_matrix(whole):
            pair = self.split(whole, subs)
            if len(pair) == 2:
                return Pattern(whole, labels, tuple(pair), None, spelling.span), rest, primes
        called = joined(key, (*labels, *rest), self.network)
        if called is not None:
            key, labels, rest = called, (), ()
        subs = self.split(key, subs)
        if len(subs) == 1 and isinstance(subs[0], Number) and (key, subs[0].value) in self.apart:
            key, subs = f"{key}_{subs[0].value}", []
        return Pattern(key, labels, tuple(subs), None, spelling.span), rest, primes

    def _is_matrix(self, key: str) -> bool:
        """Whether a name is declared with two axes, so that x_ij is its entry: the X of all x."""
        stated = self.declarations.get(key, ())
        return any(not d.subs and not d.labels and len(d.dims) == 2 for d in stated)

    def _names_a_layer(self, key: str, script: Node) -> bool:
        """Whether a bare superscript is a layer: an index with a range, on a name not declared."""
        if self.is_known(key) or key in ("e", "β", "γ") or key in BUILTIN:
            return False
        letters = [name.letter for name in letters_in(script)]
        return bool(letters) and all(letter in self.layers for letter in letters)

    def _numbered(self, key: str, span: Span) -> tuple[str, list[Node]]:
        """``w5`` as an entry of w, where w is known and w5 is not."""
        stem = key.rstrip("0123456789")
        letter = stem.rpartition(":")[2]
        if not letter or not self.is_known(stem) or self.is_size(stem) or stem in self.functions:
            return key, []
        digits = key[len(stem) :]
        place = (span[1] - len(digits), span[1]) if span[1] - span[0] >= len(digits) else span
        return stem, [Number(Fraction(int(digits)), False, place)]

    def split(self, key: str, subs: Iterable[Node]) -> list[Node]:
        """Subscript items, runs such as ``ij`` and ``11`` taken apart as the rank of the name asks."""
        rank = self.rank(key)
        given = list(subs)
        if len(given) != 1:
            return [piece for item in given for piece in pieces(item, None, self.bound)]
        return list(pieces(given[0], rank, self.bound))

    def rank(self, key: str) -> int | None:
        """How many subscripts the name takes, labels and positions together; None where nothing says so."""
        ranks = [len(d.subs) + len(d.dims) for d in self.declarations.get(key, ())]
        ranks += [len(d.pattern.subs) for d in self.definitions.get(key, ())]
        if ranks:
            return max(ranks)
        return self.mentioned.get(key)

    # What a statement adds

    def note_names(self, node: Node) -> None:
        """Remember the indices that a formula binds, and how many indices its names carry."""
        for here in parts_of(node):
            if isinstance(here, Big) and here.upper is not None and not isinstance(here.upper, Number):
                self.limited = True
            if isinstance(here, Big) and here.lower is not None:
                for bound in items(here.lower):
                    left = bound.left if isinstance(bound, Relation) else bound
                    for name in items(left):
                        if isinstance(name, Name):
                            run = len(name.letter) > 1 and name.style != "word"
                            self.bound |= set(name.letter) if run else {name.letter}

    def note_ranks(self, node: Node) -> None:
        """Remember that ``z_{ij}`` has two subscripts."""
        for here in parts_of(node):
            if isinstance(here, Scripted) and here.sub is not None:
                spelling = spelled(here)
                if spelling is not None and all(self.index_like(item) for item in spelling.subs):
                    count = len([p for item in spelling.subs for p in pieces(item, None, self.bound)])
                    if any(not isinstance(item, Number) for item in spelling.subs) or len(spelling.subs) > 1:
                        self.mentioned[spelling.key] = max(count, self.mentioned.get(spelling.key, 0))
                    elif spelling.subs and isinstance(spelling.subs[0], Number):
                        self.counted.setdefault(spelling.key, set()).add(spelling.subs[0].value)

    def pattern(self, node: Node) -> Pattern | None:
        """The pattern that a left side is, or None if it is no name and no function of names."""
        match node:
            case Scripted(base=Group(bracket="(" | "[") as group):
                inner = self.pattern(group.inner)
                if inner is None or node.sub is None or node.sups or node.primes:
                    return None
                return inner._replace(subs=(*inner.subs, *self.split("", items(node.sub))), span=node.span)
            case Scripted(base=Call()):
                inner = self.pattern(node.base)
                if inner is None or node.sub is None or node.sups or node.primes:
                    return None
                return inner._replace(subs=(*inner.subs, *self.split("", items(node.sub))), span=node.span)
            case Call():
                function = self.named(node.function)
                if function is None or function[1] or function[2]:
                    return None
                if any(spelled(item) is None and not isinstance(item, Derivative) for item in node.arguments):
                    return None
                return function[0]._replace(parameters=node.arguments, span=node.span)
            case Product(factors=(first, second)) if not second.op:
                outer: tuple[Node, ...] = ()
                behind: Node = second.node
                if isinstance(behind, Scripted) and isinstance(behind.base, Group) and behind.sub is not None:
                    outer, behind = items(behind.sub), behind.base
                function = self.named(first.node)
                if function is None or function[1] or not isinstance(behind, Group):
                    return None
                if function[2]:
                    if function[0].key in self.functions or function[0].key in BUILTIN:
                        return None
                    function = (function[0]._replace(key=function[0].key + "'" * function[2]), (), 0)
                if behind.bracket != "(" or any(spelled(item) is None for item in items(behind.inner)):
                    return None
                subs = (*function[0].subs, *self.split("", outer)) if outer else function[0].subs
                return function[0]._replace(parameters=items(behind.inner), subs=subs, span=node.span)
            case _:
                found = self.named(node)
                if found is None:
                    return None
                pattern, rest, primes = found
                if primes:
                    pattern = pattern._replace(key=pattern.key + "'" * primes)
                if len(rest) == 1 and isinstance(rest[0], Number):
                    return pattern._replace(key=f"{pattern.key}^{rest[0].value}")
                if rest and not pattern.labels and plain_index(rest[0]) and len(rest) == 1:
                    return pattern._replace(labels=items(rest[0]))
                return None if rest else pattern

    def define(self, pattern: Pattern, body: Node) -> None:
        """Take ``pattern = body`` as a definition."""
        key = pattern.key
        definition = Definition(pattern, body, has_derivative(body) or self._has_shorthand(body))
        if pattern.parameters is not None:
            self.functions.setdefault(key, []).append(definition)
            return
        for known in self.definitions.get(key, ()):
            if self._clash(known.pattern, pattern):
                self.ambiguous.add(key)
        stem, _, exponent = key.rpartition("^")
        if stem and exponent.isdigit():
            self.power_names[stem] = int(exponent)
        self.definitions.setdefault(key, []).append(definition)

    def _has_shorthand(self, body: Node) -> bool:
        """Whether a formula speaks of dW, the gradient by a W that is known."""
        for part in parts_of(body):
            if isinstance(part, Name) and part.letter[:1] == "d" and len(part.letter) > 1:
                stem = part.letter[1:]
                if not self.is_known(part.letter) and (stem in self.definitions or stem in self.declarations):
                    return True
        return False

    def _clash(self, one: Pattern, other: Pattern) -> bool:
        """Whether two patterns are told apart by the letter of an index alone: net_j and net_k."""
        if len(one.subs) != len(other.subs) or len(one.labels) != len(other.labels) or not one.subs:
            return False
        if not all(isinstance(n, Name) and self.is_index(n.letter) for n in (*one.subs, *other.subs)):
            return False
        if any(
            isinstance(a, Number) and isinstance(b, Number) and a.value != b.value
            for a, b in zip(one.labels, other.labels, strict=False)
        ):
            return False  # the z of another layer
        return shape_of(one) != shape_of(other)

    def forget_general(self, letters: set[str]) -> None:
        """Drop equations over indices of no stated range: they were prose, and meant other things."""
        for key, definitions in list(self.definitions.items()):
            kept = [
                d for d in definitions
                if not any(
                    isinstance(n, Name) and n.letter in letters
                    for n in (*d.pattern.labels, *d.pattern.subs)
                )
            ]  # fmt: skip
            if kept:
                self.definitions[key] = kept
            else:
                del self.definitions[key]

    def is_defined_at_all(self, key: str) -> bool:
        """Whether some equation defines the name."""
        return key in self.definitions

    def is_defined(self, pattern: Pattern) -> bool:
        """Whether the same left side has been defined."""
        table = self.definitions if pattern.parameters is None else self.functions
        same = shape_of(pattern)
        return any(shape_of(known.pattern) == same for known in table.get(pattern.key, ()))


def joined(key: str, scripts: Sequence[Node], network: Container[str]) -> str | None:
    """The ``wQ`` of a network that ``w^{Q}`` or ``w_Q`` stands for."""
    letter, _, word = key.partition("_")
    if not word and len(scripts) == 1 and isinstance(scripts[0], Name):
        word = scripts[0].letter
    return letter + word if word.isalpha() and letter + word in network else None


def shape_of(pattern: Pattern) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The scripts of a pattern as text, to compare patterns by."""
    return tuple(map(script_text, pattern.labels)), tuple(map(script_text, pattern.subs))


def has_derivative(node: Node) -> bool:
    """Whether a derivative stands inside."""
    return any(isinstance(part, Derivative) for part in parts_of(node))


def mentions(node: Node, key: str) -> bool:
    """Whether the name stands inside, with whatever scripts."""
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, Listed | Big | Product):
            pending += children(here)
            continue
        spelling = spelled(here)
        if spelling is not None and spelling.key == key:
            return True
        pending += children(here)
    return False
