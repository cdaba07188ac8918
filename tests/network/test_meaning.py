"""What names, indices, sizes and conditions of a formula mean, and where they mean nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.algebra.affine import Index
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import normal
from symgrad.algebra.sizes import size_symbol, size_text
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Written, nonpositive, positive, total
from symgrad.errors import DescriptionError
from symgrad.network.formula import read_formula, read_size
from symgrad.network.meaning import Known, Scope, size, stated

a = Tensor("a", (5,), "input")
w = Tensor("w", (3, 5), "parameter")
s = Tensor("s", (), "auxiliary")


def scope(text: str) -> Scope:
    tensors = {t.name: Known(len(t.shape), lambda at, t=t: t[at]) for t in (a, w, s)}
    return Scope(text, tensors, {"N": 5, "p": 1, "gamma": Fraction(3, 2)}, {})


def key(text: str, sizes: tuple[int | None, ...] | None = None) -> str:
    left, body = stated(read_formula(text), scope(text), sizes)
    return labelled(body, left.axes)


def labelled(body: Written, axes: tuple[Index, ...]) -> str:
    return expression_key(normal(body), {index: f"{n}:{index.size}" for n, index in enumerate(axes)})


i3, i5 = Index(3, "i"), Index(5, "i")
MEANINGS = [
    ("z[i] = Σ_{j} w[i, j]·a[j]", total(5, lambda j: w[i3, j] * a[j]), i3),
    ("z[i] = a[i]^gamma/s", a[i5] ** Fraction(3, 2) / s[()], i5),
    ("z[i] = 1/(2·N)·a[i]", a[i5] / 10, i5),
    ("z[i] = [a[i] < 1] + [a[i] ≥ 2]", positive(1 - a[i5]) + nonpositive(2 - a[i5]), i5),
    ("z[i] = [0 < a[i] ≤ 1]", positive(a[i5]) * nonpositive(a[i5] - 1), i5),
    ("z[i] = a[i]·Σ_{u=1…2} w[0, u − 1]", a[i5] * total(2, lambda u: w[0, u]), i5),
    ("z[i] = a[i + p]   for i = 0…2", a[i3 + 1], i3),
]


@pytest.mark.parametrize(("text", "body", "axis"), MEANINGS)
def test_a_formula_means_what_is_built(text, body, axis):
    assert key(text) == labelled(body, (axis,))


def test_a_front_factor_is_part_of_the_sum():
    """½·Σ (x + y) is stated as Σ ½·(x + y), as entries of the catalogue are."""
    half = total(5, lambda j: Fraction(1, 2) * (a[j] + w[0, j]))
    assert key("z = 1/2·Σ_{j} (a[j] + w[0, j])") == labelled(half, ())


def test_a_left_side_that_moves_entries():
    text = "z[5i + j] = w[i, j]   for i = 0…2, j = 0…4"
    left, _ = stated(read_formula(text), scope(text), None)
    assert [axis.size for axis in left.axes] == [15]


@pytest.mark.parametrize(
    ("text", "value"),
    [("2N + 1", 11), ("⌊(N − 2)/2⌋ + 1", 2), ("(N-2)//2+1", 2), ("N²", 25), ("N/2", Fraction(5, 2))],
)
def test_sizes(text, value):
    assert size(read_size(text), scope(text)) == value


def test_a_symbolic_size_keeps_its_rule():
    at = Scope("", {}, {"H": size_symbol("H"), "t": size_symbol("t")}, {})
    found = size(read_size("⌊(H − 1)/t⌋ + 1"), at)
    assert size_text(found) == "P"


REFUSED = [
    ("z[i] = b[i]", 7, "there is no tensor 'b' here; there are a, w, s"),
    ("z[i] = a[k]", 9, "'k' has no meaning here"),
    ("z[i] = q·a[i]", 7, "'q' has no meaning here"),
    ("z[i] = i·a[i]", 7, "i is an index"),
    ("z[i] = a[i, i]", 7, "a has 1 axis, so it takes 1 index, not 2"),
    ("z[i] = s[i]", 7, "s is a single number"),
    ("z[i] = a", 7, "takes 1 index, not 0"),
    ("z[i] = a(i)", 7, "stand in brackets"),
    ("z[i] = N(2)", 7, "write N·(…)"),
    ("z[i] = sigmod(a[i])", 7, "did you mean sigmoid?"),
    ("z[i] = a[i]^N^2", 13, "parentheses"),
    ("z[i] = a[i]^2000", 12, "an exponent is at most 1,000"),
    ("z[i] = a[i]/0", 12, "divides by 0"),
    ("z[i] = a[i·i]", 11, "cannot be multiplied by an index"),
    ("z[i] = a[i/i]", 11, "divided by a number"),
    ("z[i] = a[a[i]]", 9, "an index is made of"),
    ("z[i] = a[w]", 9, "w is a tensor"),
    ("z[i] = a[i²]", 9, "a size, in which no index stands"),
    ("z[i] = Σ_{a} w[i, a]", 10, "a is a tensor here"),
    ("z[i] = Σ_{N} w[i, N]", 10, "N is a size"),
    ("z[i] = Σ_{i} w[i, i]", 10, "i is an index here"),
    ("z[i] = Σ_{k} a[i]", 10, "nothing tells how far k runs"),
    ("z[i] = Σ_{j=0…i} a[j]", 14, "no index stands"),
    ("z[i] = Σ_{j=3…1} a[j]", 10, "would be -1 in number"),
    ("z[i] = [i > 0, a[i] ∣ 2]·a[i]", 15, "only an index can be divisible"),
    ("z[i, i] = w[i, i]", 5, "stands here twice"),
    ("z[i] = a[i]   for k = 0…2", 18, "k does not stand on the left side"),
    ("z[i] = a[i]   for i = 1…2", 18, "run from 0"),
    ("z[2] = a[0]", 2, "with a single entry"),
    ("z[2i] = a[i]   for i = 0…2", 2, "every entry exactly once"),
    ("z[i] = 3", 2, "nothing tells how far i runs"),
    ("z[i] = a[i]·a[N^8·N^8·N^8]", 14, "numbers here are at most"),
]


@pytest.mark.parametrize(("text", "start", "message"), REFUSED)
def test_what_means_nothing_is_shown_where_it_is(text, start, message):
    with pytest.raises(DescriptionError) as refused:
        stated(read_formula(text), scope(text), None)
    assert message in str(refused.value)
    assert (refused.value.line, refused.value.start) == (text, start)
