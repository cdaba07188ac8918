"""What a part must be, and which words make that up."""

from symgrad.verify.corrections.needed import Numbers, Table, Valued, needed
from symgrad.verify.equality import Sampler
from symgrad.verify.notation import Word
from symgrad.verify.scalars import call, power, symbol, times, total
from symgrad.verify.syntax import Name

X, Y, Z = (symbol(("entry", 0, name, (), ()), name) for name in "xyz")
HOLE = symbol(("hole",), "hole")


def numbers(exact):
    return Numbers(Sampler(), exact)


def test_a_part_of_an_affine_formula_is_known_in_residues_and_in_floats():
    for exact in (True, False):
        n = numbers(exact)
        need = needed(n, total((times((HOLE, Y)), Z)), HOLE, X, total((times((X, X, Y)), Z)))
        assert need is not None
        assert n.same(need.then, n.of(times((X, X))))


def test_a_denominator_is_known_too():
    n = numbers(exact=True)
    need = needed(n, times((Y, power(HOLE, -1))), HOLE, X, times((Y, power(X, -2))))
    assert need is not None
    assert n.same(need.then, n.of(times((X, X))))


def test_what_is_not_affine_is_left_alone():
    n = numbers(exact=False)
    assert needed(n, call("log", HOLE), HOLE, X, call("log", Y)) is None


def test_products_of_words_are_looked_up_fewer_words_first():
    n = numbers(exact=True)
    words = [
        Valued(Word(Name(name, "", (0, 1)), name), n.of(value), 0.0)
        for name, value in zip("xyz", (X, Y, Z), strict=True)
    ]
    table = Table(n, words)
    found = [
        tuple(v.word.text for v in product)
        for product in table.products(n.of(times((X, Z))), 2, lambda: False)
    ]
    assert found == [("x", "z")]
    three = [
        sorted(v.word.text for v in product)
        for product in table.products(n.of(times((X, Y, Z))), 3, lambda: False)
    ]
    assert ["x", "y", "z"] in three
