"""Explained gradients: those of the sweep, each with steps; a wrong step stops everything."""

from __future__ import annotations

import pytest
from golden.article import NETWORK

from symgrad.algebra.terms import ZERO
from symgrad.derivation.derive import derive, document
from symgrad.derivation.steps import explain as explaining
from symgrad.derivation.steps.explain import explain
from symgrad.derivation.steps.trace import Step, Trace
from symgrad.errors import CheckError
from symgrad.network.build import build


def test_the_gradients_are_those_of_the_sweep():
    model = build(NETWORK)
    gradients, explanations = explain(model, model.forward, model.tensors)
    assert [eq.target.name for eq in gradients.program.equations] == ["dL_dw", "dL_da"]
    assert [tensor.name for tensor in explanations] == ["w", "a"]


def test_a_trace_that_is_wrong_is_not_printed(monkeypatch):
    """A step injected into the trace, as a mistake of the sweep would be."""

    class Wrong(Trace):
        def done(self, equation):
            self.then(Step("common", ZERO))
            super().done(equation)

    monkeypatch.setattr(explaining, "Trace", Wrong)
    model = build(NETWORK)
    with pytest.raises(CheckError, match=r"∂L/∂w: step 5 \(common\) has not the value of the gradient"):
        explain(model, model.forward, model.tensors)
    with pytest.raises(CheckError):
        document(derive(model), steps=True)


def test_a_document_has_steps_only_when_they_are_asked_for():
    derived = derive(build(NETWORK))
    assert all(formula.steps is None for formula in document(derived).formulas)
    explained = document(derived, steps=True).formulas
    assert [formula.steps is not None for formula in explained] == [False, True, True]
