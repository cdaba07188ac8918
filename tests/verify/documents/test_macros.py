import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.verify.documents.macros import Budget, MacroError, definitions, expand


def macros(*lines):
    text = "\n".join(lines)
    known = {}
    for definition in definitions(text, 0, len(text)):
        known[definition.name] = known.get(definition.alias, definition.macro)
    return known


# Each writes out to nine of the one before.
BOMB = [
    rf"\def\{name}{{" + rf"\{before}" * 9 + "}" for name, before in zip("bcdefgh", "abcdefg", strict=True)
]
BOMB.append(r"\def\a{xxxxxxxxxx}")
PD = r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}"


@pytest.mark.parametrize(
    ("definition", "formula", "written"),
    [
        (r"\newcommand{\loss}{\mathcal{L}}", r"\loss = 1", r"\mathcal{L} = 1"),
        (r"\newcommand\loss{L}", r"\loss_1 \losses", r"L_1 \losses"),
        (r"\renewcommand*{\vec}[1]{\mathbf{#1}}", r"\vec x + \vec{yz}", r"\mathbf{x} + \mathbf{yz}"),
        (PD, r"\pd{L}{w_1}", r"\frac{\partial L}{\partial w_1}"),
        (PD, r"\pd L w", r"\frac{\partial L}{\partial w}"),
        (PD, r"\pd Lw + 1", r"\frac{\partial L}{\partial w} + 1"),
        (PD, r"\pd{\pd{L}{a}}{b}", r"\frac{\partial \frac{\partial L}{\partial a}}{\partial b}"),
        (PD, r"\pd{L}", r"\pd{L}"),  # too few arguments: left as it was, for the reader to refuse
        (PD, r"\pd{L}{w", r"\pd{L}{w"),
        (r"\newcommand{\d}[2][L]{#1/\partial #2}", r"\d{w} \d[E]{w}", r"L/\partial w E/\partial w"),
        (r"\def\x{y}", r"\x^2", "y^2"),
        (r"\def\x#1#2{#2#1}", r"\x ab", "ba"),
        (r"\def\p#1{\partial#1}", r"\p L", r"\partial L"),
        (r"\def\x#1.{y}", r"\x a.", r"\x a."),  # not of the simple kind
        (r"\DeclareMathOperator{\relu}{ReLU}", r"\relu(x)", r"\operatorname{ReLU}(x)"),
        (r"\DeclareMathOperator*{\am}{argmax}", r"\am_x", r"\operatorname*{argmax}_x"),
        (r"\DeclarePairedDelimiter{\abs}{\lvert}{\rvert}", r"\abs{x}", r"\lvert x \rvert"),
        (r"\DeclarePairedDelimiter{\norm}{\|}{\|}", r"\norm*{x}", r"\left\| x \right\|"),
        (r"\NewDocumentCommand{\q}{m m}{#1\cdot #2}", r"\q{a}{b}", r"a\cdot b"),
        (r"\let\old\vec \renewcommand{\vec}[1]{\old{#1}}", r"\vec{x}", r"\vec{x}"),
        (r"\newcommand{\a}{b} \let\c\a \renewcommand{\a}{d}", r"\a\c", "db"),
        (r"% \newcommand{\a}{b}", r"\a", r"\a"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{c}", r"\a", "c"),
    ],
)  # fmt: skip
def test_commands_are_written_out(definition, formula, written):
    expanded = expand(formula, macros(definition))
    assert (expanded.text if expanded else formula) == written


def test_a_place_in_an_argument_is_its_place_and_one_in_the_body_is_the_call():
    formula = r"x \pd{L}{w_1} y"
    expanded = expand(formula, macros(PD))
    assert expanded.text == r"x \frac{\partial L}{\partial w_1} y"

    def raw(part):
        start = expanded.text.index(part)
        first, last = expanded.raw_span(start, start + len(part))
        return formula[first:last]

    assert raw("w_1") == "w_1"
    assert raw("_") == "_"
    assert raw("L") == "L"
    assert raw(r"\partial L") == r"\pd{L}{w_1}"
    assert raw(r"\frac{\partial L}{\partial w_1}") == r"\pd{L}{w_1}"
    assert raw("y") == "y"
    assert raw(" y") == " y"
    assert raw(r"x \frac") == r"x \pd{L}{w_1}"


def test_comments_and_dropped_stretches_go_and_an_escaped_percent_stays():
    assert expand("a % b\nc", {}).text == "a \nc"
    assert expand(r"a \% b", {}) is None
    assert expand("a > b", {}, [(2, 4)]).text == "a b"
    assert expand(r"\alpha%" + "\nb", {}).text == "\\alpha\nb"
    assert expand("a = b", macros(PD)) is None


@pytest.mark.parametrize(
    ("lines", "formula", "message"),
    [
        ([r"\def\a{\a}"], r"\a", "uses itself"),
        ([r"\def\a{\b}", r"\def\b{x\a}"], r"1 + \a", "uses itself"),
        (BOMB, r"\h", "200,000"),
        ([r"\def\a#1{#1#1}"], r"\a{" * 40 + "x" + "}" * 40, "200,000"),
    ],
)  # fmt: skip
def test_bombs_are_refused_with_their_place(lines, formula, message):
    with pytest.raises(MacroError, match=message) as caught:
        expand(formula, macros(*lines))
    assert formula[caught.value.start : caught.value.stop].startswith("\\")


def test_what_a_document_may_grow_by_is_bounded():
    budget = Budget(30)
    known = macros(r"\def\a{xxxxxxxxxx}")
    assert expand(r"\a\a", known, budget=budget).text == "x" * 20
    with pytest.raises(MacroError, match="500,000"):
        expand(r"\a", known, budget=budget)


@given(st.text(st.sampled_from("\\ab{}[]#1 %\n*$x"), max_size=60))
def test_any_text_is_written_out_or_refused_and_every_place_has_an_origin(formula):
    known = macros(r"\newcommand{\a}[1][x]{<#1>}", r"\def\b#1{(\a#1)}", r"\def\x{\b}")
    try:
        expanded = expand(formula, known)
    except MacroError:
        return
    if expanded is None:
        return
    for start in range(len(expanded.text)):
        first, last = expanded.raw_span(start, start + 1)
        assert 0 <= first < last <= len(formula)


@given(st.text(st.sampled_from("\\abdefnwcomlt{}[]#12 %\n*"), max_size=80))
def test_any_text_has_definitions_or_none(text):
    for definition in definitions(r"\newcommand" + text, 0, len(text) + 11):
        assert 0 <= definition.start < definition.stop <= len(text) + 11
