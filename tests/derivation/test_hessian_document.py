"""Which second derivatives are printed, and what is said of the others."""

import pytest

from symgrad.derivation.derive import derive
from symgrad.derivation.hessian import hessian
from symgrad.derivation.hessian_document import hessian_document
from symgrad.derivation.size import within_budget
from symgrad.errors import AlgebraError, BudgetError
from symgrad.network.build import build
from symgrad.render.text import render_text

PERCEPTRON = "input(2) | linear(2) | tanh | linear(1) | mse"


def page(network, *words, view="scalar", **settings):
    return hessian_document(hessian(derive(build(network), words or ("all",))), view, **settings)


def text(*arguments, **settings):
    return "".join(render_text(page(*arguments, **settings)))


def lefts(*arguments, **settings):
    return [
        line.split(" = ")[0].strip() for line in text(*arguments, **settings).split("\n") if " = " in line
    ]


def test_chosen_entries_and_what_they_are_stated_in():
    assert [left for left in lefts(PERCEPTRON, "w1_1", "w2_2") if "²L" in left or "/" in left] == [
        "∂L/∂z2_1",
        "∂L/∂a1_1",
        "∂L/∂z1_1",
        "∂z2_1/∂w1_1",
        "∂²L/∂w1_1∂w2_2",
        "∂²L/∂w1_1∂a1_1",
        "∂²L/∂w1_1∂z1_1",
        "∂²L/∂w1_1∂w1_1",
        "∂²L/∂w2_2∂w2_2",
    ]


def test_of_two_that_mirror_each_other_one_is_printed_and_no_zeros_are():
    found = [left for left in lefts("input(2) | linear(2, bias=false) | mse", "w") if "²L" in left]
    assert found == [f"∂²L/∂w{k}∂w{j}" for k, j in ((1, 1), (1, 2), (2, 2), (3, 3), (3, 4), (4, 4))]


def test_what_is_not_printed_is_said_to_be_0_or_a_mirror_image():
    told = text("input(2) | linear(2) | mse", "weights")
    assert "∂²L/∂w∂z and ∂²L/∂z∂w are equal, entry by entry; one of them is printed." in told
    assert "What was asked for is 0 where neither it nor its mirror image is printed." in told
    zero = text("input(2) | linear(1) | l1", "weights")
    assert "0 whatever the values are: ∂²L/∂w∂w, ∂²L/∂w∂b and ∂²L/∂b∂b." in zero
    assert "Second derivatives take a bracket as constant." in zero
    assert "Second derivatives\n" not in zero


def test_conventions_of_the_index_view_do_not_speak_of_entries_left_out():
    told = text("input(2) | linear(2) | mse", "weights", view="index")
    assert "is 0 where neither" not in told
    assert "∂²L/∂w[i, j]∂w[k, l] = a[l]·a[j]·[i = k]   for i = 0…1, j = 0…1, k = 0…1, l = 0…1" in told


def test_everything_put_in():
    assert text("input(1) | linear(1) | mse", "w", view="substituted").endswith(
        "Forward\n  L = (a1·w1 + b1 − y1)²\n\nSecond derivatives\n  ∂²L/∂w1∂w1 = 2·a1²\n"
    )


@pytest.mark.parametrize("view", ["chain", "matrix"])
def test_other_views_are_refused(view):
    with pytest.raises(AlgebraError, match=f"in the views scalar, index and substituted, not in {view}"):
        page(PERCEPTRON, view=view)


def test_too_many_are_refused_before_they_are_looked_at():
    large = page("input(300) | linear(300) | mse", "w")
    with pytest.raises(BudgetError, match=r"print 8,100,\d+,\d+ terms, .*use --view index"):
        within_budget(large, 1_000_000)
    within_budget(page("input(300) | linear(300) | mse", "w", view="index"), 1_000_000)


def test_nothing_asked_for_nothing_said():
    assert "∂²" not in text("input(2) | mse", "weights")


def test_what_was_not_asked_for_is_not_said_to_be_0():
    """∂²L/∂w2∂w2 is not 0 here, and nobody asked for it."""
    assert "is 0 where neither" not in text("input(2) | linear(1) | mse", "w1")
    assert "What was asked for is 0 where" in text("input(2) | linear(2) | mse", "w1", "w3")
