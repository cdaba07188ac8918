"""What a formula means at one choice of sizes and indices: an array of scalars.

One function a kind of node; all sums are laid out, so that scalar, index and matrix formulas become the same
thing and are compared entry by entry.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Final

from symgrad.verify import arrays
from symgrad.verify.arrays import IDENTITY, ONES, Array, MisfitError, UnknownSizeError, scalar
from symgrad.verify.calculus import derivative
from symgrad.verify.context import Definition, Pattern
from symgrad.verify.functions import (
    ASSUMED,
    BUILTIN,
    ENTRYWISE,
    WHOLE,
    density,
    largest,
    log_softmax,
    softmax,
)
from symgrad.verify.indices import below, between, binds_between, free_indices
from symgrad.verify.names import (
    LOSS_LETTERS,
    is_row_of_ones,
    is_transpose,
    items,
    letters_in,
    plain_index,
    spelled,
)
from symgrad.verify.scalars import (
    ONE,
    PI,
    ZERO,
    Scalar,
    abstract,
    bracket,
    call,
    gradient,
    number,
    power,
    raised,
    substituted,
    symbol,
    times,
    total,
)
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Cases,
    Derivative,
    Factor,
    Group,
    Label,
    Listed,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Root,
    Scripted,
    Star,
    Sum,
    Transposed,
    Words,
    parts_of,
)
from symgrad.verify.world import (
    MOST_ENTRIES,
    MOST_LAID_OUT,
    Env,
    OutsideError,
    StepError,
    UnsettledError,
    World,
    assignments,
    names_in,
)

_LARGEST_POWER: Final = 64
_MOST_ARGUMENTS: Final = 12


class ShapeError(UnsettledError):
    """Shapes that do not fit, at a place."""


def evaluate(node: Node, world: World, env: Env) -> Array:  # one case a kind
    """The array that a resolved formula means.

    Raises:
        UnsettledError: a name, an index or a construct that has no value here.
        ShapeError: shapes that do not fit.
    """
    try:
        match node:
            case Number():
                return scalar(number(node.value))
            case Name() | Accent():
                return _name(node, world, env)
            case Scripted():
                return _scripted(node, world, env)
            case Group():
                return _group(node, world, env)
            case Sum():
                return _sum(node, world, env)
            case Product():
                return _product(node, world, env)
            case Quotient():
                return arrays.divided(evaluate(node.top, world, env), evaluate(node.bottom, world, env))
            case Root():
                degree = 2 if node.degree is None else world.whole(node.degree, env)
                if not 0 < degree <= _LARGEST_POWER:
                    raise UnsettledError(f"a root of degree {degree}", node.span)
                return evaluate(node.inner, world, env).map(lambda entry: power(entry, Fraction(1, degree)))
            case Derivative():
                return derivative(node, world, env, evaluate)
            case Call():
                return _call(node, world, env)
            case Big():
                return _big(node, world, env)
            case Relation():
                return _condition(node, world, env)
            case Matrix():
                return arrays.stacked([[evaluate(e, world, env) for e in row] for row in node.rows])
            case Cases():
                return _cases(node, world, env)
            case _:
                raise UnsettledError("this has no value", getattr(node, "span", None))
    except UnknownSizeError as error:
        raise UnsettledError(str(error), node.span) from None
    except MisfitError as error:
        raise ShapeError(str(error), node.span) from None


# Names


def _name(node: Node, world: World, env: Env) -> Array:
    found = world.context.named(node)
    if found is None:
        raise UnsettledError("this is no name", node.span)
    pattern, rest, primes = found
    exponent = world.context.power_names.get(pattern.key)
    if exponent is not None and rest and isinstance(rest[0], Number) and rest[0].value == exponent:
        pattern, rest = pattern._replace(key=f"{pattern.key}^{exponent}"), rest[1:]
        value = world.read(pattern, env)
        return value if not rest else _raised(value, rest, node, world, env)
    value = _read(pattern, world, env)
    if primes:
        raise UnsettledError("a derivative needs its argument, as in f'(x)", node.span)
    return value if not rest else _raised(value, rest, node, world, env)


def _read(pattern: Pattern, world: World, env: Env) -> Array:
    key = pattern.key
    context = world.context
    if key in env.locals:
        value = env.locals[key]
        if pattern.subs and value.shape:
            return world.part(value, tuple(world.whole(n, env) for n in pattern.subs), key, pattern.span)
        return value
    if key in env.indices and not pattern.subs:
        return scalar(number(env.indices[key]))
    declared = key in context.declarations or key in context.definitions or key in world.native
    if not declared:
        special = _special(pattern, world, env)
        if special is not None:
            return special
    if key in context.power_names and key not in context.definitions:
        exponent = context.power_names[key]
        whole = world.read(pattern._replace(key=f"{key}^{exponent}"), env)
        return whole.map(lambda entry: power(entry, Fraction(1, exponent)))
    return world.read(pattern, env)


def _is_identity(pattern: Pattern, world: World, env: Env) -> bool:
    """Whether ``I_n`` is the identity of a size; ``I_i``, and I_1, I_2, I_3 on one page, are entries."""
    if any(name.letter in env.indices for name in letters_in(pattern.subs[0])):
        return False
    numbers = world.context.counted.get("I", set())
    if len(numbers) == 2 and not numbers & {0, 1}:
        raise UnsettledError(
            "I with two numbers may be two identities or two entries; declare it", pattern.span
        )
    return len(numbers) < 2 and not numbers & {0, 1}


def _special(pattern: Pattern, world: World, env: Env) -> Array | None:
    key = pattern.key
    context = world.context
    if not pattern.subs and not pattern.labels:
        if key in context.sizes:
            return scalar(number(world.size(key)))
        if key in ("1", "bb:1", "𝟙"):
            return ONES
        if key == "0":
            return scalar(ZERO)
        if key == "I" or key == "bb:I":
            return IDENTITY
        if key == "π":
            return scalar(PI)
        if key == "e":
            return scalar(call("exp", ONE))
    if key in ("1", "bb:1", "𝟙", "I", "δ") and pattern.subs and isinstance(pattern.subs[0], Relation):
        return _condition(pattern.subs[0], world, env)
    if key in ("1", "bb:1") and len(pattern.subs) == 1:  # 1_n, a vector of ones
        return ONES
    if key == "δ" and len(pattern.subs) == 2 and not context.is_known("δ"):
        left, right = (world.whole(node, env) for node in pattern.subs)
        return scalar(ONE if left == right else ZERO)
    if (
        key == "I"
        and len(pattern.subs) == 1
        and not context.is_known("I")
        and _is_identity(pattern, world, env)
    ):
        return IDENTITY
    if key in context.sizes:
        return scalar(
            number(
                world.whole(
                    Scripted(
                        Name(key, "", pattern.span),
                        Listed(pattern.subs, ",", pattern.span),
                        (),
                        0,
                        pattern.span,
                    ),
                    env,
                )
            )
        )
    functions = context.functions.get(key)
    if functions:
        return _function_by_name(functions, pattern, world, env)
    shorthand = _shorthand(pattern, world, env)
    if shorthand is not None:
        return shorthand
    if key in world.losses_wanted:
        return scalar(world.loss(key, tuple(world.whole(n, env) for n in pattern.labels)))
    return None


def _function_by_name(functions: list[Definition], pattern: Pattern, world: World, env: Env) -> Array | None:
    """A function without its arguments: its body, where its parameters are names of the document."""
    for definition in functions:
        parameters = definition.pattern.parameters or ()
        if not all(
            spelling is not None and world.context.is_known(spelling.key)
            for spelling in map(spelled, parameters)
        ):
            continue
        bound = world.matched(
            definition.pattern,
            tuple(world.whole(n, env) for n in pattern.labels),
            tuple(world.whole(n, env) for n in pattern.subs),
        )
        if bound is not None:
            return evaluate(definition.body, world, env.with_indices(bound))
    return None


def _shorthand(pattern: Pattern, world: World, env: Env) -> Array | None:
    """``dW`` where nothing defines it and W is known: the gradient of the loss by W."""
    key = pattern.key
    if len(key) < 2 or key[0] != "d" or not world.context.is_known(key[1:]):
        return None
    loss = world.objective()
    if loss is None:
        return None
    world.assumptions.setdefault(f"{key} is the gradient of the loss by {key[1:]}")
    by = world.read(pattern._replace(key=key[1:]), env)
    from symgrad.verify.calculus import gradients

    return gradients(loss, by, pattern.span, world)


# Scripts


def _scripted(node: Scripted, world: World, env: Env) -> Array:
    if spelled(node) is not None:
        base: Node = node
        while isinstance(base, Scripted):
            base = base.base
        if (
            isinstance(base, Name)
            and base.letter == "e"
            and not world.context.is_known("e")
            and node.sub is None
        ):
            return _exponential(node, world, env)
        return _name(node, world, env)
    norm = _norm(node, world, env)
    if norm is not None:
        return norm
    if isinstance(node.base, Number) and node.base.value == 1 and isinstance(node.sub, Relation | Group):
        return _condition(node.sub, world, env)
    value = evaluate(node.base, world, env)
    rest: tuple[Node, ...] = node.sups
    if node.primes:
        raise UnsettledError("a prime after a bracket", node.span)
    if node.sub is not None:
        value = _subscripted(value, node, world, env)
    return _raised(value, rest, node, world, env) if rest else value


def _subscripted(value: Array, node: Scripted, world: World, env: Env) -> Array:
    assert node.sub is not None
    subs = items(node.sub)
    if isinstance(node.base, Group) and node.base.bracket in ("|", "‖"):
        return value  # the kind of a norm, taken care of by the group
    if not all(world.context.index_like(item) for item in subs):
        raise UnsettledError("a subscript that is no index", node.span)
    places = tuple(world.whole(piece, env) for item in subs for piece in (item,))
    if len(subs) == 1:
        from symgrad.verify.names import pieces

        split = pieces(subs[0], len(value.shape), world.context.bound)
        places = tuple(world.whole(piece, env) for piece in split)
    return world.part(value, places, "this", node.span)


def _exponential(node: Scripted, world: World, env: Env) -> Array:
    if len(node.sups) != 1 or isinstance(node.sups[0], Transposed | Label | Star):
        raise UnsettledError("e with more than an exponent", node.span)
    return evaluate(node.sups[0], world, env).map(lambda entry: call("exp", entry))


def _raised(value: Array, rest: tuple[Node, ...], node: Node, world: World, env: Env) -> Array:
    for part in rest:
        if is_transpose(part):
            value = arrays.transposed(value)
        elif isinstance(part, Label | Star):
            raise UnsettledError("a label that nothing declares", part.span)
        else:
            value = _to_the(value, part, world, env)
    return value


def _to_the(value: Array, part: Node, world: World, env: Env) -> Array:
    square = len(value.shape) == 2 and value.shape[0] == value.shape[1]
    if square and not isinstance(part, Number) and plain_index(part):
        return _matrix_power(value, world.whole(part, env), part)
    exponent = _exponent(part, world, env)
    if isinstance(exponent, Fraction):
        if exponent == -1 and len(value.shape) == 2:
            raise UnsettledError("the inverse of a matrix is not covered", part.span)
        if abs(exponent.numerator) > _LARGEST_POWER * 4 or exponent.denominator > _LARGEST_POWER:
            raise UnsettledError(f"an exponent above {_LARGEST_POWER * 4}", part.span)
        if len(value.shape) == 2 and value.shape[0] == value.shape[1] > 1:
            world.assumptions.setdefault("a power of a matrix is taken entry by entry")
        return value.map(lambda entry: power(entry, exponent))
    return value.map(lambda entry: raised(entry, exponent))


def _matrix_power(value: Array, exponent: int, part: Node) -> Array:
    """``Aⁿ`` with an exponent that counts steps."""
    if not 0 <= exponent <= _LARGEST_POWER:
        raise UnsettledError("a power of a matrix with a negative exponent", part.span)
    result = IDENTITY
    for _ in range(exponent):
        result = arrays.multiplied(result, value)
    return result


def _exponent(part: Node, world: World, env: Env) -> Fraction | Scalar:
    if isinstance(part, Listed):
        raise UnsettledError("a list as an exponent", part.span)
    value = evaluate(part, world, env).scalar
    if value.kind == "number":
        return value.value if isinstance(value.value, Fraction) else Fraction(value.value)
    return value


def _group(node: Group, world: World, env: Env) -> Array:
    if node.bracket == "|":
        spelling = spelled(node.inner)
        if spelling is not None and (spelling.key.startswith("cal:") or spelling.key in world.context.sets):
            return scalar(number(world.set_size(spelling.key)))
        value = evaluate(node.inner, world, env)
        if value.shape and not world.context.entrywise:
            return scalar(power(arrays.sum_of_squares(value), Fraction(1, 2)))
        return value.map(lambda entry: call("abs", entry))
    if node.bracket == "‖":
        return scalar(power(arrays.sum_of_squares(evaluate(node.inner, world, env)), Fraction(1, 2)))
    if isinstance(node.inner, Listed):
        raise UnsettledError("a list stands where a value is needed", node.span)
    return evaluate(node.inner, world, env)


def _norm(node: Node, world: World, env: Env) -> Array | None:
    """``‖x‖²``, ``‖x‖_F^2``, ``‖x‖_1``: no root is taken where the square is meant."""
    if not (isinstance(node, Scripted) and isinstance(node.base, Group) and node.base.bracket == "‖"):
        return None
    value = evaluate(node.base.inner, world, env)
    kind = node.sub
    if isinstance(kind, Number) and kind.value == 1:
        size: Scalar = total(call("abs", entry) for entry in value.entries)
        rest = node.sups
    else:
        if kind is not None and not (
            (isinstance(kind, Number) and kind.value == 2)
            or (isinstance(kind, Name) and kind.letter in ("F", "2"))
        ):
            raise UnsettledError("this norm is not covered (those of 1, 2 and F are)", node.span)
        square = arrays.sum_of_squares(value)
        if len(node.sups) == 1 and isinstance(node.sups[0], Number) and node.sups[0].value == 2:
            return scalar(square)
        size = power(square, Fraction(1, 2))
        rest = node.sups
    return _raised(scalar(size), rest, node, world, env) if rest else scalar(size)


# Sums and products


def _sum(node: Sum, world: World, env: Env) -> Array:
    values = [(term.sign, evaluate(term.node, world, env)) for term in node.terms]
    shapes = {value.shape for _, value in values}
    if len(shapes) == 1 and not any(value.flexible for _, value in values):
        columns = zip(
            *(value.entries if sign > 0 else tuple(-e for e in value.entries) for sign, value in values),
            strict=True,
        )
        return Array(shapes.pop(), tuple(total(column) for column in columns))
    sign, result = values[0]
    result = result if sign > 0 else result.map(lambda entry: -entry)
    for sign, value in values[1:]:
        result = arrays.added(result, value if sign > 0 else value.map(lambda entry: -entry))
    return result


def _product(node: Product, world: World, env: Env) -> Array:
    """Juxtaposition binds closer than ``⊙``; a quotient sign takes the one factor after it.

    A product is 0 where a condition on indices among its factors fails, whatever else stands in it.
    """
    try:
        return _multiplied(node, world, env)
    except (OutsideError, StepError):
        if any(_fails(factor.node, world, env) for factor in node.factors):
            return scalar(ZERO)
        raise


def _fails(node: Node, world: World, env: Env) -> bool:
    """Whether a factor is a condition on indices that does not hold."""
    condition: Node = node
    if isinstance(node, Call) and len(node.arguments) == 1:
        condition = node.arguments[0]
    elif isinstance(node, Scripted) and isinstance(node.sub, Relation | Group) and not node.sups:
        condition = node.sub
    if isinstance(condition, Group):
        condition = condition.inner
    if not isinstance(condition, Relation):
        return False
    try:
        return evaluate(node, world, env).entries == (ZERO,)
    except UnsettledError:
        return False


def _multiplied(node: Product, world: World, env: Env) -> Array:
    groups: list[list[Factor]] = [[]]
    for factor in node.factors:
        if factor.op in ("⊙", "∘") and groups[-1]:
            groups.append([])
        groups[-1].append(factor)
    result: Array | None = None
    for group in groups:
        value = _chain(group, world, env)
        result = value if result is None else arrays.entrywise(result, value)
    assert result is not None
    return result


def _chain(factors: list[Factor], world: World, env: Env) -> Array:
    """Factors by the matrix product, from the left; derivatives that meet in one quantity chain."""
    parts: list[tuple[Array, Node | None, Node | None]] = []  # value, numerator, denominator
    dots: list[str] = []
    before_quotient = False
    for n, factor in enumerate(factors):
        after = factors[n + 1].op if n + 1 < len(factors) else ""
        divides = "/" in (factor.op, after)
        value = _factor(factor.node, world, env, alone=len(factors) == 1 or divides)
        quotient = isinstance(factor.node, Quotient) and len(value.shape) == 1
        if factor.op == "/":
            before, of, _ = parts[-1]
            parts[-1] = (arrays.divided(before, value), of, None)
            continue
        of = by = None
        if isinstance(factor.node, Derivative) and len(factor.node.by) == 1:
            of, by = factor.node.of, factor.node.by[0]
        parts.append((value, of, by))
        # A quotient of vectors is taken entry by entry, and so is what stands beside it.
        dots.append("⊙" if quotient or (before_quotient and not factor.op) else factor.op)
        before_quotient = quotient
    if all(not value.shape and not value.flexible for value, _, _ in parts):
        return scalar(times([value.entries[0] for value, _, _ in parts]))
    result, first_of, last_by = parts[0]
    spoken = _is_gradient(factors[0].node, world)
    for (value, of, by), op in zip(parts[1:], dots[1:], strict=True):
        result, first_of, last_by = _next(result, first_of, last_by, value, of, by, op, world, spoken=spoken)
    return result


def _factor(node: Node, world: World, env: Env, *, alone: bool) -> Array:
    """A factor's value; 1ᵀ is the row of ones, and on a page that says so 1 is the column."""
    if is_row_of_ones(node):
        return arrays.transposed(ONES)
    if world.context.ones and not alone and isinstance(node, Number) and node.value == 1:
        return ONES
    return evaluate(node, world, env)


