"""Where no single correction mends a claim on matrices, it is corrected in matrix form."""

from __future__ import annotations

import pytest
from verify.diagnosed import told

DENSE = r"""
$W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $b \in \mathbb{R}^m$

$$z = W x + b$$

$$a = \tanh(z)$$

$$\delta = \frac{\partial L}{\partial a}$$
"""

BATCH = r"""
$X \in \mathbb{R}^{4 \times 3}$, $W \in \mathbb{R}^{3 \times 2}$

$$Z = X W$$
"""


@pytest.mark.parametrize(
    ("document", "claim", "expected"),
    [
        (BATCH, r"\frac{\partial L}{\partial W} = Z W X", r"X^T \frac{\partial L}{\partial Z}"),
        (BATCH, r"\frac{\partial L}{\partial X} = Z + Z", r"\frac{\partial L}{\partial Z} W^T"),
        (DENSE, r"\frac{\partial L}{\partial z} = W + x", r"\delta \odot \tanh'(z)"),
        (DENSE, r"\frac{\partial L}{\partial W} = x + b", r"\frac{\partial L}{\partial z} x^T"),
        (DENSE, r"\frac{\partial L}{\partial x} = W + 3", r"W^T \frac{\partial L}{\partial z}"),
    ],
)
def test_the_truth_is_a_product_of_the_author_s_matrices(document, claim, expected):
    found = told(document, claim)
    assert found.verdict == "wrong"
    assert [finding.expected.replace(" ", "") for finding in found.claim.findings] == [
        expected.replace(" ", "")
    ]
    assert found.mended
