"""The common case: sums of products that differ in order and brackets, or by a name and its definition.

Both sides are multiplied out as far as sums, products and small powers go, everything else an atom, and what
is left of their difference has its names replaced by their definitions, those defined last first. A monomial
is a tuple of atoms by age, with repetition. What this does not prove is for others.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final, Literal, TypeAlias

from symgrad.verify.scalars import Rational, Scalar, height

Flat: TypeAlias = dict[tuple[Scalar, ...], Rational]

_ROOM: Final = 400
_DEPTH: Final = 24
_POWER: Final = 6
_ROUNDS: Final = 8
_COMPOUND: Final = frozenset(["sum", "product", "power", "number"])
_by_age = attrgetter("serial")


class _TooLargeError(Exception):
    """More than a quick look is needed."""


def compared(left: Scalar, right: Scalar) -> Literal["same", "different"] | None:
    """Whether the sides are equal; None where this look does not tell.

    They are different as polynomials in independent symbols; known equations between those are not used.
    """
    try:
        rest = _terms(left, _DEPTH)
        _add(rest, _terms(right, _DEPTH), -1)
        for _ in range(_ROUNDS):
            if not rest:
                return "same"
            names = {atom for m in rest for atom in m if atom.kind == "symbol" and atom.data.is_defined}
            if not names:
                polynomial = all(atom.kind == "symbol" for m in rest for atom in m)
                return "different" if polynomial else None
            heights = {s: height(s) for s in names}
            top = max(heights.values())
            rest = _entered(rest, {s for s, h in heights.items() if h == top})
    except _TooLargeError:
        pass
    return None


def _entered(rest: Flat, names: set[Scalar]) -> Flat:
    """``rest`` with names replaced by their definitions."""
    values: dict[Scalar, Flat] = {}
    result: Flat = {}
    for m, c in rest.items():
        kept = tuple(atom for atom in m if atom not in names)
        if len(kept) == len(m):
            _add(result, {m: c})
            continue
        product: Flat = {kept: c}
        for atom in m:
            if atom in names:
                if atom not in values:
                    values[atom] = _terms(atom.data.definition, _DEPTH)
                product = _times(product, values[atom])
        _add(result, product)
        if len(result) > _ROOM:
            raise _TooLargeError
    return result


def _terms(e: Scalar, depth: int) -> Flat:
    kind = e.kind
    if kind == "product":
        args = e.args
        c: Rational = 1
        if args[0].kind == "number":
            c = args[0].data
            args = args[1:]
        for arg in args:
            if arg.kind in _COMPOUND:
                break
        else:
            return {args: c}
        result: Flat = {(): c}
        for arg in args:
            result = _times(result, _terms(arg, depth - 1)) if depth else _too_deep()
        return result
    if kind == "sum":
        if not depth or len(e.args) > _ROOM:
            _too_deep()
        result = {}
        for arg in e.args:
            for m, n in _terms(arg, depth - 1).items():
                result[m] = result.get(m, 0) + n
        return result if all(result.values()) else {m: n for m, n in result.items() if n}
    if kind == "number":
        return {(): e.data} if e.data else {}
    if kind == "power" and depth and isinstance(e.data, int) and 1 < e.data <= _POWER:
        base = _terms(e.args[0], depth - 1)
        result = base
        for _ in range(e.data - 1):
            result = _times(result, base)
        return result
    return {(e,): 1}


def _too_deep() -> Flat:
    raise _TooLargeError


def _times(a: Flat, b: Flat) -> Flat:
    if len(a) * len(b) > _ROOM:
        raise _TooLargeError
    result: Flat = {}
    for m, c in a.items():
        for n, d in b.items():
            k = tuple(sorted(m + n, key=_by_age)) if m and n else m or n
            result[k] = result.get(k, 0) + c * d
    return result if all(result.values()) else {m: n for m, n in result.items() if n}


def _add(result: Flat, terms: Flat, factor: int = 1) -> None:
    for m, c in terms.items():
        value = result.get(m, 0) + factor * c
        if value:
            result[m] = value
        else:
            result.pop(m, None)
