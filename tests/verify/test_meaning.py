"""What formulas mean, against NumPy and loops over integers."""

from __future__ import annotations

from math import exp, log, tanh

import numpy as np
import pytest
from judging import meant

from symgrad.verify.meaning import ShapeError
from symgrad.verify.world import UnsettledError


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def soft(x):
    return np.exp(x) / np.exp(x).sum()


LINEAR = (
    r"W \in \mathbb{R}^{2 \times 3}",
    r"x \in \mathbb{R}^3",
    r"b, \delta \in \mathbb{R}^2",
    r"A \in \mathbb{R}^{3 \times 3}",
    r"X \in \mathbb{R}^{4 \times 3}",
    r"y \in \mathbb{R}^4",
    r"w \in \mathbb{R}^3",
)


@pytest.mark.parametrize(
    ("formula", "witness"),
    [
        ("W x + b", lambda W, x, b: W @ x + b),
        ("Wx+b", lambda W, x, b: W @ x + b),
        (r"\mathbf{W}\mathbf{x} + \mathbf{b}", lambda W, x, b: W @ x + b),
        (r"\delta x^\top", lambda delta, x: np.outer(delta, x)),
        (r"\delta x^T", lambda delta, x: np.outer(delta, x)),
        (r"x^\top x", lambda x: x @ x),
        (r"x \cdot w", lambda x, w: x @ w),
        (r"W^\top \delta \odot x", lambda W, delta, x: (W.T @ delta) * x),
        (r"x \odot W^\top \delta", lambda W, delta, x: (W.T @ delta) * x),
        (r"X^\top(Xw - y)", lambda X, w, y: X.T @ (X @ w - y)),
        (r"\frac{1}{4} (Xw - y)^\top (Xw - y)", lambda X, w, y: ((X @ w - y) ** 2).sum() / 4),
        (r"\|W\|_F^2", lambda W: (W**2).sum()),
        (r"\|x\|^2", lambda x: x @ x),
        (r"\|x\|_2", lambda x: np.sqrt(x @ x)),
        (r"\|x\|_1", lambda x: abs(x).sum()),
        (r"\left\lVert Xw - y \right\rVert^2", lambda X, w, y: ((X @ w - y) ** 2).sum()),
        (r"\operatorname{tr}(A)", lambda A: np.trace(A)),
        (r"\operatorname{tr}(W^\top W)", lambda W: (W**2).sum()),
        (r"\operatorname{diag}(x) A", lambda x, A: np.diag(x) @ A),
        (r"\operatorname{diag}(x)", lambda x: np.diag(x)),
        (r"(I - A) x", lambda A, x: x - A @ x),
        (r"X \mathbf{1}", lambda X: X.sum(1)),
        (r"\mathbf{1}^\top X", lambda X: X.sum(0, keepdims=True)),
        (r"x \otimes b", lambda x, b: np.outer(x, b)),
        (r"(W A)^\top", lambda W, A: (W @ A).T),
        (r"A^\top x", lambda A, x: A.T @ x),
        (r"W_{12}", lambda W: W[0, 1]),
        (r"W_{1,2}", lambda W: W[0, 1]),
        (r"(W x)_2", lambda W, x: (W @ x)[1]),
        (r"(A A)_{23}", lambda A: (A @ A)[1, 2]),
        (r"-2 b", lambda b: -2 * b),
        (r"\frac{b}{2}", lambda b: b / 2),
        (r"b / 2 + b", lambda b: 1.5 * b),
        (r"b + 1", lambda b: b + 1),
        (r"\begin{bmatrix} x_1 & x_2 \\ x_3 & 0 \end{bmatrix}", lambda x: [[x[0], x[1]], [x[2], 0]]),
    ],
)
def test_matrices_mean_what_numpy_computes(formula, witness):
    assert meant(formula, *LINEAR).agrees_with(witness)


def double(x, y, skip):
    return sum(x[i] * y[j] for i in range(3) for j in range(3) if not skip(i, j))


VECTORS = (r"x, y \in \mathbb{R}^3", r"W \in \mathbb{R}^{3 \times 3}", r"c \in \mathbb{R}")


