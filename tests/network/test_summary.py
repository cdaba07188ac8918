"""The summary of a network: shapes and counts against those computed by hand."""

from __future__ import annotations

import pytest

from symgrad.network.build import build
from symgrad.network.summary import HEADS, summary, table


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("input(5x5) | conv2d(1, 3)", [0, 3 * 3 + 1]),
        ("input(5x5) | conv2d(1, 3, bias=false)", [0, 3 * 3]),
        ("input(4x5x5) | conv2d(6, 3, groups=2) | relu", [0, 6 * 2 * 3 * 3 + 6, 0]),
        ("input(7x3) | linear(2) | flatten | linear(5) | mse", [0, 2 * 3 + 2, 0, 5 * 14 + 5, 0]),
    ],
)
def test_parameters_are_counted(text, counts):
    assert [row.size for row in summary(build(text))] == counts


def test_a_row_names_what_it_gives_and_brings():
    first, affine, loss = summary(build("input(3) | linear(2) | mse(sum)"))
    assert (first.layer, first.output.name) == ("input(3)", "a")
    assert (affine.layer, affine.output.name, [t.name for t in affine.parameters]) == (
        "linear(2)", "z", ["w", "b"],
    )  # fmt: skip
    assert (loss.layer, loss.output.name, [t.name for t in loss.given]) == (
        "mse(reduction=sum)",
        "L",
        ["y"],
    )


def test_the_columns_stand_below_one_another():
    _, head, *lines = table(build("input(3) | linear(20000, bias=false) | relu"))
    assert head.split() == [*HEADS]
    assert lines[-1].split() == ["total", "60,000"]
    assert len(head) == len(lines[-1])
    assert {line.index(name) for line, name in zip(lines, "azh", strict=False)} == {head.index("output")}
