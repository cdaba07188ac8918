"""The normal form has the value of what was written, whatever was written; and it is a normal form."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest
from hypothesis import strategies as st
from oracles import dual
from oracles.derived import entries
from oracles.draws import often
from oracles.fields import Floats, Fractions, Prime
from oracles.trees import C, X, trees

from symgrad.algebra import written as w
from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import at_least, divides, equal
from symgrad.algebra.functions import exp
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import (
    distributed,
    expanded,
    gathered,
    normal,
    plus,
    power,
    same_expression,
    scaled,
    simplified,
    times,
)
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import divided, size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import (
    ONE,
    ZERO,
    Entry,
    Expression,
    Group,
    SizeFactor,
    Term,
    ValueBracket,
    lone_entry,
    refreshed,
)
from symgrad.algebra.written import Definition, maximum, positive, quantity, total
from symgrad.errors import AlgebraError

OUT = Tensor("out", (3,), "intermediate")


def written_values(node, axes, given, field):
    return dual.run([Definition(OUT, axes, node)], given, field)["out"]


def normal_values(expression, axes, given, field):
    return entries(Equation(OUT, axes, expression), given, field)


def drawn(field, seed=0):
    rng = Random(seed)
    sizes = {"x": 3, "w": 6, "c": 1}
    return {
        name: [field.number(rng.choice([-3, -2, -1, 1, 2, 3, 5, 7])) for _ in range(n)]
        for name, n in sizes.items()
    }


def axis():
    return (Index(3, "i"),)


@often(350, 700, data=st.data())
def test_the_normal_form_has_the_value_of_what_was_written(data):
    axes = axis()
    node = data.draw(trees(axes))
    field = Prime()
    assert normal_values(normal(node), axes, drawn(field), field) == written_values(
        node, axes, drawn(field), field
    )


@often(350, 700, data=st.data())
def test_the_normal_form_has_the_value_of_what_was_written_with_kinks_and_maxima(data):
    axes = axis()
    node = data.draw(trees(axes, depth=3, ordered=True))
    field = Fractions()
    assert normal_values(normal(node), axes, drawn(field), field) == written_values(
        node, axes, drawn(field), field
    )


@often(150, 300, data=st.data())
def test_multiplying_out_keeps_the_value(data):
    axes = axis()
    expression = normal(data.draw(trees(axes)))
    field = Prime()
    multiplied = normal_values(expanded(expression), axes, drawn(field), field)
    assert multiplied == normal_values(expression, axes, drawn(field), field)


@often(150, 300, data=st.data())
def test_the_normal_form_is_its_own(data):
    expression = normal(data.draw(trees(axis())))
    assert expression_key(gathered(expression.terms)) == expression_key(expression)


@often(150, 300, data=st.data(), rng=st.randoms())
def test_the_key_does_not_see_the_names_or_the_order_of_anything_bound(data, rng):
    expression = normal(data.draw(trees(axis())))
    terms = [refreshed(term) for term in expression.terms]
    rng.shuffle(terms)
    shuffled = [
        t._replace(
            bound=tuple(rng.sample(t.bound, len(t.bound))),
            brackets=tuple(rng.sample(t.brackets, len(t.brackets))),
            powers=tuple(rng.sample(t.powers, len(t.powers))),
        )
        for t in terms
    ]
    assert expression_key(Expression(tuple(shuffled))) == expression_key(expression)


@often(100, 200, data=st.data())
def test_expressions_with_one_key_have_one_value(data):
    axes = axis()
    field = Prime()
    seen = {}
    for _ in range(8):
        expression = normal(data.draw(trees(axes, depth=2)))
        value = normal_values(expression, axes, drawn(field), field)
        assert seen.setdefault(expression_key(expression), value) == value


def sum_of(*parts):
    return normal(w.Sum(tuple(parts)))


def test_like_terms_merge_up_to_the_names_of_their_indices():
    first = total(3, lambda i: X[i] ** 2)
    second = total(3, lambda k: X[k] ** 2)
    assert [t.coefficient for t in sum_of(first, second, first).terms] == [3]
    assert sum_of(first, -second).terms == ()


def test_two_indices_with_the_same_letter_are_not_merged():
    """Σ_i Σ_i′ x[i]·x[i′] is (Σ x)², not Σ x²."""
    twice = total(3, lambda i: total(3, lambda i: X[i]) * X[i])
    square = total(3, lambda i: X[i] ** 2)
    assert not same_expression(normal(twice), normal(square))
    assert normal_values(normal(twice), (), {"x": [1, 2, 3]}, Prime()) == [36]
    i, other = Index(3, "i"), Index(3, "i")
    assert not same_expression(normal(X[i] * X[other]), normal(X[i] * X[i]))


def test_a_renamed_bound_index_is_not_captured():
    """(Σ_i x[i])·(Σ_i x[i]) with one and the same index object: SymPy's product of two sums captures it."""
    s = total(3, lambda i: X[i] * C[()])
    for product, n in (
        (w.Product((s, s)), 2),
        (w.Product((s, w.Product((s, s)))), 3),
        (w.Power(s, Fraction(2)) * s, 3),
    ):
        assert normal_values(normal(product), (), {"x": [1, 2, 3], "c": [1]}, Prime()) == [6**n]


