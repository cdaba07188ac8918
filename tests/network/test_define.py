"""Layers defined in TOML: what the index view prints is read back to the same program; what is refused."""

from __future__ import annotations

import time

import pytest
from oracles.agreement import everything_where_it_can
from oracles.chains import alone
from oracles.written_out import as_toml, for_all_sizes, keys, printed_forward, the_same_at_numbers

from symgrad.algebra.program import Program
from symgrad.algebra.recurrence import groups, recurrent
from symgrad.algebra.sizes import size_symbols
from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import derive, document
from symgrad.derivation.readable import closed_form
from symgrad.errors import DescriptionError, SymgradError
from symgrad.network.alone import alone as stated_alone
from symgrad.network.build import build, build_toml


def _recurrent(model):
    return any(recurrent(group) for group in groups(model.forward.equations))


AT_ONCE = [name for name, layer in CATALOGUE.items() if not _recurrent(build(alone(layer)[0].text))]
"""An equation of one's own reads what is defined before it, not itself a step earlier."""


def _as_stated(model):
    """What the index view prints in the shape in which it is stated: no limits that come of conditions."""
    kept = tuple(eq for eq in model.forward.equations if closed_form(eq).body is eq.body)
    return {eq.target.name for eq in kept}, Program(kept)


@pytest.mark.parametrize("unicode", [True, False], ids=["unicode", "ascii"])
@pytest.mark.parametrize("name", AT_ONCE)
def test_a_printed_forward_equation_is_the_layer_again(name, unicode):
    for chain in alone(CATALOGUE[name])[::3]:
        model = build(chain.text)
        text = as_toml(model, printed_forward(model, unicode=unicode))
        mine = build_toml(text)
        names, program = _as_stated(model)
        read = Program(tuple(eq for eq in mine.forward.equations if eq.target.name in names))
        assert keys(read) == keys(program), text
        assert [t.role for t in mine.outputs] == [t.role for t in model.outputs]
        assert everything_where_it_can(mine) == everything_where_it_can(model), text


ONE_INPUT = [name for name in AT_ONCE if not CATALOGUE[name].inputs]
"""A layer of one's own reads one input."""


@pytest.mark.parametrize("name", ONE_INPUT)
def test_an_equation_printed_for_all_sizes_is_the_layer_at_any(name):
    stated = stated_alone(CATALOGUE[name])
    if not stated.sizes:
        assert not any(size_symbols(n) for tensor in stated.model.tensors for n in tensor.shape)
        return  # the test above has it
    text = for_all_sizes(stated)
    mine, model = build_toml(text), build(the_same_at_numbers(stated))
    theirs, ours = everything_where_it_can(model), everything_where_it_can(mine)
    page, here = (m.outputs[0].name for m in (mine, model))  # z on a page where p is the padding
    assert {n if n != page else here: v for n, v in ours.items() if "_d" + page not in n} == {
        n: v for n, v in theirs.items() if "_d" + here not in n
    }, text


def file(equation: str, more: str = "", *, layer: str = "mine(3)", size: str = "4") -> str:
    given = more if "input" in more else 'input = {a = "N"}\nparameters = {w = "M N", b = "M"}\n' + more
    return (
        f"input = '{size}'\nlayers = ['{layer}']\n[define.mine]\n{given}\nequation = '''\n{equation}\n'''\n"
    )


def test_a_defined_layer_stands_beside_those_of_the_catalogue():
    model = build_toml(file("z[i] = Σ_{j} w[i, j]·a[j] + b[i]", layer="linear(5) | mine(3) | tanh | mse"))
    theirs = build("input(4) | linear(5) | linear(3) | tanh | mse")
    assert everything_where_it_can(model) == everything_where_it_can(theirs)


def test_an_activation_is_called_as_those_of_the_catalogue_are():
    model = build_toml(file("h = a·sigmoid(a)", 'input = "a"', layer="linear(2) | mine | linear(2)"))
    assert [d.target.name for d in model.definitions] == ["z1", "a1", "z2"]


def test_a_layer_that_is_not_used_is_read_too():
    with pytest.raises(DescriptionError, match="closes nothing"):
        build_toml(file("z[i] = a[i])", layer="relu"))


REFUSED = [
    ("z[i] = Σ_{k} w[i, k]·c[k]", "", "define.mine: there is no tensor 'c' here"),
    ("z[i] = w[i, j]", "", "define.mine: 'j' has no meaning here"),
    (
        "z[i] = b[i + 1]   for i = 0…M−1",
        "",
        "mine: b[i + 1] is read at 3 for i = 2, and its axis has 3 entries",
    ),
    ("b[i] = a[i]", "", "b is read already"),
    ("g[i] = b[i]\ng[i] = b[i]", "", "g is defined already"),
    ("L = Σ_{i} b[i]", "", "a loss has no parameters"),
    ("z[i] = b[i]", "kind = 'loss'", "a loss defines L"),
    ("L = a[0]", "kind = 'layer'", "only a loss defines L"),
    ("L = (a − y)²", "input = 'a'\ntarget = 'y'", "the loss of an entry or a sample is l"),
    ("z[i] = b[i]", "kind = 'conv'", "kind is one of layer, activation, reshape, loss"),
    ("z[i] = b[i]", "equations = 1", "has no 'equations'; did you mean equation?"),
    ("z[i] = a[i]", "input = ['a']", "input maps names to shapes"),
    ("z[i] = a[i]", "input = {a = 'N', c = 'N'}", "a layer has one input"),
    ("z[i] = b[i]", "options = {s = 'x'}", "the default of 's' is a number"),
    ("z[i] = b[i]", "options = {b = 1}", "b is a tensor"),
    ("z[i] = b[i]", "options = {exp = 1}", "this word means something else"),
    ("z[i] = b[i]", "options = 3", "options maps names to their defaults"),
    ("z[i] = b[i]", "sizes = {P = 3}", "sizes maps names to formulas"),
    ("z[i] = b[i]", "sizes = {P = 'N +'}", "is expected, not the end"),
    ("z[i] = b[i]", "functions = ['tanh']", "tanh means something already"),
    ("z[i] = b[i]", "functions = [3]", "functions lists names"),
    ("z[i] = b[i]", "probabilities = ['b']", "probabilities lists targets"),
    ("z[i] = b[i]", "target = {y = 'N'}\nkind = 'layer'", "only a loss has a target"),
    ("z[i] = b[i]", "output = 'N'", "mine: b[i] is read at 3"),
    ("z[i] = b[i]", "output = true", "output is the shape"),
    ("z[i] = b[i]", "output = [1.5]", "a shape is text or a list of sizes"),
    ("", "", "1 to 16 equations"),
    ("z[i] = b[i]\n" * 17, "", "1 to 16 equations"),
]


