"""What is wrong with a wrong claim, and the claim as it should be.

Sums are compared term by term; where that does not apply, single corrections are tried, most plausible first,
and one that makes the formula right is the finding. What none mends is replaced by what is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from symgrad.verify.arrays import Array, MisfitError, agreed_shapes
from symgrad.verify.claims import Finding, Kind
from symgrad.verify.compare import Outcome, Truth, truth_of
from symgrad.verify.documents.pieces import Span
from symgrad.verify.gather import Assertion
from symgrad.verify.meaning import evaluate
from symgrad.verify.names import spelled
from symgrad.verify.notation import Notation
from symgrad.verify.scalars import ZERO
from symgrad.verify.syntax import Call, Derivative, Name, Node, Number, Product, Sum, parts_of, terms_of
from symgrad.verify.termwise import termwise
from symgrad.verify.world import Env, Reading, StepError, UnsettledError, World

# The search for corrections is imported where one is looked for: a sum is told of without it.
if TYPE_CHECKING:
    from symgrad.verify.corrections import Change, Edits, Writer
    from symgrad.verify.search import Search
    from symgrad.verify.verdicts import Verdicts

_FAR_FETCHED: Final = 2.2
"""Something missing that costs more is less likely than a wrong left side."""

_LIKELY: Final = 2.0
"""A correction that costs more does not speak against summands that are missing."""

_LIKELIER: Final = 3.0
"""The same, where several are missing."""

_NOTHING: Final = 1e-9
_FEW: Final = 6
"""So many findings may be one slip of the pen."""

_SINGLE: Final = 2
"""More findings than that may be one that runs through the formula."""

_LONG: Final = 240
"""Formulas longer than that are not said twice."""

_SPORADIC: Final = frozenset(("sign", "extra-term", "repeated-term"))
"""Kinds that no wrong left side explains."""

_LEFT_S: Final = 0.5
"""So long at least another left side is looked for."""

PATIENCE_S: Final = 2.0
"""The longest that a correction is looked for."""


class Diagnosis(NamedTuple):
    """Findings, the corrected claim, its edits; ``undecided`` says why there is no verdict."""

    findings: tuple[Finding, ...]
    corrected: str | None
    edits: Edits
    undecided: str = ""


class Mend(NamedTuple):
    """Findings on one member, and the replacements in what was read that make it right."""

    findings: tuple[Finding, ...]
    edits: Edits
    close: bool = True
    """Whether each finding keeps to a part of a term; else a search may say it better."""


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
    decimals = any(isinstance(part, Number) and part.decimal for part in parts_of(node))
    functions = [part.function for part in parts_of(node) if isinstance(part, Call)]
    heads = [head for function in functions for head in parts_of(function)]
    names = any(
        spelled(part) is not None and not (isinstance(part, Name) and part.letter in ("e", "π"))
        for part in parts_of(node)
        if not any(part is head for head in heads)
    )
    return decimals and not names


def _may_be_another(mend: Mend, node: Node) -> bool:
    """Whether so much is wrong with a sum that it may be right for another left side."""
    terms = len(node.terms) if isinstance(node, Sum) else 1
    return (
        len(mend.findings) > 1
        and 2 * len(mend.findings) > terms
        and bool({finding.kind for finding in mend.findings} - _SPORADIC)
    )


def _is_single(node: Node) -> bool:
    return not isinstance(node, Sum) or len(node.terms) == 1


def _may_be_one(mend: Mend, node: Node) -> bool:
    """Whether summands that are missing may be one slip of another kind."""
    kinds = {finding.kind for finding in mend.findings}
    return kinds == {"missing-term"} or (_is_single(node) and "missing-term" in kinds)


def _is_a_lost_path(mend: Mend, node: Node) -> bool:
    """Whether one summand is missing beside chains of derivatives: a chain too, rather than its value."""
    terms = [term.node for term in terms_of(node)]
    return [finding.kind for finding in mend.findings] == ["missing-term"] and all(
        isinstance(term, Product) and sum(isinstance(f.node, Derivative) for f in term.factors) > 1
        for term in terms
    )


def _is_surplus(mend: Mend) -> bool:
    """Whether there is nothing wrong but summands that do not belong here."""
    return all(finding.kind in ("extra-term", "repeated-term") for finding in mend.findings)


def _are_plain(mend: Mend) -> bool:
    """Whether each finding is another index in a summand of its own: slips that explain themselves."""
    return (
        mend.close
        and all(finding.kind == "wrong-index" for finding in mend.findings)
        and len({finding.span for finding in mend.findings}) == len(mend.findings)
    )


def _is_exchanged(mend: Mend) -> bool:
    """Whether one summand is too much and another is missing: that one with another word, most likely."""
    return sorted(finding.kind for finding in mend.findings) == ["extra-term", "missing-term"]


class Finder:
    """Looks for what is wrong with the members of one claim."""

    def __init__(self, verdicts: Verdicts, assertion: Assertion, truth: Truth, text: str) -> None:
        self.verdicts = verdicts
        self.comparer = verdicts.comparer
        self.assertion = assertion
        self.truth = truth
        self.text = text
        self.notation: Notation = verdicts.notation
        if verdicts.network is not None and not self.notation.more:
            from symgrad.verify.tensors import learn_tensors

            learn_tensors(self.notation, verdicts)
        self._writer: Writer | None = None
        self.until = monotonic() + PATIENCE_S
        self.reading = Reading()
        self.misfit = False
        """Whether the member that is looked at does not fit its left side."""
        self._rereads: tuple[Node, bool] | None = None

    @property
    def writer(self) -> Writer:
        """Writes corrections in the author's notation."""
        from symgrad.verify.corrections import Writer

        if self._writer is None:
            self._writer = Writer(self.text, self.verdicts.context, self.notation)
        return self._writer

    def anchor_text(self) -> str:
        """The left side as it stands, without blanks."""
        anchor = self.truth.nodes[0]
        return (
            "".join(self.text[anchor.span[0] : anchor.span[1]].split())
            if self.assertion.anchor is None
            else ""
        )

    # One member

    def member(self, node: Node, outcome: Outcome) -> Mend:
        """What is wrong with a member."""
        self.misfit = bool(outcome.misfit)
        place = outcome.at or self._anywhere(node)
        if place is None:
            return self._replaced(node, outcome, None)
        world, env, _ = place
        try:
            true = self.truth.value(world, env)
        except UnsettledError:
            return self._replaced(node, outcome, None)
        given = self.value(node, world, env)
        told: Mend | None = None
        if given is not None and not outcome.misfit:
            told = termwise(self, node, given, true, world, env)
            if told is not None and (self._says_itself(node, told) or not self._is_right(node, told)):
                told = None
            if told is not None and _may_be_another(told, node):
                left = self.wrong_target(node)
                if left is not None:
                    return left
            if told is not None and len(told.findings) > _SINGLE and not _is_surplus(told):
                change = self._search(node, true, world, env).throughout()
                if change is not None:
                    return Mend((self.finding(change),), change.edits)
            if told is not None and 1 < len(told.findings) <= _FEW and not _are_plain(told):
                search = self._search(node, true, world, env)
                changed = [place for place, _ in told.edits]
                change = search.other_word(changed) if _is_exchanged(told) else search.slips()
                if change is not None:
                    return Mend((self.finding(change),), change.edits)
            if told is not None and _may_be_one(told, node):
                change = self._rather_than_missing(told, node, true, world, env)
                if change is not None:
                    return Mend((self.finding(change),), change.edits)
            if told is not None and _is_a_lost_path(told, node):
                change = self._search(node, true, world, env).like_its_neighbours()
                if change is not None:
                    return Mend((self.finding(change),), change.edits)
            if told is not None and (told.close or len(told.findings) > 2):
                return told
        change = self._search(node, true, world, env).best()
        if change is not None and change.cost >= _FAR_FETCHED and change.kind.startswith("missing"):
            left = self.wrong_target(node)
            if left is not None:
                return left
        if change is not None:
            return Mend((self.finding(change),), change.edits)
        if told is not None:
            return told
        left = self.wrong_target(node)
        if left is not None:
            return left
        return self._replaced(node, outcome, (true, world, env))

    def _search(self, node: Node, true: Array, world: World, env: Env) -> Search:
        from symgrad.verify.search import Search

        return Search(self, node, true, world, env)

    def _rather_than_missing(
        self, told: Mend, node: Node, true: Array, world: World, env: Env
    ) -> Change | None:
        """What explains better than lost summands: one slip; where there was one summand, a lost factor."""
        change = self._search(node, true, world, env).slips()
        if change is not None:
            return change
        if len(told.findings) == 1 and not _is_single(node):
            return None
        change = self._search(node, true, world, env).best()
        if change is None or change.cost > (_LIKELY if len(told.findings) == 1 else _LIKELIER):
            return None
        return None if change.kind == "missing-term" and len(told.findings) == 1 else change

    def _anywhere(self, node: Node) -> tuple[World, Env, int] | None:
        for world in self.comparer.worlds:
            for env in self.comparer.places(world, (node, *self.truth.nodes)):
                return world, env, 0
        return None

    def value(self, node: Node, world: World, env: Env) -> Array | None:
        """What a formula is here; None where it has no value."""
        try:
            return self.tried(node, world, env)
        except StepError:
            return None

    def tried(self, node: Node, world: World, env: Env) -> Array | None:
        """The same; a step that does not exist is raised. What is only tried says nothing of sizes."""
        sizes = set(self.verdicts.context.sizes)
        world.reading, world.current = self.reading, env.indices
        try:
            return evaluate(node, world, env)
        except StepError:
            raise
        except (UnsettledError, MisfitError, RecursionError, ZeroDivisionError, OverflowError):
            return None
        finally:
            world.reading = Reading()
            self.verdicts.context.drop_sizes(self.verdicts.context.sizes.keys() - sizes)

    def _says_itself(self, node: Node, mend: Mend) -> bool:
        """Whether the replacements leave the left side on the right: ``G = G``."""
        return "".join(self._edited(node.span, mend.edits).split()) == self.anchor_text()

    def _is_right(self, node: Node, mend: Mend) -> bool:
        """Whether the claim with the replacements, read again, is right."""
        return self.verdicts.rereads_right(self.assertion, node, mend.edits, self.truth)

    # The left side

    def wrong_target(self, node: Node) -> Mend | None:
        """``this is ∂L/∂w_22``: another left side that the right one is true for."""
        if self.assertion.anchor is not None or self.assertion.kind != "chain":
            return None
        return self._left([node])

    def _vanishes(self, value: Array, world: World) -> bool:
        sampler = self.verdicts.sampler(world)
        return all(
            entry is ZERO or all(not abs(number) > _NOTHING for number in sampler.floats(entry))
            for entry in value.entries
        )

    def _fits(self, candidate: Node, true: Array, world: World, env: Env) -> bool:
        given = self.value(candidate, world, env)
        both = None if given is None else agreed_shapes(true, given)
        if both is None:
            return False
        sampler = self.verdicts.sampler(world)
        from symgrad.verify.search import may_be_equal

        return all(may_be_equal(sampler, a, b) for a, b in zip(both[0].entries, both[1].entries, strict=True))

    def makes_right(self, node: Node, change: Change) -> bool:
        """Whether a correction makes a member right, as a formula and as the text that it leaves."""
        if self.comparer.outcome(change.node, self.truth).verdict != "right":
            return False
        if self._rereads is None or self._rereads[0] is not node:
            given = self.verdicts.rereads(self.assertion, node, ())
            # What reads otherwise on its own says nothing of its text.
            from symgrad.verify.corrections.chains import repr_of

            self._rereads = node, given is not None and repr_of(given) == repr_of(node)
        if not self._rereads[1]:
            return True
        return self.verdicts.rereads_right(self.assertion, node, change.edits, self.truth)

    def left_side(self, outcomes: Sequence[tuple[Node, Outcome]]) -> Mend | None:
        """Where all members agree with one another and none with the left side, the left side is wrong."""
        nodes = [node for node, _ in outcomes]
        first = truth_of(nodes[0])
        if any(self.comparer.outcome(node, first).verdict != "right" for node in nodes[1:]):
            return None
        return self._left(nodes)

    def _left(self, nodes: list[Node]) -> Mend | None:
        anchor = self.assertion.members[0]
        base = truth_of(nodes[0])
        from symgrad.verify.corrections import other_words, slight_changes, spots
        from symgrad.verify.corrections.chains import repr_of

        found: list[Change] = []
        for spot in spots(anchor):
            every = [*slight_changes(self.writer, spot), *other_words(self.writer, spot)]
            found += [c for c in every if c.kind == "wrong-index"]
            if isinstance(anchor, Derivative) and spelled(spot.node) is not None:
                found += [c for c in every if c.kind == "wrong-term" and spelled(c.node) is None]
        place = self._anywhere(nodes[0])
        if place is None:
            return None
        world, env, _ = place
        value = self.value(nodes[0], world, env)
        if value is None or self._vanishes(value, world):
            return None  # anything may be 0
        claimed = {
            repr_of(other.members[0])
            for other in self.verdicts.gathered.assertions
            if other is not self.assertion and other.members and other.anchor is None
        }
        tried = 0
        until = max(self.until, monotonic() + _LEFT_S)
        for change in sorted(found, key=lambda c: c.cost):
            if monotonic() > until or tried > 8:
                return None
            if repr_of(change.node) in claimed:
                continue  # that one is claimed elsewhere: here the right side is wrong
            if any(repr_of(change.node) == repr_of(node) for node in nodes) or _by_itself(change.node):
                continue  # a formula that says itself says nothing
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
                        kind=kind, given=given_text, expected=target,
                        message=f"this is {target}, not {given_text}",
                        span=self.verdicts.raw(self.assertion, anchor.span),
                    )  # fmt: skip
                return Mend((wrong,), change.edits)
        return None

    # Speaking of it

    def finding(self, change: Change) -> Finding:
        """The finding that a correction is."""
        from symgrad.verify.sentences import said

        span = change.span
        start = min([span[0], *(s for (s, _), _ in change.edits)])
        stop = max([span[1], *(e for (_, e), _ in change.edits)])
        given = self.text[start:stop].strip()
        expected = self._edited((start, stop), change.edits).strip()
        if change.kind == "wrong-index" and change.note:
            place = span
            given, expected = self.text[span[0] : span[1]].strip(), self._edited(span, change.edits).strip()
            message = f"{change.note}: {given} should be {expected}, and so on"
        elif change.kind == "missing-term" or (change.kind == "missing-factor" and len(expected) > _LONG):
            place = change.edits[0][0]
            message = said(change.kind, given, expected, change.note)
            given, expected = "", change.note
        elif change.kind == "missing-factor":
            place = (start, stop)
            message = f"{said(change.kind, given, expected, change.note)}: {given} should be {expected}"
        else:
            place = (start, stop)
            if change.kind in ("extra-term", "repeated-term") or not expected:
                given, expected = self.text[span[0] : span[1]].strip(), ""
            message = said(
                change.kind, given, expected, change.note if change.kind == "constant-factor" else ""
            )
            if change.kind == "shape" and not self.misfit and expected:
                message = f"the order of the factors is wrong: {given} should be {expected}"
        return Finding(change.kind, given, expected, message, self.verdicts.raw(self.assertion, place))

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

    def _replaced(self, node: Node, outcome: Outcome, at: tuple[Array, World, Env] | None) -> Mend:
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
        mend = Mend((finding,), ((span, true),))
        if self.verdicts.context.sizes and not self._is_right(node, mend):
            # It was written out for the sizes that were chosen here.
            plain = outcome.misfit or "the two sides differ"
            return Mend((finding._replace(expected="", message=plain),), ())
        return mend


def _by_itself(node: Node) -> bool:
    """``∂t/∂t``."""
    from symgrad.verify.corrections.chains import repr_of

    return (
        isinstance(node, Derivative)
        and node.of is not None
        and any(repr_of(node.of) == repr_of(by) for by in node.by)
    )


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


__all__ = ["Diagnosis", "Finder", "Mend", "diagnosed", "edited"]
