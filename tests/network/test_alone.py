"""A layer on its own, for all sizes or at small ones."""

import pytest

from symgrad.algebra.sizes import size_symbol
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.declare import MisfitError
from symgrad.derivation.page import page
from symgrad.network.alone import alone, with_defaults
from symgrad.render.page import text_page


def shapes(stated):
    return {tensor.name: tensor.shape for tensor in stated.model.tensors}


def test_a_linear_layer_for_all_sizes():
    n, m = size_symbol("N"), size_symbol("M")
    stated = alone(CATALOGUE["linear"])
    assert stated.sizes
    assert shapes(stated) == {"a": (n,), "w": (m, n), "b": (m,), "z": (m,)}
    assert stated.model.text == "linear(M)"
    assert with_defaults(CATALOGUE["linear"]) is None


def test_a_convolution_for_all_sizes_counts_its_windows_by_a_rule():
    h, u, s, d, p = (
        size_symbol("H"),
        size_symbol("U"),
        size_symbol("s"),
        size_symbol("d"),
        size_symbol("p", 0),
    )
    stated = alone(CATALOGUE["conv2d"])
    assert stated.model.text == "conv2d(O, (U, V), stride=s, padding=p, dilation=d)"
    (((symbol, _),),) = shapes(stated)["z"][1].terms
    assert (symbol.name, symbol.steps) == ("P", (h + 2 * p - d * (u - 1) - 1, s))
    plain = with_defaults(CATALOGUE["conv2d"])
    assert plain is not None
    assert shapes(plain)["z"][1] == h - u + 1


def test_a_transposed_convolution_for_all_sizes_names_how_far_it_reaches():
    page_ = "".join(text_page(page(CATALOGUE["conv_transpose1d"])))
    assert "  P = s·(L − 1) + d·(U − 1) + q + 1 − 2p.\n" in page_
    assert "| 0 ≤ s·k + d·u − p ≤ P − 1} a[c, k]·∂L/∂z[o, s·k + d·u − p]" in page_
    assert "z is O×(L + U − 1)" in page_


def test_what_cannot_be_stated_for_all_sizes_is_stated_at_small_ones():
    stated = alone(CATALOGUE["adaptive_avg_pool2d"])
    assert not stated.sizes
    assert all(isinstance(n, int) for shape in shapes(stated).values() for n in shape)


def test_an_output_is_not_called_like_a_size():
    assert alone(CATALOGUE["avg_pool2d"]).model.outputs[0].name == "z"  # p is the padding


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_of_the_catalogue_stands_alone(name):
    assert alone(CATALOGUE[name]).model.steps[0].layer == name


def test_a_layer_that_takes_no_input_is_refused():
    def state(place, a):
        raise MisfitError("never")

    with pytest.raises(MisfitError, match="there is no example of relu"):
        alone(CATALOGUE["relu"]._replace(state=state))
