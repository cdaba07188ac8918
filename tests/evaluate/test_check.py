"""The gradient check agrees with right formulas, and finds a wrong one however it is wrong."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import symgrad as sg
from symgrad.algebra.normal import scaled
from symgrad.algebra.program import Program
from symgrad.derivation.derive import derive
from symgrad.equations import log
from symgrad.evaluate.check import MOST_ENTRIES, gradient_check
from symgrad.evaluate.evaluator import evaluator
from symgrad.network.build import build

NETWORKS = [
    "input(3) | linear(2) | tanh | mse",
    "input(1x6x6) | conv2d(2, 3) | relu | max_pool2d(2) | flatten | linear(3) | cross_entropy",
    "input(3x4) | layer_norm",
    "input(3) | sigmoid | bce",
    "input(4) | linear(3) | log_softmax | nll",
    "input(3x2) | linear(4) | batch_norm1d | gelu | softmax",
]


@pytest.mark.parametrize("network", NETWORKS)
def test_right_gradients_agree(network):
    checked = sg.gradient_check(network)
    assert checked.agrees
    assert all(one.difference < 1e-7 for one in checked.compared)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_gradient_that_is_a_thousandth_too_large_is_found(network):
    derived = derive(build(network))
    first = next(tensor for tensor in derived.wanted if tensor.role in ("parameter", "input"))
    equations = tuple(
        eq._replace(body=scaled(eq.body, 1 + Fraction(1, 1000))) if eq.target.of == first else eq
        for eq in derived.gradients.program.equations
    )
    wrong = derived.gradients._replace(program=Program(equations))
    checked = gradient_check(derived.model, evaluator(derived.model, wrong), derived.wanted)
    assert not checked.agrees
    assert [one.tensor for one in checked.compared if not one.agrees] == [first.name]


def test_values_may_be_given_in_part():
    checked = sg.gradient_check("input(2) | linear(1) | mse", {"a": [5.0, 7.0]})
    assert checked.values["a"].tolist() == [5, 7]
    assert checked.agrees
    with pytest.raises(sg.ValuesError, match="no value is asked for 'x'"):
        sg.gradient_check("input(2) | relu", {"x": [1, 2]})


def test_beside_a_kink_a_shorter_step_is_taken():
    at = {"a": np.array([1e-4, -3e-4, 0.5])}
    assert sg.gradient_check("input(3) | relu | mse", at).agrees


def test_of_many_entries_some_are_compared():
    (only,) = sg.gradient_check(sg.derive("input(1x30x30) | conv2d(1, 29)", wrt="a")).compared
    assert (only.entries, only.of) == (MOST_ENTRIES, 900)


def test_an_unknown_function_is_given():
    network = "input(3) | activation(f) | mse"
    assert sg.gradient_check(network, functions={"f": np.sin, "df": np.cos}).agrees
    assert not sg.gradient_check(network, functions={"f": np.sin, "df": np.sin}).agrees
    with pytest.raises(sg.ValuesError, match="no function is given for f"):
        sg.gradient_check(network)


def test_a_number_of_samples_is_needed():
    with pytest.raises(sg.AlgebraError, match="number of samples"):
        sg.gradient_check(sg.Network("input(3) | relu", batch="N"))
    assert sg.gradient_check(sg.Network("input(3) | linear(2) | batch_norm1d | mse", batch=4)).agrees


def test_at_a_kink_nothing_is_compared():
    """relu at exactly 0 was said to differ."""
    (only,) = sg.gradient_check("input(3) | relu | mse", {"a": [0.0, 0.5, 0.2]}).compared
    assert (only.verdict, only.agrees) == ("not compared", False)
    assert (only.entries, only.of, only.kinks, only.undefined) == (2, 3, 1, 0)
    assert only.difference < 1e-9


@pytest.mark.parametrize("distance", [0, 1e-9, -1e-7, 1e-6, 1e-5, -1.5e-5, 3e-5, -1e-4, 1e-3])
@pytest.mark.parametrize("network", ["input(1) | relu | mse", "input(1) | hardtanh(0, 1)", "input(1) | l1"])
def test_beside_a_kink_nothing_is_said_to_differ(network, distance):
    at = {"a": [distance], "y": [0.0]} if "l1" in network else {"a": [distance]}
    (only,) = sg.gradient_check(network, at).compared[:1]
    assert only.verdict == ("agrees" if abs(distance) > 2e-5 else "not compared")


def test_where_the_network_has_no_value_nothing_is_compared():
    @sg.activation
    def own(x):
        return log(x - 5)

    network = sg.Network("input(3) | own", using=[own])
    checked = sg.gradient_check(network)
    assert not checked.agrees
    (only,) = checked.compared
    assert (only.verdict, only.entries, only.undefined) == ("not compared", 0, 3)
    assert sg.gradient_check(network, {"a": [6.0, 7.0, 8.0]}).agrees


def test_a_wrong_derivative_at_a_smooth_point_differs_whatever_its_bend():
    network = "input(1) | activation(f)"
    for at in (0.0, 0.3, 2.0):
        for f, df in (
            (np.cosh, np.cosh),
            (np.square, np.sin),
            (lambda x: x**3, np.cos),
            (lambda x: x, np.exp),
        ):
            if abs(df(at) - {np.cosh: np.sinh(at), np.square: 2 * at}.get(f, 3 * at * at)) < 1e-3:
                continue
            checked = sg.gradient_check(network, {"a": [at]}, {"f": f, "df": lambda x, df=df: df(x) + 1e-3})
            assert checked.compared[0].verdict == "differs"
