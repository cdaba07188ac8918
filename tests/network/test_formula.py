"""Index equations are read: what is the same, what is refused and where, and that nothing takes long."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from symgrad.errors import DescriptionError
from symgrad.network.formula import (
    Called,
    Formula,
    Large,
    Name,
    Node,
    Number,
    Raised,
    Signed,
    Times,
    names_of,
    read_formula,
    read_size,
)


def bare(node: object) -> object:
    """A tree without its places."""
    if isinstance(node, tuple):
        fields = getattr(node, "_fields", None)
        if fields is None:
            return tuple(map(bare, node))
        kept = [field for field in fields if field not in ("span", "source")]
        return (type(node).__name__, *(bare(getattr(node, field)) for field in kept))
    return node


SAME = [
    ("z[i] = a[i]·b[i]", "z[i]=a[i]*b[i]"),
    ("z[i] = a[i] − b[i]", "z[i] = a[i] - b[i]"),
    ("z[i] = Σ_{j=0…N−1} a[j]", "z[i] = sum_{j=0..N-1} a[j]"),
    ("z[i] = Σ_{j=0…N−1} a[j]", "z[i] = ∑_{j = 0...N − 1} a[j]"),
    ("z[i] = Σ_{j} a[j]", "z[i] = Σ_j a[j]"),
    ("z[i] = a[i]²", "z[i] = a[i]^2"),
    ("z[i] = a[i]²", "z[i] = a[i]**2"),
    ("z[i] = √(a[i])", "z[i] = √((a[i]))"),
    ("z[i] = max_{u=0…1 | 0 ≤ i − u ≤ 3} a[i − u]", "z[i] = max_{u=0..1 | 0 <= i - u <= 3} a[i - u]"),
    ("z[i] = a[2i + u]", "z[i] = a[2·i + u]"),
    ("z[i] = a[i]·[2 ∣ i]", "z[i] = a[i]*[2 divides i]"),
    ("z[i] = a[i] for i = 0…3", "z[i] = a[i]   for i=0..3"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_one_equation(one, other):
    assert bare(read_formula(one)) == bare(read_formula(other))


def test_a_sum_reaches_to_the_end_of_its_product():
    tree = read_formula("z[i] = 1/2·Σ_{j} a[j]·b[j]/c[j] + d[i]").body
    assert isinstance(tree, Signed)
    (_, first), (minus, second) = tree.parts
    assert not minus
    assert bare(second) == bare(read_formula("z = d[i]").body)
    assert isinstance(first, Times)
    large = first.parts[-1][1]
    assert isinstance(large, Large)
    assert isinstance(large.body, Times)
    assert len(large.body.parts) == 3


def test_a_power_binds_before_a_sign_and_a_number_before_a_letter():
    tree = read_formula("z = −a²").body
    assert isinstance(tree, Signed)
    assert tree.parts[0][0]
    assert isinstance(tree.parts[0][1], Raised)
    size = read_size("2H²")
    assert isinstance(size, Times)
    assert bare(size.parts[1][1]) == bare(read_size("H²"))
    assert bare(read_size("0.5")) == ("Number", Fraction(1, 2))


def test_a_floor_is_that_of_everything_before_it():
    assert bare(read_size("(H − U)//s + 1")) == bare(read_size("⌊(H − U)/s⌋ + 1"))


def test_names_of_a_size():
    assert list(names_of(read_size("⌊(H + 2p)/s⌋ + H·(W − 1)²"))) == ["H", "p", "s", "H", "W"]


def test_nodes_of_an_equation():
    formula = read_formula("z[i] = tanh(a[i])")
    assert isinstance(formula, Formula)
    assert isinstance(formula.body, Called)
    (argument,) = (formula.body.argument,)
    assert isinstance(argument, Name)
    node: Node = argument
    assert node.indices == (Name("i", None, (14, 15)),)
    assert read_size("3") == Number(Fraction(3), (0, 1))


REFUSED = [
    ("", 0, "begins with what it defines"),
    ("= a", 0, "begins with what it defines"),
    ("z(i) = a[i]", 0, "stand in brackets: z[i]"),
    ("z[i] a[i]", 5, "'=' is expected"),
    ("z[i] == a[i]", 6, "is expected, not '='"),
    ("z[i] = a[i", 7, "']' is missing"),
    ("z[i] = (a[i]", 7, "')' is missing"),
    ("z[i] = a[i])", 11, "closes nothing"),
    ("z[i] = a[i] b[i]", 12, "'·' is missing"),
    ("z[i] = a[i](b[i])", 11, "'·' is missing"),
    ("z[i] = a[i]·", 12, "not the end"),
    ("z[i] = a[i]/2b[i]", 13, "not clear"),
    ("z[i] = a[i]^2^3", 13, "needs parentheses"),
    ("z[i] = a[i]²³⁴⁵⁶", 11, "at most 4 digits"),
    ("z[i] = 1/Σ_{j} a[j]", 9, "stands in parentheses"),
    ("z[i] = Σ a[j]", 9, "'_' is expected after Σ"),
    ("z[i] = Σ_{j=0} a[j]", 13, "'…' is expected"),
    ("z[i] = Σ_{j, j} a[j]", 13, "twice"),
    ("z[i] = Σ_{j | j} a[j]", 15, "a condition compares"),
    ("z[i] = a[i] for i = 0", 21, "'…' is expected"),
    ("z[i] = a[i] ? 1", 12, "cannot go on with"),
    ("z[i] = a.b", 8, "cannot go on with"),
    ("z[i] = __import__('os')", 7, "is expected, not '_'"),
    ("z[i] = 'a'", 7, "has no meaning in a formula"),
    ("z[i] = " + "9" * 100, 7, "at most 20 digits"),
    ("z[i] = " + "a·" * 17 + "a", 39, "at most 16 factors"),
    ("z[i] = Σ_{j,k,l,m} a[j]·Σ_{q,r,s} b[q]", 7, "over at most 6 indices, here 7"),
]


@pytest.mark.parametrize(("text", "start", "message"), REFUSED)
def test_a_mistake_is_shown_where_it_is(text, start, message):
    with pytest.raises(DescriptionError) as refused:
        read_formula(text)
    assert message in str(refused.value)
    assert (refused.value.line, refused.value.start) == (text, start)


@pytest.mark.parametrize(
    "text",
    [
        "z = " + "(" * 100_000,
        "z = " + "(" * 900 + "a" + ")" * 900,
        "z = " + "√" * 1900,
        "z = " + "[" * 1900,
        "z = " + "a[" * 900,
        "z = " + "f(" * 900,
        "z = " + "⌊" * 1900,
        "z = " + "Σ_{i} " * 300,
        "z = " + "a^(" * 600,
        "z[" * 900,
        "z = " + "−" * 1900,
        "z = " + "2" * 1900,
        "z = " + "a/" * 900,
        "z" * 1900,
        "z = a for " + ", ".join(f"i{n} = 0…{n}" for n in range(100)) + " ?",
    ],
)
def test_hostile_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(DescriptionError):
        read_formula(text)
    assert time.perf_counter() - start < 0.5
