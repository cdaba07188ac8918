import pytest

from symgrad.verify.documents.pieces import Found, Mark
from symgrad.verify.documents.plaintext import scan


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("dL/dw1 = a1*dL/dz1 + a3*dL/dz2", ["dL/dw1 = a1*dL/dz1 + a3*dL/dz2"]),
        ("∂L/∂w₁ = x₁·δ", ["∂L/∂w₁ = x₁·δ"]),
        ("w <- w - eta*dL/dw", ["w <- w - eta*dL/dw"]),
        ("w ← w − η·∂L/∂w", ["w ← w − η·∂L/∂w"]),
        ("W := W - lr * dW", ["W := W - lr * dW"]),
        ("x ∈ ℝ³", ["x ∈ ℝ³"]),
        ("net_h1 = w1*i1 + w2*i2 + bias", ["net_h1 = w1*i1 + w2*i2 + bias"]),
        ("hidden = tanh(W1 x + b1)", ["hidden = tanh(W1 x + b1)"]),
        ("a_1 = \\sigma(z_1)", ["a_1 = \\sigma(z_1)"]),
        ("dL/dw = a\n    + b\n  - c\n\n+ d = e", ["dL/dw = a\n    + b\n  - c", "+ d = e"]),
        ("z = a +\n  b\nc = d", ["z = a +\n  b", "c = d"]),
        ("z = a\n= b\n= c", ["z = a\n= b\n= c"]),
        ("- z = x\n- y = z", ["z = x", "y = z"]),
        ("1. z = x", ["z = x"]),
        ("(a) z = x   (3)", ["z = x"]),
        ("Step 2: dz/dw = x", ["dz/dw = x"]),
        ("Gradient of w1: dL/dw1 = x1*g", ["dL/dw1 = x1*g"]),
        ("Let z = x*w. Then dz/dw = x.", ["z = x*w", "dz/dw = x"]),
        ("L = (y - t)^2 / 2, where y = w x + b.", ["L = (y - t)^2 / 2", "y = w x + b"]),
        ("dL/dx = dL/dz * w   # chain rule", ["dL/dx = dL/dz * w"]),
        ("s = a1 + a2 + ...", ["s = a1 + a2 + ..."]),
        ("x1\tx2\nx3\tx4\n", ["x1\tx2\nx3\tx4"]),
        # what is said of signs
        ("x > 0\ny = log(x)", ["x > 0", "y = log(x)"]),
        ("- Let x, y >= 0.", ["x, y >= 0"]),
        ("with all w ≠ 0", ["w ≠ 0"]),
        ("0 < x", []),
        ("if x > 0", []),
        ("y = x for x > 0", ["y = x"]),
        ("x > 0:", []),
        ("x > y", []),
        # prose
        ("We set batch size = 32 for all of the runs", []),
        ("the learning rate = 0.1", []),
        ("http://x.com/?a=b is a page", []),
        ("if (x == y) return", []),
        ("Title\n=====", []),
        ("a => b, c <= d, e != f", []),
        ("= 3", []),
        ("x =", []),
        ("", []),
    ],
)
def test_what_looks_like_a_formula(text, formulas):
    assert [text[item.start : item.stop] for item in scan(text) if isinstance(item, Found)] == formulas


def test_a_mark_is_a_line():
    text = "symgrad: given\nz = w x\n  # symgrad: claim\ndz/dw = x\n<!-- symgrad: end -->\nsee symgrad: given"
    assert [item.word if isinstance(item, Mark) else "=" for item in scan(text)] == [
        "given", "=", "claim", "=", "end",
    ]  # fmt: skip