@pytest.mark.parametrize(
    "kinds",
    [
        ("sum over nothing", lambda: total(4, lambda i: C[()]), 4),
        ("sum over two nothings", lambda: total((4, 5), lambda i, j: C[()]), 20),
        ("half of it over nothing", lambda: total((4, 3), lambda i, j: X[j]), 4),
        ("a sum over one place", lambda: total(1, lambda i: X[i]), 1),
    ],
    ids=lambda kind: kind[0],
)
def test_a_sum_over_nothing_is_a_count(kinds):
    _, node, coefficient = kinds
    (term,) = normal(node()).terms
    assert term.coefficient == coefficient
    assert len(term.bound) <= 1


def test_a_sum_over_nothing_of_symbolic_size_is_that_size():
    n = size_symbol("N")
    (term,) = normal(total(n, lambda i: C[()])).terms
    assert (SizeFactor(n), 1) in term.powers
    assert term.bound == ()


def test_a_bracketed_sum_over_nothing_is_not_a_count():
    i = Index(4, "i")
    (term,) = normal(w.Total((i,), w.Iverson((divides(2, i),)))).terms
    assert term.bound == (i,)


def test_a_product_under_a_fractional_power_is_split_only_where_the_factors_are_positive():
    """(xy)^½ is not x^½·y^½ for x, y < 0."""
    x, y = X[0], X[1]
    field = Floats()
    at = {"x": [-2.0, -3.0, 5.0], "c": [4.0]}
    cases = [
        (x * y) ** 0.5,
        (4 * x * y) ** 0.5,
        (x**2) ** 0.5,
        (x**2 * exp(y)) ** 0.5,
        (2 * exp(x) * exp(y) * X[2]) ** 0.5,
        (-1 * x) ** 0.5,
        (-4 * x * X[2] ** 2) ** -0.5,
        ((x**2) ** 0.5) ** 2,
        (w.PI * X[2]) ** 1.5,
        (x * y + 1) ** 0.5,
        total(3, lambda i: X[i] ** 2) ** 0.5,
        (quantity(Fraction(4, 9)) * X[2]) ** -1.5,
        (total(2, lambda i: X[i] ** 2) ** 0.5) ** 2 * x,
    ]
    for n, node in enumerate(cases):
        (expected,) = written_values(node, (), at, field)
        (found,) = normal_values(normal(node), (), at, field)
        assert math.isclose(found, expected, rel_tol=1e-12), n


@pytest.mark.parametrize(
    ("node", "coefficient"),
    [
        (quantity(Fraction(1, 3)) * C[()], Fraction(1, 3)),
        (C[()] / 2, Fraction(1, 2)),
        (0.5 * C[()], Fraction(1, 2)),
        (quantity(Fraction(2, 3)) * (C[()] * Fraction(9, 2)), 3),
        (quantity(3) / 7 * C[()], Fraction(3, 7)),
        ((C[()] / 2) ** 3, Fraction(1, 8)),
        ((C[()] * 4) ** 0.5, 2),
    ],
)
def test_a_rational_constant_is_never_cast_to_an_integer(node, coefficient):
    (term,) = normal(node).terms
    assert term.coefficient == coefficient


