from __future__ import annotations

from random import Random

import pytest
from verify.battery import BATTERY, DIFFERENT, SAME

from symgrad.verify.equality.facts import solved
from symgrad.verify.equality.floats import FUNCTIONS
from symgrad.verify.equality.residues import PRIME
from symgrad.verify.equality.sampler import Sampler, differs_quickly
from symgrad.verify.scalars import (
    FUNCTIONS as NAMES,
)
from symgrad.verify.scalars import (
    ONE,
    abstract,
    call,
    defined,
    number,
    symbol,
    times,
    total,
)

x, y, z = (symbol(name) for name in "xyz")


def test_every_function_and_bracket_has_a_value():
    assert FUNCTIONS.keys() == NAMES | {">", ">=", "="}


# A sampler sees no kink, no 30th digit and nothing next to nothing: what it does not see is for decide.
UNSEEN = {"2⁻⁹⁸ and 2⁻⁹⁹ beside exp", "relu′ at 0", "−4.49E-233 and 4.49E-233"}


@pytest.mark.parametrize("pair", BATTERY, ids=lambda pair: pair.name)
def test_the_battery(pair):
    found = differs_quickly(pair.left, pair.right)
    if pair.verdict == DIFFERENT:
        assert found is (pair.name not in UNSEEN)
    if pair.verdict == SAME:
        assert found is False


def test_rational_expressions_are_compared_exactly():
    sampler = Sampler()
    assert sampler.values((x + y) ** 2 / y) == sampler.values(x**2 / y + 2 * x + y)
    assert 0 <= sampler.values(x / 3)[0] < PRIME
    assert sampler.differs(x + number(1) / 2**200, x) is True
    assert sampler.residue(call("exp", x)) is None
    assert len(sampler.values(call("exp", x))) > 1


def test_nowhere_defined_is_none():
    assert differs_quickly(call("log", -(x**2)), x) is None
    assert differs_quickly(1 / (x - x), call("exp", x)) is None


def test_the_same_questions_have_the_same_answers():
    questions = [x * y, call("exp", x) + y, abstract("f", (1,), [x])]
    first, again = ([Sampler(3).values(q) for q in questions] for _ in range(2))
    assert first == again
    assert first != [Sampler(4).values(q) for q in questions]


def test_facts_and_definitions_are_used():
    assert differs_quickly(x + y, ONE) is True
    assert differs_quickly(x + y, ONE, facts=[(x + y, ONE)]) is False
    assert differs_quickly(call("exp", x + y), call("exp", ONE), facts=[(x + y, ONE)]) is False
    assert Sampler(solved=solved([(x + y, ONE)])).differs(x, 1 - y) is False
    assert differs_quickly(defined("z", "z", x * y) * x, y * x**2) is False


def test_candidates_that_share_parts_are_told_apart():
    rng = Random(1)
    names = [symbol(("a", i)) for i in range(20)]
    terms = [times(rng.sample(names, 2)) for _ in range(60)]
    right = total(terms)
    sampler = Sampler()
    for i in range(60):
        wrong = total([*terms[:i], terms[i] * rng.choice(names), *terms[i + 1 :]])
        assert sampler.differs(wrong, right) is True
        assert sampler.differs(total(rng.sample(terms, 60)), right) is False
