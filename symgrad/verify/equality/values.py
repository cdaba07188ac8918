"""Values of expressions at points, in any arithmetic: one walk, each node once, definitions entered.

An :class:`Evaluator` knows how values are added and multiplied; where an expression has no value at the
point, or none that this arithmetic can tell, its value is None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from symgrad.verify.equality.budget import Clock
from symgrad.verify.scalars import Scalar

T = TypeVar("T")
_OFTEN = 0x3F


class Evaluator(Generic[T]):
    """Evaluates at one point; what was found for a node is kept.

    ``solved`` gives the values of symbols that known equations express by others.
    """

    def __init__(
        self,
        at: Callable[[Scalar], T | None],
        solved: Mapping[Scalar, Scalar] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.at = at
        self.solved = solved or {}
        self.clock = clock
        self.known: dict[Scalar, T | None] = {}

    def value(self, e: Scalar) -> T | None:
        """The value of ``e``, or None."""
        known = self.known
        if e in known:
            return known[e]
        stack = [e]
        opened: set[Scalar] = set()
        steps = 0
        while stack:
            node = stack[-1]
            if node in known:
                stack.pop()
                continue
            steps += 1
            if not steps & _OFTEN and self.clock is not None:
                self.clock.check()
            parts = node.args
            if node.kind == "symbol":
                value = self.stands_for(node)
                if value is None:
                    known[node] = self.at(node)
                    stack.pop()
                    continue
                parts = (value,)
            if node not in opened:
                opened.add(node)
                waiting = [part for part in parts if part not in known]
                if waiting:
                    stack += waiting
                    continue
            stack.pop()
            values = [known.get(part) for part in parts]
            known[node] = None if None in values else self.made(node, values)
        return known[e]

    def stands_for(self, s: Scalar) -> Scalar | None:
        """The value of a symbol that has one by definition, or by a known equation."""
        letter = s.data
        return letter.definition if letter.is_defined else self.solved.get(s)

    def made(self, node: Scalar, values: Sequence[Any]) -> T | None:
        """The value of ``node``, given those of its parts."""
        kind = node.kind
        if kind == "sum":
            return self.plus(values)
        if kind == "product":
            return self.times(values)
        if kind == "symbol":
            return self.checked(node, values[0])
        if kind == "number":
            return self.number(node)
        if kind == "power":
            return self.power(values[0], node.data)
        return self.function(node, values)

    def checked(self, node: Scalar, value: T) -> T | None:  # noqa: ARG002  # others need it
        """``value``, if the symbol may have it."""
        return value

    def number(self, node: Scalar) -> T | None:
        """A rational number."""
        raise NotImplementedError

    def plus(self, values: Sequence[T]) -> T | None:
        """The sum of values."""
        raise NotImplementedError

    def times(self, values: Sequence[T]) -> T | None:
        """The product of values."""
        raise NotImplementedError

    def power(self, value: T, exponent: Any) -> T | None:
        """A rational power."""
        raise NotImplementedError

    def function(self, node: Scalar, values: Sequence[T]) -> T | None:
        """π, a symbolic power, a call, a bracket or an unknown function."""
        raise NotImplementedError
