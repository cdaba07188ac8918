"""What the substituted view prints, and what it refuses."""

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.derivation.size import printed_terms, within_budget
from symgrad.errors import BudgetError
from symgrad.network.build import build
from symgrad.render.text import render_text

PERCEPTRON = "input(2) | linear(2) | tanh | linear(1) | mse"
TOWER = "input(6) | " + " | ".join(["linear(6) | tanh"] * 4) + " | mse"


def stated(network, *words, depth=None, most=1_000_000, update=None):
    return document(derive(build(network), words or ("all",)), "substituted", update, depth, most)


def formulas(page):
    lines = "".join(render_text(page)).split("\nForward\n")[1].splitlines()
    return [line.strip() for line in lines if line.startswith("  ")]


def text(*arguments, **settings):
    return dict(line.split(" = ", 1) for line in formulas(stated(*arguments, **settings)))


def test_a_perceptron_put_in_by_hand():
    z = "w2_1·tanh(a0_1·w1_1 + a0_2·w1_2 + b1_1) + w2_2·tanh(a0_1·w1_3 + a0_2·w1_4 + b1_2) + b2 − y"
    z = z.replace("b2 −", "b2_1 −").replace("− y", "− y1")
    assert text(PERCEPTRON, "w1_2") == {
        "L": f"({z})²",
        "∂L/∂w1_2": f"2·a0_2·w2_1·({z})·(1 − tanh(a0_1·w1_1 + a0_2·w1_2 + b1_1)²)",
    }


def test_without_a_loss_the_upstream_stays_a_symbol():
    assert text("input(2) | linear(1) | tanh", "w1") == {
        "h1": "tanh(a1·w1 + a2·w2 + b1)",
        "∂L/∂w1": "∂L/∂h1·a1·(1 − tanh(a1·w1 + a2·w2 + b1)²)",
    }


def test_softmax_with_cross_entropy_keeps_its_difference():
    p = "exp(a1·w1 + b1)/(exp(a1·w1 + b1) + exp(a1·w2 + b2))"
    assert text("input(1) | linear(2) | cross_entropy", "b1")["∂L/∂b1"] == f"{p} − y1"


@pytest.mark.parametrize("depth", range(6))
def test_every_name_on_the_page_is_an_input_or_has_its_formula_there(depth):
    page = stated(PERCEPTRON, "weights", depth=depth)
    defined = {(f.equation.target.name, n) for f in page.formulas for n in f.nested}
    from symgrad.algebra.substitute import leaves

    read = {(leaf.tensor.name, leaf.position) for f in page.formulas for leaf in leaves(f.nested.values())}
    assert {name for name, _ in read - defined} <= {"a0", "w1", "b1", "w2", "b2", "y"}
    assert {t.name for t in page.tensors} >= {name for name, _ in read | defined}


def test_depth_0_is_the_scalar_view():
    assert formulas(stated(PERCEPTRON, depth=0)) == formulas(document(derive(build(PERCEPTRON))))


@pytest.mark.parametrize("layer", ["rnn(2)", "lstm(2)", "gru(2)"])
def test_entries_of_a_recurrence_are_stated_once_each_at_its_step(layer):
    """All steps of a tensor once stood at each of its steps, before what they read."""
    network = f"input(3x2) | {layer}"
    assert formulas(stated(network, depth=0)) == formulas(document(derive(build(network))))
    names = [line.split(" = ")[0] for line in formulas(stated(network, depth=1))]
    assert len(names) == len(set(names))


def test_a_recurrence_put_in_has_one_formula_for_each_entry_that_is_asked_for():
    lines = formulas(stated("input(2x1) | rnn(1, bias=false)", "s"))
    z1, z2 = "a1·w1", "a2·w1 + u1·tanh(a1·w1)"
    assert lines == [
        f"h1 = tanh({z1})",
        f"h2 = tanh({z2})",
        "∂L/∂s2 = ∂L/∂h2",
        f"∂L/∂s1 = ∂L/∂h1 + ∂L/∂h2·u1·(1 − tanh({z2})²)",
    ]


def test_conventions_speak_of_what_is_on_the_page():
    page = "".join(render_text(stated(PERCEPTRON, "w1_1")))
    assert "Shapes: a0 and b1 have 2 entries; w1 is 2×2; w2 is 1×2; b2 and y have 1 entry." in page
    assert (
        "Every intermediate is put in: only what is given, such as inputs and parameters, is named." in page
    )
    assert "Intermediates are put in one level deep" in "".join(render_text(stated(PERCEPTRON, depth=1)))
    assert "Intermediates are put in 2 levels deep" in "".join(render_text(stated(PERCEPTRON, depth=2)))


def test_an_optimiser_reads_the_gradients_by_name():
    lines = text("input(1) | linear(1, bias=false) | mse", "w1", update="sgd")
    assert lines["∂L/∂w1"] == "2·a1·(a1·w1 − y1)"
    assert lines["w1*"] == "w1 − η·∂L/∂w1"


def test_a_refusal_says_the_size_the_budget_and_what_works():
    with pytest.raises(BudgetError) as refusal:
        stated(TOWER)
    message = str(refusal.value)
    assert message == (
        "this would take 127,568,226 operations with all intermediates put in, more than --max-terms "
        "1,000,000; use --depth 8, use --view scalar, which names every intermediate, ask for less with "
        "--wrt (such as --wrt b4_1), or raise --max-terms to 127568226"
    )
    within_budget(stated(TOWER, depth=8), 1_000_000)
    with pytest.raises(BudgetError, match="intermediates 9 deep put in"):
        stated(TOWER, depth=9)
    within_budget(stated(TOWER, "w4_1"), 1_000_000)


def test_what_is_too_much_even_by_name_is_refused_before_anything_is_put_in():
    with pytest.raises(BudgetError, match=r"even with every intermediate named.*use --view index"):
        stated("input(400x400) | conv2d(8, 5)")


def test_a_size_that_nobody_reads_is_told_as_a_power_of_ten():
    deep = "input(9) | " + " | ".join(["linear(9) | tanh"] * 40) + " | mse"
    with pytest.raises(BudgetError, match=r"take about 10\^\d\d operations with all"):
        stated(deep)


def test_the_bound_itself_is_within_it():
    size = printed_terms(stated(PERCEPTRON))
    within_budget(stated(PERCEPTRON, most=size), size)
    with pytest.raises(BudgetError):
        stated(PERCEPTRON, most=size - 1)
