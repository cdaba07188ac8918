"""Lines of one formula: one ``&`` in each, terms with their signs, breaks where the structure breaks."""

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.aligned import aligned
from symgrad.render.metrics import column


def lines(network, view="scalar", room=12.0, kind="gradient"):
    whole = document(derive(build(network)), view)
    return [
        formula
        for each in whole.formulas
        if each.kind == kind
        for formula in aligned(whole, each, column(room))
    ]


@pytest.mark.parametrize("room", [6.0, 8.0, 12.0, 30.0])
def test_a_sum_keeps_its_terms_in_order_however_narrow_the_column(room):
    wide = lines("input(9) | linear(1)", room=100.0, kind="forward")[0]
    broken = lines("input(9) | linear(1)", room=room, kind="forward")[0]
    joined = "".join(broken).replace(r"&\quad {}", " ").replace(" ", "")
    assert joined == "".join(wide).replace(" ", "")


def test_a_continuation_begins_with_its_operator():
    first, *others = lines("input(12) | linear(1)", room=8.0, kind="forward")[0]
    assert first.startswith("z_1 &= ")
    assert others
    assert all(line.startswith(r"&\quad {}+ ") for line in others)


def test_negative_terms_keep_their_sign():
    (only,) = lines("input(1) | linear(1) | mse(sum)")[0]
    assert only.endswith("&= 2(z_1 - y_1)")


def test_members_of_a_chain_that_do_not_fit_together_each_begin_a_line():
    weights = lines("input(5x5) | conv2d(1, 3, stride=2, bias=false)", view="chain")[0]
    assert len(weights) == 2
    assert weights[1].startswith("&= a_1")


def test_an_empty_sum_is_zero():
    pixel = lines("input(1x2) | conv2d(1, 1, stride=2, bias=false)")[-1]
    assert pixel == [r"\frac{\partial L}{\partial a_2} &= 0"]


def test_a_closed_form_that_is_too_wide_is_cut_before_its_last_factor():
    from symgrad.render.aligned import index_lines
    from symgrad.render.indexed import Indexed

    wide = r"\sum_{\substack{0\le i\le 4\\0\le 2i+u-1\le 8}}a_{2i+u-1}\,\frac{\partial L}{\partial z_i}"
    formula = Indexed(r"\frac{\partial L}{\partial w_u}", ((False, wide),), ())
    assert len(index_lines(formula, 40)) == 1
    first, second, third = index_lines(formula, 11)
    assert first == r"\frac{\partial L}{\partial w_u} &= {}"
    assert second.endswith("a_{2i+u-1}")
    assert third == r"&\qquad \frac{\partial L}{\partial z_i}"
    grouped = Indexed("z", ((False, rf"\left({wide}\right)x"),), ())
    assert all(line.count(r"\left") == line.count(r"\right") for line in index_lines(grouped, 11))


def test_a_gradient_that_is_0_has_its_line():
    """In the index view it ended in an IndexError."""
    found = lines("input(2x1) | conv2d(1, 1, stride=2, padding=1, bias=false)", "index")
    assert [r"&= 0" in formula[0] for formula in found] == [True, True]
