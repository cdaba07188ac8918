"""A sum against the true sum, term by term: which terms are right, and what each of the others should be.

Both sides are polynomials in the names that the author uses. Terms that stand in the truth are right; the
others are paired with what is missing so that as little as possible is wrong: another index costs little,
another factor more, another letter most.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from typing import Final, NamedTuple

from symgrad.verify.equality import polynomial
from symgrad.verify.scalars import Scalar, expanded_definition, symbols_of

Monomial = tuple[tuple[Scalar, int | Fraction], ...]
Polynomial = dict[Monomial, int | Fraction]

_DEAREST: Final = 4.5
_MOST_PAIRED: Final = 6
_MOST_TERMS: Final = 4_000


class Pair(NamedTuple):
    """An author's term, by its position, and what it should be; either may be missing."""

    given: int | None
    monomial: Monomial
    coefficient: int | Fraction
    """Of the true term; 0 where the given one does not belong here."""


class Difference(NamedTuple):
    """Positions of right terms, and the pairs for the rest."""

    right: tuple[int, ...]
    pairs: tuple[Pair, ...]
    repeated: frozenset[int]
    """Positions among the extra ones that say again what a right term says."""


def in_author_names(truth: Scalar, used: Sequence[Scalar]) -> Scalar:
    """The truth with definitions put in, except those that the author uses by name."""
    keep = set(used)
    letters = {where[0] for where in map(place, used) if where is not None}
    values: dict[Scalar, Scalar] = {}
    for name in used:
        definition = name.definition
        if definition is not None and definition.kind not in ("number", "symbol"):
            values[definition] = name
    first = truth.definition is not None
    for _ in range(64):
        names = [s for s in symbols_of(truth) if s not in keep and s.definition is not None]
        names = [s for s in names if first or (where := place(s)) is None or where[0] not in letters]
        first = False
        if not names:
            break
        truth = expanded_definition(truth, set(names))
        if values:
            from symgrad.verify.scalars import substituted

            truth = substituted(truth, values)
    return truth


def difference(given: Sequence[Scalar], truth: Scalar) -> Difference | None:
    """Author's terms against the truth; None where they are no polynomials of a few terms.

    ``given`` are the terms' values, signs included.
    """
    names = list(dict.fromkeys(s for term in given for s in symbols_of(term)))
    aliases = {s: s.definition for s in names if s.definition is not None and s.definition.kind == "symbol"}
    used = [aliases.get(name, name) for name in names]
    right = polynomial(in_author_names(truth, used))
    if right is None or len(right) > _MOST_TERMS:
        return None
    theirs: list[Polynomial] = []
    for term in given:
        made = polynomial(expanded_definition(term, set(aliases)) if aliases else term)
        if made is None or len(made) > _MOST_TERMS:
            return None
        theirs.append(made)
    return _matched(theirs, dict(right))


def _matched(given: list[Polynomial], left: Polynomial) -> Difference | None:
    right: list[int] = []
    rest: list[int] = []
    taken: set[Monomial] = set()
    for n, term in enumerate(given):
        if term and all(left.get(m) == c for m, c in term.items()):
            right.append(n)
            taken.update(term)
            for m in term:
                del left[m]
        elif not term:
            right.append(n)
        else:
            rest.append(n)
    # Terms that together make up a true one, such as x + x for 2x.
    if rest and not left:
        repeated = frozenset(n for n in rest if set(given[n]) <= taken)
        return Difference(tuple(right), tuple(Pair(n, (), 0) for n in rest), repeated)
    if any(len(given[n]) != 1 for n in rest):
        return None
    missing = list(left.items())
    if len(missing) > 60 or len(rest) * max(1, len(missing)) > 4_000:
        return None
    return Difference(
        tuple(right),
        tuple(_paired(rest, given, missing)),
        frozenset(n for n in rest if set(given[n]) <= taken),
    )


