"""Layers given as Python functions: what they are, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symgrad.catalogue.options import REQUIRED
from symgrad.equations import exp, sigmoid, total
from symgrad.errors import AlgebraError, DescriptionError, SymgradError
from symgrad.network.build import build
from symgrad.network.from_function import layer_from_function


def test_a_layer_has_the_options_that_nothing_else_fixes():
    def mine(a: "C H", w: "K C U", *, s=1, t=0.5, on=True, r) -> "K P":
        """Mine."""

    layer = layer_from_function(mine, "layer")
    assert [(o.name, o.default) for o in layer.options] == [
        ("K", REQUIRED),
        ("U", REQUIRED),
        ("s", 1),
        ("t", 0.5),
        ("on", True),
        ("r", REQUIRED),
    ]
    assert (layer.name, layer.kind, layer.stem, layer.summary) == ("mine", "layer", "z", "Mine.")


def test_options_are_exact_numbers_and_flags():
    seen = []

    def mine(z, *, s=1, t=0.1, on=True):
        seen.append((s, t, on))
        return z

    layer = layer_from_function(mine, "activation")
    build("input(2) | mine(2.0, 0.3, false)", custom=[layer])
    assert seen[0] == (2, Fraction(3, 10), False)
    assert isinstance(seen[0][0], int)


def test_a_layer_without_parameters_begins_no_new_layer():
    def half(a: "N") -> N // 2:
        return lambda i: a[2 * i]

    model = build("input(4) | half | linear(2)", custom=[layer_from_function(half, "layer")])
    assert [t.name for t in model.tensors] == ["a", "p", "w", "b", "z"]


def test_parameters_have_the_letters_that_they_are_read_by():
    def quadratic(a: "N", w: "M N N") -> "M":
        return lambda o: total(lambda i, j: w[o, i, j] * a[i] * a[j])

    model = build("input(4) | quadratic(2)", custom=[layer_from_function(quadratic, "layer")])
    assert model.tensor("w").letters == ("o", "i", "j")


def test_axes_that_are_carried_along():
    def center(a: "… N") -> "… N":
        m = yield "m", total(lambda k: a[k]) / a.shape[0]
        return lambda i: a[i] - m

    layer = layer_from_function(center, "layer")
    for shape, parts in (("4", [(), (4,)]), ("2x3x4", [(2, 3), (2, 3, 4)])):
        model = build(f"input({shape}) | center", custom=[layer])
        assert [d.target.shape for d in model.definitions] == parts
    first, second = build("input(2x4) | center", custom=[layer]).definitions
    assert not set(first.axes) & set(second.axes)


def test_a_loss_of_entries_has_reductions_and_one_of_all_has_none():
    def square(a, y):
        return (a - y) ** 2

    def whole(a: "N", y: "N"):
        return total(lambda i: (a[i] - y[i]) ** 2)

    each, every = layer_from_function(square, "loss"), layer_from_function(whole, "loss")
    assert [o.name for o in each.options] == ["reduction"]
    assert every.options == ()
    none = build("input(3) | square(reduction=none)", custom=[each])
    assert none.objective is None
    assert none.outputs[0].shape == (3,)
    assert build("input(3) | whole", custom=[every]).objective is not None


def test_annotations_may_be_text_of_text():
    """As they are under ``from __future__ import annotations``, which this file has."""

    def mine(a: "N") -> "N":
        return lambda i: a[i]

    assert mine.__annotations__ == {"a": "'N'", "return": "'N'"}
    assert build("input(3) | mine", custom=[layer_from_function(mine, "layer")]).outputs[0].shape == (3,)


def relu(z):
    return z


def Mine(z):  # the case of the name is what is tested
    return z


def nothing():
    return 1


def starred(*a):
    return a


def unannotated(a, w: "N"):
    return a


def a_number(a) -> "N":
    return a


a_number.__annotations__["a"] = 3


def dots_within(a: "N …") -> "N":
    return a


def dots_of_one(a: "… N") -> "N":
    return a


def dots_of_a_parameter(a: "… N", w: "… N") -> "… N":
    return a


def name_of_a_function(exp: "N") -> "N":
    return exp


def digits(a: "N", w2: "N") -> "N":
    return a


def both(a: "N", w: "w") -> "N":
    return a


def too_many_axes(a: "A B C D E F G H I") -> "A":
    return a


def no_size(a: "N + ?") -> "N":
    return a


def output(a: "N", z: "N") -> "N":
    return a


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (relu, "activation", "relu means something already"),
        (Mine, "activation", "in small letters: mine, not Mine"),
        (nothing, "layer", "is a function of its input"),
        (starred, "layer", "is a function of its input"),
        (unannotated, "layer", "a needs its shape as an annotation"),
        (a_number, "layer", "a shape is text"),
        (dots_within, "layer", "stands once, and first"),
        (dots_of_one, "layer", "of both the input and the output"),
        (dots_of_a_parameter, "layer", "cannot stand in the shape of a parameter"),
        (name_of_a_function, "layer", "this word means something else"),
        (digits, "layer", "up to 16 letters"),
        (both, "layer", "w is a tensor"),
        (too_many_axes, "layer", "at most 8 axes"),
        (no_size, "layer", "in the shape 'N + ?'"),
        (output, "layer", "z is what output gives"),
    ],
)
def test_what_cannot_be_a_layer_is_refused_where_it_is_declared(function, kind, message):
    with pytest.raises(DescriptionError) as refused:
        layer_from_function(function, kind)
    assert message in str(refused.value)


def wrong_count(a: "N") -> "N":
    return lambda i, j: a[i]


def no_function(a: "N") -> "N":
    return a[0]


def no_formula(a: "N") -> "N":
    return lambda i: "a"


def wrong_read(a: "N") -> "N":
    return lambda i: a[i, i]


def outside(a: "N") -> "N":
    return lambda i: a[i + 1]


def endless(a: "N") -> "K":
    return lambda i: a[0]


def too_short(a: "N") -> N - 9:
    return lambda i: a[i]


def two_axes(a: "N N") -> "N":
    return lambda i: a[i, i]


def no_part(a: "N") -> "N":
    yield a
    return lambda i: a[i]


def part_twice(a: "N") -> "N":
    yield "g", lambda i: a[i]
    yield "g", lambda i: a[i]
    return lambda i: a[i]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (wrong_count, "output of 1 axes and returns a function of 2 indices"),
        (no_function, "returns a function of 1 indices"),
        (no_formula, "returns str, which is no formula"),
        (wrong_read, "a has 1 axes and was read with 2 indices"),
        (outside, "outside: a[i + 1] is read at 4 for i = 3, and its axis has 4 entries"),
        (endless, "nothing tells how far i runs"),
        (too_short, "an output of shape N - 9 would be -5 long"),
        (two_axes, "needs an input a of shape N N, and its input is 4"),
        (no_part, "names a part as in"),
        (part_twice, "g is defined twice"),
    ],
)
def test_what_goes_wrong_with_sizes_is_told_by_the_network(function, message):
    layer = layer_from_function(function, "layer")
    with pytest.raises(SymgradError) as refused:
        build(f"input(4) | {layer.name}", custom=[layer])
    assert message in str(refused.value)


def test_a_tensor_is_not_looped_over():
    def mine(a: "N") -> "N":
        return lambda i: sum(a)

    with pytest.raises(AlgebraError, match=r"stated for its entries, such as a\[i\]"):
        build("input(4) | mine", custom=[layer_from_function(mine, "layer")])


def test_the_value_of_a_bare_number():
    def ones(a: "N") -> "N":
        return lambda i: 1

    assert build("input(4) | ones", custom=[layer_from_function(ones, "layer")]).outputs[0].shape == (4,)


def test_an_output_with_more_than_its_parts():
    def gate(a: "N", w: "M N") -> "M":
        g = yield "g", lambda i: sigmoid(total(lambda j: w[i, j] * a[j]))
        h = yield "h", lambda i: exp(g[i])
        return lambda i: g[i] * h[i]

    model = build("input(2) | gate(3)", custom=[layer_from_function(gate, "layer")])
    assert [d.target.role for d in model.definitions] == ["auxiliary", "auxiliary", "intermediate"]


def test_what_is_given_beside_the_input_is_no_parameter():
    def masked(a: "… N", m: "… N") -> "… N":
        return lambda i: m[i] * a[i]

    model = build("input(2x3) | masked", custom=[layer_from_function(masked, "layer", given=["m"])])
    assert [(t.name, t.role, t.shape) for t in model.tensors][:2] == [
        ("m", "given", (2, 3)),
        ("a", "input", (2, 3)),
    ]
    with pytest.raises(DescriptionError, match="masked reads no k"):
        layer_from_function(masked, "layer", given=["k"])


def test_the_reduction_of_a_loss_is_not_stated_twice():
    def mine(a, y, *, reduction=1):
        return a - y

    with pytest.raises(DescriptionError, match="has the option reduction already"):
        layer_from_function(mine, "loss")


def test_an_option_is_a_number_or_a_flag():
    def mine(a, *, mode="fast"):
        return a

    with pytest.raises(DescriptionError, match="the default of mode is a number, or true or false"):
        layer_from_function(mine, "activation")


def test_parameters_are_shared_as_those_of_the_catalogue_are():
    def scale(a: "N", w: "N") -> "N":
        return lambda i: w[i] * a[i]

    layer = layer_from_function(scale, "layer")
    model = build("input(3) | scale as u | tanh | scale sharing u", custom=[layer])
    assert [t.name for t in model.tensors if t.role == "parameter"] == ["w1"]


def test_options_in_the_shape_of_the_input():
    def pairs(a: "2·K") -> "K":
        return lambda i: a[2 * i] * a[2 * i + 1]

    layer = layer_from_function(pairs, "layer")
    assert [o.name for o in layer.options] == ["K"]
    assert build("input(6) | pairs(3)", custom=[layer]).outputs[0].shape == (3,)
    with pytest.raises(DescriptionError, match="pairs needs an input a of shape 2·K, and its input is 6"):
        build("input(6) | pairs(2)", custom=[layer])
