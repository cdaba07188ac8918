"""Recurrences: what belongs together, and an order in which no entry is read before it is stated."""

from __future__ import annotations

from math import prod
from random import Random

import pytest
from oracles.derived import entries, factor_value
from oracles.fields import Prime

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.functions import tanh
from symgrad.algebra.program import Equation, Program, equation
from symgrad.algebra.recurrence import groups, parts, recurrent
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import layouts
from symgrad.algebra.written import Definition, Iverson, define, inside, total
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.sweep import sweep
from symgrad.errors import AlgebraError
from symgrad.network.build import build

FIELD = Prime()


def stated_in_order(program: Program) -> None:
    """Evaluate part by part, over a prime field; an entry that is not there yet is a KeyError."""
    rng = Random(1)
    known: dict[str, dict[int, int]] = {
        t.name: {n: rng.randrange(FIELD.p) for n in range(prod(t.shape))} for t in program.sources()
    }

    def read(entry):
        flat = 0
        for e, size in zip(entry.indices, entry.tensor.shape, strict=True):
            flat = flat * size + int(e.const)
        return known[entry.tensor.name][flat]

    for eq, positions, _ in parts(program.equations):
        here = known.setdefault(eq.target.name, {})
        laid = layouts(eq.body, eq.axes)
        for position in range(prod(eq.target.shape)) if positions is None else positions:
            assert position not in here
            point, rest = [], position
            for size in reversed(eq.target.shape):
                rest, digit = divmod(rest, size)
                point.insert(0, digit)
            for layout in laid:
                for places in layout.points(tuple(point)):
                    for site, place in zip(layout.sites, places, strict=True):
                        factor_value(site.instance(place), read, FIELD)
            here[position] = rng.randrange(FIELD.p)
    for eq in program.equations:
        assert len(known[eq.target.name]) == prod(eq.target.shape)


NETWORKS = [
    "input(4x2) | rnn(3) | mse",
    "input(4x2) | lstm(2) | gru(3) | linear(1) | mse",
    "input(3x2) | residual(gru(2)) | parallel(lstm(1), lstm(1))",
    "input(1x3) | lstm(2) | mse",
]


@pytest.mark.parametrize("text", NETWORKS)
def test_each_part_reads_only_what_stands_before_it(text):
    model = build(text)
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    stated_in_order(Program((*model.forward.equations, *gradients.program.equations)))


def test_the_gradients_of_a_gradient_are_in_order_too():
    from symgrad.derivation.derive import derive
    from symgrad.derivation.second import hessian_vector

    products = hessian_vector(derive(build("input(3x1) | gru(2) | mse")))
    stated_in_order(Program((*products.model.forward.equations, *products.gradients.program.equations)))


def test_states_are_stated_forwards_and_their_gradients_backwards():
    model = build("input(3x1) | rnn(1) | mse")
    order = [(eq.target.name, where) for eq, where, _ in parts(model.forward.equations)]
    assert order == [
        *(("z", (0,)), ("s", (0,)), ("z", (1,)), ("s", (1,)), ("z", (2,)), ("s", (2,))),
        *(("h", None), ("L", None)),
    ]
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    order = [(eq.target.name, where) for eq, where, _ in parts(gradients.program.equations)]
    assert order[:8] == [
        *(("dL_dy", None), ("dL_dh", None)),
        *(
            ("dL_ds", (2,)),
            ("dL_dz", (2,)),
            ("dL_ds", (1,)),
            ("dL_dz", (1,)),
            ("dL_ds", (0,)),
            ("dL_dz", (0,)),
        ),
    ]


@pytest.mark.parametrize("name", CATALOGUE)
def test_only_what_reads_itself_is_a_recurrence(name):
    """A layer without a state is evaluated whole, however many equations it has."""
    from oracles.chains import alone, fits

    model = fits(alone(CATALOGUE[name])[0])
    assert any(map(recurrent, groups(model.forward.equations))) is (name in ("rnn", "lstm", "gru"))


def test_the_steps_may_run_along_any_axis():
    x, h = Tensor("x", (2, 3), "input"), Tensor("h", (2, 3), "intermediate")
    n, t = Index(2, "n"), Index(3, "t")
    body = x[n, t] + Iverson((at_least(t, 1),)) * tanh(h[n, affine(t) - 1])
    eq = equation(Definition(h, (n, t), body))
    assert [where for _, where, _ in parts([eq])] == [(0, 3), (1, 4), (2, 5)]
    assert entries(eq, {"x": [1, 2, 3, 4, 5, 6]}, FIELD)[0] == 1


def two_axes() -> Equation:
    """``h[i, j] = x[i, j] + h[i − 1, j] + h[i, j − 1]``."""
    x, h = Tensor("x", (3, 3), "input"), Tensor("h", (3, 3), "intermediate")
    i, j = Index(3, "i"), Index(3, "j")
    above = inside((affine(i) - 1, 3)) * h[affine(i) - 1, j]
    left = inside((affine(j) - 1, 3)) * h[i, affine(j) - 1]
    return equation(Definition(h, (i, j), x[i, j] + above + left))


def backwards_and_forwards() -> Equation:
    h = Tensor("h", (3,), "intermediate")
    t = Index(3, "t")
    before = inside((affine(t) - 1, 3)) * h[affine(t) - 1]
    return equation(Definition(h, (t,), before + inside((affine(t) + 1, 3)) * h[affine(t) + 1]))


def by_itself() -> Equation:
    h = Tensor("h", (3,), "intermediate")
    return equation(define(h, lambda t: tanh(h[t])))


def all_at_once() -> Equation:
    h = Tensor("h", (3,), "intermediate")
    return equation(define(h, lambda t: total(3, lambda k: h[k])))


@pytest.mark.parametrize("stated", [two_axes, backwards_and_forwards, by_itself, all_at_once])
def test_what_has_no_steps_is_refused(stated):
    with pytest.raises(AlgebraError, match="h is stated by itself, and along no axis"):
        list(parts([stated()]))


def test_a_recurrence_has_no_parts_without_its_number_of_steps():
    steps = size_symbol("T", 1)
    h = Tensor("h", (steps,), "intermediate")
    t = Index(steps, "t")
    eq = equation(Definition(h, (t,), inside((affine(t) - 1, steps)) * h[affine(t) - 1]))
    with pytest.raises(AlgebraError, match="symbolic"):
        list(parts([eq]))
