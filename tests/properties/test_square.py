"""The square commutes, for every layer of the catalogue: unroll and differentiate in either order.

    forward equation ──derive──▶ gradient equation
          │ unroll                      │ unroll
          ▼                             ▼
     SymPy formulas ──sympy.diff──▶ SymPy formulas

The left side reads the equation as it is written; SymPy does the lower one. Neither knows our normal form.
"""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from math import prod
from typing import TypeAlias

import pytest
import sympy
from oracles import derived
from oracles.chains import Chain, alone, fits
from oracles.dual import Values, run
from oracles.fields import Prime, SymPy, arbitrary
from oracles.hypotheses import last_of_sums

from symgrad.algebra.normal import normal
from symgrad.algebra.program import Equation, Program
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import total
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import derive
from symgrad.derivation.hessian import hessian
from symgrad.derivation.sweep import sweep
from symgrad.network.build import build
from symgrad.network.model import Model

FIELD = SymPy()


def symbols(tensor: Tensor) -> list[sympy.Symbol]:
    return [sympy.Symbol(f"{tensor.name}_{n}") for n in range(1, prod(tensor.shape) + 1)]


def differences(model: Model) -> list[str]:
    """The entries whose derived gradient is not SymPy's."""
    sources = derived.sources(model)
    given = {tensor.name: symbols(tensor) for tensor in sources}
    values = run(model.definitions, given, FIELD)
    upstream: Values = {}
    if model.objective:
        (loss,) = values["L"]
    else:
        (output,) = model.outputs
        upstream = {f"dL_d{output.name}": symbols(Tensor(f"g{output.name}", output.shape, "adjoint"))}
        loss = sum(g * z for g, z in zip(upstream[f"dL_d{output.name}"], values[output.name], strict=True))
    gradients = sweep(model.forward, model.outputs, model.objective, sources)
    found = derived.evaluate(gradients.program, {**values, **upstream}, FIELD)
    hypotheses = {
        given[tensor.name][last]: 1 - sum(given[tensor.name][n] for n in others)
        for tensor in sources
        for last, others in last_of_sums(tensor)
    }
    points: Points = defaultdict(dict)

    def kept(e: sympy.Expr) -> sympy.Expr:
        return sympy.sympify(e).subs(hypotheses) if hypotheses else sympy.sympify(e)

    return [
        f"∂L/∂{x}"
        for tensor in sources
        for x, gradient in zip(given[tensor.name], found[f"dL_d{tensor.name}"], strict=True)
        if not same(kept(sympy.diff(loss, x)), kept(gradient), points)
    ]


Points: TypeAlias = defaultdict[int, dict[sympy.Expr, int]]
"""What is known of each point, by its seed: expressions share most of their parts."""


def same(left: sympy.Expr, right: sympy.Expr, points: Points) -> bool:
    return left == right or agree(left, right, points) or sympy.expand(left - right) == 0


def agree(left: sympy.Expr, right: sympy.Expr, points: Points) -> bool:
    """Whether the two are equal at a random point of a prime field, functions being arbitrary there."""
    for seed in range(100_000):
        try:
            return at_point(left, points[seed], seed) == at_point(right, points[seed], seed)
        except NoRootError:  # half of all elements are no squares
            continue
    raise AssertionError("no point where all roots exist")


class NoRootError(ArithmeticError):
    """An element that is no square; draw another point."""


