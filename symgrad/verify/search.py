"""The most plausible single correction that makes a member right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from time import monotonic
from typing import TYPE_CHECKING, Final

from symgrad.verify.arrays import Array, MisfitError, agreed_shapes, multiplied
from symgrad.verify.claims import Kind
from symgrad.verify.corrections import Change, Edits, Spot, other_words, slight_changes, spots
from symgrad.verify.corrections.analogies import analogues, twins
from symgrad.verify.corrections.bends import Due, due
from symgrad.verify.corrections.chains import (
    chain_words,
    factors_more,
    lettered_links,
    names_and_kin,
    repr_of,
    summand,
)
from symgrad.verify.corrections.needed import Needed, Numbers, Table, Valued, needed
from symgrad.verify.corrections.phrases import complement, complements, inverses, logarithms, sums_of_names
from symgrad.verify.corrections.powers import constant_words, constants, times_constant
from symgrad.verify.corrections.signs import lost_beside
from symgrad.verify.corrections.throughout import throughout
from symgrad.verify.documents.pieces import Span
from symgrad.verify.equality import Sampler
from symgrad.verify.indices import bound_letters, free_indices
from symgrad.verify.names import spelled
from symgrad.verify.notation import Word, glued
from symgrad.verify.scalars import ZERO, Scalar, number, symbol, times
from symgrad.verify.syntax import (
    Big,
    Call,
    Derivative,
    Factor,
    Group,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Scripted,
    Sum,
    parts_of,
    terms_of,
)
from symgrad.verify.world import Env, Reading, StepError, UnsettledError, World

if TYPE_CHECKING:
    from symgrad.verify.diagnosis import Finder

_ONE_OVER: Final = "\\frac{1}{"
_HOLE: Final = "☐"
_MOST_TRIED: Final = 40
_MOST_SPOTS: Final = 1_500
_MOST_PLACES: Final = 5
_MOST_FOUND: Final = 8
_MOST_WORDS: Final = 300
_MOST_LINKS: Final = 24
_MOST_LETTERS: Final = 5
_LIKELY: Final = 1.45
_UNNAMED: Final = frozenset(("Group", "Quotient", "Number", "Sum", "Root", "Big"))
_SMALL: Final = tuple(sorted({Fraction(p, q) for p in range(1, 10) for q in range(1, 10)} - {Fraction(1)}))


class Search:
    """One search: a member, the truth at one place where it fails."""

    def __init__(self, finder: Finder, node: Node, true: Array, world: World, env: Env) -> None:
        self.finder = finder
        self.node = node
        self.true = true
        self.world = world
        self.env = env
        self.writer = finder.writer
        self.sampler: Sampler = finder.verdicts.sampler(world)
        self.given = finder.value(node, world, env)
        self._needs: dict[int, Needed | None] = {}
        self._numbers: Numbers | None = None
        self._links: list[Word] | None = None
        self._later: list[Change] = []
        self._places: list[tuple[World, Env, Array]] | None = None

    def best(self) -> Change | None:
        """The most plausible correction that makes the member right."""
        found = self._best((self._by_a_constant, self._slight, self._usual, self._in_sums, self._unusual))
        if found is not None or not any(isinstance(part, Derivative) for part in parts_of(self.node)):
            return found
        # What is missing may be a derivative that holds other names fixed.
        for partial in (1, 2, 3):
            self.finder.reading = Reading(partial=partial)
            try:
                search = Search(self.finder, self.node, self.true, self.world, self.env)
                found = search._best((search._looked_up,))
            finally:
                self.finder.reading = Reading()
            if found is not None:
                return found
        return None

    def _best(self, waves: tuple[Callable[[list[Spot]], Iterator[Change]], ...]) -> Change | None:
        every = spots(self.node)
        if len(every) > _MOST_SPOTS:
            return None
        tried = 0
        kept: Change | None = None
        for wave in waves:
            for change in sorted(wave(every), key=lambda change: change.cost):
                if monotonic() > self.finder.until:
                    return kept
                if not self.fits(change):
                    continue
                itself = self._says_itself(change)
                if itself and not self._holds_itself:
                    continue
                tried += 1
                if tried > _MOST_TRIED:
                    return kept
                if self.finder.makes_right(self.node, change):
                    if not itself:
                        return change
                    kept = kept or change
        return kept

    # Candidates

    def slips(self) -> Change | None:
        """One change that brings in no other word."""
        return self._best((self._slight, lambda every: iter(self._later)))

    def other_word(self, within: Sequence[Span]) -> Change | None:
        """One change in the parts at these places that brings in no more than one other word."""

        def near(every: list[Spot]) -> list[Spot]:
            return [
                spot
                for spot in every
                if any(start <= spot.node.span[0] and spot.node.span[1] <= stop for start, stop in within)
            ]

        def slight(every: list[Spot]) -> Iterator[Change]:
            yield from self._slight(near(every))

        def words(every: list[Spot]) -> Iterator[Change]:
            yield from self._later
            for spot in near(every):
                yield from other_words(self.writer, spot)

        return self._best((slight, words))

    def throughout(self) -> Change | None:
        """One change of all indices of a letter."""
        network, anchor = self.finder.verdicts.network, self.writer.context.named(self.finder.truth.nodes[0])
        strides = network.strides(anchor[0], self.world) if network is not None and anchor else {}
        return self._best((lambda every: throughout(self.writer, every[0], strides),))

    def like_its_neighbours(self) -> Change | None:
        """A summand that is missing, made from one that is there."""
        return self._best((lambda every: analogues(self.writer, every[0]),))

    def _by_a_constant(self, every: list[Spot]) -> Iterator[Change]:
        """A constant more or less, where that is all that lies between the member and the truth."""
        constant = self._constant()
        if constant is None:
            return
        for spot in every:
            if spot.inside is None or spot.inside is self.node:
                for change in (*slight_changes(self.writer, spot), *constants(self.writer, spot)):
                    if change.kind == "constant-factor":
                        yield change
            if spot.inside is None:
                yield times_constant(self.writer, spot, constant)

    def _constant(self) -> Fraction | None:
        """The number of a few digits that the member lacks as a factor, if it lacks nothing else."""
        given, true = self.given, self.true
        if given is None or given.shape or true.shape or given.flexible:
            return None
        one, other = self.numbers.of(given.entries[0]), self.numbers.of(true.entries[0])
        ratio = None if one is None or other is None else self.numbers.over(other, one)
        if ratio is None:
            return None
        for value in _SMALL:
            vector = self.numbers.of(number(value))
            if vector is not None and self.numbers.same(ratio, vector):
                return value
        return None

    def _slight(self, every: list[Spot]) -> Iterator[Change]:
        """What is likely enough to be tried before anything else."""
        self._later = []
        broken = self._broken_links(self.node)
        for spot in every:
            every_slip = [*slight_changes(self.writer, spot)]
            if spot.inside is None or isinstance(spot.inside, Sum):
                every_slip += (c._replace(cost=1.44) for c in constants(self.writer, spot))
            for change in every_slip:
                if broken is not None and change.kind == "wrong-index":
                    # A chain runs from what one link ends with to what the next begins with.
                    now = self._broken_links(change.node) or 0
                    change = change._replace(cost=change.cost + 0.1 * (now - broken))
                if change.cost < _LIKELY:
                    yield change
                else:
                    self._later.append(change)

    def _broken_links(self, node: Node) -> int | None:
        """How often a derivative follows another in a product and does not go on from it; None: never."""
        met, broken = False, 0
        for part in parts_of(node):
            if not isinstance(part, Product):
                continue
            for one, other in pairwise(part.factors):
                if isinstance(one.node, Derivative) and isinstance(other.node, Derivative):
                    met = True
                    broken += repr_of(one.node.by[-1]) != repr_of(other.node.of)
        return broken if met else None

    def _usual(self, every: list[Spot]) -> Iterator[Change]:
        yield from self._later
        for spot in every:
            if self._out_of_time():
                return
            yield from other_words(self.writer, spot)
            wide = isinstance(spot.node, Sum) or spot.inside is None or isinstance(spot.inside, Group)
            if wide and not self._has_zero(spot.node):
                yield from analogues(self.writer, spot)
        yield from self._looked_up(every)
        for spot in every:
            # Where a part's due value is known, what is missing was looked up.
            if self._out_of_time():
                return
            alone = spot.inside is None or isinstance(spot.inside, Sum | Big)
            wide = alone or isinstance(spot.node, Product | Derivative)
            if self._takes_factors(spot) and wide and not self.need(spot):
                yield from self._with_factors(spot, self.links, 1.4)
        yield from self._bent(every)

    def _in_sums(self, every: list[Spot]) -> Iterator[Change]:
        """What was lost under a sum: a factor with the letters that run there, a 1 in brackets."""
        one = Word(Number(Fraction(1), False, (0, 0)), "1")
        for spot in every:
            if spot.many and isinstance(spot.inside, Group):
                yield from (self._with_summand(spot, sign, one, 1.9) for sign in (1, -1))
        free = free_indices(self.finder.truth.nodes[0], self.writer.context)
        for spot in every:
            if self._out_of_time() or not isinstance(spot.node, Big):
                continue
            letters = [*bound_letters(spot.node), *free]
            body = spot.node
            while isinstance(body.body, Big):
                body = body.body
                letters = [*bound_letters(body), *letters]
            inner = next((s for s in every if s.node is body.body), None)
            if inner is None or len(letters) > _MOST_LETTERS:
                continue
            words = [
                *lettered_links(self.writer, self.finder.truth.nodes[0], letters),
                *(complement(self.writer, node) for node in _factors_of(inner.node) if spelled(node)),
            ]
            yield from self._with_factors(inner, words, 1.6)

    @property
    def links(self) -> list[Word]:
        """Derivatives that could complete a chain from the left side's numerator to its variable."""
        if self._links is None:
            self._links = chain_words(self.writer, self.finder.truth.nodes[0])
        return self._links

    def _unusual(self, every: list[Spot]) -> Iterator[Change]:
        words = [*self.writer.values, *(word for word, _ in inverses(self.writer))]
        if self._is_array:
            words += [word for word, name, _ in complements(self.writer) if isinstance(name, Name)]
        turned = (
            [word for word, value in self.array_words() if len(value.shape) > 1] if self._is_array else []
        )
        for spot in every:
            if self._out_of_time():
                return
            yield from lost_beside(self.writer, spot)
            if turned and isinstance(spot.inside, Product) and not isinstance(spot.node, Number):
                for change in self._with_factors(spot, turned, 2.2):
                    if change.edits[0][0][0] == spot.node.span[0]:
                        yield change
            if self._takes_factors(spot) and not self.need(spot):
                yield from self._with_factors(spot, [*words, *turned])
            if not (spot.inside is None or isinstance(spot.inside, Sum)):
                yield from (
                    c._replace(cost=c.cost + 0.6)
                    for c in constants(self.writer, spot)
                    if not spot.many or isinstance(spot.inside, Product)
                )
        yield from self._missing_arrays()
        yield from self._lost_in_brackets(every)

    def _lost_in_brackets(self, every: list[Spot]) -> Iterator[Change]:
        """A summand of a bracket between matrices or vectors: A, A·B."""
        if self.given is None or not (self.given.shape or self.true.shape):
            return
        joints = [
            spot
            for spot in every
            if isinstance(spot.inside, Group) or (isinstance(spot.node, Sum) and spot.inside)
        ]
        shaped = [(word, value) for word, value in self.array_words() if value.shape] if joints else []
        made: list[tuple[tuple[Word, ...], tuple[int, ...]]] = [
            ((word,), value.shape) for word, value in shaped
        ]
        for word, value in shaped:
            for other, second in shaped:
                try:
                    made.append(((word, other), multiplied(value, second).shape))
                except MisfitError:
                    continue
        for spot in joints:
            here = self.finder.value(spot.node, self.world, self.env)
            if here is None or not here.shape:
                continue
            for words, shape in made:
                if shape != here.shape:
                    continue
                phrase = _joined(list(words), self.glue(None))
                for sign in (1, -1):
                    new, edit = summand(spot.node, sign, phrase.node, phrase.text)
                    note = phrase.text if sign > 0 else f"-{phrase.text}"
                    yield Change(spot, new, (edit,), "missing-term", spot.term, 2.2 + 0.1 * len(words), note)

    @property
    def _is_array(self) -> bool:
        return bool(self.true.shape)

    def _takes_factors(self, spot: Spot) -> bool:
        if isinstance(spot.inside, Derivative) or (isinstance(spot.node, Number) and spot.inside is not None):
            return False
        if isinstance(spot.inside, Product):
            return isinstance(spot.node, Group) and False
        return spot.inside is None or not isinstance(spot.inside, Scripted)

    # Looked up by what a part must be

    def _looked_up(self, every: list[Spot]) -> Iterator[Change]:
        """Missing factors and summands, and other words, from what a part must be."""
        if self.given is None or self.given.shape or self.true.shape or self.given.flexible:
            return
        table: Table | None = None
        for spot in every:
            if spot.many:
                continue
            if self._out_of_time():
                return
            replaceable = isinstance(spot.inside, Product | Quotient) and not isinstance(spot.node, Number)
            if not self._is_joint(spot) and not replaceable:
                continue
            need = self.need(spot)
            if need is None:
                continue
            if table is None:
                table = self._table()
            if replaceable:
                yield from self._others(spot, need, table)
            if self._is_joint(spot):
                yield from self._factors(spot, need, table)
                yield from self._summands(spot, need, table)

    def _is_joint(self, spot: Spot) -> bool:
        """Whether something may be missing beside or within a part."""
        inside, node = spot.inside, spot.node
        if isinstance(inside, Product | Scripted | Derivative) and not isinstance(node, Sum | Group):
            return isinstance(inside, Product) and spelled(node) is not None and False
        return not (isinstance(node, Group) and isinstance(node.inner, Sum) and isinstance(inside, Product))

    def _out_of_time(self) -> bool:
        return monotonic() > self.finder.until - 1.0

    def _bent(self, every: list[Spot]) -> Iterator[Change]:
        """What is missing under a power, a root or a logarithm, or in an exponent."""
        if self.given is None or self.given.shape or self.true.shape or self.given.flexible:
            return
        words: list[tuple[Valued, tuple[float, ...]]] | None = None
        for spot in (*every, *self._bases(every)):
            if spot.many or isinstance(spot.inside, Derivative) or spelled(spot.node) == spelled(self.node):
                continue
            if self._out_of_time():
                return
            wanted = None if self.need(spot) else self._due(spot)
            if wanted is None:
                continue
            if words is None:
                words = [(word, self._floats(word.word.node)) for word in self._table().words]
            takes_factors = self._takes_factors(spot)
            for valued, values in words:
                for sign in (1, -1):
                    if wanted.fits([a + sign * b for a, b in zip(wanted.now, values, strict=True)]):
                        yield self._with_summand(spot, sign, valued.word, 1.7 + valued.cost)
                if takes_factors and wanted.fits([a * b for a, b in zip(wanted.now, values, strict=True)]):
                    yield from self._with_factors(spot, [valued.word], 1.6 + valued.cost)
                if not isinstance(spot.node, Number) and wanted.fits(values):
                    text = self.writer.glued(spot.node.span, valued.word.text)
                    yield self.writer.change(
                        spot, valued.word.node, text, "wrong-term", 1.8 + max(0.0, valued.cost)
                    )

    def _bases(self, every: list[Spot]) -> list[Spot]:
        """The names that are raised to a power: the x of x²."""
        found: list[Spot] = []
        for spot in every:
            node = spot.node
            named = self.writer.context.named(node) if isinstance(node, Scripted) else None
            if named is None or not named[1] or not isinstance(node, Scripted):
                continue
            rest = named[1]
            base: Node = node._replace(
                sups=tuple(sup for sup in node.sups if sup not in rest),
                span=(node.span[0], self.writer.stem_stop(node)),
            )
            if isinstance(base, Scripted) and base.sub is None and not base.sups and not base.primes:
                base = base.base

            def rebuilt(new: Node, spot: Spot = spot, rest: tuple[Node, ...] = rest) -> Node:
                return spot.rebuild(Scripted(new, None, rest, 0, spot.node.span))

            found.append(Spot(base, rebuilt, spot.term, node, spot.whole, spot.many))
        return found

    def _floats(self, node: Node) -> tuple[float, ...]:
        value = self.finder.value(node, self.world, self.env)
        return self.sampler.floats(value.entries[0]) if value is not None and not value.shape else ()

    def _due(self, spot: Spot) -> Due | None:
        """What a function of a part must be, where the formula is affine in that."""
        now = self.finder.value(spot.node, self.world, self.env)
        if now is None or now.shape or now.flexible:
            return None
        whole = self._with_hole(spot)
        if whole is None:
            return None
        try:
            return due(self.sampler, whole, _hole(), now.entries[0], self.true.entries[0])
        except (ValueError, OverflowError, ZeroDivisionError, RecursionError):
            return None

    def _others(self, spot: Spot, need: Needed, table: Table) -> Iterator[Change]:
        """Another word of the document in a factor's place."""
        for valued in islice(table.being(need.then), 4):
            word = valued.word
            kind: Kind = "wrong-function" if isinstance(word.node, Call) else "wrong-term"
            if isinstance(word.node, Call) and isinstance(spot.node, Call):
                same = repr_of(word.node.function) == repr_of(spot.node.function)
                kind = "wrong-term" if same else kind
            text = self.writer.glued(spot.node.span, word.text)
            # A bracket is not lightly mistaken for a name.
            far = 0.4 if kind == "wrong-function" or isinstance(spot.node, Group) else 0.0
            yield self.writer.change(spot, word.node, text, kind, 1.75 + far + max(0.0, valued.cost))

    def _factors(self, spot: Spot, need: Needed, table: Table) -> Iterator[Change]:
        numbers = table.numbers
        ratio = numbers.over(need.then, need.now)
        # A summand that is missing is likelier than a factor deep inside.
        deep = 0.0 if spot.inside is None or spot.inside is self.node else 0.7
        if ratio is None or (
            isinstance(spot.node, Sum) and spot.inside is not None and len(spot.node.terms) > 1
        ):
            return
        patterns = self._patterns(self.node)
        for sign in (1, -1):
            value = ratio if sign > 0 else numbers.minus(numbers.minus(ratio, ratio), ratio)
            for product in islice(table.products(value, 2, self._out_of_time), _MOST_FOUND):
                if all(isinstance(valued.word.node, Number) for valued in product):
                    continue  # a sign or a constant, of which others speak
                # A bracket about the whole is no more than a factor at its side.
                wide = -0.45 if isinstance(spot.node, Sum) and len(spot.node.terms) > 1 else 0.0
                cost = (
                    1.42
                    + deep
                    + wide
                    + sum(valued.cost for valued in product)
                    + 0.35 * (len(product) - 1)
                    + 0.3 * (len(product) - len({valued.word.text for valued in product}))
                    + (sign < 0)
                )
                if self._pattern(spot.node, *(valued.word.node for valued in product)) in patterns:
                    cost -= 0.4
                made = _joined([valued.word for valued in product], self.glue(spot.node))
                for change in self._with_factors(spot, [made], cost):
                    yield change if sign > 0 else _negated(change)

    def _summands(self, spot: Spot, need: Needed, table: Table) -> Iterator[Change]:
        numbers = table.numbers
        rest = numbers.minus(need.then, need.now)
        if numbers.zero(rest, need.now) or numbers.zero(need.now):
            return  # beside what is 0 nothing is missing: that itself is wrong
        node = spot.node
        if self._has_zero(node):
            return
        model = self._model(node)
        patterns = self._patterns(node)
        for sign in (1, -1):
            value = rest if sign > 0 else numbers.minus(numbers.minus(rest, rest), rest)
            most = 3 if isinstance(node, Sum) or spot.inside is None else 2
            for product in islice(table.products(value, most, self._out_of_time), _MOST_FOUND):
                ordered = sorted(product, key=lambda valued: self._order(valued.word, model))
                words = [valued.word for valued in ordered]
                glue = self.glue(model)
                made = _joined(words, glue)
                bare = self._is_bare(spot)
                cost = (
                    1.55
                    + sum(valued.cost for valued in product)
                    + 0.2 * (len(product) - 1)
                    + (0 if bare else 0.8)
                    + (0 if spot.inside is None or isinstance(node, Sum) else 0.4)
                    # 1 − a is seldom a summand's, and a square is seldom written a·a.
                    + 0.5 * sum(isinstance(word.node, Group) for word in words)
                    + 0.3 * (len(words) - len({word.text for word in words}))
                )
                if sorted(str(self._letter(word.node)) for word in words) in patterns:
                    cost -= 0.55
                yield self._with_summand(spot, sign, made, cost)

    def _patterns(self, node: Node) -> list[list[str]]:
        """The letters of each product among the summands, where it has nothing but names in it."""
        terms = [term.node for term in terms_of(node)]
        found = [self._pattern(term) for term in terms if isinstance(term, Product)]
        return [pattern for pattern in found if not _UNNAMED.intersection(pattern)]

    def _pattern(self, term: Node, *more: Node) -> list[str]:
        factors = [factor.node for factor in term.factors] if isinstance(term, Product) else [term]
        return sorted(str(self._letter(node)) for node in (*factors, *more))

    def _with_factors(self, spot: Spot, words: list[Word], cost: float = 2.0) -> Iterator[Change]:
        """A part times each of these; of numbers the place does not matter, and the likeliest is enough."""
        if self._is_array or self.given is None or self.given.shape:
            yield from factors_more(self.writer, spot, words, cost)
            return
        for word in words:
            every = [c for c in factors_more(self.writer, spot, [word], cost) if not _is_entrywise(c.part)]
            if every:
                yield min(every, key=lambda change: change.cost)

    def _is_bare(self, spot: Spot) -> bool:
        """Whether a sum may stand in a part's place as it is."""
        inside = spot.inside
        return (
            inside is None or isinstance(spot.node, Sum) or isinstance(inside, Group) or self._in_braces(spot)
        )

    def _with_summand(self, spot: Spot, sign: int, word: Word, cost: float) -> Change:
        """A part with one summand more, in brackets where it needs them."""
        node = spot.node
        new, edit = summand(node, sign, word.node, word.text)
        edits: Edits = (edit,)
        if not self._is_bare(spot):
            start, stop = node.span
            left, right = ("(", ")") if self.writer.notation.plain else ("\\left(", "\\right)")
            edits = (((start, start), left), edit, ((stop, stop), right))
            if edit[0] == (stop, stop):
                edits = (((start, start), left), (edit[0], edit[1] + right))
            new = Group("(", new, node.span)
        note = word.text if sign > 0 else f"-{word.text}"
        return Change(spot, new, edits, "missing-term", spot.term, cost, note)

    def _in_braces(self, spot: Spot) -> bool:
        """Whether a part is the whole numerator or denominator of a fraction that needs no brackets."""
        inside = spot.inside
        if not isinstance(inside, Quotient):
            return False
        return self.writer.at(inside.span).startswith(("\\frac", "\\dfrac", "\\tfrac"))

    def _has_zero(self, node: Node) -> bool:
        """Whether a summand beside others is 0: that one is wrong then, and nothing is missing."""
        terms = node.terms if isinstance(node, Sum) else ()
        return len(terms) > 1 and any(self._is_zero(term.node) for term in terms)

    def _is_zero(self, node: Node) -> bool:
        value = self.finder.value(node, self.world, self.env)
        if value is None or value.shape or value.flexible:
            return False
        vector = self.numbers.of(value.entries[0])
        return vector is not None and self.numbers.zero(vector)

    def _model(self, node: Node) -> Node | None:
        """A product among the summands: what a missing one would look like."""
        terms = [term.node for term in terms_of(node)]
        return next((term for term in terms if isinstance(term, Product)), None)

    def glue(self, node: Node | None) -> str:
        """What the author puts between factors, in this product or else in the member."""
        if not isinstance(node, Product):
            node = next((s for s in parts_of(self.node) if isinstance(s, Product)), None)
        return self.writer.glue(node)

    def _order(self, word: Word, model: Node | None) -> int:
        if isinstance(word.node, Number | Quotient):
            return -1
        anchor = self.finder.truth.nodes[0]
        if isinstance(word.node, Derivative) and isinstance(anchor, Derivative):
            # The chain runs from what is differentiated on the left to what it is differentiated by.
            if repr_of(word.node.of) == repr_of(anchor.of):
                return 0
            if repr_of(word.node.by) == repr_of(anchor.by):
                return 98
        kind = self._letter(word.node)
        if isinstance(model, Product):
            for n, factor in enumerate(model.factors):
                if self._letter(factor.node) == kind:
                    return n
        return 99

    def _letter(self, node: Node) -> object:
        if isinstance(node, Derivative):
            of = None if node.of is None else self._letter(node.of)
            return ("∂", of, tuple(map(self._letter, node.by)))
        spelling = spelled(node)
        if spelling is not None:
            named = self.writer.context.named(node)
            return (named[0].key if named is not None else spelling.key).rstrip("0123456789")
        if isinstance(node, Call):
            return ("call", self._letter(node.function), *map(self._letter, node.arguments))
        return type(node).__name__

    def _table(self) -> Table:
        """The words with their values here, likelier ones first."""
        numbers = self.numbers
        anchor = self.finder.truth.nodes[0]
        here = {self._letter(part) for part in parts_of(self.node)} - _UNNAMED
        derivatives = sum(isinstance(part, Derivative) for part in parts_of(self.node)) > 1
        target = anchor.by[0] if isinstance(anchor, Derivative) else None
        towards = target is not None and any(
            isinstance(part, Derivative) and any(repr_of(by) == repr_of(target) for by in part.by)
            for part in parts_of(self.node)
        )
        listed: list[tuple[Word, float]] = []
        links = self.links
        texts = {word.text for word in self.writer.values}
        for word in self.writer.values:
            listed.append((word, 0.0 if self._letter(word.node) in here else 0.3))
        for word in links:
            if not isinstance(word.node, Derivative):
                continue
            upper = target is not None and repr_of(word.node.by[0]) != repr_of(target)
            if upper and self._is_given(word.node.by[0]):
                listed.append((word, 0.9))  # no path runs through what nothing computes
                continue
            known = word.text in texts
            cost = (
                0.0
                if derivatives and (upper or known)
                else 0.15
                if upper or known
                else -0.2
                if towards
                else 0.2
                if derivatives
                else 0.55
            )
            listed.append((word, cost + (0.0 if known or upper or towards else 0.1)))
        for word in names_and_kin(self.writer):
            if word.text not in texts:
                listed.append((word, 0.2 if self._letter(word.node) in here else 0.6))
        for word in self.writer.values:
            if isinstance(word.node, Derivative):
                listed += [(twin, 0.15) for twin in twins(self.writer, word)]
        for n in (1, 2, 3):
            listed.append((Word(Number(Fraction(n), False, (0, 0)), str(n)), 0.15 if n == 1 else 0.3))
        for constant, text in constant_words(self.writer, (0, 0)):
            if isinstance(constant, Quotient):
                listed.append((Word(constant, text), 0.4))
        listed += [(word, 0.5) for word in sums_of_names(self.writer)]
        listed += inverses(self.writer)
        listed += [(word, 0.5) for word in logarithms(self.writer)]
        listed += [
            (word, cost if self._letter(name) in here else cost + 0.2)
            for word, name, cost in complements(self.writer)
        ]
        valued: list[Valued] = []
        seen: dict[str, None] = {}
        for word, cost in sorted(listed, key=lambda pair: pair[1]):
            if word.text in seen or len(valued) >= _MOST_WORDS or self._out_of_time():
                continue
            seen[word.text] = None
            if repr_of(word.node) == repr_of(anchor):
                continue
            value = self.finder.value(word.node, self.world, self.env)
            if value is None or value.shape or value.flexible:
                continue
            vector = numbers.of(value.entries[0])
            if vector is not None and not numbers.zero(vector):
                valued.append(Valued(word, vector, cost))
        return Table(numbers, valued)

    def _is_given(self, node: Node) -> bool:
        """Whether a name is a number that nothing computes."""
        value = self.finder.value(node, self.world, self.env)
        if value is None or value.shape or value.flexible:
            return False
        (entry,) = value.entries
        return entry.kind == "symbol" and not entry.letter.is_defined

    @property
    def numbers(self) -> Numbers:
        """Exact where the truth and the member are rational."""
        if self._numbers is None:
            parts = [self.true.entries[0], *(self.given.entries[:1] if self.given is not None else ())]
            exact = all(self.sampler.residue(part) is not None for part in parts)
            self._numbers = Numbers(self.sampler, exact)
        return self._numbers

    def need(self, spot: Spot) -> Needed | None:
        """What a part must be, where the formula is affine in it."""
        key = id(spot)
        if key not in self._needs:
            self._needs[key] = self._need(spot)
        return self._needs[key]

    def _need(self, spot: Spot) -> Needed | None:
        if spot.many or self.given is None or self.given.shape or self.true.shape or self.given.flexible:
            return None
        now = self.finder.value(spot.node, self.world, self.env)
        if now is None or now.shape or now.flexible:
            return None
        if spot.inside is None:
            truth, here = self.numbers.of(self.true.entries[0]), self.numbers.of(now.entries[0])
            return None if truth is None or here is None else Needed(here, truth)
        whole = self._with_hole(spot)
        if whole is None:
            return None
        try:
            return needed(self.numbers, whole, _hole(), now.entries[0], self.true.entries[0])
        except (ValueError, OverflowError, ZeroDivisionError, RecursionError):
            return None

    def _with_hole(self, spot: Spot) -> Scalar | None:
        """The formula with a symbol of its own in a part's place."""
        env = self.env.with_locals({_HOLE: Array((), (_hole(),))})
        whole = self.finder.value(spot.rebuild(Name(_HOLE, "", spot.node.span)), self.world, env)
        return None if whole is None or whole.shape or whole.flexible else whole.entries[0]

    # Tests

    def fits(self, change: Change) -> bool:
        """Whether the values agree with the truth here, and at a few other places."""
        spot = change.spot
        need = self.need(spot) if spot.inside is not None else None
        if need is not None:
            value = self.finder.value(change.part, self.world, self.env)
            if value is not None and not value.shape and not value.flexible:
                vector = self.numbers.of(value.entries[0])
                if vector is not None and not self.numbers.like(vector, need.then):
                    return False
        if change.kind == "missing-factor" and need is None:
            value = self.finder.value(change.part, self.world, self.env)
            if value is not None and all(entry is ZERO for entry in value.entries):
                return False  # a factor 0 is no factor that was lost
        node = change.node
        here = self._agrees(node, self.true, self.world, self.env)
        if here is False:
            return False
        others = (
            [self._agrees(node, true, world, env) for world, env, true in self.places()]
            if here is None
            else (self._agrees(node, true, world, env) for world, env, true in self.places())
        )
        if here is None:
            return True in others and False not in others
        return all(other is not False for other in others)

    def _agrees(self, node: Node, true: Array, world: World, env: Env) -> bool | None:
        """Whether a formula is true at a place; None where it speaks of a step that does not exist."""
        try:
            given = self.finder.tried(node, world, env)
        except StepError:
            return None
        if given is None:
            return False
        both = agreed_shapes(true, given)
        if both is None:
            return False
        sampler = self.finder.verdicts.sampler(world)
        return all(may_be_equal(sampler, a, b) for a, b in zip(both[0].entries, both[1].entries, strict=True))

    def places(self) -> list[tuple[World, Env, Array]]:
        """A few other values of the free indices, and another choice of sizes."""
        if self._places is None:
            self._places = []
            for world in self.finder.comparer.worlds:
                every = list(
                    islice(self.finder.comparer.places(world, (self.node, *self.finder.truth.nodes)), 200)
                )
                step = max(1, len(every) // _MOST_PLACES)
                for env in every[::step][:_MOST_PLACES]:
                    if world is self.world and env.indices == self.env.indices:
                        continue
                    try:
                        true = self.finder.truth.value(world, env)
                    except (UnsettledError, RecursionError):
                        continue
                    self._places.append((world, env, true))
        return self._places

    def _says_itself(self, change: Change) -> bool:
        """Whether a correction puts the left side itself on the right."""
        anchor = self.finder.truth.nodes[0]
        if spelled(anchor) is None and not isinstance(anchor, Derivative):
            return False
        if isinstance(anchor, Name) and len(anchor.letter) == 1 and self.finder.assertion.kind == "update":
            return False
        return any(self._is_anchor(part) for part in parts_of(change.node))

    def _is_anchor(self, node: Node) -> bool:
        """Whether a part is the left side, however its labels are written."""
        anchor = self.finder.truth.nodes[0]
        if repr_of(node) == repr_of(anchor):
            return True
        if not (isinstance(node, Derivative) and isinstance(anchor, Derivative)):
            return False
        ends = ((node.of, anchor.of), *zip(node.by, anchor.by, strict=False))
        return len(node.by) == len(anchor.by) and all(self._is_same_name(a, b) for a, b in ends)

    def _is_same_name(self, one: Node | None, other: Node | None) -> bool:
        if one is None or other is None:
            return one is other
        a, b = self.writer.context.named(one), self.writer.context.named(other)
        if a is None or b is None:
            return repr_of(one) == repr_of(other)
        return (a[0].key, *map(repr_of, a[0].labels), *map(repr_of, a[0].subs)) == (
            b[0].key,
            *map(repr_of, b[0].labels),
            *map(repr_of, b[0].subs),
        )

    @property
    def _holds_itself(self) -> bool:
        """Whether the left side stands in the member as it is."""
        return any(self._is_anchor(part) for part in parts_of(self.node))

    # Arrays

    def _missing_arrays(self) -> Iterator[Change]:
        """A summand of a matrix or a vector that the document's words make up: A, A·B, c·A·B."""
        if self.given is None or not self.true.shape:
            return
        both = agreed_shapes(self.true, self.given)
        if both is None:
            return
        rest = Array(
            both[0].shape, tuple(t - g for t, g in zip(both[0].entries, both[1].entries, strict=True))
        )
        spot = Spot(self.node, lambda new: new, self.node.span, None, self.node)
        for sign in (1, -1):
            unit, at = summand(self.node, sign, Name("I", "", self.node.span), "I")
            yield Change(spot, unit, (at,), "missing-term", self.node.span, 2.0, "I" if sign > 0 else "-I")
        for sign, words in self._products_that_are(rest):
            made = _joined(list(words), self.glue(None))
            new, edit = summand(self.node, sign, made.node, made.text)
            note = made.text if sign > 0 else f"-{made.text}"
            yield Change(spot, new, (edit,), "missing-term", self.node.span, 2.0 + 0.2 * len(words), note)

    def array_words(self) -> list[tuple[Word, Array]]:
        """What the document speaks of with its value here; matrices and vectors transposed too."""
        found: list[tuple[Word, Array]] = []
        texts = {word.text for word in self.writer.values}
        links = [link for link in self.links if link.text not in texts][:_MOST_LINKS]
        for word in [*self.writer.values, *links]:
            if repr_of(word.node) == repr_of(self.finder.truth.nodes[0]):
                continue
            value = self.finder.value(word.node, self.world, self.env)
            if value is None or value.flexible or len(found) > 100:
                continue
            found.append((word, value))
            if value.shape and (spelled(word.node) is not None or isinstance(word.node, Group)):
                node, text = self.writer.of_word(word).transposed(word.node)
                turned = self.finder.value(node, self.world, self.env)
                if turned is not None:
                    found.append((Word(node, text), turned))
        return found

    def _products_that_are(self, rest: Array) -> Iterator[tuple[int, tuple[Word, ...]]]:
        values = self.array_words()
        constants = [Word(node, text) for node, text in constant_words(self.writer, (0, 0))]
        numbers = [(word, value) for word, value in values if not value.shape]
        shaped = [(word, value) for word, value in values if value.shape]
        for word, value in shaped:
            yield from self._times_constant(rest, value, (word,), numbers, constants)
        for word, value in shaped:
            for other, second in shaped:
                if self._out_of_time():
                    return
                if value.shape == second.shape == rest.shape:
                    continue
                try:
                    made = multiplied(value, second)
                except MisfitError:
                    continue
                yield from self._times_constant(rest, made, (word, other), numbers, constants)

    def _times_constant(
        self,
        rest: Array,
        made: Array,
        words: tuple[Word, ...],
        numbers: list[tuple[Word, Array]],
        constants: list[Word],
    ) -> Iterator[tuple[int, tuple[Word, ...]]]:
        """The product; times a number of the document, times a constant, times both."""
        if made.shape != rest.shape:
            return
        sign = self.sign(made, rest)
        if sign:
            yield sign, words
            return
        arithmetic = Numbers(
            self.sampler, all(self.sampler.residue(e) is not None for e in (*made.entries, *rest.entries))
        )
        ratio = None
        for a, b in zip(rest.entries, made.entries, strict=True):
            u, v = arithmetic.of(a), arithmetic.of(b)
            if u is None or v is None or arithmetic.zero(v):
                return
            here = arithmetic.over(u, v)
            if here is None or (ratio is not None and not arithmetic.same(here, ratio)):
                return
            ratio = here
        if ratio is None:
            return
        constant = [((word,), value.entries[0]) for word, value in self._valued(constants)]
        named = [((word,), value.entries[0]) for word, value in numbers]
        both = [((*c, *n), times((a, b))) for c, a in constant for n, b in named]
        for sign in (1, -1):
            for more, scalar in (*named, *constant, *both):
                vector = arithmetic.of(scalar)
                if vector is None:
                    continue
                if sign < 0:
                    vector = arithmetic.minus(arithmetic.minus(vector, vector), vector)
                if arithmetic.same(vector, ratio):
                    yield sign, (*more, *words)

    def _valued(self, words: list[Word]) -> Iterator[tuple[Word, Array]]:
        for word in words:
            value = self.finder.value(word.node, self.world, self.env)
            if value is not None:
                yield word, value

    def sign(self, value: Array, rest: Array) -> int:
        """1 or −1 where ``rest`` is the value or its negative, else 0; both have one shape."""
        for sign in (1, -1):
            if all(
                may_be_equal(self.sampler, v if sign > 0 else -v, r)
                for v, r in zip(value.entries, rest.entries, strict=True)
            ):
                return sign
        return 0


def _joined(words: list[Word], glue: str) -> Word:
    """Words as one product, as one fraction where one of them is 1/x."""
    if len(words) == 1:
        return words[0]
    for n, word in enumerate(words):
        if isinstance(word.node, Quotient) and word.text.startswith("1/"):
            top = _joined([*words[:n], *words[n + 1 :]], glue)
            return Word(word.node._replace(top=top.node), f"{top.text}{word.text[1:]}")
        if isinstance(word.node, Quotient) and word.text.startswith(_ONE_OVER):
            top = _joined([*words[:n], *words[n + 1 :]], glue)
            text = top.text
            if isinstance(top.node, Group) and text.startswith("(") and text.endswith(")"):
                text = text[1:-1]
            return Word(
                word.node._replace(top=top.node), f"\\frac{{{text}}}{{{word.text[len(_ONE_OVER) : -1]}}}"
            )
    factors = tuple(Factor("", word.node) for word in words)
    return Word(Product(factors, (0, 0)), glued([word.text for word in words], glue))


def _factors_of(node: Node) -> list[Node]:
    return [factor.node for factor in node.factors] if isinstance(node, Product) else [node]


def _is_entrywise(node: Node) -> bool:
    return isinstance(node, Product) and any(factor.op == "⊙" for factor in node.factors)


def _hole() -> Scalar:
    return symbol(("hole",), "hole")


def _negated(change: Change) -> Change:
    from symgrad.verify.syntax import Term

    start = change.spot.node.span[0]
    part = Sum((Term(-1, change.part, change.spot.node.span),), change.spot.node.span)
    ((where, text), *rest) = change.edits
    edits = (
        ((where, "-" + text), *rest) if where[0] == start else (((start, start), "-"), (where, text), *rest)
    )
    return change._replace(part=part, edits=edits, cost=change.cost)


def may_be_equal(sampler: Sampler, one: Scalar, other: Scalar) -> bool:
    """Whether two expressions agree wherever both have values, up to what rounding may have spoilt."""
    return sampler.differs(one, other) is False
