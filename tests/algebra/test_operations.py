"""Operations counted by hand."""

from fractions import Fraction

import pytest

from symgrad.algebra.functions import tanh
from symgrad.algebra.operations import operations
from symgrad.algebra.program import equation
from symgrad.algebra.substitute import Substitution
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Compare, Definition, written

A, B, C, X, Y = (Tensor(name, (), "intermediate") for name in "abcxy")
a, b, c, x = A[()], B[()], C[()], X[()]

COUNTS = {
    "a name": (a, 0),
    "a number": (written(3), 0),
    "a sign": (-a, 0),
    "a sum of three": (a + b + c, 2),
    "a difference": (a - b, 1),
    "a product of three": (a * b * c, 2),
    "twice": (a * 2, 1),
    "two thirds, one number": (a * Fraction(2, 3), 1),
    "a square": (a**2, 1),
    "a root": (a ** Fraction(1, 2), 1),
    "a cube under 1: a division and a power": (a**-3, 2),
    "one half under a line: 1/(2·a)": (a**-1 * Fraction(1, 2), 2),
    "a quotient": (a / b, 1),
    "a quotient of products": (a * b / (c * x), 3),
    "a function": (tanh(a + b), 2),
    "a comparison with a number": (Compare(">", a - 3), 1),
    "a comparison of a sum": (Compare("<=", a + b), 2),
    "a common factor stands before a parenthesis": (a * b * 2 + c * 2, 3),
}


@pytest.mark.parametrize(("body", "count"), COUNTS.values(), ids=COUNTS)
def test_counts(body, count):
    assert operations([Substitution([equation(Definition(Y, (), body))]).of(Y, 0)]) == count


def test_what_is_put_in_counts_wherever_it_is_put():
    program = [equation(Definition(X, (), a + b)), equation(Definition(Y, (), tanh(x) + x**2))]
    formula = Substitution(program).of(Y, 0)
    assert operations([formula]) == 1 + (1 + 1) + (1 + 1)  # tanh(a + b) + (a + b)²
    assert operations([formula, formula]) == 2 * operations([formula])
    assert operations([]) == 0
