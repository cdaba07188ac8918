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


MODULES = {
    "nn.ConvTranspose1d(2, 3, 4, stride=2, dilation=2)": (
        "2x5",
        "conv_transpose1d(3, 4, stride=2, dilation=2)",
    ),
    "nn.ConvTranspose2d(2, 4, (3, 2), 2, (1, 0), 1, groups=2, bias=False)": (
        "2x3x4",
        "conv_transpose2d(4, (3, 2), stride=2, padding=(1, 0), output_padding=1, groups=2, bias=false)",
    ),
    "nn.Dropout(0.2)": ("3", "dropout(p=0.2)"),
    "nn.Dropout(inplace=True)": ("3", "dropout"),
    "nn.GELU()": ("3", "gelu"),
    "nn.GELU('tanh')": ("3", "gelu(approximate=tanh)"),
    "nn.Unflatten(1, (2, 3))": ("6", "unflatten(1, (2, 3))"),
    "nn.Unflatten(1, (2, 2))": ("4", "unflatten(1, (2, 2))"),
    "nn.Unflatten(-1, (3, -1))": ("6", "unflatten(-1, (3, -1))"),
    "nn.Softmax(dim=1)": ("3", "softmax"),
    "nn.Softmax(-1)": ("2x3", "softmax"),
    "nn.LogSoftmax(dim=2)": ("2x3", "log_softmax"),
    "nn.LayerNorm(3)": ("2x3", "layer_norm"),
    "nn.LayerNorm((2, 3), eps=0.001)": ("2x3", "layer_norm(axes=2, eps=0.001)"),
    "nn.LayerNorm(3, elementwise_affine=False)": ("2x3", "layer_norm(elementwise_affine=false, bias=false)"),
    "nn.GroupNorm(2, 4)": ("4x3", "group_norm(2)"),
    "nn.GroupNorm(1, 4, eps=0.5, affine=False)": ("4x3", "group_norm(1, eps=0.5, affine=false, bias=false)"),
    "nn.GroupNorm(1, 4, bias=False)": ("4x3", "group_norm(1, bias=false)"),
    "nn.RMSNorm(3, eps=1e-5)": ("2x3", "rms_norm"),
    "nn.RMSNorm(3)": ("2x3", "rms_norm(eps=1/8388608)"),
    "nn.Softplus()": ("3", "softplus"),
    "nn.Softplus(beta=2)": ("3", "softplus(beta=2)"),
    "nn.Hardtanh(-2, 0.5)": ("3", "hardtanh(min_val=-2, max_val=0.5)"),
    "nn.LeakyReLU(0.2)": ("3", "leaky_relu(negative_slope=0.2)"),
    "nn.ELU(0.5)": ("3", "elu(alpha=0.5)"),
}
"""What torch prints for a module, on an input of a size without its samples, is this layer."""


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_read_as_torch_prints_it(module):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    size, text = MODULES[module]
    made = eval(module, {"nn": torch.nn})  # noqa: S307  # our own
    printed = str(torch.nn.Sequential(made))
    model = build(printed, size)
    assert model.text == f"input({size}) | {text}"
    (*_, output) = model.steps
    given = torch.zeros(1, *map(int, size.split("x")))
    assert output.output.shape == tuple(made(given).shape[1:])
    assert sum(row.size for row in summary(model)) == sum(prod(p.shape) for p in made.parameters())


