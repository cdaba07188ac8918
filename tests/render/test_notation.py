"""How pieces are put side by side and summed, in any notation."""

import pytest

from symgrad.algebra.sizes import size_symbol
from symgrad.render.notation import (
    Atom,
    enclosed,
    parted,
    product,
    scaled_letter,
    signed_sum,
    size,
    size_parts,
)
from symgrad.render.plain import PlainNotation
from symgrad.render.python import PythonNotation
from symgrad.render.tex import TexNotation

ATOMS = [Atom("2", "number"), Atom("x", "entry"), Atom("D", "derivative"), Atom("(y)", "group")]

C, D, H, P, U = (size_symbol(name) for name in "CdHpU")


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


@pytest.mark.parametrize(
    ("value", "plain", "tex"),
    [
        (H + 2 * P - D * (U - 1) - 1, "H + 2p − d·(U − 1) − 1", "H+2p-d(U-1)-1"),
        (C * H * H, "C·H²", "CH^{2}"),
        (-H, "−H", "-H"),
        (7, "7", "7"),
        (0, "0", "0"),
    ],
)
def test_a_size_is_printed_as_it_is_read(value, plain, tex):
    assert (size(PlainNotation(), value), size(TexNotation(), value)) == (plain, tex)


def test_an_index_times_a_size():
    assert scaled_letter(PlainNotation(), 2, "i") == (False, "2i")
    assert scaled_letter(PlainNotation(), -D, "u") == (True, "d·u")
    assert scaled_letter(TexNotation(), H - 1, "i") == (False, "(H-1)i")
    assert size_parts(PlainNotation(), 1 - H) == [(False, "1"), (True, "H")]


@pytest.mark.parametrize(
    ("name", "parts"),
    [("eta", ("eta", "", "")), ("beta_1", ("beta", "1", "")), ("beta_1^t", ("beta", "1", "t"))],
)
def test_the_parts_of_a_constant(name, parts):
    assert parted(name) == parts


@pytest.mark.parametrize(
    ("text", "whole"),
    [("(a)", True), ("(a(b)c)", True), ("(a)(b)", False), ("a", False), ("", False), ("(", False)],
)
def test_parentheses_around_the_whole(text, whole):
    assert enclosed(text) is whole
