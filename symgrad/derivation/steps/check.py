"""Every step is held against the forward equations as they are written, on exact numbers.

The gradient's true value at an entry is pulled back through the equations that read the tensor
(:mod:`symgrad.derivation.steps.slopes`); the adjoints of these are numbers drawn at random, since a gradient
equation holds for any. A step is right where it has this value. Neither side knows how the other came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from math import gcd, prod

from symgrad.algebra import written as w
from symgrad.algebra.normal import Solution
from symgrad.algebra.positions import unflat
from symgrad.algebra.tensors import Tensor, adjoint_of
from symgrad.algebra.terms import Expression, FirstMaximiser, Max, ValueBracket, inner_expressions
from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.steps.field import ONE, ZERO, NoValueError, Number, add
from symgrad.derivation.steps.slopes import Point, Slopes, at, flat, visits
from symgrad.derivation.steps.trace import Explanation, Way
from symgrad.derivation.steps.values import Values
from symgrad.errors import BudgetError, CheckError

MOST_VISITS = 300_000
"""Up to this many parts of a forward equation all its entries are pulled back; else corners and a spread."""
MOST_IN_ONE = 3_000_000
"""The most parts that a single entry may have."""
_MOST_PRODUCTS = 20_000
"""Up to this many products every entry of a step is compared; beyond, corners and a spread of entries."""
_FEWEST_ENTRIES = 6
_MOST_POINTS = 20


class Checker:
    """The check of explanations against ``definitions``, the whole forward program as it is written."""

    def __init__(self, definitions: Sequence[w.Definition], objective: Tensor | None) -> None:
        self.definitions = {definition.target: definition for definition in definitions}
        self.objective = objective
        self._auxiliary = [d.target for d in definitions if d.target.role == "auxiliary"]
        self._pulled: dict[tuple[object, ...], Slopes] = {}
        self._point = Point(())
        self._at_point: object = None
        self._true: dict[Tensor, list[Number] | None] = {}
        self._entries: dict[Tensor, frozenset[int]] = {}

    def check(self, explanation: Explanation) -> None:
        """Nothing, if every step has the value of the gradient.

        Raises:
            CheckError: one has not; the message names it.
            BudgetError: the equations are too large to be evaluated.
        """
        points = _points(explanation)
        for seed in range(_MOST_POINTS):
            try:
                self._at(explanation, seed)
            except NoValueError:  # a division by 0 or a missing root: an unlucky point
                continue
            points -= 1
            if not points:
                return
        raise CheckError(f"{_told(explanation)}: no point was found at which its steps have exact values")

    def _at(self, explanation: Explanation, seed: int) -> None:
        equation = explanation.equation
        tensor = equation.target.of or equation.target
        users = self._users(tensor)
        passed = [user for other in explanation.passed for user in self._users(other)]
        self._stand(dict.fromkeys((*users, *passed, *self._auxiliary)), explanation.passed, seed)
        shape = whole_shape(equation.target.shape)
        truth = _summed((self._whole(user).get(tensor, []) for user in users), prod(shape))
        ways = _summed((self._along(way, tensor) for way in explanation.ways), prod(shape))
        if ways != truth:
            raise CheckError(f"{_told(explanation)}: its paths miss one, or have one too many")
        values = Values(self._read)
        for count, place in enumerate(_telling(truth, shape)):
            if count >= _FEWEST_ENTRIES and values.products > _MOST_PRODUCTS:
                break
            here = dict(zip(equation.axes, unflat(place, shape), strict=True))
            for number, step in enumerate(explanation.steps, 1):
                where = f"{_told(explanation)}: step {number} ({step.reason})"
                try:
                    value = values.expression(step.body, dict(here))
                except ValueError as error:  # an index that is no place of its tensor
                    raise CheckError(f"{where} has no value: {error}") from None
                if value != truth[place]:
                    raise CheckError(f"{where} has not the value of the gradient")
        for step in explanation.steps:
            if not all(map(solves, step.solutions)):
                raise CheckError(f"{_told(explanation)}: a bracket is not solved by what is said to solve it")

    def _stand(self, defined: Iterable[Tensor], passed: tuple[Tensor, ...], seed: int) -> None:
        """Stand at a point where these tensors are what they are defined to be and all else is at random.

        The adjoints of the tensors that are ``passed`` are their gradients, all other adjoints at random.
        """
        at = (frozenset(defined), frozenset(passed), seed)
        if at != self._at_point:
            self._point = Point([self.definitions[tensor] for tensor in at[0]], seed)
            self._pulled, self._true, self._at_point = {}, dict.fromkeys(passed), at

    def _users(self, tensor: Tensor) -> list[Tensor]:
        """The tensors whose definitions read the tensor, themselves or through what their parts name."""
        return [t for t in self.definitions if t.role != "auxiliary" and self._depends(t, tensor)]

    def _depends(self, reader: Tensor, tensor: Tensor) -> bool:
        """Whether the definition of ``reader`` reads the tensor, itself or through what its parts name."""
        read = w.reads(self.definitions[reader])
        return tensor in read or any(
            other in self._auxiliary and other != reader and self._depends(other, tensor) for other in read
        )

    def _read(self, tensor: Tensor, place: int) -> Number:
        """An entry as a step reads it: an adjoint is 0 where it is left out of the comparison."""
        if tensor.of in self._true:
            return self._gradient(tensor.of)[place]
        if tensor.of in self.definitions and place not in self._compared(tensor.of):
            return ZERO
        return self._point.entry(tensor, place)

    def _gradient(self, tensor: Tensor) -> list[Number]:
        """The gradient of L by a tensor, all its entries."""
        known = self._true[tensor]
        if known is None:
            users = self._users(tensor)
            known = _summed(
                (self._whole(user).get(tensor, []) for user in users), prod(whole_shape(tensor.shape))
            )
            self._true[tensor] = known
        return known

    def _compared(self, user: Tensor) -> frozenset[int]:
        """The entries of a tensor whose adjoint is not 0: all where that takes few visits."""
        if user in self._entries:
            return self._entries[user]
        cost = visits(self.definitions[user].body)
        if cost > MOST_IN_ONE:
            raise BudgetError(
                f"steps are checked number by number, and an entry of {user.name} is made of {cost:,} parts, "
                f"more than {MOST_IN_ONE:,}; ask for the steps of a smaller network: they are the same"
            )
        most = max(_FEWEST_ENTRIES, MOST_VISITS // cost)
        self._entries[user] = frozenset(islice(_places(whole_shape(user.shape)), most))
        return self._entries[user]

    def _direct(self, user: Tensor) -> Slopes:
        """The slopes of L by what the definition of ``user`` reads itself."""
        if (user,) not in self._pulled:
            adjoint = adjoint_of(user)
            entries = range(prod(whole_shape(user.shape)))
            upstream = [ONE] if user == self.objective else [self._read(adjoint, n) for n in entries]
            self._pulled[(user,)] = self._point.pulled(user, upstream)
        return self._pulled[(user,)]

    def _whole(self, user: Tensor) -> Slopes:
        """The slopes of L by all that ``user`` reads, itself and through its parts."""
        slopes = dict(self._direct(user))
        for part in reversed(self._auxiliary):
            if part in slopes:
                for tensor, more in self._through(part, slopes[part], (user, "all", part)).items():
                    slopes[tensor] = _summed([slopes.get(tensor, []), more], len(more))
        return slopes

    def _along(self, way: Way, tensor: Tensor) -> list[Number]:
        """The slopes of L by the tensor along one way."""
        slopes = self._direct(way.user.target)
        path: tuple[object, ...] = (way.user.target,)
        for part in way.through:
            path = (*path, part.target)
            slopes = self._through(part.target, slopes.get(part.target, []), path)
        return slopes.get(tensor, [])

    def _through(self, part: Tensor, upstream: Sequence[Number], path: tuple[object, ...]) -> Slopes:
        if path not in self._pulled:
            self._pulled[path] = self._point.pulled(part, upstream)
        return self._pulled[path]


def solves(solution: Solution) -> bool:
    """Whether the value solves the bracket, wherever the other indices stand."""
    others = dict.fromkeys((*solution.bracket.e, *solution.value))
    others.pop(solution.unknown, None)
    for start in range(1, 4):
        place = {index: start + n * (2 * start + 1) for n, index in enumerate(others)}
        place[solution.unknown] = at(solution.value, place)  # type: ignore[assignment]  # a fraction, maybe
        if at(solution.bracket.e, place) != 0:
            return False
    return True


def _points(explanation: Explanation) -> int:
    """At how many points to compare: at one, unless some cases do not hold there and so say nothing."""
    if not any(_has_cases(step.body) for step in explanation.steps):
        return 1
    return max(2, min(8, 64 // prod(whole_shape(explanation.equation.target.shape))))


def _has_cases(expression: Expression) -> bool:
    factors = [factor for term in expression.terms for factor, _ in term.powers]
    return any(
        isinstance(factor, ValueBracket | Max | FirstMaximiser)
        or any(map(_has_cases, inner_expressions(factor)))
        for factor in factors
    )


def _summed(parts: Iterable[Sequence[Number]], length: int) -> list[Number]:
    total = [ZERO] * length
    for part in parts:
        for n, value in enumerate(part):
            total[n] = add(total[n], value)
    return total


def _telling(truth: Sequence[Number], shape: Sequence[int]) -> Iterable[int]:
    """All places, those where the gradient is not 0 first: a comparison says more there."""
    return sorted(_places(shape), key=lambda place: truth[place] == ZERO)


def _places(shape: Sequence[int]) -> Iterator[int]:
    """All flat positions: some corners first, then the rest in steps near the golden ratio."""
    whole = prod(shape)
    corners = list(dict.fromkeys(flat(ends, shape) for ends in product(*((0, n - 1) for n in shape))))[:8]
    yield from corners
    step = next(n for n in range(max(1, whole * 618 // 1000), 2 * whole + 1) if gcd(n, whole) == 1)
    yield from (place for n in range(whole) if (place := n * step % whole) not in corners)


def _told(explanation: Explanation) -> str:
    tensor = explanation.equation.target.of
    return f"∂L/∂{tensor.name}" if tensor is not None else explanation.equation.target.name