def _is_gradient(node: Node, world: World) -> bool:
    """Whether a factor is a derivative, or a name that stands for one: δ, dz."""
    if isinstance(node, Derivative):
        return True
    if isinstance(node, Group):
        return _is_gradient(node.inner, world)
    if isinstance(node, Product):
        return any(_is_gradient(factor.node, world) for factor in node.factors)
    if isinstance(node, Sum):
        return any(_is_gradient(term.node, world) for term in node.terms)
    named = world.context.named(node)
    if named is None:
        return False
    key = named[0].key
    stated = world.context.definitions.get(key, ())
    return any(d.adjoint for d in stated) or key in ("δ", "ε") or (key[0] == "d" and len(key) > 1)


def _next(
    left: Array, left_of: Node | None, left_by: Node | None,
    right: Array, of: Node | None, by: Node | None, op: str, world: World, *, spoken: bool,
) -> tuple[Array, Node | None, Node | None]:  # fmt: skip
    if left_by is not None and of is not None and same_name(left_by, of):
        axes = _axes_between(left, right, of, world)
        if axes:
            return arrays.contracted(left, right, axes), left_of, by
    if by is not None and left_of is not None and same_name(by, left_of):
        axes = _axes_between(right, left, left_of, world)
        if axes:
            return arrays.contracted(right, left, axes), of, left_by
    if op == "⊙" and left.shape == right.shape:
        return arrays.entrywise(left, right), None, None
    if op in ("⋆", "∗") and (left.shape or left.flexible) and (right.shape or right.flexible):
        raise UnsettledError(f"{op} between two arrays may be a convolution, which is not covered")
    if op == "⊗" and world.context.entrywise_tensor:
        return arrays.entrywise(left, right), None, None
    if op == "⊗":
        return arrays.outer(left, right), None, None
    signs = ((), ("*", "×"), ("·", "*", "×"))[world.reading.entrywise_dots]
    if op in signs and left.shape == right.shape and left.shape:
        world.assumptions.setdefault(f"{op} between two of one shape multiplies entry by entry")
        return arrays.entrywise(left, right), None, None
    try:
        return arrays.multiplied(left, right, dot=op in ("·", "×")), None, by if not left.shape else None
    except MisfitError:
        # A gradient before a Jacobian: the chain rule in the order in which it is spoken.
        rank = len(left.shape)
        if (
            of is not None
            and spoken
            and rank
            and right.shape[:rank] == left.shape
            and len(right.shape) > rank
        ):
            return arrays.contracted(left, right, rank), None, by
        if op in ("*", "∗") and left.shape == right.shape:
            return arrays.entrywise(left, right), None, None
        raise


