"""Names: distinct in every network, matching one strict pattern, and those that DESIGN promises."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.chains import random_chain

import symgrad as sg
from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition
from symgrad.catalogue import CATALOGUE
from symgrad.errors import CheckError, DescriptionError
from symgrad.network.build import build, build_toml
from symgrad.network.names import check_distinct, name_layers

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def names(text):
    return [tensor.name for tensor in build(text).tensors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input(5x5) | conv2d(1, 3)", "a w b z"),
        ("input(3) | linear(2) | tanh", "a w b z h"),
        ("input(3) | linear(2) | tanh | mse", "a w b z h y L"),
        ("input(3) | tanh", "a h"),
        ("input(3) | relu | tanh | sigmoid", "a h hb hc"),
        ("input(3) | linear(2) | relu | linear(1)", "a0 w1 b1 z1 a1 w2 b2 z2"),
        ("input(3) | linear(2) | relu | tanh | linear(1)", "a0 w1 b1 z1 a1 a1b w2 b2 z2"),
        ("input(3) | tanh | linear(2) | linear(1)", "a0 a0b w1 b1 z1 w2 b2 z2"),
        ("input(2x3) | flatten | linear(2)", "a v w b z"),
        ("input(2x3) | flatten | linear(2) | linear(1)", "a0 v w1 b1 z1 w2 b2 z2"),
        ("input(2x3) | flatten | linear(2) | flatten | linear(1)", "a0 v0 w1 b1 z1 v1 w2 b2 z2"),
        ("input(2x3) | flatten | flatten", "a v vb"),
        ("input(1x2x2) | avg_pool2d(2) | flatten | cross_entropy", "a p v pb y L"),
        ("input(3) | log_softmax | log_softmax", "a p h pb hb"),
        ("input(5x5) | conv2d(2, 3) | flatten | linear(2) | mse", "a0 w1 b1 z1 v w2 b2 z2 y L"),
    ],
)
def test_the_names_are_those_that_were_promised(text, expected):
    assert names(text) == expected.split()


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_names_are_distinct_and_plain(seed):
    _, model = random_chain(Random(seed), longest=8)
    found = [tensor.name for tensor in model.tensors]
    assert len(found) == len(set(found))
    assert all(NAME.fullmatch(name) for name in found)
    assert all(tensor.stem + tensor.label == tensor.name for tensor in model.tensors)
    assert all(tensor.stem.isalpha() for tensor in model.tensors)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(list(CATALOGUE.values())), min_size=1, max_size=90))
def test_names_are_distinct_whatever_layers_follow_one_another(layers):
    naming = name_layers(layers)
    found = [name for name, _ in naming.inputs]
    for layer, named, output in zip(layers, naming.layers, naming.outputs, strict=True):
        stems = ["w", "b"] if layer.kind == "layer" else []
        found += [name for name, _ in [output, *map(named, stems)] if layer.kind != "loss"]  # L is no layer's
    found.append(naming.targets("y")[0])
    assert len(found) == len(set(found))
    assert all(NAME.fullmatch(name) for name in found)


def test_a_hundred_activations_have_a_hundred_names():
    found = names("input(2) | " + " | ".join(["relu"] * 100))
    assert len(set(found)) == 101
    assert found[25:28] == ["hy", "hz", "hba"]


def test_labels_say_the_layer():
    model = build("input(3) | linear(2) | relu | linear(1)")
    assert [tensor.label for tensor in model.tensors] == ["0", "1", "1", "1", "1", "2", "2", "2"]
    assert {tensor.label for tensor in build("input(3) | linear(2) | relu").tensors} == {""}


STEMS = ["a", "ab", "b", "bb", "c", "h", "hb", "l", "m", "p", "q", "r", "v", "w", "x", "y", "yb", "z", "zb"]
WITH_AN_OWN_LAYER = [
    "input(2x3) | own | mse",
    "input(2x3) | own | own | mse",
    "input(2x3) | linear(3) | own | tanh | mine",
    "input(2x3) | own | dropout(0.5) | layer_norm | mine",
    "input(2x3) | own | flatten | linear(2) | softmax | mine",
    "input(2x3) | relu | residual(own) | mine(reduction=none)",
    "input(2x3) | own | elu | sigmoid | mine(reduction=sum)",
]


def with_own_names(text, *own):
    parameter, given_, target = own
    layers = "[" + ", ".join(f'"{part}"' for part in text.split(" | ")[1:]) + "]"
    return f"""
