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
from symgrad.verify.equality.residues import FreeResidueEvaluator
from symgrad.verify.equality.sampler import Drawn, apart
from symgrad.verify.scalars import Scalar, height, names_in

_TRIALS: Final = 32
_MANY: Final = 4
_QUICK: Final = 4

Names = frozenset[Scalar]


class Levels:
    """The question left = right with some names replaced by their definitions and all others atoms."""

    def __init__(self, left: Scalar, right: Scalar, solved: Mapping[Scalar, Scalar], clock: Clock) -> None:
        self.sides = left, right
        self._solved = solved
        self.clock = clock
        self._drawn = Drawn()
        self._floats: dict[Scalar, Floats] = {}
        self._residues: dict[Scalar, int] = {}
        self._tried: dict[Names, bool | None] = {}
        self._by_floats = False
        self._met_known = False
        self._names: list[Scalar] = []
        self._ends: list[int] = []
        self._least = -1
        self._searched_s = 0.0

    def meaning(self, s: Scalar, replaced: Names) -> Scalar | None:
        """What a symbol is replaced by, None where it is an atom."""
        return s.data.definition if s in replaced else self._solved.get(s)

    def holds(self, replaced: Names) -> bool | None:
        """Whether the sides agree at random values of all atoms; None where they have none there."""
        if replaced not in self._tried:
            self._tried[replaced] = (self._close if self._by_floats else self._equal)(replaced)
        return self._tried[replaced]

    def _equal(self, replaced: Names) -> bool | None:
        values = _FreeResidues(self, replaced)
        a, b = (values.value(side) for side in self.sides)
        self._met_known |= values.met_known
        return None if a is None or b is None else a == b

    def _close(self, replaced: Names) -> bool | None:
        values = _Floats(self, replaced)
        a = values.value(self.sides[0])
        b = None if a is None else values.value(self.sides[1])
        differs = None if a is None or b is None else apart(a, b)
        return None if differs is None else not differs

    def residue(self, s: Scalar) -> int:
        """The remainder of an atom, the same in each trial."""
        found = self._residues.get(s)
        if found is None:
            found = self._residues[s] = self._drawn.residue(s)
        return found

    def floats(self, s: Scalar) -> Floats:
        """The floats of an atom, the same in each trial."""
        found = self._floats.get(s)
        if found is None:
            found = self._floats[s] = self._drawn.floats(s)
        return found

    def agree(self) -> bool:
        """Whether the sides agree with as many definitions entered as it takes.

        First whatever the functions in them are, then as they are.
        """
        start = self.clock.left
        self._names = names = self._ranked()
        self._ends = [n for n, s in enumerate(names) if not n or s.data.height != names[n - 1].data.height]
        self._ends = [*(self._ends or [0]), *([len(names)] if names else [])]
        for self._by_floats in (False, True):
            self._tried.clear()
            self._least = self._least_layer()
            if self._least >= 0 or not self._met_known:
                break
        self._searched_s = start - self.clock.left
        return self._least >= 0

    def _least_layer(self) -> int:
        """The first layer at which the sides agree, −1 for none: steps are doubled, then halved."""
        last = len(self._ends) - 1
        step, below, here = 1, -1, 0
        while not self.holds(self._layer(here)):
            if here == last:
                return -1
            below, here, step = here, min(here + step, last), 2 * step
        while here - below > 1:
            middle = (here + below) // 2
            if self.holds(self._layer(middle)):
                here = middle
            else:
                below = middle
        return here

    def worth_trying(self) -> Iterator[tuple[Names, float]]:
        """Names to replace, the most hopeful first, each with the seconds that it is worth."""
        start = self.clock.left
        hopeful = self._least >= 0 or (not self._ends and self.agree())
        whole = self.clock.left
        last = len(self._ends) - 1
        if not hopeful:
            yield self._layer(0), whole
            yield self._layer(last), whole
            return
        least = self._met(self._layer(self._least))
        # What can be proved in less time than it takes to find fewer names is proved at once.
        quick = _QUICK * max(self._searched_s, start - self.clock.left)
        yield least, quick
        yielded: set[Names] = set()
        for layer in (None, self._least, self._least + 1, self._least + 2, last):
            names = self._fewer(least) if layer is None else self._met(self._layer(min(layer, last)))
            if names not in yielded:
                yielded.add(names)
                yield names, whole

    def _ranked(self) -> list[Scalar]:
        """Every defined name that can be met, those defined last first."""
        names: set[Scalar] = set()
        stack = [s for side in self.sides for s in names_in(side)]
        while stack:
            s = stack.pop()
            if s not in names and s.data.is_defined:
                names.add(s)
                stack += names_in(s.data.definition)
        return sorted(names, key=lambda s: (-height(s), s.serial))

    def _layer(self, n: int) -> Names:
        """No names for 0, then those defined last, then more of those that they are made of, at last all."""
        return frozenset(self._names[: self._ends[n]])

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


class _FreeResidues(FreeResidueEvaluator):
    """Remainders with some names replaced."""

    def __init__(self, levels: Levels, replaced: Names) -> None:
        super().__init__(levels.residue, None, levels.clock)
        self._levels = levels
        self._replaced = replaced

    def stands_for(self, s: Scalar) -> Scalar | None:
        return self._levels.meaning(s, self._replaced)


class _Floats(FloatEvaluator):
    """Floats with some names replaced."""

    def __init__(self, levels: Levels, replaced: Names) -> None:
        super().__init__(levels.floats, None, levels.clock)
        self._levels = levels
        self._replaced = replaced

    def stands_for(self, s: Scalar) -> Scalar | None:
        return self._levels.meaning(s, self._replaced)
