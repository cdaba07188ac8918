"""Equal forms of a formula: reordered, expanded, factored, names put in and taken out.

Every rewording is tried at random points: what is not equal there is thrown away. It imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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
    Pow,
    Sigma,
    Step,
    Turned,
    add,
    factors,
    flattened,
    mul,
    neg,
    num,
    power,
    put,
    substituted,
    walk,
)
from oracles.points import OutsideError, compared

Rewording: TypeAlias = Callable[[Random, Node, Derivation], Node | None]
ONE = num(1)


def _one(random: Random, member: Node, *kinds: type) -> tuple[Path, Node] | None:
    found = [(path, node) for path, node in walk(member) if isinstance(node, kinds)]
    return random.choice(found) if found else None


def terms_reordered(random: Random, member: Node, d: Derivation) -> Node | None:
    picked = _one(random, member, Add)
    if not picked:
        return None
    path, node = picked
    shuffled = random.sample(node.terms, len(node.terms))
    return put(member, path, Add(tuple(shuffled)))


def factors_reordered(random: Random, member: Node, d: Derivation) -> Node | None:
    picked = _one(random, member, Mul, Had)
    if not picked or (d.form == "matrix" and isinstance(picked[1], Mul)):
        return None
    path, node = picked
    numbers = [f for f in node.factors if isinstance(f, Num)]
    rest = [f for f in node.factors if not isinstance(f, Num)]
    return put(member, path, type(node)((*numbers, *random.sample(rest, len(rest)))))


def expanded(random: Random, member: Node, d: Derivation) -> Node | None:
    found = [
        (path, node, n)
        for path, node in walk(member)
        if isinstance(node, Mul)
        for n, f in enumerate(node.factors)
        if isinstance(f, Add)
    ]
    if not found:
        return None
    path, node, n = random.choice(found)
    inner = node.factors[n]
    made = add(*((s, mul(*node.factors[:n], t, *node.factors[n + 1 :])) for s, t in inner.terms))
    return put(member, path, made)


def factored(random: Random, member: Node, d: Derivation) -> Node | None:
    """A factor that several terms share, pulled out of them."""
    picked = _one(random, member, Add)
    if not picked or d.form == "matrix":
        return None
    path, node = picked
    shared: dict[Node, list[int]] = {}
    for n, (_, term) in enumerate(node.terms):
        for f in dict.fromkeys(factors(term)):
            shared.setdefault(f, []).append(n)
    several = {f: ns for f, ns in shared.items() if len(ns) > 1 and f != ONE}
    if not several:
        return None
    f = random.choice(list(several))
    inside = []
    for n in several[f]:
        s, term = node.terms[n]
        rest = list(factors(term))
        rest.remove(f)
        inside.append((s, mul(*rest)))
    total = add(*inside)
    made = mul(f, total) if random.random() < 0.5 else mul(total, f)
    outside = [t for n, t in enumerate(node.terms) if n not in several[f]]
    where = random.choice([0, len(outside)])
    return put(member, path, add(*outside[:where], made, *outside[where:]))


def turned_round(random: Random, member: Node, d: Derivation) -> Node | None:
    """−(y − p)·x for (p − y)·x."""
    found = [
        (path, node, n)
        for path, node in walk(member)
        if isinstance(node, Mul)
        for n, f in enumerate(node.factors)
        if isinstance(f, Add) and len(f.terms) > 1
    ]
    if not found:
        return None
    path, node, n = random.choice(found)
    inner = node.factors[n]
    assert isinstance(inner, Add)
    flipped = Add(tuple((-s, t) for s, t in reversed(inner.terms)))
    return put(member, path, neg(mul(*node.factors[:n], flipped, *node.factors[n + 1 :])))


def squared(random: Random, member: Node, d: Derivation) -> Node | None:
    """x² as x·x, and back."""
    if d.form == "matrix":
        return None
    picked = _one(random, member, Pow, Mul)
    if not picked:
        return None
    path, node = picked
    if isinstance(node, Pow):
        if node.exponent == 2:
            return put(member, path, mul(node.base, node.base))
        if node.exponent == 3:
            return put(member, path, mul(node.base, power(node.base, 2)))
        return None
    repeated = [f for f in node.factors if node.factors.count(f) == 2]
    if not repeated:
        return None
    rest = [f for f in node.factors if f != repeated[0]]
    return put(member, path, mul(*rest, power(repeated[0], 2)))


def quotient(random: Random, member: Node, d: Derivation) -> Node | None:
    """(a + b)/c, a/c + b/c, a·1/c, a·c^{-1}, ½a and a/2."""
    if d.form == "matrix":
        return None
    picked = _one(random, member, Frac, Mul)
    if not picked:
        return None
    path, node = picked
    if isinstance(node, Frac):
        choices: list[Node] = [
            mul(node.top, power(node.bottom, -1)),
            mul(Frac(ONE, node.bottom), node.top) if node.top != ONE else node,
        ]
        if isinstance(node.top, Add):
            choices += [add(*((s, Frac(t, node.bottom)) for s, t in node.top.terms))] * 2
        if isinstance(node.bottom, Mul):
            first, *rest = node.bottom.factors
            choices.append(mul(Frac(ONE, first), Frac(node.top, mul(*rest))))
        return put(member, path, random.choice(choices))
    numbers = [f for f in node.factors if isinstance(f, Num) and f.value.denominator > 1]
    if not numbers:
        return None
    first = numbers[0]
    assert isinstance(first, Num)
    rest = list(node.factors)
    rest.remove(first)
    top = mul(num(first.value.numerator), *rest)
    return put(member, path, Frac(top, num(first.value.denominator)))


def exponentials(random: Random, member: Node, d: Derivation) -> Node | None:
    """e^{a+b} = e^a e^b, e^{-a} = 1/e^a."""
    found = [(p, n) for p, n in walk(member) if isinstance(n, Call) and n.name == "exp" and not n.primes]
    found = [(p, n) for p, n in found if isinstance(n.arg, Add)]
    if not found:
        return None
    path, node = random.choice(found)
    assert isinstance(node.arg, Add)
    up = [Call("exp", t) for s, t in node.arg.terms if s > 0]
    down = [Call("exp", t) for s, t in node.arg.terms if s < 0]
    if not down:
        return put(member, path, mul(*up))
    return put(member, path, Frac(mul(*up), mul(*down)))


def roots(random: Random, member: Node, d: Derivation) -> Node | None:
    """√u = u^{1/2}, 1/√u = u^{-1/2}."""
    found = [(p, n) for p, n in walk(member) if isinstance(n, Call) and n.name == "sqrt"]
    if not found:
        return None
    path, node = random.choice(found)
    return put(member, path, Pow(node.arg, Fraction(1, 2)))


def logistic(random: Random, member: Node, d: Derivation) -> Node | None:
    """σ(z) = 1/(1 + e^{-z}) = e^z/(1 + e^z), 1 − σ(z) = σ(−z), tanh by exponentials, [z > 0] = relu′(z)."""
    found = [
        (p, n)
        for p, n in walk(member)
        if isinstance(n, Step) or (isinstance(n, Call) and n.name in ("sigma", "tanh", "relu"))
    ]
    if not found:
        return None
    path, node = random.choice(found)
    if isinstance(node, Step):
        return put(member, path, Call("relu", node.arg, 1)) if "relu" in d.raw or d.net else None
    u = node.arg
    e, ne = Call("exp", u), Call("exp", neg(u))
    matrix = d.form == "matrix"
    match node.name, node.primes:
        case "sigma", 0 if not matrix:
            choices: list[Node] = [
                Frac(ONE, add(ONE, ne)),
                Frac(e, add(ONE, e)),
                add(ONE, (-1, Call("sigma", neg(u)))),
            ]
            return put(member, path, random.choice(choices))
        case "sigma", 1:
            s = Call("sigma", u)
            if matrix:
                return None
            choices = [mul(s, add(ONE, (-1, s))), Frac(ne, power(add(ONE, ne), 2)), add(s, (-1, power(s, 2)))]
            return put(member, path, random.choice(choices))
        case "tanh", 0 if not matrix:
            double = Call("exp", mul(num(2), u))
            choices = [Frac(add(e, (-1, ne)), add(e, ne)), Frac(add(double, (-1, ONE)), add(double, ONE))]
            return put(member, path, random.choice(choices))
        case "tanh", 1 if not matrix:
            t = Call("tanh", u)
            choices = [
                add(ONE, (-1, power(t, 2))),
                mul(add(ONE, (-1, t)), add(ONE, t)),
                Frac(num(4), power(add(e, ne), 2)),
            ]
            return put(member, path, random.choice(choices))
        case "relu", 1 if not matrix:
            return put(member, path, Step(u))
    return None


def complement(random: Random, member: Node, d: Derivation) -> Node | None:
    """1 − t² = (1 − t)(1 + t)."""
    found = [
        (p, n)
        for p, n in walk(member)
        if isinstance(n, Add) and len(n.terms) == 2 and n.terms[0] == (1, ONE) and n.terms[1][0] < 0
        and isinstance(n.terms[1][1], Pow) and n.terms[1][1].exponent == 2
    ]  # fmt: skip
    if not found or d.form == "matrix":
        return None
    path, node = random.choice(found)
    t = node.terms[1][1].base
    return put(member, path, mul(add(ONE, (-1, t)), add(ONE, t)))


def put_in(random: Random, member: Node, d: Derivation) -> Node | None:
    """A name replaced by its definition in the document."""
    concrete = {left: right for left, right in d.definitions if isinstance(left, Entry)}
    if not concrete:
        return None
    found: list[tuple[Path, Node]] = []
    for path, node in walk(member):
        if isinstance(node, Entry) and node.role != "L":
            body = concrete.get(node)
            if body is None and d.form == "index":
                body = _by_letters(node, concrete)
            if body is not None and not any(isinstance(n, Partial) and n.of == node for _, n in walk(body)):
                found.append((path, body))
    if not found:
        return None
    path, body = random.choice(found)
    return put(member, path, body)


def _by_letters(node: Entry, concrete: dict[Entry, Node]) -> Node | None:
    for left, right in concrete.items():
        if left.role == node.role and left == node:
            return right
    return None


def taken_out(random: Random, member: Node, d: Derivation) -> Node | None:
    """A definition's right side replaced by its name: e^{o}/Σe^{o} by p, ∂L/∂z by δ."""
    named = [(right, left) for left, right in d.definitions if not isinstance(right, Entry | Num)]
    found = [(p, left) for p, n in walk(member) for right, left in named if n == right]
    if not found:
        return None
    path, name = random.choice(found)
    return put(member, path, name)


