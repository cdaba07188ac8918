"""The chain view: the paths first, then the factors put in."""

import pytest

from symgrad.derivation.derive import derive
from symgrad.network.build import build
from symgrad.render.chain import chained
from symgrad.render.plain import PlainNotation


def formulas(network, tensor):
    gradients = derive(build(network), (tensor,)).gradients.program.equations
    equation = next(eq for eq in gradients if eq.target.name == "dL_d" + tensor)
    return list(chained(equation, PlainNotation()))


def test_the_paths_of_a_weight_go_through_every_output_that_reads_it():
    first = formulas("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "w")[0]
    assert first.paths == [f"∂L/∂z{n}·∂z{n}/∂w1" for n in (1, 2, 3, 4)]
    assert first.collected.terms == ["a1·∂L/∂z1", "a3·∂L/∂z2", "a11·∂L/∂z3", "a13·∂L/∂z4"]


def test_paths_with_a_derivative_that_is_zero_are_left_out():
    corner = formulas("input(5x5) | conv2d(1, 3, stride=2, bias=false)", "a")[0]
    assert corner.paths == ["∂L/∂z1·∂z1/∂a1"]


@pytest.mark.parametrize("tensor", ["a", "y"])
def test_next_to_the_loss_there_is_no_path_to_write_out(tensor):
    assert all(not formula.paths for formula in formulas("input(3) | mse", tensor))
