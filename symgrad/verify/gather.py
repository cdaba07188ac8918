"""From the statements of a document to what it declares and what it claims.

Declarations, ranges and hypotheses say what things are; the first equation with a plain name on the left
defines that name; derivatives on the left, second equations for a name, and updates are claims. Comments in
the
document overrule this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from symgrad.verify.context import Context, Declaration, Pattern, Range, Template, has_derivative, mentions
from symgrad.verify.functions import BUILTIN
from symgrad.verify.indices import limits_in
from symgrad.verify.names import (
    LOSS_LETTERS,
    is_row_of_ones,
    items,
    label_items,
    letters_in,
    plain_index,
    spelled,
)
from symgrad.verify.passages import Role
from symgrad.verify.resolve import plain_names, resolved
from symgrad.verify.scalars import Sign
from symgrad.verify.shapes import infer_shapes
from symgrad.verify.syntax import (
    Big,
    Derivative,
    Dots,
    Factor,
    Group,
    Label,
    Listed,
    Name,
    Node,
    Number,
    Problem,
    Product,
    Scripted,
    Statement,
    Sum,
    Term,
    Transposed,
    Words,
    children,
    parts_of,
)

RATES = ("η", "α", "λ", "ε", "γ", "μ", "ρ", "lr", "r", "a", "h")
"""Letters of a learning rate, where the document has no template."""

Kind: TypeAlias = Literal["chain", "update", "arrow", "unreadable"]

_EQUALITIES = ("=", ":=", "≡")
_TURNED = {"<": ">", "≤": "≥", ">": "<", "≥": "≤"}
_SPACES = ("R", "ℝ", "Z", "ℤ", "N", "ℕ")


class Said(NamedTuple):
    """What a sentence says that no formula does.

    Indices run "from zero"; 1 stands for "ones"; fewer indices than axes name "parts"; functions act
    "entrywise"; a loss "reads" nodes. "unread" is an equation that cannot be read, with its first name.
    """

    what: Literal["from zero", "ones", "parts", "entrywise", "reads", "unread"]
    nodes: tuple[Node, ...] = ()
    """Of "reads" the loss, and then what it is a function of."""


class Stated(NamedTuple):
    """A statement, the passage it stands in, and what the last comment said of it."""

    passage: int
    role: Role | None
    statement: Statement
    inline: bool
    plain: bool = False
    said: Said | None = None


class Assertion(NamedTuple):
    """A claim to be judged: members that must be equal (or, of an update, what is assigned)."""

    stated: Stated
    kind: Kind
    members: tuple[Node, ...]
    relations: tuple[str, ...]
    anchor: Node | None
    """What a chain that begins with a relation goes on from."""
    conditions: tuple[tuple[Node, str, Node], ...] = ()
    """Relations between indices that stand beside the claim: it holds where they do."""
    ranges: tuple[tuple[str, Range], ...] = ()
    """How far indices run as it stands beside the claim."""


class Gathered(NamedTuple):
    """What a document declares and what it claims."""

    context: Context
    assertions: tuple[Assertion, ...]
    formulas: tuple[tuple[Stated, tuple[Node, ...]], ...]
    """Every statement with its members resolved, what is given included."""


def spoken_of(gathered: Gathered, network: Iterable[str]) -> set[str]:
    """Every name that a document's equations, facts and templates speak of."""
    context = gathered.context
    known = set(network)
    for body in context.bodies():
        known |= _keys(body, context)
    for left, right in context.facts:
        known |= _keys(left, context) | _keys(right, context)
    for template in context.templates:
        known |= _keys(template.left, context) | _keys(template.right, context)
    return known


def unknown_names(
    assertion: Assertion, context: Context, known: set[str], *, whole: bool = False
) -> list[str]:
    """Letters in a claim that are declared, defined or used nowhere else in the document."""
    found: list[str] = []
    for member in assertion.members[1:] if assertion.anchor is None and not whole else assertion.members:
        for key in sorted(_keys(member, context)):
            letter = key.rpartition(":")[2]
            if (
                key in known or context.is_known(key) or letter in context.bound or letter in context.ranges
                or letter in context.words or letter in "tl" or letter.isdigit()
                or key in ("e", "π", "I", "1", "bb:1", "𝟙") or key in BUILTIN or key in LOSS_LETTERS
                or (assertion.kind == "update" and key in RATES)
            ):  # fmt: skip
                continue
            if key[:1] == "d" and context.is_known(key[1:]):
                continue
            found.append(letter)
    return found


def _keys(node: Node, context: Context) -> set[str]:
    found: set[str] = set()
    pending = [node]
    while pending:
        here = pending.pop()
        spelling = spelled(here)
        if spelling is not None:
            named = context.named(here)
            found.add(spelling.key if named is None else named[0].key)
            continue
        pending += children(here)
    return found


