"""Shapes that the equations need, and no others."""

from __future__ import annotations

import pytest
from judging import gathered, prose

from symgrad.verify.names import script_text


def shapes(*formulas):
    context = gathered(prose(*formulas)).context
    return {
        key: tuple(script_text(dim) for dim in declared[0].dims)
        for key, declared in context.declarations.items()
    }


@pytest.mark.parametrize(
    ("formulas", "key", "shape"),
    [
        ((r"W \in \mathbb{R}^{m \times d}", r"x \in \mathbb{R}^d", "z = W x + b"), "b", ("m",)),
        ((r"W \in \mathbb{R}^{m \times d}", "z = W x"), "x", ("d",)),
        ((r"x \in \mathbb{R}^d", "p = w^T x + b"), "w", ("d",)),
        ((r"w \in \mathbb{R}^d", r"L = \sum_{i=1}^n (w^T x_i - y_i)^2"), "x", ("d",)),
        ((r"z \in \mathbb{R}^m", r"L = \lVert z - t \rVert^2"), "t", ("m",)),
        ((r"z \in \mathbb{R}^m", r"L = \lVert \sigma(z) \odot c \rVert^2"), "c", ("m",)),
        ((r"p \in \mathbb{R}^3", r"L = \sum_{i=1}^3 (p_i - y_i)^2"), "y", ("3",)),
        ((r"x \in \mathbb{R}^d", "y = W x"), "W", ("rows of W", "d")),
        (("o = V h", r"L = \lVert o - t \rVert^2"), "V", ("size of o", "columns of V")),
        (("z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"g = a^T z"), "W", ("n_l", "n_+l-1")),
        (("z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"g = a^T z"), "b", ("n_l",)),
    ],
)
def test_a_shape_follows_from_an_equation(formulas, key, shape):
    assert shapes(*formulas)[key] == shape


def test_two_products_in_a_sum_have_the_same_rows():
    found = shapes(r"x \in \mathbb{R}^d", r"h \in \mathbb{R}^m", "y = W x + U h")
    assert found["W"] == ("rows of W", "d")
    assert found["U"] == ("rows of W", "m")


@pytest.mark.parametrize(
    "formulas",
    [
        ("z = w x + b", "L = (z - y)^2"),
        (r"x \in \mathbb{R}^d", r"L = \lambda + c"),
        (r"x \in \mathbb{R}", "z = w x + b"),
        ("z = W x", "L = z^2"),
    ],
    ids=["numbers", "apart", "a number", "no array in sight"],
)
def test_nothing_is_inferred_where_numbers_do(formulas):
    assert set(shapes(*formulas)) <= {"x"}


def test_what_is_defined_is_not_declared():
    assert "z" not in shapes(r"W \in \mathbb{R}^{m \times d}", r"x \in \mathbb{R}^d", "z = W x + b")
