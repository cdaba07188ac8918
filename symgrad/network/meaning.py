"""What a formula that was read means: entries, sizes and indices where its names have a meaning.

The tree of :mod:`symgrad.network.formula` becomes the tree of :mod:`symgrad.algebra.written`, as if its
author had built it. Every refusal shows its place in the formula. An index has size 0 until the equation has
told how far it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import Bracket as IndexBracket
from symgrad.algebra.brackets import at_least, divides, equal
from symgrad.algebra.extents import size_alone, size_that_fits
from symgrad.algebra.functions import FUNCTIONS, SELU_ALPHA, SELU_SCALE
from symgrad.algebra.sizes import Polynomial, Size, denominator, divided, stepped
from symgrad.algebra.written import (
    PI,
    Apply,
    Compare,
    Constant,
    Function,
    Iverson,
    Maximum,
    Power,
    Product,
    Read,
    Sum,
    Total,
    Written,
    quantity,
    same,
)
from symgrad.catalogue.options import LARGEST_WHOLE, Span
from symgrad.errors import AlgebraError, DescriptionError, nearest, quoted
from symgrad.network.formula import (
    Bracket,
    Called,
    Condition,
    Floored,
    Formula,
    Large,
    Name,
    Node,
    Number,
    Raised,
    Range,
    Relation,
    Signed,
    Times,
    located,
)

CONSTANTS: Final[Mapping[str, Constant]] = {
    **dict.fromkeys(("π", "pi"), PI),
    **dict.fromkeys(("λs", "lambdas", "lambda_s"), SELU_SCALE),
    **dict.fromkeys(("αs", "alphas", "alpha_s"), SELU_ALPHA),
}
"""The named constants, as every notation prints them."""

LARGEST_NUMBER: Final = 10**12
"""The largest number that sizes are computed with."""

HIGHEST_POWER: Final = 1_000
"""The largest exponent."""

Entries = Callable[[tuple[Affine, ...]], Read]


class Known(NamedTuple):
    """What a name of a tensor gives: how many indices it takes, and the entry at them."""

    axes: int
    entry: Entries


class Scope(NamedTuple):
    """What names mean at a place of a formula; ``source`` is its text."""

    source: str
    tensors: Mapping[str, Known]
    sizes: Mapping[str, Size]
    functions: Mapping[str, Function]
    indices: Mapping[str, Affine] = {}

    def refusal(self, message: str, span: Span) -> DescriptionError:
        """The error that shows a place of the formula."""
        return located(self.source, message, span)

    def within(self, letters: Mapping[str, Affine]) -> Scope:
        """The scope with further indices."""
        return self._replace(indices={**self.indices, **letters})

    def new_letter(self, letter: str, span: Span) -> None:
        """Refuse a letter for an index where it means something else."""
        meanings = (
            ("an index", self.indices),
            ("a tensor", self.tensors),
            ("a size or an option", self.sizes),
            ("a constant", CONSTANTS),
        )
        for what, names in meanings:
            if letter in names:
                raise self.refusal(f"{letter} is {what} here, so an index needs another letter", span)

    def unknown(self, name: str, span: Span) -> DescriptionError:
        """The error for a name that means nothing here."""
        known = [*self.tensors, *self.indices, *self.sizes]
        meant = nearest(name, known)
        hint = f"did you mean {meant}?" if meant else f"there are {', '.join(known) or 'none'}"
        return self.refusal(f"{quoted(name)} has no meaning here; {hint}", span)


def value(node: Node, scope: Scope) -> Written:
    """What a formula stands for at the indices of the scope.

    Raises:
        DescriptionError: a name without a meaning, an index used as a number, and the like.
    """
    match node:
        case Number():
            return quantity(_plain(node.value))
        case Name():
            return _named(node, scope)
        case Called():
            return _called(node, scope)
        case Signed(parts):
            summed = tuple(-value(part, scope) if minus else value(part, scope) for minus, part in parts)
            return summed[0] if len(summed) == 1 else Sum(summed)
        case Times(parts):
            return _product(parts, scope)
        case Raised(base, exponent) if _has_value(exponent, scope):
            return _exponential(base, exponent, scope)
        case Raised(base, exponent):
            return Power(value(base, scope), _exponent(exponent, scope))
        case Floored():
            return _floor(node, scope)
        case Bracket(conditions):
            return _bracket(conditions, scope)
        case Large():
            return _large(node, scope)


def _named(node: Name, scope: Scope) -> Written:
    known = scope.tensors.get(node.text)
    if known is not None:
        given = node.indices or ()
        if len(given) != known.axes:
            raise scope.refusal(_wrong_count(node.text, known.axes, len(given)), node.span)
        return known.entry(tuple(position(e, scope) for e in given))
    if node.indices is not None:
        meant = nearest(node.text, scope.tensors)
        hint = f"did you mean {meant}?" if meant else f"there are {', '.join(scope.tensors)}"
        raise scope.refusal(f"there is no tensor {quoted(node.text)} here; {hint}", node.span)
    if node.text in scope.sizes:
        return quantity(scope.sizes[node.text])
    if node.text in scope.indices:
        raise scope.refusal(
            f"{node.text} is an index: it says which entry is read and has no value of its own", node.span
        )
    if node.text in CONSTANTS:
        return CONSTANTS[node.text]
    raise scope.unknown(node.text, node.span)


def _wrong_count(name: str, axes: int, given: int) -> str:
    if not axes:
        return f"{name} is a single number and has no indices"
    needs = "1 index" if axes == 1 else f"{axes} indices"
    return f"{name} has {axes} {'axis' if axes == 1 else 'axes'}, so it takes {needs}, not {given}"


def _called(node: Called, scope: Scope) -> Written:
    name = node.function
    if name == "sqrt":
        return Power(value(node.argument, scope), Fraction(1, 2))
    if name == "floor":
        return _floor(Floored(node.argument, node.span), scope)
    function = FUNCTIONS.get(name) or scope.functions.get(name) or FUNCTIONS.get(_GREEK.get(name, ""))
    if function is not None:
        return Apply(function, value(node.argument, scope))
    if name in scope.tensors:
        raise scope.refusal(f"the indices of {name} stand in brackets: {name}[…]", node.span)
    if name in scope.sizes or name in scope.indices:
        raise scope.refusal(f"'·' is missing after {name}: write {name}·(…)", node.span)
    known = [*FUNCTIONS, *scope.functions, "sqrt"]
    meant = nearest(name, known, _ALIKE)
    hint = f"did you mean {meant}? " if meant else ""
    raise scope.refusal(
        f"no function is called {quoted(name)}; {hint}{'K' if hint else 'k'}nown are {', '.join(known)}",
        node.span,
    )


def _floor(node: Floored, scope: Scope) -> Written:
    if _has_value(node.inner, scope):
        raise scope.refusal(
            "sizes and indices alone have a floor, and this has entries in it", node.inner.span
        )
    return quantity(size(node, scope))


def _exponential(base: Node, exponent: Node, scope: Scope) -> Written:
    """A positive number to the power of a formula: ``2^x`` is ``exp(x·log(2))``."""
    if isinstance(base, Name) and base.text == "e" and "e" not in scope.tensors:
        raise scope.refusal("e to the power x is exp(x)", base.span)
    if not isinstance(base, Number) or base.value <= 0:
        raise scope.refusal(
            "an exponent is a number; where x is positive, exp(y·log(x)) is x to the power y", exponent.span
        )
    logarithm = Apply(FUNCTIONS["log"], quantity(_plain(base.value)))
    return Apply(FUNCTIONS["exp"], Product((value(exponent, scope), logarithm)))


_ALIKE: Final = 0.8
"""How alike a name and a function are that is offered for it: tanh is not for atan."""


_GREEK: Final = {"σ": "sigmoid", "Φ": "Phi", "φ": "varphi"}


def _product(parts: Iterable[tuple[bool, Node]], scope: Scope) -> Written:
    number = Fraction(1)
    factors: list[Written] = []
    for divides_, part in parts:
        if isinstance(part, Number):
            if divides_ and not part.value:
                raise scope.refusal("this divides by 0", part.span)
            number = number / part.value if divides_ else number * part.value
            continue
        factor = value(part, scope)
        factors.append(Power(factor, Fraction(-1)) if divides_ else factor)
    if number != 1 or not factors:
        factors.insert(0, quantity(_plain(number)))
    last = factors[-1]
    if len(factors) > 1 and isinstance(last, Total):  # as entries of the catalogue are stated: ½·Σ x is Σ ½·x
        return Total(last.indices, Product((*factors[:-1], last.body)))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _plain(number: Fraction) -> int | Fraction:
    return number.numerator if number.denominator == 1 else number


def _exponent(node: Node, scope: Scope) -> Fraction:
    exponent = size(node, scope)
    if isinstance(exponent, Polynomial):
        raise scope.refusal("an exponent is a number", node.span)
    if max(abs(exponent.numerator), exponent.denominator) > HIGHEST_POWER:
        raise scope.refusal(f"an exponent is at most {HIGHEST_POWER:,}", node.span)
    return Fraction(exponent)


def _bracket(conditions: Iterable[Condition], scope: Scope) -> Written:
    """Index brackets and value brackets, each told by what it compares."""
    factors: list[Written] = []
    for condition in conditions:
        if not any(_has_value(side, scope) for side in condition.sides):
            factors.append(Iverson(tuple(_index_brackets(condition, scope))))
            continue
        if not condition.relations:
            raise scope.refusal("only an index can be divisible", condition.span)
        sides = [value(side, scope) for side in condition.sides]
        for left, relation, right in zip(sides, condition.relations, sides[1:], strict=False):
            factors.append(_compared(left, relation, right))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _compared(left: Written, relation: Relation, right: Written) -> Written:
    match relation:
        case ">":
            return Compare(">", _less(left, right))
        case "<":
            return Compare(">", _less(right, left))
        case "<=":
            return Compare("<=", _less(left, right))
        case ">=":
            return Compare("<=", _less(right, left))
        case "=":
            return Compare("=", _less(left, right))


def _less(left: Written, right: Written) -> Written:
    return Sum((left, -right))


def _has_value(node: Node, scope: Scope) -> bool:
    """Whether a formula has a value that depends on entries, not on indices and sizes alone."""
    match node:
        case Name(text, indices):
            return indices is not None or text in scope.tensors or text in CONSTANTS
        case Called() | Bracket() | Large():
            return True
        case Signed(parts) | Times(parts):
            return any(_has_value(part, scope) for _, part in parts)
        case Raised(base):
            return _has_value(base, scope)
        case Floored() | Number():
            return False


def index_brackets(conditions: Iterable[Condition], scope: Scope) -> tuple[IndexBracket, ...]:
    """Conditions on indices."""
    return tuple(bracket for condition in conditions for bracket in _index_brackets(condition, scope))


def _index_brackets(condition: Condition, scope: Scope) -> Iterator[IndexBracket]:
    sides = [position(side, scope) for side in condition.sides]
    if not condition.relations:
        divisor = sides[0].const
        if sides[0].coefficients or not isinstance(divisor, int) or divisor < 1:
            raise scope.refusal("what divides an index is a whole number from 1", condition.sides[0].span)
        yield divides(divisor, sides[1])
        return
    for left, relation, right in zip(sides, condition.relations, sides[1:], strict=False):
        match relation:
            case "<=":
                yield at_least(right, left)
            case "<":
                yield at_least(right - 1, left)
            case ">=":
                yield at_least(left, right)
            case ">":
                yield at_least(left - 1, right)
            case "=":
                yield equal(left, right)


def _large(node: Large, scope: Scope) -> Written:
    """The sum or maximum; the size of an index without a range follows from what it reads alone."""
    for one in node.ranges:
        scope.new_letter(one.letter, one.span)
    indices: list[Index] = []
    letters: dict[str, Affine] = {}
    for one in node.ranges:
        first, count = _stated_range(one, scope)
        indices.append(Index(count or 0, one.letter))  # 0 until it is known
        letters[one.letter] = affine(indices[-1]) + first
    inner = scope.within(letters)
    brackets = index_brackets(node.conditions, inner)
    body = value(node.body, inner)
    for index, one in zip(indices, node.ranges, strict=True):
        index.size = index.size or _inferred(index, body, one, scope)
    if node.sign == "max":
        return Maximum(tuple(indices), brackets, body)
    return Total(tuple(indices), Product((Iverson(brackets), body)) if brackets else body)


def _stated_range(one: Range, scope: Scope) -> tuple[Size, Size | None]:
    """The first value of an index and how many it has; None where that is not stated."""
    if one.first is None or one.last is None:
        return 0, None
    first, last = size(one.first, scope), size(one.last, scope)
    return first, checked_count(last - first + 1, f"the values of {one.letter}", scope, one.span)


def checked_count(count: Size, what: str, scope: Scope, span: Span) -> Size:
    """A size that is a whole number from 1, within bounds.

    Raises:
        DescriptionError: it is not.
    """
    if isinstance(count, Fraction) or (isinstance(count, int) and not 1 <= count <= LARGEST_WHOLE):
        raise scope.refusal(f"{what} would be {count} in number; from 1 to {LARGEST_WHOLE:,} can be", span)
    return count


def _inferred(index: Index, body: Written, one: Range, scope: Scope) -> Size:
    try:
        found = size_alone(index, body)
    except AlgebraError as error:
        raise scope.refusal(str(error), one.span) from None
    if found is None:
        raise scope.refusal(
            f"nothing tells how far {one.letter} runs: write {one.letter}=0…3, or read an axis at "
            f"{one.letter} alone",
            one.span,
        )
    return found


def position(node: Node, scope: Scope) -> Affine:
    """An index: a combination of indices and sizes.

    Raises:
        DescriptionError: it is none.
    """
    found = _position(node, scope)
    for number in (found.const, *found.coefficients.values()):
        if (
            not isinstance(number, Polynomial)
            and max(abs(number.numerator), number.denominator) > LARGEST_NUMBER
        ):
            raise scope.refusal(f"numbers here are at most {LARGEST_NUMBER:,}", node.span)
    return found


def _position(node: Node, scope: Scope) -> Affine:
    match node:
        case Number():
            return affine(_plain(node.value))
        case Name(text, None):
            if text in scope.indices:
                return scope.indices[text]
            if text in scope.sizes:
                return affine(scope.sizes[text])
            if text in scope.tensors:
                raise scope.refusal(f"{text} is a tensor; an index is made of indices and sizes", node.span)
            raise scope.unknown(text, node.span)
        case Signed(parts):
            found = affine(0)
            for minus, part in parts:
                found = found - position(part, scope) if minus else found + position(part, scope)
            return found
        case Times(parts):
            found = affine(1)
            for divides_, part in parts:
                found = _scaled(found, position(part, scope), divides_, part.span, scope)
            return found
        case Raised(base, exponent):
            root, times = size(base, scope), size(exponent, scope)
            if not isinstance(times, int) or not 0 <= times <= _HIGHEST_OF_SIZES:
                raise scope.refusal(f"a size is raised to at most {_HIGHEST_OF_SIZES}", exponent.span)
            power: Size = 1
            for _ in range(times):
                power = power * root
            return affine(power)
        case Floored(inner):
            return affine(_floored(inner, scope))
    raise scope.refusal("an index is made of indices, sizes and numbers", node.span)


_HIGHEST_OF_SIZES: Final = 8


def _scaled(left: Affine, right: Affine, divides_: bool, span: Span, scope: Scope) -> Affine:
    if divides_:
        if right.coefficients or isinstance(right.const, Polynomial) or not right.const:
            raise scope.refusal("an index is divided by a number that is not 0", span)
        by = right.const
        return Affine(divided(left.const, by), {i: divided(c, by) for i, c in left.coefficients.items()})
    if left.coefficients and right.coefficients:
        raise scope.refusal("an index cannot be multiplied by an index", span)
    return left * right.const if left.coefficients else right * left.const


def size(node: Node, scope: Scope) -> Size:
    """A size: no index stands in it.

    Raises:
        DescriptionError: an index stands in it.
    """
    found = position(node, scope)
    if found.coefficients:
        raise scope.refusal("a size, in which no index stands, is expected here", node.span)
    return found.const


def _floored(inner: Node, scope: Scope) -> Size:
    """``⌊room/step⌋``."""
    if isinstance(inner, Times) and len(inner.parts) >= 2 and inner.parts[-1][0]:
        *head, (_, last) = inner.parts
        span = (inner.span[0], head[-1][1].span[1])
        room = size(Times(tuple(head), span), scope)
        step = size(last, scope)
        if step == 0:
            raise scope.refusal("this divides by 0", last.span)
        if isinstance(room, Polynomial) or isinstance(step, Polynomial):
            return stepped(room, step, "P") - 1
        return int(Fraction(room) // Fraction(step))
    found = size(inner, scope)
    if isinstance(found, Polynomial):
        return (
            found
            if denominator(found) == 1
            else stepped(found * denominator(found), denominator(found), "P") - 1
        )
    return int(Fraction(found) // 1)


class Left(NamedTuple):
    """The left side of an equation: its axes, and what its letters stand for.

    ``placed`` are further indices and the places that they are summed to: ``v[3i + k]`` is the sum over
    i and k of what stands on the right where n = 3i + k.
    """

    axes: tuple[Index, ...]
    letters: Mapping[str, Affine]
    summed: tuple[Index, ...] = ()
    placed: tuple[tuple[Index, Affine], ...] = ()


def stated(formula: Formula, scope: Scope, sizes: tuple[Size | None, ...] | None) -> tuple[Left, Written]:
    """The axes of an equation and its right side; ``sizes`` are those of its axes that are known.

    Raises:
        DescriptionError: it has no meaning, or a size does not follow.
    """
    given = {one.letter: _count_of(one, scope) for one in formula.ranges}
    targets = formula.target.indices or ()
    known: list[Size | None] = list(sizes) if sizes is not None else [None] * len(targets)
    if len(known) != len(targets):
        raise scope.refusal(_wrong_count(formula.target.text, len(known), len(targets)), formula.target.span)
    if any(not _is_letter(e, scope) and not isinstance(e, Number) for e in targets):
        left = _placed(formula, scope, given, known)
    else:
        left = _plain_left(formula, scope, given, known)
    inner = scope.within(left.letters)
    body = value(formula.body, inner)
    found = [index.size or _axis_size(index, body, formula, scope) for index in left.axes]
    for index, size_ in zip(left.axes, found, strict=True):
        index.size = size_
    if left.summed:
        brackets = Product(tuple(same(n, e) for n, e in left.placed))
        body = Total(left.summed, Product((brackets, body)))
    return left, body


def _is_letter(e: Node, scope: Scope) -> bool:
    return isinstance(e, Name) and e.indices is None and e.text not in scope.sizes


def _count_of(one: Range, scope: Scope) -> Size | None:
    scope.new_letter(one.letter, one.span)
    first, count = _stated_range(one, scope)
    if first != 0:
        raise scope.refusal(f"the indices of an equation run from 0: {one.letter} = 0…", one.span)
    return count


def _plain_left(
    formula: Formula, scope: Scope, given: Mapping[str, Size | None], known: list[Size | None]
) -> Left:
    axes: list[Index] = []
    letters: dict[str, Affine] = {}
    for e, size_ in zip(formula.target.indices or (), known, strict=True):
        if isinstance(e, Number):
            if e.value or size_ not in (None, 1):
                raise scope.refusal("only an axis with a single entry is written so, at 0", e.span)
            axes.append(Index(1, "i"))
            continue
        if not isinstance(e, Name):
            raise scope.refusal("an index is expected", e.span)
        scope.new_letter(e.text, e.span)
        if e.text in letters:
            raise scope.refusal(f"{e.text} stands here twice; every axis has a letter of its own", e.span)
        own = given.get(e.text)
        if own is not None and size_ is not None and own != size_:
            raise scope.refusal(f"{e.text} has {own} values here, and its axis has {size_} entries", e.span)
        index = Index(own or size_ or 0, e.text)  # 0 until it is known
        axes.append(index)
        letters[e.text] = affine(index)
    for one in formula.ranges:
        if one.letter not in letters:
            raise scope.refusal(f"{one.letter} does not stand on the left side", one.span)
    return Left(tuple(axes), letters)


def _axis_size(index: Index, body: Written, formula: Formula, scope: Scope) -> Size:
    span = next(
        e.span for e in formula.target.indices or () if isinstance(e, Name) and e.text == index.letter
    )
    try:
        found = size_that_fits(index, body)
    except AlgebraError as error:
        raise scope.refusal(str(error), span) from None
    if found is None:
        raise scope.refusal(
            f"nothing tells how far {index.letter} runs: end the equation with for {index.letter} = 0…3", span
        )
    return found


def _placed(
    formula: Formula, scope: Scope, given: Mapping[str, Size | None], known: list[Size | None]
) -> Left:
    """A left side such as ``v[9o + 3i + k]``, which names every entry once."""
    letters: dict[str, Affine] = {}
    for one in formula.ranges:
        count = given[one.letter]
        if count is None:
            raise scope.refusal(f"the range of {one.letter} is needed: for {one.letter} = 0…3", one.span)
        letters[one.letter] = affine(Index(count, one.letter))
    inner = scope.within(letters)
    axes: list[Index] = []
    placed: list[tuple[Index, Affine]] = []
    met: set[Index] = set()
    for e, size_ in zip(formula.target.indices or (), known, strict=True):
        at = position(e, inner)
        if met & set(at):
            raise scope.refusal("an index stands in two axes of the left side", e.span)
        met |= set(at)
        alone = at.lone()
        if alone is not None:
            axes.append(alone)
        else:
            axes.append(Index(_mixed_radix(at, e, scope), "n"))
            placed.append((axes[-1], at))
        if size_ is not None and axes[-1].size != size_:
            raise scope.refusal(f"this axis has {size_} entries, and here {axes[-1].size}", e.span)
    for one in formula.ranges:
        if not met & set(letters[one.letter]):
            raise scope.refusal(f"{one.letter} does not stand on the left side", one.span)
    summed = tuple(index for _, e in placed for index in e)
    return Left(tuple(axes), letters, summed, tuple(placed))


def _mixed_radix(at: Affine, e: Node, scope: Scope) -> Size:
    """How many entries an axis has that ``3i + k`` names, each once; i and k are its digits."""
    left = dict(at.coefficients)
    stride: Size = 1
    while left:
        index = next((index for index, c in left.items() if c == stride), None)
        if index is None:
            break
        del left[index]
        stride = stride * index.size
    if left or at.const:
        raise scope.refusal(
            "the left side must name every entry exactly once, as v[3i + k] does for k = 0…2", e.span
        )
    return stride
