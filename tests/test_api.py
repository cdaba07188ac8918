"""What a Python user holds: layers, networks, derivations, and SymPy on the outside."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import sympy
from golden import article

import symgrad as sg
from symgrad.catalogue import CATALOGUE

ARTICLE = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"


def symbol(name):
    return sympy.Symbol(name)


def test_layers_and_description_state_the_same_network():
    made = sg.Network(sg.Input(5, 5), sg.Conv2d(1, 3, stride=2, bias=False))
    assert made.model.text == sg.Network(ARTICLE).model.text == ARTICLE
    assert repr(made) == f"Network({ARTICLE!r})"


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((sg.Input((2, 3)), sg.Flatten(), sg.Linear(4)), "input(2x3) | flatten | linear(4)"),
        ((sg.Input(3), sg.ReLU(), sg.Sigmoid(), sg.Tanh()), "input(3) | relu | sigmoid | tanh"),
        ((sg.Input(3), sg.Activation("g"), sg.MSE("sum", half=True)), None),
        ((sg.Input(2, 6, 6), sg.Conv2d(4, (3, 2), padding=(1, 0), groups=2)), None),
    ],
)
def test_layers_are_spelled_as_a_description_reads_them(layers, text):
    network = sg.Network(*layers)
    assert sg.Network(network.model.text).shapes == network.shapes
    if text is not None:
        assert network.model.text == text


def test_a_tensor_is_an_array_of_symbols():
    network = sg.Network(ARTICLE)
    assert network["a"].shape == (5, 5)
    assert network["a"][2, 2] == symbol("a13")
    assert dict(network.shapes) == {"a": (5, 5), "w": (3, 3), "z": (2, 2)}
    assert sg.Network("input(3) | mse")["L"] == symbol("L")


def test_the_formulas_of_the_article_are_sympy_expressions_equal_to_those_typed_by_hand():
    d = sg.derive(sg.Network(ARTICLE))
    for z, entries in article.FORWARD.items():
        assert d.forward[z] == sum(symbol(a) * symbol(f"w{n}") for n, a in enumerate(entries.split(), 1))
    for w, entries in article.WEIGHTS.items():
        assert d.gradient[w] == sum(symbol(a) * symbol(f"dL_dz{n}") for n, a in enumerate(entries.split(), 1))


def test_a_tensor_name_gives_an_array_of_formulas():
    d = sg.derive(ARTICLE)
    assert d.gradient["w"].shape == (3, 3)
    assert d.gradient["w"][1, 1] == d.gradient["w5"]
    assert d.forward["z"][0, 1] == d.forward["z2"]


def test_formulas_are_a_mapping_in_order():
    d = sg.derive(ARTICLE)
    assert list(d.forward) == ["z1", "z2", "z3", "z4"]
    assert len(d.gradient) == 9 + 25
    assert "w9" in d.gradient
    assert "w10" not in d.gradient
    assert 5 not in d.gradient


def test_wrt_picks_what_is_derived():
    assert set(sg.derive(ARTICLE, wrt="weights").gradient) == {f"w{n}" for n in range(1, 10)}
    assert "a1" in sg.derive(ARTICLE, wrt=["w", "a"]).gradient


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda: sg.Network(ARTICLE)["q"], sg.NameUnknownError, "There are a, w, z"),
        (lambda: sg.derive(ARTICLE).forward["z9"], sg.NameUnknownError, "z"),
        (lambda: sg.derive(ARTICLE, wrt="weigths"), sg.NameUnknownError, "weights"),
        (lambda: sg.derive(ARTICLE).text("scaler"), sg.NameUnknownError, "scalar"),
        (lambda: sg.derive(ARTICLE).text(max_terms=10), sg.BudgetError, "10"),
        (lambda: sg.Conv2d(1, 3, strid=2), sg.DescriptionError, "stride"),
        (lambda: sg.Input(5, -5), sg.DescriptionError, "positive"),
        (lambda: sg.Network(sg.Input(2, 2), sg.Conv2d(1, 3)), sg.DescriptionError, "kernel"),
        (lambda: sg.Activation("x | relu"), sg.DescriptionError, "letter"),
    ],
)
def test_an_error_says_what_would_have_worked(wrong, error, words):
    with pytest.raises(error, match=words):
        wrong()


def test_text_latex_and_json_are_those_of_the_command_line():
    d = sg.derive(ARTICLE)
    assert str(d) == d.text()
    assert d.latex("chain").startswith("% symgrad")
    assert json.loads(d.json())["schema"] == "symgrad/1"
    assert d.text(unicode=False).isascii()


def test_a_derivation_shows_itself_in_a_notebook():
    shown = sg.derive(ARTICLE)._repr_latex_()
    assert shown.count("$$") % 2 == 0
    assert r"\frac{\partial L}{\partial w_1} &= a_1" in shown
    assert "\\paragraph" not in shown


def test_a_long_derivation_shows_its_closed_form_in_a_notebook():
    shown = sg.derive("input(64x64) | conv2d(1, 3)")._repr_latex_()
    assert r"\sum" in shown
    assert len(shown) < 5_000


def test_a_network_from_sympy_keeps_its_intermediates_by_name():
    x1, x2, w1, w2, y, z1, h1, loss = sympy.symbols("x1 x2 w1 w2 y z1 h1 L")
    net = sg.Network.from_sympy({z1: x1 * w1 + x2 * w2, h1: sympy.tanh(z1), loss: (h1 - y) ** 2})
    d = sg.derive(net)
    assert d.gradient["w1"] == x1 * symbol("dL_dz1")
    assert sympy.expand(d.gradient["z1"] - symbol("dL_dh1") * (1 - h1**2)) == 0
    assert "h_1" in d.latex()
    values = {"x1": 1.0, "x2": 2.0, "w1": 0.3, "w2": 0.1, "y": 1.0}
    out = sg.evaluator(d)(values)
    h = np.tanh(0.5)
    assert out["dL_dw2"] == pytest.approx(2 * (h - 1) * (1 - h**2) * 2.0)


def test_an_evaluator_takes_a_description_a_network_or_a_derivation():
    values = {"a": np.ones((5, 5)), "w": np.ones((3, 3)), "dL_dz": np.ones((2, 2))}
    for given in (ARTICLE, sg.Network(ARTICLE), sg.derive(ARTICLE)):
        assert sg.evaluator(given)(values)["z"].tolist() == [[9.0, 9.0], [9.0, 9.0]]


def test_every_public_name_is_there():
    for name in sg.__all__:
        assert getattr(sg, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        sg.derivee  # noqa: B018  # the lookup is the test


def test_a_greek_letter_before_a_latin_one_prints():
    theta, w, z, loss = sympy.symbols("theta w z L")
    printed = sg.derive(sg.Network.from_sympy({z: theta * w + sympy.pi * w, loss: z**2})).latex()
    assert r"{\theta}w" in printed
    assert r"{\pi}w" in printed


def test_a_loss_of_another_name_is_said_to_be_l():
    w, z, h = sympy.symbols("w z h")
    assert "L is h." in sg.derive(sg.Network.from_sympy({z: w**2, h: z**3}, loss=h)).text()


def test_layers_may_come_as_a_list():
    assert sg.Network([sg.Input(5), sg.ReLU()]).model.text == "input(5) | relu"


def test_what_functions_mean_is_stated():
    x, z = sympy.symbols("x z")
    printed = sg.derive(sg.Network.from_sympy({z: sympy.log(1 + sympy.exp(x)) + sympy.Abs(x)})).text()
    assert "softplus(x) is log(1 + e^x)." in printed
    assert "sigmoid(x) is" in printed
    assert "the derivative of abs(x) at 0 is 0" in printed


def test_an_update_is_added_in_every_format():
    d = sg.derive(ARTICLE, wrt="w1")
    assert d.text(update="sgd").endswith("\nUpdates\n  w1* = w1 − η·∂L/∂w1\n")
    assert r"w_1^{*} &= w_1 - {\eta}" in d.latex("chain", update="sgd")
    assert '"target": "w1_new"' in d.json(update="sgd")
    assert "Updates" not in d.text()


def test_a_network_for_a_batch():
    net = sg.Network("input(2) | linear(1) | mse", batch="N")
    assert dict(net.shapes) == {"a": ("N", 2), "w": (1, 2), "b": (1,), "z": ("N", 1), "y": ("N", 1), "L": ()}
    assert repr(net) == "Network('input(2) | linear(1) | mse', batch='N')"
    assert "∂L/∂b[0] = Σ_{n=0…N−1} ∂L/∂z[n, 0]" in sg.derive(net).text("index")
    with pytest.raises(sg.SymgradError, match=r"Network\(…, batch=8\)"):
        sg.derive(net, batch=8)
    with pytest.raises(sg.SymgradError, match="N is symbolic"):
        net["a"]


def test_a_layer_of_ones_own_is_known_where_it_is_brought_and_nowhere_else():
    @sg.activation
    def double(z):
        """Twice z."""
        return 2 * z

    network = sg.Network("input(3) | double", using=[double])
    assert sg.Network(sg.Input(3), double()).shapes == network.shapes == {"a": (3,), "h": (3,)}
    assert (repr(double), double.__doc__, double.__name__) == ("<layer double()>", "Twice z.", "double")
    with pytest.raises(sg.DescriptionError, match="there is no layer 'double'"):
        sg.Network("input(3) | double")


def test_two_layers_of_one_name_are_told_apart_or_refused():
    def made(factor):
        @sg.activation
        def scaled(z, *, by=factor):
            return by * z

        return scaled

    twice, thrice = made(2), made(3)
    network = sg.Network("input(1) | scaled", using=[thrice, thrice])
    assert sg.derive(network).forward["h1"] == 3 * network["a"][0]
    with pytest.raises(sg.DescriptionError, match="two different layers are called scaled"):
        sg.Network(sg.Input(1), twice(), thrice())
    with pytest.raises(sg.DescriptionError, match="scaled has no option 'bt'"):
        twice(bt=3)


def test_every_layer_with_one_input_has_a_name_in_python():
    names = {name.lower(): name for name in sg.__all__}
    for layer in CATALOGUE.values():
        if not layer.inputs:
            maker = getattr(sg, names[layer.name.replace("_", "")])
            assert maker.__name__ == layer.name


def test_everything_put_in_as_sympy_expressions():
    d = sg.derive("input(2) | linear(1) | tanh | mse", wrt=["w1", "a"])
    put_in = d.substituted()
    assert list(put_in) == ["L", "dL_dw1", "dL_da1", "dL_da2"]
    for name in ("w1", "a1", "a2"):
        difference = sympy.diff(put_in["L"], sympy.Symbol(name)) - put_in[f"dL_d{name}"]
        assert sympy.simplify(difference) == 0
    assert str(d.substituted(1)["h1"]) == "tanh(a1*w1 + a2*w2 + b1)"
    with pytest.raises(sg.BudgetError, match="operations"):
        d.substituted(max_terms=10)
    assert "2·a1·(tanh" in d.text("substituted")
    assert "z1" in d.text("substituted", depth=1)


def test_a_hessian_as_sympy_expressions():
    h = sg.hessian("input(2) | linear(1) | tanh | mse", wrt="weights")
    assert str(h["b1", "w2"]) == str(h["w2", "b1"])
    assert h["w", "b"].shape == (1, 2, 1)
    assert h["b", "w"].shape == (1, 1, 2)
    assert h["w1", "w"].shape == (1, 2)
    assert h["w", "b1"].shape == (1, 2)
    assert h["b", "w"][0, 0, 1] == h["b1", "w2"]
    assert h.zero == ()
    assert repr(h) == "<Hessian by w, b>"
    assert "∂²L/∂w1∂w2 = " in str(h)
    assert r"\partial^2 L" in h.latex("index")
    assert '"kind": "second"' in h.json()
    assert "tanh(a1·w1" in h.text("substituted")
    with pytest.raises(sg.NameUnknownError, match=r"no second derivative by 'v'.*those by w, b"):
        h["v", "w"]
    flat = sg.hessian(sg.derive("input(2) | linear(1) | l1", wrt=["w", "b"]))
    assert flat.zero == (("w", "w"), ("w", "b"), ("b", "b"))
    assert flat["w1", "w2"] == 0
    assert flat["w", "w"].shape == (1, 2, 1, 2)


def test_a_derivation_explains_its_gradients_when_asked():
    derived = sg.derive(ARTICLE)
    assert "chain rule: w enters L through z" in derived.text("index", steps=True)
    assert r"(chain rule: $w$ enters $L$ through $z$)" in derived.latex(steps=True)
    assert [each["target"] for each in json.loads(derived.json(steps=True))["steps"]] == ["dL_dw", "dL_da"]
    assert "chain rule:" not in derived.text("index")


def test_a_hessian_is_lambdified():
    """Its expressions read dh_dw1, which had no formula that could be asked for."""
    network = "input(2) | linear(2) | tanh | mse"
    h = sg.hessian(network, wrt="weights")
    read = {str(symbol) for symbol in h["w1", "w1"].free_symbols}
    assert all(name in h.formulas for name in read if name.startswith("d"))
    found = h.substituted()
    names = ["a1", "a2", "w1", "w2", "w3", "w4", "b1", "b2", "y1", "y2"]
    at = dict(zip(names, [0.3, -0.7, 0.5, 0.2, -0.4, 0.9, 0.1, -0.2, 0.6, -0.1], strict=True))

    def loss(**moved):
        v = at | moved
        z = (v["a1"] * v["w1"] + v["a2"] * v["w2"] + v["b1"], v["a1"] * v["w3"] + v["a2"] * v["w4"] + v["b2"])
        return sum((math.tanh(one) - v[y]) ** 2 for one, y in zip(z, ("y1", "y2"), strict=True)) / 2

    step, pairs = 1e-4, [key.split("_d")[1:] for key in found if key != "L"]
    assert ["w1", "w2"] in pairs
    assert ["w4", "b2"] in pairs
    for one, two in pairs:
        expression = found[f"d2L_d{one}_d{two}"]
        assert {str(symbol) for symbol in expression.free_symbols} <= set(names)
        ours = sympy.lambdify(names, expression, "math")(*at.values())
        if one == two:
            moved = [loss(**{one: at[one] + n * step}) for n in (1, 0, -1)]
            theirs = (moved[0] - 2 * moved[1] + moved[2]) / step**2
        else:
            signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
            moved = [loss(**{one: at[one] + m * step, two: at[two] + n * step}) for m, n in signs]
            theirs = (moved[0] - moved[1] - moved[2] + moved[3]) / (4 * step**2)
        assert abs(ours - theirs) < 1e-6, (one, two)
