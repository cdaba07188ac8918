"""``symgrad show``: the table that it prints, and what it refuses."""

from __future__ import annotations

from commandline import EVERYTHING, printed, refused

NETWORK = "input(1x28x28) | conv2d(4, 5) | relu | flatten | linear(10) | mse"
SHOWN = f"""\
{NETWORK}

layer           output  shape            parameters          count
input(1x28x28)  a0      1×28×28
conv2d(4, 5)    z1      4×24×24          w1 4×1×5×5, b1 4      104
relu            a1      4×24×24
flatten         v       2304
linear(10)      z2      10               w2 10×2304, b2 10  23,050
mse             L       a single number  target y 10
total                                                       23,154
"""


def test_the_table():
    assert printed("show", NETWORK) == SHOWN
    assert printed("show", "-", input=NETWORK) == SHOWN
    assert printed("show", NETWORK, "--ascii") == SHOWN.replace("×", "x")
    assert printed(
        "show", NETWORK, env={"LC_ALL": "C", "PYTHONIOENCODING": None, "PYTHONUTF8": None}
    ).isascii()


def test_options_that_are_set_are_shown():
    shown = printed("show", EVERYTHING)
    assert "conv2d(2, 2, stride=2, padding=1, groups=2)" in shown
    assert "mse(half=true)" in shown


def test_it_goes_to_a_file(tmp_path):
    assert printed("show", NETWORK, "-o", tmp_path / "net.txt") == ""
    assert (tmp_path / "net.txt").read_text(encoding="utf-8") == SHOWN


def test_what_cannot_be_read_is_refused_as_elsewhere():
    assert "did you mean relu?\n  input(3) | rleu\n             ^^^^" in refused("show", "input(3) | rleu")
    assert "there is no file 'net.txt'" in refused("show", "net.txt")


def test_a_batch_shows_its_samples():
    shown = printed("show", "input(3) | linear(2) | mse", "--batch", "N")
    assert ["linear(2)", "z", "N×2", "w", "2×3,", "b", "2", "8"] in map(str.split, shown.splitlines())
    assert ["input(3)", "a", "N×3"] in map(str.split, shown.splitlines())
    assert "a letter such as N for any number, not 'n'" in refused("show", "input(3) | relu", "--batch", "n")