def _axes_between(left: Array, right: Array, shared: Node, world: World) -> int:
    """How many axes two Jacobians share; none where they meet in a number."""
    for axes in (3, 2, 1):
        if (
            axes <= len(left.shape)
            and axes <= len(right.shape)
            and left.shape[len(left.shape) - axes :] == right.shape[:axes]
        ):
            found = world.context.named(shared)
            if found is None:
                return axes
            try:
                here = world.read(found[0], Env(dict(world.current)))
            except UnsettledError:
                return axes
            return len(here.shape) if here.shape == right.shape[: len(here.shape)] else 0
    return 0


def same_name(one: Node, other: Node) -> bool:
    """Whether two names are spelled the same."""
    return bare(one) == bare(other)


def bare(node: object) -> object:
    """A tree without its places."""
    if isinstance(node, tuple):
        fields = getattr(node, "_fields", None)
        if fields is None:
            return tuple(bare(part) for part in node)
        return (
            type(node).__name__,
            *(bare(getattr(node, name)) for name in fields if name not in ("span", "style")),
        )
    return node


def _big(node: Big, world: World, env: Env) -> Array:
    ranges, conditions = limits_of(node, world, env)
    count = prod(max(0, last - first + 1) for _, (first, last) in ranges)
    if count > MOST_ENTRIES:
        raise UnsettledError(f"a sum of {count:,} terms; at most {MOST_ENTRIES:,} are laid out", node.span)
    world.laid_out += count
    _check_laid_out(world.laid_out, node)
    before = world.laid_out
    values: list[Array] = []
    letters = [letter for letter, _ in ranges]
    for bound in assignments(ranges):
        inner = env.with_indices(bound)
        if all(_holds(condition, world, inner) for condition in conditions):
            world.current = inner.indices
            values.append(evaluate(node.body, world, inner))
            if len(values) == 1:
                # Each of the others is as large, most likely.
                _check_laid_out(before + count * (world.laid_out - before), node)
    world.current = env.indices
    if not letters:
        raise UnsettledError("a sum that does not say over what", node.span)
    match node.operator:
        case "sum":
            if not values:
                return scalar(ZERO)
            shape = values[0].shape
            if any(value.shape != shape or value.flexible for value in values):
                raise UnsettledError("a sum of things of different shapes", node.span)
            return Array(
                shape, tuple(total(column) for column in zip(*(v.entries for v in values), strict=True))
            )
        case "prod":
            result = scalar(ONE)
            for value in values:
                result = arrays.multiplied(result, value)
            return result
        case "max":
            return scalar(largest(tuple(value.scalar for value in values)))
        case _:
            return scalar(-largest(tuple(-value.scalar for value in values)))