@pytest.mark.parametrize(
    ("formula", "witness"),
    [
        (r"\sum_{i=1}^{3} x_i y_i", lambda x, y: x @ y),
        (r"\sum_{i=2}^{3} x_i", lambda x: x[1:].sum()),
        (r"\sum_i x_i", lambda x: x.sum()),
        (r"\sum x_i", lambda x: x.sum()),
        (r"\sum_i \sum_j W_{ij} x_i y_j", lambda W, x, y: x @ W @ y),
        (r"\sum_{i,j} W_{ij}", lambda W: W.sum()),
        (r"\sum_i \sum_{j \neq i} x_i y_j", lambda x, y: double(x, y, lambda i, j: i == j)),
        (r"\sum_{i=1}^{2} x_i x_{i+1}", lambda x: x[0] * x[1] + x[1] * x[2]),
        (r"\sum_{i=1}^{3} x_i + c", lambda x, c: x.sum() + c),
        (r"c \sum_{i=1}^{3} x_i y_i", lambda x, y, c: c * (x @ y)),
        (r"\prod_{i=1}^{3} x_i", lambda x: x.prod()),
        (r"\prod_{i=1}^{3} (1 - x_i)", lambda x: (1 - x).prod()),
        (r"\sum_{i=1}^{3} i x_i", lambda x: x @ [1, 2, 3]),
        (r"\sum_{i=1}^{3} \mathbf{1}_{i = 2} x_i", lambda x: x[1]),
        (r"\sum_{i=1}^{3} \mathbb{1}[i \neq 2] x_i", lambda x: x[0] + x[2]),
        (r"\sum_{i=1}^{3} \delta_{i2} x_i", lambda x: x[1]),
        (r"\max(0, c)", lambda c: max(0, c)),
        (r"[c > 0] c", lambda c: max(0, c)),
        (r"\mathbf{1}[c > 0]", lambda c: float(c > 0)),
        (r"\mathbb{1}(c \leq 0)", lambda c: float(c <= 0)),
        (r"\max_i x_i", lambda x: x.max()),
        (r"\min_i x_i", lambda x: x.min()),
        (r"|c|", lambda c: np.abs(c)),
        (
            r"\begin{cases} 2c & \text{if } c > 0 \\ -c & \text{otherwise} \end{cases}",
            lambda c: 2 * c if c > 0 else -c,
        ),
        (
            r"\begin{cases} c^2 & c < 1 \\ 1 & 1 \le c < 2 \\ 0 & \text{else} \end{cases}",
            lambda c: c * c if c < 1 else 1 if c < 2 else 0,
        ),
    ],
)
def test_sums_products_and_cases_mean_what_loops_compute(formula, witness):
    assert meant(formula, *VECTORS).agrees_with(witness)


@pytest.mark.parametrize(
    ("formula", "witness"),
    [
        (r"\sigma(c)", lambda c: 1 / (1 + exp(-c))),
        (r"\sigma'(c)", lambda c: exp(-c) / (1 + exp(-c)) ** 2),
        (r"\sigma''(c)", lambda c: -exp(-c) * (1 - exp(-c)) / (1 + exp(-c)) ** 3),
        (r"\tanh c", lambda c: tanh(c)),
        (r"\tanh'(c)", lambda c: 1 - tanh(c) ** 2),
        (r"\tanh^2(c)", lambda c: tanh(c) ** 2),
        (r"e^{-c}", lambda c: exp(-c)),
        (r"\exp(-c^2)", lambda c: exp(-c * c)),
        (r"\log(1 + c^2)", lambda c: log(1 + c * c)),
        (r"\ln (1 + c^2)", lambda c: log(1 + c * c)),
        (r"\sqrt{1 + c^2}", lambda c: (1 + c * c) ** 0.5),
        (r"\sqrt[3]{1 + c^2}", lambda c: (1 + c * c) ** (1 / 3)),
        (r"\operatorname{ReLU}(c)", lambda c: max(c, 0)),
        (r"\mathrm{sign}(c)", lambda c: np.sign(c)),
        (r"\sin c \cos c", lambda c: np.sin(c) * np.cos(c)),
        (r"\tan c", lambda c: np.tan(c)),
        (r"\mathrm{softplus}(c)", lambda c: log(1 + exp(c))),
        (r"\mathrm{silu}(c)", lambda c: c / (1 + exp(-c))),
        (r"\mathrm{elu}(c)", lambda c: c if c > 0 else exp(c) - 1),
        (r"\mathrm{softsign}(c)", lambda c: c / (1 + abs(c))),
        (r"\pi c", lambda c: np.pi * c),
        (r"\sigma(x)", lambda x: sigmoid(x)),
        (r"\mathrm{softmax}(x)", lambda x: soft(x)),
        (r"\mathrm{softmax}(W)", lambda W: np.array([soft(row) for row in W])),
        (r"\mathrm{softmax}(x)_2", lambda x: soft(x)[1]),
        (r"\log \mathrm{softmax}(x)", lambda x: np.log(soft(x))),
        (r"\frac{e^{x_1}}{\sum_j e^{x_j}}", lambda x: soft(x)[0]),
        (r"2^c", lambda c: 2.0**c),
        (r"c^{-2}", lambda c: c**-2),
    ],
)
def test_functions_that_need_no_definition(formula, witness):
    assert meant(formula, *VECTORS).agrees_with(witness)


