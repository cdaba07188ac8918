"""A network as the truth: its tensors under the document's letters.

Entries are numbered from 1, as the document writes them: flat (``a_{11}``, the eleventh), by row and column
(``w_{1,1}``, ``w_{11}`` where no entry is called ``w_1``), or from 0 where ranges, sums or subscripts do.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from math import prod
from typing import TYPE_CHECKING, Final

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.positions import unflat
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.algebra.written import (
    Apply,
    Compare,
    Constant,
    Definition,
    Iverson,
    Maximum,
    Power,
    Product,
    Quantity,
    Read,
    Sum,
    Total,
    Written,
    entries_read,
)
from symgrad.errors import NameUnknownError, nearest, quoted
from symgrad.verify.arrays import Array
from symgrad.verify.context import Pattern, joined
from symgrad.verify.documents.pieces import Span
from symgrad.verify.functions import ENTRYWISE
from symgrad.verify.gather import Stated, between_limits, is_range
from symgrad.verify.names import (
    INDEX_LETTERS,
    LOSS_LETTERS,
    Spelled,
    digits_of,
    items,
    label_items,
    spelled,
)
from symgrad.verify.reader.letters import GREEK
from symgrad.verify.scalars import (
    ONE,
    PI,
    ZERO,
    Scalar,
    Sign,
    abstract,
    bracket,
    call,
    lazily_defined,
    maximum,
    number,
    power,
    symbol,
    times,
    total,
)
from symgrad.verify.syntax import (
    Big,
    Derivative,
    Group,
    Listed,
    Name,
    Node,
    Number,
    Relation,
    Statement,
    children,
)
from symgrad.verify.world import OutsideError, StepError, UnsettledError, World

if TYPE_CHECKING:
    from symgrad.network.model import Model
    from symgrad.verify.notation import Notation

_MOST_LETTERS: Final = 6
_USUAL: Final = {
    **dict.fromkeys("axiu", "input"), **dict.fromkeys("wkfvbcgmθ", "parameter"),
    **dict.fromkeys("zosyhqpr", "intermediate"), **dict.fromkeys("td", "target"),
}  # fmt: skip
_SPELLED_OUT: Final = {letter: name for name, letter in GREEK.items() if not name.startswith("var")}
_CONSTANTS: Final = {"pi": PI, "kappa": power(times((number(2), power(PI, -1))), Fraction(1, 2))}
_DEFINED: Final = {"Phi": ENTRYWISE["Φ"]}
"""What forward equations call, in the functions that are judged."""
_PLAIN: Final = frozenset("xwkzo")  # hardly a page means anything else by them


class NetworkNames:
    """Which letter of the document is which tensor of the network."""

    def __init__(self, model: Model, stated: Sequence[Stated], names: Mapping[str, str]) -> None:
        self.model = model
        self.stems = _stems(model)
        self.uses = _uses(stated, self.stems)
        self.assumptions: list[str] = []
        self.only_input = ""
        self.letters = self._mapped(names)
        self.keys = frozenset(self.letters)
        # Who writes z_3 for an entry of a matrix means the twelfth of a by a_{12}.
        self.counts_flat = any(
            letter in self.uses
            and len(tensor.shape) == 2
            and any(len(digits) == 1 for digits in self.uses[letter].singles)
            for letter, stem in self.letters.items()
            for tensor in self.stems[stem].values()
        )
        # Who writes a_{12} for row 1, column 2 writes w_{22} too.
        self.counts_rows = not self.counts_flat and any(
            letter in self.uses and len(whole_shape(tensor.shape)) > 1
            and not self.uses[letter].is_flat(whole_shape(tensor.shape), labels)
            for letter, stem in self.letters.items()
            for labels, tensor in self.stems[stem].items()
        )  # fmt: skip
        self.parts = any(one.said is not None and one.said.what == "parts" for one in stated)
        self.bases = self._counted_from(stated)
        self.functions = frozenset(f for d in model.definitions for f in _unknown_functions(d.body))
        self.computed = frozenset(
            letter
            for letter, stem in self.letters.items()
            if any(tensor.role in ("intermediate", "objective") for tensor in self.stems[stem].values())
        )
        self.layered = frozenset(
            letter for letter, stem in self.letters.items() if any(label for label in self.stems[stem])
        )

    def _counted_from(self, stated: Sequence[Stated]) -> dict[str, int]:
        """The first index of each letter: its own where the document shows it, else that of the others."""
        if any(one.said is not None and one.said.what == "from zero" for one in stated):
            return dict.fromkeys(self.letters, 0)
        starts = _starts(stated, self.letters)
        shown: dict[str, int] = {}
        for letter, stem in self.letters.items():
            use = self.uses.get(letter)
            if use is not None and len(self.stems[stem]) > 1 and use.counts_layers(self.stems[stem]):
                continue
            found = starts.get(letter, set())
            if len(found) == 1:
                (shown[letter],) = found
            elif use is not None:
                ends = sum(use.ends_at(whole_shape(t.shape)) for t in self.stems[stem].values())
                if use.zeros or ends:
                    shown[letter] = 0 if use.zeros > ends else 1
        every = set(shown.values())
        rest = 0 if every == {0} else 1
        return {letter: shown.get(letter, rest) for letter in self.letters}

    def _mapped(self, names: Mapping[str, str]) -> dict[str, str]:
        """The document's letter for each stem, and back: letter → stem."""
        found: dict[str, str] = {}
        for stem, letter in names.items():
            single = next((t for t in self.model.tensors if t.name == stem), None)
            if stem not in self.stems and single is not None:
                self.stems[stem] = {(): single}
            if stem not in self.stems:
                close = nearest(stem, self.stems)
                hint = f"; did you mean {close}?" if close else "."
                raise NameUnknownError(
                    f"the network has no {quoted(stem)}{hint} It has {', '.join(self.stems)}"
                )
            found[letter] = stem
        taken = set(found.values())
        free = [letter for letter in self.uses if letter not in found]
        for letter in list(free):
            if letter in self.stems and letter not in taken:
                found[letter] = letter
                taken.add(letter)
                free.remove(letter)
        for letter in list(free):
            # W beside w is the whole of it, and γ is what the network calls gamma.
            stem = _SPELLED_OUT.get(letter, letter.lower())
            if stem in self.stems and (stem not in taken or not self.uses[letter].numbered):
                found[letter] = stem
                taken.add(stem)
                free.remove(letter)
        inputs = [t for t in self.model.tensors if t.role == "input"]
        if len(inputs) == 1 and inputs[0].name not in taken:
            # What is called x beside the layers' a is the only input.
            stem = inputs[0].name
            for letter in [c for c in free if c in ("x", "X") and not self.uses[c].computed][:1]:
                if stem in self.stems or inputs[0].stem in found.values() or _label(inputs[0]):
                    self.stems.setdefault(stem, {(): inputs[0]})
                    self.only_input = letter
                    found[letter] = stem
                    taken.add(stem)
                    free.remove(letter)
        open_stems = [stem for stem in self.stems if stem not in taken]
        candidates = [letter for letter in free if self.uses[letter].numbered][:_MOST_LETTERS]
        if candidates and open_stems:
            best = self._by_shape(candidates, open_stems)
            found |= best
            if best:
                told = ", ".join(f"{letter} is the network's {stem}" for letter, stem in best.items())
                self.assumptions.append(f"{told} (by shape and order; --names settles it)")
        for stem in self.stems:
            if stem not in found.values():
                found.setdefault(stem, stem)
        return found

    def _by_shape(self, letters: list[str], stems: list[str]) -> dict[str, str]:
        """The only assignment of letters to tensors that their subscripts and places allow best."""
        scored: list[tuple[float, dict[str, str]]] = []
        for chosen in permutations(stems, min(len(letters), len(stems))):
            score = 0.0
            for letter, stem in zip(letters, chosen, strict=False):
                fit = self._fit(letter, stem)
                if fit is None:
                    break
                score += fit
            else:
                scored.append((score, dict(zip(letters, chosen, strict=False))))
        scored.sort(key=lambda pair: -pair[0])
        if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return {}
        return scored[0][1]

    def _fit(self, letter: str, stem: str) -> float | None:
        """How well a letter's subscripts fit a tensor; None where they cannot."""
        use = self.uses[letter]
        tensor = next(iter(self.stems[stem].values()))
        shape = whole_shape(tensor.shape)
        count = prod(shape)
        score = 0.0
        packed = use.packs(shape)
        if use.most > count and not packed:
            return None
        if use.ranks and max(use.ranks) > len(shape):
            return None
        # The last of many entries says more than the last of two.
        score += min(2.0, count / 4) if use.most == count else 0.0
        # w_{1221} is an entry of four axes, and of nothing with fewer entries.
        score += 1.0 if packed and use.most > count else 0.0
        if use.computed:
            score += 3.0 if tensor.role in ("intermediate", "objective") else -3.0
        elif tensor.role in ("intermediate", "objective"):
            score -= 1.0
        if use.differentiated and tensor.role == "parameter":
            score += 0.5
        if use.first_right and tensor.role == "input":
            score += 0.25
        usual = _USUAL.get(letter.lower())
        if usual is not None:
            score += (2.5 if letter.lower() in _PLAIN else 1.5) if usual == tensor.role else -0.5
        if tensor.role == "parameter" and (letter.lower() in ("b", "c")) != tensor.stem.startswith("b"):
            score -= 3.0
        return score

    def enter(self, world: World) -> None:
        """Give a world the network's tensors."""
        outputs: list[Scalar] = []
        entered: dict[str, Native] = {}
        if self.bases and not any(self.bases.values()):
            world.context.base = 0
        for letter, stem in self.letters.items():
            entered[letter] = Native(letter, self.stems[stem], self, world, self.uses.get(letter))
            world.native[letter] = entered[letter]
            world.context.network.add(letter)
            world.context.mentioned[letter] = entered[letter].rank
        if self.model.objective is None:
            for tensor in self.model.outputs:
                for native in entered.values():
                    if tensor in native.tensors.values():
                        outputs += native.all_of(tensor)
        outputs = list(dict.fromkeys(outputs))
        world.network_outputs = outputs if self.model.objective is None else None
        if self.only_input:
            told = f"{self.only_input} is the network's only input, {self.letters[self.only_input]}"
            world.context.inferred.setdefault(self.only_input, told)
        for assumption in self.assumptions:
            world.context.notes.setdefault(assumption)

    def strides(self, pattern: Pattern, world: World) -> dict[str, tuple[int, ...]]:
        """How far off the indices of what an entry is computed from are without strides, by letter."""
        native = world.native.get(pattern.key)
        if native is None or not all(isinstance(sub, Number) for sub in pattern.subs):
            return {}
        labels = tuple(int(label.value) for label in pattern.labels if isinstance(label, Number))
        tensor = native.tensors.get(labels or next(iter(native.tensors)))
        definition = next((d for d in self.model.definitions if d.target == tensor), None)
        if tensor is None or definition is None or not pattern.subs:
            return {}
        shape = whole_shape(tensor.shape)
        subs = tuple(int(sub.value) - native.base for sub in pattern.subs if isinstance(sub, Number))
        place = unflat(subs[0], shape) if len(subs) == 1 and len(shape) > 1 else subs
        if len(place) != len(shape):
            return {}
        at = dict(zip(definition.axes, place, strict=True))
        found: dict[str, tuple[int, ...]] = {}
        for read in entries_read(definition):
            letter = next((key for key, stem in self.letters.items() if stem == read.tensor.stem), None)
            off = tuple(_unstrided(axis, at) for axis in read.indices)
            if letter is not None and any(off):
                found[letter] = self._off(letter, off, read.tensor, world)
        return found

    def _off(self, letter: str, off: tuple[int, ...], tensor: Tensor, world: World) -> tuple[int, ...]:
        """The same as the document counts."""
        native = world.native[letter]
        if not (native.flat and len(off) == 2):
            return off
        return (off[0] * whole_shape(tensor.shape)[1] + off[1],)

    def entries(self, tensor: Tensor, world: World, letter: str, labels: tuple[int, ...]) -> list[Scalar]:
        """The scalars of a tensor, row by row."""
        made = world.made_entries
        if tensor.name not in made:
            shape = whole_shape(tensor.shape)
            definition = next((d for d in self.model.definitions if d.target == tensor), None)
            found: list[Scalar] = []
            native = world.native[letter]
            for n in range(prod(shape)):
                place = ("entry", world.serial, letter, labels, (n + 1,))
                subs = ",".join(map(str, native.subs(n, shape)))
                name = letter if not shape else f"{letter}{''.join(map(str, labels))}_{subs}"
                if definition is None:
                    found.append(symbol(place, name))
                else:
                    at = dict(zip(definition.axes, unflat(n, shape), strict=True))
                    found.append(lazily_defined(place, name, _later(definition, at, self, world)))
            made[tensor.name] = found
        return made[tensor.name]

    def lookup(self, tensor: Tensor, place: tuple[int, ...], world: World) -> Scalar:
        """The entry of a tensor at indices from 0."""
        offset = 0
        for size, index in zip(whole_shape(tensor.shape), place, strict=True):
            offset = offset * size + index
        known = {stem: letter for letter, stem in self.letters.items()}
        own = tensor.name in known
        letter = known[tensor.name] if own else known[tensor.stem]
        labels = next(labels for labels, one in self.stems[self.letters[letter]].items() if one == tensor)
        return self.entries(tensor, world, letter, labels)[offset]