def gather(
    stated: Sequence[Stated],
    network: Iterable[str] = (),
    layered: frozenset[str] = frozenset(),
    computed: frozenset[str] = frozenset(),
) -> Gathered:
    """Sort the statements of a document.

    ``network`` holds the keys of names that a network gives, ``layered`` those that it gives for each layer,
    ``computed`` those that it computes.
    """
    context = Context()
    context.layered = layered
    context.computed = computed
    given = frozenset(network)
    context.network |= given
    context.plain_text = any(one.plain for one in stated)
    every = [member for one in stated for member in one.statement.members]
    for member in every:
        context.note_names(member)
    context.ones = any(is_row_of_ones(part) for member in every for part in parts_of(member))
    context.normal = any(isinstance(p, Name) and p.letter == "Φ" for m in every for p in parts_of(m))
    _note_words(stated, context)
    _note_first(stated, context)
    for member in every:
        context.note_ranks(member)
    assertions: list[Assertion] = []
    last: Node | None = None
    behind = -1  # the passage that a range beside the last claim would stand in
    for one in stated:
        if one.said is not None:
            _take(one.said, context)
            if one.said.what != "unread":
                continue
        sorter = _Sorter(context, given, one, last, claimed=bool(assertions))
        statement = one.statement
        beside = (
            bool(assertions) and assertions[-1].stated.passage == one.passage and sorter.speaks_of_indices()
        )
        found = [] if beside and statement.relations != ("=",) else sorter.sort()
        if sorter.ranged and assertions and one.passage in (behind, behind + one.plain):
            assertions[-1] = assertions[-1]._replace(ranges=(*assertions[-1].ranges, *sorter.ranged))
        elif one.statement.relations:
            behind = one.passage if found else -1
        if beside and not found:
            before = assertions[-1]
            condition = statement.members[0], statement.relations[0], statement.members[1]
            assertions[-1] = before._replace(conditions=(*before.conditions, condition))
        assertions += found
        if found and found[-1].members:
            last = found[-1].anchor if found[-1].anchor is not None else found[-1].members[0]
    for one in stated:
        spoken = one.inline and len(one.statement.members) == 1 and spelled(one.statement.members[0])
        if not spoken:  # "where $f$ is some function"
            for member in one.statement.members:
                context.plain |= plain_names(member)
    for one in stated:
        if one.said is not None and one.said.what == "unread" and one.statement.problem is not None:
            left = context.pattern(one.said.nodes[0])
            if left is not None and left.key not in {*context.definitions, *given}:
                context.unread.append((one.passage, one.statement.problem))
    _finish(context, arrays=any(multiplies_arrays(member) for member in every))
    made = []
    for assertion in assertions:
        members = tuple(resolved(member, context) for member in assertion.members)
        anchor = None if assertion.anchor is None else resolved(assertion.anchor, context)
        made.append(assertion._replace(members=members, anchor=anchor))
    formulas = tuple(
        (one, tuple(resolved(member, context) for member in one.statement.members))
        for one in stated
        if one.statement.relations[:1] != ("∈",)
    )
    return Gathered(context, tuple(made), formulas)


def _take(said: Said, context: Context) -> None:
    """What a sentence says of the whole page."""
    match said.what:
        case "from zero":
            context.base = 0
        case "ones":
            context.ones = True
        case "entrywise":
            context.entrywise = True
        case "reads":
            loss = spelled(said.nodes[0])
            if loss is not None:
                context.reads.setdefault(loss.key, []).extend(said.nodes[1:])


def _finish(context: Context, *, arrays: bool) -> None:
    """Bodies and facts with their runs taken apart, now that all names are known."""
    for table in (context.definitions, context.functions):
        for key, definitions in table.items():
            table[key] = [
                definition._replace(
                    body=resolved(definition.body, context), pattern=_split_again(definition.pattern, context)
                )
                for definition in definitions
            ]
    context.facts = [(resolved(left, context), resolved(right, context)) for left, right in context.facts]
    context.templates = [
        template._replace(left=resolved(template.left, context), right=resolved(template.right, context))
        for template in context.templates
    ]
    infer_shapes(context, arrays=arrays)
    _note_base(context)
    _note_summed(context)
    _note_differences(context)
    _note_fixed(context)


def multiplies_arrays(node: Node) -> bool:
    """Whether a formula transposes, or multiplies entry by entry."""
    return any(
        isinstance(part, Transposed)
        or (isinstance(part, Product) and any(factor.op == "⊙" for factor in part.factors))
        for part in parts_of(node)
    )


def _note_differences(context: Context) -> None:
    """Sizes that are taken from one another, in shapes and in limits of sums."""
    nodes: list[Node] = [dim for ds in context.declarations.values() for d in ds for dim in d.dims]
    nodes += [r.last for r in context.ranges.values() if r.last is not None]
    for table in (context.definitions, context.functions):
        for definitions in table.values():
            for definition in definitions:
                nodes += [
                    part.upper
                    for part in parts_of(definition.body)
                    if isinstance(part, Big) and part.upper is not None
                ]
    for node in nodes:
        if isinstance(node, Sum) and isinstance(node.terms[0].node, Name) and node.terms[0].sign > 0:
            for term in node.terms[1:]:
                if term.sign < 0 and isinstance(term.node, Name):
                    context.differences.append((node.terms[0].node.letter, term.node.letter))


def _note_fixed(context: Context) -> None:
    """Steps that stand for one: C_{t-1} is declared, C_t defined, and t has no range."""
    for key, declarations in context.declarations.items():
        for definition in context.definitions.get(key, ()):
            for declaration in declarations:
                scripts = zip(
                    (*declaration.labels, *declaration.subs),
                    (*definition.pattern.labels, *definition.pattern.subs),
                    strict=False,
                )
                for stated, made in scripts:
                    letters = {name.letter for name in letters_in(stated)} & {
                        n.letter for n in letters_in(made)
                    }
                    if type(stated) is not type(made):
                        context.fixed |= {letter for letter in letters if letter not in context.ranges}


