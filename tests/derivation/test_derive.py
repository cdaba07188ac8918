"""Which formulas a derivation prints, and in which order."""

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build

DEEP = "input(3) | linear(4) | tanh | linear(2) | mse"


def printed(network, *words):
    formulas = document(derive(build(network), words or ("all",))).formulas
    return [(formula.equation.target.name, formula.positions) for formula in formulas]


def test_the_forward_formulas_come_first_then_the_gradients_from_the_end_to_the_beginning():
    assert [name for name, _ in printed(DEEP)] == [
        *("z1", "a1", "z2", "L"),
        *("dL_dz2", "dL_dw2", "dL_db2", "dL_da1", "dL_dz1", "dL_dw1", "dL_db1", "dL_da0"),
    ]


def test_nothing_is_derived_that_the_wanted_gradients_do_not_need():
    assert [name for name, _ in printed(DEEP, "w2")][4:] == ["dL_dz2", "dL_dw2"]


def test_of_what_was_not_asked_for_only_the_entries_that_are_read_are_printed():
    assert printed(DEEP, "w2_5")[4:] == [("dL_dz2", (1,)), ("dL_dw2", (4,))]
    assert printed(DEEP, "w1_4")[4:] == [
        ("dL_dz2", (0, 1)),
        ("dL_da1", (1,)),
        ("dL_dz1", (1,)),
        ("dL_dw1", (3,)),
    ]


def test_what_was_asked_for_is_printed_whole_whatever_is_read_of_it():
    assert ("dL_dz2", None) in printed(DEEP, "w2_5", "z2")


@pytest.mark.parametrize("word", ["w", "a", "w1", "all"])
def test_without_a_loss_the_upstream_is_no_equation(word):
    derived = derive(build("input(5x5) | conv2d(1, 3)"), (word,))
    assert [tensor.name for tensor in derived.gradients.upstream] == ["dL_dz"]
    assert "dL_dz" not in [eq.target.name for eq in derived.gradients.program.equations]


def test_the_document_knows_every_tensor_that_its_formulas_hold():
    whole = document(derive(build(DEEP)))
    names = {tensor.name for tensor in whole.tensors}
    for formula in whole.formulas:
        assert formula.equation.target.name in names
        assert {tensor.name for tensor in formula.equation.reads()} <= names


def test_a_gradient_inside_a_parenthesis_is_printed_where_it_is_read():
    """∂L/∂z1 = h1·(∂L/∂h1 − Σ h·∂L/∂h) reads every ∂L/∂h: they once were left out."""
    assert printed("input(3) | linear(3) | softmax | mse", "w1")[-3:] == [
        ("dL_dh", (0, 1, 2)),
        ("dL_dz", (0,)),
        ("dL_dw", (0,)),
    ]
