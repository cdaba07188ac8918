"""Known sums: proved where an equation shows them, assumed where a tensor says so, used nowhere else."""

from __future__ import annotations

import pytest

from symgrad.algebra.affine import Index
from symgrad.algebra.functions import exp
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import normal
from symgrad.algebra.program import equation
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Total, define, total
from symgrad.derivation.facts import Fact, applied, assumed, proved

z, p = Tensor("z", (3,), "intermediate"), Tensor("p", (3,), "auxiliary")
mu, x = Tensor("mu", (), "auxiliary"), Tensor("x", (3,), "auxiliary")
g = Tensor("g", (3,), "input")
MEAN = equation(define(mu, lambda: total(3, lambda k: z[k]) / 3))


def test_softmax_sums_to_one_and_a_deviation_to_zero():
    softmax = equation(define(p, lambda i: exp(z[i]) / total(3, lambda k: exp(z[k]))))
    assert proved(softmax, {}) == (Fact(p, (0,), 1, assumed=False),)
    centred = equation(define(x, lambda i: z[i] - mu[()]))
    assert proved(centred._replace(body=normal((z[centred.axes[0]] - mu[()]) * g[0])), {mu: MEAN}) == (
        Fact(x, (0,), 0, assumed=False),
    )


def test_what_does_not_sum_to_a_known_number_is_no_fact():
    short = equation(define(p, lambda i: exp(z[i]) / total(2, lambda k: exp(z[k]))))
    twice = equation(define(p, lambda i: exp(2 * z[i]) / total(3, lambda k: exp(z[k]))))
    off = equation(define(x, lambda i: (z[i] - 2 * mu[()]) * g[0]))
    assert [proved(eq, {mu: MEAN}) for eq in (short, twice, off)] == [(), (), ()]


def test_a_fact_is_used_where_its_index_stands_nowhere_else():
    fact = Fact(p, (0,), 1, assumed=False)
    k, i = Index(3, "k"), Index(3, "i")
    used, facts = applied(normal(g[i] * Total((k,), p[k])), [fact])
    assert (expression_key(used), facts) == (expression_key(normal(g[i] + 0)), (fact,))
    short = Index(2, "k")
    for node in (Total((k,), p[k] * g[k]), Total((k,), p[k] ** 2), Total((short,), p[short]), p[i] + 0):
        assert applied(normal(node), [fact])[1] == ()


def test_a_hypothesis_belongs_to_its_tensor():
    y = Tensor("y", (2, 3), "target", sums_to_one=1)
    assert assumed(y) == (Fact(y, (1,), 1, assumed=True),)
    assert assumed(z) == ()


@pytest.mark.parametrize(("n", "m"), [(2, 3), (size_symbol("N"), size_symbol("M"))])
def test_a_mean_over_several_axes_makes_deviations_from_it_sum_to_zero_over_them_together(n, m):
    """batch_norm2d and layer_norm(axes=2): over no axis alone, and for sizes that are symbols too."""
    a, off = Tensor("a", (n, 4, m), "input"), Tensor("x", (n, 4, m), "auxiliary")
    mean = Tensor("mu", (4,), "auxiliary")
    known = {mean: equation(define(mean, lambda c: total((n, m), lambda i, j: a[i, c, j]) / n / m))}
    centred = equation(define(off, lambda i, c, j: (a[i, c, j] - mean[c]) / mean[c]))
    assert proved(centred, known) == (Fact(off, (0, 2), 0, assumed=False),)


def test_a_fact_over_several_axes_is_used_where_all_are_summed_over_whole():
    off, other = Tensor("x", (2, 3), "auxiliary"), Tensor("h", (2, 3), "input")
    fact = Fact(off, (0, 1), 0, assumed=False)
    i, j = Index(2, "i"), Index(3, "j")
    assert applied(normal(Total((i, j), off[i, j])), [fact])[1] == (fact,)
    square, k = Tensor("x", (3, 3), "auxiliary"), Index(3, "k")
    over_square = Fact(square, (0, 1), 0, assumed=False)
    for node, stated in (
        (Total((i,), off[i, 0]), fact),
        (Total((i, j), off[i, j] * other[i, 0]), fact),
        (Total((k,), square[k, k]), over_square),
    ):
        assert applied(normal(node), [stated])[1] == ()
