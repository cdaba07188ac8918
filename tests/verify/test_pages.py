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
    "a bias of which nothing says the shape": (
        r"""
$z = Wx + b$, $W\in\mathbb{R}^{m\times d}$, $x\in\mathbb{R}^d$, $L = \frac12\|z - t\|^2$.

$$\frac{\partial L}{\partial b} = z - t$$

$$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z}$$
""",
        ["right", "right"],
    ),
    "a matrix of which nothing says the shape": (
        r"""
$y = Wx$, $x\in\mathbb{R}^d$, $L = \frac12\|y-t\|^2$.

$$\frac{\partial L}{\partial W} = (y-t) x^\top$$
""",
        ["right"],
    ),
    "two matrices of which nothing says the shape": (
        r"""
$y = W x + U h$ with $x\in\mathbb{R}^d$, $h\in\mathbb{R}^m$.

$$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial y} x^\top$$
""",
        ["right"],
    ),
    "targets that stand beside what is declared": (
        r"""
$p\in\mathbb{R}^3$, $L = \frac12\sum_{i=1}^3 (p_i - y_i)^2$.

$$\frac{\partial L}{\partial p} = p - y$$
""",
        ["right"],
    ),
    "vectors of which nothing says that they are": (
        r"""
$s_i = q^\top k_i$, $o = \sum_{i=1}^n s_i v_i$, $L = \frac12 (o - t)^2$, $q\in\mathbb{R}^d$.

$$\frac{\partial L}{\partial o} = o - t$$
""",
        ["right"],
    ),
    "vectors of samples": (
        r"""
Let $w \in \mathbb{R}^d$ and
$$L = \frac12 \sum_{i=1}^n (w^\top x_i - y_i)^2$$
$$\nabla_w L = \sum_{i=1}^n (w^\top x_i - y_i) x_i$$
""",
        ["right"],
    ),
    "a row times a vector": (
        r"""
Let $x \in \mathbb{R}^n$ and $p = w^\top x + b$, $L = \frac12 (p - y)^2$.

$$\nabla_w L = (p-y) x$$
""",
        ["right"],
    ),
    "a norm of what is computed by a capital": (
        r"""
$o = Vh$, $L = \frac12\|o-t\|^2$.

$$\frac{\partial L}{\partial h} = V (o - t)$$
""",
        ["wrong"],
    ),
    "definitions without end": (
        r"""
$\delta^l = w \delta^{l+1}$ and $L = \delta^1 x$.

$$\frac{\partial L}{\partial x} = \delta^1$$
""",
        ["undecided"],
    ),
    "h_0 beside h": (
        r"""
$h = \tanh(u h_0)$ and $L = h^2$.

$$\frac{\partial L}{\partial u} = 2h(1-h^2) h_0$$
""",
        ["right"],
    ),
    "entries of X in small letters": (
        r"""
$X\in\mathbb{R}^{n\times d}$, $w\in\mathbb{R}^d$, $s = X w$, $L = \frac{1}{2n}\|s\|^2$.

$$\frac{\partial L}{\partial w_j} = \frac1n\sum_{i=1}^{n} s_i x_{ij}$$

$$\nabla_w L = X^\top s$$
""",
        ["right", "wrong"],
    ),
    "a sum without limits": (
        r"""
$z\in\mathbb{R}^3$, $p = \operatorname{softmax}(z)$, $L = -\sum_{k=1}^3 y_k \log p_k$, $\sum_k y_k = 1$.

$$\frac{\partial L}{\partial z_k} = p_k - y_k$$
""",
        ["right"],
    ),
    "one-hot in words": (
        r"""
$z\in\mathbb{R}^3$, $p = \operatorname{softmax}(z)$, $L = -\sum_{k=1}^3 y_k \log p_k$, $y$ one-hot.

$$\frac{\partial L}{\partial z_k} = p_k - y_k$$
""",
        ["right"],
    ),
    "symmetric in words": (
        r"""
Let $A \in \mathbb{R}^{n \times n}$ be symmetric, $x \in \mathbb{R}^n$ and $f = x^\top A x$.

$$\nabla_x f = 2 A x$$
""",
        ["right"],
    ),
    "a vector in cases": (
        r"""
$w,x\in\mathbb{R}^d$, $L = \max(0, -w^\top x)$.

$$\frac{\partial L}{\partial w} = \begin{cases} -x & w^\top x < 0\\ 0 & \text{otherwise}\end{cases}$$
""",
        ["right"],
    ),
    "indices that are enumerated together": (
        r"""
$O_{i,j} = \sum_{p=0}^{1}\sum_{q=0}^{1} X_{i+p,j+q} K_{p,q}$ for $i,j=0,1$.

$$\frac{\partial L}{\partial X_{0,0}} = K_{0,0}\frac{\partial L}{\partial O_{0,0}}$$
""",
        ["right"],
    ),
    "a size that is an index elsewhere": (
        r"""
$\mu = \frac1m \sum_{i=1}^m x_i$, $u_i = x_i-\mu$.

$$\frac{\partial L}{\partial \mu} = -\sum_{i=1}^m \frac{\partial L}{\partial u_i}$$
""",
        ["right"],
    ),
    "what reads a gradient is no output": (
        r"""
Let $S, V \in \mathbb{R}^{n \times n}$, $P = \operatorname{softmax}(S)$ row-wise,
$O = P V$, $D = (P \odot dP) \mathbf{1}$.

$$dS = P \odot (dP - D \mathbf{1}^\top)$$
""",
        ["right"],
    ),
    "a vector before a Jacobian": (
        r"""
Let $x \in \mathbb{R}^d$, $W \in \mathbb{R}^{h \times d}$, $v \in \mathbb{R}^h$, $a = W x$, $L = v^\top a$.

$$\frac{\partial L}{\partial x} = v \frac{\partial a}{\partial x}$$

$$\frac{\partial L}{\partial x} = v^\top \frac{\partial a}{\partial x}$$
""",
        ["wrong", "right"],
    ),
    "weights outside their range": (
        r"""
$$y_i = \sum_{k=0}^{2} w_k x_{2i+k}, \qquad i = 0, \dots, 3$$

$$\frac{\partial L}{\partial x_j} = \sum_{i=0}^{3} \frac{\partial L}{\partial y_i} w_{j-2i}$$
""",
        ["right"],
    ),
    "the wrong order of square matrices": (
        r"""
Let $A \in \mathbb{R}^{n \times n}$ and $X \in \mathbb{R}^{n\times n}$, $f = \operatorname{tr}(X^\top A X)$.

$$\nabla_X f = (A + A^\top) X$$

$$\nabla_X f = X (A + A^\top)$$
""",
        ["right", "wrong"],
    ),
    "a sum from 1 that begins at 0": (
        r"""
$L = \frac1n\sum_{i=0}^{n-1} (wx_i - t_i)^2$ with $y_i = w x_i$ for $i=0,\dots,n-1$.

$$\frac{\partial L}{\partial w} = \frac2n\sum_{i=1}^{n} (y_i - t_i) x_{i}$$
""",
        ["wrong"],
    ),
    "layers of which nothing says the shape": (
        r"""
$z^{(l)} = W^{(l)}a^{(l-1)}+b^{(l)}$, $a^{(l)} = \sigma(z^{(l)})$,
$\delta^{(l)} = \frac{\partial L}{\partial z^{(l)}}$.

$$\delta^{(l)} = W^{(l+1)}\delta^{(l+1)} \odot \sigma'(z^{(l)})$$

$$\delta^{(l)} = (W^{(l+1)})^\top\delta^{(l+1)} \odot \sigma'(z^{(l)})$$

$$\frac{\partial L}{\partial W^{(l)}} = \delta^{(l)} (a^{(l-1)})^\top$$

$$\frac{\partial L}{\partial W^{(l)}} = (a^{(l-1)})^\top \delta^{(l)}$$
""",
        ["wrong", "right", "right", "wrong"],
    ),
    "layers above the letters": (
        r"""
For $l = 1, 2$ let $z^l = W^l a^{l-1} + b^l$ and $a^l = \sigma(z^l)$; the cost is
$C = \frac12 \lVert a^2 - y \rVert^2$.

$$\delta^2 = (a^2 - y) \odot \sigma'(z^2), \qquad \delta^1 = (W^2)^T \delta^2 \odot \sigma'(z^1)$$

$$\frac{\partial C}{\partial b^1} = \delta^1$$
""",
        ["right"],
    ),
    "a solution after claims": (
        r"""
Let $R \in \mathbb{R}^{n \times m}$, $U \in \mathbb{R}^{n \times k}$, $V \in \mathbb{R}^{m \times k}$,
$L = \frac12 \lVert R - U V^\top \rVert_F^2$.

$$\nabla_U L = (U V^\top - R) V$$

$$U = R V (V^\top V)^{-1}$$
""",
        ["right"],
    ),
    "a limit of a sum that is a size": (
        r"""
$\mu = \frac1m \sum_{i=1}^m x_i$, $u_i = x_i-\mu$.

$$\frac{\partial \mu}{\partial x_i} = \frac12$$

$$\frac{\partial \mu}{\partial x_i} = \frac1m$$
""",
        ["wrong", "right"],
    ),
    "indices behind a wide gap": (
        r"""
Let $X_{m,n}$ with $m,n = 0,\dots,4$ be the image, $K_{p,q}$ with $p,q = 0,1$ the kernel.

$$O_{i,j} = \sum_{p=0}^{1}\sum_{q=0}^{1} X_{i+p,j+q} K_{p,q} + b, \qquad i,j = 0,1$$

$$\frac{\partial L}{\partial X_{0,0}} = K_{0,0}\frac{\partial L}{\partial O_{0,0}}$$

$$\frac{\partial L}{\partial b} = \sum_{i,j} \frac{\partial L}{\partial O_{i,j}}$$

$$\frac{\partial L}{\partial K_{p,q}} = \sum_{i=0}^{1}\sum_{j=0}^{1}
\frac{\partial L}{\partial O_{i,j}}\, X_{i+p,\,j+q}$$
""",
        ["right", "right", "right"],
    ),
    "a name that stands alone and has entries": (
        r"""
$z = W x + b$, $p = \operatorname{softmax}(z)$, $L = -\sum_{k=1}^{K} y_k \log p_k$ for a one-hot $y$.

$$\frac{\partial L}{\partial z} = p - y$$
""",
        ["undecided"],
    ),
    "an index that nothing ranges beside a sum with limits": (
        r"""
$p_i = \frac{e^{z_i}}{\sum_{k=1}^{K} e^{z_k}}$

$$\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)$$

$$\frac{\partial p_i}{\partial z_j} = p_j (\delta_{ij} - p_j)$$

$$\frac{\partial p_i}{\partial z_j} = p_i (p_j - \delta_{ij})$$
""",
        ["right", "wrong", "wrong"],
    ),
    "a sum over what two bounds admit": (
        r"""
$L = \sum_{i=1}^{2} \sum_{j=1}^{2} x_{ij}^2$.

$$L = \sum_{\substack{1\le i,j\le 2}} x_{ij}^2$$

$$L = \sum_{\substack{1\le i,j\le 2\\0\le i-j\le 1}} x_{ij}^2$$
""",
        ["right", "wrong"],
    ),
    "a column beside a matrix entry by entry": (
        r"""
Input $u \in \mathbb{R}^3$, $P \in \mathbb{R}^{4\times 3}$, $Q \in \mathbb{R}^{2\times 4}$.
$$h = P u + c$$
$$g = \tanh(h)$$
$$y = Q g + d$$
$$J = \frac12 \|y - t\|^2$$
Let $e = y - t$.
$$\nabla_P J = (Q^T e) u^T$$

$$\nabla_P J = (Q^T e) u^T \odot (1 - g^2)$$

$$\nabla_P J = (Q^T e \odot (1 - g^2)) u^T$$
""",
        ["wrong", "wrong", "right"],
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


def test_no_number_of_a_chosen_size_is_put_into_a_correction():
    """1/3 stood there for 1/n, since n was 3 for the judge."""
    text, _ = PAGES["entries of X in small letters"]
    assert judge(text)[-1].corrected == r"\nabla_w L = \frac{1}{n} X^\top s"


def test_another_left_side_is_not_named_where_it_is_claimed_itself():
    """The mended document would have held one derivative twice, and lost the other."""
    given = [r"z_1 = w_1 x_1 + w_2 x_2", r"L = z_1^2"]
    right = "2 z_1 x_2"
    claims = [rf"\frac{{\partial L}}{{\partial w_{n}}} = {right}" for n in (1, 2)]
    text = "\n\n".join(f"$${one}$$" for one in [*given, *claims]) + "\n"
    first, second = judge(text)
    assert (first.verdict, second.verdict) == ("wrong", "right")
    assert first.corrected == claims[0].replace("x_2", "x_1")


def test_what_was_inferred_of_a_shape_is_said():
    text, _ = PAGES["a bias of which nothing says the shape"]
    assert "b has the shape m, as its equations need" in judge(text)[0].assumptions
