"""Scalar expressions: what is left of a formula once indices are unrolled and matrices taken entry by entry.

An expression is a node of a directed acyclic graph, and equal nodes are one object: comparison and
hashing are by identity, and whatever is computed is computed once for each node. Nothing here recurses:
a sum of five thousand terms, or a nesting of thousands, is walked by :func:`postorder`.

The constructors do only what costs nothing and is true wherever both sides are defined: numbers are
folded, zeros and ones dropped. ``0 · log x`` is 0. No other rule of algebra is used before
:mod:`symgrad.verify.normal`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias
from weakref import WeakValueDictionary

from symgrad.errors import AlgebraError

Rational: TypeAlias = int | Fraction
Kind: TypeAlias = Literal[
    "number", "symbol", "pi", "sum", "product", "power", "raise", "call", "abstract", "bracket"
]
Sign: TypeAlias = Literal["real", "nonnegative", "positive", "nonzero", "integer", "natural"]

MOST_FOLDED_BITS = 2_000
"""The longest number that a constructor works out; a longer power stays a power."""


class Letter(NamedTuple):
    """What a symbol is: the caller's key, the name to print, and the sign it is assumed to have.

    ``natural`` is a whole number from 1 on. Two symbols are the same if all three are.
    """

    key: Hashable
    name: str
    sign: Sign


class Unknown(NamedTuple):
    """An abstract function and how often each argument was differentiated: ``(1,)`` f′, ``(1, 0)`` ∂₁F."""

    name: str
    orders: tuple[int, ...]


class Scalar:
    """One expression; ``kind`` says what ``args`` and ``data`` mean. Made by the functions of this module.

    number: data the value · symbol: data a Letter · power: (base), data a rational exponent · raise: (base,
    exponent) · call: data the function's name · abstract: data an Unknown · bracket: (e), data ``>``, ``>=``, ``=``.
    """

    __slots__ = ("__weakref__", "args", "data", "kind")

    kind: Kind
    args: tuple[Scalar, ...]
    data: object

    def __init__(self, kind: Kind, args: tuple[Scalar, ...], data: object) -> None:
        self.kind = kind
        self.args = args
        self.data = data

    def __add__(self, other: Scalar | Rational) -> Scalar:
        return total((self, scalar(other)))

    __radd__ = __add__

    def __sub__(self, other: Scalar | Rational) -> Scalar:
        return total((self, -scalar(other)))

    def __rsub__(self, other: Scalar | Rational) -> Scalar:
        return total((scalar(other), -self))

    def __neg__(self) -> Scalar:
        return times((number(-1), self))

    def __mul__(self, other: Scalar | Rational) -> Scalar:
        return times((self, scalar(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: Scalar | Rational) -> Scalar:
        return times((self, power(scalar(other), -1)))

    def __rtruediv__(self, other: Scalar | Rational) -> Scalar:
        return times((scalar(other), power(self, -1)))

    def __pow__(self, exponent: Scalar | Rational) -> Scalar:
        return power(self, exponent)

    def __rpow__(self, base: Scalar | Rational) -> Scalar:
        return power(scalar(base), self)

    def __repr__(self) -> str:
        return f"Scalar({text(self)})"

    @property
    def value(self) -> Rational:
        """The value of a number."""
        assert self.kind == "number"
        return self.data  # type: ignore[return-value]  # a number's data

    @property
    def letter(self) -> Letter:
        """What a symbol is."""
        assert self.kind == "symbol"
        return self.data  # type: ignore[return-value]  # a symbol's data

    @property
    def exponent(self) -> Rational:
        """The exponent of a power."""
        assert self.kind == "power"
        return self.data  # type: ignore[return-value]  # a power's data

    @property
    def unknown(self) -> Unknown:
        """Which abstract function this is a value of."""
        assert self.kind == "abstract"
        return self.data  # type: ignore[return-value]  # an abstract function's data


_known: WeakValueDictionary[tuple[Kind, tuple[Scalar, ...], object], Scalar] = WeakValueDictionary()


def _node(kind: Kind, args: tuple[Scalar, ...] = (), data: object = None) -> Scalar:
    key = (kind, args, data)
    found = _known.get(key)
    if found is None:
        found = _known[key] = Scalar(kind, args, data)
    return found


def whole(value: Rational) -> Rational:
    """``value`` as an ``int`` where it is whole."""
    return value.numerator if value.denominator == 1 else value


def number(value: Rational) -> Scalar:
    """A rational number."""
    return _node("number", (), whole(value))


def scalar(value: Scalar | Rational) -> Scalar:
    """A number as an expression; an expression as it is."""
    return value if isinstance(value, Scalar) else number(value)


def symbol(key: Hashable, name: str | None = None, sign: Sign = "real") -> Scalar:
    """A variable. ``name`` is how a witness prints it, by default the key."""
    return _node("symbol", (), Letter(key, str(key) if name is None else name, sign))


ZERO = number(0)
ONE = number(1)
PI = _node("pi")


def total(terms: Iterable[Scalar]) -> Scalar:
    """The sum: numbers added up, the rest in the order given."""
    const: Rational = 0
    rest = []
    for term in terms:
        if term.kind == "number":
            const += term.value
        else:
            rest.append(term)
    if const or not rest:
        rest.append(number(const))
    return rest[0] if len(rest) == 1 else _node("sum", tuple(rest))


def times(factors: Iterable[Scalar]) -> Scalar:
    """The product: numbers multiplied out and put first, the rest in the order given."""
    coefficient: Rational = 1
    rest = []
    for factor in factors:
        if factor.kind == "number":
            coefficient *= factor.value
        elif factor.kind == "product" and factor.args[0].kind == "number":
            coefficient *= factor.args[0].value
            rest += factor.args[1:]
        else:
            rest.append(factor)
    if not coefficient or not rest:
        return number(coefficient)
    if coefficient != 1:
        rest.insert(0, number(coefficient))
    return rest[0] if len(rest) == 1 else _node("product", tuple(rest))


def power(base: Scalar, exponent: Scalar | Rational) -> Scalar:
    """``base`` to a rational or to any exponent. ``(b^m)^n = b^(mn)`` only for whole m and n."""
    if isinstance(exponent, Scalar):
        if exponent.kind != "number":
            return ONE if base is ONE else _node("raise", (base, exponent))
        exponent = exponent.value
    exponent = whole(exponent)
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if isinstance(exponent, int):
        if base.kind == "number" and (base.value or exponent > 0):
            value = Fraction(base.value)
            bits = max(value.numerator.bit_length(), value.denominator.bit_length())
            if bits <= 1 or bits * abs(exponent) <= MOST_FOLDED_BITS:
                return number(value**exponent)
        if base.kind == "power" and isinstance(base.exponent, int):
            return power(base.args[0], base.exponent * exponent)
    elif base is ONE:
        return ONE
    return _node("power", (base,), exponent)


def sqrt(e: Scalar) -> Scalar:
    """The root that is not negative."""
    return power(e, Fraction(1, 2))


def call(name: str, *args: Scalar) -> Scalar:
    """The value of one of :data:`FUNCTIONS` (``max`` takes any number of arguments).

    Raises:
        AlgebraError: no function is called this, or it takes another number of arguments.
    """
    if name == "sqrt" and len(args) == 1:
        return sqrt(args[0])
    if name == "max" and args:
        return args[0] if len(args) == 1 else _node("call", args, "max")
    if name not in FUNCTIONS or len(args) != 1:
        raise AlgebraError(
            f"no function {name} of {len(args)} arguments; known: {', '.join(FUNCTIONS)}, max, sqrt"
        )
    (e,) = args
    if e.kind == "number":
        if not e.value and name in _AT_ZERO:
            return _AT_ZERO[name]
        if e is ONE and name == "log":
            return ZERO
        if name in ("relu", "abs") and e.value:
            return e if e.value > 0 else ZERO if name == "relu" else -e
        if name == "sign":
            return number((e.value > 0) - (e.value < 0))
    return _node("call", args, name)


def bracket(kind: Literal[">", ">=", "="], e: Scalar) -> Scalar:
    """``[e > 0]``, ``[e ≥ 0]`` or ``[e = 0]``: 1 where it holds, 0 elsewhere."""
    if e.kind == "number":
        holds = e.value > 0 if kind == ">" else e.value >= 0 if kind == ">=" else e.value == 0
        return number(int(holds))
    return _node("bracket", (e,), kind)


def abstract(name: str, *args: Scalar, orders: tuple[int, ...] = ()) -> Scalar:
    """The value of a function of which only the name is known, or of a derivative of it."""
    return _node("abstract", args, Unknown(name, orders or (0,) * len(args)))


_AT_ZERO = {name: ZERO for name in ("tanh", "relu", "abs", "sin", "sinh", "erf")} | {
    name: ONE for name in ("exp", "cos", "cosh")
}

# The derivative of each function at its argument; at a kink it is torch's (relu′(0) = abs′(0) = 0).
FUNCTIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "exp": lambda u: call("exp", u),
    "log": lambda u: power(u, -1),
    "tanh": lambda u: 1 - call("tanh", u) ** 2,
    "sigmoid": lambda u: call("sigmoid", u) * (1 - call("sigmoid", u)),
    "softplus": lambda u: call("sigmoid", u),
    "relu": lambda u: bracket(">", u),
    "abs": lambda u: call("sign", u),
    "sign": lambda u: ZERO,
    "sin": lambda u: call("cos", u),
    "cos": lambda u: -call("sin", u),
    "sinh": lambda u: call("cosh", u),
    "cosh": lambda u: call("sinh", u),
    "erf": lambda u: 2 * power(PI, Fraction(-1, 2)) * call("exp", -(u**2)),
}


def postorder(*roots: Scalar) -> list[Scalar]:
    """Every node below the roots once, arguments before what they are arguments of."""
    done: set[Scalar] = set()
    order = []
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in done:
            done.add(node)
            if node.args:
                stack.append((node, True))
                stack += [(arg, False) for arg in reversed(node.args) if arg not in done]
            else:
                order.append(node)
    return order


def symbols(*roots: Scalar) -> list[Scalar]:
    """The symbols below the roots, in order of appearance."""
    return [node for node in postorder(*roots) if node.kind == "symbol"]


def size(*roots: Scalar) -> int:
    """How many distinct nodes there are."""
    return len(postorder(*roots))


def rebuilt(node: Scalar, args: tuple[Scalar, ...]) -> Scalar:
    """The same operation on other arguments."""
    match node.kind:
        case "sum":
            return total(args)
        case "product":
            return times(args)
        case "power":
            return power(args[0], node.exponent)
        case "raise":
            return power(args[0], args[1])
        case "call":
            return call(str(node.data), *args)
        case "bracket":
            return bracket(node.data, args[0])  # type: ignore[arg-type]  # a bracket's data
        case "abstract":
            return abstract(node.unknown.name, *args, orders=node.unknown.orders)
        case _:
            return node


def substitute(expression: Scalar, mapping: Mapping[Scalar, Scalar]) -> Scalar:
    """``expression`` with nodes (usually symbols) replaced, all at once."""
    result: dict[Scalar, Scalar] = {}
    for node in postorder(expression):
        if node in mapping:
            result[node] = mapping[node]
        elif node.args:
            args = tuple(map(result.__getitem__, node.args))
            result[node] = node if args == node.args else rebuilt(node, args)
        else:
            result[node] = node
    return result[expression]


def derivative(expression: Scalar, by: Scalar) -> Scalar:
    """The partial derivative, each node differentiated once.

    ``max`` is differentiated at its first maximiser, brackets have derivative 0, and an abstract function
    has one derivative for each of its arguments.
    """
    result: dict[Scalar, Scalar] = {}
    for node in postorder(expression):
        inner = [result[arg] for arg in node.args]
        if node is by:
            result[node] = ONE
        elif all(d is ZERO for d in inner):
            result[node] = ZERO
        else:
            result[node] = _derivative(node, inner)
    return result[expression]


def _derivative(node: Scalar, inner: list[Scalar]) -> Scalar:
    args = node.args
    match node.kind:
        case "sum":
            return total(inner)
        case "product":
            return total(times((*args[:n], d, *args[n + 1 :])) for n, d in enumerate(inner) if d is not ZERO)
        case "power":
            return times((number(node.exponent), power(args[0], node.exponent - 1), inner[0]))
        case "raise":
            base, exponent = args
            by_base = times((exponent, power(base, exponent - 1), inner[0]))
            return by_base if inner[1] is ZERO else by_base + node * call("log", base) * inner[1]
        case "call" if node.data == "max":
            return total(_first_maximiser(args, n) * d for n, d in enumerate(inner))
        case "call":
            return times((FUNCTIONS[str(node.data)](args[0]), inner[0]))
        case "abstract":
            name, orders = node.unknown
            raised = [tuple(o + (m == n) for m, o in enumerate(orders)) for n in range(len(args))]
            return total(abstract(name, *args, orders=raised[n]) * d for n, d in enumerate(inner))
        case _:
            return ZERO


def _first_maximiser(args: tuple[Scalar, ...], n: int) -> Scalar:
    here = args[n]
    before = [bracket(">", here - other) for other in args[:n]]
    return times(before + [bracket(">=", here - other) for other in args[n + 1 :]])


def text(expression: Scalar) -> str:
    """The expression on one line, for notes and messages; cut where it is long."""
    longest = 200
    shown: dict[Scalar, str] = {}
    for node in postorder(expression):
        line = _text(node, [shown[arg] for arg in node.args])
        shown[node] = line if len(line) <= longest else line[: longest - 1] + "…"
    return shown[expression]


def _text(node: Scalar, args: list[str]) -> str:
    match node.kind:
        case "number":
            return str(node.value)
        case "symbol":
            return node.letter.name
        case "sum":
            return "(" + " + ".join(args[:50]) + ")"
        case "product":
            return "*".join(args[:50])
        case "power":
            return f"({args[0]})^({node.exponent})"
        case "raise":
            return f"({args[0]})^({args[1]})"
        case "call":
            return f"{node.data}({', '.join(args)})"
        case "bracket":
            return f"[{args[0]} {node.data} 0]"
        case "abstract":
            name, orders = node.unknown
            primes = (
                "'" * orders[0]
                if len(orders) == 1
                else "_" + "".join(map(str, orders))
                if any(orders)
                else ""
            )
            return f"{name}{primes}({', '.join(args)})"
        case _:
            return node.kind


def traversed(node: Scalar) -> Iterator[Scalar]:
    """The terms of a sum, sums inside sums opened (each as often as it occurs)."""
    stack = [node]
    while stack:
        here = stack.pop()
        if here.kind == "sum":
            stack += reversed(here.args)
        else:
            yield here
