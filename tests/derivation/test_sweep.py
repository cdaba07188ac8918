"""The reverse sweep: the article's truth, entry by entry, and the rules that the sweep is made of."""

from __future__ import annotations

import pytest
from golden.article import FORWARD, NETWORK, PIXELS, WEIGHTS
from oracles.derived import evaluate
from oracles.dual import box, slopes
from oracles.fields import Prime

from symgrad.algebra.affine import Index, affine
from symgrad.algebra.brackets import at_least
from symgrad.algebra.functions import tanh
from symgrad.algebra.program import Program, equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import layouts
from symgrad.algebra.written import Definition, Iverson, define, total
from symgrad.derivation.sweep import sweep
from symgrad.errors import AlgebraError
from symgrad.network.build import build


def said(eq):
    """What an unrolled equation says: for each entry of its target the products, as ``a1·w1``."""
    found = {}
    for number, place in enumerate(box(eq.axes), 1):
        products = []
        for layout in layouts(eq.body, eq.axes):
            assert layout.coefficient == 1
            stems = [site.entry.tensor.name.removeprefix("dL_d") for site in layout.sites]
            for point in layout.points(place):
                factors = sorted(f"{stem}{n + 1}" for stem, n in zip(stems, point, strict=True))
                products.append("·".join(factors))
        found[number] = products
    return found


def article():
    model = build(NETWORK)
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    return {eq.target.name: said(eq) for eq in (*model.forward.equations, *gradients.program.equations)}


def test_the_article_names_its_tensors_and_nothing_else():
    assert set(article()) == {"z", "dL_dw", "dL_da"}


@pytest.mark.parametrize("z", FORWARD)
def test_the_article_z(z):
    truth = [f"{a}·w{k}" for k, a in enumerate(FORWARD[z].split(), 1)]
    assert len(truth) == 9
    assert article()["z"][int(z[1:])] == truth


@pytest.mark.parametrize("w", WEIGHTS)
def test_the_article_dL_dw(w):
    truth = [f"{a}·z{k}" for k, a in enumerate(WEIGHTS[w].split(), 1)]
    assert len(truth) == 4
    assert article()["dL_dw"][int(w[1:])] == truth


@pytest.mark.parametrize("a", PIXELS)
def test_the_article_dL_da(a):
    assert article()["dL_da"][int(a[1:])] == PIXELS[a].split()


def test_the_article_has_no_entry_that_the_golden_file_forgot():
    assert len(article()["z"]) == len(FORWARD)
    assert len(article()["dL_dw"]) == len(WEIGHTS)
    assert sum(map(len, article()["dL_da"].values())) == 4 * 9


def test_a_tensor_that_nothing_reads_has_the_gradient_zero():
    """A kernel that sees only padding: z = b, and the gradients by a and w were missing."""
    model = build("input(1x1) | conv2d(1, 1, stride=2, padding=1)")  # a 2×2 output
    gradients = sweep(model.forward, model.outputs, None, model.tensors)
    found = {eq.target.name: said(eq) for eq in gradients.program.equations}
    assert found == {"dL_dw": {1: []}, "dL_da": {1: []}, "dL_db": {1: [f"z{n}" for n in range(1, 5)]}}


def test_only_what_leads_to_the_wanted_tensors_is_derived():
    model = build("input(3) | linear(2) | tanh | linear(2) | mse")
    found = sweep(model.forward, (), model.objective, [model.tensor("w2")]).program.equations
    assert [eq.target.name for eq in found] == ["dL_dz2", "dL_dw2"]
    everything = sweep(model.forward, (), model.objective, model.tensors).program
    given = set()
    for eq in everything.equations:
        assert all(t in given or t.role != "adjoint" for t in eq.reads())
        given.add(eq.target)


def test_one_equation_for_each_tensor_and_none_for_the_loss():
    model = build("input(3) | linear(2) | tanh | linear(2) | mse")
    found = sweep(model.forward, (), model.objective, model.tensors)
    names = [eq.target.name for eq in found.program.equations]
    assert len(names) == len(set(names))
    assert set(names) == {f"dL_d{t.name}" for t in model.tensors if t.role != "objective"}
    assert found.upstream == ()


def test_without_a_loss_the_upstream_is_a_symbol_with_no_equation():
    model = build("input(3) | linear(2)")
    found = sweep(model.forward, model.outputs, None, model.tensors)
    assert [t.name for t in found.upstream] == ["dL_dz"]
    assert found.of(model.tensor("z")) is None
    assert found.of(model.tensor("w")).target.of is model.tensor("w")


