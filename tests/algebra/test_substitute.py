"""Putting in what formulas read: what is shared, what gets parentheses, how deep it goes."""

from fractions import Fraction
from itertools import pairwise

import pytest
from oracles.fields import Fractions
from oracles.one_line import read

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.functions import tanh
from symgrad.algebra.operations import operations
from symgrad.algebra.program import equation
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.substitute import Leaf, Parenthesis, Substitution, leaves, within
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Iverson, Power, Written, written
from symgrad.errors import AlgebraError
from symgrad.render.plain import PlainNotation
from symgrad.render.substituted import Texts

A, B, C, X, Y, Z, U = (Tensor(name, (), "intermediate") for name in "abcxyzu")


def put_in(*definitions: tuple[Tensor, Written], depth: int | None = None) -> str:
    """The last of some single numbers with the others put in."""
    equations = [equation(Definition(target, (), body)) for target, body in definitions]
    return Texts(PlainNotation()).text(Substitution(equations, depth).of(definitions[-1][0], 0))


a, b, c, x, y = A[()], B[()], C[()], X[()], Y[()]

CASES = {
    "a sum in a product gets parentheses": ([(X, a + b), (Y, c * x)], "c·(a + b)"),
    "a product is multiplied in": ([(X, a * b), (Y, c * x)], "c·a·b"),
    "its number goes to the front": ([(X, a * 2), (Y, c * x * 3)], "6·c·a"),
    "what is equal is joined": ([(X, a * b), (Y, a * x)], "a²·b"),
    "what cancels is gone": ([(X, a * b), (Y, x / a)], "b"),
    "a sum in a sum is added in": ([(X, a + b), (Y, c + x)], "c + a + b"),
    "a sum that is subtracted changes its signs": ([(X, a - b), (Y, c - x)], "c − a + b"),
    "like terms are merged": ([(X, a + b), (Y, x - b)], "a"),
    "a scaled sum keeps its parentheses": ([(X, a + b), (Y, c + x * 2)], "c + 2·(a + b)"),
    "the power of a product is the product of powers": ([(X, a * b), (Y, x**2)], "a²·b²"),
    "the power of a sum": ([(X, a + b), (Y, x**2)], "(a + b)²"),
    "the root of a product is not split": ([(X, a * b), (Y, x ** Fraction(1, 2))], "√(a·b)"),
    "the square of a root": ([(X, (a + b) ** Fraction(1, 2)), (Y, x**2)], "a + b"),
    "a negative product": ([(X, -a), (Y, c * x)], "−c·a"),
    "an argument needs no parentheses": ([(X, a + b), (Y, tanh(x))], "tanh(a + b)"),
    "a divisor": ([(X, a + b), (Y, c / x)], "c/(a + b)"),
    "a quotient in a divisor": ([(X, a / b), (Y, c / x)], "c·b/a"),
    "0 takes its product with it": ([(X, a - a), (Y, c * x + b)], "b"),
    "a number": ([(X, written(3)), (Y, c * x)], "3·c"),
    "a common number stands once": ([(X, a * a * 2 + b * b * 2), (Y, c * x)], "2·c·(a² + b²)"),
    "through two": ([(X, a + b), (Y, x * x), (Z, tanh(y) - x)], "tanh((a + b)²) − a − b"),
}


@pytest.mark.parametrize(("definitions", "text"), CASES.values(), ids=CASES)
def test_put_in(definitions, text):
    assert put_in(*definitions) == text
    assert operations([_formula(definitions)]) == read(text, _values(), Fractions()).operations


def _formula(definitions):
    equations = [equation(Definition(target, (), body)) for target, body in definitions]
    return Substitution(equations).of(definitions[-1][0], 0)


def _values():
    return {name: Fraction(n, 7) for n, name in enumerate("abc", 2)}


CHAIN = [(X, a + b), (Y, tanh(x)), (Z, y * y), (U, tanh(Z[()]) + y)]


@pytest.mark.parametrize(
    ("depth", "text"),
    [
        (0, "tanh(z) + y"),
        (1, "tanh(y²) + tanh(x)"),
        (2, "tanh(tanh(x)²) + tanh(a + b)"),
        (3, "tanh(tanh(a + b)²) + tanh(a + b)"),
        (50, "tanh(tanh(a + b)²) + tanh(a + b)"),
        (None, "tanh(tanh(a + b)²) + tanh(a + b)"),
    ],
)
def test_at_a_depth_so_many_levels_are_put_in(depth, text):
    assert put_in(*CHAIN, depth=depth) == text


def test_what_is_shared_is_one_object_and_a_tower_of_squares_costs_a_node_each():
    tensors = [Tensor(f"t{n}", (), "intermediate") for n in range(300)]
    program = [equation(Definition(tensors[0], (), a + b))]
    for before, after in pairwise(tensors):
        program.append(equation(Definition(after, (), before[()] * before[()] + before[()])))
    top = Substitution(program).of(tensors[-1], 0)
    assert len(within([top])) <= 300
    assert operations([top]) > 2**299
    assert [leaf.tensor for leaf in leaves([top])] == [A, B]


@pytest.mark.parametrize("depth", [None, 90])
def test_a_deep_program_nests_no_deep_calls(depth):
    tensors = [Tensor(f"t{n}", (), "intermediate") for n in range(2000)]
    program = [equation(Definition(tensors[0], (), a + b))]
    for before, after in pairwise(tensors):
        program.append(equation(Definition(after, (), tanh(before[()]))))
    formula = Substitution(program, depth).of(tensors[-1], 0)
    assert operations([formula]) == (2000 if depth is None else 91)


def test_an_equation_that_reads_itself_one_step_back_is_put_in_step_by_step():
    h, s = Tensor("h", (4,), "intermediate"), Tensor("s", (4,), "input")
    t = Index(4, "t")
    body = Iverson((at_least(affine(t), 1),)) * tanh(h[affine(t) - 1]) + s[t]
    back = Substitution([equation(Definition(h, (t,), body))])
    assert Texts(PlainNotation()).text(back.of(h, 2)) == "tanh(tanh(s1) + s2) + s3"


def test_entries_stay_where_they_are():
    w, z, v = Tensor("w", (2, 2), "parameter"), Tensor("z", (2,), "intermediate"), Tensor("v", (2,), "input")
    i, j = Index(2, "i"), Index(2, "j")
    from symgrad.algebra.written import Total

    body = Total((j,), w[i, j] * v[j])
    formula = Substitution([equation(Definition(z, (i,), body))]).of(z, 1)
    assert list(leaves([formula])) == [Leaf(v, 0), Leaf(w, 2), Leaf(v, 1), Leaf(w, 3)]


def test_division_by_what_is_0_is_refused():
    with pytest.raises(AlgebraError, match="identically 0"):
        put_in((X, a - a), (Y, Power(x, Fraction(-1))))


def test_symbolic_sizes_are_refused():
    n = size_symbol("N")
    v, z = Tensor("v", (n,), "input"), Tensor("z", (n,), "intermediate")
    i = Index(n, "i")
    with pytest.raises(AlgebraError, match="only whole sizes"):
        Substitution([equation(Definition(z, (i,), v[i] * v[i]))]).of(z, 0)


def test_a_parenthesis_is_one_object_wherever_it_stands():
    first = _formula([(X, a + b), (Y, tanh(c) * x)])
    ((_, powers),) = first.products
    assert sum(isinstance(piece, Parenthesis) for piece, _ in powers) == 1