def root(x: int) -> int:
    p = Prime.p
    found = pow(x, (p + 1) // 4, p)  # p ≡ 3 mod 4
    if found * found % p != x % p:
        raise NoRootError(x)
    return found


def at_point(e: sympy.Expr, known: dict[sympy.Expr, int], seed: int) -> int:
    if e not in known:
        field = Prime()
        if e.is_Rational:
            known[e] = field.number(e)
        elif e.is_Add or e.is_Mul:
            combine = field.add if e.is_Add else field.mul
            known[e] = reduce(combine, (at_point(part, known, seed) for part in e.args))
        elif e.is_Pow and e.exp.is_Rational:
            base = at_point(e.base, known, seed)
            assert e.exp.q in (1, 2)
            known[e] = pow(base if e.exp.q == 1 else root(base), int(e.exp.p), field.p)
        else:  # a symbol, or a function of arguments
            arguments = [part if part.is_Symbol else at_point(part, known, seed) for part in e.args]
            known[e] = arbitrary(seed, e.func.__name__, str(e) if e.is_Symbol else arguments) % field.p
    return known[e]


ALONE = [chain for layer in CATALOGUE.values() for chain in alone(layer)]
WIDEST = 30
"""A layer that reads more numbers than this takes SymPy seconds: `make volume` has time for them."""


def numbers_read(chain: Chain) -> int:
    return sum(prod(tensor.shape) for tensor in derived.sources(fits(chain)))


NARROWEST = [min(reversed(alone(layer)), key=numbers_read) for layer in CATALOGUE.values()]
"""Of every layer the network that reads the fewest numbers."""


def wide(chain: Chain) -> bool:
    return numbers_read(chain) > WIDEST and chain not in NARROWEST


@pytest.mark.parametrize(
    "chain",
    [pytest.param(c, marks=pytest.mark.volume) if wide(c) else c for c in ALONE],
    ids=[chain.text for chain in ALONE],
)
def test_the_square_commutes_for_every_layer(chain: Chain):
    model = fits(chain)
    assert differences(model) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_layer_of_the_catalogue_is_in_the_square(name):
    assert not all(map(wide, alone(CATALOGUE[name])))


NETWORKS = [
    "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
    "input(3) | linear(2) | tanh | linear(2) | mse",
    "input(2x3) | conv2d(1, 2, padding=1) | relu | flatten | linear(2) | mse(sum, half)",
    "input(2) | activation(f) | linear(2) | activation(g)",
    "input(3) as u | input(2) | bilinear(u, 2) | tanh",
    "input(2x2) as u | input(2x3) | bilinear(u, 1, bias=false)",
    "input(2x2) as u | input(2x2) | cosine_embedding(u)",
    "input(2) | linear(2) as u | input(2) | bilinear(u, 2) | cosine_embedding(u, 0.5, sum)",
    "input(2x1x2) | conv_transpose2d(2, 2, 2, 1, 1, groups=2, dilation=(1, 2)) | tanh",
    "input(2x2x2) | conv2d(2, 2, groups=2, padding=1, stride=2) | sigmoid | flatten | linear(1) | mse",
]


@pytest.mark.parametrize("text", NETWORKS)
def test_the_square_commutes_for_networks(text):
    assert differences(build(text)) == []


SECOND = [
    "input(2) | linear(2) | tanh | mse",
    "input(2) | linear(2) | activation(f) | linear(1) | mse(sum)",
    "input(2x3) | conv2d(1, 2, stride=2, padding=1) | sigmoid | mse",
    "input(2) | linear(2) | relu | linear(1) | mse(sum)",
    "input(2) | sigmoid | activation(f) | mse",
]


@pytest.mark.parametrize("text", SECOND)
def test_the_square_commutes_for_second_derivatives(text):
    """The gradient program is a program: S = Σ c·∂L/∂T over all sources T is swept again."""
    model = build(text)
    sources = derived.sources(model)
    first = sweep(model.forward, model.outputs, model.objective, sources)
    weights = {tensor: Tensor(f"c{tensor.name}", tensor.shape, "input") for tensor in sources}
    objective = Tensor("S", (), "objective")
    parts = [contraction(weights[tensor], first.of(tensor).target) for tensor in sources]
    body = parts[0]
    for part in parts[1:]:
        body = body + part
    twice = Program(
        (*model.forward.equations, *first.program.equations, Equation(objective, (), normal(body)))
    )
    second = sweep(twice, (), objective, sources, "S")
    given = {tensor.name: symbols(tensor) for tensor in (*sources, *weights.values())}
    values = run(model.definitions, given, FIELD)
    (loss,) = values["L"]
    truth = sum(
        c * sympy.diff(loss, x)
        for tensor in sources
        for c, x in zip(given[f"c{tensor.name}"], given[tensor.name], strict=True)
    )
    values |= derived.evaluate(first.program, values, FIELD)
    found = derived.evaluate(second.program, values, FIELD)
    points: Points = defaultdict(dict)
    for tensor in sources:
        for x, slope in zip(given[tensor.name], found[f"dS_d{tensor.name}"], strict=True):
            assert same(sympy.diff(truth, x), slope, points), x


def contraction(left: Tensor, right: Tensor):
    """``Σ left[…]·right[…]``."""
    match len(left.shape):
        case 1:
            return total(left.shape, lambda i: left[i] * right[i])
        case 2:
            return total(left.shape, lambda i, j: left[i, j] * right[i, j])
    raise AssertionError(left.shape)


TWICE = [
    "input(2) | linear(2) | mse",
    "input(2) | linear(2) | tanh | linear(1) | mse",
    "input(2) | linear(2) | relu | linear(1) | mse(sum)",
    "input(1) | linear(2) | activation(f) | linear(1) | mse",
    "input(2x3) | conv2d(1, 2, stride=2, padding=1) | sigmoid | mse",
    "input(2x2x2) | conv2d(1, 2) | tanh | flatten | linear(1) | mse",
    "input(2) | softmax | mse",
    "input(2) | linear(2) | cross_entropy",
    "input(2) | sigmoid | bce",
    "input(2x2) | max_pool2d(2) | flatten | linear(1) | mse",
    "input(2) as x | linear(2) | tanh | add(x) | mse",
    "input(1) | linear(1) as u | tanh | linear(1) sharing u | mse",
    "input(2) | linear(1) | elu | mse",
]


@pytest.mark.parametrize("text", TWICE)
def test_every_second_derivative_is_what_sympy_finds_by_differentiating_twice(text):
    model = build(text)
    given = {tensor.name: symbols(tensor) for tensor in derived.sources(model)}
    found = hessian(derive(model))
    values = run(model.definitions, given, FIELD)
    (loss,) = values["L"]
    values = derived.evaluate(found.derived.gradients.program, values, FIELD)
    values = derived.evaluate(found.program, values, FIELD)
    hypotheses = {
        given[tensor.name][last]: 1 - sum(given[tensor.name][n] for n in others)
        for tensor in derived.sources(model)
        for last, others in last_of_sums(tensor)
    }
    points: Points = defaultdict(dict)
    places = [(w, k) for w in found.derived.wanted for k in range(prod(w.shape))]
    for one in places:
        slope = sympy.diff(loss, given[one[0].name][one[1]])
        for two in places:
            truth = sympy.diff(slope, given[two[0].name][two[1]])
            mine = sympy.sympify(derived.second(found, values, one, two, sympy.Integer(0)))
            assert same(truth.subs(hypotheses), mine.subs(hypotheses), points), (one, two)