def test_elimination_prefers_a_coefficient_of_one():
    i, u, x = Index(3, "i"), Index(3, "u"), Index(7, "x")
    g, k = Tensor("g", (3,), "adjoint"), Tensor("k", (3,), "parameter")
    node = w.Total((i, u), w.Iverson((equal(i * 2 + u, x),)) * g[i] * k[u])
    (term,) = normal(node).terms
    assert term.bound == (i,)
    assert {bracket.kind for bracket in term.brackets} == {">="}


def test_elimination_of_a_strided_index_leaves_range_and_divisibility():
    i, x = Index(3, "i"), Index(9, "x")
    g = Tensor("g", (3,), "adjoint")
    (term,) = normal(w.Total((i,), w.Iverson((equal(i * 2, x),)) * g[i])).terms
    assert term.bound == ()
    assert sorted(b.kind for b in term.brackets) == [">=", "|"]
    assert term.powers == ((Entry(g, (Affine(0, {x: Fraction(1, 2)}),)), 1),)


def test_brackets_that_hold_everywhere_go_and_those_that_hold_nowhere_take_the_term_with_them():
    i = Index(4, "i")
    assert normal(w.Iverson((at_least(i, 0),)) * C[()]).terms == normal(C[()]).terms
    assert normal(w.Iverson((at_least(i, 4),)) * C[()]).terms == ()
    (term,) = normal(w.Iverson((at_least(i, 1),)) * C[()]).terms
    assert len(term.brackets) == 1


def test_two_brackets_that_cannot_hold_together_take_the_term_with_them():
    """``0 ≤ 2i + 2u − 1 < 1`` is i + u ≥ 1 and i + u ≤ 0; it stood on the page as a sum over no places."""
    x, i, u = Tensor("x", (3,), "input"), Index(2, "i"), Index(2, "u")
    read = affine(i) * 2 + affine(u) * 2 - 1
    (never, once) = (
        normal(w.Total((u,), w.Iverson((at_least(read, 0), at_least(last, read))) * x[u])) for last in (0, 1)
    )
    assert never.terms == ()
    assert len(once.terms) == 1


def test_division_by_what_is_zero_is_refused():
    with pytest.raises(AlgebraError, match="zero"):
        normal((C[()] - C[()]) ** -1)
    i = Index(3, "i")
    with pytest.raises(AlgebraError, match="bracket"):
        normal(w.Iverson((at_least(i, 1),)) ** -1)


def test_a_comparison_of_constants_is_decided():
    assert normal(positive(quantity(2))).terms == ONE.terms
    assert normal(positive(quantity(0))).terms == ()
    assert normal(w.Compare("=", quantity(0))).terms == ONE.terms
    assert normal(w.Compare("=", C[()] - C[()])).terms == ONE.terms


def test_the_bracket_that_zero_is_zero_is_one_and_not_zero():
    """simplified() took every bracket of the empty sum for 0, [0 = 0] too."""
    assert simplified(Term(5, (), (), ((ValueBracket("=", ZERO), 1),))) == Term(5)
    assert simplified(Term(5, (), (), ((ValueBracket(">", ZERO), 1),))) is None
    assert simplified(Term(5, (), (), ((Group(ZERO), 1),))) is None


def test_a_value_bracket_is_its_own_square():
    z = positive(C[()])
    assert expression_key(normal(z * z * z)) == expression_key(normal(z))


def test_products_keep_a_sum_in_parentheses_and_distribute_only_a_sign():
    s = X[0] + X[1]
    assert len(normal(-s).terms) == 2
    assert len(normal(2 * s).terms) == 1
    assert len(normal(w.Product((s, quantity(1)))).terms) == 2
    assert len(distributed(normal(s), normal(s)).terms) == 3


