"""Runs of letters, calls and products: what only the document decides."""

from __future__ import annotations

import pytest
from judging import gathered, meant, sheet

from symgrad.verify.reader import read
from symgrad.verify.reader.shown import shown
from symgrad.verify.resolve import plain_names, resolved

GIVEN = (
    r"W, A \in \mathbb{R}^{3 \times 3}",
    r"x, w \in \mathbb{R}^3",
    r"y, net \in \mathbb{R}",
    r"f(z) = z^2",
    r"\mathrm{net} = y",
)


def tree(formula, *given):
    """The resolved tree, as the reader's tables print trees."""
    context = gathered(sheet(f"Q = {formula}", given=given)).context
    (statement,) = read(formula)
    members = tuple(resolved(member, context) for member in statement.members)
    return shown(statement._replace(members=members))


@pytest.mark.parametrize(
    ("run", "spaced"),
    [
        ("Wx", "W x"),
        ("WAx", "W A x"),
        ("Wx_1", "W x_1"),
        ("Wx^T", "W x^T"),
        ("2Wx", "2 W x"),
        ("yWx + x", "y W x + x"),
        ("x1 y", "x_1 y"),
    ],
)
def test_a_run_of_known_letters_is_a_product(run, spaced):
    assert tree(run, *GIVEN) == tree(spaced, *GIVEN)


def test_a_word_that_is_defined_stays_whole():
    assert tree(r"\mathrm{net} y", *GIVEN) != tree("n e t y", *GIVEN)


@pytest.mark.parametrize(
    ("formula", "witness"),
    [
        ("f(y)", lambda y: y**2),
        ("y(1 - y)", lambda y: y * (1 - y)),
        ("f(y)(1 - f(y))", lambda y: y**2 * (1 - y**2)),
        ("y f(y)", lambda y: y**3),
        ("f'(y) y", lambda y: 2 * y * y),
        ("f(y) y^2", lambda y: y**4),
        ("f(y)^2", lambda y: y**4),
        ("W(x + w)", lambda W, x, w: W @ (x + w)),
        (r"\operatorname{tr} W", lambda W: W.trace()),
        (r"\operatorname{tr}(W) y", lambda W, y: W.trace() * y),
    ],
)
def test_a_name_before_a_bracket_is_applied_where_it_is_a_function(formula, witness):
    assert meant(formula, *GIVEN).agrees_with(witness)


def test_nabla_takes_the_whole_product_where_a_bracket_follows_and_one_name_else():
    given = (r"X \in \mathbb{R}^{2 \times 2}", r"w, y \in \mathbb{R}^2", "L = w^T w")
    whole = meant(r"\nabla_w (Xw - y)^T (Xw - y)", *given)
    assert whole.agrees_with(lambda X, w, y: 2 * X.T @ (X @ w - y))
    assert meant(r"(\nabla_w L)^T y", *given).agrees_with(lambda w, y: 2 * w @ y)
    assert meant(r"\nabla_w L y_1", *given).agrees_with(lambda w, y: 2 * w * y[0])


def test_resolving_twice_changes_nothing():
    context = gathered(sheet("Q = 1", given=GIVEN)).context
    for formula in ("Wx + f(y)", r"\sum_i W_{ij} x_i", "yWx", r"\frac{f(y)}{2}", r"\nabla_w (Wx)^T (Wx)"):
        (statement,) = read(formula)
        once = resolved(statement.members[0], context)
        assert resolved(once, context) == once


def test_the_places_of_a_run_are_those_of_its_letters():
    context = gathered(sheet("Q = 1", given=GIVEN)).context
    (statement,) = read("yWx")
    product = resolved(statement.members[0], context)
    assert [factor.node.span for factor in product.factors] == [(0, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize(
    ("formula", "names"),
    [("f(x) + y", {"y"}), ("f(x) f", {"f"}), ("y (x + 1)", set()), ("x_i y^2", {"x", "y"})],
)
def test_plain_names_stand_elsewhere_than_before_a_bracket(formula, names):
    (statement,) = read(formula)
    assert plain_names(statement.members[0]) >= names
    assert "f" not in plain_names(statement.members[0]) or "f" in names
