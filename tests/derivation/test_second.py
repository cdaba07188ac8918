"""The program of a Hessian–vector product."""

import pytest
import sympy

from symgrad.derivation.derive import derive
from symgrad.derivation.second import hessian_vector
from symgrad.errors import AlgebraError
from symgrad.network.build import build
from symgrad.network.from_sympy import model_from_sympy
from symgrad.render.indexed import indexed
from symgrad.render.plain import PlainNotation
from symgrad.render.text import index_line


def lines(program):
    return [index_line(indexed(eq, PlainNotation()), PlainNotation()) for eq in program.equations]


def test_the_program_of_a_line_fitted_to_a_point():
    """L = (aw − y)² has ∂²L/∂w² = 2a²."""
    products = hessian_vector(derive(build("input(1) | linear(1, bias=false) | mse"), ("w",)))
    assert lines(products.model.forward) == [
        "z[0] = a[0]·w[0, 0]",
        "∂L/∂z[0] = 2·(z[0] − y[0])",
        "∂L/∂w[0, 0] = a[0]·∂L/∂z[0]",
        "D = v_w[0, 0]·∂L/∂w[0, 0]",
    ]
    assert lines(products.gradients.program) == [
        "∂D/∂dL_dw[0, 0] = v_w[0, 0]",
        "∂D/∂dL_dz[0] = a[0]·∂D/∂dL_dw[0, 0]",
        "∂D/∂z[0] = 2·∂D/∂dL_dz[0]",
        "∂D/∂w[0, 0] = a[0]·∂D/∂z[0]",
    ]


def test_each_tensor_has_a_vector_of_its_shape():
    products = hessian_vector(derive(build("input(2) | linear(3) | tanh | mse"), ("weights",)))
    found = {w.name: (v.name, v.shape) for w, v in products.directions.items()}
    assert found == {"w": ("v_w", (3, 2)), "b": ("v_b", (3,))}


def test_without_a_loss_there_are_no_second_derivatives():
    with pytest.raises(AlgebraError, match=r"second derivatives need a loss.*such as mse"):
        hessian_vector(derive(build("input(2) | linear(1)")))


def test_a_name_that_is_needed_is_refused():
    w, d, loss = sympy.symbols("w D L")
    with pytest.raises(AlgebraError, match="D is a name in this network"):
        hessian_vector(derive(model_from_sympy({d: w**2, loss: d**2}), ("w",)))


def test_what_only_a_part_of_an_unread_loss_reads_needs_no_place_in_the_order():
    """With one class p is 1 and nothing reads a but the log of L, which no gradient needs."""
    products = hessian_vector(derive(build("input(1) | cross_entropy(label_smoothing=1/3)")))
    assert lines(products.gradients.program)[-1].startswith("∂D/∂a[0] = ")
