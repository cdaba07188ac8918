"""Sums compared with the truth term by term."""

from __future__ import annotations

import random

from symgrad.verify.scalars import ZERO, defined, symbol, times, total
from symgrad.verify.terms import difference


def letter(name, n):
    return symbol(("entry", 0, name, (), (n,)), f"{name}_{n}")


A = [letter("a", n) for n in range(30)]
W = [letter("w", n) for n in range(10)]


def products(*pairs):
    return [times((A[i], W[j])) for i, j in pairs]


def test_the_article_s_z_4_is_wrong_in_exactly_two_terms():
    true = total(products((13, 1), (14, 2), (15, 3), (18, 4), (19, 5), (20, 6), (23, 7), (24, 8), (25, 9)))
    given = products((13, 1), (14, 2), (15, 3), (18, 4), (19, 5), (20, 6), (23, 7), (22, 8), (23, 9))
    found = difference(given, true)
    assert found.right == tuple(range(7))
    assert [(pair.given, dict(pair.monomial)) for pair in found.pairs] == [
        (7, {A[24]: 1, W[8]: 1}),
        (8, {A[25]: 1, W[9]: 1}),
    ]


def test_missing_extra_and_repeated_terms_are_told_apart():
    true = total(products((1, 1), (2, 2), (3, 3)))
    missing = difference(products((1, 1), (3, 3)), true)
    assert [(p.given, p.coefficient) for p in missing.pairs] == [(None, 1)]
    extra = difference(products((1, 1), (2, 2), (3, 3), (9, 9)), true)
    assert [(p.given, p.coefficient) for p in extra.pairs] == [(3, 0)]
    assert not extra.repeated
    repeated = difference(products((1, 1), (2, 2), (3, 3), (2, 2)), true)
    assert [(p.given, p.coefficient) for p in repeated.pairs] == [(3, 0)]
    assert repeated.repeated == {3}


def test_a_sign_is_a_coefficient_of_the_same_term():
    true = total(products((1, 1), (2, 2)))
    found = difference([products((1, 1))[0], -products((2, 2))[0]], true)
    assert [(p.given, p.coefficient) for p in found.pairs] == [(1, 1)]


def test_definitions_are_put_in_but_for_the_names_that_the_author_uses():
    z = defined(("entry", 0, "z", (), (1,)), "z_1", times((A[1], W[1])))
    true = times((z, W[2]))
    assert difference([times((z, W[2]))], true).right == (0,)
    assert difference([times((A[1], W[1], W[2]))], true).right == (0,)


def test_thousands_of_single_errors_are_all_found():
    rng = random.Random(5)
    for _ in range(2_000):
        pairs = list({(rng.randrange(30), rng.randrange(10)): None for _ in range(rng.randint(2, 9))})
        true = total(products(*pairs))
        wrong = list(pairs)
        n = rng.randrange(len(wrong))
        other = rng.randrange(30), wrong[n][1]
        if other in wrong:
            continue
        wrong[n] = other
        found = difference(products(*wrong), true)
        ((given, monomial, coefficient),) = found.pairs
        assert (given, dict(monomial), coefficient) == (n, {A[pairs[n][0]]: 1, W[pairs[n][1]]: 1}, 1)


def test_a_sum_of_nothing_differs_in_all_terms():
    found = difference(products((1, 1)), ZERO)
    assert [(p.given, p.coefficient) for p in found.pairs] == [(0, 0)]