@pytest.mark.parametrize(
    ("module", "size", "text"),
    [
        ("nn.BatchNorm1d(3)", "4x3", "batch_norm1d"),
        ("nn.BatchNorm1d(3, momentum=None)", "4x3x2", "batch_norm1d"),
        ("nn.BatchNorm2d(3, eps=0.5, affine=False)", "2x3x2x2",
         "batch_norm2d(eps=0.5, affine=false, bias=false)"),
        ("nn.BatchNorm2d(3, bias=False, track_running_stats=False)", "2x3x2x2", "batch_norm2d(bias=false)"),
    ],
)  # fmt: skip
def test_a_batch_normalisation_is_read_as_torch_prints_it(module, size, text):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    made = torch.nn.Sequential(eval(module, {"nn": torch.nn}))  # noqa: S307  # our own
    model = build(str(made), size)
    assert model.text == f"input({size}) | {text}"
    given = torch.rand(*map(int, size.split("x")))
    assert model.steps[-1].output.shape == tuple(made(given).shape)
    assert sum(row.size for row in summary(model)) == sum(prod(p.shape) for p in made.parameters())


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("nn.LSTM(4, 3)", "lstm(3)"),
        ("nn.LSTM(4, 3, batch_first=True, bias=False)", "lstm(3, bias=false)"),
        ("nn.GRU(4, 2)", "gru(2)"),
        ("nn.RNN(4, 2)", "rnn(2)"),
    ],
)
def test_a_recurrent_layer_is_read_as_torch_prints_it(module, text):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    made = eval(module, {"nn": torch.nn})  # noqa: S307  # our own
    model = build(str(torch.nn.Sequential(made)), "5x4")
    assert model.text == f"input(5x4) | {text}"
    states, _ = made(torch.zeros(5, 4))
    assert model.steps[-1].output.shape == tuple(states.shape)
    assert sum(row.size for row in summary(model)) == sum(prod(p.shape) for p in made.parameters())


def test_an_embedding_is_read_as_torch_prints_it():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    made = torch.nn.Sequential(torch.nn.Embedding(10, 3), torch.nn.Linear(3, 2))
    model = build(str(made), "4x10")
    assert model.text == "input(4x10) | embedding(3) | linear(2)"
    assert model.steps[-1].output.shape == made(torch.zeros(4, dtype=torch.int64)).shape
    assert sum(row.size for row in summary(model)) == sum(prod(p.shape) for p in made.parameters())


@pytest.mark.parametrize(
    ("line", "size", "message", "marked"),
    [
        ("Embedding(9, 3)", "4x10", "num_embeddings is printed as 9", "9"),
        ("Embedding(10, 3, padding_idx=0)", "4x10", "no option 'padding_idx'", "padding_idx"),
        ("ConvTranspose2d(3, 2, kernel_size=(3, 3), stride=(1, 1))", "1x8x8", "printed as 3", "3"),
        ("Bilinear(in1_features=2, in2_features=3, out_features=4, bias=True)", "2",
         "takes several inputs, input1, input2, and a Sequential gives each module one", "Bilinear"),
        ("Unflatten(dim=0, unflattened_size=(2, 3))", "6", "dim must be a whole number from 1", "0"),
        ("Softmax(dim=1)", "2x3", "over the last axis, which PyTorch counts as dim=2", "1"),
        ("Softmax(dim=None)", "3", "over the last axis", "None"),
        ("LayerNorm((4,), eps=1e-05, elementwise_affine=True)", "2x3", "printed as 4", "(4,)"),
        ("GroupNorm(2, 4, eps=1e-05, affine=True)", "5x2", "num_channels is printed as 4", "4"),
        ("BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True)", "2x4x2x2",
         "num_features is printed as 3, and the input of this layer is 2×4×2×2: 4 channels", "3"),
        ("LSTM(4, 3, num_layers=2)", "5x4", "num_layers=1 only", "num_layers"),
        ("GRU(3, 3, bidirectional=True)", "5x4", "bidirectional=false only", "bidirectional"),
        ("RNN(3, 3)", "5x4", "input_size is printed as 3, .* is 5×4: 4 features", "3"),
        ("Softplus(beta=1.0, threshold=5.0)", "3", "threshold=20 only", "threshold"),
        ("GELU(approximate='erf')", "3", "approximate must be none or tanh", "'erf'"),
    ],
)  # fmt: skip
def test_what_a_module_says_that_cannot_be_is_refused(line, size, message, marked):
    with pytest.raises(DescriptionError, match=message) as refused:
        module(line, size)
    assert refused.value.line[refused.value.start : refused.value.stop] == marked