def sums_reordered(random: Random, member: Node, d: Derivation) -> Node | None:
    picked = _one(random, member, Sigma)
    if not picked or len(picked[1].indices) < 2:
        return None
    path, node = picked
    return put(member, path, replace(node, indices=tuple(reversed(node.indices))))


def sums_renamed(random: Random, member: Node, d: Derivation) -> Node | None:
    """Other letters for what is summed over; only where the limits are written."""
    picked = _one(random, member, Sigma)
    if not picked or d.habits.get("limits") != "full":
        return None
    path, node = picked
    letters = {
        name
        for _, n in walk(member)
        for e in ([n] if isinstance(n, Entry) else [n.of, n.by] if isinstance(n, Partial) else [])
        for p in e.places
        if isinstance(p, Affine)
        for name, _ in p.parts
    }
    letters |= {name for name, _ in d.free} | {name for name, _ in d.ranges}
    old, size = node.indices[0]
    new = random.choice(
        [c for c in "pqrst" if c not in letters and all(c != l.latex for l in d.letters.values())]
    )
    body = _renamed(node.body, old, new)
    return put(member, path, Sigma(((new, size), *node.indices[1:]), body))


def _renamed(node: Node, old: str, new: str) -> Node:
    def renamed(entry: Entry) -> Entry:
        return Entry(
            entry.role,
            tuple(
                replace(p, parts=tuple((new if n == old else n, c) for n, c in p.parts))
                if isinstance(p, Affine)
                else p
                for p in entry.places
            ),
        )

    for path, inner in list(walk(node)):
        if isinstance(inner, Entry):
            node = put(node, path, renamed(inner))
        elif isinstance(inner, Partial):
            node = put(node, path, Partial(renamed(inner.of), renamed(inner.by)))
    return node


