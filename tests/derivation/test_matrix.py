"""Matrix forms of random networks, against NumPy's own operations; and that what is not one is refused."""

from random import Random

import numpy as np
import pytest
from oracles.chains import random_chain
from oracles.matrices import stated

from symgrad import evaluator
from symgrad.algebra.affine import Index
from symgrad.algebra.program import equation
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition
from symgrad.derivation import matrix
from symgrad.derivation.derive import derive
from symgrad.derivation.matrices import Form, Scaled, all_nodes
from symgrad.derivation.matrix import matrix_form
from symgrad.network.build import build

COVERED = ("linear", "conv2d", "flatten", "relu", "tanh", "sigmoid", "mse")


def equations(network):
    derived = derive(build(network))
    return [*derived.forward.equations, *derived.gradients.program.equations]


def nodes(network, target):
    form = matrix_form(next(eq for eq in equations(network) if eq.target.name == target))
    return [type(node).__name__ for node in all_nodes(form.body)] if isinstance(form, Form) else form


@pytest.mark.parametrize(
    ("network", "target", "found"),
    [
        ("input(3) | linear(2)", "z", "Sum MatMul Part Part Part"),
        ("input(3) | linear(2)", "dL_dw", "Outer Part Part"),
        ("input(3) | linear(2)", "dL_da", "MatMul Transpose Part Part"),
        ("input(3) | linear(1)", "dL_da", "MatMul Transpose Part Part"),
        ("input(1) | linear(1)", "dL_dw", "Outer Part Part"),
        ("input(4x3) | linear(2, bias=false)", "z", "MatMul Part Transpose Part"),
        ("input(4x3) | linear(2)", "dL_dw", "MatMul Transpose Part Part"),
        ("input(4x3) | linear(2)", "dL_db", "MatMul Transpose Part Everywhere Number"),
        ("input(2x4x3) | linear(2)", "dL_dw", "OuterSum MatMul Transpose Part Part"),
        ("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "z", "Correlation Part Part"),
        ("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "dL_dw", "Correlation Dilate Part Part"),
        ("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "dL_da", "FullConvolution Part Dilate Part"),
        ("input(3x3) | conv2d(1, 3, bias=false)", "z", "Correlation Part Part"),
        ("input(2x3) | flatten", "v", "Vec Part"),
        ("input(2x3) | flatten", "dL_da", "Unvec Part"),
        ("input(2x3) | mse(sum)", "L", "SquaredNorm Sum Part Scaled Part"),
    ],
)
def test_an_equation_is_recognised_by_its_indices(network, target, found):
    assert " ".join(nodes(network, target)) == found


@pytest.mark.parametrize("seed", range(60))
def test_what_is_recognised_is_what_numpy_calculates(seed):
    rng = Random(seed)
    chain, _ = random_chain(rng, longest=4)
    while any(step.name not in COVERED for step in chain.steps):
        chain, _ = random_chain(rng, longest=4)
    calculate = evaluator(chain.text)
    model = build(chain.text)
    defined = {eq.target for eq in model.forward.equations}
    numbers = np.random.default_rng(seed)
    wanted = [t for t in model.tensors if t not in defined]
    given = {t.name: numbers.normal(size=t.shape) for t in wanted}
    upstream = derive(model).gradients.upstream  # none where only padding is seen
    given |= {t.name: numbers.normal(size=t.shape) for t in upstream}
    values = {**given, **calculate(given)}
    for eq in equations(chain.text):
        form = matrix_form(eq)
        if isinstance(form, Form):
            np.testing.assert_allclose(stated(form, values), values[eq.target.name], rtol=1e-9, atol=1e-12)
        else:
            assert form != "unchecked"


@pytest.mark.parametrize(
    "network",
    [
        "input(7x6) | conv2d(1, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)) | tanh | mse",
        "input(2x6x6) | conv2d(3, 3, stride=2, padding=1) | relu | flatten | linear(4) | sigmoid | mse(half)",
        "input(4x5x5) | conv2d(4, 3, groups=2) | relu | conv2d(2, 1)",
        "input(5x3) | linear(4) | tanh | linear(2) | mse",
    ],
)
def test_nothing_of_the_layers_that_are_covered_stays_in_index_form(network):
    assert [eq.target.name for eq in equations(network) if not isinstance(matrix_form(eq), Form)] == []


@pytest.mark.parametrize("network", ["input(3) | softmax", "input(4x4) | max_pool2d(2)"])
def test_what_is_no_product_of_matrices_stays_in_index_form(network):
    assert {matrix_form(eq) for eq in equations(network)} == {"no matrix form"}


@pytest.mark.parametrize("wrong", [lambda body: Scaled(2, body), lambda body: Scaled(-1, body)])
def test_a_form_that_fails_its_check_is_not_printed(wrong, monkeypatch):
    forward = equations("input(3) | linear(2)")[0]
    form = next(matrix.recognised(forward))
    monkeypatch.setattr(matrix, "recognised", lambda _: [form._replace(body=wrong(form.body))])
    assert matrix_form(forward) == "no matrix form"


def test_sizes_that_are_symbols_have_no_matrix_form():
    n = size_symbol("N")
    x, z, i = Tensor("x", (n,), "input"), Tensor("z", (n,), "intermediate"), Index(n, "i")
    assert matrix_form(equation(Definition(z, (i,), x[i] * 2))) == "symbolic size"
