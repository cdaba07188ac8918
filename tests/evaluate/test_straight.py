import inspect
import math

import pytest

from symgrad.algebra.program import equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, total
from symgrad.evaluate.straight import straight_line
from symgrad.network.build import build


def test_the_code_is_one_assignment_for_each_named_entry():
    forward = build("input(2) | linear(1) | tanh | linear(1, bias=false)").forward
    made = straight_line(forward.sources(), forward.equations)
    lines = [line.strip() for line in inspect.getsource(made).splitlines()]
    assert [line.split(" = ")[0] for line in lines if " = " in line][-3:] == ["z1_1", "a1_1", "z2_1"]
    assert {"a1_1 = _tanh(z1_1)", "z2_1 = a1_1*w2_1", "return [z1_1, a1_1, z2_1]"} <= set(lines)
    w, b, a, u = [2.0, -1.0], [0.5], [0.25, 0.75], [3.0]
    order = {"a0": a, "w1": w, "b1": b, "w2": u}
    z = 2.0 * 0.25 - 0.75 + 0.5
    found = made(*(order[tensor.name] for tensor in forward.sources()))
    assert found == pytest.approx([z, math.tanh(z), 3 * math.tanh(z)], rel=1e-15)


def test_a_sum_of_thousands_compiles():
    a, s = Tensor("a", (6000,), "input"), Tensor("s", (), "intermediate")
    made = straight_line([a], [equation(define(s, lambda: total(6000, lambda i: a[i])))])
    assert made([1.0] * 6000) == [6000.0]


def test_a_difference_in_parentheses_is_not_multiplied_out():
    a, y = Tensor("a", (), "input"), Tensor("y", (), "input")
    third = equation(define(Tensor("d", (), "intermediate"), lambda: (a[()] - y[()]) * (a[()] - y[()]) / 3))
    made = straight_line([a, y], [third])
    close = 1.0 + 2**-50
    assert made([close], [1.0]) == [pytest.approx((2**-50) ** 2 / 3, rel=1e-15)]