def _check_laid_out(terms: int, node: Big) -> None:
    if terms > MOST_LAID_OUT:
        raise UnsettledError(f"sums of more than {MOST_LAID_OUT:,} terms in all", node.span)


def limits_of(node: Big, world: World, env: Env) -> tuple[list[tuple[str, tuple[int, int]]], list[Relation]]:
    """The indices that a sum binds with their ranges, and the conditions on them."""
    ranges: list[tuple[str, tuple[int, int]]] = []
    conditions: list[Relation] = []
    if node.lower is None and node.upper is None:
        letters = [letter for letter in free_indices(node.body, world.context) if letter not in env.indices]
        return [(letter, _known_limits(letter, node, world, env)) for letter in letters], []
    if node.lower is None:
        raise UnsettledError("a sum that does not say over what", node.span)
    bounds = binds_between(node)
    for item in below(node):
        limited = between(item) if bounds else None
        if limited is not None:
            letter, low, high = limited
            ranges.append((letter, (world.whole(low, env, new=True), world.whole(high, env, new=True))))
        elif isinstance(item, Relation) and item.op == "=" and not isinstance(item.left, Listed):
            letter = _index_letter(item.left)
            if isinstance(item.right, Listed):  # i = 1, …, n
                first = world.whole(item.right.items[0], env, new=True)
                last = world.whole(item.right.items[-1], env, new=True)
            else:
                first = world.whole(item.right, env, new=True)
                if node.upper is None:
                    known = _known_limits(letter, node, world, env)
                    last = known[1]
                else:
                    last = world.whole(items(node.upper)[-1], env, new=True)
            ranges.append((letter, (first, last)))
        elif isinstance(item, Relation) and item.op == "=":
            for left in items(item.left):
                first = world.whole(item.right, env, new=True)
                last = world.whole(node.upper, env, new=True) if node.upper is not None else first
                ranges.append((_index_letter(left), (first, last)))
        elif isinstance(item, Relation) and item.op == "∈":
            members = spelled(item.right)
            if members is None:
                raise UnsettledError("a set that has no name", item.span)
            for left in items(item.left):
                ranges.append((_index_letter(left), (1, world.set_size(members.key))))
        elif isinstance(item, Relation):
            conditions.append(item)
            for side in (item.left, item.right):
                if not isinstance(side, Name) or side.letter in env.indices or side.letter in dict(ranges):
                    continue
                if side is item.left or world.context.is_index(side.letter):
                    ranges.append((side.letter, _known_limits(side.letter, node, world, env)))
        else:
            names = (
                [Name(c, "", item.span) for c in item.letter]
                if isinstance(item, Name)
                and len(item.letter) > 1
                and not world.context.is_known(item.letter)
                and item.letter not in world.context.ranges
                else [item]
            )
            for name in names:
                letter = _index_letter(name)
                if node.upper is not None:
                    ranges.append(
                        (
                            letter,
                            (
                                world.context.base,
                                world.whole(node.upper, env, new=True) - 1 + world.context.base,
                            ),
                        )
                    )
                else:
                    ranges.append((letter, _known_limits(letter, node, world, env)))
    return ranges, conditions