def sums_split(random: Random, member: Node, d: Derivation) -> Node | None:
    """Σ(a + b) = Σa + Σb; a factor that does not depend on the letters before the sum; a sum written out."""
    picked = _one(random, member, Sigma)
    if not picked:
        return None
    path, node = picked
    if isinstance(node.body, Add):
        made = add(*((s, Sigma(node.indices, t)) for s, t in node.body.terms))
        return put(member, path, made)
    if random.random() < 0.4 and len(node.indices) == 1:
        ((name, size),) = node.indices
        return put(member, path, add(*(substituted(node.body, {name: n}) for n in range(size))))
    names = {name for name, _ in node.indices}

    def free(f: Node) -> bool:
        return not any(
            isinstance(p, Affine) and names & {name for name, _ in p.parts}
            for _, n in walk(f)
            for e in ([n] if isinstance(n, Entry) else [n.of, n.by] if isinstance(n, Partial) else [])
            for p in e.places
        )

    outside = [f for f in factors(node.body) if free(f)]
    inside = [f for f in factors(node.body) if not free(f)]
    if not outside or not inside:
        return None
    return put(member, path, mul(*outside, Sigma(node.indices, mul(*inside))))


def transposed(random: Random, member: Node, d: Derivation) -> Node | None:
    """δ xᵀ = (x δᵀ)ᵀ."""
    picked = _one(random, member, Mul)
    if (
        d.form != "matrix"
        or not picked
        or any(isinstance(n, Turned) and not isinstance(n.arg, Entry) for _, n in walk(member))
    ):
        return None
    path, node = picked
    vectors = [f for f in node.factors if not isinstance(f, Num)]
    if len(vectors) != 2 or len(vectors) != len(node.factors):
        return None
    left, right = vectors

    def turn(f: Node) -> Node:
        return f.arg if isinstance(f, Turned) else Turned(f)

    return put(member, path, Turned(Mul((turn(right), turn(left)))))