def _split_again(pattern: Pattern, context: Context) -> Pattern:
    return pattern._replace(subs=tuple(context.split(pattern.key, pattern.subs)))


def _note_base(context: Context) -> None:
    """Whether positions count from 0: a sum over an axis begins there, or an entry is x_{00}."""
    for body in context.bodies():
        for part in parts_of(body):
            named = context.named(part) if isinstance(part, Scripted) else None
            if named is None or context.is_defined_at_all(named[0].key):
                continue
            if any(d.dims for d in context.declarations.get(named[0].key, ())) and any(
                isinstance(sub, Number) and sub.value == 0 for sub in named[0].subs
            ):
                context.base = 0
    for letter, stated in context.ranges.items():
        if isinstance(stated.first, Number) and stated.first.value == 0 and not stated.members:
            for declarations in context.declarations.values():
                if any(
                    isinstance(sub, Name) and sub.letter == letter for d in declarations for sub in d.subs
                ):
                    break
            else:
                if _indexes_an_axis(letter, context):
                    context.base = 0
    for definitions in (*context.definitions.values(), *context.functions.values()):
        for definition in definitions:
            for letter in _summed_from_zero(definition.body):
                if _reads_axis(definition.body, letter, context):
                    context.base = 0


def _note_summed(context: Context) -> None:
    r"""Ranges that only sums state: ``y_i = w x_i`` beside ``\\sum_{i=0}^{n-1} y_i``."""
    from symgrad.verify.meaning import bare

    bodies = context.bodies() + [side for fact in context.facts for side in fact]
    found: dict[str, dict[object, Range]] = {}
    bare_sums: set[str] = set()
    for part in (part for body in bodies for part in parts_of(body)):
        if not isinstance(part, Big) or part.lower is None:
            continue
        if part.upper is None:
            bare_sums |= {item.letter for item in items(part.lower) if isinstance(item, Name)}
            continue
        for letter, limits in limits_in(part).items():
            found.setdefault(letter, {})[bare(limits.first), bare(part.upper)] = limits
    free = {
        sub.letter
        for key, definitions in context.definitions.items()
        if key not in context.declarations
        for definition in definitions
        for sub in definition.pattern.subs
        if isinstance(sub, Name)
    }
    for letter, ranges in found.items():
        if len(ranges) == 1 and letter in free | bare_sums and letter not in context.ranges:
            (context.ranges[letter],) = ranges.values()


def _indexes_an_axis(letter: str, context: Context) -> bool:
    return any(
        _reads_axis(definition.body, letter, context)
        or any(
            isinstance(sub, Name)
            and sub.letter == letter
            and context.declarations.get(definition.pattern.key)
            for sub in definition.pattern.subs
        )
        for definitions in context.definitions.values()
        for definition in definitions
    )


def _summed_from_zero(node: Node) -> list[str]:
    found: list[str] = []
    for here in parts_of(node):
        if isinstance(here, Big) and here.lower is not None:
            for item in items(here.lower):
                right = getattr(item, "right", None)
                left = getattr(item, "left", None)
                if isinstance(right, Number) and right.value == 0 and isinstance(left, Name):
                    found.append(left.letter)
    return found


def _reads_axis(node: Node, letter: str, context: Context) -> bool:
    """Whether a letter alone is a position on an axis of a declared name."""
    for here in parts_of(node):
        named = context.named(here) if isinstance(here, Scripted) else None
        if named is not None:
            pattern = named[0]
            for declaration in context.declarations.get(pattern.key, ()):
                for position, sub in enumerate(pattern.subs):
                    if position >= len(declaration.subs) and isinstance(sub, Name) and sub.letter == letter:
                        return True
    return False


def _note_first(stated: Sequence[Stated], context: Context) -> None:
    """What shows on left sides alone: ranges, declared names, superscripts that are labels."""
    numbers: dict[str, set[str]] = {}
    for one in stated:
        statement = one.statement
        if not statement.members:
            continue
        first = statement.members[0]
        if "∈" in statement.relations[:1]:
            for item in items(first):
                spelling = spelled(item)
                if spelling is None:
                    continue
                labels, rest = label_items(spelling.sups)
                if rest and not labels and plain_index(rest[0]):
                    context.bare_labels.add(spelling.key)
        if len(statement.members) > 1 and is_range(statement.members[1]):
            chosen = "∈" in statement.relations[:1]
            for item in items(first):
                if isinstance(item, Name) and not (chosen and item.letter in context.chosen):
                    for letter in _letters(item):
                        context.bound.add(letter)
                        if not chosen:
                            context.words.discard(letter)
                            context.layers.add(letter)
        spelling = spelled(first)
        if spelling is not None and statement.relations[:1] and statement.relations[0] in _EQUALITIES:
            labels, rest = label_items(spelling.sups)
            if len(rest) == 1 and not labels:
                if isinstance(rest[0], Number):
                    numbers.setdefault(spelling.key, set()).add(str(rest[0].value))
                elif plain_index(rest[0]):
                    context.bare_labels.add(spelling.key)
    context.bare_labels |= {key for key, found in numbers.items() if len(found) > 1}
    if context.bare_labels:
        context.bare_labels |= _labelled_beside(stated, context)