def _later(
    definition: Definition, at: dict[Index, int], names: NetworkNames, world: World
) -> Callable[[], Scalar]:
    def value() -> Scalar:
        return _laid_out(definition.body, at, names, world)

    return value


class Native:
    """The tensors of one letter: one, or one for each layer."""

    def __init__(
        self, letter: str, tensors: dict[tuple[int, ...], Tensor], names: NetworkNames, world: World, use:
        Use | None ) -> None:  # fmt: skip
        self.letter = letter
        self.tensors = tensors
        self.names = names
        self.world = world
        first = next(iter(tensors.values()))
        self.shape = whole_shape(first.shape)
        self.flat = not names.counts_rows
        if use is not None:
            self.flat = names.counts_flat or any(
                use.is_flat(whole_shape(tensor.shape), labels) for labels, tensor in tensors.items()
            )
            self.flat = self.flat and not any(rank > 1 for rank in use.ranks)
        self.base = names.bases.get(letter, 1)
        self.use = use
        # W_1 is that of layer 1 where no name of the letter says its layer otherwise.
        self.below = len(tensors) > 1 and use is not None and use.counts_layers(tensors)
        self.rank = 1 if self.flat and len(self.shape) == 2 else len(self.shape)

    def all_of(self, tensor: Tensor) -> list[Scalar]:
        """All entries of a tensor."""
        labels = next(label for label, known in self.tensors.items() if known == tensor)
        return self.names.entries(tensor, self.world, self.letter, labels)

    def every(self) -> Iterator[Scalar]:
        """All entries of all layers."""
        for tensor in self.tensors.values():
            yield from self.all_of(tensor)

    def entry(self, labels: tuple[int, ...], subs: tuple[int, ...], span: Span | None) -> Array:
        """What a name stands for at labels and subscripts."""
        if not labels and len(self.tensors) == 1:
            labels = next(iter(self.tensors))
        if not labels and self.below and subs[:1] in self.tensors:
            labels, subs = subs[:1], subs[1:]
        if labels not in self.tensors:
            layer = ", ".join(map(str, labels))
            if not layer:
                raise StepError(f"{self.letter} does not say of which layer it is", span)
            raise StepError(f"the network has no {self.letter} of layer {layer}", span)
        tensor = self.tensors[labels]
        shape = whole_shape(tensor.shape)
        every = tuple(self.names.entries(tensor, self.world, self.letter, labels))
        whole = Array(shape, every)
        if not subs:
            return whole
        if len(subs) == 1 and len(shape) > 1 and not self.has_parts(shape):
            place = subs[0] - self.base
            if not 0 <= place < len(every):
                return self._outside(
                    f"{self.letter}_{subs[0]}",
                    f"entries run from {self.base} to {len(every) - 1 + self.base}",
                    span,
                )
            return Array((), (every[place],))
        if len(subs) > len(shape):
            raise OutsideError(
                f"{self.letter} has {len(shape)} axes and is read with {len(subs)} indices", span
            )
        for sub, size in zip(subs, shape, strict=False):
            if not self.base <= sub < size + self.base:
                return self._outside(
                    f"{self.letter}_{','.join(map(str, subs))}",
                    f"an index runs from {self.base} to {size - 1 + self.base}",
                    span,
                )
        return whole.at(tuple(sub - self.base for sub in subs))

    def has_parts(self, shape: tuple[int, ...]) -> bool:
        """Whether a single subscript is that of the first of several axes: others have one for each."""
        return self.names.parts or (self.use is not None and len(shape) in self.use.ranks)

    def _outside(self, name: str, why: str, span: Span | None) -> Array:
        if self.world.reading.zero_outside:
            self.world.assumptions.setdefault("an entry outside its range counts as 0")
            return Array((), (ZERO,))
        raise OutsideError(f"{name} does not exist: {why}", span)

    def limits(self, position: int, count: int) -> tuple[int, int] | None:
        """First and last value of a subscript, of ``count`` in all."""
        if count == 1 and len(self.shape) > 1 and not self.has_parts(self.shape):
            return self.base, prod(self.shape) - 1 + self.base
        if position < len(self.shape):
            return self.base, self.shape[position] - 1 + self.base
        return None

    def spelled(self, notation: Notation, labels: tuple[int, ...], subs: tuple[int, ...]) -> str:
        """The entry at a flat position from 1, as the document writes it."""
        tensor = self.tensors.get(labels) or next(iter(self.tensors.values()))
        shape = whole_shape(tensor.shape)
        return notation.entry(self.letter, labels, self.subs(subs[0] - 1, shape) if shape and subs else ())

    def subs(self, position: int, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The subscripts of the entry at a flat position from 0, as the document counts."""
        places = (position,) if self.flat and len(shape) == 2 else unflat(position, shape)
        return tuple(place + self.base for place in places)


def _label(tensor: Tensor) -> tuple[int, ...]:
    return (int(tensor.label),) if tensor.label.isdigit() else ()


def _unstrided(axis: Affine, at: Mapping[Index, int]) -> int:
    """How much farther an index lies than it would if every index counted once in it."""
    factors = {index: axis.coefficients[index] for index in axis if index in at}
    return sum((factor - 1) * at[index] for index, factor in factors.items() if isinstance(factor, int))


def _stems(model: Model) -> dict[str, dict[tuple[int, ...], Tensor]]:
    """The tensors by their letters and layers."""
    found: dict[str, dict[tuple[int, ...], Tensor]] = {}
    for tensor in model.tensors:
        label = _label(tensor)
        stem = tensor.stem if label or not tensor.label else tensor.name
        found.setdefault(stem, {})[label] = tensor
    return found


class Use:
    """How the document uses a letter."""

    def __init__(self) -> None:
        self.numbered = False
        self.most = 0
        self.zeros = 0
        """How many subscripts are 0."""
        self.places: dict[tuple[int, int, int], int] = {}
        """How often a number stands at a place of so many subscripts: number, place, how many."""
        self.singles: set[str] = set()
        self.by_layer: dict[tuple[int, ...], set[str]] = {}
        self.ranks: set[int] = set()
        self.computed = False
        """Whether it stands alone on a left side, or is differentiated: ``∂o/∂x``."""
        self.differentiated = False
        self.labelled = False
        self.first_right = False

    def count(self, value: int, at: int, of: int) -> None:
        """Take a number that stands as a subscript."""
        self.zeros += value == 0
        self.places[value, at, of] = self.places.get((value, at, of), 0) + 1

    @property
    def digits(self) -> bool:
        """Whether all single subscripts have two digits: w_{11}, w_{12}."""
        return bool(self.singles) and all(len(text) == 2 for text in self.singles)

    def ends_at(self, shape: tuple[int, ...]) -> int:
        """How many subscripts are the last of an axis that is counted from 1."""
        found = self.places.get((prod(shape), 0, 1), 0) if len(shape) > 1 else 0
        found += sum(self.places.get((n, at, len(shape)), 0) for at, n in enumerate(shape) if n > 1)
        packed = (text for text in self.singles if len(text) == len(shape) > 1)
        return found + sum(any(int(d) == n > 1 for d, n in zip(t, shape, strict=True)) for t in packed)

    def counts_layers(self, tensors: Container[tuple[int, ...]]) -> bool:
        """Whether the letter has nothing but one number that is a layer: ``W_1``."""
        return (
            not self.labelled
            and self.ranks == {1}
            and bool(self.places)
            and all((value,) in tensors for value, _, _ in self.places)
        )

    def packs(self, shape: tuple[int, ...]) -> bool:
        """Whether each single subscript is one digit for each axis: ``w_{1221}``."""
        if len(shape) < 2 or not self.singles:
            return False
        base = 0 if self.zeros or any("0" in text for text in self.singles) else 1
        return all(
            len(text) == len(shape)
            and all(base <= int(d) < size + base for d, size in zip(text, shape, strict=True))
            for text in self.singles
        )

    def is_flat(self, shape: tuple[int, ...], labels: tuple[int, ...] = ()) -> bool:
        """Whether a single subscript counts row by row."""
        if labels and self.by_layer:
            here = Use()
            here.singles, here.ranks = self.by_layer.get(labels, set()), self.ranks
            return bool(here.singles or not here.ranks) and here.is_flat(shape)
        if len(shape) != 2:
            return False
        if not self.singles:
            return not any(rank > 1 for rank in self.ranks)
        if not self.digits:
            return True
        inside = all(1 <= int(text[0]) <= shape[0] and 1 <= int(text[1]) <= shape[1] for text in self.singles)
        zero = all(int(text[0]) < shape[0] and int(text[1]) < shape[1] for text in self.singles)
        return not (inside or zero)


def _uses(stated: Sequence[Stated], stems: Container[str]) -> dict[str, Use]:
    """Every letter with subscripts, in the order in which it is met."""
    found: dict[str, Use] = {}
    for one in stated:
        for number_, member in enumerate(one.statement.members):
            first = True
            pending: list[tuple[Node, Node | None]] = [(member, None)]
            while pending:
                node, inside = pending.pop()
                spelling = spelled(node)
                if spelling is not None:
                    subs = _without_word(spelling.subs)
                    called = joined(_with_word(spelling), _scripts(spelling.sups), stems)
                    if called is not None:
                        spelling = spelling._replace(key=called, sups=(), subs=subs)
                    key = _letter_of(spelling.key)
                    alone = key == spelling.key and not spelling.subs and not label_items(spelling.sups)[0]
                    indicator = spelling.key in ("bb:1", "𝟙", "1")
                    if key in LOSS_LETTERS or indicator or (key in INDEX_LETTERS and alone):
                        continue
                    use = found.setdefault(key, Use())
                    derivative = inside if isinstance(inside, Derivative) else None
                    if (number_ == 0 and node is member) or (derivative and node is derivative.of):
                        use.computed = True
                    if number_ > 0 and first:
                        use.first_right, first = True, False
                    use.differentiated |= derivative is not None and node is not derivative.of
                    labels = tuple(
                        int(item.value) for item in label_items(spelling.sups)[0] if isinstance(item, Number)
                    )
                    use.labelled |= bool(spelling.sups and label_items(spelling.sups)[0])
                    _note(use, spelling.key, spelling.subs, labels)
                    continue
                pending += [(child, node) for child in reversed(children(node))]
    return found


def _starts(stated: Sequence[Stated], letters: Iterable[str]) -> dict[str, set[int]]:
    """From where the indices run that stand alone at a letter, as ranges and sums state it."""
    wanted = frozenset(letters)
    ranges: dict[str, set[int]] = {}
    for one in stated:
        for index, first in _range_of(one.statement):
            ranges.setdefault(index, set()).add(first)
    found: dict[str, set[int]] = {}
    for one in stated:
        pending: list[tuple[Node, dict[str, set[int]]]] = [(m, ranges) for m in one.statement.members]
        while pending:
            node, known = pending.pop()
            spelling = spelled(node)
            if spelling is not None:
                key = _letter_of(spelling.key)
                for sub in _single(spelling.subs) if key in wanted else ():
                    if isinstance(sub, Name):
                        found.setdefault(key, set()).update(known.get(sub.letter, ()))
                continue
            if isinstance(node, Big) and node.lower is not None:
                bound = {index: {first} for item in items(node.lower) for index, first in _first_of(item)}
                known = {**known, **bound}
            pending += [(child, known) for child in children(node)]
    return found


def _single(subs: tuple[Node, ...]) -> tuple[Node, ...]:
    """Subscripts one by one: those of a list, and the letters of the run ``ij``."""
    listed = subs[0].items if len(subs) == 1 and isinstance(subs[0], Listed) else subs
    return tuple(
        letter
        for sub in listed
        for letter in (
            [sub._replace(letter=c) for c in sub.letter]
            if isinstance(sub, Name) and sub.letter.isalpha() and sub.style != "word"
            else [sub]
        )
    )


def _range_of(statement: Statement) -> Iterator[tuple[str, int]]:
    r"""The indices of ``i, j = 0, 1`` and ``0 \le i \le n``, each with the first value."""
    members, relations = statement.members, statement.relations
    between = list(between_limits(statement))
    if between:
        yield from ((letter, int(first.value)) for letter, first, _ in between if isinstance(first, Number))
    elif len(members) == 2 and relations in (("=",), ("∈",)) and is_range(members[1]):
        yield from _first(members[0], members[1].inner if isinstance(members[1], Group) else members[1])


def _first_of(item: Node) -> Iterator[tuple[str, int]]:
    """The index of ``i = 0`` under a sum with its first value."""
    if isinstance(item, Relation) and item.op == "=":
        yield from _first(item.left, item.right)


def _first(letters: Node, values: Node) -> Iterator[tuple[str, int]]:
    """Each of the letters, and the run of them that ``ij`` is, with the first of the values."""
    first = items(values)[0]
    if isinstance(first, Number):
        for name in items(letters):
            if isinstance(name, Name):
                yield from ((letter, int(first.value)) for letter in (*name.letter, name.letter))


def _scripts(sups: tuple[Node, ...]) -> tuple[Node, ...]:
    labels, rest = label_items(sups)
    return (*labels, *rest)


def _with_word(spelling: Spelled) -> str:
    """``w_Q`` of ``w_Q`` and of ``w_{Q,1}``."""
    words = [sub.letter for sub in _first_sub(spelling.subs)]
    return "_".join((spelling.key, *words))


def _without_word(subs: tuple[Node, ...]) -> tuple[Node, ...]:
    return subs[len(_first_sub(subs)) :]


def _first_sub(subs: tuple[Node, ...]) -> list[Name]:
    """A first subscript that is a capital: it says which of several."""
    first = subs[0] if subs else None
    return [first] if isinstance(first, Name) and first.letter.isupper() else []


def _letter_of(key: str) -> str:
    """``w5`` is an entry of w."""
    stem = key.rstrip("0123456789")
    return stem if stem and stem != key else key


def _note(use: Use, key: str, subs: tuple[Node, ...], labels: tuple[int, ...]) -> None:
    digits = key[len(_letter_of(key)) :]
    if digits and not subs:
        use.numbered = True
        use.most = max(use.most, int(digits))
        use.singles.add(digits)
        use.count(int(digits), 0, 1)
        return
    if not subs:
        return
    items = subs[0].items if len(subs) == 1 and isinstance(subs[0], Listed) else subs
    use.ranks.add(len(items))
    for at, item in enumerate(items):
        if isinstance(item, Number):
            use.numbered = True
            value = int(item.value)
            use.count(value, at, len(items))
            if len(items) == 1:
                use.most = max(use.most, value)
                use.singles.add(digits_of(item))
                use.by_layer.setdefault(labels, set()).add(digits_of(item))


def _laid_out(node: Written, at: Mapping[Index, int], names: NetworkNames, world: World) -> Scalar:
    """A written equation at concrete indices: the forward equation as it is stated, and nothing else."""
    match node:
        case Quantity():
            if not isinstance(node.value, int | Fraction):
                raise UnsettledError("a network with symbolic sizes cannot be laid out")
            return number(node.value)
        case Constant():
            if node.name in _CONSTANTS:
                return _CONSTANTS[node.name]
            sign: Sign = "positive" if node.positive else "real"
            return symbol(("constant", world.serial, node.name), node.name, sign)
        case Read():
            return names.lookup(node.tensor, tuple(_whole(e, at) for e in node.indices), world)
        case Sum():
            return total([_laid_out(part, at, names, world) for part in node.parts])
        case Product():
            if not all(
                _holds(b, at) for part in node.parts if isinstance(part, Iverson) for b in part.brackets
            ):
                return ZERO
            return times([_laid_out(p, at, names, world) for p in node.parts if not isinstance(p, Iverson)])
        case Power():
            return power(_laid_out(node.base, at, names, world), node.exponent)
        case Apply():
            argument = _laid_out(node.argument, at, names, world)
            if node.function.abstract:
                return abstract(node.function.name, (node.function.order,), (argument,))
            defined = _DEFINED.get(node.function.name)
            return defined(argument) if defined else call(node.function.name, argument)
        case Total():
            return total([_laid_out(node.body, {**at, **more}, names, world) for more in _all(node.indices)])
        case Iverson():
            return ONE if all(_holds(b, at) for b in node.brackets) else ZERO
        case Compare():
            argument = _laid_out(node.argument, at, names, world)
            return (
                bracket(">=", times([number(-1), argument]))
                if node.kind == "<="
                else bracket(node.kind, argument)
            )
        case Maximum():
            found: Scalar | None = None
            for more in _all(node.indices):
                here = {**at, **more}
                if all(_holds(b, here) for b in node.brackets):
                    value_ = _laid_out(node.body, here, names, world)
                    found = value_ if found is None else maximum(found, value_)
            if found is None:
                raise UnsettledError("the maximum of nothing")
            return found
        case _:
            raise UnsettledError("a network that verification does not cover")


def _unknown_functions(node: Written) -> Iterator[str]:
    """The names of functions that a network leaves unknown."""
    pending = [node]
    while pending:
        match pending.pop():
            case Apply() as here:
                if here.function.abstract:
                    yield here.function.name
                pending.append(here.argument)
            case Sum() | Product() as here:
                pending += here.parts
            case Power() as here:
                pending.append(here.base)
            case Total() | Maximum() as here:
                pending.append(here.body)
            case Compare() as here:
                pending.append(here.argument)
            case _:
                pass


def _all(indices: tuple[Index, ...]) -> Iterator[dict[Index, int]]:
    for values in product(*map(range, whole_shape(tuple(index.size for index in indices)))):
        yield dict(zip(indices, values, strict=True))


def _whole(e: Affine, at: Mapping[Index, int]) -> int:
    value = e.const
    for index, coefficient in e.coefficients.items():
        value = value + coefficient * at[index]
    return int(value)  # type: ignore[arg-type]  # a concrete network has whole coefficients


def _holds(condition: Bracket, at: Mapping[Index, int]) -> bool:
    value = _whole(condition.e, at)
    if condition.kind == "=":
        return value == 0
    if condition.kind == ">=":
        return value >= 0
    return value % condition.divisor == 0
