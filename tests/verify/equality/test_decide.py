from __future__ import annotations

from fractions import Fraction
from random import Random
from time import perf_counter

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.scalars import in_sympy, value_at
from verify.battery import BATTERY, DIFFERENT, OPEN, SAME
from verify.temptations import tempting_pair

from symgrad.verify.equality import decide
from symgrad.verify.scalars import (
    ONE,
    bracket,
    call,
    defined,
    gradient,
    number,
    power,
    rebuilt,
    symbol,
    symbols_of,
    times,
    total,
)

x, y, z = (symbol(name) for name in "xyz")


def test_the_battery_is_large_and_has_all_verdicts():
    assert len(BATTERY) >= 60
    assert len({pair.name for pair in BATTERY}) == len(BATTERY)
    for verdict in (SAME, DIFFERENT, OPEN):
        assert sum(pair.verdict == verdict for pair in BATTERY) >= 5


@pytest.mark.parametrize("pair", BATTERY, ids=lambda pair: pair.name)
def test_the_battery(pair):
    for left, right in ((pair.left, pair.right), (pair.right, pair.left)):
        found = decide(left, right)
        if pair.verdict == OPEN:
            assert found.verdict != DIFFERENT
        else:
            assert found.verdict == pair.verdict
            assert found.reached == {SAME: "proved", DIFFERENT: "refuted"}[pair.verdict]


rational = st.recursive(
    st.sampled_from([x, y, z]) | st.integers(-3, 3).map(number),
    lambda inner: (
        st.builds(lambda a, b: a + b, inner, inner)
        | st.builds(lambda a, b: a * b, inner, inner)
        | st.builds(lambda a, b: a - b, inner, inner)
        | st.builds(lambda a, b: a / (b**2 + 1), inner, inner)
        | st.builds(lambda a, n: a**n, inner, st.integers(0, 3))
    ),
    max_leaves=7,
)


@settings(deadline=None, max_examples=60)
@given(rational, rational)
def test_rational_expressions_as_sympy_does(a, b):
    same = sympy.cancel(sympy.together(in_sympy(a) - in_sympy(b))) == 0
    assert decide(a, b).verdict == (SAME if same else DIFFERENT)
    written_otherwise = in_sympy(a).expand()
    assert decide(a, _of_sympy(written_otherwise)).verdict == SAME


def _of_sympy(e):
    if e.is_Rational:
        return number(Fraction(int(e.p), int(e.q)))
    if e.is_Symbol:
        return symbol(e.name)
    args = [_of_sympy(arg) for arg in e.args if not (e.is_Pow and arg is e.exp)]
    if e.is_Add:
        return total(args)
    return times(args) if e.is_Mul else args[0] ** int(e.exp)


@settings(deadline=None)
@given(rational, st.sampled_from([x, y, z]), st.randoms(use_true_random=False))
def test_one_edit_is_refuted(e, other, rng):
    """One summand or factor replaced, where SymPy says that it matters."""
    places = [arg for arg in e.args if arg.kind == "symbol" and arg is not other]
    if not places:
        return
    place = rng.choice(places)
    edited = rebuilt(e, [other if arg is place else arg for arg in e.args])
    if sympy.cancel(in_sympy(e) - in_sympy(edited)) != 0:
        found = decide(e, edited)
        assert found.reached == "refuted"
        at = {s: Fraction(dict(found.point)[s.letter.name]) for s in {*symbols_of(e), *symbols_of(edited)}}
        assert value_at(e, at) != value_at(edited, at)


VALUES = {
    "real": [Fraction(n, d) for n in (-3, -2, -1, 1, 2, 3, 5) for d in (1, 2, 3)] + [Fraction(0)],
    "positive": [Fraction(1), Fraction(2), Fraction(1, 3), Fraction(5, 2)],
    "nonnegative": [Fraction(0), Fraction(1), Fraction(2), Fraction(1, 3)],
    "natural": [Fraction(n) for n in (1, 2, 3, 4)],
    "integer": [Fraction(n) for n in (-2, -1, 0, 1, 2, 3)],
    "nonzero": [Fraction(1), Fraction(-2), Fraction(3, 2), Fraction(-1, 3)],
}


