"""Number systems that one interpreter can run on: a prime field, fractions, floats, SymPy, dual numbers.

A transcendental function has no exact value in a field. In the exact ones it is a fixed, arbitrary value that
depends on its name and argument alone; only what the derivation may use of it holds, the rule of its
derivative, which is typed here once more (``SLOPES``) and tested elsewhere against SymPy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias

import sympy

Element: TypeAlias = Any


EXACT = {
    "lambda_s": Fraction("1.0507009873554804934193349852946"),
    "alpha_s": Fraction("1.6732632423543772848170429916717"),
}
NUMBERS = {name: float(value) for name, value in EXACT.items()}
"""The constants of selu, typed here once more."""


class Field(Protocol):
    """What an interpreter needs of numbers."""

    def number(self, q: Fraction | int) -> Element: ...
    def add(self, x: Element, y: Element) -> Element: ...
    def mul(self, x: Element, y: Element) -> Element: ...
    def power(self, x: Element, exponent: Fraction | int) -> Element: ...
    def constant(self, name: str) -> Element: ...
    def apply(self, name: str, order: int, x: Element) -> Element: ...
    def positive(self, x: Element) -> Element: ...
    def zero(self, x: Element) -> Element: ...
    def greatest(self, xs: Sequence[Element]) -> Element: ...
    def is_first(self, n: int, xs: Sequence[Element]) -> Element: ...


def arbitrary(*what: object) -> int:
    """A whole number below 2⁶⁴ that depends on ``what`` alone, the same in every process."""
    return int.from_bytes(blake2b(repr(what).encode(), digest_size=8).digest(), "big")


class Prime:
    """The field of 2⁶¹ − 11913 elements, an element being an int. It has no order: no relu, no maximum.

    2, 3, 5, 7, 11 and 13 are squares in it, so that what holds √D for small widths D has values.
    """

    p = 2**61 - 11913

    def number(self, q):
        return q.numerator * pow(q.denominator, -1, self.p) % self.p

    def add(self, x, y):
        return (x + y) % self.p

    def mul(self, x, y):
        return x * y % self.p

    def power(self, x, exponent):
        exponent = Fraction(exponent)
        if exponent.denominator == 1:
            return pow(x, int(exponent), self.p)
        assert exponent.denominator == 2, "no other roots in the prime field"
        # Half of all elements are no squares. What is used of a root is that its powers fit together, so an
        # arbitrary value serves; who uses root² = x as well is told wrong where that fails, never right.
        # A small square is a number that an equation states, such as a width of 4, and its root a number too.
        small = math.isqrt(x) if x < 10**6 else 0
        root = small if small * small == x else arbitrary("root", x) % self.p
        return pow(root, int(2 * exponent), self.p)

    def constant(self, name):
        return arbitrary(name) % self.p

    def apply(self, name, order, x):
        return arbitrary(name, order, x) % self.p

    def positive(self, x):
        raise TypeError("a prime field has no order")

    def is_first(self, n, xs):
        raise TypeError("a prime field has no order")

    zero = greatest = positive


class NoRootError(ArithmeticError):
    """An element that is no square; another point is to be drawn."""


class Residue:
    """An element of the prime field with Python's operators, the squares being the positive ones.

    Signs multiply as those of numbers do: −1 is no square, so of x and −x one is positive unless x = 0, and
    x·y is positive where both are. Sums of positive elements need not be, and > is not transitive.
    """

    __slots__ = ("n",)

    def __init__(self, x: Residue | Fraction | int) -> None:
        if isinstance(x, int):
            self.n: int = x % Prime.p
        else:
            self.n = x.n if isinstance(x, Residue) else Prime().number(x)

    def __repr__(self) -> str:
        return f"Residue({self.n})"

    def __hash__(self) -> int:
        return hash(self.n)

    def __eq__(self, other: object) -> Any:
        return self.n == Residue(other).n if isinstance(other, _NUMBERS) else NotImplemented

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Residue):
            return Residue(self.n + other.n)
        return self + Residue(other) if isinstance(other, _NUMBERS) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Residue):
            return Residue(self.n * other.n)
        return self * Residue(other) if isinstance(other, _NUMBERS) else NotImplemented

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Residue:
        return Residue(-self.n)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __truediv__(self, other: Any) -> Any:
        return self * Residue(other) ** -1 if isinstance(other, _NUMBERS) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return other * self**-1

    def __pow__(self, exponent: int) -> Residue:
        if not self.n and exponent < 0:
            raise ZeroDivisionError("0 has no inverse")
        return Residue(pow(self.n, exponent, Prime.p))

    @property
    def sign(self) -> int:
        """1, 0 or −1."""
        return 0 if not self.n else 1 if pow(self.n, (Prime.p - 1) // 2, Prime.p) == 1 else -1

    def __gt__(self, other: Any) -> bool:
        return Residue(self - other).sign > 0

    def __lt__(self, other: Any) -> bool:
        return Residue(self - other).sign < 0

    def __ge__(self, other: Any) -> bool:
        return not self < other

    def __le__(self, other: Any) -> bool:
        return not self > other


_NUMBERS = (Residue, Fraction, int)


class Residues:
    """The prime field with a sign and with true roots: what can be told of both holds, exactly.

    The square root is the positive one, so that √x² = |x|.
    """

    number = staticmethod(Residue)

    def add(self, x, y):
        return x + y

    def mul(self, x, y):
        return x * y

    def power(self, x, exponent):
        exponent = Fraction(exponent)
        if exponent.denominator == 1:
            return Residue(x) ** int(exponent)
        assert exponent.denominator == 2, "no other roots in the prime field"
        x = Residue(x)
        if x < 0:
            raise NoRootError(x)
        return Residue(pow(x.n, (Prime.p + 1) // 4, Prime.p)) ** int(2 * exponent)

    def constant(self, name):
        if name == "kappa":
            return self.power(2 / self.constant("pi"), Fraction(1, 2))
        return Residue(EXACT[name]) if name in EXACT else Residue(arbitrary(name)) ** 2

    def apply(self, name, order, x):
        x = Residue(x)
        if (name, order) == ("relu", 0):
            return x if x > 0 else Residue(0)
        if (name, order) == ("abs", 0):
            return x * x.sign
        return Residue(arbitrary(name, order, x.n))

    def positive(self, x):
        return Residue(int(x > 0))

    def zero(self, x):
        return Residue(int(x == 0))

    def greatest(self, xs):
        return xs[_first_greatest(xs)]

    def is_first(self, n, xs):
        return Residue(int(_first_greatest(xs) == n))


class Fractions:
    """The rationals, for what needs an order."""

    def number(self, q):
        return Fraction(q)

    def add(self, x, y):
        return x + y

    def mul(self, x, y):
        return x * y

    def power(self, x, exponent):
        exponent = Fraction(exponent)
        if exponent.denominator == 1:
            return x ** int(exponent)
        small = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator)) if x > 0 else Fraction(0)
        known = x < 10**6 and small * small == x  # as in the prime field
        return (small if known else Fraction(arbitrary("root", x) % 17 + 2, 3)) ** int(2 * exponent)

    def constant(self, name):
        return EXACT.get(name, Fraction(arbitrary(name) % 13 + 2, 5))

    def apply(self, name, order, x):
        if (name, order) == ("relu", 0):
            return max(x, Fraction(0))
        if (name, order) == ("abs", 0):
            return abs(x)
        if (name, order) == ("exp", 0):
            return Fraction(2 * (arbitrary(name, order, x) % 17) + 1, 6)  # positive, and so are sums of it
        return Fraction(2 * (arbitrary(name, order, x) % 17) - 17, 6)  # never 0 or 1

    def positive(self, x):
        return Fraction(x > 0)

    def zero(self, x):
        return Fraction(x == 0)

    def greatest(self, xs):
        return xs[_first_greatest(xs)]

    def is_first(self, n, xs):
        return self.number(Fraction(_first_greatest(xs) == n))


def _first_greatest(xs):
    return max(range(len(xs)), key=lambda n: (xs[n], -n))


class Floats(Fractions):
    """Double precision, with the real functions; ``abstract`` holds what f, f′, … are."""

    def __init__(self, abstract: dict[tuple[str, int], Callable[[float], float]] | None = None) -> None:
        self.functions = {
            ("exp", 0): math.exp,
            ("log", 0): math.log,
            ("tanh", 0): math.tanh,
            ("sigmoid", 0): lambda x: 0.5 + 0.5 * math.tanh(x / 2),
            ("relu", 0): lambda x: max(x, 0.0),
            ("softplus", 0): lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))),
            ("erf", 0): math.erf,
            ("Phi", 0): lambda x: math.erfc(-x / 2**0.5) / 2,
            ("varphi", 0): lambda x: math.exp(-x * x / 2) / (2 * math.pi) ** 0.5,
            ("sin", 0): math.sin,
            ("cos", 0): math.cos,
            ("sinh", 0): math.sinh,
            ("cosh", 0): math.cosh,
            ("abs", 0): abs,
            **(abstract or {}),
        }

    def number(self, q):
        return q.numerator / q.denominator

    def power(self, x, exponent):
        return x ** int(exponent) if Fraction(exponent).denominator == 1 else x ** float(exponent)

    def constant(self, name):
        return {"pi": math.pi, "kappa": (2 / math.pi) ** 0.5, **NUMBERS}[name]

    def apply(self, name, order, x):
        return self.functions[name, order](x)

    def positive(self, x):
        return float(x > 0)

    def zero(self, x):
        return float(x == 0)


class Positive(sympy.Function):
    """``[x > 0]``, whose derivative is 0 almost everywhere."""

    nargs = 1

    def fdiff(self, argindex=1):
        return sympy.Integer(0)


class Unknown(sympy.Function):
    """``f⁽ⁿ⁾(x)`` as ``Unknown(f, n, x)``; relu and sigmoid too, which SymPy has not, or as a fraction."""

    nargs = 3

    def fdiff(self, argindex=3):
        name, order, x = self.args
        if name.name == "relu":
            return Positive(x)
        if name.name == "sigmoid":
            return self - self**2
        if name.name == "softplus":
            return Unknown(sympy.Symbol("sigmoid"), sympy.Integer(0), x)
        if name.name == "abs":
            return Positive(x) - Positive(-x)
        return Unknown(name, order + 1, x)


class Greatest(sympy.Function):
    """``max(x₁, x₂, …)``, whose derivative by an argument is 1 where that is the first of the greatest."""

    def fdiff(self, argindex=1):
        return First(argindex, *self.args)


class First(sympy.Function):
    """``First(n, x₁, x₂, …)``: 1 where xₙ is the first of the greatest, flat almost everywhere."""

    def fdiff(self, argindex=1):
        return sympy.Integer(0)


class Exp(sympy.Function):
    """e^x without SymPy's own rules, which join products of powers that a prime field keeps apart."""

    nargs = 1

    def fdiff(self, argindex=1):
        return self


