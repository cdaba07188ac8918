"""The substituted view: what is put in has the value that the names have, and is as long as was predicted.

Every formula is read back from its text, by code that shares nothing with what printed it, at values of
inputs, parameters, targets and upstream symbols alone. The witnesses are the forward definitions as they are
written and the named gradient equations, unrolled; and for the size the operations that the reader meets.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from random import Random

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from oracles import derived
from oracles.chains import Chain, alone, fits, random_branches, random_chain
from oracles.dual import Values, run
from oracles.fields import Element, Field, Floats, Fractions, Prime
from oracles.hypotheses import kept
from oracles.one_line import read

from symgrad.algebra.identifiers import identifiers
from symgrad.algebra.operations import operations
from symgrad.algebra.tensors import Tensor
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import Derived, derive, document
from symgrad.derivation.document import Document
from symgrad.derivation.size import printed_terms
from symgrad.errors import BudgetError
from symgrad.network.build import build
from symgrad.network.model import Model
from symgrad.render.plain import PlainNotation
from symgrad.render.text import formula_lines

MOST = 20_000


class NoRootError(ArithmeticError):
    """A value without a root in the field; others are to be drawn."""


class Rooted(Prime):
    """The prime field with true roots: what is put in may say x where √x was squared."""

    def power(self, x, exponent):
        exponent = Fraction(exponent)
        if exponent.denominator == 1:
            return super().power(x, exponent)
        assert exponent.denominator == 2
        root = pow(x, (self.p + 1) // 4, self.p)
        if root * root % self.p != x:
            raise NoRootError(x)
        return pow(root, int(2 * exponent), self.p)


class Ordered(Fractions):
    """The rationals, which have few roots."""

    def power(self, x, exponent):
        if Fraction(exponent).denominator != 1:
            raise NoRootError(x)
        return super().power(x, exponent)


def drawn(tensors: tuple[Tensor, ...], rng: Random, field: Field) -> Values:
    def entry() -> Element:
        return field.number(
            rng.randrange(1, 2**60)
            if isinstance(field, Prime)
            else Fraction(rng.choice(range(1, 40)), rng.choice((3, 7, 11)))
        )

    def one_minus(entries: list[Element]) -> Element:
        total = field.number(1)
        for each in entries:
            total = field.add(total, field.mul(field.number(-1), each))
        return total

    return {t.name: kept(t, [entry() for _ in range(prod(t.shape))], one_minus) for t in tensors}


def fields(seed: int) -> Iterator[tuple[Field, int]]:
    """Exact fields to try in turn: with roots, with an order; then doubles, for what needs both."""
    yield from ((Rooted(), seed * 1000 + n) for n in range(40))
    yield Ordered(), seed
    yield Floats({("f", n): lambda x, n=n: 0.3 * x + n for n in range(4)}), seed


def same(field: Field, left: Element, right: Element) -> bool:
    if isinstance(field, Floats):
        return abs(left - right) <= 1e-9 * max(1.0, abs(right))
    return left == right


def check(model: Model, depth: int | None, seed: int, words: tuple[str, ...] = ("all",)) -> int:
    """Compare values and sizes; the number of formulas that were read."""
    made = derive(model, words)
    stated = document(made, "substituted", depth=depth, most=MOST)
    for field, draw in fields(seed):
        try:
            return compared(made, stated, field, Random(draw))
        except (NoRootError, TypeError):  # a field without an order has no relu
            continue
    raise AssertionError("no field has what it takes")


def compared(made: Derived, stated: Document, field: Field, rng: Random) -> int:
    model = made.model
    given = drawn(derived.sources(model), rng, field)
    upstream = {t.name: v for t, v in zip(made.gradients.upstream, _upstream(made, rng, field), strict=True)}
    values = run(model.definitions, given, field)
    truth = derived.evaluate(made.gradients.program, {**values, **upstream}, field)
    notation = PlainNotation()
    known = {
        notation.entries(tensor)[n]: value
        for tensor in stated.tensors
        if tensor.name in truth
        for n, value in enumerate(truth[tensor.name])
    }
    bare = (*derived.sources(model), *made.gradients.upstream)
    free = {notation.entries(t)[n]: v for t in bare for n, v in enumerate(truth.get(t.name, []))}
    total = formulas = 0
    everything = "put in" in {convention.key for convention in stated.conventions}
    for formula in stated.formulas:
        for line in formula_lines(stated, formula):
            left, right = line.split(" = ", 1)
            value, count = read(right, free if everything else known, field)
            assert same(field, value, known[left]), line
            total += count
            formulas += 1
    assert printed_terms(stated) == total
    return formulas


def _upstream(made: Derived, rng: Random, field: Field) -> list[list[Element]]:
    tensors = made.gradients.upstream
    found = drawn(tuple(Tensor(t.name, t.shape, "input") for t in tensors), rng, field)
    return [found[t.name] for t in tensors]


ALONE = [chain for layer in CATALOGUE.values() for chain in alone(layer)[:4]]


@pytest.mark.parametrize("chain", ALONE, ids=[chain.text for chain in ALONE])
def test_every_layer_put_in_has_the_value_and_the_size_that_it_should(chain: Chain):
    model = fits(chain)
    try:
        assert check(model, None, 1) > 0
    except BudgetError:
        assert check(model, 1, 1) > 0


NETWORKS = [
    "input(3) | linear(2) | tanh | linear(2) | mse",
    "input(2) | linear(2) | cross_entropy",
    "input(2) | linear(2) | layer_norm | linear(1) | mse",
    "input(3x3) | conv2d(1, 2) | relu | max_pool2d(2, 1) | flatten | linear(2) | sigmoid | bce",
    "input(2) | linear(2) | activation(f) | linear(1) | activation(g)",
    "input(2) as x | linear(2) | tanh | add(x) | linear(1) | mse",
]


@pytest.mark.parametrize("depth", [None, 0, 1, 2, 3, 7, 100])
@pytest.mark.parametrize("network", NETWORKS)
def test_at_every_depth(network: str, depth: int | None):
    assert check(build(network), depth, 2, ("weights",)) > 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([None, None, 1, 2, 3]), st.booleans())
def test_random_networks(seed: int, depth: int | None, branches: bool):
    rng = Random(seed)
    model = random_branches(rng, 16) if branches else random_chain(rng, longest=4, most_entries=12)[1]
    sources = [t for t in derived.sources(model) if t.role in ("input", "parameter")]
    words = (identifiers(rng.choice(sources))[0],)  # one entry is enough to differentiate by
    try:
        check(model, depth, seed, words)
    except BudgetError:
        check(model, 1, seed, words)
    except (OverflowError, ZeroDivisionError):
        reject()  # no values at this point


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_the_size_of_a_refusal_is_the_size_of_what_is_built(seed: int, branches: bool):
    """What the message says is what --max-terms must allow, to the operation."""
    rng = Random(seed)
    model = random_branches(rng, 12) if branches else random_chain(rng, longest=4, most_entries=8)[1]
    made = derive(model, ("all",))
    try:
        document(made, "substituted", most=1)
    except BudgetError as refusal:
        said = str(refusal).rsplit("raise --max-terms to ", 1)[1]
        if "even with" in str(refusal) or "about" in said or int(said) > MOST:
            return
        stated = document(made, "substituted", most=int(said))
        lines = [line for formula in stated.formulas for line in formula_lines(stated, formula)]
        assert printed_terms(stated) == int(said)
        assert sum(operations([nested]) for f in stated.formulas for nested in f.nested.values()) == int(said)
        assert len(lines) > 0
        with pytest.raises(BudgetError):
            document(made, "substituted", most=int(said) - 1)
