"""How pieces are put side by side and summed, in any notation."""

import pytest

from symgrad.render.notation import Atom, product, signed_sum
from symgrad.render.plain import PlainNotation
from symgrad.render.python import PythonNotation
from symgrad.render.tex import TexNotation

ATOMS = [Atom("2", "number"), Atom("x", "entry"), Atom("D", "derivative"), Atom("(y)", "group")]


@pytest.mark.parametrize(
    ("notation", "text"),
    [(PlainNotation(), "2·x·D·(y)"), (PythonNotation(), "2*x*D*(y)"), (TexNotation(), r"2x\,D\,(y)")],
)
def test_factors_stand_side_by_side(notation, text):
    assert product(notation, ATOMS) == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([], "0"),
        ([(False, "a")], "a"),
        ([(True, "a")], "−a"),
        ([(True, "a"), (False, "b"), (True, "c")], "−a + b − c"),
    ],
)
def test_terms_are_summed_with_their_signs(parts, text):
    assert signed_sum(PlainNotation(), parts) == text
