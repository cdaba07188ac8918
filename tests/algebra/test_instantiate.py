"""Numbers put in for size symbols. tests/properties compares whole networks."""

from __future__ import annotations

from symgrad.algebra.affine import Affine
from symgrad.algebra.instantiate import equation_at, size_at, tensor_at
from symgrad.algebra.program import equation
from symgrad.algebra.sizes import size_symbol, size_text, stepped
from symgrad.algebra.tensors import Tensor, adjoint_of
from symgrad.algebra.written import Quantity, define, inside, maximum, total

N, P, S = size_symbol("N"), size_symbol("p", 0), size_symbol("s")


def test_a_size_is_what_its_polynomial_is_there():
    assert size_at(2 * N * P - 1, {"N": 3, "p": 2}) == 11
    assert size_at(7, {}) == 7
    assert size_text(size_at(N + P, {"N": 3})) == "p + 3"


def test_a_size_with_a_rule_follows_from_it():
    windows = stepped(N + 2 * P - 3, S, "P")
    assert size_at(windows, {"N": 7, "p": 1, "s": 2}) == 4
    assert size_at(windows, {"P": 9}) == 9
    assert size_text(size_at(windows, {"N": 7})) == "P"


def test_a_gradient_keeps_what_it_is_the_gradient_of():
    a = Tensor("a", (N, 2), "input", ("n", "j"), label="0", sums_to_one=1)
    there = tensor_at(adjoint_of(a), {"N": 4})
    assert (there.shape, there.of.shape) == ((4, 2), (4, 2))
    assert tensor_at(a, {"N": 4}).sums_to_one == 1


def test_an_equation_becomes_that_of_its_sizes():
    a = Tensor("a", (N,), "input", ("j",))
    z = Tensor("z", (N,), "intermediate", ("i",))
    general = equation(
        define(z, lambda i: total(N, lambda j: inside((i - j, 2)) * a[j]) / Quantity(2 * N) + a[i] ** 2)
    )
    here = equation_at(general, {"N": 3})
    assert here.target.shape == (3,)
    quotient, square = here.body.terms
    assert quotient.coefficient * 6 == 1
    assert [index.size for index in quotient.bound] == [3]
    (i,) = here.axes
    assert [e for f, _ in square.powers for e in f.indices] == [Affine(0, {i: 1})]


def test_a_maximum_is_taken_over_what_is_there():
    a = Tensor("a", (N,), "input")
    z = Tensor("z", (), "intermediate")
    here = equation_at(equation(define(z, lambda: maximum(N, lambda u: a[u]))), {"N": 5})
    ((largest, _),) = here.body.terms[0].powers
    assert [index.size for index in largest.indices] == [5]
