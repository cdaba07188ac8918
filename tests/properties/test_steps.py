"""Explained steps, for every layer of the catalogue: each has the value of the gradient, by an oracle.

The gradient along a random direction is found with dual numbers through the forward definitions as they are
written; each step is evaluated by trying every place of its sums. Neither knows symgrad's own check.
"""

from __future__ import annotations

from random import Random

import pytest
from oracles import derived
from oracles.agreement import dot, drawn
from oracles.chains import alone, random_branches, random_chain
from oracles.dual import run, slopes
from oracles.expressions import entries
from oracles.fields import Fractions, Prime

from symgrad.algebra.recurrence import groups, recurrent
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.symbols import sequential
from symgrad.derivation.derive import derive, document
from symgrad.derivation.steps.explain import explain
from symgrad.errors import AlgebraError
from symgrad.network.build import build
from symgrad.network.model import Model


def wrong_steps(model: Model, seed: int) -> list[str]:
    try:
        return _wrong_steps(model, Random(seed), Prime())
    except TypeError:  # relu and its like need an order
        return _wrong_steps(model, Random(seed), Fractions())


def _wrong_steps(model, rng, field):
    given = drawn(derived.sources(model), rng, field)
    values = run(model.definitions, given, field)
    outputs = () if model.objective else model.outputs
    upstream = {f"dL_d{name}": found for name, found in drawn(outputs, rng, field).items()}
    explained = explain(model, model.forward, model.tensors)
    values = derived.evaluate(explained.gradients.program, {**values, **upstream}, field)
    assert explained.explanations
    wrong = []
    for tensor, explanation in explained.explanations.items():
        targets = [definition.target for definition in model.definitions]
        rest = model.definitions[targets.index(tensor) + 1 :] if tensor in targets else model.definitions
        later = {definition.target.name for definition in rest}
        known = {t.name: values[t.name] for t in model.tensors if t.name not in later}
        direction = {name: [field.number(0)] * len(v) for name, v in known.items()}
        direction |= drawn((tensor,), rng, field)
        _, moved = slopes(rest, known, direction, field)
        slope = moved["L"][0] if model.objective else field.number(0)
        for output in outputs:
            slope = field.add(slope, dot(field, upstream[f"dL_d{output.name}"], moved[output.name]))
        equation = explanation.equation
        assert explanation.steps
        assert explanation.steps[-1].body is equation.body
        for number, step in enumerate(explanation.steps, 1):
            found = entries(equation.target, equation.axes, step.body, values, field)
            if dot(field, found, direction[tensor.name]) != slope:
                wrong.append(f"step {number} ({step.reason}) of {equation.target.name}")
    return wrong


ALONE = [
    pytest.param(chain, marks=pytest.mark.volume, id=chain.text)
    if n > 1
    else pytest.param(chain, id=chain.text)
    for layer in CATALOGUE.values()
    if not sequential(layer)
    for n, chain in enumerate(alone(layer)[:4])
]


@pytest.mark.parametrize("chain", ALONE)
def test_every_step_of_every_layer_has_the_value_of_the_gradient(chain):
    assert wrong_steps(build(chain.text), 1) == []


def at_once(drawn):
    """The first network that is drawn without a recurrence: steps are refused there."""
    model = drawn()
    while any(recurrent(group) for group in groups(model.forward.equations)):
        model = drawn()
    return model


@pytest.mark.parametrize("text", ["input(3x2) | rnn(2) | mse", "input(2x2) | residual(gru(2))"])
def test_where_states_rest_on_those_before_them_steps_are_refused(text):
    with pytest.raises(AlgebraError, match="leave out --steps"):
        document(derive(build(text)), steps=True)


@pytest.mark.parametrize("seed", range(30))
def test_every_step_of_a_random_network_has_the_value_of_the_gradient(seed):
    rng = Random(seed)
    model = at_once(lambda: random_chain(rng, longest=4, most_entries=24)[1])
    assert wrong_steps(model, seed) == [], model.text


@pytest.mark.parametrize("seed", range(20))
def test_every_step_of_a_random_network_with_branches_has_the_value_of_the_gradient(seed):
    rng = Random(seed)
    model = at_once(lambda: random_branches(rng, most_entries=20))
    assert wrong_steps(model, seed) == [], model.text
