"""Steps of gradient descent, by the template or by what they are, and arrows in tables of derivatives."""

from __future__ import annotations

import pytest
from judging import gathered, judge, prose, sheet, verdicts

from symgrad.verify.meaning import bare
from symgrad.verify.reader import read
from symgrad.verify.updates import put

GIVEN = (r"W \in \mathbb{R}^{2 \times 3}", r"b, z \in \mathbb{R}^2", r"x \in \mathbb{R}^3", "z = W x + b")
GRADIENT = r"\frac{\partial L}{\partial %s}"


@pytest.mark.parametrize("sign", ["=", r"\leftarrow", ":="])
@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        (r"W - \eta \frac{\partial L}{\partial W}", "right"),
        (r"W - \alpha \nabla_W L", "right"),
        (r"W - \eta \frac{\partial L}{\partial z} x^\top", "right"),
        (r"W + \eta \frac{\partial L}{\partial W}", "wrong"),
        (r"W - \eta \frac{\partial L}{\partial z}", "wrong"),
        (r"W - \eta x \left(\frac{\partial L}{\partial z}\right)^\top", "wrong"),
        (r"W - 2 \eta \frac{\partial L}{\partial W}", "wrong"),
    ],
)
def test_an_update_steps_down_the_gradient(sign, right, verdict):
    assert verdicts(sheet(f"W {sign} {right}", given=GIVEN)) == [verdict]


@pytest.mark.parametrize(
    ("template", "claim", "verdict"),
    [
        (r"\theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta}",
         r"b \leftarrow b - \eta \frac{\partial L}{\partial z}", "right"),
        (r"\theta \leftarrow \theta - \eta \frac{\partial L}{\partial \theta}",
         r"b \leftarrow b - \frac{\partial L}{\partial z}", "wrong"),
        (r"\theta \leftarrow \theta - 2 \eta \frac{\partial L}{\partial \theta}",
         r"b \leftarrow b - 2 \eta \frac{\partial L}{\partial b}", "right"),
        (r"\theta \leftarrow \theta - 2 \eta \frac{\partial L}{\partial \theta}",
         r"b \leftarrow b - \eta \frac{\partial L}{\partial b}", "wrong"),
        (r"\theta \leftarrow \theta + \eta \frac{\partial L}{\partial \theta}",
         r"b \leftarrow b + \eta \frac{\partial L}{\partial b}", "right"),
    ],
)  # fmt: skip
def test_the_template_of_a_document_says_what_its_updates_are(template, claim, verdict):
    assert verdicts(sheet(claim, given=[*GIVEN, template])) == [verdict]


def test_an_update_without_a_rate_is_undecided_and_says_what_is_missing():
    (claim,) = judge(sheet(r"W \leftarrow W - \frac{\partial L}{\partial W}", given=GIVEN))
    assert claim.verdict == "undecided"
    assert r"\theta \leftarrow" in claim.detail


def test_a_step_by_another_weight_is_wrong():
    claim = r"w_1 = w_1 - \eta \frac{\partial L}{\partial w_2}"
    assert verdicts(sheet(claim, given=[r"w, x \in \mathbb{R}^2", "z = w^T x"])) == ["wrong"]


TABLE = (r"f(x) \to \frac{\partial f}{\partial x}", r"x, a \in \mathbb{R}")


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"x^2 \to 2x", "right"),
        (r"\sin x \to \cos x", "right"),
        (r"e^{a x} \to a e^{a x}", "right"),
        (r"\frac{1}{x} \to -\frac{1}{x^2}", "right"),
        (r"\frac{1}{x} \to \frac{1}{x^2}", "wrong"),
        (r"\tanh x \to 1 - \tanh x", "wrong"),
    ],
)
def test_an_arrow_stands_for_what_the_table_lists(claim, verdict):
    assert verdicts(sheet(claim, given=TABLE)) == [verdict]


def test_an_arrow_that_no_table_explains_is_no_claim():
    assert gathered(prose(r"x^2 \to 2x")).assertions == ()


@pytest.mark.parametrize(
    ("formula", "replaced"),
    [
        (r"\theta - \eta \frac{\partial L}{\partial \theta}", r"W_1 - \eta \frac{\partial L}{\partial W_1}"),
        (r"\frac{\theta}{2} + \sum_i \theta", r"\frac{W_1}{2} + \sum_i W_1"),
        ("x + 1", "x + 1"),
    ],
)
def test_the_placeholder_is_replaced_where_it_has_no_scripts(formula, replaced):
    ((node,),) = [s.members for s in read(formula)]
    ((target,),) = [s.members for s in read("W_1")]
    ((theta,),) = [s.members for s in read(r"\theta")]
    ((expected,),) = [s.members for s in read(replaced)]
    assert bare(put(node, "θ", target, exact=theta)) == bare(expected)