FUNCTIONS = (
    r"c \in \mathbb{R}",
    r"x, y \in \mathbb{R}^3",
    r"f(z) = z^2 + \tanh(z)",
    r"g(u, v) = u - 2 v",
    r"\mathrm{soft}(u)_i = \frac{e^{u_i}}{\sum_{k=1}^{3} e^{u_k}}",
    r"h(z) = \begin{cases} z & z > 0 \\ 0.1 z & z \leq 0 \end{cases}",
)


@pytest.mark.parametrize(
    ("formula", "witness"),
    [
        (r"f(c)", lambda c: c**2 + tanh(c)),
        (r"f(c + 1)", lambda c: (c + 1) ** 2 + tanh(c + 1)),
        (r"f'(c)", lambda c: 2 * c + 1 - tanh(c) ** 2),
        (r"f(x)", lambda x: x**2 + np.tanh(x)),
        (r"f'(x) \odot y", lambda x, y: (2 * x + 1 - np.tanh(x) ** 2) * y),
        (r"g(c, 1)", lambda c: c - 2),
        (r"g(x, y)", lambda x, y: x - 2 * y),
        (r"h(c)", lambda c: c if c > 0 else 0.1 * c),
        (r"h'(x)", lambda x: np.where(x > 0, 1, 0.1)),
        (r"\mathrm{soft}(x)", lambda x: soft(x)),
        (r"\mathrm{soft}(x)_3", lambda x: soft(x)[2]),
        (r"f(f(c))", lambda c: (c**2 + tanh(c)) ** 2 + tanh(c**2 + tanh(c))),
    ],
)
def test_functions_that_the_document_defines(formula, witness):
    assert meant(formula, *FUNCTIONS).agrees_with(witness)


def test_a_letter_before_a_bracket_multiplies_where_it_is_a_name():
    given = (r"y, a, c \in \mathbb{R}",)
    assert meant("y(1 - y)", *given).agrees_with(lambda y: y * (1 - y))
    assert meant("c(a + y)", *given).agrees_with(lambda c, a, y: c * (a + y))


def test_an_unknown_function_is_the_same_wherever_its_argument_is():
    given = (r"a, b \in \mathbb{R}",)
    once, again, other = (meant(text, *given).entries[0] for text in ("f(a)", "f(a)", "f(b)"))
    assert (once.kind, once.unknown) == ("abstract", ("f", (0,)))
    assert again.unknown == other.unknown
    assert meant("f'(a)", *given).entries[0].unknown == ("f", (1,))
    assert meant("f(a) - f(a)", *given).array.scalar.kind == "sum"


LAYERS = (
    r"l = 1, \dots, 2",
    r"W^{[1]} \in \mathbb{R}^{3 \times 2}",
    r"W^{[2]} \in \mathbb{R}^{2 \times 3}",
    r"x \in \mathbb{R}^2",
    r"a^{[0]} = x",
    r"z^{[l]} = W^{[l]} a^{[l-1]}",
    r"a^{[l]} = \tanh(z^{[l]})",
)


