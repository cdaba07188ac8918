import pytest
import sympy

from symgrad.algebra.exchange import Unrolled
from symgrad.derivation.sweep import sweep
from symgrad.errors import AlgebraError, NameUnknownError
from symgrad.network.from_sympy import model_from_sympy

a1, a2, w1, w2, y, z1, h1, L = sympy.symbols("a1 a2 w1 w2 y z1 h1 L")
f = sympy.Function("f")
NEURON = {z1: a1 * w1 + a2 * w2, h1: sympy.tanh(z1), L: (h1 - y) ** 2}


def test_definitions_become_a_model_with_their_names():
    model = model_from_sympy(NEURON)
    assert [(t.name, t.role) for t in model.tensors] == [
        ("a1", "input"),
        ("w1", "input"),
        ("a2", "input"),
        ("w2", "input"),
        ("z1", "intermediate"),
        ("h1", "intermediate"),
        ("y", "input"),
        ("L", "objective"),
    ]
    assert model.objective.name == "L"
    assert [t.name for t in model.outputs] == ["L"]
    assert {eq.target.name: Unrolled(eq).at(0) for eq in model.forward.equations} == {
        str(target): expression for target, expression in NEURON.items()
    }


def test_the_sweep_of_definitions_is_the_chain_rule():
    model = model_from_sympy(NEURON)
    swept = sweep(
        model.forward, model.outputs, model.objective, [t for t in model.tensors if t.role == "input"]
    )
    found = {eq.target.name: sympy.expand(Unrolled(eq).at(0)) for eq in swept.program.equations}
    dh, dz = sympy.symbols("dL_dh1 dL_dz1")
    assert found["dL_dh1"] == 2 * h1 - 2 * y
    assert found["dL_dz1"] == sympy.expand(dh * (1 - h1**2))
    assert found["dL_dw1"] == a1 * dz
    assert found["dL_da2"] == w2 * dz
    assert found["dL_dy"] == 2 * y - 2 * h1


def test_without_a_loss_the_outputs_are_what_no_other_definition_reads():
    u, v, t = sympy.symbols("u v t")
    model = model_from_sympy({u: a1**2, v: u + a2, t: u * a1})
    assert model.objective is None
    assert [tensor.name for tensor in model.outputs] == ["v", "t"]


@pytest.mark.parametrize(
    ("definitions", "loss", "expected"),
    [
        (NEURON, None, "L"),
        (NEURON, L, "L"),
        ({z1: a1, sympy.Symbol("loss"): z1**2}, None, "loss"),
        ({z1: a1, h1: z1**2}, h1, "h1"),
    ],
)
def test_the_loss_is_the_one_given_or_the_one_called_so(definitions, loss, expected):
    assert model_from_sympy(definitions, loss).objective.name == expected


REFUSED = [
    ({}, "at least one"),
    ({h1: z1, z1: a1}, "h1 reads z1.*later"),
    ({z1: h1, h1: z1}, "z1 reads h1"),
    ({z1: z1 + 1}, "z1 is defined by itself"),
    ({a1 + 1: a2}, "no symbol"),
    ({"z": a1}, "no symbol"),
    ({z1: sympy.gamma(a1)}, "gamma"),
    ({sympy.Symbol("lambda"): a1}, "word of Python"),
    ({sympy.Symbol("tanh"): a1}, "already means"),
    ({sympy.Symbol("pi"): a1}, "already means"),
    ({z1: sympy.Symbol("__import__('os')")}, "cannot be called"),
    ({z1: sympy.Symbol("a b")}, "cannot be called"),
    ({z1: sympy.Symbol("_a")}, "cannot be called"),
    ({z1: sympy.Symbol("ä")}, "cannot be called"),
    ({z1: sympy.Symbol("a\n")}, "cannot be called"),
    ({z1: sympy.Symbol("dL_da")}, "gradients"),
    ({z1: a1 * sympy.Symbol("a1", positive=True)}, "two different symbols are called a1"),
    ({z1: a1, sympy.Symbol("z1", real=True): a2}, "two different symbols are called z1"),
    ({sympy.Symbol("f"): a1, z1: f(a1)}, "f is a function"),
    ({sympy.Symbol("df"): a1, z1: f(a1)}, "f is a function"),
    ({z1: f(a1) + sympy.Function("df")(a1)}, "f is a function"),
    ({L: a1**2, z1: L + 1}, "it ends the network"),
]


@pytest.mark.parametrize(("definitions", "message"), REFUSED, ids=[str(d)[:40] for d, _ in REFUSED])
def test_bad_definitions_are_refused_with_both_names(definitions, message):
    with pytest.raises(AlgebraError, match=message):
        model_from_sympy(definitions)


def test_a_loss_that_is_not_defined_is_refused_with_the_nearest():
    with pytest.raises(NameUnknownError, match="did you mean h1"):
        model_from_sympy({h1: a1**2}, sympy.Symbol("h"))


def test_two_symbols_that_would_print_alike_are_refused():
    x1, x_1, z = sympy.symbols("x1 x_1 z")
    with pytest.raises(AlgebraError, match=r"x1 and x_1|x_1 and x1"):
        model_from_sympy({z: x1 * x_1})
