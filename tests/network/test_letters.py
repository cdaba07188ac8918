"""Letters for the sizes of a whole network: which there are; and a network in numbers is an instance."""

from __future__ import annotations

from random import Random

import pytest
from oracles import derived
from oracles.agreement import drawn
from oracles.chains import random_branches, random_chain
from oracles.fields import Fractions, Prime
from oracles.sizes import equation_at

from symgrad.algebra.program import Program
from symgrad.algebra.sizes import size_symbol, size_symbols, size_text
from symgrad.derivation.sweep import sweep
from symgrad.errors import DescriptionError
from symgrad.network.build import build, build_general
from symgrad.network.letters import Letters


def shapes(text, batch=None):
    model, _ = build_general(text, batch=batch)
    return {
        t.name: "×".join(f"({s})" if " " in s else s for s in map(size_text, t.shape)) for t in model.tensors
    }


def test_every_layer_has_letters_of_its_own():
    found = shapes(
        "input(1x9x9) | conv2d(4, 3) | max_pool2d(2) | flatten | linear(10) as u | relu | linear(3)"
    )
    assert found["a0"] == "1×H×W"
    assert found["w1"] == "C1×1×U1×V1"
    assert found["z1"] == "C1×(H - U1 + 1)×(-V1 + W + 1)"
    assert found["p"] == "C1×P_p×Q_p"
    assert found["w2"] == "M2×C1*P_p*Q_p"
    assert found["w3"] == "M3×M2"


def test_sizes_that_a_branch_makes_equal_are_one():
    assert shapes("input(3) | residual(linear(4) | tanh | linear(3))", "N") == {
        "a0": "N×K", "w1": "M1×K", "b1": "M1", "z1": "N×M1", "a1": "N×M1", "w2": "K×M1", "b2": "K",
        "z2": "N×K", "r": "N×K",
    }  # fmt: skip
    assert shapes("input(2x5x5) | residual(conv2d(2, 3, padding=1))")["w"] == "C0×C0×3×3"
    assert shapes("input(2x5x5) | parallel(conv2d(3, 3, padding=1), tanh)")["c"] == "(C + C0)×H×W"
    assert shapes("input(3) | linear(3) as u | tanh | linear(3) sharing u")["w1"] == "K×K"


def test_a_letter_is_stated_in_others_where_it_stands_alone():
    letters = Letters()
    h, u = (
        letters.shape((5, 5), "", None)[0],
        letters.options({"kernel_size": (3, 3)}, "1")["kernel_size"][0],
    )
    assert letters.equated(h + 3 - u, h)
    letters.begin()
    assert letters.options({"kernel_size": (3, 3)}, "1")["kernel_size"][0] == 3
    assert not letters.equated(size_symbol("X") * 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "input(1x4x4) | adaptive_avg_pool2d(2)",
        "input(2x8x8) | parallel(conv2d(2, 3, stride=2, padding=1), conv2d(2, 1, stride=2))",
    ],
)
def test_what_cannot_be_stated_is_refused_with_the_way_out(text):
    with pytest.raises(DescriptionError, match="leave out --sizes symbolic"):
        build_general(text)


def test_a_network_that_does_not_fit_is_refused_as_it_is_written():
    with pytest.raises(DescriptionError, match="what is added must have one shape"):
        build_general("input(3) | residual(linear(4))")
    with pytest.raises(DescriptionError, match="K is a size of this network; take N for the batch"):
        build_general("input(3) | linear(4)", batch="K")


def disagreements(text, batch=None):
    """The names of what is not, at the numbers of the network, what is derived with these from the start."""
    concrete = build(text, batch=2 if batch else None)
    general, numbers = build_general(text, batch=batch)
    numbers = dict(numbers) | {"N": 2}

    def programs(model):
        gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
        return (*model.forward.equations, *gradients.program.equations)

    def check(field):
        rng = Random(text)
        given = drawn(derived.sources(concrete), rng, field)
        ends = () if concrete.objective else concrete.outputs
        given.update({f"dL_d{name}": v for name, v in drawn(ends, rng, field).items()})
        expected = derived.evaluate(Program(programs(concrete)), given, field)
        here = Program(tuple(equation_at(eq, numbers) for eq in programs(general)))
        found = derived.evaluate(here, given, field)
        return [name for name in expected if found[name] != expected[name]]

    try:
        return check(Prime())
    except TypeError:  # relu and its like need an order
        return check(Fractions())


