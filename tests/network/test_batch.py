"""The number of samples of a batch, and networks that are built for one."""

from __future__ import annotations

import pytest

from symgrad.algebra.sizes import size_text
from symgrad.catalogue import CATALOGUE
from symgrad.errors import DescriptionError
from symgrad.network.batch import samples
from symgrad.network.build import build, build_toml
from symgrad.network.summary import table


def test_a_batch_is_a_number_or_a_letter():
    assert samples(8) == samples("8") == 8
    assert size_text(samples("N")) == "N"


@pytest.mark.parametrize(
    "given", [0, -1, 1.5, True, None, (), "0", "n", "L", "NN", "1e3", "", "²", "N\n", "8 ", 10**9, "9" * 9]
)
def test_anything_else_is_refused(given):
    with pytest.raises(DescriptionError, match="a batch is a number of samples such as 8, or a letter"):
        samples(given)


def test_what_belongs_to_samples_has_a_first_axis_for_them():
    model = build("input(1x4x4) | conv2d(2, 3) | flatten | linear(3) | mse", batch=5)
    assert {t.name: t.shape for t in model.tensors} == {
        "a0": (5, 1, 4, 4), "w1": (2, 1, 3, 3), "b1": (2,), "z1": (5, 2, 2, 2), "v": (5, 8),
        "w2": (3, 8), "b2": (3,), "z2": (5, 3), "y": (5, 3), "L": (),
    }  # fmt: skip
    assert model.batch == 5
    assert {t.letters[0] for t in model.tensors if t.shape[:1] == (5,)} == {"n"}


def test_a_layer_over_the_batch_takes_its_statistics_over_the_samples():
    model = build("input(3) | linear(4) | batch_norm1d | relu", batch="N")
    assert {t.name: tuple(map(size_text, t.shape)) for t in model.tensors}["mu2"] == ("4",)
    with pytest.raises(DescriptionError, match="--batch 8 takes 8 samples of it"):
        build("input(3) | linear(4) | batch_norm1d")
    assert {name for name, layer in CATALOGUE.items() if layer.over == "batch" and layer.kind != "loss"} <= {
        "batch_norm1d", "batch_norm2d",
    }  # fmt: skip


def test_a_module_that_torch_prints_is_checked_against_one_sample():
    text = "Sequential(\n  (0): Linear(in_features=3, out_features=2, bias=True)\n  (1): Softmax(dim=1)\n)"
    assert build(text, "3", batch=7).tensors[0].shape == (7, 3)
    with pytest.raises(DescriptionError, match="in_features is printed as 3"):
        build(text, "4", batch=3)


def test_a_file_may_state_its_batch():
    text = 'input = 3\nlayers = ["linear(2)"]\nbatch = {}\n'
    assert build_toml(text.format(8)).tensors == build("input(3) | linear(2)", batch=8).tensors
    assert build_toml(text.format('"N"')).tensors == build("input(3) | linear(2)", batch="N").tensors
    with pytest.raises(DescriptionError, match="states its batch itself"):
        build_toml(text.format(8), batch=8)
    for unfit in ("0", '"x"', "[8]", "true", "1.5"):
        with pytest.raises(DescriptionError, match="batch"):
            build_toml(text.format(unfit))


def test_the_table_shows_the_samples_and_counts_parameters_once():
    lines = [*table(build("input(3) | linear(2) | mse", batch="N"))]
    rows = [line.split() for line in lines]
    assert ["input(3)", "a", "N×3"] in rows
    assert ["linear(2)", "z", "N×2", "w", "2×3,", "b", "2", "8"] in rows


@pytest.mark.parametrize("name", [name for name, layer in CATALOGUE.items() if layer.kind == "loss"])
def test_every_loss_is_one_number_for_the_whole_batch(name):
    text = f"input(3) | {'sigmoid | ' if name == 'bce' else ''}{name}"
    assert build(text, batch=4).objective.shape == ()


def test_a_loss_of_ones_own_is_reduced_over_the_batch_where_it_is_stated_for_each_entry():
    """Its mean had been that of each sample, and L their sum."""
    import symgrad as sg
    from symgrad.equations import total

    @sg.loss
    def quartic(p, y):
        return (p - y) ** 4

    @sg.loss
    def summed(p: "N", y: "N"):  # a shape
        return total(lambda j: (p[j] - y[j]) ** 4)

    for loss, scale in ((quartic, 2 * 3), (summed, 1)):
        name = "quartic" if loss is quartic else "summed"
        f = sg.evaluator(sg.Network(f"input(3) | {name}", using=[loss], batch=2))
        found = f({"a": [[1, 2, 0], [0, 0, 1]], "y": [[0, 0, 0], [0, 0, 0]]})
        assert found["L"] == pytest.approx((1 + 16 + 1) / scale)
