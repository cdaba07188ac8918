from math import prod

import pytest

from symgrad.algebra.identifiers import identifier, identifiers, position
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import (
    Tensor,
    adjoint_of,
    corrected,
    kept_with,
    renewed,
    second_derivative,
    sensitivity,
)
from symgrad.errors import AlgebraError

W = Tensor("w", (3, 3), "parameter")
W2 = Tensor("w2", (8, 4), "parameter", label="2")
A0 = Tensor("a0", (7,), "input", label="0")
HB = Tensor("hb", (3,), "intermediate", label="b")
K = Tensor("w", (2, 3, 4, 5), "parameter")
K2 = Tensor("w2", (2, 3, 4, 5), "parameter", label="2")
L = Tensor("L", (), "objective")
Z = Tensor("z", (2, 3, 4), "intermediate")

# typed by hand
NAMES = [
    (L, 0, "L"),
    (W, 4, "w5"),
    (W2, 4, "w2_5"),
    (A0, 6, "a0_7"),
    (HB, 2, "hb_3"),
    (K, 60 + 1 * 20 + 2 * 5, "w_2_2_3_1"),
    (K2, 1 * 20 + 2 * 5, "w2_1_2_3_1"),
    (Z, 6, "z_1_2_3"),
    (adjoint_of(W), 4, "dL_dw5"),
    (adjoint_of(W2), 4, "dL_dw2_5"),
    (adjoint_of(Z), 6, "dL_dz_1_2_3"),
    (adjoint_of(adjoint_of(W)), 4, "dL_ddL_dw5"),
    (adjoint_of(L), 0, "dL_dL"),
]


@pytest.mark.parametrize(("tensor", "flat", "name"), NAMES)
def test_entries_are_called_as_the_conventions_say(tensor, flat, name):
    assert identifier(tensor, flat) == name
    assert position(tensor, name) == flat


@pytest.mark.parametrize("tensor", [tensor for tensor, _, _ in NAMES])
def test_every_identifier_names_one_entry_and_is_read_back(tensor):
    names = identifiers(tensor)
    assert names == [identifier(tensor, n) for n in range(prod(tensor.shape))]
    assert len(set(names)) == len(names)
    assert [position(tensor, name) for name in names] == list(range(len(names)))


@pytest.mark.parametrize(
    ("tensor", "text"),
    [
        (W, "w"),
        (W, "w0"),
        (W, "w10"),
        (W, "w01"),
        (W, "w_1"),
        (W, "w-1"),
        (W, "w1 "),
        (W, "w٣"),
        (W, "w²"),
        (W, "W1"),
        (W, "dL_dw1"),
        (W, "w" + "9" * 10_000),
        (W2, "w25"),
        (W2, "w2_33"),
        (K, "w_1_2_3"),
        (K, "w_1_2_3_1_1"),
        (K, "w_1_2_3_6"),
        (K, "w1_2_3_1"),
        (K, "w_1_0_3_1"),
        (K, "w_1__3_1"),
        (L, "L1"),
        (adjoint_of(W), "w1"),
        (adjoint_of(W), "dL_d"),
    ],
)
def test_what_names_no_entry_has_no_position(tensor, text):
    assert position(tensor, text) is None


def test_a_symbolic_size_has_no_flat_numbers():
    with pytest.raises(AlgebraError, match="symbolic"):
        identifiers(Tensor("a", (size_symbol("H"), 2), "input"))


def test_a_gradient_of_another_quantity_is_called_after_it():
    w = Tensor("w2", (2, 2), "parameter", label="2")
    slope = adjoint_of(w, "S")
    assert slope.quantity == "S"
    assert identifiers(slope)[3] == identifier(slope, 3) == "dS_dw2_4"
    assert position(slope, "dS_dw2_4") == 3
    assert position(slope, "dL_dw2_4") is None


@pytest.mark.parametrize(
    ("shape", "label", "names"),
    [
        ((), "", ["v_w", "w_new", "v_w_new", "m_hat_w"]),
        ((2, 2), "", ["v_w3", "w3_new", "v_w3_new", "m_hat_w3"]),
        ((2, 2), "2", ["v_w2_3", "w2_3_new", "v_w2_3_new", "m_hat_w2_3"]),
        ((2, 1, 2), "", ["v_w_2_1_1", "w_2_1_1_new", "v_w_2_1_1_new", "m_hat_w_2_1_1"]),
    ],
)
def test_what_an_optimiser_brings_is_called_after_the_entry(shape, label, names):
    w = Tensor(f"w{label}", shape, "parameter", label=label)
    kept = kept_with(w, "v")
    place = 2 if shape else 0
    for tensor, name in zip((kept, renewed(w), renewed(kept), corrected(w, "m")), names, strict=True):
        assert identifier(tensor, place) == identifiers(tensor)[place] == name
        assert position(tensor, name) == place
        assert position(tensor, "_new") is None
        assert position(tensor, name + "x") is None


@pytest.mark.parametrize("make", [sensitivity, second_derivative])
@pytest.mark.parametrize("shapes", [((2, 3), (2,)), ((), (4,)), ((2, 2, 2), (3, 1, 2)), ((2,), ())])
def test_entries_of_pairs_are_read_back(make, shapes):
    first, second = (
        Tensor(name, shape, "parameter") for name, shape in zip(("w_d", "z_d"), shapes, strict=True)
    )
    tensor = make(second, first) if make is sensitivity else make(first, second)
    names = identifiers(tensor)
    assert names == [identifier(tensor, n) for n in range(len(names))]
    assert [position(tensor, name) for name in names] == list(range(len(names)))
    assert position(tensor, names[0] + "0") is None
    assert position(tensor, "d2L_dw") is None


def test_what_second_derivatives_are_called():
    w, z = Tensor("w2", (2, 2), "parameter", label="2"), Tensor("z1", (2,), "intermediate", label="1")
    assert identifier(second_derivative(w, z), 3) == "d2L_dw2_2_dz1_2"
    assert identifier(sensitivity(z, w), 3) == "dz1_2_dw2_2"
