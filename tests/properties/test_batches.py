"""Batches, exactly: against their samples, against dual numbers, for all N against each N; and against torch.

The derivation of a single sample knows nothing of batches, and the dual numbers walk the definitions as they
are written for the batch.
"""

from __future__ import annotations

from math import prod
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import derived
from oracles.agreement import drawn, with_a_field_that_has_what_it_takes
from oracles.chains import Chain, Step, random_branches, random_chain
from oracles.draws import often
from oracles.fields import Fractions, Prime
from oracles.sizes import equation_at as as_it_is_at
from oracles.sizes import tensor_at

from symgrad.algebra.instantiate import equation_at
from symgrad.algebra.program import Program
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.sweep import sweep
from symgrad.errors import DescriptionError
from symgrad.network.build import build

SEEDS = st.integers(0, 10**6)
SIZES = st.integers(1, 4)


def text_of_samples(seed):
    """A random network without a layer over the batch, its loss reduced by a sum."""
    rng = Random(seed)
    while True:
        chain, _ = random_chain(rng, longest=5, most_entries=24)
        layers = [CATALOGUE[step.name] for step in chain.steps]
        if all(layer.over == "sample" or layer.kind == "loss" for layer in layers):
            break
    steps = [
        Step(step.name, step.options | {"reduction": "sum"}) if layer.kind == "loss" else step
        for step, layer in zip(chain.steps, layers, strict=True)
    ]
    return Chain(chain.shape, tuple(steps)).text


def branches_of_samples(seed):
    """The same with branches, outputs that are read again and shared parameters."""
    rng = Random(seed)
    while True:
        model = random_branches(rng, most_entries=24)
        kinds = [CATALOGUE[step.layer] for step in model.steps if step.layer in CATALOGUE]
        text = model.text
        if kinds and kinds[-1].kind == "loss":
            kinds.pop()
            text = text.rsplit(" | ", 1)[0]
        if all(layer.over == "sample" for layer in kinds):
            try:
                return build(f"{text} | mse(sum)").text
            except DescriptionError:  # the loss compared two outputs
                continue


def evaluated(model, given, field):
    """Every tensor and every gradient at values for the sources and the upstream symbols."""
    forward = derived.evaluate(model.forward, given, field)
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    return derived.evaluate(gradients.program, forward, field)


def in_an_exact_field(check):
    try:
        return check(Prime())
    except TypeError:  # relu and its like need an order
        return check(Fractions())


def sum_of_samples(text, n, seed):
    """What differs between a batch of n samples and the samples, each by itself."""
    one, batch = build(text), build(text, batch=n)
    ends = () if one.objective else one.outputs

    def check(field):
        rng = Random(seed)
        shared = drawn(tuple(t for t in derived.sources(one) if t.role == "parameter"), rng, field)
        own = tuple(t for t in derived.sources(one) if t.role != "parameter")
        samples = [drawn(own, rng, field) for _ in range(n)]
        for sample in samples:
            sample.update({f"dL_d{name}": v for name, v in drawn(ends, rng, field).items()})
        alone = [evaluated(one, {**shared, **sample}, field) for sample in samples]
        whole = {name: [v for sample in samples for v in sample[name]] for name in samples[0]}
        together = evaluated(batch, {**shared, **whole}, field)
        wrong = []
        for name, found in together.items():
            summed = name == "L" or name.removeprefix("dL_d") in shared
            parts = [sample[name] for sample in alone]
            if name in shared:
                expected = shared[name]
            elif summed:
                expected = parts[0]
                for part in parts[1:]:
                    expected = [field.add(x, y) for x, y in zip(expected, part, strict=True)]
            else:
                expected = [v for part in parts for v in part]
            if found != expected:
                wrong.append(name)
        return wrong

    return in_an_exact_field(check)


@often(30, 200, seed=SEEDS, n=SIZES)
def test_a_batch_is_its_samples_and_the_gradient_of_a_parameter_their_sum(seed, n):
    text = text_of_samples(seed)
    assert sum_of_samples(text, n, seed) == [], text


@settings(max_examples=30)
@given(SEEDS, st.integers(2, 3))
def test_so_it_is_with_branches_and_shared_layers(seed, n):
    text = branches_of_samples(seed)
    assert sum_of_samples(text, n, seed) == [], text


def test_a_gradient_that_forgets_a_sample_is_seen(monkeypatch):
    """The property would be worth little if it held of anything."""
    import symgrad.network.build as builder
    from symgrad.algebra import lift

    monkeypatch.setattr(builder, "lifted", lambda d, n, inputs: lift.lifted(d, n - 1, inputs))
    with pytest.raises((AssertionError, ValueError, IndexError)):
        assert sum_of_samples("input(2) | linear(2) | mse(sum)", 3, 1) == []


def random_batch(rng, n, **bounds):
    """A random network that takes a batch of n samples, layers over the batch included."""
    while True:
        chain, _ = random_chain(rng, **bounds)
        try:
            return chain, build(chain.text, batch=n)
        except DescriptionError:
            continue


