"""Where a network comes from: a word, a file, standard input; and the networks that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import printed, refused
from golden.article import NETWORK


@pytest.mark.parametrize(
    "text", [NETWORK, f"\ufeff{NETWORK}\n", f"# the article's\n\n  {NETWORK}  # its end\r\n"]
)
def test_a_network_is_given_as_a_word_a_file_or_on_standard_input(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_text(text, encoding="utf-8")
    expected = printed("derive", NETWORK)
    assert printed("derive", "net.txt") == expected
    assert printed("derive", "-", input=text.encode()) == expected
    assert printed("derive", text) == expected


def test_a_file_whose_name_begins_with_input_is_read_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("input.txt").write_text(NETWORK, encoding="utf-8")
    assert "write './input.txt'" in refused("derive", "input.txt")
    assert printed("derive", "./input.txt") == printed("derive", NETWORK)


NETWORKS = {
    "unknown layer": ("input(5x5) | conv4d(1, 3)", "there is no layer 'conv4d'; did you mean conv3d?"),
    "no layer at all": ("input(5x5)", "at least one layer"),
    "misspelt option": ("input(5x5) | conv2d(1, 3, strid=2)", "did you mean stride?"),
    "option twice": ("input(5x5) | conv2d(1, 3, stride=2, stride=2)", "stride is given twice"),
    "option twice, by place": ("input(5x5) | conv2d(1, 3, kernel_size=3)", "kernel_size"),
    "kernel too large": ("input(5x5) | conv2d(1, 6)", "kernel"),
    "stride 0": ("input(5x5) | conv2d(1, 3, stride=0)", "stride"),
    "negative padding": ("input(5x5) | conv2d(1, 3, padding=-1)", "padding"),
    "groups": ("input(3x5x5) | conv2d(4, 3, groups=2)", "groups"),
    "a million squared": ("input(1000000x1000000) | conv2d(1, 3)", "100,000,000"),
    "too many digits": ("input(99999999999x5) | relu", "digits"),
    "code": ("input(__import__('os').system('id')) | relu", ""),
    "code as a layer": ("input(5) | __import__('os')", ""),
    "a tower of powers": ("input(9**9**9) | relu", ""),
    "nesting": ("input(" + "(" * 9_000 + "5" + ")" * 9_000 + ") | relu", ""),
    "brackets": ("input(5) | relu" + "[" * 9_000, ""),
    "too long": ("input(5)" + " | relu" * 9_000, "20,000 characters"),
    "TeX": ("input(5) | \\input{/etc/passwd}", ""),
    "HTML": ("input(5) | <script>alert(1)</script>", ""),
    "escapes": ("input(5) | \x1b]0;owned\x07\x1b[31mrelu", "\\u001b"),
    "bidirectional": ("input(5) | \u202eulер\u202c", "\\u202e"),
    "carriage return": ("input(5) | tan\rh(\b\b", ""),
    "line separator": ("input(5) | \u2028Error: all is well\u2029", "\\u2028"),
    "lone surrogate": ("input(5) | \udc80", "\\udc80"),
    "nothing": ("", "empty"),
    "null": ("input(5)\0 | relu", "\\u0000"),
}


@pytest.mark.parametrize(("network", "message"), NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("door", ["word", "file", "standard input"])
def test_a_bad_network_is_refused_with_one_message(network, message, door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = network.encode("utf-8", "surrogateescape")
    if door == "word":
        told = refused("derive", network)
    elif door == "file":
        Path("net.txt").write_bytes(data)
        told = refused("derive", "net.txt", "-o", "out.txt")
    else:
        told = refused("derive", "-", "-o", "out.txt", input=data)
    if network.isprintable() and len(network) <= 20_000 and network:
        assert "^" in told.splitlines()[-1], "a caret shows the place"
    if "\udc80" not in network or door == "word":
        assert message in told or (len(network) > 20_000 and "20,000" in told)
    assert len(told) < 1_000
    assert not Path("out.txt").exists()


SEQUENTIAL = "Sequential(\n  (0): Linear(in_features=3, out_features=2, bias=True)\n  (1): Tanh()\n)"


def test_what_pytorch_prints_is_a_network(tmp_path):
    expected = printed("derive", "input(3) | linear(2) | tanh")
    (tmp_path / "net.txt").write_text(SEQUENTIAL, encoding="utf-8")
    assert printed("derive", SEQUENTIAL, "--input", "3") == expected
    assert printed("derive", tmp_path / "net.txt", "--input", "3") == expected
    assert printed("derive", "-", input=f"input(3)\n{SEQUENTIAL}") == expected
    assert "--input" in refused("derive", SEQUENTIAL)
    assert "reads 28x28" in refused("derive", SEQUENTIAL, "--input", "3) | relu | input(3")


def test_a_file_in_toml_is_a_network(tmp_path):
    (tmp_path / "net.toml").write_text("input = 3\nlayers = ['linear(2)', 'tanh']\n", encoding="utf-8")
    assert printed("derive", tmp_path / "net.toml") == printed("derive", "input(3) | linear(2) | tanh")
    (tmp_path / "net.toml").write_text("input = 3\nlayers = ['linear(2']\n", encoding="utf-8")
    assert "never closed" in refused("derive", tmp_path / "net.toml")
