"""Predicted sizes against what the renderers print."""

from __future__ import annotations

import json

import pytest

from symgrad.derivation.derive import derive, document
from symgrad.derivation.size import listed_symbols, printed_formulas, printed_terms, within_budget
from symgrad.errors import BudgetError
from symgrad.network.build import build
from symgrad.render.json import render_json
from symgrad.render.text import render_text

ARTICLE = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
NETWORKS = [
    ARTICLE,
    "input(2x5x4) | conv2d(4, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2), groups=2)",
    "input(3) | linear(2) | relu | linear(2)",
    "input(2x3x3) | conv2d(2, 2) | tanh | flatten | linear(3) | sigmoid | mse",
    "input(4) | linear(3) | activation(f) | mse(sum)",
    "input(2x2) | conv2d(1, 2, padding=4, stride=3, bias=false)",
]
WORDS = [("all",), ("weights",), ("inputs",)]


def sized(network, view="scalar", words=("all",)):
    return document(derive(build(network), words), view)


def counted(stated):
    """The terms of every member of every formula that the text prints."""
    lines = [line for line in "".join(render_text(stated)).splitlines() if " = " in line]
    members = [member for line in lines for member in line.split(" = ")[1:]]
    return len(lines), sum(1 + depth_zero(member) for member in members)


def depth_zero(member):
    """The plus and minus signs outside of parentheses."""
    depth, signs = 0, 0
    for before, sign, after in zip(member, member[1:], member[2:], strict=False):
        depth += (before in "([") - (before in ")]")
        signs += depth == 0 and before + after == "  " and sign in "+−"
    return signs


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("view", ["scalar", "chain"])
@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_predicted_is_what_is_printed(network, view, words):
    stated = sized(network, view, words)
    formulas, terms = counted(stated)
    assert printed_formulas(stated) == formulas
    if "padding=4" in network or "mse" in network:
        # Empty sums beside long ones count for less, the loss is one product of a sum, and a path that two
        # terms share is counted with each.
        assert terms / 2 <= printed_terms(stated) <= 2 * terms
    else:
        assert printed_terms(stated) == terms


@pytest.mark.parametrize("view", ["scalar", "chain"])
def test_entries_alone_are_counted_alone(view):
    # w1 has 4 terms (and 4 paths), a13 too, and a1 has 1 of each; the forward formulas have 36.
    both = 2 if view == "chain" else 1
    assert printed_terms(sized(ARTICLE, view, ("w1", "a13", "a1"))) == 36 + both * (4 + 4 + 1)
    assert printed_formulas(sized(ARTICLE, view, ("w1", "a13", "a1"))) == 4 + 3


def test_the_index_view_counts_the_terms_of_the_closed_forms():
    stated = sized("input(1000x1000) | conv2d(8, 5)", "index")
    assert (printed_terms(stated), printed_formulas(stated)) == (5, 4)  # z = Σ + b, and one each for w, b, a


def test_a_formula_without_a_term_counts_as_it_prints_0():
    assert printed_terms(sized("input(1x1) | conv2d(1, 1, padding=100, bias=false)", words=("w",))) >= 201**2


def test_symbols_are_those_that_json_lists():
    stated = sized(NETWORKS[3])
    assert listed_symbols(stated) == len(json.loads("".join(render_json(stated)))["symbols"])


def test_the_bound_itself_is_within_it():
    within_budget(sized(ARTICLE), 108)
    with pytest.raises(BudgetError):
        within_budget(sized(ARTICLE), 107)


@pytest.mark.parametrize(
    ("network", "view", "words", "most", "message"),
    [
        (
            ARTICLE,
            "scalar",
            ("all",),
            50,
            (
                "would print 108 terms, more than --max-terms 50; use --view index, "
                "ask for less with --wrt (such as --wrt w1), or raise --max-terms to 108"
            ),
        ),
        (ARTICLE, "chain", ("all",), 30, "180 terms, more than --max-terms 30; use --view index, or raise"),
        (ARTICLE, "scalar", ("w5",), 39, "40 terms, more than --max-terms 39; use --view index, or raise"),
        (ARTICLE, "index", ("all",), 2, "3 terms, more than --max-terms 2; raise --max-terms to 3"),
    ],
)
def test_the_refusal_names_only_ways_that_help(network, view, words, most, message):
    with pytest.raises(BudgetError) as refusal:
        within_budget(sized(network, view, words), most)
    assert message in str(refusal.value)


def test_symbols_are_bounded_only_where_they_are_listed():
    stated = sized("input(1000x1000) | flatten", "index")
    within_budget(stated, 1_000_000)
    with pytest.raises(BudgetError, match=r"list 4,000,000 symbols, .* use --to text or --to latex"):
        within_budget(stated, 1_000_000, symbols=True)


def test_what_a_maximum_compares_is_printed_and_counted():
    both = printed_terms(sized("input(4) | max_pool1d(2)"))
    assert both == 2 * 2 + 4 * 2  # p1 = max(a1, a2), and ∂L/∂a1 = ∂L/∂p1·[argmax(a1, a2) = a1]
    with pytest.raises(BudgetError):
        within_budget(sized("input(1000x1000) | max_pool2d(1000)"), 1_000_000)
