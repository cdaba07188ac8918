"""What ``--update`` prints, run as programs: three steps of training are those of torch."""

import json
import math

import pytest
from catalogue.test_optimisers import VALUES, WITNESSES

from symgrad.api import derive

torch = pytest.importorskip("torch", reason="torch is not installed")

NETWORK = "input(4x4) | conv2d(1, 2, stride=2) | tanh | flatten | linear(2) | sigmoid | mse"
A = [((7 * n) % 5 - 2) / 4 for n in range(16)]
Y = [0.25, 0.75]
START = {
    "w1": [0.5, -0.25, 0.125, 1.0],
    "b1": [0.375],
    "w2": [0.25, -0.5, 0.75, -1.0, 0.125, 0.5, -0.375, 0.625],
    "b2": [0.0, -0.5],
}


def torch_steps(name):
    w = {key: torch.tensor(value, dtype=torch.float64, requires_grad=True) for key, value in START.items()}
    a, y = (torch.tensor(value, dtype=torch.float64) for value in (A, Y))
    optimiser = WITNESSES[name](list(w.values()))
    for _ in range(3):
        optimiser.zero_grad()
        z = torch.nn.functional.conv2d(a.reshape(1, 1, 4, 4), w["w1"].reshape(1, 1, 2, 2), w["b1"], stride=2)
        out = torch.sigmoid(
            torch.nn.functional.linear(torch.tanh(z).flatten(), w["w2"].reshape(2, 4), w["b2"])
        )
        torch.nn.functional.mse_loss(out, y).backward()
        optimiser.step()
    return {key: value.detach().tolist() for key, value in w.items()}


def named(tensor, values):
    return {f"{tensor}_{n}": value for n, value in enumerate(values, start=1)}


@pytest.mark.parametrize("view", ["scalar", "chain"])
@pytest.mark.parametrize("name", WITNESSES)
def test_three_steps_by_the_printed_expressions_are_those_of_torch(name, view):
    found = json.loads(derive(NETWORK, wrt="weights").json(view, update=name))
    programs = [(e["target"], compile(e["expression"], e["target"], "eval")) for e in found["equations"]]
    values = {
        **vars(math),
        "max": max,
        "abs": abs,
        **named("a0", A),
        **{f"y{n}": y for n, y in enumerate(Y, 1)},
    }
    values |= {("lambda_" if key == "lambda" else key): value for key, value in VALUES.items()}
    for tensor, start in START.items():
        values |= named(tensor, start)
    fresh = {key[: -len("_new")] for key, _ in programs if key.endswith("_new")}
    values |= dict.fromkeys(fresh - values.keys(), 0.0)
    for t in (1, 2, 3):
        values["t"] = t
        for target, program in programs:
            values[target] = eval(program, {"__builtins__": {}}, values)  # noqa: S307
        values |= {key: values[f"{key}_new"] for key in fresh}
    for tensor, after in torch_steps(name).items():
        assert [values[key] for key in named(tensor, after)] == pytest.approx(after, rel=1e-12, abs=1e-12)
