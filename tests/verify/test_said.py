"""What sentences of a page say, and that a claim is judged by it."""

from __future__ import annotations

import pytest
from judging import verdicts

from symgrad.verify import passages
from symgrad.verify.judge import judged

FROM_ZERO = (
    r"Here every index runs from 0. $z_i = w_i x_i$, $L = \sum_{i=0}^{1} z_i^2$. "
    r"$w$ and $x$ have 2 entries."
)
SUM_IS_ONE = (
    r"$y$ is taken to sum to 1. $y$ has 2 entries. $z$ has 2 entries. $p = \mathrm{softmax}(z)$, "
    r"$L = -y_1 \log p_1 - y_2 \log p_2$."
)
PAGES = {
    "shapes": (
        "$W$ is ${2\\times 3}$ and $x$ has 3 entries. $z = W x$, $L = \\sum_{i=1}^2 z_i^2$.",
        r"\frac{\partial L}{\partial W_{12}} = 2 z_1 x_2",
        r"\frac{\partial L}{\partial W_{12}} = 2 z_2 x_1",
    ),
    "what an unknown loss reads": (
        "$c_1 = f_1 d$, $h_2 = c_1 f_2$. $h$ has 2 entries. $h_1 = d$. $L$ is an unknown function of $h$.",
        r"\frac{\partial L}{\partial c_1} = f_2 \frac{\partial L}{\partial h_2}",
        r"\frac{\partial L}{\partial c_1} = f_1 \frac{\partial L}{\partial h_2}",
    ),
    "a sum that is 1": (
        SUM_IS_ONE,
        r"\frac{\partial L}{\partial z_1} = p_1 - y_1",
        r"\frac{\partial L}{\partial z_1} = y_1 - p_1",
    ),
    "indices from 0": (
        FROM_ZERO,
        r"\frac{\partial L}{\partial w_0} = 2 z_0 x_0",
        r"\frac{\partial L}{\partial w_0} = 2 z_1 x_0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_sentence_is_believed(page):
    text, right, wrong = PAGES[page]
    assert verdicts(f"{text}\n\n$${right}$$\n\n$${wrong}$$\n") == ["right", "wrong"]


def test_a_range_beside_a_claim_is_that_claims_own():
    text = (
        "$a$ has 3 entries and $b$ has 2 entries. $L = \\sum_{i=1}^3 a_i^2 + \\sum_{i=1}^2 b_i^2$.\n\n"
        "$$\\begin{aligned}\n"
        "\\frac{\\partial L}{\\partial a_i} &= 2 a_i &&\\quad (1\\le i\\le 3) \\\\\n"
        "\\frac{\\partial L}{\\partial b_i} &= 2 b_i &&\\quad (1\\le i\\le 2) \\\\\n"
        "\\frac{\\partial L}{\\partial a_i} &= a_i + a_i^2 / a_1 &&\\quad (1\\le i\\le 3)\n"
        "\\end{aligned}$$\n"
    )
    assert verdicts(text) == ["right", "right", "wrong"]


def test_a_condition_between_two_bounds_is_both_of_them():
    """[2 ≤ m ≤ 3] was taken as [2 ≤ m] ≤ 3, which always holds."""
    text = "$L = \\sum_{m=1}^4 x_m \\mathbf{1}[2\\le m\\le 3]$.\n\n"
    claims = r"$$\frac{\partial L}{\partial x_3} = 1$$", r"$$\frac{\partial L}{\partial x_4} = 1$$"
    assert verdicts(text + "\n\n".join(claims) + "\n") == ["right", "wrong"]


def test_what_cannot_be_read_of_a_definition_makes_nothing_wrong():
    """z = w ⋆ a stood as z = w, and what followed from that was called wrong."""
    text = "z = w ⋆ a + b\nL = z^2\ndL/db = 2*z\ndL/dw = 2*z*a\n"
    assert "wrong" not in [claim.verdict for claim in judged(passages.find(text, "text"))]
