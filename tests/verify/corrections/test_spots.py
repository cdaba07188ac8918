"""The parts of a formula."""

from symgrad.verify.corrections.spots import spots
from symgrad.verify.reader import read
from symgrad.verify.syntax import Big, Name


def formula(text):
    (statement,) = read("X = " + text, plain=False)
    return statement.members[1]


def test_every_part_is_met_and_put_back_unchanged():
    whole = formula(r"a (b + c)^2 - \frac{d}{e} + \sum_{i=1}^{3} f_i")
    every = spots(whole)
    assert {spot.node.letter for spot in every if isinstance(spot.node, Name)} >= set("abcde")
    assert all(spot.rebuild(spot.node) == whole for spot in every)


def test_what_stands_in_a_sum_over_an_index_stands_for_many():
    every = spots(formula(r"a + \sum_{i=1}^{3} b"))
    many = {spot.node.letter: spot.many for spot in every if isinstance(spot.node, Name)}
    assert many["b"]
    assert not many["a"]
    assert any(isinstance(spot.node, Big) for spot in every)