def doubled_sign(random: Random, member: Node, d: Derivation) -> Node | None:
    """a − b as a + (−b)… and ½·2·a as a: the half-finished line of a solution."""
    if d.form == "matrix" or random.random() < 0.5:
        return None
    numbers = [
        (p, n) for p, n in walk(member) if isinstance(n, Num) and n.value == 2 and p and p[-1][0] == "factors"
    ]
    if not numbers:
        return None
    path, _ = random.choice(numbers)
    return put(member, path, mul(num(4), num(1, 2)))


REWORDINGS: dict[str, tuple[Rewording, int]] = {
    "terms reordered": (terms_reordered, 6),
    "factors reordered": (factors_reordered, 6),
    "expanded": (expanded, 8),
    "factored": (factored, 8),
    "turned round": (turned_round, 5),
    "squared": (squared, 6),
    "quotient": (quotient, 8),
    "exponentials": (exponentials, 10),
    "roots": (roots, 8),
    "logistic": (logistic, 8),
    "complement": (complement, 12),
    "put in": (put_in, 3),
    "taken out": (taken_out, 8),
    "sums reordered": (sums_reordered, 4),
    "sums renamed": (sums_renamed, 5),
    "sums split": (sums_split, 12),
    "transposed": (transposed, 2),
    "doubled": (doubled_sign, 4),
}


def reworded(random: Random, d: Derivation, most: int = 4) -> tuple[Derivation, tuple[str, ...]]:
    """The derivation with up to ``most`` rewordings of its members, and what they were; the truth stays."""
    members = list(d.members)
    done: list[str] = []
    wanted = random.randint(1, most)
    for _ in range(6 * wanted):
        if len(done) == wanted:
            break
        (kind,) = random.choices(list(REWORDINGS), [weight for _, weight in REWORDINGS.values()])
        n = random.randrange(len(members))
        new = REWORDINGS[kind][0](random, members[n], d)
        if new is None or new == members[n]:
            continue
        new = flattened(new)
        if _size(new) > 120 or not equal(d, members[n], new):
            continue
        members[n] = new
        done.append(kind)
    return replace(d, members=tuple(members)), tuple(done)


def _size(node: Node) -> int:
    return sum(1 for _ in walk(node))


def equal(d: Derivation, left: Node, right: Node) -> bool:
    """Whether two members agree wherever both have a value, and have one somewhere."""
    try:
        agree, differ = compared(left, right, d.worlds, d.free)
        true, wrong = compared(d.target, right, d.worlds, d.free)
    except OutsideError:
        return False
    return agree > 0 and not differ and true >= len(d.worlds) // 2 and not wrong
