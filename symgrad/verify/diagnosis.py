"""What is wrong with a wrong claim, and the claim as it should be.

Sums are compared term by term; where that does not apply, single corrections are tried, most plausible first, and
one that makes the formula right is the finding. What no single correction mends is replaced by what is true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from symgrad.verify.arrays import Array, agreed_shapes, entrywise, multiplied
from symgrad.verify.claims import Finding, Kind
from symgrad.verify.compare import Outcome, Truth
from symgrad.verify.documents.pieces import Span
from symgrad.verify.edits import Change, Changes, Spot, constant_changes, spots
from symgrad.verify.equality import Sampler
from symgrad.verify.gather import Assertion
from symgrad.verify.meaning import MisfitError, ShapeError, evaluate, same_name
from symgrad.verify.names import spelled
from symgrad.verify.notation import Notation, Word
from symgrad.verify.scalars import Scalar, times
from symgrad.verify.syntax import (
    Call,
    Derivative,
    Factor,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    Term,
)
from symgrad.verify.termwise import termwise
from symgrad.verify.world import Env, Reading, UnsettledError, World

if TYPE_CHECKING:
    from symgrad.verify.verdicts import Verdicts

Edits = tuple[tuple[Span, str], ...]

_CLOSE: Final = 1e-7
_TINY: Final = 1e-12

PATIENCE_S: Final = 4.0
"""The longest that a correction is looked for."""


class Diagnosis(NamedTuple):
    """Findings, the corrected claim and the replacements that make it; ``undecided`` says why there is no verdict."""

    findings: tuple[Finding, ...]
    corrected: str | None
    edits: Edits
    undecided: str = ""


class Mend(NamedTuple):
    """Findings on one member, and the replacements in what was read that make it right."""

    findings: tuple[Finding, ...]
    edits: Edits


def diagnosed(
    verdicts: Verdicts, assertion: Assertion, truth: Truth, outcomes: Sequence[tuple[Node, Outcome]]
) -> Diagnosis:
    """The diagnosis of a wrong claim."""
    text = verdicts.reading(assertion)
    finder = Finder(verdicts, assertion, truth, text)
    findings: list[Finding] = []
    edits: list[tuple[Span, str]] = []
    complete = True
    wrong = [(node, outcome) for node, outcome in outcomes if outcome.verdict == "wrong"]
    if assertion.kind == "chain" and assertion.anchor is None and wrong and len(wrong) == len(outcomes) > 1:
        left = finder.left_side(outcomes)
        if left is not None:
            return finder.finished(left.findings, left.edits)
    skipped = [node for node, _ in wrong if _numbers_put_in(node)]
    for node, outcome in wrong:
        if node in skipped and len(skipped) < len(wrong):
            continue
        mend = finder.member(node, outcome)
        findings += mend.findings
        edits += mend.edits
        complete = complete and bool(mend.edits)
    if complete or not wrong:
        return finder.finished(tuple(findings), tuple(edits))
    unknown = verdicts.unknown_names(assertion)
    if unknown and not any(f.expected for f in findings):
        return Diagnosis((), None, (), f"nothing in the document says what {unknown[0]} is")
    if any(_numbers_put_in(node) for node, _ in wrong) and all(_numbers_put_in(node) for node, _ in wrong):
        return Diagnosis((), None, (), "numbers are put in that the document does not give")
    return finder.finished(tuple(findings), tuple(edits))


def _numbers_put_in(node: Node) -> bool:
    """Whether a member states decimals and no names: numbers for a case that the document does not give."""
    from symgrad.verify.compare import _every

    decimals = any(isinstance(part, Number) and part.decimal for part in _every(node))
    names = any(
        spelled(part) is not None and not (isinstance(part, Name) and part.letter in ("e", "π"))
        for part in _every(node)
        if not isinstance(part, Call)
    )
    return decimals and not names


class Finder:
    """Looks for what is wrong with the members of one claim."""

    def __init__(self, verdicts: Verdicts, assertion: Assertion, truth: Truth, text: str) -> None:
        self.verdicts = verdicts
        self.comparer = verdicts.comparer
        self.assertion = assertion
        self.truth = truth
        self.text = text
        self.notation: Notation = verdicts.notation
        self.changes = Changes(text, verdicts.context, self.notation)
        self.until = monotonic() + PATIENCE_S
        self.samplers: dict[int, Sampler] = {}

    # One member

    def member(self, node: Node, outcome: Outcome) -> Mend:
        """What is wrong with a member."""
        place = outcome.at or self._anywhere(node)
        if place is None:
            return self._replaced(node, outcome, None)
        world, env, _ = place
        try:
            true = self.truth.value(world, env)
        except UnsettledError:
            return self._replaced(node, outcome, None)
        given = self._value(node, world, env)
        if given is not None and not outcome.misfit:
            found = termwise(self, node, given, true, world, env)
            if found is not None and self._is_right(node, found):
                if len(found.findings) > 1 and len({f.kind for f in found.findings} - {"sign"}):
                    left = self.wrong_target(node, given, world, env)
                    if left is not None:
                        return left
                return found
        change = self.search(node, true, given, world, env, shape=outcome.misfit)
        if change is not None:
            return Mend((self.finding(change),), change.edits)
        left = self.wrong_target(node, given, world, env)
        if left is not None:
            return left
        return self._replaced(node, outcome, (true, world, env))

    def _anywhere(self, node: Node) -> tuple[World, Env, int] | None:
        for world in self.comparer.worlds:
            for env in self.comparer.places(world, (node, *self.truth.nodes)):
                return world, env, 0
        return None

    def _value(self, node: Node, world: World, env: Env) -> Array | None:
        world.reading, world.current = Reading(), env.indices
        try:
            return evaluate(node, world, env)
        except (UnsettledError, MisfitError, RecursionError):
            return None

    def _is_right(self, node: Node, mend: Mend) -> bool:
        """Whether the claim with the replacements, read again, is right."""
        return self.verdicts.rereads_right(self.assertion, node, mend.edits, self.truth)

    # Single corrections

    def search(
        self, node: Node, true: Array, given: Array | None, world: World, env: Env, *, shape: str
    ) -> Change | None:
        """The most plausible single correction that makes a member right."""
        every = spots(node)
        ranked = sorted(self._candidates(every, node, true, given, world, env, shape), key=lambda c: c.cost)
        tried = 0
        for change in ranked:
            if monotonic() > self.until:
                return None
            if self._says_itself(change) or not self._fits(change.node, true, world, env):
                continue
            tried += 1
            if tried > 12:
                return None
            if self.comparer.outcome(change.node, self.truth).verdict == "right":
                return change
        return None

    def _says_itself(self, change: Change) -> bool:
        """Whether a correction puts the left side itself on the right."""
        anchor = self.truth.nodes[0]
        if spelled(anchor) is None and not isinstance(anchor, Derivative):
            return False
        text = "".join(self.text[anchor.span[0] : anchor.span[1]].split()) if self.assertion.anchor is None else ""
        if not text or text.isalnum() and len(text) < 2:
            return False
        old = "".join(self.text[change.edits[0][0][0] : change.edits[0][0][1]].split())
        return any(text in "".join(new.split()) and text not in old for _, new in change.edits)

    def _candidates(
        self, every: list[Spot], node: Node, true: Array, given: Array | None, world: World, env: Env, shape: str
    ) -> Iterator[Change]:
        for spot in every:
            yield from self.changes.of(spot)
        if given is not None:
            yield from self._constants(every, node, true, given, world)
        yield from self._missing_factors(every, node, true, given, world, env)
        if given is not None and not shape:
            yield from self._missing_terms(every, node, true, given, world, env)
        yield from self._paths(every)

    def _fits(self, candidate: Node, true: Array, world: World, env: Env) -> bool:
        given = self._value(candidate, world, env)
        if given is None:
            return False
        both = agreed_shapes(true, given)
        if both is None:
            return False
        sampler = self._sampler(world)
        return all(may_be_equal(sampler, a, b) for a, b in zip(both[0].entries, both[1].entries, strict=True))

    def _sampler(self, world: World) -> Sampler:
        return self.samplers.setdefault(world.serial, self.verdicts.sampler(world))

    def _constants(
        self, every: list[Spot], node: Node, true: Array, given: Array, world: World
    ) -> Iterator[Change]:
        """A constant factor that is missing: 2, ½, 1/n."""
        span = node.span
        choices: list[tuple[Node, str]] = []
        for value in (2, 3, 4, -1):
            inner = Number(Fraction(abs(value)), False, span)
            if value > 0:
                choices.append((inner, str(value)))
        for value in (2, 3, 4):
            quotient = Quotient(Number(Fraction(1), False, span), Number(Fraction(value), False, span), span)
            choices.append((quotient, self._fraction("1", str(value))))
        for word in list(self.notation.words.values()):
            if isinstance(word.node, Name) and self.verdicts.context.is_size(word.node.letter):
                choices.append((word.node, word.text))
                choices.append((Quotient(Number(Fraction(1), False, span), word.node, span), self._fraction("1", word.text)))
                for top in ("2",):
                    quotient = Quotient(Number(Fraction(int(top)), False, span), word.node, span)
                    choices.append((quotient, self._fraction(top, word.text)))
        for spot in every:
            if spot.inside is None or isinstance(spot.inside, Sum):
                yield from constant_changes(spot, choices)

    def _fraction(self, top: str, bottom: str) -> str:
        return f"{top}/{bottom}*" if self.notation.plain else f"\\frac{{{top}}}{{{bottom}}}"

    def _missing_factors(
        self, every: list[Spot], node: Node, true: Array, given: Array | None, world: World, env: Env
    ) -> Iterator[Change]:
        """A factor that the document speaks of, put at the end of a summand or a product."""
        words = [word for word in self._words() if not isinstance(word.node, Number)]
        chain = self._chain_words()
        for spot in every:
            parent = spot.inside
            if spelled(spot.node) is not None and isinstance(parent, Derivative):
                continue
            if isinstance(spot.node, Product | Derivative) and (parent is None or isinstance(parent, Sum)):
                yield from (c._replace(cost=1.5) for c in self.changes.factors_more(spot, chain))
            if parent is None or isinstance(parent, Sum) or (isinstance(spot.node, Product) and not isinstance(parent, Product)):
                yield from self.changes.factors_more(spot, words)
            elif isinstance(parent, Quotient):
                yield from self.changes.factors_more(spot, words)

    def _words(self) -> list[Word]:
        return list(self.notation.vocabulary())

    def _chain_words(self) -> list[Word]:
        """Derivatives that complete a chain: from the last quantity of a product to the variable on the left."""
        found: list[Word] = []
        anchor = self.truth.nodes[0]
        if not (isinstance(anchor, Derivative) and len(anchor.by) == 1 and self.notation.words):
            return found
        target = anchor.by[0]
        target_text = self._text_of(target)
        for word in list(self.notation.words.values()):
            if isinstance(word.node, Call | Derivative) or target_text is None:
                continue
            made = Derivative(word.node, (target,), 1, "fraction", "∂", None, target.span)
            if self.notation.plain:
                text = f"d{word.text}/d{target_text}"
            else:
                text = f"\\frac{{\\partial {word.text}}}{{\\partial {target_text}}}"
            found.append(Word(made, text))
        return found

    def _text_of(self, node: Node) -> str | None:
        from symgrad.verify.meaning import bare

        word = self.notation.words.get(bare(node))
        return None if word is None else word.text

    def _missing_terms(
        self, every: list[Spot], node: Node, true: Array, given: Array, world: World, env: Env
    ) -> Iterator[Change]:
        """A summand that the document's words make up."""
        both = agreed_shapes(true, given)
        if both is None:
            return
        rest = Array(both[0].shape, tuple(t - g for t, g in zip(both[0].entries, both[1].entries, strict=True)))
        at = node.span[1]
        for sign, words in self._products_that_are(rest, world, env):
            parts = [Factor("", word.node) for word in words]
            term: Node = parts[0].node if len(parts) == 1 else Product(tuple(parts), (at, at))
            old = node.terms if isinstance(node, Sum) else (Term(1, node, node.span),)
            new = Sum((*old, Term(sign, term, (at, at))), node.span)
            body = (" * " if self.notation.plain else " ").join(word.text for word in words)
            text = (" + " if sign > 0 else " - ") + body
            yield Change(new, (((at, at), text),), "missing-term", node.span, 2.0 + 0.3 * len(words), text.strip())

    def _products_that_are(
        self, rest: Array, world: World, env: Env
    ) -> Iterator[tuple[int, tuple[Word, ...]]]:
        """Words, or two of them, whose product is a value or its negative."""
        sampler = self._sampler(world)
        values: list[tuple[Word, Array]] = []
        words = self._words()
        nowhere = (0, 0)
        words += [Word(Number(Fraction(n), False, nowhere), str(n)) for n in (1, 2)]
        for word in words:
            value = self._value(word.node, world, env)
            if value is not None and not value.flexible:
                values.append((word, value))
        if len(values) > 120:
            values = values[:120]
        for word, value in values:
            sign = self._sign(value, rest, sampler)
            if sign:
                yield sign, (word,)
        for word, value in values:
            for other, second in values:
                if monotonic() > self.until:
                    return
                made = self._product(word, value, other, second, rest)
                if made is None:
                    continue
                sign = self._sign(made, rest, sampler)
                if sign:
                    yield sign, (word, other)

    def _product(self, word: Word, value: Array, other: Word, second: Array, rest: Array) -> Array | None:
        if value.shape and second.shape and value.shape != second.shape:
            try:
                made = multiplied(value, second)
            except MisfitError:
                return None
            return made if made.shape == rest.shape else None
        if value.shape and second.shape:
            return None
        made = entrywise(value, second)
        return made if made.shape == rest.shape else None

    def _sign(self, value: Array, rest: Array, sampler: Sampler) -> int:
        if value.shape != rest.shape:
            return 0
        for sign in (1, -1):
            if all(
                may_be_equal(sampler, v if sign > 0 else -v, r)
                for v, r in zip(value.entries, rest.entries, strict=True)
            ):
                return sign
        return 0

    def _paths(self, every: list[Spot]) -> Iterator[Change]:
        """Another quantity between two derivatives of a chain."""
        for spot in every:
            if not isinstance(spot.node, Product):
                continue
            factors = spot.node.factors
            for n in range(len(factors) - 1):
                one, other = factors[n].node, factors[n + 1].node
                if not (isinstance(one, Derivative) and isinstance(other, Derivative)) or other.of is None:
                    continue
                for word in list(self.notation.words.values()):
                    if isinstance(word.node, Call | Derivative) or any(
                        same_name(word.node, end) for end in (one.of, *other.by) if end is not None
                    ):
                        continue
                    first = one._replace(by=(word.node,))
                    second = other._replace(of=word.node)
                    new = spot.node._replace(
                        factors=(
                            *factors[:n], factors[n]._replace(node=first),
                            factors[n + 1]._replace(node=second), *factors[n + 2 :],
                        )
                    )  # fmt: skip
                    edits = ((one.by[0].span, word.text), (other.of.span, word.text))
                    yield Change(spot.rebuild(new), edits, "wrong-term", (one.span[0], other.span[1]), 2.3)

    # The left side

    def wrong_target(self, node: Node, given: Array | None, world: World, env: Env) -> Mend | None:
        """``this is ∂L/∂w_22``: another left side that the right one is true for."""
        if self.assertion.anchor is not None or self.assertion.kind != "chain":
            return None
        return self._left([node])

    def left_side(self, outcomes: Sequence[tuple[Node, Outcome]]) -> Mend | None:
        """Where all members agree with one another and none with the left side, the left side is wrong."""
        nodes = [node for node, _ in outcomes]
        from symgrad.verify.verdicts import _evaluated

        first = Truth(_evaluated(nodes[0]), (nodes[0],))
        if any(self.comparer.outcome(node, first).verdict != "right" for node in nodes[1:]):
            return None
        return self._left(nodes)

    def _left(self, nodes: list[Node]) -> Mend | None:
        from symgrad.verify.verdicts import _evaluated

        anchor = self.assertion.members[0]
        base = Truth(_evaluated(nodes[0]), (nodes[0],))
        found: list[Change] = []
        for spot in spots(anchor):
            if not isinstance(anchor, Derivative) and spot.inside is None and spelled(anchor) is None:
                pass
            found += [c for c in self.changes.of(spot) if c.kind == "wrong-index"]
            if isinstance(anchor, Derivative) and spelled(spot.node) is not None:
                found += [c for c in self.changes.of(spot) if c.kind == "wrong-term" and spelled(c.node) is None]
        place = self._anywhere(nodes[0])
        if place is None:
            return None
        world, env, _ = place
        value = self._value(nodes[0], world, env)
        if value is None:
            return None
        tried = 0
        for change in sorted(found, key=lambda c: c.cost):
            if monotonic() > self.until or tried > 8:
                return None
            if not self._fits(change.node, value, world, env):
                continue
            tried += 1
            if self.comparer.outcome(change.node, base).verdict == "right":
                wrong = self.finding(change)
                if spelled(anchor) is not None or isinstance(anchor, Derivative):
                    target = self._edited(anchor.span, change.edits)
                    given_text = self.text[anchor.span[0] : anchor.span[1]]
                    kind: Kind = "wrong-target"
                    if change.kind == "wrong-index" and isinstance(anchor, Derivative):
                        kind = "wrong-target"
                    wrong = wrong._replace(
                        kind=kind, given=given_text, expected=target, message=f"this is {target}, not {given_text}",
                        span=self.verdicts.raw(self.assertion, anchor.span),
                    )  # fmt: skip
                return Mend((wrong,), change.edits)
        return None

    # Speaking of it

    def finding(self, change: Change) -> Finding:
        """The finding that a correction is."""
        span = change.span
        start = min([span[0], *(s for (s, _), _ in change.edits)])
        stop = max([span[1], *(e for (_, e), _ in change.edits)])
        if change.kind in ("missing-term", "missing-factor"):
            given, expected = "", change.note
            place = change.edits[0][0]
        else:
            given = self.text[start:stop].strip()
            expected = self._edited((start, stop), change.edits).strip()
            place = (start, stop)
        raw = self.verdicts.raw(self.assertion, place)
        return Finding(change.kind, given, expected, said(change.kind, given, expected, change), raw)

    def _edited(self, span: Span, edits: Edits) -> str:
        return edited(self.text, edits, span)

    def finished(self, findings: tuple[Finding, ...], edits: Edits) -> Diagnosis:
        """The diagnosis with the corrected claim, checked by reading it again."""
        span = self.assertion.stated.statement.span
        if not edits:
            return Diagnosis(findings, None, ())
        corrected = self._edited(span, edits).strip()
        raw = tuple((self.verdicts.raw(self.assertion, place), text) for place, text in edits)
        return Diagnosis(findings, corrected, raw)

    def _replaced(
        self, node: Node, outcome: Outcome, at: tuple[Array, World, Env] | None
    ) -> Mend:
        """No single correction: the member as a whole, and what is true in its place."""
        from symgrad.verify.truths import written_truth

        span = node.span
        given = self.text[span[0] : span[1]].strip()
        kind: Kind = "shape" if outcome.misfit else "other"
        true = written_truth(self, node, at) if at is not None else None
        if true is None:
            why = outcome.misfit or "the two sides differ"
            return Mend((Finding(kind, given, "", why, self.verdicts.raw(self.assertion, span)),), ())
        message = f"{outcome.misfit or 'this is not equal to the left side'}; it should be {true}"
        finding = Finding(kind, given, true, message, self.verdicts.raw(self.assertion, span))
        return Mend((finding,), ((span, true),))


