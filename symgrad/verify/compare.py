"""One member of a claim against the truth, at every value of the free indices and every choice of sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import NamedTuple

from symgrad.algebra.positions import unflat
from symgrad.verify.arrays import Array, agreed_shapes, told
from symgrad.verify.claims import Reached, Verdict, Witness
from symgrad.verify.context import Context, Range, has_derivative
from symgrad.verify.documents.pieces import Span
from symgrad.verify.equality import decide
from symgrad.verify.indices import free_indices
from symgrad.verify.meaning import ShapeError, evaluate
from symgrad.verify.scalars import ZERO, Scalar
from symgrad.verify.syntax import (
    Big,
    Derivative,
    Node,
    Number,
    Product,
    parts_of,
)
from symgrad.verify.world import BeyondError, Env, OutsideError, Reading, StepError, UnsettledError, World

STEPS = frozenset("ltnτ")
"""Letters of layers, steps and samples: one stands for all where nothing says how many there are."""

PATIENCE = 5
"""How many decisions' time limits a member may take in all."""

MOST_PLACES = 2_000
"""The most index values at which a claim is judged, of one choice of sizes."""


Conditions = tuple[tuple[Node, str, Node], ...]


class Truth(NamedTuple):
    """What a member must equal: a value at a world and its indices."""

    value: Callable[[World, Env], Array]
    nodes: tuple[Node, ...]
    """The formulas that the value comes from; their free indices are the claim's too."""


def truth_of(node: Node, *others: Node) -> Truth:
    """The value of a formula as a truth; the free indices of ``others`` are the claim's too."""

    def value(world: World, env: Env) -> Array:
        world.current = env.indices
        return evaluate(node, world, env)

    return Truth(value, (node, *others))


class Outcome(NamedTuple):
    """How a member fared. ``at`` is the world and the indices of the first place where it failed."""

    verdict: Verdict
    reached: Reached | None
    detail: str = ""
    witness: Witness | None = None
    assumptions: tuple[str, ...] = ()
    misfit: str = ""
    span: Span | None = None
    at: tuple[World, Env, int] | None = None


