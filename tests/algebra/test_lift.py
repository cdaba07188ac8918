"""Definitions of a sample carried over to a batch: what gets the first axis, and what does not."""

from __future__ import annotations

from symgrad.algebra.affine import Index
from symgrad.algebra.functions import tanh
from symgrad.algebra.lift import across, lifted, one_sample
from symgrad.algebra.program import equation
from symgrad.algebra.sizes import size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Total, define, maximum, reads, total

A = Tensor("a", (3,), "input", ("j",))
W = Tensor("w", (2, 3), "parameter")
Z = Tensor("z", (2,), "intermediate", ("i",))


def shapes(definitions):
    return {t.name: t.shape for d in definitions for t in (*reads(d), d.target)}


def test_what_depends_on_a_sample_gets_the_axis_and_a_parameter_none():
    z = define(Z, lambda i: total(3, lambda j: W[i, j] * A[j]))
    (batch,) = lifted([z], 5, [A])
    assert shapes([batch]) == {"a": (5, 3), "w": (2, 3), "z": (5, 2)}
    (term,) = equation(batch).body.terms
    n, i = batch.axes
    assert (n.size, n.letter, i.size) == (5, "n", 2)
    found = {f.tensor.name: [e.lone() for e in f.indices] for f, _ in term.powers}
    assert found["a"][0] is n
    assert n not in found["w"]


def test_a_target_is_each_samples_own_and_so_is_what_a_layer_names():
    y = Tensor("y", (3,), "target", ("j",), sums_to_one=0)
    m = Tensor("m", (), "auxiliary")
    end = Tensor("l", (3,), "intermediate", ("j",))
    stated = [
        define(m, lambda: total(3, lambda j: A[j]) / 3),
        define(end, lambda j: maximum(3, lambda k: A[k] * y[j]) ** 2 + tanh(-m[()])),
    ]
    batch = lifted(stated, 4, [A])
    assert shapes(batch) == {"a": (4, 3), "m": (4,), "y": (4, 3), "l": (4, 3)}
    (target,) = {t for d in batch for t in reads(d) if t.role == "target"}
    assert target.sums_to_one == 1


def test_what_is_made_of_parameters_alone_is_shared():
    r = Tensor("r", (2,), "auxiliary", ("i",))
    stated = [
        define(r, lambda i: total(3, lambda j: W[i, j] ** 2)),
        define(Z, lambda i: total(3, lambda j: W[i, j] * A[j]) / r[i]),
    ]
    assert shapes(lifted(stated, 4, [A])) == {"w": (2, 3), "r": (2,), "a": (4, 3), "z": (4, 2)}


def test_a_definition_that_reads_itself_stays_one_for_each_sample():
    t = Index(3, "t")
    h = Tensor("h", (3,), "intermediate", ("t",))
    (batch,) = lifted([Definition(h, (t,), h[t - 1] + A[t])], 2, [A])
    assert shapes([batch]) == {"h": (2, 3), "a": (2, 3)}


def test_the_objective_of_a_batch_is_the_sum_of_its_samples():
    loss = Tensor("L", (), "objective")
    (batch,) = lifted([define(loss, lambda: total(3, lambda j: A[j] ** 2))], size_symbol("N"), [A])
    assert batch.target.shape == ()
    assert isinstance(batch.body, Total)
    assert [index.letter for index in batch.body.indices] == ["n"]


def test_the_letter_of_samples_is_given_up_by_what_has_it():
    v = Tensor("v", (2, 4), "intermediate", ("m", "n"), label="")
    there = across(v, 3)
    assert there.letters == ("n", "m", "q")
    assert one_sample(there).shape == v.shape
