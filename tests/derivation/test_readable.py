"""Closed forms that only move entries are stated by where each entry goes."""

from itertools import product

import pytest

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.program import Equation, equation
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Iverson, Product, Total
from symgrad.derivation.readable import closed_form
from symgrad.network.build import build
from symgrad.render.indexed import indexed
from symgrad.render.plain import PlainNotation


def first(network):
    return build(network).forward.equations[0]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (1, 3), (3, 1), (2, 1, 2), (2, 2, 2, 2)])
def test_flatten_is_stated_by_where_each_entry_goes(shape):
    form = closed_form(first(f"input({'x'.join(map(str, shape))}) | flatten"))
    (position,) = form.left
    everywhere = (
        dict(zip(form.axes, values, strict=True))
        for values in product(*(range(index.size) for index in form.axes))
    )
    reached = sorted(
        position.const + sum(c * at[index] for index, c in position.coefficients.items()) for at in everywhere
    )
    count = 1
    for size in shape:
        count *= size
    assert reached == list(range(count))
    (term,) = form.body.terms
    assert not term.bound
    assert not term.brackets


@pytest.mark.parametrize(
    "network", ["input(5x5) | conv2d(1, 3, padding=1)", "input(3) | linear(2)", "input(3) | relu"]
)
def test_any_other_equation_stays_as_it_is(network):
    equation = first(network)
    form = closed_form(equation)
    assert form.body is equation.body
    assert form.axes == equation.axes


def test_flattened_samples_are_stated_by_where_each_entry_goes():
    form = closed_form(build("input(2x3) | flatten", batch=4).forward.equations[0])
    n, h, w = form.axes
    sample, position = form.left
    assert sample.lone() is n
    assert position.coefficients == {h: 3, w: 1}
    (term,) = form.body.terms
    assert not term.bound
    assert not term.brackets


def printed(network):
    """Each formula of a network in the index view, without its ranges."""
    import symgrad as sg

    text = sg.derive(sg.Network(network)).text("index")
    return [line.split("   for ")[0].strip() for line in text[text.index("Forward") :].split("\n")]


def test_channels_in_groups_are_counted_by_group_and_place():
    lines = printed("input(2x4x4) | conv2d(4, 2, groups=2)")
    assert "z[2g + o, i, j] = Σ_{u=0…1, v=0…1} a[g, i + u, j + v]·w[2g + o, 0, u, v] + b[2g + o]" in lines


def test_a_sum_whose_range_is_tied_to_another_index_is_counted_from_there():
    lines = printed("input(2x4x4) | conv2d(4, 2, groups=2)")
    (last,) = (line for line in lines if line.startswith("∂L/∂a"))
    assert last == (
        "∂L/∂a[g, k, l] = Σ_{o=0…1, i=0…2, j=0…2 | 0 ≤ k − i ≤ 1, 0 ≤ l − j ≤ 1} "
        "w[2g + o, 0, k − i, l − j]·∂L/∂z[2g + o, i, j]"
    )


def test_windows_that_do_not_overlap_are_counted_by_window_and_place():
    assert "∂L/∂a[2i + k, 3j + l] = 1/6·∂L/∂p[i, j]" in printed("input(4x6) | avg_pool2d((2, 3))")


def test_windows_that_leave_something_out_are_not():
    (last,) = (line for line in printed("input(5) | avg_pool1d(2)") if line.startswith("∂L/∂a"))
    assert last == "∂L/∂a[j] = 1/2·Σ_{i=0…1 | 0 ≤ j − 2i ≤ 1} ∂L/∂p[i]"


@pytest.mark.parametrize(
    ("brackets", "size", "said"),
    [
        (lambda t: [at_least(t, 1)], 5, "Σ_{t=0…3} x[t + 1]"),
        (lambda t: [at_least(3 - t, 0)], 5, "Σ_{t=0…3} x[t]"),
        (lambda t: [at_least(t, 1), at_least(3 - t, 0)], 5, "Σ_{t=0…2} x[t + 1]"),
        (lambda t: [at_least(t, 1), at_least(t, 2)], 5, "Σ_{t=0…2} x[t + 2]"),
        (lambda t: [at_least(t, 2)], size_symbol("T", 1), "Σ_{t=0…T−3} x[t + 2]"),
        (lambda t: [at_least(t * 2, 3)], 5, "Σ_{t=0…2} x[t + 2]"),
        (lambda t: [at_least(t - size_symbol("p", 0), 0)], 5, "Σ_{t=0…4 | p ≤ t} x[t]"),
    ],
)
def test_a_condition_on_what_is_summed_over_is_a_limit(brackets, size, said):
    x, t = Tensor("x", (size,), "input"), Index(size, "t")
    body = Total((t,), Product((Iverson(tuple(brackets(affine(t)))), x[t])))
    form = closed_form(equation(Definition(Tensor("c", (), "intermediate"), (), body)))
    whole = indexed(Equation(form.target, (), form.body), PlainNotation())
    assert [text for _, text in whole.terms] == [said]


def test_a_condition_under_a_sum_that_is_not_about_it_stays():
    equation = next(eq for eq in build("input(3x2) | rnn(2)").forward.equations if eq.target.name == "z")
    body = closed_form(equation).body
    assert [len(term.brackets) for term in body.terms] == [0, 0, 1, 0]
