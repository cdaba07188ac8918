import math

import numpy as np
import pytest

from symgrad.evaluate.numbers import ON_ARRAYS, ON_FLOATS

POINTS = [-1000.0, -30.0, -2.5, -1e-9, 0.0, 1e-9, 0.3, 2.5, 30.0, 1000.0]
EVERYWHERE = ["tanh", "sigmoid", "relu", "softplus", "erf", "Phi", "varphi", "sin", "cos", "abs"]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_floats_and_arrays_agree_without_overflow_or_warning(name):
    on_floats = [ON_FLOATS[name](x) for x in POINTS]
    with np.errstate(all="raise", under="ignore"):
        on_arrays = ON_ARRAYS[name](np.array(POINTS))
    assert on_arrays == pytest.approx(on_floats, rel=1e-15, abs=1e-300)


def test_saturated_values_are_exact():
    for functions, box in ((ON_FLOATS, float), (ON_ARRAYS, np.array)):
        assert functions["sigmoid"](box(-1000.0)) == 0
        assert functions["sigmoid"](box(1000.0)) == 1
        assert functions["sigmoid"](box(-700.0)) == pytest.approx(math.exp(-700), rel=1e-15)
        assert functions["softplus"](box(1000.0)) == 1000
        assert functions["softplus"](box(-700.0)) == pytest.approx(math.exp(-700), rel=1e-15)
        assert functions["Phi"](box(10.0)) == 1
        assert functions["Phi"](box(-30.0)) == pytest.approx(4.906713927148187e-198, rel=1e-13)
        assert functions["relu"](box(0.0)) == 0
        assert math.isnan(functions["relu"](box(math.nan)))


def test_brackets_at_the_kink_are_zero_and_one():
    x = np.array([-1.0, 0.0, 2.0])
    assert ON_ARRAYS["positive"](x).tolist() == [0, 0, 1]
    assert ON_ARRAYS["zero"](x).tolist() == [0, 1, 0]
