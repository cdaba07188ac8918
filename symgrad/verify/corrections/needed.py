"""What a part would have to be for the formula to be true, and which of the document's words make that up.

Where a formula is affine in a part s, F(s) = A·s + B, the part must be (T − B)/A. All of these are known at
a few points; so a missing factor, a missing summand or another value of the part is looked up, not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import isfinite, nan
from typing import NamedTuple, TypeAlias

from symgrad.verify.equality import Sampler
from symgrad.verify.notation import Word
from symgrad.verify.scalars import ONE, Scalar, number, substituted

_PRIME = 2**127 - 1
_CLOSE = 1e-7
_NOTHING = 1e-9
_SLIGHT = 1e-6
_FEW = 60

Vector: TypeAlias = tuple[float, ...]
"""A residue alone, or a float at each point."""


class Numbers:
    """Arithmetic on values at the points: in residues where everything has one, else in floats."""

    def __init__(self, sampler: Sampler, exact: bool) -> None:
        self.sampler = sampler
        self.exact = exact

    def of(self, scalar: Scalar) -> Vector | None:
        """The value of an expression; None where it has none."""
        if self.exact:
            residue = self.sampler.residue(scalar)
            return None if residue is None else (residue,)
        found = self.sampler.floats(scalar)
        return found if isfinite(found[0]) else None

    def minus(self, a: Vector, b: Vector) -> Vector:
        """A − b."""
        if self.exact:
            return ((a[0] - b[0]) % _PRIME,)
        return tuple(x - y for x, y in zip(a, b, strict=True))

    def times(self, a: Vector, b: Vector) -> Vector:
        """A · b."""
        if self.exact:
            return (int(a[0]) * int(b[0]) % _PRIME,)
        return tuple(x * y for x, y in zip(a, b, strict=True))

    def over(self, a: Vector, b: Vector) -> Vector | None:
        """A / b; None where b is 0."""
        if self.exact:
            return (int(a[0]) * pow(int(b[0]), -1, _PRIME) % _PRIME,) if b[0] else None
        if not b[0] or not isfinite(b[0]):
            return None
        return tuple(x / y if y else nan for x, y in zip(a, b, strict=True))

    def same(self, a: Vector, b: Vector) -> bool:
        """Whether two values agree wherever both exist."""
        if self.exact:
            return a[0] == b[0]
        both = [(x, y) for x, y in zip(a, b, strict=True) if isfinite(x) and isfinite(y)]
        # What is next to nothing beside the other points may be what rounding left.
        least = max(_NOTHING, _SLIGHT * max((abs(x) for pair in both for x in pair), default=0.0))
        return bool(both) and all(abs(x - y) <= _CLOSE * max(abs(x), abs(y), least) for x, y in both)

    def like(self, a: Vector, b: Vector) -> bool:
        """Whether two values agree at most of the points; rounding may have spoilt some."""
        if self.exact:
            return a[0] == b[0]
        both = [(x, y) for x, y in zip(a, b, strict=True) if isfinite(x) and isfinite(y)]
        agreed = sum(abs(x - y) <= _CLOSE * max(abs(x), abs(y), _NOTHING) for x, y in both)
        return not both or 2 * agreed >= len(both)

    def zero(self, a: Vector, scale: Vector | None = None) -> bool:
        """Whether a value is 0, against the size of what it came from."""
        if self.exact:
            return a[0] == 0
        sizes = scale or tuple(1.0 for _ in a)
        return all(abs(x) <= _CLOSE * max(abs(s), 1e-6) for x, s in zip(a, sizes, strict=True) if isfinite(x))

    def keys(self, a: Vector) -> tuple[object, ...]:
        """Under which keys a value is kept, and sought."""
        if self.exact:
            return (a[0],)
        # Four significant digits, and the neighbours for what rounding may have moved.
        size = f"{a[0]:.4e}"
        near = {f"{a[0] * (1 + 2e-5):.4e}", f"{a[0] * (1 - 2e-5):.4e}"} - {size}
        return (size, *near)


class Needed(NamedTuple):
    """What a part is, and what it must be."""

    now: Vector
    then: Vector


def needed(numbers: Numbers, whole: Scalar, hole: Scalar, now: Scalar, true: Scalar) -> Needed | None:
    """What must stand for ``hole`` to make ``whole`` true; None where it is not affine in it, nor in 1/it."""
    truth, here = numbers.of(true), numbers.of(now)
    if truth is None or here is None:
        return None
    then = _affine(numbers, whole, hole, truth, (number(1), number(2), number(4)))
    if then is None:
        inverses = number(1), number(Fraction(1, 2)), number(Fraction(1, 4))
        inverse = _affine(numbers, whole, hole, truth, inverses)
        one = numbers.of(ONE)
        then = None if inverse is None or one is None else numbers.over(one, inverse)
    return None if then is None else Needed(here, then)


def _affine(
    numbers: Numbers, whole: Scalar, hole: Scalar, truth: Vector, at: tuple[Scalar, Scalar, Scalar]
) -> Vector | None:
    """The t at which F is true, from F at t = 1, 2 and 4, if it is affine in t."""
    values = [numbers.of(substituted(whole, {hole: point})) for point in (*at, number(-1))]
    one, two, four, opposite = values
    if one is None or two is None or four is None or opposite is None:
        return None
    slope = numbers.minus(two, one)
    if numbers.zero(slope, one):
        return None
    ratios = [numbers.over(numbers.minus(value, two), slope) for value in (four, opposite)]
    for ratio, expected in zip(ratios, (number(2), number(-3)), strict=True):
        wanted = numbers.of(expected)
        if ratio is None or wanted is None or not numbers.same(ratio, wanted):
            return None  # not a straight line, or one with a kink at 0
    return numbers.over(numbers.minus(truth, numbers.minus(one, slope)), slope)


class Valued(NamedTuple):
    """A word with its value, and how far it is from what the author would write (less is likelier)."""

    word: Word
    value: Vector
    cost: float


class Table:
    """Words by their values."""

    def __init__(self, numbers: Numbers, words: Sequence[Valued]) -> None:
        self.numbers = numbers
        self.words = sorted(words, key=lambda valued: valued.cost)
        self._kept: dict[object, list[Valued]] = {}
        self._inverses: dict[int, Vector] = {}
        for valued in self.words:
            self._kept.setdefault(numbers.keys(valued.value)[0], []).append(valued)

    def being(self, value: Vector) -> Iterator[Valued]:
        """The words that have a value."""
        for key in self.numbers.keys(value):
            for valued in self._kept.get(key, ()):
                if self.numbers.same(valued.value, value):
                    yield valued

    def products(
        self, value: Vector, most: int, out_of_time: Callable[[], bool]
    ) -> Iterator[tuple[Valued, ...]]:
        """Products of words that are a value: of one word, of two, and, if ``most`` allows, else of three."""
        if not self.numbers.exact and not isfinite(value[0]):
            return
        met = False
        for valued in self.being(value):
            met = True
            yield (valued,)
        if met and most < 3:
            return
        for pair in self._pairs(value, self.words, out_of_time):
            met = True
            yield pair
        if met or most < 3:
            return
        few = self.words[:_FEW]
        for n, first in enumerate(few):
            if out_of_time():
                return
            for pair in self._pairs(self.without(value, first), few[n:], out_of_time):
                yield (first, *pair)

    def without(self, value: Vector, valued: Valued) -> Vector:
        """A value with one word divided out."""
        key = id(valued)
        if key not in self._inverses:
            one = (1,) if self.numbers.exact else tuple(1.0 for _ in value)
            self._inverses[key] = self.numbers.over(one, valued.value) or one
        return self.numbers.times(value, self._inverses[key])

    def _pairs(
        self, value: Vector, words: Sequence[Valued], out_of_time: Callable[[], bool]
    ) -> Iterator[tuple[Valued, Valued]]:
        seen: set[tuple[int, int]] = set()
        for n, first in enumerate(words):
            if not n % 50 and out_of_time():
                return
            rest = self.without(value, first)
            if not self.numbers.exact and not isfinite(rest[0]):
                continue
            for second in self.being(rest):
                pair = (min(id(first), id(second)), max(id(first), id(second)))
                if pair not in seen:
                    seen.add(pair)
                    yield first, second
