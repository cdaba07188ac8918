"""A member against the truth: at which indices and sizes, by which reading, and when it says nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from judging import gathered, judge, sheet, verdicts
from reading import member

from symgrad.verify.compare import free_indices, readings

INDEXED = (r"W \in \mathbb{R}^{m \times n}", r"x \in \mathbb{R}^n", r"z_i = \sum_{j=1}^n W_{ij} x_j")


@pytest.mark.parametrize(
    ("formula", "free"),
    [
        ("x_i", ["i"]),
        ("W_{ij} x_j", ["i", "j"]),
        ("W_{ij}", ["i", "j"]),
        (r"\sum_j W_{ij} x_j", ["i"]),
        (r"\sum_{i,j} W_{ij}", []),
        (r"\sum_{j \neq i} x_j", ["i"]),
        (r"\sum_{j=i}^{k} x_j", ["i", "k"]),
        (r"\sum x_i", []),
        ("x_1 + x_{i+1}", ["i"]),
        ("a^{(l)}_i - a^{(l-1)}_i", ["l", "i"]),
        (r"\frac{\partial z_i}{\partial x_k}", ["i", "k"]),
        ("x^2 y^T", []),
        ("x_n", []),
        (r"\mathbf{1}_{i = j}", ["i", "j"]),
        (r"h_{\text{in}}", []),
    ],
)
def test_free_indices(formula, free):
    context = gathered(sheet(given=INDEXED)).context
    assert free_indices(member(formula), context) == free


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial z_i}{\partial x_k} = W_{ik}", "right"),
        (r"\frac{\partial z_i}{\partial x_k} = W_{ki}", "wrong"),
        (r"\frac{\partial z_i}{\partial W_{ij}} = x_j", "right"),
        (r"\frac{\partial z_i}{\partial W_{kj}} = x_j", "wrong"),
        (r"\frac{\partial z_i}{\partial W_{kj}} = \delta_{ik} x_j", "right"),
        (r"\frac{\partial z_i}{\partial W_{ij}} = x_k", "wrong"),
    ],
)
def test_a_claim_holds_at_every_value_of_its_free_indices(claim, verdict):
    assert verdicts(sheet(claim, given=INDEXED)) == [verdict]


def test_a_claim_that_fails_at_one_index_only_is_wrong_and_the_witness_says_where():
    given = [r"x, z \in \mathbb{R}^3", "z_1 = x_1", "z_2 = x_2", "z_3 = 2 x_3"]
    (claim,) = judge(sheet(r"\frac{\partial z_i}{\partial x_i} = 1", given=given))
    assert claim.verdict == "wrong"
    assert (claim.witness.at, claim.witness.given, claim.witness.expected) == ("i = 3", "1", "2")


def test_the_witness_gives_both_values_where_they_differ():
    (claim,) = judge(sheet("z = x^2 + 1", given=[r"x \in \mathbb{R}", "z = x^2 + x"]))
    ((name, value),) = claim.witness.point
    x = float(Fraction(value))
    assert name == "x"
    assert float(Fraction(claim.witness.given)) == pytest.approx(x**2 + 1)
    assert float(Fraction(claim.witness.expected)) == pytest.approx(x**2 + x)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\frac{\partial z}{\partial t} = 0 \cdot t", "undecided"),
        (r"\frac{\partial z}{\partial t} = \frac{\partial u}{\partial t}", "undecided"),
        (r"\frac{\partial z}{\partial t} = 0", "right"),
        (r"\frac{\partial z}{\partial t} = t", "wrong"),
    ],
)
def test_zero_equals_zero_says_nothing_unless_0_is_what_was_written(claim, verdict):
    given = [r"x, t \in \mathbb{R}", "z = x^2", "u = x^3"]
    assert verdicts(sheet(claim, given=given)) == [verdict]


def test_what_is_proved_for_some_sizes_says_for_which():
    (claim,) = judge(sheet(r"\frac{\partial z_i}{\partial x_k} = W_{ik}", given=INDEXED))
    assert (claim.verdict, claim.reached) == ("right", "proved")
    (told,) = [text for text in claim.assumptions if "sizes" in text]
    assert told.count("m = ") == told.count("n = ") == 2


def test_sizes_that_the_document_states_need_no_assumption():
    given = [r"W \in \mathbb{R}^{2 \times 3}", r"x \in \mathbb{R}^3", "z = W x"]
    (claim,) = judge(sheet(r"\frac{\partial z}{\partial x} = W", given=given))
    assert (claim.verdict, claim.assumptions) == ("right", ())


def test_a_factor_that_is_right_for_one_size_only_is_wrong():
    given = [r"x \in \mathbb{R}^n", r"m = \frac{1}{n} \sum_{i=1}^n x_i"]
    found = verdicts(
        sheet(
            r"\frac{\partial m}{\partial x_i} = \frac{1}{2}",
            r"\frac{\partial m}{\partial x_i} = \frac{1}{n}",
            given=given,
        )
    )
    assert found == ["wrong", "right"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        # the sum reaches beyond the outputs: what is outside is 0
        (r"\frac{\partial L}{\partial x_j} = \sum_{k=1}^{2} w_k \delta_{j-k+1}", "right"),
        (r"\frac{\partial L}{\partial x_j} = \sum_{k=1}^{2} w_k \delta_{j+k-1}", "wrong"),
        (r"\frac{\partial L}{\partial w_k} = \sum_{i=1}^{3} x_{i+k-1} \delta_i", "right"),
        (r"\frac{\partial L}{\partial w_k} = \sum_{i=1}^{2} x_{i+k-1} \delta_i", "wrong"),
    ],
)
def test_entries_outside_their_range_are_0_in_sums(claim, verdict):
    given = [
        r"x \in \mathbb{R}^4",
        r"w \in \mathbb{R}^2",
        r"y, \delta \in \mathbb{R}^3",
        r"i = 1, \dots, 3",
        r"y_i = \sum_{k=1}^{2} w_k x_{i+k-1}",
        r"\delta_i = \frac{\partial L}{\partial y_i}",
    ]
    assert verdicts(sheet(claim, given=given)) == [verdict]


@pytest.mark.parametrize(
    ("formula", "count"),
    [("x + y", 1), (r"x \cdot y", 3), (r"\frac{\partial L}{\partial x}", 4), (r"\sum_i x_i", 2)],
)
def test_the_plain_reading_comes_first_and_others_where_pages_differ(formula, count):
    found = readings(member(formula))
    assert len(found) == len(set(found)) == count
    assert found[0] == type(found[0])()


def test_a_dot_between_vectors_may_be_the_product_of_entries():
    given = [r"a, b \in \mathbb{R}^3", r"c = a \odot b"]
    (claim,) = judge(sheet(r"c = a \cdot b", given=given))
    # The inner product is what the dot of two vectors means; some pages mean ⊙, so it is not wrong either.
    assert claim.verdict == "undecided"
    assert "entry by entry" in claim.detail


@pytest.mark.parametrize(
    ("claim", "verdicts_allowed"),
    [
        (r"z = 2 \log |x|", {"right"}),
        (r"z = \log(x \cdot x)", {"right"}),
        (r"z = 2 \log x", {"wrong", "undecided"}),  # for x < 0 there is no log x
        (r"z = \log(2 x)", {"wrong"}),
    ],
)
def test_logarithms_on_negative_numbers(claim, verdicts_allowed):
    (found,) = verdicts(sheet(claim, given=[r"x \in \mathbb{R}", r"z = \log(x^2)"]))
    assert found in verdicts_allowed


def test_shapes_that_do_not_agree_are_wrong_and_told():
    given = [r"W \in \mathbb{R}^{2 \times 3}", r"x \in \mathbb{R}^3", "z = W x"]
    (claim,) = judge(sheet(r"\frac{\partial z}{\partial x} = W^\top", given=given))
    assert claim.verdict == "wrong"
    assert {f.kind for f in claim.findings} <= {"transpose", "shape"}
