"""The reader of network descriptions: what it reads, what it refuses and where, and that it always ends."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from symgrad.catalogue import options as o
from symgrad.catalogue.options import Option
from symgrad.errors import DescriptionError
from symgrad.network import description
from symgrad.network.description import layer_name, read


def plain(text):
    """The calls without places: (layer, (name, value), …)."""
    return [(call.name, *((a.name, a.value) for a in call.arguments)) for call in read(text).calls]


def typed(text):
    return [[type(a.value) for a in call.arguments] for call in read(text).calls]


READS = [
    ("relu", [("relu",)]),
    ("relu()", [("relu",)]),
    ("input(5x5)", [("input", (None, (5, 5)))]),
    ("input(1×28*28)", [("input", (None, (1, 28, 28)))]),
    ("input(5X5)", [("input", (None, (5, 5)))]),
    ("input(5 x 5)", [("input", (None, (5, 5)))]),
    ("input(5, 5)", [("input", (None, 5), (None, 5))]),
    ("input((5, 5))", [("input", (None, (5, 5)))]),
    ("input(10)", [("input", (None, 10))]),
    (
        "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
        [
            ("input", (None, (5, 5))),
            ("conv2d", (None, 1), (None, 3), ("stride", 2), ("bias", False)),
        ],
    ),
    (
        "input(1x28x28)|conv2d(4,(5,3),padding=(2,1))|relu|flatten|linear(10)|activation(f)|mse(sum,half=true)",
        [
            ("input", (None, (1, 28, 28))),
            ("conv2d", (None, 4), (None, (5, 3)), ("padding", (2, 1))),
            ("relu",),
            ("flatten",),
            ("linear", (None, 10)),
            ("activation", (None, "f")),
            ("mse", (None, "sum"), ("half", True)),
        ],
    ),
    ("\ufeff a\t(\r\n1 , # one\n 2,)\n# between\n|\nb # end\n", [("a", (None, 1), (None, 2)), ("b",)]),
    (
        "Conv2d(1, 3, bias=False) | ReLU() | MaxPool2d(2)",
        [
            ("conv2d", (None, 1), (None, 3), ("bias", False)),
            ("relu",),
            ("max_pool2d", (None, 2)),
        ],
    ),
    (
        "a(true, True, false, False, none, None)",
        [("a", *((None, v) for v in (True, True, False, False, None, None)))],
    ),
    ("a(k=true, t=none)", [("a", ("k", True), ("t", None))]),
    ("""a('sum', "mean", 'true')""", [("a", (None, "sum"), (None, "mean"), (None, True))]),
    ("a(-3, +3, 007, -0)", [("a", (None, -3), (None, 3), (None, 7), (None, 0))]),
    ("a((3), (3,), (a, true))", [("a", (None, 3), (None, (3,)), (None, ("a", True)))]),
    (
        "a(1.0, .5, 5., -1e-3, 1/3, 2E2)",
        [
            ("a", *((None, Fraction(v)) for v in ("1", "1/2", "5", "-1/1000", "1/3", "200"))),
        ],
    ),
    ("a(123456789)", [("a", (None, 123456789))]),
]


@pytest.mark.parametrize(("text", "expected"), READS)
def test_reads(text, expected):
    assert plain(text) == expected


def test_the_types_of_values():
    assert typed("a(1, true, 1.0, f, none, (1,), 5x5)") == [
        [int, bool, Fraction, str, type(None), tuple, tuple]
    ]


def test_every_part_knows_its_place():
    text = "input(5x5) |\n conv2d ( 1, stride = (2, 1) )"
    _, call = read(text).calls
    assert text[slice(*call.span)] == "conv2d ( 1, stride = (2, 1) )"
    assert text[slice(*call.name_span)] == "conv2d"
    first, stride = call.arguments
    assert (text[slice(*first.span)], first.name_span) == ("1", None)
    assert (text[slice(*stride.span)], text[slice(*stride.name_span)]) == ("(2, 1)", "stride")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "input( 5 × 5 )|Conv2d(1,3,stride=2,bias=False)\n",
            "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
        ),
        ("input(5, 5)", "input(5x5)"),
        ("input((3, 5, 5))", "input(3x5x5)"),
        ("input(5)", "input(5)"),
        ("input((5,))", "input((5,))"),
        ("input(n=5, 5)", "input(n=5, 5)"),
        ("input(-5, 5)", "input(-5, 5)"),
        ("a(5x5, (f, None), 'sum', .50, 1e-8, 2/6)", "a((5, 5), (f, none), sum, 0.5, 1e-8, 1/3)"),
    ],
)
def test_normal_form(text, expected):
    assert read(text).text == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("conv2d", "conv2d"),
        ("Conv2d", "conv2d"),
        ("CONV2D", "conv2d"),
        ("ReLU", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("GELU", "gelu"),
        ("MaxPool2d", "max_pool2d"),
        ("max_pool2d", "max_pool2d"),
        ("CrossEntropy", "cross_entropy"),
        ("LogSoftmax", "log_softmax"),
    ],
)
def test_layer_names_of_pytorch_become_those_of_the_catalogue(written, expected):
    assert layer_name(written) == expected


SEPARATED = "layers are separated by '|', as in input(5x5) | relu, not "
IN_PARENTHESES = "the options of a layer stand in parentheses, as in linear(10), not "
LAYER = "a layer such as linear(10) or relu is expected "
VALUE = "a value is a number, a word or a pair such as (3, 5), not "
NUMBER = " is not a number; numbers read 3, 0.5, 1e-3, sizes read 5x5"
NEVER = "this parenthesis is never closed; ')' is missing"
COMMA = "',' or ')' is expected here, not "
LONG_NUMBER = "a number has at most 20 digits, and 2 in its exponent"

# The marked part between « and » is the place; «» marks none.
REFUSES = [
    ("«»", "the description is empty; one reads input(5x5) | conv2d(1, 3, stride=2)"),
    ("«» \n # nothing", "the description is empty; one reads input(5x5) | conv2d(1, 3, stride=2)"),
    # between layers
    ("input(5x5) «->» relu", SEPARATED + "'->'"),
    ("input(5x5) «=>» relu", SEPARATED + "'=>'"),
    ("input(5x5) «→» relu", SEPARATED + "'→'"),
    ("input(5x5)«,» relu", SEPARATED + "','"),
    ("input(5x5)«;» relu", SEPARATED + "';'"),
    ("input(5x5) «||» relu", SEPARATED + "'||'"),
    ("input(5x5)\n«relu»", SEPARATED + "'relu'"),
    ("linear «10»", IN_PARENTHESES + "'10'"),
    ("input «5x5»", IN_PARENTHESES + "'5x5'"),
    ("linear«[»10]", IN_PARENTHESES + "'['"),
    ("nn«.»Conv2d(1, 3)", "a layer is named without its module: conv2d, not nn.Conv2d"),
    ("linear(10)«)»", "this parenthesis closes nothing"),
    ("relu«(»", NEVER),
    # a layer's name
    ("«|» relu", LAYER + "at the beginning, not '|'"),
    ("relu |«»", LAYER + "after '|'"),
    ("relu |«» # so\n", LAYER + "after '|'"),
    ("relu | «|» relu", LAYER + "after '|', not '|'"),
    ("«3»", LAYER + "at the beginning, not '3'"),
    ("relu | «(»3)", LAYER + "after '|', not '('"),
    ("«__import__»('os')", "a name begins with a letter, unlike '__import__'"),
    ("«" + "a" * 33 + "»", "a name has at most 32 characters; this one has 33"),
    ("«" + "Aa" * 11 + "a" + "»(1)", "a name has at most 32 characters; this one has 33"),
    ("a(«" + "a" * 33 + "»)", "a name has at most 32 characters; this one has 33"),
    ("a(«'" + "a" * 33 + "'»)", "a name has at most 32 characters; this one has 33"),
    # values
    ("a(«,»1)", "a value is missing before ','"),
    ("a(1,«,»2)", "a value is missing before ','"),
    ("a(k=«)»", "a value is missing before ')'"),
    ("a(k=«=»1)", "a value is missing before '='"),
    ("a«(»k=", NEVER),
    ("a«(»1", NEVER),
    ("a(k=«(»1,", NEVER),
    ("a(k=«(»", NEVER),
    ("a(1 «|» b", "the parenthesis is not closed before '|'; ')' is missing"),
    ("a(1, «|» b", "the parenthesis is not closed before '|'; ')' is missing"),
    ("a(k=«|» b", "the parenthesis is not closed before '|'; ')' is missing"),
    ("a(1 «2»)", COMMA + "'2'"),
    ("a(stride«:» 2)", COMMA + "':'; an option is set as in stride=2"),
    ("a(b=c«=»d)", COMMA + "'='; an option is set once, as in stride=2"),
    ("a(9«*»*9**9)", COMMA + "'*'; nothing is calculated here"),
    ("a((1 «2»))", COMMA + "'2'"),
    ("a(f«(»3))", "an option is a number, a word or a pair; it cannot be a call"),
    ("a(1, («(»3)))", "parentheses nest at most 2 deep: conv2d(4, (5, 3))"),
    ("a((1, «5x5»))", "a size stands without parentheses: '5x5'"),
    ("a(«()»)", "a value is missing in these parentheses"),
    ("a((1, 2, 3, 4, 5, 6, 7, 8, «9»))", "parentheses hold at most 8 values"),
    ("a(«1x1x1x1x1x1x1x1x1»)", "a size has at most 8 axes; this one has 9"),
    ("a(«[»3, 5])", VALUE + "'['"),
    ("a(«-»)", VALUE + "'-'"),
    ("a(«'»f(x)')", VALUE + "'''"),
    ("a(«5x»)", "'5x'" + NUMBER),
    ("a(«5x5a»)", "'5x5a'" + NUMBER),
    ("a(«1_000»)", "'1_000'" + NUMBER),
    ("a(«1.2.3»)", "'1.2.3'" + NUMBER),
    ("a(«0x1F»)", "'0x1F'" + NUMBER),
    ("a(«1e»)", "'1e'" + NUMBER),
    ("a(«1234567890»)", "a whole number has at most 9 digits"),
    ("a(«-1234567890»)", "a whole number has at most 9 digits"),
    ("a(«5x1234567890»)", "a whole number has at most 9 digits"),
    ("a(«1e999999999»)", LONG_NUMBER),
    ("a(«0.00000000000000000001»)", LONG_NUMBER),
    ("a(«1/123456789012345678901»)", LONG_NUMBER),
    ("a(«1e-20»)", "this must be an exact fraction of numbers with at most 20 digits"),
    ("a(«1/0»)", "a fraction with denominator 0 is not a number"),
    # hostile text
    ("a(«\0»)", VALUE + "'\\u0000'"),
    ("a(«\x1b»[2J)", VALUE + "'\\u001b'"),
    ("a | «\u202e»relu", LAYER + "after '|', not '\\u202e'"),
    ("a«\u00a0»| b", SEPARATED + "'\\u00a0'"),
    ("«\\»input{/etc/passwd}", LAYER + "at the beginning, not '\\'"),
    ("«<»script>alert(1)</script>", LAYER + "at the beginning, not '<'"),
    ("gr«ö»ße(3)", SEPARATED + "'ö'"),
    ("a(«٣»)", VALUE + "'٣'"),
    ("a(«\ud800»)", VALUE + "'\\ud800'"),
]


@pytest.mark.parametrize(("marked", "message"), REFUSES)
def test_refuses(marked, message):
    before, rest = marked.split("«")
    place, after = rest.split("»")
    with pytest.raises(DescriptionError) as refusal:
        read(before + place + after)
    error = refusal.value
    assert error.message == message
    head, tail = before.rpartition("\n")[2], after.partition("\n")[0]
    assert (error.line, error.start, error.stop) == (head + place + tail, len(head), len(head + place))


def test_the_caret_stands_under_the_place_on_its_own_line():
    with pytest.raises(DescriptionError) as refusal:
        read("input(5x5)\r\n  | conv2d(1,\r\n\t3 4)\r\n  | relu")
    assert str(refusal.value) == "',' or ')' is expected here, not '4'\n   3 4)\n     ^"


def test_the_caret_stands_under_the_place_after_wide_escaped_and_combining_characters():
    with pytest.raises(DescriptionError) as refusal:
        read("a | # 卷积é\x1b")
    _, line, caret = str(refusal.value).split("\n")
    assert (line, caret) == ("  a | # 卷积é\\u001b", "     ^")
    error = read("relu # 卷积e\u0301\x07 x").error("here", (13, 14))
    _, line, caret = str(error).split("\n")
    assert line == "  relu # 卷积e\u0301\\u0007 x"
    assert caret == "  " + " " * len("relu # ____e\\u0007 ") + "^"


BOUNDS = [
    (" " * 20_000, None, "the description is empty"),
    ("a" + " " * 19_999, 1, None),
    ("a" + " " * 20_000, None, "a description has at most 20,000 characters; this one has 20,001"),
    ("|".join("a" * 2_000), 2_000, None),
    ("|".join("a" * 2_001), None, "a network has at most 2,000 layers"),
    (f"a({','.join('1' * 32)})", 1, None),
    (f"a({','.join('1' * 33)})", None, "a layer has at most 32 options"),
]


@pytest.mark.parametrize(("text", "layers", "message"), BOUNDS)
def test_bounds_hold_to_the_unit_and_are_named(text, layers, message):
    if message is None:
        assert len(read(text).calls) == layers
    else:
        with pytest.raises(DescriptionError, match=message):
            read(text)


HOSTILE = [
    "(" * 10_000,
    "a" + "(" * 10_000,
    "a(" + "(" * 10_000,
    "a(" * 6_000,
    ")" * 20_000,
    "9" * 20_000,
    "a(" + "9" * 19_000 + ")",
    "a(" + "9x" * 9_000 + ")",
    "a(" + "9 x " * 4_000 + ")",
    "a(9" + " " * 19_000 + "x)",
    "a(" + "1 " * 9_000 + ")",
    "a(1" + "e1" * 9_000 + ")",
    "a(" + "1." * 9_000 + ")",
    "a(" + "+-" * 9_000 + ")",
    "a(" + "1/" * 9_000 + ")",
    "a('" + "b" * 19_000 + ")",
    "a(" + "'b" * 9_000 + ")",
    "#" * 20_000,
    "#\n" * 10_000,
    "-" * 20_000,
    "\n" * 19_999 + "1",
    "é" * 20_000,
    "\x1b" * 20_000,
    "x" * 10_000_000,
    "a|" * 9_999,
    "_" * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:6]))
def test_hostile_text_is_refused_shortly_and_soon(text):
    began = time.process_time()
    with pytest.raises(DescriptionError) as refusal:
        read(text)
    assert time.process_time() - began < 1
    shown = str(refusal.value)
    assert len(shown) < 1_000
    assert all(line.isprintable() for line in shown.split("\n"))


PIECES = [
    *"0x5×*(),|=-'# \n\x1b\u202e卷",
    "input",
    "conv2d",
    "Relu",
    "a",
    "true",
    "None",
    "1.5",
    "1e-8",
    "1/3",
    "5x5",
]
LIKELY = [*"aa||((),,== ", "5", "5x5", "1e-8", "true"]
soup = (
    st.text()
    | st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
    | st.lists(st.sampled_from(LIKELY), max_size=12).map("".join)
)


@given(soup)
@example("Aaa0" * 8)  # its normal form is longer
@example("a(1e-19)")
@example("a(12345678901234567890/3)")
def test_any_text_is_read_or_refused_and_its_normal_form_reads_the_same(text):
    try:
        once, refusal = read(text), None
    except DescriptionError as error:
        once, refusal = None, error
    if once:
        again_as_written(once)
    if refusal:
        assert all(line.isprintable() for line in str(refusal).split("\n"))
        assert 0 <= refusal.start <= refusal.stop <= len(refusal.line)
        assert "\n" not in refusal.line


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,31}", fullmatch=True)
scalars = (
    st.integers(-(10**9) + 1, 10**9 - 1)
    | st.booleans()
    | st.none()
    | st.fractions(max_denominator=10**12, min_value=-(10**7), max_value=10**7)
    | st.decimals(-(10**5), 10**5, places=9).map(Fraction)
    | names.filter(lambda name: name not in o.RESERVED)
)
values = scalars | st.lists(scalars, min_size=1, max_size=8).map(tuple)
calls = st.tuples(
    st.just("input") | names.map(layer_name).filter(lambda name: len(name) <= description.LONGEST_NAME),
    st.lists(st.tuples(st.none() | names, values), max_size=6),
)


def again_as_written(once):
    """The normal form is one line, reads as the same calls, and is its own normal form."""
    again = read(once.text)
    assert "\n" not in once.text
    assert again.text == once.text
    for first, second in zip(once.calls, again.calls, strict=True):
        kept = [[(a.name, a.value, type(a.value)) for a in call.arguments] for call in (first, second)]
        joined = first.name == "input" and len(kept[1]) == 1 and isinstance(kept[1][0][1], tuple)
        if joined and len(kept[0]) > 1:  # input(5, 5) is written input(5x5)
            assert tuple(value for _, value, _ in kept[0]) == kept[1][0][1]
        else:
            assert kept[0] == kept[1]
        assert first.name == second.name


@given(st.lists(calls, min_size=1, max_size=4))
def test_values_survive_being_spelled_and_read(network):
    text = " | ".join(
        f"{layer}({', '.join(o.spelled(v) if n is None else f'{n}={o.spelled(v)}' for n, v in given_)})"
        for layer, given_ in network
    )
    once = read(text)
    assert plain(text) == [(layer, *given_) for layer, given_ in network]
    again_as_written(once)


CONV = (
    Option("out_channels", o.count),
    Option("kernel_size", o.pair),
    Option("stride", o.pair, (1, 1)),
    Option("padding", o.padding, (0, 0)),
    Option("slope", o.number, 0.01),
    Option("bias", o.flag, True),
)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("conv2d(1, 3, «strid»=2)", "conv2d has no option 'strid'; did you mean stride?"),
        (
            "conv2d(1, 3, stride=«0»)",
            "conv2d: stride must be one positive whole number or a pair of them, not 0",
        ),
        (
            "conv2d(1, «(3, 0)»)",
            "conv2d: kernel_size must be one positive whole number or a pair of them, not",
        ),
        ("conv2d(1, «3x0»)", "conv2d: kernel_size must be one positive whole number or a pair of them, not"),
        ("conv2d(1, 3, stride=2, «stride»=2)", "conv2d: stride is given twice"),
        ("conv2d(1, 3, stride=2, «3»)", "conv2d: a value without a name cannot follow one with a name"),
        ("conv2d(1, 3, 1, 0, 0.5, true, «7»)", "conv2d takes no more than conv2d(out_channels"),
        (
            "«conv2d(1)»",
            "conv2d needs kernel_size: conv2d(out_channels, kernel_size, stride=1, padding=0, slope=0.01",
        ),
    ],
)
def test_options_that_do_not_fit_show_their_place_in_the_text(marked, message):
    text = "input(5x5) | " + marked.replace("«", "").replace("»", "")
    network = read(text)
    with pytest.raises(DescriptionError) as refusal:
        network.bind(network.calls[1], CONV)
    error = refusal.value
    assert error.message.startswith(message)
    assert error.line == text
    assert text[error.start : error.stop] == marked.partition("«")[2].partition("»")[0]
    assert "^" in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_options_bind_from_text():
    network = read("Conv2d(1, 3x5, slope=1/3, bias)")
    assert network.bind(network.calls[0], CONV) == {
        "out_channels": 1,
        "kernel_size": (3, 5),
        "stride": (1, 1),
        "padding": (0, 0),
        "slope": Fraction(1, 3),
        "bias": True,
    }


@given(
    st.builds(
        dict,
        out_channels=st.integers(1, 10**6),
        kernel_size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
        stride=st.tuples(st.integers(1, 2), st.integers(1, 2)),
        padding=st.tuples(st.integers(0, 1), st.integers(0, 1)),
        slope=st.fractions(0, 1, max_denominator=1000),
        bias=st.booleans(),
    )
)
def test_a_bound_layer_spelled_and_read_binds_the_same(bound):
    network = read(o.spelled_call("conv2d", CONV, bound))
    assert network.bind(network.calls[0], CONV) == bound


def test_sizes_from_text():
    for text in ("input(3x5x5)", "input(3, 5, 5)", "input((3, 5, 5))"):
        network = read(text)
        assert network.sizes(network.calls[0]) == (3, 5, 5)
    network = read("input(5x0)")
    with pytest.raises(DescriptionError) as refusal:
        network.sizes(network.calls[0])
    assert str(refusal.value).split("\n")[1:] == ["  input(5x0)", "        ^^^"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("con2d", "there is no layer 'con2d'; did you mean conv2d?"),
        ("MSELoss", "there is no layer 'MSELoss'; did you mean mse?"),
        ("wibble", "there is no layer 'wibble'; there are conv2d, linear, mse, relu"),
    ],
)
def test_an_unknown_layer_shows_the_nearest_or_all(written, expected):
    network = read(f"input(5) | {written}(3)")
    error = network.unknown(network.calls[1], ["relu", "conv2d", "linear", "mse"])
    assert error.message == expected
    assert error.line[error.start : error.stop] == written


def test_the_reader_states_its_bounds():
    stated = (description.LONGEST_TEXT, description.MOST_LAYERS, description.MOST_ARGUMENTS, o.LARGEST_WHOLE)
    assert stated == (20_000, 2_000, 32, 1_000_000)
