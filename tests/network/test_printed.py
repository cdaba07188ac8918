"""What PyTorch prints for a Sequential: read as the one line typed by hand, and refused with the place."""

from __future__ import annotations

from math import prod

import pytest

from symgrad.errors import DescriptionError
from symgrad.network.build import build
from symgrad.network.description import LONGEST_TEXT, MOST_LAYERS
from symgrad.network.summary import summary

PRINTED = """\
Sequential(
  (0): Conv2d(1, 6, kernel_size=(5, 3), stride=(2, 2), padding=(2, 2), dilation=(1, 2), bias=False)
  (1): ReLU(inplace=True)
  (features): Sequential(
    (0): AvgPool2d(kernel_size=2, stride=2, padding=0)
    (1): Identity()
    (2): Sequential(
      (0): Conv2d(6, 4, kernel_size=(3, 3), stride=(1, 1), groups=2)
      (1): Tanh()
    )
  )
  (3): Flatten(start_dim=1, end_dim=-1)
  (fc): Linear(in_features=100, out_features=10, bias=True)
)"""
ONE_LINE = (
    "input(1x28x28) | conv2d(6, (5, 3), stride=2, padding=2, dilation=(1, 2), bias=false) | relu"
    " | avg_pool2d(2, stride=2) | conv2d(4, 3, groups=2) | tanh | flatten | linear(10)"
)


@pytest.mark.parametrize(
    "text",
    [
        f"input(1x28x28)\n{PRINTED}",
        f"input(1x28x28) | {PRINTED}",
        "# from a page\ninput(1, 28, 28)\n\n" + " ".join(PRINTED.split()),
        f"input(1x28x28)\r\n{PRINTED}\r\n".replace("\n", "\r\n"),
    ],
    ids=["a line before", "one line", "on one line", "of Windows"],
)
def test_it_is_read_as_the_one_line(text):
    assert build(text).text == ONE_LINE
    assert build(ONE_LINE).text == ONE_LINE


def test_the_input_may_be_given_beside_it():
    assert build(PRINTED, "1x28x28").text == build(f"\ufeff{PRINTED}", "1, 28, 28").text == ONE_LINE
    assert build(f"{PRINTED} | mse(sum)", "1x28x28").text == f"{ONE_LINE} | mse(sum)"
    assert build("linear(2) | relu", "3").text == "input(3) | linear(2) | relu"


def module(line, size="1x8x8"):
    return build(f"input({size})\nSequential(\n  (0): {line}\n)")


@pytest.mark.parametrize(
    ("line", "size", "message", "marked"),
    [
        ("Linear(in_features=9, out_features=2, bias=True)", "1x8x8", "in_features is printed as 9", "9"),
        ("Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1))", "1x8x8", "in_channels is printed as 3", "3"),
        ("Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1))", "8x8", "1 channel", "3"),
        ("Conv2d(1, 2, kernel_size=(9, 9), stride=(1, 1))", "8x8", "does not fit", "(9, 9)"),
        ("Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding_mode=reflect)", "8x8", "zeros only",
         "padding_mode"),
        ("Conv2d(1, 2, 3)", "8x8", "without a name", "3"),
        ("Conv2d(1, out_channels=2, in_channels=1, kernel_size=3)", "8x8", "given twice", "in_channels"),
        ("Conv2d(1, 2, kernel_size=(3, 3), size=3)", "8x8", "no option 'size'", "size"),
        ("Flatten(start_dim=0, end_dim=-1)", "8", "start_dim=1 only", "start_dim"),
        ("Dropout3d(p=0.5, inplace=False)", "8", "there is no layer 'Dropout3d'", "Dropout3d"),
        ("Block(\n (conv): ReLU()\n)", "8", "in which order", "Block"),
        ("ReLU", "8", "parentheses", "ReLU"),
        ("relu(", "8", "never closed", "("),
        ("", "8", "a module such as", ")"),
        (") ReLU()", "8", "a module such as", ")"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_place(line, size, message, marked):
    with pytest.raises(DescriptionError, match=message) as refused:
        module(line, size)
    assert refused.value.line[refused.value.start : refused.value.stop] == marked


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Sequential", "as PyTorch prints it"),
        ("Sequential()", "no modules"),
        ("Sequential(", "never closed"),
        ("Sequential(relu)", "key before it"),
        ("Sequential((0) ReLU())", "':' is expected"),
        ("Sequential((0: ReLU())", r"'\)' is expected"),
        ("Sequential(((: ReLU())", "a module's key"),
        ("Sequential((0): ReLU()) linear(3)", "separated by"),
        ("Sequential((0): " * 9, "at most 8 deep"),
        ("Sequential((0): " * 1_000, "at most 8 deep"),
        ("Sequential(" + "(0): ReLU() " * MOST_LAYERS + ")", "at most"),
        ("Sequential(" + "(0): ReLU() " * LONGEST_TEXT + ")", "at most"),
        ("Sequential((0): Sequential())", "a network needs at least one layer|no modules"),
        ("ModuleList((0): ReLU())", "there is no layer|an option is|value"),
        ("Sequential((0): ReLU(__import__('os')))", "a name begins with a letter"),
    ],
)  # fmt: skip
def test_what_pytorch_does_not_print_is_refused(text, message):
    with pytest.raises(DescriptionError, match=message):
        build(f"input(3)\n{text}" if text.startswith("Seq") else f"input(3) | {text}")


@pytest.mark.parametrize(
    "size", ["", "3) | relu | input(3", "x", "3x", "0", "-1", "3=3", "\x1b[31m", "9" * 99]
)
def test_what_is_no_size_is_refused(size):
    with pytest.raises(DescriptionError):
        build(PRINTED, size)


def test_an_input_is_not_given_twice():
    with pytest.raises(DescriptionError, match="states its input itself"):
        build(f"input(1x28x28)\n{PRINTED}", "1x28x28")
    with pytest.raises(DescriptionError, match="--input 1x28x28"):
        build(PRINTED)


def test_what_torch_itself_prints_is_read():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    nn = torch.nn
    network = nn.Sequential(
        nn.Conv2d(2, 4, (3, 1), stride=(1, 2), padding=1, groups=2, bias=False), nn.ReLU(inplace=True),
        nn.AvgPool2d(2), nn.Sequential(nn.Conv2d(4, 2, 2, dilation=2), nn.Sigmoid()),
        nn.Flatten(), nn.Linear(4, 3, bias=False), nn.Tanh(), nn.Linear(3, 2),
    )  # fmt: skip
    model = build(str(network), "2x8x9")
    x = torch.zeros(1, 2, 8, 9)
    stated = iter(model.steps)
    for layer in [*network[:3], *network[3], *network[4:]]:
        x = layer(x)
        assert next(stated).output.shape == tuple(x.shape[1:])
    assert not [*stated]
    assert sum(row.size for row in summary(model)) == sum(prod(p.shape) for p in network.parameters())
