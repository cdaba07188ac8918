"""A claim from an assertion: the truth it is held against, the verdict on each member, and on the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from symgrad.verify.claims import Claim, Finding, Member, Reached, Verdict, Witness
from symgrad.verify.compare import Comparer, Outcome, Truth, truth_of
from symgrad.verify.context import Context
from symgrad.verify.documents.pieces import Span
from symgrad.verify.equality import Sampler
from symgrad.verify.equality.facts import solved
from symgrad.verify.functions import BUILTIN
from symgrad.verify.gather import RATES, Assertion, Gathered, multiplies_arrays, spoken_of, unknown_names
from symgrad.verify.meaning import evaluate
from symgrad.verify.names import LOSS_LETTERS, spelled
from symgrad.verify.notation import Notation
from symgrad.verify.passages import Document
from symgrad.verify.syntax import Call, Derivative, Group, Node, Product, Scripted, children, parts_of
from symgrad.verify.updates import arrow_truth, other_updates, update_truth
from symgrad.verify.world import World

if TYPE_CHECKING:
    from symgrad.verify.network import NetworkNames

_JUDGED = ("=", ":=", "≡", "←", "→")


class Verdicts:
    """Judges the assertions of one document."""

    def __init__(
        self, document: Document, gathered: Gathered, network: NetworkNames | None, limit_s: float
    ) -> None:
        self.document = document
        self.gathered = gathered
        self.context = gathered.context
        self.network = network
        losses = _losses(gathered)
        worlds = [World(self.context, evaluate, choice) for choice in (0, 1)]
        for world in worlds:
            world.losses_wanted = losses
            if network is not None:
                network.enter(world)
        self.context.settle()
        self.worlds = worlds
        self.comparer = Comparer(worlds, limit_s)
        self._open: bool | None = None
        self._speaks_of_arrays: bool | None = None
        self._indexed: set[str] | None = None
        self._notation: Notation | None = None
        self._samplers: dict[int, Sampler] = {}
        self._seen: dict[str, Claim] = {}
        self._spoken: set[str] | None = None

    def claim(self, assertion: Assertion) -> Claim:
        """The claim that an assertion is, judged and, where it is wrong, diagnosed."""
        try:
            return self._claim(assertion)
        except RecursionError:
            return self._made(assertion, "undecided", None, detail="what it speaks of is defined without end")

    def _claim(self, assertion: Assertion) -> Claim:
        if assertion.kind == "unreadable":
            return self._unreadable(assertion)
        self._narrow()
        self.comparer.conditions = assertion.conditions
        self.comparer.ranges = dict(assertion.ranges)
        if self.network is not None:
            strangers = self.unknown_names(assertion, whole=True)
            if strangers:
                return self._made(
                    assertion,
                    "undecided",
                    None,
                    detail=f"the network has no {strangers[0]}, and nothing settles which of its letters "
                    f"that is (it has {', '.join(self.network.stems)}); --names does",
                )
        truth, judged, note = self._truth(assertion)
        if truth is None:
            return self._made(assertion, "undecided", None, detail=note)
        outcomes = [(node, self.comparer.outcome(node, truth)) for node in judged]
        if self.context.sizes and len(self.comparer.worlds) < len(self.worlds):
            # A sum's limit turned out to be a size: what holds for one value of it is no proof.
            self.comparer.worlds = self.worlds
            outcomes = [(node, self.comparer.outcome(node, truth)) for node in judged]
        if any(outcome.misfit for _, outcome in outcomes):
            shapeless = self._shapeless()
            if self.network is not None and (self.network.assumptions or self._speaks_of_more(assertion)):
                detail = (
                    "the shapes do not fit; perhaps a letter is another tensor of the network: --names says"
                )
                return self._made(assertion, "undecided", None, detail=detail)
            if shapeless:
                detail = f"the shapes do not fit, but nothing says what shape {shapeless[0]} has"
                return self._made(assertion, "undecided", None, detail=detail)
        if outcomes and all(outcome.verdict == "right" for _, outcome in outcomes):
            numbers = self._capitals_as_numbers(assertion)
            if numbers:
                detail = f"right only if {numbers[0]} is a number; nothing says what shape it has"
                return self._made(assertion, "undecided", None, detail=detail)
        if any(outcome.verdict == "wrong" for _, outcome in outcomes):
            functions = self._unknown_functions(assertion)
            if functions:
                detail = f"nothing in the document says what the function {functions[0]} is"
                return self._made(assertion, "undecided", None, detail=detail)
            vectors = self._vectors_as_numbers(assertion)
            if vectors:
                detail = f"{vectors[0]} stands alone here and has entries elsewhere; nothing says how many"
                return self._made(assertion, "undecided", None, detail=detail)
        if assertion.kind == "update" and any(outcome.verdict == "wrong" for _, outcome in outcomes):
            target, right = assertion.members[0], assertion.members[1]
            for other in other_updates(target, right, self.context):
                again = [(node, self.comparer.outcome(node, other)) for node in judged]
                if all(outcome.verdict == "right" for _, outcome in again):
                    return self._whole(assertion, other, again)
        return self._whole(assertion, truth, outcomes)

    def _speaks_of_more(self, assertion: Assertion) -> bool:
        """Whether a claim has names that the document defines and the network does not have."""
        keys = frozenset() if self.network is None else self.network.keys
        names = (self.context.named(part) for member in assertion.members for part in parts_of(member))
        found = {named[0].key for named in names if named is not None}
        return any(self.context.is_defined_at_all(key) for key in found - keys)

    def _capitals_as_numbers(self, assertion: Assertion) -> list[str]:
        """Capitals in products that were read as numbers, where the document speaks of arrays."""
        context = self.context
        if self.network is not None:
            return []
        if self._speaks_of_arrays is None:
            members = (member for _, formula in self.gathered.formulas for member in formula)
            self._speaks_of_arrays = any(map(multiplies_arrays, members))
        if not self._speaks_of_arrays:
            return []
        found: dict[str, None] = {}
        for node in (node for member in assertion.members for node in _operands(member)):
            base = node.base if isinstance(node, Scripted) else node
            named = context.named(base.inner if isinstance(base, Group) else node)
            key = "" if named is None else named[0].key.rpartition(":")[2]
            if not key[:1].isupper() or named is None or named[0].subs or key in LOSS_LETTERS:
                continue
            if not context.is_known(named[0].key) and named[0].key not in self._not_arrays:
                found[key] = None
        return list(found)

    def _unknown_functions(self, assertion: Assertion) -> list[str]:
        """Functions in a claim of which no equation of the document or the network speaks."""
        network = frozenset() if self.network is None else self.network.functions
        stated = {key for body in self.context.bodies() for key in _functions(body, self.context)}
        known = {*BUILTIN, *LOSS_LETTERS, *self.context.functions, *network, *stated, *self._not_arrays}
        found = {key for member in assertion.members for key in _functions(member, self.context)}
        return sorted(key for key in found - known if len(key.rpartition(":")[2]) > 1)

    def _vectors_as_numbers(self, assertion: Assertion) -> list[str]:
        """Names that stand alone in a claim and with subscripts elsewhere, of which nothing says how long."""
        context = self.context
        if self._indexed is None:
            parts = (part for _, members in self.gathered.formulas for m in members for part in parts_of(m))
            named = (context.named(part) for part in parts if isinstance(part, Scripted))
            self._indexed = {found[0].key for found in named if found is not None and found[0].subs}
        found: dict[str, None] = {}
        pending = list(assertion.members)
        while pending:
            here = pending.pop()
            if spelled(here) is None:
                pending += children(here)
                continue
            name = context.named(here)
            if name is None or name[0].subs or name[0].labels:
                continue
            key = name[0].key
            if key in self._indexed and not context.is_known(key) and key not in self._not_arrays:
                found[key.rpartition(":")[2]] = None
        return list(found)

    def _shapeless(self) -> list[str]:
        """Names in products of the document's equations of which nothing says how large they are."""
        context = self.context
        found: dict[str, None] = {}
        bodies = [
            d.body
            for table in (context.definitions, context.functions)
            for ds in table.values()
            for d in ds
            if not d.adjoint
        ]
        bound = {
            spelling.key
            for ds in context.functions.values()
            for d in ds
            for parameter in d.pattern.parameters or ()
            if (spelling := spelled(parameter)) is not None
        }
        for part in (
            factor.node
            for body in bodies
            for p in parts_of(body)
            if isinstance(p, Product)
            for factor in p.factors
        ):
            named = context.named(part)
            if named is None or named[0].key in bound or named[0].key in self._not_arrays:
                continue
            counts = context.is_index(named[0].key) and not named[0].subs
            if not context.is_known(named[0].key) and not counts:
                found[named[0].key.rpartition(":")[2]] = None
        return list(found)

    @property
    def _not_arrays(self) -> frozenset[str]:
        """Keys of names that are numbers, functions or tensors of the network."""
        network = frozenset() if self.network is None else self.network.keys | self.network.functions
        return frozenset(
            (*BUILTIN, *LOSS_LETTERS, *RATES, *network, "e", "π", "I", "1", "bb:1", "𝟙", "bb:I", "δ", "ε")
        )

    def _narrow(self) -> None:
        """One choice of sizes is enough where the document leaves none open."""
        if len(self.comparer.worlds) > 1 and not self.context.sizes and self._open is None:
            self._open = False
            self.comparer.worlds = self.comparer.worlds[:1]

    def _truth(self, assertion: Assertion) -> tuple[Truth | None, list[Node], str]:
        members = assertion.members
        if assertion.kind == "arrow":
            truth = arrow_truth(members[0], self.context)
            return truth, [members[1]], "" if truth else "no table says what the arrow stands for"
        if assertion.kind == "update":
            truth, note = update_truth(
                members[0], members[1], self.context, self.unknown_names(assertion, whole=True)
            )
            return truth, list(members[1:]), note
        if "→" in assertion.relations:
            return None, [], "an arrow stands between its formulas; put each equation on a row of its own"
        anchor = assertion.anchor if assertion.anchor is not None else members[0]
        rest = members if assertion.anchor is not None else members[1:]
        relations = assertion.relations
        judged = [node for node, relation in zip(rest, relations, strict=False) if relation in _JUDGED]
        return truth_of(anchor), judged, ""

    def _whole(
        self,
        assertion: Assertion,
        truth: Truth,
        outcomes: list[tuple[Node, Outcome]],
    ) -> Claim:
        statement = assertion.stated.statement
        verdict, reached = _combined([outcome for _, outcome in outcomes])
        assumptions = tuple(dict.fromkeys(a for _, o in outcomes for a in o.assumptions))
        doubtful = [repair for repair in statement.repairs if not repair.harmless]
        findings: list[Finding] = []
        corrected: str | None = None
        edits: tuple[tuple[Span, str], ...] = ()
        detail = (
            next((o.detail for _, o in outcomes if o.verdict == "undecided"), "")
            if verdict == "undecided"
            else ""
        )
        if verdict == "wrong":
            from symgrad.verify.diagnosis import diagnosed

            diagnosis = diagnosed(self, assertion, truth, outcomes)
            if diagnosis.undecided:
                verdict, reached, detail = "undecided", None, diagnosis.undecided
            findings += diagnosis.findings
            corrected, edits = diagnosis.corrected, diagnosis.edits
        if doubtful and verdict != "wrong":
            verdict, reached = "unreadable", None
            detail = "; ".join(repair.message for repair in doubtful)
        if doubtful:
            from symgrad.verify.doubts import doubts

            more, corrected, edits = doubts(self, assertion, doubtful, edits)
            if corrected is not None and not self._reads_well(assertion, corrected):
                corrected, edits = None, ()
            findings = [*findings, *more] if verdict == "wrong" else more
        witness = next((o.witness for _, o in outcomes if o.verdict == "wrong" and o.witness), None)
        made = self._made(
            assertion, verdict, reached, findings=tuple(findings), corrected=corrected, edits=edits,
            witness=witness if verdict == "wrong" else None, assumptions=assumptions, detail=detail,
            members=tuple(Member(self.raw(assertion, node.span), o.verdict, o.reached) for node, o in
            outcomes), )  # fmt: skip
        return self._with_duplicate(made)

    def _reads_well(self, assertion: Assertion, corrected: str) -> bool:
        """Whether a corrected claim can be read without a repair."""
        from symgrad.verify.reader import read

        plain = self.document.passages[assertion.stated.passage].display == "plain"
        return all(
            statement.problem is None and all(repair.harmless for repair in statement.repairs)
            for statement in read(corrected, plain=plain)
        )

    def _with_duplicate(self, claim: Claim) -> Claim:
        same = self._seen.setdefault(_plain(claim.latex), claim)
        if same is claim or claim.verdict == "unreadable":
            return claim
        where = f"line {same.line}" + (f", column {same.column}" if same.line == claim.line else "")
        remark = Finding("duplicate", claim.latex, "", f"the same as the claim in {where}", claim.span)
        return claim._replace(findings=(*claim.findings, remark))

    def _unreadable(self, assertion: Assertion) -> Claim:
        problem = assertion.stated.statement.problem
        assert problem is not None
        span = self.raw(assertion, problem.span)
        finding = Finding("garbled", self._text(assertion, span), "", problem.message, span)
        return self._made(assertion, "unreadable", None, findings=(finding,), detail=problem.message)

    def _made(
        self,
        assertion: Assertion,
        verdict: Verdict,
        reached: Reached | None,
        *,
        findings: tuple[Finding, ...] = (),
        corrected: str | None = None,
        edits: tuple[tuple[Span, str], ...] = (),
        witness: Witness | None = None,
        assumptions: tuple[str, ...] = (),
        members: tuple[Member, ...] = (),
        detail: str = "",
    ) -> Claim:
        statement = assertion.stated.statement
        if verdict != "unreadable":
            assumptions = (*assumptions, *self._noted())
        if verdict == "wrong" and self.context.unread:
            verdict, reached, findings, corrected, edits, witness = "undecided", None, (), None, (), None
            detail = self._noted()[-1]
        span = self.raw(assertion, statement.span)
        place = self.document.place(assertion.stated.passage, *span)
        passage = self.document.passages[assertion.stated.passage]
        target = ""
        if assertion.members and assertion.anchor is None:
            target = self._text(assertion, self.raw(assertion, _first_span(assertion)))
        elif assertion.members:
            target = "(continued)"
        return Claim(
            assertion.stated.passage, span, place.line, place.column, passage.cell, target,
            self._text(assertion, span), verdict, reached, findings, corrected, edits,
            witness, tuple(repair.message for repair in statement.repairs), assumptions, members, detail,
        )  # fmt: skip

    @property
    def notation(self) -> Notation:
        """How the author spells names; learned when something is wrong."""
        if self._notation is None:
            self._notation = Notation(self.context)
            for stated, nodes in self.gathered.formulas:
                passage = self.document.passages[stated.passage]
                self._notation.plain = self._notation.plain or passage.display == "plain"
                for node in nodes:
                    self._notation.learn(node, passage.reading)
        return self._notation

    def sampler(self, world: World) -> Sampler:
        """Values at fixed points, with the document's facts put in."""
        if world.serial not in self._samplers:
            self._samplers[world.serial] = Sampler(solved=solved(self.comparer.facts(world)))
        return self._samplers[world.serial]

    def unknown_names(self, assertion: Assertion, *, whole: bool = False) -> list[str]:
        """Names in a claim that nothing else speaks of; ``whole`` looks at its left side too."""
        if self._spoken is None:
            network = self.network
            keys = frozenset() if network is None else network.keys | network.functions
            self._spoken = spoken_of(self.gathered, keys)
        return unknown_names(assertion, self.context, self._spoken, whole=whole)

    def rereads_right(
        self, assertion: Assertion, node: Node, edits: tuple[tuple[Span, str], ...], truth: Truth
    ) -> bool:
        """Whether a member with replacements, read again from its text, is right."""
        again = self.rereads(assertion, node, edits)
        return again is not None and self.comparer.outcome(again, truth).verdict == "right"

    def rereads(self, assertion: Assertion, node: Node, edits: tuple[tuple[Span, str], ...]) -> Node | None:
        """A member with replacements, read again from its text; None where that is no one formula."""
        from symgrad.verify.diagnosis import edited
        from symgrad.verify.reader import read
        from symgrad.verify.resolve import resolved

        text = self.reading(assertion)
        start, stop = node.span
        stop = max([stop, *(span[1] for span, _ in edits)])
        new = edited(text, edits, (start, stop))
        plain = self.document.passages[assertion.stated.passage].display == "plain"
        statements = read("X = " + new, plain=plain)
        if len(statements) != 1 or statements[0].problem is not None or len(statements[0].members) != 2:
            return None
        return resolved(statements[0].members[1], self.context)

    def reading(self, assertion: Assertion) -> str:
        """The text that was read."""
        return self.document.passages[assertion.stated.passage].reading

    def _noted(self) -> list[str]:
        """What was assumed of the whole document, and what is given there and cannot be read."""
        notes = list(self.network.assumptions) if self.network is not None else []
        notes += self.context.inferred.values()
        for passage, problem in self.context.unread[:1]:
            start, stop = self.document.passages[passage].raw_span(*problem.span)
            place = self.document.place(passage, start, max(stop, start))
            notes.append(f"what is given in line {place.line} cannot be read: {problem.message}")
        return notes

    def raw(self, assertion: Assertion, span: Span) -> Span:
        """A place in what was read as a place in the passage's text."""
        return self.document.passages[assertion.stated.passage].raw_span(*span)

    def _text(self, assertion: Assertion, span: Span) -> str:
        return self.document.passages[assertion.stated.passage].text[span[0] : span[1]]