def _labelled_beside(stated: Sequence[Stated], context: Context) -> set[str]:
    """The W and b of ``z^l = W^l a^{l-1} + b^l``: what carries the layer without standing on a left side."""
    found: set[str] = set()
    for part in (part for one in stated for member in one.statement.members[1:] for part in parts_of(member)):
        spelling = spelled(part) if isinstance(part, Scripted) else None
        if spelling is None or spelling.key in ("e", *BUILTIN):
            continue
        labels, rest = label_items(spelling.sups)
        letters = {name.letter for name in letters_in(rest[0])} if rest and plain_index(rest[0]) else set()
        if not labels and letters and letters <= context.layers:
            found.add(spelling.key)
    return found


def _note_words(stated: Sequence[Stated], context: Context) -> None:
    """Letters in subscripts that count nothing: free on the right of an equation, not on its left."""
    left: set[str] = set()
    only_right: set[str] = set()
    for one in stated:
        members, relations = one.statement.members, one.statement.relations
        if one.role == "claim" or len(members) < 2 or relations[0] not in _EQUALITIES or is_range(members[1]):
            continue
        if has_derivative(members[0]):
            continue
        here = script_letters(members[0])
        left |= here
        only_right |= script_letters(members[1]) - here
    context.words = {c for c in only_right if c not in context.bound and c not in "tτl"}
    context.chosen = frozenset(only_right)


def script_letters(node: Node) -> set[str]:
    """Single letters in subscripts and labels that no sum binds."""
    found: set[str] = set()
    pending: list[tuple[Node, frozenset[str], bool]] = [(node, frozenset(), False)]
    while pending:
        here, bound, scripted = pending.pop()
        if isinstance(here, Name):
            if scripted and here.style != "word":
                found |= {c for c in here.letter if c.isalpha() and c not in bound}
            continue
        if isinstance(here, Big):
            inner = set(bound)
            for item in items(here.lower) if here.lower is not None else ():
                for name in letters_in(getattr(item, "left", item)):
                    inner |= {name.letter, *name.letter}
            pending.append((here.body, frozenset(inner), scripted))
            continue
        if isinstance(here, Scripted):
            pending.append((here.base, bound, scripted))
            if here.sub is not None:
                pending.append((here.sub, bound, True))
            pending += [(part, bound, isinstance(part, Label)) for part in here.sups]
            continue
        pending += [(child, bound, scripted) for child in children(here)]
    return found


def _letters(name: Name) -> list[str]:
    return [name.letter] if len(name.letter) == 1 or name.style == "word" else list(name.letter)


def is_range(node: Node) -> bool:
    """``0, 1, 2`` or ``1, …, n``, in braces or not."""
    if isinstance(node, Group) and node.bracket == "{":
        node = node.inner
    if not isinstance(node, Listed):
        return False
    return any(isinstance(item, Dots) for item in node.items) or _counts_up(node.items)


def _counts_up(items_: tuple[Node, ...]) -> bool:
    """``0, 1, 2``."""
    values = [item.value for item in items_ if isinstance(item, Number)]
    return len(values) == len(items_) > 1 and all(b - a == 1 for a, b in pairwise(values))


def between_limits(statement: Statement) -> Iterator[tuple[str, Node, Node]]:
    r"""The letters of ``0 \le i, j \le 2`` and ``0 \le i \le 2, 0 \le k \le 1`` with first and last value."""
    members, relations = statement.members, statement.relations
    if not relations or any(relation != "≤" for relation in relations):
        return
    joined = [*members[:1]]
    for member in members[1:-1]:
        pair = items(member)
        # Where one chain ends and the next begins stands "2, 0".
        joined += pair if len(pair) == 2 and len(joined) % 3 == 2 else (member,)
    joined += members[-1:]
    if len(joined) % 3:
        return
    found: list[tuple[str, Node, Node]] = []
    for first, middle, last in zip(joined[::3], joined[1::3], joined[2::3], strict=True):
        if not all(isinstance(item, Name) for item in items(middle)) or isinstance(first, Listed):
            return
        found += [
            (c, first, last) for item in items(middle) if isinstance(item, Name) for c in _letters(item)
        ]
    yield from found


