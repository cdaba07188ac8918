"""Explained gradients as lines: a left side, right sides that are equal, and why each follows.

Letters are the same in all lines of an explanation: an index whose letter is taken gets a prime, ``u'``
beside ``u``. A line that would read as the one before it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import decide
from symgrad.algebra.normal import Solution, normal
from symgrad.algebra.program import Equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    Call,
    Entry,
    Expression,
    FirstMaximiser,
    Max,
    Normal,
    Rational,
    Term,
    entries,
    entries_of_factor,
    free_of_factor,
    inner_expressions,
)
from symgrad.algebra.written import Function
from symgrad.derivation.facts import Fact
from symgrad.derivation.readable import Closed, closed_form
from symgrad.derivation.steps.trace import Explanation, Step, Way, plain
from symgrad.render.indexed import (
    Letters,
    conditions_told,
    names_taken,
    sides_told,
    spares,
    spelled_expression,
    spelled_index,
    stated,
)
from symgrad.render.notation import Atom, IndexNotation, product, signed_sum, size

_MOST_PLACES = 8
"""Up to this many places of an index are listed, and up to this many remainders."""
_X = Entry(Tensor("x", (), "input"), ())
"""What a rule of differentiation is stated for."""


class Speech(NamedTuple):
    """How a format writes formulas, and a formula and a derivative within a sentence.

    ``names`` are those of the page, which no index takes.
    """

    notation: IndexNotation
    math: Callable[[str], str]
    partial: Callable[[str, str], str]
    names: Collection[str] = ()


class Line(NamedTuple):
    """A right side, as (negative, text) of its terms, and why it follows from what stands before it."""

    terms: tuple[tuple[bool, str], ...]
    reason: str


class Told(NamedTuple):
    """An explanation in words and formulas; ``notes`` are sentences that belong to all of it.

    ``name`` is the left side within a sentence. ``closed`` says whether the last line is the closed form of
    the result, so that it need not be said again.
    """

    left: str
    name: str
    ranges: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    closed: bool


def told(explanation: Explanation, speech: Speech) -> Told:
    """The explanation in a format."""
    equation, ways, steps, _ = explanation
    found = [line for line in [_paths(equation, ways, speech)] if line is not None]
    letters: Letters = {}
    notes: list[str] = []
    before = steps[0]
    for step in steps:
        form = _form(equation, step.body)
        chosen = _letters(form, letters, speech.names)
        letters = {**letters, **chosen}
        line = stated(form, speech.notation, chosen, kronecker=True)
        text = line.terms
        if not found or text != found[-1].terms:
            found.append(Line(text, _reason(explanation, before, step, letters, speech)))
            if step.reason == "solve":
                notes += _notes(step, letters, speech)
        before = step
    closed = closed_form(equation).left == _form(equation, equation.body).left
    return Told(
        line.left,
        _name(equation, letters, speech),
        line.ranges,
        tuple(found),
        tuple(dict.fromkeys(notes)),
        closed,
    )


def _name(equation: Equation, letters: Letters, speech: Speech) -> str:
    """The gradient within a sentence."""
    target = equation.target.of or equation.target
    at = [spelled_index(e, speech.notation, letters) for e in _form(equation, equation.body).left]
    return speech.math(speech.partial(equation.target.quantity, speech.notation.at(target, at)))


def _form(equation: Equation, body: Expression) -> Closed:
    zeros = {index: affine(0) for index in equation.axes if index.size == 1}
    left = tuple(affine(index).put(zeros) for index in equation.axes)
    axes = tuple(index for index in equation.axes if index not in zeros)
    return Closed(equation.target, left, axes, plain(body.terms, equation.axes))


def _letters(form: Closed, known: Letters, page: Collection[str]) -> dict[Index, str]:
    """A letter for every index, unlike all in whose scope it stands; what it had is kept if possible."""
    beside: dict[Index, set[Index]] = {index: set(form.axes) for index in form.axes}
    _scopes(form.body, frozenset(form.axes), beside)
    names = names_taken(form, page)
    letters: dict[Index, str] = {}
    for index, others in beside.items():
        taken = names | {letters[other] for other in others if other in letters}
        primed = () if index.letter in names else (index.letter + "'",)
        wished = (known.get(index, index.letter), index.letter, *primed, *spares(index.letter))
        letter = next((wish for wish in wished if wish not in taken), index.letter)
        while letter in taken:
            letter += "'"
        letters[index] = letter
    return letters


def _scopes(expression: Expression, scope: frozenset[Index], beside: dict[Index, set[Index]]) -> None:
    """For every index that is bound, those that are known where it is."""
    for term in expression.terms:
        inside = _bound_in(scope, term.bound, beside)
        for factor, _ in term.powers:
            maximum = factor.maximum if isinstance(factor, FirstMaximiser) else factor
            there = _bound_in(inside, maximum.indices, beside) if isinstance(maximum, Max) else inside
            for inner in inner_expressions(factor):
                _scopes(inner, there, beside)


def _bound_in(
    scope: frozenset[Index], bound: Sequence[Index], beside: dict[Index, set[Index]]
) -> frozenset[Index]:
    inside = scope.union(bound)
    for index in bound:
        beside.setdefault(index, set()).update(inside)
    return inside


def _paths(equation: Equation, ways: Sequence[Way], speech: Speech) -> Line | None:
    """``Σ_i ∂L/∂z[i]·∂z[i]/∂w[j]``: a sum for each way; None where L reads the tensor itself."""
    target = equation.target.of
    if target is None or not ways or any(_is_objective(way) and not way.through for way in ways):
        return None
    terms = []
    for user, through in ways:
        chain = [user, *through]
        powers = [(Entry(eq.target, tuple(map(affine, eq.axes))), 1) for eq in chain]
        powers.append((Entry(target, tuple(map(affine, equation.axes))), 1))
        terms.append(Term(1, tuple(index for eq in chain for index in eq.axes), (), tuple(powers)))
    form = _form(equation, Expression(tuple(terms)))
    letters = _letters(form, {}, speech.names)
    texts = []
    for way, term in zip(ways, form.body.terms, strict=True):
        at = [
            speech.notation.at(f.tensor, [spelled_index(e, speech.notation, letters) for e in f.indices])
            for f, _ in term.powers
            if isinstance(f, Entry)
        ]
        atoms = [Atom(speech.notation.partial(a, b), "derivative") for a, b in pairwise(at)]
        if not _is_objective(way):
            atoms.insert(0, Atom(speech.notation.partial(equation.target.quantity, at[0]), "derivative"))
        ranges = [(letters[index], size(speech.notation, index.size - 1)) for index in term.bound]
        texts.append(
            (False, (speech.notation.sigma(ranges, []) if ranges else "") + product(speech.notation, atoms))
        )
    names = [speech.math(speech.notation.name(t)) for t in _met(ways)]
    name, through_ = speech.math(speech.notation.name(target)), _listed(names)
    count = "" if len(ways) == 1 else f" in {len(ways)} ways"
    loss = speech.math(equation.target.quantity)
    return Line(tuple(texts), f"chain rule: {name} enters {loss}{count} through {through_}")


def _is_objective(way: Way) -> bool:
    return way.user.target.role == "objective"


def _met(ways: Iterable[Way]) -> list[Tensor]:
    longest_first = sorted(ways, key=lambda way: -len(way.through))
    met = [eq.target for way in longest_first for eq in (*way.through[::-1], way.user)]
    return [tensor for tensor in dict.fromkeys(met) if tensor.role != "objective"]


# Why a line follows.


def _reason(explanation: Explanation, before: Step, step: Step, letters: Letters, speech: Speech) -> str:
    match step.reason:
        case "differentiate":
            if not step.body.terms:
                return "no path depends on it"
            rules = "; ".join(_rules(explanation, step, letters, speech))
            users = [speech.math(speech.notation.name(way.user.target)) for way in explanation.ways]
            return rules or f"{_listed(list(dict.fromkeys(users)))} {_are(users)} linear in it"
        case "fold":
            names = [speech.math(speech.notation.name(eq.target)) for eq in step.named]
            return f"by the definition of {_listed(names)}"
        case "solve":
            return _solved(step.solutions, letters, speech) or "what is 0 is left out"
        case "collect":
            counts = _counts(before.body)
            if counts:
                told_ = [speech.math(size(speech.notation, index.size)) for index in counts]
                return f"a sum of {_listed(told_)} equal terms"
            return "like factors and like terms together"
        case "name":
            new = {e.tensor for e in entries(step.body)} - {e.tensor for e in entries(before.body)}
            names = [speech.math(speech.notation.name(eq.target)) for eq in step.named if eq.target in new]
            return f"by the definition of {_listed(names)}" if names else "called by its name"
        case "expand":
            return "multiplied out"
        case "fact":
            return "; ".join(_fact(fact, speech) for fact in step.facts)
        case "put in":
            (inner,) = step.named
            form = _form(inner, inner.body)
            inner_letters = _letters(form, {}, speech.names)
            text = stated(form, speech.notation, inner_letters)
            right = signed_sum(speech.notation, text.terms)
            return f"{_name(inner, inner_letters, speech)} is {speech.math(right)}"
        case "cancel":
            facts = [_fact(fact, speech) for fact in step.facts]
            return "; ".join(["what cancels is left out", *facts])
        case "common":
            alike = len(step.body.terms) == len(before.body.terms)
            return "in another order" if alike else "what all terms have in common stands in front"


def _rules(explanation: Explanation, step: Step, letters: Letters, speech: Speech) -> Iterator[str]:
    """The rules of differentiation that the first line used."""
    target = explanation.equation.target.of
    seen = _Seen()
    for way in explanation.ways:
        chain = [way.user, *way.through]
        sought = [*(eq.target for eq in way.through), target]
        for eq, tensor in zip(chain, sought, strict=True):
            if tensor is not None:
                seen.look(eq.body, tensor)
    if seen.several:
        yield "product rule"
    for exponent in seen.exponents:
        over = Expression((Term(1, (), (), ((_X, exponent),)),))
        lowered = ((_X, exponent - 1),) if exponent != 1 else ()
        under = Expression((Term(exponent, (), (), lowered),))
        yield _derivative(spelled_expression(over, speech.notation, {}), under, speech)
    for function in seen.functions:
        argument = Normal(Expression((Term(1, (), (), ((_X, 1),)),)))
        value = spelled_expression(normal(function(argument)), speech.notation, {})
        yield _derivative(value, normal(function.derivative(argument)), speech)
    if seen.maximum:
        yield "the derivative of a maximum is 1 at the first place where it is reached, else 0"
    kronecker = _kronecker(explanation.equation, step, letters, speech)
    if kronecker:
        yield kronecker


def _derivative(of: str, is_: Expression, speech: Speech) -> str:
    return (
        f"the derivative of {speech.math(of)} is {speech.math(spelled_expression(is_, speech.notation, {}))}"
    )


class _Seen:
    """Which rules it takes to differentiate expressions by tensors."""

    def __init__(self) -> None:
        self.several = self.maximum = False
        self.exponents: dict[Rational, None] = {}
        self.functions: dict[Function, None] = {}

    def look(self, expression: Expression, tensor: Tensor) -> None:
        """Look into an expression that is differentiated by the tensor."""
        for term in expression.terms:
            holding = [
                (f, e) for f, e in term.powers if any(x.tensor == tensor for x in entries_of_factor(f))
            ]
            self.several |= len(holding) > 1
            for factor, exponent in holding:
                if exponent != 1:
                    self.exponents[exponent] = None
                if isinstance(factor, Call):
                    self.functions[factor.function] = None
                self.maximum |= isinstance(factor, Max)
                if isinstance(factor, Call | Max) or not isinstance(factor, Entry):
                    for inner in inner_expressions(factor):
                        self.look(inner, tensor)


def _kronecker(equation: Equation, step: Step, letters: Letters, speech: Speech) -> str:
    """``∂w[u', v']/∂w[u, v] is [u' = u, v' = v]``, read off the brackets of the first term."""
    target, notation = equation.target.of, speech.notation
    term = next((t for t in plain(step.body.terms, equation.axes).terms if t.brackets), None)
    if term is None or target is None:
        return ""
    read, conditions = [], []
    for index in equation.axes:
        bracket = next((b for b in term.brackets if b.kind == "=" and index in b.e), None)
        if bracket is None or bracket.e.coefficients[index] not in (1, -1):
            read.append(affine(0) if index.size == 1 else affine(index))
            continue
        read.append(affine(index) - bracket.e * bracket.e.coefficients[index])
        conditions.append(notation.equation(*sides_told(bracket, term.bound, notation, letters)))
    if not conditions:
        return ""
    zeros = {index: affine(0) for index in equation.axes if index.size == 1}
    above = notation.at(target, [spelled_index(e, notation, letters) for e in read])
    places = [spelled_index(affine(index).put(zeros), notation, letters) for index in equation.axes]
    below = notation.at(target, places)
    return f"{speech.math(speech.partial(above, below))} is {speech.math(notation.indicator(conditions))}"


def _solved(solutions: Iterable[Solution], letters: Letters, speech: Speech) -> str:
    plainly: list[str] = []
    others: list[str] = []
    for solution in solutions:
        value = speech.notation.equation(
            letters[solution.unknown], spelled_index(solution.value, speech.notation, letters)
        )
        left, right = sides_told(solution.bracket, (solution.unknown,), speech.notation, letters)
        condition = speech.notation.equation(left, right)
        if value == condition or solution.value.lone() is not None:
            plainly.append(speech.math(value))
        else:
            others.append(f"{speech.math(condition)} gives {speech.math(value)}")
    parts = [", ".join(dict.fromkeys(others))] if others else []
    if plainly:
        left_over = _listed(list(dict.fromkeys(plainly)))
        parts.append(
            f"only {left_over} is left of the sum"
            if len(set(plainly)) == 1
            else f"only {left_over} are left of the sums"
        )
    return "; ".join(parts)


def _counts(body: Expression) -> list[Index]:
    """The indices that are summed over and that nothing depends on."""
    found: dict[Index, None] = {}
    for term in body.terms:
        used = {i for bracket in term.brackets for i in bracket.e}
        used.update(i for factor, _ in term.powers for i in free_of_factor(factor))
        found.update(dict.fromkeys(index for index in term.bound if index not in used))
    return list(found)


def _fact(fact: Fact, speech: Speech) -> str:
    tensor, notation = fact.tensor, speech.notation
    ranges = [(tensor.letters[axis], size(notation, tensor.shape[axis] - 1)) for axis in fact.axes]
    total = notation.sigma(ranges, []) + notation.at(tensor, tensor.letters)
    why = "assumed" if fact.assumed else f"by the definition of {speech.math(notation.name(tensor))}"
    return f"{speech.math(notation.equation(total, str(fact.value)))}, {why}"


# Ranges, and which places are met.


def _notes(step: Step, letters: Letters, speech: Speech) -> Iterator[str]:
    """For each index that was solved for and is not always in range: what that leaves."""
    kept = {bracket for term in step.body.terms for bracket in term.brackets}
    read = list(entries(step.body))
    for solution in step.solutions:
        bounds = [b for b in solution.conditions if b.kind == ">=" and decide(b) is None and b in kept]
        divisions = [b for b in solution.conditions if b.kind == "|" and decide(b) is None and b in kept]
        name = speech.math(letters[solution.unknown])
        if bounds:
            (condition,) = conditions_told(bounds, (), read, speech.notation, letters)
            last = speech.math(size(speech.notation, solution.unknown.size - 1))
            met = _listed(list(_met_places(solution, letters, speech)))
            yield (
                f"{name} runs from {speech.math('0')} to {last}, so that only terms with "
                f"{speech.math(condition)} are left" + (f": {met}" if met else "") + "."
            )
        for bracket in divisions:
            (condition,) = conditions_told([bracket], (), read, speech.notation, letters)
            yield f"{name} is a whole number only where {speech.math(condition)}."


def _met_places(solution: Solution, letters: Letters, speech: Speech) -> Iterator[str]:
    """``u = 0, 2 for even k``: which places ``u = k − 2i`` takes, by the remainder of k."""
    found = met_places(solution)
    if found is None:
        return
    index, step, classes = found
    letter, name = letters[index], letters[solution.unknown]
    for rest, places in enumerate(classes):
        if step == 2:
            which = ("even ", "odd ")[rest] + speech.math(letter)
        else:
            which = (
                f"{speech.math(letter)} with remainder {speech.math(str(rest))} by {speech.math(str(step))}"
            )
        if places:
            listed = speech.math(speech.notation.equation(name, ", ".join(map(str, places))))
            yield f"{listed} for {which}"
        else:
            yield f"none for {which}"


def met_places(solution: Solution) -> tuple[Index, int, list[list[int]]] | None:
    """For ``u = ±k + c·i + const`` with |c| ≥ 2: k, |c|, and where u is by the remainder of k; else None."""
    value, index = solution.value, solution.unknown
    inner = [i for i, c in value.coefficients.items() if isinstance(c, int) and abs(c) > 1]
    outer = [i for i, c in value.coefficients.items() if c in (1, -1)]
    if len(inner) != 1 or len(outer) != 1 or len(value.coefficients) != 2:
        return None
    (k,), (i,) = outer, inner
    size_k, size_i, size_u, const = k.size, i.size, index.size, value.const
    by_k, by_i = value.coefficients[k], value.coefficients[i]
    if not (isinstance(size_k, int) and isinstance(size_i, int) and isinstance(size_u, int)):
        return None
    if not (isinstance(const, int) and isinstance(by_k, int) and isinstance(by_i, int)):
        return None
    step = abs(by_i)
    if step > _MOST_PLACES or size_u > _MOST_PLACES or size_k * size_i > 100_000:
        return None
    classes: list[set[int]] = [set() for _ in range(step)]
    for at_k in range(size_k):
        for at_i in range(size_i):
            u = const + by_k * at_k + by_i * at_i
            if 0 <= u < size_u:
                classes[at_k % step].add(u)
    return k, step, [sorted(places) for places in classes]


def _are(names: Sequence[str]) -> str:
    return "is" if len(set(names)) == 1 else "are"


def _listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