def may_be_equal(sampler: Sampler, one: Scalar, other: Scalar) -> bool:
    """Whether two expressions agree at most of the points where both have values; rounding may spoil some."""
    if one is other:
        return True
    a, b = sampler.residue(one), sampler.residue(other)
    if a is not None and b is not None:
        return a == b
    agreed = differed = 0
    for u, v in zip(sampler.floats(one), sampler.floats(other), strict=True):
        if isfinite(u) and isfinite(v):
            if abs(u - v) <= _CLOSE * max(abs(u), abs(v), _TINY):
                agreed += 1
            else:
                differed += 1
    return agreed > 0 and agreed >= differed


def said(kind: Kind, given: str, expected: str, change: Change) -> str:  # noqa: PLR0911  # one sentence a kind
    """A finding in a sentence."""
    match kind:
        case "sign":
            return f"the sign is wrong: {given} should be {expected}"
        case "missing-term":
            return f"the term {expected} is missing"
        case "missing-factor":
            return f"the factor {expected} is missing"
        case "extra-term":
            return f"{given} does not belong here"
        case "repeated-term":
            return f"{given} is there twice"
        case "constant-factor":
            return f"a constant factor is wrong: {given} should be {expected}"
        case "transpose":
            return f"a transpose is wrong: {given} should be {expected}"
        case _:
            return f"{given} should be {expected}" if expected else f"{given} is wrong"


def edited(text: str, edits: Edits, span: Span) -> str:
    """A stretch of text with replacements inside it made."""
    pieces: list[str] = []
    position = span[0]
    for (start, stop), new in sorted(edits, key=lambda edit: edit[0]):
        if start < span[0] or stop > span[1]:
            continue
        pieces += [text[position:start], new]
        position = stop
    return "".join([*pieces, text[position : span[1]]])


__all__ = ["Diagnosis", "Finder", "Mend", "Scalar", "diagnosed", "edited", "times"]
