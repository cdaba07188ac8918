"""The conventions in words: every key has a sentence in both formats, with its tensors filled in."""

from typing import get_args

import pytest

from symgrad.algebra.tensors import Tensor
from symgrad.derivation.conventions import Convention, Key
from symgrad.render.wording import plain_sentence, tex_sentence

TENSORS = (Tensor("w2", (2, 3), "parameter", label="2"), Tensor("b2", (2,), "parameter", label="2"))


@pytest.mark.parametrize("key", get_args(Key))
def test_every_convention_is_a_whole_sentence_in_both_formats(key):
    convention = Convention(key, TENSORS, "f")
    for sentence in (plain_sentence(convention), tex_sentence(convention)):
        assert sentence.endswith((".", ".$"))
        assert "{}" not in sentence
        assert "None" not in sentence
    assert "$" not in plain_sentence(convention)
    assert tex_sentence(convention).count("$") % 2 == 0


def test_a_shape_names_its_tensor():
    assert "w2 is 2×3" in plain_sentence(Convention("shapes", TENSORS))
    assert r"$w^{(2)}$ is" in tex_sentence(Convention("shapes", TENSORS))


def test_constants_say_what_they_are():
    assert plain_sentence(Convention("constants", constants=(("eta", "eta"), ("t", "t")))) == (
        "η is the learning rate and t is the number of the step, from 1."
    )
    assert tex_sentence(Convention("constants", constants=(("beta_1", "beta_1"),))) == (
        r"$\beta_1$ is the decay of the mean of gradients."
    )
    assert plain_sentence(Convention("constants", constants=(("rho_1", "beta_1"),))) == (
        "ρ1 is the decay of the mean of gradients."
    )
    assert plain_sentence(Convention("step", TENSORS, "Adam")).endswith("Adam: w2* is w2 after the step.")