def _known_limits(letter: str, node: Big, world: World, env: Env) -> tuple[int, int]:
    for pattern in names_in(node.body, world.context):
        value = env.locals.get(pattern.key)
        for position, sub in enumerate(pattern.subs):
            own = isinstance(sub, Name) and sub.letter == letter
            if own and value is not None and position < len(value.shape):
                return world.context.base, world.context.base + value.shape[position] - 1
    here = Env(dict(world.current))
    return world.inferred(letter, node.body, env=here) or world.limits(letter) or world.anonymous(letter)


def _index_letter(node: Node) -> str:
    if isinstance(node, Name):
        return node.letter
    spelling = spelled(node)
    if spelling is not None and not spelling.subs and not spelling.sups:
        return spelling.key + "'" * spelling.primes
    raise UnsettledError("this is no index to sum over", getattr(node, "span", None))


# Conditions


def _holds(condition: Relation, world: World, env: Env) -> bool:
    if isinstance(condition.left, Relation):  # 0 ≤ k − i ≤ 2
        inner = condition.left
        return _holds(inner, world, env) and _holds(condition._replace(left=inner.right), world, env)
    left, right = world.whole(condition.left, env), world.whole(condition.right, env)
    match condition.op:
        case "=" | "≡":
            return left == right
        case "≠":
            return left != right
        case "<":
            return left < right
        case "≤":
            return left <= right
        case ">":
            return left > right
        case "≥":
            return left >= right
        case _:
            raise UnsettledError(f"a condition with {condition.op}", condition.span)


