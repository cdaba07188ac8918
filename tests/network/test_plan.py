"""Blocks, names, shared layers and several inputs: what is planned, spelled, and refused where."""

from __future__ import annotations

from random import Random

import pytest
from oracles.chains import random_branches

from symgrad.errors import DescriptionError
from symgrad.network.build import build
from symgrad.network.description import read
from symgrad.network.plan import plan


def steps(text):
    return [(s.layer, [t.name for t in s.inputs], s.output.name) for s in build(text).steps]


def test_a_residual_block_adds_its_input():
    assert steps("input(3) | residual(linear(3) | tanh)") == [
        ("linear", ["a"], "z"), ("tanh", ["z"], "h"), ("add", ["a", "h"], "r"),
    ]  # fmt: skip


def test_parallel_branches_have_one_input():
    assert steps("input(3) | tanh | parallel(linear(3), linear(2) | relu)") == [
        ("tanh", ["a0"], "a0b"), ("linear", ["a0b"], "z1"), ("linear", ["a0b"], "z2"), ("relu", ["z2"], "a2"),
        ("concat", ["z1", "a2"], "c"),
    ]  # fmt: skip


def test_outputs_with_a_name_are_read_again():
    assert steps("input(3) as x | linear(3) as u | tanh | add(u, x) | concat(u)") == [
        ("linear", ["x"], "u"), ("tanh", ["u"], "h"), ("add", ["h", "u", "x"], "r"),
        ("concat", ["r", "u"], "c"),
    ]  # fmt: skip
    assert steps("input(3) as x | linear(2) as u | x | linear(2) | add(u)") == [
        ("linear", ["x"], "u"), ("linear", ["x"], "z2"), ("add", ["z2", "u"], "r"),
    ]  # fmt: skip


def test_several_inputs_and_a_shared_layer():
    model = build("input(3) as x | linear(2) as u | input(3) | linear(2) sharing u | add(u)")
    assert [(t.name, t.role) for t in model.tensors if t.role in ("input", "parameter")] == [
        ("x", "input"), ("w1", "parameter"), ("b1", "parameter"), ("a0", "input"),
    ]  # fmt: skip
    assert [t.name for t in build("input(3) | tanh as u | input(3) | add(u)").tensors] == [
        "a",
        "u",
        "ab",
        "r",
    ]


def test_sums_are_numbered_where_there_are_several():
    text = "input(3) | residual(linear(3)) | residual(linear(3)) | residual(tanh)"
    assert [s.output.name for s in build(text).steps if s.layer == "add"] == ["r1", "r2", "r2b"]


@pytest.mark.parametrize(
    "text",
    [
        "input(3) as x | residual(linear(3) as u | tanh) | parallel(tanh, x | linear(3) sharing u) as v",
        "input(3) | residual(residual(parallel(tanh, relu) | linear(3))) as q | add(q)",
    ],
)
def test_a_description_has_one_spelling(text):
    assert build(text).text == text
    spaced = text.replace("(", " ( ").replace(")", " ) # end\n").replace("|", "\n|\t")
    assert build(spaced).text == text


@pytest.mark.parametrize("seed", range(50))
def test_a_spelling_gives_the_same_network(seed):
    model = random_branches(Random(seed))
    again = build(model.text)
    assert again.tensors == model.tensors
    assert [step.inputs for step in again.steps] == [step.inputs for step in model.steps]
    assert build(model.text).text == model.text


def test_random_networks_have_everything():
    texts = " ".join(random_branches(Random(seed)).text for seed in range(200))
    for word in ("residual(", "parallel(", "sharing", " add(", "concat(", "| input("):
        assert texts.count(word) > 20, word