def _paired(
    rest: list[int], given: list[Polynomial], missing: list[tuple[Monomial, int | Fraction]]
) -> list[Pair]:
    costs: dict[tuple[int, int], float] = {}
    for n in rest:
        ((monomial, coefficient),) = given[n].items()
        for k, (other, true) in enumerate(missing):
            costs[n, k] = cost(monomial, coefficient, other, true)
    chosen = _assignment(rest, len(missing), costs)
    pairs = [Pair(n, *missing[chosen[n]]) if n in chosen else Pair(n, (), 0) for n in rest]
    used = set(chosen.values())
    pairs += [Pair(None, *pair) for k, pair in enumerate(missing) if k not in used]
    return pairs


def _assignment(rest: list[int], count: int, costs: dict[tuple[int, int], float]) -> dict[int, int]:
    """The pairing of least cost; above six on a side, the cheapest pair first."""
    if 0 < max(len(rest), count) <= _MOST_PAIRED:
        best: tuple[float, dict[int, int]] = (float("inf"), {})
        width = max(len(rest), count)
        for order in permutations(range(width), len(rest)):
            price = 0.0
            pairing: dict[int, int] = {}
            for n, k in zip(rest, order, strict=True):
                here = costs.get((n, k), _DEAREST)
                price += min(here, _DEAREST)
                if here < _DEAREST:
                    pairing[n] = k
            if price < best[0]:
                best = price, pairing
        return best[1]
    pairing = {}
    taken: set[int] = set()
    for (n, k), price in sorted(costs.items(), key=lambda item: item[1]):
        if price < _DEAREST and n not in pairing and k not in taken:
            pairing[n] = k
            taken.add(k)
    return pairing


def cost(
    one: Monomial, one_coefficient: int | Fraction, other: Monomial, other_coefficient: int | Fraction
) -> float:
    """How far apart two terms are."""
    price = 0.0 if one_coefficient == other_coefficient else 0.4
    only_one, only_other = _factors(one), _factors(other)
    for factor in list(only_one):
        while factor in only_one and factor in only_other:
            only_one.remove(factor)
            only_other.remove(factor)
    for factor in list(only_one):
        if not only_other:
            break
        nearest = min(only_other, key=lambda candidate: apart(factor, candidate))
        price += apart(factor, nearest)
        only_one.remove(factor)
        only_other.remove(nearest)
    return price + 2.0 * (len(only_one) + len(only_other))


def apart(one: Scalar, other: Scalar) -> float:
    """1 + 0.05 · gap for another index of one letter, 3 for another letter."""
    a, b = place(one), place(other)
    if a is None or b is None or a[0] != b[0] or len(a[1]) != len(b[1]):
        return 3.0
    return 1.0 + 0.05 * sum(abs(i - j) for i, j in zip(a[1], b[1], strict=True))


def place(symbol: Scalar) -> tuple[object, tuple[int, ...]] | None:
    """The letter of a symbol and its indices."""
    if symbol.kind != "symbol":
        return None
    key = symbol.letter.key
    if not isinstance(key, tuple):
        return None
    if key[0] == "entry" and not key[3] and not key[4] and not (len(key) > 5 and key[5]):
        stem = key[2].rstrip("0123456789")
        digits = key[2][len(stem) :]
        return (stem or key[2], "entry"), (int(digits),) if stem and digits else ()
    if key[0] == "entry":
        return (key[2], "entry"), (*key[3], *key[4], *(key[5] if len(key) > 5 else ()))
    if key[0] == "upstream":
        inner = place(key[3])
        return None if inner is None else ((key[2], inner[0]), inner[1])
    if key[0] == "adjoint" and isinstance(key[-1], tuple):
        inner_key = key[-1]
        if inner_key[:1] == ("entry",):
            places = (*inner_key[3], *inner_key[4], *(inner_key[5] if len(inner_key) > 5 else ()))
            return ("adjoint", inner_key[2]), places
    return None


def _factors(monomial: Monomial) -> list[Scalar]:
    found: list[Scalar] = []
    for factor, exponent in monomial:
        count = abs(int(exponent)) if exponent == int(exponent) else 1
        found += [factor] * max(1, min(count, 8))
    return found