def _condition(condition: Node, world: World, env: Env) -> Array:
    """1 where the condition holds, else 0: on indices at once, on values as a bracket, entry by entry."""
    if isinstance(condition, Group):
        return _condition(condition.inner, world, env)
    if not isinstance(condition, Relation):
        raise UnsettledError("this is no condition", getattr(condition, "span", None))
    if isinstance(condition.left, Relation):  # 2 ≤ m ≤ 3
        both = condition.left, condition._replace(left=condition.left.right)
        first, second = (_condition(one, world, env) for one in both)
        return arrays.entrywise(*arrays.fitted(first, second))
    if plain_index(condition.left) and plain_index(condition.right):
        try:
            return scalar(ONE if _holds(condition, world, env) else ZERO)
        except UnsettledError:
            pass
    left, right = evaluate(condition.left, world, env), evaluate(condition.right, world, env)
    difference = arrays.added(left, right.map(lambda entry: -entry))
    match condition.op:
        case ">":
            return difference.map(lambda d: bracket(">", d))
        case "<":
            return difference.map(lambda d: bracket(">", -d))
        case "≥":
            return difference.map(lambda d: bracket(">=", d))
        case "≤":
            return difference.map(lambda d: bracket(">=", -d))
        case "=":
            return difference.map(lambda d: bracket("=", d))
        case "≠":
            return difference.map(lambda d: ONE - bracket("=", d))
        case _:
            raise UnsettledError(f"a condition with {condition.op}", condition.span)


def _cases(node: Cases, world: World, env: Env) -> Array:
    rest: Scalar = ONE
    parts: list[Array] = []
    for value, condition in node.rows:
        if condition is None or (
            isinstance(condition, Words | Name | Product) and not _is_condition(condition)
        ):
            weight = rest
        else:
            holds = _condition(_relation_in(condition), world, env).scalar
            weight = times((rest, holds))
            rest = times((rest, ONE - holds))
        if weight is ZERO:
            continue
        parts.append(arrays.scaled(weight, evaluate(value, world, env)))
    result = parts[0] if parts else scalar(ZERO)
    for part in parts[1:]:
        result = arrays.added(result, part)
    return result


def _is_condition(node: Node) -> bool:
    return isinstance(node, Relation) or (
        isinstance(node, Product) and any(isinstance(factor.node, Relation) for factor in node.factors)
    )


def _relation_in(node: Node) -> Node:
    if isinstance(node, Product):
        for factor in node.factors:
            if isinstance(factor.node, Relation):
                return factor.node
    return node


# Functions


