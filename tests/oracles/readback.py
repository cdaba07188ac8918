"""Readers of what the renderers print: text, LaTeX and JSON, by small parsers that import nothing of ours.

Each gives `Equation`s over one reading of formulas: a node is a function of a `World` (the numbers that
entries have) and of the values of index letters. Numbers are whatever the world holds: fractions, dual
numbers. An index that is no whole number, or outside its tensor, is a mistake and fails the test.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple, TypeAlias

Letters: TypeAlias = Mapping[str, int]
Place: TypeAlias = tuple[int, ...]


class NotKnownError(LookupError):
    """An entry that is read before it is stated."""


class World(NamedTuple):
    """The shape of each tensor, the numbers at its places (from 0), and the functions; all by name.

    A gradient is the tensor ``dL_d…``. ``apply(f, order, x)`` is a function's value, ``partial(z, w)`` the
    derivative of one entry by another, each given as (tensor, place).
    """

    shapes: Mapping[str, Place]
    values: dict[str, dict[Place, Any]]
    apply: Callable[[str, int, Any], Any]
    partial: Callable[[tuple[str, Place], tuple[str, Place]], Any] | None = None

    def at(self, name: str, place: Place) -> Any:
        """The number at a place."""
        known, place = self.values.get(name, {}), self.checked(name, place)
        if place not in known:
            raise NotKnownError(f"{name}{list(place)}")
        return known[place]

    def checked(self, name: str, place: Place) -> Place:
        """The place, if the tensor has it."""
        shape = self.shapes[name.removeprefix("dL_d")]
        assert len(place) == len(shape), (name, place)
        assert all(0 <= n < size for n, size in zip(place, shape, strict=True)), (name, place, shape)
        return place


Node: TypeAlias = Callable[[World, Letters], Any]
Reference: TypeAlias = Callable[[World, Letters], tuple[str, Place]]


class Equation(NamedTuple):
    """``target = member = member …`` for every value of the letters in ``ranges``, which run from 0."""

    target: Reference
    members: list[Node]
    ranges: list[tuple[str, int]]

    def entries(self, world: World, member: int = -1) -> Iterator[tuple[str, Place, Any]]:
        """Each entry that the equation states, with its number."""
        return (self.entry(world, here, member) for here in self.places())

    def places(self) -> Iterator[Letters]:
        """The values of the letters, one entry after the other."""
        letters = [letter for letter, _ in self.ranges]
        for values in product(*(range(last + 1) for _, last in self.ranges)):
            yield dict(zip(letters, values, strict=True))

    def entry(self, world: World, here: Letters, member: int = -1) -> tuple[str, Place, Any]:
        """The entry for some values of the letters, with its number."""
        name, place = self.target(world, here)
        return name, world.checked(name, place), self.members[member](world, here)


def calculated(equations: list[Equation], world: World, member: int = -1) -> World:
    """The world with what the equations state, each using what stands before it; nothing is stated twice.

    Closed forms may read one another at other steps: an entry that cannot be had yet waits for what it reads.
    """
    waiting: list[tuple[Equation, Letters]] = []
    for equation in equations:
        waiting += ((equation, here) for here in equation.places())
        before = -1
        while len(waiting) != before:
            before, again = len(waiting), waiting
            waiting = []
            for stated, here in again:
                try:
                    name, place, value = stated.entry(world, here, member)
                except NotKnownError:
                    if not stated.ranges:
                        raise
                    waiting.append((stated, here))
                    continue
                known = world.values.setdefault(name, {})
                assert place not in known, f"{name}{list(place)} is stated twice"
                known[place] = value
    assert not waiting, "there are entries that nothing states, or that are stated by themselves"
    return world


def flat(shape: Place, number: int) -> Place:
    """The place (from 0) of the entry with a flat number (from 1), row by row."""
    number -= 1
    place: list[int] = []
    for size in reversed(shape):
        number, digit = divmod(number, size)
        place.append(digit)
    assert number == 0
    return tuple(reversed(place))


# What all readers build their nodes with.


def _number(text: str) -> Node:
    value: Fraction | int = Fraction(text)
    value = int(value) if value.denominator == 1 else value  # whole numbers and places are many, and quick
    return lambda world, letters: value


def _entry(reference: Reference) -> Node:
    return lambda world, letters: world.at(*reference(world, letters))


def _sum(parts: list[tuple[int, Node]]) -> Node:
    return lambda world, letters: sum(sign * part(world, letters) for sign, part in parts)


def _times(left: Node, right: Node) -> Node:
    def value(world: World, letters: Letters) -> Any:
        first = left(world, letters)
        return first and first * right(world, letters)  # what 0 is multiplied by is not looked up

    return value


def _over(left: Node, right: Node) -> Node:
    def value(world: World, letters: Letters) -> Any:
        over, under = left(world, letters), right(world, letters)
        return (Fraction(over) if isinstance(over, int) else over) / under

    return value


def _guarded(conditions: list[Node], body: Node) -> Node:
    """The body where all conditions hold, else 0, whatever the body is."""
    return lambda world, letters: (
        body(world, letters) if all(holds(world, letters) for holds in conditions) else 0
    )


def _power(base: Node, exponent: int) -> Node:
    return lambda world, letters: base(world, letters) ** exponent


def _half_power(base: Node, doubled: int) -> Node:
    """A power of the square root: of x^(3/2) that of √x by 3."""
    root = _call("sqrt", 0, base)
    return root if doubled == 1 else _power(root, doubled)


def _kappa() -> Node:
    """κ = √(2/π)."""
    return _call("sqrt", 0, _over(_number("2"), _call("pi", 0, _number("0"))))


def _call(name: str, order: int, argument: Node) -> Node:
    def value(world: World, letters: Letters) -> Any:
        at = argument(world, letters)
        return world.apply(name, order, Fraction(at) if isinstance(at, int) else at)

    return value


_CONSTANTS = {
    "λs": Fraction("1.0507009873554804934193349852946"),
    "αs": Fraction("1.6732632423543772848170429916717"),
}
_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda x, y: x > y,
    "<": lambda x, y: x < y,
    "≤": lambda x, y: x <= y,
    "≥": lambda x, y: x >= y,
}


def _constant_number(value: Fraction) -> Node:
    return lambda world, letters: value


def _related(relation: str, left: Node, right: Node) -> Node:
    def value(world: World, letters: Letters) -> int:
        sides = (side(world, letters) for side in (left, right))
        return int(_RELATIONS[relation](*(getattr(side, "value", side) for side in sides)))

    return value


def _total(ranges: list[tuple[str, int]], conditions: list[Node], body: Node) -> Node:
    names = [name for name, _ in ranges]

    def value(world: World, letters: Letters) -> Any:
        total: Any = 0
        for values in product(*(range(last + 1) for _, last in ranges)):
            here = {**letters, **dict(zip(names, values, strict=True))}
            if all(condition(world, here) for condition in conditions):
                total = total + body(world, here)
        return total

    return value


Candidates: TypeAlias = Callable[[World, Letters], list[tuple[Place, Any]]]


def _places(ranges: list[tuple[str, int]], conditions: list[Node], body: Node) -> Candidates:
    """The places over which a maximum is taken, in order, and the body there."""
    names = [name for name, _ in ranges]

    def found(world: World, letters: Letters) -> list[tuple[Place, Any]]:
        places = product(*(range(last + 1) for _, last in ranges))
        inside = [(place, {**letters, **dict(zip(names, place, strict=True))}) for place in places]
        return [
            (place, body(world, here))
            for place, here in inside
            if all(condition(world, here) for condition in conditions)
        ]

    return found


def _listed(nodes: list[Node]) -> Candidates:
    return lambda world, letters: [((n,), node(world, letters)) for n, node in enumerate(nodes)]


def _winner(candidates: list[tuple[Place, Any]]) -> tuple[Place, Any]:
    """The first of the greatest; of numbers that move, the greatest value decides."""
    best = candidates[0]
    for candidate in candidates[1:]:
        if _standing(candidate[1]) > _standing(best[1]):
            best = candidate
    return best


def _standing(x: Any) -> Fraction:
    return getattr(x, "value", x)


def _greatest(candidates: Candidates) -> Node:
    return lambda world, letters: _winner(candidates(world, letters))[1]


def _first_place(candidates: Candidates, at: list[Node]) -> Node:
    def chosen(world: World, letters: Letters) -> int:
        place = _winner(candidates(world, letters))[0]
        return int(place == tuple(index(world, letters) for index in at))

    return chosen


def _first_of(entries: list[tuple[Node, str]], chosen: str) -> Node:
    (place,) = (n for n, (_, name) in enumerate(entries) if name == chosen)
    return _first_place(_listed([node for node, _ in entries]), [_number(str(place))])


def _indexed(name: str, indices: list[Node]) -> Reference:
    def reference(world: World, letters: Letters) -> tuple[str, Place]:
        found = [index(world, letters) for index in indices]
        for n in found:
            assert n.denominator == 1, (name, found)
        return name, tuple(map(int, found))

    return reference


class _Tokens:
    """A line as tokens, read from the left; the pattern must cover all of it."""

    def __init__(self, text: str, pattern: str) -> None:
        self.items: list[str] = []
        at = 0
        for match in re.finditer(pattern, text):
            assert not text[at : match.start()].strip(), (
                f"cannot read {text[at : match.start()]!r} in {text!r}"
            )
            self.items.append(match[0])
            at = match.end()
        assert not text[at:].strip(), f"cannot read {text[at:]!r}"
        self.at = 0

    @property
    def next(self) -> str:
        return self.items[self.at] if self.at < len(self.items) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.next
        assert token, f"{expected or 'more'} expected after {self.items}"
        assert expected in (None, token), f"{expected} expected, {token} found: {self.items}"
        self.at += 1
        return token

    def skip(self, *what: str) -> bool:
        if self.items[self.at : self.at + len(what)] == list(what):
            self.at += len(what)
            return True
        return False


# Text: ``∂L/∂w1 = a1·∂L/∂z1 + …`` and ``z[i] = Σ_{j=0…2 | 0 ≤ i − j ≤ 1} w[i, j]·x[j]   for i = 0…1``.

# A superscript is a digit to Python, and part of a word: names are spelled out here.
_TEXT = (
    r"(?:arg)?max_\{|∂L/∂[A-Za-z0-9_]+|∂[A-Za-z0-9_]+|Σ_\{|[A-Za-z][A-Za-z0-9]*′+|[a-z]'+"
    r"|[A-Za-z][A-Za-z0-9_]*|[0-9]+\.[0-9]+|[0-9]+|λs|αs|Φ|φ|κ|√|\^\([0-9]+/2\)|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|…|[−+·/()\[\]{}|,=<>≤≥∣]"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class Text:
    """The reader of plain text; ``symbols`` says which entry an identifier is, as the JSON output does."""

    def __init__(self, symbols: Mapping[str, tuple[str, Place]]) -> None:
        self.symbols = symbols

    def equations(self, output: str) -> list[Equation]:
        """Every equation of a whole output."""
        body = output[output.index("\nForward\n") :]
        return [self.equation(line) for line in body.splitlines() if line.startswith("  ")]

    def equation(self, line: str) -> Equation:
        """One line."""
        line, _, where = line.strip().partition("   for ")
        ranges = []
        for part in filter(None, where.split(", ")):
            letter, last = part.split(" = 0…")
            ranges.append((letter, int(last)))
        left, *members = re.split(r" = (?![^{]*\})(?![^\[]*\])", line)
        target, rest = self._reference(_Tokens(left, _TEXT))
        assert not rest.next
        return Equation(target, [self._whole(member) for member in members], ranges)

    def _whole(self, text: str) -> Node:
        tokens = _Tokens(text, _TEXT)
        node = self._expression(tokens)
        assert not tokens.next, f"{tokens.items[tokens.at :]} left in {text!r}"
        return node

    def _expression(self, tokens: _Tokens) -> Node:
        parts = [(-1 if tokens.skip("−") else 1, self._product(tokens))]
        while tokens.next in ("+", "−"):
            parts.append((1 if tokens.take() == "+" else -1, self._product(tokens)))
        return _sum(parts)

    def _product(self, tokens: _Tokens) -> Node:
        conditions: list[Node] = []
        if self._of_indices(tokens.items[tokens.at :]):  # a condition before everything else
            tokens.take("[")
            conditions += self._conditions(tokens)
            tokens.take("]")
            node = _number("1")
        else:
            node = self._factor(tokens)
        while tokens.next in ("·", "/"):
            if "".join(tokens.items[tokens.at + 2 : tokens.at + 3]).startswith("argmax"):
                tokens.take("·")
                node = _times(node, self._factor(tokens))
            elif self._of_indices(tokens.items[tokens.at + 1 :]):
                tokens.take("·")
                tokens.take("[")
                conditions += self._conditions(tokens)
                tokens.take("]")
            else:
                join = _times if tokens.take() == "·" else _over
                node = join(node, self._factor(tokens))
        return _guarded(conditions, node)

    def _of_indices(self, tokens: list[str]) -> bool:
        """Whether a condition on indices comes next: no entry stands in it."""
        if tokens[:1] != ["["] or not _conditional(tokens, "[", ("≤", "∣", "=")):
            return False
        inside = tokens[1 : tokens.index("]")]
        return not any(
            token == "[" or (token in self.symbols and (len(token) > 1 or not self.symbols[token][1]))
            for token in inside
        )

    def _factor(self, tokens: _Tokens) -> Node:
        node = self._atom(tokens)
        if tokens.next and tokens.next[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹":
            return _power(node, int(tokens.take().translate(_RAISED)))
        if tokens.next.startswith("^("):
            return _half_power(node, int(tokens.take()[2:-3]))
        return node

    def _atom(self, tokens: _Tokens) -> Node:
        token = tokens.next
        if token == "Σ_{":
            return self._sigma(tokens)
        if token[:1].isdigit():
            return _number(tokens.take())
        if token in _CONSTANTS:
            return _constant_number(_CONSTANTS[tokens.take()])
        if tokens.skip("κ"):
            return _kappa()
        if tokens.skip("√", "("):
            node = self._expression(tokens)
            tokens.take(")")
            return _half_power(node, 1)
        if tokens.skip("("):
            node = self._expression(tokens)
            tokens.take(")")
            return node
        if token == "max_{":
            tokens.take()
            ranges, conditions = self._under(tokens)
            return _greatest(_places(ranges, conditions, self._product(tokens)))
        if tokens.skip("[", "argmax_{"):
            ranges, conditions = self._under(tokens)
            body = self._product(tokens)
            tokens.take("=")
            several = len(ranges) > 1 and tokens.skip("(")
            at = [self._index(tokens)]
            while tokens.skip(","):
                at.append(self._index(tokens))
            if several:
                tokens.take(")")
            tokens.take("]")
            return _first_place(_places(ranges, conditions, body), at)
        if tokens.skip("max", "("):
            return _greatest(_listed([node for node, _ in self._entries(tokens)]))
        if tokens.skip("[", "argmax", "("):
            entries = self._entries(tokens)
            tokens.take("=")
            chosen = tokens.take()
            tokens.take("]")
            return _first_of(entries, chosen)
        if tokens.skip("["):
            left, relation, right = self._expression(tokens), tokens.take(), self._expression(tokens)
            tokens.take("]")
            return _related(relation, left, right)
        if tokens.items[tokens.at + 1 : tokens.at + 2] == ["("]:
            name = tokens.take()
            tokens.take("(")
            argument = self._expression(tokens)
            tokens.take(")")
            name, order = name.rstrip("′"), name.count("′")
            return _call({"Φ": "Phi", "φ": "varphi"}.get(name, name), order, argument)
        if token.startswith("∂") and not token.startswith("∂L/"):
            of_entry, _ = self._reference(tokens)
            tokens.take("/")
            by_entry, _ = self._reference(tokens)
            return lambda world, letters: world.partial(of_entry(world, letters), by_entry(world, letters))
        reference, _ = self._reference(tokens)
        return _entry(reference)

    def _reference(self, tokens: _Tokens) -> tuple[Reference, _Tokens]:
        name = tokens.take()
        gradient = name.startswith("∂L/∂")
        name = name.removeprefix("∂L/∂").removeprefix("∂")
        prefix = "dL_d" if gradient else ""
        if tokens.skip("["):
            indices = [self._index(tokens)]
            while tokens.skip(","):
                indices.append(self._index(tokens))
            tokens.take("]")
            return _indexed(prefix + name, indices), tokens
        tensor, place = self.symbols.get(name, (name, ()))  # a named part is called what its only entry is
        return (lambda world, letters: (prefix + tensor, place)), tokens

    def _entries(self, tokens: _Tokens) -> list[tuple[Node, str]]:
        """``a1, a2)``: entries and their names."""
        found = []
        while True:
            name = tokens.next
            found.append((_entry(self._reference(tokens)[0]), name))
            if not tokens.skip(","):
                break
        tokens.take(")")
        return found

    def _sigma(self, tokens: _Tokens) -> Node:
        tokens.take("Σ_{")
        ranges, conditions = self._under(tokens)
        return _total(ranges, conditions, self._product(tokens))

    def _under(self, tokens: _Tokens) -> tuple[list[tuple[str, int]], list[Node]]:
        """What stands below a large operator, its brace taken."""
        ranges, conditions = [], []
        while True:
            letter = tokens.take()
            tokens.take("=")
            tokens.take("0")
            tokens.take("…")
            ranges.append((letter, int(tokens.take())))
            if not tokens.skip(","):
                break
        if tokens.skip("|"):
            conditions = self._conditions(tokens)
        tokens.take("}")
        return ranges, conditions

    def _conditions(self, tokens: _Tokens) -> list[Node]:
        conditions = [self._condition(tokens)]
        while tokens.skip(","):
            conditions.append(self._condition(tokens))
        return conditions

    def _condition(self, tokens: _Tokens) -> Node:
        sides, relations = [self._index(tokens)], []
        while tokens.next in ("≤", "∣", "="):
            relations.append(tokens.take())
            sides.append(self._index(tokens))
        return _held(sides, relations)

    def _index(self, tokens: _Tokens) -> Node:
        parts = []
        sign = -1 if tokens.skip("−") else 1
        while True:
            parts.append((sign, self._step(tokens)))
            if tokens.next not in ("+", "−"):
                break
            sign = 1 if tokens.take() == "+" else -1
        return _sum(parts)

    def _step(self, tokens: _Tokens) -> Node:
        if tokens.skip("("):
            node = self._index(tokens)
            tokens.take(")")
        elif tokens.next.isdigit():
            node = _number(tokens.take())
            if re.fullmatch(r"[a-z]'*", tokens.next):
                node = _times(node, _letter(tokens.take()))
        else:
            node = _letter(tokens.take())
        return _over(node, _number(tokens.take())) if tokens.skip("/") else node


def _conditional(tokens: list[str], opening: str, relations: tuple[str, ...]) -> bool:
    """Whether a bracket that says something of indices comes next."""
    if tokens[:1] != [opening]:
        return False
    return any(token in relations for token in tokens[: tokens.index("]")])


def _letter(name: str) -> Node:
    return lambda world, letters: letters[name]


_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "≤": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "∣": lambda a, b: b % a == 0,
}


def _held(sides: list[Node], relations: list[str]) -> Node:
    assert relations

    def holds(world: World, letters: Letters) -> bool:
        values = [side(world, letters) for side in sides]
        return all(
            _HOLDS[relation](a, b) for a, relation, b in zip(values, relations, values[1:], strict=False)
        )

    return holds


# LaTeX: the subset that the renderer may use, and nothing else.

_TEX = r"\\[A-Za-z]+|\\.|[A-Za-z]|\d+\.\d+|\d|[-+=<>()\[\]{}_^,/'&|]"
_ROW = re.compile(r"\\\\(?:\[\d+pt\])?\n")
_INDICATOR = (r"\mathbf", "{", "1", "}", "[")
_KNOWN = {
    r"\tanh": "tanh", r"\sigma": "sigmoid", r"\exp": "exp", r"\log": "log",
    r"\Phi": "Phi", r"\varphi": "varphi",
}  # fmt: skip


def displays(output: str) -> list[str]:
    """The displays of a whole LaTeX output, one by one."""
    return re.findall(r"\\\[\n(.*?)\\\]\n", output, re.DOTALL)


class Tex:
    """The reader of LaTeX; ``functions`` gives the name of each abstract function by its LaTeX spelling."""

    def __init__(self, shapes: Mapping[str, Place], functions: Mapping[str, str], *, closed: bool) -> None:
        self.shapes = shapes
        self.functions = functions
        self.closed = closed

    def equations(self, output: str) -> list[Equation]:
        """Every equation of a whole output."""
        return self.read(displays(output))

    def read(self, blocks: list[str]) -> list[Equation]:
        """Every equation of some displays; a row without a left side goes on with the one before it."""
        texts: list[str] = []
        for block in blocks:
            match = re.fullmatch(r"\\begin\{aligned\}\n(.*)\n\\end\{aligned\}\n?", block, re.DOTALL)
            assert match, block
            for row in _ROW.split(match[1]):
                left, mark, right = row.strip().partition("&")
                assert mark, f"a row without &: {row!r}"
                if left:
                    texts.append(left + right)
                else:
                    texts[-1] += " " + right
        return [self.equation(text) for text in texts]

    def equation(self, text: str) -> Equation:
        """One equation, its rows joined."""
        text = re.sub(r"&&|\{\}|\\quad|\\qquad|\\,|\\[bB]ig+[lr]|\\left|\\right", " ", text)
        ranges: list[tuple[str, int]] = []
        where = re.search(r"\((0\\le [^()]*)\)$", text.strip())
        if where:
            text = text.strip()[: where.start()]
            tokens = _Tokens(where[1].replace(r"\;", " "), _TEX)
            ranges = self._ranges(tokens)
            assert not tokens.next
        tokens = _Tokens(text, _TEX)
        target = self._reference(tokens)
        members = []
        while tokens.skip("="):
            members.append(self._expression(tokens))
        assert members, text
        assert not tokens.next, f"{tokens.items[tokens.at :]} left in {text!r}"
        return Equation(target, members, ranges)

    def _expression(self, tokens: _Tokens) -> Node:
        parts = [(-1 if tokens.skip("-") else 1, self._product(tokens))]
        while tokens.next in ("+", "-"):
            parts.append((1 if tokens.take() == "+" else -1, self._product(tokens)))
        return _sum(parts)

    def _product(self, tokens: _Tokens) -> Node:
        node, conditions = _number("1") if tokens.next == r"\mathbf" else self._factor(tokens), []
        while tokens.next not in ("", "+", "-", "=", ")", "}", ">", "<", r"\le", r"\ge", "]", "|"):
            inside = tokens.items[tokens.at + 4 :]
            if tokens.skip(*_INDICATOR, r"\arg"):
                node = _times(node, self._chosen(tokens))
            elif tokens.next == r"\mathbf" and self._of_indices(inside):
                tokens.skip(*_INDICATOR)
                conditions.append(self._condition(tokens))
                while tokens.skip(",", r"\;"):
                    conditions.append(self._condition(tokens))
                tokens.take("]")
            else:
                node = _times(node, self._factor(tokens))
        return _guarded(conditions, node)

    def _of_indices(self, tokens: list[str]) -> bool:
        """Whether a condition on indices comes next: no entry stands in it."""
        if not _conditional(tokens, "[", (r"\le", r"\mid", "=")):
            return False
        inside = tokens[1 : tokens.index("]")]
        return not any(token in ("_", "|") or self.shapes.get(token) == () for token in inside)

    def _factor(self, tokens: _Tokens) -> Node:
        if tokens.next == r"\sum":
            return self._sigma(tokens)
        node = self._atom(tokens)
        if tokens.skip("^", "{"):
            doubled = int(self._digits(tokens))
            assert tokens.skip("/", "2", "}"), tokens.items[tokens.at :]
            return _half_power(node, doubled)
        if tokens.skip("^"):
            assert tokens.next.isdigit()
            return _power(node, int(tokens.take()))
        return node

    def _atom(self, tokens: _Tokens) -> Node:
        if "." in tokens.next:
            return _number(tokens.take())
        if tokens.next.isdigit():
            return _number(self._digits(tokens))
        for letter, value in ((r"\lambda", _CONSTANTS["λs"]), (r"\alpha", _CONSTANTS["αs"])):
            if tokens.skip(letter, "_", "s"):
                return _constant_number(value)
        if tokens.skip("("):
            node = self._expression(tokens)
            tokens.take(")")
            return node
        if tokens.skip(r"\max", "("):
            return _greatest(_listed([node for node, _ in self._entries(tokens)]))
        if tokens.skip(r"\max", "_", "{"):
            ranges, conditions = self._under(tokens)
            return _greatest(_places(ranges, conditions, self._product(tokens)))
        if tokens.skip(*_INDICATOR, r"\arg"):
            return self._chosen(tokens)
        if tokens.skip("|"):
            node = self._expression(tokens)
            tokens.take("|")
            return _call("abs", 0, node)
        if tokens.skip(*_INDICATOR):
            left, relation, right = self._expression(tokens), tokens.take(), self._expression(tokens)
            tokens.take("]")
            return _related({r"\le": "≤", r"\ge": "≥"}.get(relation, relation), left, right)
        if tokens.next == r"\frac":
            return self._fraction(tokens)
        if tokens.skip(r"\kappa") or tokens.skip("{", r"\kappa", "}"):
            return _kappa()
        if tokens.skip(r"\sqrt", "{"):
            node = self._expression(tokens)
            tokens.take("}")
            return _half_power(node, 1)
        called = self._called(tokens)
        if called:
            order = 0
            while tokens.skip("'"):
                order += 1
            tokens.take("(")
            argument = self._expression(tokens)
            tokens.take(")")
            return _call(called, order, argument)
        return _entry(self._reference(tokens))

    def _entries(self, tokens: _Tokens) -> list[tuple[Node, str]]:
        """``a_1, a_2)``: entries and how they are written."""
        found = []
        while True:
            start = tokens.at
            node = _entry(self._reference(tokens))
            found.append((node, "".join(tokens.items[start : tokens.at])))
            if not tokens.skip(","):
                break
        tokens.take(")")
        return found

    def _chosen(self, tokens: _Tokens) -> Node:
        r"""``\max(a_1, a_2)=a_1]`` or ``\max_{0\le u\le 1}a_{i+u}=k-i]``."""
        tokens.take(r"\max")
        if tokens.skip("("):
            entries = self._entries(tokens)
            tokens.take("=")
            start = tokens.at
            self._reference(tokens)
            node = _first_of(entries, "".join(tokens.items[start : tokens.at]))
        else:
            tokens.take("_")
            tokens.take("{")
            ranges, conditions = self._under(tokens)
            body = self._product(tokens)
            tokens.take("=")
            several = len(ranges) > 1 and tokens.skip("(")
            at = [self._index(tokens)]
            while tokens.skip(","):
                at.append(self._index(tokens))
            if several:
                tokens.take(")")
            node = _first_place(_places(ranges, conditions, body), at)
        tokens.take("]")
        return node

    def _under(self, tokens: _Tokens) -> tuple[list[tuple[str, int]], list[Node]]:
        r"""``0\le u\le 1}`` or a stack of such lines and conditions, the opening brace taken."""
        stacked = tokens.skip(r"\substack", "{")
        ranges, conditions = self._ranges(tokens), []
        while not tokens.skip("}"):
            assert tokens.skip("\\\\") or tokens.skip(",", r"\;"), tokens.items[tokens.at :]
            more = self._ranges(tokens) if self._of_a_letter(tokens) else []
            ranges += more
            conditions += [] if more else [self._condition(tokens)]
        if stacked:
            tokens.take("}")
        return ranges, conditions

    def _called(self, tokens: _Tokens) -> str:
        """The function whose name comes next; a name is one only if a parenthesis or a prime follows."""
        start = tokens.at
        if tokens.skip(*[r"\mathrm", r"{", r"R", r"e", r"L", r"U", r"}"]):
            return "relu"
        if tokens.skip(r"\mathrm", "{", *"softplus", "}"):
            return "softplus"
        name = tokens.take()
        if name in _KNOWN and name not in self.functions:
            return _KNOWN[name]
        if name in self.functions and tokens.next in ("(", "'"):
            return self.functions[name]
        tokens.at = start
        return ""

    def _fraction(self, tokens: _Tokens) -> Node:
        tokens.take(r"\frac")
        tokens.take("{")
        if not tokens.skip(r"\partial"):
            over = self._expression(tokens)
            tokens.take("}")
            tokens.take("{")
            under = self._expression(tokens)
            tokens.take("}")
            return _over(over, under)
        if tokens.skip("L"):
            by = self._below(tokens)
            return _entry(lambda world, letters: _gradient(by(world, letters)))
        of, by = self._reference(tokens), self._below(tokens)
        return lambda world, letters: world.partial(of(world, letters), by(world, letters))

    def _below(self, tokens: _Tokens) -> Reference:
        tokens.take("}")
        tokens.take("{")
        tokens.take(r"\partial")
        by = self._reference(tokens)
        tokens.take("}")
        return by

    def _reference(self, tokens: _Tokens) -> Reference:
        if tokens.skip(r"\frac", "{", r"\partial", "L"):
            by = self._below(tokens)
            return lambda world, letters: _gradient(by(world, letters))
        braced = tokens.skip("{")
        name = tokens.take().lstrip("\\")
        if braced:
            tokens.take("}")
        indices: list[Node] | None = None
        label = ""
        for _ in range(2):
            if label == "" and tokens.next == "^" and "".join(tokens.items[tokens.at + 2 :][:1]).isupper():
                name += "".join(tokens.take() for _ in range(3))[2:]
                if not tokens.skip("}"):
                    tokens.take("(")
                    while not tokens.skip(")", "}"):
                        label += tokens.take()
            elif label == "" and tokens.skip("^", "{", "("):
                while not tokens.skip(")", "}"):
                    label += tokens.take()
            if indices is None and tokens.skip("_"):
                indices = self._braced(tokens) if tokens.next == "{" else [self._single(tokens)]
        name += label
        if indices is None:
            return _constant((name, ()))
        if self.closed or len(indices) > 1:
            start = 0 if self.closed else 1
            return _indexed(name, [_sum([(1, index), (-1, _number(str(start)))]) for index in indices])
        (only,) = indices
        return lambda world, letters: (name, flat(self.shapes[name], int(only(world, letters))))

    def _single(self, tokens: _Tokens) -> Node:
        token = self._primed_name(tokens)
        return _number(token) if token.isdigit() else _letter(token)

    def _braced(self, tokens: _Tokens) -> list[Node]:
        tokens.take("{")
        indices = [self._index(tokens)]
        while tokens.skip(","):
            indices.append(self._index(tokens))
        tokens.take("}")
        return indices

    def _sigma(self, tokens: _Tokens) -> Node:
        tokens.take(r"\sum")
        tokens.take("_")
        tokens.take("{")
        if tokens.skip(r"\substack", "{"):
            ranges = self._ranges(tokens)
            conditions = []
            while not tokens.skip("}", "}"):
                assert tokens.skip("\\\\") or tokens.skip(",", r"\;"), tokens.items[tokens.at :]
                more = self._ranges(tokens) if self._of_a_letter(tokens) else []
                ranges += more
                conditions += [] if more else [self._condition(tokens)]
        else:
            letter = self._primed_name(tokens)
            tokens.take("=")
            tokens.take("0")
            tokens.take("}")
            tokens.take("^")
            last = self._digits(tokens) if tokens.next.isdigit() else ""
            if not last:
                tokens.take("{")
                last = self._digits(tokens)
                tokens.take("}")
            ranges, conditions = [(letter, int(last))], []
        return _total(ranges, conditions, self._product(tokens))

    def _ranges(self, tokens: _Tokens) -> list[tuple[str, int]]:
        r"""``0\le i,j\le 1,\;0\le k\le 4``, as far as such ranges go; what follows is left."""
        ranges: list[tuple[str, int]] = []
        while tokens.skip("0", r"\le"):
            letters = [self._primed_name(tokens)]
            while tokens.skip(","):
                letters.append(self._primed_name(tokens))
            tokens.take(r"\le")
            last = int(self._digits(tokens))
            ranges += ((letter, last) for letter in letters)
            here = tokens.at
            if not (tokens.skip(",") and (tokens.skip(r"\;") or True) and self._of_a_letter(tokens)):
                tokens.at = here
                break
        return ranges

    def _of_a_letter(self, tokens: _Tokens) -> bool:
        r"""Whether ranges go on: ``0\le i,j\le 1`` from both sides, of letters and not of combinations."""
        text = " ".join(tokens.items[tokens.at :])
        return re.match(r"0 \\le [a-z]( ')*( , [a-z]( ')*)* \\le \d( \d)*( ,| \\\\| \}|$)", text) is not None

    def _condition(self, tokens: _Tokens) -> Node:
        sides, relations = [self._index(tokens)], []
        while tokens.next in (r"\le", r"\mid", "="):
            relations.append({r"\le": "≤", r"\mid": "∣", "=": "="}[tokens.take()])
            sides.append(self._index(tokens))
        return _held(sides, relations)

    def _index(self, tokens: _Tokens) -> Node:
        parts = []
        sign = -1 if tokens.skip("-") else 1
        while True:
            parts.append((sign, self._step(tokens)))
            if tokens.next not in ("+", "-"):
                break
            sign = 1 if tokens.take() == "+" else -1
        return _sum(parts)

    def _step(self, tokens: _Tokens) -> Node:
        if tokens.skip("("):
            node = self._index(tokens)
            tokens.take(")")
        elif tokens.next.isdigit():
            node = _number(self._digits(tokens))
            if re.fullmatch("[a-z]", tokens.next):
                node = _times(node, self._primed(tokens))
        else:
            node = self._primed(tokens)
        return _over(node, _number(self._digits(tokens))) if tokens.skip("/") else node

    def _primed(self, tokens: _Tokens) -> Node:
        return _letter(self._primed_name(tokens))

    def _primed_name(self, tokens: _Tokens) -> str:
        letter = tokens.take()
        while tokens.skip("'"):
            letter += "'"
        return letter

    def _digits(self, tokens: _Tokens) -> str:
        text = tokens.take()
        assert text.isdigit(), f"a number expected, {text} found"
        while tokens.next.isdigit():
            text += tokens.take()
        return text


def _gradient(reference: tuple[str, Place]) -> tuple[str, Place]:
    return "dL_d" + reference[0], reference[1]


# JSON: expressions are Python, evaluated here over exact numbers by walking their syntax tree.


class Json:
    """The reader of the JSON output."""

    def __init__(self, output: str) -> None:
        self.data = json.loads(output)

    @property
    def symbols(self) -> dict[str, tuple[str, Place]]:
        """The tensor and the place (from 0) of each identifier."""
        return {
            name: (entry["tensor"], tuple(n - 1 for n in entry["index"]))
            for name, entry in self.data["symbols"].items()
        }

    @property
    def shapes(self) -> dict[str, Place]:
        """The shape of each tensor that is no gradient, from the entries it has."""
        shapes: dict[str, Place] = {}
        for tensor, place in self.symbols.values():
            size = tuple(n + 1 for n in place)
            shapes[tensor] = tuple(map(max, shapes.get(tensor, size), size))
        return {name: shape for name, shape in shapes.items() if not name.startswith("dL_d")}

    def equations(self) -> list[Equation]:
        """Every equation by its expression."""
        symbols = self.symbols
        found = []
        for equation in self.data["equations"]:
            target = symbols[equation["target"]]
            tree = ast.parse(equation["expression"], mode="eval").body
            found.append(Equation(_constant(target), [_python(tree, symbols)], []))
        return found


def _compared(a: Any, b: Any, *, equal: bool) -> Fraction:
    """Whether a is greater than b, or no less where equal ones count."""
    return Fraction(a > b or (equal and a == b))


def _constant(reference: tuple[str, Place]) -> Reference:
    return lambda world, letters: reference


def _python(tree: ast.expr, symbols: Mapping[str, tuple[str, Place]]) -> Node:
    """An expression of identifiers, whole numbers, arithmetic, ``max(…, 0)``, ``> 0`` and functions."""
    match tree:
        case ast.Constant(int(value)):
            return _number(str(value))
        case ast.Name("pi"):
            return _call("pi", 0, _number("0"))
        case ast.Name(name):
            return _entry(_constant(symbols[name]))
        case ast.UnaryOp(ast.USub(), operand):
            return _sum([(-1, _python(operand, symbols))])
        case ast.BinOp(left, ast.Pow(), ast.Constant(int(exponent))):
            return _power(_python(left, symbols), exponent)
        case ast.BinOp(left, ast.Pow(), ast.BinOp(ast.Constant(int(doubled)), ast.Div(), ast.Constant(2))):
            return _half_power(_python(left, symbols), doubled)
        case ast.BinOp(left, operator, right):
            parts = _python(left, symbols), _python(right, symbols)
            match operator:
                case ast.Add():
                    return _sum([(1, parts[0]), (1, parts[1])])
                case ast.Sub():
                    return _sum([(1, parts[0]), (-1, parts[1])])
                case ast.Mult():
                    return _times(*parts)
                case ast.Div():
                    return _over(*parts)
        case ast.Compare(left, [relation], [right]):
            spelled = {ast.Gt: ">", ast.Lt: "<", ast.LtE: "≤", ast.GtE: "≥"}[type(relation)]
            return _related(spelled, _python(left, symbols), _python(right, symbols))
        case ast.Call(ast.Name("max"), [argument, ast.Constant(0)], []):
            return _call("relu", 0, _python(argument, symbols))
        case ast.Call(ast.Name("max"), arguments, []):
            return _greatest(_listed([_python(argument, symbols) for argument in arguments]))
        case ast.BoolOp(ast.And(), parts):
            both = [_python(part, symbols) for part in parts]
            return lambda world, letters: min(part(world, letters) for part in both)
        case ast.Call(ast.Name(name), [argument], []):
            derived = re.fullmatch(r"d(\d*)(\w+)", name) if name not in ("exp", "tanh") else None
            order = int(derived[1] or 1) if derived else 0
            return _call(derived[2] if derived else name, order, _python(argument, symbols))
    raise AssertionError(f"no expression of the format: {ast.dump(tree)}")