@pytest.mark.slow
def test_no_verdict_on_two_thousand_temptations_is_wrong():
    rng = Random(20)
    counts = {SAME: 0, DIFFERENT: 0, "undecided": 0}
    with mpmath.workdps(50):
        for _ in range(2000):
            left, right = tempting_pair(rng)
            found = decide(left, right, limit_s=1)
            counts[found.verdict] += 1
            names = {s.letter.name: s for s in (*symbols_of(left), *symbols_of(right))}
            if found.verdict == DIFFERENT:
                at = {s: Fraction(1) for s in names.values()}
                at |= {names[name]: Fraction(value) for name, value in found.point}
                a, b = value_at(left, at), value_at(right, at)
                assert abs(a - b) > mpmath.mpf(10) ** -40 * max(abs(a), abs(b)), (left, right)
            if found.verdict != SAME:
                continue
            for _ in range(15):
                at = {s: rng.choice(VALUES[s.letter.sign]) for s in names.values()}
                try:
                    a, b = value_at(left, at), value_at(right, at)
                except OverflowError:
                    continue
                if mpmath.isfinite(a) and mpmath.isfinite(b):
                    size = max(abs(a), abs(b), mpmath.mpf(10) ** -15)
                    assert abs(a - b) <= mpmath.mpf(10) ** -20 * size, (left, right, at)
    assert min(counts[SAME], counts[DIFFERENT]) > 400


def test_facts():
    y1, y2, y3 = (symbol(f"y{i}") for i in (1, 2, 3))
    o = [symbol(f"o{i}") for i in (1, 2, 3)]
    s = total(call("exp", e) for e in o)
    p = [defined(("p", i), f"p{i}", call("exp", e) / s) for i, e in enumerate(o)]
    loss = -total(t * call("log", q) for t, q in zip((y1, y2, y3), p, strict=True))
    (found,) = gradient(loss, [o[0]])
    one_hot = [(y1 + y2 + y3, ONE)]
    assert decide(found, p[0] - y1).verdict == DIFFERENT
    assert decide(found, p[0] - y1, facts=one_hot).reached == "proved"
    assert decide(found, y1 - p[0], facts=one_hot).reached == "refuted"
    a12, a21 = symbol("A12"), symbol("A21")
    assert decide(a12 * x + a21 * y, a21 * (x + y), facts=[(a12, a21)]).reached == "proved"
    assert decide(x, x + 0 * y + 0, facts=[(x**2, y)]).reached == "proved"


def test_names_are_compared_as_they_stand_and_then_by_what_they_mean():
    z1 = defined("z1", "z1", x * y + 1)
    z2 = defined("z2", "z2", call("relu", z1))
    assert decide(z1 * z2, z2 * z1).reached == "proved"
    assert decide(z2, call("relu", y * x + 1)).reached == "proved"
    assert decide(z2, call("relu", y * x - 1)).reached == "refuted"
    assert dict(decide(z2, z1).point).keys() == {"x", "y"}


def _tower(n, step):
    e = x
    for _ in range(n):
        e = step(e)
    return e


S = (x + y + z + 1) ** 64
HOSTILE = [
    (S, S + 1, DIFFERENT),
    (S, (1 + z + y + x) ** 64, SAME),
    ((S + 1) ** 64, (S + 2) ** 64, DIFFERENT),
    (_tower(300, lambda e: 1 / (1 + e)), _tower(299, lambda e: 1 / (1 + e)), DIFFERENT),
    (_tower(3000, lambda e: call("tanh", e)), 2 * _tower(3000, lambda e: call("tanh", e)), DIFFERENT),
    (_tower(60, lambda e: e * e + 1), _tower(60, lambda e: e * e + 1) + y, None),
    (_tower(60, lambda e: call("exp", e)), _tower(59, lambda e: call("exp", e)), None),
    (_tower(40, lambda e: e + e), 2**40 * x, SAME),
    (power(x + 1, 10**6), 2 * power(x + 1, 10**6), DIFFERENT),
    (power(number(10), 10**9), 3 * x, None),
    (1 / (x - x), 2 / (x - x), None),
    (
        total(call("relu", symbol(("v", i))) for i in range(40)),
        total((symbol(("v", i)) + call("abs", symbol(("v", i)))) / 2 for i in range(40)),
        SAME,
    ),
    (call("relu", total(bracket(">", symbol(("v", i))) - 1 for i in range(30))), x, DIFFERENT),
]


@pytest.mark.parametrize(("a", "b", "verdict"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_sizes_end_in_time_and_without_a_crash(a, b, verdict):
    start = perf_counter()
    found = decide(a, b, limit_s=3)
    assert perf_counter() - start < 6
    assert found.verdict in ({verdict} if verdict else {"undecided", DIFFERENT})
    assert found.verdict != "undecided" or found.point == ()


def test_the_time_is_kept():
    # Equal, but only after more work than there is time for.
    a = (x + y + call("exp", x)) ** 40 / (1 + y) + 1 / (x + call("exp", y) + 2) ** 30
    start = perf_counter()
    b = a + 1 / (x + y) - x / (x + y) ** 2 - y / (x + y) ** 2
    assert decide(a, b, limit_s=0.0).verdict == "undecided"
    assert perf_counter() - start < 0.5
