"""Tensors: known by name and shape, read with one index per axis."""

from __future__ import annotations

import pytest

from symgrad.algebra.affine import Index
from symgrad.algebra.tensors import Tensor, adjoint_of, corrected, kept_with, renewed
from symgrad.errors import AlgebraError


def test_a_tensor_is_its_name_and_shape():
    assert Tensor("w", (2, 3), "parameter") == Tensor("w", (2, 3), "input", ("x", "y"))
    assert Tensor("w", (2, 3), "parameter") != Tensor("w", (3, 2), "parameter")
    assert len({Tensor("w", (2,), "input"), Tensor("w", (2,), "parameter")}) == 1


def test_the_stem_is_the_name_without_its_label():
    assert Tensor("w12", (), "parameter", label="12").stem == "w"
    assert Tensor("w", (), "parameter").stem == "w"


def test_axes_have_letters():
    assert len(Tensor("t", (1,) * 8, "input").letters) == 8
    assert Tensor("t", (2,), "input", ("n",)).letters == ("n",)


def test_an_adjoint_has_the_shape_of_what_it_is_the_gradient_of():
    w = Tensor("w", (2, 3), "parameter", ("i", "j"))
    g = adjoint_of(w)
    assert (g.name, g.shape, g.role, g.letters, g.of) == ("dL_dw", (2, 3), "adjoint", ("i", "j"), w)
    assert adjoint_of(g, "S").name == "dS_ddL_dw"


@pytest.mark.parametrize("indices", [(), (0,), (0, 0, 0)])
def test_a_tensor_is_read_with_one_index_per_axis(indices):
    with pytest.raises(AlgebraError, match="w has 2 axes"):
        Tensor("w", (2, 3), "parameter")[indices]


def test_an_entry_reads_numbers_indices_and_combinations():
    i = Index(2, "i")
    entry = Tensor("w", (2, 3), "parameter")[i, i + 1]
    assert [e.const for e in entry.indices] == [0, 1]


def test_what_an_optimiser_brings_is_called_after_its_tensor():
    w = Tensor("w2", (2, 3), "parameter", ("i", "j"), label="2")
    velocity = kept_with(w, "v")
    for tensor, name, stem in (
        (velocity, "v_w2", "v"),
        (renewed(velocity), "v_w2_new", "v_w2_new"),
        (corrected(w, "m"), "m_hat_w2", "m_hat"),
    ):
        assert (tensor.name, tensor.stem, tensor.shape, tensor.letters) == (name, stem, (2, 3), ("i", "j"))
    assert renewed(w).beside == w
