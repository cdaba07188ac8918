from __future__ import annotations

import pytest

from symgrad.verify.equality.budget import Clock, ExhaustedError
from symgrad.verify.equality.levels import Levels
from symgrad.verify.equality.prove import proved
from symgrad.verify.scalars import call, defined, gradient, symbol

x, y, w = (symbol(name) for name in "xyw")
layers = [x]
for n in range(300):
    layers.append(defined(("h", n), f"h{n}", call("tanh", layers[-1] * w + 1)))


def proves(a, b, solved=None):
    return proved(Levels(a, b, solved or {}, Clock(9)), Clock(9))


def test_names_are_replaced_as_far_as_it_takes():
    assert proves(layers[300], call("tanh", w * layers[299] + 1))
    assert proves(layers[300] * layers[298], layers[300] * call("tanh", 1 + w * layers[297]))
    assert proves(layers[2], call("tanh", call("tanh", x * w + 1) * w + 1))
    assert not proves(layers[300], call("tanh", w * layers[298] + 1))


def test_the_gradient_of_a_deep_network_by_hand():
    loss = (layers[300] - y) ** 2
    (found,) = gradient(loss, [layers[298]])
    h, g = layers[300], layers[299]
    assert proves(found, 2 * (h - y) * (1 - h**2) * w * (1 - g**2) * w)
    assert proves(found, 2 * (h - y) * w * w * (1 - g**2 - h**2 + g**2 * h**2))
    assert not proves(found, 2 * (h - y) * (1 - h**2) * w * (1 - h**2) * w)


def test_known_equations_are_used_while_names_are_kept():
    p = defined("p", "p", call("sigmoid", x))
    q = defined("q", "q", call("sigmoid", -x))
    assert proves(p + q, 1 + 0 * x, {q: 1 - p})
    assert proves(p + q, 1 + 0 * x)


def test_time_is_kept():
    left, right = layers[300], layers[299] + 1
    assert not proved(Levels(left, right, {}, Clock(9)), Clock(0))
    with pytest.raises(ExhaustedError):
        Levels(left, right, {}, Clock(0)).agree()
