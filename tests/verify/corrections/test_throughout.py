"""One slip that runs through a formula is one finding, and the corrected formula is the true one."""

from __future__ import annotations

import pytest
from judging import judge, prose, sheet

NET = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"


def window(plane, stride=2):
    """The flat places from 1 of a 5×5 image below the kernel at an entry of the 2×2 plane, by a loop."""
    row, column = divmod(plane - 1, 2)
    return [5 * (stride * row + u) + stride * column + v + 1 for u in range(3) for v in range(3)]


def expansion(image, kernel):
    return " + ".join(rf"a_{{{a}}}w_{{{k}}}" for a, k in zip(image, kernel, strict=True))


def told(claim, net=NET):
    (found,) = judge(prose(claim), net)
    assert found.verdict == "wrong"
    (finding,) = found.findings
    assert finding.kind == "wrong-index"
    return finding.message, found.corrected


@pytest.mark.parametrize(
    ("plane", "image", "kernel", "message"),
    [
        (
            4,
            [a - 1 for a in window(4)],
            range(1, 10),
            "all indices of a are too small by 1: a_{12} should be",
        ),
        (1, [a + 1 for a in window(1)], range(1, 10), "all indices of a are too large by 1: a_{2} should be"),
        (
            1,
            window(1),
            range(9, 0, -1),
            "all indices of w run backwards, as in a kernel that is turned by 180°",
        ),
        (
            4,
            window(4, stride=1),
            range(1, 10),
            "all indices of a are too small by 6, as if the stride were 1",
        ),
        (
            2,
            window(2, stride=1),
            range(1, 10),
            "all indices of a are too small by 1, as if the stride were 1",
        ),
        (
            3,
            window(3, stride=1),
            range(1, 10),
            "all indices of a are too small by 5, as if the stride were 1",
        ),
    ],
)
def test_one_slip_through_all_terms_is_told_once(plane, image, kernel, message):
    said, corrected = told(f"z_{plane} = {expansion(image, kernel)}")
    assert said.startswith(message)
    assert corrected == f"z_{plane} = {expansion(window(plane), range(1, 10))}"


def test_row_and_column_are_exchanged():
    given = [
        r"W \in \mathbb{R}^{3 \times 3}",
        r"x \in \mathbb{R}^3",
        "y_1 = W_{11}x_1 + W_{12}x_2 + W_{13}x_3",
    ]
    (claim,) = judge(sheet("y_1 = W_{11}x_1 + W_{21}x_2 + W_{31}x_3", given=given))
    assert claim.corrected == "y_1 = W_{11}x_1 + W_{12}x_2 + W_{13}x_3"


def test_rows_too_far_down_are_told_once():
    rows = range(1, 4)
    given = [
        r"A \in \mathbb{R}^{4 \times 4}",
        "s = " + " + ".join(f"A_{{{i}{i}}}" for i in rows),
    ]
    (claim,) = judge(sheet("s = " + " + ".join(f"A_{{{i + 1}{i}}}" for i in rows), given=given))
    (finding,) = claim.findings
    assert finding.message.startswith("all indices of A are too large by 1 in place 1")
    assert claim.corrected == "s = A_{11} + A_{22} + A_{33}"


def test_two_wrong_terms_are_told_one_by_one():
    image = window(4)
    image[7], image[8] = 22, 23
    (claim,) = judge(prose(f"z_4 = {expansion(image, range(1, 10))}"), NET)
    assert [finding.expected for finding in claim.findings] == ["a_{24}w_{8}", "a_{25}w_{9}"]
