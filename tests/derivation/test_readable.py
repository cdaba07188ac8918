"""Closed forms that only move entries are stated by where each entry goes."""

from itertools import product

import pytest

from symgrad.derivation.readable import closed_form
from symgrad.network.build import build


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