class Log(sympy.Function):
    """log x without SymPy's own rules."""

    nargs = 1

    def fdiff(self, argindex=1):
        return 1 / self.args[0]


class SymPy:
    """SymPy's expressions."""

    known = {  # noqa: RUF012
        "exp": Exp,
        "log": Log,
        "tanh": sympy.tanh,
        "erf": sympy.erf,
        "Phi": lambda x: (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        "varphi": lambda x: sympy.exp(-(x**2) / 2) / sympy.sqrt(2 * sympy.pi),
        "sin": sympy.sin,
        "cos": sympy.cos,
        "sinh": sympy.sinh,
        "cosh": sympy.cosh,
    }

    def number(self, q):
        return sympy.Rational(q.numerator, q.denominator)

    def add(self, x, y):
        return x + y

    def mul(self, x, y):
        return x * y

    def power(self, x, exponent):
        return x ** self.number(Fraction(exponent))

    def constant(self, name):
        return sympy.pi if name == "pi" else sympy.Symbol(name)

    def apply(self, name, order, x):
        if name in self.known:
            return self.known[name](x)
        return Unknown(sympy.Symbol(name), sympy.Integer(order), x)

    def positive(self, x):
        return Positive(x)

    def zero(self, x):
        raise TypeError("SymPy has no bracket here")

    def greatest(self, xs):
        return Greatest(*xs) if len(xs) > 1 else xs[0]

    def is_first(self, n, xs):
        return First(n + 1, *xs) if len(xs) > 1 else sympy.Integer(1)


Slope: TypeAlias = Callable[[Field, Element], Element]


def _call(name: str) -> Slope:
    return lambda field, x: field.apply(name, 0, x)


def _minus(field: Field, x: Element, y: Element) -> Element:
    return field.add(x, field.mul(field.number(-1), y))


def _square(field: Field, x: Element) -> Element:
    return field.mul(x, x)


SLOPES: dict[str, Slope] = {
    "exp": _call("exp"),
    "log": lambda field, x: field.power(x, -1),
    "tanh": lambda field, x: _minus(field, field.number(1), _square(field, field.apply("tanh", 0, x))),
    "sigmoid": lambda field, x: _minus(
        field, field.apply("sigmoid", 0, x), _square(field, field.apply("sigmoid", 0, x))
    ),
    "relu": lambda field, x: field.positive(x),
    "softplus": _call("sigmoid"),
    "Phi": _call("varphi"),
    "varphi": lambda field, x: field.mul(field.number(-1), field.mul(x, field.apply("varphi", 0, x))),
    "sin": _call("cos"),
    "cos": lambda field, x: field.mul(field.number(-1), field.apply("sin", 0, x)),
    "sinh": _call("cosh"),
    "cosh": _call("sinh"),
    "abs": lambda field, x: _minus(field, field.positive(x), field.positive(field.mul(field.number(-1), x))),
}
"""The derivative of every function that a layer may use; a function without a row is an abstract one."""


class Duals:
    """Pairs ``(value, slope)`` over a field: ``x + x′ε`` with ε² = 0."""

    def __init__(self, base: Field) -> None:
        self.base = base

    def number(self, q):
        return self.base.number(q), self.base.number(0)

    def add(self, x, y):
        return self.base.add(x[0], y[0]), self.base.add(x[1], y[1])

    def mul(self, x, y):
        base = self.base
        return base.mul(x[0], y[0]), base.add(base.mul(x[0], y[1]), base.mul(x[1], y[0]))

    def power(self, x, exponent):
        base = self.base
        slope = base.mul(base.number(Fraction(exponent)), base.power(x[0], exponent - 1))
        return base.power(x[0], exponent), base.mul(slope, x[1])

    def constant(self, name):
        return self.base.constant(name), self.base.number(0)

    def apply(self, name, order, x):
        base = self.base
        rule = SLOPES.get(name)
        slope = rule(base, x[0]) if rule else base.apply(name, order + 1, x[0])
        return base.apply(name, order, x[0]), base.mul(slope, x[1])

    def positive(self, x):
        return self.base.positive(x[0]), self.base.number(0)

    def zero(self, x):
        return self.base.zero(x[0]), self.base.number(0)

    def greatest(self, xs):
        values = [value for value, _ in xs]
        chosen = [self.base.is_first(n, values) for n in range(len(xs))]
        slopes = [self.base.mul(one, slope) for one, (_, slope) in zip(chosen, xs, strict=True)]
        return self.base.greatest(values), reduce(self.base.add, slopes)

    def is_first(self, n, xs):
        return self.base.is_first(n, [value for value, _ in xs]), self.base.number(0)
