"""Which conventions a network's formulas rest on: those it needs, and no others."""

import re

import pytest
from oracles.chains import alone

import symgrad as sg
from symgrad.algebra.terms import Call, Max, ValueBracket, inner_expressions
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import derive, document
from symgrad.equations import total
from symgrad.network.build import build


def keys(network, view="scalar"):
    return [convention.key for convention in document(derive(build(network)), view).conventions]


@pytest.mark.parametrize(
    ("network", "view", "needed"),
    [
        ("input(5x5) | conv2d(1, 3)", "scalar", ["shapes", "correlation", "flat", "gradient", "upstream"]),
        (
            "input(5x5) | conv2d(1, 3)",
            "index",
            ["shapes", "correlation", "from zero", "gradient", "upstream"],
        ),
        ("input(3) | linear(2) | mse", "scalar", ["shapes", "flat", "gradient"]),
        ("input(3) | linear(2) | mse", "chain", ["shapes", "flat", "gradient", "paths"]),
        ("input(3) | relu | mse", "scalar", ["shapes", "flat", "gradient", "relu"]),
        ("input(3) | sigmoid | mse", "scalar", ["shapes", "flat", "gradient", "sigmoid"]),
        ("input(3) | activation(f) | mse", "scalar", ["shapes", "flat", "gradient", "unknown function"]),
        (
            "input(3) | linear(2) | linear(2) | mse",
            "scalar",
            ["shapes", "flat", "layers", "gradient"],
        ),
        (
            "input(2x3x3) | conv2d(2, 2, bias=false)",
            "scalar",
            ["shapes", "correlation", "axes", "gradient", "upstream"],
        ),
    ],
)
def test_a_network_states_the_conventions_that_it_needs(network, view, needed):
    assert keys(network, view) == needed


@pytest.mark.parametrize(
    ("network", "policy"),
    [
        ("relu", ["relu"]),
        ("l1", ["abs"]),
        ("softsign", ["abs"]),
        ("hardtanh", ["cases"]),
        ("relu | l1", ["relu", "abs at a kink"]),
        ("huber", ["cases", "abs at a kink"]),
        ("elu | relu | smooth_l1", ["cases", "relu at a kink", "abs at a kink"]),
        ("max_pool1d(2) | relu", ["relu", "ties"]),
        ("tanh | mse", []),
    ],
)
def test_what_a_bracket_is_is_said_once_and_of_every_kink_what_the_derivative_is(network, policy):
    about = ("cases", "relu", "relu at a kink", "abs", "abs at a kink", "ties")
    assert [key for key in keys(f"input(2) | {network}") if key in about] == policy


def kinked(expression):
    """Whether the expression has a kink or a tie: a bracket, a maximum, |x| or relu."""
    factors = [factor for term in expression.terms for factor, _ in term.powers]
    return any(
        isinstance(factor, ValueBracket | Max)
        or (isinstance(factor, Call) and factor.function.name in ("abs", "relu"))
        or any(kinked(inner) for inner in inner_expressions(factor))
        for factor in factors
    )


@pytest.mark.parametrize("view", ["scalar", "chain", "index", "matrix"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_layer_with_a_kink_or_a_tie_says_what_is_done_there(name, view):
    (network, *_) = (chain.text for chain in alone(CATALOGUE[name]))
    derived = derive(build(network))
    expected = any(kinked(eq.body) for eq in derived.forward.equations)
    said = {convention.key for convention in document(derived, view).conventions}
    assert expected == bool(said & {"cases", "relu", "abs", "ties", "first place"})


def test_a_batch_is_said():
    stated = document(derive(build("input(3) | linear(2) | mse", batch=4)), "index").conventions
    (batch,) = (convention for convention in stated if convention.key == "batch")
    assert [tensor.name for tensor in batch.tensors] == ["a"]


@pytest.mark.parametrize(
    ("options", "padded"),
    [
        ("1, 3", False),
        ("1, 3, padding=1", True),
        ("1, (1, 3), padding=(0, 1)", True),
        ("1, 1, padding=1", True),
        ("1, 1, stride=2", False),
    ],
)
def test_padding_is_stated_where_there_is_some(options, padded):
    assert ("padding" in keys(f"input(5x5) | conv2d({options})")) is padded
    assert ("padding" in keys(f"input(2x5x5) | conv2d({options})")) is padded


def test_groups_alone_are_no_padding():
    assert "padding" not in keys("input(4x5x5) | conv2d(4, 3, groups=2)")


@pytest.mark.parametrize(
    ("options", "padded"), [("2", False), ("3, 1, 1", True), ("(3, 1), 1, (1, 0)", True)]
)
def test_a_mean_states_its_border(options, padded):
    assert ("padding" in keys(f"input(2x6x6) | avg_pool2d({options})", "index")) is padded


def test_of_ties_something_is_said_where_a_gradient_asks_for_the_greatest():
    network = "input(4) | max_pool1d(2) | linear(2)"
    assert "ties" in keys(network)
    assert "first place" in keys(network, "index")
    of_weights = document(derive(build(network), ("weights",)), "scalar").conventions
    assert "ties" not in [convention.key for convention in of_weights]


SENTENCE = "A term is 0 where a condition in its brackets fails"


def test_a_condition_before_a_sum_is_explained():
    """∂L/∂a[j] = ∂L/∂z[j]·[j ≤ 1]·Σ w[j, m] for j = 0…2 reads z[2], which there is not."""

    @sg.layer
    def own(a: "N", w: "M K") -> "M":
        return lambda i: a[i] * total(lambda m: w[i, m])

    network = sg.Network("input(3) | own(2, 3)", using=[own])
    derived = sg.derive(network)
    assert "∂L/∂z[j]·[j ≤ 1]·Σ" in derived.text("index")
    assert SENTENCE in derived.text("index")
    assert SENTENCE in derived.latex("index").replace("~", " ")
    assert SENTENCE in derived.json("index")
    assert SENTENCE not in derived.text("scalar")


@pytest.mark.parametrize(
    "network",
    [
        "input(2x7) | conv1d(2, 3, padding=1)",
        "input(4x3) | lstm(2)",
        "input(4x3) | gru(2)",
        "input(1x6x6) | max_pool2d(2, 3)",
        "input(1x7x7) | conv2d(2, 3, stride=2, padding=1) | relu | flatten | linear(2) | mse",
        "input(2x6) | conv_transpose1d(2, 3, stride=2)",
        "input(4x2) | multihead_attention(2, is_causal=true)",
    ],
)
@pytest.mark.parametrize("steps", [False, True])
def test_conditions_are_explained_wherever_one_is_printed_as_a_factor(network, steps):
    text = sg.derive(sg.Network(network)).text("index", steps=steps and not re.search("lstm|gru", network))
    formulas = text.partition("\nForward")[2]
    factors = re.findall(r"(?<![\w])\[([^\[\]]*[≤∣|][^\[\]]*)\]", formulas)
    assert (SENTENCE in text) == bool(factors), factors
