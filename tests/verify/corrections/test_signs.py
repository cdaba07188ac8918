"""Signs, and summands too many."""

import pytest
from verify.diagnosed import LAYER, UNIT, told

CASES = [
    (UNIT, r"\frac{\partial L}{\partial a} = y - a", "sign", r"\frac{\partial L}{\partial a} = a - y"),
    (
        UNIT,
        r"\frac{\partial a}{\partial z} = -a (1 - a)",
        "sign",
        r"\frac{\partial a}{\partial z} = a (1 - a)",
    ),
    (
        UNIT,
        r"\frac{\partial z}{\partial w_1} = x_1 + x_2",
        "extra-term",
        r"\frac{\partial z}{\partial w_1} = x_1",
    ),
    (
        LAYER,
        r"\frac{\partial L}{\partial z} = 2 (z + y)",
        "sign",
        r"\frac{\partial L}{\partial z} = 2 (z - y)",
    ),
]


@pytest.mark.parametrize(("document", "claim", "kind", "corrected"), CASES, ids=[case[1] for case in CASES])
def test_one_sign_or_one_summand_is_named(document, claim, kind, corrected):
    found = told(document, claim)
    assert (found.verdict, found.kinds, found.corrected) == ("wrong", (kind,), corrected)
    assert found.mended


HIDDEN = r"""$$z_i = \sum_{j=1}^{2} w_{ij} x_j + b_i, \quad h_i = \tanh(z_i), \quad i = 1, 2$$
$$o = \sum_{i=1}^{2} v_i h_i + c$$
$$L = (o - y)^2$$
$$\frac{\partial L}{\partial v_i} = 2(o-y) h_i$$"""


@pytest.mark.parametrize(
    ("wrong", "corrected"),
    [
        ("2(o-y) v_1 (h_1^2 - 1) x_1", "2(o-y) v_1 (1 - h_1^2) x_1"),
        ("2(y-o) v_1 (1 - h_1^2) x_1", "2(o-y) v_1 (1 - h_1^2) x_1"),
    ],
)
def test_of_two_differences_that_is_turned_which_the_author_writes_the_other_way_elsewhere(wrong, corrected):
    """``h² − 1`` was kept, and the o − y of all other lines turned: equal, and not where the slip was."""
    claim = r"\frac{\partial L}{\partial w_{11}} = "
    found = told(HIDDEN, claim + wrong)
    assert (found.verdict, found.kinds, found.corrected) == ("wrong", ("sign",), claim + corrected)
