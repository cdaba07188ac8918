"""Names: distinct in every network, matching one strict pattern, and those that DESIGN promises."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.chains import random_chain

from symgrad.catalogue import CATALOGUE
from symgrad.network.build import build
from symgrad.network.names import name_layers

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
    for layer, named, stem in zip(layers, naming.layers, naming.stems, strict=True):
        stems = [stem] if layer.kind != "loss" else []  # L and y are no layer's
        stems += ["w", "b"] if layer.kind == "layer" else []
        found += [named(s)[0] for s in stems]
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