input = "2x3"
layers = {layers}
[define.own]
input = {{i = "… N"}}
parameters = {{{parameter} = "N"}}
given = {{{given_} = "… N"}}
equation = "o[n] = i[n]·{parameter}[n] + {given_}[n]"
[define.mine]
input = "i"
target = "{target}"
equation = "l = (i − {target})^2·{target}"
"""


@pytest.mark.parametrize("text", WITH_AN_OWN_LAYER)
def test_the_names_of_an_own_layer_are_merged_with_no_others(text):
    """y of a layer was the target of mse, p of a loss the output that it reads."""
    apart = build_toml(with_own_names(text, "e" * 3, "s" * 3, "t" * 3))
    parts = [(t.role, t.shape) for t in apart.tensors]
    built = 0
    for number, parameter in enumerate(STEMS):
        for further in (STEMS[number - 1], STEMS[number - 4]):
            for target in ("t", parameter, further):
                own = ("t" if target == further else parameter, further, target)
                source = with_own_names(text, *own)
                if target == "l":
                    with pytest.raises(DescriptionError, match="l is read already"):
                        build_toml(source)
                    continue
                model = build_toml(source)
                built += 1
                assert [(t.role, t.shape) for t in model.tensors] == parts
                entries = [name for tensor in model.tensors for name in identifiers(tensor)]
                assert len(entries) == len(set(entries)), own
    assert built > 90


def test_a_target_that_is_called_like_a_parameter():
    """The bias of linear was the target of a loss of (p, b)."""

    @sg.loss
    def squared(p, b):
        return (p - b) ** 2

    model = sg.Network("input(3) | linear(3) | squared", using=[squared]).model
    assert [t.name for t in model.tensors] == ["a", "w", "b", "z", "bb", "L"]
    assert [t.role for t in model.tensors if t.stem == "b"] == ["parameter", "target"]


def test_the_losses_of_entries_are_called_l():
    with pytest.raises(DescriptionError, match="l are the losses of crooked"):

        @sg.loss
        def crooked(p, l):
            return (p - l) ** 2


NUMBER = """
input = "1x3"
layers = ["{first}", "own", "own", "mse"]
[define.own]
input = {{x = "…"}}
parameters = {{{name} = ""}}
equation = "z = x·{name}"
"""


def test_a_single_number_y1_and_the_first_entry_of_the_target():
    model = build_toml(NUMBER.format(first="flatten", name="y"))
    assert [t.name for t in model.tensors] == ["a0", "v", "y1", "z1", "y2", "z2", "yb", "L"]
    with pytest.raises(DescriptionError, match="v1 would be this layer's v and an entry of v"):
        build_toml(NUMBER.format(first="flatten", name="v"))


def test_an_unknown_function_of_an_own_layer_has_a_name_of_its_own():
    text = NUMBER.format(first="flatten", name="f").replace("x·f", "f(x)·g").replace("{f =", "{g =")
    text = text.replace("equation", 'functions = ["f"]\nequation')
    assert build_toml(text)
    with pytest.raises(DescriptionError, match="already means something here"):
        build_toml(text.replace('["flatten", "own", "own"', '["own", "other"') + OTHER)


OTHER = """
[define.other]
input = {x = "…"}
given = {f = ""}
equation = "z = x·f"
"""


def test_two_tensors_of_one_name_are_a_mistake():
    i = Tensor("a", (3,), "input")
    z = Tensor("z", (), "intermediate")
    y = Tensor("a", (3,), "target")
    check_distinct([Definition(z, (), i[0] * i[1])])
    with pytest.raises(CheckError, match="a would be the input and the target"):
        check_distinct([Definition(z, (), i[0] * y[1])])
    with pytest.raises(CheckError):
        check_distinct([Definition(z, (), i[0] * Tensor("a", (2,), "input")[1])])
