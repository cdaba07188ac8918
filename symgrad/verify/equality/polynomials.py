"""Polynomials over atoms: the normal form by which most formulas are decided, both ways.

A polynomial maps monomials to rational coefficients other than 0; a monomial is a tuple of (atom, exponent)
by the age of the atoms. Atoms are symbols and whatever else is not a sum, a product or a whole power.
Exponents may be negative: 1/x is x⁻¹, and 1/(x + y) is the atom x + y to the power −1.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from math import comb
from typing import TypeAlias

from symgrad.verify.equality.budget import EXPONENT, TERMS, Clock, ExhaustedError, number_power
from symgrad.verify.scalars import Rational, Scalar, number, power, times, total, whole

Monomial: TypeAlias = tuple[tuple[Scalar, Rational], ...]
Polynomial: TypeAlias = dict[Monomial, Rational]

_OFTEN = 0x3FF
_WORK = 25


def polynomial(
    e: Scalar, atoms: Container[Scalar] | None = None, *, clock: Clock | None = None, terms: int = TERMS
) -> Polynomial | None:
    """``e`` as a polynomial, names kept; None where multiplying out would pass ``terms`` terms.

    Nodes in ``atoms`` are atoms whatever they are made of.
    """
    try:
        return Reader(clock, terms, atoms).read(e)
    except ExhaustedError:
        return None


def by_age(pair: tuple[Scalar, Rational]) -> int:
    """The order of the atoms in a monomial."""
    return pair[0].serial


def monomial(exponents: dict[Scalar, Rational]) -> Monomial:
    """The product of atoms to these exponents."""
    if len(exponents) > 1:
        return tuple(sorted([pair for pair in exponents.items() if pair[1]], key=by_age))
    return tuple(pair for pair in exponents.items() if pair[1])


def merged(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials."""
    if not a:
        return b
    if not b:
        return a
    if a[-1][0].serial < b[0][0].serial:
        return a + b
    exponents = dict(a)
    for atom, exponent in b:
        exponents[atom] = exponents.get(atom, 0) + exponent
    return monomial(exponents)


def add_to(result: Polynomial, terms: Polynomial, factor: Rational = 1) -> None:
    """``result`` += factor · terms, in place."""
    for m, c in terms.items():
        if factor != 1:
            c = c * factor
        old = result.get(m)
        if old is None:
            result[m] = c
        else:
            c += old
            if c:
                result[m] = c
            else:
                del result[m]


def difference(a: Polynomial, b: Polynomial) -> Polynomial:
    """The difference a − b."""
    result = dict(a)
    add_to(result, b, -1)
    return result


def summed(a: Polynomial, b: Polynomial) -> Polynomial:
    """The sum a + b."""
    result = dict(a)
    add_to(result, b)
    return result


def negative(a: Polynomial) -> Polynomial:
    """The opposite −a."""
    return {m: -c for m, c in a.items()}


def plus(a: Polynomial, c: Rational) -> Polynomial:
    """A polynomial and a number, a + c."""
    return summed(a, {(): c} if c else {})


def atom_of(atom: Scalar) -> Polynomial:
    """An atom as a polynomial."""
    return {((atom, 1),): 1}


def multiplied(a: Polynomial, b: Polynomial, clock: Clock | None = None, terms: int = TERMS) -> Polynomial:
    """The product a·b.

    Raises:
        ExhaustedError: more than ``terms`` products of terms, or no time left.
    """
    if len(a) > len(b):
        a, b = b, a
    if len(a) * len(b) > terms:
        raise ExhaustedError
    result: Polynomial = {}
    for m, c in a.items():
        if clock is not None:
            clock.check()
        for n, d in b.items():
            k = merged(m, n)
            value = c * d
            old = result.get(k)
            if old is not None:
                value += old
            if value:
                result[k] = value
            elif old is not None:
                del result[k]
    return result


def to_the(a: Polynomial, n: int, clock: Clock | None = None, terms: int = TERMS) -> Polynomial:
    """The power aⁿ for n ≥ 0, the number of terms predicted first: at most (len(a) + n − 1 over n)."""
    if len(a) == 1:
        ((m, c),) = a.items()
        return {tuple((atom, e * n) for atom, e in m): number_power(c, n)}
    if not expandable(a, n, terms):
        raise ExhaustedError
    result: Polynomial = {(): 1}
    for _ in range(n):
        result = multiplied(result, a, clock, terms)
    return result


def expandable(a: Polynomial, n: int, terms: int = TERMS) -> bool:
    """Whether aⁿ may be multiplied out: neither too many terms nor too much work on the way."""
    if len(a) < 2:
        return True
    if n > EXPONENT:
        return False
    size = comb(len(a) + n - 1, n)
    return size <= terms and size * len(a) * n <= _WORK * terms


def as_scalar(p: Polynomial) -> Scalar:
    """The expression that a polynomial stands for; equal polynomials give one object."""
    ordered = sorted(p.items(), key=lambda term: [(atom.serial, e) for atom, e in term[0]])
    return total(
        times([number(c), *[power(atom, e) for atom, e in m]]) if m else number(c) for m, c in ordered
    )