NETWORKS = [
    "input(1x6x6) | conv2d(2, 3) | relu | max_pool2d(2) | flatten | linear(3) | cross_entropy",
    "input(2x5x4) | conv2d(3, 2, stride=2, padding=1) | tanh | avg_pool2d(2, 1) | flatten | linear(2) | mse",
    "input(2x7) | conv1d(3, 3, stride=2) | flatten | linear(2) | softmax | kl_div(batchmean)",
    "input(2x3) | residual(linear(4) | sigmoid | linear(3)) | layer_norm | linear(2)",
    "input(2x4x4) | residual(conv2d(2, 3, padding=1) | tanh | conv2d(2, 3, padding=1)) | flatten | mse",
    "input(4) as x | linear(3) as u | tanh | linear(3) sharing u | concat(x) | l1",
]


@pytest.mark.parametrize("batch", [None, "N"])
@pytest.mark.parametrize("text", NETWORKS[:5])
def test_in_its_numbers_a_network_for_all_sizes_is_the_network(text, batch):
    assert any(size_symbols(n) for t in build_general(text)[0].tensors for n in t.shape)
    assert disagreements(text, batch) == []


@pytest.mark.parametrize("seed", range(40))
def test_so_is_a_random_network(seed):
    rng = Random(seed)
    text = random_chain(rng, 4, 30)[0].text if seed % 2 else random_branches(rng, 20).text
    try:
        build_general(text)
    except DescriptionError as refusal:
        assert "symbolic" in str(refusal)  # noqa: PT017  # what cannot be stated is none of this test
        return
    assert disagreements(text) == [], text


@pytest.mark.parametrize(
    ("letter", "what"), [("K", "tensor"), ("V", "tensor"), ("P", "tensor"), ("D", "size")]
)
def test_a_batch_that_is_called_as_keys_values_or_weights_is_refused_with_a_letter_that_works(letter, what):
    network = "input(3x4) | multihead_attention(2)"
    with pytest.raises(DescriptionError, match=f"{letter} is a {what} of this network; take N for the batch"):
        build_general(network, batch=letter)
    assert build_general(network, batch="N")[0].batch == size_symbol("N")
    if what == "tensor":
        with pytest.raises(DescriptionError, match=f"{letter} is a tensor of this network; take N for"):
            build(network, batch=letter)
    named = "input(3) | linear(4) as N | tanh | add(N)"
    with pytest.raises(DescriptionError, match="N is a tensor of this network; take B for the batch"):
        build(named, batch="N")


@pytest.mark.parametrize(
    "text",
    [
        "input(3x4) | multihead_attention(2)",
        "input(3x4) | multihead_attention(2) | linear(5)",
        "input(4x3) | linear(3) as T | tanh | add(T)",
        "input(3) | linear(4) as K | tanh | linear(4) as E | add(K)",
    ],
)
def test_no_size_is_called_as_a_tensor_such_as_the_keys(text):
    model, numbers = build_general(text)
    assert not numbers.keys() & {name for t in model.tensors for name in (t.name, t.stem)}
    assert not disagreements(text)


def test_heads_share_the_features_and_hidden_units_have_a_letter():
    found = shapes("input(3x4) | multihead_attention(2)")
    assert (found["a"], found["wQ"], found["S"]) == ("T×D*H", "D*H×D*H", "H×T×T")
    found = shapes(
        "input(3x4) | linear(6) as q | multihead_attention(q, 3) | linear(4) | multihead_attention(1)"
    )
    assert (found["q"], found["S2"], found["S4"]) == ("T×D2*H2", "H2×T×T", "1×T×T")
    found = shapes("input(3x4) | lstm(2) | gru(5)")
    assert (found["w1"], found["u1"], found["h2"]) == ("4*H1×K", "4*H1×H1", "T×H2")


@pytest.mark.parametrize(
    "text",
    [
        "input(3x4) | multihead_attention(2) | linear(6) | multihead_attention(3)",
        "input(3x4) | residual(multihead_attention(2)) | layer_norm | mse",
        "input(3x4) | multihead_attention(4, is_causal=true)",
        "input(2x3) as u | input(4x6) | multihead_attention(u, 3)",
    ],
)
def test_heads_of_any_number_are_those_of_these_numbers(text):
    assert not disagreements(text)
