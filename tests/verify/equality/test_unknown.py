from __future__ import annotations

from symgrad.verify.equality.unknown import DEGREE, PRODUCTS, coefficients


def test_coefficients_depend_on_the_name_and_belong_to_one_function():
    f = coefficients("f", (0, 0))
    assert len(f) == PRODUCTS
    assert f == coefficients("f", (0, 0)) != coefficients("g", (0, 0))
    by_first = coefficients("f", (1, 0))
    for (a, b), (c, d) in zip(f, by_first, strict=True):
        assert len(a) == DEGREE + 1
        assert c == tuple(k * v for k, v in enumerate(a))[1:]
        assert b == d
