"""Symbols for sizes and hyperparameters, by name."""

import pytest

from symgrad.algebra.sizes import size_symbol
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.options import REQUIRED, Option, choice, count, number, word
from symgrad.catalogue.symbols import (
    at_small_sizes,
    by_default,
    dimensions,
    expected,
    in_general,
    named_size,
)

U, V, S, D = (size_symbol(name) for name in "UVsd")


def test_a_convolution_has_a_symbol_for_every_size_and_one_group():
    p = size_symbol("p", 0)
    assert in_general(CATALOGUE["conv2d"]) == {
        "out_channels": size_symbol("O"), "kernel_size": (U, V), "stride": (S, S), "padding": (p, p),
        "dilation": (D, D), "groups": 1, "bias": True,
    }  # fmt: skip


def test_by_default_only_what_must_be_given_is_a_symbol():
    assert by_default(CATALOGUE["conv2d"]) == {
        "out_channels": size_symbol("O"), "kernel_size": (U, V), "stride": (1, 1), "padding": (0, 0),
        "dilation": (1, 1), "groups": 1, "bias": True,
    }  # fmt: skip
    assert at_small_sizes(CATALOGUE["conv2d"])["kernel_size"] == (2, 2)


def test_how_many_axes_windows_move_over():
    assert [dimensions(CATALOGUE[name]) for name in ("conv2d", "avg_pool1d", "linear", "relu")] == [
        2,
        1,
        0,
        0,
    ]


def test_only_padding_may_be_nothing():
    assert (named_size("p"), named_size("H")) == (size_symbol("p", 0), size_symbol("H", 1))


@pytest.mark.parametrize(
    ("kind", "example"), [(count, 2), (word, "f"), (choice("mean", "sum"), "mean"), (number, 2)]
)
def test_what_must_be_given_and_is_no_size_has_an_example(kind, example):
    layer = CATALOGUE["relu"]._replace(options=(Option("q", kind, REQUIRED),))
    assert in_general(layer) == at_small_sizes(layer) == {"q": example}


def test_what_an_option_must_be_in_words():
    options = {option.name: option for option in CATALOGUE["conv2d"].options}
    assert expected(options["bias"]) == "true or false"
    assert expected(options["groups"]) == "a positive whole number"


def test_a_kind_without_an_example_is_said():
    def never(value):
        raise ValueError("something else")

    layer = CATALOGUE["relu"]._replace(options=(Option("q", never, REQUIRED),))
    with pytest.raises(ValueError, match="there is no example of q, which must be something else"):
        in_general(layer)
