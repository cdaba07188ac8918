"""Models: the program of a network, and its tensors by name."""

from __future__ import annotations

from symgrad.network.build import build


def test_a_model_holds_its_tensors_in_the_order_of_evaluation():
    model = build("input(3) | linear(2) | tanh | mse")
    assert [t.role for t in model.tensors] == [
        "input", "parameter", "parameter", "intermediate", "intermediate", "target", "objective",
    ]  # fmt: skip
    assert model.outputs[0].name == "L"
    assert model.objective == model.tensor("L")


def test_a_network_without_a_loss_has_its_last_tensor_as_output():
    model = build("input(3) | linear(2) | tanh")
    assert model.objective is None
    assert [t.name for t in model.outputs] == ["h"]


def test_a_tensor_is_found_by_name_or_is_none():
    model = build("input(3) | linear(2)")
    assert model.tensor("w").shape == (2, 3)
    assert model.tensor("q") is None


def test_the_forward_program_reads_only_what_stands_before():
    model = build("input(2x4) | conv2d(2, 2) | relu | flatten | linear(2) | mse")
    known = set(model.forward.sources())
    for eq in model.forward.equations:
        assert set(eq.reads()) <= known
        known.add(eq.target)
    assert known == set(model.tensors)
