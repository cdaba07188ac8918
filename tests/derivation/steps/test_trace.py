"""What a sweep writes down: the stages of the article's gradients, and nothing where no trace is given."""

from __future__ import annotations

from golden.article import NETWORK

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import equal
from symgrad.algebra.keys import expression_key
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry, Term
from symgrad.derivation.steps.trace import Trace, plain
from symgrad.derivation.sweep import sweep
from symgrad.network.build import build


def traced(text):
    model = build(text)
    trace = Trace()
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors, trace=trace)
    return gradients, {tensor.name: each for tensor, each in trace.explanations.items()}


def reasons(explanation):
    return [step.reason for step in explanation.steps]


def test_a_sweep_gives_the_same_with_and_without_a_trace():
    model = build("input(4) | linear(3) | layer_norm | cross_entropy")
    plainly = sweep(model.forward, model.outputs, model.objective, model.tensors)
    gradients, _ = traced(model.text)
    for left, right in zip(plainly.program.equations, gradients.program.equations, strict=True):
        names = dict(zip(left.axes, "ijkl", strict=False)), dict(zip(right.axes, "ijkl", strict=False))
        assert left.target == right.target
        assert expression_key(left.body, names[0]) == expression_key(right.body, names[1])
    assert plainly.facts == gradients.facts


def test_every_adjoint_equation_has_its_explanation():
    gradients, found = traced("input(3) | linear(2) | tanh | linear(2) | mse")
    assert [each.equation for each in found.values()] == list(gradients.program.equations)
    for explanation in found.values():
        assert explanation.steps[-1].body is explanation.equation.body


def test_the_brackets_of_the_article_stand_unsolved_and_are_solved_for_the_kernel():
    _, found = traced(NETWORK)
    first, _, solve, _ = found["a"].steps
    (term,) = first.body.terms
    assert [str(bracket.kind) for bracket in term.brackets] == ["=", "="]
    assert [index.letter for index in term.bound] == ["i", "j", "u", "v"]
    assert [solution.unknown.letter for solution in solve.solutions] == ["u", "v"]
    k, _ = found["a"].equation.axes
    i = term.bound[0]
    assert solve.solutions[0].value == k - 2 * i


def test_ways_go_through_named_parts():
    _, found = traced("input(3) | layer_norm")
    ways = [tuple(eq.target.name for eq in way.through) for way in found["a"].ways]
    assert sorted(ways) == [("x",), ("x", "mu"), ("x", "s"), ("x", "s", "mu")]


def test_what_is_read_twice_has_two_ways():
    _, found = traced("input(2) | residual(linear(2) | tanh)")
    assert [way.user.target.name for way in found["a"].ways] == ["z", "r"]


def test_facts_and_names_are_written_down_where_they_are_used():
    _, found = traced("input(3) | cross_entropy")
    assert reasons(found["a"]) == ["differentiate", "fold", "solve", "collect", "name", "fact", "common"]
    (fact,) = next(step.facts for step in found["a"].steps if step.reason == "fact")
    assert (fact.tensor.name, fact.value, fact.assumed) == ("y", 1, True)


def test_an_index_that_can_only_be_0_is_0():
    x = Tensor("x", (1, 3), "input")
    one, i, j = Index(1, "o"), Index(3, "i"), Index(3, "j")
    entry = Entry(x, (affine(one), affine(i)))
    (term,) = plain([Term(2, (one, i), (equal(one, 0), equal(i, j)), ((entry, 1),))]).terms
    assert term.bound == (i,)
    assert term.brackets == (equal(i, j),)
    assert term.powers == ((Entry(x, (affine(0), affine(i))), 1),)
    assert plain([Term(1, (one,), (equal(one, 1),))]).terms == ()
