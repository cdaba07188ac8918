from __future__ import annotations

from symgrad.verify.equality import decide
from symgrad.verify.equality.budget import Clock
from symgrad.verify.equality.levels import Levels
from symgrad.verify.scalars import ONE, abstract, call, defined, gradient, height, symbol, total

x, y, w, v = (symbol(name) for name in "xywv")


def levels(a, b, solved=None):
    return Levels(a, b, solved or {}, Clock(9))


def test_no_definition_is_entered_where_names_will_do():
    h = defined("h", "h", call("tanh", x * w))
    found = levels(h * (x + 1), h * x + h)
    assert found.agree()
    assert next(found.worth_trying())[0] == frozenset()


def test_only_the_definitions_that_differ_are_entered():
    z = defined("z", "z", x * w + y)
    h = defined("h", "h", call("tanh", z))
    g = defined("g", "g", call("exp", h * v))
    found = levels(g * h, call("exp", v * h) * h)
    assert found.agree()
    assert next(names for names, _ in found.worth_trying()) == {g}
    assert not levels(g * h, call("exp", v * z) * h).agree()


def test_functions_count_as_what_they_are_where_that_is_needed():
    p = defined("p", "p", call("sigmoid", x))
    q = defined("q", "q", call("sigmoid", -x))
    found = levels(p + q, ONE)
    assert found.agree()
    assert list(found.worth_trying())[-1][0] == {p, q}


def test_neither_overflow_nor_cancellation_misleads():
    """Polynomials of polynomials overflowed in floats, and a large sum hid a difference."""
    e = x
    for n in range(7):
        e = defined(("u", n), f"u{n}", abstract("φ", (0,), [e * w + y]))
    assert levels(e * w, w * abstract("φ", (0,), [y + w * e.definition.args[0].args[0]])).agree() is False
    inner = e.definition.args[0]
    assert levels(e * w, w * abstract("φ", (0,), [inner + 0])).agree()
    assert not levels(e * w, w * abstract("φ", (0,), [inner + 1])).agree()


def _recurrent(steps, classes=3, units=3):
    """A recurrent network with softmax outputs and cross-entropy: Σ_k y_k = 1 at each step."""
    W = [[symbol(("W", i, j)) for j in range(units)] for i in range(units)]
    U = [symbol(("U", i)) for i in range(units)]
    V = [[symbol(("V", k, i)) for i in range(units)] for k in range(classes)]
    h = [symbol(("h0", i)) for i in range(units)]
    losses, facts, kept = [], [], []
    for t in range(1, steps + 1):
        a = [
            defined(("a", t, i), f"a{t}{i}", total(W[i][j] * h[j] for j in range(units)) + U[i])
            for i in range(units)
        ]
        h = [defined(("h", t, i), f"h{t}{i}", call("tanh", a[i])) for i in range(units)]
        o = [
            defined(("o", t, k), f"o{t}{k}", total(V[k][i] * h[i] for i in range(units)))
            for k in range(classes)
        ]
        s = total(call("exp", e) for e in o)
        p = [defined(("p", t, k), f"p{t}{k}", call("exp", e) / s) for k, e in enumerate(o)]
        ys = [symbol(("y", t, k), f"y{t}{k}") for k in range(classes)]
        losses.append(-total(b * call("log", q) for b, q in zip(ys, p, strict=True)))
        facts.append((total(ys), ONE))
        kept.append((h, p, ys))
    return total(losses), V, W, facts, kept


def test_recurrent_networks_with_cross_entropy_are_proved():
    """They ended after 10 to 20 s: agrees at 12 points to 60 digits, and is not proved."""
    steps = 4
    loss, V, _, facts, kept = _recurrent(steps)
    (found,) = gradient(loss, [V[0][0]])
    by_hand = total(h[0] * (p[0] - ys[0]) for h, p, ys in kept)
    assert decide(found, by_hand, facts=facts).reached == "proved"
    assert decide(found, by_hand).reached == "refuted"
    wrong = total(h[0] * (p[0] - ys[0]) for h, p, ys in kept[1:]) + kept[0][0][1] * (
        kept[0][1][0] - kept[0][2][0]
    )
    assert decide(found, wrong, facts=facts).reached == "refuted"


def test_the_error_of_a_hidden_unit_comes_from_its_outputs_and_the_next_step():
    loss, V, W, facts, kept = _recurrent(3)
    h, p, ys = kept[1]
    found = gradient(loss, [*h, *kept[2][0]])
    delta, after = found[:3], found[3:]
    g = kept[2][0]
    for i in range(3):
        by_hand = total(V[k][i] * (p[k] - ys[k]) for k in range(3))
        by_hand += total(W[j][i] * (1 - g[j] ** 2) * after[j] for j in range(3))
        assert decide(delta[i], by_hand, facts=facts).reached == "proved"
        assert decide(delta[i], by_hand + after[0] * 0 + x * y - x * y, facts=facts).reached == "proved"


def test_twenty_thousand_layers_are_looked_at_within_the_limit():
    """Sets of names for every layer took a minute."""
    from time import perf_counter

    h = x
    for n in range(20_000):
        h = defined(("deep", n), f"h{n}", call("tanh", h * w))
    assert height(h) == 20_000
    start = perf_counter()
    decide(h, 2 * h, limit_s=0.3)
    assert perf_counter() - start < 1.5