@pytest.mark.parametrize(("equation", "more", "message"), REFUSED)
def test_what_is_no_layer_is_refused(equation, more, message):
    with pytest.raises(SymgradError) as refused:
        build_toml(file(equation, more))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "name", ["relu", "linear", "add", "residual", "input", "as", "MaxPool2d", "1x", "a-b", "true"]
)
def test_a_layer_does_not_take_the_place_of_another(name):
    with pytest.raises(DescriptionError):
        build_toml(f"input = 3\nlayers = ['relu']\n[define.{name}]\ninput = 'z'\nequation = 'h = 2·z'")


def test_tables_that_are_none():
    for define in ("define = 3", "[define]\nx = 3", "[[define]]\nx = 3"):
        with pytest.raises(DescriptionError, match="defined in a table of its own"):
            build_toml(f"input = 3\nlayers = ['relu']\n{define}\n")


HOSTILE = [
    "z[i] = " + "(" * 1_900,
    "z[i] = " + "(" * 800 + "b[i]" + ")" * 800,
    "z[i] = " + "(1 + " * 20 + "b[i]" + ")^9" * 20,
    "z[i] = " + "·".join(["(b[i] + 1)"] * 150),
    "z[i] = " + "·".join(f"(b[i] + {n})" for n in range(16)),
    "z[i] = b[i]·" + "·".join(["(Σ_{j} a[j])"] * 6),
    "z[i] = b[i]·" + "·".join(["(Σ_{j} a[j])"] * 40),
    "z[i] = Σ_{j=0…999999, k=0…999999, l=0…999999} b[i]",
    "z[i] = b[i]^1000",
    "z[i] = b[i]^99999999999999999999",
    "z[i] = " + "9" * 1_000 + "·b[i]",
    "z[i] = b[i]   for i = 0…10^8^8",
    "z[i] = b[i]   for i = 0…999999999999",
    "z[i, k, l] = b[i]   for k = 0…999999, l = 0…999999",
    "z[i] = " + "exp(" * 20 + "b[i]" + ")" * 20,
    "z[i] = " + "+".join(["b[i]"] * 300),
    "g[i] = b[i]\n"
    + "\n".join(
        f"{x}{x}[i] = {y}[i]·{y}[i]·b[i]"
        for y, x in zip(["g", *(c * 2 for c in "hijklmnop")], "hijklmnopq", strict=True)
    )
    + "\nz[i] = qq[i]",
    "z[i] = __import__('os').system('touch /tmp/x')·b[i]",
    "z[i] = exec('1')",
    "z[i] = b[i].__class__",
    "z[i] = b[i]\u202e·2",
    "z[i] = b[i]\x00",
    "x" * 100_000,
]


@pytest.mark.parametrize("equation", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_equations_are_read_or_refused_at_once(equation):
    start = time.perf_counter()
    message = ""
    try:
        document(derive(build_toml(file(equation))), "index")
    except SymgradError as error:
        message = str(error)
    assert len(message) < 600
    assert all(line.isprintable() for line in message.split("\n"))
    assert time.perf_counter() - start < 5


FUNCTIONS_THAT_ARE_NOT_THERE = {
    "floor(a)": "sizes and indices alone have a floor",
    "⌊a⌋": "sizes and indices alone have a floor",
    "max(a, 0)": "max takes one argument here; relu(x) is max(x, 0)",
    "min(a, 0)": "min takes one argument here",
    "atan(a)": "no function is called 'atan'; known are exp, log, tanh",
    "sigmod(a)": "did you mean sigmoid? Known are exp",
    "|a|": "an absolute value is written abs(x)",
    "a^a": "exp(y·log(x)) is x to the power y",
    "(-2)^a": "exp(y·log(x)) is x to the power y",
    "e^a": "e to the power x is exp(x)",
}


def own(equation):
    return f'input = "3"\nlayers = ["own"]\n[define.own]\ninput = "a"\nequation = "h = {equation}"\n'


@pytest.mark.parametrize(("equation", "message"), FUNCTIONS_THAT_ARE_NOT_THERE.items())
def test_what_no_formula_has_is_told_as_such(equation, message):
    """atan was said to be tanh, and 2^-a an index."""
    with pytest.raises(DescriptionError) as refused:
        build_toml(own(equation))
    assert message in str(refused.value)


def test_a_number_to_the_power_of_a_formula():
    one, other = (derive(build_toml(own(text))) for text in ("2^-a", "exp((-a)*log(2))"))
    assert [*printed_forward(one.model)] == [*printed_forward(other.model)]
