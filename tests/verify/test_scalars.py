from __future__ import annotations

import subprocess
import sys

from symgrad.verify import adjoints, expressions, scalars, walks


def test_the_door_leads_to_every_name_that_it_promises():
    for name in scalars.__all__:
        assert any(getattr(scalars, name) is getattr(room, name, None) for room in (expressions, walks)) or (
            name == "gradient"
        )


def test_gradient_is_a_look_into_the_sweep():
    x, y = scalars.symbol("x"), scalars.symbol("y")
    e = x * y + x
    assert scalars.gradient(e, [y, x, scalars.symbol("other")]) == [x, adjoints.adjoints(e)[x], scalars.ZERO]


def test_polynomials_are_decided_without_sympy_numpy_or_the_upper_rungs():
    program = """
import sys
from symgrad.verify.scalars import symbol
from symgrad.verify.equality import decide
x, y = symbol("x"), symbol("y")
assert decide((x + y) ** 2, x**2 + 2 * x * y + y**2).reached == "proved"
loaded = {"sympy", "mpmath", "numpy", "symgrad.verify.equality.kernels", "symgrad.verify.equality.enclosures"}
sys.exit(str(loaded & sys.modules.keys()) if loaded & sys.modules.keys() else 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
