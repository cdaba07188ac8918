"""Values and slopes of definitions as written, against dual numbers: the other direction, another program."""

from __future__ import annotations

from functools import reduce
from math import prod

import pytest
from oracles import dual
from oracles.chains import alone
from oracles.exact import Exact

from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import at_least, divides, equal
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, inside, reads, total
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.symbols import sequential
from symgrad.derivation.steps.field import ONE, ZERO, NoValueError, add, arbitrary, mul
from symgrad.derivation.steps.slopes import Point, flat, holds, visits
from symgrad.errors import AlgebraError
from symgrad.network.build import build

FIELD = Exact()
X = Tensor("x", (3,), "input")
Z = Tensor("z", (2,), "intermediate")


def dot(xs, ys):
    return reduce(add, (mul(x, y) for x, y in zip(xs, ys, strict=True)), ZERO)


def everything(point, tensor):
    return [point.entry(tensor, n) for n in range(prod(tensor.shape))]


ALONE = [chain for layer in CATALOGUE.values() if not sequential(layer) for chain in alone(layer)[:2]]


@pytest.mark.parametrize("chain", ALONE, ids=[chain.text for chain in ALONE])
def test_what_is_pulled_back_fits_what_moves_forward(chain):
    """⟨upstream, moved⟩ = ⟨pulled, direction⟩, for each definition by itself."""
    for definition in build(chain.text).definitions:
        for seed in range(20):
            point = Point([definition], seed)
            read = [tensor for tensor in reads(definition) if tensor != definition.target]
            given = {tensor.name: everything(point, tensor) for tensor in read}
            moving = {
                tensor.name: [arbitrary("direction", tensor.name, n) for n in range(prod(tensor.shape))]
                for tensor in read
            }
            upstream = [arbitrary("up", n) for n in range(prod(definition.target.shape))]
            try:
                values, moved = dual.slopes([definition], given, moving, FIELD)
                pulled = point.pulled(definition.target, upstream)
            except NoValueError:
                continue
            assert everything(point, definition.target) == values[definition.target.name]
            there = (dot(pulled[tensor], moving[tensor.name]) for tensor in read if tensor in pulled)
            assert dot(upstream, moved[definition.target.name]) == reduce(add, there, ZERO)
            break
        else:
            raise AssertionError("no point")


def test_a_tensor_that_is_assumed_to_sum_to_one_is_drawn_so():
    y = Tensor("y", (2, 3), "target", sums_to_one=1)
    rows = everything(Point(()), y)
    assert dot(rows[:3], [ONE] * 3) == dot(rows[3:], [ONE] * 3) == ONE
    assert len(set(rows)) == 6


def test_another_seed_is_another_point():
    assert everything(Point((), 1), X) != everything(Point((), 2), X)


def test_a_definition_may_read_itself_further_back():
    z = Tensor("z", (3,), "intermediate")
    eq = define(z, lambda t: X[t] + inside((t - 1, 3)) * z[t - 1])
    point = Point([eq])
    x = everything(point, X)
    assert everything(point, z) == [x[0], add(x[0], x[1]), add(add(x[0], x[1]), x[2])]


def test_what_stands_behind_a_bracket_that_is_0_is_not_read():
    eq = define(Z, lambda i: X[i + 2] * inside((i + 2, 3)))
    point = Point([eq])
    assert everything(point, Z) == [point.entry(X, 2), ZERO]
    assert point.pulled(Z, [ONE, ONE]) == {X: [ZERO, ZERO, ONE]}


def test_an_entry_outside_its_tensor_is_a_mistake():
    with pytest.raises(ValueError, match="outside"):
        everything(Point([define(Z, lambda i: X[i + 2])]), Z)
    assert flat((1, 2), (2, 3)) == 5


def test_conditions_hold_where_they_say():
    i = Index(5, "i")
    assert [n for n in range(5) if holds(equal(2 * i, 4), {i: n})] == [2]
    assert [n for n in range(5) if holds(at_least(i, 3), {i: n})] == [3, 4]
    assert [n for n in range(5) if holds(divides(2, i + 1), {i: n})] == [1, 3]


def test_a_size_without_a_value_is_refused():
    n = size_symbol("N")
    with pytest.raises(AlgebraError, match="whole sizes"):
        everything(Point([define(Z, lambda i: X[i] * n)]), Z)


def test_the_cost_of_an_evaluation_is_known_before():
    eq = define(Z, lambda i: total(3, lambda j: X[j] * X[i]))
    assert visits(eq.body) == 1 + 3 * 3