REFUSED = [
    ("input(2x4x4) | residual(conv2d(2, 3))", "a is 2×4×4 and z is 2×2×2",
     "residual(conv2d(2, 3))"),
    ("input(2x4x4) | parallel(conv2d(2, 3), tanh)", "z is 2×2×2 and h is 2×4×4",
     "parallel(conv2d(2, 3), tanh)"),
    ("input(3) | residual", "a chain|residual takes", "residual"),
    ("input(3) | residual()", "holds layers", "residual"),
    ("input(3) | residual(tanh, relu)", "one chain", "residual(tanh, relu)"),
    ("input(3) | parallel(tanh)", "at least two", "parallel(tanh)"),
    ("input(3) | residual(tanh | input(3))", "outside of all parentheses", "input(3)"),
    ("input(3) | residual(mse)", "cannot stand inside", "mse"),
    ("input(3) | residual(tanh", "never closed", "("),
    ("input(3) | residual(tanh relu)", "'relu'", "relu"),
    ("input(3) | residual(3)", "a layer such as", "3"),
    ("input(3) | parallel(tanh, )", "at least two", "parallel(tanh, )"),
    ("input(3) | parallel(tanh, |)", "a layer such as", "|"),
    ("input(3) | add", "takes the names", "add"),
    ("input(3) | add(u)", "no output before is called 'u'; linear", "u"),
    ("input(3) as skip | add(skpi)", "did you mean skip", "skpi"),
    ("input(3) as x | add(u=x)", "takes the names", "u"),
    ("input(3) as x | add(3)", "takes the names", "3"),
    ("input(3) as x | tanh as x", "another output has this name", "x"),
    ("input(3) as tanh | tanh", "means something else", "tanh"),
    ("input(3) as y | tanh", "means something else", "y"),
    ("input(3) as lambda | tanh", "means something else", "lambda"),
    ("input(3) as x1 | tanh", "up to 16 letters", "x1"),
    ("input(3) as " + "q" * 20 + " | tanh", "up to 16 letters", "q" * 20),
    ("input(3) as w | linear(3)", "w already means something here", "w"),
    ("input(3) | linear(3) as w | linear(3)", "w already means something here", "w"),
    ("input(3) | tanh | tanh as hb | tanh", "hb already means something here", "hb"),
    ("input(3) as x | activation(x)", "x already means something here", "x"),
    ("input(3) | tanh as", "after 'as'", ""),
    ("input(3) | tanh as 3", "after 'as'", "3"),
    ("input(3) | mse as u", "a loss is called L", "u"),
    ("input(3) as x | tanh | x", "ends with a layer", "x"),
    ("input(3) as x | tanh | x | relu", "nothing reads the output of tanh", "tanh"),
    ("input(3) as x | input(3) | relu", "nothing reads the input x", "input(3)"),
    ("input(3) as x | residual(tanh | x)", "a name stands first", "x"),
    ("input(3) as skip | tanh | skpi | relu", "did you mean skip", "skpi"),
    ("input(3) as x | x as u | relu", "has its name already", "u"),
    ("input(3) as x | linear(3) sharing x", "x is the output of an input", "x"),
    ("input(3) as x | tanh as u | linear(3) sharing u", "u is the output of tanh", "u"),
    ("input(3) | linear(2) as u | linear(2) sharing u", "shared w1 is 2×3, and this layer needs 2×2", "u"),
    ("input(3) | linear(3, bias=false) as u | linear(3) sharing u", "has no b", "u"),
    ("input(3) | linear(3) as u | tanh sharing u", "no parameters to share", "u"),
    ("input(3) | linear(3) sharing u", "no output before", "u"),
    ("input(3) | " + "residual(" * 9 + "tanh" + ")" * 9, "at most 8 deep", "("),
    ("input(3) | " + "parallel(" * 2000, "at most 8 deep", "("),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "marked"), REFUSED, ids=[row[0][:60] for row in REFUSED])
def test_what_cannot_be_is_refused_with_the_place(text, message, marked):
    with pytest.raises(DescriptionError, match=message) as refused:
        build(text)
    assert refused.value.line[refused.value.start : refused.value.stop] == marked


def test_eight_blocks_deep_are_planned():
    nodes = plan(read("input(3) | " + "residual(" * 8 + "tanh" + ")" * 8))
    assert [node.inputs for node in nodes[2:]] == [(0, n) for n in range(1, 9)]
