"""Findings from a sum that is compared with the truth term by term."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.verify.arrays import Array, MisfitError
from symgrad.verify.claims import Finding, Kind
from symgrad.verify.documents.pieces import Span
from symgrad.verify.meaning import evaluate
from symgrad.verify.notation import glued, raised
from symgrad.verify.scalars import Scalar, expanded_definition, symbols_of
from symgrad.verify.syntax import Big, Derivative, Group, Node, Product, Sum, Term, parts_of, terms_of
from symgrad.verify.terms import Difference, Monomial, Pair, difference
from symgrad.verify.world import Env, UnsettledError, World

if TYPE_CHECKING:
    from symgrad.verify.diagnosis import Finder, Mend

_MOST_TOLD = 40


def termwise(finder: Finder, node: Node, given: Array, true: Array, world: World, env: Env) -> Mend | None:
    """The mend of a sum of products; None where it is no such sum, or its names cannot be spelled."""
    from symgrad.verify.diagnosis import Mend

    if given.shape or true.shape or given.flexible:
        return None
    terms = terms_of(node)
    values: list[Scalar] = []
    for term in terms:
        world.current = env.indices
        try:
            value = evaluate(term.node, world, env).scalar
        except (UnsettledError, MisfitError):
            return None
        values.append(value if term.sign > 0 else -value)
    if env.indices and any(_has_big(term.node) for term in terms):
        return None
    found = difference(values, true.scalar)
    if found is None or not found.pairs:
        return None
    if env.indices or not _worth(terms):
        return None
    if any(pair.given is None for pair in found.pairs) and any(_is_zero(value) for value in values):
        return None  # a summand that is 0 for its wrong index, most likely
    if sum(pair.given is not None and not pair.coefficient for pair in found.pairs) == len(terms):
        return None  # nothing of it is true: there are no terms to compare
    teller = _Teller(finder, terms, values, found, world, env)
    findings: list[Finding] = []
    edits: list[tuple[Span, str]] = []
    for pair in found.pairs:
        told = teller.told(pair)
        if told is None:
            return None
        findings.append(told[0])
        edits += told[1]
    return Mend(tuple(findings[:_MOST_TOLD]), tuple(teller.joined(edits)), teller.close)


def _is_zero(value: Scalar) -> bool:
    from symgrad.verify.equality import polynomial

    return not polynomial(value)


def _worth(terms: tuple[Term, ...]) -> bool:
    """Whether the comparison says more than a search would: several terms, or a plain product."""
    if len(terms) > 1:
        return True
    return isinstance(terms[0].node, Product) and all(
        not isinstance(factor.node, Group | Sum) for factor in terms[0].node.factors
    )


def _has_big(node: Node) -> bool:
    return any(isinstance(part, Big) for part in parts_of(node))


class _Teller:
    """Tells of the pairs of one sum."""

    def __init__(
        self, finder: Finder, terms: tuple[Term, ...], values: list[Scalar], found: Difference,
        world: World, env: Env,
    ) -> None:  # fmt: skip
        self.finder = finder
        self.terms = terms
        self.values = values
        self.found = found
        self.world = world
        self.env = env
        self.text = finder.text
        self.close = True
        self.anchor = finder.anchor_text()

    def told(self, pair: Pair) -> tuple[Finding, list[tuple[Span, str]]] | None:
        """The finding and the replacements of one pair."""
        if pair.given is None:
            return self.missing(pair)
        if not pair.coefficient:
            return self.needless(pair)
        return self.wrong(pair)

    def finding(self, kind: Kind, given: str, expected: str, message: str, span: Span) -> Finding:
        return Finding(kind, given, expected, message, self.finder.verdicts.raw(self.finder.assertion, span))

    def missing(self, pair: Pair) -> tuple[Finding, list[tuple[Span, str]]] | None:
        body = self.monomial(pair.monomial, abs(Fraction(pair.coefficient)))
        if body is None:
            return None
        at = self.terms[-1].span[1]
        sign = "+" if pair.coefficient > 0 else "-"
        shown = body if pair.coefficient > 0 else f"-{body}"
        finding = self.finding("missing-term", "", shown, f"the term {shown} is missing", (at, at))
        return finding, [((at, at), f" {sign} {body}")]

    def needless(self, pair: Pair) -> tuple[Finding, list[tuple[Span, str]]]:
        n = pair.given or 0
        term = self.terms[n]
        given = self.text[term.node.span[0] : term.node.span[1]].strip()
        repeated = n in self.found.repeated
        kind: Kind = "repeated-term" if repeated else "extra-term"
        message = f"{given} is there twice" if repeated else f"{given} does not belong here"
        return self.finding(kind, given, "", message, term.span), [(self.cut(n), "")]

    def cut(self, n: int) -> Span:
        """From the end of the term before to the end of this one."""
        term = self.terms[n]
        start = self.terms[n - 1].span[1] if n else term.span[0]
        return start, term.span[1]

    def wrong(self, pair: Pair) -> tuple[Finding, list[tuple[Span, str]]] | None:
        from symgrad.verify.equality import polynomial

        n = pair.given or 0
        term = self.terms[n]
        value = self.values[n]
        mine = polynomial(unaliased(value))
        given = self.text[term.span[0] : term.span[1]].strip()
        body = self.text[term.node.span[0] : term.node.span[1]].strip()
        ((monomial, coefficient),) = mine.items() if mine and len(mine) == 1 else (((), Fraction(0)),)
        same = monomial == pair.monomial
        if same and coefficient == -pair.coefficient:
            edits = self.flipped(term, n)
            expected = ("- " if term.sign > 0 else "+ ") + body
            shown = given if given[:1] in "+-−" else body
            message = f"the sign is wrong: {shown} should be {expected.strip()}"
            return self.finding("sign", given, expected.strip(), message, term.span), edits
        replaced = self.factor_replaced(term, monomial, pair)
        sign_fits = (coefficient > 0) == (pair.coefficient > 0)
        if replaced is not None and coefficient == pair.coefficient:
            edits, expected, kind = replaced
            return self.finding(kind, body, expected, f"{body} should be {expected}", term.span), edits
        added = self.added(term, monomial, pair)
        if added is not None and coefficient == pair.coefficient:
            edits, text, expected = added
            message = f"the factor {text} is missing: {body} should be {expected}"
            return self.finding("missing-factor", "", text, message, term.span), edits
        self.close = False
        whole = self.monomial(pair.monomial, abs(Fraction(pair.coefficient)))
        if whole is None:
            return None
        edits = [(term.node.span, whole)]
        if not sign_fits:
            edits += self.flipped(term, n)
        kind = "constant-factor" if same else "wrong-term"
        expected = whole if sign_fits else f"-{whole}"
        if not same:
            kind = self.kind_of(monomial, pair.monomial)
        return self.finding(kind, body, expected, f"{body} should be {expected}", term.span), edits

    def kind_of(self, mine: Monomial, theirs: Monomial) -> Kind:
        from symgrad.verify.terms import place

        mine_only = [f for f, _ in mine if f not in {g for g, _ in theirs}]
        theirs_only = [f for f, _ in theirs if f not in {g for g, _ in mine}]
        if not mine_only and theirs_only:
            return "missing-factor"
        if len(mine_only) == len(theirs_only):
            places = [(place(a), place(b)) for a, b in zip(mine_only, theirs_only, strict=True)]
            if places and all(a is not None and b is not None and a[0] == b[0] for a, b in places):
                return "wrong-index"
        return "wrong-term"

    def factor_replaced(
        self, term: Term, monomial: Monomial, pair: Pair
    ) -> tuple[list[tuple[Span, str]], str, Kind] | None:
        """One factor of the term written otherwise: what the author would have changed."""
        mine = [f for f, e in monomial if (f, e) not in pair.monomial]
        theirs = [f for f, e in pair.monomial if (f, e) not in monomial]
        if not mine or len(mine) != len(theirs):
            return None
        factors = [f.node for f in term.node.factors] if isinstance(term.node, Product) else [term.node]
        edits: list[tuple[Span, str]] = []
        left = list(theirs)
        for wrong in mine:
            from symgrad.verify.terms import apart

            best = min(left, key=lambda candidate: apart(wrong, candidate))
            left.remove(best)
            node = self.factor_with(factors, wrong)
            text = self.spelled(best)
            if node is None or text is None:
                return None
            if isinstance(node, Derivative):
                self.close = False  # rather another derivative than its value
            edits.append((node.span, text))
        from symgrad.verify.diagnosis import edited

        kind = self.kind_of(monomial, pair.monomial)
        return edits, edited(self.text, tuple(edits), term.node.span).strip(), kind

    def added(
        self, term: Term, monomial: Monomial, pair: Pair
    ) -> tuple[list[tuple[Span, str]], str, str] | None:
        """The factors that a term lacks, put where the author has their like; what is there stays."""
        mine, theirs = dict(monomial), dict(pair.monomial)
        if any(theirs.get(factor) != exponent for factor, exponent in mine.items()):
            return None
        lost = tuple((factor, exponent) for factor, exponent in pair.monomial if factor not in mine)
        if any(exponent != 1 for _, exponent in lost) or isinstance(term.node, Sum):
            return None
        chain = any(isinstance(part, Derivative) for part in _every_factor(term.node))
        if chain and any(factor.kind == "symbol" and self.is_plain(factor) for factor, _ in lost):
            self.close = False  # the missing link of a chain may be written as a derivative
        text = self.monomial(lost, 1)
        if text is None:
            return None
        order = self.letters()
        first = min((order(factor) for factor, _ in lost), default=99)
        start, stop = term.node.span
        body = self.text[start:stop]
        if first == 0:
            return [((start, start), text + self.glue())], text, text + self.glue() + body
        return [((stop, stop), self.glue() + text)], text, body + self.glue() + text

    def is_plain(self, factor: Scalar) -> bool:
        """Whether a factor is a name, not a derivative."""
        return (
            factor.kind == "symbol"
            and isinstance(factor.letter.key, tuple)
            and factor.letter.key[0] == "entry"
        )

    def spelled(self, factor: Scalar) -> str | None:
        """A factor as the author would write it, but never the left side itself."""
        text = self.finder.notation.symbol(factor, self.world, self.env)
        return None if text is not None and "".join(text.split()) == self.anchor else text

    def factor_with(self, factors: list[Node], symbol: Scalar) -> Node | None:
        for node in factors:
            self.world.current = self.env.indices
            try:
                value = evaluate(node, self.world, self.env)
            except (UnsettledError, MisfitError):
                continue
            if not value.shape and not value.flexible and _alias(value.entries[0]) is symbol:
                return node
        return None

    def flipped(self, term: Term, n: int) -> list[tuple[Span, str]]:
        start, stop = term.span[0], term.node.span[0]
        before = self.text[start:stop]
        core = before.strip()
        if core in ("+", "-", "−"):
            sign = "-" if term.sign > 0 else "+" if n else ""
            return [((start, stop), before.replace(core, sign))]
        return [((stop, stop), "-")]

    def monomial(self, monomial: Monomial, coefficient: int | Fraction) -> str | None:
        """A product as the author would write it, factors in the order of the author's first term."""
        order = self.letters()
        texts: list[tuple[int, str]] = []
        for factor, exponent in monomial:
            text = self.spelled(factor) if factor.kind == "symbol" else None
            if text is None:
                return None
            if exponent != 1:
                text = raised(text, exponent, self.finder.notation.plain)
            texts.append((order(factor), text))
        texts.sort(key=lambda pair: pair[0])
        words = [text for _, text in texts]
        head = ""
        if coefficient != 1 or not words:
            value = Fraction(coefficient)
            head = (
                str(value)
                if value.denominator == 1 or self.finder.notation.plain
                else f"\\frac{{{value.numerator}}}{{{value.denominator}}}"
            )
        return glued([head, *words] if head else words, self.glue())

    def glue(self) -> str:
        """What the author writes between two factors."""
        for term in self.terms:
            if isinstance(term.node, Product):
                one, other = term.node.factors[0].node, term.node.factors[1].node
                between = self.text[one.span[1] : other.span[0]]
                if between.strip("} {") in ("", "\\cdot", "*", "·", "\\times", "\\,"):
                    glue = between.strip("}{")
                    return glue or ("" if not self.finder.notation.plain else "*")
        return "*" if self.finder.notation.plain else " "

    def letters(self) -> Callable[[Scalar], int]:
        """Where the author puts a letter in a product: first, second or later."""
        from symgrad.verify.terms import place

        seen: dict[object, int] = {}
        for term in self.terms:
            if not isinstance(term.node, Product):
                continue
            for n, factor in enumerate(term.node.factors):
                self.world.current = self.env.indices
                try:
                    value = evaluate(factor.node, self.world, self.env)
                except (UnsettledError, MisfitError):
                    continue
                if not value.shape and not value.flexible and value.entries[0].kind == "symbol":
                    where = place(_alias(value.entries[0]))
                    if where is not None:
                        seen.setdefault(where[0], n)

        def order(symbol: Scalar) -> int:
            where = place(symbol)
            return seen.get(where[0], 99) if where is not None else 99

        return order

    def joined(self, edits: list[tuple[Span, str]]) -> list[tuple[Span, str]]:
        """Replacements with neighbouring cuts made one; what is added at one place added at once."""
        added = [text for (start, stop), text in edits if start == stop]
        rest = sorted((edit for edit in edits if edit[0][0] != edit[0][1]), key=lambda edit: edit[0])
        merged: list[tuple[Span, str]] = []
        for span, text in rest:
            if merged and not text and not merged[-1][1] and merged[-1][0][1] == span[0]:
                merged[-1] = (merged[-1][0][0], span[1]), ""
            else:
                merged.append((span, text))
        if added:
            at = max(stop for (start, stop), _ in edits if start == stop)
            if merged and merged[-1][0][1] == at and not merged[-1][1]:
                merged[-1] = merged[-1][0], "".join(added)
            else:
                merged.append(((at, at), "".join(added)))
        first = self.terms[0]
        if merged and merged[0][0][0] == first.span[0] and not merged[0][1]:
            rest_start = merged[0][0][1]
            tail = self.text[rest_start:]
            lead = len(tail) - len(tail.lstrip())
            if tail.lstrip()[:1] == "+":
                merged[0] = (first.span[0], rest_start + lead + 1), ""
        return merged


def _every_factor(node: Node) -> list[Node]:
    return [factor.node for factor in node.factors] if isinstance(node, Product) else [node]


def unaliased(value: Scalar) -> Scalar:
    """A value with names that stand for one other name replaced by it: δ for ∂L/∂z."""
    for _ in range(8):
        names = {s for s in symbols_of(value) if s.definition is not None and s.definition.kind == "symbol"}
        if not names:
            break
        value = expanded_definition(value, names)
    return value


def _alias(symbol: Scalar) -> Scalar:
    while symbol.kind == "symbol" and symbol.definition is not None and symbol.definition.kind == "symbol":
        symbol = symbol.definition
    return symbol