def _call(node: Call, world: World, env: Env) -> Array:
    found = world.context.named(node.function)
    if found is None:
        if isinstance(node.function, Number) and node.function.value == 1:
            return _condition(node.arguments[0], world, env)
        raise UnsettledError("this is no function", node.span)
    pattern, rest, primes = found
    if isinstance(node.arguments[0], Relation):
        return _condition(node.arguments[0], world, env)
    value = applied(pattern, primes, node, world, env)
    return _raised(value, rest, node, world, env) if rest else value


def applied(pattern: Pattern, primes: int, node: Call, world: World, env: Env) -> Array:
    """The function at its arguments."""
    key = pattern.key
    context = world.context
    if key in context.functions:
        return _defined_function(pattern, primes, node, world, env)
    values = [evaluate(argument, world, env) for argument in node.arguments]
    log = key.partition("_")[0]
    if key not in BUILTIN and log in ("log", "lg"):
        return _log_to(key, values[0], node)
    if len(values) == 1 and key in ENTRYWISE:
        if key in ASSUMED:
            world.assumptions.setdefault(ASSUMED[key])
        function = ENTRYWISE[key]
        for _ in range(primes):
            function = _derived(function)
        return values[0].map(function)
    if key == "φ" and context.normal and len(values) == 1 and not primes:
        world.assumptions.setdefault("φ beside Φ is the density of the standard normal distribution")
        return values[0].map(density)
    if key in BUILTIN or key == "logsoftmax":
        return _whole_function(key, values, primes, node)
    return _abstract(pattern, primes, values, node, world, env)


def _log_to(key: str, value: Array, node: Call) -> Array:
    base = key.partition("_")[2]
    if not base.isdigit() or int(base) < 2:
        raise UnsettledError(f"a logarithm to the base {base}", node.span)
    return value.map(lambda entry: times((call("log", entry), power(call("log", number(int(base))), -1))))


def _derived(function: Callable[[Scalar], Scalar]) -> Callable[[Scalar], Scalar]:
    """The derivative of a function of a number."""
    variable = symbol(("variable", id(function)), "u")
    body = function(variable)
    (slope,) = gradient(body, [variable])

    def derived(x: Scalar) -> Scalar:
        return substituted(slope, {variable: x})

    return derived


def _whole_function(key: str, values: list[Array], primes: int, node: Call) -> Array:
    value = values[0]
    if primes or (len(values) > 1 and key not in ("max", "min")):
        raise UnsettledError(f"{key} is used in a way that is not covered", node.span)
    match key:
        case "softmax" | "Softmax" | "logsoftmax":
            make = log_softmax if key == "logsoftmax" else softmax
            if len(value.shape) == 2 and value.shape[0] > 1:
                columns = value.shape[1]
                rows = [make(value.entries[i * columns : (i + 1) * columns]) for i in range(value.shape[0])]
                return Array(value.shape, tuple(entry for row in rows for entry in row))
            return Array(value.shape, make(value.entries))
        case "tr" | "Tr" | "trace":
            return scalar(arrays.trace(value))
        case "diag":
            return arrays.diagonal(value)
        case "sum":
            return scalar(total(value.entries))
        case "mean":
            return scalar(times((total(value.entries), number(Fraction(1, len(value.entries))))))
        case "max" | "min":
            every = [entry for each in values for entry in each.entries]
            if len(values) == 2 and any(each.shape for each in values):
                one, other = arrays.fitted(values[0], values[1])
                pairs = zip(one.entries, other.entries, strict=True)
                if key == "max":
                    return Array(one.shape, tuple(largest(pair) for pair in pairs))
                return Array(one.shape, tuple(-largest((-a, -b)) for a, b in pairs))
            if key == "max":
                return scalar(largest(tuple(every)))
            return scalar(-largest(tuple(-entry for entry in every)))
        case "norm":
            return scalar(power(arrays.sum_of_squares(value), Fraction(1, 2)))
        case _:
            raise UnsettledError(f"{key} is not covered", node.span)


def _defined_function(pattern: Pattern, primes: int, node: Call, world: World, env: Env) -> Array:
    labels = tuple(world.whole(n, env) for n in pattern.labels)
    subs = tuple(world.whole(n, env) for n in pattern.subs)
    for definition in world.context.functions[pattern.key]:
        parameters = definition.pattern.parameters or ()
        if len(parameters) != len(node.arguments):
            continue
        if any(isinstance(parameter, Derivative) for parameter in parameters):
            return _macro(definition, node, world, env)
        if len(definition.pattern.subs) != len(subs):
            if subs:
                continue
            return _entry_by_entry(definition, pattern, node, primes, world, env)
        bound = world.matched(definition.pattern, labels, subs)
        if bound is None:
            continue
        return _at(definition, node.arguments, bound, primes, node, world, env)
    raise UnsettledError(f"{pattern.key} is not defined for these arguments", node.span)


def _entry_by_entry(
    definition: Definition, pattern: Pattern, node: Call, primes: int, world: World, env: Env
) -> Array:
    """``f(x)`` where ``f(x)_j`` is defined: the vector of all entries."""
    subs = definition.pattern.subs
    if len(subs) != 1 or not isinstance(subs[0], Name):
        raise UnsettledError(f"{pattern.key} is defined entry by entry", node.span)
    letter = subs[0].letter
    limits = world.limits(letter) or world.inferred(letter, definition.body)
    if limits is None:
        value = evaluate(node.arguments[0], world, env)
        if len(value.shape) != 1:
            raise UnsettledError(f"nothing says how many entries {pattern.key} has", node.span)
        limits = (world.context.base, world.context.base + value.shape[0] - 1)
    return arrays.stack(
        [
            _at(definition, node.arguments, {letter: n}, primes, node, world, env)
            for n in range(limits[0], limits[1] + 1)
        ]
    )