def _functions(node: Node, context: Context) -> set[str]:
    """The keys of the functions that a formula calls."""
    calls = (part.function for part in parts_of(node) if isinstance(part, Call))
    return {named[0].key for function in calls if (named := context.named(function)) is not None}


def _operands(node: Node) -> Iterator[Node]:
    """The factors of products, and what a formula differentiates by."""
    for part in parts_of(node):
        if isinstance(part, Product):
            yield from (factor.node for factor in part.factors)
        elif isinstance(part, Derivative):
            yield from part.by


def _first_span(assertion: Assertion) -> Span:
    """The left side as it stands: from the beginning of the claim to the end of its first member."""
    statement = assertion.stated.statement
    return statement.span[0], max(statement.members[0].span[1], statement.span[0])


def _combined(outcomes: Sequence[Outcome]) -> tuple[Verdict, Reached | None]:
    """Wrong where one member is; right where all are."""
    verdicts = [outcome.verdict for outcome in outcomes]
    if "wrong" in verdicts:
        return "wrong", "refuted"
    if "undecided" in verdicts:
        return "undecided", next((o.reached for o in outcomes if o.verdict == "undecided"), None)
    if not verdicts:
        return "undecided", None
    return "right", "proved"


def _plain(latex: str) -> str:
    return "".join(latex.split()).replace("&", "")


def _losses(gathered: Gathered) -> set[str]:
    """The keys of losses that nothing defines: what stands under ∂ and is nowhere stated."""
    from symgrad.verify.syntax import Derivative, children

    context = gathered.context
    nodes: list[Node] = [member for a in gathered.assertions for member in a.members]
    nodes += context.bodies()
    nodes += [template.right for template in context.templates]
    found: set[str] = set()
    while nodes:
        here = nodes.pop()
        if isinstance(here, Derivative) and here.of is not None:
            named = context.named(here.of)
            if named is not None and not named[2]:
                key = named[0].key
                exponent = context.power_names.get(key)
                if exponent is not None and named[1]:
                    key = f"{key}^{exponent}"
                if (
                    key not in context.definitions
                    and key not in context.declarations
                    and key not in context.functions
                ):
                    found.add(key)
        nodes += children(here)
    return found