class _Sorter:
    """One statement, sorted."""

    def __init__(
        self, context: Context, network: frozenset[str], stated: Stated, last: Node | None, *, claimed: bool
    ) -> None:
        self.claimed = claimed
        self.context = context
        self.network = network
        self.stated = stated
        self.statement = stated.statement
        self.last = last
        self.ranged: list[tuple[str, Range]] = []
        """The ranges of indices that the statement is."""

    def sort(self) -> list[Assertion]:
        statement, role = self.statement, self.stated.role
        if statement.problem is not None:
            if role == "given":
                self.context.unread.append((self.stated.passage, statement.problem))
                return []
            if self.stated.inline and "=" not in statement.problem.message and role is None:
                return []
            return [self.claim("unreadable")]
        if statement.leading and statement.relations[:1] == ("→",):
            statement = statement._replace(leading=False, relations=statement.relations[1:])
            self.statement = statement
            self.stated = self.stated._replace(statement=statement)
        if statement.leading and statement.members:
            if role == "given" or self.last is None:
                return []
            return [Assertion(self.stated, "chain", statement.members, statement.relations, self.last)]
        if len(statement.members) < 2:
            doubtful = [repair for repair in statement.repairs if not repair.harmless]
            if doubtful and role != "given" and not self.stated.inline:
                problem = Problem(doubtful[0].message, doubtful[0].span)
                statement = statement._replace(problem=problem, members=(), relations=())
                self.stated = self.stated._replace(statement=statement)
                return [Assertion(self.stated, "unreadable", (), (), None)]
            return []
        first = statement.relations[0]
        if first == "∈":
            self.declare()
            return []
        if first in ("≠", "<", "≤", ">", "≥", "≈", "∼", "∝"):
            self.constrain()
            return []
        if is_range(statement.members[1]) and first == "=":
            self.range_of(statement.members[0], statement.members[1])
            return []
        if first == "→":
            return self.arrow()
        if first == "←" or self.is_update():
            return self.update()
        if first in _EQUALITIES:
            return self.equation()
        return []

    def speaks_of_indices(self) -> bool:
        """Whether the statement relates indices: beside a claim it is a condition on it."""
        relations = self.statement.relations
        return (
            self.stated.role != "given"
            and self.statement.problem is None
            and len(relations) == 1
            and relations[0] in ("=", "≠", "<", "≤", ">", "≥")
            and all(plain_index(m) and self.context.index_like(m) for m in self.statement.members)
        )

    def is_hypothesis(self) -> bool:
        """``Σ_k y_k = 1``, ``t_1 + t_2 = 1``: a sum of inputs that is a number."""
        members = self.statement.members
        if len(members) != 2 or any(has_derivative(member) for member in members):
            return False
        if self.is_constraint():
            return True
        if not isinstance(members[1], Number) or not isinstance(members[0], Big | Sum):
            return False
        parts = [members[0].body] if isinstance(members[0], Big) else [term.node for term in members[0].terms]
        keys = [spelling.key for spelling in map(spelled, parts) if spelling is not None]
        return len(keys) == len(parts) and not any(self.context.is_defined_at_all(key) for key in keys)

    def is_constraint(self) -> bool:
        r"""``w^\\top w = 1``, ``W^\\top W = I``, ``A^\\top = A``: what inputs are held to."""
        left, right = self.statement.members
        letters = {
            key
            for member in (left, right)
            for key in _names(member)
            if key not in ("1", "bb:1", "𝟙", "I", "bb:I")
        }
        if not letters or any(self.context.is_defined_at_all(key) for key in letters):
            return False
        if not all(key in self.context.declarations for key in letters):
            return False
        if isinstance(right, Number) or (isinstance(right, Name) and right.letter in ("I", "1")):
            return any(isinstance(part, Transposed) for part in parts_of(left))
        return _is_transpose_of(left, right) or _is_transpose_of(right, left)

    def states_a_fact(self) -> bool:
        """Whether an equation with no name on its left is one between inputs: Σ_k y_k = 1."""
        left = self.statement.members[0]
        if any(has_derivative(member) for member in self.statement.members):
            return False
        return not isinstance(left, Product) and not (
            isinstance(left, Scripted) and isinstance(left.base, Group)
        )

    def is_condition(self) -> bool:
        """``i = j`` after a claim of the same passage: what the claim holds for."""
        members = self.statement.members
        return len(members) == 2 and all(
            isinstance(member, Name)
            and self.context.is_index(member.letter)
            and member.letter not in self.context.sizes
            for member in members
        )

    def claim(self, kind: Kind, members: tuple[Node, ...] | None = None) -> Assertion:
        chosen = self.statement.members if members is None else members
        return Assertion(self.stated, kind, chosen, self.statement.relations, None)

    # Declarations

    def declare(self) -> None:
        members = self.statement.members
        for item in items(members[0]):
            self.declared(item, members[1])

    def declared(self, left: Node, space: Node) -> None:
        context = self.context
        base: Node = space
        sups: tuple[Node, ...] = ()
        sub: Node | None = None
        if isinstance(space, Scripted):
            base, sups, sub = space.base, space.sups, space.sub
        if isinstance(base, Group) and base.bracket == "{" and not sups and is_range(base):
            self.one_of(left, base.inner)
            return
        spelling = spelled(base)
        number_space = (spelling is not None and spelling.key.rpartition(":")[2] in _SPACES) or isinstance(
            base, Group
        )
        if spelling is not None and not number_space:
            whole = spelled(space) or spelling
            for letter in letters_in(left):
                context.ranges[letter.letter] = Range(None, None, whole.key)
                context.bound.add(letter.letter)
            context.sets.add(spelling.key)
            return
        dims = tuple(
            dim for part in sups for dim in _dims(part) if not (isinstance(part, Name) and part.letter == "+")
        )
        for dim in dims:
            for name in letters_in(dim):
                if not name.letter.isdigit() and name.letter not in context.bound and not _is_step(name, dim):
                    context.sizes.setdefault(name.letter)
        pattern = context.pattern(left)
        if pattern is None or pattern.parameters is not None:
            return
        sign: Sign = "real"
        if isinstance(sub, Words) and "≥" in sub.text:
            sign = "nonnegative"
        elif isinstance(sub, Words) and any(c in sub.text for c in "<-≠"):
            sign = "nonzero" if "≠" in sub.text else "real"
        elif sub is not None or any(isinstance(part, Name) and part.letter == "+" for part in sups):
            sign = "positive"
        if isinstance(base, Group) and base.bracket == "(" and isinstance(base.inner, Listed):
            first = base.inner.items[0]
            sign = "positive" if isinstance(first, Number) and first.value >= 0 else "real"
        if sign != "real":
            context.signs[pattern.key] = sign
        for script in (*pattern.labels, *pattern.subs):
            for name in letters_in(script):
                if not context.is_index(name.letter) and not name.letter.isdigit():
                    context.sizes.setdefault(name.letter)
        context.declarations.setdefault(pattern.key, []).append(
            Declaration(pattern.key, pattern.labels, pattern.subs, dims, sign)
        )

    def one_of(self, left: Node, right: Node) -> None:
        """``i ∈ {1, …, n}`` is a range; ``y_i ∈ {1, …, K}`` says that y_i is one of these numbers."""
        spelling = spelled(left)
        context = self.context
        if spelling is not None and (
            spelling.subs
            or spelling.sups
            or spelling.key in context.chosen
            or not context.is_index(spelling.key)
        ):
            assert isinstance(right, Listed)
            last = right.items[-1]
            for name in letters_in(last):
                if not context.is_known(name.letter) and name.letter not in context.bound:
                    context.sizes.setdefault(name.letter)
            context.choices[spelling.key] = Range(right.items[0], None if isinstance(last, Dots) else last)
            return
        self.range_of(left, right)

    def range_of(self, left: Node, right: Node) -> None:
        context = self.context
        if isinstance(right, Group):
            right = right.inner
        assert isinstance(right, Listed)
        listed = right.items
        dots = next((n for n, item in enumerate(listed) if isinstance(item, Dots)), len(listed) - 2)
        first = listed[0] if dots or not isinstance(listed[0], Dots) else None
        last = listed[dots + 1] if dots + 1 < len(listed) else None
        if last is not None:
            for name in letters_in(last):
                if not context.is_known(name.letter) and name.letter not in context.bound:
                    context.sizes.setdefault(name.letter)
        for item in items(left):
            if isinstance(item, Name):
                for letter in _letters(item):
                    self.runs(letter, Range(first, last))

    def runs(self, letter: str, limits: Range) -> None:
        """Take the range of an index; one that has several on a page has each where it stands."""
        from symgrad.verify.meaning import bare

        context = self.context
        self.ranged.append((letter, limits))
        context.bound.add(letter)
        known = context.ranges.get(letter)
        if known is not None and self.stated.role is None and bare(known) != bare(limits):
            context.varying.add(letter)
        if letter in context.varying:
            context.ranges.pop(letter, None)
        else:
            context.ranges[letter] = limits

    def constrain(self) -> None:
        context, members, relations = self.context, self.statement.members, self.statement.relations
        if relations == ("≠",) and isinstance(members[1], Number) and not context.index_like(members[0]):
            for item in items(members[0]):
                pattern = context.pattern(item)
                if pattern is not None and members[1].value == 0:
                    context.signs.setdefault(pattern.key, "nonzero")
            return
        if relations == ("≠",):
            context.unequal.append((members[0], members[1]))
            return
        between = list(between_limits(self.statement))
        if between and all(context.is_index(letter) for letter, _, _ in between):
            for letter, first, last in between:
                self.runs(letter, Range(first, last))
                for name in letters_in(last):
                    if not context.is_known(name.letter) and name.letter not in context.bound:
                        context.sizes.setdefault(name.letter)
            return
        for left, op, right in zip(members, relations, members[1:], strict=False):
            for one, turned in ((left, op), (right, _TURNED.get(op, op))):
                other = right if one is left else left
                bound = _constant(other)
                sign = None if bound is None else _sign(turned, bound)
                if sign is None:
                    continue
                for item in items(one):
                    pattern = context.pattern(item)
                    if pattern is not None:
                        context.signs[pattern.key] = sign

    # Equations

    def is_update(self) -> bool:
        """``W = W − η ∂L/∂W``: the name on the left stands on the right, spelled the same."""
        members = self.statement.members
        spelling = spelled(members[0])
        if (
            spelling is None
            or self.statement.relations[0] not in _EQUALITIES
            or (self.stated.role == "given" and not has_derivative(members[1]))
        ):
            return False
        from symgrad.verify.meaning import bare

        target = bare(members[0])
        right = members[1]
        return any(bare(node) == target for node in _top_terms(right)) and _is_step_down(right)

    def update(self) -> list[Assertion]:
        members = self.statement.members
        pattern = self.context.pattern(members[0])
        if self.stated.role == "given":
            if pattern is not None:
                self.context.templates.append(Template(pattern.key, members[0], members[1], "←"))
            return []
        if (
            pattern is not None
            and self._is_computed(pattern)
            and (not _stands_in(members[0], members[1]) or not _has_a_step(members[1]))
        ):
            return [self.claim("chain")]
        return [self.claim("update")]

    def _is_computed(self, pattern: Pattern) -> bool:
        """Whether an equation of the document or the network says what a name is."""
        context = self.context
        if pattern.key in context.computed:
            return True
        bodies = [definition.body for definition in context.definitions.get(pattern.key, ())]
        return bool(bodies) and not all(isinstance(body, Number) for body in bodies)

    def arrow(self) -> list[Assertion]:
        members = self.statement.members
        if self.stated.role == "given":
            pattern = self.context.pattern(members[0])
            if pattern is not None:
                self.context.templates.append(Template(pattern.key, members[0], members[1], "→"))
            return []
        if any(template.arrow == "→" for template in self.context.templates):
            return [self.claim("arrow")]
        return []

    def equation(self) -> list[Assertion]:
        context, role, members = self.context, self.stated.role, self.statement.members
        pattern = context.pattern(members[0])
        if role == "given":
            self.given(pattern, members)
            return []
        if self.is_condition():
            return []
        if self.calls_itself(pattern, members[1]):
            return []
        if role is None and len(members) == 2 and self.is_constraint():
            context.facts.append((members[0], members[1]))
            return []
        if role is None and len(members) > 2 and isinstance(members[0], Derivative):
            last = members[-1]
            if isinstance(last, Number) and last.value == 0:
                members = members[:-1]  # where it vanishes is no claim
        if pattern is None or pattern.key in self.network or self.is_shorthand(pattern):
            if role is None and pattern is None and self.is_hypothesis():
                context.facts.append((members[0], members[1]))
                return []
            return [self.claim("chain", members)]
        if self.is_second(pattern):
            return [self.claim("chain")]
        if self.is_next_step(pattern) or self.is_solution(pattern):
            return []
        if not pattern.subs:
            self.context.apart |= {(pattern.key, n) for n in _numbered_uses(members[1], pattern.key)}
        context.define(pattern, members[1])
        if len(members) > 2:
            return [self.claim("chain")]
        return []

    def is_solution(self, pattern: Pattern) -> bool:
        """``U = R V (V^T V)^{-1}`` after claims on a declared U: where a gradient vanishes, not what U is."""
        context = self.context
        if not self.claimed or pattern.subs or pattern.labels or pattern.key not in context.declarations:
            return False
        return any(
            mentions(definition.body, pattern.key)
            for definitions in context.definitions.values()
            for definition in definitions
        )

    def is_next_step(self, pattern: Pattern) -> bool:
        r"""``w_{t+1} = w_t - \eta v_t`` of a declared w: it is stepped on with, and not defined."""
        stated = self.context.declarations.get(pattern.key, ())
        if not pattern.subs or not stated or any(declaration.subs for declaration in stated):
            return False
        if len(pattern.subs) > 1 and any(len(d.dims) == len(pattern.subs) for d in stated):
            return False  # an entry, by its place on each axis
        if all(isinstance(sub, Number) for sub in pattern.subs):
            return False
        terms = (self.context.pattern(node) for node in _top_terms(self.statement.members[1]))
        return any(term is not None and term.key == pattern.key and bool(term.subs) for term in terms)

    def is_second(self, pattern: Pattern) -> bool:
        """Whether an equation has given a name already; under ``claim`` that of another entry counts."""
        context = self.context
        table = context.definitions if pattern.parameters is None else context.functions
        if pattern.key not in table:
            return False
        return self.stated.role == "claim" or context.is_defined(pattern) or self.is_covered(pattern)

    def calls_itself(self, pattern: Pattern | None, body: Node) -> bool:
        """``C = C(a^L)``: C is an unknown function of what stands in the bracket."""
        from symgrad.verify.meaning import bare

        if pattern is None or pattern.parameters is not None or not isinstance(body, Product):
            return False
        head, *rest = body.factors
        spelling = spelled(head.node)
        if len(rest) != 1 or rest[0].op or not isinstance(rest[0].node, Group) or spelling is None:
            return False
        if bare(head.node) != bare(self.statement.members[0]) or rest[0].node.bracket != "(":
            return False  # δ^{(1)} = δ^{(2)} [w …] is a product
        self.context.self_called.add(pattern.key)
        if any(isinstance(item, Dots) for item in items(rest[0].node.inner)):
            return True  # L(W_1, …, W_n): a loss of everything there is
        if not self.context.is_defined(pattern):
            self.context.define(pattern, body)
        return True

    def operator(self, members: tuple[Node, ...]) -> bool:
        """``(u ⊗ v)_i = u_i v_i``: what the document's own sign between two names means."""
        left = members[0]
        entry = isinstance(left, Scripted) and isinstance(left.base, Group)
        inner = left
        if isinstance(left, Scripted) and isinstance(left.base, Group):
            inner = left.base.inner
        if not isinstance(inner, Product) or len(inner.factors) != 2 or inner.factors[1].op != "⊗":
            return False
        self.context.entrywise_tensor = entry
        return True

    def is_covered(self, pattern: Pattern) -> bool:
        """Whether a general equation says already what this particular entry is."""
        table = self.context.definitions if pattern.parameters is None else self.context.functions
        for definition in table.get(pattern.key, ()):
            known = definition.pattern
            if len(known.labels) != len(pattern.labels) or not _may_be(known.labels, pattern.labels):
                continue
            if len(known.subs) < len(pattern.subs) and pattern.parameters is None:
                return True  # a vector was defined whole
            if len(known.subs) > len(pattern.subs):
                return True  # it was defined entry by entry
            if _may_be(known.subs, pattern.subs) and self.speaks_of_the_same(definition.body):
                return True
        return False

    def speaks_of_the_same(self, body: Node) -> bool:
        """Whether an entry's equation is made of the names of the general one."""
        if self.stated.role is not None:
            return True
        here, general = _keys(self.statement.members[1], self.context), _keys(body, self.context)
        if here <= general or not here & general:
            return True
        self.context.forget_general(
            {letter for letter in script_letters(body) if letter not in self.context.ranges}
        )
        return False

    def is_shorthand(self, pattern: Pattern) -> bool:
        key = pattern.key
        return (
            len(key) > 1
            and key[0] == "d"
            and (self.context.is_known(key[1:]) or key[1:] in self.network)
            and not self.context.is_known(key)
        )

    def given(self, pattern: Pattern | None, members: tuple[Node, ...]) -> None:
        context = self.context
        if pattern is None and not self.states_a_fact():
            self.operator(members)
            return
        if self.calls_itself(pattern, members[1]):
            return
        if pattern is None and self.operator(members):
            return
        if isinstance(members[0], Scripted) and isinstance(members[0].base, Number):
            return  # 1_{i=j} needs no definition
        if pattern is None:
            context.facts.append((members[0], members[1]))
            return
        if (
            pattern.parameters is None
            and mentions(members[1], pattern.key)
            and _stands_in(members[0], members[1])
        ):
            context.facts.append((members[0], members[1]))
            return
        if context.is_defined(pattern):
            context.facts.append((members[0], members[1]))
            return
        if _same_square(pattern):
            return
        context.define(pattern, members[1])
        for later in members[2:]:
            context.facts.append((members[0], later))


