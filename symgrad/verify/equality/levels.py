"""Which definitions a proof has to enter: few, found by trying with random values, before any algebra.

With a name kept as an atom of its own, an identity that does not hold for every value of that name cannot be
proved; random values tell at once. Entering more definitions never spoils an identity, so the least level is
found by halving: first how far down from the names defined last, then which of those can be kept after all.
Where an identity holds high up, nothing below is ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.floats import FloatEvaluator, Floats
from symgrad.verify.equality.sampler import Drawn, apart
from symgrad.verify.scalars import Scalar, height, names_in

_TRIALS: Final = 32
_MANY: Final = 4

Names = frozenset[Scalar]


class Levels:
    """The question left = right with some names replaced by their definitions and all others atoms."""

    def __init__(self, left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> None:
        self.sides = left, right
        self._solved = solved
        self._clock = clock
        self._drawn: dict[Scalar, Floats] = {}
        self._draw = Drawn().floats
        self._tried: dict[Names, bool | None] = {}
        self._layers: list[Names] = []
        self._least = -1

    def meaning(self, s: Scalar, replaced: Names) -> Scalar | None:
        """What a symbol is replaced by, None where it is an atom."""
        return s.data.definition if s in replaced else self._solved.get(s)

    def holds(self, replaced: Names) -> bool | None:
        """Whether the sides agree at random values of all atoms; None where they have none there."""
        if replaced not in self._tried:
            values = _Partly(self, replaced, self._clock)
            a = values.value(self.sides[0])
            b = None if a is None else values.value(self.sides[1])
            differs = None if a is None or b is None else apart(a, b)
            self._tried[replaced] = None if differs is None else not differs
        return self._tried[replaced]

    def value(self, s: Scalar) -> Floats:
        """The value of an atom, the same in each trial."""
        found = self._drawn.get(s)
        if found is None:
            found = self._drawn[s] = self._draw(s)
        return found

    def agree(self) -> bool:
        """Whether the sides agree with as many definitions entered as it takes."""
        self._layers = layers = self._all_layers()
        step, below = 1, -1
        here = 0
        while True:
            if self.holds(layers[here]):
                break
            if here == len(layers) - 1:
                return False
            below, here, step = here, min(here + step, len(layers) - 1), 2 * step
        while here - below > 1:
            middle = (here + below) // 2
            if self.holds(layers[middle]):
                here = middle
            else:
                below = middle
        self._least = here
        return True

    def worth_trying(self) -> Iterator[Names]:
        """Names to replace, the most hopeful first: few, then whole layers, then all."""
        hopeful = self._least >= 0 or (not self._layers and self.agree())
        layers = self._layers
        if not hopeful:
            if self.holds(layers[0]) is None:
                yield layers[0]
            yield layers[-1]
            return
        least = self._met(layers[self._least])
        yielded: set[Names] = set()
        for names in (self._fewer(least), *layers[self._least : self._least + 3], layers[-1]):
            met = self._met(names)
            if met not in yielded:
                yielded.add(met)
                yield met

    def _all_layers(self) -> list[Names]:
        """No names, those defined last, then more of those that they are defined by, at last all."""
        found: list[Names] = [frozenset()]
        names: set[Scalar] = set()
        stack = [s for side in self.sides for s in names_in(side)]
        while stack:
            s = stack.pop()
            if s not in names and s.data.is_defined:
                names.add(s)
                stack += names_in(s.data.definition)
        by_height: dict[int, list[Scalar]] = {}
        for s in names:
            by_height.setdefault(height(s), []).append(s)
        for h in sorted(by_height, reverse=True):
            found.append(found[-1].union(by_height[h]))
        return found

    def _met(self, replaced: Names) -> Names:
        """Of the names to replace those that are met."""
        met: set[Scalar] = set()
        seen: set[Scalar] = set()
        stack = [s for side in self.sides for s in names_in(side)]
        while stack:
            s = stack.pop()
            if s not in seen:
                seen.add(s)
                if s in replaced:
                    met.add(s)
                value = self.meaning(s, replaced)
                if value is not None:
                    stack += names_in(value)
        return frozenset(met)

    def _fewer(self, replaced: Names) -> Names:
        """Names of these that will do: a layer is kept as atoms where the sides agree all the same.

        Where many are left, parts of layers are tried too.
        """
        by_height: dict[int, list[Scalar]] = {}
        for s in sorted(replaced, key=lambda s: (s.data.height, s.serial)):
            by_height.setdefault(s.data.height, []).append(s)
        waiting: list[Sequence[Scalar]] = [by_height[h] for h in sorted(by_height, reverse=True)]
        trials = 0
        while waiting and trials < _TRIALS:
            part = [s for s in waiting.pop() if s in replaced]
            if not part:
                continue
            trials += 1
            fewer = replaced.difference(part)
            if self.holds(fewer):
                replaced = self._met(fewer)
            elif len(part) > _MANY:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
        return replaced


class _Partly(FloatEvaluator):
    """Values with some names replaced."""

    def __init__(self, levels: Levels, replaced: Names, clock: Clock) -> None:
        super().__init__(levels.value, None, clock)
        self._levels = levels
        self._replaced = replaced

    def stands_for(self, s: Scalar) -> Scalar | None:
        return self._levels.meaning(s, self._replaced)
