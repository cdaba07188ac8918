"""Explanations in words: the article's, typed by hand, and what is said of ranges, remainders and facts."""

from __future__ import annotations

import pytest
from golden.article import NETWORK

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import equal
from symgrad.algebra.normal import Solution
from symgrad.derivation.steps.explain import explain
from symgrad.network.build import build
from symgrad.render.explained import SPEECH as TEX
from symgrad.render.notation import signed_sum
from symgrad.render.steps import met_places, told
from symgrad.render.text import SPEECH


def explained(text, speech=SPEECH):
    model = build(text)
    found = explain(model, model.forward, model.tensors).explanations
    return {tensor.name: told(explanation, speech) for tensor, explanation in found.items()}


def lines(steps):
    return [(signed_sum(SPEECH.notation, line.terms), line.reason) for line in steps.lines]


def test_the_gradient_of_the_articles_kernel_reads_as_in_a_textbook():
    steps = explained(NETWORK)["w"]
    assert (steps.left, steps.ranges) == ("∂L/∂w[u, v]", (("u", "2"), ("v", "2")))
    assert lines(steps) == [
        ("Σ_{i=0…1, j=0…1} ∂L/∂z[i, j]·∂z[i, j]/∂w[u, v]", "chain rule: w enters L through z"),
        (
            "Σ_{i=0…1, j=0…1, u'=0…2, v'=0…2} a[2i + u', 2j + v']·∂L/∂z[i, j]·[u' = u, v' = v]",
            "∂w[u', v']/∂w[u, v] is [u' = u, v' = v]",
        ),
        ("Σ_{i=0…1, j=0…1} a[2i + u, 2j + v]·∂L/∂z[i, j]", "only u' = u and v' = v are left of the sums"),
    ]
    assert steps.notes == ()


def test_the_gradient_of_the_articles_image_says_why_there_are_cases():
    steps = explained(NETWORK)["a"]
    assert lines(steps)[1:] == [
        (
            "Σ_{i=0…1, j=0…1, u=0…2, v=0…2} w[u, v]·∂L/∂z[i, j]·[2i + u = k, 2j + v = l]",
            "∂a[2i + u, 2j + v]/∂a[k, l] is [2i + u = k, 2j + v = l]",
        ),
        (
            "Σ_{i=0…1, j=0…1 | 0 ≤ k − 2i ≤ 2, 0 ≤ l − 2j ≤ 2} w[k − 2i, l − 2j]·∂L/∂z[i, j]",
            "2i + u = k gives u = k − 2i, 2j + v = l gives v = l − 2j",
        ),
    ]
    assert steps.notes == (
        (
            "u runs from 0 to 2, so that only terms with 0 ≤ k − 2i ≤ 2 are left: "
            "u = 0, 2 for even k and u = 1 for odd k."
        ),
        (
            "v runs from 0 to 2, so that only terms with 0 ≤ l − 2j ≤ 2 are left: "
            "v = 0, 2 for even l and v = 1 for odd l."
        ),
    )


def test_a_stride_without_a_kernel_says_what_must_divide():
    steps = explained("input(5x5) | conv2d(1, 1, stride=2)")["a"]
    assert "2i = k gives i = k/2" in steps.lines[-1].reason
    assert "i is a whole number only where 2 ∣ k." in steps.notes


def test_softmax_with_cross_entropy_names_p_and_uses_the_sum_of_y():
    found = lines(explained("input(3) | cross_entropy")["a"])
    assert found[1:] == [
        (
            "−y[j] + exp(a[j])/(Σ_{m=0…2} exp(a[m]))·Σ_{j'=0…2} y[j']",
            "only j' = j and m = j are left of the sums",
        ),
        ("−y[j] + p[j]·Σ_{j'=0…2} y[j']", "by the definition of p"),
        ("−y[j] + p[j]", "Σ_{j=0…2} y[j] = 1, assumed"),
        ("p[j] − y[j]", "in another order"),
    ]


def test_layer_normalisation_has_four_paths_and_three_terms():
    steps = explained("input(3) | layer_norm")["a"]
    assert len(steps.lines[0].terms) == 4
    assert steps.lines[0].reason == "chain rule: a enters L in 4 ways through mu, s, x and z"
    assert "Σ_{j=0…2} x[j] = 0, by the definition of x" in [line.reason for line in steps.lines]
    assert signed_sum(SPEECH.notation, steps.lines[-1].terms) == (
        "(gamma[j]·∂L/∂z[j] − 1/3·x[j]·Σ_{j'=0…2} x[j']·gamma[j']·∂L/∂z[j'] "
        "− 1/3·Σ_{j'=0…2} gamma[j']·∂L/∂z[j'])/s"
    )


@pytest.mark.parametrize(
    ("text", "tensor", "reason"),
    [
        ("input(2) | residual(linear(2) | tanh)", "a", "chain rule: a enters L in 2 ways through z and r"),
        (
            "input(2) | linear(2) as u | linear(2) sharing u",
            "w1",
            "chain rule: w1 enters L in 2 ways through u and z2",
        ),
        ("input(2) | sigmoid | bce", "a", "what cancels is left out"),
        ("input(4x4) | max_pool2d(2)", "a", "the derivative of a maximum is"),
        ("input(2) | activation(f)", "a", "the derivative of f(x) is f′(x)"),
        ("input(1) | linear(1)", "w", "z is linear in it"),
    ],
)
def test_the_reason_for_a_line(text, tensor, reason):
    assert any(reason in line.reason for line in explained(text)[tensor].lines)


def test_what_no_path_depends_on_is_said_to_be_0():
    (line,) = explained("input(1x1) | conv2d(1, 1, stride=2, padding=1)")["a"].lines
    assert (line.terms, line.reason) == ((), "no path depends on it")


def test_indices_in_one_scope_have_different_letters():
    for text in ("input(2x3) | softmax | layer_norm", "input(2x2) | linear(2) | softmax | cross_entropy"):
        for steps in explained(text).values():
            for line in steps.lines:
                for _, term in line.terms:
                    for below in term.split("Σ_{")[1:]:
                        letters = [
                            part.split("=")[0] for part in below.split("}")[0].split(" |")[0].split(", ")
                        ]
                        assert len(letters) == len(set(letters)), term


def test_formulas_within_sentences_are_set_apart_in_tex():
    steps = explained(NETWORK, TEX)["w"]
    assert steps.name == r"$\partial L/\partial w_{u,v}$"
    assert steps.lines[0].reason == "chain rule: $w$ enters $L$ through $z$"


@pytest.mark.parametrize("step", [2, 3, 4])
@pytest.mark.parametrize("const", [-1, 0, 2])
def test_the_places_by_remainder_are_those_that_are_met(step, const):
    k, i, u = Index(12, "k"), Index(5, "i"), Index(3, "u")
    value = Affine(const, {k: 1, i: -step})
    found = met_places(Solution(equal(u, value), u, value, ()))
    assert found is not None
    index, by, classes = found
    assert (index, by) == (k, step)
    for rest, places in enumerate(classes):
        met = {n - step * m + const for n in range(rest, 12, step) for m in range(5)}
        assert places == sorted(met & set(range(3)))


def test_no_remainders_are_told_of_what_has_none():
    k, i, u = Index(12, "k"), Index(5, "i"), Index(3, "u")
    for value in (k - i, k - 2 * i - 2 * Index(2, "v"), Affine(0, {k: 1})):
        assert met_places(Solution(equal(u, value), u, value, ())) is None
