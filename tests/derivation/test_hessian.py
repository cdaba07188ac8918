"""Second derivatives typed by hand, in closed form."""

import pytest

from symgrad.derivation.derive import derive
from symgrad.derivation.hessian import hessian
from symgrad.errors import AlgebraError
from symgrad.network.build import build
from symgrad.render.indexed import indexed
from symgrad.render.plain import PlainNotation
from symgrad.render.text import index_line


def lines(network, *words):
    found = hessian(derive(build(network), words or ("all",)))
    return [
        index_line(indexed(eq, PlainNotation()), PlainNotation()).split("   for ")[0]
        for eq in found.program.equations
    ]


def blocks(network, *words):
    return [
        (block.target.name, block.zero) for block in hessian(derive(build(network), words or ("all",))).blocks
    ]


def test_least_squares():
    """∂²L/∂w∂w is a·aᵀ for each output, and 0 between outputs."""
    assert lines("input(3) | linear(2) | mse(sum, half)", "weights") == [
        "∂²L/∂w[i, j]∂w[k, l] = a[l]·a[j]·[i = k]",
        "∂²L/∂w[i, j]∂b[k] = a[j]·[i = k]",
        "∂²L/∂b[i]∂b[k] = [i = k]",
    ]


def test_softmax_with_cross_entropy():
    """∂²L/∂z∂z = diag(p) − p·pᵀ."""
    assert lines("input(3) | cross_entropy") == [
        "∂p[k]/∂a[j] = p[k]·([j = k] − p[j])",
        "∂²L/∂a[j]∂a[k] = ∂p[k]/∂a[j]",
    ]


def test_a_derivative_of_an_intermediate_has_its_own_equation():
    assert lines("input(1) | linear(2, bias=false) | tanh | linear(1, bias=false) | mse(half)", "w1") == [
        "∂z2[0]/∂w1[i, 0] = a0[0]·w2[0, i]·(1 − a1[i]²)",
        "∂²L/∂w1[i, 0]∂a1[k] = w2[0, k]·∂z2[0]/∂w1[i, 0]",
        "∂²L/∂w1[i, 0]∂z1[k] = ∂²L/∂w1[i, 0]∂a1[k]·(1 − a1[k]²) − 2·a1[k]·a0[0]·∂L/∂z1[k]·[i = k]",
        "∂²L/∂w1[i, 0]∂w1[k, 0] = a0[0]·∂²L/∂w1[i, 0]∂z1[k]",
    ]


def test_each_pair_stands_once():
    assert blocks("input(2) | linear(1) | linear(1) | mse", "weights") == [
        (f"d2L_d{first}_d{second}", False)
        for n, first in enumerate(("w1", "b1", "w2", "b2"))
        for second in ("w1", "b1", "w2", "b2")[n:]
    ]


def test_what_is_0_whatever_the_values_are_is_known_as_0():
    assert blocks("input(2) | linear(1) | l1", "weights") == [
        ("d2L_dw_dw", True),
        ("d2L_dw_db", True),
        ("d2L_db_db", True),
    ]
    assert lines("input(2) | linear(1) | l1", "weights") == []


def test_an_abstract_function_gives_its_second_derivative():
    assert lines("input(2) | activation(f) | mse(sum, half)") == [
        "∂²L/∂a[j]∂a[k] = f′(a[k])²·[j = k] + ∂L/∂h[k]·f′′(a[k])·[j = k]",
    ]


def test_without_a_loss_there_are_none():
    with pytest.raises(AlgebraError, match="second derivatives need a loss"):
        hessian(derive(build("input(2) | linear(1)")))


def test_through_steps_that_rest_on_one_another_there_are_none():
    with pytest.raises(AlgebraError, match="hessian_vector"):
        hessian(derive(build("input(3x2) | rnn(2) | mse"), ["w"]))