class Comparer:
    """Compares members with truths in the worlds of a document."""

    def __init__(self, worlds: Sequence[World], limit_s: float) -> None:
        self.worlds = worlds
        self.limit_s = limit_s
        self.context: Context = worlds[0].context
        self._facts: dict[int, list[tuple[Scalar, Scalar]]] = {}
        self.conditions: Conditions = ()
        self.ranges: dict[str, Range] = {}
        self.until = 0.0

    def outcome(self, member: Node, truth: Truth, conditions: Conditions | None = None) -> Outcome:
        """The verdict on a member, by the reading of it that makes it right, if one does."""
        if conditions is not None:
            self.conditions = conditions
        self.until = monotonic() + PATIENCE * self.limit_s
        for world in self.worlds:
            world.laid_out = 0
        first: Outcome | None = None
        seen: list[Outcome] = []
        for reading in readings(member):
            found = self._with(member, truth, reading)
            if found.verdict == "right" and reading.entrywise_dots > 1:
                # The dot of two vectors is their inner product, and some pages mean ⊙ by it.
                return Outcome(
                    "undecided", None, "right only if the dot multiplies entry by entry, as ⊙ does"
                )
            if found.verdict == "right":
                return found
            first = first or found
            seen.append(found)
            if reading == Reading() and found.verdict == "undecided":
                break
        assert first is not None
        guessed = next((letter for world in self.worlds for letter in world.guessed), None)
        if first.verdict == "wrong" and guessed is not None and self.context.limited:
            # Sums with limits beside an index without: a guessed range may miss what the limits take in.
            return Outcome("undecided", None, f"nothing says how far {guessed} runs")
        if any(found.verdict == "undecided" for found in seen) and first.verdict == "wrong":
            hopeful = next(found for found in seen if found.verdict == "undecided")
            if hopeful.reached == "agreed":
                return hopeful
        return first

    def _with(self, member: Node, truth: Truth, reading: Reading) -> Outcome:
        assumed: dict[str, None] = {}
        agreed: Outcome | None = None
        reached: Reached = "proved"
        failed: UnsettledError | None = None
        settled = 0
        vacuous = isinstance(truth.nodes[0], Derivative) and not isinstance(member, Number)
        for world in self.worlds:
            before = dict(world.assumptions)
            world.assumptions.clear()
            try:
                for env in self.places(world, (member, *truth.nodes)):
                    try:
                        expected = truth.value(world, env)
                    except StepError as error:
                        failed = failed or StepError(error.message, error.span)
                        continue
                    except UnsettledError as error:
                        return Outcome(
                            "undecided", None, f"the left side has no value: {error.message}", span=None
                        )
                    if monotonic() > self.until:
                        seconds = PATIENCE * self.limit_s
                        return Outcome("undecided", None, f"not settled within {seconds:g} seconds")
                    found = self._at(member, expected, world, env, reading)
                    if isinstance(found, StepError):
                        failed = found
                        continue
                    if found is None:
                        settled += 1
                        vacuous = vacuous and all(entry is ZERO for entry in expected.entries)
                        continue
                    if found.verdict != "undecided":
                        return found._replace(assumptions=tuple(world.assumptions))
                    if found.reached is None:
                        return found
                    agreed = agreed or found
                assumed |= world.assumptions
            finally:
                world.assumptions.clear()
                world.assumptions.update(before)
        if agreed is not None:
            return agreed
        if not settled and isinstance(failed, BeyondError):
            return Outcome("wrong", "refuted", failed.message, span=failed.span)
        if not settled:
            detail = failed.message if failed is not None else "there is nothing to compare"
            return Outcome("undecided", None, detail)
        if vacuous:
            return Outcome(
                "undecided",
                None,
                "both sides are 0, since nothing in the document leads from one to the other",
            )
        return Outcome("right", reached, assumptions=(*assumed, *self.sizes_assumed()))

    def _at(
        self, member: Node, expected: Array, world: World, env: Env, reading: Reading
    ) -> Outcome | StepError | None:
        """How a member fails at one place; None where it is proved there."""
        world.reading = reading
        world.current = env.indices
        try:
            given = evaluate(member, world, env)
        except ShapeError as error:
            return Outcome(
                "wrong", "refuted", error.message, misfit=error.message, span=error.span, at=(world, env, 0)
            )
        except StepError as error:
            return error
        except OutsideError as error:
            return Outcome("wrong", "refuted", error.message, misfit="", span=error.span, at=(world, env, 0))
        except UnsettledError as error:
            return Outcome("undecided", None, error.message, span=error.span)
        except RecursionError:
            return Outcome("undecided", None, "the formula is nested too deeply to be judged")
        finally:
            world.reading = Reading()
        if len(expected.shape) == 1 and given.shape == (1, *expected.shape) and _is_jacobian(member):
            world.assumptions.setdefault("beside a Jacobian a gradient is a row")
            given = Array(expected.shape, given.entries)
        both = agreed_shapes(expected, given)
        if both is None:
            if self._is_each(expected, given, world):
                detail = "right only if the number on the right stands for each entry of the left side"
                return Outcome("undecided", None, detail)
            misfit = f"the right side is {told(given)}, the left side is {told(expected)}"
            return Outcome("wrong", "refuted", misfit, misfit=misfit, at=(world, env, 0))
        facts = self.facts(world)
        undecided: Outcome | None = None
        for n, (true, claimed) in enumerate(zip(both[0].entries, both[1].entries, strict=True)):
            if true is claimed:
                continue
            decision = decide(true, claimed, limit_s=self.limit_s, facts=facts)
            if decision.verdict == "same":
                continue
            if decision.verdict == "different":
                witness = Witness(
                    decision.point, decision.right, decision.left, where(env, world, n, both[0].shape)
                )
                return Outcome("wrong", "refuted", witness=witness, at=(world, env, n))
            agreed = decision.reached == "agreed" and decision.points > 0
            detail = (
                f"agrees at {decision.points} points to {decision.digits} digits, and is not proved"
                if agreed
                else "neither proved nor refuted within the limits"
            )
            undecided = undecided or Outcome("undecided", "agreed" if agreed else None, detail)
        return undecided

    def _is_each(self, expected: Array, given: Array, world: World) -> bool:
        """Whether a number is every entry of the array that it should be."""
        if given.shape or given.flexible or not expected.shape:
            return False
        facts = self.facts(world)
        return all(
            true is given.entries[0]
            or decide(true, given.entries[0], limit_s=self.limit_s, facts=facts).verdict == "same"
            for true in expected.entries
        )

    def facts(self, world: World) -> list[tuple[Scalar, Scalar]]:
        """The equations between inputs that the document states."""
        if world.serial not in self._facts:
            self._facts[world.serial] = []
            found: list[tuple[Scalar, Scalar]] = []
            for left, right in self.context.facts:
                for env in self.places(world, (left, right)):
                    try:
                        both = agreed_shapes(evaluate(left, world, env), evaluate(right, world, env))
                    except UnsettledError:
                        continue
                    if both is not None:
                        found += zip(both[0].entries, both[1].entries, strict=True)
            self._facts[world.serial] = found
        return self._facts[world.serial]

    def places(self, world: World, nodes: Sequence[Node]) -> Iterator[Env]:
        """Every value of the free indices of formulas."""
        letters = list(dict.fromkeys(letter for node in nodes for letter in free_indices(node, self.context)))
        # The sizes of a layer depend on which it is: layers and steps first.
        letters.sort(key=lambda letter: letter not in STEPS)
        count = 0
        for env in self._envs(world, nodes, letters, Env()):
            if any(self._equal(left, right, world, env) for left, right in self.context.unequal):
                continue
            if not all(self._holds(condition, world, env) for condition in self.conditions):
                continue
            count += 1
            if count > MOST_PLACES:
                return
            yield env

    def _envs(self, world: World, nodes: Sequence[Node], letters: list[str], env: Env) -> Iterator[Env]:
        if not letters:
            yield env
            return
        letter, *rest = letters
        own = self.ranges.get(letter)
        limits = None if own is None else world.limits_of(own, env)
        limits = limits or world.limits(letter) or world.inferred(letter, *nodes, env=env)
        if limits is None:
            limits = (2, 2) if letter in STEPS else world.anonymous(letter)
        for value in range(limits[0], limits[1] + 1):
            yield from self._envs(world, nodes, rest, env.with_indices({letter: value}))

    def _holds(self, condition: tuple[Node, str, Node], world: World, env: Env) -> bool:
        left, op, right = condition
        try:
            a, b = world.whole(left, env), world.whole(right, env)
        except UnsettledError:
            return True
        return {"=": a == b, "≠": a != b, "<": a < b, "≤": a <= b, ">": a > b, "≥": a >= b}[op]

    def _equal(self, left: Node, right: Node, world: World, env: Env) -> bool:
        try:
            return world.whole(left, env) == world.whole(right, env)
        except UnsettledError:
            return False

    def sizes_assumed(self) -> tuple[str, ...]:
        """For which sizes a proof holds, where the document leaves sizes open."""
        told_of = [
            "(" + ", ".join(f"{_bare(key)} = {value}" for key, value in world.assumed_sizes.items()) + ")"
            for world in self.worlds
            if world.assumed_sizes
        ]
        return (f"judged at the sizes {' and '.join(told_of)}",) if told_of else ()


