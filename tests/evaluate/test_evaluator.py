import random
import warnings

import numpy as np
import pytest
import sympy

from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import define, maximum, total
from symgrad.derivation.sweep import sweep
from symgrad.errors import BudgetError, ValuesError
from symgrad.evaluate import evaluator as module
from symgrad.evaluate.evaluator import evaluator
from symgrad.network.build import build
from symgrad.network.from_sympy import model_from_sympy
from symgrad.network.model import Model

ARTICLE = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
MLP = "input(4) | linear(8) | tanh | linear(3) | mse"


def made(network):
    model = build(network) if isinstance(network, str) else network
    wanted = [tensor for tensor in model.tensors if tensor.role in ("input", "parameter")]
    return evaluator(model, sweep(model.forward, model.outputs, model.objective, wanted))


def drawn(f, batched=(), samples=3, seed=0):
    rng = np.random.default_rng(seed)
    return {
        tensor.name: rng.normal(size=(samples, *tensor.shape) if tensor.name in batched else tensor.shape)
        for tensor in f.sources
    }


def not_parameters(f):
    return {tensor.name for tensor in f.sources if tensor.role != "parameter"}


def by_tables(f, values, functions=None):
    """The same call by the other backend."""
    f._straight = None
    return f(values, functions)


def close(found, expected, tolerance=1e-12):
    """Equal, relative to the tensor's largest entry."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].shape == np.shape(value), name
        assert np.abs(found[name] - value).max(initial=0) <= tolerance * np.abs(value).max(initial=1e-300), (
            name
        )


def article_by_loops(a, w, up):
    z, dw, da = np.zeros((2, 2)), np.zeros((3, 3)), np.zeros((5, 5))
    for i in range(2):
        for j in range(2):
            for u in range(3):
                for v in range(3):
                    z[i, j] += a[2 * i + u, 2 * j + v] * w[u, v]
                    dw[u, v] += a[2 * i + u, 2 * j + v] * up[i, j]
                    da[2 * i + u, 2 * j + v] += w[u, v] * up[i, j]
    return {"z": z, "dL_dw": dw, "dL_da": da}


def mlp_by_loops(a0, w1, b1, w2, b2, y):
    z1, a1, z2 = np.zeros(8), np.zeros(8), np.zeros(3)
    for i in range(8):
        z1[i] = b1[i] + sum(w1[i, j] * a0[j] for j in range(4))
        a1[i] = np.tanh(z1[i])
    for i in range(3):
        z2[i] = b2[i] + sum(w2[i, j] * a1[j] for j in range(8))
    loss = sum((z2[i] - y[i]) ** 2 for i in range(3)) / 3
    dz2 = np.array([2 * (z2[i] - y[i]) / 3 for i in range(3)])
    da1 = np.array([sum(w2[i, j] * dz2[i] for i in range(3)) for j in range(8)])
    dz1 = np.array([da1[i] * (1 - a1[i] ** 2) for i in range(8)])
    return {
        "z1": z1, "a1": a1, "z2": z2, "L": np.array(loss), "dL_dz2": dz2, "dL_da1": da1, "dL_dz1": dz1,
        "dL_dw2": np.outer(dz2, a1), "dL_db2": dz2, "dL_dw1": np.outer(dz1, a0), "dL_db1": dz1,
        "dL_da0": np.array([sum(w1[i, j] * dz1[i] for i in range(8)) for j in range(4)]),
    }  # fmt: skip


LOOPS = [
    (ARTICLE, lambda v: article_by_loops(v["a"], v["w"], v["dL_dz"])),
    (MLP, lambda v: mlp_by_loops(**v)),
]


@pytest.mark.parametrize(("network", "loops"), LOOPS, ids=["article", "mlp"])
def test_one_sample_is_what_loops_give(network, loops):
    f = made(network)
    values = drawn(f)
    expected = loops(values)
    close(dict(sorted(f(values).items())), dict(sorted(expected.items())))
    close(dict(sorted(by_tables(f, values).items())), dict(sorted(expected.items())))


@pytest.mark.parametrize(("network", "loops"), LOOPS, ids=["article", "mlp"])
@pytest.mark.parametrize("which", ["all but parameters", "everything", "parameters", "one input"])
def test_a_batch_comes_per_sample_and_what_is_shared_gets_the_sum(network, loops, which):
    f = made(network)
    others = not_parameters(f)
    everything = {tensor.name for tensor in f.sources}
    batched = {
        "all but parameters": others,
        "everything": everything,
        "parameters": everything - others,
        "one input": {f.sources[0].name},
    }[which]
    values = drawn(f, batched, samples=4)
    samples = [loops({k: v[n] if k in batched else v for k, v in values.items()}) for n in range(4)]
    shared = {f"dL_d{name}" for name in everything - batched}
    expected = {
        name: sum(s[name] for s in samples) if name in shared else np.stack([s[name] for s in samples])
        for name in f(values)
    }
    close(f(values), expected)


def test_results_stand_in_order_of_evaluation_and_have_the_tensors_shapes():
    f = made(MLP)
    results = f(drawn(f))
    assert list(results) == [tensor.name for tensor in f.targets]
    assert [value.shape for value in results.values()] == [tensor.shape for tensor in f.targets]
    assert all(value.dtype == np.float64 for value in results.values())
    assert results["L"].shape == ()


NETWORKS = [
    ARTICLE,
    MLP,
    "input(1x8x8) | conv2d(2, 3, padding=1) | relu | sigmoid | flatten | linear(3) | mse",
    "input(2x6x5) | conv2d(4, (2, 3), stride=(2, 1), padding=(1, 0), groups=2) | tanh | conv2d(1, 2)",
    "input(3x4) | linear(2) | sigmoid | flatten | linear(2, bias=false) | mse(reduction=sum, half=true)",
    "input(6) | tanh | relu | mse",
    "input(4x4) | flatten",
    "input(2x5x5) | max_pool2d(3, 2, 1) | tanh | avg_pool2d(2) | flatten | linear(2) | mse",
]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("which", ["one", "shared", "own"])
def test_the_two_backends_agree(network, which, monkeypatch):
    monkeypatch.setattr(module, "STRAIGHT_PRODUCTS", 100_000)
    f = made(network)
    everything = {tensor.name for tensor in f.sources}
    batched = {"one": set(), "shared": not_parameters(f), "own": everything}[which]
    values = drawn(f, batched, samples=3)
    assert f._straight is not None
    each = [f({k: v[n] if k in batched else v for k, v in values.items()}) for n in range(3)]
    expected = each[0]
    if batched:
        expected = {
            k: sum(s[k] for s in each) if k[4:] in everything - batched else np.stack([s[k] for s in each])
            for k in each[0]
        }
    close(by_tables(f, values), expected)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_batch_in_slices_is_the_batch(network, monkeypatch):
    f = made(network)
    values = drawn(f, not_parameters(f), samples=7)
    whole = f(values)
    monkeypatch.setattr(module, "_MOST_AT_ONCE", 1)
    close(f(values), whole)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_batch_of_one_is_the_sample_and_a_batch_of_none_is_empty(network):
    f = made(network)
    values = drawn(f, not_parameters(f), samples=1)
    one = f({k: v[0] if k in not_parameters(f) else v for k, v in values.items()})
    found = f(values)
    shared = {f"dL_d{tensor.name}" for tensor in f.sources if tensor.role == "parameter"}
    close({k: v if k in shared else v[0] for k, v in found.items()}, one)
    none = f(drawn(f, not_parameters(f), samples=0))
    for name, value in none.items():
        assert value.shape == (one[name].shape if name in shared else (0, *one[name].shape))
        assert not value.any()


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_every_result_is_an_array_of_its_own(network, batched):
    f = made(network)
    values = drawn(f, not_parameters(f) if batched else ())
    before = {name: value.copy() for name, value in values.items()}
    results = f(values)
    again = f(values)
    for name in results:
        others = {n: v.copy() for n, v in results.items() if n != name}
        results[name] += 1
        close({n: results[n] for n in others}, others, 0)
    close(values, before, 0)
    close(f(values), again, 0)


def test_whatever_numpy_takes_for_numbers_is_taken():
    f = made(ARTICLE)
    values = drawn(f)
    values["a"] = np.arange(25).reshape(5, 5)
    expected = f({**values, "a": values["a"].astype(float)})
    for form in (
        np.ndarray.tolist,
        np.asfortranarray,
        lambda x: x.astype(np.float32),
        lambda x: x[::-1][::-1],
    ):
        close(f({**values, "a": form(values["a"])}), expected, 0)


REFUSED = [
    ({"a": np.zeros((5, 4))}, r"a has shape \(5, 4\); expected \(5, 5\), or \(n, 5, 5\) for a batch"),
    ({"w": np.zeros(9)}, r"w has shape \(9,\); expected \(3, 3\)"),
    ({"a": np.zeros((2, 3, 5, 5))}, r"a has shape \(2, 3, 5, 5\)"),
    ({"a": np.zeros((2, 5, 5)), "dL_dz": np.zeros((3, 2, 2))}, "the batches differ in size: a 2, dL_dz 3"),
    ({"a": None}, "no value is given for a"),
    ({"a": None, "w": None}, r"no value is given for a \(5, 5\), w \(3, 3\)"),
    ({"dL_dx": np.zeros((2, 2))}, "no value is asked for 'dL_dx'; did you mean dL_dz"),
    ({"z": np.zeros((2, 2))}, "no value is asked for 'z', which is computed"),
    ({"a": [["x"] * 5] * 5}, "'a' must hold real numbers"),
    ({"a": [[1, 2], [3]]}, "'a' is ragged"),
    ({"a": np.zeros((5, 5), complex)}, "'a' must hold real numbers"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_values_that_do_not_fit_are_refused(change, message):
    f = made(ARTICLE)
    values = {**drawn(f), **change}
    values = {name: value for name, value in values.items() if value is not None}
    with pytest.raises(ValuesError, match=message):
        f(values)


def test_an_unknown_activation_needs_its_functions():
    f = made("input(3) | linear(4) | activation(f) | linear(2) | activation(g) | mse")
    g = made("input(3) | linear(4) | tanh | linear(2) | sigmoid | mse")
    values = drawn(f, {"a0", "y"})
    functions = {
        "f": np.tanh,
        "df": lambda x: 1 - np.tanh(x) ** 2,
        "g": lambda x: 1 / (1 + np.exp(-x)),
        "dg": lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    }
    close(f(values, functions), g(values))
    one = drawn(f)
    close(f(one, functions), g(one))
    with pytest.raises(ValuesError, match="no function is given for dg, df; pass functions="):
        f(one, {"f": np.tanh, "g": np.tanh})
    with pytest.raises(ValuesError, match="no function is given for f, g, dg, df"):
        f(one)


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("size", [1000.0, 1e100])
def test_saturated_networks_give_numbers_without_a_warning(batched, size):
    f = made("input(4) | linear(3) | sigmoid | linear(3) | tanh | linear(2) | relu | mse")
    values = {name: value * size for name, value in drawn(f, not_parameters(f) if batched else ()).items()}
    values["y"] = values["y"] / size
    values["w3"] = values["w3"] / size
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = f(values)
    assert all(np.isfinite(value).all() for value in results.values())


@pytest.mark.parametrize("batched", [False, True])
def test_what_has_no_real_value_becomes_infinite_or_nan_and_does_not_raise(batched):
    a, z = sympy.symbols("a z")
    f = made(model_from_sympy({z: sympy.exp(a) + sympy.log(a) + a ** sympy.Rational(1, 2) + 1 / a}))
    wrap = (lambda x: np.array([x])) if batched else np.array
    up = {"dL_dz": wrap(1.0)}
    assert np.isposinf(f({"a": wrap(1000.0), **up})["z"])
    assert np.isnan(f({"a": wrap(-1.0), **up})["z"])
    assert np.isnan(f({"a": wrap(np.nan), **up})["z"])
    assert np.isnan(f({"a": wrap(0.0), **up})["z"])
    close(f({"a": wrap(4.0), **up}), {
        "z": wrap(np.exp(4) + np.log(4) + 2 + 0.25), "dL_da": wrap(np.exp(4) + 0.25 + 0.25 - 1 / 16)
    })  # fmt: skip


def test_relu_at_zero_has_slope_zero():
    f = made("input(3) | relu | mse(reduction=sum)")
    values = {"a": np.array([0.0, -0.0, 2.0]), "y": np.ones(3)}
    for results in (f(values), by_tables(f, values)):
        assert results["dL_da"].tolist() == [0, 0, 2]


def pooled():
    """A network with a maximum, stated by hand: the largest of each two, then the sum of squares."""
    a, p, loss = (
        Tensor("a", (3, 4), "input"),
        Tensor("p", (3, 2), "intermediate"),
        Tensor("L", (), "objective"),
    )
    definitions = (
        define(p, lambda i, j: maximum(2, lambda u: a[i, 2 * j + u])),
        define(loss, lambda: total((3, 2), lambda i, j: p[i, j] ** 2)),
    )
    return Model("", definitions, (a, p, loss), (loss,), loss)


def test_a_maximum_passes_its_gradient_to_the_first_maximiser():
    f = made(pooled())
    a = np.array([[1.0, 1, 2, 3], [5, 4, -1, -1], [0, 0, 7, 6]])
    expected = [[2, 0, 0, 6], [10, 0, -2, 0], [0, 0, 14, 0]]
    assert f({"a": a})["dL_da"].tolist() == expected
    assert f({"a": np.stack([a, a])})["dL_da"].tolist() == [expected, expected]
    assert by_tables(f, {"a": a})["dL_da"].tolist() == expected


def test_definitions_in_sympy_are_evaluated_by_their_names():
    a1, w1, y, z1, h1, loss = sympy.symbols("a1 w1 y z1 h1 L")
    f = made(model_from_sympy({z1: a1 * w1, h1: sympy.tanh(z1), loss: (h1 - y) ** 2}))
    a, w, t = np.array([0.5, -1.0]), np.array(2.0), np.array(0.25)
    h = np.tanh(a * w)
    d = 2 * (h - t) * (1 - h**2)
    found = f({"a1": a, "w1": w, "y": t})
    close(
        {name: found[name] for name in ("L", "dL_da1", "dL_dw1", "dL_dy")},
        {"L": (h - t) ** 2, "dL_da1": d * w, "dL_dw1": (d * a).sum(), "dL_dy": (-2 * (h - t)).sum()},
    )


def test_a_network_of_lenet_s_size_is_evaluated():
    f = made("input(1x28x28) | conv2d(4, 5) | relu | flatten | linear(10) | mse")
    values = drawn(f, {"a0", "y"}, samples=2)
    results = f(values)
    a0, w1, b1, w2, b2 = (values[name] for name in ("a0", "w1", "b1", "w2", "b2"))
    windows = np.lib.stride_tricks.sliding_window_view(a0[:, 0], (5, 5), axis=(1, 2))
    z1 = np.einsum("nijuv,ouv->noij", windows, w1[:, 0]) + b1[:, None, None]
    v = np.maximum(z1, 0).reshape(2, -1)
    z2 = v @ w2.T + b2
    dz2 = 2 * (z2 - values["y"]) / 10
    dz1 = (dz2 @ w2).reshape(z1.shape) * (z1 > 0)
    expected = {
        "z1": z1, "z2": z2, "L": ((z2 - values["y"]) ** 2).mean(axis=1), "dL_dw2": dz2.T @ v, "dL_dz1": dz1,
        "dL_dw1": np.einsum("nijuv,noij->ouv", windows, dz1)[:, None], "dL_db1": dz1.sum(axis=(0, 2, 3)),
    }  # fmt: skip
    close({name: results[name] for name in expected}, expected)


def test_more_products_than_the_bound_are_refused_before_they_are_made():
    with pytest.raises(BudgetError, match=r"at most 10,000,000 are evaluated"):
        made("input(3x224x224) | conv2d(64, 7)")


def torch_or_skip():
    return pytest.importorskip("torch", reason="torch is the oracle of this test: pip install -e '.[torch]'")


def random_network(rng):
    """A description of up to six layers, and what builds the same in torch from the values."""
    channels, size = rng.randint(1, 3), rng.randint(5, 8)
    parts, steps, image = [f"input({channels}x{size}x{size})"], [], True
    for _ in range(rng.randint(1, 5)):
        kind = rng.choice(["conv2d", "act", "flatten", "linear"] if image else ["act", "linear"])
        if kind == "conv2d":
            kernel = rng.randint(1, min(3, size))
            stride, padding = rng.randint(1, 3), rng.randint(0, 2)
            dilation = rng.randint(1, 2) if (kernel - 1) * 2 < size else 1
            groups = channels if rng.random() < 0.3 else 1
            out, bias = groups * rng.randint(1, 2), rng.random() < 0.5
            parts.append(
                f"conv2d({out}, {kernel}, stride={stride}, padding={padding}, dilation={dilation}, "
                f"groups={groups}, bias={'true' if bias else 'false'})"
            )
            steps.append(
                (
                    "conv2d",
                    bias,
                    {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups},
                )
            )
            channels, size = out, (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
        elif kind == "linear":
            bias = rng.random() < 0.5
            size = rng.randint(1, 4)
            parts.append(f"linear({size}, bias={'true' if bias else 'false'})")
            steps.append(("linear", bias, {}))
            image = False  # rows may now be of another length than columns: no convolution any more
        elif kind == "flatten":
            parts.append("flatten")
            steps.append(("flatten", False, {}))
            image = False
        else:
            name = rng.choice(["relu", "tanh", "sigmoid"])
            parts.append(name)
            steps.append((name, False, {}))
    if rng.random() < 0.6:
        parts.append("mse")
        steps.append(("mse", False, {}))
    return " | ".join(parts), steps


def in_torch(torch, steps, f, values, samples):
    """The end of the network and the leaves by name."""
    leaves = {name: torch.from_numpy(value.copy()).requires_grad_() for name, value in values.items()}
    parameters = iter(tensor.name for tensor in f.sources if tensor.role == "parameter")
    here = leaves[f.sources[0].name]
    if not samples:
        here = here[None]
    for kind, bias, options in steps:
        if kind in ("conv2d", "linear"):
            w = leaves[next(parameters)]
            b = leaves[next(parameters)] if bias else None
            here = getattr(torch.nn.functional, kind)(here, w, b, **options)
        elif kind == "flatten":
            here = here.flatten(1)
        elif kind == "mse":
            here = ((here - leaves["y"]) ** 2).flatten(1).mean(1)
        else:
            here = getattr(torch, kind)(here)
    return here if samples else here[0], leaves


@pytest.mark.parametrize("seed", range(60))
def test_random_networks_agree_with_torch(seed):
    torch = torch_or_skip()
    rng = random.Random(seed)
    text, steps = random_network(rng)
    f = made(text)
    samples = rng.choice([0, 1, 4])
    values = drawn(f, not_parameters(f) if samples else (), samples=samples, seed=seed)
    end, leaves = in_torch(torch, steps, f, values, samples)
    upstream = leaves.get(next((t.name for t in f.sources if t.name.startswith("dL_d")), ""))
    end.backward(torch.ones_like(end) if upstream is None else upstream.detach())
    found = f(values)
    output = found["L" if "L" in found else [n for n in found if not n.startswith("dL_d")][-1]]
    compared = {"end": end.detach().numpy()}
    mine = {"end": output}
    for name, leaf in leaves.items():
        if not name.startswith("dL_d") and f"dL_d{name}" in found:
            compared[name], mine[name] = leaf.grad.numpy(), found[f"dL_d{name}"]
    assert len(compared) > 1
    close(mine, compared, 1e-10)
    close(by_tables(f, values), found)


def test_a_batch_of_unknown_size_takes_as_many_samples_as_it_is_given():
    import symgrad as sg

    net = "input(2x2) | conv2d(1, 2) | tanh | flatten | linear(2) | softmax | mse"
    f = sg.evaluator(sg.Network(net, batch="N"))
    for samples in (1, 3, 2):
        one = sg.evaluator(sg.Network(net, batch=samples))
        values = drawn(one, (), samples=0, seed=samples)
        close(f(values), one(values), 1e-15)
    assert [t.name for t in f.sources] == ["a0", "w1", "b1", "w2", "b2", "y"]


def test_a_batch_of_unknown_size_may_be_one_of_several():
    import symgrad as sg

    f = sg.evaluator(sg.Network("input(2) | linear(1) | mse", batch="N"))
    values = {"a": [[[1, 2], [3, 4]], [[0, 0], [1, 1]]], "w": [[1, -1]], "b": [0], "y": [[[0], [0]]] * 2}
    assert f(values)["L"].tolist() == [1, 0]
    with pytest.raises(ValuesError, match="at least one sample"):
        f({"a": np.zeros((0, 2)), "w": [[1, -1]], "b": [0], "y": np.zeros((0, 1))})


def test_a_hessian_of_a_batch_needs_the_number_of_samples():
    import symgrad as sg
    from symgrad.errors import AlgebraError

    net = "input(2) | linear(1) | mse"
    with pytest.raises(AlgebraError, match="needs the number of samples"):
        sg.hessian_vector(sg.derive(net, batch="N"))
    values = {"a": [[1.0, 0.0], [0.0, 2.0]], "w": [[0.0, 0.0]], "b": [0.0], "y": [[0.0], [0.0]]}
    # L = ((w1 + b)² + (2·w2 + b)²)/2
    column = sg.hessian_vector(sg.derive(net, wrt="weights", batch=2))(values, {"b": [1.0]})
    assert (column["w"].tolist(), column["b"].tolist()) == ([[1, 2]], [2])
