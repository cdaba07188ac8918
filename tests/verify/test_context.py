"""What a letter is, by what the document says of it."""

from __future__ import annotations

import pytest
from judging import gathered, meant, sheet, verdicts
from reading import member

from symgrad.verify.context import has_derivative, mentions, shape_of

GIVEN = (
    r"W \in \mathbb{R}^{m \times n}",
    r"x \in \mathbb{R}^n",
    r"h^{(t)} \in \mathbb{R}^m",
    r"f(z) = \tanh(z)",
    r"h^{(t)} = f(W x)",
    r"i = 1, \dots, m",
)


@pytest.fixture(scope="module")
def context():
    return gathered(sheet(given=GIVEN)).context


@pytest.mark.parametrize(
    ("letter", "index", "size", "known"),
    [
        ("i", True, False, False),
        ("k", True, False, False),
        ("t", True, False, False),
        ("m", True, True, True),
        ("W", False, False, True),
        ("x", False, False, True),
        ("f", False, False, True),
        ("q", True, False, False),
        ("a", False, False, False),
    ],
)
def test_what_a_letter_is(letter, index, size, known, context):
    assert (context.is_index(letter), context.is_size(letter), context.is_known(letter)) == (
        index,
        size,
        known,
    )


@pytest.mark.parametrize(
    ("formula", "key", "subs", "labels", "rest", "primes"),
    [
        ("W_{ij}", "W", 2, 0, 0, 0),
        ("W_{12}", "W", 2, 0, 0, 0),
        ("W_{i,j+1}", "W", 2, 0, 0, 0),
        ("x_{12}", "x", 1, 0, 0, 0),
        (r"h_{\text{in}}", "h_in", 0, 0, 0, 0),
        ("h^{(t-1)}_i", "h", 1, 1, 0, 0),
        ("h^{t}", "h", 0, 0, 1, 0),
        ("W^T", "W", 0, 0, 1, 0),
        ("x^2_i", "x", 1, 0, 1, 0),
        ("f'", "f", 0, 0, 0, 1),
        ("W_{xh}", "W_xh", 0, 0, 0, 0),
    ],
)
def test_a_name_on_the_page(formula, key, subs, labels, rest, primes, context):
    pattern, others, found = context.named(member(formula))
    assert (pattern.key, len(pattern.subs), len(pattern.labels), len(others), found) == (
        key, subs, labels, rest, primes,
    )  # fmt: skip


def test_x1_is_an_entry_of_x_where_x_is_known():
    assert meant("x1 + 2 x2", r"x \in \mathbb{R}^2").agrees_with(lambda x: x[0] + 2 * x[1])


@pytest.mark.parametrize(
    ("formula", "key", "parameters"),
    [
        ("z_i", "z", None),
        ("g(u)", "g", 1),
        ("g(u, v)", "g", 2),
        ("g(u)_i", "g", 1),
        ("(g(u))_i", "g", 1),
        (r"\mathrm{softmax}(u)_i", "softmax", 1),
        ("x^{2}", "x^2", None),
        ("a^{l}", "a", None),
    ],
)
def test_left_sides_that_define(formula, key, parameters, context):
    pattern = context.pattern(member(formula))
    assert pattern.key == key
    assert (None if pattern.parameters is None else len(pattern.parameters)) == parameters


@pytest.mark.parametrize(
    "formula", ["x + y", "2 x", "x^T", r"\frac{\partial L}{\partial x}", "g(u + 1)", "3", "f'(z)"]
)
def test_left_sides_that_define_nothing(formula, context):
    assert context.pattern(member(formula)) is None


def test_patterns_are_told_apart_by_their_scripts(context):
    patterns = [context.pattern(member(text)) for text in ("z_1", "z_2", "z_i", "z^{(1)}", "z")]
    assert len({shape_of(pattern) for pattern in patterns}) == 5
    assert shape_of(context.pattern(member("z_{1}"))) == shape_of(patterns[0])


@pytest.mark.parametrize(
    ("formula", "derivative", "mentions_x"),
    [
        ("x + 1", False, True),
        ("y", False, False),
        (r"\sum_i x_i", False, True),
        (r"\frac{\partial L}{\partial x} y", True, True),
        (r"y \nabla_W L", True, False),
    ],
)
def test_what_stands_inside(formula, derivative, mentions_x):
    assert has_derivative(member(formula)) is derivative
    assert mentions(member(formula), "x") is mentions_x


def test_a_square_may_be_a_name():
    given = [r"x, \sigma \in \mathbb{R}", r"s^2 = x + \sigma"]
    assert verdicts(sheet("s^2 = x + \\sigma", r"\frac{\partial s^2}{\partial x} = 1", given=given)) == [
        "right",
        "right",
    ]


def test_names_defined_for_two_letters_of_indices_are_ambiguous():
    given = [r"x \in \mathbb{R}^2", "n_j = 2 x_j", "n_k = 3 x_k"]
    assert gathered(sheet(given=given)).context.ambiguous == {"n"}
    assert verdicts(sheet("y = n_1", "y = 2 x_1", given=given)) == ["undecided"]
