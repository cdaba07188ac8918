"""A small document judged, and what is found wrong with its last claim."""

from __future__ import annotations

from typing import NamedTuple

from symgrad.verify import passages
from symgrad.verify.claims import Claim
from symgrad.verify.judge import judged
from symgrad.verify.mend import fixed

UNIT = r"""
$$x_1 \in \mathbb{R}$$

$$x_2 \in \mathbb{R}$$

$$w_1 \in \mathbb{R}$$

$$w_2 \in \mathbb{R}$$

$$y \in \mathbb{R}$$

$$\sigma(u) = \frac{1}{1 + e^{-u}}$$

$$z = w_1 x_1 + w_2 x_2$$

$$a = \sigma(z)$$

$$L = \frac{1}{2} (a - y)^2$$
"""
"""A logistic unit with a squared loss."""

LAYER = r"""
$$W \in \mathbb{R}^{3 \times 2}$$

$$x \in \mathbb{R}^{2}$$

$$y \in \mathbb{R}^{3}$$

$$z = W x$$

$$L = \|z - y\|^2$$

$$\delta = \frac{\partial L}{\partial z}$$
"""
"""A linear layer with a squared loss, in matrix form."""

SUMS = r"""
$$x \in \mathbb{R}^{4}$$

$$k \in \mathbb{R}^{2}$$

$$i = 1, \dots, 3$$

$$m = 1, \dots, 2$$

$$z_i = \sum_{m=1}^{2} k_m x_{i+m-1}$$
"""
"""A convolution in index form."""


class Told(NamedTuple):
    """The verdict, the kinds of the findings, what was corrected, and whether the fixed document is right."""

    verdict: str
    kinds: tuple[str, ...]
    corrected: str
    mended: bool
    claim: Claim


def told(document: str, claim: str) -> Told:
    """The claim judged after the document."""
    text = f"{document}\n<!-- symgrad: claim -->\n\n$${claim}$$\n"
    found = passages.find(text, "markdown")
    claims = judged(found)
    last = claims[-1]
    again = judged(passages.find(fixed(found, claims), "markdown"))
    kinds = tuple(finding.kind for finding in last.findings)
    return Told(last.verdict, kinds, last.corrected or "", again[-1].verdict == "right", last)
