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
        ("sgd", [("step", ["w1"], ()), ("constants", [], (("eta", "eta"),))]),
        (
            "adam",
            [
                ("step", ["w1"], ()),
                ("kept", ["m_w1", "v_w1", "m_b1", "v_b1", "m_w2", "v_w2", "m_b2", "v_b2"], ()),
                (
                    "constants",
                    [],
                    tuple((name, name) for name in ("beta_1", "beta_2", "eta", "epsilon", "t")),
                ),
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


@pytest.mark.parametrize(
    ("network", "optimiser", "letters"),
    [
        ("input(2) | layer_norm | mse", "adam", {"rho_1": "beta_1", "rho_2": "beta_2"}),
        ("input(2) | layer_norm | linear(2) | mse", "adamw", {"rho_1": "beta_1", "rho_2": "beta_2"}),
        ("input(2x3) | lstm(2)", "adam", {"rho_1": "beta_1", "rho_2": "beta_2", "tau": "t"}),
        ("input(2) | layer_norm | mse", "momentum", {"alpha": "mu"}),
        ("input(2) | linear(1) | activation(eta)", "sgd", {"xi": "eta"}),
        ("input(2) | linear(1) | activation(t)", "adam", {"tau": "t"}),
        ("input(2) | linear(1) | activation(mu)", "nesterov", {"alpha": "mu"}),
        ("input(2) | linear(2) as rho | tanh | add(rho)", "rmsprop", {"alpha": "rho"}),
        ("input(2) | linear(2) as epsilon | tanh | add(epsilon)", "adagrad", {"delta": "epsilon"}),
    ],
)
def test_a_constant_of_the_optimiser_has_another_letter_where_the_network_has_its_own(
    network, optimiser, letters
):
    given = stated(network, ("weights",), optimiser)
    (told,) = (c.constants for c in given.conventions if c.key == "constants")
    assert {name: role for name, role in told if name != role} == letters
    here = {t.name for t in given.tensors} | {t.stem for t in given.tensors}
    assert not here & {name.partition("_")[0] for name, _ in told}
    usual = stated(TWO, ("weights",), optimiser)
    assert [role for _, role in told] == [name for name, _ in usual.conventions[-1].constants]


def test_a_network_that_has_every_letter_of_a_constant_is_refused():
    names = ["eta", "xi", "chi"]
    others = " | ".join(f"linear(2) as {name}" for name in names)
    network = f"input(2) | {others} | add({', '.join(names[:-1])})"
    with pytest.raises(AlgebraError, match="eta is a name in this network, and sgd needs it"):
        stated(network, ("weights",), "sgd")


def test_a_network_of_sympy_definitions_has_no_parameters():
    import sympy

    x, w, z = sympy.symbols("x w z")
    with pytest.raises(NameUnknownError, match="this network has none"):
        document(derive(model_from_sympy({z: w * x}), ("w",)), update="sgd")


def test_a_size_that_is_called_as_a_constant_leaves_it_another_letter():
    w = Tensor("w", (size_symbol("t"), 3), "parameter")
    model = Model("", (), (w,), (w,), None)
    assert step_of(model, {w: None}, OPTIMISERS["adam"]).constants()[-1] == "tau"
    assert step_of(model, {w: None}, OPTIMISERS["sgd"]).constants() == ("eta",)