def _may_be(known: tuple[Node, ...], given: tuple[Node, ...]) -> bool:
    """Whether scripts of a definition cover these: an index covers any value, a number itself."""
    return all(
        not isinstance(one, Number) or (isinstance(other, Number) and one.value == other.value)
        for one, other in zip(known, given, strict=True)
    )


def _same_square(pattern: Pattern) -> bool:
    """``1_{i=j} = …`` and other definitions of what is known anyway."""
    return pattern.key in ("1", "bb:1", "𝟙")


def _top_terms(node: Node) -> list[Node]:
    from symgrad.verify.syntax import Sum

    if isinstance(node, Sum):
        return [term.node for term in node.terms] + [
            factor.node
            for term in node.terms
            if isinstance(term.node, Product)
            for factor in term.node.factors
        ]
    if isinstance(node, Product):
        return [factor.node for factor in node.factors]
    return [node]


def _is_step_down(node: Node) -> bool:
    from symgrad.verify.syntax import Sum

    return isinstance(node, Sum) and len(node.terms) > 1


def _names(node: Node) -> set[str]:
    """The keys of the names that stand in a formula."""
    return {spelling.key for part in parts_of(node) if (spelling := spelled(part)) is not None}


def _is_transpose_of(one: Node, other: Node) -> bool:
    r"""``A^\\top`` of ``A``."""
    from symgrad.verify.meaning import bare

    return (
        isinstance(one, Scripted)
        and any(isinstance(sup, Transposed) for sup in one.sups)
        and bare(one.base) == bare(other)
    )