@pytest.mark.parametrize(
    ("formula", "indices", "witness"),
    [
        ("W^{[2]}", {}, lambda W__2: W__2),
        ("W^{[l]}", {"l": 1}, lambda W__1: W__1),
        ("W^{[l+1]}", {"l": 1}, lambda W__2: W__2),
        ("W^{[l]T}", {"l": 1}, lambda W__1: W__1.T),
        ("{W^{[l]}}^T", {"l": 1}, lambda W__1: W__1.T),
        ("W^{(2)}_{13}", {}, lambda W__2: W__2[0, 2]),
        ("z^{[1]}", {}, lambda W__1, x: W__1 @ x),
        ("a^{[2]}", {}, lambda W__1, W__2, x: np.tanh(W__2 @ np.tanh(W__1 @ x))),
        ("a^{[l-1]}", {"l": 2}, lambda W__1, x: np.tanh(W__1 @ x)),
    ],
)
def test_superscripts_in_brackets_are_labels(formula, indices, witness):
    assert meant(formula, *LAYERS, **indices).agrees_with(witness)


def test_a_bare_superscript_is_a_label_where_the_name_is_stated_with_one():
    given = (r"l = 1, \dots, 2", r"x \in \mathbb{R}^2", "a^0 = x", r"a^{l} = \tanh(a^{l-1})")
    assert meant("a^{l-1}", *given, l=2).agrees_with(lambda x: np.tanh(x))
    assert meant("a^2", *given).agrees_with(lambda x: np.tanh(np.tanh(x)))
    assert meant("u^2", *given, r"u \in \mathbb{R}").agrees_with(lambda u: u**2)


def test_a_further_label_is_the_column_of_a_sample():
    given = (r"Z^{[1]} \in \mathbb{R}^{2 \times 3}",)
    assert meant("Z^{[1](2)}", *given).agrees_with(lambda Z__1: Z__1[:, 1])
    with pytest.raises(UnsettledError, match="there are 3 columns"):
        meant("Z^{[1](4)}", *given)


def test_the_power_of_a_square_matrix_is_a_product_where_the_exponent_counts():
    given = (r"A \in \mathbb{R}^{2 \times 2}", r"t = 1, \dots, 3")
    assert meant("A^{t}", *given, t=3).agrees_with(lambda A: A @ A @ A)
    assert meant("A^{t-1}", *given, t=1).array.flexible == "identity"


def test_a_size_is_a_number_and_two_sizes_are_different_numbers():
    given = (r"x \in \mathbb{R}^n", r"W \in \mathbb{R}^{m \times n}")
    for choice in (0, 1):
        mean = meant(r"\frac{1}{n} \sum_{i=1}^n x_i", *given, choice=choice)
        assert mean.agrees_with(lambda x: x.mean())
        rows, columns = meant("W", *given, choice=choice).array.shape
        assert rows != columns


def test_a_shorthand_is_the_gradient_of_the_loss():
    given = (r"w, x \in \mathbb{R}^3", r"L = \frac{1}{2} (w^\top x)^2")
    found = meant("dw", *given)
    assert found.agrees_with(lambda w, x: (w @ x) * x)
    assert "dw is the gradient of the loss by w" in found.world.assumptions


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("W b", "a 2×3 matrix times a vector of 2"),
        ("x^T b", "a row of 3 times a vector of 2"),
        ("W + A", "a 2×3 matrix and a 3×3 matrix"),
        (r"x \odot b", "a vector of 3 and a vector of 2"),
    ],
)
def test_shapes_that_do_not_fit_are_told_with_their_place(formula, message):
    with pytest.raises(ShapeError, match=message) as caught:
        meant(formula, *LINEAR)
    assert caught.value.span is not None


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("x_4", "x_4 does not exist: an index runs from 1 to 3"),
        ("W_{31}", "does not exist"),
        ("A^{-1}", "a power of a matrix with a negative exponent"),
        (r"\sum_{i=1}^{99999} x_i", "terms; at most 20,000"),
        (r"\|x\|_3", "those of 1, 2 and F are"),
        (r"\log_b 2", "a logarithm to the base b"),
    ],
)
def test_what_has_no_value_is_refused_in_a_sentence(formula, message):
    with pytest.raises(UnsettledError, match=message):
        meant(formula, *LINEAR)