class Reader:
    """Reads expressions as polynomials and remembers each node: shared parts are read once.

    This one keeps every name and looks into no function. What else could be done with a node is for a reader
    derived from it: ``parts`` says what to read first, ``other`` what a node that is no sum, product or whole
    power reads as, ``inverse`` what 1/p reads as.
    """

    def __init__(
        self, clock: Clock | None = None, terms: int = TERMS, atoms: Container[Scalar] | None = None
    ) -> None:
        self.clock = clock
        self.terms = terms
        self.known: dict[Scalar, Polynomial] = {}
        self._atoms = atoms
        self._absorbed: set[Scalar] = set()

    def read(self, e: Scalar) -> Polynomial:
        """The polynomial of ``e``.

        Raises:
            ExhaustedError: too many terms, or no time left.
        """
        known = self.known
        outer = self._absorbed
        try:
            for n, node in enumerate(self._ordered(e)):
                if not n & _OFTEN and self.clock is not None:
                    self.clock.check()
                known[node] = self._reading(node)
        finally:
            # A derived reader may read an argument in the middle of reading something else.
            self._absorbed = outer
        return known[e]

    def parts(self, node: Scalar) -> Sequence[Scalar]:
        """What is read before ``node``."""
        kind = node.kind
        if kind in {"sum", "product"} or (kind == "power" and isinstance(node.data, int)):
            return () if self._atoms is not None and node in self._atoms else node.args
        return ()

    def _ordered(self, e: Scalar) -> Iterable[Scalar]:
        """The nodes to read, parts first.

        A sum that stands in one place, inside a sum, is read together with it, or a sum of many terms written
        one after the other would be copied for each; products in products and multiples in sums likewise.
        """
        known = self.known
        order: list[Scalar] = []
        uses: dict[Scalar, int] = {e: 2}
        opened: set[Scalar] = set()
        inside: dict[Scalar, Scalar] = {}
        stack = [e]
        while stack:
            node = stack.pop()
            if node in opened:
                order.append(node)
                continue
            if node in known:
                continue
            opened.add(node)
            parts = self.parts(node)
            if not parts:
                order.append(node)
                continue
            stack.append(node)
            for part in parts:
                n = uses.get(part, 0)
                uses[part] = n + 1
                if not n:
                    inside[part] = node
                    if part not in known:
                        stack.append(part)
                elif part not in known and part not in opened:
                    stack.append(part)
        absorbed: set[Scalar] = set()
        # Parents stand after their parts: from the end of the order they are met first.
        for node in reversed(order):
            kind = node.kind
            if kind in {"sum", "product"} and uses[node] == 1:
                above = inside[node]
                same = above.kind == kind or (above.kind == "sum" and _is_multiple(node))
                of_multiple = above in absorbed and above.kind == "product" and inside[above].kind == "sum"
                if same or of_multiple:
                    absorbed.add(node)
        self._absorbed = absorbed
        return [node for node in order if node not in absorbed] if absorbed else order

    def _reading(self, node: Scalar) -> Polynomial:
        kind = node.kind
        if kind == "symbol":
            return self.other(node)
        if kind == "number":
            return {(): node.data} if node.data else {}
        if self._atoms is not None and node in self._atoms:
            return {((node, 1),): 1}
        if kind == "sum":
            return self._sum(node)
        if kind == "product":
            return self._product(node)
        if kind == "power" and isinstance(node.data, int):
            return self.whole_power(self.known[node.args[0]], node.data, node)
        return self.other(node)

    def _sum(self, node: Scalar) -> Polynomial:
        known, absorbed = self.known, self._absorbed
        result: Polynomial = {}
        stack: list[tuple[Scalar, Rational]] = [(arg, 1) for arg in node.args]
        while stack:
            item, factor = stack.pop()
            if item not in absorbed:
                add_to(result, known[item], factor)
            elif item.kind == "product":
                stack.append((item.args[1], factor * item.args[0].value))
            else:
                stack += [(arg, factor) for arg in item.args]
        return result

    def _product(self, node: Scalar) -> Polynomial:
        known, absorbed = self.known, self._absorbed
        coefficient: Rational = 1
        exponents: dict[Scalar, Rational] = {}
        sums: list[Polynomial] = []
        stack = list(node.args)
        while stack:
            item = stack.pop()
            if item in absorbed:
                stack += item.args
                continue
            p = known[item]
            if len(p) == 1:
                for m, c in p.items():
                    coefficient *= c
                    for atom, e in m:
                        exponents[atom] = exponents.get(atom, 0) + e
            elif p:
                sums.append(p)
            else:
                return {}
        result: Polynomial = self.reduced({monomial(exponents): coefficient})
        sums.sort(key=len)
        for p in sums:
            result = self.times(result, p)
        return result

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """The product a·b."""
        return self.reduced(multiplied(a, b, self.clock, self.terms))

    def reduced(self, p: Polynomial) -> Polynomial:
        """``p`` with what is known of products of its atoms applied; here nothing is."""
        return p

    def whole_power(self, p: Polynomial, n: int, node: Scalar) -> Polynomial:
        """The power pⁿ."""
        if n >= 0:
            return self.reduced(to_the(p, n, self.clock, self.terms))
        if len(p) == 1:
            ((m, c),) = p.items()
            return {tuple((atom, e * n) for atom, e in m): whole(number_power(c, n))}
        return self.inverse(p, -n, node)

    def inverse(self, p: Polynomial, n: int, node: Scalar) -> Polynomial:  # noqa: ARG002  # others need it
        """The inverse p⁻ⁿ where p is no monomial; ``node`` is the power as it was written."""
        return {((node.args[0], -n),): 1}

    def other(self, node: Scalar) -> Polynomial:
        """A symbol, a function, or anything else that is not arithmetic."""
        return {((node, 1),): 1}


def _is_multiple(node: Scalar) -> bool:
    return node.kind == "product" and len(node.args) == 2 and node.args[0].kind == "number"
