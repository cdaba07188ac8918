"""Pages as their readers wrote them: of each, a line that is right was once called wrong, or the reverse."""

from __future__ import annotations

import pytest
from judging import judge

PAGES = {
    "a rate before a bracket": (
        r"""
Let $w, x \in \mathbb{R}^d$ and $J = \frac12 (w^\top x - y)^2$.

$$w \leftarrow w - \eta (w^\top x - y) x$$
""",
        ["right"],
    ),
    "a factor before a bracket": (
        r"""
$L = (wx-y)^2$

$$\frac{\partial L}{\partial w} = 2x(wx-y)$$

$$w \leftarrow w - 2\eta (wx-y) x$$
""",
        ["right", "right"],
    ),
    "a size d beside dW": (
        r"""
Let $X \in \mathbb{R}^{n \times d}$, $W \in \mathbb{R}^{d \times m}$,
$Y = XW$, $L = \frac12 \lVert Y \rVert_F^2$.

$$dY = Y, \qquad dW = X^\top dY$$
""",
        ["right", "right"],
    ),
    "an index that is enumerated": (
        r"""
Let $z_i = w x_i$ for $i = 0, 1, 2$ and $L = \sum_{i=0}^{2} z_i$.

$$\frac{\partial L}{\partial w} = \sum_{i=0}^{2} x_i$$

$$\frac{\partial L}{\partial w} = \sum_{i=1}^{2} x_i$$
""",
        ["right", "wrong"],
    ),
    "an index that only a sum limits": (
        r"""
$y_i = w x_i$, $L = \sum_{i=0}^{n-1} (y_i - t_i)^2$.

$$\frac{\partial L}{\partial w} = 2\sum_{i=0}^{n-1} (y_i - t_i) x_i$$

$$\frac{\partial L}{\partial w} = 2\sum_{i=1}^{n-1} (y_i - t_i) x_i$$
""",
        ["right", "wrong"],
    ),
    "a derivative of a square that is a name": (
        r"""
For $x \in \mathbb{R}^d$ let $\sigma^2 = \sum_{i=1}^d x_i^2$,
$h_i = \frac{x_i}{\sqrt{\sigma^2 + \epsilon}}$ and
$y_i = \gamma_i h_i$.

$$\frac{\partial L}{\partial \gamma_i} = \frac{\partial L}{\partial y_i} h_i$$

$$\frac{\partial \sigma^2}{\partial x_i} = 2 x_i$$
""",
        ["right", "right"],
    ),
    "a step of what is declared": (
        r"""
Let $w \in \mathbb{R}^d$ and $J(w) = \lVert w \rVert^2$.

$$\nabla J(w) = 2 w$$

$$w_{t+1} = w_t - \eta v_t$$
""",
        ["right"],
    ),
    "a loss that is written with its argument": (
        r"""
Let $w \in \mathbb{R}^d$ and $J(w) = \lVert w \rVert^2$.

$$w \leftarrow w - 2 \eta w$$

$$w \leftarrow w - \eta \nabla J(w)$$

$$w \leftarrow w + 2 \eta w$$
""",
        ["right", "right", "wrong"],
    ),
    "weight decay": (
        r"""
Let $w \in \mathbb{R}^d$ and $J = L + \frac{\lambda}{2} \lVert w \rVert^2$.

$$w \leftarrow (1 - \eta \lambda) w - \eta \nabla_w L$$

$$w \leftarrow (1 + \eta \lambda) w - \eta \nabla_w L$$
""",
        ["right", "wrong"],
    ),
    "weight decay that no loss explains": (
        r"""
Let $w \in \mathbb{R}^d$.

$$w \leftarrow (1 - \eta \lambda) w - \eta \nabla_w L$$
""",
        ["undecided"],
    ),
    "momentum": (
        r"""
$L = \frac12(wx-y)^2$, $g = \frac{\partial L}{\partial w}$, velocity $v$, learning rate $\eta$.

$$v \leftarrow \mu v + g$$

$$w \leftarrow w - \eta v$$
""",
        ["undecided", "undecided"],
    ),
    "constraints, and where a gradient vanishes": (
        r"""
Let $w \in \mathbb{R}^d$ and $J = w^\top w + a$ subject to $w^\top w = 1$ and $\mathbf{1}^\top w = 1$.

$$\nabla_w J = 2 w = 0$$
""",
        ["right"],
    ),
    "a symmetric matrix": (
        r"""
Let $A \in \mathbb{R}^{n \times n}$, $x \in \mathbb{R}^n$, $A^\top = A$, and $f = x^\top A x$.

$$\nabla_x f = 2 A x$$

$$\nabla_x f = A x$$
""",
        ["right", "wrong"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_judged_as_its_reader_would(page):
    text, expected = PAGES[page]
    assert [claim.verdict for claim in judge(text)] == expected


def test_what_a_constraint_may_make_right_is_not_called_wrong():
    """No number that solves w·w = 1 was at hand; a point that breaks it refutes nothing."""
    text = r"Let $w \in \mathbb{R}^2$, $w^\top w = 1$, $L = w^\top w$." + "\n\n" + r"$$L = 1$$" + "\n"
    assert [claim.verdict for claim in judge(text)] in (["right"], ["undecided"])
