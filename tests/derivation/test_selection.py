"""What `--wrt` and `wrt=` may name."""

import pytest

from symgrad.derivation.selection import select
from symgrad.errors import NameUnknownError
from symgrad.network.build import build

ARTICLE = build("input(5x5) | conv2d(1, 3, stride=2)")
DEEP = build("input(1x4x4) | conv2d(2, 3) | relu | flatten | linear(3) | mse")


def named(model, *words):
    return {tensor.name: positions for tensor, positions in select(model, words).items()}


@pytest.mark.parametrize(
    ("model", "words", "chosen"),
    [
        (ARTICLE, ("all",), {"a": None, "w": None, "b": None}),
        (ARTICLE, ("weights",), {"w": None, "b": None}),
        (ARTICLE, ("inputs",), {"a": None}),
        (ARTICLE, ("w",), {"w": None}),
        (ARTICLE, ("w5",), {"w": (4,)}),
        (ARTICLE, ("w5", "w1", "w5"), {"w": (0, 4)}),
        (ARTICLE, ("w5", "w"), {"w": None}),
        (ARTICLE, ("weights", "w5", "a25"), {"w": None, "b": None, "a": (24,)}),
        (DEEP, ("w1_2_1_3_1",), {"w1": (15,)}),
        (DEEP, ("w2_4", "z1"), {"w2": (3,), "z1": None}),
        (DEEP, ("y",), {"y": None}),
        (DEEP, ("v8",), {"v": (7,)}),
    ],
)
def test_words_name_tensors_and_entries(model, words, chosen):
    assert named(model, *words) == chosen


@pytest.mark.parametrize("word", ["w10", "w0", "w01", "q", "w_1", "", "W", "dL_dw", "\x1b[31m", "w5 "])
def test_a_word_that_names_nothing_is_refused_with_what_there_is(word):
    with pytest.raises(NameUnknownError, match=r"There are|did you mean") as caught:
        select(ARTICLE, (word,))
    assert "\x1b" not in str(caught.value)
