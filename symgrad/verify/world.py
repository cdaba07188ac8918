"""A document's names with numbers for its sizes: each entry of each tensor is a scalar.

Sizes that the document leaves open get small numbers that differ from one another (shapes that do not fit
show, and a 1/n is no ½ by chance); ``choice`` picks the numbers, so that a formula can be judged at
several.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import count, product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

from symgrad.algebra.positions import unflat
from symgrad.verify.arrays import Array, scalar, stack
from symgrad.verify.context import Context, Declaration, Definition, Pattern, Range
from symgrad.verify.documents.pieces import Span
from symgrad.verify.indices import free_indices, limits_in
from symgrad.verify.names import LOSS_LETTERS, Spelled, is_transpose, letters_in, script_text, spelled
from symgrad.verify.scalars import ZERO, Scalar, Sign, defined, number, symbol, symbols_of, times, total
from symgrad.verify.syntax import (
    Big,
    Call,
    Group,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Scripted,
    Sum,
    children,
    parts_of,
)

if TYPE_CHECKING:
    from symgrad.verify.network import Native

MOST_ENTRIES: Final = 20_000
"""The most entries of a tensor, and the most terms of a sum, that a formula is laid out to."""

MOST_LAID_OUT: Final = 40_000
"""The most terms of all sums together that one member of a claim is laid out to."""

MOST_NAMED: Final = 200_000
"""The most entries that a document's names have together."""

_SERIALS = count()
_OPPOSITE: Final[dict[Sign, Sign]] = {"negative": "positive", "nonpositive": "nonnegative"}
_POOLS: Final = ((2, 3, 4, 5, 6, 7), (3, 2, 5, 4, 7, 6))
_STEPS: Final = ((3, 4, 5), (4, 5, 6))
_WINDOW: Final = (1, 3)
_MIDDLE: Final = 2


class UnsettledError(Exception):
    """A formula that has no value here; ``span`` is the place, if one is to blame."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class UnknownNameError(UnsettledError):
    """A name that nothing in the document says anything of."""


class OutsideError(UnsettledError):
    """An index outside the range of its axis."""


class StepError(UnsettledError):
    """A layer, a step or a sample that does not exist: a claim about it says nothing."""


class BeyondError(StepError):
    """An entry past the end that the document states for one of its indices."""


class Reading(NamedTuple):
    """How a page is taken where pages differ.

    ``partial``: 0 takes derivatives as total; 1 holds fixed what an expression under ∂ does not show; 2 holds
    intermediates fixed in all derivatives but those of an objective, 3 in those too. ``entrywise_dots``: a
    star (2: a dot too) between two vectors of one length multiplies entry by entry. ``zero_outside``:
    entries outside their range are 0.
    """

    partial: int = 0
    entrywise_dots: int = 0
    zero_outside: bool = False


class Env:
    """Values of indices, and of a function's parameters, while a formula is evaluated."""

    __slots__ = ("indices", "locals")

    def __init__(self, indices: dict[str, int] | None = None, local: dict[str, Array] | None = None) -> None:
        self.indices = indices or {}
        self.locals = local or {}

    def with_indices(self, indices: dict[str, int]) -> Env:
        """The same with more indices."""
        return Env({**self.indices, **indices}, self.locals)

    def with_locals(self, local: dict[str, Array]) -> Env:
        """The same with parameters bound."""
        return Env(self.indices, {**self.locals, **local})


