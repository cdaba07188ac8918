"""What cannot be done with the pieces of an equation while it is stated, told with what would have worked.

An equation is a tree that is built once, before there are numbers: a piece of it cannot be asked whether it
is greater than 0, and no function of another library calculates with it. Python would answer of its own, with
false or with an error about types.
"""

from __future__ import annotations

from typing import Final, NoReturn

from symgrad.errors import AlgebraError

NAMES: Final = (
    *("absolute", "cos", "cosh", "erf", "exp", "log", "relu", "sigmoid"),
    *("sin", "sinh", "softplus", "sqrt", "tanh"),
)
"""The functions of one number that ``symgrad.equations`` has."""

_CASES: Final = (
    "positive(x) is 1 where x > 0, nonpositive(x) where x ≤ 0, same(i, j) where i = j and inside(i, n) where "
    "0 ≤ i < n, each of them 0 elsewhere; relu(x) is max(x, 0), maximum(lambda k: x[k]) the greatest entry"
)


class Piece:
    """A piece of an equation: it is combined with others, and asked nothing."""

    __slots__ = ()

    @property
    def what(self) -> str:
        """What it is: ``a formula``, ``an index``."""
        raise NotImplementedError

    @property
    def use(self) -> str:
        """A sentence that says what it is for."""
        raise NotImplementedError

    def _not_compared(self) -> NoReturn:
        raise AlgebraError(f"{self.what} is not compared in an equation: {_CASES}")

    def __eq__(self, other: object) -> bool:
        return True if other is self else self._not_compared()

    __hash__ = object.__hash__

    def __lt__(self, other: object) -> bool:
        self._not_compared()

    __le__ = __gt__ = __ge__ = __lt__

    def __bool__(self) -> bool:
        raise AlgebraError(
            f"{self.what} is neither true nor false in an equation, which has no if, and, or, not: {_CASES}"
        )

    def __float__(self) -> float:
        raise AlgebraError(
            f"{self.what} has no value while an equation is stated, so that functions of math do not take "
            f"it; symgrad.equations has {', '.join(NAMES)}"
        )

    __complex__ = __int__ = __float__

    def _sympy_(self) -> NoReturn:
        from sympy import SympifyError  # who asks has loaded it

        class NoExpressionError(AlgebraError, SympifyError):  # type: ignore[misc]  # which lets Rational(1, 3) * x ask x instead
            __str__ = Exception.__str__

        raise NoExpressionError(
            f"{self.what} is no SymPy expression; symgrad.equations has {', '.join(NAMES)}"
        )

    def __array_ufunc__(self, ufunc: object, method: str, *operands: object, **_: object) -> object:
        """What NumPy does with it: ``np.float64(2) * x`` is no function of NumPy's, the rest is."""
        name = str(getattr(ufunc, "__name__", ufunc))
        if name in _TURNED and len(operands) == 2 and operands[1] is self:
            return getattr(self, _TURNED[name])(operands[0])
        raise _foreign(f"numpy.{name}")

    @classmethod
    def __torch_function__(cls, function: object, *_: object, **__: object) -> NoReturn:
        raise _foreign(f"torch.{getattr(function, '__name__', function)}")

    def no_operation(self, _: object = None) -> NoReturn:
        """Refuse an operation that equations do not have.

        Raises:
            AlgebraError: always.
        """
        raise AlgebraError(self.use)

    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = no_operation
    __matmul__ = __rmatmul__ = __and__ = __or__ = __xor__ = __rand__ = __ror__ = __rxor__ = no_operation
    __lshift__ = __rshift__ = __round__ = __floor__ = __ceil__ = __trunc__ = __invert__ = no_operation


_TURNED: Final = {
    "add": "__radd__",
    "subtract": "__rsub__",
    "multiply": "__rmul__",
    "divide": "__rtruediv__",
    "power": "__rpow__",
}
"""Operations of NumPy that are those of Python, by the method of the right operand."""


def _foreign(function: str) -> AlgebraError:
    name = function.rpartition(".")[2]
    known = f"symgrad.equations.{name} does" if name in NAMES else f"symgrad.equations has {', '.join(NAMES)}"
    return AlgebraError(f"{function} does not take a piece of an equation; {known}")
