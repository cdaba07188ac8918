from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
import sympy
from oracles.scalars import in_sympy
from verify.temptations import expression

from symgrad.verify.adjoints import RULES, adjoints, of_definition, partials
from symgrad.verify.scalars import (
    FUNCTIONS,
    ONE,
    ZERO,
    abstract,
    bracket,
    call,
    defined,
    expanded_definition,
    gradient,
    lazily_defined,
    maximum,
    power,
    raised,
    symbol,
    symbols_of,
    times,
)

x, y = symbol("x"), symbol("y")
p = symbol("p", sign="positive")


def test_every_function_of_one_argument_has_a_rule():
    assert RULES.keys() == FUNCTIONS - {"max"}


SMOOTH = [
    x * y,
    x**3 / y,
    power(p, Fraction(3, 2)) * x,
    raised(p, x * y),
    raised(p + 1, y),
    *(call(name, x * y + p) for name in sorted(RULES) if name not in {"abs", "sign", "relu"}),
    call("exp", call("tanh", x) * call("log", p)),
    times([x, y, p, x + 1, y + 2, p + 3, x + 4, y + 5, p + 6, x + y]),
    call("softplus", x) / (1 + call("sigmoid", y)),
]


@pytest.mark.parametrize("e", SMOOTH, ids=repr)
def test_derivatives_are_those_of_sympy(e):
    at = {in_sympy(s): value for s, value in ((x, 0.7), (y, -1.3), (p, 1.9))}
    for s, found in zip((x, y, p), gradient(e, (x, y, p)), strict=True):
        ours = sympy.N(in_sympy(found).subs(at))
        theirs = sympy.N(sympy.diff(in_sympy(e), in_sympy(s)).subs(at))
        assert abs(ours - theirs) < 1e-9 * (1 + abs(theirs))


def test_derivatives_of_random_expressions_are_those_of_sympy():
    rng = Random(5)
    met = 0
    while met < 60:
        e = expression(rng, 3)
        if not {x, p} & set(symbols_of(e)) or any(
            part in repr(e) for part in ("abs", "sign", "relu", "max", "[")
        ):
            continue
        at = {s: sympy.Rational(rng.randint(1, 30), 17) for s in symbols_of(e)}
        values = {in_sympy(s): value for s, value in at.items()}
        for s, found in zip(at, gradient(e, list(at)), strict=True):
            theirs = sympy.N(sympy.diff(in_sympy(e), in_sympy(s)).subs(values), 30)
            ours = sympy.N(in_sympy(found).subs(values), 30)
            if not theirs.is_number or not theirs.is_real or not ours.is_real:
                continue
            assert abs(ours - theirs) <= 1e-12 * (1 + abs(theirs)), (e, s)
            met += 1


@pytest.mark.parametrize(
    ("e", "by_x"),
    [
        (call("relu", x), bracket(">", x)),
        (call("abs", x), call("sign", x)),
        (call("sign", x), ZERO),
        (bracket(">", x), ZERO),
        (maximum(x, y), bracket(">", x - y)),
        (maximum(y, x), 1 - bracket(">", y - x)),
        (abstract("f", (0, 1), [x, y]), abstract("f", (1, 1), [x, y])),
        (abstract("f", (0,), [x**2]), abstract("f", (1,), [x**2]) * x * 2),
        (y, ZERO),
        (x, ONE),
    ],
    ids=repr,
)
def test_kinks_have_torchs_derivative_and_unknown_functions_one_order_more(e, by_x):
    assert gradient(e, [x]) == [by_x]


w = symbol("w")
z = defined("z", "z", w * x + 1)
h = defined("h", "h", call("tanh", z))
loss = defined("L", "L", (h - y) ** 2 + z)


def test_all_paths_count_and_nothing_is_written_out():
    by_w, by_z, by_h = gradient(loss, [w, z, h])
    assert by_z.letter.name == "∂L/∂z"
    assert by_z.letter.key == ("adjoint", "L", "z")
    assert by_w is x * by_z
    assert by_h.definition is 2 * (h - y)
    assert by_z.definition is 1 + by_h * (1 - h**2)


def test_direct_derivatives_hold_the_intermediates_fixed():
    assert gradient(loss.definition, [z, h, w], direct=True) == [ONE, 2 * (h - y), ZERO]
    assert gradient(loss, [loss, z], direct=True) == [ONE, ZERO]


def test_a_cut_symbol_is_not_entered():
    assert adjoints(loss, cut=[z]).get(w, ZERO) is ZERO
    assert gradient(loss, [z], cut=[z])[0] is adjoints(loss)[z].definition


def test_the_total_derivative_is_that_of_the_expanded_loss():
    (by_w,) = gradient(loss, [w])
    theirs = sympy.diff(in_sympy(expanded_definition(loss)), in_sympy(w))
    assert sympy.simplify(in_sympy(expanded_definition(by_w)) - theirs) == 0


def test_a_sweep_is_made_once():
    assert adjoints(loss) is adjoints(loss)
    assert partials(loss.definition) is partials(loss.definition)
    assert of_definition(h) is of_definition(h)


def test_deep_and_wide_expressions():
    e = x
    for _ in range(20_000):
        e = call("tanh", e)
    assert gradient(e, [x])[0] is not ZERO
    d = x
    for i in range(5_000):
        d = defined(("t", i), f"t{i}", call("tanh", d * y))
    assert gradient(d, [x, y])[0] is not ZERO
    product = times(symbol(("v", i)) for i in range(5_000))
    assert len(partials(product)) == 5_000


def test_a_symbol_defined_by_itself_is_refused():
    loop = lazily_defined("loop", "loop", lambda: loop * x)
    with pytest.raises(ValueError, match="loop is defined by itself"):
        adjoints(loop)