BATCH_NORM = "input(3) | linear(4) | batch_norm1d | relu | linear(2) | cross_entropy"
NETWORKS = {
    BATCH_NORM: 5,
    "input(2x3) | conv1d(2, 2) | batch_norm1d | tanh | flatten | linear(2) | mse": 3,
    "input(1x5x5) | conv2d(2, 2) | max_pool2d(2) | flatten | linear(3) | cross_entropy": 2,
    "input(2x2) | linear(3) | softmax | bce": 3,
    "input(3) | log_softmax | kl_div(batchmean)": 4,
    "input(3) | layer_norm | linear(2) | log_softmax | nll": 4,
    "input(2x3) | residual(linear(3) | sigmoid) | rms_norm | mse(half)": 2,
    "input(3) | linear(2) | mse(none)": 3,
    "input(3) | linear(2) | activation(f)": 3,
}


@pytest.mark.parametrize(("text", "n"), NETWORKS.items(), ids=map(str, range(len(NETWORKS))))
def test_dual_numbers_agree_on_a_batch(text, n):
    assert with_a_field_that_has_what_it_takes(build(text, batch=n), n) == []


@pytest.mark.parametrize("seed", range(60))
def test_dual_numbers_agree_on_a_batch_of_a_random_network(seed):
    chain, model = random_batch(Random(seed), 2, longest=4, most_entries=16)
    assert with_a_field_that_has_what_it_takes(model, seed) == [], chain.text


def programs(model):
    gradients = sweep(model.forward, model.outputs, model.objective, model.tensors)
    return (*model.forward.equations, *gradients.program.equations)


@pytest.mark.parametrize(("text", "n"), NETWORKS.items(), ids=map(str, range(len(NETWORKS))))
def test_the_formulas_for_every_n_are_at_each_n_those_of_that_batch(text, n):
    general = build(text, batch="N")
    for number in (n, 2, 7):
        concrete = build(text, batch=number)
        sources = derived.sources(concrete)
        assert [tensor_at(t, {"N": number}) for t in derived.sources(general)] == list(sources)
        ends = () if concrete.objective else concrete.outputs

        def check(field, number=number, concrete=concrete, sources=sources, ends=ends):
            rng = Random(text)
            given = drawn(sources, rng, field)
            given.update({f"dL_d{name}": v for name, v in drawn(ends, rng, field).items()})
            expected = derived.evaluate(Program(programs(concrete)), given, field)
            for put in (as_it_is_at, equation_at):
                equations = tuple(put(eq, {"N": number}) for eq in programs(general))
                assert derived.evaluate(Program(equations), given, field) == expected

        in_an_exact_field(check)


def test_torch_agrees_on_a_batch():
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch==2.13.0")
    from properties.test_torch import furthest_where_defined

    for seed in range(40):
        rng = Random(seed)
        found = furthest_where_defined(
            lambda rng=rng: random_batch(rng, rng.randint(2, 4), longest=4, most_entries=40), rng
        )
        assert found < (1e-10, ""), seed
    assert torch is not None


def test_torch_agrees_on_modules_that_take_the_batch_themselves():
    """torch.nn's own modules, on a batch as torch takes it; N symbolic gives the same."""
    torch = pytest.importorskip("torch", reason="torch is not installed: pip install torch==2.13.0")
    from symgrad import Network, evaluator

    nn = torch.nn
    modules = {
        BATCH_NORM: (
            nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2)),
            nn.CrossEntropyLoss(),
            5,
        ),
        "input(2x6x6) | conv2d(3, 3) | tanh | max_pool2d(2) | flatten | linear(2) | mse": (
            nn.Sequential(nn.Conv2d(2, 3, 3), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 2)),
            nn.MSELoss(),
            4,
        ),
        "input(3) | linear(2) | log_softmax | kl_div(reduction=batchmean)": (
            nn.Sequential(nn.Linear(3, 2), nn.LogSoftmax(-1)),
            nn.KLDivLoss(reduction="batchmean"),
            3,
        ),
    }
    for text, (net, loss, n) in modules.items():
        net = net.double()
        torch.manual_seed(n)
        model = build(text, batch=n)
        read = [t for t in model.tensors if t.role == "parameter"]
        held = dict(zip((t.name for t in read), net.parameters(), strict=True))
        (a,) = (t for t in model.tensors if t.role == "input")
        (y,) = (t for t in model.tensors if t.role == "target")
        x = torch.randn(*a.shape, dtype=torch.float64, requires_grad=True)
        target = torch.softmax(torch.randn(*y.shape, dtype=torch.float64), -1)
        loss(net(x), target).backward()
        held |= {a.name: x}
        values = {name: t.detach().numpy() for name, t in held.items()} | {"y": target.numpy()}
        for batch in (n, "N"):
            found = evaluator(Network(text, batch=batch))(values)
            for name, leaf in held.items():
                scale = max(1e-2, leaf.grad.abs().max().item())  # 0 but for rounding: b before batch_norm
                assert abs(found[f"dL_d{name}"] - leaf.grad.numpy()).max() <= 1e-10 * scale, (text, name)
            assert prod(found["L"].shape) == 1
