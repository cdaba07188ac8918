"""Another function, a lost prime, a function that was lost."""

import pytest
from verify.diagnosed import UNIT, told

CASES = [
    (r"\frac{\partial a}{\partial z} = \sigma(z)", r"\frac{\partial a}{\partial z} = \sigma'(z)"),
    (
        r"\frac{\partial L}{\partial z} = (a - y) \sigma(z)",
        r"\frac{\partial L}{\partial z} = (a - y) \sigma'(z)",
    ),
]


@pytest.mark.parametrize(("claim", "corrected"), CASES, ids=[case[0] for case in CASES])
def test_a_lost_prime_is_named(claim, corrected):
    found = told(UNIT, claim)
    assert (found.kinds, found.corrected, found.mended) == (("wrong-function",), corrected, True)
