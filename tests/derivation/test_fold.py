"""Folding: a value that a tensor already names is called by that name, and nothing else is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.functions import abstract, exp, sigmoid, tanh
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import normal
from symgrad.algebra.program import Equation, equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Expression, FirstMaximiser, Max, entries
from symgrad.algebra.written import Definition, Iverson, Total, define, maximum, positive, total
from symgrad.derivation.fold import folded, name_of, named
from symgrad.derivation.sweep import sweep
from symgrad.network.build import build

z, h = Tensor("z", (3,), "intermediate"), Tensor("h", (3,), "intermediate")


def by(f) -> tuple[Equation, Index]:
    eq = equation(define(h, lambda i: f(z[i])))
    return eq, eq.axes[0]


def after(node, eq):
    return expression_key(Expression(tuple(folded(list(normal(node).terms), eq))))


@pytest.mark.parametrize("f", [tanh, sigmoid, exp, abstract("f")])
def test_a_function_s_value_is_called_by_its_name(f):
    eq, i = by(f)
    assert after(1 - f(z[i]) ** 2, eq) == expression_key(normal(1 - h[i] ** 2))
    assert after(positive(f(z[i]) + 1) * exp(2 * f(z[i])), eq) == expression_key(
        normal(positive(h[i] + 1) * exp(2 * h[i]))
    )


def test_another_function_and_another_place_keep_theirs():
    eq, i = by(tanh)
    j = i.again()
    for node in (sigmoid(z[i]), tanh(z[j]), tanh(z[0]), tanh(2 * z[i]), z[i]):
        assert after(node, eq) == expression_key(normal(node))


def test_only_a_whole_right_side_is_a_name():
    eq = equation(define(h, lambda i: 2 * tanh(z[i])))
    node = tanh(z[eq.axes[0]])
    assert after(node, eq) == expression_key(normal(node))


def test_a_maximum_is_called_by_its_name_but_not_inside_the_choice_of_its_place():
    loss = Tensor("m", (), "intermediate")
    eq = equation(define(loss, lambda: maximum(3, lambda k: z[k])))
    ((factor, _),) = eq.body.terms[0].powers
    assert isinstance(factor, Max)
    (term,) = folded(list(eq.body.terms), eq)
    assert term.powers[0][0].tensor == loss
    chosen = FirstMaximiser(factor, ())
    (kept,) = folded([term._replace(powers=((chosen, 1),))], eq)
    assert kept.powers[0][0] == chosen


@pytest.mark.parametrize(
    ("layer", "reads"), [("tanh", {"h", "dL_dh"}), ("sigmoid", {"h", "dL_dh"}), ("relu", {"z", "dL_dh"})]
)
def test_the_derivative_of_an_activation_is_stated_by_its_value(layer, reads):
    model = build(f"input(2) | linear(2) | {layer}")
    eq = sweep(model.forward, model.outputs, None, model.tensors).of(model.tensor("z"))
    assert {entry.tensor.name for entry in entries(eq.body)} == reads


def summed(f):
    """``c = Σ_j p[j]·q[j]`` of named parts, and what it makes of an expression."""
    c = Tensor("c", (), "intermediate")
    p, q = (Tensor(letter, (3,), "auxiliary") for letter in "pq")
    name = name_of(equation(define(c, lambda: total(3, lambda j: p[j] * q[j]))))
    assert name is not None
    return expression_key(named(normal(f(p, q)), (name,))), lambda g: expression_key(normal(g(p, q, c[()])))


def test_a_sum_over_named_parts_is_called_by_its_name():
    found, key = summed(lambda p, q: 2 * p[1] * total(3, lambda k: q[k] * p[k]))
    assert found == key(lambda p, q, c: 2 * p[1] * c)


@pytest.mark.parametrize(
    "f",
    [
        lambda p, q: total(3, lambda k: p[k] ** 2 * q[k]),
        lambda p, q: total(3, lambda k: p[k] * q[k] * z[k]),
        lambda p, q: total((3, 3), lambda k, j: p[k] * q[j]),
        lambda p, q: total(3, lambda k: p[k] * p[k]),
    ],
)
def test_no_other_sum_is(f):
    found, key = summed(f)
    assert found == key(lambda p, q, c: f(p, q))


def test_what_is_named_under_a_bracket_is_called_by_its_name_where_the_bracket_holds():
    """A causal softmax: p is 0 where its bracket fails, so the bracket goes with the name."""
    s, p, g = (Tensor(n, (3, 3), "intermediate") for n in "spg")
    i, j, k = Index(3, "i"), Index(3, "j"), Index(3, "k")

    def below(at, to):
        return Iverson((at_least(affine(at), to),))

    def weight(at, to):
        return below(at, to) * exp(s[at, to]) / Total((k,), below(at, k) * exp(s[at, k]))

    name = name_of(equation(Definition(p, (i, j), weight(i, j))))
    plain = normal(p[i, j] * g[i, j])
    assert expression_key(named(normal(weight(i, j) * g[i, j]), [name])) == expression_key(plain)
    bare = exp(s[i, j]) / Total((k,), below(i, k) * exp(s[i, k])) * g[i, j]
    assert expression_key(named(normal(bare), [name])) == expression_key(normal(bare))
    inverse = normal(below(i, j) * weight(i, j) ** 2 * g[i, j])
    assert expression_key(named(inverse, [name])) == expression_key(normal(p[i, j] ** 2 * g[i, j]))


def test_a_part_that_is_counted_by_digits_is_found_by_them():
    """group_norm: x[g, m] is made of a[2g + m], so m is where a is read, less 2g."""
    a, s, x = Tensor("a", (6,), "input"), Tensor("s", (3,), "auxiliary"), Tensor("x", (3, 2), "auxiliary")
    name = name_of(equation(define(x, lambda g, m: a[2 * g + m] / s[g])))
    n, g = Index(6, "n"), Index(3, "g")
    within = Iverson((at_least(affine(n) - g * 2, 0), at_least(1, affine(n) - g * 2)))
    found = named(normal(Total((g,), within * a[n] / s[g])), [name])
    assert expression_key(found, {n: "n"}) == expression_key(
        normal(Total((g,), within * x[g, n - g * 2])), {n: "n"}
    )


def test_a_bracket_that_keeps_another_entry_within_its_tensor_stays():
    s, p, x = (
        Tensor("s", (3, 3), "intermediate"),
        Tensor("p", (3, 3), "auxiliary"),
        Tensor("x", (3,), "input"),
    )
    i, j = Index(3, "i"), Index(3, "j")
    bracket = Iverson((at_least(affine(i), j),))
    name = name_of(equation(Definition(p, (i, j), bracket * exp(s[i, j]))))
    (term,) = named(normal(bracket * exp(s[i, j]) * x[i - j]), [name]).terms
    assert term.brackets
    assert p in {factor.tensor for factor, _ in term.powers}


def test_a_name_s_number_stays_where_the_product_is_called_by_it():
    """With h = 3·tanh z, 2·tanh z is ⅔·h, and 2·tanh² z is 2/9·h²."""
    eq = equation(define(h, lambda i: 3 * tanh(z[i])))
    (i,) = eq.axes
    name = name_of(eq)
    assert name is not None
    for node, called in (
        (2 * tanh(z[i]), h[i] * Fraction(2, 3)),
        (2 * tanh(z[i]) ** 2, Fraction(2, 9) * h[i] ** 2),
    ):
        assert expression_key(named(normal(node), (name,))) == expression_key(normal(called))
