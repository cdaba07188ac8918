"""Known sums: proved where an equation shows them, assumed where a tensor says so, used nowhere else."""

from __future__ import annotations

from symgrad.algebra.affine import Index
from symgrad.algebra.functions import exp
from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import normal
from symgrad.algebra.program import equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Total, define, total
from symgrad.derivation.facts import Fact, applied, assumed, proved

z, p = Tensor("z", (3,), "intermediate"), Tensor("p", (3,), "auxiliary")
mu, x = Tensor("mu", (), "auxiliary"), Tensor("x", (3,), "auxiliary")
g = Tensor("g", (3,), "input")
MEAN = equation(define(mu, lambda: total(3, lambda k: z[k]) / 3))


def test_softmax_sums_to_one_and_a_deviation_to_zero():
    softmax = equation(define(p, lambda i: exp(z[i]) / total(3, lambda k: exp(z[k]))))
    assert proved(softmax, {}) == (Fact(p, 0, 1, assumed=False),)
    centred = equation(define(x, lambda i: z[i] - mu[()]))
    assert proved(centred._replace(body=normal((z[centred.axes[0]] - mu[()]) * g[0])), {mu: MEAN}) == (
        Fact(x, 0, 0, assumed=False),
    )


def test_what_does_not_sum_to_a_known_number_is_no_fact():
    short = equation(define(p, lambda i: exp(z[i]) / total(2, lambda k: exp(z[k]))))
    twice = equation(define(p, lambda i: exp(2 * z[i]) / total(3, lambda k: exp(z[k]))))
    off = equation(define(x, lambda i: (z[i] - 2 * mu[()]) * g[0]))
    assert [proved(eq, {mu: MEAN}) for eq in (short, twice, off)] == [(), (), ()]


def test_a_fact_is_used_where_its_index_stands_nowhere_else():
    fact = Fact(p, 0, 1, assumed=False)
    k, i = Index(3, "k"), Index(3, "i")
    used, facts = applied(normal(g[i] * Total((k,), p[k])), [fact])
    assert (expression_key(used), facts) == (expression_key(normal(g[i] + 0)), (fact,))
    short = Index(2, "k")
    for node in (Total((k,), p[k] * g[k]), Total((k,), p[k] ** 2), Total((short,), p[short]), p[i] + 0):
        assert applied(normal(node), [fact])[1] == ()


def test_a_hypothesis_belongs_to_its_tensor():
    y = Tensor("y", (2, 3), "target", sums_to_one=1)
    assert assumed(y) == (Fact(y, 1, 1, assumed=True),)
    assert assumed(z) == ()