def test_an_output_that_is_read_again_is_refused():
    """It printed ∂L/∂y = ∂L/∂y + …, which is not true: one is the upstream, the other the whole."""
    x, y, z = (Tensor(name, (3,), "intermediate") for name in "xyz")
    program = Program((equation(define(y, lambda i: x[i] ** 2)), equation(define(z, lambda i: y[i] * x[i]))))
    with pytest.raises(AlgebraError, match="y is an output that is read again"):
        sweep(program, (y, z), None, (x,))


def test_a_tensor_with_several_users_accumulates_them():
    x, y, z = (Tensor(name, (3,), "intermediate") for name in "xyz")
    loss = Tensor("L", (), "objective")
    definitions = (
        define(y, lambda i: x[i] ** 2),
        define(z, lambda i: y[i] * x[i]),
        define(loss, lambda: total(3, lambda i: z[i] * y[i])),
    )
    assert disagreements(definitions, {"x": [2, 3, 5]}, (x,)) == []


def disagreements(definitions, given, wanted):
    """The wanted tensors whose derived gradient is not the slope along a fixed direction."""
    field = Prime()
    program = Program(tuple(map(equation, definitions)))
    found = sweep(program, (), definitions[-1].target, wanted)
    values = evaluate(program, given, field)
    values = evaluate(found.program, values, field)
    wrong = []
    for tensor in wanted:
        direction = {
            name: [7 * n + 1 if name == tensor.name else 0 for n in range(len(v))]
            for name, v in given.items()
        }
        plain, moved = slopes(definitions, given, direction, field)
        assert all(values[name] == plain[name] for name in plain)
        gradient = values[f"dL_d{tensor.name}"]
        if (
            sum(x * g for x, g in zip(direction[tensor.name], gradient, strict=True)) % field.p
            != moved["L"][0]
        ):
            wrong.append(tensor.name)
    return wrong


def test_a_definition_that_reads_itself_is_differentiated_through_time():
    """h[t] = tanh(x[t] + v·h[t−1]) with nothing before the first: the shift bracket does it."""
    x, v = Tensor("x", (5,), "input"), Tensor("v", (), "parameter")
    h, loss = Tensor("h", (5,), "intermediate"), Tensor("L", (), "objective")
    t = Index(5, "t")
    before = Iverson((at_least(t, 1),)) * h[affine(t) - 1]
    definitions = (
        Definition(h, (t,), tanh(x[t] + v[()] * before)),
        define(loss, lambda: total(5, lambda i: h[i] ** 3)),
    )
    assert disagreements(definitions, {"x": [3, 1, 4, 1, 5], "v": [9]}, (x, v)) == []


def test_a_second_sweep_by_the_same_quantity_is_refused():
    """dL_dz of the second sweep and the dL_dz that the program already has are two tensors."""
    model = build("input(2) | linear(1) | mse")
    first = sweep(model.forward, (), model.objective, model.tensors)
    twice = Program((*model.forward.equations, *first.program.equations))
    w = model.tensor("w")
    with pytest.raises(AlgebraError, match="dL_d"):
        sweep(twice, (first.of(w).target,), None, (w,))
    assert sweep(twice, (first.of(w).target,), None, (w,), "S").of(w).target.name == "dS_dw"


def test_the_sums_that_results_use_are_told_with_them():
    """Σ y = 1 is a hypothesis of cross-entropy's p − y; Σ x̂ = 0 of layer_norm follows from its equation."""

    def told(text):
        model = build(text)
        used = sweep(model.forward, model.outputs, model.objective, model.tensors).facts
        return [(fact.tensor.name, fact.axes, fact.value, fact.assumed) for fact in used]

    assert told("input(3) | cross_entropy") == [("y", (0,), 1, True)]
    assert told("input(3) | layer_norm") == [("x", (0,), 0, False)]
    assert told("input(3) | linear(2) | mse") == []


@pytest.mark.parametrize(
    "text",
    [
        "input(2) | linear(2) as u | tanh | linear(2) sharing u | mse",
        "input(2) as x | linear(2) as u | input(2) as q | linear(2) sharing u | add(u) | tanh | mse",
        "input(2x3x3) as q | residual(conv2d(2, 3, 1, 1) | tanh) | concat(q) | layer_norm | l1",
    ],
)
def test_an_equation_reads_only_what_stands_before_it(text):
    """What is shared has its gradient after those of all that read it, as a reader needs it."""
    model = build(text)
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    equations = (*model.forward.equations, *gradients.program.equations)
    later = {eq.target for eq in equations}
    for eq in equations:
        assert later.isdisjoint(eq.reads()), eq.target.name
        later.remove(eq.target)
