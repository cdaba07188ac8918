"""Optimisers against torch.optim in double precision, the equations interpreted as they are written."""

from __future__ import annotations

import re

import pytest
from oracles.dual import run
from oracles.fields import Floats

from symgrad.algebra.tensors import Tensor, adjoint_of
from symgrad.catalogue import OPTIMISERS
from symgrad.catalogue.optimisers import LETTERS, constants

torch = pytest.importorskip("torch", reason="torch is not installed")

VALUES = {
    "eta": 0.0625, "mu": 0.875, "rho": 0.75, "beta_1": 0.8125, "beta_2": 0.9375, "epsilon": 0.001,
    "lambda": 0.25,
}  # fmt: skip
WITNESSES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=VALUES["eta"]),
    "momentum": lambda p: torch.optim.SGD(p, lr=VALUES["eta"], momentum=VALUES["mu"]),
    "nesterov": lambda p: torch.optim.SGD(p, lr=VALUES["eta"], momentum=VALUES["mu"], nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=VALUES["eta"], eps=VALUES["epsilon"]),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=VALUES["eta"], alpha=VALUES["rho"], eps=VALUES["epsilon"]),
    "adam": lambda p: torch.optim.Adam(
        p, lr=VALUES["eta"], betas=(VALUES["beta_1"], VALUES["beta_2"]), eps=VALUES["epsilon"]
    ),
    "adamw": lambda p: torch.optim.AdamW(
        p,
        lr=VALUES["eta"],
        betas=(VALUES["beta_1"], VALUES["beta_2"]),
        eps=VALUES["epsilon"],
        weight_decay=VALUES["lambda"],
    ),
}
SHAPE = (2, 3)
START = [[0.5, -1.25, 2.0], [-0.75, 0.125, -3.0]]


class AtStep(Floats):
    """Double precision with the constants of an optimiser, t being the number of the step."""

    def __init__(self, t):
        super().__init__()
        self.t = t

    def constant(self, name):
        base, _, power = name.partition("^")
        assert power in ("", "t")
        return VALUES[base] ** (self.t if power else 1)


def loss(w):
    return (torch.sin(3 * w) * w).sum() + (w[0] * w[1]).prod()


def witness(name, steps):
    """The gradient that each step was taken from, and the parameter after it."""
    w = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimiser = WITNESSES[name]([w])
    for _ in range(steps):
        optimiser.zero_grad()
        loss(w).backward()
        gradient = w.grad.flatten().tolist()
        optimiser.step()
        yield gradient, w.detach().flatten().tolist()


def test_every_optimiser_has_a_witness():
    assert OPTIMISERS.keys() == WITNESSES.keys()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_three_steps_are_those_of_torch(name):
    w = Tensor("w", SHAPE, "parameter")
    definitions = OPTIMISERS[name].step(w, adjoint_of(w))
    here = [entry for row in START for entry in row]
    kept = {d.target.beside.name: [0.0] * 6 for d in definitions if d.target.beside.role == "kept"}
    for t, (gradient, after) in enumerate(witness(name, 3), start=1):
        found = run(definitions, {"w": here, "dL_dw": gradient, **kept}, AtStep(t))
        here = found["w_new"]
        kept = {name: found[f"{name}_new"] for name in kept}
        assert here == pytest.approx(after, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_step_defines_the_parameter_last_and_reads_nothing_that_comes_later(name):
    w = Tensor("w", SHAPE, "parameter")
    targets = [definition.target for definition in OPTIMISERS[name].step(w, adjoint_of(w))]
    assert targets[-1].name == "w_new"
    assert len(set(targets)) == len(targets)
    assert all(target.shape == SHAPE for target in targets)


def test_an_optimiser_says_which_of_torch_it_is():
    for optimiser in OPTIMISERS.values():
        assert re.match(r"``torch\.optim\.\w+\(.*\)``", optimiser.step.__doc__)


@pytest.mark.parametrize("taken", sorted({name for names in LETTERS.values() for name in names}))
def test_the_constants_of_a_step_have_free_letters_and_no_two_one(taken):
    found = constants([taken, "mu"]).roles
    assert not {name.partition("_")[0] for name in found} & {taken, "mu"}
    assert list(found.values()) == list(constants().roles)