class World:
    """Entries of names at one choice of sizes."""

    def __init__(
        self, context: Context, evaluate: Callable[[Node, World, Env], Array], choice: int = 0
    ) -> None:
        self.context = context
        self.evaluate = evaluate
        self.choice = choice
        self.reading = Reading()
        self.sizes: dict[str, int] = {}
        self.assumed_sizes: dict[str, int] = {}
        self.assumptions: dict[str, None] = {}
        self.unknown: dict[str, None] = {}
        self.native: dict[str, Native] = {}
        self._pool = list(_POOLS[choice])
        self._steps = list(_STEPS[choice])
        self._arrays: dict[tuple[str, tuple[int, ...], tuple[int, ...]], Array] = {}
        self._going: set[object] = set()
        self._entries = 0
        self._size_differences()
        self._inferring: set[str] = set()
        self.losses: dict[tuple[str, tuple[int, ...]], Scalar] = {}
        self.losses_wanted: set[str] = set()
        self._arguments: dict[str, list[Node]] = {}
        self._ends: dict[str, list[tuple[int, int, tuple[int, int]]]] = {}
        self.intermediates: dict[Scalar, None] = {}
        self.current: dict[str, int] = {}
        self.defining: list[str] = []
        self.surrogates = False
        self.laid_out = 0
        self.guessed: dict[str, None] = {}
        self._open: dict[str, tuple[str, ...]] = {}
        self._read: dict[Scalar, set[Scalar]] = {}
        self.serial = next(_SERIALS)
        self._outputs: dict[str, list[Scalar]] = {}
        self.network_outputs: list[Scalar] | None = None
        self.made_entries: dict[str, list[Scalar]] = {}

    def _size_differences(self) -> None:
        """Where one size is taken from another, the other is larger: the H and K of H − K + 1."""
        large = list(((6, 7, 5), (7, 6, 8))[self.choice])
        small = list(((2, 3), (3, 2))[self.choice])
        for larger, smaller in self.context.differences:
            if larger not in self.sizes and large:
                self.sizes[larger] = self.assumed_sizes[larger] = large.pop(0)
            if smaller not in self.sizes and small:
                self.sizes[smaller] = self.assumed_sizes[smaller] = small.pop(0)

    # Sizes and indices

    def size(self, key: str, *, step: bool = False) -> int:
        """The number that stands for a size."""
        if key not in self.sizes:
            pool = self._steps if step or key in ("T", "L") else self._pool
            self.sizes[key] = pool.pop(0)
            pool.append(self.sizes[key])  # with more sizes than numbers, those far apart are the same
            self.assumed_sizes[key] = self.sizes[key]
        return self.sizes[key]

    def whole(self, node: Node, env: Env, *, new: bool = False) -> int:
        """The whole number that an index or a size is; ``new`` lets unknown letters be sizes.

        Raises:
            UnsettledError: it is none.
        """
        match node:
            case Number():
                if node.value.denominator != 1:
                    raise UnsettledError("an index must be a whole number", node.span)
                return int(node.value)
            case Name():
                return self._whole_name(node, env, new)
            case Sum():
                return sum(term.sign * self.whole(term.node, env, new=new) for term in node.terms)
            case Product():
                result = 1
                for factor in node.factors:
                    value = self.whole(factor.node, env, new=new)
                    if factor.op == "/":
                        if value == 0 or result % value:
                            raise UnsettledError("an index must be a whole number", node.span)
                        result //= value
                    else:
                        result *= value
                return result
            case Quotient():
                top, bottom = self.whole(node.top, env, new=new), self.whole(node.bottom, env, new=new)
                if bottom == 0 or top % bottom:
                    raise UnsettledError("an index must be a whole number", node.span)
                return top // bottom
            case Group(bracket="|"):
                spelling = spelled(node.inner)
                if spelling is not None:
                    return self.set_size(spelling.key)
            case Group():
                return self.whole(node.inner, env, new=new)
            case Scripted():
                spelling = spelled(node)
                if spelling is not None and not spelling.primes:
                    words = self._size_words(spelling, env)
                    stem = spelling.key
                    if stem in self.context.choices:
                        named = self.context.named(node)
                        if named is not None:
                            return int(self.read(named[0], env).entries[0].value)
                    if new or stem in self.context.sizes:
                        return self.size("_".join((stem, *words)))
        raise UnsettledError("this is no index and no size", node.span)

    def _size_words(self, spelling: Spelled, env: Env) -> list[str]:
        """The scripts of a size: values of indices, and letters that only name it (the l of n_l)."""
        scripts = [*spelling.subs]
        for part in spelling.sups:
            if not is_transpose(part):
                scripts += children(part) or (part,)
        literal = [script_text(node) for node in scripts]
        if "_".join((spelling.key, *literal)) in self.sizes:
            return literal
        words: list[str] = []
        for node in scripts:
            try:
                words.append(
                    str(self.whole(node, env)) if self.context.index_like(node) else script_text(node)
                )
            except UnknownNameError:
                words.append(script_text(node))
        return words

    def _whole_name(self, node: Name, env: Env, new: bool) -> int:
        key = spelled(node).key  # type: ignore[union-attr]
        if key in env.indices:
            return env.indices[key]
        if key in self.context.choices:
            return int(self._chosen(key, (), ()).entries[0].value)
        if key in self.sizes or key in self.context.sizes:
            return self.size(key)
        if key in self.context.definitions:
            value = self.read(Pattern(key, (), (), None, node.span), env)
            entry = value.entries[0] if len(value.entries) == 1 else None
            entry = entry_value(entry) if entry is not None else None
            if entry is not None and entry.kind == "number" and entry.value.denominator == 1:
                return int(entry.value)
        letters = node.letter
        if len(letters) > 1 and all(
            c in env.indices or c in self.context.sizes or c.isdigit() for c in letters
        ):
            return prod(
                int(c) if c.isdigit() else env.indices[c] if c in env.indices else self.size(c)
                for c in letters
            )
        if new and key not in self.context.ranges and key not in self.context.bound:
            self.context.take_size(key)
            return self.size(key)
        raise UnknownNameError(f"nothing says which values {node.letter} takes", node.span)

    def set_size(self, key: str) -> int:
        """How many members a set has."""
        stem = key.partition("_")[0]
        return self.size("|" + stem + "|")

    def limits(self, letter: str) -> tuple[int, int] | None:
        """First and last value of an index, where the document states them."""
        stated = self.context.ranges.get(letter)
        return None if stated is None else self.limits_of(stated, Env())

    def anonymous(self, letter: str) -> tuple[int, int]:
        """The range of an index of which nothing says how far it runs."""
        self.assumptions.setdefault(f"{letter} runs over a few values, since nothing says how many")
        self.guessed.setdefault(letter)
        return self.context.base, self.context.base + 1 + self.choice

    def limits_of(self, stated: Range, env: Env) -> tuple[int, int]:
        """First and last value of a range."""
        if stated.members:
            return 1, self.set_size(stated.members)
        first = 1 if stated.first is None else self.whole(stated.first, env, new=True)
        if stated.last is None:
            return first, first + _WINDOW[1] - 1
        if isinstance(stated.last, Name) and stated.last.letter not in self.sizes:
            self.context.take_size(stated.last.letter)
            self.size(stated.last.letter)
        return first, self.whole(stated.last, env, new=True)

    # Entries

    def read(self, pattern: Pattern, env: Env) -> Array:
        """What a name stands for: a number, or an array where it has fewer subscripts than axes."""
        labels = tuple(self.whole(node, env) for node in pattern.labels)
        subs = tuple(self.whole(node, env) for node in pattern.subs)
        stated = self.label_count(pattern.key)
        if stated is not None and len(labels) == stated + 1 and not subs:
            return self._column(pattern, labels, stated)
        return self.entry(pattern.key, labels, subs, pattern.span)

    def label_count(self, key: str) -> int | None:
        """How many labels a name carries where it is stated."""
        counts = [len(d.labels) for d in self.context.declarations.get(key, ())]
        counts += [len(d.pattern.labels) for d in self.context.definitions.get(key, ())]
        return max(counts) if counts else None

    def _column(self, pattern: Pattern, labels: tuple[int, ...], stated: int) -> Array:
        """``Z^{[1](i)}``: a further label is the sample, a column of the matrix of all."""
        whole = self.entry(pattern.key, labels[:stated], (), pattern.span)
        if len(whole.shape) != 2:
            raise StepError(f"{shown(pattern.key, labels, ())} does not exist", pattern.span)
        rows, columns = whole.shape
        place = labels[stated] - self.context.base
        if not 0 <= place < columns:
            raise StepError(
                f"{shown(pattern.key, labels, ())} does not exist: there are {columns} columns", pattern.span
            )
        self.assumptions.setdefault("a second label in brackets is the column of a sample")
        column = tuple(whole.entries[i * columns + place] for i in range(rows))
        return Array((rows,) if rows > 1 else (), column)

    def entry(
        self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None = None
    ) -> Array:
        """The array at labels and leading subscripts."""
        place = (key, labels, subs)
        if (
            self.reading.zero_outside
            and not self.defining  # what a definition reads exists
            and subs
            and not self.context.is_known(key)
            and self._lies_outside(key, subs)
        ):
            self.assumptions.setdefault("an entry outside its range counts as 0")
            return scalar(ZERO)
        if opened := self.open_letters(key):
            return self._found_here(key, labels, subs, span, opened)
        if key in self.context.ambiguous:
            raise UnsettledError(f"{key} is defined twice, for two indices", span)
        if place not in self._arrays:
            if place in self._going:
                raise UnsettledError(f"{shown(key, labels, subs)} is defined by itself", span)
            self._going.add(place)
            try:
                found = self._found(key, labels, subs, span)
                self._entries += len(found.entries)
                if self._entries > MOST_NAMED:
                    raise UnsettledError(f"the names have more than {MOST_NAMED:,} entries together", span)
                self._arrays.setdefault(place, found)
                if self._arrays[place].flexible == "unknown" and not found.flexible:
                    self._arrays[place] = found
            finally:
                self._going.discard(place)
        return self._arrays[place]

    def open_letters(self, key: str) -> tuple[str, ...]:
        """Indices that the definition of a name leaves open: it means another thing at each step."""
        if key not in self._open:
            self._open[key] = ()
            found: dict[str, None] = {}
            for definition in self.context.definitions.get(key, ()):
                own = {
                    name.letter for node in (*definition.pattern.labels, *definition.pattern.subs)
                    for name in letters_in(node)
                }  # fmt: skip
                found |= dict.fromkeys(i for i in free_indices(definition.body, self.context) if i not in own)
            self._open[key] = tuple(found)
        return self._open[key]

    def _found_here(
        self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None, opened:
        tuple[str, ...] ) -> Array:  # fmt: skip
        """A name whose definition leaves indices open, at their values here."""
        here = {letter: self.current[letter] for letter in opened if letter in self.current}
        for definition in self.context.definitions[key]:
            bound = self.matched(definition.pattern, labels, subs)
            if bound is not None:
                place = (key, labels, subs, *sorted(here.items()))
                if place in self._going:
                    raise UnsettledError(f"{shown(key, labels, subs)} is defined by itself", span)
                self._going.add(place)
                try:
                    return self._defined(
                        definition, labels, subs, {**here, **bound}, place=tuple(sorted(here.items()))
                    )
                finally:
                    self._going.discard(place)
        raise UnsettledError(f"{shown(key, labels, subs)} is not defined", span)

    def _found(self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None) -> Array:
        native = self.native.get(key)
        if native is not None:
            return native.entry(labels, subs, span)
        for declaration in self.context.declarations.get(key, ()):
            numbered = declaration.subs and all(isinstance(node, Number) for node in declaration.subs)
            if numbered and len(subs) >= len(declaration.subs):
                shape = self._shape_by(declaration, labels, subs[: len(declaration.subs)])
                exact = [
                    d
                    for d in self.context.definitions.get(key, ())
                    if d.pattern.subs and self.matched(d.pattern, labels, subs[: len(d.pattern.subs)])
                ]
                if shape is not None and not exact:
                    return self.part(
                        self._symbols(key, labels, subs[: len(declaration.subs)], shape),
                        subs[len(declaration.subs) :],
                        key,
                        span,
                    )
        beyond = self._past_an_axis(key, labels, subs, span)
        if beyond is not None:
            return beyond
        longer: list[Definition] = []
        definitions = self.context.definitions.get(key, ())
        for definition in sorted(definitions, key=lambda d: _openness(d, self.context)):
            wanted = len(definition.pattern.subs)
            if wanted <= len(subs):
                bound = self.matched(definition.pattern, labels, subs[:wanted])
                if bound is not None:
                    return self.part(
                        self._defined(definition, labels, subs[:wanted], bound), subs[wanted:], key, span
                    )
            else:
                longer.append(definition)
        if longer:
            sizes = self._axis(key, longer, labels, len(subs))
            if sizes is not None:
                return stack([self.entry(key, labels, (*subs, value), span) for value in sizes])
        return self._free(key, labels, subs, span)

    def _past_an_axis(
        self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None
    ) -> Array | None:
        """An entry past the declared axes of a name: 0 or an error, unless an equation gives it."""
        base = self.context.base
        for declaration in self.context.declarations.get(key, ()):
            slots = len(declaration.subs)
            shape = self._shape_by(declaration, labels, subs[:slots]) if len(subs) > slots else None
            if not shape:
                continue
            pairs = zip(subs[slots:], shape, strict=False)
            if all(base <= value < base + size for value, size in pairs):
                continue
            own = (d for d in self.context.definitions.get(key, ()) if _openness(d, self.context)[0] == 0)
            if any(self.matched(d.pattern, labels, subs[: len(d.pattern.subs)]) is not None for d in own):
                return None
            return self.part(self._symbols(key, labels, subs[:slots], shape), subs[slots:], key, span)
        return None

    def part(self, array: Array, rest: tuple[int, ...], key: str, span: Span | None) -> Array:
        """The part of an array at further subscripts, counted from the document's first index."""
        if not rest:
            return array
        shape = array.shape
        if len(shape) == 2 and shape[0] == 1 and len(rest) == 1:
            shape = shape[1:]
            array = Array(shape, array.entries)
        if len(rest) == 2 and len(shape) == 1 and rest[1] == self.context.base and self._is_column(key):
            rest = rest[:1]
        if len(rest) > len(shape):
            raise OutsideError(f"{key} has {len(shape)} axes and is read with {len(rest)} indices", span)
        base = self.context.base
        for value, size in zip(rest, shape, strict=False):
            if not base <= value < base + size:
                if self.reading.zero_outside:
                    self.assumptions.setdefault("an entry outside its range counts as 0")
                    rest_shape = shape[len(rest) :]
                    return Array(rest_shape, (number(0),) * prod(rest_shape))
                raise OutsideError(
                    f"{shown(key, (), rest)} does not exist: an index runs from {base} to {base + size - 1}",
                    span,
                )
        return array.at(tuple(value - base for value in rest))

    def _is_column(self, key: str) -> bool:
        """Whether a name is declared as a matrix with one column."""
        return any(
            len(d.dims) == 2 and isinstance(d.dims[1], Number) and d.dims[1].value == 1
            for d in self.context.declarations.get(key, ())
        )

    def _defined(
        self, definition: Definition, labels: tuple[int, ...], subs: tuple[int, ...], bound: dict[str, int],
        place: tuple[object, ...] = (),
    ) -> Array:  # fmt: skip
        key = definition.pattern.key
        reading, current = self.reading, self.current
        self.reading, self.current = Reading(zero_outside=True), bound
        self.defining.append(key)
        try:
            value = self.evaluate(definition.body, self, Env(bound))
        finally:
            self.reading, self.current = reading, current
            self.defining.pop()
        declared = self.declared_shape(key, labels, subs)
        if value.flexible == "unknown" and declared is None:
            return Array((), value.entries, "unknown", self._settling((key, labels, subs)))
        if value.flexible and declared is not None:
            from symgrad.verify.arrays import fitted

            value = fitted(value, Array(declared, (number(0),) * prod(declared)))[0]
        if declared is not None and declared != value.shape:
            if declared and not value.shape:  # v_0 = 0
                value = Array(declared, value.entries * prod(declared))
            elif prod(declared) == prod(value.shape) and sorted((*declared, 1)) == sorted((*value.shape, 1)):
                value = Array(declared, value.entries)
        base = self.context.base
        entries = []
        for n, entry in enumerate(value.entries):
            at = tuple(p + base for p in unflat(n, value.shape))
            name = shown(key, labels, (*subs, *at))
            made = defined(
                ("entry", self.serial, key, labels, subs, at, *place), name, entry, self.sign_of(key)
            )
            if not definition.adjoint:
                self.intermediates[made] = None
            entries.append(made)
        return Array(value.shape, tuple(entries))

    def declared_shape(
        self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], *, anywhere: bool = False
    ) -> tuple[int, ...] | None:
        """The shape that is left after labels and subscripts, if the name is declared.

        ``anywhere`` takes a declaration for steps beyond its stated range too.
        """
        for declaration in self.context.declarations.get(key, ()):
            shape = self._shape_by(declaration, labels, subs, anywhere=anywhere)
            if shape is not None:
                return shape
        return None

    def _shape_by(
        self,
        declaration: Declaration,
        labels: tuple[int, ...],
        subs: tuple[int, ...],
        *,
        anywhere: bool = False,
    ) -> tuple[int, ...] | None:
        """The shape that one declaration leaves, or None where it speaks of another layer or entry."""
        slots = len(declaration.subs)
        if len(subs) < slots:
            return None
        bound = self._bound(declaration.labels, labels, {}, anywhere=anywhere)
        if bound is not None:
            bound = self._bound(declaration.subs, subs[:slots], bound, anywhere=anywhere)
        if bound is None:
            return None
        dims = [self._axis_size(node, bound) for node in declaration.dims]
        rest = tuple(dims[len(subs) - slots :])
        if len(dims) == 2 and dims[1] == 1 and len(rest) == 2:
            rest = rest[:1]
        return rest

    def _axis_size(self, node: Node, bound: dict[str, int]) -> int:
        size = self.whole(node, Env(bound), new=True)
        if not 0 < size <= MOST_ENTRIES:
            raise UnsettledError(
                f"an axis of {size:,} entries; at most {MOST_ENTRIES:,} are laid out", node.span
            )
        return size

    def _axis(
        self, key: str, longer: list[Definition], labels: tuple[int, ...], position: int
    ) -> list[int] | None:
        """The values of the axis at ``position`` of a name that is defined entry by entry."""
        for declaration in self.context.declarations.get(key, ()):
            axis = position - len(declaration.subs)
            bound = self._bound(declaration.labels, labels, {})
            if bound is not None and 0 <= axis < len(declaration.dims):
                size = self._axis_size(declaration.dims[axis], bound)
                return list(range(self.context.base, self.context.base + size))
        constants: list[int] = []
        for definition in longer:
            node = definition.pattern.subs[position]
            if isinstance(node, Name) and self.context.is_index(node.letter):
                limits = self.limits(node.letter)
                if limits is None:
                    bound = self._bound(definition.pattern.labels, labels, {})
                    limits = self.inferred(node.letter, definition.body, env=Env(bound or {}))
                if limits is not None:
                    return list(range(limits[0], limits[1] + 1))
            elif isinstance(node, Number):
                constants.append(int(node.value))
        return sorted(set(constants)) or None

    def _free(self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None) -> Array:
        """A name that nothing defines: symbols."""
        if key in self.context.choices:
            return self._chosen(key, labels, subs)
        for declaration in self.context.declarations.get(key, ()):
            slots = len(declaration.subs)
            if len(subs) < slots:
                node = declaration.subs[len(subs)]
                if isinstance(node, Name):
                    limits = self.limits(node.letter)
                    if limits is not None:
                        return stack(
                            [
                                self.entry(key, labels, (*subs, v), span)
                                for v in range(limits[0], limits[1] + 1)
                            ]
                        )
                continue
            shape = self._shape_by(declaration, labels, subs[:slots])
            if shape is None:
                continue
            self._check_steps(declaration.labels, labels, key, span)
            self._check_steps(declaration.subs, subs[:slots], key, span)
            if prod(shape) > MOST_ENTRIES:
                raise UnsettledError(
                    f"{key} has {prod(shape):,} entries; at most {MOST_ENTRIES:,} are laid out", span
                )
            whole = self._symbols(key, labels, subs[:slots], shape)
            return self.part(whole, subs[slots:], key, span)
        stated = (
            *self.context.declarations.get(key, ()),
            *(d.pattern for d in self.context.definitions.get(key, ())),
        )
        if any(pattern.labels or pattern.subs for pattern in stated):
            return self._beyond(key, labels, subs, span)
        return scalar(self._symbol(("entry", self.serial, key, labels, subs), shown(key, labels, subs), key))

    def _symbols(
        self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], shape: tuple[int, ...]
    ) -> Array:
        """The entries of a name that nothing defines."""
        base = self.context.base
        entries: list[Scalar] = []
        for n in range(prod(shape)):
            place = (*subs, *(p + base for p in unflat(n, shape)))
            name = shown(key, labels, place)
            entries.append(self._symbol(("entry", self.serial, key, labels, place), name, key))
        return Array(shape, tuple(entries))

    def _lies_outside(self, key: str, subs: tuple[int, ...]) -> bool:
        """Whether subscripts lie outside the ranges that the document's sums give to those of a name."""
        if key not in self._ends:
            self._ends[key] = self._ends_in_sums(key)
        return any(
            not first <= value <= last
            for count, position, (first, last) in self._ends[key]
            if count == len(subs)
            for value in (subs[position],)
        )

    def _ends_in_sums(self, key: str) -> list[tuple[int, int, tuple[int, int]]]:
        """How many subscripts, which of them, and the first and last value that a sum gives to it."""
        found: dict[tuple[int, int, tuple[int, int]], None] = {}
        bodies = [d.body for definitions in self.context.definitions.values() for d in definitions]
        for part in (part for body in bodies for part in parts_of(body)):
            limits = limits_in(part)
            for pattern in names_in(part.body, self.context) if isinstance(part, Big) and limits else ():
                for position, sub in enumerate(pattern.subs if pattern.key == key else ()):
                    stated = limits.get(sub.letter) if isinstance(sub, Name) else None
                    if stated is not None:
                        found[len(pattern.subs), position, self.limits_of(stated, Env())] = None
        return list(found)

    def _symbol(self, place: Hashable, name: str, key: str) -> Scalar:
        """An entry of a name that nothing defines. What is negative is the opposite of something positive."""
        sign = self.sign_of(key)
        opposite = _OPPOSITE.get(sign)
        if opposite is None:
            return symbol(place, name, sign)
        return defined(place, name, -symbol(("opposite", place), f"-{name}", opposite), sign)

    def _chosen(self, key: str, labels: tuple[int, ...], subs: tuple[int, ...]) -> Array:
        """A name that is one of finitely many numbers: one of them."""
        first, last = self.limits_of(self.context.choices[key], Env())
        place = sum(labels) + 2 * sum(subs) + self.choice
        return scalar(number(first + place % (last - first + 1)))

    def _beyond(self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None) -> Array:
        """A name at a step that no equation gives: where the equations begin from, or nothing that exists."""
        place = (key, labels, subs)
        if not self.defining:
            for each in self._places(key):
                try:
                    self.entry(key, *each)
                except UnsettledError:
                    continue
            if place in self._arrays:
                return self._arrays[place]
            self._check_ends(key, labels, subs, span)
            raise StepError(f"{shown(key, labels, subs)} does not exist", span)
        shape = self.declared_shape(key, labels, subs, anywhere=True)
        settled = self._settling(place)
        if shape is not None:
            return settled(shape)
        if self._is_array(key):
            return Array((), (number(0),), "unknown", settled)
        return settled(())

    def _settling(
        self, place: tuple[str, tuple[int, ...], tuple[int, ...]]
    ) -> Callable[[tuple[int, ...]], Array]:
        key, labels, subs = place

        def settle(shape: tuple[int, ...]) -> Array:
            known = self._arrays.get(place)
            if known is not None and not known.flexible:
                return known
            base = self.context.base
            entries = []
            for n in range(prod(shape)):
                at = tuple(p + base for p in unflat(n, shape))
                name = shown(key, labels, (*subs, *at))
                entries.append(self._symbol(("entry", self.serial, key, labels, subs, at), name, key))
            made = Array(shape, tuple(entries))
            self._arrays[place] = made
            return made

        return settle

    def _is_array(self, key: str) -> bool:
        """Whether the equations of a name speak of arrays, as far as their letters show."""
        context = self.context
        for definition in context.definitions.get(key, ()):
            for name in names_in(definition.body, context):
                for declaration in context.declarations.get(name.key, ()):
                    slots = len(declaration.subs) + len(declaration.dims)
                    if declaration.dims and len(name.subs) < slots:
                        return True
                if (
                    name.key != key
                    and name.key not in context.declarations
                    and name.key not in self._inferring
                ):
                    self._inferring.add(name.key)
                    try:
                        if self._is_array(name.key):
                            return True
                    finally:
                        self._inferring.discard(name.key)
        return any(d.dims for d in context.declarations.get(key, ()))

    def unknown_number(self, name: str, entries: tuple[Scalar, ...]) -> Scalar:
        """An unknown function of many numbers, known by its gradient."""
        self.surrogates = True
        place = ("unknown of", self.serial, name, entries)
        parts = [symbol(("loss", place), name)]
        for n, entry in enumerate(entries):
            label = entry.letter.name if entry.kind == "symbol" else str(n)
            upstream = symbol(("upstream", self.serial, (name, ()), entry, place), f"d{name}/d{label}")
            parts.append(times((upstream, entry)))
        return defined(("loss as read", place), name, total(parts))

    def _check_steps(
        self,
        nodes: tuple[Node, ...],
        values: tuple[int, ...],
        key: str,
        span: Span | None,
        labels: tuple[int, ...] = (),
    ) -> None:
        """A sample or an entry beyond its stated range does not exist; a step before the first does."""
        for node, value in zip(nodes, values, strict=False):
            if isinstance(node, Name):
                limits = self.limits(node.letter)
                if limits is not None and value > limits[1]:
                    raise BeyondError(
                        f"{shown(key, labels, values)} does not exist: {node.letter} ends at {limits[1]}",
                        span,
                    )

    def _check_ends(
        self, key: str, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None
    ) -> None:
        """An index past the end of its range, wherever the name is defined."""
        for definition in self.context.definitions.get(key, ()):
            self._check_steps(definition.pattern.subs, subs, key, span, labels)

    def sign_of(self, key: str) -> Sign:
        """What is known of the sign of a name."""
        return self.context.signs.get(key, "real")

    # Losses

    def is_open(self, pattern: Pattern) -> bool:
        """Whether a name is a loss that nothing defines."""
        key = pattern.key
        context = self.context
        if key in self.native or key in context.declarations or key in context.definitions:
            return False
        if key in context.functions:
            return False
        return not (key in context.sizes and key not in LOSS_LETTERS)

    def is_objective(self, pattern: Pattern) -> bool:
        """Whether a name is a number that no other forward definition reads: what is minimised."""
        if pattern.key in LOSS_LETTERS:
            return True
        for definitions in self.context.definitions.values():
            for definition in definitions:
                if not definition.adjoint and any(
                    name.key == pattern.key for name in names_in(definition.body, self.context)
                ):
                    return False
        return True

    def objective(self) -> Scalar | None:
        """The loss that a shorthand such as dW speaks of: the only one there is."""
        known = [key for key in self.context.definitions if key in LOSS_LETTERS]
        if len(known) == 1:
            value = self.entry(known[0], (), ())
            return value.entries[0] if len(value.entries) == 1 else None
        if known:
            return None
        stated = [key for key in self.context.functions if key in LOSS_LETTERS]
        if len(stated) == 1:
            parameters = self.context.functions[stated[0]][0].pattern.parameters or ()
            call = Call(Name(stated[0], "", (0, 0)), parameters, True, (0, 0))
            value = self.evaluate(call, self, Env())
            if len(value.entries) == 1:
                return value.entries[0]
        wanted = sorted(self.losses_wanted & LOSS_LETTERS) or ["L"]
        return self.loss(wanted[0], ())

    def loss(self, key: str, labels: tuple[int, ...]) -> Scalar:
        """An unknown loss: whatever reads the outputs, known by its gradient by each of them."""
        place = (key, labels)
        if place not in self.losses:
            name = shown(key, labels, ())
            parts = [symbol(("loss", self.serial, place), name)]
            for output in self.outputs(key):
                upstream = symbol(("upstream", self.serial, place, output), f"d{name}/d{output.letter.name}")
                parts.append(times((upstream, output)))
            self.losses[place] = defined(("loss as read", self.serial, place), name, total(parts))
        return self.losses[place]

    def reads(self, loss: Scalar, variable: Scalar) -> bool:
        """Whether a loss reads a variable, through whatever stands between."""
        if loss not in self._read:
            self._read[loss] = set(symbols_of(loss, through_definitions=True))
        return variable in self._read[loss]

    def is_stated(self, loss: Scalar) -> bool:
        """Whether it is stated what an unknown loss is a function of: then it reads nothing else."""
        if self.network_outputs is not None:
            return True
        place = next(place for place, known in self.losses.items() if known is loss)
        return bool(self._arguments_of(place[0]))

    def upstream(self, loss: Scalar, variable: Scalar) -> Scalar:
        """The gradient of an unknown loss by something that no equation of the document leads on."""
        place = next(place for place, known in self.losses.items() if known is loss)
        return symbol(
            ("upstream", self.serial, place, variable),
            f"d{shown(place[0], place[1], ())}/d{variable.letter.name}",
        )

    def last_label(self, key: str) -> int | None:
        """The last layer of a name that is stated for layers and nowhere without one."""
        stated = [d.labels for d in self.context.declarations.get(key, ())]
        stated += [d.pattern.labels for d in self.context.definitions.get(key, ())]
        if not stated or any(len(labels) != 1 for labels in stated):
            return None
        for (label,) in stated:
            if isinstance(label, Name) and (limits := self.limits(label.letter)) is not None:
                return limits[1]
        return None

    def outputs(self, key: str) -> list[Scalar]:
        """Entries that no forward definition reads, and declared ones that none reads at all."""
        if self.network_outputs is not None:
            return self.network_outputs
        if key not in self._outputs and (read := self._arguments_of(key)):
            self._outputs[key] = read
        if key not in self._outputs:
            every = self._laid_out(key)
            used: set[Scalar] = set()
            for entry in every:
                if entry.definition is not None:
                    used.update(symbols_of(entry.definition, through_definitions=True))
            self._outputs[key] = [entry for entry in every if entry not in used and entry.kind == "symbol"]
        return self._outputs[key]

    def _arguments_of(self, key: str) -> list[Scalar]:
        """What an unknown loss is written as a function of: the Z of ``J = ℓ(Z)/m``."""
        if key not in self._arguments:
            self._arguments[key] = [
                argument
                for definitions in self.context.definitions.values()
                for definition in definitions
                for call in calls_of(definition.body, key)
                for argument in call.arguments
            ]
            self._arguments[key] += self.context.reads.get(key, ())
        found: dict[Scalar, None] = {}
        for argument in self._arguments[key]:
            try:
                value = self.evaluate(argument, self, Env())
            except UnsettledError:
                continue
            found |= dict.fromkeys(e for e in value.entries if e.kind == "symbol")
        return list(found)

    def _laid_out(self, key: str) -> list[Scalar]:
        """Every entry of every forward name, and of every declared one."""
        found: dict[Scalar, None] = {}
        apart = self._speaking_of(key)
        for native in self.native.values():
            for entry in native.every():
                found.setdefault(entry)
        for name in (*self.context.definitions, *self.context.declarations):
            if name in apart or name in self.native:
                continue
            for labels, subs in self._places(name):
                try:
                    array = self.entry(name, labels, subs)
                except UnsettledError:
                    continue
                for entry in array.entries:
                    found.setdefault(entry)
        return list(found)

    def _speaking_of(self, key: str) -> set[str]:
        """Names whose definitions speak of the loss or of derivatives, at any remove."""
        apart = {key}
        while True:
            more = {
                name
                for name, definitions in self.context.definitions.items()
                if name not in apart
                and any(
                    d.adjoint
                    or any(n.key in apart or self._is_loss(n.key) for n in names_in(d.body, self.context))
                    for d in definitions
                )
            }
            if not more:
                return apart
            apart |= more

    def _is_loss(self, key: str) -> bool:
        return key in self.losses_wanted

    def _places(self, key: str) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Labels and leading subscripts at which a name is stated."""
        stated: list[tuple[tuple[Node, ...], tuple[Node, ...]]] = [
            (d.labels, d.subs) for d in self.context.declarations.get(key, ())
        ]
        stated += [(d.pattern.labels, d.pattern.subs) for d in self.context.definitions.get(key, ())]
        seen: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
        for labels, subs in stated:
            letters: dict[str, tuple[int, int]] = {}
            for node in (*labels, *subs):
                letter, _ = _affine(node, self.context)
                if letter and letter not in letters:
                    definitions = [d.body for d in self.context.definitions.get(key, ())]
                    limits = (
                        self.limits(letter)
                        or self._own_axis(key, letter)
                        or self.inferred(letter, *definitions)
                    )
                    letters[letter] = limits or (_WINDOW if letter in "ltnτ" else self.anonymous(letter))
            for bound in assignments(list(letters.items())):
                try:
                    place = (
                        tuple(self.whole(node, Env(bound)) for node in labels),
                        tuple(self.whole(node, Env(bound)) for node in subs),
                    )
                except UnsettledError:
                    continue
                if place not in seen:
                    seen.add(place)
                    yield place

    def _own_axis(self, key: str, letter: str) -> tuple[int, int] | None:
        for definition in self.context.definitions.get(key, ()):
            for position, node in enumerate(definition.pattern.subs):
                if isinstance(node, Name) and node.letter == letter:
                    for declaration in self.context.declarations.get(key, ()):
                        axis = position - len(declaration.subs)
                        if 0 <= axis < len(declaration.dims):
                            size = self._axis_size(declaration.dims[axis], {})
                            return self.context.base, self.context.base + size - 1
        return None

    # Patterns

    def matched(
        self, pattern: Pattern, labels: tuple[int, ...], subs: tuple[int, ...]
    ) -> dict[str, int] | None:
        """The indices with which a pattern means these labels and subscripts, or None."""
        bound = self._bound(pattern.labels, labels, {})
        if bound is None:
            return None
        return self._bound(pattern.subs, subs, bound)

    def _bound(
        self,
        nodes: tuple[Node, ...],
        values: tuple[int, ...],
        bound: dict[str, int],
        *,
        anywhere: bool = False,
    ) -> dict[str, int] | None:
        if len(nodes) != len(values):
            return None
        bound = dict(bound)
        for node, value in zip(nodes, values, strict=True):
            letter, shift = _affine(node, self.context)
            if not letter and (several := self._unsettled(node, bound)):
                solved = self._solved(node, several, value, bound)
                if solved is None:
                    return None
                bound |= solved
                continue
            if not letter:
                try:
                    if self.whole(node, Env(bound)) != value:
                        return None
                except UnsettledError:
                    return None
                continue
            here = value - shift
            if bound.setdefault(letter, here) != here:
                return None
            if anywhere:
                continue
            limits = self.limits(letter)
            if limits is None and letter in self.context.fixed:
                if here != _MIDDLE:
                    return None
                continue
            if limits is not None and shift > 0 and value > limits[1]:
                return None  # z^(l+1) for the last l: there is no such layer
            low, high = limits if limits is not None else (min(_WINDOW[0], self.context.base), None)
            if here < low or (high is not None and here > high):
                return None
        return bound

    def _unsettled(self, node: Node, bound: dict[str, int]) -> list[str]:
        """The indices without a value in a subscript such as ``2i + d``."""
        letters = dict.fromkeys(name.letter for name in letters_in(node))
        return [
            c for c in letters if c not in bound and self.context.is_index(c) and not self.context.is_size(c)
        ]

    def _solved(
        self, node: Node, letters: list[str], value: int, bound: dict[str, int]
    ) -> dict[str, int] | None:
        """The values of several indices at which a subscript has a value, the first of them."""
        ranges = [(letter, limits) for letter in letters if (limits := self.limits(letter)) is not None]
        if len(ranges) < len(letters) or prod(last - first + 1 for _, (first, last) in ranges) > MOST_ENTRIES:
            raise UnsettledError("nothing says for which indices an equation gives an entry", None)
        for more in assignments(ranges):
            try:
                if self.whole(node, Env({**bound, **more})) == value:
                    return more
            except UnsettledError:
                continue
        return None

    def inferred(self, letter: str, *nodes: Node, env: Env | None = None) -> tuple[int, int] | None:
        """The range of an index from the axes that it reads; ``env`` says of which layer."""
        here = env or Env()
        for node in nodes:
            for pattern in names_in(node, self.context):
                for position, sub in enumerate(pattern.subs):
                    if isinstance(sub, Name) and sub.letter == letter:
                        limits = self._axis_limits(pattern, position, here)
                        if limits is not None:
                            return limits
                for position, label in enumerate(pattern.labels):
                    if isinstance(label, Name) and label.letter == letter:
                        limits = self._label_limits(pattern, position)
                        if limits is not None:
                            return limits
        return None

    def _axis_limits(self, pattern: Pattern, position: int, env: Env) -> tuple[int, int] | None:
        base = self.context.base
        try:
            labels = tuple(self.whole(node, env) for node in pattern.labels)
        except UnsettledError:
            labels = None
        native = self.native.get(pattern.key)
        if native is not None:
            return native.limits(position, len(pattern.subs))
        for declaration in self.context.declarations.get(pattern.key, ()):
            axis = position - len(declaration.subs)
            if axis < 0:
                node = declaration.subs[position]
                if isinstance(node, Name) and node.letter in self.context.ranges:
                    return self.limits(node.letter)
            elif axis < len(declaration.dims):
                bound = {} if labels is None else self._bound(declaration.labels, labels, {}, anywhere=True)
                if bound is None:
                    continue
                try:
                    size = self._axis_size(declaration.dims[axis], bound)
                except UnsettledError:
                    return None
                return base, base + size - 1
        for definition in self.context.definitions.get(pattern.key, ()):
            if position < len(definition.pattern.subs):
                node = definition.pattern.subs[position]
                if isinstance(node, Name):
                    limits = self.limits(node.letter)
                    if limits is None and node.letter not in self._inferring:
                        self._inferring.add(node.letter)
                        try:
                            inner = (
                                None
                                if labels is None
                                else self._bound(definition.pattern.labels, labels, {}, anywhere=True)
                            )
                            limits = self.inferred(node.letter, definition.body, env=Env(inner or {}))
                        finally:
                            self._inferring.discard(node.letter)
                    if limits is not None:
                        return limits
        whole_axis = self._axis_of_whole(pattern, position, labels, env)
        if whole_axis is not None:
            return whole_axis
        stated = [
            d.pattern.subs[position]
            for d in self.context.definitions.get(pattern.key, ())
            if position < len(d.pattern.subs)
        ]
        constants = [int(node.value) for node in stated if isinstance(node, Number)]
        if constants:
            return min(constants), max(constants)
        return self._axis_of_sums(pattern, position)

    def _axis_of_sums(self, pattern: Pattern, position: int) -> tuple[int, int] | None:
        """How far sums take a subscript of a name that nothing else says the size of: the K of Σ_k^K z_k."""
        key = pattern.key
        if key in self.context.declarations or key in self.context.definitions:
            return None
        if key not in self._ends:
            self._ends[key] = self._ends_in_sums(key)
        found = {
            limits for count, at, limits in self._ends[key] if count == len(pattern.subs) and at == position
        }
        return found.pop() if len(found) == 1 else None

    def _axis_of_whole(
        self, pattern: Pattern, position: int, labels: tuple[int, ...] | None, env: Env
    ) -> tuple[int, int] | None:
        """The axis of a name that is defined whole, as ``Z = XW``."""
        definitions = self.context.definitions.get(pattern.key, ())
        if not definitions or any(len(d.pattern.subs) > position for d in definitions):
            return None
        for definition in definitions:
            slots = len(definition.pattern.subs)
            try:
                subs = tuple(self.whole(node, env) for node in pattern.subs[:slots])
                if labels is None or self.matched(definition.pattern, labels, subs) is None:
                    continue
                shape = self.entry(pattern.key, labels, subs).shape
            except UnsettledError:
                continue
            if position - slots < len(shape):
                return self.context.base, self.context.base + shape[position - slots] - 1
        for labels, subs in self._places(pattern.key):
            try:
                shape = self.entry(pattern.key, labels, subs).shape
            except UnsettledError:
                continue
            axis = position - len(subs)
            if axis < len(shape):
                return self.context.base, self.context.base + shape[axis] - 1
        return None

    def _label_limits(self, pattern: Pattern, position: int) -> tuple[int, int] | None:
        known = [d.labels for d in self.context.declarations.get(pattern.key, ())]
        known += [d.pattern.labels for d in self.context.definitions.get(pattern.key, ())]
        for labels in known:
            if position < len(labels):
                node = labels[position]
                if isinstance(node, Name):
                    limits = self.limits(node.letter)
                    if limits is not None:
                        return limits
        return None


def calls_of(node: Node, key: str) -> Iterator[Call]:
    """Every call of a function inside a formula."""
    for here in parts_of(node):
        if isinstance(here, Call):
            spelling = spelled(here.function)
            if spelling is not None and spelling.key == key:
                yield here


def entry_value(entry: Scalar) -> Scalar:
    """What a name stands for, through names that stand for names."""
    seen = 0
    while entry.kind == "symbol" and entry.definition is not None and seen < 50:
        entry = entry.definition
        seen += 1
    return entry


def _openness(definition: Definition, context: Context) -> tuple[int, int]:
    """Patterns with numbers before patterns with indices."""
    open_ones = sum(
        1 for node in (*definition.pattern.labels, *definition.pattern.subs) if _affine(node, context)[0]
    )
    return open_ones, -len(definition.pattern.subs)


def _affine(node: Node, context: Context) -> tuple[str, int]:
    """``t + 1`` as letter and shift; no letter where it is a number or a size."""
    match node:
        case Name():
            return (
                (node.letter, 0)
                if context.is_index(node.letter) and not context.is_size(node.letter)
                else ("", 0)
            )
        case Sum(terms=(first, second)):
            if isinstance(first.node, Name) and isinstance(second.node, Number) and first.sign > 0:
                letter, _ = _affine(first.node, context)
                return (letter, second.sign * int(second.node.value)) if letter else ("", 0)
    return "", 0


def names_in(node: Node, context: Context) -> Iterator[Pattern]:
    """Every name with its scripts that stands inside."""
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, Scripted) and isinstance(here.base, Group) and here.sub is not None:
            inside = context.pattern(here)
            if inside is not None:
                yield inside
                continue
        found = context.named(here)
        if found is not None:
            yield found[0]
            if isinstance(here, Name):
                continue
        pending += reversed(children(here))


def shown(key: str, labels: tuple[int, ...], subs: tuple[int, ...]) -> str:
    """A name for people: ``z^(2)_1,3``."""
    accents, _, letter = key.rpartition(":")
    text = letter + {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}.get(accents, "")
    if labels:
        text += "^(" + ",".join(map(str, labels)) + ")"
    if subs:
        text += "_" + ",".join(map(str, subs))
    return text


def assignments(ranges: list[tuple[str, tuple[int, int]]]) -> Iterator[dict[str, int]]:
    """All values of several indices."""
    letters = [letter for letter, _ in ranges]
    for values in product(*(range(first, last + 1) for _, (first, last) in ranges)):
        yield dict(zip(letters, values, strict=True))