def _at(
    definition: Definition, arguments: tuple[Node, ...], bound: dict[str, int], primes: int, node: Call,
    world: World, env: Env,
) -> Array:  # fmt: skip
    """The body with arguments for parameters."""
    parameters = [spelled(parameter) for parameter in definition.pattern.parameters or ()]
    local: dict[str, Array] = {}
    body = definition.body
    whole = any(isinstance(part, Call) and _is_whole(part, world) for part in parts_of(body))
    written = definition.pattern.parameters or ()
    for parameter, argument, original in zip(parameters, arguments, written, strict=True):
        if parameter is None:
            raise UnsettledError("a function of an expression", node.span)
        known = world.context.is_known(parameter.key)
        if known and same_name(argument, original) and not primes:
            whole = True
            continue
        value = evaluate(argument, world, env)
        whole = (
            whole
            or parameter.style == "bold"
            or _is_array_in(body, parameter.key)
            or (
                known
                and bool(world.context.declarations.get(parameter.key))
                and bool(value.shape)
                and any(d.dims for d in world.context.declarations[parameter.key])
            )
        )
        local[parameter.key] = value
    inner = Env({**env.indices, **bound}, {})
    if primes:
        if len(local) != 1 or len(arguments) != 1:
            raise UnsettledError("the derivative of a function of several variables", node.span)
        ((key, value),) = local.items()
        return value.map(lambda entry: _slope(body, key, entry, primes, inner, world))
    if not whole and len(local) == 1:
        ((key, value),) = local.items()
        if value.shape or value.flexible:
            return value.map(
                lambda entry: evaluate(body, world, inner.with_locals({key: scalar(entry)})).scalar
            )
    return evaluate(body, world, inner.with_locals(local))


def _is_whole(call: Call, world: World) -> bool:
    """Whether a call is of a function that takes an array whole."""
    spelling = spelled(call.function)
    return spelling is not None and spelling.key in WHOLE and spelling.key not in world.context.functions


def _slope(body: Node, key: str, at: Scalar, order: int, env: Env, world: World) -> Scalar:
    variable = symbol(("parameter", key), key)
    value = evaluate(body, world, env.with_locals({key: scalar(variable)})).scalar
    for _ in range(order):
        (value,) = gradient(value, [variable])
    return substituted(value, {variable: at}, through_definitions=True)


def _is_array_in(node: Node, key: str) -> bool:
    """Whether a parameter is read with a subscript, or its norm is taken."""
    for here in parts_of(node):
        if isinstance(here, Scripted) and here.sub is not None:
            spelling = spelled(here)
            if spelling is not None and spelling.key == key:
                return True
        if isinstance(here, Scripted) and any(is_transpose(part) for part in here.sups):
            spelling = spelled(here)
            if spelling is not None and spelling.key == key:
                return True
        if isinstance(here, Group) and here.bracket == "‖":
            return True
    return False


def _macro(definition: Definition, node: Call, world: World, env: Env) -> Array:
    """A function whose parameters are derivatives, such as D2L's prod: arguments go in as written."""
    given = dict(
        zip(
            (bare(parameter) for parameter in definition.pattern.parameters or ()),
            node.arguments,
            strict=True,
        )
    )
    body = definition.body
    if isinstance(body, Product):
        factors = tuple(f._replace(node=given.get(bare(f.node), f.node)) for f in body.factors)
        return evaluate(body._replace(factors=factors), world, env)
    raise UnsettledError("a function of derivatives that is no product", node.span)


def _abstract(
    pattern: Pattern, primes: int, values: list[Array], node: Call, world: World, env: Env
) -> Array:
    """A function that nothing defines: of a number, entry by entry, or a loss of everything it is given."""
    key = pattern.key
    if primes > 8:
        raise UnsettledError("a derivative of too high an order", node.span)
    name = key
    if pattern.labels or pattern.subs:
        places = [str(world.whole(n, env)) for n in (*pattern.labels, *pattern.subs)]
        name = f"{key}_{'_'.join(places)}"
    if key in world.losses_wanted and not primes:
        return scalar(world.loss(key, tuple(world.whole(n, env) for n in (*pattern.labels, *pattern.subs))))
    whole = key in LOSS_LETTERS or (bool(world.defining) and world.defining[-1] in LOSS_LETTERS)
    if len(values) == 1 and not (values[0].shape and whole):
        return values[0].map(lambda entry: abstract(name, (primes,), (entry,)))
    if primes:
        raise UnsettledError("the derivative of a function of several variables", node.span)
    every = [entry for value in values for entry in value.entries]
    if len(every) > _MOST_ARGUMENTS:
        return scalar(world.unknown_number(name, tuple(every)))
    return scalar(abstract(name, (0,) * len(every), tuple(every)))