def _numbered_uses(node: Node, key: str) -> set[int]:
    """The numbers n for which a formula holds ``key_n``."""
    found: set[int] = set()
    for part in parts_of(node):
        spelling = spelled(part) if isinstance(part, Scripted) else None
        if spelling is not None and spelling.key == key and len(spelling.subs) == 1:
            (sub,) = spelling.subs
            if isinstance(sub, Number) and sub.value.denominator == 1:
                found.add(int(sub.value))
    return found


def _has_a_step(node: Node) -> bool:
    """Whether a right side holds a derivative, or a rate times something: ``w - η g``."""
    if has_derivative(node):
        return True
    factors = [part.factors[0].node for part in parts_of(node) if isinstance(part, Product)]
    return any(isinstance(first, Name) and first.letter in RATES[:-3] for first in factors)


def _stands_in(name: Node, node: Node) -> bool:
    from symgrad.verify.meaning import bare

    target = bare(name)
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, Derivative):
            continue
        if bare(here) == target:
            return True
        if isinstance(here, Scripted) and (
            here.sub is not None or any(isinstance(s, Label) for s in here.sups)
        ):
            continue  # W_0 is another name than W
        pending += children(here)
    return False


def _dims(part: Node) -> list[Node]:
    if isinstance(part, Group):
        return _dims(part.inner)
    if isinstance(part, Listed):
        return list(part.items)
    if isinstance(part, Product) and any(factor.op in ("×", "x", "*") for factor in part.factors):
        dims: list[Node] = []
        for factor in part.factors:
            if factor.op in ("×", "x", "*") or not dims:
                dims.append(factor.node)
            else:  # a product of two sizes
                before = dims[-1]
                span = (before.span[0], factor.node.span[1])
                dims[-1] = Product((_factor(before), factor), span)
        return dims
    return [part]


def _factor(node: Node) -> Factor:
    return Factor("", node)


def _is_step(name: Name, dim: Node) -> bool:
    """Whether a letter in a size only says whose size it is: the l of n_l."""
    if isinstance(dim, Scripted) and isinstance(dim.base, Name):
        return name.letter != dim.base.letter
    return False


def _constant(node: Node) -> Fraction | None:
    """The value of a number with or without a sign."""
    match node:
        case Number():
            return node.value
        case Sum(terms=(Term(node=Number(value=value), sign=sign),)):
            return sign * value
    return None


def _sign(relation: str, bound: Fraction) -> Sign | None:
    """What ``x > 0``, ``x ≤ -1`` and their like say of the sign of x."""
    if relation in (">", "≥") and bound >= 0:
        return "positive" if relation == ">" or bound else "nonnegative"
    if relation in ("<", "≤") and bound <= 0:
        return "negative" if relation == "<" or bound else "nonpositive"
    return None
