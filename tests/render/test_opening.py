r"""A product with a sum in parentheses, opened: the same formula once its terms are put together again."""

import re

import pytest

from symgrad.render.aligned import index_lines
from symgrad.render.indexed import Indexed
from symgrad.render.metrics import width
from symgrad.render.opening import Opened, opened


def test_what_stands_before_and_after_goes_with_the_first_and_the_last_term():
    assert opened(r"\frac{a}{s}\left(\frac{x}{2} - \sum_{i=0}^{2}y_i + z\right)w") == Opened(
        (r"\frac{a}{s}\biggl(\frac{x}{2}", r"\sum_{i=0}^{2}y_i", r"z\biggr)w"), (False, True, False)
    )
    assert opened("a(-x - y)") == Opened((r"a\bigl(-x", r"y\bigr)"), (False, True))


@pytest.mark.parametrize(
    ("product", "why"),
    [
        (r"\frac{a + b}{s}c", "no parentheses"),
        (r"\frac{(a + b)}{s}", "below or above a bar"),
        (r"a_{i(j + k)}b", "in a subscript"),
        ("a(b)c", "no sum inside"),
        (r"\left|a + b\right|", "not parentheses"),
        (r"\mathbf{1}[a + b>0]c", "a bracket"),
    ],
)
def test_nothing_else_is_opened(product, why):
    assert opened(product) is None, why


def test_the_widest_of_several_parentheses_is_opened():
    assert opened("(a + b)(c + d + e)").terms[0] == r"(a + b)\bigl(c"


def test_parentheses_within_parentheses_stay_whole():
    assert opened("a(b + (c - d)e)") == Opened((r"a\bigl(b", r"(c - d)e\bigr)"), (False, False))


TALL = r"\frac{1}{NHW}\,x_{n,c,k,l}\,\sum_{m=0}^{N-1}\sum_{q=0}^{H-1}x_{m}\,\frac{\partial L}{\partial z_{m}}"
WHOLE = (
    r"\frac{\gamma_c}{s_c}\left(\frac{x}{y} - "
    + TALL
    + r" - \frac{1}{N}z\left(a - "
    + TALL
    + r"\right)\right)"
)


@pytest.mark.parametrize("room", [16.0, 24.0, 34.0, 60.0])
def test_no_line_is_wider_than_the_page_and_the_formula_is_the_same(room):
    """batch_norm2d: the gradient by its input ran 60 pt over the margin."""
    for signs in ((False,), (True,), (False, True), (True, False, True)):
        formula = Indexed("a_c", tuple((minus, WHOLE) for minus in signs), ())
        lines = index_lines(formula, room)
        if room > 24:
            assert all(width("a_c" * (n > 0) + line.replace("&", "")) <= room for n, line in enumerate(lines))
        plain = r"\\[bB]igg?[lr]|\\left|\\right|&|\\q?quad|\{\}| "
        expected = "a_c=" + "".join(("-" if m else "+" if n else "") + WHOLE for n, m in enumerate(signs))
        assert re.sub(plain, "", "".join(lines)) == re.sub(plain, "", expected)
        assert all(line.count(r"\left") == line.count(r"\right") for line in lines)
