"""The check catches what is wrong: mutants of every step, of the paths and of solutions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from math import prod
from random import Random

import pytest
from golden.article import NETWORK
from oracles import derived, dual
from oracles.exact import Exact
from oracles.expressions import entries

from symgrad.algebra.affine import affine
from symgrad.algebra.brackets import Bracket
from symgrad.algebra.terms import Call, Entry, Expression, Group, Term, ValueBracket
from symgrad.derivation.steps import check as checking
from symgrad.derivation.steps.check import Checker, solves
from symgrad.derivation.steps.field import ONE, NoValueError, P, add, mul, number
from symgrad.derivation.steps.trace import Explanation, Trace
from symgrad.derivation.sweep import sweep
from symgrad.errors import BudgetError, CheckError
from symgrad.network.build import build

NETWORKS = [
    NETWORK,
    "input(2x4x4) | conv2d(2, 2, padding=1, stride=2, groups=2) | relu | flatten | linear(2) | mse",
    "input(3) | linear(3) | layer_norm | cross_entropy",
    "input(4x4) | max_pool2d(2) | softmax | mse",
    "input(2) | linear(2) as u | tanh | linear(2) sharing u | residual(sigmoid) | activation(f)",
    "input(2x3) | leaky_relu | batch_norm1d | smooth_l1",
]


def explained(text):
    model = build(text)
    trace = Trace()
    sweep(model.forward, model.outputs, model.objective, model.tensors, trace=trace)
    return Checker(model.definitions, model.objective), list(trace.explanations.values())


@pytest.mark.parametrize("text", NETWORKS)
def test_what_the_sweep_does_passes(text):
    checker, explanations = explained(text)
    for explanation in explanations:
        checker.check(explanation)


def mutants(body: Expression) -> Iterator[tuple[str, Expression]]:
    """Expressions that differ from one in one place."""
    for n, term in enumerate(body.terms):
        for what, other in _mutants_of(term):
            kept = () if other is None else (other,)
            yield what, Expression((*body.terms[:n], *kept, *body.terms[n + 1 :]))


def _mutants_of(term: Term) -> Iterator[tuple[str, Term | None]]:
    yield "a term left out", None
    yield "another sign", term._replace(coefficient=-term.coefficient)
    yield "another number", term._replace(coefficient=term.coefficient * Fraction(3, 2))
    for n, bracket in enumerate(term.brackets):
        if bracket.kind == "=":
            moved = Bracket("=", bracket.e + 1)
            yield (
                "a bracket one off",
                term._replace(brackets=(*term.brackets[:n], moved, *term.brackets[n + 1 :])),
            )
    for n, (factor, exponent) in enumerate(term.powers):
        around = term.powers[:n], term.powers[n + 1 :]
        yield "a factor left out", term._replace(powers=(*around[0], *around[1]))
        yield "another power", term._replace(powers=(*around[0], (factor, exponent + 1), *around[1]))
        if isinstance(factor, Entry):
            for axis, size in enumerate(factor.tensor.shape):
                if size > 1 and (e := factor.indices[axis]).coefficients:
                    fixed = affine(0) if not term.bound or e.lone() in term.bound else None
                    if fixed is not None:
                        indices = (*factor.indices[:axis], fixed, *factor.indices[axis + 1 :])
                        other = Entry(factor.tensor, indices), exponent
                        yield (
                            "an index that stands still",
                            term._replace(powers=(*around[0], other, *around[1])),
                        )
        if isinstance(factor, Call | Group):
            inner = factor.argument if isinstance(factor, Call) else factor.inner
            for what, changed in mutants(inner):
                other_ = Call(factor.function, changed) if isinstance(factor, Call) else Group(changed)
                if changed.terms:
                    yield (
                        f"{what}, inside",
                        term._replace(powers=(*around[0], (other_, exponent), *around[1])),
                    )
        if isinstance(factor, ValueBracket):
            kind = "<=" if factor.kind == ">" else ">"
            flipped = ValueBracket(kind, factor.inner), exponent
            yield "the other case", term._replace(powers=(*around[0], flipped, *around[1]))


def evaluated(equation, body, values):
    """All entries of a step by the oracle; None where it has no value, such as outside a tensor."""
    try:
        return entries(equation.target, equation.axes, body, values, Exact())
    except (AssertionError, NoValueError):
        return None


def anywhere(model):
    """Values of all tensors at a point where the forward definitions hold; adjoints at random."""
    for seed in range(100):
        given = {
            tensor.name: [
                number(Random(f"{seed}{tensor.name}{n}").randrange(P)) for n in range(prod(tensor.shape))
            ]
            for tensor in derived.sources(model)
        }
        if "y" in given and model.tensor("y").sums_to_one is not None:
            given["y"][-1] = reduce(add, (mul(number(-1), x) for x in given["y"][:-1]), ONE)
        try:
            values = dual.run(model.definitions, given, Exact())
        except NoValueError:
            continue
        adjoints = {
            f"dL_d{t.name}": [number(Random(f"{t.name}{n}").randrange(P)) for n in range(prod(t.shape))]
            for t in model.tensors
        }
        return {**values, **adjoints}
    raise AssertionError("no point")


@pytest.mark.parametrize("text", NETWORKS)
def test_a_mutated_step_is_caught(text):
    """Every mutant but those that the oracle says are equal: in a sum that is 0, of a squared bracket."""
    checker, explanations = explained(text)
    values = anywhere(build(text))
    caught, missed = 0, []
    for explanation in explanations:
        equation = explanation.equation
        for n, step in enumerate(explanation.steps):
            right = evaluated(equation, step.body, values)
            assert right is not None
            for what, body in mutants(step.body):
                steps = (*explanation.steps[:n], step._replace(body=body), *explanation.steps[n + 1 :])
                try:
                    checker.check(explanation._replace(steps=steps))
                except CheckError as error:
                    assert f"step {n + 1} ({step.reason})" in str(error)  # noqa: PT017  # the place is told
                    caught += 1
                else:
                    if evaluated(equation, body, values) != right:
                        missed.append(f"{what} in step {n + 1} of {equation.target.name}")
    assert caught > 20
    assert missed == []


def test_a_missing_path_is_caught_and_one_too_many():
    checker, explanations = explained("input(2) | residual(linear(2) | tanh)")
    explanation = next(each for each in explanations if len(each.ways) > 1)
    for ways in (explanation.ways[:1], (*explanation.ways, explanation.ways[0])):
        with pytest.raises(CheckError, match="paths"):
            checker.check(explanation._replace(ways=ways))


def test_a_wrong_solution_is_caught():
    checker, explanations = explained(NETWORK)
    explanation = next(each for each in explanations if each.equation.target.name == "dL_da")
    step = explanation.steps[2]
    solution = step.solutions[0]
    assert solves(solution)
    wrong = solution._replace(value=solution.value + 1)
    assert not solves(wrong)
    steps = (*explanation.steps[:2], step._replace(solutions=(wrong,)), *explanation.steps[3:])
    with pytest.raises(CheckError, match="not solved"):
        checker.check(explanation._replace(steps=steps))


def test_a_network_that_is_too_large_to_check_is_refused_with_the_way_round(monkeypatch):
    monkeypatch.setattr(checking, "MOST_IN_ONE", 5)
    checker, (explanation, *_) = explained(NETWORK)
    with pytest.raises(BudgetError, match="smaller network: they are the same"):
        checker.check(explanation)


@pytest.mark.parametrize("most", [60, 300])
def test_where_not_all_entries_are_compared_a_mutant_is_still_caught(monkeypatch, most):
    monkeypatch.setattr(checking, "MOST_VISITS", most)
    monkeypatch.setattr(checking, "_MOST_PRODUCTS", most)
    checker, explanations = explained("input(1x9x9) | conv2d(2, 3, padding=1)")
    for explanation in explanations:
        checker.check(explanation)
        step = explanation.steps[0]
        (_, body), *_ = mutants(step.body)
        steps = (step._replace(body=body), *explanation.steps[1:])
        with pytest.raises(CheckError, match=r"step 1 \(differentiate\)"):
            checker.check(explanation._replace(steps=steps))


def test_an_explanation_without_a_point_is_an_error_and_not_a_pass():
    """A third root has no exact value here."""
    checker, (explanation, *_) = explained("input(2) | tanh | mse")
    (term, *_) = explanation.steps[0].body.terms
    powers = tuple((factor, Fraction(1, 3)) for factor, _ in term.powers)
    steps = (explanation.steps[0]._replace(body=Expression((term._replace(powers=powers),))),)
    with pytest.raises(CheckError, match="no point"):
        checker.check(Explanation(explanation.equation, explanation.ways, steps))
