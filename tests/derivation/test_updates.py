"""A step of an optimiser for what is asked for: which parameters, which entries, and what is refused."""

import pytest

from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue import OPTIMISERS
from symgrad.derivation.derive import derive, document
from symgrad.derivation.updates import checked_optimiser
from symgrad.derivation.updates import updates as step_of
from symgrad.errors import AlgebraError, NameUnknownError
from symgrad.network.build import build
from symgrad.network.from_sympy import model_from_sympy
from symgrad.network.model import Model

TWO = "input(2) | linear(3) | tanh | linear(1) | mse"


def stated(network, words, update):
    return document(derive(build(network), words), update=update)


def updates(network, words, update):
    found = [f for f in stated(network, words, update).formulas if f.kind == "update"]
    return [(f.equation.target.name, f.positions) for f in found]


def test_every_parameter_that_is_asked_for_is_updated_in_order_of_evaluation():
    found = updates(TWO, ("all",), "sgd")
    assert found == [("w1_new", None), ("b1_new", None), ("w2_new", None), ("b2_new", None)]


def test_only_the_entries_that_are_asked_for_are_updated():
    found = updates(TWO, ("w2_3", "w2_1", "a0"), "momentum")
    assert found == [("v_w2_new", (0, 2)), ("w2_new", (0, 2))]


def test_the_step_follows_the_gradients_and_reads_only_what_stands_before_it():
    for name in OPTIMISERS:
        given = stated(TWO, ("weights",), name)
        kinds = [formula.kind for formula in given.formulas]
        assert kinds == sorted(kinds, key=("forward", "gradient", "update").index)
        known = {t for t in given.tensors if t.role in ("input", "parameter", "target", "kept")}
        for formula in given.formulas:
            assert known.issuperset(formula.equation.reads())
            known.add(formula.equation.target)
        assert known <= set(given.tensors)


def test_without_an_optimiser_nothing_is_updated():
    assert not updates(TWO, ("all",), None)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("sgd", [("step", ["w1"], ()), ("constants", [], ("eta",))]),
        (
            "adam",
            [
                ("step", ["w1"], ()),
                ("kept", ["m_w1", "v_w1", "m_b1", "v_b1", "m_w2", "v_w2", "m_b2", "v_b2"], ()),
                ("constants", [], ("beta_1", "beta_2", "eta", "epsilon", "t")),
            ],
        ),
    ],
)
def test_the_conventions_of_a_step(name, keys):
    plain = len(stated(TWO, ("weights",), None).conventions)
    added = stated(TWO, ("weights",), name).conventions[plain:]
    assert [(c.key, [t.name for t in c.tensors], c.constants) for c in added] == keys


def test_an_unknown_optimiser_is_told_the_nearest():
    assert checked_optimiser("adamw").name == "adamw"
    with pytest.raises(
        NameUnknownError, match=r"no optimiser 'RMSProp'; did you mean rmsprop\?.*sgd, momentum"
    ):
        checked_optimiser("RMSProp")


def test_no_parameter_to_update_is_an_error_that_says_what_would_work():
    with pytest.raises(
        NameUnknownError, match=r"none is asked for; add --wrt weights, or one of w1, b1, w2, b2"
    ):
        stated(TWO, ("inputs",), "sgd")
    with pytest.raises(NameUnknownError, match="this network has none"):
        stated("input(2) | tanh", ("all",), "sgd")


@pytest.mark.parametrize("function", ["eta", "t", "mu"])
def test_a_function_that_is_called_as_a_constant_is_refused_where_it_matters(function):
    network = f"input(2) | linear(1) | activation({function})"
    needing = {"eta": "sgd", "t": "adam", "mu": "momentum"}[function]
    with pytest.raises(AlgebraError, match=f"{function} is a name in this network, and {needing} needs it"):
        stated(network, ("weights",), needing)
    other = "adagrad" if function != "eta" else None
    assert stated(network, ("weights",), other)


def test_a_network_of_sympy_definitions_has_no_parameters():
    import sympy

    x, w, z = sympy.symbols("x w z")
    with pytest.raises(NameUnknownError, match="this network has none"):
        document(derive(model_from_sympy({z: w * x}), ("w",)), update="sgd")


def test_a_size_that_is_called_as_a_constant_is_refused():
    w = Tensor("w", (size_symbol("t"), 3), "parameter")
    model = Model("", (), (w,), (w,), None)
    with pytest.raises(AlgebraError, match="t is a name in this network, and adam needs it"):
        step_of(model, {w: None}, OPTIMISERS["adam"])
    assert step_of(model, {w: None}, OPTIMISERS["sgd"]).constants() == ("eta",)