def test_small_builders():
    c = normal(C[()])
    assert scaled(c, 0).terms == ()
    assert power(c, 0).terms == ONE.terms
    assert power(c, Fraction(1)) is c
    assert times([c, ZERO]) is ZERO
    assert plus([c, scaled(c, -1)]).terms == ()
    assert lone_entry(plus([c])) == Entry(C, ())


def test_a_maximum_drops_brackets_that_always_hold():
    node = maximum(3, lambda k: X[k], where=lambda k: (at_least(k, 0), at_least(k, 1)))
    ((factor, _),) = normal(node).terms[0].powers
    assert len(factor.brackets) == 1


def test_a_bound_that_an_equation_implies_is_dropped():
    """0 ≤ s·i − p < H says nothing beside s·i − p = k, for k is an index of an axis of size H."""
    size, stride, shift = size_symbol("H"), size_symbol("s"), size_symbol("p", 0)
    i, k = Index(size_symbol("P"), "i"), Index(size, "k")
    x = i * stride - shift
    brackets = (at_least(x, 0), at_least(affine(size) - 1, x), equal(k, x))
    (term,) = gathered(
        [Term(1, (i,), brackets, ((Entry(Tensor("a", (size,), "input"), (affine(k),)), 1),))]
    ).terms
    assert [bracket.kind for bracket in term.brackets] == ["="]
    short = Index(size_symbol("K"), "k")
    brackets = (at_least(x, 0), at_least(affine(size) - 1, x), equal(short, x))
    (term,) = gathered([Term(1, (i,), brackets)]).terms
    assert [bracket.kind for bracket in term.brackets] == [">=", "="]


def test_powers_within_powers_are_not_multiplied_out_to_see_whether_they_sum_to_something():
    """(1 + (1 + b)⁹)⁹ took longer than anyone waits; how many products there would be is counted first."""
    from symgrad.algebra.normal import products_of

    b = Tensor("b", (), "input")
    inner = (1 + b[()]) ** 2
    assert products_of(normal(inner)) == 4
    assert products_of(normal((1 + inner) ** 2 * (b[()] - 1))) == 50
    assert products_of(normal((1 + (1 + b[()]) ** 9) ** 9)) == 1_000_000
    assert products_of(normal((1 + b[()]) ** -1)) == 1


def test_digits_that_nothing_depends_on_are_counted_away():
    """A term without the digits of a number, such as a bias in groups, is the same written in digits."""
    for sizes in ((3, 2), (size_symbol("H"), size_symbol("D"))):
        h, d = (Index(size, letter) for size, letter in zip(sizes, "hd", strict=True))
        b = Tensor("b", (h.size * d.size,), "input")
        n = Index(h.size * d.size, "n")
        written = w.Total((h, d), w.same(n, h * d.size + d) * b[h * d.size + d])
        assert expression_key(normal(written)) == expression_key(normal(b[n]))


def test_a_window_that_is_not_always_there_leaves_its_condition():
    k, n = Index(2, "k"), Index(7, "n")
    windows = normal(w.Total((k,), w.inside((n - k * 3, 3))))
    assert expression_key(windows) == expression_key(normal(w.inside((n, 6))))
    wider = normal(w.Total((k,), w.inside((n - k * 3, 4))))  # two windows overlap
    (term,) = wider.terms
    assert term.bound


def test_a_root_of_a_number_and_sizes_stays_whole():
    """√(D/2) is a number at any D; √½ and √D apart are two."""
    d, h = size_symbol("D"), size_symbol("H")
    (term,) = normal(w.quantity(divided(d, 2)) ** Fraction(1, 2)).terms
    ((factor, exponent),) = term.powers
    assert exponent == Fraction(1, 2)
    assert expression_key(factor.inner) == expression_key(normal(w.quantity(divided(d, 2))))
    root = w.quantity(d * h) ** Fraction(1, 2)
    assert expression_key(expanded(normal(root * root))) == expression_key(normal(w.quantity(d * h)))