def _is_jacobian(member: Node) -> bool:
    """Whether a member multiplies by a derivative: v^T ∂a/∂x."""
    products = (part for part in parts_of(member) if isinstance(part, Product))
    return any(isinstance(factor.node, Derivative) for product in products for factor in product.factors)


def _bare(key: str) -> str:
    return key.replace("cal:", "")


def where(env: Env, world: World, n: int, shape: tuple[int, ...]) -> str:
    """For which indices and which entry, in words."""
    parts = [f"{letter} = {value}" for letter, value in env.indices.items()]
    if shape:
        place = ", ".join(str(p + world.context.base) for p in unflat(n, shape))
        parts.append(f"entry ({place})")
    return ", ".join(parts)


def readings(member: Node) -> list[Reading]:
    """The ways in which pages differ and a member can be taken, the plain one first."""
    found = [Reading()]
    derivatives = has_derivative(member)
    dots = any(
        isinstance(part, Product) and any(factor.op in ("·", "*", "∗", "×") for factor in part.factors)
        for part in parts_of(member)
    )
    if derivatives:
        found += [Reading(partial=1), Reading(partial=2), Reading(partial=3)]
    if dots:
        for much in (1, 2):
            found += [Reading(entrywise_dots=much)]
            if derivatives:
                found += [Reading(partial=2, entrywise_dots=much)]
    if any(isinstance(part, Big) for part in parts_of(member)):
        found += [reading._replace(zero_outside=True) for reading in found]
    return found
