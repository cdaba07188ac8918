"""Derivatives on the page, against SymPy's of the formulas laid out, and unknown losses against matrices."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from judging import meant, prose, sheet, verdicts

from symgrad.verify.world import UnsettledError

NETWORK = (
    r"W \in \mathbb{R}^{2 \times 3}",
    r"x \in \mathbb{R}^3",
    r"b, v \in \mathbb{R}^2",
    "z = W x + b",
    r"a = \tanh(z)",
    r"L = \frac{1}{2} (v^\top a - 1)^2 + a_1 z_2",
)
SOFTMAX = (
    r"z \in \mathbb{R}^3",
    r"y \in \mathbb{R}^3",
    r"p_i = \frac{e^{z_i}}{\sum_{k=1}^3 e^{z_k}}",
    r"L = -\sum_{i=1}^3 y_i \log p_i",
)
SEVERAL_PATHS = (r"t \in \mathbb{R}", "u = t^2", "v = u t", "w = u v + t", r"L = e^{w} + \sigma(u)")


@pytest.mark.parametrize(
    ("given", "of", "by"),
    [
        (NETWORK, "L", "W"),
        (NETWORK, "L", "x"),
        (NETWORK, "L", "b"),
        (NETWORK, "L", "W_{12}"),
        (NETWORK, "a_2", "x"),
        (NETWORK, "z_1", "W_{13}"),
        (NETWORK, "z_1", "W_{23}"),
        (SOFTMAX, "L", "z"),
        (SOFTMAX, "p_1", "z_2"),
        (SOFTMAX, "p_1", "z_1"),
        (SEVERAL_PATHS, "L", "t"),
        (SEVERAL_PATHS, "w", "t"),
    ],
)
@pytest.mark.parametrize(
    "spelled", [r"\frac{\partial %s}{\partial %s}", r"\frac{d %s}{d %s}", r"\nabla_{%s} %s"]
)
def test_a_derivative_by_an_input_goes_through_everything_between(spelled, given, of, by):
    text = spelled % ((by, of) if "nabla" in spelled else (of, by))
    (value,) = meant(of, *given).sympy()
    found = meant(text, *given).sympy()
    variables = meant(by, *given).sympy()
    assert len(found) == len(variables)
    for slope, variable in zip(found, variables, strict=True):
        symbols = sorted(value.free_symbols | variable.free_symbols, key=str)
        point = {s: sympy.Rational(n + 2, 7) for n, s in enumerate(symbols)}
        difference = (slope - sympy.diff(value, variable)).subs(point)
        assert abs(difference.evalf(30)) < 1e-20


@pytest.mark.parametrize(
    ("formula", "shape"),
    [
        (r"\frac{\partial L}{\partial W}", (2, 3)),
        (r"\frac{\partial z}{\partial x}", (2, 3)),
        (r"\frac{\partial a}{\partial z}", (2, 2)),
        (r"\frac{\partial z}{\partial W}", (2, 2, 3)),
        (r"\frac{\partial z_1}{\partial W}", (2, 3)),
        (r"\frac{\partial L}{\partial x_1}", ()),
        (r"\nabla_b L", (2,)),
        (r"\frac{\partial z}{\partial x_1}", (2,)),
    ],
)
def test_outputs_stand_before_inputs(formula, shape):
    assert meant(formula, *NETWORK).array.shape == shape


@pytest.mark.parametrize(
    ("formula", "witness"),
    [
        (r"\frac{\partial z}{\partial x}", lambda W: W),
        (r"\frac{\partial z_2}{\partial W}", lambda x: np.array([np.zeros(3), x])),
        (r"\frac{\partial a}{\partial z} \frac{\partial z}{\partial x}",
         lambda W, x, b: np.diag(1 - np.tanh(W @ x + b) ** 2) @ W),
        (r"\frac{\partial a}{\partial x}", lambda W, x, b: np.diag(1 - np.tanh(W @ x + b) ** 2) @ W),
    ],
)  # fmt: skip
def test_jacobians_are_those_of_numpy(formula, witness):
    assert meant(formula, *NETWORK).agrees_with(witness)


@pytest.mark.parametrize(
    ("formula", "typed"),
    [
        (r"\frac{\partial^2 L}{\partial t^2}", "12*t**2"),
        (r"\frac{d^2 L}{dt^2}", "12*t**2"),
        (r"\frac{\partial^3 L}{\partial t^3}", "24*t"),
        (r"\frac{\partial^2 M}{\partial t \partial s}", "3*s**2"),
        (r"\frac{d}{dt} t^3", "3*t**2"),
        (r"\frac{d}{dt} \left( t^3 + s t \right)", "3*t**2 + s"),
        (r"\partial_t M", "s**3"),
    ],
)
def test_higher_and_other_derivatives(formula, typed):
    (found,) = meant(formula, r"s, t \in \mathbb{R}", "L = t^4", "M = t s^3").sympy()
    t, s = sympy.symbols("t s", real=True)
    assert sympy.expand(found - sympy.sympify(typed, {"t": t, "s": s})) == 0


LINEAR = (r"W \in \mathbb{R}^{2 \times 3}", r"x \in \mathbb{R}^3", r"b \in \mathbb{R}^2", "z = W x + b")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^\top", "right"),
        (r"\frac{\partial L}{\partial x} = W^\top \frac{\partial L}{\partial z}", "right"),
        (r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z}", "right"),
        (r"\nabla_W L = (\nabla_z L) x^\top", "right"),
        (r"\frac{\partial L}{\partial W_{ij}} = \frac{\partial L}{\partial z_i} x_j", "right"),
        (r"\frac{\partial L}{\partial x_j} = \sum_{i=1}^2 \frac{\partial L}{\partial z_i} W_{ij}", "right"),
        (r"\frac{\partial L}{\partial W} = x \left(\frac{\partial L}{\partial z}\right)^\top", "wrong"),
        (r"\frac{\partial L}{\partial x} = W \frac{\partial L}{\partial z}", "wrong"),
        (r"\frac{\partial L}{\partial x_j} = \sum_{i=1}^2 \frac{\partial L}{\partial z_i} W_{ji}", "wrong"),
        (r"\frac{\partial L}{\partial b} = 2 \frac{\partial L}{\partial z}", "wrong"),
        (r"\frac{\partial L}{\partial W_{ij}} = \frac{\partial L}{\partial z_j} x_i", "wrong"),
    ],
)
def test_an_unknown_loss_is_known_by_its_gradient_by_the_outputs(claim, verdict):
    assert verdicts(sheet(claim, given=LINEAR)) == [verdict]


PATHS = (r"w, x \in \mathbb{R}", "z_1 = w x", "z_2 = w x^2", "z_3 = w^2")


def chain(*numbers):
    terms = (rf"\frac{{\partial L}}{{\partial z_{n}}} \frac{{\partial z_{n}}}{{\partial w}}" for n in numbers)
    return r"\frac{\partial L}{\partial w} = " + " + ".join(terms)


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [((1, 2, 3), "right"), ((3, 1, 2), "right"), ((1, 2), "wrong"), ((1,), "wrong"), ((1, 2, 3, 3), "wrong")],
)
def test_a_chain_rule_has_all_its_paths(numbers, verdict):
    assert verdicts(sheet(chain(*numbers), given=PATHS)) == [verdict]


def test_the_loss_of_a_document_that_says_nothing_of_it_is_no_name_of_a_weight():
    found = verdicts(
        prose(
            "z_1 = w_1 x_1 + w_2 x_2",
            r"\frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial z_1} x_1",
            r"\frac{\partial L}{\partial w_2} = \frac{\partial L}{\partial z_1} x_1",
        )
    )
    assert found == ["right", "wrong"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        # total: through u; partial: what the formula of w shows
        (r"\frac{dL}{dt} = \frac{\partial L}{\partial t} + \frac{\partial L}{\partial u} 2 t", "right"),
        (r"\frac{dL}{dt} = \frac{\partial L}{\partial u} \frac{du}{dt}", "wrong"),
        (r"\frac{dL}{dt} = u + 2 t^2", "right"),
    ],
)  # fmt: skip
def test_a_partial_derivative_may_hold_intermediates_fixed(claim, verdict):
    assert verdicts(sheet(claim, given=(r"t \in \mathbb{R}", "u = t^2", "L = t u"))) == [verdict]


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (r"\frac{\partial L}{\partial (x + 1)}", "no name"),
        (r"\frac{\partial L}{\partial 3}", "no name"),
    ],
)
def test_what_nobody_can_differentiate_by_is_refused(formula, message):
    with pytest.raises(UnsettledError, match=message):
        meant(formula, r"x \in \mathbb{R}", "L = x^2")
