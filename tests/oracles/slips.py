"""Single errors as people make them: one sign, one index, one path forgotten. It imports nothing of ours.

Every slip is tried at random points: what happens to be true after all is no slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from typing import TypeAlias

from oracles.derivations import Derivation
from oracles.handwriting import (
    Add,
    Affine,
    Call,
    Entry,
    Frac,
    Had,
    Mul,
    Node,
    Num,
    Partial,
    Path,
    Place,
    Pow,
    Sigma,
    Turned,
    add,
    at,
    factors,
    flattened,
    mul,
    num,
    put,
    terms,
    walk,
)
from oracles.pens import Pen
from oracles.points import OutsideError, compared


@dataclass(frozen=True)
class Slip:
    """What went wrong: in which member (None: the left side), and how it reads.

    ``core`` is the least that is wrong and should stand there, ``outer`` the whole term; as written by the
    pen, empty where nothing stands or should stand.
    """

    kind: str
    target: Node
    members: tuple[Node, ...]
    member: int | None
    core: tuple[str, str]
    outer: tuple[str, str]
    kinds: tuple[str, ...]
    alone: bool


# What a finding may call each slip, the first being the plainest; the others are true descriptions too.
NAMES: dict[str, tuple[str, ...]] = {
    "sign": ("sign",),
    "index": ("wrong-index", "wrong-term"),
    "letter": ("wrong-term", "wrong-index"),
    "missing term": ("missing-term",),
    "missing path": ("missing-term",),
    "extra term": ("extra-term",),
    "repeated term": ("repeated-term", "extra-term", "constant-factor"),
    "missing factor": ("missing-factor", "wrong-term"),
    "extra factor": ("wrong-term", "extra-term", "missing-factor", "other"),
    "constant": ("constant-factor", "wrong-term"),
    "function": ("wrong-function", "wrong-term", "missing-factor"),
    "exponent": ("wrong-term", "missing-factor", "constant-factor", "other"),
    "transpose": ("transpose", "shape", "wrong-term"),
    "entrywise": ("shape", "wrong-term", "notation", "transpose", "missing-factor", "wrong-function"),
    "order": ("shape", "transpose", "wrong-term"),
    "target": ("wrong-target",),
}
# A right side of one term is wrong as a whole, and whole formulas have more true descriptions.
ALONE: dict[str, tuple[str, ...]] = {
    "sign": ("constant-factor", "missing-term"),
    "index": ("wrong-target",),
    "target": ("wrong-index", "wrong-term"),
    "letter": ("wrong-target", "wrong-function", "missing-factor", "extra-term"),
    "constant": ("missing-factor", "wrong-term"),
    "missing term": ("missing-factor", "wrong-term", "sign", "constant-factor", "wrong-function"),
    "missing path": ("missing-factor", "wrong-term"),
    "missing factor": ("missing-term", "wrong-function"),
}

# Within a term, or an exponent, where e^{a + b} is a product.
INSIDE: dict[str, tuple[str, ...]] = {
    "missing term": ("missing-factor",),
    "extra term": ("extra-term", "missing-factor"),
    "sign": ("missing-factor",),
}

Change: TypeAlias = tuple[
    Node, Node, Node
]  # the member after it, the wrong part, the right part (num(0): none)
NOTHING = num(0)


def _change(member: Node, path: Path, new: Node) -> Change:
    return put(member, path, new), new, at(member, path)


def _sums(member: Node) -> Iterator[tuple[Path, tuple[tuple[int, Node], ...]]]:
    """The sums in a member: itself (a lone term is a sum of one) and those in brackets."""
    yield (), terms(member)
    for path, node in walk(member):
        if isinstance(node, Add) and path:
            yield path, node.terms


def _pick_sum(random: Random, member: Node, least: int = 1) -> tuple[Path, list[tuple[int, Node]]] | None:
    found = [(path, list(ts)) for path, ts in _sums(member) if len(ts) >= least]
    if not found:
        return None
    top = [item for item in found if not item[0]]
    return random.choice(top if top and random.random() < 0.7 else found)


def _signed(sign: int, term: Node) -> Node:
    return term if sign > 0 else Add(((-1, term),))


def _sum(ts: list[tuple[int, Node]]) -> Node:
    return ts[0][1] if len(ts) == 1 and ts[0][0] == 1 else Add(tuple(ts))


def sign(random: Random, member: Node, d: Derivation) -> Change | None:
    picked = _pick_sum(random, member)
    assert picked
    path, ts = picked
    n = random.randrange(len(ts))
    s, term = ts[n]
    if isinstance(term, Num) and term.value == 0:
        return None
    changed = [*ts[:n], (-s, term), *ts[n + 1 :]]
    return put(member, path, _sum(changed)), _signed(-s, term), _signed(s, term)


def missing_term(random: Random, member: Node, d: Derivation) -> Change | None:
    picked = _pick_sum(random, member, 2)
    if not picked:
        return None
    path, ts = picked
    n = random.randrange(len(ts))
    gone = ts.pop(n)
    return put(member, path, _sum(ts)), NOTHING, _signed(*gone)


def repeated_term(random: Random, member: Node, d: Derivation) -> Change | None:
    if len(terms(member)) < 2:
        return None
    ts = list(terms(member))
    s, term = random.choice(ts)
    ts.insert(random.randrange(len(ts) + 1), (s, term))
    return _sum(ts), _signed(s, term), NOTHING


def extra_term(random: Random, member: Node, d: Derivation) -> Change | None:
    """A term like its neighbours, with another index or letter."""
    ts = list(terms(member))
    s, term = random.choice(ts)
    made = (index if random.random() < 0.7 else letter)(random, term, d)
    if not made or any(made[0] == other for _, other in ts):
        return None
    n = random.randrange(len(ts) + 1)
    ts.insert(n, (s, made[0]))
    return _sum(ts), _signed(s, made[0]), NOTHING


def _other_place(random: Random, place: Place, size: int, entry: Entry) -> Place | None:
    if isinstance(place, int):
        others = [n for n in range(size) if n != place]
        near = [n for n in others if abs(n - place) == 1]
        return random.choice(near if near and random.random() < 0.5 else others) if others else None
    parts = dict(place.parts)
    kind = random.choice(["constant", "coefficient", "letter"])
    if kind == "constant":
        return replace(place, constant=place.constant + random.choice([-1, 1]))
    if kind == "coefficient":
        name = random.choice(list(parts))
        if parts[name] != 2:
            return None
        return replace(place, parts=tuple((n, 1 if n == name else c) for n, c in place.parts))
    known = {n for p in entry.places if isinstance(p, Affine) for n, _ in p.parts} - set(parts)
    if not known:
        return None
    old, new = random.choice(list(parts)), random.choice(sorted(known))
    return replace(place, parts=tuple((new if n == old else n, c) for n, c in place.parts))


def _other_entry(random: Random, entry: Entry, d: Derivation) -> Entry | None:
    if not entry.places:
        return None
    if len(entry.places) == 2 and random.random() < 0.2 and entry.places[0] != entry.places[1]:
        row, column = entry.places
        shape = d.shapes[entry.role]
        fits = (not isinstance(row, int) or row < shape[1]) and (
            not isinstance(column, int) or column < shape[0]
        )
        if fits:
            return Entry(entry.role, (column, row))
    n = random.randrange(len(entry.places))
    new = _other_place(random, entry.places[n], d.shapes[entry.role][n], entry)
    if new is None:
        return None
    return Entry(entry.role, (*entry.places[:n], new, *entry.places[n + 1 :]))


def _atoms(member: Node) -> list[tuple[Path, Node]]:
    """Entries and derivatives, but not those in the exponent-free inside of derivatives."""
    return [(path, node) for path, node in walk(member) if isinstance(node, Entry | Partial)]


def index(random: Random, member: Node, d: Derivation) -> Change | None:
    path, node = random.choice(_atoms(member) or [((), member)])
    new: Node | None = None
    if isinstance(node, Entry):
        new = _other_entry(random, node, d)
    elif isinstance(node, Partial):
        by, of = _other_entry(random, node.by, d), None
        if node.of.places and random.random() < 0.5:
            of = _other_entry(random, node.of, d)
        if of:
            new = Partial(of, node.by)
        elif by:
            new = Partial(node.of, by)
    return _change(member, path, new) if new else None


def _fits(entry: Entry, shape: tuple[int, ...]) -> bool:
    return len(entry.places) == len(shape) and all(
        not isinstance(place, int) or place < size for place, size in zip(entry.places, shape, strict=True)
    )


def _other_letter(random: Random, entry: Entry, d: Derivation, like: bool) -> Entry | None:
    own = d.shapes.get(entry.role)
    if own is None:
        return None
    whole = not entry.places and len(own) > 0
    others = [
        role
        for role, shape in d.shapes.items()
        if role != entry.role
        and (len(shape) == len(own) if whole else _fits(entry, shape))
        and (
            not like
            or role
            in {e.by.role for m in d.members for _, e in walk(m) if isinstance(e, Partial)} | {"z", "h"}
        )
    ]
    return Entry(random.choice(others), entry.places) if others else None


def letter(random: Random, member: Node, d: Derivation) -> Change | None:
    path, node = random.choice(_atoms(member) or [((), member)])
    new: Node | None = None
    if isinstance(node, Entry):
        new = _other_letter(random, node, d, like=False)
    elif isinstance(node, Partial):
        by = _other_letter(random, node.by, d, like=False)
        new = Partial(node.of, by) if by and by != node.of else None
    return _change(member, path, new) if new else None


def missing_factor(random: Random, member: Node, d: Derivation) -> Change | None:
    found = [
        (path, node) for path, node in walk(member) if isinstance(node, Mul | Had) and len(node.factors) > 1
    ]
    if not found:
        return None
    path, node = random.choice(found)
    assert isinstance(node, Mul | Had)
    n = random.randrange(len(node.factors))
    gone = node.factors[n]
    if isinstance(gone, Num):
        return None
    rest = (*node.factors[:n], *node.factors[n + 1 :])
    new = rest[0] if len(rest) == 1 else type(node)(rest)
    if isinstance(new, Num):
        return None
    changed = put(member, path, add(new) if not path else new)
    return changed, NOTHING, gone


def extra_factor(random: Random, member: Node, d: Derivation) -> Change | None:
    if d.form == "matrix":
        return None
    path, node = random.choice(_atoms(member) or [((), member)])
    if not isinstance(node, Entry):
        return None
    other = _other_entry(random, node, d) or _other_letter(random, node, d, like=False)
    if other is None or any(isinstance(at(member, path[:n]), Pow) for n in range(len(path))):
        return None
    return flattened(put(member, path, Mul((node, other)))), other, NOTHING


def constant(random: Random, member: Node, d: Derivation) -> Change | None:
    numbers = [
        (path, node)
        for path, node in walk(member)
        if isinstance(node, Num)
        and node.value not in (0, 1)
        and (not path or isinstance(at(member, path[:-1]), Mul | Frac))
    ]
    if numbers and random.random() < 0.6:
        path, node = random.choice(numbers)
        assert isinstance(node, Num)
        value = random.choice([node.value * 2, node.value / 2, Fraction(1), 1 / node.value])
        if value == node.value:
            return None
        parent = at(member, path[:-1]) if path else None
        if value == 1 and isinstance(parent, Mul):
            rest = tuple(f for f in parent.factors if f is not node)
            new = rest[0] if len(rest) == 1 else Mul(rest)
            return put(member, path[:-1], new), NOTHING, node
        if value == 1 and isinstance(parent, Frac):
            return None
        new = Num(value)
        return put(member, path, new), new, node
    ts = list(terms(member))
    factor = num(*random.choice([(2, 1), (1, 2), (2, 1), (1, 3)]))
    if len(ts) > 1 and random.random() < 0.6:
        n = random.randrange(len(ts))
        s, term = ts[n]
        if any(isinstance(f, Num) for f in factors(term)):
            return None
        ts[n] = (s, mul(factor, term))
        return _sum(ts), factor, NOTHING
    if any(isinstance(f, Num) for f in factors(member)):
        return None
    if len(ts) == 1 and ts[0][0] < 0:
        return Add(((-1, mul(factor, ts[0][1])),)), factor, NOTHING
    return mul(factor, member), factor, NOTHING


def function(random: Random, member: Node, d: Derivation) -> Change | None:
    """f for f′; a logarithm, a root or an exponential forgotten."""
    found = [(path, node) for path, node in walk(member) if isinstance(node, Call)]
    if not found:
        return None
    path, node = random.choice(found)
    assert isinstance(node, Call)
    if node.primes:
        return _change(member, path, replace(node, primes=node.primes - 1))
    if node.name in ("log", "sqrt", "abs"):
        return _change(member, path, node.arg)
    if node.name == "exp":
        return _change(member, path, node.arg if random.random() < 0.5 else Call("log", node.arg))
    other = {"sigma": "tanh", "tanh": "sigma", "f": "tanh", "relu": "tanh"}.get(node.name)
    if other is None or (other == "sigma" and "sigma" not in d.raw):
        return None
    return _change(member, path, Call(other, node.arg))


def exponent(random: Random, member: Node, d: Derivation) -> Change | None:
    found = [(path, node) for path, node in walk(member) if isinstance(node, Pow)]
    if not found:
        return None
    path, node = random.choice(found)
    assert isinstance(node, Pow)
    value = node.exponent + random.choice([-1, 1])
    if value == 0:
        return None
    return _change(member, path, node.base if value == 1 else Pow(node.base, value))


def transpose(random: Random, member: Node, d: Derivation) -> Change | None:
    turned = [(path, node) for path, node in walk(member) if isinstance(node, Turned)]
    plain = [
        (path, node)
        for path, node in walk(member)
        if isinstance(node, Entry)
        and len(d.shapes.get(node.role, ())) > 0
        and not (path and isinstance(at(member, path[:-1]), Turned | Call | Partial))
    ]
    if d.form != "matrix" or not (turned or plain):
        return None
    if turned and (random.random() < 0.75 or not plain):
        path, node = random.choice(turned)
        assert isinstance(node, Turned)
        return _change(member, path, node.arg)
    path, node = random.choice(plain)
    return _change(member, path, Turned(node))


def entrywise(random: Random, member: Node, d: Derivation) -> Change | None:
    found = [(path, node) for path, node in walk(member) if isinstance(node, Had)]
    if not found:
        return None
    path, node = random.choice(found)
    assert isinstance(node, Had)
    return put(member, path, mul(*node.factors)), mul(*node.factors), node


def order(random: Random, member: Node, d: Derivation) -> Change | None:
    found = [(path, node) for path, node in walk(member) if isinstance(node, Mul) and len(node.factors) > 1]
    if d.form != "matrix" or not found:
        return None
    path, node = random.choice(found)
    assert isinstance(node, Mul)
    n = random.randrange(len(node.factors) - 1)
    fs = list(node.factors)
    fs[n], fs[n + 1] = fs[n + 1], fs[n]
    return _change(member, path, Mul(tuple(fs)))


Mutation: TypeAlias = Callable[[Random, Node, Derivation], Change | None]
MUTATIONS: dict[str, tuple[Mutation, int]] = {
    "sign": (sign, 14),
    "index": (index, 22),
    "letter": (letter, 9),
    "missing term": (missing_term, 10),
    "extra term": (extra_term, 7),
    "repeated term": (repeated_term, 6),
    "missing factor": (missing_factor, 9),
    "extra factor": (extra_factor, 3),
    "constant": (constant, 9),
    "function": (function, 20),
    "exponent": (exponent, 16),
    "transpose": (transpose, 30),
    "entrywise": (entrywise, 30),
    "order": (order, 12),
}


def _wrong_target(random: Random, d: Derivation, pen: Pen) -> Slip | None:
    target = d.target
    if isinstance(target, Partial):
        by = _other_entry(random, target.by, d)
        of = target.of
        if d.free or by is None:
            return None
        new: Node = Partial(of, by)
    elif isinstance(target, Entry):
        other = _other_entry(random, target, d)
        if other is None or d.free:
            return None
        new = other
    else:
        return None
    if any(not false(d, new, member) for member in d.members):
        return None
    texts = (pen.write(new), pen.write(target))
    alone = all(len(terms(member)) == 1 for member in d.members)
    kinds = NAMES["target"] + (ALONE["target"] if alone else ())
    return Slip("target", new, d.members, None, texts, texts, kinds, alone)


def false(d: Derivation, target: Node, member: Node) -> bool:
    """Whether a claim is wrong at some point, and names nothing that does not exist."""
    try:
        _, differ = compared(target, member, d.worlds, d.free)
    except OutsideError:
        return False
    return differ > 0


def _top(member: Node, changed: Node) -> tuple[Node | None, Node | None]:
    """The terms in which two members differ: the wrong one and the right one."""
    new, old = list(terms(changed)), list(terms(member))
    while new and old and new[0] == old[0]:
        new, old = new[1:], old[1:]
    while new and old and new[-1] == old[-1]:
        new, old = new[:-1], old[:-1]
    wrong = _sum(new) if new else None
    right = _sum(old) if old else None
    return wrong, right


def slip(random: Random, d: Derivation, pen: Pen) -> Slip | None:
    """A slip in a derivation, or None where the kind that was drawn is not possible."""
    kinds = [*MUTATIONS, "target"]
    weights = [weight for _, weight in MUTATIONS.values()] + [5]
    (kind,) = random.choices(kinds, weights)
    if kind == "target":
        return _wrong_target(random, d, pen)
    mutate, _ = MUTATIONS[kind]
    n = len(d.members) - 1 if random.random() < 0.7 else random.randrange(len(d.members))
    member = d.members[n]
    change = mutate(random, member, d)
    if change is None or change[0] == member:
        return None
    changed, wrong, right = change
    if isinstance(changed, Num) or not _sound(changed) or not false(d, d.target, changed):
        return None
    if kind == "entrywise" and any(dot in pen.write(wrong) for dot in ("\\cdot", "*", "·")):
        return None  # between vectors a dot may mean ⊙, and then nothing is wrong
    if kind == "missing term" and any(isinstance(e, Partial) and e.of.role != "L" for _, e in walk(right)):
        kind = "missing path"
    accepted = NAMES[kind]
    outer_wrong, outer_right = _top(member, changed)
    alone = len(terms(member)) == 1 or len(terms(changed)) == 1
    accepted += ALONE.get(kind, ()) if alone else ()
    if [_signed(*term) for term in terms(changed)].count(outer_wrong or NOTHING) > 1:
        accepted += ("repeated-term", "extra-term", "constant-factor", "missing-term")
    if (outer_wrong, outer_right) != (wrong, right) and not {wrong, right} <= {
        outer_wrong,
        outer_right,
        NOTHING,
    }:
        accepted += (*INSIDE.get(kind, ()), "wrong-term")
    if kind == "extra term" and _same_as_another(d, changed, outer_wrong):
        return None
    members = (*d.members[:n], changed, *d.members[n + 1 :])
    written = [
        pen.write(node) if node not in (None, NOTHING) else ""
        for node in (wrong, right, outer_wrong, outer_right)
    ]
    if pen.write(changed) == pen.write(member):
        return None
    kinds = tuple(dict.fromkeys(accepted))
    return Slip(kind, d.target, members, n, (written[0], written[1]), (written[2], written[3]), kinds, alone)


def _same_as_another(d: Derivation, changed: Node, extra: Node | None) -> bool:
    """Whether the term that was added has the value of another one: then either may go."""
    if extra is None:
        return False
    others = [_signed(*term) for term in terms(changed)]
    return any(other != extra and not false(d, extra, other) for other in others)


def _cancels(node: Node) -> bool:
    return isinstance(node, Add) and any((-s, t) in node.terms for s, t in node.terms)


def _sound(node: Node) -> bool:
    """Whether a formula is one that a person would write: no sum over letters that its body lacks."""
    for _, inner in walk(node):
        if _cancels(inner):
            return False
        if isinstance(inner, Sigma):
            used = {
                name
                for _, e in walk(inner.body)
                for entry in ([e] if isinstance(e, Entry) else [e.of, e.by] if isinstance(e, Partial) else [])
                for place in entry.places
                if isinstance(place, Affine)
                for name, _ in place.parts
            }
            if not {name for name, _ in inner.indices} <= used:
                return False
        if isinstance(inner, Entry) and any(isinstance(p, Affine) and not p.parts for p in inner.places):
            return False
        if isinstance(inner, Mul) and any(isinstance(f, Num) for f in inner.factors[1:]):
            return False
    return True
