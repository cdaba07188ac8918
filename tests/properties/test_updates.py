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
            values[target] = eval(program, {"__builtins__": {}}, values)  # noqa: S307  # our own
        values |= {key: values[f"{key}_new"] for key in fresh}
    for tensor, after in torch_steps(name).items():
        assert [values[key] for key in named(tensor, after)] == pytest.approx(after, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["momentum", "adam", "adamw"])
def test_constants_under_other_letters_beside_a_layer_norm_take_the_steps_of_torch(name):
    """The network has a β and a μ, so that the optimiser's are called otherwise; they do what they did."""
    found = json.loads(derive("input(3) | layer_norm | mse", wrt="weights").json(update=name))
    start = {"gamma": [0.5, -1.25, 2.0], "beta": [0.25, 0.0, -0.75]}
    a, y = [0.5, 2.0, -1.0], [1.0, -0.5, 0.25]
    other = {"mu": "alpha", "beta_1": "rho_1", "beta_2": "rho_2", "lambda": "lambda_"}
    constants = {other.get(key, key): value for key, value in VALUES.items() if key != "rho"}
    values = {"sqrt": math.sqrt, **constants}
    for tensor, entries in {**start, "a": a, "y": y}.items():
        values |= {f"{tensor}{n}": value for n, value in enumerate(entries, start=1)}
    fresh = {e["target"][: -len("_new")] for e in found["equations"] if e["target"].endswith("_new")}
    values |= dict.fromkeys(fresh - values.keys(), 0.0)
    w = {key: torch.tensor(value, dtype=torch.float64, requires_grad=True) for key, value in start.items()}
    optimiser = WITNESSES[name](list(w.values()))
    for values["t"] in (1, 2, 3):
        for e in found["equations"]:
            values[e["target"]] = eval(e["expression"], {"__builtins__": {}}, values)  # noqa: S307  # our own
        values |= {key: values[f"{key}_new"] for key in fresh}
        optimiser.zero_grad()
        z = torch.nn.functional.layer_norm(torch.tensor(a, dtype=torch.float64), (3,), w["gamma"], w["beta"])
        torch.nn.functional.mse_loss(z, torch.tensor(y, dtype=torch.float64)).backward()
        optimiser.step()
    for tensor, after in w.items():
        expected = after.detach().tolist()
        assert [values[f"{tensor}{n}"] for n in (1, 2, 3)] == pytest.approx(expected, rel=1e-12, abs=1e-12)
