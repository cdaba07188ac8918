"""Networks in TOML: the one line that each is, and what is refused, hostile files included."""

from __future__ import annotations

import pytest

from symgrad.errors import DescriptionError
from symgrad.network.build import build, build_toml
from symgrad.network.toml import read_toml

NET = """\
# a comment
input = "1x8x8"
layers = [
    "conv2d(2, 3) | relu # the first",
    {layer = "flatten"},
    {layer = "linear", out_features = 3, bias = false},
    '''
    Sequential(
      (0): Tanh()
      (1): Linear(in_features=3, out_features=3, bias=True)
    )''',
    "residual(tanh)",
    {layer = "linear", out_features = 3, bias = false, as = "q"},
    {layer = "mse", reduction = "sum"},
]
names = {u = 3, x = 0, k = 1}
"""
LINE = (
    "input(1x8x8) as x | conv2d(2, 3) | relu as k | flatten | linear(out_features=3, bias=false) as u | tanh"
    " | linear(3) | residual(tanh) | linear(out_features=3, bias=false) as q | mse(reduction=sum)"
)


@pytest.mark.parametrize(
    "text", [NET, f"\ufeff{NET}", NET.replace("\n", "\r\n"), NET.replace('"1x8x8"', "[1, 8, 8]")]
)
def test_a_file_is_the_one_line(text):
    assert read_toml(text).text == LINE
    assert build_toml(text).tensors == build(LINE).tensors


def test_the_input_may_be_given_beside_it():
    assert read_toml('layers = ["relu"]', "3x4").text == "input(3x4) | relu"
    assert read_toml('input = 3\nlayers = ["relu"]').text == "input(3) | relu"
    with pytest.raises(DescriptionError, match="states its input itself"):
        read_toml('input = 3\nlayers = ["relu"]', "3")


def test_values_keep_their_kinds():
    layer = "{layer = 'conv2d', out_channels = 2, kernel_size = [3, 1], stride = 2, bias = true}"
    text = "input(5x5) | conv2d(out_channels=2, kernel_size=(3, 1), stride=2, bias=true)"
    assert read_toml(f"input = '5x5'\nlayers = [{layer}]").text == text
    assert (
        read_toml("input = 3\nlayers = [{layer = 'f', p = 0.1, q = 'none'}]").text
        == "input(3) | f(p=0.1, q=none)"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input = ", "not TOML"),
        ("input = 3\nlayers = ['relu'", "not TOML"),
        ("a" + "[" * 9_000, "not TOML"),
        ("a = " + "[" * 9_000, "not TOML"),
        ("input = " + "9" * 9_000, "not TOML"),
        ("layers = ['relu']", "needs its input"),
        ("input = 3", "needs its layers"),
        ("input = 3\nlayers = []", "needs its layers"),
        ("input = 3\nlayers = 'relu'", "needs its layers"),
        ("input = 3\nlayer = ['relu']", "did you mean layers"),
        ("input = 3\ncolour = 1\nlayers = ['relu']", "there are input, layers, names"),
        ("input = true\nlayers = ['relu']", "needs its input"),
        ("input = [3, -1]\nlayers = ['relu']", "needs its input"),
        ("input = []\nlayers = ['relu']", "needs its input"),
        ("input = '3) | relu | input(3'\nlayers = ['relu']", "an input's size reads"),
        ("input = 0\nlayers = ['relu']", "a size must be"),
        ("input = 3\nlayers = [3]", "layer 1 is neither"),
        ("input = 3\nlayers = ['relu', '']", "layer 2: the description is empty"),
        ("input = 3\nlayers = ['residual(relu', 'tanh)']", "layer 1: this parenthesis is never closed"),
        ("input = 3\nlayers = ['relu |']", "layer 1: a layer such as"),
        ("input = 3\nlayers = ['rleu']", r"did you mean relu\?\n  \| rleu\n    \^\^\^\^"),
        ("input = 3\nlayers = [{out_features = 3}]", "a word for layer"),
        ("input = 3\nlayers = [{layer = 'linear(3) | relu'}]", "a word for layer"),
        ("input = 3\nlayers = [{layer = 'relu', as = 3}]", "a word for as"),
        ("input = 3\nlayers = [{layer = 'linear', '3) | relu' = 3}]", "which is no word"),
        ("input = 3\nlayers = [{layer = 'linear', out_features = '3) | relu'}]", "a number, a word"),
        ("input = 3\nlayers = [{layer = 'linear', out_features = nan}]", "a number, a word"),
        ("input = 3\nlayers = [{layer = 'linear', out_features = 1979-05-27}]", "a number, a word"),
        ("input = 3\nlayers = [{layer = 'linear', out_features = [[1]]}]", "a number, a word"),
        ("input = 3\nlayers = [{layer = 'linear', out_features = {a = 1}}]", "a number, a word"),
        ("input = 3\nlayers = [{layer = 'linear', out_features = 1e300}]", "must be"),
        ("input = 3\nlayers = [{layer = 'linear', out_feature = 3}]", "did you mean out_features"),
        ("input = 3\nlayers = ['relu']\nnames = ['u']", "names is a table"),
        ("input = 3\nlayers = ['relu']\nnames = {u = 2}", "one of the 1 layers"),
        ("input = 3\nlayers = ['relu']\nnames = {u = true}", "one of the 1 layers"),
        ("input = 3\nlayers = ['relu']\nnames = {'u | relu' = 1}", "cannot be called"),
        ("input = 3\nlayers = ['relu']\nnames = {u = 1, v = 1}", "separated by|'as'"),
        ("input = 3\nlayers = ['relu as v']\nnames = {u = 1}", "separated by|'as'"),
        ("input = 3\nlayers = ['relu']\nnames = {tanh = 1}", "means something else"),
    ],
)
def test_what_is_no_network_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build_toml(text)


def test_toml_that_cannot_be_read_shows_the_place():
    with pytest.raises(DescriptionError) as refused:
        read_toml("input = 3\nlayers = [relu]\n")
    assert refused.value.line == "layers = [relu]"
    assert refused.value.start == 10
