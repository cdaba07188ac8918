"""What a scalar expression is: numbers and symbols, and what is built of them.

Equal structure is one object: expressions are shared, compared and hashed by identity, and one that was met
before costs a look into a table. The table holds them weakly. A symbol may stand for a value (a named
intermediate such as z₁ = w₁·x₁ + b); it stays an atom until somebody asks for its definition, so that
thousands of definitions, each in terms of others, are never written out into each other.

Constructors fold numbers and drop 0 and 1; they keep what tells where there is a value: (√x)² is not x.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from fractions import Fraction
from itertools import count
from math import isqrt
from operator import attrgetter
from typing import Any, Final, Literal, TypeAlias
from weakref import ref

Kind: TypeAlias = Literal[
    "number", "symbol", "pi", "sum", "product", "power", "raise", "call", "bracket", "abstract"
]
Sign: TypeAlias = Literal[
    "real", "positive", "nonnegative", "nonzero", "negative", "nonpositive", "natural", "integer"
]
Rational: TypeAlias = int | Fraction
Operand: TypeAlias = "Scalar | int | Fraction"

FUNCTIONS: Final = frozenset(
    [
        "exp",
        "log",
        "tanh",
        "sigmoid",
        "softplus",
        "relu",
        "abs",
        "sign",
        "sin",
        "cos",
        "sinh",
        "cosh",
        "erf",
        "max",
    ]
)
"""The functions that a call may name; ``max`` has two arguments."""

_FEW: Final = 8
_BITS: Final = 4096


class Letter:
    """What is known of a symbol: its key, name and sign, and the value that it stands for, if any.

    ``height`` is how many definitions stand on each other below it, −1 until somebody counted them.
    """

    __slots__ = ("_thunk", "_value", "height", "key", "name", "sign")

    def __init__(
        self,
        key: Hashable,
        name: str,
        sign: Sign,
        value: Scalar | None = None,
        thunk: Callable[[], Scalar] | None = None,
    ) -> None:
        self.key = key
        self.name = name
        self.sign: Sign = sign
        self._value = value
        self._thunk = thunk
        self.height = -1

    @property
    def is_defined(self) -> bool:
        """Whether the symbol stands for a value."""
        return self._value is not None or self._thunk is not None

    @property
    def definition(self) -> Scalar | None:
        """The value that the symbol stands for; a lazy one is found now."""
        if self._value is None and self._thunk is not None:
            self._value = self._thunk()
        return self._value

    def __repr__(self) -> str:
        return f"Letter({self.key!r}, {self.name!r}, {self.sign!r})"


class Scalar:
    """A scalar expression; made by the functions of this module, never changed.

    ``args`` are its parts. ``data`` is a number's value, a symbol's :class:`Letter`, a power's exponent, a
    call's function, a bracket's relation to 0, an unknown function's name and orders of differentiation.
    Factors of a product stand by age (``serial``), so that a·b and b·a are one object; summands as given.
    """

    __slots__ = ("__weakref__", "args", "data", "kind", "memo", "serial")

    kind: Kind
    args: tuple[Scalar, ...]
    data: Any
    serial: int
    memo: dict[Any, Any] | None

    @property
    def value(self) -> Rational:
        """The value of a number."""
        return self.data  # type: ignore[no-any-return]  # its kind says what it is

    @property
    def letter(self) -> Letter:
        """The letter of a symbol."""
        return self.data  # type: ignore[no-any-return]  # its kind says what it is

    @property
    def exponent(self) -> Rational:
        """The exponent of a power."""
        return self.data  # type: ignore[no-any-return]  # its kind says what it is

    @property
    def unknown(self) -> tuple[str, tuple[int, ...]]:
        """The name of an unknown function, and how often it is differentiated by each argument."""
        return self.data  # type: ignore[no-any-return]  # its kind says what it is

    @property
    def definition(self) -> Scalar | None:
        """The value that a symbol stands for; None for an input and for anything else."""
        return self.data.definition if self.kind == "symbol" else None

    def __add__(self, other: Operand) -> Scalar:
        return total((self, coerced(other)))

    def __radd__(self, other: Operand) -> Scalar:
        return total((coerced(other), self))

    def __sub__(self, other: Operand) -> Scalar:
        return total((self, -coerced(other)))

    def __rsub__(self, other: Operand) -> Scalar:
        return total((coerced(other), -self))

    def __mul__(self, other: Operand) -> Scalar:
        return times((self, coerced(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Scalar:
        return times((self, power(coerced(other), -1)))

    def __rtruediv__(self, other: Operand) -> Scalar:
        return times((coerced(other), power(self, -1)))

    def __pow__(self, exponent: Operand) -> Scalar:
        return raised(self, exponent) if isinstance(exponent, Scalar) else power(self, exponent)

    def __neg__(self) -> Scalar:
        return times((MINUS_ONE, self))

    def __repr__(self) -> str:
        from symgrad.verify.walks import written

        return written(self)


class _Entry(ref[Scalar]):
    """A weak reference that knows its place in the table."""

    __slots__ = ("place",)

    place: Hashable


_TABLE: Final[dict[Hashable, _Entry]] = {}
_SERIALS = count()
_by_age = attrgetter("serial")


def _forget(entry: ref[Scalar]) -> None:
    if isinstance(entry, _Entry) and _TABLE.get(entry.place) is entry:
        del _TABLE[entry.place]


def _made(kind: Kind, data: Any, args: tuple[Scalar, ...], place: Hashable | None = None) -> Scalar:
    """The one object for this structure.

    A place names parts by their serials: were they in it themselves, the table would keep them alive.
    """
    if place is None:
        place = (kind, data, *[arg.serial for arg in args])
    entry = _TABLE.get(place)
    if entry is not None:
        found = entry()
        if found is not None:
            return found
    node = object.__new__(Scalar)
    node.kind = kind
    node.data = data
    node.args = args
    node.serial = next(_SERIALS)
    node.memo = None
    entry = _Entry(node, _forget)
    entry.place = place
    _TABLE[place] = entry
    return node


def coerced(value: Operand) -> Scalar:
    """``value`` as an expression."""
    return value if isinstance(value, Scalar) else number(value)


def number(value: Rational) -> Scalar:
    """A rational number."""
    return _made("number", whole(value), ())


def whole(value: Rational) -> Rational:
    """The same number, an int where it is one: those are faster."""
    return value if isinstance(value, int) or value.denominator != 1 else value.numerator


ZERO: Final = number(0)
ONE: Final = number(1)
MINUS_ONE: Final = number(-1)
PI: Final = _made("pi", None, ())


def symbol(key: Hashable, name: str | None = None, sign: Sign = "real") -> Scalar:
    """An independent symbol; the same for the same key, name and sign."""
    name = str(key) if name is None else name
    place = ("symbol", key, name, sign)
    entry = _TABLE.get(place)
    found = entry() if entry is not None else None
    return found if found is not None else _made("symbol", Letter(key, name, sign), (), place)


def defined(key: Hashable, name: str, value: Scalar, sign: Sign = "real") -> Scalar:
    """A symbol that stands for ``value``; the same for the same key, name, value and sign."""
    return _made("symbol", Letter(key, name, sign, value), (), ("defined", key, name, sign, value.serial))


def lazily_defined(key: Hashable, name: str, thunk: Callable[[], Scalar], sign: Sign = "real") -> Scalar:
    """A symbol that stands for ``thunk()``, which is called when it is first needed.

    Two thunks make two symbols, even under one key: keep the symbol, do not make it again.
    """
    return _made("symbol", Letter(key, name, sign, None, thunk), (), ("lazy", key, name, sign, id(thunk)))


def total(items: Iterable[Scalar]) -> Scalar:
    """The sum of ``items``, its numbers added up and put first."""
    constant: Rational = 0
    terms = []
    for item in items:
        if item.kind == "number":
            constant += item.data
        else:
            terms.append(item)
    if constant:
        terms.insert(0, number(constant))
    if len(terms) < 2:
        return terms[0] if terms else ZERO
    return _made("sum", None, tuple(terms))


def times(items: Iterable[Scalar]) -> Scalar:
    """The product of ``items``, its numbers multiplied and put first, equal factors as a power."""
    coefficient: Rational = 1
    factors: list[Scalar] = []
    for item in items:
        if item.kind == "number":
            coefficient *= item.data
        elif item.kind == "product" and len(item.args) <= _FEW:
            # A long product stays nested: a product built factor by factor must not be copied each time.
            first = item.args[0]
            if first.kind == "number":
                coefficient *= first.data
                factors += item.args[1:]
            else:
                factors += item.args
        else:
            factors.append(item)
    if not coefficient:
        return ZERO
    if len(factors) > 1:
        factors.sort(key=_by_age)
        if len(set(factors)) < len(factors):
            counted: dict[Scalar, int] = {}
            for factor in factors:
                counted[factor] = counted.get(factor, 0) + 1
            factors = sorted((power(base, n) for base, n in counted.items()), key=_by_age)
    if coefficient != 1:
        factors.insert(0, number(coefficient))
    if len(factors) < 2:
        return factors[0] if factors else ONE
    return _made("product", None, tuple(factors))


def power(base: Scalar, exponent: Rational) -> Scalar:
    """``base`` to a rational power; with a fraction in the exponent it is defined for base ≥ 0 only."""
    exponent = whole(exponent)
    if exponent == 0:
        return ONE
    if exponent == 1:
        return base
    if base.kind == "number":
        folded = _number_power(base.data, exponent)
        if folded is not None:
            return number(folded)
    elif base.kind == "power" and isinstance(exponent, int) and isinstance(base.data, int):
        return power(base.args[0], base.data * exponent)
    return _made("power", exponent, (base,))


def _number_power(base: Rational, exponent: Rational) -> Rational | None:
    """``base ** exponent`` where it is rational and of moderate size."""
    top, bottom = base.numerator, base.denominator
    if base == 1:
        return 1
    size = max(exponent, -exponent) * (top.bit_length() + bottom.bit_length())
    if (not base and exponent < 0) or size > _BITS:
        return None
    if isinstance(exponent, int):
        return whole(Fraction(top, bottom) ** exponent)
    if top < 0 or exponent.denominator != 2:
        return None
    root = Fraction(isqrt(top), isqrt(bottom))
    return whole(root**exponent.numerator) if root * root == base else None


def raised(base: Scalar, exponent: Scalar) -> Scalar:
    """``base`` to a symbolic power: real for base > 0, and for any base where the exponent is whole."""
    if exponent.kind == "number":
        return power(base, exponent.data)
    return ONE if base is ONE else _made("raise", None, (base, exponent))


_AT_ZERO: Final = {"exp": 1, "tanh": 0, "relu": 0, "abs": 0, "sign": 0, "sin": 0, "cos": 1, "sinh": 0}


def call(name: str, argument: Scalar) -> Scalar:
    """A known function of one argument; ``sqrt`` is the power ½.

    Raises:
        ValueError: a name that is not in FUNCTIONS.
    """
    if name == "sqrt":
        return power(argument, Fraction(1, 2))
    if name not in FUNCTIONS or name == "max":
        raise ValueError(f"{name} is not a function of one argument; known: {', '.join(sorted(FUNCTIONS))}")
    if argument.kind == "number":
        value = argument.value
        if name == "relu":
            return number(max(value, 0))
        if name == "abs":
            return number(max(value, -value))
        if name == "sign":
            return number((value > 0) - (value < 0))
        if argument is ZERO and name in _AT_ZERO:
            return number(_AT_ZERO[name])
        if argument is ONE and name == "log":
            return ZERO
    return _made("call", name, (argument,))


def maximum(a: Scalar, b: Scalar) -> Scalar:
    """The larger of two."""
    if a is b:
        return a
    if a.kind == b.kind == "number":
        return number(max(a.data, b.data))
    return _made("call", "max", (a, b))


def bracket(kind: Literal[">", ">=", "="], e: Scalar) -> Scalar:
    """1 where ``e`` stands in this relation to 0, else 0."""
    if e.kind == "number":
        return ONE if {">": e.data > 0, ">=": e.data >= 0, "=": e.data == 0}[kind] else ZERO
    return _made("bracket", kind, (e,))


def abstract(name: str, orders: tuple[int, ...], args: Sequence[Scalar]) -> Scalar:
    """An unknown smooth function at ``args``, differentiated ``orders[i]`` times by its i-th argument."""
    if len(orders) != len(args):
        raise ValueError(f"{name} has {len(args)} arguments and {len(orders)} orders of differentiation")
    return _made("abstract", (name, tuple(orders)), tuple(args))
