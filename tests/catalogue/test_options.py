"""Kinds, binding and spelling of hyperparameters."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symgrad.catalogue import options as o
from symgrad.catalogue.options import Argument, Option, OptionError, arguments, bind, sizes
from symgrad.errors import DescriptionError

CONV = (
    Option("out_channels", o.count),
    Option("kernel_size", o.pair),
    Option("stride", o.pair, (1, 1)),
    Option("padding", o.padding, (0, 0)),
    Option("dilation", o.pair, (1, 1)),
    Option("groups", o.count, 1),
    Option("bias", o.flag, True),
)
MSE = (Option("reduction", o.choice("mean", "sum"), "mean"), Option("half", o.flag, False))
ACTIVATION = (Option("function", o.word),)
LEAKY = (Option("slope", o.number, 0.01),)
POOL = (Option("kernel_size", o.pair), Option("stride", o.pair, None))
NAMED = (Option("name", o.word), Option("half", o.flag, False), Option("other", o.flag, False))
LAYERS = {"conv2d": CONV, "mse": MSE, "activation": ACTIVATION, "leaky_relu": LEAKY, "pool": POOL, "relu": ()}

CONV_SIGNATURE = "conv2d(out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=true)"


def call(layer, *positional, **named):
    return bind({**LAYERS, "named": NAMED}[layer], arguments(positional, named), layer=layer)


A_THIRD = Fraction(1, 3)
HUGE = 10**5000

READS = [
    (o.count, 1, 1),
    (o.count, 1_000_000, 1_000_000),
    (o.count, np.int64(3), 3),
    (o.count, sympy.Integer(3), 3),
    (o.pair, 3, (3, 3)),
    (o.pair, (3, 5), (3, 5)),
    (o.pair, [3, 5], (3, 5)),
    (o.padding, 0, (0, 0)),
    (o.padding, (0, 2), (0, 2)),
    (o.flag, True, True),
    (o.flag, False, False),
    (o.flag, np.bool_(False), False),
    (o.word, "f", "f"),
    (o.word, "F2abcdefghijklmn", "F2abcdefghijklmn"),
    (o.number, 3, Fraction(3)),
    (o.number, 0.1, Fraction(1, 10)),
    (o.number, np.float64(1e-8), Fraction(1, 10**8)),
    (o.number, A_THIRD, A_THIRD),
    (o.number, sympy.Rational(1, 3), A_THIRD),
    (o.fraction, 0.5, Fraction(1, 2)),
    (o.fraction, 0, Fraction(0)),
    (o.axis, 1, 1),
    (o.axis, -8, -8),
    (o.unflat_shape, 3, (3,)),
    (o.unflat_shape, (2, -1, 1), (2, -1, 1)),
    (o.choice("mean", "sum"), "sum", "sum"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), READS)
def test_a_kind_reads_a_value_into_its_normal_form(kind, value, expected):
    read = kind(value)
    assert read == expected
    assert type(read) is type(expected)
    assert kind(read) == read


POSITIVE = "a positive whole number"
TWO = "one positive whole number or a pair of them"
TWO_FROM_ZERO = "one whole number from 0 or a pair of them"
SIZES = "up to 8 positive whole numbers, one of which may be -1"
WORD = "a letter followed by letters and digits, at most 16 in all"

REFUSES = [
    *((o.count, value, POSITIVE) for value in (0, -1, True, 2.0, Fraction(2), "3", None, (3,), {})),
    *((o.count, value, "at most 1,000,000") for value in (1_000_001, 10**40)),
    *((o.pair, value, TWO) for value in (0, (0, 1), (1, 0), (1,), (1, 2, 3), (), "3", None, (True, 1), 1.5)),
    *((o.pair, value, "at most 1,000,000") for value in (1_000_001, (1, HUGE))),
    *((o.padding, value, TWO_FROM_ZERO) for value in (-1, (0, -1), "same", ((1, 2), 3), False)),
    *((o.flag, value, "true or false") for value in (0, 1, "true", None, (True,), [])),
    *(
        (o.word, value, WORD)
        for value in ("", "1f", "_f", "f_", "f" * 17, "f(x)", "é", "f²", "f\n", "true", "none", 1, None)
    ),
    *((o.number, value, "a number") for value in (True, "1", None, (1,), 1j)),
    *((o.number, value, "a finite number") for value in (float("nan"), float("inf"))),
    *(
        (o.number, value, "an exact fraction of numbers with at most 20 digits")
        for value in (10**40, 1e-20, 1e300)
    ),
    (o.choice("mean", "sum"), "max", "mean or sum"),
    (o.choice("mean", "sum", "none"), 3, "mean, sum or none"),
    (o.choice("mean", "sum"), None, "mean or sum"),
    (o.positive_number, 0, "a number above 0"),
    (o.nonnegative_number, -1, "a number from 0"),
    *((o.fraction, value, "a number from 0, below 1") for value in (-1, 1, 1.5)),
    *((o.axis, value, "a whole number from 1, or from -1 downwards") for value in (0, -9, True, "x", 1.5)),
    *((o.unflat_shape, value, SIZES) for value in ((), (0,), (-1, -1), (-2, 2), (1,) * 9, (True,), "2x2")),
    (o.choice("mean"), ["mean"], "mean"),
]


@pytest.mark.parametrize(("kind", "value", "expected"), REFUSES)
def test_a_kind_refuses_with_the_words_that_follow_must_be(kind, value, expected):
    with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
        kind(value)


BINDS = [
    (
        ("conv2d", 1, 3),
        {},
        {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1, "bias": True},
    ),
    (("conv2d", 1, 3, 2, (2, 1)), {}, {"stride": (2, 2), "padding": (2, 1)}),
    (("conv2d", 1), {"bias": False, "kernel_size": (3, 3)}, {"kernel_size": (3, 3), "bias": False}),
    (("mse",), {}, {"reduction": "mean", "half": False}),
    (("mse", "sum", "half"), {}, {"reduction": "sum", "half": True}),
    (("mse", "half"), {}, {"reduction": "mean", "half": True}),
    (("mse", "half", "sum"), {}, {"reduction": "sum", "half": True}),
    (("mse", "sum", True), {}, {"reduction": "sum", "half": True}),
    (("named", "half"), {}, {"name": "half", "half": False}),  # a legal value of the next option comes first
    (("named", "half", "half"), {}, {"name": "half", "half": True}),
    (("named", "f", "other"), {}, {"half": False, "other": True}),
    (("leaky_relu",), {}, {"slope": Fraction(1, 100)}),
    (("pool", 2), {}, {"kernel_size": (2, 2), "stride": None}),
    (("pool", 2, None), {}, {"stride": None}),
    (("pool", 2), {"stride": 1}, {"stride": (1, 1)}),
    (("relu",), {}, {}),
]


@pytest.mark.parametrize(("positional", "named", "expected"), BINDS)
def test_arguments_bind_by_position_by_name_and_by_default(positional, named, expected):
    bound = call(*positional, **named)
    assert {name: bound[name] for name in expected} == expected


def test_what_is_bound_stands_in_declared_order():
    assert list(call("conv2d", bias=False, kernel_size=3, out_channels=1)) == [option.name for option in CONV]


def test_a_flag_word_may_follow_names():
    given = (Argument("reduction", "sum"), Argument(None, "half"))
    assert bind(MSE, given, layer="mse") == {"reduction": "sum", "half": True}


DOES_NOT_BIND = [
    (("conv2d", 1), {}, f"conv2d needs kernel_size: {CONV_SIGNATURE}"),
    (("conv2d", 0, 3), {}, "conv2d: out_channels must be a positive whole number, not 0"),
    (("conv2d", 1, (3, 0)), {}, f"conv2d: kernel_size must be {TWO}, not (3, 0)"),
    (("conv2d", 1, 3), {"stride": 0}, f"conv2d: stride must be {TWO}, not 0"),
    (("conv2d", 1, 3), {"padding": -1}, f"conv2d: padding must be {TWO_FROM_ZERO}, not -1"),
    (("conv2d", 1, 3), {"bias": 0}, "conv2d: bias must be true or false, not 0"),
    (("conv2d", 2_000_000, 3), {}, "conv2d: out_channels must be at most 1,000,000, not 2000000"),
    (
        ("conv2d", HUGE, 3),
        {},
        "conv2d: out_channels must be at most 1,000,000, not a number of more than 30 digits",
    ),
    (("conv2d", 1, 3), {"groups": None}, f"conv2d: groups must be {POSITIVE}, not none"),
    (("conv2d", 1, 3), {"groups": {}}, f"conv2d: groups must be {POSITIVE}, not a value of type 'dict'"),
    (
        ("conv2d", 1, 3),
        {"groups": float("nan")},
        f"conv2d: groups must be {POSITIVE}, not a value of type 'float'",
    ),
    (("conv2d", 1, "\x1b[2J"), {}, f"conv2d: kernel_size must be {TWO}, not '\\u001b[2J'"),
    (("conv2d", 1, ["\x1b", "a"]), {}, f"conv2d: kernel_size must be {TWO}, not '(\\u001b, a)'"),
    (("conv2d", 1, [[[]]]), {}, f"conv2d: kernel_size must be {TWO}, not values within values"),
    (("conv2d", 1, [1] * 99), {}, f"conv2d: kernel_size must be {TWO}, not 99 values"),
    (
        ("conv2d", 1, 3),
        {"strid": 2},
        f"conv2d has no option 'strid'; did you mean stride? It is written {CONV_SIGNATURE}",
    ),
    (
        ("conv2d", 1, 3),
        {"Stride": 2},
        f"conv2d has no option 'Stride'; did you mean stride? It is written {CONV_SIGNATURE}",
    ),
    (("conv2d", 1, 3), {"qq": 2}, f"conv2d has no option 'qq'. It is written {CONV_SIGNATURE}"),
    (("conv2d", 1, 3), {"out_channels": 2}, "conv2d: out_channels is given twice"),
    (("mse", "half", "half"), {}, "mse: half is given twice"),
    (("mse", "sum", "half"), {"half": False}, "mse: half is given twice"),
    (("mse", "sum", "halv"), {}, "mse: half must be true or false, not 'halv'; did you mean half?"),
    (("mse", "sum", True, 3), {}, "mse takes no more than mse(reduction=mean, half=false)"),
    (("mse", "avg"), {}, "mse: reduction must be mean or sum, not 'avg'"),
    (("relu", 1), {}, "relu takes no options"),
    (("relu",), {"inplace": True}, "relu takes no options, so not 'inplace'"),
    (("activation", "f(x)"), {}, f"activation: function must be {WORD}, not 'f(x)'"),
]


@pytest.mark.parametrize(("positional", "named", "message"), DOES_NOT_BIND)
def test_what_does_not_bind_says_why_and_from_python_has_no_caret(positional, named, message):
    with pytest.raises(DescriptionError) as refusal:
        call(*positional, **named)
    assert str(refusal.value) == message


SPANS = [
    ((Argument(None, 1, (1, 2)), Argument(None, 0, (3, 4))), (3, 4)),  # a bad value
    ((Argument("strid", 1, (9, 10), (3, 8)),), (3, 8)),  # an unknown name
    ((Argument(None, 1, (1, 2)), Argument("out_channels", 1, (9, 10), (3, 8))), (3, 8)),  # given twice
    (
        (Argument("stride", 1, (9, 10), (3, 8)), Argument(None, 3, (11, 12))),
        (11, 12),
    ),  # a position after a name
    (
        (*[Argument(None, 1, (1, 2))] * 6, Argument(None, True, (1, 2)), Argument(None, 3, (5, 6))),
        (5, 6),
    ),  # too many
    ((), None),  # one missing: the layer as a whole
]


@pytest.mark.parametrize(("given_arguments", "span"), SPANS)
def test_a_refusal_knows_its_place(given_arguments, span):
    with pytest.raises(OptionError) as refusal:
        bind(CONV, given_arguments, layer="conv2d")
    assert refusal.value.span == span


@pytest.mark.parametrize(
    ("positional", "expected"),
    [
        ((5,), (5,)),
        ((5, 6), (5, 6)),
        (((5, 6),), (5, 6)),
        (([1, 28, 28],), (1, 28, 28)),
        ((1,) * 8, (1,) * 8),
    ],
)
def test_sizes(positional, expected):
    assert sizes(arguments(positional, {})) == expected


USAGE = "input takes the sizes of its axes, such as input(5x5) or input(1x28x28)"


@pytest.mark.parametrize(
    ("positional", "named", "message"),
    [
        ((), {}, USAGE),
        (((),), {}, USAGE),
        ((), {"size": 5}, USAGE),
        ((5, 0), {}, "input: a size must be a positive whole number, not 0"),
        ((5, (5, 5)), {}, "input: a size must be a positive whole number, not (5, 5)"),
        ((10**9,), {}, "input: a size must be at most 1,000,000, not 1000000000"),
        ((1,) * 9, {}, "input has at most 8 axes, not 9"),
    ],
)
def test_what_are_no_sizes(positional, named, message):
    with pytest.raises(OptionError) as refusal:
        sizes(arguments(positional, named))
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("conv2d", CONV_SIGNATURE),
        ("mse", "mse(reduction=mean, half=false)"),
        ("activation", "activation(function)"),
        ("leaky_relu", "leaky_relu(slope=0.01)"),
        ("pool", "pool(kernel_size, stride=none)"),
        ("relu", "relu()"),
    ],
)
def test_signature_reads_as_on_the_pages_of_pytorch(layer, expected):
    assert o.signature(layer, LAYERS[layer]) == expected


@pytest.mark.parametrize(
    ("positional", "named", "expected"),
    [
        (("conv2d", 1, 3, 2), {"bias": False}, "conv2d(1, 3, stride=2, bias=false)"),
        (("conv2d", 1, (3, 3), 1, (0, 1)), {}, "conv2d(1, 3, padding=(0, 1))"),
        (("mse", "half"), {}, "mse(half=true)"),
        (("mse", "mean"), {}, "mse"),
        (("pool", 2), {"stride": 2}, "pool(2, stride=2)"),
        (("activation", "f"), {}, "activation(f)"),
        (("leaky_relu", 1 / 64), {}, "leaky_relu(slope=0.015625)"),
        (("leaky_relu", 0.01), {}, "leaky_relu"),
    ],
)
def test_one_layer_has_one_spelling(positional, named, expected):
    assert o.spelled_call(positional[0], LAYERS[positional[0]], call(*positional, **named)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "none"),
        (True, "true"),
        (False, "false"),
        (-3, "-3"),
        (np.int64(7), "7"),
        ("sum", "sum"),
        ((3, 5), "(3, 5)"),
        ((3,), "(3,)"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-5, 4), "-1.25"),
        (Fraction(3), "3.0"),  # not 3: a count would read that
        (Fraction(0), "0.0"),
        (A_THIRD, "1/3"),
        (0.000001, "0.000001"),
        (1e-8, "1e-8"),
        (-1.5e-8, "-15e-9"),
        (Fraction(10**19), "10000000000000000000/1"),
        (Fraction(1, 2**60), f"1/{2**60}"),
    ],
)
def test_spelled(value, expected):
    assert o.spelled(value) == expected


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.tuples(inside, inside),
    max_leaves=4,
)


@given(
    st.sampled_from(sorted(LAYERS)),
    st.lists(anything, max_size=4),
    st.dictionaries(
        st.sampled_from([option.name for option in CONV]) | st.text(max_size=5), anything, max_size=3
    ),
)
def test_any_call_from_python_binds_or_is_refused(layer, positional, named):
    options = LAYERS[layer]
    try:
        bound, message = bind(options, arguments(positional, named), layer=layer), ""
    except OptionError as refusal:
        bound, message = None, str(refusal)
    assert message.isprintable()
    assert len(message) < 500
    assert bound is None or list(bound) == [option.name for option in options]


def test_reading_numbers_waits_with_the_import_of_fractions():
    program = (
        "import sys; from symgrad.catalogue import options as o; sys.modules['fractions'] = None;"
        "o.bind([o.Option('n', o.pair)], o.arguments([3], {}), layer='l');"
        "from symgrad.network.description import read; read('input(5x5) | conv2d(1, 3, bias=false)').text;"
        "read('a(0.5)')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "import of fractions halted" in done.stderr
    assert "in rational" in done.stderr


@pytest.mark.parametrize(
    ("kind", "given", "meant"),
    [
        (o.single, 3, (3,)),
        (o.single, (3,), (3,)),
        (o.triple, 2, (2, 2, 2)),
        (o.triple, (1, 2, 3), (1, 2, 3)),
        (o.padding_1d, 0, (0,)),
        (o.padding_3d, 0, (0, 0, 0)),
    ],
)
def test_one_number_stands_for_every_axis(kind, given, meant):
    assert kind(given) == meant
    for unfit in ((*meant, 1), (), "x", -1, True, 0.5):
        with pytest.raises(ValueError, match="whole number"):
            kind(unfit)


def test_sizes_are_not_spelled_like_one_number_for_several():
    sizes_of = Option("sizes", o.unflat_shape)
    assert o.spelled_call("unflatten", [sizes_of], {"sizes": (2, 2)}) == "unflatten((2, 2))"
    assert o.spelled_call("pool", [POOL[0]], {"kernel_size": (2, 2)}) == "pool(2)"
