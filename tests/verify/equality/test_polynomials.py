from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.verify.equality.budget import ExhaustedError
from symgrad.verify.equality.polynomials import (
    Reader,
    add_to,
    as_scalar,
    atom_of,
    difference,
    merged,
    multiplied,
    negative,
    plus,
    polynomial,
    summed,
    to_the,
)
from symgrad.verify.scalars import ZERO, call, number, power, symbol, times, total

x, y, z = (symbol(name) for name in "xyz")


def test_the_normal_form():
    assert polynomial((x + y) ** 2 - y**2) == {((x, 2),): 1, ((x, 1), (y, 1)): 2}
    assert polynomial(x / y / 2) == {((x, 1), (y, -1)): Fraction(1, 2)}
    assert polynomial((x + y) / (x + z) ** 2) == {
        ((x, 1), (x + z, -2)): 1,
        ((y, 1), (x + z, -2)): 1,
    }
    assert polynomial(x - x) == polynomial(ZERO) == {}
    assert polynomial(call("exp", x) ** 2 * power(x, Fraction(1, 2))) == {
        ((call("exp", x), 2), (power(x, Fraction(1, 2)), 1)): 1
    } or {((power(x, Fraction(1, 2)), 1), (call("exp", x), 2)): 1}


def test_nodes_may_be_made_atoms():
    assert polynomial((x + y) ** 2 + z, atoms={x + y}) == {((x + y, 2),): 1, ((z, 1),): 1}


def test_beyond_the_budget_there_is_none():
    assert polynomial((x + y + z + 1) ** 64, terms=1000) is None
    assert polynomial((x + y) ** 5 * (x + z) ** 5, terms=20) is None
    with pytest.raises(ExhaustedError):
        to_the(polynomial(x + y), 10**6)
    with pytest.raises(ExhaustedError):
        to_the(polynomial(2 * x), 10**9)


polynomials = st.recursive(
    st.sampled_from([x, y, z]) | st.integers(-3, 3).map(number),
    lambda inner: (
        st.builds(lambda a, b: a + b, inner, inner)
        | st.builds(lambda a, b: a - b, inner, inner)
        | st.builds(lambda a, b: a * b, inner, inner)
        | st.builds(lambda a, n: a**n, inner, st.integers(0, 3))
    ),
    max_leaves=8,
)


@given(polynomials, polynomials)
def test_arithmetic_is_that_of_the_expressions(a, b):
    p, q = polynomial(a), polynomial(b)
    assert polynomial(a + b) == summed(p, q)
    assert polynomial(a - b) == difference(p, q) == summed(p, negative(q))
    assert polynomial(a * b) == multiplied(p, q)
    assert polynomial(a + 2) == plus(p, 2)
    assert polynomial(as_scalar(p)) == p
    assert 0 not in p.values()


def test_small_helpers():
    m, n = ((x, 1), (y, -1)), ((y, 1), (z, 2))
    assert merged(m, n) == ((x, 1), (z, 2))
    assert merged((), n) == merged(n, ()) == n
    p = {m: 1}
    add_to(p, {m: 1, n: 2}, Fraction(-1))
    assert p == {n: -2}
    assert atom_of(x) == {((x, 1),): 1}


def test_long_sums_and_products_are_read_once():
    s, r, m = x, x, x
    for i in range(20_000):
        s = s + i * x * symbol(("v", i % 50))
        r = symbol(("v", i % 50)) * (i * x) + r
        m = symbol(("v", i)) - m
    assert polynomial(s) == polynomial(r)
    assert len(polynomial(m)) == 20_001
    product = x
    for i in range(20_000):
        product = product * symbol(("v", i))
    assert polynomial(product) == polynomial(times(symbol(("v", i)) for i in range(20_000)) * x)


def test_a_reader_reads_shared_parts_once_and_may_be_asked_again():
    doubled = x
    for _ in range(60):
        doubled = doubled + doubled
    reader = Reader()
    assert reader.read(doubled) == {((x, 1),): 2**60}
    assert reader.read(total([doubled, x])) == {((x, 1),): 2**60 + 1}
